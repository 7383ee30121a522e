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
from sheet_diag.cli.mail.context import (
    CommandContext,
    MailOptions,
    load_compose_context,
    load_context,
    load_report_passwords,
)
from sheet_diag.cli.mail.outbox import load_issued_sheets, make_issued_sheets
from sheet_diag.cli.mail.preconditions import (
    require_log,
    require_no_unread_files,
    require_pdfs,
    require_run,
)
from sheet_diag.cli.mail.send import (
    draft_or_send,
    may_replace_drafts,
    note_sent_drafts,
    require_mail_server,
    require_unchanged_ids,
    resolve_interrupted_mails,
    show_open_drafts,
)
from sheet_diag.mail.campaign.due_mails import (
    Skipped,
    due_corrections,
    due_reports,
    due_requests,
    skip_missing_files,
)
from sheet_diag.mail.campaign.password_mails import due_passwords
from sheet_diag.mail.campaign.reminders import ReminderRules, due_reminders
from sheet_diag.mail.campaign.selection import SelectionRules, select_mails
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.client_status import ANSWERED_STAGES
from sheet_diag.model.mail import OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.text.wording import Wording

Mails = Iterable[OutgoingMail | Skipped]

_CORRECTION_DAYS: Final = 7  # days, in the example of a day to answer by


@dataclass(frozen=True, slots=True)
class SendOptions:
    """What was typed: through the server (`send`), or to be noted as sent by a person (`by_hand`),
    or once more what has gone out before (`again`)."""

    asked: MailOptions
    send: bool = False
    by_hand: bool = False
    again: bool = False


def issue(errand: SendOptions, say: Wording) -> bool:
    """A sheet per client, and the request to fill it in."""

    def mails(room: CommandContext, _: MailLog) -> Mails:
        sheets, prefilled = make_issued_sheets(room, errand.asked.previous)
        return due_requests(room.clients, sheets, prefilled)

    return _run_mail_command(errand, MailKind.REQUEST, mails, say)


def remind(
    errand: SendOptions,
    days: int,
    source: Path,
    say: Wording,
    *,
    gap: int | None = None,
) -> bool:
    """A reminder to everybody who is late with the first answer or a correction, or will be in so
    many days; `gap` days after the last mail about it (None: as the settings say)."""

    def mails(room: CommandContext, book: MailLog) -> Mails:
        require_no_unread_files(room, source, book)
        how = ReminderRules(days, gap or room.config.correspondence.reminder_days, room.only)
        found = due_reminders(
            room.turnout(book.entries, source), load_issued_sheets(room), room.output, how
        )
        return map(_skip_without_files, found)

    return _run_mail_command(errand, MailKind.REMINDER, mails, say)


def send_back(errand: SendOptions, due: str | None, source: Path, say: Wording) -> bool:
    """The correction workbooks, each to its client, asked for by a day (None: by his own)."""

    def mails(room: CommandContext, book: MailLog) -> Mails:
        day = parse_day(due, room.say, "--due") if due else None
        if day and day < room.today:
            fail(room.say("mail.error.due_past", day=day), room.say)
        require_run(room)
        require_no_unread_files(room, source, book)
        back = due_corrections(room.clients, room.run.facts, room.output, room.only, day)
        found = [_skip_without_files(each) for each in back]
        if not day:
            _show_missing_due(
                room, [each for each in found if isinstance(each, OutgoingMail)], book
            )
        return found

    return _run_mail_command(errand, MailKind.CORRECTION, mails, say)


def deliver(errand: SendOptions, source: Path, say: Wording) -> bool:
    """The reports, each to its client."""

    def mails(room: CommandContext, book: MailLog) -> Mails:
        form = _report_form(room, errand.asked)
        require_run(room)
        if ReportForm.PRINTED in form.files:
            require_pdfs(room)
        require_no_unread_files(room, source, book)
        unprotected = errand.asked.unprotected
        facts, words = room.run.facts, load_report_passwords(room, book, needed=not unprotected)
        reports = due_reports(room.clients, facts, room.output, words, room.only, form)
        return map(_skip_without_files, reports)

    return _run_mail_command(errand, MailKind.RESULT, mails, say)


def deliver_passwords(errand: SendOptions, say: Wording) -> bool:
    """The passwords of reports that have gone out."""

    def mails(room: CommandContext, book: MailLog) -> Mails:
        require_run(room)
        facts, words = room.run.facts, load_report_passwords(room, book, needed=True)
        reports = due_reports(room.clients, facts, room.output, words, room.only)
        return due_passwords(reports, room.clients, words, book, room.only)

    return _run_mail_command(errand, MailKind.PASSWORD, mails, say)


def _run_mail_command(
    errand: SendOptions,
    kind: MailKind,
    mails: Callable[[CommandContext, MailLog], Mails],
    say: Wording,
) -> bool:
    """Whether everything that was to be written or sent has been."""
    if errand.send and errand.by_hand:
        fail(say("mail.error.two_ways"), say)
    room = load_context(errand.asked, say)
    if errand.again and not room.only:
        fail(say("mail.error.again"), say)
    if errand.send:
        require_mail_server(room)  # before anything is made
    require_log(room)
    with MailLog.open(room.log) as book:
        desk = load_compose_context(room, errand.asked, book)
        if errand.by_hand:
            return note_sent_drafts(room, desk, kind, book)
        require_unchanged_ids(room, kind, book)
        resolve_interrupted_mails(room, book)
        show_open_drafts(room, kind)
        if not errand.send and not may_replace_drafts(room, desk, kind):
            return False
        answered = _answered_clients(room, book) if kind.spec.asks_first else frozenset()
        chosen = SelectionRules(room.only, answered, errand.again, date.today())
        selection = select_mails(mails(room, book), book, chosen)
        if kind.spec.asks_first:
            _show_past_due(room, selection.parcels)
        done = draft_or_send(room, desk, kind, selection, book, send=errand.send)
        return done and all(each.rests for each in selection.left_out)


def _answered_clients(room: CommandContext, book: MailLog) -> frozenset[str]:
    """The folded ids of those who have answered."""
    standings = room.turnout(book.entries).standings
    return frozenset(s.client.id.casefold() for s in standings if s.stage in ANSWERED_STAGES)


def _show_past_due(room: CommandContext, mails: Iterable[OutgoingMail]) -> None:
    """Whoever is asked now and has no time left."""
    late = [mail.client for mail in mails if mail.client.due and mail.client.due < room.today]
    head = room.say("mail.due_past", count=len(late))
    texts.show_lines(head, [f"{each.id} {each.company}" for each in late], room.say)


def _show_missing_due(room: CommandContext, mails: Iterable[OutgoingMail], book: MailLog) -> None:
    """A day that has passed is in no letter; whoever writes may want to name another."""
    days = [each.client.due or room.deadline for each in mails if not book.state(each.key).is_done]
    if count := sum(1 for day in days if day is None or day < room.today):
        example = room.today + timedelta(days=_CORRECTION_DAYS)
        texts.print_text(room.say("mail.no_day", count=count, day=example))


def _report_form(room: CommandContext, asked: MailOptions) -> ReportForm:
    """How reports are to go out."""
    if asked.attach is None:
        return room.config.correspondence.attach
    try:
        return ReportForm(asked.attach)
    except ValueError:
        allowed = ", ".join(ReportForm)
        fail(room.say("mail.error.attach", value=asked.attach, allowed=allowed), room.say)


def _skip_without_files(mail: OutgoingMail | Skipped) -> OutgoingMail | Skipped:
    """The mail, if what the run wrote for it still lies there."""
    if isinstance(mail, Skipped) or all(path.is_file() for path in mail.files):
        return mail
    return skip_missing_files(mail)
