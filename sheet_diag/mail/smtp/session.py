"""A session with a mail server: mails that are ended in two steps.

Everything of a mail but its last line goes out first; then the caller notes that it is about to be
ended; then it is ended. A server that has not seen the end throws the mail away, so whoever reads
the note knows which mails may have been taken. Knows nothing of logs, lists and pauses.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Self

from sheet_diag.mail.smtp.connection import TIMEOUT, SmtpServerError, connect_smtp
from sheet_diag.mail.smtp.replies import SmtpReply
from sheet_diag.model.mail_access import MailCredential
from sheet_diag.model.settings import MailServer

_END_TIMEOUT: Final = 600.0  # seconds for the answer to a whole mail: RFC 5321, 4.5.3.2.6
_DOTS: Final = re.compile(rb"^\.", re.MULTILINE)
_BARE_LINE_END: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_END: Final = b".\r\n"
_GO_ON: Final = 354
_CLOSING: Final = 421
_TOO_BIG: Final = 552
_NOT_LOGGED_IN: Final = 530


class NotTakenError(Exception):
    """A mail that the server did not take and may take later; `text` is what it said (empty: the
    connection was lost)."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        super().__init__(text)


class MessageTooLargeError(Exception):
    """A mail that is larger than the server takes."""


class AnswerLostError(Exception):
    """The connection was lost between the end of a mail and the answer to it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends, who receives, and who gets a copy that no header tells of (empty: nobody)."""

    sender: str
    recipients: tuple[str, ...]
    copy: str = ""


@dataclass(frozen=True, slots=True)
class SmtpAnswer:
    """What a server says of a mail: the recipients that it turns down, and its last word (None:
    it turned all of them down)."""

    rejected: Mapping[str, SmtpReply] = field(default_factory=dict)
    reply: SmtpReply | None = None


class SmtpSession:
    """A connection that is logged in. `limit` is the most bytes of a mail (0: not told)."""

    def __init__(self, server: MailServer, client: smtplib.SMTP) -> None:
        self._server = server
        self._client = client
        self._has_worked = False
        size = client.esmtp_features.get("size", "")
        self.limit = int(size) if size.isdecimal() else 0

    @classmethod
    def open(cls, server: MailServer, access: MailCredential) -> Self:
        """Connect and log in. Raises `SmtpServerError`."""
        return cls(server, connect_smtp(server, access))

    @property
    def is_open(self) -> bool:
        """Whether another mail can be sent."""
        return self._client.sock is not None

    def send(
        self, envelope: Envelope, content: bytes, ending: Callable[[Mapping[str, SmtpReply]], None]
    ) -> SmtpAnswer:
        """Send a mail; `ending` is called with the rejected recipients right before its end goes
        out.

        Raises `NotTakenError`, `MessageTooLargeError` (neither was it taken), `AnswerLostError`
        (nobody
        knows), `SmtpServerError` (no mail of this sender will be taken).
        """
        if _BARE_LINE_END.search(content):  # some servers take it for the end of the mail
            raise ValueError("a line of the mail does not end with CR LF")
        if 0 < self.limit < len(content):
            raise MessageTooLargeError
        self._begin(envelope.sender, len(content))
        rejected = self._address(envelope)
        if rejected.keys() == set(envelope.recipients):
            self._forget()
            return SmtpAnswer(rejected)
        reply = self._ask("DATA")
        if reply.code != _GO_ON:
            return SmtpAnswer(rejected, self._refusal(reply))
        self._pour(content)
        ending(rejected)
        return SmtpAnswer(rejected, self._end())

    def leave(self) -> None:
        """Say goodbye."""
        with suppress(smtplib.SMTPException, OSError):
            self._client.quit()
        self.drop()

    def drop(self) -> None:
        """Hang up, in the middle of a mail if need be: it is thrown away then."""
        self._client.close()

    def _begin(self, sender: str, size: int) -> None:
        told = f" SIZE={size}" if self._client.has_extn("size") else ""
        reply = self._ask("MAIL", f"FROM:<{sender}>{told}")
        if reply.code == _TOO_BIG:
            raise MessageTooLargeError
        if reply.code == _NOT_LOGGED_IN and self._has_worked:  # a token lasts an hour
            self.drop()
            raise NotTakenError(str(reply))
        if not reply.is_yes:
            raise self._denied(self._refusal(reply), sender, "send.server.sender")
        self._has_worked = True

    def _address(self, envelope: Envelope) -> dict[str, SmtpReply]:
        """Name the recipients; those that are turned down, and why."""
        replies = {each: self._ask("RCPT", f"TO:<{each}>") for each in envelope.recipients}
        rejected = {each: reply for each, reply in replies.items() if not reply.is_yes}
        if envelope.copy and len(rejected) < len(replies):
            reply = self._ask("RCPT", f"TO:<{envelope.copy}>")
            if not reply.is_yes:
                raise self._denied(self._refusal(reply), envelope.copy, "send.server.copy")
        return rejected

    def _denied(self, reply: SmtpReply, sender: str, key: str) -> SmtpServerError:
        host = self._server.host
        return SmtpServerError(key, host=host, sender=sender, reply=str(reply))

    def _refusal(self, reply: SmtpReply) -> SmtpReply:
        """The reply, if it is a no for good; then the next mail can begin."""
        self._forget()
        if not reply.is_no:
            raise NotTakenError(str(reply))
        return reply

    def _forget(self) -> None:
        self._ask("RSET")

    def _pour(self, content: bytes) -> None:
        """Send all but the end of the mail; a server that breaks in has not taken it."""
        whole = content if content.endswith(b"\r\n") else content + b"\r\n"
        try:
            self._client.send(_DOTS.sub(b"..", whole))
        except smtplib.SMTPException as error:
            self.drop()
            raise NotTakenError from error
        if self._is_interrupted():
            self.drop()
            raise NotTakenError

    def _is_interrupted(self) -> bool:
        """Whether the server has said something, or has gone, before it was its turn."""
        sock, heard = self._client.sock, self._client.file
        if sock is None or heard is None:
            return True
        sock.settimeout(0)
        try:
            return bool(heard.peek(1)) or sock.recv(1) is not None
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        finally:
            sock.settimeout(TIMEOUT)

    def _end(self) -> SmtpReply:
        try:
            if self._client.sock:
                self._client.sock.settimeout(_END_TIMEOUT)
            self._client.send(_END)
            reply = SmtpReply.of(*self._client.getreply())
        except smtplib.SMTPException as error:
            self.drop()
            raise AnswerLostError from error
        if self._client.sock:
            self._client.sock.settimeout(TIMEOUT)
        if not (reply.is_yes or reply.is_passing or reply.is_no):
            self.drop()
            raise AnswerLostError
        if reply.code == _CLOSING:
            self.drop()
        return reply

    def _ask(self, command: str, more: str = "") -> SmtpReply:
        """The answer to a command. Raises `NotTakenError` where the server is gone."""
        try:
            reply = SmtpReply.of(*self._client.docmd(command, more))
        except smtplib.SMTPException as error:
            self.drop()
            raise NotTakenError from error
        if reply.code == _CLOSING or reply.code < 200:
            self.drop()
            raise NotTakenError(str(reply))
        return reply
