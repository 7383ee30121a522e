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

from sheet_diag.mail.auth.tls import distrust, trust
from sheet_diag.mail.smtp.replies import Reply
from sheet_diag.model.errors import ToldError
from sheet_diag.model.mail_access import Access, AccessError, bearer, secret_of
from sheet_diag.model.settings import MailServer, Security

TIMEOUT: Final = 60.0  # seconds for an answer
# Not the name of this machine, which smtplib takes: it may be Japanese, and asking for it slow.
_OWN_NAME: Final = "[127.0.0.1]"
_WORN: Final = 454  # a login that fails for now
_XOAUTH2: Final = "XOAUTH2"
_SWITCHED_OFF: Final = "smtpclientauthentication"  # what Microsoft calls it where it is


class MailServerError(ToldError):
    """A mail server that cannot be worked with. What is `passing` may be over in a while."""

    def __init__(self, key: str, *, passing: bool = False, **parts: str) -> None:
        self.passing = passing
        super().__init__(key, **parts)


class NoAccessError(MailServerError):
    """A server that was not even tried: there is no password or token to log in with."""


def connected(server: MailServer, access: Access) -> smtplib.SMTP:
    """A connection that is logged in. Raises `MailServerError`."""
    secret = _secret(access)
    with _told(server):
        client = _reached(server)
        try:
            _greet(client, server)
            _log_in(client, server, secret)
        except BaseException:
            client.close()
            raise
    return client


def server_error(
    server: MailServer, key: str, *, passing: bool = False, **parts: object
) -> MailServerError:
    """What is wrong with a server; its place is among the parts."""
    place = {"host": server.host, "port": str(server.port)}
    told = {name: str(part) for name, part in parts.items()}
    return MailServerError(key, passing=passing, **place, **told)


def _secret(access: Access) -> str:
    try:
        return secret_of(access)
    except AccessError as error:
        raise NoAccessError(error.key, passing=error.passing, **error.parts) from error


def _reached(server: MailServer) -> smtplib.SMTP:
    if server.security is Security.TLS:
        context = _trust(server)
        return smtplib.SMTP_SSL(
            server.host, server.port, _OWN_NAME, timeout=TIMEOUT, context=context
        )
    return smtplib.SMTP(server.host, server.port, _OWN_NAME, timeout=TIMEOUT)


def _greet(client: smtplib.SMTP, server: MailServer) -> None:
    _ehlo(client)
    if server.security is Security.STARTTLS:
        if not client.has_extn("starttls"):  # or somebody in between has taken it out
            raise server_error(server, "send.server.no_starttls")
        client.starttls(context=_trust(server))
        _ehlo(client)  # what was said in the open does not count


def _ehlo(client: smtplib.SMTP) -> None:
    code, text = client.ehlo()
    if not Reply.of(code, text).is_yes:
        raise smtplib.SMTPHeloError(code, text)


def _log_in(client: smtplib.SMTP, server: MailServer, secret: str) -> None:
    if not client.has_extn("auth"):
        raise server_error(server, "send.server.no_login")
    try:
        if server.registration is None:
            client.login(server.user, secret)
        else:
            _show_token(client, server, secret)
    except UnicodeEncodeError as error:
        raise server_error(server, "send.server.letters") from error
    except smtplib.SMTPAuthenticationError as error:
        raise _refused(server, Reply.of(error.smtp_code, error.smtp_error)) from error
    except smtplib.SMTPResponseException:
        raise
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as error:  # none of its ways to log in is one of ours
        raise server_error(server, "send.server.no_login") from error


def _show_token(client: smtplib.SMTP, server: MailServer, token: str) -> None:
    if _XOAUTH2 not in client.esmtp_features["auth"].upper().split():
        raise server_error(server, "send.server.no_tokens")

    def answer(challenge: bytes | None = None) -> str:
        """Nothing more is said to a server that tells why it refuses; then it does."""
        return "" if challenge else bearer(server.user, token)

    client.auth(_XOAUTH2, answer)


def _refused(server: MailServer, reply: Reply) -> MailServerError:
    """A login that the server does not want, with what may help."""
    passing, key = reply.code == _WORN, "send.server.login"
    if server.registration:
        key = "send.server.sign_in"
        if _SWITCHED_OFF in reply.text.casefold():
            key = "send.server.sign_in.switched_off"
    return server_error(server, key, passing=passing, user=server.user, reply=reply)


def _trust(server: MailServer) -> ssl.SSLContext:
    try:
        return trust(server)
    except (OSError, ValueError) as error:
        raise server_error(server, "send.server.authority", path=server.ca or "") from error


@contextmanager
def _told(server: MailServer) -> Iterator[None]:
    """Tell in our words what may go wrong on the way."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise server_error(
            server, f"send.server.certificate.{distrust(error)}", reason=error.verify_message
        ) from error
    except ssl.SSLError as error:
        raise server_error(server, "send.server.no_tls") from error
    except smtplib.SMTPResponseException as error:
        reply = Reply.of(error.smtp_code, error.smtp_error)
        raise server_error(
            server, "send.server.turned_away", passing=not reply.is_no, reply=reply
        ) from error
    except smtplib.SMTPException as error:
        raise server_error(server, "send.server.silent", passing=True) from error
    except (socket.gaierror, UnicodeError) as error:
        raise server_error(server, "send.server.unknown", passing=True) from error
    except TimeoutError as error:
        raise server_error(server, "send.server.slow", passing=True) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise server_error(
            server, "send.server.unreachable", passing=True, reason=reason
        ) from error
