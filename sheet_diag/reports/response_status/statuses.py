"""回収状況: client list, mail log and the last run -> where each client stands. Pure.

Returns belong to the client whose id they bear, and to nobody else. Superseded and ignored ones do
not count, nor does an unreadable one that is not newer than a readable one of the same client.
Where several count (departments that could not be put together), the worst one decides.
A mail that lies in the input folder unread comes before everything that the run knows; one that
went from there unread counts for nothing, and is told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import (
    AwaitedAnswer,
    ClientStatus,
    ResponseStatus,
    ReturnFacts,
    Stage,
)
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnStatus
from sheet_diag.reports.response_status.client_mails import (
    ClientMails,
    expect_correction,
    expect_first_answer,
    group_mails_by_client,
)
from sheet_diag.reports.response_status.counts import ClientProgress, count_groups, count_weeks
from sheet_diag.reports.response_status.read_files import ReadFiles

_LATE: Final = (Stage.UNSENT, Stage.SENT, Stage.REMINDED, Stage.CORRECTING)
_BEYOND: Final = (Stage.RANKED, Stage.DELIVERED)  # of which mails are about the very return
_READABLE: Final = (ReturnStatus.RANKED, ReturnStatus.HELD)
_ORDER: Final = {stage: place for place, stage in enumerate(Stage)}


def compute_response_status(
    clients: ClientList,
    posted: Sequence[MailLogEntry],
    facts: Sequence[ReturnFacts],
    *,
    ran_on: date | None,
    as_of: date,
    deadline: date | None = None,
    missing_mails: Collection[MailLogEntry] = (),
) -> ResponseStatus:
    """Compute where everyone stands on a day.

    `deadline` holds for clients without a due date of their own; `ran_on` is the date of diagnosis
    of the run that the facts are of (None: nothing was run yet); `missing_mails` are collected
    mails that no run has read and that lie in the input folder no more.
    """
    run = ReadFiles.of(facts, ran_on, posted)
    returns = _by_client(facts)
    mails = group_mails_by_client(clients, posted)
    found: list[ClientStatus] = []
    progress: list[ClientProgress] = []
    for client in clients.clients:
        key = client.id.casefold()
        case = _ClientCase(client, mails[key], returns.get(key, ()), run, missing_mails)
        status = case.status(as_of, client.due or deadline)
        found.append(status)
        progress.append(ClientProgress(status, case.first_received))
    counts = Counter(status.stage for status in found)
    return ResponseStatus(
        as_of=as_of,
        clients=tuple(found),
        groups=count_groups(progress),
        weeks=count_weeks(progress, as_of),
        stages={stage: counts[stage] for stage in Stage},
    )


@dataclass(frozen=True, slots=True)
class _ClientCase:
    """All that is known of one client."""

    client: ListedClient
    mails: ClientMails
    returns: Sequence[ReturnFacts]
    run: ReadFiles
    missing_mails: Collection[MailLogEntry]

    @property
    def unread(self) -> list[MailLogEntry]:
        """Its mails that lie there and that no run has read."""
        return [
            mail
            for mail in self.mails.collected
            if mail not in self.missing_mails and not self.run.has_read_mail(mail)
        ]

    @property
    def lost(self) -> date | None:
        """The day of its newest mail that went without having been read (None: none did)."""
        mails = (mail for mail in self.mails.collected if mail in self.missing_mails)
        return max((mail.time.date() for mail in mails), default=None)

    @property
    def first_received(self) -> date | None:
        """The day of its first answer (None: unknown)."""
        days = [fact.received for fact in self.returns if fact.received]
        days += [
            mail.time.date() for mail in self.mails.collected if mail not in self.missing_mails
        ]
        return min(days, default=None)

    def status(self, as_of: date, due: date | None) -> ClientStatus:
        """Compute where the client stands."""
        mails, unread = self.mails, self.unread
        fact = self._deciding()
        stage = self._stage(fact) if not unread else Stage.RECEIVED
        is_ranked = fact is not None and fact.status is ReturnStatus.RANKED
        about = fact.sha256 if fact and stage in _BEYOND else None
        awaited = self._awaited(stage, due)
        due = self._counting_from(stage, awaited, due)
        late = (as_of - due).days if due and stage in _LATE else 0
        return ClientStatus(
            client=self.client,
            stage=stage,
            sent=min(mails.days(MailKind.REQUEST), default=None),
            reminded=_last(mails.days(MailKind.REMINDER)),
            reminders=sum(mails.numbers.values()),
            received=self._received(fact, unread),
            correction_sent=self._correction_sent(stage, fact),
            ranked=self.run.on if is_ranked else None,
            rank=fact.rank if fact else "",
            result_sent=_last(mails.days(MailKind.RESULT, about)),
            password_sent=_last(mails.days(MailKind.PASSWORD, about)),
            due=due,
            overdue=max(0, late),
            awaited=awaited,
            mail_failures=mails.mail_failures,
            fact=fact,
            lost=self.lost,
        )

    def _deciding(self) -> ReturnFacts | None:
        """Return the worst of the returns that count, and of the bad ones one not yet sent back."""

        def badness(fact: ReturnFacts) -> tuple[int, bool]:
            is_sent_back = bool(self.mails.days(MailKind.CORRECTION, fact.sha256))
            return _ORDER[self._stage(fact)], is_sent_back

        return min(_select_counting(self.returns), key=badness, default=None)

    def _stage(self, fact: ReturnFacts | None) -> Stage:
        """Find how far the client has come with a return, or without any."""
        if fact is None:
            return self._asked()
        if fact.status is not ReturnStatus.RANKED:
            return Stage.CORRECTING
        is_sent = self.mails.days(MailKind.RESULT, fact.sha256)
        return Stage.DELIVERED if is_sent else Stage.RANKED

    def _asked(self) -> Stage:
        if self.mails.days(MailKind.RESULT):  # of a return that lies there no more
            return Stage.DELIVERED
        if self.mails.list_reminders(""):
            return Stage.REMINDED
        return Stage.SENT if self.mails.days(MailKind.REQUEST) else Stage.UNSENT

    def _received(self, fact: ReturnFacts | None, unread: Sequence[MailLogEntry]) -> date | None:
        """Return the day of the newest mail that was not read, or of the return that counts."""
        if unread:
            return max(mail.time.date() for mail in unread)
        if fact is None or fact.received:
            return fact.received if fact else None
        brought = (mail for mail in self.mails.collected if mail.file == fact.file)
        return max((mail.time.date() for mail in brought), default=None)

    def _correction_sent(self, stage: Stage, fact: ReturnFacts | None) -> date | None:
        """Find the day of the last request for a correction.

        While one is due, a request about an earlier return is none about this one.
        """
        this = fact.sha256 if fact and stage is Stage.CORRECTING else None
        return _last(self.mails.days(MailKind.CORRECTION, this))

    def _awaited(self, stage: Stage, due: date | None) -> tuple[AwaitedAnswer, ...]:
        """List what the client was asked for and has not sent.

        It is nothing while something lies unread.
        """
        if stage in (Stage.SENT, Stage.REMINDED):
            return (expect_first_answer(self.mails, due),)
        if stage is not Stage.CORRECTING:
            return ()
        bad = [fact for fact in _select_counting(self.returns) if self._stage(fact) is stage]
        found = (expect_correction(self.mails, fact, due) for fact in bad)
        return tuple(each for each in found if each)

    def _counting_from(
        self, stage: Stage, awaited: Sequence[AwaitedAnswer], due: date | None
    ) -> date | None:
        """Find the day that days late are counted from.

        While a correction is to be asked for yet, it is that of the first answer.
        """
        fact = self._deciding()
        if stage is Stage.CORRECTING and any(each.fact == fact for each in awaited):
            return min((each.expected for each in awaited if each.expected), default=due)
        return due


def _by_client(facts: Iterable[ReturnFacts]) -> dict[str, list[ReturnFacts]]:
    found: dict[str, list[ReturnFacts]] = defaultdict(list)
    for fact in facts:
        if fact.client:
            found[fact.client.casefold()].append(fact)
    return found


def _select_counting(returns: Sequence[ReturnFacts]) -> list[ReturnFacts]:
    """Select the returns that count.

    An unreadable one does not beside a readable one, unless newer.
    """
    readable = [fact for fact in returns if fact.status in _READABLE]
    rejected = [fact for fact in returns if fact.status is ReturnStatus.REJECTED]
    if not readable:
        return rejected
    days = [fact.received for fact in readable]
    newest = max((day for day in days if day), default=None)
    if newest is None or None in days:
        return readable
    return readable + [fact for fact in rejected if fact.received and fact.received > newest]


def _last(days: Sequence[date]) -> date | None:
    return days[-1] if days else None
