"""The folder of the sheets that go out, one a client; last year's answers stand beside the new."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sheet_diag.campaign import texts
from sheet_diag.campaign.lastyear import former_returns, remarks
from sheet_diag.campaign.mailroom import OUTBOX, Mailroom
from sheet_diag.model.comparison import PreviousRun
from sheet_diag.naming import issued_name
from sheet_diag.ownfolder import OwnFolder, made_in
from sheet_diag.previous import load_previous
from sheet_diag.sheet.issuing import FormerAnswers, SheetOrder, issue_sheets
from sheet_diag.terminal import bar

_CLIENT: Final = "client"


def make_sheets(room: Mailroom, previous: Path | None) -> tuple[dict[str, Path], frozenset[str]]:
    """The sheet of every client by id, and who has the answers of last time beside his own."""
    before = load_previous(previous, room.catalog) if previous else None
    if before:
        texts.show_remarks(list(remarks(room.clients, before.returns)), room.say)
    former = _former(room, before)
    orders = [SheetOrder(client, former.get(client.id)) for client in room.clients.clients]
    sheets: dict[str, Path] = {}
    with (
        OwnFolder(room.output / OUTBOX) as folder,
        bar(room.say("mail.progress.sheets"), len(orders)) as step,
    ):
        made = issue_sheets(room.catalog, room.config.issuer, orders)
        for order, content in zip(orders, made, strict=True):
            client = order.client
            sheets[client.id] = folder.write(issued_name(client), content, {_CLIENT: client.id})
            step(len(sheets))
    texts.tell(room.say("mail.issued", count=len(sheets), path=room.output / OUTBOX))
    return sheets, frozenset(former)


def _former(room: Mailroom, before: PreviousRun | None) -> Mapping[str, FormerAnswers]:
    if before is None:
        return {}
    found = former_returns(room.clients, before.returns)
    return {id_: FormerAnswers(before.as_of, each.answers) for id_, each in found.items()}


def sheets_in(room: Mailroom) -> Mapping[str, Path]:
    """The sheets that were issued, by client id."""
    folder = room.output / OUTBOX
    made = made_in(folder).items()
    return {facts[_CLIENT]: folder / name for name, facts in made if _CLIENT in facts}
