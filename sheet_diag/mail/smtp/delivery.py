"""Mails -> a mail server, each once: in order, at a pace, again after a setback.

A mail whose answer never came is not sent again here, whatever the reason: see `settling`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.smtp.connection import NoSmtpCredentialError, SmtpServerError, smtp_error
from sheet_diag.mail.smtp.pace import SendPace
from sheet_diag.mail.smtp.records import FinalMail, OversizedMail, SendReport
from sheet_diag.mail.smtp.send_attempt import AttemptEnd, AttemptOutcome, SendAttempt
from sheet_diag.mail.smtp.session import MessageTooLargeError, SmtpSession
from sheet_diag.model.mail import MailEvent, MailLogEntry, OutgoingMail
from sheet_diag.model.mail_access import MailCredential
from sheet_diag.model.settings import CorrespondenceSettings, MailServer
from sheet_diag.storage.signals import handle_interrupts

_PAUSES: Final = (5.0, 30.0, 120.0, 300.0)  # seconds after a setback, after two in a row, …
# Bad ends in a row, after which the next mails would have the same one.
_MOST_BAD_ENDS: Final = {AttemptEnd.REFUSED: 3, AttemptEnd.UNKNOWN: 2}


def send_mails(
    outgoing: Iterable[FinalMail],
    book: MailLog,
    settings: CorrespondenceSettings,
    access: MailCredential,
    *,
    progress: Callable[[int], None] = lambda _done: None,
    waiting: Callable[[float, str], None] = lambda _seconds, _text: None,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    sleep: Callable[[float], None] = time.sleep,
) -> SendReport:
    """Send mails until all are out, the server has had enough of us, or somebody presses Ctrl-C.

    A mail is taken from `outgoing` when its turn has come. Ctrl-C lets the mail at hand finish, a
    second one does not. `waiting` is told how many seconds a pause takes and what the server said
    (empty: the connection was lost).

    Raises `SmtpServerError` where not even one mail could be tried, `OSError` where the log
    cannot be written, `ValueError` where no server is set.
    """
    if settings.smtp is None:
        raise ValueError("no mail server is set")
    pace = SendPace(settings.per_minute, now, sleep)
    line = _Connection(settings.smtp, access)
    delivery = _Delivery(book, settings, line, pace, waiting, now)
    with line, handle_interrupts(pace.answer):
        for done, mail in enumerate(outgoing, 1):
            if pace.is_stopped:
                break
            delivery.take(mail)
            progress(done)
            if delivery.stopped:
                break
    return delivery.report()


class _Connection:
    """The connection, made when it is needed and again after it was lost."""

    def __init__(self, server: MailServer, access: MailCredential) -> None:
        self.server = server
        self.was_open = False
        self._access = access
        self._session: SmtpSession | None = None

    def session(self) -> SmtpSession:
        """A session that is ready for a mail. Raises `SmtpServerError`."""
        if self._session is None or not self._session.is_open:
            self._session = SmtpSession.open(self.server, self._access)
            self.was_open = True
        return self._session

    def __enter__(self) -> None:
        """Nothing is connected yet."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._session and kind is None:
            self._session.leave()
        elif self._session:  # maybe in the middle of a mail, which must not be finished
            self._session.drop()


@dataclass(slots=True)
class _SendResults:
    """What has become of the mails so far."""

    lines: list[MailLogEntry] = field(default_factory=list)
    uncertain: list[MailLogEntry] = field(default_factory=list)
    too_big: list[OversizedMail] = field(default_factory=list)
    skipped: list[OutgoingMail] = field(default_factory=list)

    def of(self, event: MailEvent) -> tuple[MailLogEntry, ...]:
        """The lines that tell of it."""
        return tuple(posted for posted in self.lines if posted.event is event)


class _Delivery:
    """One mail after the other."""

    def __init__(
        self,
        book: MailLog,
        settings: CorrespondenceSettings,
        line: _Connection,
        pace: SendPace,
        waiting: Callable[[float, str], None],
        now: Callable[[], datetime],
    ) -> None:
        self.stopped: SmtpServerError | None = None
        self._book = book
        self._settings = settings
        self._line = line
        self._pace = pace
        self._waiting = waiting
        self._now = now
        self._tally = _SendResults()
        self._no_access: NoSmtpCredentialError | None = None  # what the last attempt failed for
        self._setbacks = 0  # in a row
        self._bad: tuple[AttemptEnd, ...] = ()  # ends in a row

    def take(self, mail: FinalMail) -> None:
        """Send a mail that has not gone out yet, or is to again, to the addresses that have not
        refused it."""
        key = mail.mail.key
        refused = self._book.state(key).refused
        addresses = mail.mail.client.addresses
        open_to = tuple(each for each in addresses if each.casefold() not in refused)
        if pending := self._book.state(key).pending:
            self._tally.uncertain.append(pending)
        elif (self._book.state(key).is_done and not mail.mail.again) or not open_to:
            self._tally.skipped.append(mail.mail)
        else:
            self._pace.wait_for_turn()
            self._deliver(mail, open_to)

    def report(self) -> SendReport:
        """What has become of them."""
        tally = self._tally
        return SendReport(
            sent=tally.of(MailEvent.SENT),
            refused=tally.of(MailEvent.REFUSED),
            deferred=tally.of(MailEvent.DEFERRED),
            uncertain=tuple(tally.uncertain),
            too_big=tuple(tally.too_big),
            skipped=tuple(tally.skipped),
            stopped=self.stopped,
            interrupted=self._pace.is_stopped,
        )

    def _deliver(self, mail: FinalMail, addresses: tuple[str, ...]) -> None:
        """Try until there is an answer for good, or no hope of one."""
        while not (self.stopped or self._pace.is_stopped):
            attempt = SendAttempt(mail, addresses, self._book, self._settings, self._now)
            outcome = self._outcome(attempt, mail)
            if outcome.ending is not AttemptEnd.AGAIN:
                self._conclude(outcome)
                return
            self._set_back(attempt, outcome)

    def _outcome(self, attempt: SendAttempt, mail: FinalMail) -> AttemptOutcome:
        limit, self._no_access = 0, None
        try:
            session = self._line.session()
            limit = session.limit
            return attempt.over(session)
        except MessageTooLargeError:
            self._tally.too_big.append(OversizedMail(mail.mail, len(mail.content), limit))
        except SmtpServerError as error:
            if not self._line.was_open:
                raise
            if error.passing:
                self._no_access = error if isinstance(error, NoSmtpCredentialError) else None
                return AttemptOutcome(AttemptEnd.AGAIN, text=error.parts.get("reply", ""))
            self.stopped = error
        return AttemptOutcome(AttemptEnd.OVER)

    def _conclude(self, outcome: AttemptOutcome) -> None:
        """Take note; too many bad ends in a row are no chance."""
        self._tally.lines += outcome.lines
        if outcome.ending is AttemptEnd.UNKNOWN:
            self._tally.uncertain += outcome.lines[-1:]
        self._setbacks = 0
        self._bad = (*self._bad, outcome.ending) if outcome.ending in _MOST_BAD_ENDS else ()
        if self._bad.count(AttemptEnd.REFUSED) == _MOST_BAD_ENDS[AttemptEnd.REFUSED]:
            self.stopped = self._error(outcome.text, "send.server.refuses")
        if self._bad.count(AttemptEnd.UNKNOWN) == _MOST_BAD_ENDS[AttemptEnd.UNKNOWN]:
            self.stopped = self._error("", "send.server.gave_up.lost")

    def _set_back(self, attempt: SendAttempt, outcome: AttemptOutcome) -> None:
        """Wait, each time longer; at last give up."""
        if self._setbacks == len(_PAUSES):
            self._tally.lines += attempt.deferred(outcome.text)
            key = "send.server.gave_up" if outcome.text else "send.server.gave_up.lost"
            self.stopped = self._no_access or self._error(outcome.text, key)
            return
        seconds = _PAUSES[self._setbacks]
        self._setbacks += 1
        self._waiting(seconds, outcome.text)
        self._pace.pause(seconds)
        if self._pace.is_stopped:
            self._tally.lines += outcome.lines

    def _error(self, reply: str, key: str) -> SmtpServerError:
        return smtp_error(self._line.server, key, reply=reply)
