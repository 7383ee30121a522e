"""The mails of the demonstration: what has gone out by now, and what is due on its day.

Sheets and drafts are made by the mailing commands themselves. Of mails that have gone out there is
no draft any more, only a line in the mail log: that is written right away, as if a person had sent
them. Nothing is ever sent.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Final

import typer

from sheet_diag.cli.config import FILE_NAME as SETTINGS
from sheet_diag.cli.demo.client_list import ASKED, REMINDED, STRAYED, Expected, expected
from sheet_diag.cli.demo.folder import CLIENTS, mark
from sheet_diag.cli.demo.returns import ISSUER, STRAY
from sheet_diag.cli.demo.settings import settings_text
from sheet_diag.cli.mail import run as errands
from sheet_diag.cli.mail.context import MailAsked
from sheet_diag.cli.mail.run import Errand
from sheet_diag.forms.client_list.workbook import clientlist_workbook
from sheet_diag.mail.campaign.outgoing import drafts_folder
from sheet_diag.mail.log.lines import head
from sheet_diag.mail.log.mail_log import FILE_NAME as LOG
from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import Event, MailKind, Posted
from sheet_diag.storage.file_names import issued_name
from sheet_diag.storage.managed_folder import made_in, remove
from sheet_diag.text.wording import Wording

_TOKEN: Final = "demonstration"  # every log starts with the same one, so that it is the same
_MORNING: Final = time(10, tzinfo=timezone(timedelta(hours=9)))
_NOON: Final = time(12)


@dataclass(frozen=True, slots=True)
class Campaign:
    """Its folder, its day of diagnosis, in which language, and the folder of its catalogue (None:
    the built-in one)."""

    folder: Path
    as_of: date
    say: Wording
    catalog: Path | None = None

    @property
    def clients(self) -> Path:
        """The client list."""
        return self.folder / CLIENTS

    @property
    def settings(self) -> Path:
        """The settings."""
        return self.folder / SETTINGS

    @property
    def input(self) -> Path:
        """Where the returns lie."""
        return self.folder / "input"

    @property
    def output(self) -> Path:
        """Where everything is written."""
        return self.folder / "output"

    def ago(self, days: int) -> date:
        """So many days before its day."""
        return self.as_of - timedelta(days=days)

    def asked(self, only: Sequence[str] | None = None) -> MailAsked:
        """What is typed after a mailing command on its day; `only` are ids (None: all)."""
        return MailAsked(
            output=self.output,
            clients=self.clients,
            as_of=self.as_of.isoformat(),
            only=only,
            lang=self.say.lang.value,
            catalog=self.catalog,
            config=self.settings,
        )


def begin(campaign: Campaign, catalog: Catalog) -> None:
    """What came before its day: list and settings, a sheet for everybody, requests and reminders
    that have gone out, the day on which each return came. Raises `OSError`."""
    clients = expected(campaign.as_of, campaign.say.lang)
    lang, listed = campaign.say.lang, [each.client for each in clients]
    campaign.settings.write_text(settings_text(campaign.say), encoding="utf-8")
    campaign.clients.write_bytes(clientlist_workbook(catalog, lang, ISSUER, listed))
    mark(campaign.folder)
    _begin_log(campaign.output)
    _issue(campaign, waiting={each.client.id for each in clients if not each.asked})
    _note_sent(campaign, clients)
    days = {each.file: each.came for each in clients if each.came}
    _date_files(campaign.input, {**days, STRAY: campaign.ago(STRAYED)})


def go_on(campaign: Campaign) -> None:
    """What is due on its day, as drafts: reminders, and what is to be corrected by clients of the
    list; of files that are nobody's the run has told."""
    source, say = campaign.input, campaign.say
    listed = [each.client.id for each in expected(campaign.as_of, say.lang)]
    errand = Errand(campaign.asked(listed))
    _quietly(lambda: errands.remind(errand, 0, source, say, say))
    _quietly(lambda: errands.send_back(errand, None, source, say, say))


def _begin_log(output: Path) -> None:
    """An empty mail log, and no drafts: what somebody has tried there is undone."""
    output.mkdir(exist_ok=True)
    (output / LOG).write_bytes(head(_TOKEN))
    for kind in MailKind:
        drafts = drafts_folder(output, kind)
        remove(drafts, set(made_in(drafts)))


def _issue(campaign: Campaign, waiting: Set[str]) -> None:
    """A sheet for everybody, a draft for those who are still to be asked (ids)."""
    errand, say = Errand(campaign.asked()), campaign.say
    _quietly(lambda: errands.issue(errand, say, say))
    drafts = drafts_folder(campaign.output, MailKind.REQUEST)
    made = made_in(drafts).items()
    remove(drafts, {name for name, facts in made if facts["client"] not in waiting})


def _note_sent(campaign: Campaign, clients: Sequence[Expected]) -> None:
    """Note what a person has sent, as the commands do with `--sent-by-hand`."""
    asked, reminded = campaign.ago(ASKED), campaign.ago(REMINDED)
    with Postbook.open(campaign.output / LOG) as book:
        for each in clients:
            if each.asked:
                book.add(_by_hand(each.client, MailKind.REQUEST, "", asked))
        for each in clients:
            if each.is_late(reminded):
                book.add(_by_hand(each.client, MailKind.REMINDER, "1", reminded))


def _by_hand(client: ListedClient, kind: MailKind, about: str, day: date) -> Posted:
    return Posted(
        time=datetime.combine(day, _MORNING),
        event=Event.BY_HAND,
        client=client.id,
        kind=kind,
        about=about,
        addresses=client.addresses,
        file=issued_name(client),
    )


def _date_files(source: Path, days: Mapping[str, date]) -> None:
    """A file that was put there by hand came on the day that its own time tells."""
    for name, day in days.items():
        moment = datetime.combine(day, _NOON).timestamp()
        os.utime(source / name, (moment, moment))


def _quietly(command: Callable[[], bool]) -> None:
    """What is said is about one step of many; it is shown where the step could not do all."""
    said = io.StringIO()
    with redirect_stdout(said):
        is_done = command()
    if not is_done:
        typer.echo(said.getvalue(), nl=False)
