"""What the open items of a return lost, in whole numbers: the ground of every way to a better rank.

A point of weight is cut into parts such that every loss is whole. Points of the overall score are
cut so that a part regained in any category gains a whole number of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm
from typing import Final, NamedTuple

from sheet_diag.diagnosis.scoring.item_scores import parts_of_a_point
from sheet_diag.model.catalog import Catalog, Category, Item, cached_per_catalog
from sheet_diag.model.results import Scores

_ROOM: Final = 32  # binary digits for the sum of a key over a set
_LAST_PRIORITY: Final = 9


class Loss(NamedTuple):
    """An open item: the parts that it lost, and what they would gain in the overall score.

    Sets of equal size are preferred by the sum of `merit`; `missed` marks a critical item that is
    worth nothing.
    """

    item: str
    lost: int
    gain: int
    merit: int
    missed: bool


@dataclass(frozen=True, slots=True)
class CategoryLosses:
    """The losses of an applicable category, in the order of the catalogue.

    `counted` are its parts that count, `earned` those that were earned; `worth` is what each gains
    in the overall score.
    """

    category: str
    losses: tuple[Loss, ...]
    worth: int
    counted: int
    earned: int
    full: int | Fraction

    def missing(self, score: Fraction | None) -> int:
        """Count the parts to regain until the category has that score (None: none is asked)."""
        return 0 if score is None else ceil(score * self.counted / self.full) - self.earned


@dataclass(frozen=True, slots=True)
class Losses:
    """The losses of a return, and how many parts of the `whole` overall score were earned."""

    categories: tuple[CategoryLosses, ...]
    whole: int
    earned: int
    full: int | Fraction

    def missing(self, score: Fraction) -> int:
        """Count the parts to gain until the overall score is that."""
        return ceil(score * self.whole / self.full) - self.earned

    def points(self, loss: Loss) -> Fraction:
        """Compute the points of the overall score that an item gains."""
        return Fraction(self.full * loss.gain, self.whole)

    def __iter__(self) -> Iterator[Loss]:
        return (loss for category in self.categories for loss in category.losses)


def compute_losses(catalog: Catalog, scores: Scores) -> Losses:
    """Compute the losses in the applicable categories of a return."""
    categories = catalog.scored_categories
    applicable = [c for c in categories if scores.categories[c.id].score is not None]
    parts = parts_of_a_point(catalog)
    counted = [int(parts * _counted_weight(category, scores)) for category in applicable]
    weights = _whole_weights(
        counted if catalog.scoring.is_pooled else [c.weight for c in applicable]
    )
    common = lcm(*counted)
    found = tuple(
        _category_losses(catalog, category, scores, whole, weight * (common // whole))
        for category, whole, weight in zip(applicable, counted, weights, strict=True)
    )
    return Losses(
        categories=found,
        whole=common * sum(weights),
        earned=sum(each.worth * each.earned for each in found),
        full=catalog.scoring.full,
    )


def _whole_weights(weights: Sequence[int | Fraction]) -> list[int]:
    """Enlarge weights alike until all are whole numbers."""
    parts = lcm(*(weight.denominator for weight in weights))
    return [int(weight * parts) for weight in weights]


def _counted_weight(category: Category, scores: Scores) -> int | Fraction:
    return sum([i.weight for i in category.items if scores.items[i.id].lost is not None])


def _category_losses(
    catalog: Catalog, category: Category, scores: Scores, counted: int, worth: int
) -> CategoryLosses:
    parts, missed = parts_of_a_point(catalog), scores.categories[category.id].critical_missed
    losses = []
    for item in category.items:
        points = scores.items[item.id].lost
        if points:
            lost = int(points * parts)
            merit = _merit(catalog, item, lost, item.id in missed)
            losses.append(Loss(item.id, lost, lost * worth, merit, item.id in missed))
    return CategoryLosses(
        category=category.id,
        losses=tuple(losses),
        worth=worth,
        counted=counted,
        earned=counted - sum([each.lost for each in losses]),
        full=catalog.scoring.full_of_category,
    )


def items_in_set(catalog: Catalog, merit: int) -> tuple[str, ...]:
    """List the items of a set by its merit, in the order of the catalogue."""
    return tuple(item for item, digit in _digits(catalog).items() if merit & digit)


def _merit(catalog: Catalog, item: Item, lost: int, missed: bool) -> int:
    """Compute a number that adds up over the items of a set.

    Of two sets of a size it is greater for the one that has more critical misses, then the smaller
    sum of priorities, then regains more, then comes first in the catalogue. Its last digits say
    which items are in the set.
    """
    digits = _digits(catalog)
    merit = int(missed)
    for key in (_LAST_PRIORITY - item.priority, lost):
        merit = (merit << _ROOM) + key
    return (merit << len(digits)) + digits[item.id]


@cached_per_catalog
def _digits(catalog: Catalog) -> Mapping[str, int]:
    """Assign a binary digit to every item, the leading one to the first."""
    last = len(catalog.items) - 1
    return {item: 1 << (last - place) for place, item in enumerate(catalog.items)}
