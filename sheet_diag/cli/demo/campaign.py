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

from sheet_diag.cli.demo.client_list import (
    REMINDED_DAYS_AGO,
    REQUESTED_DAYS_AGO,
    UNKNOWN_FILE_DAYS_AGO,
    DemoListEntry,
    demo_clients,
)
from sheet_diag.cli.demo.folder import CLIENT_LIST, mark_demo_folder
from sheet_diag.cli.demo.returns import ISSUER, STRAY_FILE
from sheet_diag.cli.demo.settings import build_settings_text
from sheet_diag.cli.mail import run as errands
from sheet_diag.cli.mail.context import MailOptions
from sheet_diag.cli.mail.run import SendOptions
from sheet_diag.cli.settings_file import FILE_NAME as SETTINGS
from sheet_diag.forms.client_list import make_client_list
from sheet_diag.mail.campaign.outgoing import drafts_folder
from sheet_diag.mail.log.lines import format_log_header
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME as LOG
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import MailEvent, MailLogEntry, MailSubject
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.file_names import issued_name
from sheet_diag.storage.managed_folder import read_note, remove_managed_files
from sheet_diag.text.wording import Wording

_TOKEN: Final = "demonstration"  # every log starts with the same one, so that it is the same
_MORNING: Final = time(10, tzinfo=timezone(timedelta(hours=9)))
_NOON: Final = time(12)


@dataclass(frozen=True, slots=True)
class DemoCampaign:
    """Its folder, its day of diagnosis, in which language, and the folder of its catalogue (None:
    the built-in one)."""

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

    def asked(self, only: Sequence[str] | None = None) -> MailOptions:
        """What is typed after a mailing command on its day; `only` are ids (None: all)."""
        return MailOptions(
            output=self.output,
            clients=self.clients,
            as_of=self.as_of.isoformat(),
            only=only,
            catalog=self.catalog,
            config=self.settings,
        )


def begin_campaign(campaign: DemoCampaign, catalog: Catalog) -> None:
    """What came before its day: list and settings, a sheet for everybody, requests and reminders
    that have gone out, the day on which each return came. Raises `OSError`."""
    clients = demo_clients(campaign.as_of, campaign.say.lang)
    lang, listed = campaign.say.lang, [each.client for each in clients]
    campaign.settings.write_text(build_settings_text(campaign.say), encoding="utf-8")
    campaign.clients.write_bytes(make_client_list(catalog, lang, ISSUER, listed))
    mark_demo_folder(campaign.folder)
    _begin_log(campaign.output)
    _issue_sheets(campaign, waiting={each.client.id for each in clients if not each.asked})
    _log_sent_mails(campaign, clients)
    days = {each.file: each.came for each in clients if each.came}
    _set_file_dates(campaign.input, {**days, STRAY_FILE: campaign.ago(UNKNOWN_FILE_DAYS_AGO)})


def draft_due_mails(campaign: DemoCampaign) -> None:
    """What is due on its day, as drafts: reminders, and what is to be corrected by clients of the
    list; of files that are nobody's the run has told."""
    source, say = campaign.input, campaign.say
    listed = [each.client.id for each in demo_clients(campaign.as_of, say.lang)]
    errand = SendOptions(campaign.asked(listed))
    _run_quietly(lambda: errands.remind(errand, 0, source, say))
    _run_quietly(lambda: errands.send_back(errand, None, source, say))


def _begin_log(output: Path) -> None:
    """An empty mail log, and no drafts: what somebody has tried there is undone."""
    output.mkdir(exist_ok=True)
    (output / LOG).write_bytes(format_log_header(_TOKEN))
    for kind in MailKind:
        drafts = drafts_folder(output, kind)
        remove_managed_files(drafts, set(read_note(drafts)))


def _issue_sheets(campaign: DemoCampaign, waiting: Set[str]) -> None:
    """A sheet for everybody, a draft for those who are still to be asked (ids)."""
    errand, say = SendOptions(campaign.asked()), campaign.say
    _run_quietly(lambda: errands.issue(errand, say))
    drafts = drafts_folder(campaign.output, MailKind.REQUEST)
    made = read_note(drafts).items()
    remove_managed_files(drafts, {name for name, facts in made if facts["client"] not in waiting})


def _log_sent_mails(campaign: DemoCampaign, clients: Sequence[DemoListEntry]) -> None:
    """Note what a person has sent, as the commands do with `--sent-by-hand`."""
    asked, reminded = campaign.ago(REQUESTED_DAYS_AGO), campaign.ago(REMINDED_DAYS_AGO)
    with MailLog.open(campaign.output / LOG) as book:
        for each in clients:
            if each.asked:
                book.add(_sent_entry(each.client, MailKind.REQUEST, MailSubject(), asked))
        for each in clients:
            if each.is_late(reminded):
                book.add(
                    _sent_entry(each.client, MailKind.REMINDER, MailSubject(reminder=1), reminded)
                )


def _sent_entry(
    client: ListedClient, kind: MailKind, subject: MailSubject, day: date
) -> MailLogEntry:
    return MailLogEntry(
        time=datetime.combine(day, _MORNING),
        event=MailEvent.BY_HAND,
        client=client.id,
        kind=kind,
        subject=subject,
        addresses=client.addresses,
        file=issued_name(client),
    )


def _set_file_dates(source: Path, days: Mapping[str, date]) -> None:
    """A file that was put there by hand came on the day that its own time tells."""
    for name, day in days.items():
        moment = datetime.combine(day, _NOON).timestamp()
        os.utime(source / name, (moment, moment))


def _run_quietly(command: Callable[[], bool]) -> None:
    """What is said is about one step of many; it is shown where the step could not do all."""
    said = io.StringIO()
    with redirect_stdout(said):
        is_done = command()
    if not is_done:
        typer.echo(said.getvalue(), nl=False)
