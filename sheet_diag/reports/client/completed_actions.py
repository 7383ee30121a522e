"""Below the 改善計画: what was planned last time and is no longer open."""

from __future__ import annotations

from collections.abc import Mapping

from sheet_diag.forms.layout import PLAN_COLUMNS
from sheet_diag.model.returns import PlanEntry
from sheet_diag.reports.client import looks
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import HEADING


def describe_previous_action(entry: PlanEntry | None, context: ReportContext) -> str:
    """Describe what was planned last time, one line for each entry."""
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
    """Write the table from `row` on up to column `last`; the client's columns stay free."""
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
            "text": ((4, 4), _describe_result(entry, context)),
            "previous": ((5, last), describe_previous_action(entry, context).replace("\n", "　")),
        }
        page.client_text(line, 0, entry.item, looks.MIDDLE_9)
        page.text(line, 1, category, looks.MUTED)
        for columns, text in texts.values():
            page.merged_client(line, *columns, text, looks.TEXT_9)
        page.height(line, max(24, *(_needed_height(page, *each) for each in texts.values())))


def _needed_height(page: Page, columns: tuple[int, int], text: str) -> float:
    return row_height(text, room=column_room(page.span(*columns), indent=1), size=9, padding=6)


def _describe_result(entry: PlanEntry, context: ReportContext) -> str:
    """Say why a planned measure is no longer open."""
    if entry.item not in context.catalog.items:
        return context.say("plan.done.gone")
    value = context.report.diagnosis.scores.items[entry.item].value
    key = "plan.done.left_out" if value is None else "plan.done.text"
    return context.say(key, answer=context.answer(entry.item))
