"""Connects to a mail server: TLS with a verified certificate or nothing, then a login.

Errors name host and port and say what to do.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Self

from sheet_diag.mail.auth.tls import create_tls_context, describe_network_error
from sheet_diag.model.basics import UserError
from sheet_diag.model.mail import (
    MailAccessError,
    MailCredential,
    format_xoauth2,
    read_credential,
)
from sheet_diag.model.settings import ConnectionSecurity, MailServer

TIMEOUT: Final = 60.0  # seconds for an answer
# Not the name of this machine, which smtplib takes: it may be Japanese, and asking for it slow.
_OWN_NAME: Final = "[127.0.0.1]"
_LOGIN_FAILS_FOR_NOW: Final = 454
_XOAUTH2: Final = "XOAUTH2"
_SWITCHED_OFF: Final = "smtpclientauthentication"  # what Microsoft calls it where it is
_TEMPORARY: Final = ("unknown", "slow", "unreachable")
_MAX_TEXT: Final = 300  # characters of a reply that are kept
_ENHANCED: Final = re.compile(r"[245]\.(\d{1,3})\.\d{1,3}(?!\d)")  # RFC 3463: class.subject.detail
_ADDRESS_SUBJECTS: Final = ("1", "2")  # addressing, mailbox; others blame mail, server, policy
# Without such a code: mailbox busy, unknown, elsewhere, full, misspelt (RFC 5321, 4.2.3).
_ADDRESS_CODES: Final = (450, 550, 551, 552, 553)
_RELAY: Final = re.compile("relay", re.IGNORECASE)


class SmtpServerError(UserError):
    """A mail server that cannot be worked with; what is `passing` may be over in a while."""

    def __init__(self, key: str, *, passing: bool = False, **parts: str) -> None:
        self.passing = passing
        super().__init__(key, **parts)


class NoSmtpCredentialError(SmtpServerError):
    """A server that was not even tried: there is no password or token to log in with."""


def connect_smtp(server: MailServer, credential: MailCredential) -> smtplib.SMTP:
    """Connect and log in. Raises `SmtpServerError`."""
    try:
        secret = read_credential(credential)
    except MailAccessError as error:
        raise NoSmtpCredentialError(error.key, passing=error.passing, **error.parts) from error
    with _translate_errors(server):
        client = _open_connection(server)
        try:
            _greet(client, server)
            _log_in(client, server, secret)
        except BaseException:
            client.close()
            raise
    return client


def try_smtp_login(server: MailServer, credential: MailCredential) -> None:
    """Log in and out again. Raises `SmtpServerError`."""
    client = connect_smtp(server, credential)
    try:
        client.quit()
    except (smtplib.SMTPException, OSError):
        client.close()


def smtp_error(
    server: MailServer, key: str, *, passing: bool = False, **parts: object
) -> SmtpServerError:
    """Build an error that names the server."""
    place = {"host": server.host, "port": str(server.port)}
    texts = {name: str(part) for name, part in parts.items()}
    return SmtpServerError(key, passing=passing, **place, **texts)


def _open_connection(server: MailServer) -> smtplib.SMTP:
    if server.security is ConnectionSecurity.TLS:
        context = _create_context(server)
        return smtplib.SMTP_SSL(
            server.host, server.port, _OWN_NAME, timeout=TIMEOUT, context=context
        )
    return smtplib.SMTP(server.host, server.port, _OWN_NAME, timeout=TIMEOUT)


def _greet(client: smtplib.SMTP, server: MailServer) -> None:
    _say_ehlo(client)
    if server.security is ConnectionSecurity.STARTTLS:
        if not client.has_extn("starttls"):  # or somebody in between has taken it out
            raise smtp_error(server, "send.server.no_starttls")
        client.starttls(context=_create_context(server))
        _say_ehlo(client)  # what was said without encryption does not count


def _say_ehlo(client: smtplib.SMTP) -> None:
    code, text = client.ehlo()
    if not SmtpReply.of(code, text).is_yes:
        raise smtplib.SMTPHeloError(code, text)


def _log_in(client: smtplib.SMTP, server: MailServer, secret: str) -> None:
    if not client.has_extn("auth"):
        raise smtp_error(server, "send.server.no_login")
    try:
        if server.registration is None:
            client.login(server.user, secret)
        else:
            _send_token(client, server, secret)
    except UnicodeEncodeError as error:
        raise smtp_error(server, "send.server.letters") from error
    except smtplib.SMTPAuthenticationError as error:
        raise _login_error(server, SmtpReply.of(error.smtp_code, error.smtp_error)) from error
    except (smtplib.SMTPResponseException, smtplib.SMTPServerDisconnected):
        raise
    except smtplib.SMTPException as error:  # none of its ways to log in is one of ours
        raise smtp_error(server, "send.server.no_login") from error


def _send_token(client: smtplib.SMTP, server: MailServer, token: str) -> None:
    if _XOAUTH2 not in client.esmtp_features["auth"].upper().split():
        raise smtp_error(server, "send.server.no_tokens")

    def answer(challenge: bytes | None = None) -> str:
        """Answer a server that tells why it refuses with nothing; then it refuses."""
        return "" if challenge else format_xoauth2(server.user, token)

    client.auth(_XOAUTH2, answer)


def _login_error(server: MailServer, reply: SmtpReply) -> SmtpServerError:
    passing, key = reply.code == _LOGIN_FAILS_FOR_NOW, "send.server.login"
    if server.registration:
        is_off = _SWITCHED_OFF in reply.text.casefold()
        key = "send.server.sign_in.switched_off" if is_off else "send.server.sign_in"
    return smtp_error(server, key, passing=passing, user=server.user, reply=reply)


def _create_context(server: MailServer) -> ssl.SSLContext:
    try:
        return create_tls_context(server)
    except (OSError, ValueError) as error:
        raise smtp_error(server, "send.server.authority", path=server.ca or "") from error


@contextmanager
def _translate_errors(server: MailServer) -> Iterator[None]:
    """Raise what may go wrong on the way as `SmtpServerError`."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        reply = SmtpReply.of(error.smtp_code, error.smtp_error)
        passing = not reply.is_no
        raise smtp_error(server, "send.server.turned_away", passing=passing, reply=reply) from error
    except smtplib.SMTPException as error:
        raise smtp_error(server, "send.server.silent", passing=True) from error
    except (OSError, UnicodeError) as error:
        key, parts = describe_network_error(error)
        passing = key in _TEMPORARY
        raise smtp_error(server, f"send.server.{key}", passing=passing, **parts) from error


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """A reply on one line, without control characters."""

    code: int
    text: str

    @classmethod
    def of(cls, code: int, text: bytes | str) -> Self:
        """Clean a reply as `smtplib` returns it."""
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        line = " ".join("".join(each if each.isprintable() else " " for each in words).split())
        return cls(code, line[:_MAX_TEXT])

    @property
    def is_yes(self) -> bool:
        """Whether the server has done what it was asked."""
        return 200 <= self.code < 300

    @property
    def is_temporary_no(self) -> bool:
        """Whether it is a no, and may be tried again."""
        return 400 <= self.code < 500

    @property
    def is_no(self) -> bool:
        """Whether it is a final no."""
        return 500 <= self.code < 600

    def blames_address(self, *, asked_for: bool) -> bool:
        """Whether the address is at fault, and not the mail, the account or the server.

        `asked_for` says that the server was asked about one address only.
        """
        if enhanced := _ENHANCED.match(self.text):
            return enhanced[1] in _ADDRESS_SUBJECTS
        return asked_for and self.code in _ADDRESS_CODES and not _RELAY.search(self.text)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()
