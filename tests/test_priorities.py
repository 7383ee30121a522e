"""One order for report and plan, the bounds of わからない, and the variants of 総合評価."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.improvement.plan import find_due_day
from sheet_diag.model.results import Diagnosis, Phase, Urgency
from tests.catalogs import Sample, answer_row, catalog, samples

FOUR = ("3! 3! 1p1 1p2 1", "3 3p1", "3", "3")


def diagnosed(lines: tuple[str, ...], signs: str) -> Diagnosis:
    small = catalog(*lines)
    return diagnose(small, answer_row(small, signs), {})


def told(got: Diagnosis) -> list[str]:
    return [f"{each.item} {each.group} {each.label}" for each in got.plan]


def test_what_is_missed_comes_first_then_the_way_then_what_is_begun_then_the_rest() -> None:
    # C1 scores 1.5 of 9 points and must reach 50: C1-1 alone brings 4.5.
    got = diagnosed(FOUR, "×△××× ×○ ○ ○")
    assert got.ways[0].items == ("C1-1",)
    assert told(got) == [
        "C1-1 1 top", "C1-2 3 high", "C1-3 4 high", "C1-4 4 mid", "C2-1 4 low", "C1-5 4 low",
    ]  # fmt: skip


def test_the_way_to_the_next_rank_comes_before_what_is_begun() -> None:
    got = diagnosed(("3! 3! 1", "3 3p2", "3", "3"), "△○○ ○× ○ ○")
    assert got.ways[0].items == ("C2-2",)
    assert told(got) == ["C2-2 2 high", "C1-1 3 high"]


def test_a_critical_item_left_open_is_missed() -> None:
    assert told(diagnosed(("3! 3 3 3 3", "3", "3", "3"), ".○○○○ ○ ○ ○")) == ["C1-1 1 top"]


@pytest.mark.parametrize(
    ("lines", "signs", "counts"),
    [
        pytest.param(("1p1 1p1", "1p1", "1p1", "1p1"), "×× × × ×", [3, 2, 0, 0], id="few"),
        pytest.param(("9 1",) * 4, "○× ○× ○× ○×", [3, 0, 1, 0], id="low ones in a year"),
        pytest.param(
            (" ".join(["1p2"] * 30), "1", "1", "1"), "×" * 33, [3, 12, 12, 6], id="twelve at most"
        ),
    ],
)
def test_phases_are_cuts_of_the_order(
    lines: tuple[str, ...], signs: str, counts: list[int]
) -> None:
    got = diagnosed(lines, signs)
    phases = [each.phase for each in got.plan]
    assert [phases.count(phase) for phase in Phase] == counts
    assert phases == sorted(phases, key=list(Phase).index)


@settings(max_examples=30, deadline=None)
@given(samples())
def test_every_open_item_stands_in_the_plan_once(sample: Sample) -> None:
    got = diagnose(sample.catalog, sample.answers, {})
    lost = {item for item, score in got.scores.items.items() if score.lost}
    if got.scores.rank is None:
        assert got.plan == ()
        return
    assert sorted(got.open_items) == sorted(lost)
    labels = [list(Urgency).index(each.label) for each in got.plan]
    assert labels == sorted(labels)
    missed = {i for c in got.scores.categories.values() for i in c.critical_missed}
    assert set(got.top_items) == missed == set(got.open_items[: len(missed)])


# --- わからない


def test_what_is_not_known_is_counted_and_bounded() -> None:
    got = diagnosed(("3! 3 3 3 3", "3", "3", "3 0"), "?×○○○ ○ ○ ○?")
    assert got.unknown
    assert got.unknown.items == ("C1-1",)  # C4-2 is never scored
    assert (got.unknown.score, got.unknown.rank) == (Fraction(95), "A")
    assert got.unknown.share_of_lost == Fraction(1, 2)
    assert got.is_decided_by_unknown


@pytest.mark.parametrize(
    ("signs", "text"),
    [
        pytest.param("○○○○○ ○ ○ ○", "plain", id="nothing to say"),
        pytest.param("×○○○○ ○ ○ ○", "capped", id="a critical miss"),
        pytest.param("○××○○ ○ ○ ○", "capped", id="a weak category"),
        pytest.param("?○○○○ ○ ○ ○", "unknown", id="all that is lost is not known"),
        pytest.param("?×○○○ ○ ○ ○", "unknown", id="half of what is lost"),
        pytest.param("?××○○ ○ ○ ○", "capped", id="less than half"),
        pytest.param("○?○○○ ○ ○ ○", "plain", id="it does not decide"),
        pytest.param("○○×○○ △ △ △", "plain", id="no cap binds"),
    ],
)
def test_the_variant_of_the_overall_text(signs: str, text: str) -> None:
    assert diagnosed(("3! 3 3 3 3", "3", "3", "3"), signs).text == text


@settings(max_examples=30, deadline=None)
@given(samples())
def test_caps_bind_where_the_rank_is_worse_than_its_base(sample: Sample) -> None:
    got = diagnose(sample.catalog, sample.answers, {})
    scores = got.scores
    assert bool(scores.binding_caps) == (scores.rank is not scores.base_rank)
    assert all(cap.at_most is scores.rank for cap in scores.blocking_caps)
    if got.unknown and scores.rank:
        assert got.unknown.rank.position <= scores.rank.position
        assert got.unknown.score >= (scores.overall or 0)


# --- due days


@pytest.mark.parametrize(
    ("as_of", "due"),
    [
        ("2026-11-23", ["2026-12-31", "2027-05-31", "2027-11-30", ""]),
        ("2026-12-31", ["2027-01-31", "2027-06-30", "2027-12-31", ""]),
        ("2027-01-31", ["2027-02-28", "2027-07-31", "2028-01-31", ""]),
        ("2028-01-01", ["2028-02-29", "2028-07-31", "2029-01-31", ""]),
    ],
)
def test_a_phase_ends_with_the_last_day_of_a_month(as_of: str, due: list[str]) -> None:
    found = [find_due_day(phase, date.fromisoformat(as_of)) for phase in Phase]
    assert [day.isoformat() if day else "" for day in found] == due
