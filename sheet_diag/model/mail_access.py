"""What opens an account on a mail server: a password, or access tokens, each good for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sheet_diag.model.errors import UserError

MailProtocol = Literal["smtp", "imap"]

# A password; or what gives an access token that is fresh each time, and raises `MailAccessError`.
MailCredential = str | Callable[[], str]


class MailAccessError(UserError):
    """An account that cannot be opened. What is `passing` may be over in a while."""

    def __init__(self, key: str, *, passing: bool = False, **parts: str) -> None:
        self.passing = passing
        super().__init__(key, **parts)


def read_credential(access: MailCredential) -> str:
    """The password, or a fresh access token. Raises `MailAccessError`."""
    return access if isinstance(access, str) else access()


def format_xoauth2(user: str, token: str) -> str:
    """What the SASL mechanism XOAUTH2 says of an account and its access token."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
