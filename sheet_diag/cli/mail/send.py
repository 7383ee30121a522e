"""Mails that are due become drafts, or go out once a person has looked through them.

Nothing is sent before somebody has typed how many mails it is about; an Enter too many sends none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import typer

from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output as texts
from sheet_diag.cli.mail.context import CommandContext, require_mailbox
from sheet_diag.cli.output import show_progress_bar
from sheet_diag.cli.settings_file import FILE_NAME
from sheet_diag.mail.auth.credentials import find_credential
from sheet_diag.mail.campaign.outgoing import (
    CheckedMail,
    ComposeContext,
    Dispatcher,
    check_mails,
    drafts_folder,
    find_draft_names,
    list_drafts,
    note_drafts_as_sent,
    write_drafts,
)
from sheet_diag.mail.campaign.previous_campaign import find_renumbered_clients
from sheet_diag.mail.campaign.selection import MailSelection
from sheet_diag.mail.imap.mailbox import find_copies
from sheet_diag.mail.log.address_history import collect_address_owners
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.smtp.delivery import send_mails
from sheet_diag.mail.smtp.uncertain import UncertainAnswer, resolve_uncertain_mails
from sheet_diag.model.mail import MailLogEntry, OutgoingMail
from sheet_diag.model.mail_access import MailCredential
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.settings import MailServer
from sheet_diag.text.normalize import normalize_text
from sheet_diag.text.wording import Wording

_YES: Final = "y"
_ANSWERS: Final = {_YES: UncertainAnswer.SENT, "n": UncertainAnswer.UNSENT}


def note_sent_drafts(
    room: CommandContext, office: ComposeContext, kind: MailKind, book: MailLog
) -> bool:
    """Note that the drafts were sent by a person, who looks through them and types how many there
    are. Whether there were any."""
    say, folder = room.say, office.drafts(kind)
    drafts = list_drafts(room.output, kind, room.only)
    if not drafts:
        texts.print_text(say("mail.marked.none", path=folder))
        return False
    texts.show_draft_list(drafts, room.clients, say)
    count = len(drafts)
    if _ask_person(say("mail.marked.ask", count=count)) != str(count):
        texts.print_text(say("mail.marked.stopped", path=folder))
        return False
    marked = note_drafts_as_sent(office, kind, book, room.only)
    texts.print_text(say("mail.marked", count=len(marked), path=folder))
    return True


def may_replace_drafts(room: CommandContext, office: ComposeContext, kind: MailKind) -> bool:
    """Whether drafts may be made anew: one that was sent and not noted would go out twice."""
    drafts = list_drafts(room.output, kind, room.only)
    if not drafts:
        return True
    texts.show_draft_list(drafts, room.clients, room.say)
    path = office.drafts(kind)
    if _ask_person(room.say("mail.drafts.ask", count=len(drafts), path=path)) == _YES:
        return True
    texts.print_text(room.say("mail.drafts.kept"))
    return False


def show_open_drafts(room: CommandContext, apart: MailKind | None = None) -> None:
    """Drafts that nobody has noted as sent, `apart` from those of a kind: the log may lack them."""
    for other in MailKind:
        if other is not apart and (drafts := list_drafts(room.output, other, room.only)):
            parts = {"count": len(drafts), "path": drafts_folder(room.output, other)}
            texts.print_text(room.say(f"mail.drafts.lying.{other}", **parts))


def draft_or_send(
    room: CommandContext,
    office: ComposeContext,
    kind: MailKind,
    selection: MailSelection,
    book: MailLog,
    *,
    send: bool,
) -> bool:
    """Make drafts of the mails, or send them. Whether all of them could be, and no draft wants a
    look."""
    texts.show_skipped(selection.left_out, room.say)
    if selection.done:
        texts.print_text(room.say("mail.done", count=selection.done))
    if selection.otherwise:
        texts.print_text(room.say("mail.done.otherwise", count=selection.otherwise))
    if send:
        return _send(room, office, selection.parcels, book)
    with show_progress_bar(room.say("mail.progress.drafts"), len(selection.parcels)) as step:
        looked = write_drafts(office, kind, selection.parcels, room.only, step)
    texts.show_drafts(looked, office.drafts(kind), kind, room.say)
    return all(each.path and not each.warnings for each in looked)


def require_mail_server(room: CommandContext) -> tuple[MailServer, MailCredential]:
    """The server that mails go out through, and what opens the account. Ends where none is set;
    raises `CredentialsError`."""
    server = room.config.correspondence.smtp
    if server is None:
        fail(room.say("mail.error.no_smtp", name=FILE_NAME), room.say)
    return server, find_credential(server, "smtp", os.environ)


def require_unchanged_ids(room: CommandContext, kind: MailKind, book: MailLog) -> None:
    """Nobody is asked once more because the list has another id by now, as where zeros were lost;
    whoever names a client has looked. Ends before that."""
    found = (
        []
        if room.only
        else list(find_renumbered_clients(room.clients, collect_address_owners(book.entries)))
    )
    texts.show_remarks(found, room.say, "mail.renumbered.head")
    if found and kind.spec.asks_first:
        fail(room.say("mail.error.renumbered", count=len(found)), room.say)


def resolve_interrupted_mails(room: CommandContext, book: MailLog) -> None:
    """Find out what became of a mail that was on its way when the last command was killed."""
    if not book.uncertain():
        return
    settings = room.config.correspondence
    find: Callable[[Sequence[str]], frozenset[str]] | None = None
    if settings.imap and settings.copies:
        server, access = require_mailbox(room)
        wait = settings.copy_seconds
        find = partial(find_copies, server, settings.folder, access, wait=wait)
        texts.print_text(room.say("mail.uncertain.looking"))
    resolve_uncertain_mails(book, settings, find, partial(_ask_about_mail, room.say))


def _ask_about_mail(say: Wording, posted: MailLogEntry) -> UncertainAnswer:
    """A person looks into the mailbox and tells; nothing said leaves the mail alone."""
    when = f"{posted.time:%Y-%m-%d %H:%M}"
    addresses = ", ".join(posted.addresses)
    texts.print_text(say("mail.uncertain", client=posted.client, when=when, addresses=addresses))
    return _ANSWERS.get(_ask_person(say("mail.uncertain.ask")), UncertainAnswer.LEAVE)


def _send(
    room: CommandContext, office: ComposeContext, parcels: Sequence[OutgoingMail], book: MailLog
) -> bool:
    say, settings = room.say, room.config.correspondence
    server, access = require_mail_server(room)
    with show_progress_bar(say("mail.progress.guard"), len(parcels)) as step:
        looked = check_mails(office, parcels, step)
    texts.show_check_results(looked, say)
    ready = [each.mail for each in looked if not each.errors and _confirm_doubts(each, say)]
    if not ready:
        texts.print_text(say("mail.send.none"))
        return not parcels
    texts.show_mails(ready, say)
    if drafts := find_draft_names(office, ready):
        texts.print_text(say("mail.send.drafts", count=len(drafts)))
    if again := sum(parcel.again for parcel in ready):
        texts.print_text(say("mail.send.again", count=again))
    if not _confirm_count(len(ready), server.host, say):
        texts.print_text(say("mail.send.stopped"))
        return False
    dispatch = Dispatcher(office, book)
    with show_progress_bar(say("mail.progress.send"), len(ready)) as step:
        mails = dispatch.outgoing(ready)
        waiting = partial(texts.show_waiting, say)
        report = send_mails(mails, book, settings, access, progress=step, waiting=waiting)
    texts.show_check_results(dispatch.stopped, say)
    texts.show_sent(report, say)
    return len(report.sent) == len(parcels)


def _confirm_doubts(looked: CheckedMail, say: Wording) -> bool:
    """A mail with doubts is asked about by itself."""
    if not looked.warnings:
        return True
    client = looked.mail.client
    text = " ".join(say(doubt.key, **doubt.parts) for doubt in looked.warnings)
    who = f"{client.id} {client.company}"
    return _ask_person(say("mail.send.doubt", who=who, text=text)) == _YES


def _confirm_count(count: int, host: str, say: Wording) -> bool:
    return _ask_person(say("mail.send.ask", count=count, host=host)) == str(count)


def _ask_person(question: str) -> str:
    """What a person types, folded; nothing where there is nobody. Raises `KeyboardInterrupt`."""
    try:
        return normalize_text(str(typer.prompt(question, default="", show_default=False)))
    except typer.Abort as ended:  # of two things: Ctrl-C, or the end of the input
        if isinstance(ended.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        return ""
