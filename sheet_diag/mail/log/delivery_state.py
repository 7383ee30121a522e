"""How one mail stands, line by line of the mail log."""

from __future__ import annotations

from sheet_diag.model.mail import MailEvent, MailLogEntry


class MailState:
    """How one mail stands after the lines that tell of it."""

    def __init__(self, first: MailLogEntry) -> None:
        self.last = first
        self.attempts = 0
        self.refused: set[str] = set()
        self.sending: MailLogEntry | None = None
        self.sent: MailLogEntry | None = None
        self.sent_at = self.resent_at = 0  # places in the log, counted from 1
        self._place = 0
        self._returned: set[str] = set()

    @property
    def is_done(self) -> bool:
        """Whether it went out and somebody may have it."""
        return self.sent is not None

    def note(self, posted: MailLogEntry, place: int) -> None:
        """Take the next line in, from its place in the log."""
        self.last, self._place = posted, place
        if posted.event in (MailEvent.REFUSED, MailEvent.BOUNCED):
            self.refused |= _fold_addresses(posted)
        match posted.event:
            case MailEvent.SENDING:
                self.attempts += 1
                self.sending = posted
            case MailEvent.SENT | MailEvent.BY_HAND:
                self._went(posted)
            case MailEvent.BOUNCED:
                self._bounce(posted)
            case _ if self.sending and _is_same_attempt(self.sending, posted):
                self.sending = None

    def _went(self, posted: MailLogEntry) -> None:
        self.resent_at = self._place if self.sent else self.resent_at
        self.sending, self.sent, self.sent_at = None, posted, self._place
        self._returned = set()

    def _bounce(self, posted: MailLogEntry) -> None:
        """A bounce of an earlier attempt says nothing about the last one."""
        if self.sending and _is_same_attempt(self.sending, posted):
            self._went(self.sending)
        if self.sent and _is_same_attempt(self.sent, posted):
            self._returned |= _fold_addresses(posted)
            if not posted.addresses or _fold_addresses(self.sent) <= self._returned:
                self.sent = None


def _fold_addresses(posted: MailLogEntry) -> set[str]:
    return {address.casefold() for address in posted.addresses}


def _is_same_attempt(mail: MailLogEntry, posted: MailLogEntry) -> bool:
    """Whether the line may tell of this very attempt; drafts sent by hand have no id of ours."""
    return "" in (mail.message_id, posted.message_id) or mail.message_id == posted.message_id
