"""Returned sheets: answers found wherever the client moved them, every repair and mistake told.

Problems are compared as `CODE cell item value`; in a table of three columns the answers stand in
column B from row 6 on. Answers are compared in the signs of `tests.catalogs`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, ChoiceRole
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.problems import problem_severity
from tests.catalogs import FORMER_JIS, JIS
from tests.returned import (
    AS_SENT,
    COMPANY,
    COVER,
    PROFILE,
    QUESTIONS,
    SMALL,
    as_google_saves,
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
from tests.samples import PROFILE_EN

READ_AS = "ANSWER_READ_AS B6 C1-1 "
NOT_UNDERSTOOD = "NOT_UNDERSTOOD B6 C1-1 "


# --- as typed


def _every_choice(catalog: Catalog, lang: Lang, turn: int) -> dict[str, str]:
    """The labels that each item offers, in turn."""
    offered = {item.id: list(catalog.offered(item)) for item in catalog.items.values()}
    return {
        item: choices[(place + turn) % len(choices)].label[lang]
        for place, (item, choices) in enumerate(offered.items())
    }


@pytest.mark.parametrize("turn", range(5))
@pytest.mark.parametrize(("lang", "profile"), [(Lang.JA, PROFILE), (Lang.EN, PROFILE_EN)])
def test_answers_from_the_lists_come_back_as_typed(
    lang: Lang, profile: Mapping[str, str], turn: int
) -> None:
    typed = _every_choice(JIS, lang, turn)
    received = read_return(make_hearing_sheet(JIS, lang, Issuer(), Entries(profile, typed)), JIS)
    sheet = sheet_of(received)
    labels = {
        response.item: JIS.choices_of(JIS.items[response.item])[response.choice or ""].label[lang]
        for response in sheet.responses
    }
    assert labels == typed
    assert {response.item: response.raw for response in sheet.responses} == typed
    assert (problems_in(received), sheet.lang, sheet.name) == ([], lang, profile["company"])
    assert sheet.profile == {**profile, "industry": "E", "employees": "upto_20"}


def test_the_digest_and_the_name_are_those_of_the_file() -> None:
    received = read_return(make_return(), name="追加分/見本.xlsx")
    assert received.file == "追加分/見本.xlsx"
    assert len(received.sha256) == 64
    assert received.sha256 != read_return(make_return(client="C-1")).sha256


# --- one answer, however it is written


def _with_first_answer(typed: Any) -> bytes:
    """`AS_SENT` with `typed`, a value of any type, as the answer to C1-1."""
    if isinstance(typed, str | bool | float | int):
        return make_return(cells={"B6": typed})
    return put_cell(make_return(), QUESTIONS, "B6", typed)


@pytest.mark.parametrize(
    ("typed", "sign"),
    [
        pytest.param("○", "○", id="circle"),
        pytest.param("◯", "○", id="large circle"),
        pytest.param("〇", "○", id="ideographic zero"),
        pytest.param("◎", "○", id="double circle"),
        pytest.param("✓", "○", id="tick"),
        pytest.param("✔\ufe0f", "○", id="tick drawn as emoji"),
        pytest.param("ﾚ", "○", id="half-width kana as a tick"),
        pytest.param("ＹＥＳ", "○", id="full-width letters"),
        pytest.param("yes", "○", id="letter case"),
        pytest.param("Ｙ", "○", id="one letter"),
        pytest.param("ﾊｲ", "○", id="half-width kana"),
        pytest.param("はい。", "○", id="full stop"),
        pytest.param("「はい」", "○", id="brackets"),
        pytest.param("済み", "○", id="another word"),
        pytest.param("Yes", "○", id="the label of the other language"),
        pytest.param("△", "△", id="triangle"),
        pytest.param("一部実施", "△", id="partly, in other words"),
        pytest.param("×", "×", id="cross"),
        pytest.param("✕", "×", id="another cross"),
        pytest.param("No", "×", id="no"),
        pytest.param("未", "×", id="not yet"),
        pytest.param("不明", "?", id="unknown"),
        pytest.param("Don’t know", "?", id="curly apostrophe"),
    ],
)
def test_other_spellings_are_read_and_reported(typed: str, sign: str) -> None:
    received = read_return(_with_first_answer(typed))
    assert signs_of(received) == f"{sign}-△×"
    shown = typed.replace("\ufe0f", "")
    assert problems_in(received) == [READ_AS + shown]
    first = sheet_of(received).responses[0]
    assert (first.raw, first.cell) == (shown, "B6")
    assert problem_severity(received.problems[0].code) is Severity.INFO


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(" はい ", id="spaces"),
        pytest.param("　はい　", id="ideographic spaces"),
        pytest.param("\u00a0はい", id="no-break space"),
        pytest.param("はい\n", id="line break"),
        pytest.param("は\u200bい", id="zero-width space inside"),
        pytest.param("'はい", id="the apostrophe of a text cell"),
        pytest.param("はい_x000D_", id="a return as XML spells it"),
    ],
)
def test_invisible_characters_do_not_count(typed: str) -> None:
    received = read_return(_with_first_answer(typed))
    assert signs_of(received) == "○-△×"
    assert {problem.code for problem in received.problems} <= {ProblemCode.ANSWER_READ_AS}


@pytest.mark.parametrize("lang", Lang)
def test_every_spelling_of_the_catalogue_is_read(lang: Lang) -> None:
    # Of 2026.1, whose questions that may not apply get no word that could say so.
    choices = SMALL.answer_sets["implementation"]
    words = {
        word: choice
        for choice in choices
        for word in (*choice.label.model_dump().values(), *choice.aliases.ja, *choice.aliases.en)
    }
    spellings = list(words)
    for first in range(0, len(spellings), len(FORMER_JIS.items)):
        typed = dict(zip(FORMER_JIS.items, spellings[first:], strict=False))
        received = read_return(
            make_hearing_sheet(FORMER_JIS, lang, Issuer(), Entries(answers=typed)), FORMER_JIS
        )
        got = {item: sheet_of(received).answers[item] for item in typed}
        assert got == {item: words[word].id for item, word in typed.items()}
        told_words = {p.value for p in received.problems if p.code is ProblemCode.ANSWER_READ_AS}
        assert told_words == {word for word in typed.values() if words[word].label[lang] != word}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        pytest.param("検討中", "検討中", id="other words"),
        pytest.param("-", "-", id="hyphen"),
        pytest.param("はい/いいえ", "はい/いいえ", id="two answers"),
        pytest.param("はい（一部）", "はい（一部）", id="an answer with a condition"),
        pytest.param("実施予定", "実施予定", id="planned"),
        pytest.param("?", "?", id="question mark"),
        pytest.param("はい\n済", "はい\n済", id="two lines"),
        pytest.param(True, "TRUE", id="boolean true"),
        pytest.param(False, "FALSE", id="boolean false"),
        pytest.param(1, "1", id="number"),
        pytest.param("1.0", "1.0", id="decimal of a whole number"),
        pytest.param("●", "●", id="a mark that no choice bears"),
        pytest.param(0, "0", id="zero"),
        pytest.param(0.5, "0.5", id="decimal"),
        pytest.param(date(2026, 4, 1), "2026-04-01", id="date"),
        pytest.param(time(9, 30), "09:30:00", id="time"),
        pytest.param("=1+1", "=1+1", id="a formula as text"),
    ],
)
def test_what_cannot_be_understood_is_never_guessed(typed: Any, value: str) -> None:
    received = read_return(_with_first_answer(typed))
    assert signs_of(received) == ".-△×"
    assert problems_in(received) == [NOT_UNDERSTOOD + value]
    assert sheet_of(received).responses[0].raw == value
    assert problem_severity(received.problems[0].code) is Severity.ERROR


@pytest.mark.parametrize("typed", [None, "", " ", "　", "\u200b", "\n"])
def test_a_blank_answer_is_unanswered(typed: str | None) -> None:
    received = read_return(_with_first_answer(typed))
    assert signs_of(received) == ".-△×"
    assert problems_in(received) == ["UNANSWERED B6 C1-1"]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("該当なし", ["NA_NOT_ALLOWED"]),
        ("N/A", ["ANSWER_READ_AS", "NA_NOT_ALLOWED"]),
        ("対象外", ["ANSWER_READ_AS", "NA_NOT_ALLOWED"]),
    ],
)
def test_a_forbidden_not_applicable_is_reported(typed: str, codes: list[str]) -> None:
    received = read_return(_with_first_answer(typed))
    assert signs_of(received) == "--△×"
    assert problems_in(received) == [f"{code} B6 C1-1 {typed}" for code in codes]


def test_a_problem_names_the_choices() -> None:
    allowed, other = (
        next(problem for problem in received.problems if problem.item == item)
        for item in ("C1-2", "C1-1")
        for received in (read_return(make_return(_TWO_ODD)),)
    )
    assert dict(other.details)["expected"] == "はい / 一部 / いいえ / わからない"
    assert dict(allowed.details)["expected"] == "はい / 一部 / いいえ / わからない / 該当なし"


_TWO_ODD = """
    | No.  | 回答   | 備考 |
    | C1-1 | 検討中 |      |
    | C1-2 | 検討中 |      |
"""


# --- where the client moved things


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(
            """
            | No.  | 回答     | 備考     |
            |      |          |          |
            | C1-1 | はい     |          |
            |      |          | 補足します |
            | C1-2 | 該当なし |          |
            |      |          |          |
            |      |          |          |
            | C2-1 | 一部     | 本社のみ |
            | C2-2 | いいえ   |          |
            | 以上 |          |          |
            """,
            id="rows inserted above, between and below",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考     |
            | C2-2 | いいえ   |          |
            | C2-1 | 一部     | 本社のみ |
            | C1-2 | 該当なし |          |
            | C1-1 | はい     |          |
            """,
            id="rows sorted",
        ),
        pytest.param(
            """
            | 備考     | 回答     | No.  |
            |          | はい     | C1-1 |
            |          | 該当なし | C1-2 |
            | 本社のみ | 一部     | C2-1 |
            |          | いいえ   | C2-2 |
            """,
            id="columns moved",
        ),
        pytest.param(
            """
            | 担当 | No.  | 社内確認 | 回答     | 回答者 | 備考     |  |
            | 山田 | C1-1 | はい     | はい     | 総務   |          |  |
            | 山田 | C1-2 | はい     | 該当なし | 総務   |          |  |
            | 鈴木 | C2-1 | はい     | 一部     | 総務   | 本社のみ |  |
            | 鈴木 | C2-2 | はい     | いいえ   | 総務   |          |  |
            """,
            id="columns inserted",
        ),
        pytest.param(
            """
            | No.  | 確認事項     | 回答     | 備考     |
            |      | 回答は右の欄 |          |          |
            | C1-1 | C1-2と同じか | はい     |          |
            | C1-2 | はい         | 該当なし |          |
            | C2-1 | 備考         | 一部     | 本社のみ |
            | C2-2 | 回答         | いいえ   |          |
            """,
            id="headers and ids in other texts",
        ),
        pytest.param(
            """
            | No.      | 「回答」 |  備考： |
            | Ｃ１－１ | はい     |          |
            | C1–2     | 該当なし |          |
            | c2 − 1   | 一部     | 本社のみ |
            | C2‐2     | いいえ   |          |
            """,
            id="ids in full width, with odd dashes and spaces",
        ),
        pytest.param(
            """
            | No.  | 回答     | 備考     |
            | 提出前の版 |    |          |
            | No.  | 回答     | 備考     |
            | C1-1 | はい     |          |
            | C1-2 | 該当なし |          |
            | C2-1 | 一部     | 本社のみ |
            | No.  |          | 備考     |
            | C2-2 | いいえ   |          |
            """,
            id="header repeated",
        ),
        pytest.param(
            """
            | 関連 | No.  | 回答     | 備考     |
            | C2-1 | C1-1 | はい     |          |
            |      | C1-2 | 該当なし |          |
            |      | C2-1 | 一部     | 本社のみ |
            | C1-1 | C2-2 | いいえ   |          |
            """,
            id="ids in a column beside",
        ),
        pytest.param(
            """
            | 記入例 | 備考     | 回答     |
            | 前回   |          | はい     |
            |        |          |          |
            | No.    | 回答     | 備考     |
            | C1-1   | はい     |          |
            | C1-2   | 該当なし |          |
            | C2-1   | 一部     | 本社のみ |
            | C2-2   | いいえ   |          |
            """,
            id="the nearest header counts",
        ),
    ],
)
def test_answers_are_found_wherever_they_stand(table: str) -> None:
    received = read_return(make_return(table))
    assert signs_of(received) == "○-△×"
    left_over = {ProblemCode.LEFT_OVER, ProblemCode.LEFT_OVER_MANY}
    assert {problem.code for problem in received.problems} <= left_over
    remarks = {r.item: r.remark for r in sheet_of(received).responses if r.remark}
    assert remarks == {"C2-1": "本社のみ"}


def test_ids_in_full_width_are_found() -> None:
    answers = dict.fromkeys(JIS.items, "はい")
    content = make_hearing_sheet(JIS, Lang.JA, Issuer(), Entries(PROFILE, answers))

    def widen(book: Workbook) -> None:
        for (cell,) in page_at(book, QUESTIONS)["A7:A65"]:
            wide = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
            cell.value = str(cell.value or "").translate(wide) or None

    received = read_return(edit_workbook(content, widen), JIS)
    assert (set(sheet_of(received).answers.values()), problems_in(received)) == ({"yes"}, [])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda page: page.insert_rows(1, 3), id="rows above the title"),
        pytest.param(lambda page: page.insert_rows(20, 2), id="rows between"),
        pytest.param(lambda page: page.insert_cols(1, 2), id="columns on the left"),
        pytest.param(lambda page: page.insert_cols(5), id="a column before the answers"),
        pytest.param(lambda page: page.delete_cols(2, 3), id="other columns deleted"),
        pytest.param(lambda page: page.delete_rows(1, 4), id="title deleted"),
    ],
)
def test_the_whole_sheet_survives_editing(change: Callable[[Any], object]) -> None:
    typed = _every_choice(JIS, Lang.JA, 0)
    remarks = {"POL-01": "一行目\n二行目", "CRI-09": "検討します"}
    content = make_hearing_sheet(JIS, Lang.JA, Issuer(), Entries(PROFILE, typed, remarks), "C-1")
    before = sheet_of(read_return(content, JIS))
    received = read_return(
        edit_workbook(content, lambda book: change(page_at(book, QUESTIONS))), JIS
    )
    after = sheet_of(received)
    assert (after.answers, after.profile, problems_in(received)) == (
        before.answers,
        before.profile,
        [],
    )
    assert {r.item: r.remark for r in after.responses if r.remark} == remarks
    assert after.identity == before.identity


def test_a_deleted_row_is_reported() -> None:
    received = read_return(
        make_return(
            """
            | No.  | 回答   | 備考 |
            | C1-1 | はい   |      |
            | C2-1 | 一部   |      |
            | C2-2 | いいえ |      |
            """
        )
    )
    assert signs_of(received) == "○.△×"
    assert problems_in(received) == ["ITEM_ROW_MISSING C1-2"]


@pytest.mark.parametrize(
    ("rows", "sign", "problems"),
    [
        pytest.param("はい / はい", "○", ["DUPLICATE_SAME B7 C1-1 はい"], id="the same answer"),
        pytest.param("はい / ○", "○", ["DUPLICATE_SAME B7 C1-1 はい"], id="two spellings of it"),
        pytest.param("はい /", "○", ["DUPLICATE_SAME B7 C1-1 はい"], id="second blank"),
        pytest.param("/ はい", "○", ["DUPLICATE_SAME B7 C1-1 はい"], id="first blank"),
        pytest.param(
            "はい / いいえ", ".", ["DUPLICATE_ITEM B7 C1-1 B6: はい / B7: いいえ"], id="different"
        ),
        pytest.param(
            "はい / 検討中", ".", ["DUPLICATE_ITEM B7 C1-1 B6: はい / B7: 検討中"], id="one unclear"
        ),
        pytest.param(
            "/ いいえ / はい",
            ".",
            ["DUPLICATE_ITEM B8 C1-1 B7: いいえ / B8: はい"],
            id="three rows, the first blank",
        ),
    ],
)
def test_several_rows_of_one_item_must_agree(rows: str, sign: str, problems: list[str]) -> None:
    lines = "\n".join(f"| C1-1 | {row.strip()} | |" for row in rows.split("/"))
    rest = "| C1-2 | 該当なし | |\n| C2-1 | 一部 | |\n| C2-2 | いいえ | |"
    received = read_return(make_return(f"| No. | 回答 | 備考 |\n{lines}\n{rest}"))
    assert signs_of(received) == f"{sign}-△×"
    assert problems_in(received) == problems


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("検討中", ProblemCode.NOT_UNDERSTOOD),
        ("", ProblemCode.UNANSWERED),
        ("該当なし", ProblemCode.NA_NOT_ALLOWED),
        ("○", ProblemCode.ANSWER_READ_AS),
    ],
)
def test_two_rows_with_the_same_fault_keep_it(typed: str, code: ProblemCode) -> None:
    received = read_return(
        make_return(
            f"""
            | No.  | 回答     | 備考 |
            | C1-1 | {typed}  |      |
            | C1-1 | {typed}  |      |
            | C1-2 | 該当なし |      |
            | C2-1 | 一部     |      |
            | C2-2 | いいえ   |      |
            """
        )
    )
    assert {problem.code for problem in received.problems} == {ProblemCode.DUPLICATE_SAME, code}


def test_an_unknown_id_with_an_answer_or_a_remark_is_reported() -> None:
    received = read_return(
        make_return(
            """
            | No.  | 回答     | 備考 |
            | C1-1 | はい     |      |
            | C1-2 | 該当なし |      |
            | C1-9 | はい     |      |
            | C1-8 |          | なし |
            | C2-1 | 一部     |      |
            | C2-2 | いいえ   |      |
            """
        )
    )
    assert signs_of(received) == "○-△×"
    assert problems_in(received) == ["UNKNOWN_ITEM A8 C1-9", "UNKNOWN_ITEM A9 C1-8"]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        pytest.param("| No. | 回答 |\n| 1 | はい |", "NOT_HEARING_SHEET", id="no id"),
        pytest.param("| | |", "NOT_HEARING_SHEET", id="nothing"),
        pytest.param("| No. | 答え |\n| C1-1 | 未定 |", "NO_ANSWER_COLUMN", id="no choices"),
    ],
)
def test_a_sheet_without_its_ids_is_no_hearing_sheet(table: str, code: str) -> None:
    received = read_return(make_return(table))
    assert (received.sheet, problems_in(received)) == (None, [code])


def test_the_header_decides_on_the_language() -> None:
    received = read_return(
        make_return(
            """
            | No.  | Answer | Remarks  |
            | C1-1 | Yes    |          |
            | C1-2 | N/A    |          |
            | C2-1 | 一部   | 本社のみ |
            | C2-2 | No     |          |
            """
        )
    )
    assert signs_of(received) == "○-△×"
    assert problems_in(received) == ["ANSWER_READ_AS B8 C2-1 一部"]
    sheet = sheet_of(received)
    assert (sheet.lang, sheet.responses[2].remark) == (Lang.EN, "本社のみ")
    assert dict(received.problems[0].details)["read"] == "Partly"


def test_a_sheet_without_a_remark_column_is_read() -> None:
    received = read_return(make_return("| No. | 回答 |\n| C1-1 | はい |"))
    assert signs_of(received) == "○..."
    assert {response.remark for response in sheet_of(received).responses} == {""}


@pytest.mark.parametrize(
    ("typed", "remark"),
    [
        ("一行目\n二行目", "一行目\n二行目"),
        ("一行目_x000D_\n二行目 \n\n三行目\n", "一行目\n二行目\n\n三行目"),
        ("一行目_x000D_二行目", "一行目\n二行目"),
        ("①㈱髙﨑　担当：德永", "①㈱髙﨑　担当：德永"),
        (" =1+1 ", "=1+1"),
        (120, "120"),
        (date(2026, 4, 1), "2026-04-01"),
        (None, ""),
    ],
)
def test_remarks_are_kept_as_typed(typed: Any, remark: str) -> None:
    if isinstance(typed, str):
        content = make_return(cells={"C6": typed})
    else:
        content = put_cell(make_return(), QUESTIONS, "C6", typed)
    received = read_return(content)
    assert sheet_of(received).responses[0].remark == remark
    assert problems_in(received) == []


# --- sheets renamed, moved, copied


def test_renamed_and_moved_sheets_are_read() -> None:
    def change(book: Workbook) -> None:
        page_at(book, QUESTIONS).title = "回答済"
        page_at(book, COMPANY).title = "Sheet1"
        book.move_sheet("回答済", -2)

    received = read_return(edit_workbook(make_return(), change))
    assert (signs_of(received), problems_in(received)) == ("○-△×", [])
    assert (sheet_of(received).sheet, sheet_of(received).name) == ("回答済", PROFILE["company"])


BLANK = (
    AS_SENT.replace("はい", "").replace("該当なし", "").replace("一部", "").replace("いいえ", "")
)
LESS = AS_SENT.replace("はい", "")


@pytest.mark.parametrize(
    ("first", "copy", "read_from", "problems"),
    [
        pytest.param(AS_SENT, BLANK, "ヒアリングシート", [], id="blank copy"),
        pytest.param(BLANK, AS_SENT, "ヒアリングシート (2)", [], id="answers in the copy"),
        pytest.param(
            LESS,
            AS_SENT,
            "ヒアリングシート (2)",
            ["SHEET_TWICE ヒアリングシート, ヒアリングシート (2)"],
            id="more answers in the copy",
        ),
        pytest.param(
            AS_SENT,
            AS_SENT,
            "ヒアリングシート",
            ["SHEET_TWICE ヒアリングシート, ヒアリングシート (2)"],
            id="the same answers in both",
        ),
    ],
)
def test_the_sheet_with_most_answers_counts(
    first: str, copy: str, read_from: str, problems: list[str]
) -> None:
    def change(book: Workbook) -> None:
        page = book.create_sheet("ヒアリングシート (2)")
        write_table(page, copy, 5)

    received = read_return(edit_workbook(make_return(first), change))
    assert (signs_of(received), sheet_of(received).sheet) == ("○-△×", read_from)
    assert problems_in(received) == problems
    assert all(problem.sheet == read_from for problem in received.problems)


# --- other programs


@pytest.mark.parametrize(("lang", "profile"), [(Lang.JA, PROFILE), (Lang.EN, PROFILE_EN)])
def test_a_return_saved_by_a_web_spreadsheet_reads_the_same(
    lang: Lang, profile: Mapping[str, str]
) -> None:
    typed = {**_every_choice(JIS, lang, 1), "POL-05": "検討中", "POL-03": "○", "POL-04": ""}
    remarks = {"POL-01": "一行目\n二行目 <&> ①㈱髙﨑"}
    words = {**profile, "employees": "18名", "date": "2026/11/16"}
    content = make_hearing_sheet(JIS, lang, Issuer(), Entries(words, typed, remarks), "C-1")
    as_sent, saved = read_return(content, JIS), read_return(as_google_saves(content), JIS)
    assert saved.sheet == as_sent.sheet
    assert saved.problems == as_sent.problems
    assert {problem.code for problem in saved.problems} == {
        ProblemCode.NOT_UNDERSTOOD,
        ProblemCode.ANSWER_READ_AS,
        ProblemCode.UNANSWERED,
        ProblemCode.PROFILE_READ_AS,
    }


# --- places of problems


def test_every_problem_of_an_answer_names_its_sheet_and_cell() -> None:
    content = make_hearing_sheet(JIS, Lang.JA, Issuer(), Entries(PROFILE, {"CRI-09": "未定"}))
    received = read_return(content, JIS)
    problems = {problem.item: problem for problem in received.problems}
    assert set(problems) == set(JIS.items)
    assert {problem.sheet for problem in received.problems} == {"ヒアリングシート"}
    expected = " / ".join(choice.label.ja for choice in JIS.offered(JIS.items["CRI-09"]))
    assert problems["CRI-09"] == Problem(
        ProblemCode.NOT_UNDERSTOOD,
        "ヒアリングシート",
        "E66",
        "CRI-09",
        "未定",
        (("expected", expected),),
    )
    assert problems["POL-01"].cell == "E7"


def test_the_cover_is_never_read_for_answers() -> None:
    content = put_cell(make_return(), COVER, "B30", "C1-1")
    assert (signs_of(read_return(content)), problems_in(read_return(content))) == ("○-△×", [])


def test_the_small_catalogue_is_what_the_tables_assume() -> None:
    allowed = [item.id for item in SMALL.items.values() if item.na_allowed]
    assert (list(SMALL.items), allowed) == (["C1-1", "C1-2", "C2-1", "C2-2"], ["C1-2"])
    roles = [choice.role for choice in SMALL.answer_sets["implementation"]]
    assert roles.count(ChoiceRole.NOT_APPLICABLE) == 1


def test_two_columns_of_answers_are_not_guessed() -> None:
    received = read_return(
        make_return(
            """
            | No.  | 回答     | 回答   | 備考 |
            | C1-1 | はい     | いいえ |      |
            | C1-2 | 該当なし |        |      |
            | C2-1 | 一部     |        |      |
            | C2-2 | いいえ   |        |      |
            """
        )
    )
    assert ProblemCode.ANSWER_COLUMN_TWICE in {problem.code for problem in received.problems}


def test_a_missing_remark_column_is_reported() -> None:
    received = read_return(make_return("| No. | 回答 | メモ |\n| C1-1 | はい | 本社のみ |"))
    assert ProblemCode.NO_REMARK_COLUMN in {problem.code for problem in received.problems}
