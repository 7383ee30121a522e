"""3. 改善提言, 担当者コメント, and 4. 次のランクに向けて with the closing words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from sheet_diag.model.basics import Lang, Rank
from sheet_diag.model.catalog import Item, NoteKind
from sheet_diag.model.results import CommentedCategory, Way
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTERED,
    CENTERED_9_5,
    GRID,
    INSET,
    MIDDLE,
    MUTED,
    NAVY,
    NOTE,
    PALE,
    PAPER,
    TEXT_9_5,
    WHITE,
    Look,
)

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
_CONSULTANT: Final[Look] = {
    **BODY,
    **INSET,
    "align": "left",
    "bg_color": PAPER,
    "left": 5,
    "left_color": NAVY,
}
# A row that is higher would leave the page before it half empty, and Excel takes 409 at most.
_TALLEST: Final = 240.0  # points


def write_comments(flow: PageFlow, context: ReportContext) -> None:
    """Write the section."""
    say, report = context.say, context.catalog.report
    comments = context.report.diagnosis.comments
    flow.new_page()
    with flow.together():
        flow.heading(say("report.comments.heading"))
        intro = report.comments_intro if comments else report.comments_none
        flow.paragraph(intro[say.lang].format(count=len(comments)))
        flow.gap(6)
    for number, comment in enumerate(comments, 1):
        _write_category(flow, context, number, comment)


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
        flow.paragraph(comment_text(context, item), _COMMENT)
    flow.gap(3)


def _write_note(flow: PageFlow, context: ReportContext, item: Item, kind: NoteKind) -> None:
    say = context.say
    label = say("report.comments.case" if kind is NoteKind.CASE else "report.comments.advice")
    with flow.together():
        text = item.note.text[say.lang]
        row = flow.fitted_row((text, _NOTE, (2, LAST_COLUMN)), padding=6)
        flow.page.merged(row, 0, 1, label, _NOTE_HEAD)
        flow.page.merged(row, 2, LAST_COLUMN, text, _NOTE)


def comment_text(context: ReportContext, item: Item) -> str:
    """Compose the comment on an item: an opening that fits the answer, then the text.

    The openings of a choice are taken in their order, and none comes twice in a report: comments
    beyond them stand alone.
    """
    lang, choice = context.say.lang, context.responses[item.id].choice
    text, place = item.comment.text[lang], _place_among_same(context, item.id)
    openings = context.catalog.report.openings.get(choice or "", ())
    if place >= len(openings):
        return text
    return openings[place][lang] + ("" if lang is Lang.JA else " ") + text


def _place_among_same(context: ReportContext, item: str) -> int:
    """Count the comments on the same answer that stand before that on an item."""
    seen = defaultdict[str | None, int](int)
    for comment in context.report.diagnosis.comments:
        for each in comment.items:
            choice = context.responses[each].choice
            if each == item:
                return seen[choice]
            seen[choice] += 1
    return 0


# --- 担当者コメント


def write_consultant_comment(flow: PageFlow, context: ReportContext) -> None:
    """Write what the consultant adds in his own words; nothing where he adds nothing."""
    comment = context.report.received.judgement.comment
    if not comment:
        return
    first, *others = _split_comment(comment, flow)
    with flow.together():
        flow.subheading(context.say("overrides.heading"))
        _write_piece(flow, first)
    for text in others:
        _write_piece(flow, text)
    flow.gap(8)


def _write_piece(flow: PageFlow, text: str) -> None:
    row = flow.fitted_row((text, _CONSULTANT, (0, LAST_COLUMN)))
    flow.page.merged_client(row, 0, LAST_COLUMN, text, _CONSULTANT)


def _split_comment(comment: str, flow: PageFlow) -> Iterator[str]:
    """Split the comment into rows that a page can hold: its lines, long ones after a sentence."""
    for line in comment.split("\n"):
        left = line
        while (height := flow.page.text_height(left, _CONSULTANT, (0, LAST_COLUMN))) > _TALLEST:
            most = max(1, int(len(left) * _TALLEST / height) - 1)
            end = max(left.rfind(mark, 0, most) for mark in "。.！？ ") + 1 or most
            yield left[:end]
            left = left[end:]
        yield left


# --- 4. 次のランクに向けて, and おわりに

_MOST_ROWS: Final = 12
_ITEM, _MEASURE, _ANSWER, _GAIN = (0, 0), (1, 7), (8, 9), (10, LAST_COLUMN)
_EXPOSURE: Final[Look] = {**BODY, "font_size": 8.5, "font_color": MUTED}


def write_next_rank(flow: PageFlow, context: ReportContext) -> None:
    """Write the section; the closing words never stand alone on a page."""
    say, diagnosis = context.say, context.report.diagnosis
    ways = list(zip(diagnosis.ways, ("first", "second"), strict=False))
    for way, key in ways[:-1]:
        with flow.together():
            flow.heading(say("outlook.heading"))
            _write_way(flow, context, way, key)
    with flow.together():
        if len(ways) < 2:
            flow.heading(say("outlook.heading"))
        if diagnosis.scores.rank is Rank.A:
            flow.paragraph(say("outlook.top" if diagnosis.open_items else "outlook.perfect"))
        for way, key in ways[-1:]:
            _write_way(flow, context, way, key)
        if diagnosis.open_items:
            flow.paragraph(say("outlook.sheets"), NOTE)
        flow.gap(10)
        _write_closing(flow, context)


def _write_closing(flow: PageFlow, context: ReportContext) -> None:
    """Write おわりに and what the insurance notice rests on."""
    say, report = context.say, context.catalog.report
    flow.subheading(say("report.closing.heading"))
    flow.paragraph(report.closing[say.lang])
    level = report.insurance.exposure[context.report.diagnosis.insurance.exposure][say.lang]
    assumption = context.catalog.insurance.exposure.assumption[say.lang]
    flow.paragraph(say("report.exposure", level=level, assumption=assumption), _EXPOSURE)


def _write_way(flow: PageFlow, context: ReportContext, way: Way, key: str) -> None:
    say = context.say
    if way.score is None or way.rank is None:
        flow.paragraph(say("outlook.way.none", target=way.target))
        return
    shows = {"score": format_score(way.score), "rank": way.rank, "target": way.target}
    listed = way.items[:_MOST_ROWS]
    flow.paragraph(say(f"outlook.way.{key}", count=len(way.items), **shows))
    heads = [say(f"outlook.{head}") for head in ("item", "title", "answer", "gain")]
    flow.table_head((_ITEM, _MEASURE, _ANSWER, _GAIN), heads, least=20)
    for item in listed:
        _write_way_item(flow, context, item)
    if len(way.items) > len(listed):
        more = say("outlook.more", count=len(way.items) - len(listed))
        flow.page.merged(flow.next_row(20), 0, LAST_COLUMN, more, TEXT_9_5)
    flow.gap(8)


def _write_way_item(flow: PageFlow, context: ReportContext, name: str) -> None:
    say, page, item = context.say, flow.page, context.catalog.items[name]
    title = item.comment.title[say.lang]
    answer = context.answer(name)
    row = flow.fitted_row((title, TEXT_9_5, _MEASURE), (answer, TEXT_9_5, _ANSWER), least=20)
    page.merged(row, *_ITEM, name, CENTERED_9_5)
    page.merged(row, *_MEASURE, title, TEXT_9_5)
    page.merged_client(row, *_ANSWER, answer, CENTERED_9_5)
    page.merged(
        row,
        *_GAIN,
        say("outlook.gain.of", points=format_score(context.report.diagnosis.effects[name])),
        CENTERED_9_5,
    )
