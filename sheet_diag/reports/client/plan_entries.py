"""The columns of 改善計画 that its client fills in, and what is proposed in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sheet_diag.diagnosis.improvement.plan import find_due_day
from sheet_diag.forms.layout import PLAN_COLUMNS
from sheet_diag.model.basics import parse_iso_day
from sheet_diag.model.results import PlannedItem
from sheet_diag.model.returns import PLAN_CHOICES, PlanEntry
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import CELL, CENTER, FIELD, MIDDLE, Look

_ENTRY: Final[Look] = {**CELL, **FIELD, **MIDDLE, **CENTER, "font_size": 9}
_DAY: Final[Look] = {**_ENTRY, "num_format": "yyyy/m/d"}
_FIRST_YEAR: Final = 1901


def propose_entries(context: ReportContext) -> Mapping[str, PlanEntry]:
    """Propose effort, cost and due day of each open item.

    A column that was filled in for the last report is left alone.
    """
    plan = context.report.plan
    before = {entry.item: entry for entry in plan.entries} if plan else {}
    return {
        each.item: _leave_alone(_propose(each, context), before.get(each.item))
        for each in context.report.diagnosis.plan
    }


def _propose(each: PlannedItem, context: ReportContext) -> PlanEntry:
    say, item = context.say, context.catalog.items[each.item]
    due = find_due_day(each.phase, context.report.as_of)
    return PlanEntry(
        each.item,
        effort=say(f"plan.effort.{item.effort}") if item.effort else "",
        cost=say(f"plan.cost.{item.cost}") if item.cost else "",
        due=due.isoformat() if due else "",
    )


def _leave_alone(proposed: PlanEntry, before: PlanEntry | None) -> PlanEntry:
    filled = [column for column in PLAN_COLUMNS if before and getattr(before, column)]
    return replace(proposed, **dict.fromkeys(filled, ""))


def fill_line(proposed: PlanEntry, entry: PlanEntry | None) -> PlanEntry:
    """Fill a line with what was entered, else with what is proposed."""
    entered = {c: str(getattr(entry, c)) for c in PLAN_COLUMNS} if entry else {}
    return replace(proposed, **{c: text.strip() for c, text in entered.items() if text})


def write_entries(
    page: Page,
    row: int,
    at: Mapping[str, int],
    rules: Mapping[str, Mapping[str, Any]],
    line: PlanEntry,
) -> None:
    """Write the cells to be filled in: all that stands there is theirs."""
    for name in PLAN_COLUMNS:
        typed: str = getattr(line, name)
        day = _parse_day(typed) if name == "due" else None
        page.entry(row, at[name], day or typed, _DAY if name == "due" else _ENTRY)
    for name, rule in rules.items():
        page.rule(row, at[name], rule)


def _parse_day(typed: str) -> date | None:
    """Parse a day that Excel can show; anything else is kept as it was typed."""
    day = parse_iso_day(typed)
    return day if day and day.year >= _FIRST_YEAR else None


def build_entry_rules(context: ReportContext) -> Mapping[str, Mapping[str, Any]]:
    """Build the rules for what the client's columns take."""
    say = context.say
    title = {"error_title": say("plan.choose.title")}
    message = {**title, "error_message": say("plan.choose.list")}
    rules: dict[str, Mapping[str, Any]] = {
        name: {
            "validate": "list",
            "source": [say(f"plan.{name}.{choice}") for choice in choices],
            **message,
        }
        for name, choices in PLAN_CHOICES.items()
    }
    # A month or a season is a fair answer, so anything else than a date is only asked about.
    day = {
        "validate": "date",
        "criteria": ">=",
        "value": context.report.as_of.replace(month=1, day=1),
        "error_type": "warning",
        "error_message": say("plan.choose.day"),
    }
    return {**rules, "due": {**day, **title}}
