"""The panels of 概要 on ranks: how groups of clients stand, and who moved since the previous run.

Up to five ranks with short labels have a column each. More are counted in hidden columns, from
which the bars are drawn; the sheets of the groups have all figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import pandas as pd

from sheet_diag.model.catalog import Catalog
from sheet_diag.reports.charts import make_row_shares
from sheet_diag.reports.portfolio import grid
from sheet_diag.reports.portfolio.grid import (
    CELL_CENTER,
    CELL_COUNT,
    CELL_SCORE,
    CELL_TEXT,
    RIGHT_SIDE,
    TOTAL,
    Columns,
    GridCell,
    shown_score,
)
from sheet_diag.reports.portfolio.table_sheet import PortfolioContext
from sheet_diag.text.text_metrics import text_width
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.rank_colours import rank_colours
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import BOLD

_MOST_GROUPS: Final = 8
_GROUP, _CLIENTS, _RANKS, _MEDIAN, _SHARES = (13, 14), (15, 16), (17, 21), (22, 22), (23, 25)
_WIDEST: Final = 2.2  # of a label in a column of its own, in full-width characters
_FIRST_HIDDEN: Final = len(grid.WIDTHS) + 1
_CORNER: Final = (13, 16)


@dataclass(frozen=True, slots=True)
class _GroupRow:
    label: str
    counts: tuple[int, ...]  # all, then by rank
    median: float


def count_hidden_columns(catalog: Catalog) -> int:
    """Count the hidden columns that the counts of ranks take."""
    return 0 if _rank_columns(catalog) else len(catalog.ranks)


def _rank_columns(catalog: Catalog) -> list[Columns]:
    """Share the columns among the ranks; none where their labels cannot be read there."""
    (first, last), count = _RANKS, len(catalog.ranks)
    wide = last - first + 1
    if count > wide or any(text_width(rank) > _WIDEST for rank in catalog.ranks):
        return []
    edges = [first + place * wide // count for place in range(count + 1)]
    return [(start, end - 1) for start, end in pairwise(edges)]


def write_groups(
    book: Book, page: Page, row: int, context: PortfolioContext, field: str, *, total: bool = False
) -> int:
    """Write ranks and median by group, with a bar of the ranks; returns the row below."""
    say = context.say
    grid.write_heading(page, row, RIGHT_SIDE, say(f"portfolio.{field}.heading"))
    grid.write_heads(page, row + 1, _list_heads(context, field))
    rows = _list_sizes(context) if field == "employees" else _list_groups(context, field)
    if total:
        rows = [*rows, _total(context)]
    for line, each in enumerate(rows, row + 2):
        more = TOTAL if total and each is rows[-1] else {}
        cells = [
            GridCell(_GROUP, each.label, {**CELL_TEXT, **more}, is_client_text=True),
            GridCell(_CLIENTS, each.counts[0], {**CELL_COUNT, "num_format": "#,##0", **more}),
            GridCell(_MEDIAN, shown_score(each.median), {**CELL_SCORE, **more}),
            GridCell(_SHARES, "", {**CELL_TEXT, **more}),
            *_count_cells(context.catalog, each.counts[1:], {**CELL_COUNT, **more}),
        ]
        grid.write_row(page, line, cells, say("report.none"))
    _draw_shares(book, page, (row + 2, row + 1 + len(rows)), context, field)
    return row + 2 + len(rows)


def _list_heads(context: PortfolioContext, field: str) -> Iterator[tuple[Columns, str]]:
    say, ranks = context.say, context.catalog.ranks
    columns = _rank_columns(context.catalog)
    yield _GROUP, say(f"portfolio.clients.{field}")
    yield _CLIENTS, say("portfolio.ranks.count")
    yield from zip(columns, ranks, strict=False)
    if not columns:
        yield _RANKS, say("portfolio.groups.low")
    yield _MEDIAN, say("portfolio.categories.median")
    yield _SHARES, say("portfolio.groups.shares", best=ranks[0], worst=ranks[-1])


def _count_cells(catalog: Catalog, counts: Sequence[int], look: Any) -> Iterator[GridCell]:
    """Make the cells of the counts by rank; without columns, of all that are followed up."""
    columns = _rank_columns(catalog)
    if not columns:
        yield GridCell(_RANKS, sum(counts[rank.position] for rank in catalog.follow_up_ranks), look)
        columns = [(_FIRST_HIDDEN + place,) * 2 for place in range(len(counts))]
    for at, count in zip(columns, counts, strict=True):
        yield GridCell(at, count, look)


def _draw_shares(
    book: Book, page: Page, rows: tuple[int, int], context: PortfolioContext, field: str
) -> None:
    """Draw the bars over their rows, from the counts of the ranks."""
    catalog, (first, last) = context.catalog, rows
    hidden = ((_FIRST_HIDDEN + rank.position,) * 2 for rank in catalog.ranks)
    columns = _rank_columns(catalog) or list(hidden)
    spans = {
        rank: (CellSpan(page.name, at, first, last), colours.fill)
        for (rank, colours), (at, _) in zip(rank_colours(catalog).items(), columns, strict=True)
    }
    chart = make_row_shares(book, CellSpan(page.name, _GROUP[0], first, last), spans)
    if count_hidden_columns(catalog):
        chart.show_hidden_data()
    told = context.say(f"portfolio.chart.{field}")
    grid.place_chart(page, first, _SHARES, chart, last - first + 1, told)


def _list_sizes(context: PortfolioContext) -> list[_GroupRow]:
    """List every size of the catalogue, also those of nobody; then what is none."""
    frame = context.portfolio.groups["employees"].set_index("choice")
    known = context.catalog.field_by_id.get("employees")
    bands = list(known.by_id if known else ())
    rest = [choice for choice in frame.index if choice not in bands]
    return [_group_row(context, "employees", frame, choice) for choice in [*bands, *rest]]


def _list_groups(context: PortfolioContext, field: str) -> list[_GroupRow]:
    """List the largest groups; the others stand together where there are two or more."""
    frame = context.portfolio.groups[field].set_index("choice")
    order = frame.sort_values("clients", ascending=False, kind="stable").index.tolist()
    kept = order if len(order) <= _MOST_GROUPS + 1 else order[:_MOST_GROUPS]
    rows = [_group_row(context, field, frame, choice) for choice in kept]
    rest = order[len(kept) :]
    if rest:
        part = frame.loc[rest]
        clients = context.portfolio.clients
        median = float(clients.loc[clients[field].isin(rest), "score"].median())
        counts = tuple(int(part[name].sum()) for name in ("clients", *context.catalog.ranks))
        label = context.say("portfolio.groups.others", count=len(rest))
        rows.append(_GroupRow(label, counts, median))
    return rows


def _group_row(
    context: PortfolioContext, field: str, frame: pd.DataFrame, choice: str
) -> _GroupRow:
    label = context.labels.group(field, choice)
    if choice not in frame.index:
        return _GroupRow(label, (0,) * (1 + len(context.catalog.ranks)), float("nan"))
    record: Any = frame.loc[choice]
    counts = tuple(int(record[name]) for name in ("clients", *context.catalog.ranks))
    return _GroupRow(label, counts, float(record["median"]))


def _total(context: PortfolioContext) -> _GroupRow:
    clients, ranks = context.portfolio.clients, context.portfolio.ranks
    counts = (len(clients), *ranks.values())
    label = context.say("portfolio.ranks.total")
    return _GroupRow(label, counts, float(clients["score"].median()))


# --- since the previous run


def write_movement(page: Page, row: int, context: PortfolioContext) -> int:
    """Write the clients by rank then and now; returns the row below."""
    say, ranks = context.say, context.catalog.ranks
    columns = _rank_columns(context.catalog)
    ways = [say(f"portfolio.movement.{way}") for way in ("up", "same", "down")]
    total = (22, 23) if columns else (23, 24)
    heads = [
        (_CORNER, say("portfolio.movement.corner")),
        *zip(columns or [(17, 18), (19, 20), (21, 22)], ranks if columns else ways, strict=True),
        (total, say("portfolio.ranks.total")),
    ]
    grid.write_heading(page, row, RIGHT_SIDE, say("portfolio.movement.heading"))
    grid.write_heads(page, row + 1, heads)
    for line, then in enumerate(ranks, row + 2):
        found: list[Any] = [context.portfolio.movement.at[str(then), str(now)] for now in ranks]
        counts, place = list(map(int, found)), then.position
        if not columns:
            counts = [sum(counts[:place]), counts[place], sum(counts[place + 1 :])]
            place = 1
        looks = [{**CELL_COUNT, **(TOTAL if at == place else {})} for at in range(len(counts))]
        middle = zip(heads[1:-1], counts, looks, strict=True)
        cells = [
            GridCell(_CORNER, str(then), {**CELL_CENTER, **BOLD}),
            *(GridCell(at, count, look) for (at, _), count, look in middle),
            GridCell(total, sum(counts), {**CELL_COUNT, **BOLD}),
        ]
        grid.write_row(page, line, cells, say("report.none"))
    below = row + 2 + len(ranks)
    if not columns:
        return below
    return grid.write_note(page, below, RIGHT_SIDE, say("portfolio.movement.how"))
