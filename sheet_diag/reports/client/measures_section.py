"""3. 最優先の対策とコメント: the key measures that are missing, and the comments on categories."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.report_view import (
    CategoryComment,
    ItemComment,
    KeyMeasure,
    KeyMeasures,
    Measures,
)
from sheet_diag.reports.client.page_flow import LAST_COLUMN, FlowCell, PageFlow
from sheet_diag.reports.client.report_looks import BAND, WHOLE
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTERED,
    CENTERED_9,
    GRID,
    INSET,
    MIDDLE,
    NAVY,
    PALE,
    PAPER,
    TEXT_9,
    Look,
)

_COLUMNS: Final = ((0, 0), (1, 5), (6, 7), (8, 9), (10, LAST_COLUMN))
_ID, _TITLE, *_FIGURES = _COLUMNS
_TEXT: Final = (1, LAST_COLUMN)
_KEY: Final[Look] = {**CENTERED_9, **BOLD, "font_color": NAVY, "bg_color": PALE}
_NAME: Final[Look] = {**TEXT_9, **BOLD}
_BAND_NAME, _BAND_SCORE = (0, 8), (9, LAST_COLUMN)
_SCORE: Final[Look] = {**BAND, "align": "right"}
_ITEM: Final[Look] = {**BODY, **BOLD, "font_size": 9.5}
_COMMENT: Final[Look] = {**BODY, **INSET, "font_size": 9, "align": "left"}
_NOTE_AT: Final = (2, LAST_COLUMN)
_NOTE_HEAD: Final[Look] = {**CENTERED, **BOLD, "bg_color": PALE, "font_size": 9}
_NOTE: Final[Look] = {**BODY, **GRID, **INSET, **MIDDLE, "font_size": 9, "bg_color": PAPER}


def write_measures(flow: PageFlow, view: Measures) -> None:
    """Write the section."""
    if view.starts_page:
        flow.new_page()
    flow.gap(6)
    with flow.together():
        flow.heading(view.heading)
        for text in filter(None, (view.not_known, view.none)):
            flow.paragraph(text)
            flow.gap(4)
        if view.key_measures:
            _write_key_heads(flow, view.key_measures)
        else:
            _write_intro(flow, view)
    if view.key_measures:
        for each in view.key_measures.rows[1:]:
            _write_key_measure(flow, each)
        if view.comments:
            flow.gap(8)
            with flow.together():
                _write_intro(flow, view)
    for comment in view.comments:
        _write_category(flow, comment)


def _write_intro(flow: PageFlow, view: Measures) -> None:
    if view.comments_heading:
        flow.subheading(view.comments_heading)
    if view.comments_intro:
        flow.paragraph(view.comments_intro)
        flow.gap(4)


def _write_key_heads(flow: PageFlow, measures: KeyMeasures) -> None:
    """Write heading, lead, the heads of the table and its first row."""
    flow.subheading(measures.heading)
    flow.paragraph(measures.lead)
    flow.gap(2)
    flow.table_head(_COLUMNS, measures.heads, least=18)
    for each in measures.rows[:1]:
        _write_key_measure(flow, each)


def _write_key_measure(flow: PageFlow, each: KeyMeasure) -> None:
    step = f"→ {each.step}" if each.step else ""
    first = "  ".join(filter(None, (step, each.reference)))
    below = "\n".join(filter(None, (first, each.text)))
    answer, due, effort = _FIGURES
    with flow.together():
        row = flow.write_row(
            FlowCell(each.title, _NAME, _TITLE),
            FlowCell(each.answer, CENTERED_9, answer, is_client=True),
            FlowCell(each.due, CENTERED_9, due),
            FlowCell(each.effort, CENTERED_9, effort),
            padding=2,
        )
        flow.write_row(FlowCell(below, TEXT_9, _TEXT), padding=1)
        flow.page.merged(row, *_ID, f"{each.id}\n★", _KEY, rows=2)


def _write_category(flow: PageFlow, comment: CategoryComment) -> None:
    first, *others = comment.items
    with flow.together():
        flow.write_row(
            FlowCell(comment.band, BAND, _BAND_NAME),
            FlowCell(comment.score, _SCORE, _BAND_SCORE),
            least=21,
        )
        flow.gap(3)
        _write_item(flow, first)
    for each in others:
        _write_item(flow, each)
    if comment.note:
        with flow.together():
            row = flow.fitted_row((comment.note, _NOTE, _NOTE_AT), padding=3)
            flow.page.merged(row, 0, 1, comment.note_label, _NOTE_HEAD)
            flow.page.merged(row, *_NOTE_AT, comment.note, _NOTE)
    flow.gap(6)


def _write_item(flow: PageFlow, item: ItemComment) -> None:
    with flow.together():
        title = f"{item.title}{item.answer}"
        flow.write_row(FlowCell(title, _ITEM, WHOLE, is_client=True), padding=1)
        flow.write_row(FlowCell(item.text, _COMMENT, WHOLE), padding=2)
    flow.gap(2)
