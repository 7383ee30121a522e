"""A session with a mail server, in which a mail is ended in two steps.

Everything of a mail but its last line goes out first; then the caller notes that the end is about
to go out; then it does. A server that has not seen the end throws the mail away, so the note tells
which mails may have been taken. This module knows no log, no client list and no pauses.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from sheet_diag.mail.smtp.connection import TIMEOUT, SmtpReply, SmtpServerError
from sheet_diag.model.settings import MailServer

_END_TIMEOUT: Final = 600.0  # seconds for the answer to a whole mail: RFC 5321, 4.5.3.2.6
_DOTS: Final = re.compile(rb"^\.", re.MULTILINE)
_BARE_LINE_END: Final = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_END: Final = b".\r\n"
_GO_ON: Final = 354
_CLOSING: Final = 421
_TOO_LARGE: Final = 552
_NOT_LOGGED_IN: Final = 530


class NotTakenError(Exception):
    """A mail that the server did not take and may take later.

    `text` is what the server said (empty: the connection was lost).
    """

    def __init__(self, text: str = "") -> None:
        self.text = text
        super().__init__(text)


class MessageTooLargeError(Exception):
    """A mail that is larger than the server takes."""


class AnswerLostError(Exception):
    """A connection that was lost between the end of a mail and the answer to it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends, who receives, and who gets a copy that no header names (empty: nobody)."""

    sender: str
    recipients: tuple[str, ...]
    copy: str = ""


@dataclass(frozen=True, slots=True)
class SmtpAnswer:
    """What a server says of a mail.

    `rejected` are the recipients that it rejects, `reply` is its last reply (None: it rejects all).
    """

    rejected: Mapping[str, SmtpReply] = field(default_factory=dict)
    reply: SmtpReply | None = None


class SmtpSession:
    """A connection that is logged in; `limit` is the most bytes of a mail (0: unknown)."""

    def __init__(self, server: MailServer, client: smtplib.SMTP) -> None:
        self._server = server
        self._client = client
        self._has_worked = False
        size = client.esmtp_features.get("size", "")
        self.limit = int(size) if size.isdecimal() else 0

    @property
    def is_open(self) -> bool:
        """Whether another mail can be sent."""
        return self._client.sock is not None

    def send(
        self,
        envelope: Envelope,
        content: bytes,
        before_end: Callable[[Mapping[str, SmtpReply]], None],
    ) -> SmtpAnswer:
        """Send a mail; `before_end` gets the rejected recipients right before the end goes out.

        Raises `NotTakenError` and `MessageTooLargeError` (the mail was not taken),
        `AnswerLostError` (nobody knows), `SmtpServerError` (no mail of this sender will be taken).
        """
        if _BARE_LINE_END.search(content):  # some servers take it for the end of the mail
            raise ValueError("a line of the mail does not end with CR LF")
        if 0 < self.limit < len(content):
            raise MessageTooLargeError
        self._begin(envelope.sender, len(content))
        rejected = self._send_recipients(envelope)
        if rejected.keys() == set(envelope.recipients):
            self._ask("RSET")
            return SmtpAnswer(rejected)
        reply = self._ask("DATA")
        if reply.code != _GO_ON:
            return SmtpAnswer(rejected, self._require_final_no(reply))
        self._send_content(content)
        before_end(rejected)
        return SmtpAnswer(rejected, self._send_end())

    def close(self) -> None:
        """Say goodbye and close the connection."""
        with suppress(smtplib.SMTPException, OSError):
            self._client.quit()
        self.drop()

    def drop(self) -> None:
        """Close the connection at once; the server throws away a mail that was begun."""
        self._client.close()

    def _begin(self, sender: str, size: int) -> None:
        parameter = f" SIZE={size}" if self._client.has_extn("size") else ""
        reply = self._ask("MAIL", f"FROM:<{sender}>{parameter}")
        if reply.code == _TOO_LARGE:
            raise MessageTooLargeError
        if reply.code == _NOT_LOGGED_IN and self._has_worked:  # a token lasts an hour
            self.drop()
            raise NotTakenError(str(reply))
        if not reply.is_yes:
            raise self._address_error(self._require_final_no(reply), sender, "send.server.sender")
        self._has_worked = True

    def _send_recipients(self, envelope: Envelope) -> dict[str, SmtpReply]:
        """Name the recipients; return those that the server rejects."""
        replies = {each: self._ask("RCPT", f"TO:<{each}>") for each in envelope.recipients}
        rejected = {each: reply for each, reply in replies.items() if not reply.is_yes}
        if envelope.copy and len(rejected) < len(replies):
            reply = self._ask("RCPT", f"TO:<{envelope.copy}>")
            if not reply.is_yes:
                no = self._require_final_no(reply)
                raise self._address_error(no, envelope.copy, "send.server.copy")
        return rejected

    def _address_error(self, reply: SmtpReply, sender: str, key: str) -> SmtpServerError:
        host = self._server.host
        return SmtpServerError(key, host=host, sender=sender, reply=str(reply))

    def _require_final_no(self, reply: SmtpReply) -> SmtpReply:
        """Reset the session; raise `NotTakenError` unless the reply is a final no."""
        self._ask("RSET")
        if not reply.is_no:
            raise NotTakenError(str(reply))
        return reply

    def _send_content(self, content: bytes) -> None:
        """Send all but the end of the mail; a server that answers before it has not taken it."""
        whole = content if content.endswith(b"\r\n") else content + b"\r\n"
        try:
            self._client.send(_DOTS.sub(b"..", whole))
        except smtplib.SMTPException as error:
            self.drop()
            raise NotTakenError from error
        if self._has_early_answer():
            self.drop()
            raise NotTakenError

    def _has_early_answer(self) -> bool:
        """Whether the server has said something, or is gone, before it is its turn."""
        sock, received = self._client.sock, self._client.file
        if sock is None or received is None:
            return True
        sock.settimeout(0)
        try:
            return bool(received.peek(1)) or sock.recv(1) is not None
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        finally:
            sock.settimeout(TIMEOUT)

    def _send_end(self) -> SmtpReply:
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
        if not (reply.is_yes or reply.is_temporary_no or reply.is_no):
            self.drop()
            raise AnswerLostError
        if reply.code == _CLOSING:
            self.drop()
        return reply

    def _ask(self, command: str, argument: str = "") -> SmtpReply:
        """Send a command and read the reply. Raises `NotTakenError` where the server is gone."""
        try:
            reply = SmtpReply.of(*self._client.docmd(command, argument))
        except smtplib.SMTPException as error:
            self.drop()
            raise NotTakenError from error
        if reply.code == _CLOSING or reply.code < 200:
            self.drop()
            raise NotTakenError(str(reply))
        return reply
