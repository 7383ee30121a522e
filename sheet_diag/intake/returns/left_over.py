"""Account for every cell of a return: what is neither ours nor read is told, or holds an answer.

A cell with a word of ours, an answer, a remark or an entry of the profile is accounted for. All
else is left over. It is told; where it may be the answer to a question, nothing is guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sheet_diag.forms.layout import (
    IDENTITY_KEYS,
    IDENTITY_SHEET,
    LISTS_SHEET,
    QuestionColumn,
    cell_name,
)
from sheet_diag.intake.cells import CellMark, CellPosition, Grid
from sheet_diag.intake.returns.action_plan import is_plan_sheet
from sheet_diag.intake.returns.answers import (
    AnswerEntry,
    ItemAnswer,
    cell_sign,
    offered_choices,
)
from sheet_diag.intake.returns.question_tables import (
    QuestionRow,
    QuestionTable,
    find_column_heading,
    heads_other_things,
    heads_second_answers,
    is_heading,
    is_one_mark,
)
from sheet_diag.intake.returns.vocabulary import (
    SheetWords,
    Vocabulary,
    heading_spellings,
    is_sent_text,
    list_explained_choices,
    question_key,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Item, ItemKind
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.normalize import label_key, normalize_text, tidy_text

_MOST_CELLS: Final = 30  # of a sheet that are told one by one
_MOST_PLAIN: Final = 5  # numbers, marks and equal answers of a column that are told one by one
_COVER_ROWS: Final = 12  # among which the cover says where to return the sheet
_NUMBER: Final = re.compile(r"\d+(\.\d+)?%?|[-—‐–ー]+")


class LeftOverKind(StrEnum):
    """Where a left over cell stands, as `problem.place.*` names it."""

    ASIDE = "aside"  # in no row of a question
    COLUMN = "column"  # in the row of a question
    TABLE = "table"  # in a second table beside the first
    ROW = "row"  # in a row without a number between questions
    SHIFTED = "shifted"  # in the answer column, in the row of a section or below the last question


@dataclass(frozen=True, slots=True)
class LeftOverCell:
    """A cell that is neither ours nor read, and the question that it may answer.

    `bundled` says that its column is about other things: such cells are told together.
    """

    sheet: str
    at: CellPosition
    text: str
    kind: LeftOverKind = LeftOverKind.ASIDE
    item: Item | None = None
    choice: str | None = None
    bundled: bool = False

    @property
    def cell(self) -> str:
        """The name of the cell."""
        return cell_name(*self.at)


def find_left_over(
    sheets: Sequence[SheetWords],
    tables: Sequence[QuestionTable],
    entries: Mapping[str, frozenset[CellPosition]],
    vocabulary: Vocabulary,
    *,
    same_version: bool,
) -> tuple[LeftOverCell, ...]:
    """Find the cells that are left over on all sheets.

    `entries` are the cells of the profile that were read, by sheet; `same_version` says that the
    sheet was made from this version of the catalogue, whose texts are known.
    """
    by_sheet = {table.grid.name: table for table in tables if table.answer is not None}
    found: list[LeftOverCell] = []
    for sheet in sheets:
        if _is_internal(sheet.grid):
            continue
        table, read = by_sheet.get(sheet.grid.name), entries.get(sheet.grid.name, frozenset())
        if table:
            cells = _QuestionSheet(sheet, table, vocabulary, same_version).left_over(read)
            found += _without_marks(table, list(cells))
        else:
            found += _left_over_aside(sheet, read, vocabulary)
    return tuple(found)


def _is_internal(grid: Grid) -> bool:
    """Whether a sheet is one that no client fills in, or one that is read by itself."""
    if grid.name.startswith((IDENTITY_SHEET, LISTS_SHEET)):
        return True
    keys = {text.strip() for row in grid.rows[:_COVER_ROWS] for text in row[:1]}
    letters = heading_spellings("sheet.request.title")
    top = {label_key(text) for row in grid.rows[:_COVER_ROWS] for text in row if text}
    return IDENTITY_KEYS[0] in keys or not top.isdisjoint(letters) or is_plan_sheet(grid)


# --- the sheet of questions


class _QuestionSheet:
    """A sheet of questions, and what its rows and columns mean."""

    def __init__(
        self, sheet: SheetWords, table: QuestionTable, vocabulary: Vocabulary, same_version: bool
    ) -> None:
        self._cells = sheet.others
        self._grid = table.grid
        self._table = table
        self._vocabulary = vocabulary
        self._rows = {at: row for row in table.rows for at in row.rows}
        self._ends = sorted(self._rows)
        self._asked = [row for row in table.rows if row.item]
        columns = table.columns
        self._read = {
            table.ids,
            *columns.get(QuestionColumn.QUESTION, ())[:1],
            *columns.get(QuestionColumn.ANSWER, ()),
            *columns.get(QuestionColumn.REMARK, ()),
            *columns.get(QuestionColumn.EVIDENCE, ()),
            *columns.get(QuestionColumn.FORMER, ()),
        }
        self._checks = columns.get(QuestionColumn.CHECK, ())
        self._former = columns.get(QuestionColumn.FORMER, ()) if same_version else ()
        if not same_version:
            for name in (QuestionColumn.CATEGORY, QuestionColumn.HINT):
                self._read |= {*columns.get(name, ())}
        self._same_version = same_version
        self._numbers: dict[int, list[tuple[int, Item]]] = defaultdict(list)
        for cell in sheet.word_cells:
            if cell.word.item and cell.column not in self._read:
                self._numbers[cell.row].append((cell.column, cell.word.item))

    def left_over(self, read: frozenset[CellPosition]) -> Iterator[LeftOverCell]:
        """Find the cells that are left over."""
        for at in self._cells:
            text = tidy_text(self._grid.text(*at))
            sign = "" if text else cell_sign(self._grid.marks.get(at))
            if sign and not self._is_answer(at):
                yield LeftOverCell(self._grid.name, at, sign)
            elif text and at not in read and not self._is_read(at, text):
                yield self._classify(at, text)

    def _is_answer(self, at: CellPosition) -> bool:
        """Whether a cell without text is one that answers, or our check of one."""
        row, column = at
        return row in self._rows and column in (self._table.answer, *self._checks)

    def _is_read(self, at: CellPosition, text: str) -> bool:
        row, column = at
        if row in self._rows:
            if column in self._checks:
                return at in self._grid.marks or _is_check_result(text)
            if self._rows[row].item is None and not self._is_told_by_number(at, text):
                return False
            if column in self._former and not self._is_last_answer(row, text):
                return False
            return column in self._read or self._speaks_for_answer(at)
        above = not self._ends or row < self._ends[0]
        return above and any(is_heading(text, each) for each in QuestionColumn)

    def _is_last_answer(self, row: int, text: str) -> bool:
        """Whether a text among the last answers is one that we may have filled in."""
        item = self._rows[row].item
        known = item is not None and (
            item.kind is not ItemKind.SINGLE or self._vocabulary.find_choice(item, text) is not None
        )
        return known or self._vocabulary.is_former_mark(item, text)

    def _is_told_by_number(self, at: CellPosition, text: str) -> bool:
        """Whether a cell of a row with an unknown number is told with that number.

        A choice is not where the row asks nothing of its own: it may be one more answer to the
        question that the number begins with, or that stands above.
        """
        row, (_, column) = self._rows[at[0]], at
        asked = self._table.column(QuestionColumn.QUESTION)
        if is_heading(row.typed, QuestionColumn.ID) or not self._same_version:
            return True
        if column == self._table.answer and asked is not None and not self._grid.text(at[0], asked):
            item = self._near_item(at)
            return item is None or self._choice(item, text) is None
        if column == self._table.ids:
            remark = self._table.column(QuestionColumn.REMARK)
            filled = remark is not None and self._table.holds((at[0], remark))
            return filled or self._table.is_filled(at[0])
        return column != asked

    def _near_item(self, at: CellPosition) -> Item | None:
        """Find the question that an unknown number begins with, or the one above it."""
        if item := self._vocabulary.find_item_before(self._rows[at[0]].typed):
            return item
        above = bisect_left(self._asked, at[0], key=lambda row: row.first)
        return self._asked[above - 1].item if above else None

    def _speaks_for_answer(self, at: CellPosition) -> bool:
        """Whether a cell is the first one of a merge that covers a blank answer."""
        area = self._table.merged.get(at[0])
        return area is not None and area[:2] == at and not self._table.is_filled(at[0])

    def _classify(self, at: CellPosition, text: str) -> LeftOverCell:
        name = self._grid.name
        kind, item = self._find_place(at)
        words = tidy_text(self._grid.struck.get(at, text))  # what is struck out answers nothing
        choice = self._choice(item, words) if item and words else None
        told = kind is LeftOverKind.COLUMN or (
            kind is LeftOverKind.SHIFTED and item is not None and self._may_answer(at, item, text)
        )
        if choice is None and not told:
            return LeftOverCell(name, at, text)
        return LeftOverCell(name, at, text, kind, item, choice)

    def _may_answer(self, at: CellPosition, item: Item, text: str) -> bool:
        """Whether a text that is no choice may have slipped down from the questions above it."""
        if self._grid.marks.get(at) is CellMark.CHECKBOX:
            return True
        choices = self._vocabulary.catalog.choices_of(item).values()
        words = [normalize_text(each.label[lang]) for each in choices for lang in Lang]
        if not any(word in normalize_text(text) for word in words):
            return False
        row = at[0] - 1
        while row in self._rows and self._table.is_filled(row):
            row -= 1
        return row in self._rows

    def _find_place(self, at: CellPosition) -> tuple[LeftOverKind, Item | None]:
        """Tell what kind of place a cell is, and which question it may answer."""
        row, column = at
        question = self._rows.get(row)
        if other := self._number_before(at):
            return LeftOverKind.TABLE, other
        if question is None:
            return self._between(row, column)
        if question.item is None and column == self._table.answer:
            return LeftOverKind.ROW, self._near_item(at)
        return LeftOverKind.COLUMN, question.item

    def _number_before(self, at: CellPosition) -> Item | None:
        """Find the number of a second table to the left of a cell."""
        row, column = at
        before = [item for col, item in self._numbers.get(row, ()) if col < column]
        return before[-1] if before else None

    def _between(self, row: int, column: int) -> tuple[LeftOverKind, Item | None]:
        """Tell what a cell in a row without a number may mean, and of which question."""
        above = bisect_left(self._ends, row)
        last = self._ends[-1] if self._ends else row
        near = self._rows[self._ends[above - 1]] if above else self._first_row()
        if near is None:
            return LeftOverKind.ASIDE, None
        in_table = above > 0 and row <= last
        if column == self._table.answer and (row == last + 1 or not above or self._is_section(row)):
            return LeftOverKind.SHIFTED, near.item
        if not in_table:
            return LeftOverKind.ASIDE, None
        return LeftOverKind.ROW, near.item

    def _first_row(self) -> QuestionRow | None:
        return self._rows[self._ends[0]] if self._ends else None

    def _is_section(self, row: int) -> bool:
        names = self._vocabulary.categories
        return any(text and question_key(text) in names for text in self._grid.rows[row])

    def _choice(self, item: Item, text: str) -> str | None:
        if _NUMBER.fullmatch(normalize_text(text)):
            return None
        found = self._vocabulary.find_choice(item, text)
        return found.id if found else None


def _is_check_result(text: str) -> bool:
    return any(
        label_key(text) in heading_spellings(f"sheet.check.{each}")
        for each in ("unanswered", "na", "choice", "entry", "optional", "not_asked")
    ) or normalize_text(text) in ("✓", "")


def _without_marks(table: QuestionTable, cells: list[LeftOverCell]) -> list[LeftOverCell]:
    """Take the choices from columns that answer nothing: of other things, or of one and the same
    mark."""
    columns: dict[int, list[str]] = defaultdict(list)
    marks: dict[int, set[str]] = defaultdict(set)
    for each in cells:
        if each.kind is LeftOverKind.COLUMN:
            columns[each.at[1]].append(text := normalize_text(each.text))
            if each.choice:
                marks[each.at[1]].add(text)
    found = []
    headings: dict[int, str] = {}
    for each in cells:
        row, column = each.at
        if each.kind is LeftOverKind.COLUMN or row == table.header:
            if column not in headings:
                headings[column] = find_column_heading(
                    table.grid, table.header, table.first, column
                )
            heading = headings[column]
            bundled, asks = heads_other_things(heading), heads_second_answers(heading)
            if bundled or (is_one_mark(marks[column]) and not asks):
                each = replace(each, choice=None)
            each = replace(each, bundled=bundled or _is_plain(columns[column]))
        found.append(each)
    return found


def _is_plain(texts: Sequence[str]) -> bool:
    """Whether a column is long and holds nothing but numbers, or one and the same mark."""
    if len(texts) <= _MOST_PLAIN:
        return False
    return is_one_mark(set(texts)) or all(map(_NUMBER.fullmatch, texts))


# --- other sheets


def _left_over_aside(
    sheet: SheetWords, read: frozenset[CellPosition], vocabulary: Vocabulary
) -> Iterator[LeftOverCell]:
    """Find the cells that are left over on a sheet without questions."""
    grid, address = sheet.grid, _address_row(sheet.grid)
    for at in sheet.others:
        text = tidy_text(grid.text(*at))
        if text and at not in read and not _is_filled_by_us(grid, at, text, address, vocabulary):
            yield LeftOverCell(grid.name, at, text)


def _address_row(grid: Grid) -> int | None:
    """Find the row of the cover that says by when to return the sheet."""
    names = heading_spellings("sheet.cover.deadline")
    for row, cells in enumerate(grid.rows[:_COVER_ROWS]):
        if any(text and label_key(text) in names for text in cells[:1]):
            return row
    return None


def _is_filled_by_us(
    grid: Grid, at: CellPosition, text: str, address: int | None, vocabulary: Vocabulary
) -> bool:
    """Whether we filled the cell: with an address, a choice beside its meaning, or a count."""
    row, column = at
    if label_key(text) in heading_spellings("sheet.cover.progress.share"):
        return True  # in English a word for an answer, too
    in_address = address is not None and address <= row < address + 3 and column == 1
    if in_address or (address is not None and 0 < row < address and column == 0):
        return True
    explained = list_explained_choices(vocabulary.catalog)
    key, before, behind = (
        normalize_text(each)
        for each in (text, grid.text(row, column - 1) if column else "", grid.text(row, column + 1))
    )
    if (key, behind) in explained or (before, key) in explained:
        return True
    if is_sent_text(vocabulary.catalog, grid.text(row, column + 1)):
        return any(normalize_text(text) in each for each in vocabulary.spellings.values())
    is_number = _NUMBER.fullmatch(normalize_text(text)) is not None
    first = next((cell for cell in grid.rows[row] if cell), "")
    counted = grid.marks.get(at) is CellMark.FORMULA or is_sent_text(vocabulary.catalog, first)
    return is_number and counted


# --- what it means


def contest_answers(
    answers: Mapping[str, ItemAnswer],
    cells: Sequence[LeftOverCell],
    table: QuestionTable,
    vocabulary: Vocabulary,
) -> tuple[dict[str, ItemAnswer], tuple[Problem, ...]]:
    """Leave undecided what a left over cell answers otherwise, and tell all other cells."""
    contesting: dict[str, list[LeftOverCell]] = defaultdict(list)
    shifted: list[LeftOverCell] = []
    told: list[LeftOverCell] = []
    for each in cells:
        if each.kind is LeftOverKind.SHIFTED:
            shifted.append(each)
        elif each.item and _contests(answers[each.item.id], each):
            contesting[each.item.id].append(each)
        else:
            told.append(each)
    decided = {
        name: _undecided(answer, contesting[name], table, vocabulary)
        if name in contesting
        else answer
        for name, answer in answers.items()
    }
    return decided, (*_shifted_problem(shifted), *_left_over_problems(_bundle_agreeing(told)))


def _bundle_agreeing(cells: Sequence[LeftOverCell]) -> list[LeftOverCell]:
    """Bundle the cells of a long column that say the same as the answers."""
    agreeing = Counter((each.sheet, each.at[1]) for each in cells if each.choice)
    long = {column for column, count in agreeing.items() if count > _MOST_PLAIN}
    return [
        replace(each, bundled=True) if each.choice and (each.sheet, each.at[1]) in long else each
        for each in cells
    ]


def _contests(answer: ItemAnswer, cell: LeftOverCell) -> bool:
    if cell.choice is None or (answer.is_final and answer.entry.response.raw):
        return False
    return cell.kind is LeftOverKind.ROW or answer.entry.response.choice != cell.choice


def _undecided(
    answer: ItemAnswer,
    cells: Sequence[LeftOverCell],
    table: QuestionTable,
    vocabulary: Vocabulary,
) -> ItemAnswer:
    read, first = answer.entry.response, cells[0]
    own = [f"{read.cell}: {read.raw}"] if read.raw else []
    shown = " / ".join((*own, *(f"{each.cell}: {each.text}" for each in cells)))
    response = replace(read, choice=None, raw=shown, cell=read.cell or first.cell)
    offered = offered_choices(answer.item, table, vocabulary.catalog)
    details = (("place", first.kind.value), *offered)
    place = (first.sheet, first.cell, read.item, shown)
    problem = Problem(ProblemCode.SECOND_ANSWER, *place, details)
    return ItemAnswer(answer.item, AnswerEntry(response), problem, is_final=True)


def _shifted_problem(cells: Sequence[LeftOverCell]) -> Iterator[Problem]:
    if cells:
        first = cells[0]
        shown = " / ".join(f"{each.cell}: {each.text}" for each in cells)
        yield Problem(ProblemCode.ANSWERS_SHIFTED, first.sheet, first.cell, value=shown)


def _left_over_problems(cells: Sequence[LeftOverCell]) -> Iterator[Problem]:
    """Tell each cell; a column of other things as one, and of many on a sheet the rest as one."""
    bundles: dict[tuple[str, int], list[LeftOverCell]] = defaultdict(list)
    by_sheet: dict[str, list[LeftOverCell]] = defaultdict(list)
    for each in cells:
        if each.bundled:
            bundles[each.sheet, each.at[1]].append(each)
        else:
            by_sheet[each.sheet].append(each)
    for found in by_sheet.values():
        yield from (_left_over_problem([each]) for each in found[:_MOST_CELLS])
        if rest := found[_MOST_CELLS:]:
            yield _left_over_problem(rest)
    yield from map(_left_over_problem, bundles.values())


def _left_over_problem(cells: Sequence[LeftOverCell]) -> Problem:
    first, last = cells[0], cells[-1]
    place = (first.sheet, first.cell, None, first.text)
    if len(cells) == 1:
        return Problem(ProblemCode.LEFT_OVER, *place)
    details = (("count", str(len(cells))), ("first", first.cell), ("last", last.cell))
    return Problem(ProblemCode.LEFT_OVER_MANY, *place, details)
