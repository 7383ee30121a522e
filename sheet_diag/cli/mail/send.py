"""Mails that are due become drafts, or go out once a person has looked through them.

Nothing is sent before somebody has typed how many mails it is about; an Enter too many sends none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import typer

from sheet_diag.cli.config import FILE_NAME
from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output as texts
from sheet_diag.cli.mail.context import Mailroom, require_mailbox
from sheet_diag.cli.output import bar
from sheet_diag.mail.auth.credentials import access_for
from sheet_diag.mail.campaign.outgoing import (
    Dispatch,
    Looked,
    Office,
    drafts_folder,
    drafts_of,
    look_at,
    lying,
    mark_sent,
    write_drafts,
)
from sheet_diag.mail.campaign.previous_campaign import renumbered
from sheet_diag.mail.campaign.selection import Selection
from sheet_diag.mail.imap.mailbox import find_copies
from sheet_diag.mail.log.address_history import owners
from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.mail.smtp.delivery import send_all
from sheet_diag.mail.smtp.uncertain import Answer, settle_uncertain
from sheet_diag.model.mail import MailKind, Parcel, Posted
from sheet_diag.model.mail_access import Access
from sheet_diag.model.settings import MailServer
from sheet_diag.text.normalize import fold
from sheet_diag.text.wording import Wording

_YES: Final = "y"
_ANSWERS: Final = {_YES: Answer.SENT, "n": Answer.UNSENT}


def note_by_hand(room: Mailroom, office: Office, kind: MailKind, book: Postbook) -> bool:
    """Note that the drafts were sent by a person, who looks through them and types how many there
    are. Whether there were any."""
    say, folder = room.say, office.drafts(kind)
    drafts = lying(room.output, kind, room.only)
    if not drafts:
        texts.tell(say("mail.marked.none", path=folder))
        return False
    texts.show_posted(drafts, room.clients, say)
    count = len(drafts)
    if _typed(say("mail.marked.ask", count=count)) != str(count):
        texts.tell(say("mail.marked.stopped", path=folder))
        return False
    marked = mark_sent(office, kind, book, room.only)
    texts.tell(say("mail.marked", count=len(marked), path=folder))
    return True


def may_write(room: Mailroom, office: Office, kind: MailKind) -> bool:
    """Whether drafts may be made anew: one that was sent and not noted would go out twice."""
    drafts = lying(room.output, kind, room.only)
    if not drafts:
        return True
    texts.show_posted(drafts, room.clients, room.say)
    path = office.drafts(kind)
    if _typed(room.say("mail.drafts.ask", count=len(drafts), path=path)) == _YES:
        return True
    texts.tell(room.say("mail.drafts.kept"))
    return False


def tell_of_drafts(room: Mailroom, apart: MailKind | None = None) -> None:
    """Drafts that nobody has noted as sent, `apart` from those of a kind: the log may lack them."""
    for other in MailKind:
        if other is not apart and (drafts := lying(room.output, other, room.only)):
            parts = {"count": len(drafts), "path": drafts_folder(room.output, other)}
            texts.tell(room.say(f"mail.drafts.lying.{other}", **parts))


def post(
    room: Mailroom,
    office: Office,
    kind: MailKind,
    selection: Selection,
    book: Postbook,
    *,
    send: bool,
) -> bool:
    """Make drafts of the mails, or send them. Whether all of them could be, and no draft wants a
    look."""
    texts.show_left_out(selection.left_out, room.say)
    if selection.done:
        texts.tell(room.say("mail.done", count=selection.done))
    if selection.otherwise:
        texts.tell(room.say("mail.done.otherwise", count=selection.otherwise))
    if send:
        return _send(room, office, selection.parcels, book)
    with bar(room.say("mail.progress.drafts"), len(selection.parcels)) as step:
        looked = write_drafts(office, kind, selection.parcels, room.only, step)
    texts.show_drafts(looked, office.drafts(kind), kind, room.say)
    return all(each.path and not each.doubts for each in looked)


def require_server(room: Mailroom) -> tuple[MailServer, Access]:
    """The server that mails go out through, and what opens the account. Ends where none is set;
    raises `CredentialsError`."""
    server = room.config.correspondence.smtp
    if server is None:
        fail(room.say("mail.error.no_smtp", name=FILE_NAME), room.say)
    return server, access_for(server, "smtp", os.environ)


def require_former_ids(room: Mailroom, kind: MailKind, book: Postbook) -> None:
    """Nobody is asked once more because the list has another id by now, as where zeros were lost;
    whoever names a client has looked. Ends before that."""
    found = [] if room.only else list(renumbered(room.clients, owners(book.posted)))
    texts.show_remarks(found, room.say, "mail.renumbered.head")
    if found and kind is MailKind.REQUEST:
        fail(room.say("mail.error.renumbered", count=len(found)), room.say)


def settle_last_time(room: Mailroom, book: Postbook) -> None:
    """Find out what became of a mail that was on its way when the last command was killed."""
    if not book.uncertain():
        return
    settings = room.config.correspondence
    find: Callable[[Sequence[str]], frozenset[str]] | None = None
    if settings.imap and settings.copies:
        server, access = require_mailbox(room)
        wait = settings.copy_seconds
        find = partial(find_copies, server, settings.folder, access, wait=wait)
        texts.tell(room.say("mail.uncertain.looking"))
    settle_uncertain(book, settings, find, partial(_ask_about, room.say))


def _ask_about(say: Wording, posted: Posted) -> Answer:
    """A person looks into the mailbox and tells; nothing said leaves the mail alone."""
    when = f"{posted.time:%Y-%m-%d %H:%M}"
    addresses = ", ".join(posted.addresses)
    texts.tell(say("mail.uncertain", client=posted.client, when=when, addresses=addresses))
    return _ANSWERS.get(_typed(say("mail.uncertain.ask")), Answer.LEAVE)


def _send(room: Mailroom, office: Office, parcels: Sequence[Parcel], book: Postbook) -> bool:
    say, settings = room.say, room.config.correspondence
    server, access = require_server(room)
    with bar(say("mail.progress.guard"), len(parcels)) as step:
        looked = look_at(office, parcels, step)
    texts.show_looks(looked, say)
    ready = [each.parcel for each in looked if not each.refusals and _is_wanted(each, say)]
    if not ready:
        texts.tell(say("mail.send.none"))
        return not parcels
    texts.show_mails(ready, say)
    if drafts := drafts_of(office, ready):
        texts.tell(say("mail.send.drafts", count=len(drafts)))
    if again := sum(parcel.again for parcel in ready):
        texts.tell(say("mail.send.again", count=again))
    if not _is_confirmed(len(ready), server.host, say):
        texts.tell(say("mail.send.stopped"))
        return False
    dispatch = Dispatch(office, book)
    with bar(say("mail.progress.send"), len(ready)) as step:
        mails = dispatch.outgoing(ready)
        waiting = partial(texts.tell_waiting, say)
        report = send_all(mails, book, settings, access, progress=step, waiting=waiting)
    texts.show_looks(dispatch.stopped, say)
    texts.show_sent(report, say)
    return len(report.sent) == len(parcels)


def _is_wanted(looked: Looked, say: Wording) -> bool:
    """A mail with doubts is asked about by itself."""
    if not looked.doubts:
        return True
    client = looked.parcel.client
    text = " ".join(say(doubt.key, **doubt.parts) for doubt in looked.doubts)
    who = f"{client.id} {client.company}"
    return _typed(say("mail.send.doubt", who=who, text=text)) == _YES


def _is_confirmed(count: int, host: str, say: Wording) -> bool:
    return _typed(say("mail.send.ask", count=count, host=host)) == str(count)


def _typed(question: str) -> str:
    """What a person types, folded; nothing where there is nobody. Raises `KeyboardInterrupt`."""
    try:
        return fold(str(typer.prompt(question, default="", show_default=False)))
    except typer.Abort as ended:  # of two things: Ctrl-C, or the end of the input
        if isinstance(ended.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        return ""
