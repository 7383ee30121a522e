"""Small returns worked out by hand, one a rule, from the answers to the verdict."""

from __future__ import annotations

from fractions import Fraction

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.model.results import Diagnosis
from tests.catalogs import SCORING, answer_row, catalog

RULE = {
    **SCORING,
    "caps": {**SCORING["caps"], "critical_partial": [{"count": 2, "at_most": "B"}]},
}


def diagnosed(lines: str, signs: str) -> Diagnosis:
    """Diagnose a return; categories stand between `/`."""
    small = catalog(*lines.split("/"), scoring=RULE)
    return diagnose(small, answer_row(small, signs.replace("/", "")), {})


def caps(got: Diagnosis) -> list[str]:
    """The caps, each with its rank and what it does."""
    scores = got.scores
    said = []
    for cap in scores.caps:
        binds = " binds" if cap in scores.binding_caps else ""
        blocks = " blocks" if cap in scores.blocking_caps else ""
        said.append(f"{cap.rule.code} {cap.at_most}{binds}{blocks}")
    return said


def ranks(got: Diagnosis) -> str:
    return f"{got.scores.overall}: {got.scores.base_rank} -> {got.scores.rank}"


def ways(got: Diagnosis) -> list[str]:
    return [f"{w.target}: {' '.join(w.items)} = {w.score} {w.rank}" for w in got.ways]


def test_one_key_measure_in_part_leaves_rank_a() -> None:
    """C1: 3/2 + 3 of 6 points = 75. Overall (75 + 100 + 100 + 100) / 4 = 93.75."""
    got = diagnosed("3! 3 / 3! 3 / 3 / 3", "△○ / ○○ / ○ / ○")
    assert (ranks(got), caps(got)) == ("375/4: A -> A", [])


def test_two_key_measures_in_part_do_not() -> None:
    """C1 and C2: 75 each. Overall (75 + 75 + 100 + 100) / 4 = 87.5, A by points.

    Finishing either leads to 93.75 and A; both have the same priority and points: the first.
    """
    got = diagnosed("3! 3 / 3! 3 / 3 / 3", "△○ / △○ / ○ / ○")
    assert (ranks(got), caps(got)) == ("175/2: A -> B", ["CRITICAL_PARTIAL_GE_2 B binds blocks"])
    assert (ways(got), got.text) == (["A: C1-1 = 375/4 A"], "capped")


def test_the_key_measure_of_higher_priority_is_finished_first() -> None:
    """As before, but C2-1 has priority 1."""
    got = diagnosed("3! 3 / 3!p1 3 / 3 / 3", "△○ / △○ / ○ / ○")
    assert ways(got) == ["A: C2-1 = 375/4 A"]


def test_a_cap_binds_where_the_points_allow_a_better_rank() -> None:
    """C1: 2 of 3 points = 66.7 < 70. Overall (200/3 + 300) / 4 = 91.7: A by points."""
    got = diagnosed("2 1 / 3 / 3 / 3", "○× / ○ / ○ / ○")
    assert (ranks(got), caps(got)) == ("275/3: A -> B", ["CATEGORY_LT_70 B binds blocks"])


def test_a_cap_at_the_rank_of_the_points_blocks_and_does_not_bind() -> None:
    """C1 66.7, the others 75. Overall (200/3 + 225) / 4 = 72.9: B by points, and B by the cap.

    To A 85 are needed, 12.1 more, and 70 in C1: C1-2 brings 33.3 / 4 = 8.3, a 1 elsewhere 6.25.
    """
    got = diagnosed("2 1 / 1 1 1 1 / 3 1 / 3 1", "○× / ○○○× / ○× / ○×")
    assert (ranks(got), caps(got)) == ("875/12: B -> B", ["CATEGORY_LT_70 B blocks"])
    assert (ways(got), got.text) == (["A: C1-2 C2-4 = 175/2 A"], "plain")


def test_a_cap_above_the_rank_is_not_felt() -> None:
    """C1 has 0, the others 50. Overall 150 / 4 = 37.5: D by points, C by the cap of C1."""
    got = diagnosed("3 / 3 / 3 / 3", "× / △ / △ / △")
    assert (ranks(got), caps(got)) == ("75/2: D -> D", ["CATEGORY_LT_70 B", "CATEGORY_LT_50 C"])


def test_an_item_of_weight_0_counts_nowhere() -> None:
    """C1: 3 of 3 points = 100, whatever C1-2 says; it is no わからない of section 13 either."""
    for sign in "○△×?.":
        got = diagnosed("3 0 / 3 / 3 / 3", f"○{sign} / ○ / ○ / ○")
        assert ranks(got) == "100: A -> A"
        assert (got.comments, got.plan, got.ways, got.unknown) == ((), (), (), None)


# --- ways: each is the first of what the rule compares that decides. Four categories of 66.7 give
# 66.7 and C; to B 3.3 are missing, and any item of a third of its category brings 8.3.


def first_way(lines: str, signs: str) -> str:
    return ways(diagnosed(lines, signs))[0]


def test_the_smallest_set_comes_before_priority() -> None:
    """50, 50, 66.7 and 75 give 60.4: 9.6 are missing. C1-2 brings 12.5, those of C2 6.25 each."""
    got = first_way("3 3 / 3p1 3p1 3 3 / 3 3 3 / 3 3 3 3", "○× / ××○○ / ○○× / ○○○×")
    assert got == "B: C1-2 = 875/12 B"


def test_of_equal_sizes_most_critical_misses_come_first() -> None:
    got = first_way("3p1 3 3 / 3 3 3! / 3 3 3 / 3 3 3", "×○○ / ○○× / ○○× / ○○×")
    assert got == "B: C2-3 = 75 B"


def test_of_as_many_misses_the_least_sum_of_priorities_comes_first() -> None:
    got = first_way("9 9 9 / 1p1 1 1 / 3 3 3 / 3 3 3", "×○○ / ×○○ / ○○× / ○○×")
    assert got == "B: C2-1 = 75 B"


def test_of_equal_priorities_most_lost_points_come_first() -> None:
    got = first_way("1 1 1 / 2 2 2 / 3 3 3 / 1 1 1", "×○○ / ×○○ / ○○× / ○○×")
    assert got == "B: C3-3 = 75 B"


def test_of_all_equal_the_first_in_the_catalogue_is_taken() -> None:
    got = first_way("3 3 3 / 3 3 3 / 3 3 3 / 3 3 3", "○×○ / ×○○ / ○○× / ○○×")
    assert got == "B: C1-2 = 75 B"


# --- one order


def test_the_way_comes_first_then_what_brings_most_then_the_first_in_the_catalogue() -> None:
    """50, 50, 66.7 and 100 give 66.7: C. To B 3.3 are missing: C3-3 lost most, 3 points.

    It brings 100 · 3/9 / 4 = 8.3; C1-2 and C2-2 bring 100 / 2 / 4 = 12.5 each.
    """
    got = diagnosed("1 1 / 2 2 / 3 3 3 / 3", "○× / ○× / ○○× / ○")
    plan = [(each.item, each.group, each.label, each.effect) for each in got.plan]
    assert plan == [
        ("C3-3", 2, "high", Fraction(25, 3)),
        ("C1-2", 4, "low", Fraction(25, 2)),
        ("C2-2", 4, "low", Fraction(25, 2)),
    ]


def test_not_known_decides_and_is_half_of_what_is_lost() -> None:
    """C1: 6 of 12 = 50; overall (50 + 300) / 4 = 87.5: A by points, B by C1 and by C1-1.

    With C1-1 done C1 has 75: 93.75, A. It is 3 of the 6 points lost: half.
    """
    got = diagnosed("3! 3 3 3 / 3 / 3 / 3", "?×○○ / ○ / ○ / ○")
    assert ranks(got) == "175/2: A -> B"
    assert got.unknown
    assert (got.unknown.score, got.unknown.rank) == (Fraction(375, 4), "A")
    assert (got.unknown.share_of_lost, got.text) == (Fraction(1, 2), "unknown")


def test_less_than_half_is_not_told_as_not_known() -> None:
    """As before, and C2 lost 1 of 20 (95; 86.25, A): C1-1 is 3 of the 7 points lost."""
    got = diagnosed("3! 3 3 3 / 19 1 / 3 / 3", "?×○○ / ○× / ○ / ○")
    assert ranks(got) == "345/4: A -> B"
    assert got.is_decided_by_unknown
    assert got.unknown
    assert (got.unknown.share_of_lost, got.text) == (Fraction(3, 7), "capped")
