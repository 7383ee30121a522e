"""概要: the figures of the campaign, whom to call this week, and what stands behind both."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Final

from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.model.results import ReturnStatus
from sheet_diag.reports.portfolio import grid, panels, rank_panels
from sheet_diag.reports.portfolio.call_list import write_calls
from sheet_diag.reports.portfolio.table_sheet import PortfolioContext
from sheet_diag.reports.portfolio.tiles import write_tiles
from sheet_diag.text.excel_text import header_text
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import BODY, LINK, MIDDLE, NAVY, SMALL, TITLE, Look

_SIGNATURE: Final = 140  # a hidden column, by which a book that lost its properties is known
_TILES_ROW: Final = 2
_FILES_ROW: Final = 4
_FIRST: Final = 6  # first row of panels
_FOOT: Final[Look] = {**BODY, **SMALL, **MIDDLE, "text_wrap": False, "shrink": True}
# The sheets that the top leads to, as far as there are, and the columns of the links.
_LINKED: Final = ("clients", "turnout", "group", "items", "history", "attention")
_LINKS: Final = ((13, 13), (14, 15), (17, 19), (20, 21), (22, 24), (25, 25))
_PERCENT: Final = 68  # at which the sheet is as wide as A4 in landscape
_PAGE: Final = 730.0  # points of such a page, with the row that is repeated


def write_overview(
    book: Book, page: Page, context: PortfolioContext, sheets: Collection[str]
) -> tuple[CellSpan, CellSpan] | None:
    """Write the page: tiles, calls, and panels in bands that are printed whole.

    Gives the labels and the lost points of the weakest questions (None: nobody is ranked).
    """
    hidden = (_SIGNATURE,) * (1 + rank_panels.count_hidden_columns(context.catalog))
    widths = (*grid.WIDTHS, *hidden)
    page.columns(widths, hidden=range(len(grid.WIDTHS), len(widths)))
    page.text(0, len(grid.WIDTHS), SOFTWARE_SIGNATURE, BODY)
    _write_top(page, context, sheets)
    write_tiles(page, _TILES_ROW, context, sheets)
    _write_files(page, context)
    bands = _write_bands(book, page, context)
    for row in range(_FIRST, bands[-1]):
        page.height(row, grid.ROW)
    _set_up_print(page, context, bands)
    page.tab(NAVY)
    page.select(0, 0)
    if not len(context.portfolio.clients):
        return None
    return panels.find_weakest(page, bands[1], context)


def _write_top(page: Page, context: PortfolioContext, sheets: Collection[str]) -> None:
    say = context.say
    page.merged(0, 0, 6, say("portfolio.title"), {**TITLE, "shrink": True})
    page.merged(
        0,
        7,
        11,
        say("portfolio.date_and_issuer", date=context.date, issuer=context.issuer.name),
        {**_FOOT, "indent": 1},
    )
    linked = [key for key in _LINKED if key in sheets]
    for (first, last), key in zip(_LINKS, linked, strict=False):
        name, look = say(f"portfolio.sheet.{key}"), {**_FOOT, **LINK}
        page.merged(0, first, last, "", look)
        page.link(0, first, f"internal:'{name}'!A1", name, look)
    page.height(0, 27)
    page.height(1, grid.SPACE)


def _write_files(page: Page, context: PortfolioContext) -> None:
    """Say what became of the files, and by which catalogue."""
    say, counts = context.say, context.portfolio.counts
    told = {status.value: f"{counts[status]:,}" for status in ReturnStatus}
    text = say("portfolio.files", files=f"{context.portfolio.files:,}", **told)
    page.merged(_FILES_ROW, *grid.LEFT_SIDE, text, _FOOT)
    catalog = say("portfolio.catalog", id=context.catalog.id, version=context.catalog.version)
    page.merged(_FILES_ROW, *grid.RIGHT_SIDE, catalog, {**_FOOT, "align": "right"})
    page.height(_FILES_ROW, 16)
    page.height(_FILES_ROW + 1, grid.SPACE)


def _write_bands(book: Book, page: Page, context: PortfolioContext) -> list[int]:
    """Write the bands of panels; gives the first row of each, and the row below the last."""
    rows, groups = [_FIRST], context.portfolio.groups
    left, right = write_calls(page, _FIRST, context), _FIRST
    if not len(context.portfolio.clients):
        return [*rows, left + 1]
    if "group" in groups:
        right = rank_panels.write_groups(book, page, right, context, "group", total=True) + 1
    if "employees" in groups:
        right = rank_panels.write_groups(book, page, right, context, "employees")
    rows.append(max(left, right) + 1)
    left = panels.write_weakest(book, page, rows[-1], context)
    right = panels.write_categories(book, page, rows[-1], context)
    rows.append(max(left, right) + 1)
    left = panels.write_threats(book, page, rows[-1], context)
    right = rows[-1]
    if "industry" in groups:
        right = rank_panels.write_groups(book, page, right, context, "industry") + 1
    right = panels.write_standards(book, page, right, context)
    rows.append(max(left, right) + 1)
    if context.portfolio.clients["change"].notna().any():
        left, right = panels.write_changed(page, rows[-1], context), rows[-1]
        if not context.portfolio.movement.empty:
            right = rank_panels.write_movement(page, rows[-1], context)
        rows.append(max(left, right) + 1)
    return rows


def _set_up_print(page: Page, context: PortfolioContext, bands: list[int]) -> None:
    """Print as many bands on a page as fit."""
    say = context.say
    footer = f"&L&8{header_text(context.issuer.name)}&C&8{say('report.footer.page')}"
    footer = f"{footer}&R&8{header_text(context.date)}"
    page.paper(landscape=True, header=f"&R&8{say('report.confidential')}", footer=footer)
    page.scale(_PERCENT, repeat=(0, 0))
    breaks, top = [], 1
    for row, below in pairwise(bands):
        if row > _FIRST and sum(page.row_heights(0, 0) + page.row_heights(top, below - 2)) > _PAGE:
            breaks.append(row)
            top = row
    page.breaks(breaks, (0, 0, bands[-1] - 1, grid.RIGHT_SIDE[1]))
