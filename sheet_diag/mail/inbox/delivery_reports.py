"""Reads what mail servers report of our mails, and logs each failure once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sheet_diag.mail.inbox.bounces import DeliveryFailure, FailureKind, SentMailIndex
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.mail import MailEvent, MailLogEntry

_DELAYS_MATTER: Final = timedelta(days=5)  # then a server has given up, and has said so
_EVENTS: Final = {
    FailureKind.ADDRESS: MailEvent.BOUNCED,
    FailureKind.PASSING: MailEvent.UNDELIVERED,
}


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a report says: failures of our mails that are new, and such as show no mail of ours.

    It is `understood` where it says anything of an address.
    """

    news: tuple[DeliveryFailure, ...] = ()
    unconfirmed: tuple[DeliveryFailure, ...] = ()
    understood: bool = False


class DeliveryReportReader:
    """Reads reports; only what shows a mail of ours goes into the log."""

    def __init__(self, log: MailLog, sent: SentMailIndex) -> None:
        self._log = log
        self._sent = sent
        self._known: dict[tuple[object, ...], datetime] = {}
        for each in log.entries:
            if each.event in _EVENTS.values():
                self._note(each)

    def read(self, content: bytes, when: datetime) -> DeliveryReport:
        """Read a message that arrived at a time. Raises `OSError` where the log is not writable."""
        try:
            found = list(self._sent.failures(content, when))
        except Exception:  # noqa: BLE001 - damaged mails make the library raise all sorts
            found = []
        ours = [(each, each.mail) for each in found if each.mail]
        news = [each for each, mail in ours if self._is_news(each, mail, when)]
        unconfirmed = tuple(each for each in found if each.mail is None)
        return DeliveryReport(tuple(news), unconfirmed, bool(found))

    def _is_news(self, failure: DeliveryFailure, mail: MailLogEntry, when: datetime) -> bool:
        """Tell whether a failure was not known, and log it; a delay may pass."""
        event = _EVENTS.get(failure.kind)
        if event is None:
            return datetime.now().astimezone() - when < _DELAYS_MATTER
        entry = MailLogEntry(
            time=max(when, mail.time),  # a person may have noted a mail after it came back
            event=event,
            client=mail.client,
            kind=mail.kind,
            subject=mail.subject,
            message_id=mail.message_id,
            addresses=failure.addresses,
            file=mail.file,
            text=failure.text,
        )
        known = self._known.get(_failure_key(entry))
        if known and (mail.message_id or known >= mail.time):
            return False
        self._log.add(entry)
        self._note(entry)
        return True

    def _note(self, entry: MailLogEntry) -> None:
        self._known[_failure_key(entry)] = entry.time


def _failure_key(entry: MailLogEntry) -> tuple[object, ...]:
    """Return what tells the failure of one attempt at one address from all others."""
    return entry.key, entry.message_id, entry.folded_addresses
