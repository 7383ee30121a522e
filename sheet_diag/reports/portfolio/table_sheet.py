"""A sheet that is one native table: title, a line of guidance, headers, rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from typing import Any, Final

import pandas as pd

from sheet_diag.model.basics import FIRST_DAY
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.portfolio.labels import PortfolioLabels
from sheet_diag.text.excel_text import header_text
from sheet_diag.text.numbers import to_cell
from sheet_diag.text.text_metrics import column_room, row_height, text_width
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.cell_values import day_number
from sheet_diag.xlsx.cell_writer import Cell, RowTemplate
from sheet_diag.xlsx.page import A3, A4, Page
from sheet_diag.xlsx.rank_colours import rank_colours
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTERED,
    CENTERED_9,
    HEAD_9,
    HEAT_BAD,
    HEAT_GOOD,
    HEAT_MIDDLE,
    MIDDLE,
    SMALL,
    TEXT_9,
    TITLE,
    Look,
)

HEADER_ROW: Final = 3
FIRST_ROW: Final = HEADER_ROW + 1
_LAST_ROW: Final = 1_048_575  # of a sheet in Excel, zero-based
# So many cells open quickly; what is left out stands in the files beside the workbook.
MOST_CELLS: Final = 1_000_000
_CHUNK_ROWS: Final = 1_000  # rows of a frame
_CACHED_CELLS: Final = 4_096  # cells of a column
_WIDE: Final = 2_000  # pixels; what is wider cannot be read on A4
SCREEN: Final = 1_300  # pixels of a window that is 1,366 wide
_PAPER: Final = 850  # pixels across A4 in landscape, where fonts are wide; else 1,000
MOST_TOGETHER: Final = 16  # columns of categories that a page shows well
_MOST_PERCENT: Final = 80
_BUTTON: Final = 14.0  # points below a heading, where Excel puts the button of the filter
_HEIGHTS: Final = range(40, 360, 4)  # points of headings from top to bottom

_LEAD: Final[Look] = {**BODY, **SMALL, **MIDDLE}
COLUMN_HEAD: Final[Look] = {**HEAD_9, "valign": "top"}
LEFT: Final[Look] = {**TEXT_9, "text_wrap": False}
SCORE: Final[Look] = {**CENTERED, "num_format": "0.0"}
DAY: Final[Look] = {**CENTERED_9, "num_format": "yyyy/m/d"}
SHARE: Final[Look] = {**CENTERED_9, "num_format": "0%"}
# The weaker the darker: it reads the same in grey print and to eyes that miss red or green.
_SCALE: Final = {
    "type": "3_color_scale",
    "min_type": "num",
    "mid_type": "num",
    "max_type": "num",
    "min_value": 0,
    "min_color": HEAT_BAD,
    "mid_color": HEAT_MIDDLE,
    "max_color": HEAT_GOOD,
}


def shade_scores(full: int | Fraction) -> dict[str, Any]:
    """Shade scores up to a full one; those below 0 as 0."""
    return {**_SCALE, "mid_value": to_cell(full * Fraction(3, 5)), "max_value": to_cell(full)}


@dataclass(frozen=True, slots=True)
class PortfolioContext:
    """What the sheets of the portfolio are written from."""

    portfolio: Portfolio
    catalog: Catalog
    issuer: Issuer
    say: Wording

    @property
    def date(self) -> str:
        """The date of the run as printed."""
        day = self.portfolio.as_of
        return self.say("portfolio.as_of", year=day.year, month=day.month, day=day.day)

    @property
    def labels(self) -> PortfolioLabels:
        """The labels of the codes in the tables."""
        return PortfolioLabels(self.catalog, self.say)


def rank_looks(catalog: Catalog) -> dict[str, Look]:
    """Give the look of a cell for each rank."""
    colours = rank_colours(catalog)
    return {r: {**CENTERED_9, **BOLD, "font_color": c.letters} for r, c in colours.items()}


def rank_width(catalog: Catalog, least: int) -> int:
    """Give the width in pixels of a column of ranks."""
    return max(least, round(14 + 13 * max(map(text_width, catalog.ranks))))


CellMaker = Callable[[Page, Any, Look], Cell]


def make_number_cell(page: Page, number: float | None, look: Look) -> Cell:
    """Make a cell of a number; empty where there is none (None or NaN)."""
    known = number is not None and number == number
    return page.number_cell(number if known else None, look)


def make_day_cell(page: Page, day: date | None, look: Look) -> Cell:
    """Make a cell of a day; empty where there is none, or none that Excel can show."""
    return page.number_cell(day_number(day) if day and day >= FIRST_DAY else None, look)


@dataclass(frozen=True, slots=True)
class PortfolioColumn:
    """A column of a table: heading, width in pixels, and how a value becomes a cell and looks;
    `looks` are those of certain values, `shown` is what stands there for a value, `head_look` is
    that of the heading."""

    head: str
    width: int
    look: Look = field(default_factory=lambda: CENTERED_9)
    make: CellMaker = Page.text_cell
    looks: Mapping[Any, Look] = field(default_factory=dict)
    shown: Callable[[Any], Any] = lambda value: value
    head_look: Look = field(default_factory=lambda: COLUMN_HEAD)

    @property
    def wraps(self) -> bool:
        """Whether its texts may take several lines."""
        return bool("indent" in self.look and self.look["text_wrap"])

    def cell(self, page: Page, value: Any) -> Cell:
        """Make the cell of a value."""
        return self.make(page, self.shown(value), self.looks.get(value, self.look))


def make_rank_column(context: PortfolioContext, head: str, width: int) -> PortfolioColumn:
    """Make a column of ranks, each in its colour and at least so many pixels wide."""
    catalog = context.catalog
    return PortfolioColumn(head, rank_width(catalog, width), looks=rank_looks(catalog))


@dataclass(frozen=True, slots=True)
class PortfolioRow:
    """The values of all columns, the height in points, and where the column of links leads to."""

    values: Sequence[Any]
    height: float | None = None
    target: str = ""


@dataclass(frozen=True, slots=True)
class PortfolioTable:
    """A table and what stands above it. It shows so many `cells` at most (None: the usual number);
    `full` is the file that holds all of its `count` rows. The cells of the column `linked` lead to
    the targets of their rows; the rows of one that is `charted` are kept at hand. What stands
    between the lead and the row of the headings (`header`) is written by others, before the rows.
    One with `parts` is printed on several pages side by side, each of which begins with the first
    column of a part."""

    heading: str
    lead: str
    columns: Sequence[PortfolioColumn]
    count: int
    table: str
    frozen: int = 1
    cells: int | None = None
    full: str = ""
    linked: int | None = None
    charted: bool = False
    header: int = HEADER_ROW
    parts: Sequence[int] = ()

    @property
    def first(self) -> int:
        """The first row of the table below its headings."""
        return self.header + 1

    @property
    def last(self) -> int:
        """The last column."""
        return len(self.columns) - 1

    @property
    def last_seen(self) -> int:
        """The last column that a small screen shows."""
        ends = accumulate(column.width for column in self.columns)
        return max(0, sum(end <= SCREEN for end in ends) - 1)

    @property
    def width(self) -> int:
        """The width in pixels."""
        return sum(column.width for column in self.columns)

    @property
    def shown(self) -> int:
        """So many rows are shown."""
        most = max(1, (self.cells or MOST_CELLS) // len(self.columns))
        return min(self.count, most, _LAST_ROW - self.first)


def write_table_sheet(
    page: Page, context: PortfolioContext, listing: PortfolioTable, rows: Iterable[PortfolioRow]
) -> tuple[int, int] | None:
    """Write the sheet. Returns the first and last row, or None where there are no rows.

    Rows that are not shown are not asked for; the lead says so, and names the file that holds them.
    """
    _write_top(page, context, listing)
    if not listing.count:
        text = context.say("portfolio.none")
        page.merged(listing.header, 0, listing.last, text, {**BODY, **MIDDLE})
        return None
    end = listing.first + listing.shown - 1
    looks = [column.head_look for column in listing.columns]
    heads = list(zip(_make_distinct([c.head for c in listing.columns]), looks, strict=True))
    heights = (_measure_head(page, at, *head) for at, head in enumerate(heads))
    page.height(listing.header, max(36, *heights))
    page.table((listing.header, 0, end, listing.last), listing.table, heads)
    write = _write_cells if listing.charted else _write_lines
    write(page, listing, islice(rows, listing.shown))
    page.freeze(listing.first, listing.frozen)
    page.select(0, 0)
    return listing.first, end


def _measure_head(page: Page, column: int, text: str, look: Look) -> float:
    """Measure the height of a heading above the button of the filter."""
    if "rotation" not in look:
        return page.text_height(text, look, (column, column)) + _BUTTON
    wide, size = page.span(column, column) * 0.75, look["font_size"]
    heights = (h for h in _HEIGHTS if row_height(text, room=h, size=size, padding=0) <= wide)
    return next(heights, _HEIGHTS[-1]) + _BUTTON


def _write_top(page: Page, context: PortfolioContext, listing: PortfolioTable) -> None:
    lead, last = listing.lead, listing.last_seen
    if listing.shown < listing.count:
        parts = {"count": f"{listing.count:,}", "shown": f"{listing.shown:,}", "file": listing.full}
        lead = f"{context.say('portfolio.cut', **parts)} {lead}"
    page.columns([column.width for column in listing.columns])
    page.merged(0, 0, last, listing.heading, TITLE)
    page.height(0, 34)
    page.merged(1, 0, last, lead or context.date, _LEAD)
    page.height(1, page.text_height(lead, _LEAD, (0, last), padding=6))
    page.height(2, 6)
    _set_up_table_print(page, context, listing)


def _write_cells(page: Page, listing: PortfolioTable, rows: Iterable[PortfolioRow]) -> None:
    columns = listing.columns
    for line, row in enumerate(rows, listing.first):
        page.row(line, [c.cell(page, value) for c, value in zip(columns, row.values, strict=True)])
        _finish_row(page, line, row, listing.linked)


def _write_lines(page: Page, listing: PortfolioTable, rows: Iterable[PortfolioRow]) -> None:
    lines = page.lines(len(listing.columns))
    kept = [_CellCache(page, lines, place, column) for place, column in enumerate(listing.columns)]
    for line, row in enumerate(rows, listing.first):
        lines.write(line, [each[value] for each, value in zip(kept, row.values, strict=True)])
        _finish_row(page, line, row, listing.linked)
        page.done(line)


def _finish_row(page: Page, line: int, row: PortfolioRow, linked: int | None) -> None:
    if row.target and linked is not None:
        page.lead(line, linked, row.target)
    if row.height:
        page.height(line, row.height)


class _CellCache(dict[Any, str]):
    """What is kept of the cells of a column, by value: of a million most come back."""

    def __init__(self, page: Page, lines: RowTemplate, place: int, column: PortfolioColumn) -> None:
        super().__init__()
        self._page = page
        self._lines = lines
        self._place = place
        self._column = column

    def __missing__(self, value: Any) -> str:
        if len(self) >= _CACHED_CELLS:
            self.clear()
        kept = self[value] = self._lines.kept(self._place, self._column.cell(self._page, value))
        return kept


def iterate_rows(frame: pd.DataFrame, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Iterate over rows of a frame, a few at a time: as objects, all would fill the memory."""
    for start in range(0, len(frame), _CHUNK_ROWS):
        part = frame.iloc[start : start + _CHUNK_ROWS]
        yield from zip(*(part[name].tolist() for name in names), strict=True)


@lru_cache(maxsize=8192)  # most texts of a column come back
def measure_height(width: int, text: str) -> float:
    """Measure the height in points of a row for a text in a column."""
    return row_height(text, room=column_room(width, indent=1), size=9, padding=6)


def _make_distinct(heads: Sequence[str]) -> list[str]:
    """Make headings differ even without letter case, as a native table needs them."""
    found: list[str] = []
    for head in heads:
        name, number = head, 2
        while name.casefold() in {each.casefold() for each in found}:
            name, number = f"{head} ({number})", number + 1
        found.append(name)
    return found


def _set_up_table_print(page: Page, context: PortfolioContext, listing: PortfolioTable) -> None:
    if listing.parts:
        set_up_print(page, context, listing.heading)
        percent, breaks = _split_pages(listing)
        page.split(breaks, percent, repeat=(listing.header, listing.frozen))
        return
    set_up_print(page, context, listing.heading, A3 if listing.width > _WIDE else A4)
    page.fit_width(repeat=(listing.header, listing.header))


def _split_pages(listing: PortfolioTable) -> tuple[int, list[int]]:
    """Choose the scale (percent), and the columns before which a page ends, with as many parts on
    each as there is room."""
    widths = [column.width for column in listing.columns]
    parts = {
        first: sum(widths[first:end]) for first, end in pairwise([*listing.parts, len(widths)])
    }
    repeated = sum(widths[: listing.frozen])
    percent = min(_MOST_PERCENT, _PAPER * 100 // (repeated + max(parts.values())))
    breaks, used = [], repeated
    for first, width in parts.items():
        if used > repeated and used + width > _PAPER * 100 / percent:
            breaks.append(first)
            used = repeated
        used += width
    return percent, breaks


def set_up_print(page: Page, context: PortfolioContext, heading: str, size: int = A4) -> None:
    """Set up landscape paper with the heading at the top, issuer and date at the bottom."""
    say = context.say
    footer = f"&L&8{header_text(context.issuer.name)}&C&8{say('report.footer.page')}"
    header = f"&L&8{header_text(heading)}&R&8{say('report.confidential')}"
    footer = f"{footer}&R&8{header_text(context.date)}"
    page.paper(landscape=True, header=header, footer=footer, size=size)
