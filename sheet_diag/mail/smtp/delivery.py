"""Mails -> a mail server, each once: in order, at a pace, again after a setback.

A mail whose answer never came is not sent again here, whatever the reason: see `settling`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.mail.smtp.attempt import Attempt, Ending, Outcome
from sheet_diag.mail.smtp.connecting import MailServerError, NoAccessError, server_error
from sheet_diag.mail.smtp.pace import Pace
from sheet_diag.mail.smtp.records import Outgoing, SendReport, TooBig
from sheet_diag.mail.smtp.session import Session, TooBigError
from sheet_diag.model.mail import Event, Parcel, Posted
from sheet_diag.model.mail_access import Access
from sheet_diag.model.settings import Correspondence, MailServer
from sheet_diag.storage.signals import interrupts

_PAUSES: Final = (5.0, 30.0, 120.0, 300.0)  # seconds after a setback, after two in a row, …
# Bad ends in a row, after which the next mails would have the same one.
_BEARABLE: Final = {Ending.REFUSED: 3, Ending.UNKNOWN: 2}


def send_all(
    outgoing: Iterable[Outgoing],
    book: Postbook,
    settings: Correspondence,
    access: Access,
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

    Raises `MailServerError` where not even one mail could be tried, `OSError` where the log
    cannot be written, `ValueError` where no server is set.
    """
    if settings.smtp is None:
        raise ValueError("no mail server is set")
    pace = Pace(settings.per_minute, now, sleep)
    line = _Line(settings.smtp, access)
    delivery = _Delivery(book, settings, line, pace, waiting, now)
    with line, interrupts(pace.answer):
        for done, mail in enumerate(outgoing, 1):
            if pace.is_stopped:
                break
            delivery.take(mail)
            progress(done)
            if delivery.stopped:
                break
    return delivery.report()


class _Line:
    """The connection, made when it is needed and again after it was lost."""

    def __init__(self, server: MailServer, access: Access) -> None:
        self.server = server
        self.was_open = False
        self._access = access
        self._session: Session | None = None

    def session(self) -> Session:
        """A session that is ready for a mail. Raises `MailServerError`."""
        if self._session is None or not self._session.is_open:
            self._session = Session.open(self.server, self._access)
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
class _Tally:
    """What has become of the mails so far."""

    lines: list[Posted] = field(default_factory=list)
    uncertain: list[Posted] = field(default_factory=list)
    too_big: list[TooBig] = field(default_factory=list)
    skipped: list[Parcel] = field(default_factory=list)

    def of(self, event: Event) -> tuple[Posted, ...]:
        """The lines that tell of it."""
        return tuple(posted for posted in self.lines if posted.event is event)


class _Delivery:
    """One mail after the other."""

    def __init__(
        self,
        book: Postbook,
        settings: Correspondence,
        line: _Line,
        pace: Pace,
        waiting: Callable[[float, str], None],
        now: Callable[[], datetime],
    ) -> None:
        self.stopped: MailServerError | None = None
        self._book = book
        self._settings = settings
        self._line = line
        self._pace = pace
        self._waiting = waiting
        self._now = now
        self._tally = _Tally()
        self._no_access: NoAccessError | None = None  # what the last attempt failed for
        self._setbacks = 0  # in a row
        self._bad: tuple[Ending, ...] = ()  # ends in a row

    def take(self, mail: Outgoing) -> None:
        """Send a mail that has not gone out yet, or is to again, to the addresses that have not
        refused it."""
        key = mail.parcel.key
        refused = self._book.refused(key)
        addresses = mail.parcel.client.addresses
        open_to = tuple(each for each in addresses if each.casefold() not in refused)
        if pending := self._book.pending(key):
            self._tally.uncertain.append(pending)
        elif (self._book.is_done(key) and not mail.parcel.again) or not open_to:
            self._tally.skipped.append(mail.parcel)
        else:
            self._pace.wait_for_turn()
            self._deliver(mail, open_to)

    def report(self) -> SendReport:
        """What has become of them."""
        tally = self._tally
        return SendReport(
            sent=tally.of(Event.SENT),
            refused=tally.of(Event.REFUSED),
            deferred=tally.of(Event.DEFERRED),
            uncertain=tuple(tally.uncertain),
            too_big=tuple(tally.too_big),
            skipped=tuple(tally.skipped),
            stopped=self.stopped,
            interrupted=self._pace.is_stopped,
        )

    def _deliver(self, mail: Outgoing, addresses: tuple[str, ...]) -> None:
        """Try until there is an answer for good, or no hope of one."""
        while not (self.stopped or self._pace.is_stopped):
            attempt = Attempt(mail, addresses, self._book, self._settings, self._now)
            outcome = self._outcome(attempt, mail)
            if outcome.ending is not Ending.AGAIN:
                self._conclude(outcome)
                return
            self._set_back(attempt, outcome)

    def _outcome(self, attempt: Attempt, mail: Outgoing) -> Outcome:
        limit, self._no_access = 0, None
        try:
            session = self._line.session()
            limit = session.limit
            return attempt.over(session)
        except TooBigError:
            self._tally.too_big.append(TooBig(mail.parcel, len(mail.content), limit))
        except MailServerError as error:
            if not self._line.was_open:
                raise
            if error.passing:
                self._no_access = error if isinstance(error, NoAccessError) else None
                return Outcome(Ending.AGAIN, text=error.parts.get("reply", ""))
            self.stopped = error
        return Outcome(Ending.OVER)

    def _conclude(self, outcome: Outcome) -> None:
        """Take note; too many bad ends in a row are no chance."""
        self._tally.lines += outcome.lines
        if outcome.ending is Ending.UNKNOWN:
            self._tally.uncertain += outcome.lines[-1:]
        self._setbacks = 0
        self._bad = (*self._bad, outcome.ending) if outcome.ending in _BEARABLE else ()
        if self._bad.count(Ending.REFUSED) == _BEARABLE[Ending.REFUSED]:
            self.stopped = self._error(outcome.text, "send.server.refuses")
        if self._bad.count(Ending.UNKNOWN) == _BEARABLE[Ending.UNKNOWN]:
            self.stopped = self._error("", "send.server.gave_up.lost")

    def _set_back(self, attempt: Attempt, outcome: Outcome) -> None:
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

    def _error(self, reply: str, key: str) -> MailServerError:
        return server_error(self._line.server, key, reply=reply)
