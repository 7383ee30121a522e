"""The product and a second, naive implementation of the rule give the same verdict."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.model.catalog import Catalog, FieldKind
from sheet_diag.model.results import Cap, Diagnosis, FindingCode, Scores, Way
from sheet_diag.text.numbers import format_score
from tests import naive_rule, naive_ways
from tests.catalogs import (
    ITEMS,
    LEAVABLE,
    SIGNS,
    Answers,
    built_in_catalogs,
    catalog,
    present,
    scoring_near,
)

_FEW = 6  # open items whose sets are all tried: 64 at most
_MOODS = (
    "○○○○○○○○○△",
    "○○○○△△×",
    "○○△△××?",
    "△△×××?",
    "××××?△",
    "○○○○△×-.",
    "???×△",
    "○○○---",
    "-",
)


def random_catalog(random: Random) -> Catalog:
    """A small catalogue with numbers near those of the rule, or with those of the rule."""
    kinds = random.choices((ITEMS, ITEMS, ITEMS, LEAVABLE), k=random.randint(4, 7))
    lines = [random.choices(kind, k=random.randint(1, 8)) for kind in kinds]
    numbers = random.choices(range(6), k=6) if random.random() < 0.7 else [0] * 6
    return catalog(
        *(" ".join(line if set(line) != {"0"} else "3") for line in lines),
        scoring=scoring_near(*numbers),
        weights={"C1": random.choice((1, 1, 2, 3))},
    )


def random_answers(catalog: Catalog, random: Random) -> Answers:
    """Answers in one mood, or in one for each category."""
    one, answers = random.choice((*_MOODS, "", "")), {}
    for category in catalog.categories:
        mood = one or random.choice(_MOODS)
        for item in category.items:
            sign = random.choice(mood)
            is_refused = sign == "-" and not item.na_allowed
            answers[item.id] = SIGNS["○" if is_refused and random.random() < 0.9 else sign]
    return answers


def random_profile(catalog: Catalog, random: Random) -> dict[str, str]:
    fields = [field for field in catalog.profile if field.kind is FieldKind.CHOICE]
    return {f.id: random.choice(f.choices).id for f in fields if random.random() < 0.8}


def told(got: Diagnosis) -> dict[str, Any]:
    """What the product found, in the words of the naive implementation."""
    scores = got.scores
    verdict: dict[str, Any] = {
        "1 findings": sorted((each.rule, each.about) for each in scores.findings),
        "2 scores": {
            "categories": {name: each.score for name, each in scores.categories.items()},
            "overall": (scores.overall, scores.upper, scores.strict),
        },
        "3 gates": {(gate.code, gate.category) for gate in scores.gates},
        "9 insurance": (
            present(got.insurance).exposure,
            present(got.insurance).level,
            present(got.insurance).variant,
        ),
        "10 shown": None if scores.overall is None else format_score(scores.overall),
    }
    if scores.rank is None:
        assert (got.comments, got.plan, got.ways, got.unknown) == ((), (), (), None)
        return verdict
    unknown = got.unknown
    return verdict | {
        "5 ranks": (scores.base_rank, scores.rank, scores.upper_rank, scores.strict_rank),
        "5 caps": {
            (c.rule.code, c.at_most, c.because, c in scores.binding_caps, c in scores.blocking_caps)
            for c in scores.caps
        },
        "6-8 comments": [(c.category, c.items, c.note_of) for c in got.comments],
        "13 unknown": unknown
        and (
            *(unknown.items, unknown.score, unknown.rank),
            *(got.is_decided_by_unknown, unknown.share_of_lost),
        ),
        "14 text": got.text,
    }


def assert_same_verdict(catalog: Catalog, answers: Answers, profile: dict[str, str]) -> None:
    """Everything is the same, and the ways are the best that an exact search finds."""
    got = diagnose(catalog, answers, profile)
    assert told(got) == naive_rule.judge(catalog, answers, profile)
    rank = got.scores.rank
    if rank is None:
        return
    rows = naive_rule.read_rows(catalog, answers)
    assert [way.target for way in got.ways] == naive_ways.targets(rank)
    for way in got.ways:
        assert_best(catalog, rows, way)
    first = got.ways[0].items if got.ways else ()
    planned = [(e.item, e.group, e.label, e.effect, e.phase) for e in got.plan]
    assert planned == naive_rule.plan_of(catalog, rows, first)


def assert_best(catalog: Catalog, rows: list[naive_rule.Row], way: Way) -> None:
    """All sets are tried where few items are open; else no smaller set leads there."""
    goal = naive_ways.Goal(catalog, rows, way.target)
    names = tuple(row.item for row in rows if row.lost)
    if not goal.is_met(names):
        assert (way.items, way.score, way.rank) == ((), None, None)
        return
    after = naive_rule.world_of(catalog, naive_rule.mended(rows, way.items))
    assert (way.score, way.rank) == (after.overall, after.rank)
    if len(names) <= _FEW:
        assert way.items == naive_ways.way_by_trying(catalog, rows, way.target)
        return
    assert goal.is_met(way.items)
    for at in range(len(way.items)):
        assert not goal.is_met(way.items[:at] + way.items[at + 1 :])
    missed = sum(row.missed for row in rows if row.item in way.items)
    assert goal.fewest(len(way.items)) == (len(way.items), missed)
    assert not list(naive_ways.better_swaps(goal, rows, way.items))


def assert_same_for(catalog: Catalog, random: Random) -> None:
    assert_same_verdict(catalog, random_answers(catalog, random), random_profile(catalog, random))


@pytest.mark.parametrize("seed", range(50))
def test_both_give_the_same_verdict(seed: int) -> None:
    random = Random(seed)
    small = random_catalog(random)
    for each in (small, small, *built_in_catalogs().values()) * 2:
        assert_same_for(each, random)


@pytest.mark.slow("2,000 returns")
@pytest.mark.parametrize("seed", range(100, 200))
def test_both_give_the_same_verdict_on_many_more(seed: int) -> None:
    random = Random(seed)
    small = random_catalog(random)
    for each in (*[small] * 18, *built_in_catalogs().values()):
        assert_same_for(each, random)


def parts_of_the_rule(got: Diagnosis) -> Iterator[str]:
    scores = got.scores
    yield f"rank {scores.rank or 'none'}"
    yield from (finding.code for finding in scores.findings)
    yield from (gate.code.partition("_LT_")[0] for gate in scores.gates)
    yield from ("対象外" for each in scores.categories.values() if each.score is None)
    if scores.rank:
        ranks = {"base": scores.base_rank, "upper": scores.upper_rank, "strict": scores.strict_rank}
        yield from (f"{name} differs" for name, rank in ranks.items() if rank != scores.rank)
        yield f"text {got.text}"
        yield f"{len(got.comments)} comments"
        yield "no way leads there" if any(way.rank is None for way in got.ways) else ""
        yield "not known decides" if got.is_decided_by_unknown else ""
    for cap in scores.caps:
        name = cap.rule.code.replace("_LT_", "_GE_").partition("_GE_")[0]
        yield from (f"{name} {word}" for word in ("fires", _bears(scores, cap)))
    yield from (f"{each.group} {each.label} {each.phase}" for each in got.plan)


def _bears(scores: Scores, cap: Cap) -> str:
    if cap in scores.binding_caps:
        return "binds"
    return "blocks" if cap in scores.blocking_caps else "is not felt"


@pytest.mark.slow("hundreds of random returns")
def test_random_returns_reach_every_part_of_the_rule() -> None:
    seen: set[str] = set()
    for seed in range(70):
        random = Random(seed)
        small = random_catalog(random)
        for each in (small, small, small, small, *built_in_catalogs().values()):
            got = diagnose(each, random_answers(each, random), random_profile(each, random))
            seen.update(parts_of_the_rule(got))
    expected = {f"rank {rank}" for rank in ("A", "B", "C", "D", "E", "none")} | set(FindingCode)
    expected -= {FindingCode.CONTRADICTION}  # of conditions, which these catalogues do not have
    expected |= {"CATEGORY_ANSWERED", "TOTAL_ANSWERED", "APPLICABLE_CATEGORIES", "対象外"}
    expected |= {"base differs", "upper differs", "strict differs", "not known decides"}
    expected |= {"text plain", "text capped", "text unknown", "no way leads there"}
    expected |= {f"{count} comments" for count in range(4)}
    expected |= {"NA_SHARE binds", "NA_SHARE is not felt"}
    for name in ("CATEGORY", "CATEGORIES", "CRITICAL", "CRITICAL_PARTIAL"):
        expected |= {f"{name} {word}" for word in ("binds", "blocks", "is not felt")}
    expected |= {f"{group} {label} now" for group, label in ((1, "top"), (2, "high"), (3, "high"))}
    expected |= {"4 mid half", "4 low year", "4 low later", "4 high half", "4 mid year"}
    assert expected <= seen


# --- ways: every set there is


def assert_best_of_all(catalog: Catalog, random: Random, most: int) -> None:
    """Of a return with so many open items: the way is the best of all their sets."""
    answers = random_answers(catalog, random)
    lost = [row.item for row in naive_rule.read_rows(catalog, answers) if row.lost]
    random.shuffle(lost)
    answers |= dict.fromkeys(lost[most:], "yes")
    rows = naive_rule.read_rows(catalog, answers)
    for way in diagnose(catalog, answers, {}).ways:
        assert way.items == naive_ways.way_by_trying(catalog, rows, way.target)


@pytest.mark.parametrize("seed", range(10))
def test_of_all_sets_the_way_is_the_preferred_one(seed: int) -> None:
    random = Random(seed)
    small = random_catalog(random)
    for each in (small, small, *built_in_catalogs().values()):
        assert_best_of_all(each, random, 9)


@pytest.mark.slow("tries 4,096 sets of each return")
@pytest.mark.parametrize("seed", range(100, 130))
def test_of_all_sets_of_twelve_the_way_is_the_preferred_one(seed: int) -> None:
    random = Random(seed)
    small = random_catalog(random)
    for each in (small, small, small, *built_in_catalogs().values()):
        assert_best_of_all(each, random, 12)
