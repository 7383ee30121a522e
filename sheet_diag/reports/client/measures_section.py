"""3. 最優先の対策, complete, and the comments on the categories that matter most."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import ChoiceRole, Item, NoteKind
from sheet_diag.model.record import Text
from sheet_diag.model.results import CommentedCategory
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.reports.view.why import unknown_sentence
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTERED,
    CENTERED_9_5,
    GRID,
    INSET,
    MIDDLE,
    NAVY,
    PALE,
    PAPER,
    TEXT_9_5,
    WHITE,
    Look,
)

_ID, _MEASURE, _ANSWER, _STEP = (0, 0), (1, 4), (5, 6), (7, LAST_COLUMN)
_EXPLANATION: Final = (1, LAST_COLUMN)
_KEY: Final[Look] = {**CENTERED_9_5, **BOLD, "font_color": NAVY, "bg_color": PALE}
_NAME: Final[Look] = {**TEXT_9_5, **BOLD}
_HEAD: Final[Look] = {
    **BODY,
    **BOLD,
    **MIDDLE,
    "font_size": 12,
    "font_color": WHITE,
    "bg_color": NAVY,
    **INSET,
}
_TITLE: Final[Look] = {**BODY, **BOLD, "font_size": 10.5}
_COMMENT: Final[Look] = {**BODY, **INSET}
_NOTE_HEAD: Final[Look] = {**CENTERED, **BOLD, "bg_color": PALE, "font_size": 9}
_NOTE: Final[Look] = {**BODY, **GRID, **INSET, "bg_color": PAPER, **MIDDLE}


def write_measures(flow: PageFlow, context: ReportContext) -> None:
    """Write the section."""
    say, first = context.say, context.report.diagnosis.top_items
    flow.new_page()
    with flow.together():
        flow.heading(say("report.first.section" if first else "report.comments.heading"))
        if text := unknown_sentence(context):
            flow.paragraph(text)
            flow.gap(6)
        if first:
            flow.subheading(say("report.first.heading"))
            order = say("report.first.order") if len(first) > 1 else ""
            flow.paragraph(say("report.first.lead", count=len(first), order=order))
            heads = [say(f"report.first.{key}") for key in ("item", "title", "answer", "step")]
            flow.table_head((_ID, _MEASURE, _ANSWER, _STEP), heads, least=20)
            _write_first(flow, context, context.catalog.items[first[0]])
        else:
            _write_intro(flow, context)
    for name in first[1:]:
        _write_first(flow, context, context.catalog.items[name])
    comments = context.report.diagnosis.comments
    if first and comments:
        flow.gap(8)
        with flow.together():
            flow.subheading(say("report.comments.subheading"))
            _write_intro(flow, context)
    for number, comment in enumerate(comments, 1):
        _write_category(flow, context, number, comment)


def _write_intro(flow: PageFlow, context: ReportContext) -> None:
    report, comments = context.catalog.report, context.report.diagnosis.comments
    intro = report.comments_intro if comments else report.comments_none
    flow.paragraph(intro[context.say.lang].format(count=len(comments)))
    flow.gap(6)


# --- 最優先の対策


def _write_first(flow: PageFlow, context: ReportContext, item: Item) -> None:
    """Write a measure: its title, the answer, the first step; below it the comment."""
    say, page = context.say, flow.page
    title, answer = item.comment.title[say.lang], context.answer(item.id)
    step = context.explain(item.first_step[say.lang]) if item.first_step else say("report.none")
    reference = _find_reference(context, item)
    below = reference or context.explain(_join(context, _opening(context, item), item))
    with flow.together():
        cells = ((title, _NAME, _MEASURE), (answer, TEXT_9_5, _ANSWER), (step, TEXT_9_5, _STEP))
        row = flow.fitted_row(*cells, least=20)
        page.merged(row, *_MEASURE, title, _NAME)
        page.merged_client(row, *_ANSWER, answer, CENTERED_9_5)
        page.merged(row, *_STEP, step, TEXT_9_5)
        flow.fitted_row((below, TEXT_9_5, _EXPLANATION))
        page.merged(row + 1, *_EXPLANATION, below, TEXT_9_5)
        page.merged(row, *_ID, say("report.first.id", id=item.id), _KEY, rows=2)


def _find_reference(context: ReportContext, item: Item) -> str | None:
    """Say where the comments on categories explain an item; None where they do not."""
    for number, comment in enumerate(context.report.diagnosis.comments, 1):
        if item.id in comment.items:
            name = context.category_name(comment.category)
            return context.say("report.first.reference", number=number, name=name)
    return None


# --- the comments on categories


def _write_category(
    flow: PageFlow, context: ReportContext, number: int, comment: CommentedCategory
) -> None:
    name = context.category_name(comment.category)
    first, *others = (context.catalog.items[item] for item in comment.items)
    with flow.together():
        text = context.say("report.comments.category", number=number, name=name)
        flow.page.merged(flow.next_row(24), 0, LAST_COLUMN, text, _HEAD)
        flow.gap(4)
        _write_item(flow, context, first)
    for item in others:
        _write_item(flow, context, item)
    _write_note(flow, context, context.catalog.items[comment.note_of], comment.note_kind)
    flow.gap(12)


def _write_item(flow: PageFlow, context: ReportContext, item: Item) -> None:
    say = context.say
    with flow.together():
        title = say("report.comments.item", title=item.comment.title[say.lang])
        flow.paragraph(title, _TITLE)
        flow.paragraph(context.explain(comment_text(context, item)), _COMMENT)
    flow.gap(3)


def _write_note(flow: PageFlow, context: ReportContext, item: Item, kind: NoteKind) -> None:
    say = context.say
    label = say("report.comments.case" if kind is NoteKind.CASE else "report.comments.advice")
    with flow.together():
        text = context.explain(item.note.text[say.lang])
        row = flow.fitted_row((text, _NOTE, (2, LAST_COLUMN)), padding=6)
        flow.page.merged(row, 0, 1, label, _NOTE_HEAD)
        flow.page.merged(row, 2, LAST_COLUMN, text, _NOTE)


def comment_text(context: ReportContext, item: Item) -> str:
    """Compose the comment on an item: an opening that fits the answer, then the text."""
    opening, choice = _opening(context, item), context.choice(item)
    if opening is None and item.critical and choice and choice.role is ChoiceRole.ANSWERED:
        opening = context.catalog.report.key_measure if choice.value == 0 else None
    return _join(context, opening, item)


def _opening(context: ReportContext, item: Item) -> Text | None:
    """Find what the item says first of the answer that was given."""
    choice = context.choice(item)
    return item.openings.get(choice.id) if choice else None


def _join(context: ReportContext, opening: Text | None, item: Item) -> str:
    lang = context.say.lang
    before = opening[lang] + ("" if lang is Lang.JA else " ") if opening else ""
    return before + item.comment.text[lang]
