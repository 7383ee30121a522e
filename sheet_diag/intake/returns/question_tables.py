"""Find the table of questions on a sheet, wherever the client moved its ids and headings.

A question may span several rows, where its number is merged downwards; every other row with
something in the column of the numbers is a question of its own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sheet_diag.forms.layout import QuestionColumn, cell_name, item_key
from sheet_diag.intake.cells import CellArea, CellPosition, Grid
from sheet_diag.intake.returns.vocabulary import SheetWords, Vocabulary, heading_spellings
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Item
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.normalize import normalize_text, tidy_text

_MOST_NAMED: Final = 5  # items in one message


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question on a sheet: its first and last row, its number as typed, and its item."""

    first: int
    last: int
    typed: str
    item: Item | None

    @property
    def rows(self) -> range:
        """The rows of the sheet that it spans."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True, slots=True)
class QuestionTable:
    """The table of questions on one sheet. A column is None where no heading names it.

    `answers` holds every column that is headed as the answers, `former` is that of last year's.
    `merged` holds the merged areas of the answer column, by each row of a question that they
    cover; `shared` those rows whose answer cell is merged with that of another question.
    """

    grid: Grid
    lang: Lang
    id_column: int
    rows: tuple[QuestionRow, ...]
    answer: int | None = None
    remark: int | None = None
    question: int | None = None
    former: int | None = None
    answers: tuple[int, ...] = ()
    merged: Mapping[int, CellArea] = field(default_factory=dict)
    shared: frozenset[int] = frozenset()

    @property
    def answered(self) -> int:
        """The number of questions that hold an answer, whatever it says."""
        return sum(1 for row in self.rows if any(map(self.is_filled, row.rows)))

    def is_filled(self, row: int) -> bool:
        """Whether the answer cell of a row holds anything."""
        return self.answer is not None and self.holds((row, self.answer))

    def holds(self, cell: CellPosition) -> bool:
        """Whether a cell holds anything."""
        return cell in self.grid.marks or tidy_text(self.grid.text(*cell)) != ""


def find_question_tables(
    sheets: Sequence[SheetWords], vocabulary: Vocabulary
) -> tuple[QuestionTable, ...]:
    """Find the table of questions on every sheet with a number of the catalogue."""
    return tuple(table for each in sheets if (table := _find_table(each, vocabulary.items)))


def find_column_problems(table: QuestionTable) -> Iterator[Problem]:
    """Find what is wrong with the columns; which answers are meant is never guessed."""
    name = table.grid.name
    if len(table.answers) > 1:
        cells = ", ".join(cell_name(0, col)[:-1] for col in table.answers)
        yield Problem(ProblemCode.ANSWER_COLUMN_TWICE, name, value=cells)
    if table.remark is None:
        yield Problem(ProblemCode.NO_REMARK_COLUMN, name)


def find_hidden_answers(table: QuestionTable) -> Iterator[Problem]:
    """Find the answers in rows that are hidden or filtered out."""
    hidden = table.grid.hidden_rows
    rows = [
        (row, row.item.id)
        for row in table.rows
        if row.item and any(at in hidden and table.is_filled(at) for at in row.rows)
    ]
    if rows and table.answer is not None:
        items = [*dict.fromkeys(item for _, item in rows)]
        more = f" … ({len(items)})" if len(items) > _MOST_NAMED else ""
        shown = ", ".join(items[:_MOST_NAMED]) + more
        place = cell_name(rows[0][0].first, table.answer)
        yield Problem(ProblemCode.HIDDEN_ROWS, table.grid.name, place, value=shown)


def find_sheet_problems(grid: Grid) -> Iterator[Problem]:
    """Find what a person would not see of a sheet that was read, and what of it was not read."""
    if not grid.visible:
        yield Problem(ProblemCode.HIDDEN_SHEET, grid.name, value=grid.name)
    yield from find_stray_cells((grid,))


def find_stray_cells(grids: Iterable[Grid]) -> Iterator[Problem]:
    """Find the sheets of which cells far away were left out."""
    for grid in grids:
        if grid.cut:
            yield Problem(ProblemCode.STRAY_CELLS, grid.name, value=grid.name)


def is_heading(text: str, column: QuestionColumn) -> bool:
    """Whether a text is the heading of a column, in any language."""
    return normalize_text(text) in heading_spellings(f"sheet.column.{column.value}")


def _find_table(sheet: SheetWords, known: Mapping[str, Item]) -> QuestionTable | None:
    """Take the column with most item ids, and the headings above it."""
    grid = sheet.grid
    hits: dict[int, list[int]] = {}
    for cell in sheet.word_cells:
        if cell.word.item:
            hits.setdefault(cell.column, []).append(cell.row)
    if not hits:
        return None
    column = max(hits, key=lambda col: (len(hits[col]), -col))
    first = hits[column][0]
    lang, answers = _find_heading(grid, QuestionColumn.ANSWER, first)
    answer = answers[0] if answers else None
    remark, question, former = (
        next(iter(_find_heading(grid, heading, first)[1]), None)
        for heading in (QuestionColumn.REMARK, QuestionColumn.QUESTION, QuestionColumn.FORMER)
    )
    rows = tuple(_question_rows(grid, column, first, known))
    merged = {} if answer is None else _merged_by_row(grid, answer, rows)
    shared = _shared_rows(merged, rows)
    columns = (answer, remark, question, former)
    return QuestionTable(grid, lang, column, rows, *columns, answers, merged, shared)


def _find_heading(grid: Grid, column: QuestionColumn, before: int) -> tuple[Lang, tuple[int, ...]]:
    """Find the language and the columns of a heading above the first question.

    The row that also heads the numbers comes first, then the nearest one.
    """
    names = heading_spellings(f"sheet.column.{column.value}")
    numbers = heading_spellings("sheet.column.id")
    nearest: tuple[Lang, tuple[int, ...]] | None = None
    for row in range(before - 1, -1, -1):
        texts = [normalize_text(text) for text in grid.rows[row]]
        if places := tuple(col for col, text in enumerate(texts) if text in names):
            found = names[texts[places[0]]], places
            if any(text in numbers for text in texts):
                return found
            nearest = nearest or found
    return nearest or (Lang.JA, ())


def _question_rows(
    grid: Grid, column: int, first: int, known: Mapping[str, Item]
) -> Iterator[QuestionRow]:
    """Find the rows with a number, each down to the end of its merge or to the next one."""
    ends = {top: last for top, left, last, _ in grid.merged if left == column}
    starts = [row for row in range(first, len(grid.rows)) if tidy_text(grid.text(row, column))]
    for row, following in zip(starts, [*starts[1:], len(grid.rows)], strict=True):
        typed = tidy_text(grid.text(row, column))
        last = max(row, min(ends.get(row, row), following - 1))
        yield QuestionRow(row, last, typed, known.get(item_key(typed)))


def _merged_by_row(grid: Grid, column: int, rows: tuple[QuestionRow, ...]) -> dict[int, CellArea]:
    places = [at for row in rows for at in row.rows]
    covered: dict[int, CellArea] = {}
    for area in grid.merged:
        top, left, last, right = area
        if left <= column <= right:
            for at in places[bisect_left(places, top) : bisect_right(places, last)]:
                covered[at] = area
    return covered


def _shared_rows(merged: Mapping[int, CellArea], rows: tuple[QuestionRow, ...]) -> frozenset[int]:
    owners: dict[CellArea, set[int]] = {}
    for row in rows:
        for at in row.rows:
            if area := merged.get(at):
                owners.setdefault(area, set()).add(row.first)
    return frozenset(at for at, area in merged.items() if len(owners[area]) > 1)
