"""What is wrong with a return in few sentences: one a kind, the cause with most questions first."""

from __future__ import annotations

import pytest

from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import Issuer
from sheet_diag.text.problem_groups import find_cause, group_problems, item_titles
from tests.catalogs import JIS
from tests.returned import problems_in, read_return

TITLES = item_titles(JIS, Lang.JA)
ITEMS = tuple(JIS.items)


def _of_items(code: ProblemCode, count: int, value: str | None = None) -> list[Problem]:
    return [Problem(code, "シート", "E7", item, value) for item in ITEMS[:count]]


def _cause(problems: list[Problem]) -> str:
    cause = find_cause(problems)
    assert cause
    return cause.message(Lang.JA, TITLES)


def test_one_problem_is_said_with_the_title_of_its_question() -> None:
    (group,) = group_problems(_of_items(ProblemCode.UNANSWERED, 1))
    assert group.message(Lang.JA, TITLES) == (
        f"POL-01「{JIS.items['POL-01'].topic.ja}」が未回答です。"
    )


def test_several_problems_of_a_kind_are_one_sentence() -> None:
    problems = _of_items(ProblemCode.NOT_UNDERSTOOD, 54, "TRUE")
    (group,) = group_problems(problems)
    assert group.message(Lang.JA, {}) == (
        "54問の回答「TRUE」を読み取れません（POL-01、POL-03、POL-04、ほか51問）。"
    )
    assert group.message(Lang.EN, {}).startswith("54 answers cannot be understood")


def test_answers_struck_out_are_one_sentence_with_their_words() -> None:
    (group,) = group_problems(_of_items(ProblemCode.STRUCK_ANSWER, 2, "はい"))
    assert group.message(Lang.JA, {}) == (
        "2問の回答「はい」に取り消し線が引かれているため、回答として扱いませんでした（POL-01、POL-03）。"
    )


def test_where_no_sentence_fits_several_the_others_are_counted() -> None:
    (group,) = group_problems(_of_items(ProblemCode.MERGED_ANSWER, 3, "E7:E8: はい"))
    assert group.message(Lang.JA, {}).endswith("（ほか2件）")


def test_the_cause_is_the_kind_with_most_questions() -> None:
    few = _of_items(ProblemCode.DUPLICATE_ITEM, 1, "E7: はい / E8: いいえ")
    many = _of_items(ProblemCode.NOT_UNDERSTOOD, 5, "TRUE")
    assert _cause([*few, *many]).startswith("5問の回答「TRUE」")


def test_too_few_answers_are_no_cause_of_their_own() -> None:
    gates = [Problem(ProblemCode.TOTAL_INCOMPLETE, details=(("limit", "2/3"),))] * 7
    assert _cause([*gates, *_of_items(ProblemCode.UNANSWERED, 20)]).startswith("20問が未回答")
    assert _cause(gates[:1]).startswith("全体の回答が")


def test_no_error_has_no_cause() -> None:
    assert find_cause(_of_items(ProblemCode.UNANSWERED, 3)) is None


@pytest.mark.parametrize("lang", Lang)
def test_a_blank_return_is_one_sentence(lang: Lang) -> None:
    received = read_return(make_hearing_sheet(JIS, lang, Issuer()), JIS)
    assert problems_in(received) == ["BLANK_RETURN"]
