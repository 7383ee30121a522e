"""一覧: every ranked client, with what a person sorts and filters by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from sheet_diag.reports.portfolio.table_sheet import (
    LEFT,
    MID,
    SCALE,
    SCORE,
    WRAPPED,
    CellMaker,
    PortfolioColumn,
    PortfolioContext,
    PortfolioRow,
    PortfolioTable,
    RowLink,
    iterate_rows,
    make_number_cell,
    measure_height,
    write_table_sheet,
)
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BOLD, LINK, RANKS, Look

_MOST_LINKS: Final = 65_530  # of a sheet in Excel
_CELLS: Final = 3_000_000  # all of 100,000 clients
_SCORE_COLUMN: Final = 6
_FIRST_CATEGORY: Final = 10  # its column
# Widths in pixels; texts in these columns may need more than a line.
_INDUSTRY, _CAPS, _FOLLOW_UP = 190, 230, 190
_COUNTS: Final = {"critical": 70, "insurance": 74, "open_items": 76, "overrides": 66}
_FRAME_COLUMNS: Final = (
    "position", "client", "name", "industry", "employees", "rank", "score", "deviation",
    "previous_rank", "change", "file", "weakest", "base_rank", "caps", "follow_up", "result",
)  # fmt: skip
_WHOLE: Final = {**MID, "num_format": "0"}
_NAME: Final = {**LEFT, **BOLD}
_OVERALL: Final = {**SCORE, **BOLD}
_LINK: Final = {**MID, **LINK}
# The difference with its sign, which tells it also without the colour.
_CHANGE: Final = {**MID, "num_format": '"▲ +"0.0;"▼ -"0.0;"＝ "0.0'}
_RANKS: Final = {
    rank: {**MID, **BOLD, "font_size": 11, "font_color": color} for rank, color in RANKS.items()
}


def write_clients(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write 一覧: a native table, best first."""
    say, clients = context.say, context.portfolio.clients
    listing = PortfolioTable(
        heading=say("portfolio.sheet.clients"),
        lead=say("portfolio.clients.lead"),
        columns=_columns(context),
        count=len(clients),
        table="Clients",
        frozen=3,
        cells=_CELLS,
        full="data/clients.csv",
        linked=True,
    )
    rows = write_table_sheet(page, context, listing, _rows(context))
    if rows:
        last = _FIRST_CATEGORY + len(context.catalog.categories) - 1
        page.shade((rows[0], _SCORE_COLUMN, rows[1], _SCORE_COLUMN), SCALE)
        page.shade((rows[0], _FIRST_CATEGORY, rows[1], last), SCALE)


def _columns(context: PortfolioContext) -> list[PortfolioColumn]:
    say, categories = context.say, context.catalog.categories

    def named(
        key: str, width: int, look: Look = MID, make: CellMaker = Page.text_cell
    ) -> PortfolioColumn:
        return PortfolioColumn(say(f"portfolio.clients.{key}"), width, look, make)

    return [
        named("position", 52, _WHOLE, make_number_cell),
        named("client", 84, MID, Page.client_cell),
        named("name", 220, _NAME, Page.client_cell),
        named("industry", _INDUSTRY, WRAPPED, Page.client_cell),
        replace(
            named("employees", 96, MID, Page.client_cell),
            shown=context.labels.employees,
        ),
        replace(named("rank", 52), looks=_RANKS),
        named("score", 68, _OVERALL, make_number_cell),
        named("deviation", 62, SCORE, make_number_cell),
        named("previous", 66),
        named("change", 62, _CHANGE, make_number_cell),
        *(
            PortfolioColumn(each.short[say.lang], 76, SCORE, make_number_cell)
            for each in categories
        ),
        replace(named("weakest", 88), shown=context.labels.category),
        named("base_rank", 62),
        named("caps", _CAPS, WRAPPED),
        *(named(key, width, _WHOLE, make_number_cell) for key, width in _COUNTS.items()),
        named("follow_up", _FOLLOW_UP, WRAPPED),
        named("result", 60),
    ]


def _rows(context: PortfolioContext) -> Iterator[PortfolioRow]:
    say = context.say
    labels = context.labels
    caps, follow_up = cache(labels.caps), cache(labels.follow_up)  # the same few come back
    scores = [f"score:{category.id}" for category in context.catalog.categories]
    records = iterate_rows(context.portfolio.clients, [*_FRAME_COLUMNS, *_COUNTS, *scores])
    for index, record in enumerate(records):
        position, client, name, industry, employees, rank, score, *more = record
        deviation, previous, change, file, weakest, base, rules, words, result, *rest = more
        counts, by_category = rest[: len(_COUNTS)], rest[len(_COUNTS) :]
        texts = (labels.industry(industry), caps(rules), follow_up(words))
        heights = map(measure_height, (_INDUSTRY, _CAPS, _FOLLOW_UP), texts)
        values = (
            position, client, labels.client(name, file), texts[0],
            employees, rank, score, deviation,
            previous or say("report.none"), change, *by_category, weakest,
            base, texts[1], *counts, texts[2],
        )  # fmt: skip
        link = RowLink(say("portfolio.clients.open"), _LINK, f"external:{result}")
        name_only = RowLink(result, LEFT)
        yield PortfolioRow(values, max(22, *heights), link if index < _MOST_LINKS else name_only)
