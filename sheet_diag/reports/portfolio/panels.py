"""The panels of 概要: small tables of eight columns, each under a heading of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import pandas as pd

from sheet_diag.model.basics import Rank
from sheet_diag.reports.portfolio.table_sheet import PortfolioContext
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import (
    BOLD,
    CENTERED_9,
    HEAD,
    HEADING,
    NOTE,
    PALE,
    RANKS,
    TEXT_9,
    Look,
)

WIDTHS: Final = (110, 60, *(44,) * 6)  # pixels; labels take the first two columns
_LAST: Final = len(WIDTHS) - 1
UPPER_ROWS: Final = 12  # heading, headings of columns, ten lines
LOWER_ROWS: Final = 9  # heading, headings of columns, seven lines
_MOST_GROUPS: Final = 6
_MOST_ITEMS: Final = 10
_HEAD: Final[Look] = {**HEAD, "font_size": 9, "text_wrap": False, "shrink": True}
_TEXT: Final[Look] = {**TEXT_9, "text_wrap": False, "shrink": True}
_TIGHT: Final[Look] = {**CENTERED_9, "font_size": 8, "text_wrap": False, "shrink": True}
_WHOLE: Final[Look] = {**CENTERED_9, "num_format": "#,##0"}
_SHARE: Final[Look] = {**CENTERED_9, "num_format": "0%"}
_SCORE: Final[Look] = {**CENTERED_9, "num_format": "0.0"}
_TOTAL: Final[Look] = {**BOLD, "bg_color": PALE}


@dataclass(frozen=True, slots=True)
class PanelCells:
    """What a chart shows of a panel: its labels, and columns of values by name."""

    labels: CellSpan
    values: Mapping[str, CellSpan]

    @classmethod
    def of(cls, page: Page, rows: tuple[int, int], labels: int, values: Mapping[str, int]) -> Self:
        """Refer to some rows of these columns."""
        spans = {name: CellSpan(page.name, column, *rows) for name, column in values.items()}
        return cls(CellSpan(page.name, labels, *rows), spans)


def write_ranks(page: Page, row: int, column: int, context: PortfolioContext) -> PanelCells:
    """Write the clients by rank with shares; the chart stands beside them."""
    say, ranks = context.say, context.portfolio.ranks
    total = sum(ranks.values())
    _heading(page, row, column, say("portfolio.ranks.heading"))
    _heads(page, row + 1, column, [say(f"portfolio.ranks.{k}") for k in ("rank", "count", "share")])
    for line, rank in enumerate(Rank, row + 2):
        mark = {**CENTERED_9, **BOLD, "font_size": 12, "font_color": RANKS[rank.value]}
        page.text(line, column, rank.value, mark)
        page.number(line, column + 1, ranks[rank], _WHOLE)
        page.number(line, column + 2, ranks[rank] / total if total else 0, _SHARE)
    line = row + 2 + len(Rank)
    page.text(line, column, say("portfolio.ranks.total"), {**CENTERED_9, **_TOTAL})
    page.number(line, column + 1, total, {**_WHOLE, **_TOTAL})
    page.number(line, column + 2, 1 if total else 0, {**_SHARE, **_TOTAL})
    return PanelCells.of(page, (row + 2, row + 1 + len(Rank)), column, {"count": column + 1})


def write_categories(page: Page, row: int, column: int, context: PortfolioContext) -> PanelCells:
    """Write mean and quartiles by category."""
    say, frame = context.say, context.portfolio.categories
    keys = ("mean", "lower", "median", "upper", "lowest", "highest")
    _heading(page, row, column, say("portfolio.categories.heading"))
    page.merged(row + 1, column, column + 1, say("portfolio.categories.category"), _HEAD)
    _heads(page, row + 1, column + 2, [say(f"portfolio.categories.{key}") for key in keys])
    records = sorted(frame.to_dict("records"), key=lambda record: not record["clients"])
    for line, record in enumerate(records, row + 2):
        name = context.labels.category(record["category"])
        page.merged(line, column, column + 1, name, {**_TEXT, **BOLD})
        for place, key in enumerate(keys, column + 2):
            if record["clients"]:
                page.number(line, place, record[key], _SCORE)
            else:
                page.text(line, place, say("report.none"), CENTERED_9)
    drawn = sum(1 for record in records if record["clients"])
    columns = {key: place for place, key in enumerate(keys, column + 2)}
    return PanelCells.of(page, (row + 2, row + 1 + max(drawn, 1)), column, columns)


def write_weakest(page: Page, row: int, column: int, context: PortfolioContext) -> None:
    """Write the questions that lose the greatest share of their points."""
    say, catalog = context.say, context.catalog
    _heading(page, row, column, say("portfolio.weakest.heading"))
    page.text(row + 1, column, say("portfolio.items.item"), _HEAD)
    page.merged(row + 1, column + 1, column + _LAST - 1, say("portfolio.items.topic"), _HEAD)
    page.text(row + 1, column + _LAST, say("portfolio.weakest.share"), _HEAD)
    if not len(context.portfolio.clients):
        page.merged(row + 2, column, column + _LAST, say("portfolio.none"), NOTE)
        return
    frame = context.portfolio.items
    worst = frame.sort_values("lost_share", ascending=False, kind="stable").head(_MOST_ITEMS)
    for line, record in enumerate(worst.to_dict("records"), row + 2):
        item = catalog.items[str(record["item"])]
        star = say("report.answers.critical.mark") if item.critical else ""
        page.text(line, column, item.id, {**CENTERED_9, **BOLD})
        topic = f"{star}{item.topic[say.lang]}"
        page.merged(line, column + 1, column + _LAST - 1, topic, _TEXT)
        page.number(line, column + _LAST, record["lost_share"], _SHARE)


def write_groups(
    page: Page, row: int, column: int, context: PortfolioContext, field: str
) -> PanelCells:
    """Write the clients by group and rank: the largest groups, and the others together."""
    say, frame = context.say, context.portfolio.groups[field]
    _heading(page, row, column, say(f"portfolio.{field}.heading"))
    page.merged(row + 1, column, column + 1, say(f"portfolio.clients.{field}"), _HEAD)
    heads = [say("portfolio.ranks.count"), *(rank.value for rank in Rank)]
    _heads(page, row + 1, column + 2, heads)
    records = _take_largest(frame, context, field)
    for line, (label, counts) in enumerate(records, row + 2):
        page.merged_client(line, column, column + 1, label, _TEXT)
        page.number(line, column + 2, counts[0], _WHOLE)
        for place, count in enumerate(counts[1:], column + 3):
            share = f'0" ({count / counts[0]:.0%})"' if count else "0"
            page.number(line, place, count, {**_TIGHT, "num_format": share})
    last = row + 1 + max(len(records), 1)
    columns = {rank.value: column + 3 + rank.position for rank in Rank}
    return PanelCells.of(page, (row + 2, last), column, columns)


def _take_largest(
    frame: pd.DataFrame, context: PortfolioContext, field: str
) -> list[tuple[str, list[int]]]:
    """List label and counts (all, then by rank) of the largest groups, in their order."""
    names = ["clients", *(rank.value for rank in Rank)]
    largest = frame.sort_values("clients", ascending=False, kind="stable").head(_MOST_GROUPS)
    kept = frame[frame.index.isin(largest.index)] if field == "employees" else largest
    found = [
        (context.labels.group(field, str(record["choice"])), [int(record[name]) for name in names])
        for record in kept.to_dict("records")
    ]
    rest = frame[~frame.index.isin(largest.index)]
    if len(rest):
        others = context.say("portfolio.groups.others", count=len(rest))
        found.append((others, [int(rest[name].sum()) for name in names]))
    return found


def write_movement(page: Page, row: int, column: int, context: PortfolioContext) -> None:
    """Write the clients by rank then and now, or a sentence where none was there before."""
    say, table = context.say, context.portfolio.movement
    _heading(page, row, column, say("portfolio.movement.heading"))
    if table.empty:
        text = say("portfolio.movement.none")
        page.merged(row + 1, column, column + _LAST, text, NOTE, rows=3)
        return
    page.merged(row + 1, column, column + 1, say("portfolio.movement.corner"), _HEAD)
    _heads(page, row + 1, column + 2, [*(r.value for r in Rank), say("portfolio.ranks.total")])
    for line, then in enumerate(Rank, row + 2):
        mark = {**CENTERED_9, **BOLD, "font_color": RANKS[then.value]}
        page.merged(line, column, column + 1, then.value, mark)
        for now in Rank:
            count: Any = table.at[then.value, now.value]
            same = _TOTAL if then is now else {}
            page.number(line, column + 2 + now.position, int(count), {**_WHOLE, **same})
        total: Any = table.loc[then.value].sum()
        page.number(line, column + _LAST, int(total), {**_WHOLE, **_TOTAL})
    how = say("portfolio.movement.how")
    page.merged(row + 7, column, column + _LAST, how, NOTE)


def _heading(page: Page, row: int, column: int, text: str) -> None:
    page.merged(row, column, column + _LAST, text, HEADING)
    page.height(row, 22)


def _heads(page: Page, row: int, column: int, texts: list[str]) -> None:
    for place, text in enumerate(texts, column):
        page.text(row, place, text, _HEAD)
