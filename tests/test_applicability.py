"""Questions with conditions: what is not asked counts nowhere, whatever stands there."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.applicability import NOT_ASKED, find_not_asked, mark_not_asked
from sheet_diag.model.results import FindingCode
from sheet_diag.model.rules import ItemGate
from tests.gated import QUESTIONS, Typed, gated_catalog

FULL: dict[str, str | None] = {
    "A1": "yes", "A2": "yes", "A3": "none",
    "B1": "pc,own", "B2": "no", "B3": "yes",
    "C1": "12", "C2": "no",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "not_asked"),
    [
        ({}, ""),
        ({"A1": "no"}, "A2 A3"),
        ({"A1": None}, "A2 A3"),
        ({"A1": "what"}, "A2 A3"),
        ({"B1": "pc"}, "B2"),
        ({"C1": "0"}, "C2"),
        ({"A1": "no", "B1": "pc,phone", "C1": None}, "A2 A3 B2 C2"),
    ],
)
def test_a_question_is_asked_where_its_condition_holds(
    changed: dict[str, str | None], not_asked: str
) -> None:
    found = find_not_asked(gated_catalog(), FULL | changed, {})
    assert found == set(not_asked.split())


CHAIN = """
A1 single yes_no 0 |                                | 一つ目ですか。
B1 single usual  1n| A1=はい                        | 二つ目ですか。
B2 single usual  1 | B1≠いいえ                      | 三つ目ですか。
B3 single usual  1 | 会社情報:従業員数=101〜300人   | 四つ目ですか。
"""


@pytest.mark.parametrize(
    ("answers", "not_asked"),
    [
        ({"A1": "yes", "B1": "na"}, "B3"),  # 該当なし is an answer where it is allowed
        ({"A1": "yes", "B1": "no"}, "B2 B3"),
        ({"A1": "yes", "B1": "unknown"}, "B3"),
        ({"A1": "no", "B1": "yes"}, "B1 B2 B3"),  # what is not asked satisfies nothing
    ],
)
def test_what_does_not_apply_satisfies_nothing_further_on(answers: Typed, not_asked: str) -> None:
    assert find_not_asked(gated_catalog(CHAIN), answers, {}) == set(not_asked.split())


@pytest.mark.parametrize(
    ("employees", "not_asked"),
    [("upto_300", ""), ("upto_20", "B3"), ("2000人くらい", "B3"), ("", "B3")],
)
def test_a_condition_may_refer_to_the_company_sheet(employees: str, not_asked: str) -> None:
    answers = {"A1": "yes", "B1": "yes", "B2": "yes"}
    found = find_not_asked(gated_catalog(CHAIN), answers, {"employees": employees})
    assert found == set(not_asked.split())


def test_what_is_not_asked_is_in_no_denominator_and_no_finding() -> None:
    answers = {"A1": "no", "B1": "pc", "B3": "partial", "C1": "0"}
    scores = score_answers(gated_catalog(), mark_not_asked(gated_catalog(), answers, {}))
    assert {n: each.score for n, each in scores.categories.items()} == {
        "A": None, "B": Fraction(50), "C": None,
    }  # fmt: skip
    assert {scores.overall, scores.upper, scores.strict} == {Fraction(50)}
    assert (scores.gates, scores.findings) == ((), ())
    assert scores.items["B2"].points is None


def test_an_open_question_that_others_depend_on_holds_the_return() -> None:
    answers = FULL | {"B1": None}
    scores = diagnose(gated_catalog(), answers, {}).scores
    assert scores.gates == (ItemGate("B1"),)
    assert scores.rank is None
    assert scores.overall == 100
    (finding,) = (f for f in scores.findings if f.code is FindingCode.UNANSWERED)
    assert finding.about == ("B1",)


def test_not_knowing_is_an_answer_that_others_may_depend_on() -> None:
    lines = CHAIN.splitlines()[1:4]
    catalog = gated_catalog("\n".join([lines[0].replace("yes_no", "usual"), lines[1]]))
    scores = diagnose(catalog, {"A1": "unknown"}, {}).scores
    assert not [gate for gate in scores.gates if isinstance(gate, ItemGate)]


def test_a_question_that_does_not_apply_never_holds_the_return() -> None:
    catalog = gated_catalog(CHAIN)
    scores = diagnose(catalog, {"A1": "no"}, {}).scores
    assert not [gate for gate in scores.gates if isinstance(gate, ItemGate)]


def test_a_category_without_scored_questions_is_no_category_of_scores() -> None:
    lines = "\n".join(line for line in QUESTIONS.splitlines() if not line.startswith("C2"))
    scores = diagnose(gated_catalog(lines), FULL, {}).scores
    assert list(scores.categories) == ["A", "B"]
    assert scores.overall == 100


_SINGLE = st.sampled_from(["yes", "partial", "no", "unknown", "na", None, "never heard of"])
_VALUES = {
    **dict.fromkeys(("A1", "A2", "B2", "B3", "C2"), _SINGLE),
    "A3": st.sampled_from(["some", "few", "none", None]),
    "B1": st.sampled_from(["pc", "own", "pc,own", None]),
    "C1": st.sampled_from(["0", "1", "12.5", None]),
}


@settings(max_examples=60)
@given(st.fixed_dictionaries(_VALUES), st.fixed_dictionaries(_VALUES), st.data())
def test_answering_what_is_not_asked_changes_no_figure(
    answers: Typed, others: Typed, data: st.DataObject
) -> None:
    catalog = gated_catalog()
    not_asked = sorted(find_not_asked(catalog, answers, {}))
    changed = {name: others[name] for name in not_asked if data.draw(st.booleans())}
    blank = dict.fromkeys(not_asked)
    first = diagnose(catalog, answers, {})
    assert diagnose(catalog, {**answers, **changed}, {}) == first
    assert diagnose(catalog, {**answers, **blank}, {}) == first
    marked = mark_not_asked(catalog, answers, {})
    assert [name for name, each in marked.items() if each == NOT_ASKED] == [
        name for name in answers if name in not_asked
    ]
