"""改善計画: everything that can still be improved, in its one order, for the client to plan with.

The client fills in the coloured columns, some of which hold proposals. The sheet carries the
client's id and name, so that it can be read wherever it comes back. What was planned last time
stands beside what is planned now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sheet_diag.forms.layout import PLAN_COLUMNS, PLAN_KEYS, PROPOSALS_KEY, format_proposals
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.results import PlannedItem
from sheet_diag.model.returns import PlanEntry
from sheet_diag.reports.client.completed_actions import (
    describe_previous_action,
    write_completed_actions,
)
from sheet_diag.reports.client.context import CACHED_CATALOGS, LocalizedCatalog, ReportContext
from sheet_diag.reports.client.plan_entries import (
    build_entry_rules,
    fill_line,
    propose_entries,
    write_entries,
)
from sheet_diag.reports.client.plan_links import (
    LinkNumbers,
    number_links,
    refer_to_links,
    write_links,
)
from sheet_diag.text.numbers import truncate_score
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTERED,
    CENTERED_9,
    CENTERED_MUTED,
    HEAD_9,
    MIDDLE,
    NAVY,
    OK,
    TEXT_9,
    TITLE,
    Look,
)

# The columns from left to right, each with its width in pixels.
_WIDTHS: Final = {
    "id": 66,
    "priority": 58,
    "phase": 64,
    "category": 74,
    "title": 160,
    "first_step": 190,
    "text": 316,
    "links": 44,
    "gain": 56,
    "way": 62,
    "effort": 70,
    "cost": 70,
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
_STRONG: Final[Look] = {**CENTERED_9, **BOLD}
_WAY: Final[Look] = {**CENTERED, **BOLD, "font_color": NAVY}
_GAIN: Final[Look] = {**CENTERED, "num_format": '"+"0.0'}
_ONE_LINE: Final[Look] = {**BODY, "text_wrap": False}
_LEAST: Final = 30.0  # points: the height of a row


@dataclass(frozen=True, slots=True)
class _ActionColumns:
    """Where the columns stand, their widths in pixels, what was planned before by item, what was
    entered into the last report, what is proposed, and the numbers of the links."""

    at: Mapping[str, int]
    widths: Mapping[str, int]
    before: Mapping[str, PlanEntry]
    entries: Mapping[str, PlanEntry]
    proposed: Mapping[str, PlanEntry]
    links: LinkNumbers

    @property
    def last(self) -> int:
        return len(self.widths) - 1


def write_plan(page: Page, context: ReportContext) -> None:
    """Write the sheet."""
    table = _plan_columns(context)
    keys = [_KEY] * (2 * (len(PLAN_KEYS) + 1))
    first_key = table.last + 1
    columns = [*table.widths.values(), *keys]
    page.columns(columns, hidden=range(first_key, first_key + len(keys)))
    _write_keys(page, first_key, table, context)
    header = _write_head(page, table, context)
    items = context.report.diagnosis.plan
    row = _write_table(page, header, table, context) if items else header
    row = write_links(page, row, table.at, table.links, context)
    write_completed_actions(page, row, table.at, {**table.before, **table.entries}, context)
    page.tab(OK)
    context.print_setup(page, landscape=True)
    page.fit_width(repeat=(header, header) if items else None)
    page.select(0, 0)


def _plan_columns(context: ReportContext) -> _ActionColumns:
    plan = context.report.plan
    widths = dict(_widths(context.catalog))
    if plan:
        widths["text"] -= _NARROWED
        widths["previous"] = _PREVIOUS
    return _ActionColumns(
        at={name: at for at, name in enumerate(widths)},
        widths=widths,
        before={entry.item: entry for entry in plan.entries} if plan else {},
        entries={entry.item: entry for entry in context.report.entries},
        proposed=propose_entries(context),
        links=number_links(context),
    )


def _widths(catalog: Catalog) -> Mapping[str, int]:
    """Leave to the texts what a catalogue without first steps or links does not need."""
    items = catalog.items.values()
    needless = {
        "first_step": not any(item.first_step for item in items),
        "links": not any(item.links for item in items),
    }
    spare = sum(_WIDTHS[name] for name, is_needless in needless.items() if is_needless)
    kept = {name: width for name, width in _WIDTHS.items() if not needless.get(name)}
    return {**kept, "text": _WIDTHS["text"] + spare}


def _write_keys(page: Page, first: int, table: _ActionColumns, context: ReportContext) -> None:
    sheet = context.report.sheet
    proposals = format_proposals(table.proposed.values())
    values = (context.report.number, sheet.identity.client or "", sheet.name, proposals)
    for place, (key, value) in enumerate(zip((*PLAN_KEYS, PROPOSALS_KEY), values, strict=True)):
        page.text(0, first + 2 * place, key, _ONE_LINE)
        page.client_text(0, first + 2 * place + 1, value, _ONE_LINE)


def _write_head(page: Page, table: _ActionColumns, context: ReportContext) -> int:
    """Write title and lead; returns the row of the headings."""
    say, diagnosis = context.say, context.report.diagnosis
    page.merged(0, 0, table.last, say("plan.sheet"), TITLE)
    page.height(0, 32)
    if not diagnosis.plan:
        page.merged(1, 0, table.last, say("plan.nothing"), BODY)
        page.height(1, 24)
        return 2
    text = _lead(context)
    page.merged(1, 0, table.last, text, _LEAD)
    page.height(1, page.text_height(text, _LEAD, (0, table.last), padding=6))
    page.height(2, 6)
    return 3


def _lead(context: ReportContext) -> str:
    """Say how to use the plan, and what its words mean."""
    say, rule = context.say, context.catalog.scoring.plan
    ways = any(way.items for way in context.report.diagnosis.ways)
    return "\n".join(
        (
            say("plan.lead"),
            say("plan.lead.priority"),
            say("plan.lead.phase", now=rule.now, later=rule.later),
            say("plan.lead.effort"),
            say("plan.lead.ways" if ways else "plan.lead.gain"),
        )
    )


def _write_table(page: Page, header: int, table: _ActionColumns, context: ReportContext) -> int:
    """Write one line for each open item, the most urgent first; returns the row after them."""
    heads = {name: context.say(f"plan.column.{name}") for name in table.at}
    for name, column in table.at.items():
        page.text(header, column, heads[name], HEAD_9)
    page.height(header, max(34, _row_height(heads, table.widths, indent=0)))
    items, rules = context.report.diagnosis.plan, build_entry_rules(context)
    known = _build_rows(context.localized, table.widths["text"])
    for row, each in enumerate(items, header + 1):
        line = fill_line(table.proposed[each.item], table.entries.get(each.item))
        _write_item(page, row, known[each.item], each, table, context, line)
        write_entries(page, row, table.at, rules, line)
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
    say = localized.say
    star = say("plan.key") if item.critical else ""
    texts = {
        "category": localized.catalog.category_of[item.id].short[say.lang],
        "title": f"{star}{item.comment.title[say.lang]}",
        "first_step": item.first_step[say.lang] if item.first_step else "",
        "text": item.comment.text[say.lang],
    }
    return _ActionRow(item, texts, _row_height({"id": item.id, **texts}, widths))


# Columns that hold texts of the product, each with its look.
_TEXTS: Final[dict[str, Look]] = {
    "id": CENTERED_9,
    "priority": _STRONG,
    "phase": CENTERED_9,
    "category": CENTERED_MUTED,
    "title": _TITLE,
    "first_step": TEXT_9,
    "text": TEXT_9,
    "links": CENTERED_9,
    "way": _WAY,
}


def _write_item(
    page: Page,
    row: int,
    of: _ActionRow,
    each: PlannedItem,
    table: _ActionColumns,
    context: ReportContext,
    line: PlanEntry,
) -> None:
    say, at = context.say, table.at
    own = {
        **_explain_texts(of, context),
        "priority": say(f"plan.priority.{each.label}"),
        "phase": say(f"plan.phase.{each.phase}"),
        "way": context.way_marks(each.item),
    }
    if "links" in at:
        own["links"] = refer_to_links(of.item.links, table.links)
    texts = {"id": each.item, **of.texts, **own}
    for name, look in _TEXTS.items():
        if name in at:
            page.text(row, at[name], texts[name], look)
    page.number(row, at["gain"], truncate_score(each.effect), _GAIN)
    if "previous" in at:
        own["previous"] = describe_previous_action(table.before.get(each.item), context)
        page.client_text(row, at["previous"], own["previous"], _FINE)
    entered: dict[str, str] = {column: getattr(line, column) for column in PLAN_COLUMNS}
    page.height(row, max(of.height, _row_height({**own, **entered}, table.widths)))


def _explain_texts(of: _ActionRow, context: ReportContext) -> Mapping[str, str]:
    """Explain the terms of a row that are new; only texts that change."""
    explained = {name: context.explain(of.texts[name]) for name in ("first_step", "text")}
    return {name: text for name, text in explained.items() if text != of.texts[name]}


def _row_height(texts: Mapping[str, str], widths: Mapping[str, int], *, indent: int = 1) -> float:
    sizes = {"previous": 8.0}
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
