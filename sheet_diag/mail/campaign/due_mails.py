"""Which mails there are to be, by the client list and the last run, and who gets none and why.

Looks at records alone, reads no file. Whether a mail has gone out already is asked by `selecting`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Self

from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.mail import MailSubject, OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnStatus


@dataclass(frozen=True, slots=True)
class Skipped:
    """Somebody who gets no mail although one might expect it; `key` is a wording key, `client` the
    id (empty: not on the list). Something has to be done about it, unless it `is_final`."""

    who: str
    key: str
    parts: Mapping[str, str] = field(default_factory=dict)
    client: str = ""
    is_final: bool = False

    @classmethod
    def of(
        cls,
        client: ListedClient,
        key: str,
        parts: Mapping[str, str] | None = None,
        *,
        is_final: bool = False,
    ) -> Self:
        """A client of the list who gets no mail; `key` is the last part of the wording key."""
        return cls(client.name_with_id, f"mail.left.{key}", parts or {}, client.id, is_final)


def due_requests(
    clients: ClientList, sheets: Mapping[str, Path], prefilled: frozenset[str]
) -> Iterator[OutgoingMail]:
    """A mail to every client that has a sheet; both are told by client id."""
    for client in clients.clients:
        if client.id not in sheets:
            continue
        yield OutgoingMail(
            MailKind.REQUEST,
            client,
            attachment=sheets[client.id],
            is_prefilled=client.id in prefilled,
        )


def due_corrections(
    clients: ClientList,
    facts: Sequence[ReturnFacts],
    output: Path,
    only: frozenset[str] = frozenset(),
    due: date | None = None,
) -> Iterator[OutgoingMail | Skipped]:
    """A mail with the correction workbook to everybody whose return could not be ranked, `due` on
    a day of its own (None: on that of the client, if it has not passed)."""
    for fact, client in _facts_with_clients(
        clients, facts, (ReturnStatus.HELD, ReturnStatus.REJECTED)
    ):
        if isinstance(client, Skipped):
            yield client
        elif _has_sender_mismatch(fact, client, only):
            yield Skipped.of(client, "sender", {"file": fact.file, "id": client.id})
        elif not fact.correction:
            yield Skipped.of(client, "unreadable", {"file": fact.file})
        else:
            attachment = output / fact.correction
            yield OutgoingMail(
                MailKind.CORRECTION,
                client,
                MailSubject(fact.sha256),
                attachment=attachment,
                due=due,
                points=fact.points,
                sender_mismatch=fact.strange,
            )


def due_reports(
    clients: ClientList,
    facts: Sequence[ReturnFacts],
    output: Path,
    passwords: Mapping[str, str],
    only: frozenset[str] = frozenset(),
    form: ReportForm = ReportForm.WORKBOOK,
) -> Iterator[OutgoingMail | Skipped]:
    """A mail with the report to everybody who was ranked; passwords are by folded client id.

    One whose return came from another client's address gets it `only` by name (folded ids).
    """
    for fact, client in _facts_with_clients(clients, facts, (ReturnStatus.RANKED,)):
        if isinstance(client, Skipped):
            yield client
        elif _has_sender_mismatch(fact, client, only):
            yield Skipped.of(client, "sender", {"file": fact.file, "id": client.id})
        elif ReportForm.PRINTED in form.files and not (fact.pdf and fact.pdf_sha256):
            key = "unprinted" if fact.print_failed else "no_pdf"
            yield Skipped.of(client, key, {"id": client.id})
        else:
            password = passwords.get(client.id.casefold(), "")
            yield _report_mail(fact, client, output, password, form)


def skip_missing_files(mail: OutgoingMail) -> Skipped:
    """A mail whose files are not where the run has put them."""
    key = "gone.correction" if mail.asks_for_correction else "gone"
    return Skipped.of(mail.client, key, {"files": mail.file_names})


def _report_mail(
    fact: ReturnFacts, client: ListedClient, output: Path, password: str, form: ReportForm
) -> OutgoingMail:
    paths = {ReportForm.WORKBOOK: output / fact.result, ReportForm.PRINTED: output / fact.pdf}
    attachment, *beside = (paths[each] for each in form.files)
    return OutgoingMail(
        MailKind.RESULT,
        client,
        MailSubject(fact.sha256, form),
        attachment=attachment,
        second_attachment=beside[0] if beside else None,
        password=password,
        pdf_sha256=fact.pdf_sha256,
        edition=fact.edition,
        sender_mismatch=fact.strange,
    )


def _has_sender_mismatch(fact: ReturnFacts, client: ListedClient, only: frozenset[str]) -> bool:
    return fact.strange and client.id.casefold() not in only


def _facts_with_clients(
    clients: ClientList, facts: Sequence[ReturnFacts], statuses: tuple[ReturnStatus, ...]
) -> Iterator[tuple[ReturnFacts, ListedClient | Skipped]]:
    by_id = clients.by_id()
    for fact in facts:
        if fact.status in statuses:
            client = by_id.get(fact.client.casefold()) if fact.client else None
            name = fact.name or fact.file
            yield fact, client or Skipped(name, "mail.left.not_listed", {"file": fact.file})
