"""推移: the scores of each client in this run and earlier ones, and a line of their medians."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import pandas as pd

from sheet_diag.reports.charts import make_history_chart, score_axis
from sheet_diag.reports.portfolio.table_sheet import (
    HEADER_ROW,
    SCORE,
    PortfolioColumn,
    PortfolioContext,
    PortfolioRow,
    PortfolioTable,
    iterate_rows,
    make_number_cell,
    make_rank_column,
    measure_height,
    shade_scores,
    write_table_sheet,
)
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import RowSpan
from sheet_diag.xlsx.theme import BOLD, CENTERED_9, PALE, TEXT_9, Look

_FIRST: Final = 3  # column of scores: name, group and rank stand left of them
_NAME, _GROUP, _RANK, _SCORE = 190, 110, 56, 84  # widths in pixels
_HEADER: Final = HEADER_ROW + 2  # below a row of medians and one of counts
_CHART: Final = (520, 300)
_COUNT: Final[Look] = {**CENTERED_9, "num_format": "#,##0"}
_TOTAL: Final[Look] = {"bg_color": PALE, **BOLD}


def write_history(book: Book, page: Page, context: PortfolioContext) -> None:
    """Write the sheet of a portfolio with a history."""
    say, clients = context.say, context.portfolio.clients
    scores = _collect_scores(context)
    listing = PortfolioTable(
        heading=say("portfolio.sheet.history"),
        lead=say("portfolio.history.lead"),
        columns=_columns(context, list(scores)),
        count=len(clients),
        table="History",
        frozen=1,
        full="run.json",
        header=_HEADER,
    )
    medians = _write_sums(page, context, scores)
    rows = write_table_sheet(page, context, listing, _rows(context, scores))
    if rows:
        page.shade(
            (rows[0], _FIRST, rows[1], listing.last), shade_scores(context.catalog.scoring.full)
        )
    labels = RowSpan(page.name, _HEADER, _FIRST, tuple(scores))
    title = say("portfolio.chart.history")
    axis = score_axis(context.catalog, context.catalog.scoring.full)
    chart = make_history_chart(book, labels, medians, axis, title=title, series=title)
    page.place(listing.first, listing.last + 2, chart, _CHART, description=title)


def _collect_scores(context: PortfolioContext) -> dict[str, pd.Series[float]]:
    """Put the scores of this run beside those of the earlier ones, each run by its heading."""
    own, found = f"{context.catalog.id}@{context.catalog.version}", {}
    runs: Any = context.portfolio.history.items()
    for (day, catalog), scores in runs:
        found[_name_run(context, day, "run" if catalog == own else "other")] = scores
    now = _name_run(context, context.portfolio.as_of, "now")
    return {**found, now: context.portfolio.clients["score"]}


def _name_run(context: PortfolioContext, day: date, kind: str) -> str:
    return context.say(f"portfolio.history.{kind}", year=day.year, month=day.month, day=day.day)


def _columns(context: PortfolioContext, runs: Sequence[str]) -> list[PortfolioColumn]:
    say = context.say
    return [
        PortfolioColumn(say("portfolio.clients.name"), _NAME, {**TEXT_9, **BOLD}, Page.client_cell),
        PortfolioColumn(say("portfolio.clients.group"), _GROUP, TEXT_9, Page.client_cell),
        make_rank_column(context, say("portfolio.clients.rank"), _RANK),
        *(PortfolioColumn(run, _SCORE, SCORE, make_number_cell) for run in runs),
    ]


def _write_sums(
    page: Page, context: PortfolioContext, scores: Mapping[str, pd.Series[float]]
) -> RowSpan:
    """Write the medians and how many clients they are of; give the medians."""
    medians = [float(each.median()) for each in scores.values()]
    counts = [int(each.count()) for each in scores.values()]
    sums: tuple[tuple[str, Sequence[float], Look], ...] = (
        ("median", medians, SCORE),
        ("count", counts, _COUNT),
    )
    for row, (key, figures, look) in enumerate(sums, HEADER_ROW):
        label = context.say(f"portfolio.history.{key}")
        page.merged(row, 0, _FIRST - 1, label, {**TEXT_9, **_TOTAL})
        for place, figure in enumerate(figures, _FIRST):
            page.number(row, place, figure, {**look, **_TOTAL})
        page.height(row, 20)
    return RowSpan(page.name, HEADER_ROW, _FIRST, tuple(medians))


def _rows(
    context: PortfolioContext, scores: Mapping[str, pd.Series[float]]
) -> Iterator[PortfolioRow]:
    about = iterate_rows(context.portfolio.clients, ("name", "file", "group", "rank"))
    for client, figures in zip(about, zip(*scores.values(), strict=True), strict=True):
        name, file, group, rank = client
        label = context.labels.client(name, file)
        heights = (measure_height(_NAME, label), measure_height(_GROUP, group))
        yield PortfolioRow((label, group, rank, *figures), max(22, *heights))
