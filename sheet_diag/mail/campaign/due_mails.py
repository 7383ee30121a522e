"""Which mails are due, by the client list, the last run and where everyone stands.

Looks at records alone, reads no file. Which of the mails have gone out is known to `selection`,
who is told a password to `password_mails`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Self

from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import AwaitedAnswer, ResponseStatus, ReturnFacts
from sheet_diag.model.mail import MailKey, MailSubject, OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnStatus
from sheet_diag.storage.file_names import pdf_name


@dataclass(frozen=True, slots=True)
class Skipped:
    """A client who gets no mail although one might expect it, and why.

    `key` is a wording key, `client` the id (empty: not on the list). Something has to be done about
    it, unless it `is_final`.
    """

    who: str
    key: str
    parts: Mapping[str, str] = field(default_factory=dict)
    client: str = ""
    is_final: bool = False

    @property
    def client_key(self) -> str:
        """The folded id of the client."""
        return self.client.casefold()

    @classmethod
    def of(
        cls,
        client: ListedClient,
        key: str,
        parts: Mapping[str, str] | None = None,
        *,
        is_final: bool = False,
    ) -> Self:
        """Skip a client of the list; `key` is the last part of the wording key."""
        return cls(client.name_with_id, f"mail.left.{key}", parts or {}, client.id, is_final)


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """When clients are reminded.

    `ahead` is how many days before their time is over, `gap` how many days after the last mail
    about the same thing. `only` are folded ids of clients that were named. `unfinished` mails have
    not reached all of their addresses: they are due at once.
    """

    ahead: int = 0
    gap: int = 1
    only: frozenset[str] = frozenset()
    unfinished: Collection[MailKey] = ()


def due_requests(
    clients: ClientList, sheets: Mapping[str, Path], prefilled: frozenset[str]
) -> Iterator[OutgoingMail]:
    """Ask every client that has a sheet; sheets and `prefilled` are by client id."""
    for client in clients.clients:
        if client.id not in sheets:
            continue
        yield OutgoingMail(
            MailKind.REQUEST,
            client,
            attachment=sheets[client.id],
            is_prefilled=client.id in prefilled,
        )


def due_reminders(
    status: ResponseStatus, sheets: Mapping[str, Path], output: Path, rules: ReminderRules
) -> Iterator[OutgoingMail | Skipped]:
    """Remind everybody whose time is over or soon will be, of the first answer or a correction.

    Issued sheets are by client id; corrections stand in the output folder.
    """
    day = status.as_of
    for each in status.clients:
        for awaited in each.awaited:
            next_day = awaited.next_mail_day(rules.gap)
            rests = next_day is not None and next_day > day
            subject = _about_reminder(awaited, awaited.reminders + (0 if rests else 1))
            key = MailKey.of(MailKind.REMINDER, each.client.id, subject)
            if awaited.expected is None:
                yield Skipped.of(each.client, "no_due")
            elif not awaited.is_late(day + timedelta(days=rules.ahead)):
                continue
            elif rests and key not in rules.unfinished:
                yield _skip_within_gap(each.client, awaited, rules.gap)
            elif awaited.fact:
                yield _skip_correction(each.client, awaited.fact, rules.only) or _reminder(
                    each.client, awaited, subject, output / awaited.fact.correction
                )
            elif each.client.id not in sheets:
                yield Skipped.of(each.client, "no_sheet")
            else:
                yield _reminder(each.client, awaited, subject, sheets[each.client.id])


def due_corrections(
    clients: ClientList,
    facts: Sequence[ReturnFacts],
    output: Path,
    only: frozenset[str] = frozenset(),
    due: date | None = None,
) -> Iterator[OutgoingMail | Skipped]:
    """Send the correction workbook to everybody whose return could not be ranked.

    It is `due` on a day of its own (None: on that of the client, if that has not passed).
    """
    for fact, client in _match_clients(clients, facts, ReturnStatus.HELD, ReturnStatus.REJECTED):
        if isinstance(client, Skipped):
            yield client
        elif skipped := _skip_correction(client, fact, only):
            yield skipped
        else:
            yield OutgoingMail(
                MailKind.CORRECTION,
                client,
                MailSubject(fact.sha256),
                attachment=output / fact.correction,
                due=due,
                points=fact.points,
                sender_doubt=fact.sender_doubt,
            )


def due_reports(
    clients: ClientList,
    facts: Sequence[ReturnFacts],
    output: Path,
    passwords: Mapping[str, str],
    only: frozenset[str] = frozenset(),
    form: ReportForm = ReportForm.WORKBOOK,
) -> Iterator[OutgoingMail | Skipped]:
    """Send the report to everybody who was ranked; passwords are by folded client id.

    Its PDF need not be there yet.

    A client whose return may be somebody else's gets it if named (`only`, folded ids).
    """
    for fact, client in _match_clients(clients, facts, ReturnStatus.RANKED):
        if isinstance(client, Skipped):
            yield client
        elif skipped := _skip_doubtful_sender(client, fact, only):
            yield skipped
        else:
            password = passwords.get(client.id.casefold(), "")
            yield _report(fact, client, output, password, form)


def skip_missing_files(mail: OutgoingMail) -> Skipped:
    """Skip a mail whose files are not where the run has put them."""
    key = "gone.correction" if mail.asks_for_correction else "gone"
    return Skipped.of(mail.client, key, {"files": mail.file_names})


def skip_changed_report(mail: OutgoingMail) -> Skipped:
    """Skip a report whose workbook was changed by hand and says something else than its PDF."""
    parts = {"id": mail.client.id, "files": mail.file_names}
    return Skipped.of(mail.client, "pdf_differs", parts)


def skip_without_pdf(mail: OutgoingMail) -> Skipped:
    """Skip a report that is to go out as PDF alone and cannot be made into one."""
    return Skipped.of(mail.client, "unprinted", {"id": mail.client.id})


def _report(
    fact: ReturnFacts, client: ListedClient, output: Path, password: str, form: ReportForm
) -> OutgoingMail:
    pdf = output / (fact.pdf or pdf_name(fact.result))
    paths = {ReportForm.WORKBOOK: output / fact.result, ReportForm.PRINTED: pdf}
    first, *second = (paths[each] for each in form.files)
    return OutgoingMail(
        MailKind.RESULT,
        client,
        MailSubject(fact.sha256, form),
        attachment=first,
        second_attachment=second[0] if second else None,
        password=password,
        pdf_sha256=fact.pdf_sha256,
        edition=fact.edition,
        edited=fact.edited,
        sender_doubt=fact.sender_doubt,
    )


def _about_reminder(awaited: AwaitedAnswer, number: int) -> MailSubject:
    return MailSubject(awaited.fact.sha256 if awaited.fact else "", reminder=number)


def _reminder(
    client: ListedClient, awaited: AwaitedAnswer, subject: MailSubject, attachment: Path
) -> OutgoingMail:
    """Write a reminder; it names no day that the mails before it did not name."""
    fact = awaited.fact
    return OutgoingMail(
        MailKind.REMINDER,
        client,
        subject,
        attachment=attachment,
        due=awaited.due,
        points=fact.points if fact else 0,
        sender_doubt=fact.sender_doubt if fact else "",
    )


def _skip_within_gap(client: ListedClient, awaited: AwaitedAnswer, gap: int) -> Skipped:
    parts = {"last": str(awaited.written), "gap": str(gap), "next": str(awaited.next_mail_day(gap))}
    return Skipped.of(client, "rests", parts, is_final=True)


def _skip_doubtful_sender(
    client: ListedClient, fact: ReturnFacts, only: frozenset[str]
) -> Skipped | None:
    if not fact.sender_doubt or client.id.casefold() in only:
        return None
    return Skipped.of(client, fact.sender_doubt, {"file": fact.file, "id": client.id})


def _skip_correction(
    client: ListedClient, fact: ReturnFacts, only: frozenset[str]
) -> Skipped | None:
    """Skip a correction that is another client's, or that no workbook was made for."""
    if skipped := _skip_doubtful_sender(client, fact, only):
        return skipped
    if fact.correction:
        return None
    key = "undecided" if fact.status is ReturnStatus.HELD else "unreadable"
    return Skipped.of(client, key, {"file": fact.file})


def _match_clients(
    clients: ClientList, facts: Sequence[ReturnFacts], *statuses: ReturnStatus
) -> Iterator[tuple[ReturnFacts, ListedClient | Skipped]]:
    """Find the client of each return that has one of the statuses."""
    by_id = clients.by_id()
    for fact in facts:
        if fact.status in statuses:
            client = by_id.get(fact.client.casefold()) if fact.client else None
            name = fact.name or fact.file
            yield fact, client or Skipped(name, "mail.left.not_listed", {"file": fact.file})
