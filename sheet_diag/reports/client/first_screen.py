"""The first screen: who, which rank and score, why, what to do first, and links to the sheets.

It takes at most 494 pixels of rows, so that nothing of it needs scrolling on 1366 x 768.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from sheet_diag.model.report_view import FirstMeasure, Head, Summary
from sheet_diag.reports.client.live_figures import LiveFigures
from sheet_diag.reports.client.page_flow import LAST_COLUMN, FlowCell, PageFlow
from sheet_diag.reports.client.report_looks import say_key
from sheet_diag.reports.client.score_drawings import SCORE_BAR, ScoreDrawings
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.numbers import overall_shape
from sheet_diag.text.text_metrics import text_width
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.rank_colours import rank_colours
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTER,
    HEAD_9,
    INK,
    INSET,
    LINE,
    LINK,
    MIDDLE,
    MUTED,
    NAVY,
    TITLE,
    WHITE,
    Look,
)

_PIXEL: Final = 0.75  # points
_ONE_LINE: Final[Look] = {"text_wrap": False}
_NAME: Final[Look] = {**BODY, **BOLD, **MIDDLE}
# The addressee in letters that fit: so large up to so many full-width characters.
_NAMES: Final = ((22, 14), (40, 12))
_SMALLEST: Final = 11
_BOXED: Final[Look] = {**BODY, **BOLD, **CENTER, "font_size": 9, "border": 1, "border_color": INK}
_UNDER: Final[Look] = {"bottom": 2, "bottom_color": NAVY}
_TITLE: Final[Look] = {**TITLE, **_UNDER, **_ONE_LINE, "font_size": 16}
_LETTERHEAD: Final[Look] = {
    **BODY,
    **MIDDLE,
    **_UNDER,
    "font_size": 8.5,
    "font_color": MUTED,
    "align": "right",
}
_ADDRESSEE, _CONFIDENTIAL = (0, 9), (10, LAST_COLUMN)
_TITLE_AT, _LETTERHEAD_AT = (0, 5), (6, LAST_COLUMN)
_LOGO: Final = (8, (104, 24))  # its first column, and the box of pixels that it fits

_STRIP: Final[Look] = {**BODY, **CENTER, "border": 1, "border_color": LINE}
_STRIP_COLUMNS: Final = 5
_WIDEST: Final = 2.0  # of a label in a column of the strip, in full-width characters
_OTHER: Final[Look] = {**_STRIP, "font_size": 16, "font_color": MUTED}
_NOT: Final[Look] = {"bg_color": WHITE, "font_color": MUTED}
_OWN: Final[Look] = {**_STRIP, **BOLD, "font_size": 26, "border": 5, "border_color": INK}
_FIT: Final[Look] = {"text_wrap": False, "shrink": True}
_STEP_OF: Final[Look] = {**_OTHER, "font_size": 8}
_LABEL: Final[Look] = {**BODY, **MIDDLE, **INSET, **_ONE_LINE, "font_size": 9, "font_color": MUTED}
_RANK_LABEL: Final[Look] = {
    **BODY,
    **BOLD,
    **MIDDLE,
    **_ONE_LINE,
    "font_size": 9,
    "font_color": NAVY,
}
_SCORE: Final[Look] = {
    **BODY,
    **BOLD,
    **CENTER,
    "font_size": 26,
    "font_color": NAVY,
}
_OF: Final[Look] = {**BODY, **MIDDLE, **_ONE_LINE, "font_size": 9}
_BEFORE: Final[Look] = {**BODY, **MIDDLE, "font_size": 9}
_SCORE_AT, _OF_AT, _BEFORE_AT = (5, 6), 7, (8, LAST_COLUMN)
_KEY: Final[Look] = {**BODY, **MIDDLE, "font_size": 8, "font_color": MUTED}
_WHY: Final[Look] = {
    **BODY,
    **BOLD,
    **MIDDLE,
    **INSET,
    "font_size": 10,
    "align": "left",
    "left": 5,
    "left_color": NAVY,
}

_MEASURE_AT: Final = (0, 7)
_STEP_AT: Final = (0, LAST_COLUMN)
_FIGURES_AT: Final = ((8, 9), (10, 10), (LAST_COLUMN, LAST_COLUMN))
_LEFT_HEAD: Final[Look] = {**HEAD_9, **INSET, "align": "left"}
_ENDS: Final[Look] = {"bottom": 1, "bottom_color": LINE}
_MEASURE: Final[Look] = {**BODY, **BOLD, **MIDDLE, "font_size": 10}
_STEP: Final[Look] = {**BODY, **MIDDLE, **_ENDS, "font_size": 9, "font_color": MUTED, "indent": 2}
_FIGURE: Final[Look] = {**BODY, **CENTER, **_ONE_LINE, "font_size": 9}
_RESULT: Final[Look] = {
    **BODY,
    **BOLD,
    **MIDDLE,
    **INSET,
    "font_size": 10,
    "align": "left",
    "font_color": WHITE,
    "bg_color": NAVY,
}
_LINK: Final[Look] = {**BODY, **MIDDLE, **LINK, "font_size": 9.5}
_LINK_WIDTH: Final = 3  # columns


def write_head(flow: PageFlow, head: Head, logo: bytes | None) -> None:
    """Write who writes to whom, about what and when."""
    page, size = flow.page, _fit_name(head.addressee)
    name = {**_NAME, "font_size": size}
    least = 26 * _PIXEL
    if logo:
        column, box = _LOGO
        page.picture(flow.row, column, logo, box, head.issuer)
    columns = (0, _LOGO[0] - 1) if logo else _ADDRESSEE
    if page.text_height(head.addressee, name, columns, 0) < 2 * size:
        name |= _ONE_LINE
        row = flow.next_row(least)
    else:
        row = flow.fitted_row((head.addressee, name, columns), least=least, padding=0)
    page.merged_client(row, *columns, head.addressee, name)
    page.merged(row, *_CONFIDENTIAL, head.confidential, _BOXED)
    letterhead = "\n".join(("  ".join((head.day, head.number)), "  ".join(_list_issuer(head))))
    row = flow.fitted_row((letterhead, _LETTERHEAD, _LETTERHEAD_AT), least=30, padding=0)
    page.merged(row, *_TITLE_AT, head.title, _TITLE)
    page.merged(row, *_LETTERHEAD_AT, letterhead, _LETTERHEAD)


def _fit_name(name: str) -> int:
    return next((size for most, size in _NAMES if len(name) <= most), _SMALLEST)


def _list_issuer(head: Head) -> Iterator[str]:
    yield head.issuer
    yield from (cell.name for cell in head.signs[:1] if cell.name)


def write_verdict(
    flow: PageFlow, summary: Summary, live: LiveFigures, drawings: ScoreDrawings
) -> None:
    """Write rank and score, the bar of the score, and why it is so."""
    flow.gap(4 * _PIXEL)
    row = flow.next_row(17 * _PIXEL)
    flow.next_row(37 * _PIXEL)
    if _fits_strip(summary.ranks):
        _write_strip(flow.page, row, summary, live)
    else:
        _write_own_rank(flow.page, row, summary, live)
    _write_score(flow.page, row, summary, live)
    if not _fits_strip(summary.ranks):
        _write_steps(flow, summary, live)
    _write_bar(flow, summary, live, drawings)
    flow.write_row(FlowCell(summary.why, _WHY, (0, LAST_COLUMN)), padding=1)
    flow.gap(1.5)


def _fits_strip(ranks: Sequence[str]) -> bool:
    """Whether all ranks can be read beside the score, each in its columns."""
    room = _WIDEST * (_STRIP_COLUMNS // len(ranks))
    return all(text_width(rank) <= room for rank in ranks)


def _write_strip(page: Page, row: int, summary: Summary, live: LiveFigures) -> None:
    """Write all ranks, the own one filled; a changed one is filled instead by a rule."""
    wide = _STRIP_COLUMNS // len(summary.ranks)
    for place, rank in enumerate(summary.ranks):
        look = _OWN if rank == summary.rank else _OTHER
        _write_step(page, (row, place * wide, row + 1, (place + 1) * wide - 1), rank, look, live)


def _write_own_rank(page: Page, row: int, summary: Summary, live: LiveFigures) -> None:
    """Write the own rank alone, in the colour of what it is now."""
    colours = rank_colours(live.context.catalog)
    own, area = colours[summary.rank], (row, 0, row + 1, _STRIP_COLUMNS - 1)
    look = {**_OWN, **_FIT, "bg_color": own.fill, "font_color": own.on_fill}
    page.merged(row, 0, _STRIP_COLUMNS - 1, "", look, rows=2)
    page.formula(row, 0, f"={live.rank}", look, summary.rank)
    for rank, each in colours.items():
        changed = f"={live.rank}={quote_formula_text(rank)}"
        page.highlight(area, changed, {"bg_color": each.fill, "font_color": each.on_fill})


def _write_steps(flow: PageFlow, summary: Summary, live: LiveFigures) -> None:
    """Write all ranks in small letters across the sheet, the own one filled."""
    flow.gap(2 * _PIXEL)
    row, count = flow.next_row(17 * _PIXEL), len(summary.ranks)
    edges = [place * (LAST_COLUMN + 1) // count for place in range(count + 1)]
    for rank, (first, after) in zip(summary.ranks, pairwise(edges), strict=True):
        look = {**_STEP_OF, **BOLD} if rank == summary.rank else _STEP_OF
        _write_step(flow.page, (row, first, row, after - 1), rank, look, live)


def _write_step(
    page: Page, area: tuple[int, int, int, int], rank: str, look: Look, live: LiveFigures
) -> None:
    top, first, bottom, last = area
    colours = rank_colours(live.context.catalog)[rank]
    fill = {"bg_color": colours.fill, "font_color": colours.on_fill}
    is_own = rank == live.context.cell_values.record.rank
    fit = _FIT if text_width(rank) > 1 else {}
    own = fill if is_own else {}
    page.merged(top, first, last, rank, {**look, **fit, **own}, rows=bottom - top + 1)
    changed = f"={live.rank}{'<>' if is_own else '='}{quote_formula_text(rank)}"
    page.highlight(area, changed, _NOT if is_own else fill)


def _write_score(page: Page, row: int, summary: Summary, live: LiveFigures) -> None:
    label, overall = f"{summary.rank_label}  ", live.overall
    look = {**_SCORE, "num_format": overall_shape(live.context.catalog.scoring)}
    page.merged(row, *_SCORE_AT, summary.score_label, _LABEL)
    rank = f"={quote_formula_text(label)}&{live.rank}"
    page.merged_formula(row, _BEFORE_AT, rank, _RANK_LABEL, f"{label}{summary.rank}")
    page.merged_formula(row + 1, _SCORE_AT, f"={overall.formula}", look, overall.now)
    page.text(row + 1, _OF_AT, summary.score_of, _OF)
    before = summary.before or " "
    formula = f"={live.unless_changed(before)}"
    page.merged_formula(row + 1, _BEFORE_AT, formula, _BEFORE, before)


def _write_bar(
    flow: PageFlow, summary: Summary, live: LiveFigures, drawings: ScoreDrawings
) -> None:
    bar, row = summary.bar, flow.next_row(SCORE_BAR[1] * _PIXEL)
    label = live.overall_in(bar.own, summary.score)
    chart = drawings.draw_score_bar(bar, live.overall, label)
    flow.page.place(row, 0, chart, SCORE_BAR, description=bar.alternative)
    flow.write_row(FlowCell(say_key(bar.key, own="▼"), _KEY, (0, LAST_COLUMN)), padding=0)


# --- what to do first


def write_first(flow: PageFlow, summary: Summary) -> None:
    """Write the measures that come first, and what they lead to."""
    first, *heads = summary.heads
    title = f"{summary.first_heading}  {first}"
    figures = (
        FlowCell(text, HEAD_9, columns) for text, columns in zip(heads, _FIGURES_AT, strict=True)
    )
    flow.write_row(FlowCell(title, _LEFT_HEAD, _MEASURE_AT), *figures, least=16.5, padding=0)
    for number, each in enumerate(summary.measures, 1):
        _write_measure(flow, number, each)
    if summary.result:
        text = "  ".join(filter(None, (summary.result, summary.result_note)))
        flow.gap(1.5)
        flow.write_row(FlowCell(text, _RESULT, (0, LAST_COLUMN)), least=18, padding=0)


def _write_measure(flow: PageFlow, number: int, measure: FirstMeasure) -> None:
    step = _say_step(measure)
    ends = {} if step else _ENDS
    figures = zip((measure.due, measure.effort, measure.effect), _FIGURES_AT, strict=True)
    flow.write_row(
        FlowCell(f"{number}  {measure.title}", {**_MEASURE, **ends}, _MEASURE_AT),
        *(FlowCell(text, {**_FIGURE, **ends}, columns) for text, columns in figures),
        padding=0,
    )
    if step:
        flow.write_row(FlowCell(step, _STEP, _STEP_AT), padding=0)


def _say_step(measure: FirstMeasure) -> str:
    step = f"→ {measure.step}" if measure.step else ""
    return "  ".join(filter(None, (measure.id + ("★" if measure.is_key else ""), step)))


def write_links(flow: PageFlow, sheets: Sequence[str]) -> None:
    """Write a link to each of the sheets."""
    row = flow.next_row(22 * _PIXEL)
    for place, name in enumerate(sheets):
        first = place * _LINK_WIDTH
        flow.page.merged(row, first, first + _LINK_WIDTH - 1, "", _LINK)
        flow.page.link(row, first, f"internal:'{name}'!A1", f"▸ {name}", _LINK)
