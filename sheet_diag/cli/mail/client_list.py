"""The command `clients`: the list checked, beside last year's too; or a blank one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import typer

from sheet_diag.cli.arguments import (
    find_client_list,
    load_campaign_catalog,
    load_chosen_catalog,
    read_settings,
)
from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output
from sheet_diag.cli.options import MailOptions
from sheet_diag.forms.client_list import make_client_list
from sheet_diag.intake.client_list.headings import format_list_message
from sheet_diag.intake.client_list.reader import read_client_list
from sheet_diag.mail.campaign.previous_campaign import (
    ClientRemark,
    compare_with_previous_returns,
    find_addresses_of_others,
    find_changed_domains,
    find_changed_questions,
    find_renumbered_clients,
)
from sheet_diag.mail.log.address_history import collect_address_owners, collect_client_domains
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.settings import CorrespondenceSettings
from sheet_diag.reports.run_json.reader import RunJsonError, load_previous_run, load_return_facts
from sheet_diag.text.wording import Wording

_DEFAULT_FILE: Final = Path("clients.xlsx")


def write_blank_list(options: MailOptions, say: Wording) -> None:
    """Write a blank list, unless there is one already."""
    settings = read_settings(options.config)
    path = options.file or _DEFAULT_FILE
    if path.exists():
        fail(say("mail.error.list_exists", path=path), say)
    content = make_client_list(
        load_chosen_catalog(options.catalog, settings), say.lang, settings.issuer
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    typer.echo(say("mail.clients.new", path=path))


def check_client_list(options: MailOptions, say: Wording) -> None:
    """Check the list and show what wants a look. Raises `ClientListError`."""
    settings = read_settings(options.config)
    path = find_client_list(options.file) or fail(say("mail.error.no_list"), say)
    catalog = load_campaign_catalog(options, settings, say)
    clients, notes = read_client_list(path, catalog, settings.limits)
    lines = [format_list_message(note, say.lang) for note in notes]
    output.show_lines(say("mail.clients.notes", count=len(notes)), lines, say)
    entries = MailLog.read(options.output / MAIL_LOG_NAME).entries
    renumbered = list(find_renumbered_clients(clients, collect_address_owners(entries)))
    output.show_remarks(renumbered, say, "mail.renumbered.head")
    if options.previous:
        _, facts = load_return_facts(options.previous)
        before = MailLog.read(options.previous / MAIL_LOG_NAME).entries
        entries += before
        domains = collect_client_domains(before, facts)
        remarks = [*compare_with_previous_returns(clients, facts)]
        with suppress(RunJsonError):  # of another catalogue, whose questions are none of these
            run = load_previous_run(options.previous, catalog)
            remarks = [*find_changed_questions(catalog, run), *remarks]
        output.show_remarks([*remarks, *find_changed_domains(clients, domains)], say)
    shown = {each.who for each in renumbered}
    foreign = [
        each
        for each in find_addresses_of_others(clients, collect_address_owners(entries))
        if each.who not in shown
    ]
    own = list(_find_own_addresses(clients, settings.correspondence))
    output.show_remarks([*own, *foreign], say, "mail.clients.notes")
    summary = _summarize_list(clients, path, "doubtful" if renumbered or foreign else "good", say)
    output.print_text(summary)


def _find_own_addresses(
    clients: ClientList, mail: CorrespondenceSettings
) -> Iterator[ClientRemark]:
    """Find clients that have our own address: what they write looks as if we had."""
    users = (server.user for server in (mail.smtp, mail.imap) if server)
    own = {each.casefold() for each in (mail.sender, *users)}
    for client in clients.clients:
        for address in client.addresses:
            if address.casefold() in own:
                yield ClientRemark(client.name_with_id, "mail.clients.own", {"address": address})


def _summarize_list(clients: ClientList, path: Path, how: str, say: Wording) -> str:
    count = len(clients.clients)
    english = sum(1 for client in clients.clients if client.lang is Lang.EN)
    undated = sum(1 for client in clients.clients if client.due is None)
    parts = {"path": path, "count": count, "english": english, "undated": undated}
    return say(f"mail.clients.{how}", **parts)
