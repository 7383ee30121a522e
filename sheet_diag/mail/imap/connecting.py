"""The way into a mailbox: TLS with a verified certificate or nothing, then a login.

What goes wrong on the way, and later, is told with host, port and what to do about it.
"""

from __future__ import annotations

import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls
from imap_tools.errors import ImapToolsError, MailboxLoginError, UnexpectedCommandStatusError

from sheet_diag.mail.auth.tls import distrust, trust
from sheet_diag.model.errors import ToldError
from sheet_diag.model.mail_access import Access, bearer, secret_of
from sheet_diag.model.settings import MailServer, Security

TIMEOUT: Final = 60.0  # seconds for an answer
_IMAPS: Final = 993  # nothing but TLS is spoken there
_LONGEST: Final = 200  # characters of a server's words
_XOAUTH2: Final = "XOAUTH2"


class MailboxError(ToldError):
    """A mailbox that cannot be looked into."""


def connected(server: MailServer, access: Access) -> BaseMailBox:
    """A connection that is logged in, with no folder open. Raises `MailboxError`, and `AccessError`
    where there is nothing to log in with."""
    secret = secret_of(access)
    with told(server):
        client = _reached(server)
        try:
            _log_in(client, server, secret)
        except BaseException:
            client.client.shutdown()
            raise
    return client


def mailbox_error(server: MailServer, key: str, **parts: object) -> MailboxError:
    """What is wrong with a mailbox; its place is among the parts."""
    place = {"host": server.host, "port": str(server.port)}
    return MailboxError(key, **place, **{name: str(part) for name, part in parts.items()})


@contextmanager
def told(server: MailServer) -> Iterator[None]:
    """Tell in our words what may go wrong with a connection."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise mailbox_error(
            server, f"collect.server.certificate.{distrust(error)}", reason=error.verify_message
        ) from error
    except (imaplib.IMAP4.abort, ssl.SSLEOFError, ConnectionError, TimeoutError) as error:
        raise mailbox_error(server, "collect.server.silent") from error
    except ssl.SSLError as error:
        raise mailbox_error(server, "collect.server.no_tls") from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise mailbox_error(server, "collect.server.refuses", reply=reply_of(error)) from error
    except (socket.gaierror, UnicodeError) as error:
        raise mailbox_error(server, "collect.server.unknown") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise mailbox_error(server, "collect.server.unreachable", reason=reason) from error


def reply_of(error: Exception) -> str:
    """What the server said, on one line and not too long."""
    said: object = error
    if isinstance(error, UnexpectedCommandStatusError):
        data = error.command_result[1]
        said = data[-1] if isinstance(data, list) and data else data
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST]


def _reached(server: MailServer) -> BaseMailBox:
    context = _trust(server)
    try:
        if server.security is Security.TLS:
            return MailBox(server.host, server.port, timeout=TIMEOUT, ssl_context=context)
        if server.port == _IMAPS:
            raise mailbox_error(server, "collect.server.no_tls")
        return _StartTls(server.host, server.port, timeout=TIMEOUT, ssl_context=context)
    except (ConnectionRefusedError, TimeoutError) as error:  # nobody there, not: went away
        reason = error.strerror or str(error)
        raise mailbox_error(server, "collect.server.unreachable", reason=reason) from error
    except _NoStartTlsError as error:  # or somebody in between has taken it out
        raise mailbox_error(server, "collect.server.no_starttls") from error


class _NoStartTlsError(Exception):
    """The server does not offer encryption."""


class _StartTls(MailBoxStartTls):
    """The library's own, which leaves the connection open where it cannot be encrypted."""

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self._host, self._port, self._timeout)
        try:
            if "STARTTLS" not in client.capabilities:
                raise _NoStartTlsError
            client.starttls(self._ssl_context)
        except BaseException:
            client.shutdown()
            raise
        return client


def _log_in(client: BaseMailBox, server: MailServer, secret: str) -> None:
    try:
        if server.registration:
            _show_token(client, server, secret)
        elif server.user.isascii() and secret.isascii():
            client.login(server.user, secret, initial_folder=None)
        else:
            client.login_utf8(server.user, secret, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        key = "collect.server.sign_in" if server.registration else "collect.server.login"
        parts = {"user": server.user, "reply": reply_of(error)}
        raise mailbox_error(server, key, **parts) from error


def _show_token(client: BaseMailBox, server: MailServer, token: str) -> None:
    if f"AUTH={_XOAUTH2}" not in client.client.capabilities:
        raise mailbox_error(server, "collect.server.no_tokens")
    said = iter([bearer(server.user, token).encode("ascii")])
    # Nothing more is said to a server that tells why it refuses; then it does.
    client.client.authenticate(_XOAUTH2, lambda _: next(said, b""))


def _trust(server: MailServer) -> ssl.SSLContext:
    try:
        return trust(server)
    except (OSError, ValueError) as error:
        path = server.ca or ""
        raise mailbox_error(server, "collect.server.authority", path=path) from error
