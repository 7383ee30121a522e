"""Every cell of a return is ours, read, or told; what may be another answer is never guessed.

Tables stand from row 5 on; answers are compared in the signs of `tests.catalogs`.
"""

from __future__ import annotations

import json

import pytest

from sheet_diag.catalog.load import load_catalog
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import IDENTITY_KEYS, SOFTWARE_SIGNATURE
from sheet_diag.intake.cells import CellMark, Grid, WorkbookContent
from sheet_diag.intake.returns.company import find_company_sheets
from sheet_diag.intake.returns.vocabulary import (
    find_known_words,
    is_sent_text,
    vocabulary_of,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import ProblemCode, Severity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.problems import problem_message, problem_severity
from tests.catalogs import JIS, catalog
from tests.grids import COMPANY, ReadGrids, book, company, sheet
from tests.returned import AS_SENT, SMALL, problems_in, read_return
from tests.sent_texts import FOLDER, list_blank_texts

SECTIONS = """
    | No.  | 設問   | 回答     | 備考 |
    |      | 分野1  | {0}      |      |
    | C1-1 |        | {1}      |      |
    | C1-2 |        | {2}      |      |
    |      | 分野2  | {3}      |      |
    | C2-1 |        | {4}      |      |
    | C2-2 |        | {5}      |      |
    |      |        | {6}      |      |
"""


@pytest.mark.parametrize(
    ("table", "signs", "problems"),
    [
        pytest.param(
            """
            | No.  | 回答     | 備考 | 修正後の回答 |
            | C1-1 | はい     |      | いいえ       |
            | C1-2 | 該当なし |      |              |
            | C2-1 | 一部     |      | 一部         |
            | C2-2 | いいえ   |      |              |
            """,
            ".-△×",
            ["SECOND_ANSWER D6 C1-1 B6: はい / D6: いいえ",
             "LEFT_OVER D5 修正後の回答", "LEFT_OVER D8 一部"],
            id="a column of corrections holds where it differs",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考 | 工場   |
            | C1-1 | はい     |      | いいえ |
            | C1-2 |          |      | はい   |
            | C2-1 | 一部     |      |        |
            | C2-2 | いいえ   |      |        |
            """,
            "..△×",
            ["SECOND_ANSWER D6 C1-1 B6: はい / D6: いいえ", "SECOND_ANSWER D7 C1-2 D7: はい",
             "LEFT_OVER D5 工場"],
            id="a column of a second site holds, also beside a blank answer",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考 | 確認者 |
            | C1-1 | はい     |      | いいえ |
            | C1-2 | 該当なし |      | 山田   |
            | C2-1 | 一部     |      |        |
            | C2-2 | いいえ   |      |        |
            """,
            "○-△×",
            ["LEFT_OVER_MANY D5 確認者"],
            id="a column of other things is told as one",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考 |    |
            | C1-1 | はい     |      | 1  |
            | C1-2 | 該当なし |      | -  |
            | C2-1 | 一部     |      |    |
            | C2-2 | いいえ   |      |    |
            """,
            "○-△×",
            ["LEFT_OVER D6 1", "LEFT_OVER D7 -"],
            id="digits and dashes are no second answer",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考 |    |
            | C1-1 | はい     |      | ✓  |
            | C1-2 | 該当なし |      | ✓  |
            | C2-1 | 一部     |      |    |
            | C2-2 | いいえ   |      | ✓  |
            """,
            "○-△×",
            ["LEFT_OVER D6 ✓", "LEFT_OVER D7 ✓", "LEFT_OVER D9 ✓"],
            id="a column of one mark is no second answer",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考 | 再回答 |
            | C1-1 | はい     |      | ×      |
            | C1-2 | 該当なし |      |        |
            | C2-1 | 一部     |      |        |
            | C2-2 | いいえ   |      | ×      |
            """,
            ".-△×",
            ["SECOND_ANSWER D6 C1-1 B6: はい / D6: ×", "LEFT_OVER D5 再回答", "LEFT_OVER D9 ×"],
            id="under a heading of answers one mark is a second answer",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考 |
            | C1-1 | はい     | 本社 |
            |      | いいえ   | 工場 |
            | C1-2 | 該当なし |      |
            | C2-1 | 一部     |      |
            | C2-2 | いいえ   |      |
            """,
            ".-△×",
            ["SECOND_ANSWER B7 C1-1 B6: はい / B7: いいえ", "LEFT_OVER C7 工場"],
            id="a row without a number holds the question above",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考 |  | No.  | 回答     |
            | C1-1 | はい     |      |  | C1-1 | いいえ   |
            | C1-2 | 該当なし |      |  | C2-2 | いいえ   |
            | C2-1 | 一部     |      |  |      |          |
            | C2-2 | いいえ   |      |  |      |          |
            """,
            ".-△×",
            ["ANSWER_COLUMN_TWICE B, F"],
            id="a second table beside the first has two columns of answers",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考 |  |      |        |
            | C1-1 | はい     |      |  | C2-2 | はい   |
            | C1-2 | 該当なし |      |  |      |        |
            | C2-1 | 一部     |      |  |      |        |
            | C2-2 | いいえ   |      |  |      |        |
            """,
            "○-△.",
            ["SECOND_ANSWER F6 C2-2 B9: いいえ / F6: はい"],
            id="a second table answers the question of its number",
        ),
        pytest.param(
            AS_SENT + "|  |  |  |\n|  |  |  |\n| | ※C1-1は「いいえ」に訂正 |  |",
            "○-△×",
            ["LEFT_OVER B12 ※C1-1は「いいえ」に訂正"],
            id="a sentence below the table is told",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考     | 備考 |
            | C1-1 | はい     | 本社のみ | 予定 |
            | C1-2 | 該当なし |          |      |
            | C2-1 | 一部     |          |      |
            | C2-2 | いいえ   |          |      |
            """,
            "○-△×",
            [],
            id="both columns of remarks are read",
        ),
    ],
)  # fmt: skip
def test_what_is_left_over_is_told_and_another_answer_holds(
    table: str, signs: str, problems: list[str]
) -> None:
    read = ReadGrids(book(sheet(table)))
    if "ANSWER_COLUMN_TWICE" not in " ".join(problems):
        assert read.signs == signs
    assert read.told == problems


@pytest.mark.parametrize(
    ("heading", "holds"),
    [
        ("回答", True), ("修正後の回答", True), ("訂正", True), ("本社", True), ("", True),
        ("回答者", False), ("回答日", False), ("修正者", False), ("担当", False), ("確認", False),
        ("前回の回答", False), ("昨年度", False), ("備考2", False), ("証跡", False),
        ("エビデンス", False), ("上長承認", False), ("回答チェック", False),
    ],
)  # fmt: skip
def test_the_heading_says_whether_a_column_answers(heading: str, holds: bool) -> None:
    table = f"""
        | No.  | 回答     | 備考 | {heading} |
        | C1-1 | はい     |      | いいえ    |
        | C1-2 | 該当なし |      | はい      |
        | C2-1 | 一部     |      |           |
        | C2-2 | いいえ   |      |           |
    """
    read = ReadGrids(book(sheet(table)))
    held = any(problem_severity(problem.code) is Severity.ERROR for problem in read.problems)
    assert held == holds


def test_the_second_column_under_a_merged_heading_holds() -> None:
    table = """
        | No.  | 回答     |        | 備考 |
        |      | 本社     | 支社   |      |
        | C1-1 | はい     | いいえ |      |
        | C1-2 | 該当なし |        |      |
        | C2-1 | 一部     | 一部   |      |
        | C2-2 | いいえ   | いいえ |      |
    """
    read = ReadGrids(book(sheet(table, merged="B5:C5")))
    assert read.signs == ".-△×"
    assert "SECOND_ANSWER C7 C1-1 B7: はい / C7: いいえ" in read.told


@pytest.mark.parametrize(
    ("answers", "shifted"),
    [
        pytest.param(",はい,該当なし,,一部,いいえ,", "", id="as sent"),
        pytest.param(",,はい,該当なし,,一部,いいえ", "C9: 該当なし / C12: いいえ", id="down"),
        pytest.param("はい,該当なし,,一部,いいえ,,", "C6: はい / C9: 一部", id="up by one"),
        pytest.param(
            ",はい,,該当なし,一部,いいえ,", "C9: 該当なし", id="down from a row, one section"
        ),
        pytest.param(
            ",はい,該当なし,,一部,,いいえ", "C12: いいえ", id="down from a row, the last one"
        ),
        pytest.param(",はい,該当なし,一部,いいえ,,", "C9: 一部", id="up from a row"),
    ],
)
def test_answers_one_row_off_hold_the_return(answers: str, shifted: str) -> None:
    names = {f"分野{n}": category.name.ja for n, category in enumerate(SMALL.categories, 1)}
    table = SECTIONS.format(*answers.split(","))
    for sign, name in names.items():
        table = table.replace(sign, name)
    read = ReadGrids(book(sheet(table)))
    found = [each for each in read.told if each.startswith("ANSWERS_SHIFTED")]
    assert found == (
        [f"ANSWERS_SHIFTED {shifted[: shifted.index(':')]} {shifted}"] if shifted else []
    )


def test_a_checkbox_in_the_row_of_a_section_is_an_answer_one_row_off() -> None:
    name = SMALL.categories[1].name.ja
    table = SECTIONS.format("", "はい", "", "TRUE", "一部", "いいえ", "").replace("分野2", name)
    read = ReadGrids(book(sheet(table, marks={"C9": CellMark.CHECKBOX})))
    assert "ANSWERS_SHIFTED C9 C9: TRUE" in read.told


def test_nothing_of_a_blank_sheet_is_left_over() -> None:
    for lang in Lang:
        read = read_return(make_hearing_sheet(JIS, lang, Issuer(name="診断社"), client="C-1"), JIS)
        assert not [each for each in problems_in(read) if each.startswith("LEFT_OVER")], lang


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Hearing Sheet: Request for Corrections", True),
        ("Questionnaire: Request for Corrections", True),
        ("Required for the diagnosis (3)", True),
        ("Required for the assessment (3)", True),
        (
            "「前回回答」は、2025年11月23日の診断時のご回答です（—：前回未回答、新設：今回加わった"
            "設問、空欄：選択肢の変わった設問）。参考として表示しているもので、今回のご回答には含まれ"
            "ません。現在の状況をご確認のうえ、すべての設問について、改めて「回答」を選んでください。",
            True,
        ),
        ("Required for our branch in Osaka (3)", False),
        ("設問 POL-01 は支社では未実施です。", False),
    ],
)
def test_labels_of_sheets_that_are_out_are_known(text: str, sent: bool) -> None:
    assert is_sent_text(JIS, text) is sent


def test_the_company_sheet_tells_entries_outside_its_fields() -> None:
    read = ReadGrids(book(company(COMPANY + "| | | | 至急ご連絡ください |"), sheet()))
    assert read.told == ["LEFT_OVER D10 至急ご連絡ください"]


def test_sheets_of_the_client_alone_never_hold() -> None:
    read = ReadGrids(book(sheet("| はい | いいえ |\n| 社内メモ | |", "メモ"), sheet()))
    assert read.signs == "○-△×"
    assert read.told == ["LEFT_OVER A5 はい", "LEFT_OVER B5 いいえ", "LEFT_OVER A6 社内メモ"]


def test_many_left_over_cells_of_a_sheet_are_counted() -> None:
    rows = "\n".join(f"| 行{number} |" for number in range(40))
    read = ReadGrids(book(sheet(rows, "メモ"), sheet()))
    assert len(read.told) == 31
    assert problem_message(read.problems[-1], Lang.JA) == (
        "記入欄の外の記入が、A35からA44までに10か所あります（最初は「行30」）。採点には使っていません。"
    )


@pytest.mark.parametrize(
    ("number", "place", "told"),
    [
        pytest.param("工場", "C2-1", "C2-1 C8: 一部 / C9: いいえ", id="a site"),
        pytest.param("〃", "C2-1", "C2-1 C8: 一部 / C9: いいえ", id="a ditto mark"),
        pytest.param("C1-1②", "C1-1", "C1-1 C6: はい / C9: いいえ", id="a number counted on"),
        pytest.param("C1-1-2", "C1-1", "C1-1 C6: はい / C9: いいえ", id="a number with a part"),
    ],
)
def test_a_row_named_otherwise_holds_the_question_that_it_may_answer(
    number: str, place: str, told: str
) -> None:
    table = """
        | No.  | 設問 | 回答     | 備考 |
        | C1-1 |      | はい     |      |
        | C1-2 |      | 該当なし |      |
        | C2-1 |      | 一部     |      |
        | {}   |      | いいえ   |      |
        | C2-2 |      | いいえ   |      |
    """
    read = ReadGrids(book(sheet(table.format(number))))
    assert f"SECOND_ANSWER C9 {told}" in read.told
    assert next(r for r in read.sheet.responses if r.item == place).choice is None


def test_a_question_of_the_client_is_told_and_holds_nothing() -> None:
    table = """
        | No.  | 設問           | 回答     | 備考 |
        | C1-1 |                | はい     |      |
        | C1-2 |                | 該当なし |      |
        | C2-1 |                | 一部     |      |
        | C2-2 |                | いいえ   |      |
        | 追加 | 保険はあるか。 | はい     |      |
    """
    read = ReadGrids(book(sheet(table)))
    assert read.signs == "○-△×"
    assert read.told == ["UNKNOWN_ITEM A10 追加", "LEFT_OVER B10 保険はあるか。"]


def test_a_sentence_in_the_column_of_the_numbers_is_told() -> None:
    read = ReadGrids(book(sheet(AS_SENT + "|  |  |  |\n| C1-1は「いいえ」に訂正 |  |  |")))
    assert read.told == ["LEFT_OVER A11 C1-1は「いいえ」に訂正"]


def test_a_second_table_answers_its_numbers_beside_a_section_too() -> None:
    name = SMALL.categories[1].name.ja
    table = SECTIONS.format("", "はい", "該当なし", "", "一部", "いいえ", "")
    table = table.replace("分野2  |       |      |", f"{name} |  |  |  | C1-1 | いいえ |")
    read = ReadGrids(book(sheet(table)))
    assert "SECOND_ANSWER G9 C1-1 C7: はい / G9: いいえ" in read.told


@pytest.mark.parametrize("heading", ["日本橋", "担当者の回答", "確認後の回答", "Updated answer"])
def test_a_heading_of_a_site_or_an_answer_heads_second_answers(heading: str) -> None:
    table = AS_SENT.replace("| 備考     |", f"| 備考 | {heading} |")
    table = table.replace("| はい     |          |", "| はい | | いいえ |")
    read = ReadGrids(book(sheet(table)))
    assert "SECOND_ANSWER D6 C1-1 B6: はい / D6: いいえ" in read.told


def test_a_long_column_of_numbers_is_told_as_one() -> None:
    lines = "\n".join(f"| {item} | | はい |  | {n} |" for n, item in enumerate(JIS.items, 1))
    read = _read_jis("| No. | 設問 | 回答 | 備考 |  |\n" + lines + "\n|  |  |  |  | ※訂正あり |")
    assert _told(read, "LEFT_OVER") == ["LEFT_OVER E62 ※訂正あり", "LEFT_OVER_MANY E6 1"]


def test_a_long_column_of_equal_answers_is_told_as_one() -> None:
    lines = "\n".join(f"| {item} |  | はい |  | はい |" for item in JIS.items)
    read = _read_jis(
        "| No. | 設問 | 回答 | 備考 | 工場 |\n" + lines + "\n|  |  |  |  | ※訂正あり |"
    )
    shown = ["LEFT_OVER E5 工場", "LEFT_OVER E62 ※訂正あり", "LEFT_OVER_MANY E6 はい"]
    assert _told(read, "LEFT_OVER", "SECOND_ANSWER") == shown


def test_a_remarked_answer_in_the_row_of_a_section_slipped_down_from_a_blank() -> None:
    name = SMALL.categories[1].name.ja
    table = SECTIONS.replace("分野2", name)
    slipped = table.format("", "", "はい", "一部（本社のみ）", "一部", "いいえ", "")
    noted = table.format("", "はい", "該当なし", "一部は総務部が回答", "一部", "いいえ", "")
    assert _told(ReadGrids(book(sheet(slipped))), "ANSWERS_SHIFTED")
    assert not _told(ReadGrids(book(sheet(noted))), "ANSWERS_SHIFTED")


def test_a_picture_beside_an_answer_is_told() -> None:
    table = AS_SENT.replace("備考     |", "備考     | 修正 |", 1)
    marks = {"D6": CellMark.PICTURE, "C7": CellMark.PICTURE}
    read = ReadGrids(book(sheet(table, marks=marks)))
    assert [each for each in read.told if "IMAGE" in each] == [
        "LEFT_OVER D6 =IMAGE(…)", "LEFT_OVER C7 =IMAGE(…)",
    ]  # fmt: skip


def test_words_among_the_last_answers_are_told() -> None:
    table = """
        | No.  | 前回回答             | 回答     | 備考 |
        | C1-1 | はい→今年はやめました | はい     |      |
        | C1-2 | 該当なし             | 該当なし |      |
        | C2-1 | —                    | 一部     |      |
        | C2-2 | 新設                 | いいえ   |      |
    """
    assert ReadGrids(book(sheet(table))).told == ["LEFT_OVER B6 はい→今年はやめました"]


def test_remarks_on_a_copy_without_answers_are_kept() -> None:
    blank = "| No. | 回答 | 備考 |\n| C1-1 | | 支店は来年 |\n| C1-2 | | |\n| C2-1 | | |"
    read = ReadGrids(book(sheet(), sheet(blank, "控え")))
    assert read.remark("C1-1") == "支店は来年"


def test_what_is_struck_out_in_a_second_column_answers_nothing() -> None:
    table = AS_SENT.replace("備考     |", "備考     | 修正   |", 1)
    table = table.replace("はい     |          |", "はい     |          | いいえ |")
    read = ReadGrids(book(sheet(table, struck={(5, 3): ""})))
    assert read.signs == "○-△×"


def test_a_number_among_the_remarks_is_no_second_table() -> None:
    table = AS_SENT.replace("備考     |", "備考     | 工場   |", 1)
    table = table.replace("はい     |          |", "はい     | C1-2     | いいえ |")
    read = ReadGrids(book(sheet(table)))
    assert read.signs == ".-△×"


def test_a_return_with_a_sheet_of_a_report_is_read() -> None:
    copied = sheet(f"| {SOFTWARE_SIGNATURE} |", "改善計画の写し")
    hidden = Grid("_sheet_diag", False, ((IDENTITY_KEYS[0], SMALL.id), (IDENTITY_KEYS[1], "1")))
    with_report = ReadGrids(book(sheet(), copied, hidden))
    assert (with_report.signs, _told(with_report, "OWN_OUTPUT")) == ("○-△×", [])


# --- numbers and questions


def _jis_table(rows: dict[str, tuple[str, str]]) -> str:
    """A table with number, question (by item) and answer."""
    lines = [f"| {n} | {JIS.items[q].question.ja} | {a} |" for n, (q, a) in rows.items()]
    return "\n".join(["| No. | 設問 | 回答 |", *lines])


def _read_jis(table: str) -> ReadGrids:
    return ReadGrids(WorkbookContent((company(), sheet(table))), JIS)


def _told(read: ReadGrids, *codes: str) -> list[str]:
    return [each for each in read.told if each.startswith(codes)]


def test_a_question_beside_another_number_is_not_guessed() -> None:
    read = _read_jis(_jis_table({"POL-01": ("POL-03", "はい"), "POL-03": ("POL-01", "いいえ")}))
    assert _told(read, "QUESTION_MISPLACED") == [
        "QUESTION_MISPLACED C6 POL-01 C6: はい / C7: いいえ",
        "QUESTION_MISPLACED C6 POL-03 C6: はい / C7: いいえ",
    ]


def test_blanks_beside_other_numbers_leave_each_question_unanswered() -> None:
    read = _read_jis(_jis_table({"POL-01": ("POL-03", ""), "POL-03": ("POL-01", "")}))
    assert [each.item for each in read.sheet.responses] == [*JIS.items]


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        pytest.param(("POL-1", "POL-3"), "IDS_READ_AS A6 POL-1", id="without zeros"),
        pytest.param(("POL01", "POL03"), "IDS_READ_AS A6 POL01", id="without a dash"),
        pytest.param(("※POL-01", "【POL-03】"), "IDS_READ_AS A6 ※POL-01", id="marked"),
        pytest.param(("POL-01（必須）", "POL-03"), "IDS_READ_AS A6 POL-01（必須）", id="an aside"),
        pytest.param(("1", "2"), "READ_BY_QUESTION A6 1", id="renumbered"),
        pytest.param(("", ""), "READ_BY_QUESTION A6", id="without numbers"),
    ],
)
def test_other_numbers_are_read_and_told(numbers: tuple[str, str], told: str) -> None:
    first, second = numbers
    read = _read_jis(_jis_table({first: ("POL-01", "はい"), f"{second} ": ("POL-03", "いいえ")}))
    answers = read.sheet.answers
    assert (answers["POL-01"], answers["POL-03"]) == ("yes", "no")
    assert _told(read, "IDS_READ_AS", "READ_BY_QUESTION") == [told]


def test_loose_numbers_of_two_items_are_not_guessed() -> None:
    twins = catalog("3 1n").model_copy()
    vocabulary = vocabulary_of(twins)
    assert vocabulary.find_item("C1-01") is twins.items["C1-1"]
    assert vocabulary.find_item("C11") is None


@pytest.mark.parametrize(
    "heading",
    ["回　答", "ご回答", "回答※", "回答欄", "回答（はい／一部／いいえ）", "「回答」"],
)
def test_a_heading_is_known_in_spite_of_what_was_added(heading: str) -> None:
    read = ReadGrids(book(sheet(AS_SENT.replace("回答    ", heading))))
    assert (read.signs, read.told) == ("○-△×", [])


def test_the_column_of_choices_is_read_where_no_heading_fits() -> None:
    read = ReadGrids(book(sheet(AS_SENT.replace("回答    ", "貴社の状況"))))
    assert read.signs == "○-△×"
    assert read.told == ["ANSWER_COLUMN_FOUND B", "LEFT_OVER B5 貴社の状況"]


def test_two_columns_of_choices_without_a_heading_hold() -> None:
    table = """
        | No.  | 本社     | 支社     |
        | C1-1 | はい     | いいえ   |
        | C1-2 | 該当なし | 該当なし |
        | C2-1 | 一部     | はい     |
        | C2-2 | いいえ   | いいえ   |
    """
    assert "ANSWER_COLUMN_TWICE B, C" in ReadGrids(book(sheet(table))).told


def test_marks_below_headings_of_choices_are_not_read_as_answers() -> None:
    table = """
        | No.  | はいなら○ | 一部なら○ | いいえなら○ |
        | C1-1 |           |           | ○           |
        | C1-2 |           |           | ○           |
        | C2-1 |           |           | ○           |
        | C2-2 |           | ○         |             |
    """
    read = ReadGrids(book(sheet(table)))
    assert (read.found, read.told) == (None, ["NO_ANSWER_COLUMN"])


def test_answers_of_last_year_are_not_read_where_no_heading_fits() -> None:
    table = """
        | No.  | 弊社     | 昨年度の回答 |
        | C1-1 | はい     | いいえ       |
        | C1-2 | 該当なし | はい         |
        | C2-1 | 一部     | いいえ       |
        | C2-2 | いいえ   | いいえ       |
    """
    read = ReadGrids(book(sheet(table)))
    assert read.signs == "○-△×"
    assert "ANSWER_COLUMN_FOUND B" in read.told


@pytest.mark.parametrize(
    "label", ["会　社　名", "会社名*", "会社名（必須）", "貴社名", "【会社名】", "会社名："]
)
def test_a_label_is_known_in_spite_of_what_was_added(label: str) -> None:
    table = COMPANY.replace("会社名  ", label)
    (found,) = find_company_sheets(find_known_words((company(table),), JIS), JIS)
    assert found.entry("company") == "株式会社見本"


# --- answers in other words and other places


def test_a_pasted_line_of_the_hint_is_its_answer() -> None:
    item = JIS.items["POL-01"]
    line = f"はい：{item.hint['yes'].ja}"
    read = _read_jis(_jis_table({"POL-01": ("POL-01", line), "POL-03": ("POL-03", line)}))
    answers = read.sheet.answers
    assert (answers["POL-01"], answers["POL-03"]) == ("yes", None)
    assert _told(read, "ANSWER_READ_AS", "NOT_UNDERSTOOD") == [
        f"ANSWER_READ_AS C6 POL-01 {line}", f"NOT_UNDERSTOOD C7 POL-03 {line}"
    ]  # fmt: skip


@pytest.mark.parametrize("typed", ["なし", "無し", "なし。"])
def test_none_is_ambiguous_where_the_question_may_not_apply(typed: str) -> None:
    read = ReadGrids(book(sheet(AS_SENT.replace("はい", "なし").replace("該当なし", typed))))
    assert read.signs == ("×.△×")
    assert f"ANSWER_AMBIGUOUS B7 C1-2 {typed}" in read.told


@pytest.mark.parametrize(
    "typed",
    [
        "はい→いいえ", "はい／いいえ", "○×", "○ ×", "○はい いいえ", "はい（一部除く）",
        "はい（一部）", "本社：はい、工場：いいえ", "「はい」「いいえ」", "はい・一部",
        "はい、いいえ", "はい⏎いいえ", "はい？",
    ],
)  # fmt: skip
def test_two_answers_in_a_cell_are_never_read_as_one(typed: str) -> None:
    read = ReadGrids(book(sheet(AS_SENT.replace("はい     |", f"{typed} |"))))
    shown = typed.replace("⏎", "\n")
    assert (read.signs, read.told) == (".-△×", [f"NOT_UNDERSTOOD B6 C1-1 {shown}"])


def test_an_answer_among_the_remarks_is_told_and_not_read() -> None:
    table = AS_SENT.replace("はい     |          |", "         | はい     |")
    read = ReadGrids(book(sheet(table)))
    assert (read.signs, read.told) == (".-△×", ["ANSWER_MISPLACED B6 C1-1 はい"])


def test_two_company_sheets_of_one_name_are_one() -> None:
    read = ReadGrids(book(company(), sheet(COMPANY, "会社情報 (2)"), sheet()))
    assert read.told == []


@pytest.mark.parametrize("name", ["見本", "㈱見本　御中", "同上", "弊社"])
def test_a_second_company_sheet_that_names_no_other_company_holds_nothing(name: str) -> None:
    other = sheet(COMPANY.replace("株式会社見本", name), "会社情報 (2)")
    read = ReadGrids(book(company(), other, sheet()))
    assert not [p for p in read.problems if p.code is ProblemCode.COMPANY_TWICE]


@pytest.mark.parametrize("name", ["株式会社子会社", "有限会社見本"])
def test_two_companies_in_one_workbook_hold_it(name: str) -> None:
    other = sheet(COMPANY.replace("株式会社見本", name), "会社情報 (2)")
    read = ReadGrids(book(company(), other, sheet()))
    held = [p for p in read.problems if problem_severity(p.code) is Severity.ERROR]
    assert [each.code.value for each in held] == ["COMPANY_TWICE"]
    assert held[0].value == f"会社情報!C5: 株式会社見本 / 会社情報 (2)!C5: {name}"


# --- what we sent


def test_the_texts_of_the_blank_sheet_are_kept() -> None:
    kept = json.loads((FOLDER / f"{JIS.version}.json").read_text("utf-8"))
    assert list_blank_texts(load_catalog()) <= set(kept)
