"""The cells of a sheet: kept by row until they are written, the finished ones already as XML.

It writes the XML that XlsxWriter writes, which held an object a cell and a call an attribute: that
was half the time of a report. Rows that `done` was told of are kept deflated, a twentieth of what
they take as objects; there the formats stand in the order in which they were first used, because
their numbers are known only when the sheets before are written.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name

from sheet_diag.xlsx.cell_descriptions import describe_cells
from sheet_diag.xlsx.cell_values import BLANK, SHARED, CellContent, SharedStrings
from sheet_diag.xlsx.errors import WorkbookError
from sheet_diag.xlsx.formats import CellFormat, FormatNumbers

ROWS: Final = 1_048_576
COLUMNS: Final = 16_384
Cell = tuple[CellFormat, CellContent]
SheetRange = tuple[int, int, int, int]  # first row, first column, last row, last column

_BLOCK: Final = 16  # XlsxWriter tells the columns in use once for so many rows
_MANY: Final = 32 * _BLOCK  # rows that are worth deflating
_MARK: Final = "\0"  # around a format that has no number yet; XML holds none


class _CellsByRow(dict[int, dict[int, Cell]]):
    """The cells of each row by column; a row before `first` is finished."""

    first = 0

    def __missing__(self, row: int) -> dict[int, Cell]:
        if not self.first <= row < ROWS:
            raise WorkbookError(f"row {row} is outside of the sheet or already finished")
        cells: dict[int, Cell] = {}
        self[row] = cells
        return cells


class _ColumnNames(dict[int, str]):
    """The names of columns."""

    def __missing__(self, col: int) -> str:
        name = self[col] = str(xl_col_to_name(col))
        return name


class _FormatXml(dict[CellFormat, str]):
    """What stands after the number of the row: a format by its number in the workbook."""

    def __init__(self, numbers: FormatNumbers) -> None:
        super().__init__()
        self._numbers = numbers

    def __missing__(self, form: CellFormat) -> str:
        xml = self[form] = f'" s="{self._numbers[form]}"'
        return xml


class _FormatMarks(dict[CellFormat, str]):
    """The same for a format that has no number yet: its place among these."""

    def __missing__(self, form: CellFormat) -> str:
        xml = self[form] = f'" s="{_MARK}{len(self)}{_MARK}"'
        return xml


_COLUMN_NAMES: Final = _ColumnNames()


class CellStore:
    """The cells of a sheet. `notes` (by row and column) and `merges` are XlsxWriter's own."""

    def __init__(self, notes: Mapping[int, Mapping[int, Any]], merges: list[SheetRange]) -> None:
        self._merges = merges
        self.row_trait = ""  # what XlsxWriter says of each row where Excel 2010's rules are
        self._notes = notes
        self._rows = _CellsByRow()
        self._lines: dict[int, tuple[int, str]] = {}  # how many cells a row starts with, as XML
        self._heights: dict[int, str] = {}  # as attributes of the row
        self._merged: defaultdict[int, int] = defaultdict(int)  # of each row, a bit a column
        self._tables: list[SheetRange] = []
        self._finished: list[bytes] = []
        self._left: list[str] = []
        self._edge_rows: set[int] = set()
        self._edge_columns: set[int] = set()
        self._marks = _FormatMarks()
        self.entries: set[tuple[int, int]] = set()  # cells that a person fills in

    def put(self, row: int, col: int, form: CellFormat, content: CellContent) -> None:
        """Write a cell."""
        if not 0 <= col < COLUMNS:
            raise WorkbookError(f"column {col} is outside of the sheet")
        self._rows[row][col] = (form, content)

    def put_row(self, row: int, cells: Sequence[Cell]) -> None:
        """Write cells from the first column on."""
        if len(cells) > COLUMNS:
            raise WorkbookError(f"column {len(cells) - 1} is outside of the sheet")
        self._rows[row].update(enumerate(cells))

    def write(self, row: int, width: int, xml: str) -> None:
        """Write the first cells of a row as XML, each made of its `start`, the number of the row,
        and its `rest`. Other cells stand to their right."""
        self.require_open(row)
        if width > COLUMNS:
            raise WorkbookError(f"column {width - 1} is outside of the sheet")
        self._lines[row] = (width, xml)

    def start(self, col: int) -> str:
        """Write the XML of a cell before the number of its row."""
        return f'<c r="{_COLUMN_NAMES[col]}'

    def rest(self, cell: Cell) -> str:
        """Write the XML of a cell after the number of its row."""
        form, (xml, _) = cell
        return f"{self._marks[form]}{xml}"

    def merge(self, area: SheetRange, form: CellFormat) -> None:
        """Merge an area; its cells are blank."""
        top, left, bottom, right = area
        if not 0 <= left <= right < COLUMNS or top > bottom or (top, left) == (bottom, right):
            raise WorkbookError(f"no area to be merged: {area}")
        if self._tables and any(_overlap(area, table) for table in self._tables):
            raise WorkbookError(f"a table stands where cells are merged: {area}")
        columns = (2 << right) - (1 << left)
        blanks = dict.fromkeys(range(left, right + 1), (form, BLANK))
        for row in range(top, bottom + 1):
            if self._merged[row] & columns:
                raise WorkbookError(f"cells are merged already: {area}")
            self._merged[row] |= columns
            self._rows[row].update(blanks)
        self._merges.append(area)

    def claim(self, area: SheetRange) -> None:
        """Keep an area for a table."""
        top, left, bottom, right = area
        columns = (2 << right) - (1 << left)
        merged = any(bits & columns for row, bits in self._merged.items() if top <= row <= bottom)
        if merged or any(_overlap(area, table) for table in self._tables):
            raise WorkbookError(f"something stands where a table is to be: {area}")
        self._tables.append(area)

    def height(self, row: int, attributes: str) -> None:
        """Set the height of a row."""
        self.require_open(row)
        self._heights[row] = attributes

    def require_open(self, row: int) -> None:
        """Refuse a row that is finished or outside of the sheet."""
        if not self._rows.first <= row < ROWS:
            raise WorkbookError(f"row {row} is outside of the sheet or finished")

    def done(self, row: int) -> None:
        """Finish the rows before this one, once they are many."""
        end = row - row % _BLOCK
        if end - self._rows.first >= _MANY:
            self._finish(end)

    def _finish(self, end: int) -> None:
        text = "".join(self._texts(end, self._marks))
        self._finished.append(zlib.compress(text.encode(), 1))
        self._rows.first = end
        for rows in (self._rows, self._lines, self._heights, self._merged):
            for each in [each for each in rows if each < end]:
                del rows[each]

    def row(self, row: int) -> Mapping[int, Cell]:
        """Give the cells of a row, for a chart."""
        self.require_open(row)
        if row in self._lines:
            raise WorkbookError(f"no chart can show row {row}")
        return self._rows.get(row, {})

    def describe(self, texts: Sequence[str]) -> list[str]:
        """Describe every cell that holds something, but those for entries, from the top.

        `texts` are the shared strings. Raises `ValueError` where rows are finished already.
        """
        if self._finished:
            raise ValueError("the cells of finished rows are not told")
        return [*describe_cells(self._rows, self._lines, list(self._marks), texts, self.entries)]

    def __bool__(self) -> bool:
        """Whether anything was written."""
        return bool(self._rows or self._lines or self._finished)

    def close(self, numbers: FormatNumbers) -> tuple[set[int], set[int]]:
        """Make XML of what is left. Rows and columns come back, the outmost and some between."""
        if self._finished or self._lines:
            self._finish(ROWS)
        self._left = list(self._texts(ROWS, _FormatXml(numbers)))
        return self._edge_rows, self._edge_columns

    def xml(self, numbers: FormatNumbers) -> Iterator[str]:
        """Write the rows of a closed sheet, in pieces."""
        for finished in self._finished:
            yield self._numbered(finished, numbers)
        yield from self._left

    def _texts(self, end: int, formats: Mapping[CellFormat, str]) -> Iterator[str]:
        first = self._rows.first
        known = {*self._rows, *self._lines, *self._heights, *self._notes}
        rows = sorted(row for row in known if first <= row < end)
        for _, block in groupby(rows, lambda row: row // _BLOCK):
            yield self._block(list(block), formats)

    def _block(self, block: Sequence[int], formats: Mapping[CellFormat, str]) -> str:
        cells, notes = self._rows.get, self._notes.get
        used: set[int] = set()
        used.update(*(cells(row, ()) for row in block), *(notes(row, ()) for row in block))
        for row in block:
            if row in self._lines:
                used.update((0, self._lines[row][0] - 1))
        spans = ""
        if used:
            first, last = min(used), max(used)
            self._edge_columns.update((first, last))
            spans = f' spans="{first + 1}:{last + 1}"'
        self._edge_rows.update((block[0], block[-1]))
        return "".join([self._row(row, spans, formats) for row in block])

    def _row(self, row: int, spans: str, formats: Mapping[CellFormat, str]) -> str:
        number = str(row + 1)
        head = f'<row r="{number}"{spans}{self._heights.get(row, "")}{self.row_trait}'
        cells = self._rows.get(row, {})
        width, written = self._lines.get(row, (0, ""))
        if written and cells and min(cells) < width:
            raise WorkbookError(f"row {row} has a cell twice")
        if not (cells or written):
            return f"{head}/>"
        pieces = [f"{head}>{written}"]
        for col in sorted(cells):
            form, (xml, _) = cells[col]
            pieces.append(f'<c r="{_COLUMN_NAMES[col]}{number}{formats[form]}{xml}')
        pieces.append("</row>")
        return "".join(pieces)

    def _numbered(self, finished: bytes, numbers: FormatNumbers) -> str:
        forms = list(self._marks)
        pieces = zlib.decompress(finished).decode().split(_MARK)
        marks = dict.fromkeys(pieces[1::2])  # in the order of the cells
        names = {mark: str(numbers[forms[int(mark)]]) for mark in marks}
        pieces[1::2] = [names[mark] for mark in pieces[1::2]]
        return "".join(pieces)


def _overlap(one: SheetRange, other: SheetRange) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


class RowTemplate:
    """The rows of one table, `width` columns from column A on. No chart can show them."""

    def __init__(self, cells: CellStore, strings: SharedStrings, width: int) -> None:
        self._cells = cells
        self._strings = strings
        self._starts = [*map(cells.start, range(width)), ""]

    def kept(self, col: int, cell: Cell) -> str:
        """Make what is kept of a cell in a column."""
        return f"{self._cells.rest(cell)}{self._starts[col + 1]}"

    def write(self, row: int, kept: Sequence[str]) -> None:
        """Write a row of what was kept of the cells of all columns."""
        number = str(row + 1)
        xml = f"{self._starts[0]}{number}{number.join(kept)}"
        self._strings.count += xml.count(SHARED)
        self._cells.write(row, len(kept), xml)
