"""Who gets which mail now, and who does not and why. Looks at records alone, reads no file.

A mail that went out is never chosen again, nor is one to an address that has refused it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sheet_diag.model.clientlist import ClientList, ListedClient
from sheet_diag.model.post import MailKind, Parcel
from sheet_diag.model.results import Status
from sheet_diag.model.standing import ReturnFacts, Stage, Standing, Turnout
from sheet_diag.postbook import Postbook
from sheet_diag.seals import fits

_WAITED_FOR: Final = (Stage.SENT, Stage.REMINDED)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who gets no mail although one might expect it; `key` is a wording key, `client` the
    id (empty: not on the list)."""

    who: str
    key: str
    parts: Mapping[str, str] = field(default_factory=dict)
    client: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The mails to be written, and who is left out. `done` mails have gone out before."""

    parcels: tuple[Parcel, ...]
    left_out: tuple[LeftOut, ...] = ()
    done: int = 0


def requests(
    clients: ClientList, sheets: Mapping[str, Path], prefilled: frozenset[str]
) -> Iterator[Parcel]:
    """A mail to every client with its sheet; both are told by client id."""
    for client in clients.clients:
        facts = {"previous": "1"} if client.id in prefilled else {}
        yield Parcel(MailKind.REQUEST, client, attachment=sheets[client.id], facts=facts)


def reminders(
    turnout: Turnout, sheets: Mapping[str, Path], deadline: date | None, days: int
) -> Iterator[Parcel | LeftOut]:
    """A mail to everybody whose time is over, or will be within so many days."""
    for standing in turnout.standings:
        client = standing.client
        due = client.due or deadline
        if standing.stage not in _WAITED_FOR:
            continue
        if due is None:
            yield _left(client, "mail.left.no_due")
        elif due >= turnout.as_of + timedelta(days=days):
            continue
        elif turnout.as_of in (standing.sent, standing.reminded):
            yield _left(client, "mail.left.today")
        elif client.id not in sheets:
            yield _left(client, "mail.left.no_sheet")
        else:
            yield _reminder(standing, sheets[client.id])


def corrections(
    clients: ClientList,
    facts: Sequence[ReturnFacts],
    output: Path,
    only: frozenset[str] = frozenset(),
) -> Iterator[Parcel | LeftOut]:
    """A mail with the correction workbook to everybody whose return could not be ranked."""
    for fact, client in _listed(clients, facts, (Status.HELD, Status.REJECTED)):
        if isinstance(client, LeftOut):
            yield client
        elif _is_strange(fact, client, only):
            yield _left(client, "mail.left.sender", {"file": fact.file, "id": client.id})
        elif not fact.correction:
            yield _left(client, "mail.left.unreadable", {"file": fact.file})
        else:
            attachment = output / fact.correction
            yield Parcel(MailKind.CORRECTION, client, fact.sha256, attachment=attachment)


def results(
    clients: ClientList,
    facts: Sequence[ReturnFacts],
    output: Path,
    passwords: Mapping[str, str],
    only: frozenset[str] = frozenset(),
) -> Iterator[Parcel | LeftOut]:
    """A mail with the report to everybody who was ranked; passwords are by folded client id.

    One whose return came from another client's address gets it `only` by name (folded ids).
    """
    for fact, client in _listed(clients, facts, (Status.RANKED,)):
        if isinstance(client, LeftOut):
            yield client
        elif _is_strange(fact, client, only):
            yield _left(client, "mail.left.sender", {"file": fact.file, "id": client.id})
        else:
            password = passwords.get(client.id.casefold(), "")
            attachment = output / fact.result
            yield Parcel(
                MailKind.RESULT, client, fact.sha256, attachment=attachment, password=password
            )


def passwords_of(reports: Iterable[Parcel | LeftOut], book: Postbook) -> Iterator[Parcel | LeftOut]:
    """A mail with the password to everybody whose report has gone out before."""
    for report in reports:
        if isinstance(report, LeftOut):
            yield report
        elif not report.password:
            yield _left(report.client, "mail.left.no_password")
        elif not (sent := book.sent(report.key)):
            yield _left(report.client, "mail.left.result_first")
        elif sent.seal and not fits(report.password, sent.seal):
            yield _left(report.client, "mail.left.password_changed")
        else:
            name = report.attachment.name if report.attachment else ""
            yield Parcel(
                MailKind.PASSWORD,
                report.client,
                report.about,
                password=report.password,
                facts={"file": name},
            )


def selected(
    mails: Iterable[Parcel | LeftOut], book: Postbook, only: frozenset[str] = frozenset()
) -> Selection:
    """What of these mails is to go out; `only` names clients by folded id (empty: all)."""
    chosen: list[Parcel] = []
    left_out: list[LeftOut] = []
    done = 0
    for mail in mails:
        client = mail.client if isinstance(mail, LeftOut) else mail.client.id
        if only and client.casefold() not in only:
            continue
        if isinstance(mail, LeftOut):
            left_out.append(mail)
        elif book.is_done(mail.key):
            done += 1
        elif book.pending(mail.key):
            left_out.append(_left(mail.client, "mail.left.unknown"))
        elif refused := _refused(mail, book):
            left_out.append(refused)
        else:
            chosen.append(mail)
    return Selection(tuple(chosen), tuple(left_out), done)


def _is_strange(fact: ReturnFacts, client: ListedClient, only: frozenset[str]) -> bool:
    return fact.strange and client.id.casefold() not in only


def _reminder(standing: Standing, sheet: Path) -> Parcel:
    number = standing.reminders + 1
    return Parcel(MailKind.REMINDER, standing.client, str(number), number, attachment=sheet)


def _refused(mail: Parcel, book: Postbook) -> LeftOut | None:
    """The mail came back from every address that the list still has."""
    refused = book.refused(mail.key)
    if not all(address.casefold() in refused for address in mail.client.addresses):
        return None
    last = book.last(mail.key)
    parts = {"addresses": ", ".join(mail.client.addresses), "reason": last.text if last else ""}
    return _left(mail.client, "mail.left.refused", parts)


def _listed(
    clients: ClientList, facts: Sequence[ReturnFacts], statuses: tuple[Status, ...]
) -> Iterator[tuple[ReturnFacts, ListedClient | LeftOut]]:
    by_id = clients.by_id()
    for fact in facts:
        if fact.status in statuses:
            client = by_id.get(fact.client.casefold()) if fact.client else None
            name = fact.name or fact.file
            yield fact, client or LeftOut(name, "mail.left.not_listed", {"file": fact.file})


def _left(client: ListedClient, key: str, parts: Mapping[str, str] | None = None) -> LeftOut:
    return LeftOut(f"{client.id} {client.company}", key, parts or {}, client.id)
