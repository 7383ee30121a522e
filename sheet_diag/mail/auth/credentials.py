"""Finds and stores the credentials of mail accounts.

Passwords come from the environment or the system's keyring, access tokens from a sign-in that is
kept in the keyring: never from a command line, where others can read them, nor from a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Final

from sheet_diag.mail.auth import keyring_store
from sheet_diag.model.mail import MailAccessError, MailCredential, MailProtocol
from sheet_diag.model.settings import AppRegistration, MailProvider, MailServer

_VARIABLES: Final[Mapping[str, str]] = {
    "smtp": "SHEET_DIAG_SMTP_PASSWORD",
    "imap": "SHEET_DIAG_IMAP_PASSWORD",
}
_SECRET: Final = "SHEET_DIAG_GOOGLE_SECRET"


class CredentialsError(MailAccessError):
    """A password or a sign-in that cannot be found or stored."""


def find_credential(
    server: MailServer, which: MailProtocol, environ: Mapping[str, str]
) -> MailCredential:
    """Find the password of an account, or what returns a fresh access token each time.

    Raises `CredentialsError` where there is none, or no keyring.
    """
    if server.registration is None:
        return find_mail_password(server, which, environ)
    _read_refresh_token(server, server.registration, which)
    return partial(_renew_access_token, server, server.registration, which, environ)


def find_mail_password(server: MailServer, which: MailProtocol, environ: Mapping[str, str]) -> str:
    """Find the password of an account. Raises `CredentialsError` as `find_credential`."""
    if password := environ.get(_VARIABLES[which]):
        return password
    import keyring  # here: it looks through the whole system for a keyring

    with _keyring_errors(server, which, "send.password.no_keyring"):
        password = keyring.get_password(_password_service(server), server.user)
    if not password:
        raise _error(server, which, "send.password.none")
    return password


def store_mail_password(server: MailServer, which: MailProtocol, password: str) -> None:
    """Store a password in the keyring. Raises `CredentialsError` where there is no keyring."""
    import keyring

    with _keyring_errors(server, which, "send.password.no_keyring"):
        keyring.set_password(_password_service(server), server.user, password)


def store_refresh_token(server: MailServer, which: MailProtocol, refresh: str) -> None:
    """Store the refresh token of an account in the keyring.

    Raises `CredentialsError`, and `ValueError` for an account with a password.
    """
    if server.registration is None:
        raise ValueError("this account has a password")
    with _keyring_errors(server, which, "signin.no_keyring"):
        keyring_store.store_secret(_sign_in_service(server.registration), server.user, refresh)


def find_client_secret(
    server: MailServer, which: MailProtocol, environ: Mapping[str, str]
) -> str | None:
    """Find the secret of the application of an account (empty: it needs none; None: unknown).

    Raises `CredentialsError` where there is no keyring.
    """
    registration = server.registration
    if registration is None or registration.provider is not MailProvider.GOOGLE:
        return ""
    if secret := environ.get(_SECRET):
        return secret
    with _keyring_errors(server, which, "signin.no_keyring"):
        return keyring_store.read_secret(_sign_in_service(registration), _SECRET)


def store_client_secret(server: MailServer, which: MailProtocol, secret: str) -> None:
    """Store the secret of the application of an account in the keyring.

    Raises `CredentialsError`, and `ValueError` for an account with a password.
    """
    if server.registration is None:
        raise ValueError("this account has a password")
    with _keyring_errors(server, which, "signin.no_keyring"):
        keyring_store.store_secret(_sign_in_service(server.registration), _SECRET, secret)


def _renew_access_token(
    server: MailServer,
    registration: AppRegistration,
    which: MailProtocol,
    environ: Mapping[str, str],
) -> str:
    """Get an access token; store a refresh token that the provider has changed."""
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
        refresh = keyring_store.read_secret(_sign_in_service(registration), server.user)
    if not refresh:
        raise _error(server, which, "signin.none")
    return refresh


def _password_service(server: MailServer) -> str:
    """Name the password in the keyring: an account has one, whatever it is used for."""
    return f"sheet-diag {server.host}"


def _sign_in_service(registration: AppRegistration) -> str:
    """Name the sign-in in the keyring: an account has one, whatever it is used for."""
    return f"sheet-diag {registration.provider} {registration.client_id}"


@contextmanager
def _keyring_errors(server: MailServer, which: MailProtocol, key: str) -> Iterator[None]:
    """Raise a `CredentialsError` for whatever the keyring raises."""
    try:
        yield
    except Exception as error:
        raise _error(server, which, key) from error


def _error(server: MailServer, which: MailProtocol, key: str) -> CredentialsError:
    variable, host, user = _VARIABLES[which], server.host, server.user
    return CredentialsError(key, which=which, variable=variable, host=host, user=user)
