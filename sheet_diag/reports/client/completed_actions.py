"""Below the 改善計画: what was planned last time and is no longer open."""

from __future__ import annotations

from collections.abc import Mapping

from sheet_diag.forms.layout import PLAN_COLUMNS
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import PlanEntry
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    CENTERED_9,
    CENTERED_MUTED,
    HEADING,
    TEXT_9,
)


def describe_previous_action(entry: PlanEntry | None, context: ReportContext) -> str:
    """Describe what was planned last time."""
    say = context.say
    entries: dict[str, str] = {c: getattr(entry, c).strip() for c in PLAN_COLUMNS} if entry else {}
    return ("　" if say.lang is Lang.JA else "; ").join(
        say("plan.previous.line", label=say(f"plan.column.{column}"), text=text)
        for column, text in entries.items()
        if text
    )


def write_completed_actions(
    page: Page,
    row: int,
    at: Mapping[str, int],
    before: Mapping[str, PlanEntry],
    context: ReportContext,
) -> None:
    """Write the table from `row` on below the columns `at`; the client's columns stay free."""
    say, catalog = context.say, context.catalog
    open_items = set(context.report.diagnosis.open_items)
    done = [entry for name, entry in before.items() if name not in open_items]
    if not done:
        return
    page.height(row, 10)
    last, title, gain = len(at) - 1, at["title"], at["gain"]
    page.merged(row + 1, 0, last, say("plan.done.heading"), HEADING)
    page.height(row + 1, 24)
    for line, entry in enumerate(done, row + 2):
        item = catalog.items.get(entry.item)
        category = catalog.category_of[item.id].short[say.lang] if item else ""
        texts = (
            ((2, title), item.title[say.lang] if item else ""),
            ((title + 1, gain), _describe_result(entry, context)),
            ((gain + 1, last), describe_previous_action(entry, context)),
        )
        page.client_text(line, 0, entry.item, CENTERED_9)
        page.text(line, 1, category, CENTERED_MUTED)
        for columns, words in texts:
            page.merged_client(line, *columns, words, TEXT_9)
        heights = (page.text_height(words, TEXT_9, place, 6) for place, words in texts)
        page.height(line, max(24, *heights))


def _describe_result(entry: PlanEntry, context: ReportContext) -> str:
    """Say why a planned measure is no longer open."""
    if entry.item not in context.catalog.items:
        return context.say("plan.done.gone")
    value = context.report.diagnosis.scores.items[entry.item].value
    key = "plan.done.left_out" if value is None else "plan.done.text"
    return context.say(key, answer=context.answer(entry.item))
