"""Which items to work on: all open ones by urgency, and the shortest way to the next rank. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from sheet_diag.improvement.search import smallest, worth_of_points
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.results import Scores, Way

__all__ = ["gains", "open_items", "ways"]

Answers = Mapping[str, str | None]


def open_items(catalog: Catalog, scores: Scores) -> tuple[str, ...]:
    """Every item that brought less than it could: critical ones worth nothing first, then the
    most lost points, then the order of the catalogue."""

    def urgency(item: str) -> tuple[bool, Fraction]:
        missed = catalog.items[item].critical and scores.items[item].value == 0
        return (not missed, -(scores.items[item].lost or Fraction(0)))

    return tuple(sorted((i for i in catalog.items if scores.items[i].lost), key=urgency))


def gains(catalog: Catalog, scores: Scores) -> dict[str, Fraction]:
    """Points of the overall score (of 100) that each open item adds once it is answered in full."""
    worth = worth_of_points(catalog, scores)
    return {
        item.id: worth[category.id] * lost
        for category in catalog.categories
        for item in category.items
        if (lost := scores.items[item.id].lost)
    }


def ways(
    catalog: Catalog,
    answers: Answers,
    scores: Scores,
    rescore: Callable[[Catalog, Answers], Scores],
) -> tuple[Way, ...]:
    """The ways to the next rank and to the one after it; none from the best rank or where a gate
    holds the return.

    Of the smallest sets the one that regains most points is taken, then the one with most critical
    items, then the first in the order of the catalogue.
    """
    if scores.rank is None:
        return ()
    better = [rank for rank in Rank if rank.position < scores.rank.position]
    return tuple(_way(catalog, answers, scores, rank, rescore) for rank in reversed(better[-2:]))


def _way(
    catalog: Catalog,
    answers: Answers,
    scores: Scores,
    target: Rank,
    rescore: Callable[[Catalog, Answers], Scores],
) -> Way:
    items = smallest(catalog, scores, target)
    if items is None:
        return Way(target, (), None, None)
    after = rescore(catalog, {**answers, **{i: _best(catalog, catalog.items[i]) for i in items}})
    return Way(target, items, after.overall, after.rank)


def _best(catalog: Catalog, item: Item) -> str:
    """The choice that earns most; the first of equal ones."""
    valued = {c.id: c.value for c in catalog.choices_of(item).values() if c.value is not None}
    return max(valued, key=lambda choice: valued[choice])
