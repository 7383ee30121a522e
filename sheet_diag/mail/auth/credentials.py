"""Finds and stores the credentials of mail accounts.

Passwords come from the environment or the system's keyring, access tokens from a sign-in that is
kept in the keyring: never from a command line, where others can read them, nor from a file.

Secrets of any length are kept in pieces: Windows takes no long ones. A first entry says where the
pieces are, how many, and their digest; it is written last. So a secret is read whole or not at all,
and an old one stays until the new one is complete.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Final

from sheet_diag.model.mail import MailAccessError, MailCredential, MailProtocol
from sheet_diag.model.settings import AppRegistration, MailProvider, MailServer

_VARIABLES: Final[Mapping[str, str]] = {
    "smtp": "SHEET_DIAG_SMTP_PASSWORD",
    "imap": "SHEET_DIAG_IMAP_PASSWORD",
}
_SECRET: Final = "SHEET_DIAG_GOOGLE_SECRET"
PIECE: Final = 1200  # characters; the Credential Manager takes 2,560 bytes of UTF-16
_HEAD: Final = re.compile(r"([ab]) (\d{1,4}) ([0-9a-f]{64})")
_OTHER: Final = {"a": "b", "b": "a"}


class CredentialsError(MailAccessError):
    """A password or a sign-in that cannot be found or stored."""


def find_credential(
    server: MailServer, protocol: MailProtocol, environ: Mapping[str, str]
) -> MailCredential:
    """Find the password of an account, or what returns a fresh access token each time.

    Raises `CredentialsError` where there is none, or no keyring.
    """
    if server.registration is None:
        return find_mail_password(server, protocol, environ)
    _read_refresh_token(server, server.registration, protocol)
    return partial(_renew_access_token, server, server.registration, protocol, environ)


def find_mail_password(
    server: MailServer, protocol: MailProtocol, environ: Mapping[str, str]
) -> str:
    """Find the password of an account. Raises `CredentialsError` as `find_credential`."""
    if password := environ.get(_VARIABLES[protocol]):
        return password
    import keyring  # here: it looks through the whole system for a keyring

    with _keyring_errors(server, protocol, "send.password.no_keyring"):
        password = keyring.get_password(_password_service(server), server.user)
    if not password:
        raise _error(server, protocol, "send.password.none")
    return password


def store_mail_password(server: MailServer, protocol: MailProtocol, password: str) -> None:
    """Store a password in the keyring. Raises `CredentialsError` where there is no keyring."""
    import keyring

    with _keyring_errors(server, protocol, "send.password.no_keyring"):
        keyring.set_password(_password_service(server), server.user, password)


def store_refresh_token(server: MailServer, protocol: MailProtocol, refresh: str) -> None:
    """Store the refresh token of an account in the keyring.

    Raises `CredentialsError`, and `ValueError` for an account with a password.
    """
    if server.registration is None:
        raise ValueError("this account has a password")
    with _keyring_errors(server, protocol, "signin.no_keyring"):
        store_secret(_sign_in_service(server.registration), server.user, refresh)


def find_client_secret(
    server: MailServer, protocol: MailProtocol, environ: Mapping[str, str]
) -> str | None:
    """Find the secret of the application of an account (empty: it needs none; None: unknown).

    Raises `CredentialsError` where there is no keyring.
    """
    registration = server.registration
    if registration is None or registration.provider is not MailProvider.GOOGLE:
        return ""
    if secret := environ.get(_SECRET):
        return secret
    with _keyring_errors(server, protocol, "signin.no_keyring"):
        return read_secret(_sign_in_service(registration), _SECRET)


def store_client_secret(server: MailServer, protocol: MailProtocol, secret: str) -> None:
    """Store the secret of the application of an account in the keyring.

    Raises `CredentialsError`, and `ValueError` for an account with a password.
    """
    if server.registration is None:
        raise ValueError("this account has a password")
    with _keyring_errors(server, protocol, "signin.no_keyring"):
        store_secret(_sign_in_service(server.registration), _SECRET, secret)


def _renew_access_token(
    server: MailServer,
    registration: AppRegistration,
    protocol: MailProtocol,
    environ: Mapping[str, str],
) -> str:
    """Get an access token; store a refresh token that the provider has changed."""
    from sheet_diag.mail.auth.tokens import renew_tokens  # here: passwords need none of it

    refresh = _read_refresh_token(server, registration, protocol)
    grant = renew_tokens(
        server, protocol, refresh, find_client_secret(server, protocol, environ) or ""
    )
    if grant.refresh != refresh:
        store_refresh_token(server, protocol, grant.refresh)
    return grant.access


def _read_refresh_token(
    server: MailServer, registration: AppRegistration, protocol: MailProtocol
) -> str:
    with _keyring_errors(server, protocol, "signin.no_keyring"):
        refresh = read_secret(_sign_in_service(registration), server.user)
    if not refresh:
        raise _error(server, protocol, "signin.none")
    return refresh


def _password_service(server: MailServer) -> str:
    """Name the password in the keyring: an account has one, whatever it is used for."""
    return f"sheet-diag {server.host}"


def _sign_in_service(registration: AppRegistration) -> str:
    """Name the sign-in in the keyring: an account has one, whatever it is used for."""
    return f"sheet-diag {registration.provider} {registration.client_id}"


@contextmanager
def _keyring_errors(server: MailServer, protocol: MailProtocol, key: str) -> Iterator[None]:
    """Raise a `CredentialsError` for whatever the keyring raises."""
    try:
        yield
    except Exception as error:
        raise _error(server, protocol, key) from error


def _error(server: MailServer, protocol: MailProtocol, key: str) -> CredentialsError:
    variable, host, user = _VARIABLES[protocol], server.host, server.user
    return CredentialsError(key, which=protocol, variable=variable, host=host, user=user)


def read_secret(service: str, user: str) -> str | None:
    """Read a secret (None: there is none, or not all of it). Raises what the keyring does."""
    import keyring  # here: it looks through the whole system for a keyring

    head = _HEAD.fullmatch(keyring.get_password(service, user) or "")
    if head is None:
        return None
    slot, number, digest = head.groups()
    pieces = [keyring.get_password(_name(service, slot, n), user) for n in range(int(number))]
    secret = "".join(piece or "" for piece in pieces)
    return secret if _digest(secret) == digest else None


def store_secret(service: str, user: str, secret: str) -> None:
    """Store a secret in place of another. Raises what the keyring does."""
    import keyring

    head = _HEAD.fullmatch(keyring.get_password(service, user) or "")
    former = head[1] if head else "b"
    slot = _OTHER[former]
    pieces = [secret[start : start + PIECE] for start in range(0, len(secret), PIECE)]
    for number, piece in enumerate(pieces):
        keyring.set_password(_name(service, slot, number), user, piece)
    keyring.set_password(service, user, f"{slot} {len(pieces)} {_digest(secret)}")
    _delete_pieces(service, user, former)


def _delete_pieces(service: str, user: str, slot: str) -> None:
    """Delete the pieces of a former secret."""
    import keyring

    for number in count():
        name = _name(service, slot, number)
        if keyring.get_password(name, user) is None:
            return
        keyring.delete_password(name, user)


def _name(service: str, slot: str, number: int) -> str:
    return f"{service} {slot}{number + 1}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
