"""What stands in cells beside their values: text struck out, notes, signs of symbol fonts.

Problems are compared as `CODE cell item value`; the answers stand in column B from row 6 on.
"""

from __future__ import annotations

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

from sheet_diag.intake.cells import CellMark, Grid
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import ProblemCode, Severity
from sheet_diag.text.problems import problem_message, problem_severity
from tests.grids import COMPANY, ReadGrids, at, book, company, sheet
from tests.returned import (
    AS_SENT,
    QUESTIONS,
    edit_workbook,
    make_return,
    page_at,
    problems_in,
    read_return,
    signs_of,
)
from tests.returned import COMPANY as COMPANY_SHEET

ANSWER = """
    | No.  | 回答     | 備考     |
    | C1-1 | {}       |          |
    | C1-2 | 該当なし |          |
    | C2-1 | 一部     | 本社のみ |
    | C2-2 | いいえ   |          |
"""


def struck(table: str, cell: str, left: str = "") -> Grid:
    """The question sheet with a text struck out but for `left`."""
    return sheet(table, struck={at(cell): left})


# --- text struck out


@pytest.mark.parametrize(
    ("text", "left"),
    [
        pytest.param("はい", "", id="all of it"),
        pytest.param("はい 検討中", "検討中", id="but for what is no choice"),
        pytest.param("検討中", "", id="a text that never was a choice"),
    ],
)
def test_an_answer_struck_out_is_no_answer_and_no_blank(text: str, left: str) -> None:
    read = ReadGrids(book(struck(ANSWER.format(text), "B6", left)))
    assert (read.signs, read.told) == (".-△×", [f"STRUCK_ANSWER B6 C1-1 {text}"])
    assert read.raw("C1-1") == text
    assert problem_severity(ProblemCode.STRUCK_ANSWER) is Severity.ERROR


@pytest.mark.parametrize(("text", "left"), [("はい→いいえ", "いいえ"), ("はい ✕", "✕")])
def test_what_is_left_of_an_answer_counts_where_it_is_one_choice(text: str, left: str) -> None:
    read = ReadGrids(book(struck(ANSWER.format(text), "B6", left)))
    assert (read.signs, read.told) == ("×-△×", [f"STRUCK_PART B6 C1-1 {text}"])
    assert problem_message(read.problems[0], Lang.JA) == (
        f"C1-1の回答「{text}」のうち、取り消し線の引かれていない部分を「いいえ」と読み取りました。"
    )


def test_an_answer_struck_out_in_one_of_two_rows_is_not_guessed() -> None:
    table = ANSWER.format("はい").replace("| C1-2 |", "| C1-1 | いいえ | |\n| C1-2 |")
    read = ReadGrids(book(struck(table, "B6")))
    assert read.told == [
        "DUPLICATE_ITEM B7 C1-1 B6: はい / B7: いいえ",
        "STRUCK_TEXT B6 C1-1 はい",
    ]


@pytest.mark.parametrize(
    ("text", "left", "name", "problems"),
    [
        ("株式会社旧 株式会社新", "株式会社新", "株式会社新", []),
        ("株式会社旧", "", "", ["COMPANY_MISSING C5 company"]),
    ],
    ids=["part", "all"],
)
def test_a_name_loses_what_is_struck_out(
    text: str, left: str, name: str, problems: list[str]
) -> None:
    page = company(COMPANY.replace("株式会社見本", text), struck={at("C5"): left})
    read = ReadGrids(book(page, sheet()))
    assert (read.sheet.name, read.told) == (
        name,
        [*problems, f"PROFILE_STRUCK C5 company {text}"],
    )
    assert f"「{text}」" in problem_message(read.problems[-1], Lang.JA)
    assert f"「{left}」" in problem_message(read.problems[-1], Lang.JA)


def test_an_entry_of_the_profile_loses_what_is_struck_out() -> None:
    page = company(COMPANY.replace("製造業", "金融業 製造業"), struck={at("C6"): "製造業"})
    read = ReadGrids(book(page, sheet()))
    assert read.sheet.profile["industry"] == ReadGrids(book(sheet())).sheet.profile["industry"]
    assert read.told == ["PROFILE_STRUCK C6 industry 金融業 製造業"]


def test_a_remark_keeps_what_is_struck_out_and_that_is_told() -> None:
    read = ReadGrids(book(struck(AS_SENT, "C8")))
    assert (read.signs, read.remark("C2-1")) == ("○-△×", "本社のみ")
    assert read.told == ["STRUCK_TEXT C8 C2-1 本社のみ"]


def test_our_own_text_struck_out_is_told() -> None:
    read = ReadGrids(book(struck(AS_SENT, "A9")))
    assert (read.signs, read.told) == ("○-△×", ["STRUCK_TEXT A9 C2-2 C2-2"])


def test_a_row_struck_out_is_told_once_beside_its_answer() -> None:
    cells = {at(cell): "" for cell in ("A8", "B8", "C8")}
    read = ReadGrids(book(sheet(AS_SENT, struck=cells)))
    assert read.signs == "○-.×"
    assert read.told == ["STRUCK_ANSWER B8 C2-1 一部", "STRUCK_TEXT A8 C2-1 C2-1 / 本社のみ"]


# --- notes


NOTE = "実際は一部です。訂正してください。"


def noted(table: str, cell: str, note: str = NOTE) -> Grid:
    return sheet(table, notes={at(cell): note})


@pytest.mark.parametrize(("cell", "place"), [("B6", "B6 C1-1"), ("C6", "C6 C1-1"), ("F20", "F20")])
def test_a_note_is_told_and_changes_no_answer(cell: str, place: str) -> None:
    read = ReadGrids(book(noted(AS_SENT, cell)))
    assert (read.signs, read.told) == ("○-△×", [f"NOTE {place} {NOTE}"])
    assert NOTE in problem_message(read.problems[0], Lang.JA)
    assert NOTE in problem_message(read.problems[0], Lang.EN)
    assert problem_severity(ProblemCode.NOTE) is Severity.WARNING


def test_a_note_on_any_other_sheet_is_told() -> None:
    read = ReadGrids(book(company(notes={at("C5"): NOTE}), sheet(), sheet("", "控え", notes={})))
    assert read.told == [f"NOTE C5 {NOTE}"]


@pytest.mark.parametrize(
    ("text", "code", "value"), [("", "UNANSWERED", ""), ("検討中", "NOT_UNDERSTOOD", " 検討中")]
)
def test_a_problem_of_an_answer_names_the_note_on_its_cell(
    text: str, code: str, value: str
) -> None:
    read = ReadGrids(book(noted(ANSWER.format(text), "B6")))
    assert read.told == [f"{code} B6 C1-1{value}", f"NOTE B6 C1-1 {NOTE}"]
    assert problem_message(read.problems[0], Lang.JA).endswith(
        f"この欄のメモには「{NOTE}」と書かれています。"
    )
    assert f'The note on the cell says: "{NOTE}"' in problem_message(read.problems[0], Lang.EN)


def test_an_answer_in_the_note_on_a_blank_cell_is_asked_about() -> None:
    read = ReadGrids(book(noted(ANSWER.format(""), "B6", "いいえ")))
    assert (read.signs, read.told) == (
        ".-△×",
        ["ANSWER_MISPLACED B6 C1-1 いいえ", "NOTE B6 C1-1 いいえ"],
    )
    assert "セルのメモに「いいえ」" in problem_message(read.problems[0], Lang.JA)


def test_a_remark_struck_out_is_no_answer_either() -> None:
    table = AS_SENT.replace("| はい     |          |", "|          | はい     |")
    read = ReadGrids(book(struck(table, "C6")))
    assert read.told == ["UNANSWERED B6 C1-1", "STRUCK_TEXT C6 C1-1 はい"]


def test_after_a_hundred_such_cells_only_their_number_is_told() -> None:
    notes = {(row, 9): f"メモ{row}" for row in range(130)}
    read = ReadGrids(book(sheet(notes=notes)))
    codes = [problem.code for problem in read.problems]
    assert codes == [ProblemCode.NOTE] * 100 + [ProblemCode.MORE_CELLS]
    assert read.problem("MORE_CELLS").value == "30"


# --- signs of symbol fonts


def symbols(table: str, cell: str) -> Grid:
    return sheet(table, marks={cell: CellMark.SYMBOL}, symbol_fonts={at(cell): "Wingdings"})


@pytest.mark.parametrize("text", ["y", "n", "ü", "○", "はい"])
def test_a_sign_of_a_symbol_font_is_never_read_as_an_answer(text: str) -> None:
    read = ReadGrids(book(symbols(ANSWER.format(text), "B6")))
    assert (read.signs, read.told) == (".-△×", [f"SYMBOL_ANSWER B6 C1-1 {text}"])
    assert f"「{text}」は記号用のフォント「Wingdings」" in problem_message(
        read.problems[0], Lang.JA
    )
    assert problem_severity(ProblemCode.SYMBOL_ANSWER) is Severity.ERROR


def test_a_remark_in_a_symbol_font_is_kept_and_told() -> None:
    read = ReadGrids(book(symbols(AS_SENT.replace("本社のみ", "J"), "C8")))
    assert (read.signs, read.remark("C2-1")) == ("○-△×", "J")
    assert read.told == ["SYMBOL_TEXT C8 C2-1 J"]


def test_signs_of_one_font_on_a_sheet_are_told_together() -> None:
    head = "| No. | 回答 | 備考 | 確認 |\n"
    table = head + "\n".join(["| C1-1 | はい | | ü |"] * 12)
    cells = {(row, 3): "Wingdings" for row in range(5, 17)}
    marks = {f"D{row}": CellMark.SYMBOL for row in range(6, 18)}
    read = ReadGrids(book(sheet(table, marks=marks, symbol_fonts=cells)))
    (problem,) = (each for each in read.problems if each.code is ProblemCode.SYMBOL_TEXT)
    assert problem.value
    assert problem.value.startswith("D6: ü / D7: ü / ")
    assert problem.value.endswith(" / D15: ü … (12)")


@pytest.mark.parametrize(
    ("mark", "text", "code"),
    [
        (CellMark.CHECKBOX, "TRUE", ProblemCode.CHECKBOX_ANSWER),
        (CellMark.DATA_TYPE, "", ProblemCode.DATA_TYPE_ANSWER),
        (CellMark.PICTURE, "", ProblemCode.PICTURE_ANSWER),
        (CellMark.FORMULA, "", ProblemCode.EMPTY_RESULT),
        (CellMark.NOT_CALCULATED, "", ProblemCode.NOT_CALCULATED),
        (CellMark.ERROR, "#VALUE!", ProblemCode.ERROR_VALUE),
    ],
)
def test_each_kind_of_cell_without_words_is_told_for_what_it_is(
    mark: CellMark, text: str, code: ProblemCode
) -> None:
    read = ReadGrids(book(sheet(ANSWER.format(text), marks={"B6": mark})))
    assert [problem.code for problem in read.problems] == [code]
    assert problem_severity(code) is Severity.ERROR
    assert read.raw("C1-1")


# --- from the file to what is told


def test_what_a_client_did_to_a_return_is_told_from_the_file_on() -> None:
    erased = Font(strike=True)

    def change(book: Workbook) -> None:
        page = page_at(book, QUESTIONS)
        page["B6"].font = erased
        page["B7"].value = CellRichText(TextBlock(InlineFont(strike=True), "はい"), "該当なし")
        page["B8"].value, page["B8"].font = "n", Font(name="Wingdings")
        page["B9"].comment = Comment("「はい」に訂正", "田中")
        page_at(book, COMPANY_SHEET)["C6"].font = erased

    read = read_return(edit_workbook(make_return(), change))
    assert signs_of(read) == ".-.×"
    assert problems_in(read) == [
        "COMPANY_MISSING C6 company",
        "PROFILE_STRUCK C6 company 株式会社見本",
        "STRUCK_ANSWER B6 C1-1 はい",
        "STRUCK_PART B7 C1-2 はい該当なし",
        "SYMBOL_ANSWER B8 C2-1 n",
        "NOTE B9 C2-2 「はい」に訂正",
    ]
