"""A printed page made of spreadsheet rows: paragraphs, headings, tables and page breaks.

A flow knows the heights of its rows, so it breaks pages between blocks and never inside one. Excel
ignores manual breaks where it fits a sheet to a width, so pages are made for 100 % and columns that
fit A4; sheets in landscape print at a scale of their own instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BODY, BOLD, HEAD_9, HEADING, MIDDLE, NAVY, Look
from sheet_diag.xlsx.worksheet import count_pixels

# A4 inside the margins of `Page.paper` in points, less a little for printers that need more room.
PAGE_HEIGHT: Final = 728.0  # portrait
LANDSCAPE_HEIGHT: Final = 500.0
_LANDSCAPE_WIDTH: Final = 710.0
_BEGUN: Final = 0.45  # a page filled less than so far is not left for a new section
# Four columns for names, two for figures, six beside them; 652 pixels in all.
COLUMNS: Final = (60,) * 4 + (50,) * 2 + (52,) * 6
LAST_COLUMN: Final = len(COLUMNS) - 1
_HEADING: Final[Look] = {**HEADING, "font_size": 13}
_SUBHEADING: Final[Look] = {**BODY, **BOLD, **MIDDLE, "font_size": 11, "font_color": NAVY}

FittedCell = tuple[str, Look, tuple[int, int]]  # its text, its look, and the columns it takes


@dataclass(frozen=True, slots=True)
class FlowCell:
    """A cell of a row: its text, its look, the columns it takes, and who wrote the text."""

    text: str
    look: Look
    columns: tuple[int, int]
    is_client: bool = False


def landscape_scale(pixels: int) -> int:
    """Compute the percentage at which so many pixels (96 dpi) fit A4 landscape; at most 100."""
    return min(100, int(_LANDSCAPE_WIDTH / (pixels * 0.75) * 100))


def find_block_breaks(
    above: Iterable[float], blocks: Iterable[tuple[int, float]], repeated: float, room: float
) -> list[int]:
    """Find the rows that begin a page, so that no block below a table is divided.

    `above` are the heights of the rows before, `repeated` that of those which every page repeats.
    The first block begins a page unless the one before would be left nearly empty.
    """
    used = 0.0
    for height in above:
        used = used + height if used + height <= room else repeated + height
    used, breaks = (room if used > _BEGUN * room else used), []
    for row, height in blocks:
        if used + height > room:
            breaks.append(row)
            used = repeated
        used += height
    return breaks


class PageFlow:
    """A page that is written from the top; it keeps the height of every block."""

    def __init__(
        self, page: Page, columns: Sequence[int] = COLUMNS, *, hidden: Sequence[int] = ()
    ) -> None:
        self.page = page
        self.row = 0
        self._blocks: list[tuple[int, float]] = []  # first row and height in points
        self._forced: set[int] = set()
        self._together: list[float] | None = None
        self._pixels: list[int] = []  # of all rows
        page.columns(columns, hidden=hidden)

    def next_row(self, points: float) -> int:
        """Take a row of that height; a page break may come between rows outside `together`."""
        row = self.row
        self._pixels.append(count_pixels(points))
        points = self._pixels[-1] * 0.75  # as it is written
        self.page.height(row, points)
        if self._together is None:
            self._blocks.append((row, points))
        else:
            self._together.append(points)
        self.row += 1
        return row

    def pixels_since(self, row: int) -> Sequence[int]:
        """List the pixels of the rows from `row` on."""
        return self._pixels[row:]

    def fitted_row(self, *cells: FittedCell, least: float = 0.0, padding: float = 4.0) -> int:
        """Take a row as high as the highest of its texts needs."""
        heights = (self.page.text_height(*cell, padding) for cell in cells)
        return self.next_row(max(least, *heights))

    def write_row(self, *cells: FlowCell, least: float = 0.0, padding: float = 4.0) -> int:
        """Write a row of cells, as high as the highest of those needs that wrap."""
        fitted = (
            (each.text if each.look.get("text_wrap", True) else "", each.look, each.columns)
            for each in cells
        )
        row = self.fitted_row(*fitted, least=least, padding=padding)
        for each in cells:
            write = self.page.merged_client if each.is_client else self.page.merged
            write(row, *each.columns, each.text, each.look)
        return row

    def table_head(
        self, columns: Sequence[tuple[int, int]], texts: Sequence[str], least: float
    ) -> None:
        """Write the headings of a table."""
        cells = [(text, HEAD_9, each) for each, text in zip(columns, texts, strict=True)]
        row = self.fitted_row(*cells, least=least)
        for text, look, each in cells:
            self.page.merged(row, *each, text, look)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep the rows taken inside on one page."""
        if self._together is not None:
            yield
            return
        first, self._together = self.row, []
        yield
        self._blocks.append((first, sum(self._together)))
        self._together = None

    def new_page(self) -> None:
        """Start a page with the next row, unless the current page has hardly begun."""
        self._forced.add(self.row)

    def gap(self, points: float) -> None:
        """Leave white space of that height."""
        self.next_row(points)

    def heading(self, text: str) -> None:
        """Write a section's heading over the whole width."""
        row = self.next_row(26)
        self.page.merged(row, 0, LAST_COLUMN, text, _HEADING)
        self.gap(5)

    def subheading(self, text: str) -> None:
        """Write a smaller heading."""
        row = self.next_row(21)
        self.page.merged(row, 0, LAST_COLUMN, text, _SUBHEADING)

    def paragraph(
        self, text: str, look: Look = BODY, columns: tuple[int, int] = (0, LAST_COLUMN)
    ) -> None:
        """Write a paragraph over some columns, as high as its text needs."""
        row = self.fitted_row((text, look, columns))
        self.page.merged(row, *columns, text, look)

    def breaks(self) -> Sequence[int]:
        """List the rows before which a page begins."""
        found, used = [], 0.0
        for row, height in self._blocks:
            wanted = row in self._forced and used > _BEGUN * PAGE_HEIGHT
            if row and (wanted or used + height > PAGE_HEIGHT):
                found.append(row)
                used = 0.0
            used += height
        return found
