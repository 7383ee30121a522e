"""The ways to a better rank: the smallest sets of items that lead there. Pure.

What a rank asks for is turned into whole numbers: points to gain, parts that each category must
regain, critical items to mend.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import assert_never

from sheet_diag.diagnosis.improvement.lost_points import Losses, items_in_set
from sheet_diag.diagnosis.improvement.optimizer import LossGroup, SetDemand, find_best_set
from sheet_diag.diagnosis.scoring.cap_rules import (
    CapFacts,
    cap_rules,
    collect_facts,
    counted_ids,
)
from sheet_diag.diagnosis.scoring.item_scores import ScoreVariant, sum_categories
from sheet_diag.diagnosis.scoring.score import OverallResult, score_overall
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, ChoiceRole, cached_per_catalog
from sheet_diag.model.results import Answers, Scores, UnknownAnswers, Way
from sheet_diag.model.rules import (
    AnswerCapRule,
    CategoriesCapRule,
    CategoryCapRule,
    CriticalCapRule,
    NaShareCapRule,
)


def find_ways(
    catalog: Catalog, answers: Answers, scores: Scores, losses: Losses
) -> tuple[Way, ...]:
    """Find the ways to the next rank and to the one after it.

    There are none from the best rank or where a gate holds the return. Of the smallest sets the
    one with most critical misses is taken, then the one with the least sum of priorities, then the
    one that regains most points, then the first in the order of the catalogue.
    """
    if scores.rank is None:
        return ()
    better = catalog.ranks[: scores.rank.position]
    facts = collect_facts(sum_categories(catalog, answers), ScoreVariant.RECORD)
    return tuple(
        _find_way(catalog, answers, facts, losses, target) for target in reversed(better[-2:])
    )


def _find_way(
    catalog: Catalog, answers: Answers, facts: CapFacts, losses: Losses, target: Rank
) -> Way:
    items = _smallest_set(catalog, facts, losses, target)
    if items is None:
        return Way(target, (), None, None)
    after = score_with(catalog, answers, items)
    return Way(target, items, after.overall, after.rank)


def score_with(catalog: Catalog, answers: Answers, items: Iterable[str]) -> OverallResult:
    """Score answers as they would be with all of `items` done in full."""
    return score_overall(catalog, answer_in_full(catalog, answers, items))


def answer_in_full(catalog: Catalog, answers: Answers, items: Iterable[str]) -> Answers:
    """Set the answers of some items to the choice that earns most."""
    return {**answers, **{item: _best_choices(catalog)[item] for item in items}}


def _smallest_set(
    catalog: Catalog, facts: CapFacts, losses: Losses, target: Rank
) -> tuple[str, ...] | None:
    """Find the smallest set of items that leads to a rank; None where no answers do."""
    asked = _asked_by_caps(catalog, facts, target)
    if asked is None:
        return None
    groups = [
        LossGroup(
            losses=each.losses,
            worth=each.worth,
            needed=each.missing(asked.floors.get(each.category)),
            limits=tuple(each.missing(rule.limit) for rule in asked.crowds),
        )
        for each in losses.categories
    ]
    lowest = catalog.scoring.ranks[target.position].lowest
    demand = SetDemand(
        gain=0 if lowest is None else max(0, losses.missing(lowest)),
        counted=tuple(asked.mended),
        mended=tuple(asked.mended.values()),
        crowds=tuple(rule.needed for rule in asked.crowds),
    )
    merit = find_best_set(groups, demand)
    return None if merit is None else items_in_set(catalog, merit)


@dataclass(frozen=True, slots=True)
class _AskedByCaps:
    """What answers must reach so that no cap stops a rank.

    Categories must score their `floors`, too few may be below the limits of `crowds`, and of each
    set of items in `mended` so many must be answered in full.
    """

    floors: Mapping[str, Fraction]
    mended: Mapping[frozenset[str], int]
    crowds: Sequence[CategoriesCapRule]


def _asked_by_caps(catalog: Catalog, facts: CapFacts, target: Rank) -> _AskedByCaps | None:
    """Collect what the caps below a rank ask for; None where no answers can meet it."""
    floors: dict[str, Fraction] = {}
    mended, crowds = defaultdict[frozenset[str], int](int), []
    for rule in cap_rules(catalog):
        if rule.at_most.position <= target.position:
            continue
        match rule:
            case CategoryCapRule(categories=names):
                for name in names or catalog.category_by_id:
                    floors[name] = max(rule.limit, floors.get(name, rule.limit))
            case CategoriesCapRule():
                crowds.append(rule)
            case CriticalCapRule():
                items = frozenset(counted_ids(rule, facts))
                mended[items] = max(mended[items], len(items) - rule.needed + 1)
            case NaShareCapRule() | AnswerCapRule() if not counted_ids(rule, facts):
                pass
            case AnswerCapRule(item=item) if catalog.items[item].is_scored:
                mended[frozenset({item})] = 1
            case NaShareCapRule() | AnswerCapRule():  # an item answered in full changes nothing
                return None
            case _:
                assert_never(rule)
    return _AskedByCaps(floors, mended, crowds)


def find_unknown(
    catalog: Catalog, answers: Answers, scores: Scores, losses: Losses
) -> UnknownAnswers | None:
    """Find what would follow if all that is not known were done; None where nothing is so."""
    lost = {loss.item: loss.lost for loss in losses}
    items = tuple(item for item in lost if _is_unknown(catalog, item, answers.get(item)))
    if scores.rank is None or not items:
        return None
    after = score_with(catalog, answers, items)
    if after.overall is None or after.rank is None:
        raise ValueError("answers that are known better cannot hold a return")
    share = Fraction(sum(lost[item] for item in items), sum(lost.values()))
    return UnknownAnswers(items, after.overall, after.rank, share)


def _is_unknown(catalog: Catalog, item: str, answer: str | None) -> bool:
    choice = catalog.choices_of(catalog.items[item]).get(answer or "")
    return choice is not None and choice.role is ChoiceRole.UNKNOWN


@cached_per_catalog
def _best_choices(catalog: Catalog) -> Mapping[str, str]:
    """Find the choice of each item that earns most; the first of equal ones."""
    best = {}
    for item in catalog.items.values():
        choices = catalog.choices_of(item)
        valued = {c.id: c.value for c in choices.values() if c.value is not None}
        if valued:
            best[item.id] = max(valued, key=lambda choice: valued[choice])
    return best
