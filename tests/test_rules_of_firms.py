"""Rules that a firm may add: limits for some categories or one answer, gates, contradictions."""

from __future__ import annotations

from typing import Any

import pytest

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.conditions import Condition, Term
from sheet_diag.model.results import FindingCode
from tests.catalogs import SCORING, answer_row, catalog

_LINES = ("1 1 1 1", "1 1", "1 1", "1 1")
_LADDERS = [
    {"score": 80, "at_most": "B"},
    {"score": 60, "at_most": "C", "categories": ["C1"]},
    {"score": 30, "at_most": "D", "categories": ["C1"]},
]


def of_rules(**rules: Any) -> Catalog:
    return catalog(*_LINES, scoring={**SCORING, "caps": {}, **rules})


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ("○○○○ ○○ ○○ ○○", []),
        ("○○○○ ○△ ○○ ○○", [("B", ("C2",))]),  # 75
        ("○△△× ○○ ○○ ○○", [("B", ("C1",)), ("C", ("C1",))]),  # 50: in both ladders
        ("○××× ○△ ○○ ○○", [("B", ("C1", "C2")), ("D", ("C1",))]),  # 25: below both of its own
        ("○○○○ ×× ○○ ○○", [("B", ("C2",))]),  # 0, but the other ladder is not for it
    ],
)
def test_limits_of_the_same_categories_are_one_ladder(
    signs: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    made = of_rules(caps={"category_below": _LADDERS})
    caps = score_answers(made, answer_row(made, signs)).caps
    assert [(str(cap.at_most), cap.because) for cap in caps] == expected


@pytest.mark.parametrize(("sign", "rank"), [("○", "A"), ("△", "C"), ("×", "A"), ("?", "C")])
def test_an_answer_that_is_named_holds_the_rank_while_it_is_given(sign: str, rank: str) -> None:
    cap = {"item": "C1-1", "choices": ["partial", "unknown"], "at_most": "C"}
    made = of_rules(caps={"answers": [cap]})
    got = diagnose(made, answer_row(made, f"{sign}○○○ ○○ ○○ ○○"), {})
    assert got.scores.rank == rank
    if rank == "C":  # the way out is another answer
        assert next((way.items, way.rank) for way in got.ways) == (("C1-1",), "A")


def test_a_category_may_ask_for_a_share_of_answers_of_its_own() -> None:
    signs = "○○○○ ○○ ○○ .○"
    usual = of_rules(gates={**SCORING["gates"], "total_answered": 0, "category_answered": 0})
    own = of_rules(
        gates={
            **SCORING["gates"],
            "total_answered": 0,
            "category_answered": 0,
            "by_category": {"C4": "3/4"},
        }
    )
    assert score_answers(usual, answer_row(usual, signs)).gates == ()
    (gate,) = score_answers(own, answer_row(own, signs)).gates
    assert (gate.code, gate.category) == ("CATEGORY_ANSWERED_LT_3/4", "C4")


_IF_ONE_THEN_OTHER = {
    "condition": Condition(terms=(Term(source="C1-1", values=("yes",)),)),
    "requires": Condition(terms=(Term(source="C2-1", values=("yes", "partial")),)),
    "text": {
        "ja": "台帳がなければ点検できません。",
        "en": "Without a list nobody checks.",
    },
}


@pytest.mark.parametrize(
    ("signs", "found"),
    [
        ("○○○○ ×○ ○○ ○○", [("C1-1", "C2-1")]),
        ("○○○○ △○ ○○ ○○", []),  # what is required holds
        ("×○○○ ×○ ○○ ○○", []),  # the condition does not
        ("○○○○ .○ ○○ ○○", []),  # what is required is open
    ],
)
def test_conditions_that_contradict_are_to_be_confirmed(
    signs: str, found: list[tuple[str, str]]
) -> None:
    made = of_rules(pairs=[_IF_ONE_THEN_OTHER])
    findings = diagnose(made, answer_row(made, signs), {}).scores.findings
    told = [each for each in findings if each.code is FindingCode.CONTRADICTION]
    assert [each.about for each in told] == found
    assert all(each.text and "台帳" in each.text.ja for each in told)
