"""改善計画 -> what its client filled in, and whose it is.

Finds the plan on whatever sheet of a return or of a report of ours; a sheet without its headings,
or without any entry, is no plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from sheet_diag.folding import fold, tidy
from sheet_diag.intake.cells import Grid, Workbook
from sheet_diag.intake.dates import read_day
from sheet_diag.intake.headings import headings
from sheet_diag.intake.lexicon import lexicon_of
from sheet_diag.layout import PLAN_COLUMNS, PLAN_KEYS, item_key
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.plan import Plan, PlanEntry
from sheet_diag.model.returns import ReturnedSheet

_HEADER_ROWS: Final = 40  # the headings stand among the first rows of a sheet
_ID: Final = "id"


def read_plan(book: Workbook, catalog: Catalog, sheet: ReturnedSheet | None) -> Plan | None:
    """The plan with most entries in a workbook; None where there is none.

    One that does not say whose it is belongs to the client of the return that it came in.
    """
    plans = [plan for grid in book.grids if (plan := _read(grid, catalog))]
    if not plans:
        return None
    plan = max(plans, key=lambda each: len(each.entries))
    if sheet and not (plan.client or plan.name):
        return Plan(plan.entries, sheet.identity.client or "", sheet.name, plan.number)
    return plan


@dataclass(frozen=True, slots=True)
class _Head:
    """The row of the headings, and the column of each."""

    row: int
    columns: Mapping[str, int]


def _read(grid: Grid, catalog: Catalog) -> Plan | None:
    head = _find_head(grid)
    entries = tuple(_entries(grid, head, catalog)) if head else ()
    if not head or not entries:
        return None
    number, client, name = (_value(grid, head.row, key) for key in PLAN_KEYS)
    return Plan(entries, client, name, number)


def _find_head(grid: Grid) -> _Head | None:
    """The first row with the number's heading and all that the client fills in, each once."""
    headed = _headed()
    for row, cells in enumerate(grid.rows[:_HEADER_ROWS]):
        found = [(headed[fold(t)], at) for at, t in enumerate(cells) if t and fold(t) in headed]
        columns = dict(found)
        if len(columns) == len(found) == 1 + len(PLAN_COLUMNS):
            return _Head(row, columns)
    return None


@cache
def _headed() -> Mapping[str, str]:
    """What each heading heads: no two columns share one."""
    columns = (_ID, *PLAN_COLUMNS)
    return {name: column for column in columns for name in headings(f"plan.column.{column}")}


def _entries(grid: Grid, head: _Head, catalog: Catalog) -> Iterator[PlanEntry]:
    """The lines with any entry, the first of each question."""
    known = lexicon_of(catalog).items
    told: set[str] = set()
    for row in range(head.row + 1, len(grid.rows)):
        typed = tidy(grid.text(row, head.columns[_ID]))
        match = known.get(item_key(typed))
        item = match.id if match else typed
        texts = {column: tidy(grid.text(row, head.columns[column])) for column in PLAN_COLUMNS}
        if item and item not in told and any(texts.values()):
            told.add(item)
            due = texts["due"]
            yield PlanEntry(**{**texts, "item": item, "due": read_day(due)[0] or due})


def _value(grid: Grid, before: int, key: str) -> str:
    """What stands beside a key above the headings."""
    for row in range(before):
        cells = grid.rows[row]
        for at, text in enumerate(cells):
            if text.strip() == key:
                return tidy(grid.text(row, at + 1))
    return ""
