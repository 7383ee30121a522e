"""改善計画 -> what its client filled in, and whose it is.

Finds the plan on whatever sheet of a return or of a report of ours. A sheet without its headings,
or without any entry, is no plan. A line that stands as it was proposed is no entry; one that was
touched counts as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sheet_diag.forms.layout import (
    PLAN_COLUMNS,
    PLAN_KEYS,
    PROPOSALS_KEY,
    read_proposals,
)
from sheet_diag.intake.cells import Grid, WorkbookContent
from sheet_diag.intake.dates import parse_typed_date
from sheet_diag.intake.returns.identity import read_version
from sheet_diag.intake.returns.other_versions import follow_number
from sheet_diag.intake.returns.vocabulary import vocabulary_of
from sheet_diag.intake.table_file import HeadedColumns, Table, find_tables, read_headings
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import EMPTIED, PlanEntry, ReturnedPlan, ReturnedSheet
from sheet_diag.text.normalize import item_key, normalize_text, tidy_text

_HEADER_ROWS: Final = 40  # the headings stand among the first rows of a sheet
_ID: Final = "id"
_LABELS: Final = tuple(f"plan.column.{column}" for column in (_ID, *PLAN_COLUMNS))
_NEEDED: Final = {_ID, *PLAN_COLUMNS} - {"cost"}  # plans of version 0.1.0 had no costs


def read_plan(
    book: WorkbookContent, catalog: Catalog, sheet: ReturnedSheet | None
) -> ReturnedPlan | None:
    """Read the plan with most entries in a workbook; None where there is none.

    One that does not say whose it is belongs to the client of the return that it came in.
    """
    version = read_version(book)
    plans = [plan for grid in book.grids if (plan := _read_sheet(grid, catalog, version))]
    if not plans:
        return None
    plan = max(plans, key=lambda each: len(each.entries))
    if sheet and not (plan.client or plan.name):
        return ReturnedPlan(plan.entries, sheet.identity.client or "", sheet.name, plan.number)
    return plan


def read_filled_plan(book: WorkbookContent, catalog: Catalog) -> ReturnedPlan | None:
    """Read every line of the plan in a report, also those without any entry."""
    for grid in book.grids:
        for table in find_tables(grid, read_headings(_LABELS), _is_header, _HEADER_ROWS):
            return _make_plan(table, tuple(_read_lines(table, catalog, read_version(book))))
    return None


def is_plan_sheet(grid: Grid) -> bool:
    """Whether a sheet has the headings of a plan."""
    return bool(find_tables(grid, read_headings(_LABELS), _is_header, _HEADER_ROWS))


def _read_sheet(grid: Grid, catalog: Catalog, version: str | None) -> ReturnedPlan | None:
    tables = find_tables(grid, read_headings(_LABELS), _is_header, _HEADER_ROWS)
    entries = tuple(_read_entries(tables[0], catalog, version)) if tables else ()
    return _make_plan(tables[0], entries) if entries else None


def _make_plan(table: Table, entries: tuple[PlanEntry, ...]) -> ReturnedPlan:
    number, client, name = (_read_key(table.grid, table.header, key) for key in PLAN_KEYS)
    return ReturnedPlan(entries, client, name, number)


def _is_header(columns: HeadedColumns) -> bool:
    """Tell whether a row has the heading of the id and all that the client fills in, each once."""
    return columns.keys() >= _NEEDED and all(len(places) == 1 for places in columns.values())


def _read_entries(table: Table, catalog: Catalog, version: str | None) -> Iterator[PlanEntry]:
    """Read the rows with any entry, the first of each question."""
    seen: set[str] = set()
    for entry in _read_lines(table, catalog, version):
        if entry.item not in seen and entry.is_filled:
            seen.add(entry.item)
            yield entry


def _read_lines(table: Table, catalog: Catalog, version: str | None) -> Iterator[PlanEntry]:
    """Read the rows of questions, under their numbers of now."""
    known = vocabulary_of(catalog).items
    proposed = read_proposals(_read_key(table.grid, table.header, PROPOSALS_KEY))
    for row in table.rows():
        typed = row.text(_ID)
        match = known.get(item_key(typed))
        written = match.id if match else typed
        item = follow_number(catalog, version, written) if version and written else written
        texts = {column: row.text(column) for column in PLAN_COLUMNS}
        if item:
            due = texts["due"]
            read = PlanEntry(**{**texts, "item": item, "due": parse_typed_date(due)[0] or due})
            yield _compare_with_proposal(read, proposed.get(written, PlanEntry(written)))


def _compare_with_proposal(read: PlanEntry, proposed: PlanEntry) -> PlanEntry:
    """Return an empty line where all stands as proposed, else the line with what was emptied."""
    texts = {c: (str(getattr(read, c)), str(getattr(proposed, c))) for c in PLAN_COLUMNS}
    if all(normalize_text(now) == normalize_text(before) for now, before in texts.values()):
        return PlanEntry(read.item)
    emptied = [column for column, (now, before) in texts.items() if before and not now]
    return replace(read, **dict.fromkeys(emptied, EMPTIED))


def _read_key(grid: Grid, before: int, key: str) -> str:
    """Read what stands beside a key above the headings."""
    for cells in grid.rows[:before]:
        for column, text in enumerate(cells[:-1]):
            if text.strip() == key:
                return tidy_text(cells[column + 1])
    return ""
