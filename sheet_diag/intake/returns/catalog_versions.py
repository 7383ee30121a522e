"""Where a returned sheet and the present catalogue differ: its version, and its questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheet_diag.forms.layout import Column, cell_name
from sheet_diag.intake.returns.answers import read_row
from sheet_diag.intake.returns.question_tables import Row, Table, is_heading
from sheet_diag.intake.returns.vocabulary import Lexicon, closed_up
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Code, Identity, Problem
from sheet_diag.text.normalize import tidy


def other_version(identity: Identity, catalog: Catalog) -> tuple[Problem, ...]:
    """Tell of a sheet that was made from another version of the catalogue."""
    if not identity.version or identity.version == catalog.version:
        return ()
    details = (("read", catalog.version),)
    return (Problem(Code.OTHER_VERSION, value=identity.version, details=details),)


def missing_code(identity: Identity, catalog: Catalog) -> Code:
    """What it means that an item has no row: new since that version, or a row that was deleted."""
    return Code.ITEM_NEW if other_version(identity, catalog) else Code.ITEM_ROW_MISSING


def unknown_items(tables: Sequence[Table]) -> Iterator[Problem]:
    """Rows with an answer or a remark whose number the catalogue does not know: gone, or altered.

    The details hold what stands there, so that it can be sent back.
    """
    told = set()
    for table in tables:
        for row in table.rows:
            if row.item or is_heading(row.typed, Column.ID):
                continue
            written = _written(table, row)
            if any(text for _, text in written) and (row.typed, written) not in told:
                told.add((row.typed, written))
                place = cell_name(row.first, table.id_column)
                yield Problem(
                    Code.UNKNOWN_ITEM, table.grid.name, place, value=row.typed, details=written
                )


def _written(table: Table, row: Row) -> tuple[tuple[str, str], ...]:
    responses = [entry.response for entry in read_row(table, row, {})]
    answer = " / ".join(response.raw for response in responses if response.raw)
    return ("answer", answer), ("remark", responses[0].remark)


def changed_questions(table: Table, lexicon: Lexicon) -> Iterator[Problem]:
    """Items whose question reads otherwise on the sheet than in the catalogue, in any language."""
    if table.question is None:
        return
    told = set()
    for row in table.rows:
        text = tidy(table.grid.text(row.first, table.question))
        if not row.item or not text or closed_up(text) in lexicon.questions[row.item.id]:
            continue
        if row.item.id not in told:
            told.add(row.item.id)
            place = cell_name(row.first, table.question)
            yield Problem(Code.QUESTION_CHANGED, table.grid.name, place, row.item.id, text)
