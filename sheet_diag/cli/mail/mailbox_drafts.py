"""Drafts in the firm's own mailbox: put there, noted as sent, and noted as not sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sheet_diag.cli.mail import output
from sheet_diag.cli.mail.context import CommandContext, require_server
from sheet_diag.cli.mail.send import YES, ask_person, note_sent_drafts
from sheet_diag.cli.output import show_progress_bar
from sheet_diag.mail.campaign.drafts import DraftFolder, find_drafts_of
from sheet_diag.mail.campaign.mailbox_drafts import DraftSearch, put_drafts, search_drafts
from sheet_diag.mail.campaign.outgoing import ComposeContext
from sheet_diag.mail.imap.mailbox import open_mailbox
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.outgoing_checks.results import CheckedMail
from sheet_diag.model.mail import MailEvent, MailLogEntry, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind


def write_mailbox_drafts(
    context: CommandContext,
    compose_context: ComposeContext,
    mails: Sequence[OutgoingMail],
    log: MailLog,
) -> bool:
    """Put drafts of the mails into the mailbox, instead of those in the folder of drafts.

    Tell whether all could be made and none wants a look. Raises `MailboxError`.
    """
    mail, say = context.mail_settings, context.say
    checked: list[CheckedMail] = []
    server, credential = require_server(context, "imap")
    with open_mailbox(server, mail.folder, credential) as box:
        folder = box.find_drafts_folder(mail.drafts)
        for drafts, names in find_drafts_of(context.output, mails).items():
            drafts.remove(names)
        try:
            with show_progress_bar(say("mail.progress.drafts"), len(mails)) as step:
                for each in put_drafts(compose_context, mails, log, box, folder, step):
                    checked.append(each)
        finally:
            output.show_mailbox_drafts(checked, folder, say)
    return not any(each.errors or each.warnings for each in checked)


def note_sent_mails(context: CommandContext, kind: MailKind, log: MailLog) -> bool:
    """Note that a person has sent drafts: those in the mailbox, then those in the folder.

    Tell whether all were noted. Raises `MailboxError`.
    """
    drafts = log.find_drafts(kind, context.only)
    done = not drafts or _note_mailbox_drafts(context, drafts, log)
    if drafts and not DraftFolder(context.output, kind).list_drafts(context.only):
        return done
    return note_sent_drafts(context, kind, log) and done


def note_unsent_mails(context: CommandContext, kind: MailKind, log: MailLog) -> bool:
    """Note that the last mail of each named client was not sent after all, after a question.

    Tell whether it was noted.
    """
    say, entries = context.say, log.find_last_by_person(kind, context.only)
    if not entries:
        output.print_text(say("mail.unmarked.none"))
        return False
    output.show_entries(entries, context.clients, say)
    if ask_person(say("mail.unmarked.ask", count=len(entries))) != YES:
        output.print_text(say("mail.log.kept"))
        return False
    now = datetime.now().astimezone()
    log.add_all(replace(each, time=now, event=MailEvent.UNSENT) for each in entries)
    output.print_text(say("mail.unmarked", count=len(entries)))
    return True


def _note_mailbox_drafts(
    context: CommandContext, drafts: Sequence[MailLogEntry], log: MailLog
) -> bool:
    """Note the drafts that are among the sent mails. Tell whether all of them are."""
    say, found = context.say, _search_mailbox(context, drafts, log)
    log.add_all(found.sent)
    if found.sent:
        output.show_entries(found.sent, context.clients, say)
        output.print_text(say("mail.marked.found", count=len(found.sent)))
    if found.lying:
        output.print_text(say("mail.marked.lying", count=len(found.lying)))
    return _note_missing_drafts(context, found.missing, log) and not found.lying


def _search_mailbox(
    context: CommandContext, drafts: Sequence[MailLogEntry], log: MailLog
) -> DraftSearch:
    mail = context.mail_settings
    server, credential = require_server(context, "imap")
    output.print_text(context.say("mail.marked.looking"))
    with open_mailbox(server, mail.folder, credential) as box:
        return search_drafts(box, box.find_drafts_folder(mail.drafts), drafts, log)


def _note_missing_drafts(
    context: CommandContext, drafts: Sequence[MailLogEntry], log: MailLog
) -> bool:
    """Note drafts that are nowhere, where a person names their clients and says they were sent."""
    if not drafts:
        return True
    say, count = context.say, len(drafts)
    output.show_entries(drafts, context.clients, say)
    output.print_text(say("mail.marked.missing", count=count))
    if not context.only or ask_person(say("mail.marked.ask", count=count)) != str(count):
        return False
    now = datetime.now().astimezone()
    log.add_all(replace(each, time=now, event=MailEvent.BY_HAND) for each in drafts)
    output.print_text(say("mail.marked.found", count=count))
    return True
