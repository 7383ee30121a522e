"""Cells -> tables of questions: ids and headings found wherever the client moved them.

A question may span several rows, where its number is merged downwards; every other row with
something in the column of the numbers is a question of its own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sheet_diag.forms.layout import Column, cell_name, item_key
from sheet_diag.intake.cells import Area, Grid, Position
from sheet_diag.intake.returns.headings import headings
from sheet_diag.intake.returns.known_words import Page
from sheet_diag.intake.returns.vocabulary import Lexicon
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Item
from sheet_diag.model.returns import Code, Problem
from sheet_diag.text.normalize import fold, tidy

_SHOWN: Final = 5  # items named where many are told of together


@dataclass(frozen=True, slots=True)
class Row:
    """A question as it stands on a sheet: its rows (inclusive), and its number as typed."""

    first: int
    last: int
    typed: str
    item: Item | None

    @property
    def cells(self) -> range:
        """Its rows of the sheet."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True, slots=True)
class Table:
    """Where the questions stand on one sheet. Columns are None where no heading names them.

    `answers` holds every column headed as the answers, `former` is that of last year's; `merged`
    holds the merged areas of the answer column, by each row of a question that they cover; `shared`
    those rows whose answer cell is merged with that of another question.
    """

    grid: Grid
    lang: Lang
    id_column: int
    rows: tuple[Row, ...]
    answer: int | None = None
    remark: int | None = None
    question: int | None = None
    former: int | None = None
    answers: tuple[int, ...] = ()
    merged: Mapping[int, Area] = field(default_factory=dict)
    shared: frozenset[int] = frozenset()

    @property
    def answered(self) -> int:
        """How many questions hold an answer, whatever it says."""
        return sum(1 for row in self.rows if any(map(self.is_filled, row.cells)))

    def is_filled(self, row: int) -> bool:
        """Whether anything stands in the answer cell of a row of the sheet."""
        return self.answer is not None and self.holds((row, self.answer))

    def holds(self, cell: Position) -> bool:
        """Whether anything stands in a cell."""
        return cell in self.grid.marks or tidy(self.grid.text(*cell)) != ""


def find_tables(pages: Sequence[Page], lexicon: Lexicon) -> tuple[Table, ...]:
    """The table of questions of every sheet that holds one of the catalogue's numbers."""
    return tuple(table for page in pages if (table := _find_table(page, lexicon.items)))


def column_doubts(table: Table) -> Iterator[Problem]:
    """What is wrong with the columns: which answers are meant must not be guessed."""
    name = table.grid.name
    if len(table.answers) > 1:
        cells = ", ".join(cell_name(0, col)[:-1] for col in table.answers)
        yield Problem(Code.ANSWER_COLUMN_TWICE, name, value=cells)
    if table.remark is None:
        yield Problem(Code.NO_REMARK_COLUMN, name)


def hidden_answers(table: Table) -> Iterator[Problem]:
    """Tell which answers stand in rows that are hidden or filtered out."""
    hidden = table.grid.hidden_rows
    rows = [
        (row, row.item.id)
        for row in table.rows
        if row.item and any(at in hidden and table.is_filled(at) for at in row.cells)
    ]
    if rows and table.answer is not None:
        items = [*dict.fromkeys(item for _, item in rows)]
        shown = ", ".join(items[:_SHOWN]) + (f" … ({len(items)})" if len(items) > _SHOWN else "")
        place = cell_name(rows[0][0].first, table.answer)
        yield Problem(Code.HIDDEN_ROWS, table.grid.name, place, value=shown)


def is_heading(text: str, column: Column) -> bool:
    """Whether a cell heads such a column, in whatever language."""
    return fold(text) in headings(f"sheet.column.{column.value}")


def _find_table(page: Page, known: Mapping[str, Item]) -> Table | None:
    """The column with most item ids, and the headings above it."""
    grid = page.grid
    hits: dict[int, list[int]] = {}
    for landmark in page.landmarks:
        if landmark.word.item:
            hits.setdefault(landmark.column, []).append(landmark.row)
    if not hits:
        return None
    column = max(hits, key=lambda col: (len(hits[col]), -col))
    first = hits[column][0]
    lang, answers = _find_heading(grid, Column.ANSWER, first)
    answer = answers[0] if answers else None
    remark, question, former = (
        next(iter(_find_heading(grid, heading, first)[1]), None)
        for heading in (Column.REMARK, Column.QUESTION, Column.FORMER)
    )
    rows = tuple(_rows(grid, column, first, known))
    merged = {} if answer is None else _merged(grid, answer, rows)
    shared = _shared(merged, rows)
    columns = (answer, remark, question, former)
    return Table(grid, lang, column, rows, *columns, answers, merged, shared)


def _find_heading(grid: Grid, column: Column, before: int) -> tuple[Lang, tuple[int, ...]]:
    """Language and positions of a heading above the first question.

    The row that also heads the numbers comes first, then the nearest one.
    """
    names, numbers = (
        headings(f"sheet.column.{column.value}"),
        headings("sheet.column.id"),
    )
    rows = [
        row for row in range(before - 1, -1, -1) if any(fold(t) in names for t in grid.rows[row])
    ]
    rows.sort(key=lambda row: not any(fold(text) in numbers for text in grid.rows[row]))
    for row in rows:
        hits = [col for col, text in enumerate(grid.rows[row]) if fold(text) in names]
        return names[fold(grid.rows[row][hits[0]])], tuple(hits)
    return Lang.JA, ()


def _rows(grid: Grid, column: int, first: int, known: Mapping[str, Item]) -> Iterator[Row]:
    """The rows with a number, each down to the end of its merge or to the next one."""
    ends = {top: last for top, left, last, _ in grid.merged if left == column}
    starts = [row for row in range(first, len(grid.rows)) if tidy(grid.text(row, column))]
    for row, following in zip(starts, [*starts[1:], len(grid.rows)], strict=True):
        typed = tidy(grid.text(row, column))
        last = max(row, min(ends.get(row, row), following - 1))
        yield Row(row, last, typed, known.get(item_key(typed)))


def _merged(grid: Grid, column: int, rows: tuple[Row, ...]) -> dict[int, Area]:
    places = [at for row in rows for at in row.cells]
    covered: dict[int, Area] = {}
    for area in grid.merged:
        top, left, last, right = area
        if left <= column <= right:
            for at in places[bisect_left(places, top) : bisect_right(places, last)]:
                covered[at] = area
    return covered


def _shared(merged: Mapping[int, Area], rows: tuple[Row, ...]) -> frozenset[int]:
    owners: dict[Area, set[int]] = {}
    for row in rows:
        for at in row.cells:
            if area := merged.get(at):
                owners.setdefault(area, set()).add(row.first)
    return frozenset(at for at, area in merged.items() if len(owners[area]) > 1)
