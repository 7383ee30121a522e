"""A real SMTP server on loopback, with TLS and a login, that keeps what it has accepted.

It behaves as it is told to: turns recipients down, breaks off, takes its time.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Self

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sheet_diag.model.settings import ConnectionSecurity, MailServer

HOST = "127.0.0.1"
USER = "shindan@example.co.jp"
PASSWORD = "open sesame"


class Authority:
    """Who vouches for servers of a test: a file to trust, and certificates."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.file = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(str(self.file))

    def context(self, *names: str) -> ssl.SSLContext:
        """What a server with these names (this machine's where none is given) needs for TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*(names or (HOST, "localhost"))).configure_cert(context)
        return context

    def files(self, folder: Path) -> tuple[Path, Path]:
        """A certificate of this machine and its key, as files in the folder."""
        certificate, key = folder / "server.pem", folder / "server.key"
        issued = self._ca.issue_cert(HOST, "localhost")
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(certificate), append=True)
        issued.private_key_pem.write_to_path(str(key))
        return certificate, key


@dataclass(frozen=True)
class AcceptedMail:
    """A mail that the server has taken, and for whom."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.content, policy=default)
        assert isinstance(message, EmailMessage)
        return message

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


async def _at_once(_moment: str) -> None:
    """Neither thinking nor dawdling."""


class SmtpServer:
    """The server, running while entered. What it does may be changed at any time.

    `answers` are replies by address, `greetings` those to the next MAIL commands, `verdicts` those
    to the next whole mails; "" or nothing left is a yes. `moment` is awaited with what comes next:
    `mail`, `rcpt`, `data` (the whole mail is there), `reply` (it has been taken). `deliver` is told
    every mail that was taken. What has begun with a whole mail goes on when the client is gone.

    With `tokens`, which tells whose account a token opens, it takes tokens and no password;
    `lapsed` are answers to the next logins, whatever they bring.
    """

    def __init__(
        self,
        authority: Authority,
        security: ConnectionSecurity = ConnectionSecurity.TLS,
        *,
        context: ssl.SSLContext | None = None,
        starttls: bool = True,
        login: bool = True,
        limit: int = 33554432,
        tokens: Callable[[str], str] | None = None,
    ) -> None:
        self._authority = authority
        self._security = security
        self._context = context or authority.context()
        self._starttls = starttls
        self._login = login
        self._limit = limit
        self.tokens = tokens
        self.lapsed: list[str] = []
        self.accepted: list[AcceptedMail] = []
        self.logins: list[str] = []
        self.connections = 0
        self.lines: list[asyncio.Transport] = []
        self.begun = 0  # MAIL commands
        self.busy = 0  # mails at hand
        self.answers: dict[str, str] = {}
        self.greetings: list[str] = []
        self.verdicts: list[str] = []
        self.broken_in_data = 0  # so many of the next mails are cut off in the middle
        self.lost_after_data = 0  # so many are taken without an answer
        self.moment: Callable[[str], Awaitable[None]] = _at_once
        self.deliver: Callable[[AcceptedMail], None] = lambda _: None

    def settings(self, **more: Any) -> MailServer:
        """How to reach it."""
        given = {
            "host": HOST,
            "port": self.port,
            "security": self._security,
            "user": USER,
            "ca": self._authority.file,
        }
        return MailServer(**{**given, **more})

    @property
    def is_idle(self) -> bool:
        """Whether nobody is connected and nothing is at hand."""
        return not self.busy and all(line.is_closing() for line in self.lines)

    def ids(self) -> list[str]:
        """The Message-IDs of all mails that were taken, in order."""
        return [accepted.message_id for accepted in self.accepted]

    def __enter__(self) -> Self:
        self._controller = _Controller(self, **self._features())
        self.port = self._controller.port
        self._controller.start()
        self.connections = 0  # but for the one that the start tries
        return self

    def __exit__(self, *_: object) -> None:
        hanging_up = asyncio.run_coroutine_threadsafe(self._hang_up(), self._controller.loop)
        hanging_up.result(60)
        self._controller.stop()

    async def _hang_up(self) -> None:
        """No line stays open, whoever still holds its other end."""
        while lines := [line for line in self.lines if not line.is_closing()]:
            for line in lines:
                line.abort()
            await asyncio.sleep(0.01)
        self.lines.clear()

    def _features(self) -> dict[str, Any]:
        features: dict[str, Any] = {
            "data_size_limit": self._limit,
            "server_hostname": "mail.example.co.jp",
        }
        if self._login and self.tokens is None:
            features["authenticator"] = self._authenticate
            features["auth_exclude_mechanism"] = ["XOAUTH2"]
        else:
            others = [] if self.tokens else ["XOAUTH2"]
            features["auth_exclude_mechanism"] = ["LOGIN", "PLAIN", *others]
        if self._security is ConnectionSecurity.TLS:
            return {**features, "ssl_context": self._context, "auth_require_tls": False}
        if self._starttls:
            return {**features, "tls_context": self._context, "require_starttls": True}
        return {**features, "auth_require_tls": False}

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.logins.append(mechanism)
        return AuthResult(success=right, handled=right)

    # --- what aiosmtpd asks a handler

    async def handle_MAIL(  # noqa: N802 - the name that it looks for
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        await self.moment("mail")
        if self.greetings and (answer := self.greetings.pop(0)):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _: list[str]
    ) -> str:
        await self.moment("rcpt")
        if answer := self.answers.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.verdicts and (answer := self.verdicts.pop(0)):
            return answer
        assert envelope.mail_from is not None
        assert isinstance(envelope.content, bytes)
        accepted = AcceptedMail(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content)
        self.busy += 1
        await asyncio.shield(asyncio.create_task(self._take(accepted)))
        if self.lost_after_data:
            self.lost_after_data -= 1
            _hang_up(server)
        return "250 2.0.0 OK queued"

    async def _take(self, accepted: AcceptedMail) -> None:
        try:
            await self.moment("data")
            self.accepted.append(accepted)
            self.deliver(accepted)
            await self.moment("reply")
        finally:
            self.busy -= 1


class _Server(SMTP):
    """One conversation."""

    line_length_limit = 12288  # of a login: RFC 4954

    def __init__(self, *more: Any, **features: Any) -> None:
        super().__init__(*more, **features)
        self.command_size_limits["AUTH"] = self.line_length_limit

    async def auth_XOAUTH2(self, _: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """As Microsoft and Google do it: a no comes with a challenge that wants no answer."""
        self.event_handler.logins.append("XOAUTH2")
        told = base64.b64decode(args[1]).decode().split("\x01")
        user, token = told[0].removeprefix("user="), told[1].removeprefix("auth=Bearer ")
        lapsed, tokens = self.event_handler.lapsed, self.event_handler.tokens
        if lapsed and (answer := lapsed.pop(0)):
            return AuthResult(success=False, handled=False, message=answer)
        if user == tokens(token):
            return AuthResult(success=True)
        answer = await self.challenge_auth('{"status":"401","schemes":"bearer"}')
        assert answer == b""
        message = "535 5.7.3 Authentication unsuccessful"
        return AuthResult(success=False, handled=False, message=message)

    def connection_made(self, transport: Any) -> None:
        self.event_handler.connections += 1
        self.event_handler.lines.append(transport)
        super().connection_made(transport)

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        self.event_handler.begun += 1
        await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if not self.event_handler.broken_in_data:
            await super().smtp_DATA(arg)
            return
        self.event_handler.broken_in_data -= 1
        await self.push("354 Go on")
        await self._reader.readline()
        _hang_up(self)


class _Controller(Controller):
    """On a port that is free."""

    def __init__(self, handler: SmtpServer, **features: Any) -> None:
        self._socket = socket.socket()
        self._socket.bind((HOST, 0))
        super().__init__(handler, hostname=HOST, port=self._socket.getsockname()[1], **features)

    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(
            self._factory_invoker, sock=self._socket, ssl=self.ssl_context
        )


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()
