"""The folder of the sheets that go out, one a client; last year's answers stand beside the new.

A sheet that somebody has may be sent again with a reminder: where clients are named, those of all
others stay as they are, and none with last year's answers is replaced by one without.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output as texts
from sheet_diag.cli.mail.context import CommandContext
from sheet_diag.cli.output import show_progress_bar
from sheet_diag.forms.issue import FormerAnswers, SheetOrder, issue_sheets
from sheet_diag.mail.campaign.previous_campaign import (
    compare_with_previous_returns,
    find_previous_returns,
)
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.comparison import PreviousRun
from sheet_diag.reports.run_json.reader import load_previous_run
from sheet_diag.storage.file_names import issued_name
from sheet_diag.storage.managed_folder import FileFacts, ManagedFolder, read_note

_CLIENT, _PREVIOUS = "client", "former"


def make_issued_sheets(context: CommandContext) -> tuple[dict[str, Path], frozenset[str]]:
    """The sheet of every client, or of those that were named, by id, and who has the answers of
    last time beside his own. Raises `OSError`."""
    kept = _sheets_of_others(context)
    previous = context.options.previous
    if not previous:
        _require_previous_answers(context, kept)
    before = load_previous_run(previous, context.catalog) if previous else None
    if before:
        texts.show_remarks(
            list(compare_with_previous_returns(context.clients, before.returns)), context.say
        )
    former = _load_previous_answers(context, before)
    orders = [SheetOrder(client, former.get(client.id)) for client in _selected_clients(context)]
    sheets: dict[str, Path] = {}
    with (
        ManagedFolder(context.outbox, kept) as folder,
        show_progress_bar(context.say("mail.progress.sheets"), len(orders)) as step,
    ):
        made = issue_sheets(context.catalog, context.settings.issuer, orders)
        for order, content in zip(orders, made, strict=True):
            client = order.client
            facts = {_CLIENT: client.id, _PREVIOUS: "1" if client.id in former else ""}
            sheets[client.id] = folder.write(issued_name(client), content, facts)
            step(len(sheets))
    texts.print_text(context.say("mail.issued", count=len(sheets), path=context.outbox))
    if kept:
        texts.print_text(context.say("mail.issued.kept", count=len(kept)))
    return sheets, frozenset(former) & sheets.keys()


def _selected_clients(context: CommandContext) -> list[ListedClient]:
    clients = context.clients.clients
    return [each for each in clients if not context.only or each.id.casefold() in context.only]


def _sheets_of_others(context: CommandContext) -> Mapping[str, FileFacts]:
    """The sheets of those that were not named, by file name."""
    if not context.only:
        return {}
    made = read_note(context.outbox)
    return {n: facts for n, facts in made.items() if _client_key(facts) not in context.only}


def _require_previous_answers(context: CommandContext, kept: Mapping[str, FileFacts]) -> None:
    """End where sheets would be replaced that show last year's answers, and nothing tells them."""
    folder = context.outbox
    made = read_note(folder).items()
    lost = [name for name, facts in made if name not in kept and facts.get(_PREVIOUS)]
    if lost:
        fail(context.say("mail.error.former", count=len(lost), path=folder), context.say)


def _client_key(facts: FileFacts) -> str:
    """The folded id of the client whose sheet it is; empty where the note does not tell."""
    return facts.get(_CLIENT, "").casefold()


def _load_previous_answers(
    context: CommandContext, before: PreviousRun | None
) -> Mapping[str, FormerAnswers]:
    if before is None:
        return {}
    found = find_previous_returns(context.clients, before.returns)
    return {id_: FormerAnswers(before.as_of, each.answers) for id_, each in found.items()}


def load_issued_sheets(context: CommandContext) -> Mapping[str, Path]:
    """The sheets that were issued, by client id."""
    folder = context.outbox
    made = read_note(folder).items()
    return {facts[_CLIENT]: folder / name for name, facts in made if _CLIENT in facts}
