"""2. 各項目評価: scores with their bars, what each category is about, what the ranks mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheet_diag.model.report_view import Categories, CategoryRow, CategoryText, RankMeaning
from sheet_diag.reports.client.live_figures import LiveFigures
from sheet_diag.reports.client.page_flow import LAST_COLUMN, FlowCell, PageFlow
from sheet_diag.reports.client.report_looks import (
    FIRST,
    LINED,
    NOTES,
    SMALL_TEXT,
    WHOLE,
    say_key,
)
from sheet_diag.reports.client.score_drawings import RowArea, ScoreDrawings
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.rank_colours import RankColours, rank_colours
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTER,
    HEAD_9,
    MIDDLE,
    NAVY,
    PALE,
    Look,
)

# Name, bar, score, mark and its word; then the change where last time is known.
_COLUMNS: Final = ((0, 3), (4, 7), (8, 8), (9, LAST_COLUMN))
_WITH_CHANGE: Final = ((0, 2), (3, 5), (6, 6), (7, 9), (10, LAST_COLUMN))
_ROW: Final = 25.0  # points, the least that a bar takes
_LINE: Final[Look] = {**BODY, **MIDDLE, **LINED, "font_size": 9}
_NAMED: Final[Look] = {**_LINE, "font_size": 8.5}
_FIGURE: Final[Look] = {
    **BODY, **BOLD, **CENTER, **LINED, "font_size": 12, "font_color": NAVY, "num_format": "0.0",
}  # fmt: skip
_CENTERED: Final[Look] = {**_LINE, **CENTER}
_LEFT, _RIGHT = (0, 5), (6, LAST_COLUMN)
_ABOUT: Final[Look] = {**BODY, "font_size": 8.5}
_RANK_AT, _MEANING_AT, _OWN_AT = (0, 0), (1, LAST_COLUMN - 1), (LAST_COLUMN, LAST_COLUMN)
_OWN: Final[Look] = {**BOLD, "bg_color": PALE}


def write_categories(
    flow: PageFlow, view: Categories, live: LiveFigures, drawings: ScoreDrawings
) -> None:
    """Write the section."""
    flow.new_page()
    with flow.together():
        flow.heading(view.heading)
        if view.intro:
            flow.paragraph(view.intro, SMALL_TEXT)
            flow.gap(4)
        _write_table(flow, view, live, drawings)
        flow.write_row(FlowCell(say_key(view.key), NOTES, WHOLE), padding=2)
    flow.gap(2)
    for start in range(0, len(view.texts), 2):
        _write_texts(flow, view.texts[start : start + 2])
    flow.gap(2)
    colours = rank_colours(live.context.catalog)
    with flow.together():
        flow.subheading(view.ranks_heading)
        for each in view.ranks:
            _write_meaning(flow, each, view.own_mark, colours[each.rank])


def _write_table(
    flow: PageFlow, view: Categories, live: LiveFigures, drawings: ScoreDrawings
) -> None:
    name, score, mark, change = view.heads
    columns = _WITH_CHANGE if change else _COLUMNS
    heads = zip((name, "", score, mark, change), columns, strict=False)
    flow.write_row(*(FlowCell(text, HEAD_9, at) for text, at in heads), padding=1)
    ids = [category.id for category in live.context.catalog.scored_categories]
    high = (flow.page.text_height(each.name, _NAMED, columns[0], 2) for each in view.rows)
    least, top = max(_ROW, *high), flow.row
    for category, row in zip(ids, view.rows, strict=True):
        _write_score(flow.page, flow.next_row(least), row, live, category, columns)
    area = RowArea(flow.page.span(*columns[1]), flow.pixels_since(top))
    places, owns = [row.places for row in view.rows], [live.score(each) for each in ids]
    chart = drawings.draw_bars(area, view.borders, places, owns)
    flow.page.place(top, columns[1][0], chart, area.size, description=_describe(view))


def _write_score(
    page: Page,
    place: int,
    row: CategoryRow,
    live: LiveFigures,
    category: str,
    columns: Sequence[tuple[int, int]],
) -> None:
    name, bar, score, mark, *change = columns
    page.merged(place, *name, row.name, _NAMED)
    page.merged(place, *bar, "", _LINE)
    own = live.score(category)
    now, look = (own.now, _FIGURE) if own else (row.score, _CENTERED)
    page.formula(place, score[0], f"={live.shown(category)}", look, now)
    text = "  ".join(filter(None, (row.mark or live.none, row.word)))
    page.merged_formula(place, mark, f"={live.word(category)}", _CENTERED, text)
    for at in change:
        page.merged(place, *at, row.change, _CENTERED)


def _describe(view: Categories) -> str:
    """Tell the bars in words."""
    return "\n".join(f"{row.name} {row.score}" for row in view.rows)


def _write_texts(flow: PageFlow, texts: tuple[CategoryText, ...]) -> None:
    """Write what two categories are about, side by side."""
    columns = list(zip(texts, (_LEFT, _RIGHT), strict=False))
    with flow.together():
        flow.write_row(*(FlowCell(each.name, FIRST, at) for each, at in columns), padding=1)
        told = (FlowCell(f"{each.text}{each.example}", _ABOUT, at) for each, at in columns)
        flow.write_row(*told, padding=1)


def _write_meaning(flow: PageFlow, each: RankMeaning, mark: str, colours: RankColours) -> None:
    own = _OWN if each.is_own else {}
    rank = {**BODY, **BOLD, **CENTER, **LINED, **own, "font_color": colours.letters}
    text = {**_NAMED, **own}
    flow.write_row(
        FlowCell(each.rank, {**rank, "font_size": 12}, _RANK_AT),
        FlowCell(each.text, text, _MEANING_AT),
        FlowCell(mark if each.is_own else "", {**text, **CENTER}, _OWN_AT),
        padding=0,
    )
