"""How one mail stands after its lines in the log."""

from __future__ import annotations

from dataclasses import replace

from sheet_diag.model.mail import MailEvent, MailLogEntry


class MailState:
    """The state of one mail after its entries.

    `last` is the last entry, `places` are those of all in the log (from 1), `attempts` how often
    the mail was sent up to its last byte or put into the mailbox as a draft. `draft` is the entry
    of a draft of which nobody has noted whether it was sent. `refused` are the folded addresses
    that refused it or that it came back from for good, `deferred` those that it may be sent to
    again. `pending` is the entry `sending` of an attempt of which nobody knows whether the server
    took it. `sent` is the entry of the mail that somebody may have; `sent_at` is its place in the
    log and `resent_at` where the mail last went out although somebody had it (0: nowhere).
    """

    def __init__(self) -> None:
        self.last: MailLogEntry | None = None
        self.attempts = 0
        self.refused: set[str] = set()
        self.deferred: set[str] = set()
        self.draft: MailLogEntry | None = None
        self.pending: MailLogEntry | None = None
        self.sent: MailLogEntry | None = None
        self.sent_at = self.resent_at = 0
        self.places: list[int] = []
        self._returned: set[str] = set()
        self._ids: set[str] = set()  # Message-IDs under which parts of it went out

    @property
    def is_done(self) -> bool:
        """Whether it went out, and one address at least did not send it back."""
        return self.sent is not None

    @property
    def resent(self) -> MailLogEntry | None:
        """The entry of the mail that somebody may have, if it had gone out before."""
        return self.sent if self.resent_at == self.sent_at else None

    @property
    def by_person(self) -> MailLogEntry | None:
        """The entry of a draft, or of what a person has sent or told, that he may take back."""
        entry = self.draft or self.sent
        own = (MailEvent.DRAFTED, MailEvent.BY_HAND, MailEvent.CALLED)
        return entry if entry and entry.event in own and not self.pending else None

    def add(self, entry: MailLogEntry, place: int) -> None:
        """Take in the next entry, with its place in the log."""
        self.last = entry
        self.places.append(place)
        match entry.event:
            case MailEvent.SENDING:
                self.attempts += 1
                self.pending = entry
            case MailEvent.DRAFTED:
                self.attempts += 1
                self.draft = entry
            case MailEvent.SENT | MailEvent.BY_HAND | MailEvent.CALLED:
                self._add_sent(entry)
            case MailEvent.BOUNCED | MailEvent.UNDELIVERED:
                self._add_bounce(entry)
            case _ if self.pending and self.pending.may_be_attempt_of(entry):
                self.pending = None
            case MailEvent.UNSENT:
                self.draft = None
        if entry.event in (MailEvent.REFUSED, MailEvent.BOUNCED):
            self.refused |= entry.folded_addresses
            self.deferred -= entry.folded_addresses
        elif entry.event in (MailEvent.DEFERRED, MailEvent.UNDELIVERED):
            self.deferred |= entry.folded_addresses

    def _add_sent(self, entry: MailLogEntry) -> None:
        """Add what went out: once more, or to those that it was deferred for."""
        rest = bool(entry.addresses) and entry.folded_addresses <= self.deferred
        self.refused -= entry.folded_addresses
        self.deferred -= entry.folded_addresses
        self.pending = self.draft = None
        if self.sent and rest:
            addresses = tuple(dict.fromkeys((*self.sent.addresses, *entry.addresses)))
            self.sent = replace(self.sent, addresses=addresses)
            self._returned -= entry.folded_addresses
            self._ids.add(entry.message_id)
            return
        place = self.places[-1]
        self.resent_at = place if self.sent else self.resent_at
        self.sent, self.sent_at, self._ids = entry, place, {entry.message_id}
        self._returned = set()

    def _add_bounce(self, entry: MailLogEntry) -> None:
        """Add a bounce; one of an earlier attempt says nothing about the last one, nor about a
        call."""
        if self.pending and self.pending.may_be_attempt_of(entry):
            self._add_sent(self.pending)
        if self.sent is None or self.sent.event is MailEvent.CALLED:
            return
        if "" in self._ids or entry.message_id in {"", *self._ids}:
            self._returned |= entry.folded_addresses
            if not entry.addresses or self.sent.folded_addresses <= self._returned:
                self.sent = None
