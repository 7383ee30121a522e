"""改善計画 -> what its client filled in, and whose it is.

Finds the plan on whatever sheet of a return or of a report of ours; a sheet without its headings,
or without any entry, is no plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sheet_diag.forms.layout import PLAN_COLUMNS, PLAN_KEYS, item_key
from sheet_diag.intake.cells import Grid, WorkbookContent
from sheet_diag.intake.dates import parse_typed_date
from sheet_diag.intake.returns.vocabulary import SheetWords, find_known_words, vocabulary_of
from sheet_diag.model.action_plan import PlanEntry, ReturnedPlan
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import ReturnedSheet
from sheet_diag.text.normalize import tidy_text

_HEADER_ROWS: Final = 40  # the headings stand among the first rows of a sheet
_ID: Final = "id"


def read_plan(
    book: WorkbookContent, catalog: Catalog, sheet: ReturnedSheet | None
) -> ReturnedPlan | None:
    """The plan with most entries in a workbook; None where there is none.

    One that does not say whose it is belongs to the client of the return that it came in.
    """
    pages = find_known_words(book.grids, catalog)
    plans = [plan for page in pages if (plan := _read_page(page, catalog))]
    if not plans:
        return None
    plan = max(plans, key=lambda each: len(each.entries))
    if sheet and not (plan.client or plan.name):
        return ReturnedPlan(plan.entries, sheet.identity.client or "", sheet.name, plan.number)
    return plan


@dataclass(frozen=True, slots=True)
class _PlanHeader:
    """The row of the headings, and the column of each."""

    row: int
    columns: Mapping[str, int]


def _read_page(page: SheetWords, catalog: Catalog) -> ReturnedPlan | None:
    grid, head = page.grid, _find_header(page)
    entries = tuple(_read_entries(grid, head, catalog)) if head else ()
    if not head or not entries:
        return None
    number, client, name = (_read_key(grid, head.row, key) for key in PLAN_KEYS)
    return ReturnedPlan(entries, client, name, number)


def _find_header(page: SheetWords) -> _PlanHeader | None:
    """The first row with the number's heading and all that the client fills in, each once."""
    found: dict[int, list[tuple[str, int]]] = {}
    for cell in page.word_cells:
        if cell.word.plan and cell.row < _HEADER_ROWS:
            found.setdefault(cell.row, []).append((cell.word.plan, cell.column))
    for row, headed in found.items():
        columns = dict(headed)
        if len(columns) == len(headed) == 1 + len(PLAN_COLUMNS):
            return _PlanHeader(row, columns)
    return None


def _read_entries(grid: Grid, head: _PlanHeader, catalog: Catalog) -> Iterator[PlanEntry]:
    """The lines with any entry, the first of each question."""
    known = vocabulary_of(catalog).items
    told: set[str] = set()
    for row in range(head.row + 1, len(grid.rows)):
        typed = tidy_text(grid.text(row, head.columns[_ID]))
        match = known.get(item_key(typed))
        item = match.id if match else typed
        texts = {column: tidy_text(grid.text(row, head.columns[column])) for column in PLAN_COLUMNS}
        if item and item not in told and any(texts.values()):
            told.add(item)
            due = texts["due"]
            yield PlanEntry(**{**texts, "item": item, "due": parse_typed_date(due)[0] or due})


def _read_key(grid: Grid, before: int, key: str) -> str:
    """What stands beside a key above the headings."""
    for row in range(before):
        cells = grid.rows[row]
        for at, text in enumerate(cells):
            if text.strip() == key:
                return tidy_text(grid.text(row, at + 1))
    return ""
