"""Find the table of questions on a sheet, wherever the client moved its ids and headings.

A question may span several rows, where its number is merged downwards; every other row with
something in the column of the numbers is a question of its own.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from sheet_diag.forms.layout import QuestionColumn, cell_name
from sheet_diag.intake.cells import CellArea, CellPosition, Grid
from sheet_diag.intake.returns.vocabulary import (
    SheetWords,
    Vocabulary,
    heading_spellings,
    question_key,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Choice, Item
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.normalize import (
    item_key,
    label_key,
    loose_item_key,
    normalize_text,
    tidy_text,
)

_MOST_NAMED: Final = 5  # items in one message
_MAX_HEADING: Final = 100
# Headings by what their column holds: other things in any case, second answers, other things.
_OF_LAST_TIME: Final = re.compile(
    r"前回|昨年|前年|去年|チェック|(?:者|日|日付|日時|氏名)$|last|previous"
)
_SECOND_ANSWERS: Final = re.compile(r"回答|修正|訂正|変更|正しい|answer|correct|revis")
_OTHER_THINGS: Final = re.compile(
    r"担当|確認|期限|予定|部署|部門|根拠|証跡|証憑|エビデンス|添付|資料|重要|優先"
    r"|備考|補足|コメント|メモ|理由|詳細|承認|レビュー|質問|課題|計画|ステータス|規程|文書"
    r"|date|person|owner|check|department|due|evidence|priority|remark|comment|note|reason"
)


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question on a sheet: its first and last row, its number as typed, and its item.

    `rival` is the other item whose question stands beside that number (None: there is none).
    `choice` is that of a line below a question that takes several (None: it is the question).
    """

    first: int
    last: int
    typed: str
    item: Item | None
    rival: Item | None = None
    choice: Choice | None = None

    @property
    def rows(self) -> range:
        """The rows of the sheet that it spans."""
        return range(self.first, self.last + 1)

    @property
    def is_numbered(self) -> bool:
        """Whether the number alone tells the item."""
        if self.choice:
            return True
        return self.item is not None and item_key(self.typed) == item_key(self.item.id)


@dataclass(frozen=True, slots=True)
class QuestionTable:
    """The table of questions on one sheet.

    `ids` is the column of the numbers (None: they are gone). `columns` are those under each
    heading, from the left; `header` is the row of the heading of the answers (None: no heading).
    `merged` holds the merged areas of the answer column, by each row of a question that they
    cover; `shared` those rows whose answer cell is merged with that of another question.
    """

    grid: Grid
    lang: Lang
    ids: int | None
    rows: tuple[QuestionRow, ...]
    columns: Mapping[QuestionColumn, tuple[int, ...]]
    header: int | None
    merged: Mapping[int, CellArea] = field(default_factory=dict)
    shared: frozenset[int] = frozenset()

    def column(self, name: QuestionColumn) -> int | None:
        """Find the first column under a heading; None where there is none."""
        return next(iter(self.columns.get(name, ())), None)

    @property
    def answer(self) -> int | None:
        """The column of the answers."""
        return self.column(QuestionColumn.ANSWER)

    @property
    def first(self) -> int:
        """The first row of a question."""
        return self.rows[0].first if self.rows else 0

    @property
    def answered(self) -> int:
        """The number of questions that hold an answer, whatever it says."""
        return sum(1 for row in self.rows if any(map(self.is_filled, row.rows)))

    @property
    def is_remarked(self) -> bool:
        """Whether anything stands beside the answers of a question."""
        columns = [
            col
            for name in (QuestionColumn.REMARK, QuestionColumn.EVIDENCE)
            for col in self.columns.get(name, ())
        ]
        rows = (at for row in self.rows if row.item for at in row.rows)
        return any(self.holds((at, col)) for at in rows for col in columns)

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
    return tuple(table for each in sheets if (table := _find_table(each, vocabulary)))


def find_column_problems(table: QuestionTable) -> Iterator[Problem]:
    """Find what is wrong with the columns; which answers are meant is never guessed."""
    name = table.grid.name
    answers = table.columns.get(QuestionColumn.ANSWER, ())
    names = ", ".join(cell_name(0, col)[:-1] for col in answers)
    if len(answers) > 1:
        yield Problem(ProblemCode.ANSWER_COLUMN_TWICE, name, value=names)
    if table.header is None and answers:
        yield Problem(ProblemCode.ANSWER_COLUMN_FOUND, name, value=names)
    if table.column(QuestionColumn.REMARK) is None:
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


def find_renumbered_rows(table: QuestionTable) -> Iterator[Problem]:
    """Find the rows whose item is told by an unusual spelling, or by the question alone."""
    rows = [row for row in table.rows if row.item and not row.rival and not row.is_numbered]
    for code, by_number in ((ProblemCode.IDS_READ_AS, True), (ProblemCode.READ_BY_QUESTION, False)):
        found = [row for row in rows if by_number == _tells_item(row)]
        if found and (item := found[0].item):
            column = table.column(QuestionColumn.QUESTION) if table.ids is None else table.ids
            details = (("read", item.id), ("count", str(len(found))))
            place = cell_name(found[0].first, column or 0)
            yield Problem(code, table.grid.name, place, None, found[0].typed, details)


def _tells_item(row: QuestionRow) -> bool:
    return row.item is not None and loose_item_key(row.typed) == loose_item_key(row.item.id)


def is_heading(text: str, column: QuestionColumn) -> bool:
    """Whether a text is the heading of a column, in any language."""
    return label_key(text) in heading_spellings(f"sheet.column.{column.value}")


def _find_table(sheet: SheetWords, vocabulary: Vocabulary) -> QuestionTable | None:
    """Take the columns with most numbers and most questions, and the headings above them."""
    grid = sheet.grid
    numbers, questions = Counter[int](), Counter[int]()
    first = len(grid.rows)
    for cell in sheet.word_cells:
        if cell.word.item or cell.word.question:
            first = min(first, cell.row)
            (numbers if cell.word.item else questions)[cell.column] += 1
    if not numbers and not questions:
        return None
    ids, asked = _most_frequent(numbers), _most_frequent(questions)
    if ids is not None and asked is not None and numbers[ids] * 2 < questions[asked]:
        ids = None  # a number is mentioned somewhere
    names = {each: _find_heading(grid, each, first) for each in QuestionColumn}
    if ids is None and (numbered := names[QuestionColumn.ID]):
        ids = numbered.columns[0]
    columns = {name: found.columns for name, found in names.items() if found}
    columns.setdefault(QuestionColumn.QUESTION, () if asked is None else (asked,))
    rows = tuple(_question_rows(grid, ids, asked, first, vocabulary))
    heading = names[QuestionColumn.ANSWER]
    if heading is None:
        columns[QuestionColumn.ANSWER] = _find_choice_columns(grid, rows, columns, ids, vocabulary)
    answer = next(iter(columns[QuestionColumn.ANSWER]), None)
    merged = {} if answer is None else _merged_by_row(grid, answer, rows)
    lang, header = (heading.lang, heading.row) if heading else (Lang.JA, None)
    return QuestionTable(grid, lang, ids, rows, columns, header, merged, _shared_rows(merged, rows))


def _most_frequent(columns: Counter[int]) -> int | None:
    """Find the column with most hits, of equal ones the first."""
    return max(columns, key=lambda col: (columns[col], -col), default=None)


@dataclass(frozen=True, slots=True)
class _Heading:
    """Where a heading stands, and in which language."""

    lang: Lang
    row: int
    columns: tuple[int, ...]


def _find_heading(grid: Grid, column: QuestionColumn, before: int) -> _Heading | None:
    """Find a heading above the first question.

    The row that also heads the numbers comes first, then the nearest one.
    """
    names = heading_spellings(f"sheet.column.{column.value}")
    numbers = heading_spellings("sheet.column.id")
    nearest: _Heading | None = None
    for row in range(before - 1, -1, -1):
        texts = [label_key(text) if len(text) <= _MAX_HEADING else "" for text in grid.rows[row]]
        if places := tuple(col for col, text in enumerate(texts) if text in names):
            found = _Heading(names[texts[places[0]]], row, places)
            if any(text in numbers for text in texts):
                return found
            nearest = nearest or found
    return nearest


def _question_rows(
    grid: Grid, ids: int | None, asked: int | None, first: int, vocabulary: Vocabulary
) -> Iterator[QuestionRow]:
    """Find the rows with a number or a question, each down to the end of its merge or the next."""
    column = asked if ids is None else ids
    ends = {top: last for top, left, last, _ in grid.merged if left == column}
    starts = []
    for row in range(first, len(grid.rows)):
        typed = "" if ids is None else tidy_text(grid.text(row, ids))
        text = "" if asked is None else grid.text(row, asked)
        question = vocabulary.asked.get(question_key(text)) if text else None
        if typed or question:
            starts.append((row, typed, question))
    for (row, typed, question), following in zip_longest(starts, starts[1:]):
        end = following[0] if following else len(grid.rows)
        last = max(row, min(ends.get(row, row), end - 1))
        if line := vocabulary.find_line(typed):
            yield QuestionRow(row, last, typed, line[0], choice=line[1])
            continue
        numbered = vocabulary.find_item(typed)
        rival = question if numbered and question is not numbered else None
        yield QuestionRow(row, last, typed, numbered or question, rival)


def _find_choice_columns(
    grid: Grid,
    rows: Sequence[QuestionRow],
    columns: Mapping[QuestionColumn, tuple[int, ...]],
    ids: int | None,
    vocabulary: Vocabulary,
) -> tuple[int, ...]:
    """Find the columns in which most questions have one of their choices, or with equally many.

    A column of one and the same mark is none, because its heading may be a choice, nor is one of
    those that are each headed by a choice, or as one of people, days or last year's answers.
    """
    known = {ids, *(col for found in columns.values() for col in found)}
    found: dict[int, list[str]] = defaultdict(list)
    for row in filter(lambda each: each.item, rows):
        for col, text in enumerate(grid.rows[row.first]):
            if text and col not in known and row.item and vocabulary.find_choice(row.item, text):
                found[col].append(normalize_text(text))
    start = rows[0].first if rows else 0
    width = max((len(grid.rows[row.first]) for row in rows), default=0)
    headings = {col: find_column_heading(grid, None, start, col) for col in {*range(width)} - known}
    named = {col: vocabulary.find_labels(text) for col, text in headings.items()}
    single = {ids for ids in named.values() if len(ids) == 1}
    for col, text in headings.items():
        if _OF_LAST_TIME.search(text) or (len(single) > 1 and named[col] in single):
            found.pop(col, None)
    most = max(map(len, found.values()), default=0)
    if most * 2 < sum(1 for row in rows if row.item):
        return ()
    likely = [col for col, texts in sorted(found.items()) if len(texts) * 2 > most]
    return tuple(col for col in likely if not is_one_mark(set(found[col])))


def find_column_heading(grid: Grid, header: int | None, first: int, column: int) -> str:
    """Find what heads a column: beside the heading of the answers, or the nearest text above the
    first question."""
    if header is not None:
        corners = [
            (top, left)
            for top, left, last, right in grid.merged
            if top <= header <= last and left <= column <= right
        ]
        if text := grid.text(*(corners[0] if corners else (header, column))):
            return normalize_text(text)
    above = (normalize_text(grid.text(row, column)) for row in range(first - 1, -1, -1))
    return next(filter(None, above), "")


def heads_second_answers(heading: str) -> bool:
    """Whether a heading, as normalised, may be that of a second answer."""
    return bool(_SECOND_ANSWERS.search(heading)) and not _OF_LAST_TIME.search(heading)


def heads_other_things(heading: str) -> bool:
    """Whether a heading, as normalised, is that of a column that does not answer the questions."""
    found = _OF_LAST_TIME.search(heading) or _OTHER_THINGS.search(heading)
    return bool(found) and not heads_second_answers(heading)


def is_one_mark(texts: Set[str]) -> bool:
    """Whether choices, as normalised, are one and the same sign, such as ✓."""
    signs = {text for text in texts if len(text) == 1 and (text == "レ" or not text.isalpha())}
    return len(texts) == len(signs) == 1


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
