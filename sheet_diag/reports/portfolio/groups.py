"""業種別 and 規模別: ranks and scores of each group of clients, with a chart beside the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sheet_diag.model.basics import Rank
from sheet_diag.reports.client.cell_references import Span
from sheet_diag.reports.portfolio.charts import stacked_ranks
from sheet_diag.reports.portfolio.table_sheet import (
    FIRST_ROW,
    MID,
    SCALE,
    SCORE,
    SHARE,
    WRAPPED,
    Column,
    Listing,
    Row,
    Summary,
    figure,
    height_in,
    rows_of,
    write_listing,
)
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BOLD

_LABEL: Final = 210  # pixels
_FIGURES: Final = ("mean", "lower", "median", "upper")
_CHART: Final = 560
_COUNT: Final = {**MID, "num_format": "#,##0"}


def write_groups(book: Book, page: Page, summary: Summary, field: str) -> None:
    """Write the sheet of one profile field."""
    say, frame = summary.say, summary.portfolio.groups[field]
    listing = Listing(
        heading=say(f"portfolio.sheet.{field}"),
        lead=say("portfolio.groups.lead"),
        columns=_columns(summary, field),
        count=len(frame),
        table=f"By_{field}",
        full="data/clients.csv",
        charted=True,
    )
    rows = write_listing(page, summary, listing, _rows(summary, field))
    if rows:
        first = listing.last - len(summary.catalog.categories) + 1
        page.shade((rows[0], first, rows[1], listing.last), SCALE)
        _place_chart(book, page, rows, say(f"portfolio.chart.{field}"))


def _columns(summary: Summary, field: str) -> list[Column]:
    say = summary.say
    scores = [say(f"portfolio.categories.{key}") for key in _FIGURES]
    categories = [category.short[say.lang] for category in summary.catalog.categories]
    return [
        Column(say(f"portfolio.clients.{field}"), _LABEL, {**WRAPPED, **BOLD}, Page.client_cell),
        Column(say("portfolio.ranks.count"), 60, _COUNT, figure),
        Column(say("portfolio.ranks.share"), 60, SHARE, figure),
        *(Column(rank.value, 46, _COUNT, figure) for rank in Rank),
        *(Column(f"{rank.value} %", 52, SHARE, figure) for rank in Rank),
        *(Column(head, 64, SCORE, figure) for head in scores),
        *(Column(head, 76, SCORE, figure) for head in categories),
    ]


def _rows(summary: Summary, field: str) -> Iterator[Row]:
    total = len(summary.portfolio.clients)
    scores = [f"score:{category.id}" for category in summary.catalog.categories]
    names = ["choice", "clients", *(rank.value for rank in Rank), *_FIGURES, *scores]
    for choice, clients, *figures in rows_of(summary.portfolio.groups[field], names):
        label = summary.group(field, choice)
        counts, means = figures[: len(Rank)], figures[len(Rank) :]
        shares = [count / clients for count in counts]
        values = (label, clients, clients / total, *counts, *shares, *means)
        yield Row(values, max(22, height_in(_LABEL, label)))


def _place_chart(book: Book, page: Page, rows: tuple[int, int], title: str) -> None:
    first, last = rows
    labels = Span(page.name, 0, first, last)
    ranks = {rank.value: Span(page.name, 3 + rank.position, first, last) for rank in Rank}
    chart = stacked_ranks(book, labels, ranks, title=title)
    size = (_CHART + 300, 130 + 26 * (last - FIRST_ROW + 1))
    page.place(last + 2, 0, chart, size, description=title)
