"""The list of passwords as one to telephone by: made, renewed, and the calls in it noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output
from sheet_diag.cli.mail.context import (
    CommandContext,
    load_context,
    require_clear_options,
    require_passwords,
    require_run,
)
from sheet_diag.cli.mail.mailbox_drafts import note_unsent_mails
from sheet_diag.cli.mail.send import show_open_drafts
from sheet_diag.cli.options import MailOptions
from sheet_diag.mail.campaign.drafts import find_drafts_of
from sheet_diag.mail.campaign.due_mails import Skipped, due_reports
from sheet_diag.mail.campaign.password_calls import (
    find_entered_calls,
    find_told_days,
    make_calls,
    note_calls,
    select_calls,
)
from sheet_diag.mail.campaign.password_mails import due_passwords
from sheet_diag.mail.campaign.previous_campaign import ClientRemark
from sheet_diag.mail.campaign.selection import MailSelection
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.mail import MailLogEntry, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.pipeline.report_passwords import (
    PasswordsFile,
    convert_passwords,
    has_unused_passwords,
)
from sheet_diag.storage.report_passwords.faults import PasswordListError
from sheet_diag.storage.report_passwords.password_list import PASSWORDS_FILE
from sheet_diag.storage.staging import lock_output
from sheet_diag.text.wording import Wording


def keep_call_list(options: MailOptions, say: Wording) -> bool:
    """Make or renew the list, and note calls. Tell whether nothing of it wants a look."""
    if options.send or options.to_mailbox:
        fail(say("mail.error.by_mail"), say)
    if options.sent_by_hand and not options.only:
        fail(say("mail.error.calls"), say)
    require_clear_options(options, say)
    context = load_context(options, say)
    with MailLog.open(context.log_path) as log, lock_output(context.output):
        require_run(context)
        show_open_drafts(context, log)
        require_passwords(context, log)
        file = context.load_passwords(log)
        remarks = _note_entered_calls(context, file, log)
        if options.not_sent and not note_unsent_mails(context, MailKind.PASSWORD, log):
            return False
        due = find_due_passwords(context, log, file.passwords.by_id())
        chosen = select_calls(due, log, context.only, again=options.again)
        told = chosen.mails if options.sent_by_hand else ()
        _note_made_calls(context, told, file, log)
        rest = [each for each in select_calls(due, log).mails if each not in told]
        file.passwords.set_days(find_told_days(context.clients, log, rest))
        file.fill_contacts(context.last_run.facts)
        kept = file.save_in_place()
    names = {each.client.name_with_id for each in told}
    remarks = [each for each in remarks if each.who not in names]
    output.show_remarks(remarks, say, "mail.doubted")
    output.show_selection(chosen, say)
    _show_list(context, chosen, kept)
    return not remarks and all(each.is_final for each in chosen.skipped)


def find_due_passwords(
    context: CommandContext,
    log: MailLog,
    passwords: Mapping[str, str],
    only: frozenset[str] = frozenset(),
) -> list[OutgoingMail | Skipped]:
    """Find who is to be told a password, whether or not that was done (`only`: folded ids)."""
    facts = context.last_run.facts
    reports = due_reports(context.clients, facts, context.output, passwords, only)
    return list(due_passwords(reports, context.clients, passwords, log, only))


def find_calls_to_note(context: CommandContext, log: MailLog) -> list[MailLogEntry]:
    """Find the calls that stand in the list and not in the log; a faulty list is told."""
    try:
        cells = context.load_passwords(log).passwords.told_cells()
    except PasswordListError as error:
        output.print_text(error.describe(context.say))
        return []
    return find_entered_calls(context.clients, cells, log, context.today)[0]


def convert_report_passwords(context: CommandContext, log: MailLog) -> None:
    """Make the workbook of the passwords that an earlier version kept, and say so."""
    _show_files(context, convert_passwords(context.output, lambda: context.load_passwords(log)))


def _note_entered_calls(
    context: CommandContext, file: PasswordsFile, log: MailLog
) -> list[ClientRemark]:
    """Note the calls whose days a person has entered; what is no day is returned."""
    cells = file.passwords.told_cells()
    calls, remarks = find_entered_calls(context.clients, cells, log, context.today)
    note_calls(calls, file.passwords.by_id(), log)
    return remarks


def _note_made_calls(
    context: CommandContext, told: Sequence[OutgoingMail], file: PasswordsFile, log: MailLog
) -> None:
    """Note the calls that a person tells of, and delete drafts that would tell the same."""
    note_calls(make_calls(told, context.today), file.passwords.by_id(), log)
    for folder, names in find_drafts_of(context.output, told).items():
        folder.remove(names)


def _show_list(context: CommandContext, chosen: MailSelection, kept: str) -> None:
    say, path = context.say, context.output / PASSWORDS_FILE
    if context.options.sent_by_hand and chosen.mails:
        day = f"{context.today:%Y-%m-%d}"
        output.print_text(say("mail.calls.noted", count=len(chosen.mails), day=day, path=path))
    else:
        names = [each.client.name_with_id for each in chosen.mails]
        output.show_lines(say("mail.calls.due", count=len(names)), names, say, "cyan")
        output.print_text(say("mail.calls.next" if names else "mail.calls.none", path=path))
    _show_files(context, kept)


def _show_files(context: CommandContext, kept: str) -> None:
    """Show under which name a former list is kept (empty: none is), and that one is not used."""
    if kept:
        output.print_text(context.say("cli.summary.former", name=kept))
    if has_unused_passwords(context.output):
        output.print_text(context.say("cli.passwords.unused"))
