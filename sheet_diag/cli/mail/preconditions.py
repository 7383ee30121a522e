"""What must be so before anybody is written to; where it is not, the command ends and says why."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output as texts
from sheet_diag.cli.mail.context import OUTBOX, CommandContext
from sheet_diag.intake.discovery import find_input_files
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.results import ReturnStatus
from sheet_diag.pipeline.input_files import find_missing_mails, find_unread_files
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.storage.managed_folder import read_note

_MAX_NAMES: Final = 3  # files of the input folder that are named


def require_log(room: CommandContext) -> None:
    """Sheets are never made before there is a mail log: where they lie without one, it was lost."""
    folder = room.output / OUTBOX
    if not room.log.exists() and read_note(folder):
        fail(room.say("mail.error.log_lost", path=room.log, folder=folder), room.say)


def require_run(room: CommandContext) -> None:
    """Nothing is sent back or delivered before there are results."""
    if room.run.on is None:
        fail(room.say("mail.error.no_run"), room.say)


def require_pdfs(room: CommandContext) -> None:
    """PDFs are delivered only after a run that made them."""
    ranked = [fact for fact in room.run.facts if fact.status is ReturnStatus.RANKED]
    if ranked and not any(fact.pdf_sha256 or fact.print_failed for fact in ranked):
        fail(room.say("mail.error.no_pdf"), room.say)


def require_no_unread_files(room: CommandContext, source: Path, book: MailLog) -> None:
    """Nobody is written to while the answer may lie there unread; whoever threw it away before
    that is told."""
    if not source.is_dir():
        return
    read = ReadFiles.of(room.run.facts, room.run.on, book.entries)
    found = find_input_files(source, apart_from=room.output)
    if new := find_unread_files(found, read):
        names = ", ".join(new[:_MAX_NAMES]) + (" …" if len(new) > _MAX_NAMES else "")
        parts = {"path": source, "count": len(new), "names": names}
        fail(room.say("mail.error.unread", **parts), room.say)
    mails = sorted(find_missing_mails(book.entries, read, found), key=lambda mail: mail.time)
    head = room.say("mail.gone", count=len(mails), path=source)
    texts.show_lines(head, [f"{each.client} {each.file}".strip() for each in mails], room.say)
