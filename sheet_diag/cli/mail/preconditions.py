"""What must be so before anybody is written to; where it is not, the command ends and says why."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output as texts
from sheet_diag.cli.mail.context import OUTBOX, Mailroom
from sheet_diag.intake.discovery import find
from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.model.results import Status
from sheet_diag.pipeline.input_files import gone, unread
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.storage.managed_folder import made_in

_NAMED: Final = 3  # files of the input folder that are named


def require_log(room: Mailroom) -> None:
    """Sheets are never made before there is a mail log: where they lie without one, it was lost."""
    folder = room.output / OUTBOX
    if not room.log.exists() and made_in(folder):
        fail(room.say("mail.error.log_lost", path=room.log, folder=folder), room.say)


def require_run(room: Mailroom) -> None:
    """Nothing is sent back or delivered before there are results."""
    if room.run.on is None:
        fail(room.say("mail.error.no_run"), room.say)


def require_prints(room: Mailroom) -> None:
    """PDFs are delivered only after a run that made them."""
    ranked = [fact for fact in room.run.facts if fact.status is Status.RANKED]
    if ranked and not any(fact.pdf_sha256 or fact.unprinted for fact in ranked):
        fail(room.say("mail.error.no_pdf"), room.say)


def require_all_read(room: Mailroom, source: Path, book: Postbook) -> None:
    """Nobody is written to while the answer may lie there unread; whoever threw it away before
    that is told."""
    if not source.is_dir():
        return
    read = ReadFiles.of(room.run.facts, room.run.on, book.posted)
    found = find(source, apart_from=room.output)
    if new := unread(found, read):
        names = ", ".join(new[:_NAMED]) + (" …" if len(new) > _NAMED else "")
        parts = {"path": source, "count": len(new), "names": names}
        fail(room.say("mail.error.unread", **parts), room.say)
    mails = sorted(gone(book.posted, read, found), key=lambda mail: mail.time)
    head = room.say("mail.gone", count=len(mails), path=source)
    texts.show_lines(head, [f"{each.client} {each.file}".strip() for each in mails], room.say)
