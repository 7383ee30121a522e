"""overrides.xlsx -> what the consultant decided, line by line, and every line that has a fault.

Reads and understands; which return a line is about, and whether it changes anything, is settled by
`sheet_diag.judgement` once all returns are known. A line with any fault is told and left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.overrides import AnswerOverride, ClientComment, OverridesContent
from sheet_diag.model.record import Text
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.text.normalize import normalize_text, tidy_text
from sheet_diag.text.problems import problem_message
from sheet_diag.text.wording import Wording

_HEADER_ROWS: Final = 30  # the headings stand among the first rows of a sheet
_SEPARATOR: Final = {Lang.JA: "・", Lang.EN: ", "}


def is_overrides_file(found: InputFile) -> bool:
    """Whether a file of the input folder is the consultant's, by its name."""
    return found.name.casefold() == OVERRIDES_FILE


def read_overrides(
    content: bytes, name: str, catalog: Catalog, reading: IntakeSettings
) -> tuple[OverridesContent | None, tuple[Problem, ...]]:
    """The decisions in a file (None: it cannot be read), and what is wrong with it.

    Raises nothing for whatever it may hold.
    """
    try:
        opened = open_workbook_bytes(content, name, reading)
        book = read_workbook(opened, reading.limits)
    except RefusedError as error:
        why = (f"why_{lang.value}" for lang in Lang)
        texts = (problem_message(error.problem, lang).rstrip("。") for lang in Lang)
        details = tuple(zip(why, texts, strict=True))
        return None, (Problem(ProblemCode.OVERRIDES_UNREAD, details=details),)
    return parse_overrides(book, catalog)


def parse_overrides(
    book: WorkbookContent, catalog: Catalog
) -> tuple[OverridesContent, tuple[Problem, ...]]:
    """The decisions in a workbook's cells, and every fault."""
    amendments: list[AnswerOverride] = []
    remarks: list[ClientComment] = []
    faults: list[Problem] = list(find_stray_cells(book.grids))
    lexicon = vocabulary_of(catalog)
    for grid in book.grids:
        kind = _find_table(grid)
        if kind is None:
            continue
        row, columns = kind
        missing = [*_check_columns(grid, row, columns)]
        faults += missing
        for line in () if missing else _iterate_lines(grid, row, columns):
            found = _parse_line(line, columns, lexicon)
            if isinstance(found, AnswerOverride):
                amendments.append(found)
            elif isinstance(found, ClientComment):
                remarks.append(found)
            else:
                faults.append(found)
    if not (amendments or remarks or faults):
        faults.append(Problem(ProblemCode.OVERRIDES_EMPTY))
    return OverridesContent(tuple(amendments), tuple(remarks)), tuple(faults)


def _find_table(grid: Grid) -> tuple[int, Sequence[str]] | None:
    """The row of the headings and the columns that they should name; None on any other sheet.

    Two headings tell a table, and so does the name of the sheet where they were written over.
    """
    tables = (("amendments", OVERRIDE_COLUMNS), ("remarks", COMMENT_COLUMNS))
    found = max(
        (_count_headings(grid, row, columns), -row, sheet, columns)
        for row in range(max(1, min(len(grid.rows), _HEADER_ROWS)))
        for sheet, columns in tables
    )
    if found[0] > 1:
        return -found[1], found[3]
    for sheet, columns in tables:
        if normalize_text(grid.name) in heading_spellings(f"overrides.sheet.{sheet}"):
            return 0, columns
    return None


def _count_headings(grid: Grid, row: int, columns: Sequence[str]) -> int:
    """How many of the columns a row heads."""
    return sum(1 for column in columns if _find_columns(grid, row, column))


def _find_columns(grid: Grid, row: int, column: str) -> list[int]:
    names = heading_spellings(f"overrides.column.{column}")
    cells = grid.rows[row] if row < len(grid.rows) else ()
    return [col for col, text in enumerate(cells) if normalize_text(text) in names]


def _check_columns(grid: Grid, row: int, columns: Sequence[str]) -> Iterator[Problem]:
    cells = grid.rows[row] if row < len(grid.rows) else ()
    lang = Lang.EN if any(cells) and all(text.isascii() for text in cells) else Lang.JA
    for column in columns:
        places = _find_columns(grid, row, column)
        if len(places) != 1:
            cell = cell_name(row, places[-1] if places else 0)
            heading = Wording(lang)(f"overrides.column.{column}")
            yield Problem(ProblemCode.OVERRIDES_COLUMN, grid.name, cell, value=heading)


@dataclass(frozen=True, slots=True)
class _OverridesLine:
    """One line that holds anything: its texts by column, and where they stand."""

    grid: Grid
    row: int
    places: Mapping[str, int]

    def text(self, column: str) -> str:
        return tidy_text(self.grid.text(self.row, self.places[column]))

    def cell(self, column: str) -> str:
        return cell_name(self.row, self.places[column])

    def holds(self, column: str) -> bool:
        """Also what has no text, such as a formula that was not calculated."""
        return bool(self.text(column)) or (self.row, self.places[column]) in self.grid.marks

    def problem(self, code: ProblemCode, column: str, item: str = "", **details: Text) -> Problem:
        texts = [(f"{key}_{lang.value}", v[lang]) for key, v in details.items() for lang in Lang]
        place = (self.grid.name, self.cell(column), item or None, self.text(column) or None)
        return Problem(code, *place, tuple(texts))


def _iterate_lines(grid: Grid, header: int, columns: Sequence[str]) -> Iterator[_OverridesLine]:
    places = {column: _find_columns(grid, header, column)[0] for column in columns}
    for row in range(header + 1, len(grid.rows)):
        line = _OverridesLine(grid, row, places)
        if any(map(line.holds, columns)):
            yield line


def _parse_line(
    line: _OverridesLine, columns: Sequence[str], lexicon: Vocabulary
) -> AnswerOverride | ClientComment | Problem:
    """What a line decides, or its first fault."""
    if blank := [column for column in columns if not line.text(column)]:
        names = {lang: [Wording(lang)(f"overrides.column.{c}") for c in blank] for lang in Lang}
        fields = {lang.value: _SEPARATOR[lang].join(names[lang]) for lang in Lang}
        return line.problem(ProblemCode.OVERRIDE_INCOMPLETE, blank[0], fields=Text(**fields))
    if columns == OVERRIDE_COLUMNS:
        return _parse_answer_override(line, lexicon)
    return ClientComment(
        line.text("client"), line.text("text"), line.grid.name, line.cell("client")
    )


def _parse_answer_override(line: _OverridesLine, lexicon: Vocabulary) -> AnswerOverride | Problem:
    catalog, item = lexicon.catalog, lexicon.items.get(item_key(line.text("item")))
    if item is None:
        return line.problem(ProblemCode.OVERRIDE_ITEM_UNKNOWN, "item")
    choice = lexicon.spellings[item.answer_set].get(normalize_text(line.text("after")))
    if choice not in tuple(catalog.offered(item)) or choice is None:
        refused = (
            ProblemCode.OVERRIDE_NA_NOT_ALLOWED if choice else ProblemCode.OVERRIDE_NOT_UNDERSTOOD
        )
        return line.problem(refused, "after", item.id, expected=_expected_answers(item, catalog))
    return AnswerOverride(
        client=line.text("client"),
        item=item.id,
        after=choice.id,
        reason=line.text("reason"),
        by=line.text("by"),
        sheet=line.grid.name,
        row=line.row + 1,
        cells=(line.cell("client"), line.cell("item")),
    )


def _expected_answers(item: Item, catalog: Catalog) -> Text:
    labels = [choice.label for choice in catalog.offered(item)]
    return Text(ja=" / ".join(t.ja for t in labels), en=" / ".join(t.en for t in labels))
