"""一覧: a row for every ranked client; what a manager looks for first stands on the left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import pandas as pd

from sheet_diag.diagnosis.coverage import cover_standards
from sheet_diag.reports.portfolio.table_sheet import (
    COLUMN_HEAD,
    DAY,
    LEFT,
    MOST_TOGETHER,
    SCORE,
    CellMaker,
    PortfolioColumn,
    PortfolioContext,
    PortfolioRow,
    PortfolioTable,
    iterate_rows,
    make_day_cell,
    make_number_cell,
    measure_height,
    rank_looks,
    rank_width,
    shade_scores,
    write_table_sheet,
)
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BOLD, CENTERED_9, LINK, TEXT_9, Look

_MOST_LINKS: Final = 65_530  # of a sheet in Excel
_MOST_CELLS: Final = 3_000_000  # all of 100,000 clients
_WHOLE: Final = {**CENTERED_9, "num_format": "0"}
_NAME: Final = {**TEXT_9, **BOLD}
_SMALL_HEAD: Final = {**COLUMN_HEAD, "font_size": 8}
_OVERALL: Final = {**SCORE, **BOLD}
_LINK: Final = {**CENTERED_9, **LINK}
# The difference with its sign, which tells it also without the colour.
_CHANGE: Final = {**CENTERED_9, "num_format": '"▲ +"0.0;"▼ -"0.0;"＝ "0.0'}
_CODES: Final = ("follow_up", "insurance", "critical", "rank", "base_rank")


@dataclass(frozen=True, slots=True)
class _ClientColumn:
    """A column of the sheet, and which columns of the table of clients it shows (several: as a
    tuple); it is left out where the first of them is empty, and not needed."""

    names: tuple[str, ...]
    column: PortfolioColumn
    is_needed: bool = False

    def has_values(self, clients: pd.DataFrame) -> bool:
        """Whether something stands in it for some client."""
        values = clients[self.names[0]]
        return bool((values.notna() & (values != "")).any())


def _say_lead(context: PortfolioContext) -> str:
    ranks, low = context.catalog.ranks, context.labels.ranks(context.catalog.follow_up_ranks)
    example = ranks[(len(ranks) - 1) // 4]
    told = context.say("portfolio.clients.lead.insurance") if context.catalog.insurance else ""
    return context.say("portfolio.clients.lead", example=example, low=low, insurance=told)


def write_clients(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write 一覧: a native table, best first, without columns that are empty for everybody."""
    say, clients = context.say, context.portfolio.clients
    shown = [c for c in _list_columns(context) if c.is_needed or c.has_values(clients)]
    places = {each.names[0]: place for place, each in enumerate(shown)}
    listing = PortfolioTable(
        heading=say("portfolio.sheet.clients"),
        lead=_say_lead(context),
        columns=[each.column for each in shown],
        count=len(clients),
        table="Clients",
        frozen=places["name"] + 1,
        cells=_MOST_CELLS,
        full="data/clients.csv",
        linked=places["result"],
        parts=(places["rank"], *_list_unseen(shown)),
    )
    rows = write_table_sheet(page, context, listing, _rows(context, shown, places["result"]))
    if rows:
        rule = context.catalog.scoring
        scores = [place for name, place in places.items() if name.startswith("score:")]
        page.shade((rows[0], places["score"], rows[1], places["score"]), shade_scores(rule.full))
        page.shade((rows[0], scores[0], rows[1], scores[-1]), shade_scores(rule.full_of_category))


def _list_unseen(shown: Sequence[_ClientColumn]) -> Iterator[int]:
    """Give where pages may begin: among many categories, and after the last of them."""
    names = [each.names[0] for each in shown]
    scores = [at for at, name in enumerate(names) if name.startswith("score:")]
    yield from scores[MOST_TOGETHER::MOST_TOGETHER]
    yield from range(scores[-1] + 1, len(names))[:1] if scores else ()


def _list_columns(context: PortfolioContext) -> list[_ClientColumn]:
    """List all columns: those that a small screen shows, then the others."""
    return [*_first_columns(context), *_category_columns(context), *_other_columns(context)]


def _first_columns(context: PortfolioContext) -> Iterator[_ClientColumn]:
    labels, opened = context.labels, context.say("portfolio.clients.open")
    yield replace(_number(context, "position", 46, _WHOLE), is_needed=True)
    name = _text(context, "name", 160, _NAME, shown=lambda who: labels.client(*who))
    yield replace(name, names=("name", "file"), is_needed=True)
    looks = {r: {**look, "font_size": 11} for r, look in rank_looks(context.catalog).items()}
    wide = rank_width(context.catalog, 54)
    yield replace(_text(context, "rank", wide, looks=looks), is_needed=True)
    yield replace(_number(context, "score", 56, _OVERALL), is_needed=True)
    codes = cache(lambda reasons: labels.follow_up_codes(*reasons))
    yield replace(_text(context, "follow_up", 120, TEXT_9, shown=codes), names=_CODES)
    yield replace(_text(context, "result", 56, LEFT, looks={opened: _LINK}), is_needed=True)
    yield _text(context, "contacted", 74, DAY, make=make_day_cell)
    yield _text(context, "group", 80, TEXT_9)
    yield _text(context, "industry", 104, TEXT_9, shown=labels.industry)
    yield _text(context, "employees", 84, shown=labels.employees)
    yield _number(context, "change", 60, _CHANGE)


def _category_columns(context: PortfolioContext) -> Iterator[_ClientColumn]:
    for category in context.catalog.scored_categories:
        head = category.short[context.say.lang]
        column = PortfolioColumn(head, 68, SCORE, make_number_cell, head_look=_SMALL_HEAD)
        yield _ClientColumn((f"score:{category.id}",), column)


def _other_columns(context: PortfolioContext) -> Iterator[_ClientColumn]:
    labels, say = context.labels, context.say
    yield _number(context, "critical", 76, _WHOLE)
    if context.catalog.insurance:
        yield _number(context, "insurance", 76, _WHOLE)
    yield _text(context, "client", 84)
    yield replace(_text(context, "previous", 66), names=("previous_rank",))
    yield _number(context, "deviation", 62, SCORE)
    yield _text(context, "weakest", 88, shown=labels.category)
    yield _text(context, "base_rank", 66)
    yield _text(context, "caps", 230, TEXT_9, shown=cache(labels.caps))
    for key in ("open_items", "unanswered", "overrides"):
        yield _number(context, key, 76, _WHOLE)
    for each in cover_standards(context.catalog, {}):
        name, treated = each.standard.name[say.lang], each.counts.total()
        head = say("portfolio.clients.met", name=name, treated=treated)
        column = PortfolioColumn(head, 170, _WHOLE, make_number_cell)
        yield _ClientColumn((f"met:{each.standard.id}",), column)


def _text(
    context: PortfolioContext,
    key: str,
    width: int,
    look: Look = CENTERED_9,
    make: CellMaker = Page.client_cell,
    **more: Any,
) -> _ClientColumn:
    head = context.say(f"portfolio.clients.{key}")
    return _ClientColumn((key,), PortfolioColumn(head, width, look, make, **more))


def _number(context: PortfolioContext, key: str, width: int, look: Look) -> _ClientColumn:
    return _text(context, key, width, look, make_number_cell)


def _rows(
    context: PortfolioContext, shown: Sequence[_ClientColumn], linked: int
) -> Iterator[PortfolioRow]:
    names = list(dict.fromkeys(name for each in shown for name in each.names))
    places = [[names.index(name) for name in each.names] for each in shown]
    columns = [each.column for each in shown]
    texts = [at for at, column in enumerate(columns) if column.wraps]
    opened = context.say("portfolio.clients.open")
    for index, record in enumerate(iterate_rows(context.portfolio.clients, names)):
        values = [
            record[several[0]] if len(several) == 1 else tuple(record[at] for at in several)
            for several in places
        ]
        heights = (measure_height(columns[at].width, columns[at].shown(values[at])) for at in texts)
        target = f"external:{values[linked]}" if index < _MOST_LINKS else ""
        if target:
            values[linked] = opened
        yield PortfolioRow(values, max(22, *heights), target)
