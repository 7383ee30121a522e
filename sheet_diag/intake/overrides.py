"""overrides.xlsx -> what the consultant decided, row by row, and every row that has a fault.

Which return a row is about, and whether it changes anything, is found by
`sheet_diag.diagnosis.overrides` once all returns are known. A row with a fault decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from sheet_diag.forms.layout import (
    COMMENT_COLUMNS,
    OVERRIDE_COLUMNS,
    OVERRIDES_FILE,
    cell_name,
    item_key,
)
from sheet_diag.intake.cells import Grid, RefusedError, WorkbookContent
from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.intake.returns.question_tables import find_stray_cells
from sheet_diag.intake.returns.vocabulary import Vocabulary, heading_spellings, vocabulary_of
from sheet_diag.intake.table_file import (
    HeadedColumns,
    Headings,
    Table,
    TableRow,
    find_tables,
    match_headings,
    read_headings,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.overrides import AnswerOverride, ClientComment, OverridesContent
from sheet_diag.model.record import Text
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.text.normalize import normalize_text
from sheet_diag.text.problems import problem_message
from sheet_diag.text.wording import Wording

_HEADER_ROWS: Final = 30  # the headings stand among the first rows of a sheet
_SHEETS: Final = {
    "overrides.sheet.amendments": OVERRIDE_COLUMNS,
    "overrides.sheet.remarks": COMMENT_COLUMNS,
}
_SEPARATOR: Final = {Lang.JA: "・", Lang.EN: ", "}


def is_overrides_file(found: InputFile) -> bool:
    """Tell whether a file of the input folder is the consultant's, by its name."""
    return found.name.casefold() == OVERRIDES_FILE


def read_overrides(
    content: bytes, name: str, catalog: Catalog, reading: IntakeSettings
) -> tuple[OverridesContent | None, tuple[Problem, ...]]:
    """Read the content of a file (None: it cannot be read), and what is wrong with it.

    Raises nothing for whatever it may hold.
    """
    try:
        opened = open_workbook_bytes(content, name, reading)
        workbook = read_workbook(opened, reading.limits)
    except RefusedError as error:
        why = (f"why_{lang.value}" for lang in Lang)
        texts = (problem_message(error.problem, lang).rstrip("。") for lang in Lang)
        details = tuple(zip(why, texts, strict=True))
        return None, (Problem(ProblemCode.OVERRIDES_UNREAD, details=details),)
    return parse_overrides(workbook, catalog)


def parse_overrides(
    workbook: WorkbookContent, catalog: Catalog
) -> tuple[OverridesContent, tuple[Problem, ...]]:
    """Read the overrides and comments in a workbook's cells, and every fault."""
    overrides: list[AnswerOverride] = []
    comments: list[ClientComment] = []
    faults: list[Problem] = list(find_stray_cells(workbook.grids))
    vocabulary = vocabulary_of(catalog)
    for grid in workbook.grids:
        table, columns = _find_table(grid)
        wrong = [*_check_columns(table, columns)]
        faults += wrong
        for row in () if wrong or not columns else table.rows():
            found = _parse_row(row, columns, vocabulary)
            if isinstance(found, AnswerOverride):
                overrides.append(found)
            elif isinstance(found, ClientComment):
                comments.append(found)
            else:
                faults.append(found)
    if not (overrides or comments or faults):
        faults.append(Problem(ProblemCode.OVERRIDES_EMPTY))
    return OverridesContent(tuple(overrides), tuple(comments)), tuple(faults)


def _find_table(grid: Grid) -> tuple[Table, Sequence[str]]:
    """Find the table of a sheet and the columns that it should have (none on any other sheet).

    Two headings tell a table, and so does the name of the sheet where they were written over.
    """
    found = [
        (table, columns)
        for columns in (OVERRIDE_COLUMNS, COMMENT_COLUMNS)
        for table in find_tables(grid, _headings(columns), _has_two, _HEADER_ROWS)
    ]
    if found:
        table, columns = max(found, key=lambda each: len(each[0].columns))
        return replace(table, end=len(grid.rows)), columns
    named = normalize_text(grid.name)
    for key, named_columns in _SHEETS.items():
        if named in heading_spellings(key):
            cells = grid.rows[0] if grid.rows else ()
            headed = match_headings(cells, _headings(named_columns))
            return Table(grid, 0, len(grid.rows), headed), named_columns
    return Table(grid, 0, 0, {}), ()


def _headings(columns: Sequence[str]) -> Headings:
    return read_headings(tuple(f"overrides.column.{column}" for column in columns))


def _has_two(columns: HeadedColumns) -> bool:
    return len(columns) > 1


def _check_columns(table: Table, columns: Sequence[str]) -> Iterator[Problem]:
    """Find headings that are missing or stand twice."""
    cells = table.grid.rows[table.header] if table.grid.rows else ()
    lang = Lang.EN if any(cells) and all(text.isascii() for text in cells) else Lang.JA
    for column in columns:
        places = table.columns.get(column, ())
        if len(places) != 1:
            cell = cell_name(table.header, places[-1] if places else 0)
            heading = Wording(lang)(f"overrides.column.{column}")
            yield Problem(ProblemCode.OVERRIDES_COLUMN, table.grid.name, cell, value=heading)


def _parse_row(
    row: TableRow, columns: Sequence[str], vocabulary: Vocabulary
) -> AnswerOverride | ClientComment | Problem:
    """Read what a row decides, or its first fault."""
    if blank := [column for column in columns if not row.text(column)]:
        names = {lang: [Wording(lang)(f"overrides.column.{c}") for c in blank] for lang in Lang}
        fields = {lang.value: _SEPARATOR[lang].join(names[lang]) for lang in Lang}
        code = ProblemCode.OVERRIDE_INCOMPLETE
        return _row_problem(row, code, blank[0], fields=Text(**fields))
    if columns == OVERRIDE_COLUMNS:
        return _parse_answer_override(row, vocabulary)
    return ClientComment(row.text("client"), row.text("text"), row.grid.name, row.cell("client"))


def _parse_answer_override(row: TableRow, vocabulary: Vocabulary) -> AnswerOverride | Problem:
    catalog, item = vocabulary.catalog, vocabulary.items.get(item_key(row.text("item")))
    if item is None:
        return _row_problem(row, ProblemCode.OVERRIDE_ITEM_UNKNOWN, "item")
    choice = vocabulary.spellings[item.answer_set].get(normalize_text(row.text("after")))
    if choice not in tuple(catalog.offered(item)) or choice is None:
        is_na = choice is not None
        code = ProblemCode.OVERRIDE_NA_NOT_ALLOWED if is_na else ProblemCode.OVERRIDE_NOT_UNDERSTOOD
        return _row_problem(row, code, "after", item.id, expected=_expected_answers(item, catalog))
    return AnswerOverride(
        client=row.text("client"),
        item=item.id,
        after=choice.id,
        reason=row.text("reason"),
        by=row.text("by"),
        sheet=row.grid.name,
        row=row.row + 1,
        cells=(row.cell("client"), row.cell("item")),
    )


def _row_problem(
    row: TableRow, code: ProblemCode, column: str, item: str = "", **details: Text
) -> Problem:
    """Make the problem of a cell of a row."""
    texts = [(f"{key}_{lang.value}", v[lang]) for key, v in details.items() for lang in Lang]
    place = (row.grid.name, row.cell(column), item or None, row.text(column) or None)
    return Problem(code, *place, tuple(texts))


def _expected_answers(item: Item, catalog: Catalog) -> Text:
    labels = [choice.label for choice in catalog.offered(item)]
    return Text(ja=" / ".join(t.ja for t in labels), en=" / ".join(t.en for t in labels))
