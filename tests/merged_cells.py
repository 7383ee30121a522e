"""Merged cells as openpyxl reads them, in a third of its time.

For every cell at the edge of a merge it adds up borders and looks for their sum among those of the
workbook; the same sums come up again and again, and are remembered here.
"""

from __future__ import annotations

from typing import Any

from openpyxl.cell import MergedCell
from openpyxl.styles import Border
from openpyxl.styles.cell_style import StyleArray

_SIDES = ("top", "left", "right", "bottom")


def take_last_borders(area: Any) -> None:
    """The first cell takes its borders at the right and below from the last one."""
    cells = area.ws._cells
    first = cells.get((area.min_row, area.min_col))
    area.start_cell = first or area.ws.cell(area.min_row, area.min_col)
    if last := cells.get((area.max_row, area.max_col)):
        _add_borders(area.start_cell, last, "right", "bottom")


def format_merge(area: Any) -> None:
    """The cells at the edges take the borders of the first one, and all of them its lock."""
    first, cells = area.start_cell, area.ws._cells
    for row, column in area.cells:
        if (row, column) not in cells:
            cells[row, column] = MergedCell(area.ws, row, column)
        style = cells[row, column]._style = cells[row, column]._style or StyleArray()
        style.protectionId = first._style.protectionId
    for name in _SIDES:
        if getattr(first.border, name).style is not None:
            for place in getattr(area, name):
                _add_borders(cells[place], first, name)


def _add_borders(cell: Any, source: Any, *names: str) -> None:
    for each in (cell, source):
        each._style = each._style or StyleArray()
    sums = vars(cell.parent.parent).setdefault("_sums_of_borders", {})
    key = (cell._style.borderId, source._style.borderId, names)
    if key not in sums:
        cell.border += Border(**{name: getattr(source.border, name) for name in names})
        sums[key] = cell._style.borderId
    cell._style.borderId = sums[key]
