"""Connects to a mailbox: TLS with a verified certificate or nothing, then a login.

Errors name host and port and say what to do, also those that occur later.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls
from imap_tools.errors import ImapToolsError, MailboxLoginError, UnexpectedCommandStatusError

from sheet_diag.mail.auth.tls import create_tls_context, describe_network_error
from sheet_diag.model.basics import UserError
from sheet_diag.model.mail import MailCredential, format_xoauth2, read_credential
from sheet_diag.model.settings import ConnectionSecurity, MailServer

TIMEOUT: Final = 60.0  # seconds for an answer
_IMAPS: Final = 993  # nothing but TLS is spoken there
_MAX_REPLY: Final = 200  # characters of what a server says
_XOAUTH2: Final = "XOAUTH2"


class MailboxError(UserError):
    """A mailbox that cannot be read."""


def connect_imap(server: MailServer, credential: MailCredential) -> BaseMailBox:
    """Connect and log in, with no folder open.

    Raises `MailboxError`, and `MailAccessError` where there is no credential.
    """
    secret = read_credential(credential)
    with translate_imap_errors(server):
        client = _open_connection(server)
        try:
            _log_in(client, server, secret)
        except BaseException:
            client.client.shutdown()
            raise
    return client


def imap_error(server: MailServer, key: str, **parts: object) -> MailboxError:
    """Build an error that names the server."""
    place = {"host": server.host, "port": str(server.port)}
    return MailboxError(key, **place, **{name: str(part) for name, part in parts.items()})


@contextmanager
def translate_imap_errors(server: MailServer) -> Iterator[None]:
    """Raise what may go wrong with a connection as `MailboxError`."""
    try:
        yield
    except (imaplib.IMAP4.abort, ssl.SSLEOFError, ConnectionError, TimeoutError) as error:
        raise imap_error(server, "collect.server.silent") from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        reply = format_reply(error)
        raise imap_error(server, "collect.server.refuses", reply=reply) from error
    except (OSError, UnicodeError) as error:
        key, parts = describe_network_error(error)
        raise imap_error(server, f"collect.server.{key}", **parts) from error


def format_reply(error: Exception) -> str:
    """Return what the server said, on one line and not too long."""
    reply: object = error
    if isinstance(error, UnexpectedCommandStatusError):
        data = error.command_result[1]
        reply = data[-1] if isinstance(data, list) and data else data
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:_MAX_REPLY]


def _open_connection(server: MailServer) -> BaseMailBox:
    context = _create_context(server)
    try:
        if server.security is ConnectionSecurity.TLS:
            return MailBox(server.host, server.port, timeout=TIMEOUT, ssl_context=context)
        if server.port == _IMAPS:
            raise imap_error(server, "collect.server.no_tls")
        return _StartTls(server.host, server.port, timeout=TIMEOUT, ssl_context=context)
    except (ConnectionRefusedError, TimeoutError) as error:  # nobody is there
        reason = error.strerror or str(error)
        raise imap_error(server, "collect.server.unreachable", reason=reason) from error
    except _NoStartTlsError as error:  # or somebody in between has taken it out
        raise imap_error(server, "collect.server.no_starttls") from error


class _NoStartTlsError(Exception):
    """A server that does not offer encryption."""


class _StartTls(MailBoxStartTls):
    """The library's class, which leaves the connection open where it cannot be encrypted."""

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
            _send_token(client, server, secret)
        elif server.user.isascii() and secret.isascii():
            client.login(server.user, secret, initial_folder=None)
        else:
            client.login_utf8(server.user, secret, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        key = "collect.server.sign_in" if server.registration else "collect.server.login"
        parts = {"user": server.user, "reply": format_reply(error)}
        raise imap_error(server, key, **parts) from error


def _send_token(client: BaseMailBox, server: MailServer, token: str) -> None:
    if f"AUTH={_XOAUTH2}" not in client.client.capabilities:
        raise imap_error(server, "collect.server.no_tokens")
    answers = iter([format_xoauth2(server.user, token).encode("ascii")])
    # A server that tells why it refuses is answered with nothing; then it refuses.
    client.client.authenticate(_XOAUTH2, lambda _: next(answers, b""))


def _create_context(server: MailServer) -> ssl.SSLContext:
    try:
        return create_tls_context(server)
    except (OSError, ValueError) as error:
        raise imap_error(server, "collect.server.authority", path=server.ca or "") from error
