"""Sends one mail once: what the server says of it goes into the log and into an outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from typing import Final

from sheet_diag.mail.compose.facts import create_log_entry, read_mail_facts
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.smtp.connection import SmtpReply
from sheet_diag.mail.smtp.session import AnswerLostError, Envelope, NotTakenError, SmtpSession
from sheet_diag.model.mail import MailEvent, MailLogEntry, OutgoingMail
from sheet_diag.model.settings import CorrespondenceSettings
from sheet_diag.storage.report_passwords.fingerprints import fingerprint_mail

# The text of an entry `sending` whose mail has a copy for its sender.
COPY_PREFIX: Final = "Bcc: "


@dataclass(frozen=True, slots=True)
class FinalMail:
    """A mail in its last form, which was checked; the lines of `content` end with CR LF."""

    mail: OutgoingMail
    content: bytes
    message_id: str


class AttemptEnd(Enum):
    """How an attempt ended.

    `REFUSED`: for good, and no address is at fault. `AGAIN`: it may be tried again. `UNKNOWN`:
    nobody knows whether the mail was taken. `OVER`: any other end.
    """

    OVER = auto()
    REFUSED = auto()
    AGAIN = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """The result of an attempt: its entries in the log, and what the server said."""

    end: AttemptEnd
    entries: tuple[MailLogEntry, ...] = ()
    text: str = ""


class SendAttempt:
    """One attempt to send a mail to some of its client's addresses."""

    def __init__(
        self,
        mail: FinalMail,
        addresses: tuple[str, ...],
        log: MailLog,
        settings: CorrespondenceSettings,
        now: Callable[[], datetime],
    ) -> None:
        self._mail = mail
        self._addresses = addresses
        self._log = log
        self._settings = settings
        self._now = now
        self._entries: list[MailLogEntry] = []
        self._password_fingerprint = fingerprint_mail(mail.mail)
        self._facts = read_mail_facts(mail.content)

    def run(self, session: SmtpSession) -> AttemptOutcome:
        """Send the mail.

        Raises `MessageTooLargeError`, `SmtpServerError`, and `OSError` where the log cannot be
        written.
        """
        try:
            answer = session.send(self._envelope(), self._mail.content, self._log_sending)
        except NotTakenError as error:
            return self._outcome(AttemptEnd.AGAIN, error.text)
        except AnswerLostError:
            return self._outcome(AttemptEnd.UNKNOWN)
        if answer.reply is None:
            return self._conclude_rejected(answer.rejected)
        return self._conclude(answer.reply, self._accepted(answer.rejected))

    def defer(self, text: str) -> tuple[MailLogEntry, ...]:
        """Log that the mail was not taken this time; return all entries of the attempt."""
        if not any(entry.event is MailEvent.DEFERRED for entry in self._entries):
            self._add_entry(MailEvent.DEFERRED, self._addresses, text)
        return tuple(self._entries)

    def _envelope(self) -> Envelope:
        sender = self._settings.sender
        is_recipient = sender.casefold() in {each.casefold() for each in self._addresses}
        copy = sender if self._settings.copies and not is_recipient else ""
        return Envelope(sender, self._addresses, copy)

    def _accepted(self, rejected: Mapping[str, SmtpReply]) -> tuple[str, ...]:
        return tuple(each for each in self._addresses if each not in rejected)

    def _log_sending(self, rejected: Mapping[str, SmtpReply]) -> None:
        self._log_rejected(rejected)
        copy = f"{COPY_PREFIX}{self._settings.sender}" if self._settings.copies else ""
        self._add_entry(MailEvent.SENDING, self._accepted(rejected), copy)

    def _conclude(self, reply: SmtpReply, addresses: tuple[str, ...]) -> AttemptOutcome:
        """Log the reply to the whole mail."""
        at_fault = reply.blames_address(asked_for=False)
        if reply.is_yes:
            self._add_entry(MailEvent.SENT, addresses, str(reply))
            return self._outcome(AttemptEnd.OVER)
        if reply.is_no:
            self._add_entry(MailEvent.REFUSED, addresses if at_fault else (), str(reply))
            return self._outcome(AttemptEnd.OVER if at_fault else AttemptEnd.REFUSED, str(reply))
        self._add_entry(MailEvent.DEFERRED, addresses, str(reply))
        return self._outcome(AttemptEnd.OVER if at_fault else AttemptEnd.AGAIN, str(reply))

    def _conclude_rejected(self, rejected: Mapping[str, SmtpReply]) -> AttemptOutcome:
        """Log that all recipients are rejected; where the server blames itself, ask it again."""
        others = [each for each in rejected.values() if not each.blames_address(asked_for=True)]
        if temporary := [each for each in others if not each.is_no]:
            return self._outcome(AttemptEnd.AGAIN, str(temporary[0]))
        self._log_rejected(rejected)
        if len(others) == len(rejected):
            return self._outcome(AttemptEnd.REFUSED, str(others[0]))
        return self._outcome(AttemptEnd.OVER)

    def _log_rejected(self, rejected: Mapping[str, SmtpReply]) -> None:
        """Log an entry for each kind of no: of the server, of the address, for now."""
        blamed = {k: v for k, v in rejected.items() if v.blames_address(asked_for=True) and v.is_no}
        temporary = {k: v for k, v in rejected.items() if not v.is_no}
        others = {k: v for k, v in rejected.items() if k not in blamed and k not in temporary}
        if others:
            self._add_entry(MailEvent.REFUSED, (), _format_replies(others))
        if blamed:
            self._add_entry(MailEvent.REFUSED, blamed, _format_replies(blamed))
        if temporary:
            self._add_entry(MailEvent.DEFERRED, temporary, _format_replies(temporary))

    def _add_entry(self, event: MailEvent, addresses: Iterable[str], text: str) -> None:
        mail, fingerprint = self._mail, self._password_fingerprint
        entry = create_log_entry(
            event, self._now(), mail.mail, mail.message_id, fingerprint, self._facts
        )
        entry = replace(entry, addresses=tuple(addresses), text=text)
        self._log.add(entry)
        self._entries.append(entry)

    def _outcome(self, end: AttemptEnd, text: str = "") -> AttemptOutcome:
        return AttemptOutcome(end, tuple(self._entries), text)


def _format_replies(rejected: Mapping[str, SmtpReply]) -> str:
    """Join what the server said, with the addresses where there are several."""
    if len(rejected) == 1:
        return str(*rejected.values())
    return " / ".join(f"{address}: {reply}" for address, reply in rejected.items())


FindCopies = Callable[[Sequence[str]], frozenset[str]]


class UncertainAnswer(Enum):
    """What a person says of a mail: it was sent, it was not, it stays uncertain."""

    SENT = auto()
    UNSENT = auto()
    LEAVE = auto()


def resolve_uncertain_mails(
    log: MailLog,
    settings: CorrespondenceSettings,
    find_copy: FindCopies | None,
    ask: Callable[[MailLogEntry], UncertainAnswer],
    *,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
) -> None:
    """Find out what became of the uncertain mails, and log it.

    `find_copy` waits a while for Message-IDs in the sender's mailbox and returns those that have
    arrived (None: nobody can look); `ask` asks a person. Raises what `find_copy` does, `OSError`.
    """
    known = _search_copies(log, settings.sender, find_copy) if find_copy else {}
    for entry in log.uncertain():
        match known.get(entry.message_id) or ask(entry):
            case UncertainAnswer.SENT:
                log.add(replace(entry, time=now(), event=MailEvent.SENT, text=""))
            case UncertainAnswer.UNSENT:
                log.add(replace(entry, time=now(), event=MailEvent.UNSENT, text=""))
            case UncertainAnswer.LEAVE:
                pass


def _search_copies(log: MailLog, sender: str, find_copy: FindCopies) -> dict[str, UncertainAnswer]:
    """Conclude from the mailbox, by Message-ID; nothing where it cannot be relied upon."""
    copied = [entry.message_id for entry in log.uncertain() if _has_copy(entry, sender)]
    if not copied:
        return {}
    reference = _find_reference_mail(log, sender)
    found = find_copy([*copied, *([reference] if reference else [])])
    known = dict.fromkeys(copied, UncertainAnswer.UNSENT) if reference in found else {}
    return {**known, **{each: UncertainAnswer.SENT for each in copied if each in found}}


def _find_reference_mail(log: MailLog, sender: str) -> str:
    """Find the last mail that the server itself said it has taken, and that has a copy."""
    copied = {entry.message_id for entry in log.entries if _has_copy(entry, sender)}
    taken = (entry for entry in reversed(log.entries) if entry.event is MailEvent.SENT)
    confirmed = (entry.message_id for entry in taken if entry.text)
    return next((each for each in confirmed if each in copied), "")


def _has_copy(entry: MailLogEntry, sender: str) -> bool:
    return entry.event is MailEvent.SENDING and entry.text == f"{COPY_PREFIX}{sender}"
