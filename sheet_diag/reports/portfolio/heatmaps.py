"""ヒートマップ: client × category and client × question, shaded, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy.typing as npt

from sheet_diag.model.catalog import Catalog, Choice, ChoiceRole
from sheet_diag.reports.portfolio.table_sheet import (
    LEFT,
    MID,
    SCALE,
    SCORE,
    PortfolioColumn,
    PortfolioContext,
    PortfolioRow,
    PortfolioTable,
    iterate_rows,
    make_number_cell,
    write_table_sheet,
)
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BOLD,
    HEAT_BAD,
    HEAT_GOOD,
    HEAT_LEFT_OUT,
    HEAT_MIDDLE,
    HEAT_UNKNOWN,
    RANKS,
)

# Marks as consultants set them, from in place to nothing; each has a shade of its own.
_FULL, _PART, _NONE, _UNKNOWN, _LEFT_OUT = "○", "△", "×", "?", "-"
_SHADES: Final = {
    _FULL: HEAT_GOOD,
    _PART: HEAT_MIDDLE,
    _NONE: HEAT_BAD,
    _UNKNOWN: HEAT_UNKNOWN,
    _LEFT_OUT: HEAT_LEFT_OUT,
}
_LOOKS: Final = {mark: {**MID, "bg_color": shade} for mark, shade in _SHADES.items()}
_RANKS: Final = {rank: {**MID, **BOLD, "font_color": color} for rank, color in RANKS.items()}
_HEIGHT: Final = 20


def write_heatmap(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write ヒートマップ: scores by category."""
    say, catalog, clients = context.say, context.catalog, context.portfolio.clients
    heads = [category.short[say.lang] for category in catalog.categories]
    listing = PortfolioTable(
        heading=say("portfolio.sheet.heatmap"),
        lead=say("portfolio.heatmap.lead"),
        columns=[
            *_client_columns(context),
            *(PortfolioColumn(h, 96, SCORE, make_number_cell) for h in heads),
        ],
        count=len(clients),
        table="Heatmap",
        frozen=2,
        full="data/clients.csv",
    )
    names = [f"score:{category.id}" for category in catalog.categories]
    scores = iterate_rows(clients, names)
    each = zip(_clients(context), scores, strict=True)
    rows = write_table_sheet(
        page, context, listing, (PortfolioRow((*c, *s), _HEIGHT) for c, s in each)
    )
    if rows:
        page.shade((rows[0], 2, rows[1], 1 + len(heads)), SCALE)


def write_answer_map(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write 設問ヒートマップ: a mark for every answer."""
    say, catalog = context.say, context.catalog
    columns = [PortfolioColumn(item, 34, looks=_LOOKS) for item in catalog.items]
    listing = PortfolioTable(
        heading=say("portfolio.sheet.answers"),
        lead=say("portfolio.answers.lead"),
        columns=[*_client_columns(context), *columns],
        count=len(context.portfolio.clients),
        table="Answers",
        frozen=2,
        full="data/answers.csv",
    )
    marks = _marks(catalog)
    each = zip(_clients(context), context.portfolio.codes, strict=True)
    rows = (PortfolioRow((*client, *_shown(marks, codes)), _HEIGHT) for client, codes in each)
    write_table_sheet(page, context, listing, rows)


def _shown(marks: Sequence[Sequence[str]], codes: npt.NDArray[Any]) -> Iterator[str]:
    """Return the marks of one client's answers."""
    return (each[code] for each, code in zip(marks, codes.tolist(), strict=True))


def _marks(catalog: Catalog) -> list[list[str]]:
    """The mark of every answer by its code, item by item; empty for 未回答 and for 該当なし where
    that is not offered."""
    known = {c.id: c for choices in catalog.answer_sets.values() for c in choices}
    marks = [_mark(choice) for choice in known.values()]
    return [
        [*("" if m == _LEFT_OUT and not item.na_allowed else m for m in marks), ""]
        for item in catalog.items.values()
    ]


def _mark(choice: Choice) -> str:
    if choice.role is ChoiceRole.NOT_APPLICABLE:
        return _LEFT_OUT
    if choice.role is ChoiceRole.UNKNOWN:
        return _UNKNOWN
    if choice.value == 1:
        return _FULL
    return _PART if choice.value else _NONE


def _client_columns(context: PortfolioContext) -> tuple[PortfolioColumn, PortfolioColumn]:
    say = context.say
    return (
        PortfolioColumn(say("portfolio.clients.name"), 220, LEFT, Page.client_cell),
        PortfolioColumn(say("portfolio.clients.rank"), 56, looks=_RANKS),
    )


def _clients(context: PortfolioContext) -> Iterator[tuple[str, str]]:
    """Name and rank of every client."""
    for name, file, rank in iterate_rows(context.portfolio.clients, ("name", "file", "rank")):
        yield context.labels.client(name, file), rank
