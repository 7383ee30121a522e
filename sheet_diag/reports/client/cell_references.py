"""Places that formulas refer to: cells of one column on one sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sheet_diag.xlsx.references import fixed_cell


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


@lru_cache(maxsize=4096)  # formulas of all clients name the same cells
def _area(column: int, first: int, last: int) -> str:
    corner = fixed_cell(first, column)
    return f"{corner}:{fixed_cell(last, column)}" if last > first else corner


def cell(sheet: str, row: int, column: int) -> CellSpan:
    """Refer to a single cell."""
    return CellSpan(sheet, column, row, row)
