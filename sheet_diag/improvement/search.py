"""What a rank asks for, and what the items of each category can do about it.

Within a category the score grows with the points regained, so of all ways to answer n more items
in full, m of them critical ones worth nothing so far, only the one that regains most matters:
a handful of options a category, which `sets` puts together. All numbers are whole: losses in
parts of a point, gains in parts of the overall score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm
from typing import NamedTuple

from sheet_diag.improvement.sets import Demand, Set, best_set
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, Category, Item
from sheet_diag.model.results import Scores


def smallest(catalog: Catalog, scores: Scores, target: Rank) -> tuple[str, ...] | None:
    """The items whose answer in full lifts the rank to `target`, in the order of the catalogue:
    as few as can be, the preferred ones of equally few; None where no answers lead there."""
    if _left_out_too_much(catalog, scores, target):
        return None
    task = _task(catalog, scores, target)
    options = [
        tuple(_options(category, task))
        for category in catalog.categories
        if scores.categories[category.id].score is not None
    ]
    most = sum(1 for each in scores.items.values() if each.lost)
    best = best_set(options, task.demand, most)
    return None if best is None else _read(best, list(catalog.items))


def _left_out_too_much(catalog: Catalog, scores: Scores, target: Rank) -> bool:
    """Whether 該当なし caps the rank below the target: no answer in full mends that."""
    share = catalog.scoring.caps.na_share
    if share is None or share.at_most.position <= target.position:
        return False
    return any(c.na_share > share.over for c in scores.categories.values() if c.score is not None)


@dataclass(frozen=True, slots=True)
class _Task:
    """A target in whole numbers: `losses` parts make a point of a category, `worth` is the gain
    of such a part by category, `floor` the lowest score of a category, `limits` those of which
    several categories may not be below."""

    scores: Scores
    places: Mapping[str, int]
    demand: Demand
    losses: int
    worth: Mapping[str, int]
    floor: Fraction
    limits: tuple[Fraction, ...]


def _task(catalog: Catalog, scores: Scores, target: Rank) -> _Task:
    caps = catalog.scoring.caps
    gain = catalog.scoring.ranks[target] - (scores.overall or Fraction(0))
    losses = lcm(*(each.lost.denominator for each in scores.items.values() if each.lost))
    worth = {name: each / losses for name, each in worth_of_points(catalog, scores).items()}
    parts = lcm(gain.denominator, *(each.denominator for each in worth.values()))
    floors = [line.score for line in caps.category_below if _stops(line.at_most, target)]
    crowds = [line for line in caps.categories_below if _stops(line.at_most, target)]
    return _Task(
        scores=scores,
        places={item: place for place, item in enumerate(catalog.items)},
        demand=Demand(
            gain=max(0, int(gain * parts)),
            mended=_to_mend(catalog, scores, target),
            crowds=tuple(line.count for line in crowds),
        ),
        losses=losses,
        worth={name: int(each * parts) for name, each in worth.items()},
        floor=max(floors, default=Fraction(0)),
        limits=tuple(line.score for line in crowds),
    )


def _stops(at_most: Rank, target: Rank) -> bool:
    return at_most.position > target.position


def worth_of_points(catalog: Catalog, scores: Scores) -> dict[str, Fraction]:
    """Points of the overall score that a point regained adds, by applicable category."""
    applicable = [c for c in catalog.categories if scores.categories[c.id].score is not None]
    weights = sum(each.weight for each in applicable)
    return {c.id: Fraction(100 * c.weight, weights * _counted(c, scores)) for c in applicable}


def _counted(category: Category, scores: Scores) -> int:
    """The weight of what counts in a category."""
    return sum(i.weight for i in category.items if scores.items[i.id].lost is not None)


def _to_mend(catalog: Catalog, scores: Scores, target: Rank) -> int:
    """So many of the missed critical items must not stay so."""
    lines = catalog.scoring.caps.critical_missed
    too_many = [line.count for line in lines if _stops(line.at_most, target)]
    missed = sum(len(each.critical_missed) for each in scores.categories.values())
    return max(0, missed - min(too_many) + 1) if too_many else 0


def _options(category: Category, task: _Task) -> Iterator[Set]:
    """The best set of one category for each number of items and of critical ones mended."""
    needed = _parts_up_to(task.floor, category, task)
    limits = [_parts_up_to(limit, category, task) for limit in task.limits]
    missed, others = _by_preference(category, task)
    demand, worth = task.demand, task.worth[category.id]
    for mended in range(len(missed) + 1):
        for more in range(len(others) + 1):
            taken = missed[:mended] + others[:more]
            lost = sum(each.lost for each in taken)
            if lost >= needed:
                yield Set(
                    taken=len(taken),
                    mended=min(mended, demand.mended),
                    below=tuple(int(lost < limit) for limit in limits),
                    gain=min(worth * lost, demand.gain),
                    merit=sum(each.merit for each in taken),
                )


def _parts_up_to(score: Fraction, category: Category, task: _Task) -> int:
    """Parts to regain until the category has that score."""
    missing = score - (task.scores.categories[category.id].score or Fraction(0))
    return ceil(missing * _counted(category, task.scores) * task.losses / 100)


class _Open(NamedTuple):
    """An open item: parts lost, and what it is worth where sets of a size are compared."""

    lost: int
    merit: int
    missed: bool


def _by_preference(category: Category, task: _Task) -> tuple[list[_Open], list[_Open]]:
    """The missed critical items and all others, the preferred ones first."""
    missed = task.scores.categories[category.id].critical_missed
    found = []
    for item in category.items:
        lost = int((task.scores.items[item.id].lost or 0) * task.losses)
        if lost:
            found.append(_Open(lost, _merit(lost, item, task.places), item.id in missed))
    found.sort(key=lambda each: each.merit, reverse=True)
    return [each for each in found if each.missed], [each for each in found if not each.missed]


def _merit(lost: int, item: Item, places: Mapping[str, int]) -> int:
    """One number that adds up over items; of two sets of a size it is greater for the one that
    regains more, then has more critical items, then comes first in the catalogue. Its last digits
    (binary) are one an item, the first item's leading."""
    many = len(places)
    return (((lost << many) + item.critical) << many) + (1 << (many - 1 - places[item.id]))


def _read(best: Set, names: Sequence[str]) -> tuple[str, ...]:
    """The items of a set, from the last digits of its merit."""
    return tuple(
        name for place, name in enumerate(names) if best.merit >> (len(names) - 1 - place) & 1
    )
