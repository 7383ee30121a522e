"""Read one answer to each item; what is not plainly one choice is reported, never guessed.

Whatever stands in an answer cell is kept as `raw`, and has a sign there where it has no text: an
answer that cannot be read is never taken for a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.forms.layout import QuestionColumn, cell_name
from sheet_diag.intake.cells import CellArea, CellMark, CellPosition
from sheet_diag.intake.dates import parse_typed_date
from sheet_diag.intake.returns.answer_values import join_lines, read_value
from sheet_diag.intake.returns.question_tables import QuestionRow, QuestionTable
from sheet_diag.intake.returns.vocabulary import Vocabulary, is_confirmation
from sheet_diag.model.applicability import list_gate_items, must_answer
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Choice, ChoiceRole, Item, ItemKind
from sheet_diag.model.returns import Problem, ProblemCode, Response
from sheet_diag.text.answer_words import describe_entry, enter_answer
from sheet_diag.text.normalize import normalize_text, tidy_text
from sheet_diag.text.problems import NOTE_DETAIL
from sheet_diag.text.wording import Wording

_FAULTS: Final = {
    CellMark.ERROR: ProblemCode.ERROR_VALUE,
    CellMark.NOT_CALCULATED: ProblemCode.NOT_CALCULATED,
    CellMark.PICTURE: ProblemCode.PICTURE_ANSWER,
    CellMark.DATA_TYPE: ProblemCode.DATA_TYPE_ANSWER,
    CellMark.CHECKBOX: ProblemCode.CHECKBOX_ANSWER,
    CellMark.SYMBOL: ProblemCode.SYMBOL_ANSWER,
}
# Signs for what has no text; read again they mean the same.
_PLACEHOLDERS: Final = {
    ProblemCode.ERROR_VALUE: "#ERROR!",
    ProblemCode.NOT_CALCULATED: "=…",
    ProblemCode.EMPTY_RESULT: '=""',
    ProblemCode.PICTURE_ANSWER: "=IMAGE(…)",
    ProblemCode.DATA_TYPE_ANSWER: "#VALUE!",
}
_ERROR: Final = re.compile(
    r"#(?:ref!|n/a|value!|name\?|div/0!|num!|null!|error!|spill!|calc!|field!|blocked!"
    r"|getting_data)|err:\d{3}"
)
_PICTURE: Final = re.compile(r"(?:=?(?:_xlfn\.)?dispimg|=(?:_xlfn\.)?image)\(.*", re.DOTALL)


Details = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """The content of one answer cell; `fault` where that cannot be an answer.

    `misplaced` is a choice that stands beside a blank cell: the label of its column, and its text.
    `struck` says that a part of it is struck out; `details` are those of a problem with it.
    """

    response: Response
    fault: ProblemCode | None = None
    formula: bool = False
    misplaced: tuple[str, str] | None = None
    struck: bool = False
    details: Details = ()

    @property
    def content(self) -> str:
        """What is compared with other entries; empty for a blank."""
        return self.response.choice or self.response.raw


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """The answer to an item, and the problem of its rows.

    `is_final` says that nothing more is to be found in it; `elsewhere` shows the answers on other
    sheets, which do not count; `sheet` is the one that it was taken from (empty: that which
    counts).
    """

    item: Item
    entry: AnswerEntry
    problem: Problem | None = None
    is_final: bool = False
    elsewhere: str = ""
    sheet: str = ""


def read_answers(
    table: QuestionTable, vocabulary: Vocabulary, missing: ProblemCode
) -> dict[str, ItemAnswer]:
    """Read the answer to each item; `missing` is the problem of an item without a row."""
    rows: dict[str, list[QuestionRow]] = {}
    misplaced: set[str] = set()
    for row in table.rows:
        for item in filter(None, (row.item, row.rival)):
            rows.setdefault(item.id, []).append(row)
        if row.item and row.rival:
            misplaced |= {row.item.id, row.rival.id}
    answers: dict[str, ItemAnswer] = {}
    for item in vocabulary.catalog.items.values():
        own = rows.get(item.id, ())
        entries = [
            _with_item(entry, item)
            for row in own
            for entry in read_answer_cells(table, row, vocabulary)
        ]
        if any(row.choice for row in own):
            entries = [_join_lines(table, item, own, vocabulary)]
        if item.id in misplaced and any(entry.response.raw for entry in entries):
            answers[item.id] = _misplaced_answer(item, own, entries, table)
        else:
            answers[item.id] = _decide_answer(item, entries, table, missing)
    return answers


def _join_lines(
    table: QuestionTable, item: Item, rows: Sequence[QuestionRow], vocabulary: Vocabulary
) -> AnswerEntry:
    """Join the cells of a question and of the lines of its choices."""
    ordered = sorted(rows, key=lambda row: row.choice is not None)
    read = [(row, each) for row in ordered for each in read_answer_cells(table, row, vocabulary)]
    entries = [_with_item(entry, item) for _, entry in read]
    responses = [(row.choice, entry.response) for row, entry in read]
    joined = join_texts(join_lines(vocabulary, item, responses, table.lang), entries)
    fault = next((entry.fault for entry in entries if entry.fault), None)
    return AnswerEntry(replace(joined, item=item.id), fault)


def _misplaced_answer(
    item: Item, rows: Sequence[QuestionRow], entries: Sequence[AnswerEntry], table: QuestionTable
) -> ItemAnswer:
    """Leave an item undecided whose number stands beside another question, or the reverse."""
    shown = _show_entries(entries)
    row = next(row for row in rows if row.rival)
    number, question = (row.item.id if row.item else ""), (row.rival.id if row.rival else "")
    details = (("number", number), ("question", question))
    place = next(entry.response.cell for entry in entries if entry.response.raw)
    undecided = AnswerEntry(join_texts(Response(item.id, None, shown, cell=place), entries))
    code = ProblemCode.QUESTION_MISPLACED
    problem = Problem(code, table.grid.name, place, item.id, shown, details)
    return ItemAnswer(item, undecided, problem, is_final=True)


def _show_entries(entries: Sequence[AnswerEntry]) -> str:
    filled = (each.response for each in entries if each.response.raw)
    return " / ".join(f"{each.cell}: {each.raw}" for each in filled)


def read_answer_cells(
    table: QuestionTable, row: QuestionRow, vocabulary: Vocabulary
) -> list[AnswerEntry]:
    """Read the answer cells of a question: each that is filled, or the first where none is.

    Remark and evidence, beside whichever of them they stand, go with the first.
    """
    entries = [_read_cell(table, row, at, vocabulary) for at in row.rows]
    if len(entries) == 1:
        return entries
    filled = [entry for entry in entries if entry.response.raw] or entries[:1]
    return [_with_texts(filled[0], entries), *filled[1:]]


def _with_texts(entry: AnswerEntry, entries: Sequence[AnswerEntry]) -> AnswerEntry:
    return replace(entry, response=join_texts(entry.response, entries))


def _with_item(entry: AnswerEntry, item: Item) -> AnswerEntry:
    """Take an entry for the answer to an item, whose number may stand in another row."""
    if entry.response.item == item.id:
        return entry
    return replace(entry, response=replace(entry.response, item=item.id))


def unreadable_answer_code(mark: CellMark | None, text: str) -> ProblemCode | None:
    """Find why a cell cannot be read as what somebody entered; None where it can."""
    if mark is CellMark.FORMULA and not text:
        return ProblemCode.EMPTY_RESULT
    if mark in _FAULTS:
        return _FAULTS[mark]
    folded = normalize_text(text)
    if _ERROR.fullmatch(folded):
        return ProblemCode.ERROR_VALUE
    return ProblemCode.PICTURE_ANSWER if _PICTURE.fullmatch(folded) else None


def cell_sign(mark: CellMark | None) -> str:
    """The sign of a cell that has no text; empty where nothing is in it."""
    return _PLACEHOLDERS.get(_FAULTS.get(mark, ProblemCode.UNANSWERED), "") if mark else ""


def find_answer_problems(
    answer: ItemAnswer, table: QuestionTable, catalog: Catalog
) -> Iterator[Problem]:
    """Find the problems of an answer, and report how it was read."""
    if answer.problem:
        yield answer.problem
    if not answer.is_final:
        yield from _find_reading_problems(answer, table, catalog)


def join_texts(response: Response, entries: Sequence[AnswerEntry]) -> Response:
    """Give a response the remarks and the evidence of several cells, each once on a line."""
    beside = [entry.response for entry in entries]
    remarks = dict.fromkeys(each.remark for each in beside if each.remark)
    evidence = dict.fromkeys(each.evidence for each in beside if each.evidence)
    return replace(response, remark="\n".join(remarks), evidence="\n".join(evidence))


def _find_reading_problems(
    answer: ItemAnswer, table: QuestionTable, catalog: Catalog
) -> Iterator[Problem]:
    item, entry, response = answer.item, answer.entry, answer.entry.response
    place = (answer.sheet or table.grid.name, response.cell, item.id)
    details = (*offered_choices(item, table, catalog), *entry.details)
    if not response.raw and entry.misplaced:
        column, text = entry.misplaced
        if column == NOTE_DETAIL:  # the sentence names it already
            details = offered_choices(item, table, catalog)
        yield Problem(ProblemCode.ANSWER_MISPLACED, *place, text, (("column", column), *details))
    elif not response.raw:
        if answer.elsewhere or must_answer(catalog, item):
            yield Problem(ProblemCode.UNANSWERED, *place, answer.elsewhere or None, details)
    elif entry.fault or response.choice is None:
        code = entry.fault or _not_understood_code(item, catalog)
        yield Problem(code, *place, response.raw, details)
    else:
        if entry.formula:
            yield Problem(ProblemCode.FORMULA_ANSWER, *place, response.raw)
        label = enter_answer(catalog, item, response.choice, Wording(table.lang))
        is_same = response.raw == label or response.is_confirmed
        if not is_same and not _is_plain_day(item, response.raw):
            code = ProblemCode.STRUCK_PART if entry.struck else ProblemCode.ANSWER_READ_AS
            yield Problem(code, *place, response.raw, (("read", label),))
        choice = catalog.choices_of(item).get(response.choice)
        if choice and choice.role is ChoiceRole.NOT_APPLICABLE and not item.na_allowed:
            yield Problem(ProblemCode.NA_NOT_ALLOWED, *place, response.raw, details)


def _not_understood_code(item: Item, catalog: Catalog) -> ProblemCode:
    """The problem of an entry that cannot be read; one that nothing depends on holds nothing."""
    counts = item.kind is ItemKind.SINGLE or item.id in list_gate_items(catalog)
    return ProblemCode.NOT_UNDERSTOOD if counts else ProblemCode.ENTRY_NOT_UNDERSTOOD


def _is_plain_day(item: Item, text: str) -> bool:
    """Whether a day was typed as year, month and day."""
    return item.kind is ItemKind.DATE and parse_typed_date(text)[1]


def offered_choices(item: Item, table: QuestionTable, catalog: Catalog) -> Details:
    """The detail of a problem that says what an item takes."""
    return (("expected", describe_entry(catalog, item, Wording(table.lang))),)


def _read_cell(
    table: QuestionTable, row: QuestionRow, at: int, vocabulary: Vocabulary
) -> AnswerEntry:
    grid, col = table.grid, table.answer or 0
    area = table.merged.get(at)
    item = row.item.id if row.item else ""
    remark = _join_cells(table, at, QuestionColumn.REMARK)
    evidence = _join_cells(table, at, QuestionColumn.EVIDENCE)
    response = Response(item, None, "", remark, cell_name(at, col), evidence)
    if area and at > row.first and area[0] < at:  # the rest of a merge that was read above
        return AnswerEntry(response)
    cell = _speaking_cell(table, at, area) if area else (at, col)
    text, mark = tidy_text(grid.text(*cell)), grid.marks.get(cell)
    fault = unreadable_answer_code(mark, text) if text or mark else None
    raw = text or _PLACEHOLDERS.get(fault or ProblemCode.UNANSWERED, "")
    if area and raw and at in table.shared:
        fault, raw = ProblemCode.MERGED_ANSWER, f"{_area_name(area)}: {raw}"
    left = grid.struck.get(cell)
    words = raw if left is None else tidy_text(left)
    answer = None
    if row.item and words and not fault and not row.choice:  # a mark is read with its other lines
        if vocabulary.is_ambiguous(row.item, words):
            fault = ProblemCode.ANSWER_AMBIGUOUS
        else:
            answer = read_value(vocabulary, row.item, words)
    former = _read_former(table, row.item, at, vocabulary) if row.item else None
    is_confirmed = bool(row.item) and answer is None and not fault and is_confirmation(words)
    if is_confirmed:
        answer = former.id if former else None
        fault = None if former else ProblemCode.FORMER_ANSWER_MISSING
    if left is not None and answer is None:
        fault = fault or ProblemCode.STRUCK_ANSWER
    response = replace(
        response,
        choice=answer,
        raw=raw,
        is_confirmed=is_confirmed and answer is not None,
        former=former.id if former else "",
    )
    note = grid.notes.get(cell, "")
    misplaced = None
    if row.item and not (raw or row.choice):
        misplaced = _find_misplaced(table, row.item, at, vocabulary, note)
    parts = {"font": grid.symbol_fonts.get(cell), NOTE_DETAIL: note}
    details = tuple((name, text) for name, text in parts.items() if text)
    is_formula = mark is CellMark.FORMULA
    return AnswerEntry(response, fault, is_formula, misplaced, left is not None, details)


def _join_cells(table: QuestionTable, row: int, name: QuestionColumn) -> str:
    """Join what stands in a row under a heading."""
    columns = table.columns.get(name, ())
    return "\n".join(filter(None, (tidy_text(table.grid.text(row, col)) for col in columns)))


def _find_misplaced(
    table: QuestionTable, item: Item, row: int, vocabulary: Vocabulary, note: str
) -> tuple[str, str] | None:
    """Find a choice in the note on a blank answer, among the remarks or the last answers.

    A label among the last answers is what we filled in there; only other words are the client's.
    """
    if vocabulary.find_choice(item, note):
        return NOTE_DETAIL, note
    grid = table.grid
    for name in (QuestionColumn.REMARK, QuestionColumn.FORMER):
        for column in table.columns.get(name, ()):
            text = tidy_text(grid.struck.get((row, column), grid.text(row, column)))
            is_ours = name is QuestionColumn.FORMER and vocabulary.is_former_mark(item, text)
            choice = vocabulary.find_choice(item, text) if text and not is_ours else None
            if choice and (name is QuestionColumn.REMARK or text != choice.label[table.lang]):
                return name.value, text
    return None


def _read_former(
    table: QuestionTable, item: Item, row: int, vocabulary: Vocabulary
) -> Choice | None:
    """Read the answer of last time that we wrote beside an answer, and that can be chosen still."""
    for column in table.columns.get(QuestionColumn.FORMER, ()):
        text = tidy_text(table.grid.text(row, column))
        for choice in vocabulary.catalog.offered(item):
            if text and text in (choice.label[lang] for lang in Lang):
                return choice
    return None


def _speaking_cell(table: QuestionTable, at: int, area: CellArea) -> CellPosition:
    """Find the cell that holds the answer of a merged cell: the first one, as people see it.

    A text of the answer cell's own comes before it within one question, because programs that move
    rows leave merges behind; the question's number and last year's answer are never an answer.
    """
    own, first = (at, table.answer or 0), area[:2]
    former = table.columns.get(QuestionColumn.FORMER, ())
    others = [col for col in (table.ids, *former) if col is not None]
    if any(area[1] <= col <= area[3] for col in others) or not table.holds(first):
        return own
    return first if at in table.shared or not table.holds(own) else own


def _area_name(area: CellArea) -> str:
    top, left, last, right = area
    return f"{cell_name(top, left)}:{cell_name(last, right)}"


def _decide_answer(
    item: Item, entries: Sequence[AnswerEntry], table: QuestionTable, missing: ProblemCode
) -> ItemAnswer:
    """Decide on one answer to an item: what several rows agree on, nothing where they differ."""
    name = table.grid.name
    if not entries:
        blank = AnswerEntry(Response(item.id))
        return ItemAnswer(item, blank, Problem(missing, name, item=item.id), is_final=True)
    if len(entries) == 1:
        return ItemAnswer(item, entries[0])
    filled = [entry for entry in entries if entry.response.raw]
    if len({entry.content for entry in filled}) > 1:
        shown = _show_entries(filled)
        place = filled[1].response.cell
        undecided = AnswerEntry(join_texts(Response(item.id, None, shown, cell=place), entries))
        problem = Problem(ProblemCode.DUPLICATE_ITEM, name, place, item.id, shown)
        return ItemAnswer(item, undecided, problem, is_final=True)
    best = _with_texts((filled or entries)[0], entries)
    raw, place = best.response.raw, entries[1].response.cell
    return ItemAnswer(item, best, Problem(ProblemCode.DUPLICATE_SAME, name, place, item.id, raw))
