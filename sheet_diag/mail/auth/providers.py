"""The addresses at which Microsoft and Google sign accounts in, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from sheet_diag.model.mail import MailAccessError, MailProtocol
from sheet_diag.model.settings import AppRegistration, MailProvider, MailServer

MICROSOFT: Final = "https://login.microsoftonline.com"
GOOGLE_PAGE: Final = "https://accounts.google.com/o/oauth2/v2/auth"
GOOGLE_TOKENS: Final = "https://oauth2.googleapis.com/token"
# One scope a use; a refresh token comes with the last (Google: for `access_type`).
_MICROSOFT_SCOPES: Final[Mapping[MailProtocol, str]] = {
    "smtp": "https://outlook.office.com/SMTP.Send",
    "imap": "https://outlook.office.com/IMAP.AccessAsUser.All",
}
_OFFLINE: Final = "offline_access"
_GOOGLE_SCOPE: Final = "https://mail.google.com/"
_MAX_TEXT: Final = 300  # characters of a server's words that are kept
_DECLINED: Final = frozenset({"access_denied", "authorization_declined"})
_LATE: Final = frozenset({"expired_token", "code_expired", "bad_verification_code"})
_OVER: Final = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required"}
)
_UNUSABLE: Final = frozenset({"temporarily_unavailable", "server_error", "missing_token"})


@dataclass(frozen=True, slots=True)
class OAuthEndpoints:
    """The addresses of a provider.

    `page` is where people sign in, `tokens` the server that gives tokens and `codes` the one that
    gives codes to type (empty: there is none for mail). `here` is the name of this machine that the
    browser is sent back to, `more` are further parameters of the page.
    """

    page: str
    tokens: str
    codes: str
    here: str
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The token server, as people may know it."""
        return urlsplit(self.tokens).netloc


def find_endpoints(registration: AppRegistration) -> OAuthEndpoints:
    """Return the addresses of the provider."""
    if registration.provider is MailProvider.GOOGLE:
        more = {"access_type": "offline", "prompt": "consent"}
        return OAuthEndpoints(GOOGLE_PAGE, GOOGLE_TOKENS, "", "127.0.0.1", more)
    top = f"{MICROSOFT}/{registration.tenant}/oauth2/v2.0"
    return OAuthEndpoints(f"{top}/authorize", f"{top}/token", f"{top}/devicecode", "localhost")


def supports_device_codes(registration: AppRegistration) -> bool:
    """Whether an account can be signed in on another machine.

    Google gives no such codes to programs that handle mail.
    """
    return bool(find_endpoints(registration).codes)


def format_scopes(registration: AppRegistration, uses: Iterable[MailProtocol]) -> str:
    """Format the permissions for some uses, now and later on."""
    if registration.provider is MailProvider.GOOGLE:
        return _GOOGLE_SCOPE
    return " ".join([*(_MICROSOFT_SCOPES[use] for use in uses), _OFFLINE])


class SignInError(MailAccessError):
    """An account that could not be signed in, or no longer is."""


def sign_in_error(
    server: MailServer, key: str, *, passing: bool = False, **parts: object
) -> SignInError:
    """Build an error that names the account and the host of the token server."""
    texts = {name: clean_server_text(str(part)) for name, part in parts.items()}
    place = {"host": find_endpoints(require_registration(server)).host, "user": server.user}
    return SignInError(key, passing=passing, **place, **texts)


def login_error(server: MailServer, code: str, description: object = None) -> SignInError:
    """Say why a person could not be signed in, from the provider's error (RFC 6749, 5.2)."""
    reply = _format_reply(code, description)
    if code in _UNUSABLE:
        return sign_in_error(server, "signin.server.strange", passing=True, reply=reply)
    if code in _LATE:
        return sign_in_error(server, "signin.expired")
    if code in _DECLINED:
        return sign_in_error(server, "signin.declined", reply=reply)
    key = "signin.not_allowed" if code in _OVER else "signin.registration"
    return sign_in_error(server, key, reply=reply)


def renewal_error(
    server: MailServer, protocol: MailProtocol, code: str, description: object
) -> SignInError:
    """Say why an account that was signed in once gets no new access token."""
    reply = _format_reply(code, description)
    if code in _UNUSABLE:
        return sign_in_error(server, "signin.server.strange", passing=True, reply=reply)
    key = "signin.over" if code in _OVER | _DECLINED else "signin.registration"
    return sign_in_error(server, key, which=protocol, reply=reply)


def clean_server_text(text: str) -> str:
    """Put a server's words on one line, without characters that could upset a screen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_MAX_TEXT]


def require_registration(server: MailServer) -> AppRegistration:
    """Return the application of an account. Raises `ValueError` where it has a password."""
    if server.registration is None:
        raise ValueError("this account has a password")
    return server.registration


def _format_reply(code: str, description: object) -> str:
    """Keep the first line of a description: the others are numbers for the provider's people."""
    return " ".join([code, *str(description or "").strip().splitlines()[:1]])
