"""Cells -> tables of questions: ids and headings found wherever the client moved them.

A question may span several rows, where its number is merged downwards; every other row with
something in the column of the numbers is a question of its own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sheet_diag.forms.layout import QuestionColumn, cell_name, item_key
from sheet_diag.intake.cells import CellArea, CellPosition, Grid
from sheet_diag.intake.returns.headings import heading_spellings
from sheet_diag.intake.returns.known_words import SheetWords
from sheet_diag.intake.returns.vocabulary import Vocabulary
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Item
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.normalize import normalize_text, tidy_text

_SHOWN: Final = 5  # items named where many are told of together


@dataclass(frozen=True, slots=True)
class QuestionRow:
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
class QuestionTable:
    """Where the questions stand on one sheet. Columns are None where no heading names them.

    `answers` holds every column headed as the answers, `former` is that of last year's; `merged`
    holds the merged areas of the answer column, by each row of a question that they cover; `shared`
    those rows whose answer cell is merged with that of another question.
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
        """How many questions hold an answer, whatever it says."""
        return sum(1 for row in self.rows if any(map(self.is_filled, row.cells)))

    def is_filled(self, row: int) -> bool:
        """Whether anything stands in the answer cell of a row of the sheet."""
        return self.answer is not None and self.holds((row, self.answer))

    def holds(self, cell: CellPosition) -> bool:
        """Whether anything stands in a cell."""
        return cell in self.grid.marks or tidy_text(self.grid.text(*cell)) != ""


def find_question_tables(
    pages: Sequence[SheetWords], lexicon: Vocabulary
) -> tuple[QuestionTable, ...]:
    """The table of questions of every sheet that holds one of the catalogue's numbers."""
    return tuple(table for page in pages if (table := _find_table(page, lexicon.items)))


def find_column_problems(table: QuestionTable) -> Iterator[Problem]:
    """What is wrong with the columns: which answers are meant must not be guessed."""
    name = table.grid.name
    if len(table.answers) > 1:
        cells = ", ".join(cell_name(0, col)[:-1] for col in table.answers)
        yield Problem(ProblemCode.ANSWER_COLUMN_TWICE, name, value=cells)
    if table.remark is None:
        yield Problem(ProblemCode.NO_REMARK_COLUMN, name)


def find_hidden_answers(table: QuestionTable) -> Iterator[Problem]:
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
        yield Problem(ProblemCode.HIDDEN_ROWS, table.grid.name, place, value=shown)


def is_heading(text: str, column: QuestionColumn) -> bool:
    """Whether a cell heads such a column, in whatever language."""
    return normalize_text(text) in heading_spellings(f"sheet.column.{column.value}")


def _find_table(page: SheetWords, known: Mapping[str, Item]) -> QuestionTable | None:
    """The column with most item ids, and the headings above it."""
    grid = page.grid
    hits: dict[int, list[int]] = {}
    for landmark in page.word_cells:
        if landmark.word.item:
            hits.setdefault(landmark.column, []).append(landmark.row)
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
    """Language and positions of a heading above the first question.

    The row that also heads the numbers comes first, then the nearest one.
    """
    names, numbers = (
        heading_spellings(f"sheet.column.{column.value}"),
        heading_spellings("sheet.column.id"),
    )
    rows = [
        row
        for row in range(before - 1, -1, -1)
        if any(normalize_text(t) in names for t in grid.rows[row])
    ]
    rows.sort(key=lambda row: not any(normalize_text(text) in numbers for text in grid.rows[row]))
    for row in rows:
        hits = [col for col, text in enumerate(grid.rows[row]) if normalize_text(text) in names]
        return names[normalize_text(grid.rows[row][hits[0]])], tuple(hits)
    return Lang.JA, ()


def _question_rows(
    grid: Grid, column: int, first: int, known: Mapping[str, Item]
) -> Iterator[QuestionRow]:
    """The rows with a number, each down to the end of its merge or to the next one."""
    ends = {top: last for top, left, last, _ in grid.merged if left == column}
    starts = [row for row in range(first, len(grid.rows)) if tidy_text(grid.text(row, column))]
    for row, following in zip(starts, [*starts[1:], len(grid.rows)], strict=True):
        typed = tidy_text(grid.text(row, column))
        last = max(row, min(ends.get(row, row), following - 1))
        yield QuestionRow(row, last, typed, known.get(item_key(typed)))


def _merged_by_row(grid: Grid, column: int, rows: tuple[QuestionRow, ...]) -> dict[int, CellArea]:
    places = [at for row in rows for at in row.cells]
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
        for at in row.cells:
            if area := merged.get(at):
                owners.setdefault(area, set()).add(row.first)
    return frozenset(at for at, area in merged.items() if len(owners[area]) > 1)
