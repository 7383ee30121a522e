"""Sends mails over a mail server: each once, in order, evenly spaced, again after a setback.

A mail whose answer never came is not sent again here; `uncertain` finds out what became of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import FrameType
from typing import Final

from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.smtp.connection import (
    NoSmtpCredentialError,
    SmtpServerError,
    connect_smtp,
    smtp_error,
)
from sheet_diag.mail.smtp.send_attempt import AttemptEnd, AttemptOutcome, FinalMail, SendAttempt
from sheet_diag.mail.smtp.session import MessageTooLargeError, SmtpSession
from sheet_diag.model.mail import MailCredential, MailEvent, MailLogEntry, OutgoingMail
from sheet_diag.model.settings import CorrespondenceSettings, MailServer
from sheet_diag.storage.staging import handle_interrupts

_PAUSES: Final = (5.0, 30.0, 120.0, 300.0)  # seconds after one setback, after two in a row, …
# So many bad ends in a row are no chance: the next mails would have the same one.
_MAX_BAD_ENDS: Final = {AttemptEnd.REFUSED: 3, AttemptEnd.UNKNOWN: 2}
_MINUTE: Final = timedelta(minutes=1)
_SLICE: Final = 0.25  # seconds after which a pause looks whether somebody has pressed Ctrl-C


@dataclass(frozen=True, slots=True)
class OversizedMail:
    """A mail that was not sent because it is larger than the server takes.

    Both sizes are bytes; the limit is 0 where the server did not name it.
    """

    mail: OutgoingMail
    size: int
    limit: int


@dataclass(slots=True)
class SendReport:
    """What became of the mails: entries of the mail log, but for those that were not tried.

    `refused` and `deferred` also hold single addresses of mails that went out to others. Of
    `uncertain` mails nobody knows whether they were taken; they are not sent again by themselves.
    `skipped` went out before, or every address of theirs has refused them. `stopped` says why the
    rest was not tried, `interrupted` that somebody pressed Ctrl-C.
    """

    entries: list[MailLogEntry] = field(default_factory=list)
    uncertain: list[MailLogEntry] = field(default_factory=list)
    too_big: list[OversizedMail] = field(default_factory=list)
    skipped: list[OutgoingMail] = field(default_factory=list)
    stopped: SmtpServerError | None = None
    interrupted: bool = False

    @property
    def sent(self) -> tuple[MailLogEntry, ...]:
        """The mails that the server took."""
        return self._find(MailEvent.SENT)

    @property
    def refused(self) -> tuple[MailLogEntry, ...]:
        """The mails and addresses that were refused for good."""
        return self._find(MailEvent.REFUSED)

    @property
    def deferred(self) -> tuple[MailLogEntry, ...]:
        """The mails and addresses that were refused for now."""
        return self._find(MailEvent.DEFERRED)

    def _find(self, event: MailEvent) -> tuple[MailLogEntry, ...]:
        return tuple(entry for entry in self.entries if entry.event is event)


def send_mails(
    outgoing: Iterable[FinalMail],
    log: MailLog,
    settings: CorrespondenceSettings,
    credential: MailCredential,
    *,
    progress: Callable[[int], None] = lambda _done: None,
    waiting: Callable[[float, str], None] = lambda _seconds, _text: None,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    sleep: Callable[[float], None] = time.sleep,
) -> SendReport:
    """Send mails until all are out, the server refuses to go on, or somebody presses Ctrl-C.

    A mail is taken from `outgoing` when its turn has come. Ctrl-C lets the mail at hand finish, a
    second one does not. `waiting` gets the seconds of a pause and what the server said (empty: the
    connection was lost).

    Raises `SmtpServerError` where not even one mail could be tried, `OSError` where the log
    cannot be written, `ValueError` where no server is set.
    """
    if settings.smtp is None:
        raise ValueError("no mail server is set")
    pace = SendPace(settings.per_minute, now, sleep)
    delivery = _Delivery(log, settings, settings.smtp, credential, pace, waiting, now)
    with delivery, handle_interrupts(pace.stop):
        for done, mail in enumerate(outgoing, 1):
            if pace.is_stopped:
                break
            delivery.send(mail)
            progress(done)
            if delivery.report.stopped:
                break
    delivery.report.interrupted = pace.is_stopped
    return delivery.report


class SendPace:
    """So many mails a minute, evenly spaced; `is_stopped` once somebody has pressed Ctrl-C."""

    def __init__(
        self, per_minute: int, now: Callable[[], datetime], sleep: Callable[[float], None]
    ) -> None:
        self._space = _MINUTE / per_minute
        self._now = now
        self._sleep = sleep
        self._last: datetime | None = None
        self.is_stopped = False

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Stop after the mail at hand, at a second Ctrl-C at once."""
        if self.is_stopped:
            raise KeyboardInterrupt
        self.is_stopped = True

    def wait_for_turn(self) -> None:
        """Wait until the next mail may go out."""
        if self._last:
            waited = max(self._now() - self._last, timedelta())  # a clock may be set back
            self.pause((self._space - waited).total_seconds())
        self._last = self._now()

    def pause(self, seconds: float) -> None:
        """Wait so many seconds, or until somebody presses Ctrl-C."""
        while seconds > 0 and not self.is_stopped:
            self._sleep(min(seconds, _SLICE))
            seconds -= _SLICE


class _Delivery:
    """Sends one mail after the other and reports what became of them."""

    def __init__(
        self,
        log: MailLog,
        settings: CorrespondenceSettings,
        server: MailServer,
        credential: MailCredential,
        pace: SendPace,
        waiting: Callable[[float, str], None],
        now: Callable[[], datetime],
    ) -> None:
        self.report = SendReport()
        self._log = log
        self._settings = settings
        self._server = server
        self._credential = credential
        self._pace = pace
        self._waiting = waiting
        self._now = now
        self._session: SmtpSession | None = None  # made when it is needed, and again once lost
        self._no_credential: NoSmtpCredentialError | None = None  # of the last attempt
        self._setbacks = 0  # in a row
        self._bad_ends: tuple[AttemptEnd, ...] = ()  # in a row

    def __enter__(self) -> None:
        """Connect to nothing yet."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._session and kind is None:
            self._session.close()
        elif self._session:  # maybe in the middle of a mail, which must not be finished
            self._session.drop()

    def send(self, mail: FinalMail) -> None:
        """Send a mail to the addresses that have not refused it, unless it has gone out.

        Where a person wants it again, it goes even to addresses that have all refused it.
        """
        state, again = self._log.state(mail.mail.key), mail.mail.again
        addresses = mail.mail.addresses
        remaining = tuple(each for each in addresses if each.casefold() not in state.refused)
        if again:
            remaining = remaining or addresses
        if state.pending and not again:
            self.report.uncertain.append(state.pending)
        elif (state.is_done and not again and not mail.mail.rest) or not remaining:
            self.report.skipped.append(mail.mail)
        else:
            self._pace.wait_for_turn()
            self._deliver(mail, remaining)

    def _deliver(self, mail: FinalMail, addresses: tuple[str, ...]) -> None:
        """Try until there is a final answer, or no hope of one."""
        while not (self.report.stopped or self._pace.is_stopped):
            attempt = SendAttempt(mail, addresses, self._log, self._settings, self._now)
            outcome = self._try(attempt, mail)
            if outcome.end is not AttemptEnd.AGAIN:
                self._conclude(outcome)
                return
            self._set_back(attempt, outcome)

    def _try(self, attempt: SendAttempt, mail: FinalMail) -> AttemptOutcome:
        limit, self._no_credential = 0, None
        try:
            if self._session is None or not self._session.is_open:
                client = connect_smtp(self._server, self._credential)
                self._session = SmtpSession(self._server, client)
            limit = self._session.limit
            return attempt.run(self._session)
        except MessageTooLargeError:
            self.report.too_big.append(OversizedMail(mail.mail, len(mail.content), limit))
        except SmtpServerError as error:
            if self._session is None:
                raise
            if error.passing:
                self._no_credential = error if isinstance(error, NoSmtpCredentialError) else None
                return AttemptOutcome(AttemptEnd.AGAIN, text=error.parts.get("reply", ""))
            self.report.stopped = error
        return AttemptOutcome(AttemptEnd.OVER)

    def _conclude(self, outcome: AttemptOutcome) -> None:
        """Report the end of a mail; stop after too many bad ends in a row."""
        self.report.entries += outcome.entries
        if outcome.end is AttemptEnd.UNKNOWN:
            self.report.uncertain += outcome.entries[-1:]
        self._setbacks = 0
        is_bad = outcome.end in _MAX_BAD_ENDS
        self._bad_ends = (*self._bad_ends, outcome.end) if is_bad else ()
        if self._bad_ends.count(AttemptEnd.REFUSED) == _MAX_BAD_ENDS[AttemptEnd.REFUSED]:
            self.report.stopped = self._error(outcome.text, "send.server.refuses")
        if self._bad_ends.count(AttemptEnd.UNKNOWN) == _MAX_BAD_ENDS[AttemptEnd.UNKNOWN]:
            self.report.stopped = self._error("", "send.server.gave_up.lost")

    def _set_back(self, attempt: SendAttempt, outcome: AttemptOutcome) -> None:
        """Wait, each time longer; at last give up."""
        if self._setbacks == len(_PAUSES):
            self.report.entries += attempt.defer(outcome.text)
            key = "send.server.gave_up" if outcome.text else "send.server.gave_up.lost"
            self.report.stopped = self._no_credential or self._error(outcome.text, key)
            return
        seconds = _PAUSES[self._setbacks]
        self._setbacks += 1
        self._waiting(seconds, outcome.text)
        self._pace.pause(seconds)
        if self._pace.is_stopped:
            self.report.entries += outcome.entries

    def _error(self, reply: str, key: str) -> SmtpServerError:
        return smtp_error(self._server, key, reply=reply)
