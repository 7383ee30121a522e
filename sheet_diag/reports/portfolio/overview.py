"""概要: the whole campaign as a dashboard on one printed page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.model.client_status import ResponseStatus, Stage
from sheet_diag.model.results import ReturnStatus
from sheet_diag.reports.charts import (
    SCORES,
    ChartSeries,
    make_column_chart,
    make_rank_shares_chart,
    make_ranks_chart,
)
from sheet_diag.reports.portfolio import panels
from sheet_diag.reports.portfolio.table_sheet import PortfolioContext
from sheet_diag.text.excel_text import header_text
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BLUE,
    BODY,
    BOLD,
    CENTER,
    HEADING,
    LINK,
    MIDDLE,
    MUTED,
    NAVY,
    PALE,
    SMALL,
    TITLE,
    WHITE,
    Look,
)

# Three panels side by side.
_GAP: Final = 24
_WIDTHS: Final = (*panels.WIDTHS, _GAP, *panels.WIDTHS, _GAP, *panels.WIDTHS)
_LAST: Final = len(_WIDTHS) - 1
_LEFT, _MIDDLE, _RIGHT = (place * (len(panels.WIDTHS) + 1) for place in range(3))
_TILES_ROW: Final = 3
_FIRST: Final = 6  # first row of the upper panels
_SECOND: Final = _FIRST + panels.UPPER_ROWS + 1
_THIRD: Final = _SECOND + panels.LOWER_ROWS + 1
_CHART_ROWS: Final = 9
_TILE_HEAD: Final[Look] = {**BODY, **CENTER, "font_size": 9, "font_color": MUTED, "bg_color": PALE}
_TILE: Final[Look] = {
    **BODY,
    **CENTER,
    **BOLD,
    "font_size": 20,
    "font_color": NAVY,
    "bg_color": PALE,
}
_COLUMNS: Final = {
    "mean": {"fill": {"color": NAVY}, "gap": 80},
    "median": {"fill": {"color": WHITE}, "border": {"color": BLUE}, "gap": 80},
}
_RESPONSES_ROW: Final = _TILES_ROW + 2


def write_overview(
    book: Book, page: Page, context: PortfolioContext, sheets: Sequence[str]
) -> None:
    """Write the page: tiles, six panels of tables, charts of them, guide to the other sheets."""
    say = context.say
    page.columns(_WIDTHS)
    page.merged(0, 0, _MIDDLE + 3, say("portfolio.title"), TITLE)
    catalog = say("portfolio.catalog", id=context.catalog.id, version=context.catalog.version)
    right = {**BODY, **SMALL, **MIDDLE, "align": "right"}
    page.merged(0, _MIDDLE + 4, _LAST, context.date, right)
    page.height(0, 34)
    page.merged(1, 0, _MIDDLE + 3, catalog, {**BODY, **SMALL, **MIDDLE})
    page.merged(1, _MIDDLE + 4, _LAST, SOFTWARE_SIGNATURE, right)
    _write_tiles(page, context)
    if context.portfolio.responses:
        _write_responses(page, context, context.portfolio.responses)
    ranks = panels.write_ranks(page, _FIRST, _LEFT, context)
    means = panels.write_categories(page, _FIRST, _MIDDLE, context)
    panels.write_weakest(page, _FIRST, _RIGHT, context)
    industries = panels.write_groups(page, _SECOND, _LEFT, context, "industry")
    panels.write_groups(page, _SECOND, _MIDDLE, context, "employees")
    panels.write_movement(page, _SECOND, _RIGHT, context)
    for row in (*range(_FIRST + 1, _SECOND - 1), *range(_SECOND + 1, _THIRD - 1)):
        page.height(row, 19)
    if len(context.portfolio.clients):
        _place_charts(book, page, context, ranks, means, industries)
    _write_guide(page, context, sheets)
    footer = f"&L&8{header_text(context.issuer.name)}&R&8{header_text(context.date)}"
    page.paper(landscape=True, header=f"&R&8{say('report.confidential')}", footer=footer)
    page.fit_page()
    page.tab(NAVY)
    page.select(0, 0)


def _write_tiles(page: Page, context: PortfolioContext) -> None:
    say, portfolio = context.say, context.portfolio
    counts, clients, row = portfolio.counts, portfolio.clients, _TILES_ROW
    others = counts[ReturnStatus.SUPERSEDED] + counts[ReturnStatus.IGNORED]
    tiles: list[tuple[str, float | None, str]] = [
        ("files", portfolio.files, "0"),
        ("ranked", counts[ReturnStatus.RANKED], "0"),
        ("held", counts[ReturnStatus.HELD], "0"),
        ("rejected", counts[ReturnStatus.REJECTED], "0"),
        ("others", others, "0"),
        ("mean", clients["score"].mean() if len(clients) else None, "0.0"),
        ("follow_up", int((clients["follow_up"] != "").sum()), "0"),
    ]
    edge = {"left": 5, "left_color": BLUE}
    places = ((0, 1), (2, 5), (6, 9), (10, 13), (14, 17), (18, 19), (20, _LAST))
    for (first, last), (key, value, shape) in zip(places, tiles, strict=True):
        page.merged(row, first, last, say(f"portfolio.tile.{key}"), {**_TILE_HEAD, **edge})
        look = {**_TILE, **edge, "num_format": shape}
        page.merged(row + 1, first, last, "" if value is not None else say("report.none"), look)
        if value is not None:
            page.number(row + 1, first, value, look)
    page.height(row, 18)
    page.height(row + 1, 32)


def _write_responses(page: Page, context: PortfolioContext, responses: ResponseStatus) -> None:
    """Write a line that says how many have answered, and links to the sheet."""
    say, total = context.say, responses.total
    counts = {
        "received": total.received,
        "sent": total.sent,
        "overdue": total.overdue,
        "correcting": responses.stages[Stage.CORRECTING],
    }
    rate = f"{total.rate:.0%}" if total.sent else say("standing.no_rate")
    text = say("standing.line", rate=rate, **{key: f"{count:,}" for key, count in counts.items()})
    look = {**BODY, **MIDDLE, **LINK, **BOLD, "text_wrap": False}
    page.merged(_RESPONSES_ROW, 0, _LAST, "", look)
    target = f"internal:'{say('portfolio.sheet.turnout')}'!A1"
    page.link(_RESPONSES_ROW, 0, target, text, look)
    page.height(_RESPONSES_ROW, 22)


def _place_charts(
    book: Book,
    page: Page,
    context: PortfolioContext,
    ranks: panels.PanelCells,
    means: panels.PanelCells,
    industries: panels.PanelCells,
) -> None:
    say, width = context.say, sum(panels.WIDTHS)
    name = say("portfolio.ranks.count")
    bars = make_ranks_chart(book, ranks.labels, ranks.values["count"], name=name)
    size = (sum(panels.WIDTHS[3:]), 10 * 25)
    about = say("portfolio.chart.ranks")
    page.place(_FIRST + 1, _LEFT + 3, bars, size, description=about)
    low = (width, _CHART_ROWS * 25)
    title = say("portfolio.chart.categories")
    series = [
        ChartSeries(say(f"portfolio.categories.{key}"), means.values[key], look)
        for key, look in _COLUMNS.items()
    ]
    chart = make_column_chart(book, means.labels, series, y_axis=SCORES, title=title)
    page.place(_THIRD, _LEFT, chart, low, description=title)
    title = say("portfolio.chart.industry")
    chart = make_rank_shares_chart(book, industries.labels, industries.values, title=title)
    page.place(_THIRD, _MIDDLE, chart, low, description=title)


def _write_guide(page: Page, context: PortfolioContext, sheets: Sequence[str]) -> None:
    say, row = context.say, _THIRD
    page.merged(row, _RIGHT, _LAST, say("portfolio.guide.heading"), HEADING)
    for line, key in enumerate(sheets, row + 1):
        name = say(f"portfolio.sheet.{key}")
        page.merged(line, _RIGHT, _RIGHT + 1, "", {**BODY, **MIDDLE})
        link = {**BODY, **MIDDLE, **LINK, "font_size": 9}
        page.link(line, _RIGHT, f"internal:'{name}'!A1", name, link)
        look = {**BODY, **MIDDLE, "font_size": 9}
        page.merged(line, _RIGHT + 2, _LAST, say(f"portfolio.guide.{key}"), look)
        page.height(line, 18)
