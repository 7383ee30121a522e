"""Below the table of 改善計画: what its words mean, and what to do about each measure in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.measures import advice_text
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BODY, BOLD, HEADING, MIDDLE, NAVY, TEXT_9, Look

_NOTE: Final[Look] = {**BODY, **MIDDLE, "font_size": 9}
_TITLE: Final[Look] = {**TEXT_9, **BOLD, "font_color": NAVY}
_TEXT: Final[Look] = {**TEXT_9, "font_size": 8.5}


def write_plan_legend(page: Page, row: int, last: int, context: ReportContext) -> int:
    """Say what the words of the table mean; returns the row after it."""
    row = _write_heading(page, row, last, context.say("plan.legend.heading"))
    for line, text in enumerate(_list_meanings(context), row):
        page.merged(line, 0, last, text, _NOTE)
        page.height(line, page.text_height(text, _NOTE, (0, last), padding=2))
        row = line + 1
    return row


def _list_meanings(context: ReportContext) -> Iterator[str]:
    say, rule = context.say, context.catalog.scoring.plan
    yield say("plan.legend.priority")
    yield say("plan.legend.phase", now=rule.now, later=rule.later)
    yield say("plan.legend.effort")
    ways = any(way.items for way in context.ways)
    yield say("plan.legend.ways" if ways else "plan.legend.gain")


def write_plan_details(
    page: Page,
    row: int,
    at: Mapping[str, int],
    long: Mapping[str, str],
    context: ReportContext,
) -> int:
    """Write what to improve, a row a measure, and the first steps that had no room above.

    No id stands alone in its column, where it would begin a line of the plan. Returns the row
    after it.
    """
    last, title = len(at) - 1, at["category"]
    row = _write_heading(page, row, last, context.say("plan.details.heading"))
    for name, text in _list_details(context, long):
        page.merged(row, 0, title, name, _TITLE)
        page.merged(row, title + 1, last, text, _TEXT)
        heights = (
            page.text_height(name, _TITLE, (0, title), padding=6),
            page.text_height(text, _TEXT, (title + 1, last), padding=1),
        )
        page.height(row, max(22, *heights))
        row += 1
    return row


def _list_details(context: ReportContext, long: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    say, lang = context.say, context.say.lang
    for name in context.report.diagnosis.open_items:
        item = context.catalog.items[name]
        title = say("plan.details.item", id=name, text=item.title[lang])
        yield title, context.explain(advice_text(context, item))
        if name in long:
            yield say("plan.details.item", id=name, text=say("plan.column.first_step")), long[name]


def _write_heading(page: Page, row: int, last: int, text: str) -> int:
    page.height(row, 10)
    page.merged(row + 1, 0, last, text, HEADING)
    page.height(row + 1, 24)
    return row + 2
