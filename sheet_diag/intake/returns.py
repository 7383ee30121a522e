"""Cells -> answers: finds the questions by id and the columns by header, wherever they moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.folding import fold, tidy
from sheet_diag.intake.company import read_profile
from sheet_diag.intake.grid import Grid
from sheet_diag.intake.identity import is_own_output, read_identity
from sheet_diag.layout import Column, cell_name, item_key
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Choice, Item, Role
from sheet_diag.model.returns import Code, Problem, Response, ReturnedSheet
from sheet_diag.wording import Wording

# What leaves nothing more to say of the answer itself.
_SETTLED: Final = (Code.ITEM_ROW_MISSING, Code.DUPLICATE_ITEM)


def read_return(
    grids: Sequence[Grid], content: bytes, catalog: Catalog
) -> tuple[ReturnedSheet | None, tuple[Problem, ...]]:
    """Read a workbook's cells; None where they are not a hearing sheet of the catalogue."""
    if is_own_output(grids, content):
        return None, (Problem(Code.OWN_OUTPUT),)
    identity, problems = read_identity(grids, content)
    if identity.catalog and identity.catalog != catalog.id:
        details = (("read", catalog.id),)
        return None, (Problem(Code.FOREIGN_CATALOG, value=identity.catalog, details=details),)
    tables = [table for grid in grids if (table := _find_table(grid, catalog))]
    if not any(table.rows for table in tables):
        return None, (Problem(Code.NOT_HEARING_SHEET),)
    usable = [table for table in tables if table.answer is not None]
    if not usable:
        return None, (Problem(Code.NO_ANSWER_COLUMN, sheet=tables[0].grid.name),)
    table, chosen = _choose(usable)
    responses, found = _read_responses(table, catalog)
    chosen = (*chosen, *_doubts(table))
    profile, noted = read_profile(grids, catalog)
    if identity.version and identity.version != catalog.version:
        details = (("read", catalog.version),)
        noted = (Problem(Code.OTHER_VERSION, value=identity.version, details=details), *noted)
    sheet = ReturnedSheet(identity, table.lang, profile, responses, table.grid.name)
    return sheet, (*problems, *chosen, *noted, *found)


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the questions stand on one sheet; `rows` holds (row, id as typed, item or None)."""

    grid: Grid
    lang: Lang
    id_column: int
    answer: int | None
    remark: int | None
    rows: tuple[tuple[int, str, Item | None], ...]
    answers: tuple[int, ...] = ()  # every column headed as the answers

    @property
    def answered(self) -> int:
        if self.answer is None:
            return 0
        return sum(1 for row, _, _ in self.rows if tidy(self.grid.text(row, self.answer)))


def _find_table(grid: Grid, catalog: Catalog) -> _Table | None:
    """The table of questions: the column with most item ids, and the headers above it."""
    known = {item_key(item.id): item for item in catalog.items.values()}
    hits: dict[int, list[int]] = {}
    for row, cells in enumerate(grid.rows):
        for col, text in enumerate(cells):
            if text and len(text) <= 60 and item_key(text) in known:
                hits.setdefault(col, []).append(row)
    if not hits:
        return None
    column = max(hits, key=lambda col: (len(hits[col]), -col))
    first = hits[column][0]
    lang, answer, answers = _find_header(grid, Column.ANSWER, first)
    _, remark, _ = _find_header(grid, Column.REMARK, first)
    rows = tuple(
        (row, text, known.get(item_key(text)))
        for row in range(first, len(grid.rows))
        if (text := tidy(grid.text(row, column)))
    )
    return _Table(grid, lang or Lang.JA, column, answer, remark, rows, answers)


def _find_header(
    grid: Grid, column: Column, before: int
) -> tuple[Lang | None, int | None, tuple[int, ...]]:
    """Language and position of a header above the first question, and every other of that row.

    The row that also heads the numbers comes first, then the nearest one.
    """
    names = _headers(column)
    rows = [
        row for row in range(before - 1, -1, -1) if any(fold(t) in names for t in grid.rows[row])
    ]
    numbers = _headers(Column.ID)
    rows.sort(key=lambda row: not any(fold(text) in numbers for text in grid.rows[row]))
    for row in rows:
        hits = [col for col, text in enumerate(grid.rows[row]) if fold(text) in names]
        return names[fold(grid.rows[row][hits[0]])], hits[0], tuple(hits)
    return None, None, ()


def _headers(column: Column) -> dict[str, Lang]:
    return {fold(Wording(lang)(f"sheet.column.{column.value}")): lang for lang in Lang}


def _choose(tables: Sequence[_Table]) -> tuple[_Table, tuple[Problem, ...]]:
    """The sheet with most answers (the first of equals); others that hold answers are told."""
    best = max(tables, key=lambda table: (table.answered, len(table.rows)))
    rivals = [table for table in tables if table is best or table.answered]
    if len(rivals) < 2:
        return best, ()
    names = ", ".join(table.grid.name for table in rivals)
    details = (("read", best.grid.name),)
    return best, (Problem(Code.SHEET_TWICE, best.grid.name, value=names, details=details),)


def _doubts(table: _Table) -> Iterator[Problem]:
    """What is wrong with the columns: which answers are meant must not be guessed."""
    name = table.grid.name
    if len(table.answers) > 1:
        cells = ", ".join(cell_name(0, col)[:-1] for col in table.answers)
        yield Problem(Code.ANSWER_COLUMN_TWICE, name, value=cells)
    if table.remark is None:
        yield Problem(Code.NO_REMARK_COLUMN, name)


def _read_responses(
    table: _Table, catalog: Catalog
) -> tuple[tuple[Response, ...], tuple[Problem, ...]]:
    answers: dict[str, list[Response]] = {}
    problems: list[Problem] = []
    spellings, headers = _spellings(catalog), _headers(Column.ID)
    for row, typed, item in table.rows:
        response = _read_row(table, row, item, spellings)
        if item is None:
            if (response.raw or response.remark) and fold(typed) not in headers:
                place = cell_name(row, table.id_column)
                problems.append(Problem(Code.UNKNOWN_ITEM, table.grid.name, place, value=typed))
        else:
            answers.setdefault(item.id, []).append(response)
    responses = []
    for item in catalog.items.values():
        response, found = _settle(item, answers.get(item.id, []), table)
        responses.append(response)
        problems += found
        if not any(problem.code in _SETTLED for problem in found):
            problems += _judge(item, response, table, catalog)
    return tuple(responses), tuple(problems)


def _read_row(
    table: _Table, row: int, item: Item | None, spellings: Mapping[str, Mapping[str, Choice]]
) -> Response:
    raw = table.grid.text(row, table.answer or 0)
    remark = tidy(table.grid.text(row, table.remark)) if table.remark is not None else ""
    place = cell_name(row, table.answer or 0)
    if item is None:
        return Response("", None, raw.strip(), remark, place)
    choice = spellings[item.answer_set].get(fold(raw))
    return Response(item.id, choice.id if choice else None, tidy(raw), remark, place)


def _settle(
    item: Item, responses: Sequence[Response], table: _Table
) -> tuple[Response, list[Problem]]:
    """One response an item: what several rows agree on, and never a guess where they do not."""
    if not responses:
        return Response(item.id), [Problem(Code.ITEM_ROW_MISSING, table.grid.name, item=item.id)]
    filled = [response for response in responses if response.raw]
    if len({response.choice or response.raw for response in filled}) > 1:
        shown = " / ".join(f"{response.cell}: {response.raw}" for response in filled)
        place = filled[1].cell
        undecided = Response(item.id, None, shown, _remarks(responses), place)
        name = table.grid.name
        return undecided, [Problem(Code.DUPLICATE_ITEM, name, place, item.id, shown)]
    best = replace((filled or responses)[0], remark=_remarks(responses))
    if len(responses) > 1:
        place = responses[1].cell
        name = table.grid.name
        return best, [Problem(Code.DUPLICATE_SAME, name, place, item.id, best.raw)]
    return best, []


def _remarks(responses: Sequence[Response]) -> str:
    return "\n".join(dict.fromkeys(each.remark for each in responses if each.remark))


def _judge(item: Item, response: Response, table: _Table, catalog: Catalog) -> list[Problem]:
    place = (table.grid.name, response.cell, item.id, response.raw or None)
    offered = " / ".join(choice.label[table.lang] for choice in catalog.offered(item))
    expected = (("expected", offered),)
    if not response.raw:
        return [Problem(Code.UNANSWERED, *place, details=expected)]
    if response.choice is None:
        return [Problem(Code.NOT_UNDERSTOOD, *place, details=expected)]
    choice = catalog.choices_of(item)[response.choice]
    found = []
    if response.raw != choice.label[table.lang]:
        read = (("read", choice.label[table.lang]),)
        found.append(Problem(Code.ANSWER_READ_AS, *place, details=read))
    if choice.role is Role.NOT_APPLICABLE and not item.na_allowed:
        found.append(Problem(Code.NA_NOT_ALLOWED, *place, details=expected))
    return found


def _spellings(catalog: Catalog) -> Mapping[str, Mapping[str, Choice]]:
    """Folded spellings of every answer set's choices: labels and aliases of both languages."""
    return {
        name: {fold(word): choice for choice in choices for word in _words(choice)}
        for name, choices in catalog.answer_sets.items()
    }


def _words(choice: Choice) -> Iterator[str]:
    yield from (choice.label.ja, choice.label.en)
    yield from (*choice.aliases.ja, *choice.aliases.en)
