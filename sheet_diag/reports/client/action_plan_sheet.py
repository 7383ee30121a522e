"""改善計画: everything that can still be improved, by urgency, for the client to plan with.

The client fills in the coloured columns. The sheet carries the client's id and name, so that it can
be read wherever it comes back. What was planned last time stands beside what is planned now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from sheet_diag.forms.layout import PLAN_COLUMNS, PLAN_KEYS
from sheet_diag.model.basics import parse_iso_day
from sheet_diag.model.catalog import Catalog, Item, cached_per_catalog
from sheet_diag.model.returns import PLAN_CHOICES, PlanEntry
from sheet_diag.reports.client.completed_actions import (
    describe_previous_action,
    write_completed_actions,
)
from sheet_diag.reports.client.context import CACHED_CATALOGS, LocalizedCatalog, ReportContext
from sheet_diag.text.numbers import truncate_score
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CELL,
    CENTER,
    CENTERED,
    CENTERED_9,
    CENTERED_MUTED,
    FIELD,
    HEAD_9,
    MIDDLE,
    NAVY,
    TEXT_9,
    TITLE,
    Look,
)

# The columns from left to right, each with its width in pixels.
_WIDTHS: Final = {
    "id": 66,
    "category": 74,
    "priority": 60,
    "title": 176,
    "text": 380,
    "controls": 182,
    "gain": 62,
    "way": 66,
    "effort": 78,
    "owner": 92,
    "due": 84,
    "status": 72,
}
_PREVIOUS: Final = 132
_KEY: Final = 80  # each of the hidden columns that say whose plan it is
_NARROWED: Final = 60  # pixels that the texts leave to the previous plan
_LEAD: Final[Look] = {**BODY, **MIDDLE, "font_size": 9}
_TITLE: Final[Look] = {**TEXT_9, **BOLD, "font_color": NAVY}
_FINE: Final[Look] = {**TEXT_9, "font_size": 8}
_WAY: Final[Look] = {**CENTERED, **BOLD, "font_color": NAVY}
_GAIN: Final[Look] = {**CENTERED, "num_format": '"+"0.0'}
_ENTRY: Final[Look] = {**CELL, **FIELD, **MIDDLE, **CENTER, "font_size": 9}
_DAY: Final[Look] = {**_ENTRY, "num_format": "yyyy/m/d"}
_ONE_LINE: Final[Look] = {**BODY, "text_wrap": False}
_FIRST_YEAR: Final = 1901
_LEAST: Final = 30.0  # points: the height of a row


@dataclass(frozen=True, slots=True)
class _ActionColumns:
    """Where the columns stand, their widths in pixels, what was planned before by item, and what
    was entered into the last report."""

    at: Mapping[str, int]
    widths: Mapping[str, int]
    before: Mapping[str, PlanEntry]
    entries: Mapping[str, PlanEntry]

    @property
    def last(self) -> int:
        return len(self.widths) - 1


def write_plan(page: Page, context: ReportContext) -> None:
    """Write the sheet."""
    table = _plan_columns(context)
    keys = [_KEY] * (2 * len(PLAN_KEYS))
    first_key = table.last + 1
    columns = [*table.widths.values(), *keys]
    page.columns(columns, hidden=range(first_key, first_key + len(keys)))
    _write_keys(page, first_key, context)
    header = _write_head(page, table, context)
    items = context.report.diagnosis.open_items
    row = _write_table(page, header, table, context) if items else header
    write_completed_actions(page, row, table.last, {**table.before, **table.entries}, context)
    context.print_setup(page, landscape=True)
    page.fit_width(repeat=(header, header) if items else None)
    page.select(0, 0)


def _plan_columns(context: ReportContext) -> _ActionColumns:
    plan = context.report.plan
    widths = dict(_WIDTHS)
    if plan:
        widths["text"] -= _NARROWED
        widths["previous"] = _PREVIOUS
    before = {entry.item: entry for entry in plan.entries} if plan else {}
    entries = {entry.item: entry for entry in context.report.entries}
    return _ActionColumns({name: at for at, name in enumerate(widths)}, widths, before, entries)


def _write_keys(page: Page, first: int, context: ReportContext) -> None:
    sheet = context.report.sheet
    values = (context.report.number, sheet.identity.client or "", sheet.name)
    for place, (key, value) in enumerate(zip(PLAN_KEYS, values, strict=True)):
        page.text(0, first + 2 * place, key, _ONE_LINE)
        page.client_text(0, first + 2 * place + 1, value, _ONE_LINE)


def _write_head(page: Page, table: _ActionColumns, context: ReportContext) -> int:
    """Write title and lead; returns the row of the headings."""
    say, diagnosis = context.say, context.report.diagnosis
    page.merged(0, 0, table.last, say("plan.sheet"), TITLE)
    page.height(0, 32)
    if not diagnosis.open_items:
        page.merged(1, 0, table.last, say("plan.nothing"), BODY)
        page.height(1, 24)
        return 2
    ways = any(way.items for way in diagnosis.ways)
    key = "plan.lead.ways" if ways else "plan.lead.gain"
    text = "\n".join((say("plan.lead"), say("plan.lead.priority"), say(key)))
    page.merged(1, 0, table.last, text, _LEAD)
    page.height(1, page.text_height(text, _LEAD, (0, table.last), padding=6))
    page.height(2, 6)
    return 3


def _write_table(page: Page, header: int, table: _ActionColumns, context: ReportContext) -> int:
    """Write one line for each open item, the most urgent first; returns the row after them."""
    heads = {name: context.say(f"plan.column.{name}") for name in table.at}
    for name, column in table.at.items():
        page.text(header, column, heads[name], HEAD_9)
    page.height(header, max(34, _row_height(heads, table.widths, indent=0)))
    items, rules = context.report.diagnosis.open_items, _build_rules(context)
    known = _build_rows(context.localized, table.widths["text"])
    for row, name in enumerate(items, header + 1):
        _write_item(page, row, known[name], table, context)
        _write_entries(page, row, table, rules, table.entries.get(name, PlanEntry(name)))
    last = header + len(items)
    page.filter((header, 0, last, table.last))
    page.freeze(header + 1, 1)
    return last + 1


@dataclass(frozen=True, slots=True)
class _ActionRow:
    """The part of an open item's row that all clients share, and the height that it needs."""

    item: Item
    texts: Mapping[str, str]
    height: float


@lru_cache(maxsize=CACHED_CATALOGS)
def _build_rows(localized: LocalizedCatalog, text_width: int) -> Mapping[str, _ActionRow]:
    widths = {**_WIDTHS, "text": text_width}
    return {
        name: _build_row(localized, item, widths) for name, item in localized.catalog.items.items()
    }


def _build_row(localized: LocalizedCatalog, item: Item, widths: Mapping[str, int]) -> _ActionRow:
    catalog, say = localized.catalog, localized.say
    star = say("plan.key") if item.critical else ""
    texts = {
        "category": catalog.category_of[item.id].short[say.lang],
        "title": f"{star}{item.comment.title[say.lang]}",
        "text": item.comment.text[say.lang],
        "controls": _control_text(item, localized),
    }
    return _ActionRow(item, texts, _row_height({"id": item.id, **texts}, widths))


def _write_item(
    page: Page, row: int, of: _ActionRow, table: _ActionColumns, context: ReportContext
) -> None:
    at, texts, name = table.at, of.texts, of.item.id
    priority = context.say(f"plan.priority.{_choose_priority(of.item, context)}")
    way, gain = context.way_marks(name), context.report.diagnosis.effects.get(name, Fraction(0))
    page.text(row, at["id"], name, CENTERED_9)
    page.text(row, at["category"], texts["category"], CENTERED_MUTED)
    page.text(row, at["priority"], priority, CENTERED_9)
    page.text(row, at["title"], texts["title"], _TITLE)
    page.text(row, at["text"], texts["text"], TEXT_9)
    page.text(row, at["controls"], texts["controls"], _FINE)
    page.text(row, at["way"], way, _WAY)
    page.number(row, at["gain"], truncate_score(gain), _GAIN)
    entry = table.entries.get(name)
    own = {"priority": priority, "way": way, "owner": entry.owner if entry else ""}
    if "previous" in at:
        own["previous"] = describe_previous_action(table.before.get(name), context)
        page.client_text(row, at["previous"], own["previous"], _FINE)
    page.height(row, max(of.height, _row_height(own, table.widths)))


def _row_height(texts: Mapping[str, str], widths: Mapping[str, int], *, indent: int = 1) -> float:
    sizes = {"controls": 8.0, "previous": 8.0}
    heights = (
        row_height(
            text,
            room=column_room(widths[name], indent=indent),
            size=sizes.get(name, 9.0),
            padding=6,
        )
        for name, text in texts.items()
    )
    return max(_LEAST, *heights)


def _build_rules(context: ReportContext) -> Mapping[str, Mapping[str, Any]]:
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


def _write_entries(
    page: Page,
    row: int,
    table: _ActionColumns,
    rules: Mapping[str, Mapping[str, Any]],
    entry: PlanEntry,
) -> None:
    """Write the cells to be filled in, with what was entered: all that stands there is theirs."""
    for name in PLAN_COLUMNS:
        typed: str = getattr(entry, name)
        day = _parse_day(typed) if name == "due" else None
        page.entry(row, table.at[name], day or typed, _DAY if name == "due" else _ENTRY)
    for name, rule in rules.items():
        page.rule(row, table.at[name], rule)


def _parse_day(typed: str) -> date | None:
    """Parse a day that Excel can show; anything else is kept as it was typed."""
    day = parse_iso_day(typed)
    return day if day and day.year >= _FIRST_YEAR else None


def _choose_priority(item: Item, context: ReportContext) -> str:
    """Choose 高, 中 or 低, in the same order as the urgency of open items."""
    score = context.report.diagnosis.scores.items[item.id]
    if item.critical and score.value == 0:
        return "high"
    return "medium" if (score.lost or 0) >= _half_of_largest_weight(context.catalog) else "low"


@cached_per_catalog
def _half_of_largest_weight(catalog: Catalog) -> Fraction:
    """Compute half of the largest weight."""
    return Fraction(max(item.weight for item in catalog.items.values()), 2)


def _control_text(item: Item, localized: LocalizedCatalog) -> str:
    """Write the control numbers, one line for each standard."""
    say = localized.say
    numbers = ((s, ", ".join(item.controls.get(s.id, ()))) for s in localized.catalog.standards)
    return "\n".join(
        say("plan.control", standard=standard.name[say.lang], numbers=text)
        for standard, text in numbers
        if text
    )
