"""What can go wrong with a sign-in, as label keys; no token is ever among their parts."""

from __future__ import annotations

from typing import Final

from sheet_diag.mail.auth.oauth.providers import find_endpoints
from sheet_diag.model.mail_access import MailAccessError, MailProtocol
from sheet_diag.model.settings import AppRegistration, MailServer

_MAX_TEXT: Final = 300  # characters of a server's words that are kept
_DECLINED: Final = frozenset({"access_denied", "authorization_declined"})
_LATE: Final = frozenset({"expired_token", "code_expired", "bad_verification_code"})
_OVER: Final = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required"}
)
_UNUSABLE: Final = frozenset({"temporarily_unavailable", "server_error", "missing_token"})


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
    server: MailServer, which: MailProtocol, code: str, description: object
) -> SignInError:
    """Say why an account that was signed in once gets no new access token."""
    reply = _format_reply(code, description)
    if code in _UNUSABLE:
        return sign_in_error(server, "signin.server.strange", passing=True, reply=reply)
    key = "signin.over" if code in _OVER | _DECLINED else "signin.registration"
    return sign_in_error(server, key, which=which, reply=reply)


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
