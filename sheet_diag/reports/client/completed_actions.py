"""Below the 改善計画: what was planned last time and is open no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sheet_diag.forms.layout import PLAN_COLUMNS
from sheet_diag.model.action_plan import PlanEntry
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import CELL, CENTER, HEADING, INSET, SMALL, Look

_TEXT: Final[Look] = {**CELL, **INSET, "font_size": 9}
_MIDDLE: Final[Look] = {**CELL, **CENTER, "font_size": 9}
_MUTED: Final[Look] = {**CELL, **SMALL, **CENTER}


def describe_previous_action(entry: PlanEntry | None, context: ReportContext) -> str:
    """What was planned last time, a line each."""
    say = context.say
    entries: dict[str, str] = {c: str(getattr(entry, c)) for c in PLAN_COLUMNS} if entry else {}
    return "\n".join(
        say("plan.previous.line", label=say(f"plan.column.{column}"), text=text)
        for column, text in entries.items()
        if text
    )


def write_completed_actions(
    page: Page, row: int, last: int, before: Mapping[str, PlanEntry], context: ReportContext
) -> None:
    """From `row` on, up to column `last`; its text leaves the columns of the client alone."""
    say, catalog = context.say, context.catalog
    open_items = set(context.report.diagnosis.open_items)
    done = [entry for name, entry in before.items() if name not in open_items]
    if not done:
        return
    page.height(row, 10)
    page.merged(row + 1, 0, last, say("plan.done.heading"), HEADING)
    page.height(row + 1, 24)
    for line, entry in enumerate(done, row + 2):
        item = catalog.items.get(entry.item)
        category = catalog.category_of[item.id].short[say.lang] if item else ""
        texts: dict[str, tuple[tuple[int, int], str]] = {
            "title": ((2, 3), item.comment.title[say.lang] if item else ""),
            "text": ((4, 4), _result(entry, context)),
            "previous": ((5, last), describe_previous_action(entry, context).replace("\n", "　")),
        }
        page.client_text(line, 0, entry.item, _MIDDLE)
        page.text(line, 1, category, _MUTED)
        for columns, text in texts.values():
            page.merged_client(line, *columns, text, _TEXT)
        page.height(line, max(24, *(_needed(page, *each) for each in texts.values())))


def _needed(page: Page, columns: tuple[int, int], text: str) -> float:
    return row_height(text, room=column_room(page.span(*columns), indent=1), size=9, padding=6)


def _result(entry: PlanEntry, context: ReportContext) -> str:
    """Why a planned measure is open no more."""
    if entry.item not in context.catalog.items:
        return context.say("plan.done.gone")
    value = context.report.diagnosis.scores.items[entry.item].value
    key = "plan.done.left_out" if value is None else "plan.done.text"
    return context.say(key, answer=context.answer(entry.item))
