"""A worksheet of XlsxWriter whose cells are ours; whatever else a sheet has it writes itself."""

from __future__ import annotations

from functools import cache
from typing import Any

from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from sheet_diag.text.sheet_content import describe_sheet
from sheet_diag.xlsx.cell_values import SharedStrings
from sheet_diag.xlsx.cell_writer import COLUMNS, ROWS, CellStore
from sheet_diag.xlsx.formats import CellFormat, WorkbookFormats


class FastWorksheet(Worksheet):  # type: ignore[misc]  # XlsxWriter publishes no types
    """Cells, heights and merged areas go to `cells`; XlsxWriter's own methods for them do not
    work here, except those for links and tables, which write cells by `_write_string`."""

    forms: WorkbookFormats  # the workbook's, as are the strings
    strings: SharedStrings
    dim_colmin: int | None
    dim_colmax: int | None

    def __init__(self) -> None:
        super().__init__()
        self.cells = CellStore(self.comments, self.merge)

    def set_height(self, row: int, points: float) -> None:
        """Set a row height. XlsxWriter takes whole pixels, and an empty sheet to start in A."""
        pixels = count_pixels(points)
        self.cells.height(row, "" if pixels == self.default_row_height else _size(pixels))
        self.row_sizes[row] = (pixels or self.default_row_height, not pixels)
        if self.dim_colmin is None and not self.cells:
            self.dim_colmin = self.dim_colmax = 0

    def describe(self) -> str:
        """Describe what is hidden, and what is printed above and below."""
        return describe_sheet(
            self.get_name(),
            hidden=bool(self.hidden),
            columns=[c + 1 for c, info in self.col_info.items() if info.hidden and not info.level],
            rows=[row + 1 for row, (_, hidden) in self.row_sizes.items() if hidden],
            margins=self.header + self.footer,
        )

    def conditional_format(self, *area_and_options: Any) -> int:
        """Rules that came with Excel 2010 let XlsxWriter say something of every row."""
        done = super().conditional_format(*area_and_options)
        if self.excel_version == 2010:
            self.cells.row_trait = ' x14ac:dyDescent="0.25"'
        return int(done)

    def add_table(self, *area_and_options: Any) -> int:
        """XlsxWriter remembers each cell of a table, to see whether two overlap: here it is told
        of two rows, and `cells` of the whole."""
        *area, options = area_and_options
        top, left, bottom, right = area
        if bottom >= ROWS or right >= COLUMNS:
            return -1
        self.cells.claim((top, left, bottom, right))
        done = super().add_table(top, left, min(bottom, top + 1), right, options)
        if done == 0:
            whole = dict.fromkeys(("range", "a_range", "autofilter"), xl_range(*area))
            self.tables[-1].update(whole)
        return int(done)

    def add_link(self, row: int, col: int, target: str) -> int:
        """Make a cell that is written elsewhere lead to a target."""
        self.ignore_write_string = True
        done = self.write_url(row, col, target)
        self.ignore_write_string = False
        return int(done)

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        # XlsxWriter looks in each for some forty functions that Excel 2016 does not have, which
        # took longer than all the rest; `tests.lint` allows none of them.
        del expand_future_functions
        return formula.removeprefix("=")

    def _write_string(self, row: int, col: int, string: str, cell_format: CellFormat) -> int:
        self.strings.count += 1
        self.cells.put(row, col, cell_format, self.strings[string])
        return 0

    def _get_range_data(self, first: int, left: int, last: int, right: int) -> list[Any]:
        """List what a chart keeps of its cells: None for a row or a cell without any."""
        data: list[Any] = []
        for row in range(first, last + 1):
            cells = self.cells.row(row)
            columns = range(left, right + 1) if cells else range(left, left + 1)
            data += [cells[col][1][1] if col in cells else None for col in columns]
        return data

    def _write_dimension(self) -> None:
        rows, columns = self.cells.close(self.forms.cells)
        for row in rows:
            self._check_dimensions(row, 0, ignore_col=True)
        for col in columns:
            self._check_dimensions(0, col, ignore_row=True)
        super()._write_dimension()

    def _write_rows(self) -> None:
        for piece in self.cells.xml(self.forms.cells):
            self.fh.write(piece)


def count_pixels(points: float) -> int:
    """Count the whole pixels (96 dpi) of a height."""
    return int(points * 4.0 / 3.0 + 0.5)


@cache
def _size(pixels: int) -> str:
    return f' ht="{pixels * 0.75:.16g}" customHeight="1"' if pixels else ' hidden="1"'
