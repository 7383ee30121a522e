"""ランク上限: what each cap counts, and when it holds the rank down.

The only place that decides this in Python; `reports.client.formulas` says the same to Excel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import assert_never

from sheet_diag.diagnosis.scoring.item_scores import CategorySums, ScoredAnswer, ScoreVariant
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, cached_per_catalog
from sheet_diag.model.results import Cap
from sheet_diag.model.rules import (
    AnswerCap,
    AnswerCapRule,
    CapRule,
    CategoriesCapRule,
    CategoryCap,
    CategoryCapRule,
    CriticalCap,
    CriticalCapRule,
    NaShareCapRule,
)


@dataclass(frozen=True, slots=True)
class CapFacts:
    """What the caps count, by category.

    `scores` are None where 対象外, `missed` the critical items worth nothing and `partial` those
    worth a part, `na_shares` the shares of weight that left as 該当なし (only of categories that
    still count), `answers` those of each category.
    """

    scores: Mapping[str, Fraction | None]
    missed: Mapping[str, tuple[str, ...]]
    partial: Mapping[str, tuple[str, ...]]
    na_shares: Mapping[str, Fraction]
    answers: Sequence[Sequence[ScoredAnswer]]


def collect_facts(sums: Mapping[str, CategorySums], variant: ScoreVariant) -> CapFacts:
    """Collect what the caps count in one variant of the scores."""
    return CapFacts(
        scores={name: variant.score(each) for name, each in sums.items()},
        missed={name: variant.missed(each) for name, each in sums.items()},
        partial={name: each.critical_partial for name, each in sums.items()},
        na_shares={
            n: each.na_share for n, each in sums.items() if each.left_out and each.applicable
        },
        answers=[each.answers for each in sums.values()],
    )


@cached_per_catalog
def cap_rules(catalog: Catalog) -> tuple[CapRule, ...]:
    """List the caps of a catalogue; of a kind, the strongest comes last."""
    caps, ranks = catalog.scoring.caps, catalog.rank_by_label
    ladders = dict.fromkeys(cap.categories for cap in caps.category_below)
    share = caps.na_share
    return (
        *chain.from_iterable(_ladder_rules(catalog, categories) for categories in ladders),
        *(CategoriesCapRule(ranks[c.at_most], c.score, c.count) for c in caps.categories_below),
        *_critical_rules(ranks, caps.critical_missed, partial=False),
        *_critical_rules(ranks, caps.critical_partial, partial=True),
        *((NaShareCapRule(ranks[share.at_most], share.over),) if share else ()),
        *(_answer_rule(catalog, each) for each in caps.answers),
    )


def _ladder_rules(catalog: Catalog, categories: tuple[str, ...]) -> Iterator[CategoryCapRule]:
    """Yield the caps of the same categories, the strongest last."""
    caps: list[CategoryCap] = [
        each for each in catalog.scoring.caps.category_below if each.categories == categories
    ]
    falling = sorted(caps, key=lambda cap: -cap.score)
    floors = [*(cap.score for cap in falling[1:]), None]
    names = tuple(catalog.category_by_id[each].name for each in categories)
    for cap, floor in zip(falling, floors, strict=False):
        at_most = catalog.rank_by_label[cap.at_most]
        yield CategoryCapRule(at_most, cap.score, floor, categories, names)


def _answer_rule(catalog: Catalog, cap: AnswerCap) -> AnswerCapRule:
    choices = catalog.choices_of(catalog.items[cap.item])
    labels = tuple(choices[each].label for each in cap.choices)
    return AnswerCapRule(catalog.rank_by_label[cap.at_most], cap.item, cap.choices, labels)


def _critical_rules(
    ranks: Mapping[str, Rank], caps: Sequence[CriticalCap], *, partial: bool
) -> Iterator[CriticalCapRule]:
    rising = sorted(caps, key=lambda cap: cap.count)
    counts = [*(cap.count for cap in rising[1:]), None]
    for cap, more in zip(rising, counts, strict=False):
        yield CriticalCapRule(ranks[cap.at_most], cap.count, more, partial)


def find_caps(catalog: Catalog, facts: CapFacts) -> Iterator[Cap]:
    """Find the caps that hold the rank down whatever the mean says."""
    for rule in cap_rules(catalog):
        found = counted_ids(rule, facts)
        if applies(rule, len(found)):
            yield Cap(rule, found)


def counted_ids(rule: CapRule, facts: CapFacts) -> tuple[str, ...]:
    """List the categories or items that a rule counts."""
    match rule:
        case CategoryCapRule(limit=limit, floor=floor):
            return tuple(
                name
                for name, score in facts.scores.items()
                if score is not None
                and score < limit
                and (floor is None or score >= floor)
                and (not rule.categories or name in rule.categories)
            )
        case CategoriesCapRule(limit=limit):
            return tuple(
                name for name, score in facts.scores.items() if score is not None and score < limit
            )
        case CriticalCapRule(partial=partial):
            found = facts.partial if partial else facts.missed
            return tuple(chain.from_iterable(found.values()))
        case NaShareCapRule(limit=limit):
            return tuple(name for name, share in facts.na_shares.items() if share > limit)
        case AnswerCapRule(item=item, choices=choices):
            given = (each for each in chain.from_iterable(facts.answers) if each.item == item)
            return tuple(each.item for each in given if each.choice in choices)
        case _:
            assert_never(rule)


def applies(rule: CapRule, count: int) -> bool:
    """Whether a rule that counts so many holds the rank down."""
    if isinstance(rule, CriticalCapRule) and rule.fewer_than is not None:
        return rule.needed <= count < rule.fewer_than
    return count >= rule.needed
