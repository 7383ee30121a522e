"""Properties of scoring for any catalogue."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.scoring.score import score_answers, score_overall
from sheet_diag.model.results import Diagnosis, FindingCode, Phase, Urgency
from sheet_diag.model.rules import ScoringRule
from tests.catalogs import SCORING, SIGNS, Return, list_ranks, present, returns

_PARTIAL = [{"count": 2, "at_most": "B"}]
RULE = ScoringRule.model_validate(
    {
        **SCORING,
        "ranks": list_ranks(SCORING["ranks"]),
        "caps": {**SCORING["caps"], "critical_partial": _PARTIAL},
    }
)
MOSTLY_ANSWERED = ("○○○○○○○△", "○△△×", "○△×?", "×××?△", "○○○○△△?×-.")


@given(returns())
def test_score_overall_agrees_with_score_answers(sample: Return) -> None:
    scores, short = (
        each(sample.catalog, sample.answers) for each in (score_answers, score_overall)
    )
    assert (short.overall, short.rank) == (scores.overall, scores.rank)


# --- what holds for any catalogue


@st.composite
def improvements(draw: st.DrawFn) -> tuple[Return, Return]:
    """A return, and the same with some answers moved up いいえ・わからない → 一部 → はい."""
    before = draw(returns(moods=MOSTLY_ANSWERED))
    scale = "?×△○"
    can_rise = [at for at, sign in enumerate(before.signs) if sign in scale[:-1]]
    after = list(before.signs)
    for at in sorted(draw(st.sets(st.sampled_from(can_rise))) if can_rise else ()):
        after[at] = draw(st.sampled_from(scale[scale.index(after[at]) + 1 :]))
    return before, replace(before, signs="".join(after))


@settings(max_examples=60)
@given(improvements())
def test_a_better_answer_never_lowers_score_or_rank(
    pair: tuple[Return, Return],
) -> None:
    before, after = (score_answers(sample.catalog, sample.answers) for sample in pair)
    assert before.gates == after.gates
    if before.overall is not None and after.overall is not None:
        assert before.overall <= after.overall
    for name, category in before.categories.items():
        if category.score is not None:
            assert category.score <= (after.categories[name].score or 0)
    if before.rank and after.rank:
        assert after.rank.position <= before.rank.position


@given(returns())
def test_scores_lie_between_0_and_100_and_strict_to_upper(sample: Return) -> None:
    result = score_answers(sample.catalog, sample.answers)
    for category in result.categories.values():
        if category.score is None or category.upper is None:
            assert category.score is category.upper
            assert category.strict == 0
        else:
            assert 0 <= category.strict <= category.score <= category.upper <= 100
    if result.overall is not None and result.upper is not None:
        assert 0 <= result.strict <= result.overall <= result.upper <= 100


@given(returns())
def test_upper_rank_is_never_worse_and_strict_rank_never_better(sample: Return) -> None:
    result = score_answers(sample.catalog, sample.answers)
    if result.rank:
        assert result.upper_rank is not None
        assert result.strict_rank is not None
        assert result.upper_rank.position <= result.rank.position <= result.strict_rank.position
    flagged = FindingCode.STRICT_RANK_DIFFERS in {f.code for f in result.findings}
    assert flagged == (result.strict_rank != result.rank)


@pytest.mark.parametrize(
    ("sign", "overall", "rank"),
    [
        pytest.param("○", 100, "A", id="all はい"),
        pytest.param("△", 50, "C", id="all 一部"),
        pytest.param("×", 0, "E", id="all いいえ"),
        pytest.param("?", 0, "E", id="all わからない"),
        pytest.param(".", 0, None, id="all blank"),
    ],
)
@settings(max_examples=30)
@given(sample=returns())
def test_one_answer_everywhere_gives_its_own_score(
    sample: Return, sign: str, overall: int, rank: str | None
) -> None:
    catalog = sample.catalog
    answers = dict.fromkeys(catalog.items, SIGNS[sign])
    result = score_answers(catalog, answers)
    assert result.overall == overall
    assert result.rank == rank
    assert bool(result.gates) == (rank is None)
    got = diagnose(catalog, answers, {})
    assert bool(got.comments) == bool(got.plan) == (sign in "△×?")


@given(returns())
def test_refused_na_counts_as_unanswered(sample: Return) -> None:
    catalog = sample.catalog
    refused = {i for i, each in sample.answers.items() if each == "na"}
    refused -= {item.id for item in catalog.items.values() if item.na_allowed}
    plain = {**sample.answers, **dict.fromkeys(refused, None)}
    assert numbers(diagnose(catalog, plain, {})) == numbers(diagnose(catalog, sample.answers, {}))


@given(returns())
def test_no_and_not_known_differ_only_in_what_is_said_of_it(sample: Return) -> None:
    known = {i: "no" if each == "unknown" else each for i, each in sample.answers.items()}
    here, there = (diagnose(sample.catalog, each, {}) for each in (sample.answers, known))
    threats = tuple(replace(each, unknown=0) for each in here.threats)
    assert numbers(replace(here, unknown=None, threats=threats)) == numbers(there)


def numbers(got: Diagnosis) -> Diagnosis:
    """The diagnosis without findings and the variant of the notice."""
    return replace(
        got,
        scores=replace(got.scores, findings=()),
        insurance=replace(present(got.insurance), variant=""),
    )


@given(returns(), st.randoms(use_true_random=False))
def test_the_answer_to_an_item_of_weight_0_changes_no_number(
    sample: Return, random: Random
) -> None:
    unscored = {item.id for item in sample.catalog.items.values() if not item.weight}
    other = dict(sample.answers)
    other.update((item, random.choice(list(SIGNS.values()))) for item in sorted(unscored))
    here, there = (diagnose(sample.catalog, each, {}) for each in (sample.answers, other))
    assert without(numbers(here), unscored) == without(numbers(there), unscored)
    said = {item for each in here.comments for item in each.items} | set(here.open_items)
    assert not unscored.intersection(said)
    assert not here.unknown or not unscored.intersection(here.unknown.items)


def without(got: Diagnosis, items: set[str]) -> Diagnosis:
    """The diagnosis without the scores of single items."""
    left = {item: score for item, score in got.scores.items.items() if item not in items}
    return replace(got, scores=replace(got.scores, items=left))


# --- what is said first


@given(returns())
def test_every_critical_miss_stands_at_the_head_of_the_plan(sample: Return) -> None:
    got = diagnose(sample.catalog, sample.answers, {})
    if got.scores.rank:
        missed = {i for c in got.scores.categories.values() for i in c.critical_missed}
        assert set(got.top_items) == missed == set(got.open_items[: len(missed)])


@given(returns())
def test_every_open_item_stands_in_the_plan_once(sample: Return) -> None:
    got = diagnose(sample.catalog, sample.answers, {})
    lost = [item for item, score in got.scores.items.items() if score.lost]
    assert sorted(got.open_items) == (sorted(lost) if got.scores.rank else [])


@given(returns())
def test_labels_and_phases_never_rise_on_the_way_down(sample: Return) -> None:
    plan = diagnose(sample.catalog, sample.answers, {}).plan
    for places in (
        [list(Urgency).index(each.label) for each in plan],
        [list(Phase).index(each.phase) for each in plan],
    ):
        assert places == sorted(places)


@given(returns())
def test_categories_with_a_critical_miss_are_commented_before_those_without(
    sample: Return,
) -> None:
    got = diagnose(sample.catalog, sample.answers, {})
    missing = {
        name
        for name, each in got.scores.categories.items()
        if any(sample.answers.get(i) in ("no", "unknown") for i in each.critical_missed)
    }
    commented = {each.category for each in got.comments}
    if got.scores.rank and missing - commented:
        assert commented <= missing


@given(returns(moods=MOSTLY_ANSWERED))
def test_every_way_gives_its_target_and_no_item_can_be_left_out(sample: Return) -> None:
    catalog, answers = sample.catalog, sample.answers
    for way in diagnose(catalog, answers, {}).ways:
        done = score_answers(catalog, {**answers, **dict.fromkeys(way.items, "yes")})
        assert (way.score, way.rank) == ((done.overall, done.rank) if way.items else (None, None))
        for item in way.items:
            fewer = {**answers, **dict.fromkeys(set(way.items) - {item}, "yes")}
            assert (score_answers(catalog, fewer).rank or "") > way.target


@given(returns(moods=("○○○○○○○○○○○○○△", "○○○○○○○○○○○○○○○○○×")))
def test_rank_a_bears_one_key_measure_in_part_and_none_that_is_missing(
    sample: Return,
) -> None:
    catalog = sample.catalog.model_copy(update={"scoring": RULE})
    result = score_answers(catalog, sample.answers)
    values = [result.items[i.id].value for i in catalog.items.values() if i.critical]
    if result.rank == "A":
        assert values.count(Fraction(0)) == 0
        assert values.count(Fraction(1, 2)) <= 1


# --- what makes no difference


@given(returns())
def test_the_same_answers_give_the_same_result(sample: Return) -> None:
    catalog, answers = sample.catalog, sample.answers
    before = dict(answers)
    first = score_answers(catalog, answers)
    assert score_answers(catalog, answers) == first
    assert answers == before


@given(returns(), st.randoms(use_true_random=False))
def test_order_of_rows_and_missing_rows_are_irrelevant(sample: Return, random: Random) -> None:
    catalog, answers = sample.catalog, sample.answers
    rows = [(item, answer) for item, answer in answers.items() if answer is not None]
    random.shuffle(rows)
    shuffled = dict(rows)
    scores = score_answers(catalog, answers)
    assert score_answers(catalog, shuffled) == scores
    assert diagnose(catalog, shuffled, {}) == diagnose(catalog, answers, {})


@given(returns())
def test_order_of_categories_and_items_moves_no_number(sample: Return) -> None:
    catalog, answers = sample.catalog, sample.answers
    turned = catalog.model_copy(
        update={
            "categories": tuple(
                category.model_copy(update={"items": category.items[::-1]})
                for category in catalog.categories[::-1]
            )
        }
    )
    here, there = score_answers(catalog, answers), score_answers(turned, answers)
    assert (here.overall, here.upper, here.strict) == (there.overall, there.upper, there.strict)
    assert (here.base_rank, here.rank) == (there.base_rank, there.rank)
    assert (here.upper_rank, here.strict_rank) == (there.upper_rank, there.strict_rank)
    assert {(c.rule.code, frozenset(c.because)) for c in here.caps} == {
        (c.rule.code, frozenset(c.because)) for c in there.caps
    }
    assert set(here.gates) == set(there.gates)
