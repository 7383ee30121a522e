"""Mails that are due become drafts, or go out once a person has looked through them.

Nothing is sent before somebody has typed how many mails it is about; an Enter too many sends none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

import typer

from sheet_diag.cli.mail import output
from sheet_diag.cli.mail.context import CommandContext, require_server
from sheet_diag.cli.output import show_progress_bar
from sheet_diag.mail.campaign.drafts import (
    DraftFolder,
    delete_drafts_after_sending,
    find_drafts_of,
)
from sheet_diag.mail.campaign.outgoing import (
    ComposeContext,
    check_mails,
    finalize_mails,
)
from sheet_diag.mail.imap.mailbox import find_copies
from sheet_diag.mail.log.mail_log import MailLog, MailLogError
from sheet_diag.mail.outgoing_checks.results import CheckedMail
from sheet_diag.mail.smtp.delivery import send_mails
from sheet_diag.mail.smtp.send_attempt import UncertainAnswer, resolve_uncertain_mails
from sheet_diag.model.mail import MailEvent, MailLogEntry, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.text.normalize import normalize_text
from sheet_diag.text.wording import Wording

YES: Final = "y"
_ANSWERS: Final = {YES: UncertainAnswer.SENT, "n": UncertainAnswer.UNSENT}


def note_sent_drafts(context: CommandContext, kind: MailKind, log: MailLog) -> bool:
    """Note that a person has sent the drafts, once he has typed how many there are.

    Tell whether they were noted.
    """
    say, folder = context.say, DraftFolder(context.output, kind)
    drafts = folder.list_drafts(context.only)
    if not drafts:
        output.print_text(say("mail.marked.none", path=folder.path))
        return False
    output.show_entries([each.entry for each in drafts], context.clients, say)
    if ask_person(say("mail.marked.ask", count=len(drafts))) != str(len(drafts)):
        output.print_text(say("mail.marked.stopped", path=folder.path))
        return False
    count = folder.note_as_sent(drafts, log)
    output.print_text(say("mail.marked", count=count, path=folder.path))
    return True


def may_replace_drafts(context: CommandContext, kind: MailKind) -> bool:
    """Ask whether drafts may be made anew: one that was sent, not noted, would go out twice."""
    folder = DraftFolder(context.output, kind)
    drafts = folder.list_drafts(context.only)
    if not drafts:
        return True
    output.show_entries([each.entry for each in drafts], context.clients, context.say)
    question = context.say("mail.drafts.ask", count=len(drafts), path=folder.path)
    if ask_person(question) == YES:
        return True
    output.print_text(context.say("mail.drafts.kept"))
    return False


def show_open_drafts(
    context: CommandContext, log: MailLog, other_than: MailKind | None = None
) -> None:
    """Show how many drafts of other kinds nobody has noted as sent: the log may lack them."""
    for kind in MailKind:
        folder = DraftFolder(context.output, kind)
        in_mailbox = (context.say("mail.drafts.mailbox"), log.find_drafts(kind, context.only))
        for path, drafts in ((folder.path, folder.list_drafts(context.only)), in_mailbox):
            if drafts and kind is not other_than:
                key = f"mail.drafts.lying.{kind}"
                output.print_text(context.say(key, count=len(drafts), path=path))


def write_drafts(
    context: CommandContext,
    compose_context: ComposeContext,
    kind: MailKind,
    mails: Sequence[OutgoingMail],
) -> bool:
    """Make drafts of the mails. Tell whether all could be made and none wants a look."""
    folder = DraftFolder(context.output, kind)
    with show_progress_bar(context.say("mail.progress.drafts"), len(mails)) as step:
        checked = folder.write(compose_context, mails, context.only, step)
    output.show_written_drafts(checked, folder, context.say)
    return not any(each.errors or each.warnings for each in checked)


def send(
    context: CommandContext,
    compose_context: ComposeContext,
    mails: Sequence[OutgoingMail],
    log: MailLog,
) -> bool:
    """Send the mails that a person wants to be sent. Tell whether all of them have gone out."""
    say = context.say
    server, credential = require_server(context, "smtp")
    with show_progress_bar(say("mail.progress.guard"), len(mails)) as step:
        checked = check_mails(compose_context, mails, step)
    output.show_check_results(checked, say)
    ready = [each.mail for each in checked if not each.errors and _confirm_warnings(each, say)]
    if not ready:
        output.print_text(say("mail.send.none"))
        return not mails
    output.show_mails(ready, say)
    if count := sum(map(len, find_drafts_of(context.output, ready).values())):
        output.print_text(say("mail.send.drafts", count=count))
    if count := sum(mail.again for mail in ready):
        output.print_text(say("mail.send.again", count=count))
    question = say("mail.send.ask", count=len(ready), host=server.host)
    if ask_person(question) != str(len(ready)):
        output.print_text(say("mail.send.stopped"))
        return False
    stopped: list[CheckedMail] = []
    final = finalize_mails(compose_context, log, ready, stopped)
    with show_progress_bar(say("mail.progress.send"), len(ready)) as step:
        report = send_mails(
            delete_drafts_after_sending(context.output, log, final),
            log,
            context.mail_settings,
            credential,
            progress=step,
            waiting=partial(output.show_waiting, say),
        )
    output.show_check_results(stopped, say)
    output.show_sent(report, say)
    return len(report.sent) == len(mails)


def resolve_interrupted_mails(context: CommandContext, log: MailLog) -> None:
    """Find out what became of a mail that was leaving when the last command was killed."""
    if not log.uncertain():
        return
    mail = context.mail_settings
    find: Callable[[Sequence[str]], frozenset[str]] | None = None
    if mail.imap and mail.copies:
        server, credential = require_server(context, "imap")
        find = partial(find_copies, server, mail.folder, credential, wait=mail.copy_seconds)
        output.print_text(context.say("mail.uncertain.looking"))
    resolve_uncertain_mails(log, mail, find, partial(_ask_about_mail, context.say))


def accept_log(context: CommandContext, fault: MailLogError) -> bool:
    """Go on with a mail log that is not as it was written, where a person wants that.

    Tell whether the log says so now.
    """
    if ask_person(context.say("mail.log.ask")) != YES:
        output.print_text(context.say("mail.log.kept"))
        return False
    text = "{found}/{count}, {line}".format(**fault.parts)
    entry = MailLogEntry(datetime.now().astimezone(), MailEvent.ACCEPTED, text=text)
    MailLog.open(context.log_path, entry).close()
    output.print_text(context.say("mail.log.accepted"))
    return True


def ask_person(question: str) -> str:
    """Return what a person types, normalised; nothing where there is nobody.

    Raises `KeyboardInterrupt`.
    """
    try:
        return normalize_text(str(typer.prompt(question, default="", show_default=False)))
    except typer.Abort as ended:  # of two things: Ctrl-C, or the end of the input
        if isinstance(ended.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        return ""


def _ask_about_mail(say: Wording, entry: MailLogEntry) -> UncertainAnswer:
    """Ask a person, who looks into the mailbox; no answer leaves the mail uncertain."""
    when = f"{entry.time:%Y-%m-%d %H:%M}"
    addresses = ", ".join(entry.addresses)
    output.print_text(say("mail.uncertain", client=entry.client, when=when, addresses=addresses))
    return _ANSWERS.get(ask_person(say("mail.uncertain.ask")), UncertainAnswer.LEAVE)


def _confirm_warnings(checked: CheckedMail, say: Wording) -> bool:
    """Ask about a mail by itself if the checks warn of it."""
    if not checked.warnings:
        return True
    text = " ".join(say(each.key, **each.parts) for each in checked.warnings)
    question = say("mail.send.doubt", who=checked.mail.client.name_with_id, text=text)
    return ask_person(question) == YES
