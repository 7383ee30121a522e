"""The columns of 概要 and the cells of its panels, which stand in two columns of panels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from sheet_diag.text.numbers import truncate_score
from sheet_diag.text.text_metrics import column_room, cut_to_width
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BODY, BOLD, CENTER, HEAD_9, HEADING, LINE, MIDDLE, NOTE, Look

# Pixels, 1,240 in all: what is seen of a sheet on a screen that is 1,366 wide.
WIDTHS: Final = (
    26, 46, 126, 8, 76, 46, 50, 38, 8, 94, 100, 46,
    16,
    60, 52, 44, 8, 28, 28, 28, 28, 28, 48, 8, 56, 144,
)  # fmt: skip
ROW: Final = 19.5  # points of every row of a panel
ROW_PIXELS: Final = 26
SPACE: Final = 6.0  # points
Columns = tuple[int, int]  # the first and the last
LEFT_SIDE: Final[Columns] = (0, 11)
RIGHT_SIDE: Final[Columns] = (13, 25)

_SMALLEST: Final = 0.8  # of the size of its letters, to which a name may shrink
_LINE: Final[Look] = {"bottom": 1, "bottom_color": LINE}
_FIT: Final[Look] = {"text_wrap": False, "shrink": True}
CELL_TEXT: Final[Look] = {**BODY, **MIDDLE, **_LINE, **_FIT, "font_size": 9.5}
CELL_CENTER: Final[Look] = {**CELL_TEXT, **CENTER}
CELL_COUNT: Final[Look] = {**CELL_CENTER, "num_format": '#,##0;-#,##0;"－"'}
CELL_SCORE: Final[Look] = {**CELL_CENTER, "num_format": "0.0"}
CELL_SHARE: Final[Look] = {**CELL_CENTER, "num_format": "0%"}
TOTAL: Final[Look] = {**BOLD, "top": 1, "top_color": LINE}
_HEAD: Final[Look] = {**HEAD_9, **_FIT, "border": 0}


@dataclass(frozen=True, slots=True)
class GridCell:
    """What stands in some columns of a row; None as a number is a dash."""

    columns: Columns
    content: str | float | None
    look: Look
    is_client_text: bool = False

    def write(self, page: Page, row: int, none: str) -> None:
        """Write it."""
        first, last = self.columns
        if isinstance(self.content, str):
            if self.is_client_text:
                page.merged_client(row, first, last, self._fit(self.content), self.look)
            else:
                page.merged(row, first, last, self.content, self.look)
        elif self.content is None:
            page.merged(row, first, last, none, {**self.look, **CENTER})
        else:
            page.merged(row, first, last, "", self.look)
            page.number(row, first, self.content, self.look)

    def _fit(self, text: str) -> str:
        """Cut what would have to shrink too much to be read."""
        first, last = self.columns
        room = column_room(sum(WIDTHS[first : last + 1])) / self.look["font_size"]
        return cut_to_width(text, room / _SMALLEST)


def write_heading(page: Page, row: int, side: Columns, text: str) -> None:
    """Write the heading of a panel."""
    page.merged(row, *side, text, {**HEADING, **_FIT})


def write_heads(page: Page, row: int, heads: Iterable[tuple[Columns, str]]) -> None:
    """Write the headings of columns."""
    for (first, last), text in heads:
        page.merged(row, first, last, text, _HEAD)


def write_row(page: Page, row: int, cells: Sequence[GridCell], none: str) -> None:
    """Write a row of a panel."""
    for cell in cells:
        cell.write(page, row, none)


def write_note(page: Page, row: int, side: Columns, text: str, rows: int = 1) -> int:
    """Write a sentence over so many rows at least; returns the row below it."""
    needed = page.text_height(text, NOTE, side)
    rows = max(rows, -int(-needed // ROW))
    page.merged(row, *side, text, {**NOTE, **MIDDLE}, rows=rows)
    return row + rows


def shown_score(value: float) -> float | None:
    """Truncate a mean or a median as scores are shown (None: there is none)."""
    if value != value:
        return None
    return truncate_score(Fraction(value).limit_denominator(1_000_000))


def place_chart(
    page: Page, row: int, columns: Columns, chart: Any, rows: int, description: str
) -> None:
    """Lay a chart exactly over the cells of a column of panels."""
    size = (page.span(*columns), rows * ROW_PIXELS)
    page.place(row, columns[0], chart, size, description=description)
