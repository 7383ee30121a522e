"""The mails of the demonstration: what has gone out by now, and what is due on its day.

Sheets and drafts are made by the mailing commands themselves. Of mails that have gone out there is
no draft any more, only a line in the mail log: that is written right away, as if a person had sent
them. Nothing is ever sent.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Mapping, Sequence, Set
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.markup import escape

from sheet_diag.cli.arguments import SETTINGS_FILE
from sheet_diag.cli.demo.client_list import (
    REMINDED_DAYS_AGO,
    REQUESTED_DAYS_AGO,
    UNKNOWN_FILE_DAYS_AGO,
    DemoListEntry,
    demo_clients,
)
from sheet_diag.cli.demo.returns import (
    CLIENT_LIST,
    ISSUER,
    STRAY_FILE,
    build_settings_text,
    mark_demo_folder,
)
from sheet_diag.cli.mail.run import run_mail_command
from sheet_diag.cli.options import MailOptions
from sheet_diag.forms.client_list import make_client_list
from sheet_diag.mail.campaign.drafts import DRAFTS, DraftFolder
from sheet_diag.mail.log.chain import LOG_HEAD_NAME
from sheet_diag.mail.log.lines import format_log_header
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import MailEvent, MailLogEntry, MailSubject
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.file_names import issued_name
from sheet_diag.storage.managed_folder import OUTBOX
from sheet_diag.text.wording import Wording

_TOKEN: Final = "demonstration"  # every log starts with the same one, so that it is the same
_MORNING: Final = time(10, tzinfo=timezone(timedelta(hours=9)))
_NOON: Final = time(12)
_PROGRAM: Final = "sheet-diag"
_COMMANDS: Final = {
    "status": "status",
    "remind": "remind --sent-by-hand",
    "return": "return --sent-by-hand",
    "run": "run --protect",
    "deliver": "deliver",
}


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """The campaign of the demonstration, on its day of diagnosis.

    `catalog` is that of its option (None: the built-in one).
    """

    folder: Path
    as_of: date
    say: Wording
    catalog: Path | None = None

    @property
    def clients(self) -> Path:
        """The client list."""
        return self.folder / CLIENT_LIST

    @property
    def settings(self) -> Path:
        """The settings."""
        return self.folder / SETTINGS_FILE

    @property
    def input(self) -> Path:
        """The folder of the returns."""
        return self.folder / "input"

    @property
    def output(self) -> Path:
        """The folder of everything that is written."""
        return self.folder / "output"

    def ago(self, days: int) -> date:
        """Return the day so many days before its day."""
        return self.as_of - timedelta(days=days)

    def run_command(self, kind: MailKind, only: list[str] | None = None) -> None:
        """Run a mailing command on its day, for some clients (ids; None: all).

        What it says is about one step of many; it is shown where the step could not do all.
        """
        options = MailOptions(
            output=self.output,
            input=self.input,
            clients=self.clients,
            as_of=self.as_of.isoformat(),
            only=only,
            catalog=self.catalog,
            config=self.settings,
        )
        shown = io.StringIO()
        with redirect_stdout(shown):
            is_done = run_mail_command(kind, options, self.say)
        if not is_done:
            typer.echo(shown.getvalue(), nl=False)


def begin_campaign(campaign: DemoCampaign, catalog: Catalog) -> None:
    """Make what came before its day. Raises `OSError`.

    That is: list and settings, a sheet for everybody, requests and reminders that have gone out,
    and the day on which each return came.
    """
    clients = demo_clients(campaign.as_of, campaign.say.lang)
    lang, listed = campaign.say.lang, [each.client for each in clients]
    campaign.settings.write_text(build_settings_text(campaign.say), encoding="utf-8")
    campaign.clients.write_bytes(make_client_list(catalog, lang, ISSUER, listed))
    mark_demo_folder(campaign.folder)
    _begin_log(campaign.output)
    _issue_sheets(campaign, waiting={each.client.id for each in clients if not each.asked})
    _log_sent_mails(campaign, catalog, clients)
    days = {each.file: each.came for each in clients if each.came}
    _set_file_dates(campaign.input, {**days, STRAY_FILE: campaign.ago(UNKNOWN_FILE_DAYS_AGO)})


def draft_due_mails(campaign: DemoCampaign) -> None:
    """Make the drafts that are due on its day: reminders, and corrections of listed clients.

    The run has told of files that are nobody's.
    """
    listed = [each.client.id for each in demo_clients(campaign.as_of, campaign.say.lang)]
    campaign.run_command(MailKind.REMINDER, listed)
    campaign.run_command(MailKind.CORRECTION, listed)


def _begin_log(output: Path) -> None:
    """Write an empty mail log and delete all drafts: what somebody has tried there is undone."""
    output.mkdir(exist_ok=True)
    (output / LOG_HEAD_NAME).unlink(missing_ok=True)
    (output / MAIL_LOG_NAME).write_bytes(format_log_header(_TOKEN))
    for kind in MailKind:
        DraftFolder(output, kind).clear()


def _issue_sheets(campaign: DemoCampaign, waiting: Set[str]) -> None:
    """Make a sheet for everybody, and drafts for those who are still to be asked (ids)."""
    campaign.run_command(MailKind.REQUEST)
    drafts = DraftFolder(campaign.output, MailKind.REQUEST)
    drafts.remove(d.name for d in drafts.list_drafts() if d.entry.client not in waiting)


def _log_sent_mails(
    campaign: DemoCampaign, catalog: Catalog, clients: Sequence[DemoListEntry]
) -> None:
    """Log what a person has sent, as the commands do with `--sent-by-hand`."""
    asked, reminded = campaign.ago(REQUESTED_DAYS_AGO), campaign.ago(REMINDED_DAYS_AGO)
    first = MailSubject(reminder=1)
    with MailLog.open(campaign.output / MAIL_LOG_NAME) as log:
        for each in clients:
            if each.asked:
                log.add(_sent_entry(catalog, each.client, MailKind.REQUEST, MailSubject(), asked))
        for each in clients:
            if each.is_late(reminded):
                log.add(_sent_entry(catalog, each.client, MailKind.REMINDER, first, reminded))


def _sent_entry(
    catalog: Catalog, client: ListedClient, kind: MailKind, subject: MailSubject, day: date
) -> MailLogEntry:
    return MailLogEntry(
        time=datetime.combine(day, _MORNING),
        event=MailEvent.BY_HAND,
        client=client.id,
        kind=kind,
        subject=subject,
        addresses=client.addresses,
        file=issued_name(client, catalog),
    )


def _set_file_dates(source: Path, days: Mapping[str, date]) -> None:
    """Date the files: one that was put there by hand came on the day of its own time."""
    for name, day in days.items():
        moment = datetime.combine(day, _NOON).timestamp()
        os.utime(source / name, (moment, moment))


def show_next_steps(campaign: DemoCampaign) -> None:
    """Show where the mails of the campaign are, and commands that work in its folder."""
    console, say = Console(highlight=False), campaign.say
    places = {
        "clients": campaign.clients,
        "outbox": campaign.output / OUTBOX,
        "drafts": campaign.output / DRAFTS,
    }
    console.print()
    console.print(say("cli.demo.mails"), soft_wrap=True)
    for key, path in places.items():
        line = say(f"cli.demo.where.{key}", path=escape(str(path)))
        console.print("  " + line, soft_wrap=True)
    console.print()
    console.print(say("cli.demo.next"), soft_wrap=True)
    console.print(escape(f"  cd {_quote(str(campaign.folder))}"), soft_wrap=True)
    program, options = _program(campaign.folder), _options(campaign)
    typed = {key: f"{program} {command}{options}" for key, command in _COMMANDS.items()}
    width = max(map(len, typed.values()))
    for key, command in typed.items():
        text = escape(f"  {command:<{width}}  {say(f'cli.demo.next.{key}')}")
        console.print(text, soft_wrap=True)


def _program(folder: Path) -> str:
    """Return how this program is called in the folder, as it was installed."""
    if shutil.which(_PROGRAM):
        return _PROGRAM
    if os.name == "nt":
        return "py -m sheet_diag"
    return _quote(_path_from(folder, Path(sys.executable).with_name(_PROGRAM)))


def _options(campaign: DemoCampaign) -> str:
    """Return the options that are needed again for the same day and questions."""
    day = "" if campaign.as_of == date.today() else f" --as-of {campaign.as_of}"
    if campaign.catalog is None:
        return day
    named = campaign.catalog.exists()  # else it is NAME@VERSION
    catalog = _path_from(campaign.folder, campaign.catalog) if named else str(campaign.catalog)
    return f"{day} --catalog {_quote(catalog)}"


def _path_from(folder: Path, path: Path) -> str:
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # another drive
        return str(path.absolute())


def _quote(text: str) -> str:
    return f'"{text}"' if " " in text else text
