"""The way to a mail server: TLS with a verified certificate or nothing, then a login.

What goes wrong on the way is told with host, port and what to do about it.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sheet_diag.mail.auth.tls import classify_certificate_error, create_tls_context
from sheet_diag.mail.smtp.replies import SmtpReply
from sheet_diag.model.errors import UserError
from sheet_diag.model.mail_access import (
    MailAccessError,
    MailCredential,
    format_xoauth2,
    read_credential,
)
from sheet_diag.model.settings import ConnectionSecurity, MailServer

TIMEOUT: Final = 60.0  # seconds for an answer
# Not the name of this machine, which smtplib takes: it may be Japanese, and asking for it slow.
_OWN_NAME: Final = "[127.0.0.1]"
_LOGIN_FAILS_FOR_NOW: Final = 454  # a login that fails for now
_XOAUTH2: Final = "XOAUTH2"
_SWITCHED_OFF: Final = "smtpclientauthentication"  # what Microsoft calls it where it is


class SmtpServerError(UserError):
    """A mail server that cannot be worked with. What is `passing` may be over in a while."""

    def __init__(self, key: str, *, passing: bool = False, **parts: str) -> None:
        self.passing = passing
        super().__init__(key, **parts)


class NoSmtpCredentialError(SmtpServerError):
    """A server that was not even tried: there is no password or token to log in with."""


def connect_smtp(server: MailServer, access: MailCredential) -> smtplib.SMTP:
    """A connection that is logged in. Raises `SmtpServerError`."""
    secret = _read_secret(access)
    with _translate_errors(server):
        client = _open_connection(server)
        try:
            _greet(client, server)
            _log_in(client, server, secret)
        except BaseException:
            client.close()
            raise
    return client


def smtp_error(
    server: MailServer, key: str, *, passing: bool = False, **parts: object
) -> SmtpServerError:
    """What is wrong with a server; its place is among the parts."""
    place = {"host": server.host, "port": str(server.port)}
    told = {name: str(part) for name, part in parts.items()}
    return SmtpServerError(key, passing=passing, **place, **told)


def _read_secret(access: MailCredential) -> str:
    try:
        return read_credential(access)
    except MailAccessError as error:
        raise NoSmtpCredentialError(error.key, passing=error.passing, **error.parts) from error


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
        _say_ehlo(client)  # what was said in the open does not count


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
    except smtplib.SMTPResponseException:
        raise
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as error:  # none of its ways to log in is one of ours
        raise smtp_error(server, "send.server.no_login") from error


def _send_token(client: smtplib.SMTP, server: MailServer, token: str) -> None:
    if _XOAUTH2 not in client.esmtp_features["auth"].upper().split():
        raise smtp_error(server, "send.server.no_tokens")

    def answer(challenge: bytes | None = None) -> str:
        """Nothing more is said to a server that tells why it refuses; then it does."""
        return "" if challenge else format_xoauth2(server.user, token)

    client.auth(_XOAUTH2, answer)


def _login_error(server: MailServer, reply: SmtpReply) -> SmtpServerError:
    """A login that the server does not want, with what may help."""
    passing, key = reply.code == _LOGIN_FAILS_FOR_NOW, "send.server.login"
    if server.registration:
        key = "send.server.sign_in"
        if _SWITCHED_OFF in reply.text.casefold():
            key = "send.server.sign_in.switched_off"
    return smtp_error(server, key, passing=passing, user=server.user, reply=reply)


def _create_context(server: MailServer) -> ssl.SSLContext:
    try:
        return create_tls_context(server)
    except (OSError, ValueError) as error:
        raise smtp_error(server, "send.server.authority", path=server.ca or "") from error


@contextmanager
def _translate_errors(server: MailServer) -> Iterator[None]:
    """Tell in our words what may go wrong on the way."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise smtp_error(
            server,
            f"send.server.certificate.{classify_certificate_error(error)}",
            reason=error.verify_message,
        ) from error
    except ssl.SSLError as error:
        raise smtp_error(server, "send.server.no_tls") from error
    except smtplib.SMTPResponseException as error:
        reply = SmtpReply.of(error.smtp_code, error.smtp_error)
        raise smtp_error(
            server, "send.server.turned_away", passing=not reply.is_no, reply=reply
        ) from error
    except smtplib.SMTPException as error:
        raise smtp_error(server, "send.server.silent", passing=True) from error
    except (socket.gaierror, UnicodeError) as error:
        raise smtp_error(server, "send.server.unknown", passing=True) from error
    except TimeoutError as error:
        raise smtp_error(server, "send.server.slow", passing=True) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise smtp_error(server, "send.server.unreachable", passing=True, reason=reason) from error
