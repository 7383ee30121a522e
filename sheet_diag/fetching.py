"""Mail fetched into the input folder, and logins kept for mail servers, as commands."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

import typer

from sheet_diag import mailtexts
from sheet_diag.arguments import configured, parse_day, reading
from sheet_diag.collecting import collect
from sheet_diag.complaints import fail
from sheet_diag.config import FILE_NAME
from sheet_diag.credentials import keep_password
from sheet_diag.mailbox import opened
from sheet_diag.mailbox import try_login as try_mailbox
from sheet_diag.mailroom import MailAsked, mailroom, require_mailbox
from sheet_diag.model.settings import Correspondence, MailServer
from sheet_diag.postbook import Postbook
from sheet_diag.sending import try_login as try_server
from sheet_diag.terminal import bar
from sheet_diag.wording import Wording

_SERVERS: Final = ("smtp", "imap")


def fetch(asked: MailAsked, source: Path, since: str | None, say: Wording, words: Wording) -> bool:
    """Fetch what has come. Whether nothing of it wants a person's eye."""
    room = mailroom(asked, say, words)
    settings = room.config.correspondence
    server, password = require_mailbox(room)
    day = parse_day(since, say) if since else None
    with (
        Postbook.open(room.log) as book,
        opened(server, settings.folder, password) as box,
        bar(say("mail.progress.collect"), 0) as step,
    ):
        found = collect(
            box,
            source,
            book,
            room.clients,
            room.catalog,
            reading(room.config.limits, None),
            since=day,
            own=(settings.sender,),
            progress=step,
        )
    return mailtexts.show_collection(found, source, say)


def keep_login(
    server: str,
    lang: str | None,
    config: Path | None,
    say: Wording,
    words: Wording,
) -> None:
    """Ask for the password of a server, try it, and keep it."""
    if server not in _SERVERS:
        fail(say("mail.error.server", value=server), say)
    which: Literal["smtp", "imap"] = "imap" if server == "imap" else "smtp"
    settings = configured(config, lang, say, words).correspondence
    account = settings.imap if which == "imap" else settings.smtp
    if account is None:
        fail(say(f"mail.error.no_{which}", name=FILE_NAME), say)
    question = say("mail.login.ask", host=account.host, user=account.user)
    password = typer.prompt(question, hide_input=True)
    _try(which, account, settings, password)
    keep_password(account, which, password)
    typer.echo(say("mail.login.kept", host=account.host, user=account.user))


def _try(which: str, account: MailServer, settings: Correspondence, password: str) -> None:
    if which == "imap":
        try_mailbox(account, settings.folder, password)
    else:
        try_server(account, password)
