"""How one mail stands after its lines in the log."""

from __future__ import annotations

from sheet_diag.model.mail import MailEvent, MailLogEntry


class MailState:
    """The state of one mail after its entries.

    `last` is the last entry, `attempts` how often the mail was sent up to its last byte. `refused`
    are the folded addresses that refused it or that it came back from. `pending` is the entry
    `sending` of an attempt of which nobody knows whether the server took it. `sent` is the entry of
    the mail that somebody may have; `sent_at` is its place in the log and `resent_at` where the
    mail last went out although somebody had it (from 1; 0: nowhere).
    """

    def __init__(self) -> None:
        self.last: MailLogEntry | None = None
        self.attempts = 0
        self.refused: set[str] = set()
        self.pending: MailLogEntry | None = None
        self.sent: MailLogEntry | None = None
        self.sent_at = self.resent_at = 0
        self._place = 0
        self._returned: set[str] = set()

    @property
    def is_done(self) -> bool:
        """Whether it went out, and one address at least did not send it back."""
        return self.sent is not None

    @property
    def resent(self) -> MailLogEntry | None:
        """The entry of the mail that somebody may have, if it had gone out before."""
        return self.sent if self.resent_at == self.sent_at else None

    def add(self, entry: MailLogEntry, place: int) -> None:
        """Take in the next entry, with its place in the log."""
        self.last, self._place = entry, place
        if entry.event in (MailEvent.REFUSED, MailEvent.BOUNCED):
            self.refused |= entry.folded_addresses
        match entry.event:
            case MailEvent.SENDING:
                self.attempts += 1
                self.pending = entry
            case MailEvent.SENT | MailEvent.BY_HAND:
                self._add_sent(entry)
            case MailEvent.BOUNCED:
                self._add_bounce(entry)
            case _ if self.pending and self.pending.may_be_attempt_of(entry):
                self.pending = None

    def _add_sent(self, entry: MailLogEntry) -> None:
        self.resent_at = self._place if self.sent else self.resent_at
        self.pending, self.sent, self.sent_at = None, entry, self._place
        self._returned = set()

    def _add_bounce(self, entry: MailLogEntry) -> None:
        """Add a bounce; one of an earlier attempt says nothing about the last one."""
        if self.pending and self.pending.may_be_attempt_of(entry):
            self._add_sent(self.pending)
        if self.sent and self.sent.may_be_attempt_of(entry):
            self._returned |= entry.folded_addresses
            if not entry.addresses or self.sent.folded_addresses <= self._returned:
                self.sent = None
