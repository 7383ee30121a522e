"""What must be so before anybody is written to; else the command ends and says why."""

from __future__ import annotations

import os
from typing import Final

from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output as texts
from sheet_diag.cli.mail.context import CommandContext
from sheet_diag.cli.settings_file import FILE_NAME
from sheet_diag.intake.discovery import find_input_files
from sheet_diag.mail.auth.credentials import find_credential
from sheet_diag.mail.campaign.previous_campaign import find_renumbered_clients
from sheet_diag.mail.log.address_history import collect_address_owners
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.mail_access import MailCredential, MailProtocol
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.settings import MailServer
from sheet_diag.pipeline.input_files import find_missing_mails, find_unread_files
from sheet_diag.storage.managed_folder import read_note

_MAX_NAMES: Final = 3  # files of the input folder that are named


def require_log(context: CommandContext) -> None:
    """Require the mail log: where sheets stand in the outbox without one, it was lost."""
    path, outbox = context.log_path, context.outbox
    if not path.exists() and read_note(outbox):
        fail(context.say("mail.error.log_lost", path=path, folder=outbox), context.say)


def require_run(context: CommandContext) -> None:
    """Require results: before a run, nothing is sent back or delivered."""
    if context.last_run.on is None:
        fail(context.say("mail.error.no_run"), context.say)


def require_pdfs(context: CommandContext) -> None:
    """Require a run that made PDFs."""
    ranked = [each for each in context.last_run.facts if each.status is ReturnStatus.RANKED]
    if ranked and not any(each.pdf_sha256 or each.print_failed for each in ranked):
        fail(context.say("mail.error.no_pdf"), context.say)


def require_server(
    context: CommandContext, protocol: MailProtocol
) -> tuple[MailServer, MailCredential]:
    """Require a mail server and what opens its account. Raises `CredentialsError`."""
    mail = context.mail_settings
    server = mail.imap if protocol == "imap" else mail.smtp
    if server is None:
        fail(context.say(f"mail.error.no_{protocol}", name=FILE_NAME), context.say)
    return server, find_credential(server, protocol, os.environ)


def require_unchanged_ids(context: CommandContext, kind: MailKind, log: MailLog) -> None:
    """Require that no client who was asked has another id in the list now.

    He would be asked once more. Lost zeros are the usual reason. Whoever names a client has
    looked at it.
    """
    if context.only:
        return
    found = list(find_renumbered_clients(context.clients, collect_address_owners(log.entries)))
    texts.show_remarks(found, context.say, "mail.renumbered.head")
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
        names = ", ".join(unread[:_MAX_NAMES]) + (" …" if len(unread) > _MAX_NAMES else "")
        fail(say("mail.error.unread", path=source, count=len(unread), names=names), say)
    missing = sorted(find_missing_mails(log.entries, read, files), key=lambda mail: mail.time)
    lines = [f"{each.client} {each.file}".strip() for each in missing]
    texts.show_lines(say("mail.gone", count=len(missing), path=source), lines, say)
