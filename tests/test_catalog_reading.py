"""How the workbook of a questionnaire is read: sheets, headings, rows, cells."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheet_diag.catalog.faults import FaultKind
from tests.books import QUESTIONS, Sheets, check, read, write_book


def _rows(path: Path, sheet: str = "questions") -> list[dict[str, str]]:
    return [dict(row.cells) for row in read(path).tables[sheet].rows]


def test_sheets_are_known_by_either_name_and_those_of_the_author_are_passed_over(
    tmp_path: Path,
) -> None:
    sheets: Sheets = {
        "説明": [["自由"]],
        "_下書き": [["x"]],
        "Ｑｕｅｓｔｉｏｎｓ": [["Question"], ["A?"]],
    }
    book = read(write_book(tmp_path / "a.xlsx", sheets))
    assert list(book.tables) == ["questions"]
    assert book.faults == ()


@pytest.mark.parametrize(
    ("name", "kind", "near"),
    [("集計用", FaultKind.WARNING, ""), ("会社情法", FaultKind.ERROR, "会社情報")],
)
def test_a_sheet_that_is_not_used_is_told_with_what_may_be_meant(
    tmp_path: Path, name: str, kind: FaultKind, near: str
) -> None:
    (fault,) = read(write_book(tmp_path / "a.xlsx", {"設問": QUESTIONS, name: [["x"]]})).faults
    assert (fault.code, fault.kind, fault.near) == ("SHEET_UNKNOWN", kind, near)


def test_a_workbook_without_questions_is_told(tmp_path: Path) -> None:
    book = read(write_book(tmp_path / "a.xlsx", {"判定": [["ランク", "下限"], ["A", 50]]}))
    assert [fault.code for fault in book.faults] == ["SHEET_MISSING"]


def test_titles_may_stand_above_the_headings(tmp_path: Path) -> None:
    rows = [
        ["当社の設問"],
        [],
        ["番号", "設問（必須）", "【自分用】", "メモ1"],
        ["1", "A?", "x", "y"],
    ]
    book = read(write_book(tmp_path / "a.xlsx", {"設問": rows}))
    assert _rows(tmp_path / "a.xlsx") == [{"no.": "1", "question": "A?"}]
    assert book.faults == ()


HEADINGS = [
    (["番号", "設問", "重み", "重み"], "HEADING_TWICE", "D1", FaultKind.ERROR, ""),
    (["番号", "設問", "表示条検"], "HEADING_UNKNOWN", "C1", FaultKind.ERROR, "表示条件"),
    (["番号", "設問", "担当部長"], "HEADING_UNKNOWN", "C1", FaultKind.WARNING, ""),
    (["番号", "設問", "Weight"], "HEADING_UNKNOWN", "C1", FaultKind.ERROR, "重み"),
    (["番号", "設門", "重み"], "HEADING_UNKNOWN", "B1", FaultKind.ERROR, "設問"),
    (["番号", "重み"], "HEADING_MISSING", "C1", FaultKind.ERROR, ""),
]


@pytest.mark.parametrize(("heads", "code", "cell", "kind", "near"), HEADINGS)
def test_a_heading_that_is_not_used_is_told(
    tmp_path: Path, heads: list[str], code: str, cell: str, kind: FaultKind, near: str
) -> None:
    rows = [heads, ["1", "A?", "2", "3"][: len(heads)]]
    (fault,) = read(write_book(tmp_path / "a.xlsx", {"設問": rows})).faults
    assert (fault.code, fault.place.cell, fault.kind, fault.near) == (code, cell, kind, near)


def test_a_category_is_carried_down_and_notes_of_the_author_are_no_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["分野", "設問"],
        ["倉庫", "A?"],
        [None, "B?"],
        ["※ 以下は検討中"],
        [],
        ["事務", "C?"],
    ]
    write_book(tmp_path / "a.xlsx", {"設問": rows})
    assert [row["category"] for row in _rows(tmp_path / "a.xlsx")] == ["倉庫", "倉庫", "事務"]


def test_text_below_no_heading_is_told(tmp_path: Path) -> None:
    rows = [["番号", "設問"], ["1", "A?", "見落とし"]]
    (fault,) = read(write_book(tmp_path / "a.xlsx", {"設問": rows})).faults
    assert (fault.code, fault.place.cell, fault.stands) == ("HEADING_UNKNOWN", "C2", "見落とし")


def _sheet(path: Path, cells: dict[str, tuple[Any, str]]) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.worksheets[0]
    sheet.title = "設問"
    sheet.append(["番号", "設問", "配点"])
    for name, (value, form) in cells.items():
        sheet[name] = value
        sheet[name].number_format = form
    book.save(path)
    return path


def test_numbers_are_read_as_they_are_shown_and_points_as_they_are(tmp_path: Path) -> None:
    cells = {
        "A2": (1.5, "0.00"), "B2": ("A?", "@"), "C2": (0.1 + 0.2, "General"),
        "A3": (7, "000"), "B3": ("B?", "@"), "C3": (0.7, "0%"),
    }  # fmt: skip
    rows = _rows(_sheet(tmp_path / "a.xlsx", cells))
    assert [row["no."] for row in rows] == ["1.50", "007"]
    assert [row["points"] for row in rows] == ["0.3", "70%"]


CELLS = [
    ({"A2": (date(2026, 1, 1), "yyyy-mm-dd"), "B2": ("A?", "@")}, "DATE_IN_NUMBER", "設問!A2"),
    ({"A2": ("1", "@"), "B2": ("=A2&A2", "@")}, "NOT_CALCULATED", "設問!B2"),
]


@pytest.mark.parametrize(("cells", "code", "place"), CELLS)
def test_a_cell_that_cannot_be_used_is_told_once(
    tmp_path: Path, cells: dict[str, tuple[Any, str]], code: str, place: str
) -> None:
    assert check(_sheet(tmp_path / "a.xlsx", cells)) == [(code, place)]


def test_rows_are_not_to_be_merged_but_for_what_is_carried_down(tmp_path: Path) -> None:
    path = write_book(
        tmp_path / "a.xlsx", {"設問": [["分野", "設問"], ["倉庫", "A?"], [None, "B?"]]}
    )
    book = openpyxl.load_workbook(path)
    book["設問"].merge_cells("A2:A3")
    book.save(path)
    assert check(path) == []
    book["設問"].merge_cells("B2:B3")
    book.save(path)
    assert check(path) == [("MERGED_ROWS", "設問!B2")]


def test_hidden_rows_count_and_are_told_once(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"設問": QUESTIONS})
    book = openpyxl.load_workbook(path)
    for row in (3, 4):
        book["設問"].row_dimensions[row].hidden = True
    book.save(path)
    assert len(_rows(path)) == 3
    assert ("HIDDEN_ROWS", "設問!A3") in check(path, FaultKind.NOTE)


def test_what_a_check_has_marked_is_not_read_again(tmp_path: Path) -> None:
    sheets: Sheets = {"確認結果": [["No.", "区分"], [1, "要修正"]], "設問": QUESTIONS}
    assert read(write_book(tmp_path / "a.xlsx", sheets)).faults == ()
