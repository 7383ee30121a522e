"""What a text alone would hide: errors, formulas, pictures, merges, rows and sheets out of sight.

Problems are compared as `CODE cell item value`; the answers stand in column B from row 6 on.
"""

from __future__ import annotations

import pytest

from sheet_diag.intake.cells import CellMark
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.text.problems import problem_message, problem_severity
from tests.catalogs import catalog
from tests.grids import COMPANY, ReadGrids, book, company, sheet
from tests.returned import AS_SENT

EXPECTED = "はい / 一部 / いいえ / わからない"


def first_answer(text: str) -> str:
    return AS_SENT.replace("はい", text)


# --- marks


@pytest.mark.parametrize(
    ("text", "mark", "problem"),
    [
        pytest.param("#REF!", CellMark.ERROR, "ERROR_VALUE B6 C1-1 #REF!", id="error"),
        pytest.param("#N/A", CellMark.ERROR, "ERROR_VALUE B6 C1-1 #N/A", id="an error like N/A"),
        pytest.param("はい", CellMark.ERROR, "ERROR_VALUE B6 C1-1 はい", id="the mark counts"),
        pytest.param("", CellMark.ERROR, "ERROR_VALUE B6 C1-1 #ERROR!", id="an error without name"),
        pytest.param("#NAME?", None, "ERROR_VALUE B6 C1-1 #NAME?", id="an error pasted as text"),
        pytest.param("＃ＲＥＦ！", None, "ERROR_VALUE B6 C1-1 ＃ＲＥＦ！", id="in full width"),
        pytest.param("Err:502", None, "ERROR_VALUE B6 C1-1 Err:502", id="LibreOffice's own"),
        pytest.param("", CellMark.NOT_CALCULATED, "NOT_CALCULATED B6 C1-1 =…", id="no result"),
        pytest.param("", CellMark.FORMULA, 'EMPTY_RESULT B6 C1-1 =""', id="an empty result"),
        pytest.param(
            "",
            CellMark.DATA_TYPE,
            "DATA_TYPE_ANSWER B6 C1-1 #VALUE!",
            id="data type",
        ),
        pytest.param("TRUE", CellMark.CHECKBOX, "CHECKBOX_ANSWER B6 C1-1 TRUE", id="checkbox"),
        pytest.param("", CellMark.PICTURE, "PICTURE_ANSWER B6 C1-1 =IMAGE(…)", id="picture"),
        pytest.param(
            '=DISPIMG("ID_1",1)', None, 'PICTURE_ANSWER B6 C1-1 =DISPIMG("ID_1",1)', id="WPS"
        ),
        pytest.param(
            '=_xlfn.IMAGE("x")', None, 'PICTURE_ANSWER B6 C1-1 =_xlfn.IMAGE("x")', id="IMAGE"
        ),
        pytest.param("=IMAGE(…)", None, "PICTURE_ANSWER B6 C1-1 =IMAGE(…)", id="our own sign"),
    ],
)
def test_an_unreadable_answer_is_never_a_blank(
    text: str, mark: CellMark | None, problem: str
) -> None:
    read = ReadGrids(book(sheet(first_answer(text), marks={"B6": mark} if mark else {})))
    assert (read.signs, read.told) == (".-△×", [problem])
    assert read.raw("C1-1") == problem.split(" ", 3)[3]
    assert dict(read.problems[0].details)["expected"] == EXPECTED
    assert problem_severity(read.problems[0].code) is Severity.ERROR


@pytest.mark.parametrize(
    ("text", "sign", "problems"),
    [
        ("はい", "○", ["FORMULA_ANSWER B6 C1-1 はい"]),
        ("○", "○", ["FORMULA_ANSWER B6 C1-1 ○", "ANSWER_READ_AS B6 C1-1 ○"]),
        ("検討中", ".", ["NOT_UNDERSTOOD B6 C1-1 検討中"]),
        ("#REF!", ".", ["ERROR_VALUE B6 C1-1 #REF!"]),
    ],
)
def test_a_formula_answers_with_its_stored_result(
    text: str, sign: str, problems: list[str]
) -> None:
    read = ReadGrids(book(sheet(first_answer(text), marks={"B6": CellMark.FORMULA})))
    assert (read.signs, read.told) == (f"{sign}-△×", problems)


def test_an_error_in_a_remark_is_a_text() -> None:
    read = ReadGrids(
        book(sheet(AS_SENT.replace("本社のみ", "#REF!"), marks={"C8": CellMark.ERROR}))
    )
    assert (read.signs, read.told, read.remark("C2-1")) == ("○-△×", [], "#REF!")


def test_an_error_beside_an_answer_in_another_row_of_the_item_is_not_guessed() -> None:
    table = AS_SENT.replace("| C1-2 |", "| C1-1 | #REF! | |\n| C1-2 |")
    read = ReadGrids(book(sheet(table, marks={"B7": CellMark.ERROR})))
    assert read.told == ["DUPLICATE_ITEM B7 C1-1 B6: はい / B7: #REF!"]


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("#REF!", CellMark.ERROR, "#REF!"),
        ("", CellMark.NOT_CALCULATED, ""),
        ("", CellMark.PICTURE, ""),
        ('=DISPIMG("ID_1",1)', None, '=DISPIMG("ID_1",1)'),
    ],
)
def test_the_company_sheet_is_read_with_the_same_care(
    text: str, mark: CellMark | None, value: str
) -> None:
    table = COMPANY.replace("株式会社見本", text)
    read = ReadGrids(book(company(table, marks={"C5": mark} if mark else {}), sheet()))
    assert read.told == [f"PROFILE_NOT_UNDERSTOOD C5 company {value}".strip()]
    assert "company" not in read.sheet.profile


# --- merged cells

TALL = """
    | No.  | 回答     | 備考     |
    | C1-1 | {}       | {}       |
    |      | {}       | {}       |
    | C1-2 | 該当なし |          |
    | C2-1 | 一部     |          |
    | C2-2 | いいえ   |          |
"""


@pytest.mark.parametrize(
    ("cells", "merged", "sign", "problems"),
    [
        pytest.param("はい,,,", "A6:A7", "○", [], id="the answer in the first row"),
        pytest.param(",,はい,", "A6:A7", "○", [], id="the answer in the second row"),
        pytest.param("はい,,,", "A6:A7 B6:B7", "○", [], id="the answer merged as its question"),
        pytest.param(",,,", "A6:A7", ".", ["UNANSWERED B6 C1-1"], id="no answer"),
        pytest.param(
            "はい,,いいえ,",
            "A6:A7",
            ".",
            ["DUPLICATE_ITEM B7 C1-1 B6: はい / B7: いいえ"],
            id="two answers",
        ),
        pytest.param(
            "はい,,はい,", "A6:A7", "○", ["DUPLICATE_SAME B7 C1-1 はい"], id="the same twice"
        ),
        pytest.param(
            ",,はい,", "", ".", ["SECOND_ANSWER B7 C1-1 B7: はい"], id="a row without number"
        ),
    ],
)
def test_a_question_may_span_several_rows(
    cells: str, merged: str, sign: str, problems: list[str]
) -> None:
    read = ReadGrids(book(sheet(TALL.format(*cells.split(",")), merged=merged)))
    assert (read.signs, read.told) == (f"{sign}-△×", problems)


def test_the_remarks_of_a_question_of_several_rows_are_kept() -> None:
    read = ReadGrids(book(sheet(TALL.format("", "本社", "はい", "支店"), merged="A6:A7")))
    assert (read.signs, read.remark("C1-1")) == ("○-△×", "本社\n支店")


SHARED = """
    | No.  | 回答   | 備考 |
    | C1-1 | はい   |      |
    | C1-2 |        |      |
    | C2-1 |        |      |
    | C2-2 | いいえ |      |
"""


def test_an_answer_merged_over_several_questions_is_not_spread() -> None:
    read = ReadGrids(book(sheet(SHARED, merged="B6:B8")))
    assert read.signs == "...×"
    assert read.told == [
        "MERGED_ANSWER B6 C1-1 B6:B8: はい",
        "MERGED_ANSWER B7 C1-2 B6:B8: はい",
        "MERGED_ANSWER B8 C2-1 B6:B8: はい",
    ]
    assert read.raw("C2-1") == "B6:B8: はい"


@pytest.mark.parametrize(
    ("table", "merged", "signs", "problems"),
    [
        pytest.param(AS_SENT, "B6:C6 B7:C7", "○-△×", [], id="answer and remark of one row"),
        pytest.param(AS_SENT, "C6:C9", "○-△×", [], id="remarks of several rows"),
        pytest.param(
            SHARED.replace("はい", ""),
            "B6:B7",
            "...×",
            ["UNANSWERED B6 C1-1", "UNANSWERED B7 C1-2", "UNANSWERED B8 C2-1"],
            id="blanks merged",
        ),
        pytest.param(
            SHARED.replace("| C1-2 |        |", "|      |        |"),
            "B6:B7",
            "○..×",
            ["ITEM_ROW_MISSING C1-2", "UNANSWERED B8 C2-1"],
            id="with a row that is no question",
        ),
    ],
)
def test_a_merge_within_one_question_is_read(
    table: str, merged: str, signs: str, problems: list[str]
) -> None:
    read = ReadGrids(book(sheet(table, merged=merged)))
    assert (read.signs, read.told) == (signs, problems)


@pytest.mark.parametrize(
    ("merged", "first", "sign", "problems"),
    [
        pytest.param("A6:C6", "はい", "○", ["LEFT_OVER B6 はい"], id="over number and answer"),
        pytest.param("A6:C6", "", ".", ["SECOND_ANSWER B6 C1-1 B6: はい"], id="beside a number"),
        pytest.param("B6:C6", "", "○", [], id="an answer over two columns"),
        pytest.param(
            "B6:C6", "いいえ", ".", ["SECOND_ANSWER B6 C1-1 C6: いいえ / B6: はい"], id="two texts"
        ),
    ],
)
def test_an_answer_merged_to_the_left_is_read(
    merged: str, first: str, sign: str, problems: list[str]
) -> None:
    table = f"""
        | No.  |      | 回答     | 備考 |
        | C1-1 | はい | {first}  |      |
        | C1-2 |      | 該当なし |      |
        | C2-1 |      | 一部     |      |
        | C2-2 |      | いいえ   |      |
    """
    read = ReadGrids(book(sheet(table, merged=merged)))
    assert (read.signs, read.told) == (f"{sign}-△×", problems)


def test_a_number_under_a_merge_is_a_question_of_its_own() -> None:
    read = ReadGrids(book(sheet(merged="A6:A9")))
    assert (read.signs, read.told) == ("○-△×", [])


def test_a_merge_far_below_the_last_cells_costs_nothing() -> None:
    assert ReadGrids(book(sheet(merged="A9:A1048576"))).signs == "○-△×"


def test_a_label_merged_to_the_right_moves_its_entry() -> None:
    table = COMPANY.replace("| 会社名   |", "| 会社名   | |")
    assert ReadGrids(book(company(table, merged="B5:C5"), sheet())).sheet.name == "株式会社見本"


# --- out of sight


def test_answers_in_hidden_rows_are_read_and_reported() -> None:
    read = ReadGrids(book(sheet(hidden=(7, 9))))
    assert (read.signs, read.told) == ("○-△×", ["HIDDEN_ROWS B7 C1-2, C2-2"])


def test_hidden_rows_without_answers_say_nothing() -> None:
    blank = AS_SENT.replace("はい", "")
    assert ReadGrids(book(sheet(blank, hidden=(1, 2, 6)))).told == ["UNANSWERED B6 C1-1"]


def test_many_hidden_items_are_shortened() -> None:
    many = catalog("1 1 1 1 1 1 1")
    rows = "\n".join(f"| C1-{number} | はい | |" for number in range(1, 8))
    read = ReadGrids(
        book(sheet(f"| No. | 回答 | 備考 |\n{rows}", hidden=tuple(range(6, 13)))), many
    )
    assert read.told == ["HIDDEN_ROWS B6 C1-1, C1-2, C1-3, C1-4, C1-5 … (7)"]


def test_stray_cells_are_reported_of_the_sheets_that_are_read() -> None:
    other = sheet("|  |", "目次", cut=True)
    read = ReadGrids(book(company(cut=True), other, sheet(cut=True)))
    assert sorted(read.told) == ["STRAY_CELLS ヒアリングシート", "STRAY_CELLS 会社情報"]


def test_stray_cells_are_reported_where_nothing_is_found() -> None:
    read = ReadGrids(book(sheet("| 目次 |", "目次", cut=True)))
    assert (read.found, read.told) == (None, ["NOT_HEARING_SHEET", "STRAY_CELLS 目次"])


def test_pictures_and_active_content_are_named_in_either_language() -> None:
    passed = Problem(ProblemCode.SECOND_READER)
    read = ReadGrids(book(sheet(), pictures=3, active=("macros", "links"), problems=(passed,)))
    assert read.told == ["SECOND_READER", "PICTURES 3", "ACTIVE_CONTENT macros, links"]
    active = read.problem("ACTIVE_CONTENT")
    assert "（マクロ、外部リンク）" in problem_message(active, Lang.JA)
    assert "(macros, links to other files)" in problem_message(active, Lang.EN)


# --- versions

OLDER = """
    | No.  | 設問  | 回答   | 備考     |
    | C1-1 | 文    | はい   |          |
    | C1-9 | 古い  | いいえ | 廃止済み |
    | C1-8 | 古い  |        |          |
    | C2-1 | 別の文 | 一部   |          |
    | C2-2 | WORDS | いいえ |          |
"""


def test_an_older_version_is_read_by_its_ids() -> None:
    read = ReadGrids(book(sheet(OLDER), version="0"))
    assert read.signs == "○..×"  # C2-1 is another question now
    assert read.told == [
        "VERSION_MATCHED 0",
        "QUESTION_REPLACED B9 C2-1 別の文",
        "UNKNOWN_ITEM A7 C1-9",
        "ITEM_NEW C1-2",
    ]
    gone = dict(read.problem("UNKNOWN_ITEM").details)
    assert gone == {"answer": "いいえ", "remark": "廃止済み"}


def test_a_row_missing_from_the_same_version_was_deleted() -> None:
    read = ReadGrids(book(sheet(OLDER)))
    assert "ITEM_ROW_MISSING C1-2" in read.told
    assert "OTHER_VERSION" not in " ".join(read.told)


@pytest.mark.parametrize("text", ["文", " 文\n", "Words", "Wor ds", "ＷＯＲＤＳ", ""])
def test_an_unchanged_question_is_not_reported(text: str) -> None:
    table = OLDER.replace("別の文", text.replace("\n", "⏎"))
    assert "QUESTION_CHANGED" not in " ".join(ReadGrids(book(sheet(table))).told)


def test_a_sheet_without_a_question_column_reports_no_changes() -> None:
    assert ReadGrids(book(sheet())).told == []
