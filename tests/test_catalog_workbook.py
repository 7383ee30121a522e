"""The workbook of a questionnaire: what is written for whoever fills it in."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

from sheet_diag.forms.catalog_workbook import make_catalog_workbook
from sheet_diag.model.basics import Lang

_ROWS = {
    "questions": [
        {"category": "倉庫", "no.": "1", "question": "=鍵を管理していますか。", "weight": "2"},
        {"category": "倉庫", "no.": "01", "question": "記録していますか。", "weight": "1/2"},
    ],
    "choices": [{"set": "三択", "choice": "済", "points": "1"}],
}


def _open(rows: Any = _ROWS, lang: Lang = Lang.JA) -> Any:
    return openpyxl.load_workbook(io.BytesIO(make_catalog_workbook(rows, lang, "点検")))


def test_each_row_stands_below_its_headings_and_numbers_are_text_or_numbers_as_meant() -> None:
    sheet = _open()["設問"]
    heads = [cell.value for cell in sheet[1]]
    assert heads[:5] == ["分野", "番号", "設問", "選択肢", "重み"]
    assert [cell.value for cell in sheet[2]][:5] == [
        "倉庫",
        "1",
        "=鍵を管理していますか。",
        None,
        2,
    ]
    assert sheet["C2"].data_type == "s"  # no formula
    assert [sheet["B3"].value, sheet["E3"].value] == ["01", "1/2"]


def test_a_heading_bears_what_it_means_its_default_and_an_example() -> None:
    note = _open()["設問"]["E1"].comment.text
    assert note.split("\n") == ["評価点に数える重さです。", "空欄のとき：1", "例：2"]


def test_columns_that_nobody_filled_are_folded_and_the_head_stays_in_view() -> None:
    sheet = _open()["設問"]
    folded = [
        sheet.cell(1, col).value
        for col in range(1, sheet.max_column + 1)
        if sheet.column_dimensions[sheet.cell(1, col).column_letter].hidden
    ]
    assert "表示条件" in folded
    assert "設問" not in folded
    assert sheet.freeze_panes == "D2"


def test_words_and_names_are_chosen_from_lists() -> None:
    book = _open()
    rules = book["設問"].data_validations.dataValidation
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in rules}
    sheet, area = lists["D2"].lstrip("=").split("!")
    first = book[sheet.strip("'")][area.split(":")[0]]
    assert (first if hasattr(first, "value") else first[0][0]).value == "三択"
    assert book["_lists"].sheet_state == "hidden"


def test_an_english_workbook_has_english_sheets_and_headings() -> None:
    book = _open(lang=Lang.EN)
    assert book.sheetnames[:3] == ["README", "Questions", "Choices"]
    assert [cell.value for cell in book["Questions"][1]][:3] == ["Category", "No.", "Question"]
