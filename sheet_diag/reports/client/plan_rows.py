"""The rows of 改善計画: where their columns stand, what is in them, how high they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sheet_diag.forms.layout import PLAN_COLUMNS
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.results import Phase, PlannedItem
from sheet_diag.model.returns import PlanEntry
from sheet_diag.reports.client.completed_actions import describe_previous_action
from sheet_diag.reports.client.context import CACHED_CATALOGS, LocalizedCatalog, ReportContext
from sheet_diag.reports.client.plan_entries import fill_line, propose_entries
from sheet_diag.reports.client.plan_links import LinkNumbers, number_links, refer_to_links
from sheet_diag.text.numbers import truncate_score
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BOLD,
    CENTERED,
    CENTERED_9,
    CENTERED_MUTED,
    NAVY,
    PALE,
    PROGRESS_BAR,
    TEXT_9,
    WHITE,
    Look,
)

# The columns from left to right, each with its width in pixels.
_WIDTHS: Final = {
    "id": 60,
    "priority": 66,
    "phase": 70,
    "category": 78,
    "title": 190,
    "first_step": 310,
    "links": 36,
    "gain": 62,
    "way": 64,
    "effort": 54,
    "cost": 54,
    "owner": 92,
    "due": 84,
    "status": 68,
}
_PREVIOUS: Final = 124
_NARROWED: Final = 114  # pixels that the first steps leave to the previous plan
_TITLE: Final[Look] = {**TEXT_9, **BOLD, "font_color": NAVY}
_FINE: Final[Look] = {**TEXT_9, "font_size": 8}
# The phases from dark to light, so that they stay told apart when the table is sorted anew.
_PHASES: Final[Mapping[Phase, Look]] = {
    Phase.NOW: {**CENTERED_9, **BOLD, "bg_color": NAVY, "font_color": WHITE},
    Phase.HALF: {**CENTERED_9, **BOLD, "bg_color": PROGRESS_BAR},
    Phase.YEAR: {**CENTERED_9, "bg_color": PALE},
    Phase.LATER: CENTERED_9,
}
_STRONG: Final[Look] = {**CENTERED_9, **BOLD}
_WAY: Final[Look] = {**CENTERED, **BOLD, "font_color": NAVY}
_GAIN: Final[Look] = {**CENTERED, "num_format": '"+"0.0'}
_LEAST: Final = 30.0  # points: the height of a row
_MOST: Final = 60.0  # and of one that holds texts of the product alone


@dataclass(frozen=True, slots=True)
class PlanColumns:
    """Where the columns stand, their widths in pixels, what was planned before by item, what was
    entered into the last report, what is proposed, and the numbers of the links.

    `first_steps` are those of the open items in full, with their terms explained; the `long` ones
    stand in their rows in their short form.
    """

    at: Mapping[str, int]
    widths: Mapping[str, int]
    before: Mapping[str, PlanEntry]
    entries: Mapping[str, PlanEntry]
    proposed: Mapping[str, PlanEntry]
    links: LinkNumbers
    first_steps: Mapping[str, str]
    long: Mapping[str, str]

    @property
    def last(self) -> int:
        """The last column in view."""
        return len(self.widths) - 1


def plan_columns(context: ReportContext) -> PlanColumns:
    """Plan the columns, before anything is written."""
    plan = context.report.plan
    widths = dict(_widths(context.catalog))
    if plan:
        widths["first_step" if "first_step" in widths else "title"] -= _NARROWED
        widths["previous"] = _PREVIOUS
    steps = _explain_first_steps(context)
    room = widths.get("first_step", 0)
    return PlanColumns(
        at={name: at for at, name in enumerate(widths)},
        widths=widths,
        before={entry.item: entry for entry in plan.entries} if plan else {},
        entries={entry.item: entry for entry in context.report.entries},
        proposed=propose_entries(context),
        links=number_links(context),
        first_steps=steps,
        long={name: step for name, step in steps.items() if _is_too_long(step, room)},
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
    return {**kept, "title": _WIDTHS["title"] + spare}


def _explain_first_steps(context: ReportContext) -> Mapping[str, str]:
    items = (context.catalog.items[name] for name in context.report.diagnosis.open_items)
    return {
        item.id: context.explain(item.first_step[context.say.lang])
        for item in items
        if item.first_step
    }


def _is_too_long(first_step: str, width: int) -> bool:
    return _row_height({"first_step": first_step}, {"first_step": width}) > _MOST


@dataclass(frozen=True, slots=True)
class _ActionRow:
    """The part of an open item's row that all clients share, and the height that it needs."""

    item: Item
    texts: Mapping[str, str]
    height: float


@lru_cache(maxsize=CACHED_CATALOGS)
def _build_rows(localized: LocalizedCatalog, title_width: int) -> Mapping[str, _ActionRow]:
    widths = {**_WIDTHS, "title": title_width}
    return {
        name: _build_row(localized, item, widths) for name, item in localized.catalog.items.items()
    }


def _build_row(localized: LocalizedCatalog, item: Item, widths: Mapping[str, int]) -> _ActionRow:
    say = localized.say
    star = say("plan.key") if item.critical else ""
    texts = {
        "category": localized.catalog.category_of[item.id].short[say.lang],
        "title": f"{star}{item.title[say.lang]}",
    }
    return _ActionRow(item, texts, _row_height({"id": item.id, **texts}, widths))


# Columns without an indent.
_CENTERED: Final = ("id", "priority", "phase", "category", "links", "way", *PLAN_COLUMNS)
# Columns that hold texts of the product, each with its look.
_TEXTS: Final[dict[str, Look]] = {
    "id": CENTERED_9,
    "priority": _STRONG,
    "category": CENTERED_MUTED,
    "title": _TITLE,
    "first_step": TEXT_9,
    "links": CENTERED_9,
    "way": _WAY,
}


def write_plan_row(
    page: Page, row: int, each: PlannedItem, columns: PlanColumns, context: ReportContext
) -> PlanEntry:
    """Write what the product says of a measure; returns the line that is the client's."""
    say, at = context.say, columns.at
    shared = _build_rows(context.localized, columns.widths["title"])[each.item]
    line = fill_line(columns.proposed[each.item], columns.entries.get(each.item))
    own = {
        "first_step": _choose_first_step(shared.item, columns, context),
        "priority": say(f"plan.priority.{each.label}"),
        "links": refer_to_links(shared.item.links, columns.links),
        "way": context.way_marks(each.item),
    }
    texts = {"id": each.item, **shared.texts, **own}
    for name, look in _TEXTS.items():
        if name in at:
            page.text(row, at[name], texts[name], look)
    phase = say(f"plan.phase.{each.phase}")
    page.text(row, at["phase"], phase, _PHASES[each.phase])
    page.number(row, at["gain"], truncate_score(each.effect), _GAIN)
    before = describe_previous_action(columns.before.get(each.item), context)
    if "previous" in at:
        page.client_text(row, at["previous"], before, _FINE)
    for column, standard in enumerate(context.catalog.numbered_standards, columns.last + 1):
        numbers = ", ".join(shared.item.controls.get(standard.id, ()))
        page.text(row, column, numbers, CENTERED_MUTED)
    entered = {column: str(getattr(line, column)) for column in PLAN_COLUMNS}
    measured = {**own, **entered, "phase": phase, "previous": before}
    page.height(row, max(shared.height, _row_height(measured, columns.widths)))
    return line


def _choose_first_step(item: Item, columns: PlanColumns, context: ReportContext) -> str:
    """Give the first step, or its short form where it would make the row too high."""
    if item.id in columns.long and item.first_step_short:
        return item.first_step_short[context.say.lang]
    return columns.first_steps.get(item.id, "")


def _row_height(texts: Mapping[str, str], widths: Mapping[str, int]) -> float:
    """Compute the height that the texts of the columns that there are need."""
    heights = (
        row_height(
            text,
            room=column_room(widths[name], indent=int(name not in _CENTERED)),
            size=_FINE["font_size"] if name == "previous" else TEXT_9["font_size"],
            padding=5,
        )
        for name, text in texts.items()
        if name in widths
    )
    return max(_LEAST, *heights)
