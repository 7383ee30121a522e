"""業種別 and 規模別: ranks and scores of each group of clients, with a chart beside the table."""

from __future__ import annotations

from typing import Any, Final

from sheet_diag.model.basics import Rank
from sheet_diag.reports.cells import Span
from sheet_diag.reports.portfolio.charts import stacked_ranks
from sheet_diag.reports.portfolio.clients import write_score
from sheet_diag.reports.portfolio.listing import (
    FIRST_ROW,
    MID,
    SCALE,
    SCORE,
    SHARE,
    WRAPPED,
    Column,
    Summary,
    write_listing,
)
from sheet_diag.style import BOLD
from sheet_diag.typography import room, row_height
from sheet_diag.workbook import Book, Page

_LABEL: Final = 210  # pixels
_FIGURES: Final = ("mean", "lower", "median", "upper")
_CHART: Final = 560


def write_groups(book: Book, page: Page, summary: Summary, field: str) -> None:
    """Write the sheet of one profile field."""
    say, catalog = summary.say, summary.catalog
    columns = [
        Column(say(f"portfolio.clients.{field}"), _LABEL),
        Column(say("portfolio.ranks.count"), 60),
        Column(say("portfolio.ranks.share"), 60),
        *(Column(rank.value, 46) for rank in Rank),
        *(Column(f"{rank.value} %", 52) for rank in Rank),
        *(Column(say(f"portfolio.categories.{key}"), 64) for key in _FIGURES),
        *(Column(category.short[say.lang], 76) for category in catalog.categories),
    ]
    records = summary.portfolio.groups[field].to_dict("records")
    total = len(summary.portfolio.clients)

    def write_row(page: Page, row: int, index: int) -> None:
        _write_group(page, row, records[index], summary, (field, total))

    rows = write_listing(
        page,
        summary,
        heading=say(f"portfolio.sheet.{field}"),
        lead=say("portfolio.groups.lead"),
        columns=columns,
        count=len(records),
        write_row=write_row,
        table=f"By_{field}",
        full="data/clients.csv",
    )
    if rows:
        end = len(columns) - 1
        page.shade((rows[0], end - len(catalog.categories) + 1, rows[1], end), SCALE)
        _place_chart(book, page, rows, say(f"portfolio.chart.{field}"))


def _write_group(
    page: Page, row: int, record: Any, summary: Summary, group: tuple[str, int]
) -> None:
    field, total = group
    clients = record["clients"]
    label = summary.group(field, record["choice"])
    page.client_text(row, 0, label, {**WRAPPED, **BOLD})
    page.number(row, 1, clients, {**MID, "num_format": "#,##0"})
    page.number(row, 2, clients / total, SHARE)
    for rank in Rank:
        page.number(row, 3 + rank.position, record[rank.value], {**MID, "num_format": "#,##0"})
        page.number(row, 8 + rank.position, record[rank.value] / clients, SHARE)
    for column, key in enumerate(_FIGURES, 13):
        page.number(row, column, record[key], SCORE)
    for column, category in enumerate(summary.catalog.categories, 17):
        write_score(page, row, column, record[f"score:{category.id}"])
    page.height(row, max(22, row_height(label, room=room(_LABEL, indent=1), size=9, padding=6)))


def _place_chart(book: Book, page: Page, rows: tuple[int, int], title: str) -> None:
    first, last = rows
    labels = Span(page.name, 0, first, last)
    ranks = {rank.value: Span(page.name, 3 + rank.position, first, last) for rank in Rank}
    chart = stacked_ranks(book, labels, ranks, title=title)
    size = (_CHART + 300, 130 + 26 * (last - FIRST_ROW + 1))
    page.place(last + 2, 0, chart, size, description=title)
