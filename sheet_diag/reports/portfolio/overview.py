"""概要: the whole campaign on one printed page."""

from __future__ import annotations

from typing import Any, Final

from sheet_diag.celltext import header_text
from sheet_diag.layout import SOFTWARE
from sheet_diag.model.basics import Rank
from sheet_diag.model.results import Status
from sheet_diag.reports.charts import Area, columns, radar
from sheet_diag.reports.portfolio.listing import MID, SCORE, Summary
from sheet_diag.style import (
    BLUE,
    BODY,
    BOLD,
    CELL,
    CENTER,
    GRID,
    HEAD,
    HEADING,
    INSET,
    LINK,
    MIDDLE,
    MUTED,
    NAVY,
    PALE,
    RANKS,
    SMALL,
    TITLE,
    Look,
)
from sheet_diag.workbook import Book, Page

_HALF: Final = (84,) * 6
_WIDTHS: Final = (*_HALF, 28, *_HALF)
_LAST: Final = len(_WIDTHS) - 1
_RIGHT: Final = 7  # first column of the right half
_CHART: Final = (496, 310)  # pixels
_CHART_ROWS: Final = 13
_TABLES_ROW: Final = 6
_TILE_HEAD: Final[Look] = {**BODY, **CENTER, "font_size": 9, "font_color": MUTED, "bg_color": PALE}
_TILE: Final[Look] = {
    **BODY,
    **CENTER,
    **BOLD,
    "font_size": 20,
    "font_color": NAVY,
    "bg_color": PALE,
}
_GUIDE: Final = ("clients", "heatmap", "items", "attention", "data")


def write_overview(book: Book, page: Page, summary: Summary) -> None:
    """Write the page: tiles, rank distribution, category means, guide to the other sheets."""
    say = summary.say
    page.columns(_WIDTHS)
    page.merged(0, 0, 7, say("portfolio.title"), TITLE)
    page.merged(0, 8, _LAST, summary.date, {**BODY, **SMALL, **MIDDLE, "align": "right"})
    page.height(0, 36)
    catalog = say("portfolio.catalog", id=summary.catalog.id, version=summary.catalog.version)
    page.merged(1, 0, 7, catalog, {**BODY, **SMALL, **MIDDLE})
    page.merged(1, 8, _LAST, SOFTWARE, {**BODY, **SMALL, **MIDDLE, "align": "right"})
    _write_tiles(page, 3, summary)
    ranks = _write_ranks(page, _TABLES_ROW, summary)
    means = _write_categories(page, _TABLES_ROW, summary)
    if len(summary.portfolio.clients):
        _place_charts(book, page, summary, ranks, means)
    _write_guide(page, _charts_row(summary) + _CHART_ROWS, summary)
    footer = f"&L&8{header_text(summary.issuer.name)}&R&8{header_text(summary.date)}"
    page.paper(landscape=True, header=f"&R&8{say('report.confidential')}", footer=footer)
    page.fit_page()
    page.tab(NAVY)


def _charts_row(summary: Summary) -> int:
    """The row below both tables: six lines of ranks, or a line a category."""
    return _TABLES_ROW + 5 + max(len(Rank) + 1, len(summary.catalog.categories))


def _write_tiles(page: Page, row: int, summary: Summary) -> None:
    say, portfolio = summary.say, summary.portfolio
    counts = portfolio.counts
    others = counts[Status.SUPERSEDED] + counts[Status.IGNORED]
    tiles: list[tuple[str, float | None, str]] = [
        ("files", portfolio.files, "0"),
        ("ranked", counts[Status.RANKED], "0"),
        ("held", counts[Status.HELD], "0"),
        ("rejected", counts[Status.REJECTED], "0"),
        ("others", others, "0"),
        ("mean", portfolio.clients["score"].mean() if len(portfolio.clients) else None, "0.0"),
    ]
    edge = {"left": 5, "left_color": BLUE}
    for place, (key, value, shape) in enumerate(tiles):
        column = place * 2 + (place >= 3)
        page.merged(row, column, column + 1, say(f"portfolio.tile.{key}"), {**_TILE_HEAD, **edge})
        look = {**_TILE, **edge, "num_format": shape}
        page.merged(
            row + 1, column, column + 1, "" if value is not None else say("report.none"), look
        )
        if value is not None:
            page.number(row + 1, column, value, look)
    page.height(row, 20)
    page.height(row + 1, 34)


def _write_ranks(page: Page, row: int, summary: Summary) -> Area:
    say, portfolio = summary.say, summary.portfolio
    total = sum(portfolio.ranks.values())
    page.merged(row, 0, 5, say("portfolio.ranks.heading"), HEADING)
    page.height(row, 24)
    for column, key in ((0, "rank"), (2, "count"), (4, "share")):
        page.merged(row + 2, column, column + 1, say(f"portfolio.ranks.{key}"), HEAD)
    for line, rank in enumerate(Rank, row + 3):
        count = portfolio.ranks[rank]
        look = {**CELL, **CENTER}
        mark = {**look, **BOLD, "font_size": 12, "font_color": RANKS[rank.value]}
        _merged_number(page, line, 2, count, {**look, "num_format": "0"})
        _merged_number(page, line, 4, count / total if total else 0, {**look, "num_format": "0.0%"})
        page.merged(line, 0, 1, rank.value, mark)
        page.height(line, 21)
    total_look = {**CELL, **CENTER, **BOLD, "bg_color": PALE}
    page.merged(row + 8, 0, 1, say("portfolio.ranks.total"), total_look)
    _merged_number(page, row + 8, 2, total, {**total_look, "num_format": "0"})
    page.merged(row + 8, 4, 5, "", total_look)
    return Area(page.name, row + 3, row + 7, labels=0, values=2)


def _write_categories(page: Page, row: int, summary: Summary) -> Area:
    say, frame = summary.say, summary.portfolio.categories
    page.merged(row, _RIGHT, _LAST, say("portfolio.categories.heading"), HEADING)
    page.merged(row + 2, _RIGHT, _RIGHT + 1, say("portfolio.categories.category"), HEAD)
    keys = ("mean", "median", "lowest", "highest")
    for column, key in enumerate(keys, _RIGHT + 2):
        page.text(row + 2, column, say(f"portfolio.categories.{key}"), HEAD)
    records = sorted(frame.to_dict("records"), key=lambda record: not record["clients"])
    for line, record in enumerate(records, row + 3):
        page.merged(
            line,
            _RIGHT,
            _RIGHT + 1,
            summary.category(record["category"]),
            {**CELL, **INSET, **BOLD},
        )
        for column, key in enumerate(keys, _RIGHT + 2):
            if record["clients"]:
                page.number(line, column, record[key], SCORE)
            else:
                page.text(line, column, say("report.none"), MID)
        page.height(line, 21)
    drawn = sum(1 for record in records if record["clients"])
    return Area(page.name, row + 3, row + 2 + drawn, labels=_RIGHT, values=_RIGHT + 2)


def _place_charts(book: Book, page: Page, summary: Summary, ranks: Area, means: Area) -> None:
    say = summary.say
    bars = columns(
        book,
        ranks,
        title=say("portfolio.ranks.heading"),
        series=say("portfolio.ranks.count"),
        colors=list(RANKS.values()),
        axis=say("portfolio.ranks.count"),
    )
    heading = say("portfolio.categories.heading")
    spider = radar(book, means, title=heading, series=say("portfolio.categories.mean"))
    row = _charts_row(summary)
    page.place(row, 0, bars, _CHART)
    page.place(row, _RIGHT, spider, _CHART)


def _write_guide(page: Page, row: int, summary: Summary) -> None:
    say = summary.say
    page.merged(row, 0, _LAST, say("portfolio.guide.heading"), HEADING)
    page.height(row, 24)
    for line, key in enumerate(_GUIDE, row + 1):
        name = say(f"portfolio.sheet.{key}")
        page.merged(line, 0, 1, "", {**BODY, **MIDDLE})
        page.link(line, 0, f"internal:'{name}'!A1", name, {**BODY, **MIDDLE, **LINK})
        page.merged(line, 2, _LAST, say(f"portfolio.guide.{key}"), {**BODY, **MIDDLE})
        page.height(line, 20)


def _merged_number(page: Page, row: int, column: int, value: Any, look: Look) -> None:
    page.merged(row, column, column + 1, "", {**look, **GRID})
    page.number(row, column, value, {**look, **GRID})
