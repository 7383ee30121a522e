"""The mailing commands: from the client list to drafts, or to mails that have gone out.

The context is read once. From it follow the mails that are due, from them and the log those that go
out now; each is composed and checked, and becomes a draft or leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sheet_diag.cli.arguments import build_intake_settings, parse_day
from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output
from sheet_diag.cli.mail.context import (
    CommandContext,
    load_compose_context,
    load_context,
    load_report_passwords,
    require_clear_options,
    require_no_unread_files,
    require_run,
    require_server,
    require_unchanged_ids,
)
from sheet_diag.cli.mail.mailbox_drafts import (
    note_sent_mails,
    note_unsent_mails,
    write_mailbox_drafts,
)
from sheet_diag.cli.mail.outbox import load_issued_sheets, make_issued_sheets
from sheet_diag.cli.mail.passwords import (
    convert_report_passwords,
    find_calls_to_note,
    find_due_passwords,
)
from sheet_diag.cli.mail.report_pdfs import complete_reports
from sheet_diag.cli.mail.send import (
    accept_log,
    may_replace_drafts,
    resolve_interrupted_mails,
    send,
    show_open_drafts,
    write_drafts,
)
from sheet_diag.cli.mail.status_output import show_response_status
from sheet_diag.cli.options import MailOptions
from sheet_diag.cli.output import show_progress_bar
from sheet_diag.mail.campaign.due_mails import (
    ReminderRules,
    Skipped,
    due_corrections,
    due_reminders,
    due_reports,
    due_requests,
    skip_missing_files,
)
from sheet_diag.mail.campaign.selection import SelectionRules, select_mails
from sheet_diag.mail.imap.mailbox import open_mailbox
from sheet_diag.mail.inbox.collect import collect_returned_mails
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.client_status import ANSWERED_STAGES
from sheet_diag.model.mail import OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.text.wording import Wording

DueMails = Sequence[OutgoingMail | Skipped]

_CORRECTION_DAYS: Final = 7  # in the example of a day to answer by


def run_mail_command(kind: MailKind, options: MailOptions, say: Wording) -> bool:
    """Write or send the mails of a kind that are due. Tell whether all of them were."""
    if options.by_mail and kind is not MailKind.PASSWORD:
        fail(say("mail.error.by_mail"), say)
    require_clear_options(options, say)
    context = load_context(options, say)
    if options.send or options.to_mailbox:
        require_server(context, "smtp" if options.send else "imap")  # before anything is made
    with MailLog.open(context.log_path) as log:
        if options.sent_by_hand:
            return note_sent_mails(context, kind, log)
        if options.not_sent:
            return note_unsent_mails(context, kind, log)
        compose_context = load_compose_context(context, log)
        require_unchanged_ids(context, kind, log)
        resolve_interrupted_mails(context, log)
        show_open_drafts(context, log, kind)
        if not options.send and not may_replace_drafts(context, kind):
            return False
        rules = _selection_rules(kind, context, log)
        selection = select_mails(_find_due_mails(kind, context, log), log, rules)
        if kind.spec.is_report:
            selection = complete_reports(context, selection)
        if kind.spec.asks_first:
            _show_past_due(context, selection.mails)
        output.show_selection(selection, say)
        output.show_edited_reports(selection.mails, say)
        if options.send:
            done = send(context, compose_context, selection.mails, log)
        elif options.to_mailbox:
            done = write_mailbox_drafts(context, compose_context, selection.mails, log)
        else:
            done = write_drafts(context, compose_context, kind, selection.mails)
        return done and all(each.is_final for each in selection.skipped)


def collect_mails(options: MailOptions, say: Wording) -> bool:
    """Fetch the mails with returns. Tell whether nothing of them wants a look."""
    context = load_context(options, say)
    mail = context.mail_settings
    server, credential = require_server(context, "imap")
    since = parse_day(options.since, say, "--since") if options.since else None
    with (
        MailLog.open(context.log_path) as log,
        open_mailbox(server, mail.folder, credential) as box,
        show_progress_bar(say("mail.progress.collect"), 0) as step,
    ):
        found = collect_returned_mails(
            box,
            options.input,
            log,
            context.clients,
            context.catalog,
            build_intake_settings(context.settings, None),
            read=context.read_files(log),
            since=since,
            own=(mail.sender,),
            progress=step,
        )
    if found.new and not mail.authserv_id:
        output.print_text(say("cli.summary.unjudged"))
    return output.show_collection(found, options.input, say)


def show_status(options: MailOptions, say: Wording) -> bool:
    """Show where everyone stands. Tell whether the mail log is as it was written."""
    context = load_context(options, say)
    log = MailLog.read(context.log_path)
    if log.fault:
        output.print_text(log.fault.describe(say))
        if options.accept_log and accept_log(context, log.fault):
            log = MailLog.read(context.log_path)
    elif options.accept_log:
        output.print_text(say("mail.log.whole"))
    show_open_drafts(context, log)
    calls = find_calls_to_note(context, log)
    status = context.response_status(log, options.input, calls)
    show_response_status(status, say, context.mail_settings.reminder_days)
    return log.fault is None


def _find_due_mails(kind: MailKind, context: CommandContext, log: MailLog) -> DueMails:
    """Find the mails of a kind that there are to be, whether or not they have gone out."""
    match kind:
        case MailKind.REQUEST:
            sheets, prefilled = make_issued_sheets(context)
            return list(due_requests(context.clients, sheets, prefilled))
        case MailKind.REMINDER:
            return _find_due_reminders(context, log)
        case MailKind.CORRECTION:
            return _find_due_corrections(context, log)
        case MailKind.RESULT:
            return _find_due_reports(context, log)
        case MailKind.PASSWORD:
            return _find_due_passwords(context, log)


def _find_due_reminders(context: CommandContext, log: MailLog) -> DueMails:
    require_no_unread_files(context, log)
    options = context.options
    gap = options.again_after or context.mail_settings.reminder_days
    rules = ReminderRules(options.days, gap, context.only, log.find_unfinished())
    status = context.response_status(log, options.input)
    mails = due_reminders(status, load_issued_sheets(context), context.output, rules)
    return [_skip_without_files(each) for each in mails]


def _find_due_corrections(context: CommandContext, log: MailLog) -> DueMails:
    typed, say = context.options.due, context.say
    due = parse_day(typed, say, "--due") if typed else None
    if due and due < context.today:
        fail(say("mail.error.due_past", day=due), say)
    require_run(context)
    require_no_unread_files(context, log)
    facts = context.last_run.facts
    mails = due_corrections(context.clients, facts, context.output, context.only, due)
    found = [_skip_without_files(each) for each in mails]
    if not due:
        _show_missing_due(context, [each for each in found if isinstance(each, OutgoingMail)], log)
    return found


def _find_due_reports(context: CommandContext, log: MailLog) -> DueMails:
    form = _parse_report_form(context)
    require_run(context)
    require_no_unread_files(context, log)
    convert_report_passwords(context, log)
    passwords = load_report_passwords(context, log, needed=not context.options.unprotected)
    facts = context.last_run.facts
    mails = due_reports(context.clients, facts, context.output, passwords, context.only, form)
    return [_skip_without_files(each) for each in mails]


def _find_due_passwords(context: CommandContext, log: MailLog) -> DueMails:
    output.print_text(context.say("mail.by_mail"))
    require_run(context)
    convert_report_passwords(context, log)
    passwords = load_report_passwords(context, log, needed=True)
    return find_due_passwords(context, log, passwords, context.only)


def _selection_rules(kind: MailKind, context: CommandContext, log: MailLog) -> SelectionRules:
    answered: frozenset[str] = frozenset()
    if kind.spec.asks_first:
        clients = context.response_status(log).clients
        answered = frozenset(
            each.client.id.casefold() for each in clients if each.stage in ANSWERED_STAGES
        )
    return SelectionRules(context.only, answered, context.options.again, date.today())


def _show_past_due(context: CommandContext, mails: Iterable[OutgoingMail]) -> None:
    """Show the clients that are asked now and have no time left."""
    late = [
        f"{mail.client.id} {mail.client.company}"
        for mail in mails
        if mail.client.due and mail.client.due < context.today
    ]
    output.show_lines(context.say("mail.due_past", count=len(late)), late, context.say)


def _show_missing_due(context: CommandContext, mails: Iterable[OutgoingMail], log: MailLog) -> None:
    """Say how many mails name no day, because it has passed; `--due` names another."""
    deadline = context.settings.issuer.deadline
    days = [mail.client.due or deadline for mail in mails if not log.state(mail.key).is_done]
    if count := sum(1 for day in days if day is None or day < context.today):
        example = context.today + timedelta(days=_CORRECTION_DAYS)
        output.print_text(context.say("mail.no_day", count=count, day=example))


def _parse_report_form(context: CommandContext) -> ReportForm:
    """Parse the form in which reports go out; where none was typed, the settings say it."""
    typed, say = context.options.attach, context.say
    if typed is None:
        return context.mail_settings.attach
    try:
        return ReportForm(typed)
    except ValueError:
        fail(say("mail.error.attach", value=typed, allowed=", ".join(ReportForm)), say)


def _skip_without_files(mail: OutgoingMail | Skipped) -> OutgoingMail | Skipped:
    """Skip a mail whose files are not where the run has put them; a PDF may be set yet."""
    if isinstance(mail, Skipped) or all(_is_there(path, mail) for path in mail.files):
        return mail
    return skip_missing_files(mail)


def _is_there(path: Path, mail: OutgoingMail) -> bool:
    return path.is_file() or (mail.has_pdf and path.suffix == ".pdf")
