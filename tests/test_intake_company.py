"""The company sheet: every field by its label, entries understood or told, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from sheet_diag.forms.layout import PROFILE_FIRST_ROW
from sheet_diag.model.returns import ProblemCode, Severity
from sheet_diag.text.problems import problem_severity
from tests.returned import (
    COMPANY,
    PROFILE,
    SMALL,
    edit_workbook,
    make_return,
    page_at,
    problems_in,
    put_cell,
    read_return,
    sheet_of,
    signs_of,
    write_table,
)


def _cell(field: str) -> str:
    return f"C{list(SMALL.field_by_id).index(field) + PROFILE_FIRST_ROW + 1}"


def _company(field: str, typed: Any) -> bytes:
    """The return with `typed`, a value of any type, in a field's input cell."""
    if isinstance(typed, str):
        return make_return(profile={**PROFILE, field: typed})
    return put_cell(make_return(), COMPANY, _cell(field), typed)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("company", "①㈱髙﨑　商店", "①㈱髙﨑　商店"),
        ("company", " 株式会社見本\n", "株式会社見本"),
        ("department", 2026, "2026"),
        ("department", "総務部\n情報係", "総務部\n情報係"),
        ("phone", "03-0000-0000", "03-0000-0000"),
        ("email", "ＡＢＣ@example.co.jp", "ＡＢＣ@example.co.jp"),
        ("industry", "製造業", "E"),
        ("industry", "Manufacturing", "E"),
        ("employees", "51〜100人", "upto_100"),
        ("employees", "51 to 100", "upto_100"),
        ("sites", 3, "3"),
        ("sites", "3", "3"),
        ("sites", 0, "0"),
        ("date", date(2026, 4, 1), "2026-04-01"),
        ("date", datetime(2026, 4, 1), "2026-04-01"),
        ("date", "2026/4/1", "2026-04-01"),
        ("date", "2026-04-01", "2026-04-01"),
        ("date", "2026.4.1", "2026-04-01"),
        ("date", "2026年4月1日", "2026-04-01"),
        ("date", "２０２６／４／１", "2026-04-01"),
    ],
)
def test_entries_in_the_asked_form_are_read(field: str, typed: Any, value: str) -> None:
    received = read_return(_company(field, typed))
    assert sheet_of(received).profile[field] == value
    assert problems_in(received) == []


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        # other spellings of a choice
        ("industry", "医療,福祉", "P"),
        ("industry", "ＭＡＮＵＦＡＣＴＵＲＩＮＧ", "E"),
        ("sensitive_data", "○", "yes"),
        ("entrusted_data", "無し", "no"),
        ("personal_records", "不明", "unknown"),
        # a number falls into its range
        ("employees", 120, "upto_300"),
        ("employees", "120名", "upto_300"),
        ("employees", "１２０ 人", "upto_300"),
        ("employees", "約1万名", "over_1000"),
        ("employees", "約1.5万人", "over_1000"),
        ("personal_records", "0.9999万件", "over_1000"),
        ("employees", "5", "upto_5"),
        ("employees", "6", "upto_20"),
        ("employees", "1000", "upto_1000"),
        ("employees", "1,001", "over_1000"),
        ("personal_records", "約1万件", "over_10000"),
        ("personal_records", "5,000", "over_1000"),
        ("personal_records", 9999, "over_1000"),
        ("personal_records", "0件", "upto_1000"),
        ("sites", "3拠点", "3"),
        ("sites", "１，２００", "1200"),
    ],
)
def test_other_spellings_are_read_and_reported(field: str, typed: Any, value: str) -> None:
    received = read_return(_company(field, typed))
    assert sheet_of(received).profile[field] == value
    assert problems_in(received) == [f"PROFILE_READ_AS {_cell(field)} {field} {typed}"]
    assert received.problems[0].sheet == "会社情報"
    assert problem_severity(received.problems[0].code) is Severity.INFO


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("industry", "IT"),
        ("industry", "製造業、建設業"),
        ("employees", "多数"),
        ("employees", "50〜80人"),
        ("employees", "-5"),
        ("employees", "12.5"),
        ("employees", "1.00005万人"),
        ("employees", "三百"),
        ("sites", "①"),
        ("employees", True),
        ("sales", "3億円"),
        ("sales", 300000000),
        ("sites", "本社のみ"),
        ("date", "4月1日"),
        ("date", "2026/2/30"),
        ("date", "2026/13/1"),
        ("date", "未定"),
    ],
)
def test_what_cannot_be_understood_is_never_guessed(field: str, typed: Any) -> None:
    received = read_return(_company(field, typed))
    assert field not in sheet_of(received).profile
    shown = str(typed).upper() if isinstance(typed, bool) else typed
    assert problems_in(received) == [f"PROFILE_NOT_UNDERSTOOD {_cell(field)} {field} {shown}"]
    assert received.problems[0].sheet == "会社情報"
    assert problem_severity(received.problems[0].code) is Severity.WARNING


@pytest.mark.parametrize(
    ("field", "typed", "problems"),
    [
        ("company", "", ["COMPANY_MISSING C6 company"]),
        ("company", "　", ["COMPANY_MISSING C6 company"]),
        ("industry", "", ["PROFILE_MISSING C12 industry"]),
        ("employees", " \u200b", ["PROFILE_MISSING C13 employees"]),
        ("sales", "", []),
        ("date", "", []),
    ],
)
def test_a_missing_required_field_is_reported(field: str, typed: str, problems: list[str]) -> None:
    received = read_return(_company(field, typed))
    assert field not in sheet_of(received).profile
    assert problems_in(received) == problems


@pytest.mark.parametrize(
    "typed",
    [
        "同上", "別紙参照", "別紙１をご参照ください", "封筒に記載のとおり", "弊社", "当社", "御社",
        "（弊社）", "-", "ー", "１", "1.", "会社名", "貴社名", "会社名（必須）", "Company name",
        "報告書の宛名になります。正式名称でご記入ください。", "（未記入）", "N/A", "なし",
        "See attached",
        "株式会社", "㈱", "株式会社○○", "〇〇株式会社", "ＸＸ株式会社", "御中", "弊社御中",
    ],
)  # fmt: skip
def test_what_stands_in_place_of_a_company_name_is_none(typed: str) -> None:
    received = read_return(_company("company", typed))
    assert sheet_of(received).name == ""
    assert problems_in(received) == [f"COMPANY_UNNAMED C6 company {typed}"]


@pytest.mark.parametrize("typed", ["\u3164株式会社\u3164", "\uffa0同上", "○\u2800○株式会社"])
def test_invisible_letters_make_no_company_name(typed: str) -> None:
    received = read_return(_company("company", typed))
    assert sheet_of(received).name == ""
    assert "COMPANY_UNNAMED" in " ".join(problems_in(received))


@pytest.mark.parametrize(
    "typed",
    [
        "株式会社X", "X", "3M", "㈱104", "別紙印刷株式会社", "当社製作所", "なし工房", "同上町商店",
        "参考書籍株式会社", "株式会社御中元", "Nahanni", "テスト",
    ],
)  # fmt: skip
def test_a_name_with_such_words_in_it_is_a_name(typed: str) -> None:
    received = read_return(_company("company", typed))
    assert (sheet_of(received).name, problems_in(received)) == (typed, [])


@pytest.mark.parametrize(
    ("field", "typed", "name"),
    [
        ("company", "株式会社見本　御中", "株式会社見本"),
        ("company", "株式会社見本様", "株式会社見本"),
        ("respondent", "見本 太郎 様", "見本 太郎"),
    ],
)
def test_an_honorific_is_no_part_of_a_name(field: str, typed: str, name: str) -> None:
    received = read_return(_company(field, typed))
    assert sheet_of(received).profile[field] == name
    assert problems_in(received) == [f"PROFILE_READ_AS {_cell(field)} {field} {typed}"]


@pytest.mark.parametrize(
    ("typed", "name", "characters"),
    [
        pytest.param("株式会社\ue000田", "株式会社\ue000田", "U+E000", id="a private character"),
        pytest.param("見本\u202e社", "見本社", "U+202E", id="a mark of direction"),
        pytest.param("\ufeff見\u200b本", "見本", "U+FEFF, U+200B", id="invisible ones"),
        pytest.param("見本\U000f0000", "見本\U000f0000", "U+F0000", id="a private plane"),
        pytest.param("見\ufffd本", "見\ufffd本", "U+FFFD", id="what was lost"),
    ],
)
def test_characters_that_nobody_can_read_are_told(typed: str, name: str, characters: str) -> None:
    received = read_return(_company("company", typed))
    assert sheet_of(received).name == name
    (problem,) = received.problems
    assert problem.code is ProblemCode.PROFILE_UNPRINTABLE
    assert dict(problem.details)["characters"] == characters


@pytest.mark.parametrize(
    "typed", ["\u200b", "\u3164", " \u2800\uffa0", "\u1160\u034f", "\U000e0041\U000e0100"]
)
def test_a_name_that_nobody_sees_is_not_filled_in(typed: str) -> None:
    received = read_return(_company("company", typed))
    assert sheet_of(received).name == ""
    codes = {problem.code for problem in received.problems}
    assert codes == {ProblemCode.COMPANY_MISSING, ProblemCode.PROFILE_UNPRINTABLE}


@pytest.mark.parametrize("typed", ["51～100人", "51~100人"])
def test_kinds_of_wave_dashes_do_not_count(typed: str) -> None:
    assert sheet_of(read_return(_company("employees", typed))).profile["employees"] == "upto_100"


def test_a_moved_company_sheet_in_the_other_language_is_read() -> None:
    def change(book: Workbook) -> None:
        page = page_at(book, COMPANY)
        page.delete_rows(1, page.max_row)
        table = """
            |  |              |               |
            |  | Number of employees | 6 to 20 |
            |  | Industry     | Manufacturing |
            |  | ※社内確認済 |               |
            |  | Company name：| 株式会社見本  |
        """
        write_table(page, table, 1)

    received = read_return(edit_workbook(make_return(), change))
    assert sheet_of(received).profile == {**PROFILE, "industry": "E", "employees": "upto_20"}
    assert problems_in(received) == ["LEFT_OVER B4 ※社内確認済"]


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        pytest.param(
            lambda book: book.remove(page_at(book, COMPANY)),
            ["PROFILE_SHEET_MISSING", "COMPANY_MISSING"],
            id="sheet deleted",
        ),
        pytest.param(
            lambda book: page_at(book, COMPANY).delete_rows(6),
            ["COMPANY_MISSING company"],
            id="row of the company name deleted",
        ),
        pytest.param(
            lambda book: page_at(book, COMPANY).delete_rows(12),
            ["PROFILE_MISSING industry"],
            id="row of the industry deleted",
        ),
    ],
)
def test_deleted_parts_of_the_company_sheet_are_reported(
    change: Callable[[Workbook], object], problems: list[str]
) -> None:
    received = read_return(edit_workbook(make_return(), change))
    assert (signs_of(received), problems_in(received)) == ("○-△×", problems)


def test_the_company_sheet_that_was_filled_in_counts() -> None:
    def change(book: Workbook) -> None:
        copy = book.copy_worksheet(page_at(book, COMPANY))
        copy.title = "会社情報 (2)"
        for (cell,) in page_at(book, COMPANY)["C6:C20"]:
            cell.value = None

    received = read_return(edit_workbook(make_return(), change))
    assert (sheet_of(received).name, problems_in(received)) == (PROFILE["company"], [])
