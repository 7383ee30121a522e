"""The credential of a mail account: a password, or access tokens, each good for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sheet_diag.model.errors import UserError

MailProtocol = Literal["smtp", "imap"]

# A password, or what returns a fresh access token each time and raises `MailAccessError`.
MailCredential = str | Callable[[], str]


class MailAccessError(UserError):
    """A mail account that cannot be used; what is `passing` may be over in a while."""

    def __init__(self, key: str, *, passing: bool = False, **parts: str) -> None:
        self.passing = passing
        super().__init__(key, **parts)


def read_credential(access: MailCredential) -> str:
    """Return the password, or a fresh access token. Raises `MailAccessError`."""
    return access if isinstance(access, str) else access()


def format_xoauth2(user: str, token: str) -> str:
    """Format an account and its access token for the SASL mechanism XOAUTH2."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
