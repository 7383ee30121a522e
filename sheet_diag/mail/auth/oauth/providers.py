"""The addresses at which Microsoft and Google sign accounts in, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from sheet_diag.model.mail_access import MailProtocol
from sheet_diag.model.settings import AppRegistration, MailProvider

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
