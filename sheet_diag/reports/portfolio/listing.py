"""A sheet that is one native table: title, a line of guidance, headers, rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sheet_diag.celltext import header_text
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.settings import Issuer
from sheet_diag.style import BODY, CELL, CENTER, HEAD, INSET, MIDDLE, SMALL, TITLE, Look
from sheet_diag.typography import room, row_height
from sheet_diag.wording import Wording
from sheet_diag.workbook import A3, A4, Page

HEADER_ROW: Final = 3
FIRST_ROW: Final = HEADER_ROW + 1
_LAST_ROW: Final = 1_048_575  # of a sheet in Excel, zero-based
# So many cells open quickly; what is left out stands in the files beside the workbook.
CELLS: Final = 1_000_000
_WIDE: Final = 2_000  # pixels; what is wider cannot be read on A4

LEFT: Final[Look] = {**CELL, **INSET, "font_size": 9, "text_wrap": False}
WRAPPED: Final[Look] = {**CELL, **INSET, "font_size": 9}
MID: Final[Look] = {**CELL, **CENTER, "font_size": 9}
SCORE: Final[Look] = {**CELL, **CENTER, "num_format": "0.0"}
SHARE: Final[Look] = {**CELL, **CENTER, "num_format": "0%", "font_size": 9}
# The weaker the darker: it reads the same in grey print and to eyes that miss red or green.
SCALE: Final = {
    "type": "3_color_scale",
    "min_type": "num",
    "mid_type": "num",
    "max_type": "num",
    "min_value": 0,
    "mid_value": 60,
    "max_value": 100,
    "min_color": "#D08A4E",
    "mid_color": "#F1DDBF",
    "max_color": "#EAF1F8",
}


@dataclass(frozen=True, slots=True)
class Summary:
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

    def name(self, name: str, file: str) -> str:
        """A client as listed: by its file where it gave no name."""
        return name or self.say("portfolio.unnamed", file=file)

    def choice(self, field: str, choice: str) -> str:
        """The label of a profile choice; empty where none was given."""
        known = self.catalog.field_by_id.get(field)
        found = known.by_id.get(choice) if known else None
        return found.label[self.say.lang] if found else choice

    def group(self, field: str, choice: str) -> str:
        """The label of a group of clients that share a profile choice."""
        return self.choice(field, choice) if choice else self.say("portfolio.groups.blank")

    def category(self, category: str) -> str:
        """The short name of a category."""
        return self.catalog.category_by_id[category].short[self.say.lang]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: heading, width in pixels."""

    head: str
    width: int


def write_listing(
    page: Page,
    summary: Summary,
    *,
    heading: str,
    lead: str,
    columns: Sequence[Column],
    count: int,
    write_row: Callable[[Page, int, int], None],
    table: str,
    frozen: int = 1,
    cells: int | None = None,
    full: str = "",
) -> tuple[int, int] | None:
    """Write the sheet; `write_row(page, row, index)` fills a row. Returns the first and last row,
    or None where there are no rows.

    Rows beyond so many `cells` (None: the usual number), or beyond the end of a sheet, are left
    out; the lead says so, and names the file (`full`) that holds them all.
    """
    say, last = summary.say, len(columns) - 1
    shown = min(count, max(1, (cells or CELLS) // len(columns)), _LAST_ROW - FIRST_ROW)
    if shown < count:
        parts = {"count": f"{count:,}", "shown": f"{shown:,}", "file": full}
        lead = f"{say('portfolio.cut', **parts)} {lead}"
    page.columns([column.width for column in columns])
    page.merged(0, 0, last, heading, TITLE)
    page.height(0, 34)
    page.merged(1, 0, last, lead or summary.date, {**BODY, **SMALL, **MIDDLE})
    width = sum(column.width for column in columns)
    page.height(1, row_height(lead, room=room(width), size=9, padding=6))
    page.height(2, 6)
    _print(page, summary, heading, A3 if width > _WIDE else A4)
    if not count:
        page.merged(HEADER_ROW, 0, last, say("portfolio.none"), {**BODY, **MIDDLE})
        return None
    for index in range(shown):
        write_row(page, FIRST_ROW + index, index)
    end = FIRST_ROW + shown - 1
    page.height(HEADER_ROW, 36)
    page.table(
        (HEADER_ROW, 0, end, last), table, _distinct([column.head for column in columns]), HEAD
    )
    page.freeze(FIRST_ROW, frozen)
    page.select(0, 0)
    return FIRST_ROW, end


def _distinct(heads: Sequence[str]) -> list[str]:
    """Headings that differ even without letter case, as a native table needs them."""
    found: list[str] = []
    for head in heads:
        name, number = head, 2
        while name.casefold() in {each.casefold() for each in found}:
            name, number = f"{head} ({number})", number + 1
        found.append(name)
    return found


def _print(page: Page, summary: Summary, heading: str, size: int) -> None:
    say = summary.say
    footer = f"&L&8{header_text(summary.issuer.name)}&C&8{say('report.footer.page')}"
    header = f"&L&8{header_text(heading)}&R&8{say('report.confidential')}"
    footer = f"{footer}&R&8{header_text(summary.date)}"
    page.paper(landscape=True, header=header, footer=footer, size=size)
    page.fit_width(repeat=(HEADER_ROW, HEADER_ROW))
