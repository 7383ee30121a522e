"""4. 次のランクに向けて: the smallest sets of measures that lift the rank."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.results import Way
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.theme import CENTERED_9_5, NOTE, TEXT_9_5

_MOST_ROWS: Final = 12
_ITEM, _MEASURE, _ANSWER, _GAIN = (0, 0), (1, 7), (8, 9), (10, LAST_COLUMN)


def write_next_rank(flow: PageFlow, context: ReportContext) -> None:
    """Write the section."""
    say, diagnosis = context.say, context.report.diagnosis
    with flow.together():
        flow.heading(say("outlook.heading"))
        if not diagnosis.ways:
            key = "top" if diagnosis.open_items else "perfect"
            flow.paragraph(say(f"outlook.{key}"))
        elif diagnosis.ways[0].items:
            first = "first" if diagnosis.top_items else "plan"
            flow.paragraph(say(f"outlook.note.{first}"))
        for way in diagnosis.ways[:1]:
            _write_way(flow, context, way, "first")
    with flow.together():
        for way in diagnosis.ways[1:]:
            _write_way(flow, context, way, "second")
        if diagnosis.open_items:
            flow.paragraph(say("outlook.sheets"), NOTE)
    flow.gap(10)


def _write_way(flow: PageFlow, context: ReportContext, way: Way, key: str) -> None:
    say = context.say
    if way.score is None or way.rank is None:
        flow.paragraph(say("outlook.way.none", target=way.target))
        return
    shows = {"score": format_score(way.score), "rank": way.rank, "target": way.target}
    listed = way.items[:_MOST_ROWS]
    shows["action"] = context.action(way.items)
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
