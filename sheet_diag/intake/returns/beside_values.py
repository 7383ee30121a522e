"""Find what stands in cells beside their values: notes, text struck out, signs of symbol fonts.

What the problem of an answer or of an entry tells already is not told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from sheet_diag.forms.correction.cell_notes import is_own_note
from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.cells import CellPosition, Grid
from sheet_diag.intake.returns.answers import Details
from sheet_diag.intake.returns.question_tables import QuestionTable
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.normalize import tidy_text

_MOST_TOLD: Final = 100  # of one return
_TOLD_WITH_VALUE: Final = frozenset(
    (
        ProblemCode.STRUCK_ANSWER,
        ProblemCode.STRUCK_PART,
        ProblemCode.PROFILE_STRUCK,
        ProblemCode.SYMBOL_ANSWER,
    )
)


def find_beside_values(
    grids: Sequence[Grid], tables: Iterable[QuestionTable], told: Iterable[Problem]
) -> Iterator[Problem]:
    """Find them on every sheet; after many, only how many more there are."""
    known = {(each.sheet, each.cell) for each in told if each.code in _TOLD_WITH_VALUE}
    items = {
        (table.grid.name, at): row.item.id
        for table in tables
        for row in table.rows
        if row.item
        for at in row.rows
    }
    found = (
        Problem(code, grid.name, cell_name(*at), items.get((grid.name, at[0])), text, details)
        for grid in grids
        for code, at, text, details in _find_in_cells(grid)
        if code is ProblemCode.NOTE or (grid.name, cell_name(*at)) not in known
    )
    yield from islice(found, _MOST_TOLD)
    if more := sum(1 for _ in found):
        yield Problem(ProblemCode.MORE_CELLS, value=str(more))


def _find_in_cells(grid: Grid) -> Iterator[tuple[ProblemCode, CellPosition, str, Details]]:
    for at, note in sorted(grid.notes.items()):
        if not is_own_note(note):
            yield ProblemCode.NOTE, at, note, ()
    for at, left in sorted(grid.struck.items()):
        yield ProblemCode.STRUCK_TEXT, at, tidy_text(grid.text(*at)), (("left", left),)
    for at, font in sorted(grid.symbol_fonts.items()):
        yield ProblemCode.SYMBOL_TEXT, at, tidy_text(grid.text(*at)), (("font", font),)
