"""一覧 and the two ヒートマップ: a row for every ranked client, with scores or marks shaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

import numpy.typing as npt

from sheet_diag.diagnosis.coverage import cover_standards
from sheet_diag.model.catalog import Catalog, Choice, ChoiceRole
from sheet_diag.reports.portfolio.table_sheet import (
    LEFT,
    RANK_LOOKS,
    SCALE,
    SCORE,
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
from sheet_diag.xlsx.theme import (
    BOLD,
    CENTERED_9,
    HEAT_BAD,
    HEAT_GOOD,
    HEAT_LEFT_OUT,
    HEAT_MIDDLE,
    HEAT_UNKNOWN,
    LINK,
    TEXT_9,
    Look,
)

_MOST_LINKS: Final = 65_530  # of a sheet in Excel
_MOST_CELLS: Final = 3_000_000  # all of 100,000 clients
_SCORE_COLUMN: Final = 6
_FIRST_CATEGORY: Final = 10  # its column
# Widths in pixels; texts in these columns may need more than a line.
_INDUSTRY, _CAPS, _FOLLOW_UP = 190, 230, 190
_COUNTS: Final = {
    "critical": 70, "open_items": 76, "unanswered": 66, "insurance": 74, "overrides": 66,
}  # fmt: skip
_FRAME_COLUMNS: Final = (
    "position", "client", "name", "industry", "employees", "rank", "score", "deviation",
    "previous_rank", "change", "file", "weakest", "base_rank", "caps", "follow_up", "result",
)  # fmt: skip
_WHOLE: Final = {**CENTERED_9, "num_format": "0"}
_NAME: Final = {**LEFT, **BOLD}
_OVERALL: Final = {**SCORE, **BOLD}
_LINK: Final = {**CENTERED_9, **LINK}
# The difference with its sign, which tells it also without the colour.
_CHANGE: Final = {**CENTERED_9, "num_format": '"▲ +"0.0;"▼ -"0.0;"＝ "0.0'}
_LARGE_RANKS: Final = {rank: {**look, "font_size": 11} for rank, look in RANK_LOOKS.items()}


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
        cells=_MOST_CELLS,
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
        key: str, width: int, look: Look = CENTERED_9, make: CellMaker = Page.text_cell
    ) -> PortfolioColumn:
        return PortfolioColumn(say(f"portfolio.clients.{key}"), width, look, make)

    return [
        named("position", 52, _WHOLE, make_number_cell),
        named("client", 84, CENTERED_9, Page.client_cell),
        named("name", 220, _NAME, Page.client_cell),
        named("industry", _INDUSTRY, TEXT_9, Page.client_cell),
        replace(
            named("employees", 96, CENTERED_9, Page.client_cell),
            shown=context.labels.employees,
        ),
        replace(named("rank", 52), looks=_LARGE_RANKS),
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
        named("caps", _CAPS, TEXT_9),
        *(named(key, width, _WHOLE, make_number_cell) for key, width in _COUNTS.items()),
        *(
            PortfolioColumn(head, 116, _WHOLE, make_number_cell)
            for head in _list_met_heads(context)
        ),
        named("follow_up", _FOLLOW_UP, TEXT_9),
        named("result", 60),
    ]


def _list_met_heads(context: PortfolioContext) -> Iterator[str]:
    """Name each standard with how many of its requirements can be met."""
    say = context.say
    for each in cover_standards(context.catalog, {}):
        name, treated = each.standard.name[say.lang], each.counts.total()
        yield say("portfolio.clients.met", name=name, treated=treated)


def _rows(context: PortfolioContext) -> Iterator[PortfolioRow]:
    say = context.say
    labels = context.labels
    caps, follow_up = cache(labels.caps), cache(labels.follow_up)  # the same few come back
    scores = [f"score:{category.id}" for category in context.catalog.categories]
    met = [f"met:{standard.id}" for standard in context.catalog.standards if standard.frame]
    records = iterate_rows(context.portfolio.clients, [*_FRAME_COLUMNS, *_COUNTS, *met, *scores])
    for index, record in enumerate(records):
        position, client, name, industry, employees, rank, score, *more = record
        deviation, previous, change, file, weakest, base, rules, words, result, *rest = more
        counts, by_category = rest[: -len(scores)], rest[-len(scores) :]
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


# --- ヒートマップ

# Marks as consultants set them, from in place to nothing; each has a shade of its own.
_FULL, _PART, _NONE, _UNKNOWN, _LEFT_OUT = "○", "△", "×", "?", "-"
_SHADES: Final = {
    _FULL: HEAT_GOOD,
    _PART: HEAT_MIDDLE,
    _NONE: HEAT_BAD,
    _UNKNOWN: HEAT_UNKNOWN,
    _LEFT_OUT: HEAT_LEFT_OUT,
}
_LOOKS: Final = {mark: {**CENTERED_9, "bg_color": shade} for mark, shade in _SHADES.items()}
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
    """List the mark of every answer by its code, item by item.

    It is empty for 未回答 and for 該当なし where that is not offered.
    """
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
        PortfolioColumn(say("portfolio.clients.rank"), 56, looks=RANK_LOOKS),
    )


def _clients(context: PortfolioContext) -> Iterator[tuple[str, str]]:
    """List name and rank of every client."""
    for name, file, rank in iterate_rows(context.portfolio.clients, ("name", "file", "rank")):
        yield context.labels.client(name, file), rank
