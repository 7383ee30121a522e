"""Mail fetched into the input folder, as a command."""

from __future__ import annotations

from pathlib import Path

from sheet_diag.cli.arguments import parse_day, reading
from sheet_diag.cli.mail import output as texts
from sheet_diag.cli.mail.context import MailAsked, mailroom, require_mailbox
from sheet_diag.cli.mail.preconditions import require_log
from sheet_diag.cli.output import bar
from sheet_diag.mail.imap.mailbox import opened
from sheet_diag.mail.inbox.collect import collect
from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.text.wording import Wording


def fetch(asked: MailAsked, source: Path, since: str | None, say: Wording, words: Wording) -> bool:
    """Fetch what has come. Whether nothing of it wants a person's eye."""
    room = mailroom(asked, say, words)
    settings = room.config.correspondence
    server, access = require_mailbox(room)
    day = parse_day(since, say, "--since") if since else None
    require_log(room)
    with (
        opened(server, settings.folder, access) as box,
        Postbook.open(room.log) as book,
        bar(say("mail.progress.collect"), 0) as step,
    ):
        found = collect(
            box,
            source,
            book,
            room.clients,
            room.catalog,
            reading(room.config.limits, None),
            read=ReadFiles.of(room.run.facts, room.run.on, book.posted),
            since=day,
            own=(settings.sender,),
            progress=step,
        )
    return texts.show_collection(found, source, say)
