"""前回と同じ: answers of last time that a client confirms on the sheet of a new campaign."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from openpyxl import Workbook

from sheet_diag.diagnosis.comparison.previous import (
    add_previous,
    entries_digest,
    item_fingerprint,
)
from sheet_diag.forms.correction.workbook import make_correction_sheet
from sheet_diag.forms.hearing_sheet.content import PreviousAnswers
from sheet_diag.forms.hearing_sheet.questions import question_rows
from sheet_diag.forms.issue import SheetOrder, issue_sheets
from sheet_diag.forms.layout import COLUMNS_WITH_PREVIOUS, QuestionColumn, cell_name
from sheet_diag.intake.receive import read_content
from sheet_diag.mail.campaign.previous_campaign import carry_previous, find_changed_questions
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.comparison import PreviousReturn, PreviousRun
from sheet_diag.model.returns import ProblemCode, ReceivedFile
from sheet_diag.reports.run_json.writer import dump_return
from sheet_diag.text.question_digests import digest_questions
from sheet_diag.text.wording import Wording
from tests.catalogs import Answers
from tests.returned import edit_workbook, page_at, reopen_workbook
from tests.samples import ISSUER, report, resolve_all
from tests.test_version_map import COMPANY, GIVEN, OLD, questions, version_2
from tests.workbooks import open_workbook, sheet

QUESTIONS = 2
CLIENT = ListedClient("C-1", COMPANY, Lang.JA, ("a@example.co.jp",))
SAME = "前回と同じ"


def last_year(given: Answers) -> PreviousRun:
    prints = {name: item_fingerprint(OLD, item) for name, item in OLD.items.items()}
    before = PreviousReturn("C-1", COMPANY, given, OLD.ranks[1], Fraction(60), {})
    run = PreviousRun(date(2025, 11, 1), "firm", "1", "x", prints, (before,))
    return replace(run, questions=digest_questions(OLD))


def carried(new: Catalog, given: Answers = GIVEN) -> PreviousAnswers:
    run = last_year(given)
    return carry_previous(new, run, run.returns[0])


def issued(new: Catalog, given: Answers = GIVEN) -> bytes:
    return next(iter(issue_sheets(new, ISSUER, [SheetOrder(CLIENT, carried(new, given))])))


def place(new: Catalog, item: str, column: QuestionColumn) -> str:
    return cell_name(question_rows(new).items[item], COLUMNS_WITH_PREVIOUS.index(column))


def column(content: bytes, new: Catalog, name: QuestionColumn) -> dict[str, str | None]:
    page = page_at(reopen_workbook(content), QUESTIONS)
    return {item: page[place(new, item, name)].value for item in new.items}


def fill(content: bytes, new: Catalog, answers: Mapping[str, str]) -> bytes:
    def change(book: Workbook) -> None:
        for item, text in answers.items():
            book["ヒアリングシート"][place(new, item, QuestionColumn.ANSWER)].value = text

    return edit_workbook(content, change)


def read(new: Catalog, answers: Mapping[str, str], given: Answers = GIVEN) -> ReceivedFile:
    return read_content("a.xlsx", fill(issued(new, given), new, answers), new)


# 1 same, 2 split into 2 and 7, 3 and 4 merged into 3, 5 asks something else, 6 reworded, 8 new.
CHANGED = version_2(
    "2 split 2", "2 split 7", "3 merged 3", "4 merged 3", "6 reworded 6",
    n2="新人の教育", n3="施錠と復元", n4="", n5="別の設問", n6="委託先", n7="全員の教育",
    n8="新しい設問",
)  # fmt: skip


def test_what_a_client_answered_last_time_stands_beside_the_question_it_became() -> None:
    shown = column(issued(CHANGED), CHANGED, QuestionColumn.FORMER)
    assert shown == {
        "1": "はい",
        "2": "（いいえ）",
        "3": "（いいえ／はい）",
        "5": "変更",
        "6": "はい",
        "7": "（いいえ）",
        "8": "新設",
    }


def test_the_drop_down_offers_it_where_there_is_such_an_answer() -> None:
    new = questions({"1": "規程", "9": "新しい設問"})
    book = reopen_workbook(issued(new))
    rules = page_at(book, QUESTIONS).data_validations.dataValidation
    former = place(new, "1", QuestionColumn.FORMER)
    (rule,) = [r for r in rules if place(new, "1", QuestionColumn.ANSWER) in r.sqref]
    assert rule.formula1.startswith("IF(SUMPRODUCT(EXACT(")
    assert former in rule.formula1
    assert len(rule.formula1) <= 255
    lists = [str(cell.value) for row in book["_lists"].iter_rows() for cell in row if cell.value]
    assert lists.count(SAME) == 2  # with 該当なし and without


def test_a_confirmed_answer_counts_as_that_of_last_time_and_is_told_apart() -> None:
    new = questions({"1": "規程", "2": "教育"})
    received = read(new, {"1": SAME, "2": "はい"})
    assert received.sheet
    assert received.sheet.answers == {"1": "yes", "2": "yes"}
    assert received.sheet.confirmed == ("1",)
    assert not {ProblemCode.ANSWER_READ_AS, ProblemCode.LEFT_OVER} & {
        problem.code for problem in received.problems
    }


@pytest.mark.parametrize("item", ["2", "3", "5", "8"])
def test_an_answer_to_a_changed_or_new_question_cannot_be_confirmed(item: str) -> None:
    received = read(CHANGED, {"1": "はい", item: SAME})
    assert received.sheet
    assert received.sheet.answers[item] is None
    told = [problem.code for problem in received.problems if problem.item == item]
    assert told == [ProblemCode.FORMER_ANSWER_MISSING]


def test_what_we_wrote_beside_the_answers_is_no_entry_of_the_client() -> None:
    received = read(CHANGED, {"1": "はい"})
    codes = {problem.code for problem in received.problems}
    assert not codes & {ProblemCode.LEFT_OVER, ProblemCode.ANSWER_MISPLACED}


def test_what_was_left_open_last_time_cannot_be_confirmed() -> None:
    new = questions({"1": "規程", "2": "教育"})
    received = read(new, {"1": SAME, "2": "はい"}, {**GIVEN, "1": None})
    assert [p.item for p in received.problems if p.code is ProblemCode.FORMER_ANSWER_MISSING] == [
        "1"
    ]


def test_run_json_and_report_mark_what_was_confirmed() -> None:
    new = questions({"1": "規程", "2": "教育"})
    received = read(new, {"1": SAME, "2": "はい"})
    (outcome,) = resolve_all(received, catalog=new)
    assert json.loads(dump_return(new, outcome, Lang.JA))["confirmed"] == ["1"]
    page = sheet(
        open_workbook(report(received, catalog=new)), Wording(Lang.JA)("report.sheet.answers")
    )
    marks = [
        cell.value for row in page.iter_rows() for cell in row if "前回と同じ" in str(cell.value)
    ]
    assert marks == ["【前回と同じ】前回のご回答から変わりがないことを、ご確認いただきました。"]


def test_a_correction_keeps_what_was_confirmed() -> None:
    new = questions({"1": "規程", "2": "教育"})
    received = read(new, {"1": SAME, "2": "？？"})
    assert received.sheet
    content, _ = make_correction_sheet(new, received.sheet, received.problems, ISSUER, ())
    again = read_content("b.xlsx", fill(content, new, {"2": "はい"}), new)
    assert again.sheet
    assert again.sheet.answers == {"1": "yes", "2": "yes"}
    assert again.sheet.confirmed == ("1",)


def test_questions_that_changed_without_a_word_are_told_when_a_campaign_is_checked() -> None:
    new = version_2("1 changed 1", n1="規則", n2="訓練")
    told = list(find_changed_questions(new, last_year(GIVEN)))
    assert [(each.who, each.key) for each in told] == [("2", "mail.year.question")]


@pytest.mark.parametrize(("answer", "copied"), [("はい", True), (SAME, False)])
def test_who_confirms_answers_has_not_merely_copied_them(answer: str, copied: bool) -> None:
    new = questions({"1": "規程"})
    (outcome,) = resolve_all(read(new, {"1": answer}), catalog=new)
    run = last_year(GIVEN)
    before = replace(run.returns[0], entries=entries_digest(outcome.received))
    previous = add_previous(new, outcome, before, run.head).comparison.previous
    assert previous
    assert previous.copied is copied
