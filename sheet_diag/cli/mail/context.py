"""What was typed after a mailing command -> what it works with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from sheet_diag.cli.arguments import find_client_list, load_chosen_catalog, parse_day, read_settings
from sheet_diag.cli.errors import fail
from sheet_diag.cli.settings_file import FILE_NAME, Settings
from sheet_diag.intake.client_list.reader import read_client_list
from sheet_diag.mail.campaign.outgoing import ComposeContext
from sheet_diag.mail.compose.message import FromAddress
from sheet_diag.mail.log.address_history import collect_address_owners, collect_client_domains
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME as LOG
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.outgoing_checks.check import MailChecker
from sheet_diag.mail.templates.letters import MailTemplates
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.client_status import ResponseStatus, ReturnFacts
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.model.mail_access import MailCredential
from sheet_diag.model.settings import IntakeSettings, MailServer
from sheet_diag.pipeline.input_files import find_missing_mails_in
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.reports.response_status.statuses import compute_response_status
from sheet_diag.reports.run_json.reader import load_return_facts
from sheet_diag.storage.report_passwords.file import PASSWORDS_FILE as PASSWORDS
from sheet_diag.storage.report_passwords.password_list import PasswordList
from sheet_diag.storage.staging import RUN_JSON
from sheet_diag.text.wording import Wording

OUTBOX: Final = "outbox"


@dataclass(frozen=True, slots=True)
class MailOptions:
    """What was typed. `only` are client ids, `unprotected` lets results go out open; `attach` is
    the form of reports (None: that of the settings), `jobs` how many processes open what is
    attached (None: one per core)."""

    output: Path
    clients: Path | None = None
    previous: Path | None = None
    as_of: str | None = None
    only: Sequence[str] | None = None
    catalog: Path | None = None
    config: Path | None = None
    unprotected: bool = False
    attach: str | None = None
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run: its date of diagnosis (None: there was none) and what it tells of returns."""

    on: date | None
    facts: tuple[ReturnFacts, ...]


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Everything at hand. `only` are folded ids of clients of the list (empty: all)."""

    say: Wording
    catalog: Catalog
    config: Settings
    clients: ClientList
    run: LastRun
    output: Path
    today: date
    only: frozenset[str]

    @property
    def log(self) -> Path:
        """Where the mail log stands."""
        return self.output / LOG

    @property
    def deadline(self) -> date | None:
        """By when those are to answer who have no date of their own."""
        return self.config.issuer.deadline

    def turnout(
        self, posted: tuple[MailLogEntry, ...], source: Path | None = None
    ) -> ResponseStatus:
        """Where everyone stands; what was collected counts as if it lay in the input folder still,
        unless that folder is told."""
        read = ReadFiles.of(self.run.facts, self.run.on, posted)
        return compute_response_status(
            self.clients,
            posted,
            self.run.facts,
            ran_on=self.run.on,
            as_of=self.today,
            deadline=self.deadline,
            gone=find_missing_mails_in(source, self.output, posted, read) if source else (),
        )


def load_context(asked: MailOptions, say: Wording) -> CommandContext:
    """Read what every mailing command needs, with `say` set to its language.

    Ends where there is no client list; raises what its parts raise.
    """
    config = read_settings(asked.config)
    catalog = load_chosen_catalog(asked.catalog)
    path = find_client_list(asked.clients) or fail(say("mail.error.no_list"), say)
    clients, _ = read_client_list(path, catalog, config.limits)
    only = frozenset(each.casefold() for each in asked.only or ())
    if unknown := only - clients.by_id().keys():
        fail(say("mail.error.only", ids=", ".join(sorted(unknown)), path=path), say)
    return CommandContext(
        say=say,
        catalog=catalog,
        config=config,
        clients=clients,
        run=load_last_run(asked.output),
        output=asked.output,
        today=parse_day(asked.as_of, say),
        only=only,
    )


def load_compose_context(room: CommandContext, asked: MailOptions, book: MailLog) -> ComposeContext:
    """Where mails are written. Ends where nobody is set as their sender."""
    say, settings = room.say, room.config.correspondence
    if not settings.sender:
        fail(say("mail.error.no_sender", name=FILE_NAME), say)
    posted, facts = list(book.entries), list(room.run.facts)
    if asked.previous:
        posted += MailLog.read(asked.previous / LOG).entries
        facts += load_return_facts(asked.previous)[1]
    guard = MailChecker(
        catalog=room.catalog,
        clients=room.clients,
        sender=settings.sender,
        former_domains=collect_client_domains(posted, facts),
        former_owners=collect_address_owners(posted),
        named=room.only,
        passwords=load_report_passwords(room, book, needed=False),
        reading=IntakeSettings(room.config.limits),
        unprotected=asked.unprotected,
        report_lang=room.config.report_language,
    )
    return ComposeContext(
        issuer=replace(room.config.issuer, email=settings.sender),
        sender=FromAddress(settings.sender, settings.name),
        letters=MailTemplates(settings.letters),
        guard=guard,
        output=room.output,
        today=room.today,
        jobs=asked.jobs,
    )


def load_last_run(output: Path) -> LastRun:
    """What the run.json of an output folder tells; nothing where there is none."""
    if not (output / RUN_JSON).is_file():
        return LastRun(None, ())
    return LastRun(*load_return_facts(output))


def load_report_passwords(
    room: CommandContext, book: MailLog, *, needed: bool
) -> Mapping[str, str]:
    """The passwords of the reports by folded client id; raises `PasswordListError`.

    Ends where the list is `needed` and was lost: what has gone out opens with no password that is
    made anew.
    """
    path, sent = room.output / PASSWORDS, book.report_fingerprints()
    if needed and sent and not path.exists():
        fail(room.say("mail.error.passwords_lost", path=path, count=len(sent)), room.say)
    clients = ((each.id, each.company) for each in room.clients.clients)
    return PasswordList.load(path, clients, sent).by_id()


def require_mailbox(room: CommandContext) -> tuple[MailServer, MailCredential]:
    """The server that mail is fetched from, and what opens the account. Ends where none is set;
    raises `CredentialsError`."""
    from sheet_diag.mail.auth.credentials import find_credential

    server = room.config.correspondence.imap
    if server is None:
        fail(room.say("mail.error.no_imap", name=FILE_NAME), room.say)
    return server, find_credential(server, "imap", os.environ)
