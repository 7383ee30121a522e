"""Cells as formulas name them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell


def fixed_cell(row: int, col: int) -> str:
    """Name a cell: `$D$12` for (11, 3)."""
    return str(xl_rowcol_to_cell(row, col, row_abs=True, col_abs=True))


def column_cell(row: int, col: int) -> str:
    """Name a cell (`$D12` for (11, 3)) that keeps its column where a rule covers an area."""
    return str(xl_rowcol_to_cell(row, col, col_abs=True))


@dataclass(frozen=True, slots=True)
class CellSpan:
    """Rows `first` to `last` (zero-based, inclusive) of a column."""

    sheet: str
    column: int
    first: int
    last: int

    def reference_from(self, sheet: str) -> str:
        """Write the reference as a formula on a sheet needs it."""
        area = _area(self.column, self.first, self.last)
        return area if sheet == self.sheet else f"'{self.sheet}'!{area}"

    @property
    def area(self) -> list[Any]:
        """The cells as a chart of XlsxWriter takes them."""
        return [self.sheet, self.first, self.column, self.last, self.column]

    def __str__(self) -> str:
        return self.reference_from(self.sheet)

    def cell(self, row: int) -> CellSpan:
        """Refer to one cell of the column."""
        return replace(self, first=row, last=row)


@dataclass(frozen=True, slots=True)
class RowSpan:
    """Cells of a row from a column (zero-based) on, with what stands in them."""

    sheet: str
    row: int
    first: int
    content: tuple[str | float, ...]

    @property
    def area(self) -> list[Any]:
        """The cells as a chart of XlsxWriter takes them."""
        return [self.sheet, self.row, self.first, self.row, self.first + len(self.content) - 1]


@lru_cache(maxsize=4096)  # formulas of all clients name the same cells
def _area(column: int, first: int, last: int) -> str:
    corner = fixed_cell(first, column)
    return f"{corner}:{fixed_cell(last, column)}" if last > first else corner


def cell(sheet: str, row: int, column: int) -> CellSpan:
    """Refer to a single cell."""
    return CellSpan(sheet, column, row, row)
