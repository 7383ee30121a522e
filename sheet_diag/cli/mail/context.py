"""What a mailing command works with: read once, before anything is written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from sheet_diag.cli.arguments import (
    SETTINGS_FILE,
    find_client_list,
    load_campaign_catalog,
    parse_day,
    read_settings,
)
from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output
from sheet_diag.cli.options import MailOptions
from sheet_diag.cli.settings_file import Settings
from sheet_diag.forms.page_writer import FormContext
from sheet_diag.intake.client_list.reader import read_client_list
from sheet_diag.intake.discovery import find_input_files
from sheet_diag.mail.auth.credentials import find_credential
from sheet_diag.mail.campaign.outgoing import ComposeContext
from sheet_diag.mail.campaign.previous_campaign import find_renumbered_clients
from sheet_diag.mail.compose.message import FromAddress
from sheet_diag.mail.log.address_history import collect_address_owners, collect_client_domains
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.mail.outgoing_checks.check import MailChecker
from sheet_diag.mail.templates.mail_templates import MailTemplates
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.client_status import ResponseStatus, ReturnFacts
from sheet_diag.model.mail import MailCredential, MailLogEntry, MailProtocol
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.settings import CorrespondenceSettings, IntakeSettings, MailServer
from sheet_diag.pipeline.input_files import (
    find_missing_mails,
    find_missing_mails_in,
    find_unread_files,
)
from sheet_diag.pipeline.report_passwords import (
    PasswordsFile,
    find_passwords_file,
)
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.reports.response_status.statuses import compute_response_status
from sheet_diag.reports.run_json.reader import load_return_facts
from sheet_diag.storage.managed_folder import OUTBOX
from sheet_diag.storage.output_files import RUN_JSON
from sheet_diag.storage.report_passwords.password_list import PASSWORDS_FILE
from sheet_diag.text.wording import Wording, join_first

_MAX_NAMES: Final = 3  # files of the input folder that are named


@dataclass(frozen=True, slots=True)
class LastRun:
    """What the last run says of returns; `on` is its date of diagnosis (None: there was no run)."""

    on: date | None
    facts: tuple[ReturnFacts, ...]


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What was typed, and what was read for it.

    `only` are folded ids of clients of the list (empty: all); nobody else gets a mail.
    """

    options: MailOptions
    say: Wording
    catalog: Catalog
    settings: Settings
    clients: ClientList
    last_run: LastRun
    today: date
    only: frozenset[str]

    @property
    def mail_settings(self) -> CorrespondenceSettings:
        """The settings of mails and their servers."""
        return self.settings.correspondence

    @property
    def output(self) -> Path:
        """The folder of the campaign."""
        return self.options.output

    @property
    def outbox(self) -> Path:
        """The folder of the issued sheets."""
        return self.output / OUTBOX

    @property
    def log_path(self) -> Path:
        """The file of the mail log."""
        return self.output / MAIL_LOG_NAME

    def load_passwords(self, log: MailLog) -> PasswordsFile:
        """Read the passwords of the reports. Raises `PasswordListError`."""
        form = FormContext(self.catalog, self.settings.issuer, self.say)
        return PasswordsFile.load(self.output, self.clients, log.report_fingerprints(), form)

    def read_files(self, log: MailLog) -> ReadFiles:
        """The files that runs have read."""
        return ReadFiles.of(self.last_run.facts, self.last_run.on, log.entries)

    def response_status(
        self, log: MailLog, source: Path | None = None, calls: Sequence[MailLogEntry] = ()
    ) -> ResponseStatus:
        """Where everyone stands; `calls` are some that the log does not know yet.

        A collected mail that no run has read counts as received, unless it is missing from the
        input folder (`source`; None: nobody looks).
        """
        entries = (*log.entries, *calls)
        missing = (
            find_missing_mails_in(source, self.output, entries, self.read_files(log))
            if source
            else ()
        )
        return compute_response_status(
            self.clients,
            entries,
            self.last_run.facts,
            ran_on=self.last_run.on,
            as_of=self.today,
            deadline=self.settings.issuer.deadline,
            missing_mails=missing,
        )


def require_clear_options(options: MailOptions, say: Wording) -> None:
    """Require that mails are to go one way, and that somebody is named where that is needed."""
    if options.send + options.to_mailbox + options.sent_by_hand + options.not_sent > 1:
        fail(say("mail.error.two_ways"), say)
    if (options.again or options.not_sent) and not options.only:
        option = "--again" if options.again else "--not-sent"
        fail(say("mail.error.names_nobody", option=option), say)


def load_context(options: MailOptions, say: Wording) -> CommandContext:
    """Read what every mailing command needs, with `say` set to its language.

    Ends where there is no client list; raises what its parts raise.
    """
    settings = read_settings(options.config)
    catalog = load_campaign_catalog(options, settings, say)
    path = find_client_list(options.clients) or fail(say("mail.error.no_list"), say)
    clients, _ = read_client_list(path, catalog, settings.limits)
    only = frozenset(each.casefold() for each in options.only or ())
    if unknown := {each for each in options.only or () if each.casefold() not in clients.by_id()}:
        fail(say("mail.error.only", ids=", ".join(sorted(unknown)), path=path), say)
    return CommandContext(
        options=options,
        say=say,
        catalog=catalog,
        settings=settings,
        clients=clients,
        last_run=_load_last_run(options.output),
        today=parse_day(options.as_of, say),
        only=only,
    )


def load_compose_context(context: CommandContext, log: MailLog) -> ComposeContext:
    """Read what mails are composed and checked with. Ends where no sender is set."""
    mail, say, options = context.mail_settings, context.say, context.options
    if not mail.sender:
        fail(say("mail.error.no_sender", name=SETTINGS_FILE), say)
    entries: list[MailLogEntry] = list(log.entries)
    facts = list(context.last_run.facts)
    if options.previous:
        entries += MailLog.read(options.previous / MAIL_LOG_NAME).entries
        facts += load_return_facts(options.previous)[1]
    checker = MailChecker(
        catalog=context.catalog,
        clients=context.clients,
        sender=mail.sender,
        former_domains=collect_client_domains(entries, facts),
        former_owners=collect_address_owners(entries),
        named=context.only,
        passwords=load_report_passwords(context, log, needed=False),
        reading=IntakeSettings(context.settings.limits),
        unprotected=options.unprotected,
        report_lang=context.settings.report_language,
    )
    issuer = replace(context.settings.issuer, email=mail.sender)
    if issuer.english:
        issuer = replace(issuer, english=replace(issuer.english, email=mail.sender))
    return ComposeContext(
        issuer=issuer,
        sender=FromAddress(mail.sender, mail.name),
        templates=MailTemplates(mail.letters, context.catalog),
        checker=checker,
        today=context.today,
        jobs=options.jobs,
    )


def load_report_passwords(
    context: CommandContext, log: MailLog, *, needed: bool
) -> Mapping[str, str]:
    """Read the passwords of the reports by folded client id. Raises `PasswordListError`.

    Ends where the list is `needed` and was lost: what has gone out opens with no new password.
    """
    if needed:
        require_passwords(context, log)
    return context.load_passwords(log).passwords.by_id()


def require_passwords(context: CommandContext, log: MailLog) -> None:
    """Require the list of passwords where reports have gone out under one that it alone knows."""
    lost = log.report_fingerprints().keys() - context.clients.agreed_passwords().keys()
    if lost and not find_passwords_file(context.output):
        path = context.output / PASSWORDS_FILE
        fail(context.say("mail.error.passwords_lost", path=path, count=len(lost)), context.say)


def _load_last_run(output: Path) -> LastRun:
    if not (output / RUN_JSON).is_file():
        return LastRun(None, ())
    return LastRun(*load_return_facts(output))


def require_run(context: CommandContext) -> None:
    """Require results: before a run, nothing is sent back or delivered."""
    if context.last_run.on is None:
        fail(context.say("mail.error.no_run"), context.say)


def require_server(
    context: CommandContext, protocol: MailProtocol
) -> tuple[MailServer, MailCredential]:
    """Require a mail server and what opens its account. Raises `CredentialsError`."""
    mail = context.mail_settings
    server = mail.imap if protocol == "imap" else mail.smtp
    if server is None:
        fail(context.say(f"mail.error.no_{protocol}", name=SETTINGS_FILE), context.say)
    return server, find_credential(server, protocol, os.environ)


def require_unchanged_ids(context: CommandContext, kind: MailKind, log: MailLog) -> None:
    """Require that no client who was asked has another id in the list now.

    He would be asked once more. Lost zeros are the usual reason. Whoever names a client has
    looked at it.
    """
    if context.only:
        return
    found = list(find_renumbered_clients(context.clients, collect_address_owners(log.entries)))
    output.show_remarks(found, context.say, "mail.renumbered.head")
    if found and kind.spec.asks_first:
        fail(context.say("mail.error.renumbered", count=len(found)), context.say)


def require_no_unread_files(context: CommandContext, log: MailLog) -> None:
    """Require that a run has read all files of the input folder: an answer may be among them.

    Says which collected mails have gone from there unread.
    """
    source, say = context.options.input, context.say
    if not source.is_dir():
        return
    read = context.read_files(log)
    files = find_input_files(source, apart_from=context.output)
    if unread := find_unread_files(files, read):
        names = join_first(unread, _MAX_NAMES)
        fail(say("mail.error.unread", path=source, count=len(unread), names=names), say)
    missing = sorted(find_missing_mails(log.entries, read, files), key=lambda mail: mail.time)
    lines = [f"{each.client} {each.file}".strip() for each in missing]
    output.show_lines(say("mail.gone", count=len(missing), path=source), lines, say)
