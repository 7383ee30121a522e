"""Passwords of mail servers: from the environment, or from the keyring of the system.

Never from a command line, where others can read them, and never from a file of the folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from sheet_diag.model.faults import ToldError
from sheet_diag.model.settings import MailServer

Which = Literal["smtp", "imap"]

_VARIABLES: Final[Mapping[str, str]] = {
    "smtp": "SHEET_DIAG_SMTP_PASSWORD",
    "imap": "SHEET_DIAG_IMAP_PASSWORD",
}


class CredentialsError(ToldError):
    """A password that is not to be had."""


def password_for(server: MailServer, which: Which, environ: Mapping[str, str]) -> str:
    """The password of the account on a server. Raises `CredentialsError`: there is none, or no
    keyring to ask."""
    if password := environ.get(_VARIABLES[which]):
        return password
    import keyring  # here: it looks through the whole system for a keyring

    try:
        password = keyring.get_password(_service(server), server.user)
    except Exception as error:
        raise _error("no_keyring", server, which) from error
    if not password:
        raise _error("none", server, which)
    return password


def keep_password(server: MailServer, which: Which, password: str) -> None:
    """Put the password into the keyring. Raises `CredentialsError` where there is none."""
    import keyring

    try:
        keyring.set_password(_service(server), server.user, password)
    except Exception as error:
        raise _error("no_keyring", server, which) from error


def _service(server: MailServer) -> str:
    """The name in the keyring: one account has one password, whatever it is used for."""
    return f"sheet-diag {server.host}"


def _error(what: str, server: MailServer, which: Which) -> CredentialsError:
    told = {"which": which, "host": server.host, "user": server.user}
    return CredentialsError(f"send.password.{what}", variable=_VARIABLES[which], **told)
