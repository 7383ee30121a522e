"""Points: other values than 1, 1/2 and 0, other full scores, and three ways of adding up."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Scores
from sheet_diag.text.numbers import format_score, write_number
from tests.catalogs import (
    LEVELS,
    SCORING,
    TENS,
    THREES,
    answer_row,
    catalog,
    scaled,
    scoring_near,
)
from tests.test_naive_rule import assert_same_for


def scored(lines: str, signs: str, method: str, *, full: str = "100", worth: str = TENS) -> Scores:
    rule = scaled(SCORING, method, Fraction(full))
    return score_answers(
        made := catalog(*lines.split(" / "), scoring=rule, worth=worth), answer_row(made, signs)
    )


@pytest.mark.parametrize(
    ("lines", "signs", "method", "full", "worth", "categories", "overall"),
    [
        # 10 + 5 of 20, and -2 of 10 points: the mean of 75 and -20
        ("1 1 / 1", "○△ ?", "category_mean", "100", TENS, [75, -20], "55/2"),
        # 13 of 30 points, on a scale of 60
        ("1 1 / 1", "○△ ?", "item_mean", "60", TENS, [45, -12], "26"),
        # 13 of 30 points; categories in percent
        ("10 10 / 10", "○△ ?", "sum", "30", TENS, [75, -20], "13"),
        # points of their own: 15 and 5 of 5
        ("15 10 / 5", "○× ○", "sum", "30", TENS, [60, 100], "20"),
        # weights are exact: 1/2 of 1/2, 1 of 3/2
        ("1/2 3/2 / 1", "△○ ○", "category_mean", "100", TENS, ["175/2", 100], "375/4"),
        # what is left out is left out of the sum, which is converted: 15 of 20 to 30
        ("10 10 / 10n", "○△ -", "sum", "30", TENS, [75, None], "45/2"),
        # level 1 of 4 is worth a quarter, and so is a blank
        ("1 1 / 1", "×? ○", "category_mean", "5", LEVELS, ["15/8", 5], "55/16"),
    ],
)
def test_points_add_up_as_the_catalogue_says(
    lines: str,
    signs: str,
    method: str,
    full: str,
    worth: str,
    categories: list[Any],
    overall: str,
) -> None:
    got = scored(lines, signs, method, full=full, worth=worth)
    expected = [None if each is None else Fraction(each) for each in categories]
    assert [each.score for each in got.categories.values()] == expected
    assert got.overall == Fraction(overall)


def test_a_blank_is_worth_the_least_and_at_most_everything() -> None:
    got = scored("1 1 / 1", "○. ○", "item_mean", full="30", worth=THREES)
    assert [got.overall, got.upper] == [Fraction(50, 3), 30]  # 3 - 1 + 3 of 9 points


def test_what_does_not_apply_is_strictly_worth_the_least() -> None:
    got = scored("1 1n / 1", "○- ○", "sum", full="90", worth=THREES)
    assert [got.overall, got.strict] == [90, 50]  # 3 - 1 + 3 of 9 points


def test_a_key_measure_is_missed_at_the_lowest_answer_and_in_part_above_it() -> None:
    got = scored("1! 1! 1! / 1!n", "×△? -", "category_mean", worth=LEVELS)
    # わからない is worth less than いいえ, which is still half of the full points
    assert got.categories["C1"].critical_missed == ("C1-1", "C1-3")


def test_scores_are_rounded_down_below_nothing_too() -> None:
    shown = [format_score(Fraction(*each)) for each in ((-4, 100), (-1, 1), (-104, 100), (26, 3))]
    assert shown == ["-0.1", "-1.0", "-1.1", "8.6"]


def test_an_exact_number_is_written_whole_as_a_decimal_or_as_a_fraction() -> None:
    given = (1_000_000, Fraction(5, 2), Fraction(-1, 5), Fraction(100, 3), Fraction("12345.678"))
    assert [write_number(each) for each in given] == [
        "1000000", "2.5", "-0.2", "100/3", "12345.678",
    ]  # fmt: skip


def random_points(random: Random) -> Catalog:
    """A small catalogue with points, weights and a full score of its own."""
    method = random.choice(("category_mean", "item_mean", "sum"))
    items = ("1", "2!", "3/2", "2.5", "1!n", "3n", "1p1", "2!p2", "1/3")
    lines = [random.choices(items, k=random.randint(1, 6)) for _ in range(random.randint(4, 6))]
    full = Fraction(random.choice(("100", "5", "60", "7.5")))
    rule = scaled(scoring_near(*random.choices(range(6), k=6)), method, full)
    worth = random.choice((TENS, LEVELS, THREES, "1 1/2 0 0", "1 2/3 1/7 0"))
    return catalog(*map(" ".join, lines), scoring=rule, worth=worth)


@pytest.mark.parametrize("seed", range(40))
def test_points_give_the_verdict_of_the_naive_rule(seed: int) -> None:
    random = Random(seed)
    made = random_points(random)
    for _ in range(6):
        assert_same_for(made, random)


@pytest.mark.parametrize("method", ["category_mean", "item_mean", "sum"])
@pytest.mark.parametrize("worth", [TENS, LEVELS, THREES])
def test_a_better_answer_never_lowers_score_or_rank(method: str, worth: str) -> None:
    made = catalog(
        "2! 1n", "3 1/2", "1! 1!", "1", scoring=scaled(SCORING, method, Fraction(60)), worth=worth
    )
    random = Random(worth + method)
    for _ in range(40):
        signs = random.choices("○△×?", k=len(made.items))
        at = random.randrange(len(signs))
        scores = []
        for better in "×△○":
            signs[at] = better
            scores.append(diagnose(made, answer_row(made, "".join(signs)), {}).scores)
        overall = [each.overall for each in scores]
        assert overall == sorted(overall, key=lambda each: each or 0)
        ranks = [each.rank.position for each in scores if each.rank]
        assert ranks == sorted(ranks, reverse=True)
        assert all((each.upper or 0) >= (each.overall or 0) for each in scores)
