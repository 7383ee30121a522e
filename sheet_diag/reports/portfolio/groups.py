"""グループ別, 業種別 and 規模別: ranks and scores of each group of clients, with a chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sheet_diag.model.catalog import Catalog
from sheet_diag.reports.charts import make_rank_shares_chart
from sheet_diag.reports.portfolio.table_sheet import (
    FIRST_ROW,
    SCORE,
    SHARE,
    PortfolioColumn,
    PortfolioContext,
    PortfolioRow,
    PortfolioTable,
    iterate_rows,
    make_number_cell,
    measure_height,
    rank_width,
    shade_scores,
    write_table_sheet,
)
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.rank_colours import rank_colours
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import (
    BOLD,
    CENTERED_9,
    TEXT_9,
)

_LABEL: Final = 176  # pixels
_FIGURES: Final = ("mean", "lower", "median", "upper")
_CHART: Final = 560
_MOST_BARS: Final = 40  # more make a chart longer than a screen shows
_COUNT: Final = {**CENTERED_9, "num_format": "#,##0"}


def write_groups(book: Book, page: Page, context: PortfolioContext, field: str) -> None:
    """Write the sheet of one field, by which clients are grouped."""
    say, frame, ranks = context.say, context.portfolio.groups[field], context.catalog.ranks
    listing = PortfolioTable(
        heading=say(f"portfolio.sheet.{field}"),
        lead=say("portfolio.groups.lead", best=ranks[0], worst=ranks[-1]),
        columns=_columns(context, field),
        count=len(frame),
        table=f"By_{field}",
        full="data/clients.csv",
        charted=True,
    )
    rows = write_table_sheet(page, context, listing, _rows(context, field))
    if rows:
        first = listing.last - len(context.catalog.scored_categories) + 1
        full = context.catalog.scoring.full_of_category
        page.shade((rows[0], first, rows[1], listing.last), shade_scores(full))
        _place_chart(book, page, rows, context.catalog, say(f"portfolio.chart.{field}"))


def _columns(context: PortfolioContext, field: str) -> list[PortfolioColumn]:
    say, catalog, ranks = context.say, context.catalog, context.catalog.ranks
    narrow, wide = rank_width(catalog, 38), rank_width(catalog, 46)
    scores = [say(f"portfolio.categories.{key}") for key in _FIGURES]
    categories = [category.short[say.lang] for category in context.catalog.scored_categories]
    return [
        PortfolioColumn(
            say(f"portfolio.clients.{field}"), _LABEL, {**TEXT_9, **BOLD}, Page.client_cell
        ),
        PortfolioColumn(say("portfolio.ranks.count"), 50, _COUNT, make_number_cell),
        PortfolioColumn(say("portfolio.ranks.share"), 50, SHARE, make_number_cell),
        *(PortfolioColumn(rank, narrow, _COUNT, make_number_cell) for rank in ranks),
        *(PortfolioColumn(f"{rank} %", wide, SHARE, make_number_cell) for rank in ranks),
        *(PortfolioColumn(head, 58, SCORE, make_number_cell) for head in scores),
        *(PortfolioColumn(head, 62, SCORE, make_number_cell) for head in categories),
    ]


def _rows(context: PortfolioContext, field: str) -> Iterator[PortfolioRow]:
    total, ranks = len(context.portfolio.clients), context.catalog.ranks
    scores = [f"score:{category.id}" for category in context.catalog.scored_categories]
    names = ["choice", "clients", *ranks, *_FIGURES, *scores]
    for choice, clients, *figures in iterate_rows(context.portfolio.groups[field], names):
        label = context.labels.group(field, choice)
        counts, means = figures[: len(ranks)], figures[len(ranks) :]
        shares = [count / clients for count in counts]
        values = (label, clients, clients / total, *counts, *shares, *means)
        yield PortfolioRow(values, max(22, measure_height(_LABEL, label)))


def _place_chart(
    book: Book, page: Page, rows: tuple[int, int], catalog: Catalog, title: str
) -> None:
    first, last = rows
    if last - first >= _MOST_BARS:
        return
    labels = CellSpan(page.name, 0, first, last)
    ranks = {
        rank: (CellSpan(page.name, 3 + place, first, last), colours.fill)
        for place, (rank, colours) in enumerate(rank_colours(catalog).items())
    }
    chart = make_rank_shares_chart(book, labels, ranks, title=title)
    size = (_CHART + 300, 130 + 26 * (last - FIRST_ROW + 1))
    page.place(last + 2, 0, chart, size, description=title)
