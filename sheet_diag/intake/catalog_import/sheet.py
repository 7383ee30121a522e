"""A sheet of a firm, read as a person sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.cells import CellPosition, Grid
from sheet_diag.text.normalize import tidy_text

Offered = Mapping[CellPosition, tuple[str, ...]]


@dataclass(frozen=True)
class FirmSheet:
    """A sheet of a firm, with merged cells as if each held the text; `offered` are drop-downs."""

    grid: Grid
    offered: Offered = field(default_factory=dict)

    @cached_property
    def _covered(self) -> Mapping[CellPosition, CellPosition]:
        return {
            (row, col): (top, left)
            for top, left, bottom, right in self.grid.merged
            for row in range(top, bottom + 1)
            for col in range(left, right + 1)
        }

    def own(self, row: int, col: int) -> str:
        """Return the text of a cell itself."""
        return tidy_text(self.grid.text(row, col))

    def text(self, row: int, col: int) -> str:
        """Return the text that a person sees over a cell, be it merged."""
        return self.own(*self.start((row, col)))

    def start(self, cell: CellPosition) -> CellPosition:
        """Return where the merged area begins in which a cell lies."""
        return self._covered.get(cell, cell)

    def filled(self, row: int) -> list[tuple[int, str]]:
        """List the cells of a row that hold a text, with their columns."""
        cells = self.grid.rows[row] if row < len(self.grid.rows) else ()
        return [(col, text) for col in range(len(cells)) if (text := self.own(row, col))]

    def name(self, row: int, col: int) -> str:
        """Name a cell with its sheet."""
        return f"{self.grid.name}!{cell_name(row, col)}"

    @property
    def width(self) -> int:
        """The number of columns."""
        return max(map(len, self.grid.rows), default=0)
