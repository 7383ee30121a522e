"""A file that holds a table -> its cells: a workbook of any kind, or text cut by a separator.

Which separator it is, the headings tell: it is not guessed from the letters.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.cells import CellMark, Grid, RefusedError, WorkbookContent, unsafe_file_error
from sheet_diag.intake.discovery import FileChangingError, read_stable_file
from sheet_diag.intake.file_types import WORKBOOK_KINDS, FileKind, detect_file_kind
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.intake.returns.vocabulary import question_key
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import MIB, IntakeSettings, Limits
from sheet_diag.text.normalize import tidy_text
from sheet_diag.text.problems import problem_message
from sheet_diag.text.wording import Wording

Cells = tuple[str, ...]

SEPARATORS: Final = (",", "\t", ";")
_TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")
_WORKBOOK_KINDS: Final = (*WORKBOOK_KINDS, FileKind.ENCRYPTED, FileKind.DAMAGED)
_TEXT_FORMULA: Final = re.compile(r'="(.*)"')  # how firms keep the zeros of 001 in a CSV file


class TableFileError(Exception):
    """A file whose cells cannot be read. `key` is `access`, `encoding`, `quotes`, `empty` or
    `unreadable`; `parts` is what a sentence about it may ask for."""

    def __init__(self, key: str, /, **parts: str) -> None:
        self.key = key
        self.parts = parts
        super().__init__(key)


def read_table_file(
    path: Path, limits: Limits, find_separator: Callable[[str], str]
) -> WorkbookContent:
    """Read the cells of a file; a text is one sheet without a name. Raises `TableFileError`."""
    try:
        content = read_stable_file(path.resolve())
        return _read_cells(content, path, limits, find_separator)
    except (OSError, FileChangingError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise TableFileError("access", reason=reason) from error
    except RefusedError as error:
        key = "empty" if error.problem.code is ProblemCode.EMPTY_FILE else "unreadable"
        why = {f"why_{lang.value}": problem_message(error.problem, lang) for lang in Lang}
        raise TableFileError(key, **why) from error


def find_separator_by_header(
    text: str, headings: Headings, is_header: Callable[[HeadedColumns], bool]
) -> str | None:
    """Find the separator that makes some row of a text one of headings; None where none does."""
    for separator in SEPARATORS:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        with suppress(csv.Error):  # is raised again when the rows are read
            if any(is_header(match_headings(row, headings)) for row in rows):
                return separator
    return None


def _read_cells(
    content: bytes, path: Path, limits: Limits, find_separator: Callable[[str], str]
) -> WorkbookContent:
    kind = detect_file_kind(content, path.name)
    is_text = path.suffix.lower() in _TEXT_SUFFIXES and kind not in _WORKBOOK_KINDS
    if not is_text and kind is not FileKind.TEXT:
        opened = open_workbook_bytes(content, path.name, IntakeSettings(limits))
        return read_workbook(opened, limits)
    if not content.strip():
        raise RefusedError(Problem(ProblemCode.EMPTY_FILE))
    if len(content) > limits.file * MIB:
        size = f"{len(content) / MIB:.0f} MiB"
        raise RefusedError(Problem(ProblemCode.TOO_LARGE, value=size))
    text = _decode(content)
    rows = tuple(_split_rows(text, find_separator(text)))
    if sum(map(len, rows)) > limits.area:
        raise unsafe_file_error("area")
    return WorkbookContent((Grid("", visible=True, rows=rows),))


def _decode(content: bytes) -> str:
    """Decode what Excel saves: CSV in CP932 or UTF-8, 「Unicode テキスト」 in UTF-16."""
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "cp932"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise TableFileError("encoding")


def _split_rows(text: str, separator: str) -> Iterator[Cells]:
    """Split a text into rows; raises `TableFileError` for a quotation mark out of place."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for row in rows:
            yield tuple(map(_strip_text_formula, row))
            line = rows.line_num + 1
    except csv.Error as error:
        raise TableFileError("quotes", line=str(line)) from error


def _strip_text_formula(cell: str) -> str:
    """Return the text of a cell such as `="001"`."""
    found = _TEXT_FORMULA.fullmatch(cell)
    return found[1] if found else cell


Headings = Mapping[str, str]  # the column of each heading, spelt as `question_key` spells it
HeadedColumns = Mapping[str, tuple[int, ...]]  # where the headings of each column stand


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table. `row` counts from 0, `places` are the columns by their names."""

    grid: Grid
    row: int
    places: Mapping[str, int]

    def text(self, column: str) -> str:
        """Return the text, tidied; empty where there is no such column."""
        return tidy_text(self.raw(column))

    def raw(self, column: str) -> str:
        """Return the text as it stands in the cell; empty where there is no such column."""
        place = self.places.get(column)
        return "" if place is None else self.grid.text(self.row, place)

    def mark(self, column: str) -> CellMark | None:
        """Return what is special about the cell."""
        return self.grid.marks.get((self.row, self.places.get(column, -1)))

    def cell(self, column: str) -> str:
        """Return the name of the cell, such as `B3`."""
        return cell_name(self.row, self.places[column])


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the row of its headings, the first row below that is not its own, its columns."""

    grid: Grid
    header: int
    end: int
    columns: HeadedColumns

    @property
    def corner(self) -> str:
        """The cell of the first heading of ours."""
        return cell_name(self.header, min(places[0] for places in self.columns.values()))

    def rows(self) -> Iterator[TableRow]:
        """Yield the rows that hold anything in a column of ours, be it a mark without a text."""
        places = {column: found[0] for column, found in self.columns.items()}
        for number in range(self.header + 1, self.end):
            row = TableRow(self.grid, number, places)
            if any(row.text(column) or row.mark(column) for column in places):
                yield row


def find_tables(
    grid: Grid,
    headings: Headings,
    is_header: Callable[[HeadedColumns], bool],
    first_rows: int | None = None,
) -> list[Table]:
    """Find the tables of a sheet, from the top; each goes on to the next row of headings.

    The headings stand among the `first_rows` rows (None: anywhere).
    """
    rows = enumerate(grid.rows[:first_rows])
    found = ((row, match_headings(cells, headings)) for row, cells in rows)
    headers = {row: columns for row, columns in found if columns and is_header(columns)}
    ends = pairwise((*headers, len(grid.rows)))
    return [Table(grid, row, end, headers[row]) for row, end in ends]


def match_headings(cells: Sequence[str], headings: Headings) -> HeadedColumns:
    """Find the columns that a row heads."""
    found: dict[str, tuple[int, ...]] = {}
    for place, text in enumerate(cells):
        if text and (column := headings.get(question_key(text))):
            found[column] = (*found.get(column, ()), place)
    return found


@cache
def read_headings(keys: tuple[str, ...]) -> Headings:
    """Read the labels of these keys in every language; a column is the last word of its key."""
    return {question_key(Wording(lang)(k)): k.rpartition(".")[2] for k in keys for lang in Lang}
