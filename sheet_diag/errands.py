"""The mailing commands: who is written to, from what lies in the folders, and how it goes out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sheet_diag import mailtexts
from sheet_diag.complaints import fail
from sheet_diag.intake import Found, find
from sheet_diag.lastyear import former_returns, remarks
from sheet_diag.mailroom import OUTBOX, MailAsked, Mailroom, mailroom, office
from sheet_diag.model.comparison import PreviousRun
from sheet_diag.model.post import MailKind, Parcel
from sheet_diag.naming import issued_name
from sheet_diag.ownfolder import OwnFolder, made_in
from sheet_diag.parcels import (
    LeftOut,
    corrections,
    passwords_of,
    reminders,
    requests,
    results,
    selected,
)
from sheet_diag.postbook import Postbook
from sheet_diag.posting import note_by_hand, post, require_server, settle_last_time
from sheet_diag.previous import load_previous
from sheet_diag.sheet.issuing import FormerAnswers, SheetOrder, issue_sheets
from sheet_diag.terminal import bar
from sheet_diag.wording import Wording

Mails = Iterable[Parcel | LeftOut]
_CLIENT: Final = "client"
_NAMED: Final = 3  # files of the input folder that are named


@dataclass(frozen=True, slots=True)
class Errand:
    """What was typed: through the server (`send`), or to be noted as sent by a person."""

    asked: MailAsked
    send: bool = False
    by_hand: bool = False


def issue(errand: Errand, say: Wording, words: Wording) -> bool:
    """A sheet per client, and the request to fill it in."""

    def mails(room: Mailroom, _: Postbook) -> Mails:
        late = [c for c in room.clients.clients if c.due and c.due < room.today]
        head = room.say("mail.due_past", count=len(late))
        mailtexts.show_lines(head, [f"{each.id} {each.company}" for each in late], room.say)
        sheets, prefilled = _make_sheets(room, errand.asked.previous)
        return requests(room.clients, sheets, prefilled)

    return _carry_out(errand, MailKind.REQUEST, mails, say, words)


def remind(errand: Errand, days: int, source: Path, say: Wording, words: Wording) -> bool:
    """A reminder to everybody who is late, or will be in so many days."""

    def mails(room: Mailroom, book: Postbook) -> Mails:
        _require_all_read(room, source)
        return reminders(room.turnout(book.posted), _sheets(room), room.deadline, days)

    return _carry_out(errand, MailKind.REMINDER, mails, say, words)


def send_back(errand: Errand, source: Path, say: Wording, words: Wording) -> bool:
    """The correction workbooks, each to its client."""

    def mails(room: Mailroom, _: Postbook) -> Mails:
        _require_run(room)
        _require_all_read(room, source)
        return corrections(room.clients, room.run.facts, room.output, room.only)

    return _carry_out(errand, MailKind.CORRECTION, mails, say, words)


def deliver(errand: Errand, source: Path, say: Wording, words: Wording) -> bool:
    """The reports, each to its client."""

    def mails(room: Mailroom, _: Postbook) -> Mails:
        _require_run(room)
        _require_all_read(room, source)
        return results(room.clients, room.run.facts, room.output, room.passwords(), room.only)

    return _carry_out(errand, MailKind.RESULT, mails, say, words)


def deliver_passwords(errand: Errand, say: Wording, words: Wording) -> bool:
    """The passwords of reports that have gone out."""

    def mails(room: Mailroom, book: Postbook) -> Mails:
        _require_run(room)
        facts, words = room.run.facts, room.passwords()
        reports = results(room.clients, facts, room.output, words, room.only)
        return passwords_of(reports, book)

    return _carry_out(errand, MailKind.PASSWORD, mails, say, words)


def _carry_out(
    errand: Errand,
    kind: MailKind,
    mails: Callable[[Mailroom, Postbook], Mails],
    say: Wording,
    words: Wording,
) -> bool:
    """Whether everything that was to be written or sent has been."""
    if errand.send and errand.by_hand:
        fail(say("mail.error.two_ways"), say)
    room = mailroom(errand.asked, say, words)
    if errand.send:
        require_server(room)  # before anything is made
    with Postbook.open(room.log) as book:
        desk = office(room, errand.asked, book)
        if errand.by_hand:
            return note_by_hand(room, desk, kind, book)
        settle_last_time(room, book)
        selection = selected(mails(room, book), book, room.only)
        return post(room, desk, kind, selection, book, send=errand.send)


# --- sheets


def _make_sheets(room: Mailroom, previous: Path | None) -> tuple[dict[str, Path], frozenset[str]]:
    """The sheet of every client by id, and who has the answers of last time beside his own."""
    before = load_previous(previous, room.catalog) if previous else None
    if before:
        mailtexts.show_remarks(list(remarks(room.clients, before.returns)), room.say)
    former = _former(room, before)
    orders = [SheetOrder(client, former.get(client.id)) for client in room.clients.clients]
    sheets: dict[str, Path] = {}
    with (
        OwnFolder(room.output / OUTBOX) as folder,
        bar(room.say("mail.progress.sheets"), len(orders)) as step,
    ):
        made = issue_sheets(room.catalog, room.config.issuer, orders)
        for order, content in zip(orders, made, strict=True):
            client = order.client
            sheets[client.id] = folder.write(issued_name(client), content, {_CLIENT: client.id})
            step(len(sheets))
    mailtexts.tell(room.say("mail.issued", count=len(sheets), path=room.output / OUTBOX))
    return sheets, frozenset(former)


def _former(room: Mailroom, before: PreviousRun | None) -> Mapping[str, FormerAnswers]:
    if before is None:
        return {}
    found = former_returns(room.clients, before.returns)
    return {id_: FormerAnswers(before.as_of, each.answers) for id_, each in found.items()}


def _sheets(room: Mailroom) -> Mapping[str, Path]:
    """The sheets that were issued, by client id."""
    folder = room.output / OUTBOX
    made = made_in(folder).items()
    return {facts[_CLIENT]: folder / name for name, facts in made if _CLIENT in facts}


# --- what must be so


def _require_run(room: Mailroom) -> None:
    if room.run.on is None:
        fail(room.say("mail.error.no_run"), room.say)


def _require_all_read(room: Mailroom, source: Path) -> None:
    """Nobody is written to while the answer may lie there unread."""
    known: dict[str, set[str]] = {}
    for fact in room.run.facts:
        known.setdefault(fact.file, set()).add("" if fact.member else fact.sha256)
    found = find(source, apart_from=room.output) if source.is_dir() else ()
    unread = [each.name for each in found if not each.ignored and not _is_read(each, known)]
    if unread:
        names = ", ".join(unread[:_NAMED]) + (" …" if len(unread) > _NAMED else "")
        parts = {"path": source, "count": len(unread), "names": names}
        fail(room.say("mail.error.unread", **parts), room.say)


def _is_read(found: Found, known: Mapping[str, set[str]]) -> bool:
    """Whether the run has read this very file; what holds others is known by its name alone."""
    digests = known.get(found.name, set())
    if not digests or digests == {""} or found.blocked or found.outside:
        return bool(digests)
    with found.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() in digests
