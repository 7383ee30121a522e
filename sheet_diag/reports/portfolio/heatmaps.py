"""ヒートマップ and 設問ヒートマップ: a row for every ranked client, shaded by how weak it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, Final

import numpy.typing as npt

from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.catalog import Catalog, Choice, ChoiceRole
from sheet_diag.reports.portfolio.client_facts import ENTERED, choice_ids
from sheet_diag.reports.portfolio.table_sheet import (
    COLUMN_HEAD,
    HEADER_ROW,
    LEFT,
    MOST_TOGETHER,
    SCORE,
    PortfolioColumn,
    PortfolioContext,
    PortfolioRow,
    PortfolioTable,
    iterate_rows,
    make_number_cell,
    make_rank_column,
    shade_scores,
    write_table_sheet,
)
from sheet_diag.text.numbers import print_score
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BLUE,
    CENTERED_9,
    HEAD_9,
    HEAT_BAD,
    HEAT_GOOD,
    HEAT_LEFT_OUT,
    HEAT_MIDDLE,
    HEAT_UNKNOWN,
    Look,
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
_LOOKS: Final = {mark: {**CENTERED_9, "bg_color": shade} for mark, shade in _SHADES.items()}
_HEIGHT: Final = 18
_CLIENT_COLUMNS: Final = 2
_MARK: Final = 40  # pixels: two lines of a question from top to bottom
_QUESTION: Final[Look] = {**COLUMN_HEAD, "font_size": 8, "bold": False, "rotation": -90}
_BANDS: Final[tuple[Look, Look]] = (HEAD_9, {**HEAD_9, "bg_color": BLUE})


def write_heatmap(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write ヒートマップ: scores by category."""
    say, catalog, clients = context.say, context.catalog, context.portfolio.clients
    heads = [category.short[say.lang] for category in catalog.scored_categories]
    listing = PortfolioTable(
        heading=say("portfolio.sheet.heatmap"),
        lead=say("portfolio.heatmap.lead", full=print_score(catalog.scoring.full_of_category)),
        columns=[
            *_client_columns(context),
            *(PortfolioColumn(h, 96, SCORE, make_number_cell) for h in heads),
        ],
        count=len(clients),
        table="Heatmap",
        frozen=_CLIENT_COLUMNS,
        full="data/clients.csv",
        parts=range(_CLIENT_COLUMNS, _CLIENT_COLUMNS + len(heads), MOST_TOGETHER)
        if len(heads) > MOST_TOGETHER
        else (),
    )
    names = [f"score:{category.id}" for category in catalog.scored_categories]
    scores = iterate_rows(clients, names)
    each = zip(_clients(context), scores, strict=True)
    rows = write_table_sheet(
        page, context, listing, (PortfolioRow((*c, *s), _HEIGHT) for c, s in each)
    )
    if rows:
        page.shade(
            (rows[0], 2, rows[1], 1 + len(heads)), shade_scores(catalog.scoring.full_of_category)
        )


def write_answer_map(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write 設問ヒートマップ: a mark for every answer, below the categories and the questions."""
    say, catalog = context.say, context.catalog
    firsts = list(accumulate((len(c.items) for c in catalog.categories), initial=_CLIENT_COLUMNS))
    listing = PortfolioTable(
        heading=say("portfolio.sheet.answers"),
        lead=say("portfolio.answers.lead"),
        columns=[*_client_columns(context), *_answer_columns(context)],
        count=len(context.portfolio.clients),
        table="Answers",
        frozen=_CLIENT_COLUMNS,
        full="data/answers.csv",
        header=HEADER_ROW + 1,
        parts=firsts[:-1],
    )
    for place, category in enumerate(catalog.categories):
        columns = (firsts[place], firsts[place + 1] - 1)
        page.merged(HEADER_ROW, *columns, category.name[say.lang], _BANDS[place % 2])
    page.height(HEADER_ROW, 20)
    marks = _marks(catalog)
    each = zip(_clients(context), context.portfolio.codes, strict=True)
    rows = (PortfolioRow((*client, *_shown(marks, codes)), _HEIGHT) for client, codes in each)
    write_table_sheet(page, context, listing, rows)


def _answer_columns(context: PortfolioContext) -> Iterator[PortfolioColumn]:
    """Head each column with the id and the topic of its question; ★ stands before the topic."""
    say = context.say
    for place, category in enumerate(context.catalog.categories):
        look = {**_QUESTION, "bg_color": _BANDS[place % 2]["bg_color"]}
        for item in category.items:
            star = say("report.answers.critical.mark") if item.critical else ""
            head = f"{item.id} {star}{item.topic[say.lang]}"
            yield PortfolioColumn(head, _MARK, looks=_LOOKS, head_look=look)


def _shown(marks: Sequence[Sequence[str]], codes: npt.NDArray[Any]) -> Iterator[str]:
    """Return the marks of one client's answers."""
    return (each[code] for each, code in zip(marks, codes.tolist(), strict=True))


_OTHERS: Final = {NOT_ASKED: "–", ENTERED: "✓"}


def _marks(catalog: Catalog) -> list[list[str]]:
    """List the mark of every answer by its code, item by item.

    It is empty for 未回答 and for 該当なし where that is not offered.
    """
    known = {c.id: c for choices in catalog.answer_sets.values() for c in choices}
    marks = [_mark(choice) for choice in known.values()]
    others = [_OTHERS[name] for name in choice_ids(catalog) if name in _OTHERS]
    return [
        [*("" if m == _LEFT_OUT and not item.na_allowed else m for m in marks), *others, ""]
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
        PortfolioColumn(say("portfolio.clients.name"), 200, LEFT, Page.client_cell),
        make_rank_column(context, say("portfolio.clients.rank"), 52),
    )


def _clients(context: PortfolioContext) -> Iterator[tuple[str, str]]:
    """List name and rank of every client."""
    for name, file, rank in iterate_rows(context.portfolio.clients, ("name", "file", "rank")):
        yield context.labels.client(name, file), rank
