"""4. 次のランクに向けて: the fewest measures that lead to a better rank; then the closing words."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.basics import Rank
from sheet_diag.model.results import Way
from sheet_diag.reports.client import looks
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.theme import BODY, MUTED, Look

_MOST_ROWS: Final = 12
_ITEM, _TITLE, _ANSWER, _GAIN = (0, 0), (1, 7), (8, 9), (10, LAST_COLUMN)
_NOTE: Final[Look] = {**BODY, "font_size": 8.5, "font_color": MUTED}


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
            flow.paragraph(say("outlook.sheets"), looks.NOTE)
        flow.gap(10)
        _write_closing(flow, context)


def _write_closing(flow: PageFlow, context: ReportContext) -> None:
    """Write おわりに and what the insurance notice rests on."""
    say, report = context.say, context.catalog.report
    flow.subheading(say("report.closing.heading"))
    flow.paragraph(report.closing[say.lang])
    level = report.insurance.exposure[context.report.diagnosis.insurance.exposure][say.lang]
    note = say("report.exposure", level=level, assumption=report.insurance.assumption[say.lang])
    flow.paragraph(note, _NOTE)


def _write_way(flow: PageFlow, context: ReportContext, way: Way, key: str) -> None:
    say = context.say
    if way.score is None or way.rank is None:
        flow.paragraph(say("outlook.way.none", target=way.target))
        return
    shows = {"score": format_score(way.score), "rank": way.rank, "target": way.target}
    listed = way.items[:_MOST_ROWS]
    flow.paragraph(say(f"outlook.way.{key}", count=len(way.items), **shows))
    row = flow.next_row(20)
    heads = {"item": _ITEM, "title": _TITLE, "answer": _ANSWER, "gain": _GAIN}
    for head, columns in heads.items():
        flow.page.merged(row, *columns, say(f"outlook.{head}"), looks.HEAD_9)
    for item in listed:
        _write_item(flow, context, item)
    if len(way.items) > len(listed):
        more = say("outlook.more", count=len(way.items) - len(listed))
        flow.page.merged(flow.next_row(20), 0, LAST_COLUMN, more, looks.TEXT_9_5)
    flow.gap(8)


def _write_item(flow: PageFlow, context: ReportContext, name: str) -> None:
    say, page, item = context.say, flow.page, context.catalog.items[name]
    title = item.comment.title[say.lang]
    answer = context.answer(name)
    height = max(
        flow.text_height(title, looks.TEXT_9_5, _TITLE),
        flow.text_height(answer, looks.TEXT_9_5, _ANSWER),
        20,
    )
    row = flow.next_row(height)
    page.merged(row, *_ITEM, name, looks.MIDDLE_9_5)
    page.merged(row, *_TITLE, title, looks.TEXT_9_5)
    page.merged_client(row, *_ANSWER, answer, looks.MIDDLE_9_5)
    page.merged(
        row,
        *_GAIN,
        say("outlook.gain.of", points=format_score(context.report.diagnosis.gains[name])),
        looks.MIDDLE_9_5,
    )
