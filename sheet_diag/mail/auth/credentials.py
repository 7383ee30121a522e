"""What opens the accounts on mail servers: passwords from the environment or the keyring of the
system, access tokens from a sign-in that is kept in the keyring.

Never from a command line, where others can read them, and never from a file of the folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final

from sheet_diag.mail.auth import keyring_store as vault
from sheet_diag.model.mail_access import MailAccessError, MailCredential, MailProtocol
from sheet_diag.model.settings import AppRegistration, MailProvider, MailServer

__all__ = [
    "CredentialsError",
    "MailProtocol",
    "find_client_secret",
    "find_credential",
    "find_mail_password",
    "store_client_secret",
    "store_mail_password",
    "store_refresh_token",
]

_VARIABLES: Final[Mapping[str, str]] = {
    "smtp": "SHEET_DIAG_SMTP_PASSWORD",
    "imap": "SHEET_DIAG_IMAP_PASSWORD",
}
_SECRET: Final = "SHEET_DIAG_GOOGLE_SECRET"


class CredentialsError(MailAccessError):
    """A password or a sign-in that is not to be had."""


def find_credential(
    server: MailServer, which: MailProtocol, environ: Mapping[str, str]
) -> MailCredential:
    """What opens the account on a server: its password, or what gives a fresh access token each
    time. Raises `CredentialsError`: there is none, or no keyring to ask."""
    if server.registration is None:
        return find_mail_password(server, which, environ)
    _read_refresh_token(server, server.registration, which)
    return partial(_renew_access_token, server, server.registration, which, environ)


def find_mail_password(server: MailServer, which: MailProtocol, environ: Mapping[str, str]) -> str:
    """The password of the account on a server. Raises `CredentialsError`: there is none, or no
    keyring to ask."""
    if password := environ.get(_VARIABLES[which]):
        return password
    import keyring  # here: it looks through the whole system for a keyring

    with _keyring_errors(server, which, "send.password.no_keyring"):
        password = keyring.get_password(_password_service(server), server.user)
    if not password:
        raise _error(server, which, "send.password.none")
    return password


def store_mail_password(server: MailServer, which: MailProtocol, password: str) -> None:
    """Put the password into the keyring. Raises `CredentialsError` where there is none."""
    import keyring

    with _keyring_errors(server, which, "send.password.no_keyring"):
        keyring.set_password(_password_service(server), server.user, password)


def store_refresh_token(server: MailServer, which: MailProtocol, refresh: str) -> None:
    """Put the refresh token of an account into the keyring. Raises `CredentialsError`, and
    `ValueError` for an account with a password."""
    if server.registration is None:
        raise ValueError("this account has a password")
    with _keyring_errors(server, which, "signin.no_keyring"):
        vault.store_secret(_sign_in_service(server.registration), server.user, refresh)


def find_client_secret(
    server: MailServer, which: MailProtocol, environ: Mapping[str, str]
) -> str | None:
    """The secret of the application that the account is signed in as (empty: it needs none; None:
    none is known). Raises `CredentialsError` where there is no keyring."""
    registration = server.registration
    if registration is None or registration.provider is not MailProvider.GOOGLE:
        return ""
    if secret := environ.get(_SECRET):
        return secret
    with _keyring_errors(server, which, "signin.no_keyring"):
        return vault.read_secret(_sign_in_service(registration), _SECRET)


def store_client_secret(server: MailServer, which: MailProtocol, secret: str) -> None:
    """Put the secret of the application into the keyring. Raises `CredentialsError` where there is
    none, and `ValueError` for an account with a password."""
    if server.registration is None:
        raise ValueError("this account has a password")
    with _keyring_errors(server, which, "signin.no_keyring"):
        vault.store_secret(_sign_in_service(server.registration), _SECRET, secret)


def _renew_access_token(
    server: MailServer,
    registration: AppRegistration,
    which: MailProtocol,
    environ: Mapping[str, str],
) -> str:
    """An access token; where the provider changes the refresh token, the new one is kept."""
    from sheet_diag.mail.auth.oauth.tokens import renew_tokens  # here: passwords need none of it

    refresh = _read_refresh_token(server, registration, which)
    grant = renew_tokens(server, which, refresh, find_client_secret(server, which, environ) or "")
    if grant.refresh != refresh:
        store_refresh_token(server, which, grant.refresh)
    return grant.access


def _read_refresh_token(
    server: MailServer, registration: AppRegistration, which: MailProtocol
) -> str:
    with _keyring_errors(server, which, "signin.no_keyring"):
        refresh = vault.read_secret(_sign_in_service(registration), server.user)
    if not refresh:
        raise _error(server, which, "signin.none")
    return refresh


def _password_service(server: MailServer) -> str:
    """The name in the keyring: one account has one password, whatever it is used for."""
    return f"sheet-diag {server.host}"


def _sign_in_service(registration: AppRegistration) -> str:
    """The name in the keyring: an account is signed in once, whatever it is used for."""
    return f"sheet-diag {registration.provider} {registration.client_id}"


@contextmanager
def _keyring_errors(server: MailServer, which: MailProtocol, key: str) -> Iterator[None]:
    """Tell that the keyring cannot be used, whatever it is that it raises."""
    try:
        yield
    except Exception as error:
        raise _error(server, which, key) from error


def _error(server: MailServer, which: MailProtocol, key: str) -> CredentialsError:
    variable, host, user = _VARIABLES[which], server.host, server.user
    return CredentialsError(key, which=which, variable=variable, host=host, user=user)
