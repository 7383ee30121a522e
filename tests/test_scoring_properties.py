"""Properties of scoring for any catalogue, and a second implementation to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.scoring.score import score_answers, score_overall
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import FindingCode, ItemScore, Scores
from sheet_diag.model.rules import Caps
from tests.catalogs import SIGNS, Answers, Sample, samples

MOSTLY_ANSWERED = ("○○○○○○○△", "○△△×", "○△×?", "×××?△", "○○○○△△?×-.")


@given(samples())
def test_score_overall_agrees_with_score_answers(sample: Sample) -> None:
    scores, short = (
        each(sample.catalog, sample.answers) for each in (score_answers, score_overall)
    )
    assert (short.overall, short.rank) == (scores.overall, scores.rank)


# --- the rule a second time: one table of rows, and three worlds where every answer is a value


class Row(NamedTuple):
    category: str
    item: str
    weight: int
    critical: bool
    answer: str  # yes, partial, no, na (accepted) or blank


class World(NamedTuple):
    scores: dict[str, Fraction | None]
    missed: list[Row]
    overall: Fraction | None
    base: str
    caps: set[tuple[str, str, tuple[str, ...]]]
    rank: str


def table_of(catalog: Catalog, answers: Answers) -> list[Row]:
    rows = []
    for category in catalog.categories:
        for item in category.items:
            answer = answers.get(item.id) or "blank"
            if answer == "unknown":
                answer = "no"
            if answer == "na" and not item.na_allowed:
                answer = "blank"
            rows.append(Row(category.id, item.id, item.weight, item.critical, answer))
    return rows


def swapped(table: list[Row], **answers: str) -> list[Row]:
    return [row._replace(answer=answers.get(row.answer, row.answer)) for row in table]


def weight_of(table: list[Row], *answers: str) -> int:
    return sum(row.weight for row in table if not answers or row.answer in answers)


def split(catalog: Catalog, table: list[Row]) -> dict[str, list[Row]]:
    return {c.id: [row for row in table if row.category == c.id] for c in catalog.categories}


def percentage(rows: list[Row]) -> Fraction | None:
    counted = weight_of(rows, "yes", "partial", "no")
    halves = 2 * weight_of(rows, "yes") + weight_of(rows, "partial")
    return Fraction(50 * halves, counted) if counted else None


def world_of(catalog: Catalog, table: list[Row], original: list[Row]) -> World:
    scores = {name: percentage(rows) for name, rows in split(catalog, table).items()}
    known = [value for value in scores.values() if value is not None]
    overall = sum(known, Fraction(0)) / len(known) if known else None
    missed = [row for row in table if row.critical and row.answer == "no"]
    base = "E"
    for rank in "DCBA":
        if overall is not None and overall >= catalog.scoring.ranks[Rank(rank)]:
            base = rank
    caps = caps_of(catalog, scores, missed, original)
    return World(scores, missed, overall, base, caps, max([base, *(cap[1] for cap in caps)]))


def caps_of(
    catalog: Catalog,
    scores: dict[str, Fraction | None],
    missed: list[Row],
    original: list[Row],
) -> set[tuple[str, str, tuple[str, ...]]]:
    rule = catalog.scoring.caps
    (lt_b, lt_c), (lt_d,) = rule.category_below, rule.categories_below
    known = {name: value for name, value in scores.items() if value is not None}
    weak = tuple(n for n, v in known.items() if lt_c.score <= v < lt_b.score)
    weaker = tuple(n for n, v in known.items() if v < lt_c.score)
    weakest = tuple(n for n, v in known.items() if v < lt_d.score)
    caps = set()
    if weak:
        caps.add((f"CATEGORY_LT_{lt_b.score}", "B", weak))
    if weaker:
        caps.add((f"CATEGORY_LT_{lt_c.score}", "C", weaker))
    if len(weakest) >= lt_d.count:
        caps.add((f"CATEGORIES_LT_{lt_d.score}_GE_{lt_d.count}", "D", weakest))
    one, few, many = (line.count for line in rule.critical_missed)
    items = tuple(row.item for row in missed)
    if len(items) >= many:
        caps.add((f"CRITICAL_GE_{many}", "D", items))
    elif len(items) >= few:
        caps.add((f"CRITICAL_GE_{few}", "C", items))
    elif len(items) >= one:
        caps.add((f"CRITICAL_GE_{one}", "B", items))
    caps |= partial_caps_of(rule, original)
    assert rule.na_share is not None
    over = []
    for name, rows in split(catalog, original).items():
        na, total = weight_of(rows, "na"), weight_of(rows)
        if na < total and na > rule.na_share.over * total:
            over.append(name)
    if over:
        caps.add(("NA_SHARE", "B", tuple(over)))
    return caps


def partial_caps_of(rule: Caps, table: list[Row]) -> set[tuple[str, str, tuple[str, ...]]]:
    begun = tuple(r.item for r in table if r.critical and r.weight and r.answer == "partial")
    return {
        (f"CRITICAL_PARTIAL_GE_{line.count}", line.at_most.value, begun)
        for line in rule.critical_partial
        if len(begun) >= line.count
    }


def gates_of(catalog: Catalog, table: list[Row]) -> set[tuple[str, str | None]]:
    limits = catalog.scoring.gates
    gates: set[tuple[str, str | None]] = set()
    applicable = 0
    for name, rows in split(catalog, table).items():
        given_weight = weight_of(rows, "yes", "partial", "no")
        asked = given_weight + weight_of(rows, "blank")
        applicable += asked > 0
        if given_weight < limits.category_answered * asked:
            gates.add((f"CATEGORY_ANSWERED_LT_{limits.category_answered}", name))
    given_weight = weight_of(table, "yes", "partial", "no")
    if given_weight < limits.total_answered * (given_weight + weight_of(table, "blank")):
        gates.add((f"TOTAL_ANSWERED_LT_{limits.total_answered}", None))
    if applicable < limits.applicable_categories:
        gates.add((f"APPLICABLE_CATEGORIES_LT_{limits.applicable_categories}", None))
    return gates


def lost(rows: list[Row]) -> Fraction:
    return weight_of(rows, "no", "blank") + Fraction(weight_of(rows, "partial"), 2)


def item_score(row: Row) -> ItemScore:
    if row.answer == "na":
        return ItemScore(None, None, None)
    value = {"yes": Fraction(1), "partial": Fraction(1, 2), "no": Fraction(0)}[row.answer]
    return ItemScore(value, row.weight * value, row.weight - row.weight * value)


@settings(max_examples=100)
@given(samples())
def test_a_second_implementation_of_the_rule_agrees(sample: Sample) -> None:
    catalog, answers = sample.catalog, sample.answers
    table = table_of(catalog, answers)
    low = world_of(catalog, swapped(table, blank="no"), table)
    high = world_of(catalog, swapped(table, blank="yes"), table)
    strict = world_of(catalog, swapped(table, blank="no", na="no"), table)
    gates = gates_of(catalog, table)
    held = bool(gates)

    result = score_answers(catalog, answers)

    assert {(g.code, g.category) for g in result.gates} == gates
    assert (result.overall, result.upper) == (low.overall, high.overall)
    assert result.strict == strict.overall
    assert result.base_rank == (None if held else low.base)
    assert {(c.rule.code, c.at_most, c.because) for c in result.caps} == (
        set() if held else low.caps
    )
    assert len(result.caps) == (0 if held else len(low.caps))
    assert (result.rank, result.upper_rank, result.strict_rank) == (
        (None, None, None) if held else (low.rank, high.rank, strict.rank)
    )
    assert list(result.categories) == [c.id for c in catalog.categories]
    assert list(result.items) == list(catalog.items)
    for row in swapped(table, blank="no"):
        assert result.items[row.item] == item_score(row)
    for name, rows in split(catalog, table).items():
        got = result.categories[name]
        assert (got.score, got.upper) == (low.scores[name], high.scores[name])
        assert got.strict == strict.scores[name]
        assert got.na_share == Fraction(weight_of(rows, "na"), weight_of(rows))
        assert got.lost == lost(rows)
        assert got.critical_missed == tuple(r.item for r in low.missed if r.category == name)


def parts_of_the_rule(scores: Scores) -> Iterator[str]:
    if scores.rank:
        yield f"rank {scores.rank}"
        yield from ("対象外" for c in scores.categories.values() if c.score is None)
        others = {
            "base": scores.base_rank,
            "upper": scores.upper_rank,
            "strict": scores.strict_rank,
        }
        yield from (f"{name} differs" for name, rank in others.items() if rank != scores.rank)
    yield from (f"{cap.rule.code.partition('_')[0]} {cap.at_most}" for cap in scores.caps)
    yield from (gate.code.partition("_LT_")[0] for gate in scores.gates)


@pytest.mark.slow("hundreds of random returns")
def test_random_returns_reach_every_part_of_the_rule() -> None:
    seen: set[str] = set()

    @settings(max_examples=400)
    @given(samples())
    def collect(sample: Sample) -> None:
        seen.update(parts_of_the_rule(score_answers(sample.catalog, sample.answers)))

    collect()
    expected = {f"rank {rank}" for rank in Rank}
    expected |= {"対象外", "base differs", "upper differs", "strict differs"}
    expected |= {"CATEGORY B", "CATEGORY C", "CATEGORIES D"}
    expected |= {"CRITICAL B", "CRITICAL C", "CRITICAL D"}
    expected |= {"CATEGORY_ANSWERED", "TOTAL_ANSWERED", "APPLICABLE_CATEGORIES"}
    assert expected <= seen


# --- what holds for any catalogue


@st.composite
def improvements(draw: st.DrawFn) -> tuple[Sample, Sample]:
    """A return, and the same with some answers moved up いいえ・わからない → 一部 → はい."""
    before = draw(samples(moods=MOSTLY_ANSWERED))
    scale = "?×△○"
    can_rise = [at for at, sign in enumerate(before.signs) if sign in scale[:-1]]
    after = list(before.signs)
    for at in sorted(draw(st.sets(st.sampled_from(can_rise))) if can_rise else ()):
        after[at] = draw(st.sampled_from(scale[scale.index(after[at]) + 1 :]))
    return before, replace(before, signs="".join(after))


@settings(max_examples=60)
@given(improvements())
def test_a_better_answer_never_lowers_score_or_rank(pair: tuple[Sample, Sample]) -> None:
    before, after = (score_answers(sample.catalog, sample.answers) for sample in pair)
    assert before.gates == after.gates
    if before.overall is not None and after.overall is not None:
        assert before.overall <= after.overall
    for name, category in before.categories.items():
        if category.score is not None:
            assert category.score <= (after.categories[name].score or 0)
    if before.rank and after.rank:
        assert after.rank.position <= before.rank.position


@given(samples())
def test_scores_lie_between_0_and_100_and_strict_to_upper(sample: Sample) -> None:
    result = score_answers(sample.catalog, sample.answers)
    for category in result.categories.values():
        if category.score is None or category.upper is None:
            assert category.score is category.upper
            assert category.strict == 0
        else:
            assert 0 <= category.strict <= category.score <= category.upper <= 100
    if result.overall is not None and result.upper is not None:
        assert 0 <= result.strict <= result.overall <= result.upper <= 100


@given(samples())
def test_upper_rank_is_never_worse_and_strict_rank_never_better(sample: Sample) -> None:
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
@given(sample=samples())
def test_one_answer_everywhere_gives_its_own_score(
    sample: Sample, sign: str, overall: int, rank: str | None
) -> None:
    catalog = sample.catalog
    answers = dict.fromkeys(catalog.items, SIGNS[sign])
    result = score_answers(catalog, answers)
    assert result.overall == overall
    assert result.rank == rank
    assert bool(result.gates) == (rank is None)
    comments = diagnose(catalog, answers, {}).comments
    assert bool(comments) == (sign in "△×?")


@given(samples())
def test_unknown_counts_as_no_and_refused_na_as_unanswered(sample: Sample) -> None:
    catalog, answers = sample.catalog, sample.answers
    plain = dict(answers)
    for item, answer in answers.items():
        if answer == "unknown":
            plain[item] = "no"
        if answer == "na" and not catalog.items[item].na_allowed:
            plain[item] = None
    assert numbers(score_answers(catalog, plain)) == numbers(score_answers(catalog, answers))


def numbers(scores: Scores) -> Scores:
    return replace(scores, findings=())


@given(samples())
def test_the_same_answers_give_the_same_result(sample: Sample) -> None:
    catalog, answers = sample.catalog, sample.answers
    before = dict(answers)
    first = score_answers(catalog, answers)
    assert score_answers(catalog, answers) == first
    assert answers == before


@given(samples(), st.randoms(use_true_random=False))
def test_order_of_rows_and_missing_rows_are_irrelevant(sample: Sample, random: Random) -> None:
    catalog, answers = sample.catalog, sample.answers
    rows = [(item, answer) for item, answer in answers.items() if answer is not None]
    random.shuffle(rows)
    shuffled = dict(rows)
    scores = score_answers(catalog, answers)
    assert score_answers(catalog, shuffled) == scores
    assert diagnose(catalog, shuffled, {}) == diagnose(catalog, answers, {})


@given(samples())
def test_order_of_categories_and_items_moves_no_number(sample: Sample) -> None:
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
