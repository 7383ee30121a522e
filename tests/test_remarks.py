"""Remarks on 回答と採点: whole in their rows, or on 備考の全文 with a link; numbers as numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from openpyxl.workbook import Workbook

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.model.basics import Lang
from sheet_diag.reports.client import remarks_sheet
from sheet_diag.xlsx.theme import TEXT
from tests.catalogs import JIS, answers
from tests.lint import lint
from tests.samples import PROFILE, PROFILE_EN, labels, receive_sheet, report
from tests.workbooks import cut_texts, open_workbook, rows_with, sheet

SENTENCE = "本社では実施していますが、支店と営業所では来年度の計画に含めています。"
LONG, VERY_LONG = SENTENCE * 8, SENTENCE * 90
WHOLE, ANSWERS = "備考の全文", "回答と採点"
REMARK = 5  # its column, from 1


def made(remarks: dict[str, str], lang: Lang = Lang.JA) -> bytes:
    given = labels(JIS, answers(JIS, {"POL": "△"}), lang)
    profile = PROFILE if lang is Lang.JA else PROFILE_EN
    return report(receive_sheet(Entries(profile, given, remarks), lang=lang))


def whole_remarks(book: Workbook) -> dict[str, str]:
    """The remarks on 備考の全文 by item, put together from their rows."""
    found: dict[str, str] = {}
    for row in sheet(book, WHOLE).iter_rows(min_row=4, values_only=True):
        found[str(row[0])] = found.get(str(row[0]), "") + str(row[3])
    return found


def test_a_remark_that_does_not_fit_stands_whole_on_its_own_sheet() -> None:
    remarks = {"POL-01": LONG, "PHY-02": VERY_LONG, "HUM-01": SENTENCE}
    content = made(remarks)
    book = open_workbook(content)
    assert whole_remarks(book) == {"POL-01": LONG, "PHY-02": VERY_LONG}
    page = sheet(book, ANSWERS)
    rows = {item: rows_with(page, item)[0] for item in remarks}
    shown = {item: page.cell(row, REMARK) for item, row in rows.items()}
    assert shown["HUM-01"].value == SENTENCE
    for item in ("POL-01", "PHY-02"):
        text = str(shown[item].value)
        assert text.endswith("…（続きは左端の番号から）")
        assert remarks[item].startswith(text.partition("…")[0])
        assert (page.row_dimensions[rows[item]].height or 0) <= 84
        link = page.cell(rows[item], 1).hyperlink
        assert link
        place, _, cell = str(link.location).partition("!")
        assert place.strip("'") == WHOLE
        target = sheet(book, WHOLE)[cell.replace("$", "")]
        assert target.value == item
        assert target.hyperlink
        assert str(target.hyperlink.location) == f"'{ANSWERS}'!$A${rows[item]}"
    assert lint(content) == []
    for name in (WHOLE, ANSWERS):
        assert cut_texts(sheet(book, name), margin=0.6) == []


@pytest.mark.parametrize("line", ["i" * 3000, "会社\n", "\n", SENTENCE])
def test_a_huge_remark_is_split_in_linear_time(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    measure, measured = remarks_sheet._measure, []

    def count(text: str, *room: object) -> float:
        measured.append(len(text))
        return measure(text, *room)  # type: ignore[arg-type]

    text = line * (60_000 // len(line))
    monkeypatch.setattr(remarks_sheet, "_measure", count)
    pieces = list(remarks_sheet._split(text, 358, TEXT, 300.0))
    assert "".join(pieces) == text
    whole = pairwise(pieces)
    assert all(measure(one + two[0], 358, TEXT) > 300 for one, two in whole), "none is shorter"
    assert max(measured) < 4096


@pytest.mark.parametrize("lang", Lang)
def test_without_long_remarks_there_is_no_such_sheet(lang: Lang) -> None:
    names = open_workbook(made({"POL-01": SENTENCE}, lang)).sheetnames
    assert not {WHOLE, "Remarks in full"} & set(names)
    names = open_workbook(made({"POL-01": "Head office only. " * 40}, lang)).sheetnames
    assert {WHOLE, "Remarks in full"} & set(names)


def test_a_long_remark_never_becomes_a_formula() -> None:
    book = open_workbook(made({"POL-01": "=1+1" + LONG}))
    (answer_row,) = rows_with(sheet(book, ANSWERS), "POL-01")
    cells = (sheet(book, ANSWERS).cell(answer_row, REMARK), sheet(book, WHOLE).cell(4, 4))
    for cell in cells:
        assert str(cell.value).startswith("=1+1")
        assert (cell.data_type, cell.quotePrefix) == ("s", True)


@pytest.mark.parametrize(
    ("typed", "shown"), [("3", 3), ("2026", 2026), ("007", "007"), ("-", "-"), ("１２", "１２"),
                         ("1.50", "1.50"), ("9" * 20, "9" * 20)],
)  # fmt: skip
def test_a_whole_number_is_a_number(typed: str, shown: object) -> None:
    page = sheet(open_workbook(made({"POL-01": typed})), ANSWERS)
    (row,) = rows_with(page, "POL-01")
    assert page.cell(row, REMARK).value == shown


def test_no_figure_of_the_sheet_is_a_text() -> None:
    """Numbers of controls as 5.10 stay texts: as a number it would be 5.1."""
    page = sheet(open_workbook(made({}), values=True), ANSWERS)
    for item in JIS.items.values():
        (row,) = rows_with(page, item.id)
        cells = [page.cell(row, column).value for column in (7, 8, 9, 10, 11)]
        assert all(isinstance(value, int | float) for value in cells), item.id
        texts = [cell.value for cell in page[row] if isinstance(cell.value, str)]
        assert [text for text in texts if text.isdigit()] == []
