"""One mail, once over the line: what the server says of it, in the log and as an outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final

from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.smtp.records import FinalMail
from sheet_diag.mail.smtp.replies import SmtpReply
from sheet_diag.mail.smtp.session import AnswerLostError, Envelope, NotTakenError, SmtpSession
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.settings import CorrespondenceSettings
from sheet_diag.storage.report_passwords.fingerprints import fingerprint_mail

# How a line `sending` tells in its text that the sender gets a copy.
COPY_PREFIX: Final = "Bcc: "


class AttemptEnd(Enum):
    """How an attempt ended: for good, refused for good by no fault of the addresses, to be tried
    again, or nobody knows."""

    OVER = auto()
    REFUSED = auto()
    AGAIN = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """What an attempt led to; `lines` are those of the log, `text` is what the server said."""

    ending: AttemptEnd
    lines: tuple[MailLogEntry, ...] = ()
    text: str = ""


class SendAttempt:
    """A mail on its way to these addresses of its client."""

    def __init__(
        self,
        mail: FinalMail,
        addresses: tuple[str, ...],
        book: MailLog,
        settings: CorrespondenceSettings,
        now: Callable[[], datetime],
    ) -> None:
        self._mail = mail
        self._addresses = addresses
        self._book = book
        self._settings = settings
        self._now = now
        self._lines: list[MailLogEntry] = []
        self._seal = fingerprint_mail(mail.mail)

    def over(self, session: SmtpSession) -> AttemptOutcome:
        """Send it. Raises what `SmtpSession.send` does for other reasons than a bad moment, and
        `OSError` where the log cannot be written."""
        try:
            verdict = session.send(self._envelope(), self._mail.content, self._about_to_end)
        except NotTakenError as error:
            return self._outcome(AttemptEnd.AGAIN, error.text)
        except AnswerLostError:
            return self._outcome(AttemptEnd.UNKNOWN)
        if verdict.reply is None:
            return self._turned_down(verdict.rejected)
        return self._answered(verdict.reply, self._accepted(verdict.rejected))

    def deferred(self, text: str) -> tuple[MailLogEntry, ...]:
        """The lines, with one that it was not taken this time."""
        if not any(line.event is MailEvent.DEFERRED for line in self._lines):
            self._log(MailEvent.DEFERRED, self._addresses, text)
        return tuple(self._lines)

    def _envelope(self) -> Envelope:
        sender = self._settings.sender
        among = sender.casefold() in {each.casefold() for each in self._addresses}
        copy = sender if self._settings.copies and not among else ""
        return Envelope(sender, self._addresses, copy)

    def _accepted(self, rejected: Mapping[str, SmtpReply]) -> tuple[str, ...]:
        return tuple(each for each in self._addresses if each not in rejected)

    def _about_to_end(self, rejected: Mapping[str, SmtpReply]) -> None:
        self._log_rejected(rejected)
        copy = f"{COPY_PREFIX}{self._settings.sender}" if self._settings.copies else ""
        self._log(MailEvent.SENDING, self._accepted(rejected), copy)

    def _answered(self, reply: SmtpReply, addresses: tuple[str, ...]) -> AttemptOutcome:
        """The server has the whole mail and takes it or not."""
        at_fault = reply.blames_address(asked_for=False)
        if reply.is_yes:
            self._log(MailEvent.SENT, addresses, str(reply))
            return self._outcome(AttemptEnd.OVER)
        if reply.is_no:
            self._log(MailEvent.REFUSED, addresses if at_fault else (), str(reply))
            return self._outcome(AttemptEnd.OVER if at_fault else AttemptEnd.REFUSED, str(reply))
        self._log(MailEvent.DEFERRED, addresses, str(reply))
        return self._outcome(AttemptEnd.OVER if at_fault else AttemptEnd.AGAIN, str(reply))

    def _turned_down(self, rejected: Mapping[str, SmtpReply]) -> AttemptOutcome:
        """Nobody may have it. Where the server blames itself, it is asked again."""
        strange = [each for each in rejected.values() if not each.blames_address(asked_for=True)]
        if passing := [each for each in strange if not each.is_no]:
            return self._outcome(AttemptEnd.AGAIN, str(passing[0]))
        self._log_rejected(rejected)
        if len(strange) == len(rejected):
            return self._outcome(AttemptEnd.REFUSED, str(strange[0]))
        return self._outcome(AttemptEnd.OVER)

    def _log_rejected(self, rejected: Mapping[str, SmtpReply]) -> None:
        """A line for each kind of no: by the address, by the server, for now."""
        blamed = {k: v for k, v in rejected.items() if v.blames_address(asked_for=True) and v.is_no}
        passing = {k: v for k, v in rejected.items() if not v.is_no}
        others = {k: v for k, v in rejected.items() if k not in blamed and k not in passing}
        if others:
            self._log(MailEvent.REFUSED, (), _format_replies(others))
        if blamed:
            self._log(MailEvent.REFUSED, blamed, _format_replies(blamed))
        if passing:
            self._log(MailEvent.DEFERRED, passing, _format_replies(passing))

    def _log(self, event: MailEvent, addresses: Iterable[str], text: str) -> None:
        parcel = self._mail.mail
        posted = MailLogEntry(
            time=self._now(),
            event=event,
            client=parcel.client.id,
            kind=parcel.kind,
            subject=parcel.subject,
            message_id=self._mail.message_id,
            addresses=tuple(addresses),
            file=parcel.file_names,
            text=text,
            password_fingerprint=self._seal,
            due=parcel.due,
            edition=parcel.edition,
        )
        self._book.add(posted)
        self._lines.append(posted)

    def _outcome(self, ending: AttemptEnd, text: str = "") -> AttemptOutcome:
        return AttemptOutcome(ending, tuple(self._lines), text)


def _format_replies(rejected: Mapping[str, SmtpReply]) -> str:
    """What the server said, of each address where there are several."""
    if len(rejected) == 1:
        return str(*rejected.values())
    return " / ".join(f"{address}: {reply}" for address, reply in rejected.items())
