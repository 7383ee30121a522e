"""The client list as a command: checked and told, beside last year's; or a blank one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from sheet_diag.cli.arguments import client_list, configured, load_asked
from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output as texts
from sheet_diag.forms.client_list.workbook import clientlist_workbook
from sheet_diag.intake.client_list.errors import list_text
from sheet_diag.intake.client_list.reader import read_clients
from sheet_diag.mail.campaign.previous_campaign import moved, remarks, renumbered, taken
from sheet_diag.mail.log.address_history import domains, owners
from sheet_diag.mail.log.mail_log import FILE_NAME as LOG
from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList
from sheet_diag.reports.run_json.return_facts import facts_in
from sheet_diag.text.wording import Wording

_USUAL: Final = Path("clients.xlsx")


@dataclass(frozen=True, slots=True)
class Listed:
    """What was typed; `output` is the folder of this campaign, if it has begun."""

    file: Path | None = None
    output: Path = Path("output")
    previous: Path | None = None
    lang: str | None = None
    catalog: Path | None = None
    config: Path | None = None


def new_list(asked: Listed, say: Wording, words: Wording) -> None:
    """Write a blank list, over no other."""
    settings = configured(asked.config, asked.lang, say, words)
    path = asked.file or _USUAL
    if path.exists():
        fail(say("mail.error.list_exists", path=path), say)
    content = clientlist_workbook(load_asked(asked.catalog), say.lang, settings.issuer)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    typer.echo(say("mail.clients.new", path=path))


def check_list(asked: Listed, say: Wording, words: Wording) -> None:
    """Tell what is in the list, and what wants a look. Raises `ClientListError`."""
    settings = configured(asked.config, asked.lang, say, words)
    path = client_list(asked.file) or fail(say("mail.error.no_list"), say)
    clients, notes = read_clients(path, load_asked(asked.catalog), settings.limits)
    lines = [list_text(note, say.lang) for note in notes]
    texts.show_lines(say("mail.clients.notes", count=len(notes)), lines, say)
    posted = Postbook.read(asked.output / LOG).posted
    now = list(renumbered(clients, owners(posted)))
    texts.show_remarks(now, say, "mail.renumbered.head")
    told = {each.who for each in now}
    if asked.previous:
        _, facts = facts_in(asked.previous)
        former = Postbook.read(asked.previous / LOG).posted
        before = domains(former, facts)
        texts.show_remarks([*remarks(clients, facts), *moved(clients, before)], say)
        posted += former
    slipped = [each for each in taken(clients, owners(posted)) if each.who not in told]
    texts.show_remarks(slipped, say, "mail.clients.notes")
    texts.tell(_count(clients, path, "doubtful" if now or slipped else "good", say))


def _count(clients: ClientList, path: Path, how: str, say: Wording) -> str:
    count = len(clients.clients)
    english = sum(1 for client in clients.clients if client.lang is Lang.EN)
    undated = sum(1 for client in clients.clients if client.due is None)
    parts = {"path": path, "count": count, "english": english, "undated": undated}
    return say(f"mail.clients.{how}", **parts)
