"""LibreOffice calculates sheets and reports with conditions to what Python finds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product
from random import Random
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.applicability import find_not_asked
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer
from tests.catalogs import Answers
from tests.gated import gated_catalog
from tests.live import AnswerSet, cell_differences, falsify_values, record_book, simulation_book
from tests.office import Office
from tests.returned import edit_workbook, page_at, reopen_workbook
from tests.workbooks import calamine_values

pytestmark = pytest.mark.slow("LibreOffice calculates two hundred sheets")

_USUAL = ("yes", "partial", "no", "unknown", "na", None)
_WORDS: dict[str, tuple[str | None, ...]] = {
    "A1": ("yes", "yes", "no"),
    "A3": ("some", "few", "none", None),
    "B1": ("pc", "own", "pc,own", "phone,own"),
    "B3": ("yes", "partial", "no", "na", "unknown"),
    "C1": ("0", "1", "12.5"),
}


def _cases() -> Iterator[AnswerSet]:
    catalog, random = gated_catalog(), Random(7)
    for number in range(100):
        answers: Answers = {item: random.choice(_WORDS.get(item, _USUAL)) for item in catalog.items}
        yield AnswerSet(f"case {number}", catalog, answers)


@pytest.mark.parametrize("simulated", [False, True])
def test_every_cell_of_100_reports_is_calculated_as_python_does(
    office: Office, simulated: bool
) -> None:
    cases = [each for each in _cases() if not simulated or each.diagnosis.plan]
    content, _ = simulation_book(cases) if simulated else record_book(cases)
    saved = office.convert({"report": falsify_values(content)}, "xlsx", "xlsx")["report"]
    stored, calculated = calamine_values(content), calamine_values(saved)
    found = {name: cell_differences(stored[name], calculated[name]) for name in stored}
    assert {name: each for name, each in found.items() if each} == {}


def _entries(number: int) -> dict[str, Any]:
    """What is typed into the answer cells, by what stands in the column of the numbers."""
    gates = list(product(("はい", "いいえ", "", "多分"), ("", "○", "×"), ("", "0", "1", "多数")))
    first, own, months = gates[number % len(gates)]
    typed = months if not months.isdecimal() else int(months)
    return {"A1": first, "B1/私物": own, "C1": typed, "A2": "はい", "B3": "該当なし"}


def _fill(entries: dict[str, Any], book: Workbook) -> None:
    page = page_at(book, 2)
    for row in range(6, page.max_row + 1):
        if entries.get(str(page.cell(row, 1).value)) not in (None, ""):
            page.cell(row, 5).value = entries[str(page.cell(row, 1).value)]


def test_a_blank_sheet_that_is_filled_in_says_what_is_asked(office: Office) -> None:
    catalog = gated_catalog()
    blank = make_hearing_sheet(catalog, Lang.JA, Issuer(), Entries())
    filled = {
        f"{number:02}": edit_workbook(blank, partial(_fill, _entries(number)))
        for number in range(0, 48, 3)
    }
    saved = office.convert(filled, "xlsx", "xlsx")
    for name, content in saved.items():
        entries = _entries(int(name))
        answers = {
            "A1": {"はい": "yes", "いいえ": "no"}.get(entries["A1"]),
            "B1": "own" if entries["B1/私物"] == "○" else None,
            "C1": str(entries["C1"]) if isinstance(entries["C1"], int) else None,
        }
        book = reopen_workbook(content, values=True)
        page = page_at(book, 2)
        checks = {page.cell(r, 1).value: page.cell(r, 8).value for r in range(6, 20)}
        told = {item for item in catalog.items if checks[item] == "対象外"}
        assert told == find_not_asked(catalog, answers, {}), (name, entries, checks)
        cover = [[cell.value for cell in row[:3]] for row in page_at(book, 0).iter_rows()]
        total = next(row for row in cover if row[0] == "合計")
        assert total[2] == len(catalog.items) - len(told)
