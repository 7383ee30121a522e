"""LibreOffice agrees: formulas calculate to the values stored beside them, and a return that it
saved, even by way of .ods, still holds answers, identity and drop-downs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from openpyxl.utils import range_boundaries

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import IDENTITY_SHEET, STAMP_CELL, cell_name
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer
from tests.catalogs import JIS
from tests.office import Office
from tests.returned import (
    QUESTIONS,
    page_at,
    problems_in,
    read_return,
    reopen_workbook,
    repack_parts,
    sheet_of,
)
from tests.samples import PROFILE, PROFILE_EN

pytestmark = pytest.mark.slow("LibreOffice opens and saves hearing sheets")

_BEGUN = {
    "POL-01": "はい",
    "POL-04": "○",
    "POL-03": "該当なし",
    "AST-09": "該当なし",
    "CRI-09": "未定",
}
_FILLED: Mapping[str, tuple[Lang, str, Entries]] = {
    "blank_ja": (Lang.JA, "", Entries()),
    "blank_en": (Lang.EN, "C-1", Entries()),
    "begun": (
        Lang.JA,
        "C-1",
        Entries({"company": "①㈱髙﨑", "employees": "120名"}, _BEGUN, {"POL-01": "一行目\n二行目"}),
    ),
    "complete": (Lang.JA, "", Entries(PROFILE, dict.fromkeys(JIS.items, "いいえ"))),
    "complete_en": (
        Lang.EN,
        "",
        Entries(PROFILE_EN, {**dict.fromkeys(JIS.items, "Partly"), "POL-05": "N/A"}),
    ),
}


@cache
def _sheet(name: str) -> bytes:
    lang, client, entries = _FILLED[name]
    return make_hearing_sheet(JIS, lang, Issuer(name="見本リスク株式会社"), entries, client)


def _sheets() -> dict[str, bytes]:
    return {name: _sheet(name) for name in _FILLED}


@pytest.fixture(scope="module")
def saved(office: Office) -> dict[str, bytes]:
    """Every sheet saved as .xlsx; `stale` is a blank sheet that shows wrong values."""
    return office.convert({**_sheets(), "stale": _stale()}, "xlsx", "xlsx")


@pytest.fixture(scope="module")
def by_way_of_ods(office: Office) -> dict[str, bytes]:
    """Every sheet saved as .ods, opened again and saved as .xlsx."""
    return office.convert(office.convert(_sheets(), "xlsx", "ods"), "ods", "xlsx")


def _stale() -> bytes:
    """The blank sheet with 0 stored beside every formula."""
    return repack_parts(
        _sheet("blank_ja"), lambda _, text: re.sub(r"(</f><v>)[^<]*", r"\g<1>0", text)
    )


# --- formulas


def _formulas(content: bytes) -> list[tuple[str, str]]:
    """Sheet and cell of every formula."""
    return [
        (page.title, cell.coordinate)
        for page in reopen_workbook(content).worksheets
        for row in page.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def _values(content: bytes, places: list[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    book = reopen_workbook(content, values=True)
    return {(sheet, cell): book[sheet][cell].value for sheet, cell in places}


@pytest.mark.parametrize("name", _FILLED)
def test_formulas_calculate_to_their_stored_values(name: str, saved: dict[str, bytes]) -> None:
    places = _formulas(_sheet(name))
    pages = [sheet for sheet, _ in places]
    assert len(set(pages)) == 2, "the cover, and the check column"
    assert len(pages) > len(JIS.items) + len(JIS.categories)
    stored = _values(_sheet(name), places)
    assert None not in stored.values()
    calculated = _values(saved[name], places)
    wrong = {at: (stored[at], calculated[at]) for at in places if not _same(stored, calculated, at)}
    assert wrong == {}


def _same(one: Mapping[Any, Any], other: Mapping[Any, Any], at: tuple[str, str]) -> bool:
    return bool(one[at] == pytest.approx(other[at]))


def test_libreoffice_calculates_values_anew(saved: dict[str, bytes]) -> None:
    places = _formulas(_sheet("blank_ja"))
    assert set(map(str, _values(_stale(), places).values())) == {"0"}
    assert _values(saved["stale"], places) == _values(_sheet("blank_ja"), places)


# --- returns saved by LibreOffice


def _lists(content: bytes) -> dict[tuple[str, str], str]:
    """The range behind each drop-down, by sheet and cell."""
    return {
        (page.title, cell): str(rule.formula1).replace("'", "").lstrip("=")
        for page in reopen_workbook(content).worksheets
        for rule in page.data_validations.dataValidation
        if rule.type == "list"
        for area in str(rule.sqref).split()
        for cell in _cells(area)
    }


def _cells(area: str) -> list[str]:
    left, top, right, bottom = (int(each or 0) for each in range_boundaries(area))
    return [
        cell_name(row - 1, column - 1)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    ]


@pytest.mark.parametrize("name", _FILLED)
@pytest.mark.parametrize("way", ["saved", "by_way_of_ods"])
def test_a_return_saved_again_reads_the_same(
    name: str, way: str, request: pytest.FixtureRequest
) -> None:
    content: bytes = request.getfixturevalue(way)[name]
    before, after = read_return(_sheet(name), JIS), read_return(content, JIS)
    assert sheet_of(after) == sheet_of(before)
    assert problems_in(after) == problems_in(before)


@pytest.mark.parametrize("name", _FILLED)
@pytest.mark.parametrize("way", ["saved", "by_way_of_ods"])
def test_saving_again_keeps_the_identity_in_all_three_places(
    name: str, way: str, request: pytest.FixtureRequest
) -> None:
    content: bytes = request.getfixturevalue(way)[name]
    assert _carriers(content) == _carriers(_sheet(name))
    assert JIS.id in str(_carriers(content)[1])


def _carriers(content: bytes) -> tuple[dict[str, str], str, dict[str, str]]:
    """The hidden sheet, the visible cell, the custom properties."""
    book: Any = reopen_workbook(content)
    hidden = {key.value: value.value or "" for key, value in book[IDENTITY_SHEET]["A1:B3"]}
    visible = page_at(book, QUESTIONS)[cell_name(*STAMP_CELL)].value
    return hidden, visible, {each.name: each.value for each in book.custom_doc_props}


@pytest.mark.parametrize("name", _FILLED)
@pytest.mark.parametrize("way", ["saved", "by_way_of_ods"])
def test_a_sheet_saved_again_can_still_be_filled_in(
    name: str, way: str, request: pytest.FixtureRequest
) -> None:
    content: bytes = request.getfixturevalue(way)[name]
    before, after = _lists(_sheet(name)), _lists(content)
    assert len(before) == len(JIS.items) + sum(1 for each in JIS.profile if each.choices)
    assert after == before
    book, again = reopen_workbook(_sheet(name)), reopen_workbook(content)
    assert again.sheetnames == book.sheetnames
    assert again[IDENTITY_SHEET].sheet_state == "hidden"
    for position in range(3):
        page, other = page_at(book, position), page_at(again, position)
        assert (other.protection.sheet, _unlocked(other)) == (True, _unlocked(page))


def _unlocked(page: Any) -> set[str]:
    cells = (cell for row in page.iter_rows() for cell in row)
    return {cell.coordinate for cell in cells if not cell.protection.locked}
