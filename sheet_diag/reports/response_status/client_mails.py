"""What the mail log tells of one client: which mails it has, which came back, what it sent.

Reads lines as `mail.log` does: a mail that went out counts until every address it went to has
refused it, and a line tells of one attempt only, because a bounce may come after the next attempt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import AwaitedAnswer, ReturnFacts
from sheet_diag.model.mail import MailEvent, MailKey, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.reports.response_status.read_files import list_collected_mails


def group_mails_by_client(
    clients: ClientList, posted: Sequence[MailLogEntry]
) -> dict[str, ClientMails]:
    """Group the log by client of the list (folded id); lines of others are left out."""
    found = {key: ClientMails(client) for key, client in clients.by_id().items()}
    mails = (each for each in posted if each.event is not MailEvent.COLLECTED)
    for each in (*mails, *list_collected_mails(posted)):
        own = found.get(each.client.casefold())
        if own is not None:
            own.note(each)
    return found


class ClientMails:
    """The mails to and from one client, taken in line by line."""

    def __init__(self, client: ListedClient) -> None:
        self._listed = frozenset(address.casefold() for address in client.addresses)
        self._attempts: dict[MailKey, list[_MailAttempt]] = defaultdict(list)
        self._begun: dict[MailKey, MailLogEntry] = {}  # up to the last byte, without an answer
        self._failures: dict[str, MailLogEntry] = {}
        self._collected: list[MailLogEntry] = []

    def note(self, posted: MailLogEntry) -> None:
        """Take the next line of the log in."""
        if posted.event is MailEvent.COLLECTED:
            self._collected.append(posted)
        elif key := posted.key:
            self._note_mail(key, posted)

    def list_arrived(self, kind: MailKind, about: str | None = None) -> list[MailLogEntry]:
        """List the mails of a kind (about one thing) that arrived, in order.

        A report counts in whatever form.
        """
        found = [
            attempt.posted
            for key, attempts in self._attempts.items()
            if key.kind is kind and about in (None, key.subject.return_sha256)
            for attempt in attempts
            if attempt.has_arrived
        ]
        return sorted(found, key=lambda posted: posted.time)

    def days(self, kind: MailKind, about: str | None = None) -> list[date]:
        """List the days on which they went out, in order."""
        return sorted(posted.time.date() for posted in self.list_arrived(kind, about))

    def list_reminders(self, sha256: str) -> list[MailLogEntry]:
        """List the reminders that arrived: of a correction, or (empty) of the first answer."""
        arrived = self.list_arrived(MailKind.REMINDER)
        return [posted for posted in arrived if posted.subject.return_sha256 == sha256]

    @property
    def numbers(self) -> dict[str, int]:
        """The number of the last reminder that the client has, by the return whose correction it
        asks for (empty: the first answer). One that came back counts where a later one did not."""
        found: dict[str, int] = {}
        for posted in self.list_arrived(MailKind.REMINDER):
            sha256 = posted.subject.return_sha256
            found[sha256] = max(posted.subject.reminder, found.get(sha256, 0))
        return found

    @property
    def collected(self) -> Sequence[MailLogEntry]:
        """What was fetched of the client's mails, in the order of the log."""
        return self._collected

    @property
    def mail_failures(self) -> tuple[str, ...]:
        """The addresses that mail cannot reach now, each with what the server said. One that was
        written to and has left the list since is no trouble any more."""
        return tuple(
            ": ".join(part for part in (address, " ".join(posted.text.split())) if part)
            for address, posted in self._failures.items()
            if address.casefold() in self._listed or address.casefold() not in self._written
        )

    @property
    def _written(self) -> set[str]:
        attempts = (each for mails in self._attempts.values() for each in mails)
        return {address for attempt in attempts for address in attempt.people}

    def _note_mail(self, key: MailKey, posted: MailLogEntry) -> None:
        match posted.event:
            case MailEvent.SENDING:
                self._begun[key] = posted
                return
            case MailEvent.SENT | MailEvent.BY_HAND | MailEvent.CALLED:
                self._go(key, posted)
            case MailEvent.BOUNCED | MailEvent.UNDELIVERED:
                begun = self._begun.get(key)
                # It would not come back, had it not gone.
                if begun and begun.may_be_attempt_of(posted):
                    self._go(key, begun)
                self._fail(key, posted)
            case MailEvent.REFUSED:
                self._fail(key, posted)
            case _:
                pass
        self._begun.pop(key, None)

    def _go(self, key: MailKey, posted: MailLogEntry) -> None:
        self._attempts[key].append(_MailAttempt(posted, posted.folded_addresses))
        reached = posted.folded_addresses
        for address, failure in list(self._failures.items()):
            # An address that was not tried again is as bad as before; one that is gone is not.
            tried = address.casefold() in reached or address.casefold() not in self._listed
            if tried and not _is_same_mail(failure, posted):
                del self._failures[address]

    def _fail(self, key: MailKey, posted: MailLogEntry) -> None:
        attempts = self._attempts[key][::-1]
        attempt = next((a for a in attempts if a.posted.may_be_attempt_of(posted)), None)
        if attempt:
            attempt.returned |= posted.folded_addresses or attempt.people or {""}
        known = posted.addresses or (attempt.posted.addresses if attempt else ())
        self._failures |= dict.fromkeys(known or ("",), posted)


@dataclass(slots=True)
class _MailAttempt:
    """A mail that went out once, and from which addresses it came back."""

    posted: MailLogEntry
    people: frozenset[str]
    returned: set[str] = field(default_factory=set)

    @property
    def has_arrived(self) -> bool:
        return not self.returned or not self.people <= self.returned


def _is_same_mail(failure: MailLogEntry, posted: MailLogEntry) -> bool:
    """Whether one mail went to some of its addresses and not to others."""
    return bool(failure.message_id) and failure.message_id == posted.message_id


_USUAL: Final = timedelta(days=7)  # for a correction that was asked for without a day


def expect_first_answer(mails: ClientMails, due: date | None) -> AwaitedAnswer:
    """Expect the first answer, due on the day of the client or of all."""
    asked = mails.days(MailKind.REQUEST)
    reminders = mails.list_reminders("")
    is_told = not asked or due is None or asked[0] <= due
    return AwaitedAnswer(
        asked=max(asked, default=None),
        reminded=max((each.time.date() for each in reminders), default=None),
        reminders=mails.numbers.get("", 0),
        due=due if is_told else None,
        expected=due,
    )


def expect_correction(
    mails: ClientMails, fact: ReturnFacts, due: date | None
) -> AwaitedAnswer | None:
    """Expect the correction of a return (None: it has not been asked for).

    It is due on the day that was named for it, else on that of the client or of all.
    """
    requests = mails.list_arrived(MailKind.CORRECTION, fact.sha256)
    if not requests:
        return None
    last = requests[-1]
    asked = last.time.date()
    told = last.due or (due if due and due >= asked else None)
    reminders = mails.list_reminders(fact.sha256)
    return AwaitedAnswer(
        asked=asked,
        reminded=max((each.time.date() for each in reminders), default=None),
        reminders=mails.numbers.get(fact.sha256, 0),
        due=told,
        expected=told or asked + _USUAL,
        fact=fact,
    )
