"""What the open items of a return lost, in whole numbers: the ground of every way to a better rank.

A point of weight is cut into parts such that every loss is whole; points of the overall score are
cut so that a part regained in any category gains a whole number of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import attrgetter
from typing import NamedTuple

from sheet_diag.model.catalog import Catalog, Category, Item
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.model.results import Scores


class Loss(NamedTuple):
    """An open item: the parts that it lost, what they would gain in the overall score, and the
    merit by which sets of a size are preferred; `missed` where it is critical and worth nothing."""

    item: str
    lost: int
    gain: int
    merit: int
    missed: bool


@dataclass(frozen=True, slots=True)
class CategoryLosses:
    """The losses of an applicable category, in the order of the catalogue and the preferred ones
    first. `counted` are its parts that count, `earned` those that were earned; `worth` is what
    each gains in the overall score."""

    losses: tuple[Loss, ...]
    preferred: tuple[Loss, ...]
    worth: int
    counted: int
    earned: int

    def missing(self, score: Fraction) -> int:
        """Parts to regain until the category has that score."""
        return _rounded_up(score, self.counted) - self.earned


@dataclass(frozen=True, slots=True)
class Losses:
    """The losses of a return, and of the parts of a whole overall score those that were earned."""

    categories: tuple[CategoryLosses, ...]
    whole: int
    earned: int

    def missing(self, score: Fraction) -> int:
        """Parts to gain until the overall score is that."""
        return _rounded_up(score, self.whole) - self.earned

    def points(self, loss: Loss) -> Fraction:
        """Points of the overall score (of 100) that an item gains."""
        return Fraction(100 * loss.gain, self.whole)

    def __iter__(self) -> Iterator[Loss]:
        return (loss for category in self.categories for loss in category.losses)


def _rounded_up(score: Fraction, whole: int) -> int:
    return -(-score.numerator * whole // (100 * score.denominator))


def compute_losses(catalog: Catalog, scores: Scores) -> Losses:
    """The losses of a return, of its applicable categories."""
    applicable = [c for c in catalog.categories if scores.categories[c.id].score is not None]
    parts = _scale(catalog).parts
    counted = [parts * _counted(category, scores) for category in applicable]
    common = lcm(*counted)
    categories = tuple(
        _category(catalog, category, scores, whole, category.weight * (common // whole))
        for category, whole in zip(applicable, counted, strict=True)
    )
    return Losses(
        categories=categories,
        whole=common * sum(category.weight for category in applicable),
        earned=sum(each.worth * each.earned for each in categories),
    )


def _counted(category: Category, scores: Scores) -> int:
    """The weight of what counts in a category."""
    return sum([i.weight for i in category.items if scores.items[i.id].lost is not None])


def _category(
    catalog: Catalog, category: Category, scores: Scores, counted: int, worth: int
) -> CategoryLosses:
    scale, missed = _scale(catalog), scores.categories[category.id].critical_missed
    losses = []
    for item in category.items:
        points = scores.items[item.id].lost
        if points:
            lost = points.numerator * (scale.parts // points.denominator)
            merit = scale.merit(item, lost)
            losses.append(Loss(item.id, lost, lost * worth, merit, item.id in missed))
    return CategoryLosses(
        losses=tuple(losses),
        preferred=tuple(sorted(losses, key=attrgetter("merit"), reverse=True)),
        worth=worth,
        counted=counted,
        earned=counted - sum([each.lost for each in losses]),
    )


def items_in_set(catalog: Catalog, merit: int) -> tuple[str, ...]:
    """The items of a set, in the order of the catalogue."""
    return tuple(item for item, digit in _scale(catalog).digits.items() if merit & digit)


@dataclass(frozen=True, slots=True)
class _Scale:
    """`parts` of a point make every value of the catalogue whole; every item has a binary digit of
    its own, the first item the leading one."""

    parts: int
    digits: Mapping[str, int]

    def merit(self, item: Item, lost: int) -> int:
        """A number that adds up over the items of a set: of two sets of a size it is greater for
        the one that regains more, then has more critical items, then comes first in the catalogue.
        Its last digits tell the items."""
        many = len(self.digits)
        return (((lost << many) + item.critical) << many) + self.digits[item.id]


@cached_per_catalog
def _scale(catalog: Catalog) -> _Scale:
    choices = [choice for answer_set in catalog.answer_sets.values() for choice in answer_set]
    last = len(catalog.items) - 1
    return _Scale(
        parts=lcm(*(choice.value.denominator for choice in choices if choice.value is not None)),
        digits={item: 1 << (last - place) for place, item in enumerate(catalog.items)},
    )
