"""The panels of 概要 beside the calls: small tables with bars drawn from their own cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from sheet_diag.diagnosis.coverage import cover_standards, list_items_by_threat
from sheet_diag.model.catalog import Catalog, ChoiceRole
from sheet_diag.reports.charts import make_row_bars
from sheet_diag.reports.portfolio import grid
from sheet_diag.reports.portfolio.grid import (
    CELL_CENTER,
    CELL_COUNT,
    CELL_SCORE,
    CELL_SHARE,
    CELL_TEXT,
    LEFT_SIDE,
    Columns,
    GridCell,
    shown_score,
)
from sheet_diag.reports.portfolio.table_sheet import PortfolioContext
from sheet_diag.reports.portfolio.tables import UNANSWERED
from sheet_diag.text.numbers import to_cell
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import BOLD

_MOST_ITEMS: Final = 10
_CHANGED: Final = 5  # risers, and fallers
# Columns of the panels with bars: label, two figures, bar.
_LEFT_BARS: Final = ((0, 5), (6, 7), (8, 9), (10, 11))
_RIGHT_BARS: Final = ((13, 18), (19, 20), (21, 22), (23, 25))


# --- panels with a bar a row


@dataclass(frozen=True, slots=True)
class _BarPanel:
    """Rows of a label and two figures, of which a bar shows the one at `drawn`.

    The bars end at `most` (None: at the longest); a dashed line stands at `mark` (None: none).
    """

    key: str
    columns: tuple[Columns, ...]
    heads: Sequence[str]
    rows: Sequence[tuple[str, Any, Any]]
    looks: tuple[Mapping[str, Any], Mapping[str, Any]]
    drawn: int
    most: float | None = None
    mark: float | None = None


def _write_bars(book: Book, page: Page, row: int, context: PortfolioContext, it: _BarPanel) -> int:
    say, (label, first, second, bar) = context.say, it.columns
    side = (label[0], bar[1])
    heading = say(f"portfolio.{it.key}.heading")
    grid.write_heading(page, row, side, heading)
    grid.write_heads(page, row + 1, zip(it.columns, it.heads, strict=True))
    for line, (text, one, two) in enumerate(it.rows, row + 2):
        cells = [
            GridCell(label, text, CELL_TEXT),
            GridCell(first, one, dict(it.looks[0])),
            GridCell(second, two, dict(it.looks[1])),
            GridCell(bar, "", CELL_TEXT),
        ]
        grid.write_row(page, line, cells, say("report.none"))
    last = row + 1 + len(it.rows)
    labels = CellSpan(page.name, label[0], row + 2, last)
    values = CellSpan(page.name, (first, second)[it.drawn][0], row + 2, last)
    chart = make_row_bars(book, labels, values, name=heading, most=it.most, mark=it.mark)
    grid.place_chart(page, row + 2, bar, chart, len(it.rows), heading)
    return last + 1


def write_weakest(book: Book, page: Page, row: int, context: PortfolioContext) -> int:
    """Write the questions that lose most points, as 設問分析 has them; returns the row below."""
    say, catalog = context.say, context.catalog
    worst = context.portfolio.items.head(_MOST_ITEMS)
    rows = []
    for number, record in enumerate(worst.to_dict("records"), 1):
        item = catalog.items[str(record["item"])]
        star = f" {say('report.answers.critical.mark')}" if item.critical else ""
        label = f"{number}  {item.id} {item.topic[say.lang]}{star}"
        rows.append((label, _missing_share(catalog, record), shown_score(record["lost"])))
    heads = [say(f"portfolio.weakest.{key}") for key in ("item", "missing", "lost", "bar")]
    looks = (CELL_SHARE, {**CELL_SCORE, **BOLD})
    panel = _BarPanel("weakest", _LEFT_BARS, heads, rows, looks, drawn=1)
    below = _write_bars(book, page, row, context, panel)
    return grid.write_note(page, below, LEFT_SIDE, say("portfolio.weakest.how"))


def find_weakest(page: Page, row: int, context: PortfolioContext) -> tuple[CellSpan, CellSpan]:
    """Find the labels and the lost points of the panel at a row."""
    last = row + 1 + min(_MOST_ITEMS, len(context.portfolio.items))
    label, _, lost, _ = _LEFT_BARS
    return CellSpan(page.name, label[0], row + 2, last), CellSpan(page.name, lost[0], row + 2, last)


def _missing_share(catalog: Catalog, record: Mapping[Any, Any]) -> float:
    """Add the shares of answers that bring nothing, are not known, or are not there."""
    item = catalog.items[record["item"]]
    missing = [
        choice.id
        for choice in catalog.choices_of(item).values()
        if choice.role is ChoiceRole.UNKNOWN or catalog.is_missed(item, choice)
    ]
    return float(sum(record[f"share:{name}"] for name in (*missing, UNANSWERED)))


def write_categories(book: Book, page: Page, row: int, context: PortfolioContext) -> int:
    """Write the mean of each category beside its target; returns the row below."""
    say, catalog = context.say, context.catalog
    means = context.portfolio.categories.set_index("category")["mean"]
    rows = [
        (c.name[say.lang], shown_score(float(means[c.id])), None if c.target is None else c.target)
        for c in catalog.scored_categories
        if means[c.id] == means[c.id]
    ]
    targets = {float(target) for _, _, target in rows if target is not None}
    heads = [say(f"portfolio.categories.{key}") for key in ("category", "mean", "target", "bar")]
    shape = "0" if all(target.is_integer() for target in targets) else "0.0"
    looks = ({**CELL_SCORE, **BOLD}, {**CELL_CENTER, "num_format": shape})
    mark = targets.pop() if len(targets) == 1 else None
    shown = [(name, mean, None if goal is None else float(goal)) for name, mean, goal in rows]
    most = to_cell(catalog.scoring.full_of_category)
    panel = _BarPanel("categories", _RIGHT_BARS, heads, shown, looks, 0, most=most, mark=mark)
    return _write_bars(book, page, row, context, panel)


def write_threats(book: Book, page: Page, row: int, context: PortfolioContext) -> int:
    """Write how much of what works against each threat is done; returns the row below."""
    say, catalog = context.say, context.catalog
    records = context.portfolio.items.set_index("item").to_dict("index")
    rows: list[tuple[str, Any, Any]] = []
    for threat, items in list_items_by_threat(catalog).items():
        if items:
            shares = [_done_share(catalog, item, records[item]) for item in items]
            done, known = map(sum, zip(*shares, strict=True))
            rows.append((threat.name[say.lang], len(items), done / known if known else None))
    if not rows:
        return row
    heads = [say(f"portfolio.threats.{key}") for key in ("threat", "items", "done", "bar")]
    looks = (CELL_COUNT, {**CELL_SHARE, **BOLD})
    panel = _BarPanel("threats", _LEFT_BARS, heads, rows, looks, drawn=1, most=1)
    return _write_bars(book, page, row, context, panel)


def _done_share(catalog: Catalog, name: str, record: Mapping[Any, Any]) -> tuple[float, float]:
    """Give the share of clients that do it in full, and of those to whom it applies."""
    item = catalog.items[name]
    choices = catalog.choices_of(item).values()
    left = [c.id for c in choices if c.role is ChoiceRole.NOT_APPLICABLE and item.na_allowed]
    done = [c.id for c in choices if c.value == 1]
    return (
        float(sum(record[f"share:{each}"] for each in done)),
        1 - float(sum(record[f"share:{each}"] for each in left)),
    )


def write_standards(book: Book, page: Page, row: int, context: PortfolioContext) -> int:
    """Write how many requirements of each standard are met; returns the row below."""
    say, clients = context.say, context.portfolio.clients
    rows: list[tuple[str, Any, Any]] = []
    for each in cover_standards(context.catalog, {}):
        treated = each.counts.total()
        if treated:
            met = float(clients[f"met:{each.standard.id}"].mean())
            rows.append((each.standard.name[say.lang], treated, met / treated))
    if not rows:
        return row
    heads = [say(f"portfolio.standards.{key}") for key in ("standard", "treated", "met", "bar")]
    looks = (CELL_COUNT, {**CELL_SHARE, **BOLD})
    panel = _BarPanel("standards", _RIGHT_BARS, heads, rows, looks, drawn=1, most=1)
    return _write_bars(book, page, row, context, panel)


# --- since the previous run


def write_changed(page: Page, row: int, context: PortfolioContext) -> int:
    """Write five risers and five fallers, by ranks and then points; returns the row below."""
    risers, fallers = _list_changed(context.catalog, context.portfolio.clients)
    below = row
    for key, records in (("risers", risers), ("fallers", fallers)):
        below = _write_changed(page, below, context, key, records) + 1
    return below - 1


def _write_changed(
    page: Page, row: int, context: PortfolioContext, key: str, records: Iterable[dict[Any, Any]]
) -> int:
    say, records = context.say, list(records)
    columns = ((0, 4), (5, 6), (7, 9), (10, 11))
    grid.write_heading(page, row, LEFT_SIDE, say(f"portfolio.{key}.heading"))
    if not records:
        return grid.write_note(page, row + 1, LEFT_SIDE, say(f"portfolio.{key}.none"))
    heads = [say(f"portfolio.changed.{each}") for each in ("name", "rank", "score", "change")]
    grid.write_heads(page, row + 1, zip(columns, heads, strict=True))
    points = {**CELL_SCORE, **BOLD, "num_format": '"▲ ＋"0.0;"▼ －"0.0;0.0'}
    for line, each in enumerate(records, row + 2):
        then = shown_score(each["previous_score"])
        score = f"{each['score']:.1f}" if then is None else f"{then:.1f} → {each['score']:.1f}"
        ranks = [r for r in (each["previous_rank"], each["rank"]) if r]
        name = context.labels.client(each["name"], each["file"])
        cells = [
            GridCell(columns[0], name, CELL_TEXT, is_client_text=True),
            GridCell(columns[1], " → ".join(ranks), CELL_CENTER),
            GridCell(columns[2], score, CELL_CENTER),
            GridCell(columns[3], each["change"], points),
        ]
        grid.write_row(page, line, cells, say("report.none"))
    return row + 2 + len(records)


def _list_changed(
    catalog: Catalog, clients: pd.DataFrame
) -> tuple[list[dict[Any, Any]], list[dict[Any, Any]]]:
    """List the clients that changed most for the better and for the worse."""
    names = ["name", "file", "rank", "score", "previous_rank", "previous_score", "change"]
    known = clients.loc[clients["change"].notna(), names].to_dict("records")
    keyed = [((_steps(catalog, each), float(each["change"])), each) for each in known]
    keyed.sort(key=lambda pair: pair[0], reverse=True)
    nothing = (0, 0.0)
    risers = [each for key, each in keyed if key > nothing]
    fallers = [each for key, each in reversed(keyed) if key < nothing]
    return risers[:_CHANGED], fallers[:_CHANGED]


def _steps(catalog: Catalog, record: Mapping[Any, Any]) -> int:
    """Count the ranks gained; none where versions differ."""
    then, ranks = record["previous_rank"], catalog.rank_by_label
    return ranks[then].position - ranks[record["rank"]].position if then else 0
