"""Cells as formulas name them."""

from __future__ import annotations

from xlsxwriter.utility import xl_rowcol_to_cell


def fixed_cell(row: int, col: int) -> str:
    """`$D$12` for (11, 3)."""
    return str(xl_rowcol_to_cell(row, col, row_abs=True, col_abs=True))


def column_cell(row: int, col: int) -> str:
    """`$D12` for (11, 3): keeps its column where a rule is applied to an area."""
    return str(xl_rowcol_to_cell(row, col, col_abs=True))
