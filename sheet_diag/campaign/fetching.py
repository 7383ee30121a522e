"""Mail fetched into the input folder, as a command."""

from __future__ import annotations

from pathlib import Path

from sheet_diag.arguments import parse_day, reading
from sheet_diag.campaign import texts
from sheet_diag.campaign.mailroom import MailAsked, mailroom, require_mailbox
from sheet_diag.campaign.readiness import require_log
from sheet_diag.collecting import collect
from sheet_diag.mailbox import opened
from sheet_diag.postbook import Postbook
from sheet_diag.standings.readings import ReadFiles
from sheet_diag.terminal import bar
from sheet_diag.wording import Wording


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
