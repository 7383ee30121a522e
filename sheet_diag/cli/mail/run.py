"""The mailing commands: who is written to, from what lies in the folders, and how it goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sheet_diag.cli.arguments import parse_day
from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output as texts
from sheet_diag.cli.mail.context import MailAsked, Mailroom, mailroom, office, passwords_in
from sheet_diag.cli.mail.outbox import make_sheets, sheets_in
from sheet_diag.cli.mail.preconditions import (
    require_all_read,
    require_log,
    require_prints,
    require_run,
)
from sheet_diag.cli.mail.send import (
    may_write,
    note_by_hand,
    post,
    require_former_ids,
    require_server,
    settle_last_time,
    tell_of_drafts,
)
from sheet_diag.mail.campaign.due_mails import LeftOut, corrections, missing, requests, results
from sheet_diag.mail.campaign.password_mails import passwords_of
from sheet_diag.mail.campaign.reminders import Reminding, reminders
from sheet_diag.mail.campaign.selection import Choosing, selected
from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.model.client_status import ANSWERED
from sheet_diag.model.mail import MailKind, Parcel, ReportForm
from sheet_diag.text.wording import Wording

Mails = Iterable[Parcel | LeftOut]

_TIME_TO_CORRECT: Final = 7  # days, in the example of a day to answer by


@dataclass(frozen=True, slots=True)
class Errand:
    """What was typed: through the server (`send`), or to be noted as sent by a person (`by_hand`),
    or once more what has gone out before (`again`)."""

    asked: MailAsked
    send: bool = False
    by_hand: bool = False
    again: bool = False


def issue(errand: Errand, say: Wording, words: Wording) -> bool:
    """A sheet per client, and the request to fill it in."""

    def mails(room: Mailroom, _: Postbook) -> Mails:
        sheets, prefilled = make_sheets(room, errand.asked.previous)
        return requests(room.clients, sheets, prefilled)

    return _carry_out(errand, MailKind.REQUEST, mails, say, words)


def remind(
    errand: Errand,
    days: int,
    source: Path,
    say: Wording,
    words: Wording,
    *,
    gap: int | None = None,
) -> bool:
    """A reminder to everybody who is late with the first answer or a correction, or will be in so
    many days; `gap` days after the last mail about it (None: as the settings say)."""

    def mails(room: Mailroom, book: Postbook) -> Mails:
        require_all_read(room, source, book)
        how = Reminding(days, gap or room.config.correspondence.reminder_days, room.only)
        found = reminders(room.turnout(book.posted, source), sheets_in(room), room.output, how)
        return map(_with_its_files, found)

    return _carry_out(errand, MailKind.REMINDER, mails, say, words)


def send_back(errand: Errand, due: str | None, source: Path, say: Wording, words: Wording) -> bool:
    """The correction workbooks, each to its client, asked for by a day (None: by his own)."""

    def mails(room: Mailroom, book: Postbook) -> Mails:
        day = parse_day(due, room.say, "--due") if due else None
        if day and day < room.today:
            fail(room.say("mail.error.due_past", day=day), room.say)
        require_run(room)
        require_all_read(room, source, book)
        back = corrections(room.clients, room.run.facts, room.output, room.only, day)
        found = [_with_its_files(each) for each in back]
        if not day:
            _tell_of_no_day(room, [each for each in found if isinstance(each, Parcel)], book)
        return found

    return _carry_out(errand, MailKind.CORRECTION, mails, say, words)


def deliver(errand: Errand, source: Path, say: Wording, words: Wording) -> bool:
    """The reports, each to its client."""

    def mails(room: Mailroom, book: Postbook) -> Mails:
        form = _form(room, errand.asked)
        require_run(room)
        if ReportForm.PRINTED in form.files:
            require_prints(room)
        require_all_read(room, source, book)
        unprotected = errand.asked.unprotected
        facts, words = room.run.facts, passwords_in(room, book, needed=not unprotected)
        reports = results(room.clients, facts, room.output, words, room.only, form)
        return map(_with_its_files, reports)

    return _carry_out(errand, MailKind.RESULT, mails, say, words)


def deliver_passwords(errand: Errand, say: Wording, words: Wording) -> bool:
    """The passwords of reports that have gone out."""

    def mails(room: Mailroom, book: Postbook) -> Mails:
        require_run(room)
        facts, words = room.run.facts, passwords_in(room, book, needed=True)
        reports = results(room.clients, facts, room.output, words, room.only)
        return passwords_of(reports, room.clients, words, book, room.only)

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
    if errand.again and not room.only:
        fail(say("mail.error.again"), say)
    if errand.send:
        require_server(room)  # before anything is made
    require_log(room)
    with Postbook.open(room.log) as book:
        desk = office(room, errand.asked, book)
        if errand.by_hand:
            return note_by_hand(room, desk, kind, book)
        require_former_ids(room, kind, book)
        settle_last_time(room, book)
        tell_of_drafts(room, kind)
        if not errand.send and not may_write(room, desk, kind):
            return False
        answered = _answered(room, book) if kind is MailKind.REQUEST else frozenset()
        chosen = Choosing(room.only, answered, errand.again, date.today())
        selection = selected(mails(room, book), book, chosen)
        if kind is MailKind.REQUEST:
            _tell_of_past_days(room, selection.parcels)
        done = post(room, desk, kind, selection, book, send=errand.send)
        return done and all(each.rests for each in selection.left_out)


def _answered(room: Mailroom, book: Postbook) -> frozenset[str]:
    """The folded ids of those who have answered."""
    standings = room.turnout(book.posted).standings
    return frozenset(s.client.id.casefold() for s in standings if s.stage in ANSWERED)


def _tell_of_past_days(room: Mailroom, mails: Iterable[Parcel]) -> None:
    """Whoever is asked now and has no time left."""
    late = [mail.client for mail in mails if mail.client.due and mail.client.due < room.today]
    head = room.say("mail.due_past", count=len(late))
    texts.show_lines(head, [f"{each.id} {each.company}" for each in late], room.say)


def _tell_of_no_day(room: Mailroom, mails: Iterable[Parcel], book: Postbook) -> None:
    """A day that has passed is in no letter; whoever writes may want to name another."""
    days = [each.client.due or room.deadline for each in mails if not book.is_done(each.key)]
    if count := sum(1 for day in days if day is None or day < room.today):
        example = room.today + timedelta(days=_TIME_TO_CORRECT)
        texts.tell(room.say("mail.no_day", count=count, day=example))


def _form(room: Mailroom, asked: MailAsked) -> ReportForm:
    """How reports are to go out."""
    if asked.attach is None:
        return room.config.correspondence.attach
    try:
        return ReportForm(asked.attach)
    except ValueError:
        allowed = ", ".join(ReportForm)
        fail(room.say("mail.error.attach", value=asked.attach, allowed=allowed), room.say)


def _with_its_files(mail: Parcel | LeftOut) -> Parcel | LeftOut:
    """The mail, if what the run wrote for it still lies there."""
    if isinstance(mail, LeftOut) or all(path.is_file() for path in mail.files):
        return mail
    return missing(mail)
