"""A sheet with conditions and other kinds of answers: written, filled in, and read again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from sheet_diag.diagnosis.not_asked import leave_out_not_asked
from sheet_diag.forms.correction.workbook import make_correction_sheet
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile
from sheet_diag.model.settings import Issuer
from tests.gated import QUESTIONS, gated_catalog
from tests.returned import (
    PROFILE,
    edit_workbook,
    page_at,
    problems_in,
    read_return,
    reopen_workbook,
    sheet_of,
)

MORE = """
C3 date   -       0o|              | 最後に点検した日はいつですか。
C4 text   -       0o|              | ほかにお困りのことをご記入ください。
"""
_ID, _ANSWER, _CHECK = 1, 5, 8  # columns of the question sheet
_PAGE = 2
_WORDS = {
    "o": "✓", "-": "対象外", "?": "未回答", "f": "任意",
    "c": "選択肢から", "e": "記入を確認", "n": "該当なし不可",
}  # fmt: skip


CATALOG = gated_catalog(QUESTIONS.strip() + MORE)
BLANK = make_hearing_sheet(CATALOG, Lang.JA, Issuer(), Entries(PROFILE))


def _fill(answers: dict[str, Any], sent: bytes = BLANK) -> bytes:
    """The sheet with entries in the answer cells, by what stands in the column of the numbers."""

    def change(book: Workbook) -> None:
        page = page_at(book, _PAGE)
        for row in range(6, page.max_row + 1):
            if (number := str(page.cell(row, _ID).value)) in answers:
                page.cell(row, _ANSWER).value = answers[number]

    return edit_workbook(sent, change)


def _read(answers: dict[str, Any]) -> ReceivedFile:
    return leave_out_not_asked(CATALOG, read_return(_fill(answers), CATALOG))


FULL = {
    "A1": "はい", "A2": "はい", "A3": "ない", "B1/パソコン": "○", "B1/私物": "○", "B2": "いいえ",
    "B3": "はい", "C1": 12, "C2": "いいえ", "C3": datetime(2026, 4, 1), "C4": "特にありません。",
}  # fmt: skip


def test_every_kind_of_answer_is_read_as_it_is_entered() -> None:
    received = _read(FULL)
    assert sheet_of(received).answers == {
        "A1": "yes", "A2": "yes", "A3": "none", "B1": "pc,own", "B2": "no", "B3": "yes",
        "C1": "12", "C2": "no", "C3": "2026-04-01", "C4": "特にありません。",
    }  # fmt: skip
    assert problems_in(received) == []


@pytest.mark.parametrize(
    ("entries", "answer", "problem"),
    [
        ({"C1": "３か月"}, "3", "ANSWER_READ_AS E18 C1 ３か月"),
        ({"C1": "1,20"}, None, "NOT_UNDERSTOOD E18 C1 1,20"),
        ({"C1": "３年"}, None, "NOT_UNDERSTOOD E18 C1 ３年"),
        ({"C1": 121}, None, "NOT_UNDERSTOOD E18 C1 121"),
        ({"C1": -1}, None, "NOT_UNDERSTOOD E18 C1 -1"),
        ({"C1": 0.5}, "0.5", None),
        ({"C3": "令和8年4月1日"}, "2026-04-01", "ANSWER_READ_AS E20 C3 令和8年4月1日"),
        ({"C3": "2026/4/1"}, "2026-04-01", None),
        ({"C3": "春ごろ"}, None, "ENTRY_NOT_UNDERSTOOD E20 C3 春ごろ"),
        ({"C3": None}, None, None),
        ({"B1": "パソコン、私物", "B1/パソコン": None, "B1/私物": None}, "pc,own", None),
        ({"B1": "私物，PC", "B1/パソコン": None}, None, "NOT_UNDERSTOOD E11 B1 私物，PC / E14: ○"),
        ({"B1": "パソコン"}, None, "NOT_UNDERSTOOD E11 B1 パソコン / E12: ○ / E14: ○"),
        ({"B1/私物": "△"}, None, "NOT_UNDERSTOOD E11 B1 E12: ○ / E14: △"),
        ({"B1/私物": "レ", "B1/パソコン": "×"}, "own", None),
    ],
)
def test_what_is_not_plainly_an_answer_is_told_and_never_guessed(
    entries: dict[str, Any], answer: str | None, problem: str | None
) -> None:
    received = read_return(_fill({**FULL, **entries}), CATALOG)
    name = next(iter(entries)).partition("/")[0]
    found = {each.item: each.choice for each in sheet_of(received).responses}
    assert found[name] == answer
    assert problems_in(received) == ([problem] if problem else [])


def test_an_answer_that_is_not_asked_for_is_ignored_and_told() -> None:
    received = _read({**FULL, "A1": "いいえ", "C1": 0, "C2": None})
    answers = sheet_of(received).answers
    assert {n for n, each in answers.items() if each == "not asked"} == {"A2", "A3", "C2"}
    assert problems_in(received) == [
        "ANSWER_NOT_ASKED E8 A2 はい",
        "ANSWER_NOT_ASKED E9 A3 ない",
    ]


def test_a_blank_question_is_told_where_it_is_asked_and_must_be_answered() -> None:
    received = _read({"A1": "いいえ", "B3": "はい"})
    assert problems_in(received) == ["UNANSWERED E11 B1", "UNANSWERED E18 C1"]


@pytest.mark.parametrize(
    ("item", "checks"),
    [
        ({}, "?--?-??-ff"),
        ({"A1": "はい", "B1": "私物", "C1": "1"}, "o??o??o?ff"),
        ({"A1": "多分", "C1": "多数"}, "c--?-?e-ff"),
        ({"A1": "はい", "A2": "該当なし"}, "on??-??-ff"),
    ],
)
def test_the_check_says_how_each_question_stands(item: dict[str, str], checks: str) -> None:
    content = make_hearing_sheet(CATALOG, Lang.JA, Issuer(), Entries(answers=item))
    page = page_at(reopen_workbook(content, values=True), _PAGE)
    rows = [page.cell(row, _CHECK).value for row in range(6, page.max_row + 1)]
    assert [each for each in rows if each] == [_WORDS[sign] for sign in checks]


def test_the_drop_down_of_a_question_is_empty_while_it_is_not_asked() -> None:
    page = page_at(reopen_workbook(BLANK), _PAGE)
    rules = {str(each.sqref): each for each in page.data_validations.dataValidation}
    assert rules["E7"].formula1 == "_lists!$B$2:$B$3"
    assert rules["E8"].formula1.startswith('IF($H$8="対象外",_lists!')
    assert not rules["E8"].allow_blank
    assert rules["E18"].formula1 == "AND(ISNUMBER(E18),E18>=0,E18<=120)"
    shades = {str(each.sqref): each.rules[0].formula for each in page.conditional_formatting}
    assert shades["A15:H15"] == ['$H$15="対象外"']


def test_the_progress_leaves_what_is_not_asked_out_of_both_numbers() -> None:
    content = make_hearing_sheet(CATALOG, Lang.JA, Issuer(), Entries(answers={"A1": "いいえ"}))
    cover = page_at(reopen_workbook(content, values=True), 0)
    rows = [[cell.value for cell in row[:3]] for row in cover.iter_rows()]
    assert ["委託", 1, 1] in rows
    assert ["合計", 1, 4] in rows


def test_a_correction_asks_for_what_holds_and_not_for_what_is_not_asked() -> None:
    received = _read({"A1": "いいえ", "A2": "はい", "B1/パソコン": "○", "B3": "はい", "C1": "多数"})
    gate = Problem(ProblemCode.GATE_UNANSWERED, item="C1")
    sheet, problems = sheet_of(received), (*received.problems, gate)
    content, count = make_correction_sheet(CATALOG, sheet, problems, Issuer(), ())
    assert count == 1
    page = page_at(reopen_workbook(content, values=True), _PAGE + 1)
    stands = {page.cell(r, _ID).value: page.cell(r, _ANSWER).value for r in range(6, 22)}
    assert (stands["A1"], stands["A2"], stands["C1"]) == ("いいえ", "はい", "多数")
    assert (stands["B1/パソコン"], stands["B1/私物"]) == ("○", None)
