"""Find what stands in cells beside their values: notes, text struck out, signs of symbol fonts.

What the problem of an answer or of an entry tells already is not told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, islice
from typing import Final

from sheet_diag.forms.correction.cell_notes import is_own_note
from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.cells import CellPosition, Grid
from sheet_diag.intake.returns.question_tables import QuestionTable
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.normalize import tidy_text

_MOST_TOLD: Final = 100  # of one return
_MOST_NAMED: Final = 10  # cells in one problem
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
    pages = [_MarkedCells(grid, known, items) for grid in grids]
    found = chain.from_iterable(page.problems() for page in pages)
    yield from islice(found, _MOST_TOLD)
    if more := sum(1 for _ in found):
        yield Problem(ProblemCode.MORE_CELLS, value=str(more))


class _MarkedCells:
    """A sheet, the cells that are told already, and the questions of all rows."""

    def __init__(
        self,
        grid: Grid,
        known: set[tuple[str | None, str | None]],
        items: Mapping[tuple[str, int], str],
    ) -> None:
        self._grid = grid
        self._known = known
        self._items = items

    def problems(self) -> Iterator[Problem]:
        """Find all of the sheet: texts struck out by rows, signs by fonts."""
        for at, note in sorted(self._grid.notes.items()):
            if not is_own_note(note):
                yield self._problem(ProblemCode.NOTE, at, note)
        for _, row in groupby(self._new(self._grid.struck), key=lambda at: at[0]):
            yield self._struck_problem(tuple(row))
        fonts = self._grid.symbol_fonts
        by_font = sorted(self._new(fonts), key=lambda at: fonts[at])
        for font, cells in groupby(by_font, key=lambda at: fonts[at]):
            yield self._symbol_problem(tuple(cells), font)

    def _new(self, cells: Iterable[CellPosition]) -> list[CellPosition]:
        name = self._grid.name
        return [at for at in sorted(cells) if (name, cell_name(*at)) not in self._known]

    def _struck_problem(self, cells: Sequence[CellPosition]) -> Problem:
        texts = " / ".join(map(self._text, cells))
        left = " / ".join(filter(None, (tidy_text(self._grid.struck[at]) for at in cells)))
        return self._problem(ProblemCode.STRUCK_TEXT, cells[0], texts, (("left", left),))

    def _symbol_problem(self, cells: Sequence[CellPosition], font: str) -> Problem:
        if len(cells) == 1:
            texts = self._text(cells[0])
        else:
            named = [f"{cell_name(*at)}: {self._text(at)}" for at in cells[:_MOST_NAMED]]
            more = f" … ({len(cells)})" if len(cells) > _MOST_NAMED else ""
            texts = " / ".join(named) + more
        return self._problem(ProblemCode.SYMBOL_TEXT, cells[0], texts, (("font", font),))

    def _text(self, at: CellPosition) -> str:
        return tidy_text(self._grid.text(*at))

    def _problem(
        self,
        code: ProblemCode,
        at: CellPosition,
        text: str,
        details: tuple[tuple[str, str], ...] = (),
    ) -> Problem:
        name = self._grid.name
        item = self._items.get((name, at[0]))
        return Problem(code, name, cell_name(*at), item, text, details)
