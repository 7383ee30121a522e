"""The outbox: the folder of the sheets that go out, one for each client.

A sheet that a client has may be sent again with a reminder. So where clients are named, the sheets
of all others stay as they are, and none with last year's answers is replaced by one without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sheet_diag.cli.errors import fail
from sheet_diag.cli.mail import output
from sheet_diag.cli.mail.context import CommandContext
from sheet_diag.cli.output import show_progress_bar
from sheet_diag.forms.hearing_sheet.content import PreviousAnswers
from sheet_diag.forms.issue import SheetOrder, issue_sheets
from sheet_diag.mail.campaign.previous_campaign import (
    carry_previous,
    compare_with_previous_returns,
    find_changed_questions,
    find_previous_returns,
)
from sheet_diag.reports.run_json.reader import load_previous_run
from sheet_diag.storage.file_names import issued_name
from sheet_diag.storage.managed_folder import CATALOG_NOTE, FileFacts, ManagedFolder, read_note

_CLIENT, _PREVIOUS = "client", "former"


def make_issued_sheets(context: CommandContext) -> tuple[dict[str, Path], frozenset[str]]:
    """Make the sheet of every client, or of those that were named.

    Returns the sheets by client id, and who has last year's answers beside his own. Raises
    `OSError`.
    """
    former = read_note(context.outbox)
    kept = {
        name: note
        for name, note in former.items()
        if context.only and note.get(_CLIENT, "").casefold() not in context.only
    }
    replaced = [note for name, note in former.items() if name not in kept]
    previous = _load_previous_answers(context, replaced)
    clients = context.clients.clients
    orders = [
        SheetOrder(client, previous.get(client.id))
        for client in clients
        if not context.only or client.id.casefold() in context.only
    ]
    sheets: dict[str, Path] = {}
    with (
        ManagedFolder(context.outbox, kept) as folder,
        show_progress_bar(context.say("mail.progress.sheets"), len(orders)) as step,
    ):
        made = issue_sheets(context.catalog, context.settings.issuer, orders)
        for order, content in zip(orders, made, strict=True):
            client = order.client
            note = {
                _CLIENT: client.id,
                _PREVIOUS: "1" if client.id in previous else "",
                CATALOG_NOTE: f"{context.catalog.id}@{context.catalog.version}",
            }
            sheets[client.id] = folder.write(issued_name(client, context.catalog), content, note)
            step(len(sheets))
    output.print_text(context.say("mail.issued", count=len(sheets), path=context.outbox))
    if kept:
        output.print_text(context.say("mail.issued.kept", count=len(kept)))
    return sheets, frozenset(previous) & sheets.keys()


def load_issued_sheets(context: CommandContext) -> Mapping[str, Path]:
    """Find the sheets that were issued, by client id."""
    notes = read_note(context.outbox).items()
    return {note[_CLIENT]: context.outbox / name for name, note in notes if _CLIENT in note}


def _load_previous_answers(
    context: CommandContext, replaced: Sequence[FileFacts]
) -> Mapping[str, PreviousAnswers]:
    """Load last year's answers by client id.

    Ends where none are asked for and a sheet with such answers would be `replaced` (its notes).
    """
    if context.options.previous is None:
        if lost := sum(bool(note.get(_PREVIOUS)) for note in replaced):
            text = context.say("mail.error.former", count=lost, path=context.outbox)
            fail(text, context.say)
        return {}
    before = load_previous_run(context.options.previous, context.catalog)
    remarks = compare_with_previous_returns(context.clients, before.returns)
    output.show_remarks([*find_changed_questions(context.catalog, before), *remarks], context.say)
    found = find_previous_returns(context.clients, before.returns)
    return {id_: carry_previous(context.catalog, before, each) for id_, each in found.items()}
