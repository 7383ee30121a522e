"""The shortest way to a better rank: what must hold, and case by case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, settings

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Way
from tests import ranks
from tests.catalogs import JIS, SCORING, Answers, Sample, answer_row, answers, catalog, samples


def open_items(small: Catalog, given: Answers) -> tuple[str, ...]:
    return tuple(diagnose(small, given, {}).open_items)


def found(small: Catalog, given: Answers) -> tuple[Way, ...]:
    return tuple(diagnose(small, given, {}).ways)


def mended(given: Answers, items: tuple[str, ...]) -> Answers:
    return {**given, **dict.fromkeys(items, "yes")}


@settings(max_examples=30, deadline=None)
@given(samples())
def test_gains_are_those_of_each_item_alone(sample: Sample) -> None:
    scores = score_answers(sample.catalog, sample.answers)
    got = diagnose(sample.catalog, sample.answers, {})
    assume(scores.rank)
    open_ = [item for item in sample.catalog.items if scores.items[item].lost]
    assert sorted(got.effects) == sorted(open_)
    for item in open_:
        after = score_answers(sample.catalog, mended(sample.answers, (item,))).overall
        assert after is not None
        assert scores.overall is not None
        assert got.effects[item] == after - scores.overall


# --- case by case: four categories, one kind of cap at a time

NO_CAPS: dict[str, Any] = {
    "category_below": [],
    "categories_below": [],
    "critical_missed": [],
    "critical_partial": [],
    "na_share": None,
}
ONLY = {
    "critical": NO_CAPS | {"critical_missed": SCORING["caps"]["critical_missed"]},
    "partial": NO_CAPS | {"critical_partial": [{"count": 2, "at_most": "B"}]},
    "floor": NO_CAPS | {"category_below": SCORING["caps"]["category_below"]},
    "crowd": NO_CAPS | {"categories_below": SCORING["caps"]["categories_below"]},
    "nothing": NO_CAPS,
}
FOUR = ("3! 3 1", "3! 2 1", "3 3n 1", "1 1 1")

CASES: dict[str, tuple[str, tuple[str, ...], str, list[str]]] = {
    # caps, categories, answers, ways as "target: items -> rank"
    "one critical item holds at B": ("critical", FOUR, "×○○ ○○○ ○○○ ○○○", ["A: C1-1 -> A"]),
    "a critical item answered in part holds nothing": (
        "critical", FOUR, "△○○ ○○○ ○○○ ○○○", [],
    ),
    "of two critical items in part one is finished": (
        "partial", FOUR, "△○○ △○○ ○○○ ○○○", ["A: C1-1 -> A"],
    ),
    "the floor asks for its own category": (
        "floor", FOUR, "○○○ ○○○ ○○○ ××○", ["B: C4-1 -> B", "A: C4-1 C4-2 -> A"],
    ),
    "unanswered counts as open": ("critical", FOUR, ".○○ ○○○ ○○○ ○○○", ["A: C1-1 -> A"]),
    "equal items: the first one": (
        "floor", ("3 3 3", *FOUR[1:]), "○×× ○○○ ○○○ ○○○", ["B: C1-2 -> B", "A: C1-2 C1-3 -> A"],
    ),
    "equal items: the critical one": (
        "nothing", ("3 3! 3", "3 3! 3", "3 3 3", "3 3 3"), "×○○ ××○ ○×○ ○×○",
        ["B: C1-1 C2-2 -> B", "A: C1-1 C2-1 C2-2 C3-2 -> A"],
    ),
}  # fmt: skip


def written(way: Way) -> str:
    return f"{way.target}: {' '.join(way.items)} -> {way.rank}"


@pytest.mark.parametrize("case", CASES)
def test_each_kind_of_cap_asks_for_its_items(case: str) -> None:
    caps, lines, signs, expected = CASES[case]
    small = catalog(*lines, scoring={**_LENIENT, "caps": ONLY[caps]})
    given = answer_row(small, signs)
    assert [written(way) for way in found(small, given)] == expected


_LENIENT = {**SCORING, "gates": {**SCORING["gates"], "category_answered": "1/2"}}


def test_a_cap_of_several_categories_asks_for_one_of_them() -> None:
    caps = {**_LENIENT, "caps": ONLY["crowd"]}
    small = catalog("1 1 1", "3! 2 1", "3 2 1", "2 2 1", scoring=caps, weights={"C1": 27})
    given = answer_row(small, "○○○ ××× ××× ×××")
    assert score_answers(small, given).base_rank == ranks.A
    # One category of the three is enough, and 2 of 6 points in it; the most are lost with C2-1.
    assert [written(way) for way in found(small, given)] == ["C: C2-1 -> A", "B: C2-1 -> A"]


def test_no_answers_lift_a_cap_of_the_share_of_na() -> None:
    small = catalog("1 3n 1", "1 1 1", "1 1 1", "1 1 1", scoring=_LENIENT)
    way = found(small, answer_row(small, "○-○ ○○○ ○○○ ○○○"))
    assert way == (Way(ranks.A, (), None, None),)


@pytest.mark.parametrize(
    ("rest", "count"), [("○", 0), ("△", 2), ("×", 2), (".", 0)], ids=["A", "C", "E", "held"]
)
def test_as_many_ways_as_there_are_ranks_above(rest: str, count: int) -> None:
    assert len(found(JIS, answers(JIS, {}, rest))) == count


def test_rank_b_has_one_way() -> None:
    assert [way.target for way in found(JIS, answers(JIS, {"PHY-01": "×"}))] == [ranks.A]


def test_refused_na_is_open_and_accepted_na_is_not() -> None:
    small = catalog("3 3n 1", "1 1 1", "1 1 1", "1 1 1")
    assert open_items(small, answer_row(small, "○-○ -○○ ○○○ ○○○")) == ("C2-1",)


OPEN: Mapping[str, tuple[str, list[str]]] = {
    "critical at nothing first": ("△×× ×○○", ["C2-1", "C1-2", "C1-1", "C1-3"]),
    "critical in part by its points": ("○×○ △○○", ["C1-2", "C2-1"]),
}


@pytest.mark.parametrize("case", OPEN)
def test_open_items_come_by_urgency(case: str) -> None:
    signs, expected = OPEN[case]
    small = catalog("3 3 1", "3! 2 1", "1", "1")
    assert list(open_items(small, answer_row(small, f"{signs} ○ ○"))) == expected
