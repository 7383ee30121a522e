"""Several sheets with the questions: one counts by a stated rule, the others are never silent."""

from __future__ import annotations

import pytest

from sheet_diag.intake.cells import CellMark, Grid
from tests.grids import COMPANY, ReadGrids, book, company, sheet
from tests.returned import AS_SENT

BLANK = (
    AS_SENT.replace("はい", "").replace("該当なし", "").replace("一部", "").replace("いいえ", "")
)
LESS = AS_SENT.replace("はい", "")
OTHER = AS_SENT.replace("はい", "いいえ")


@pytest.mark.parametrize(
    ("grids", "read_from", "signs", "problems"),
    [
        pytest.param(
            [sheet(AS_SENT, "A"), sheet(AS_SENT, "B")], "A", "○-△×", ["SHEET_TWICE A, B"],
            id="the same answers: the first",
        ),
        pytest.param(
            [sheet(LESS, "A"), sheet(AS_SENT, "B")], "B", "○-△×", ["SHEET_TWICE A, B"],
            id="the one with most answers",
        ),
        pytest.param(
            [sheet(AS_SENT, "A", visible=False), sheet(BLANK, "B")], "A", "○-△×",
            ["HIDDEN_SHEET A"],
            id="answers on a hidden sheet alone",
        ),
        pytest.param(
            [sheet(AS_SENT, "A", visible=False), sheet(AS_SENT, "B")], "B", "○-△×",
            ["SHEET_TWICE A, B"],
            id="a visible sheet before a hidden one",
        ),
        pytest.param(
            [sheet(AS_SENT, "A", visible=False), sheet(LESS, "B")], "B", "○-△×",
            ["SHEETS_JOINED A, B", "HIDDEN_SHEET A"],
            id="an answer that stands on the hidden sheet alone is read and told",
        ),
        pytest.param(
            [sheet(OTHER.replace("一部", ""), "A"), sheet(LESS.replace("いいえ", "はい"), "B")],
            "A", "×-..",
            ["SHEET_TWICE A, B", "UNANSWERED B8 C2-1 B!B8: 一部",
             "SHEETS_DISAGREE B9 C2-2 A!B9: いいえ / B!B9: はい"],
            id="one that contradicts is not read for others",
        ),
        pytest.param(
            [sheet(AS_SENT, "A"), sheet(OTHER, "B")], "A", ".-△×",
            ["SHEET_TWICE A, B", "SHEETS_DISAGREE B6 C1-1 A!B6: はい / B!B6: いいえ"],
            id="two answers",
        ),
        pytest.param(
            [sheet(AS_SENT.replace("はい", "○"), "A"), sheet(AS_SENT, "B")], "A", "○-△×",
            ["SHEET_TWICE A, B", "ANSWER_READ_AS B6 C1-1 ○"],
            id="two spellings of one answer",
        ),
        pytest.param(
            [sheet(AS_SENT, "A"), sheet(AS_SENT, "B", marks={"B6": CellMark.ERROR})], "A", ".-△×",
            ["SHEET_TWICE A, B", "SHEETS_DISAGREE B6 C1-1 A!B6: はい / B!B6: はい"],
            id="an error on the other sheet",
        ),
        pytest.param(
            [sheet(AS_SENT, "A"), sheet(BLANK, "B")], "A", "○-△×", [], id="a blank copy"
        ),
        pytest.param(
            [sheet("| 目次 |", "Export Summary"), sheet(AS_SENT, "ヒアリングシート - 表1")],
            "ヒアリングシート - 表1", "○-△×", ["LEFT_OVER A5 目次"],
            id="as Numbers names its tables",
        ),
    ],
)  # fmt: skip
def test_the_sheet_with_most_answers_is_chosen(
    grids: list[Grid], read_from: str, signs: str, problems: list[str]
) -> None:
    read = ReadGrids(book(*grids))
    assert (read.sheet.sheet, read.signs, read.told) == (read_from, signs, problems)


def test_both_answers_stay_in_the_undecided_response() -> None:
    read = ReadGrids(book(sheet(AS_SENT, "A"), sheet(OTHER, "B")))
    assert read.raw("C1-1") == "A!B6: はい / B!B6: いいえ"
    details = dict(read.problem("SHEETS_DISAGREE").details)
    assert details["expected"] == "はい / 一部 / いいえ / わからない"


def test_remarks_of_every_copy_are_kept_once() -> None:
    more = AS_SENT.replace("本社のみ", "支店も")
    read = ReadGrids(book(sheet(AS_SENT, "A"), sheet(more, "B"), sheet(AS_SENT, "C")))
    assert read.remark("C2-1") == "本社のみ\n支店も"


def test_unknown_items_on_a_copy_are_reported() -> None:
    more = AS_SENT + "| C9-9 | はい | |"
    read = ReadGrids(book(sheet(AS_SENT, "A"), sheet(more, "B", visible=False)))
    assert "UNKNOWN_ITEM A10 C9-9" in read.told


def test_a_visible_company_sheet_comes_before_a_hidden_copy() -> None:
    fuller = COMPANY.replace("株式会社見本", "旧社名").replace("| 拠点数   |", "| 拠点数 | 3")
    hidden, visible = sheet(fuller, "旧", visible=False), company()
    read = ReadGrids(book(hidden, visible, sheet()))
    assert read.sheet.name == "株式会社見本"
