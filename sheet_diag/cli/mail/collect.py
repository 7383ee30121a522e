"""Mail fetched into the input folder, as a command."""

from __future__ import annotations

from pathlib import Path

from sheet_diag.cli.arguments import build_intake_settings, parse_day
from sheet_diag.cli.mail import output as texts
from sheet_diag.cli.mail.context import MailOptions, load_context, require_mailbox
from sheet_diag.cli.mail.preconditions import require_log
from sheet_diag.cli.output import show_progress_bar
from sheet_diag.mail.imap.mailbox import open_mailbox
from sheet_diag.mail.inbox.collect import collect_returned_mails
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.text.wording import Wording


def collect_mails(asked: MailOptions, source: Path, since: str | None, say: Wording) -> bool:
    """Fetch what has come. Whether nothing of it wants a person's eye."""
    room = load_context(asked, say)
    settings = room.config.correspondence
    server, access = require_mailbox(room)
    day = parse_day(since, say, "--since") if since else None
    require_log(room)
    with (
        open_mailbox(server, settings.folder, access) as box,
        MailLog.open(room.log) as book,
        show_progress_bar(say("mail.progress.collect"), 0) as step,
    ):
        found = collect_returned_mails(
            box,
            source,
            book,
            room.clients,
            room.catalog,
            build_intake_settings(room.config.limits, None),
            read=ReadFiles.of(room.run.facts, room.run.on, book.entries),
            since=day,
            own=(settings.sender,),
            progress=step,
        )
    return texts.show_collection(found, source, say)
