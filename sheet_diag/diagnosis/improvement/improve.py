"""Which items to work on: all open ones by urgency, and the shortest way to the next rank. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from sheet_diag.diagnosis.improvement.lost_points import Losses, compute_losses
from sheet_diag.diagnosis.improvement.minimal_set import find_minimal_set
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.model.results import Scores, Way

Answers = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Improvement:
    """`list_open_items`, `gains` and `find_ways` as in `Diagnosis`."""

    open_items: tuple[str, ...]
    gains: Mapping[str, Fraction]
    ways: tuple[Way, ...]


class RankedScore(Protocol):
    """What answers come to."""

    @property
    def overall(self) -> Fraction | None:
        """The overall score."""

    @property
    def rank(self) -> Rank | None:
        """The rank; None where a gate holds the return."""


Rescore = Callable[[Catalog, Answers], RankedScore]


def find_improvement(
    catalog: Catalog, answers: Answers, scores: Scores, rescore: Rescore
) -> Improvement:
    """Everything that can be told of the items that brought less than they could."""
    losses = compute_losses(catalog, scores)
    return Improvement(
        open_items=_by_urgency(losses),
        gains=_gains(losses),
        ways=_ways(catalog, answers, scores, losses, rescore),
    )


def list_open_items(catalog: Catalog, scores: Scores) -> tuple[str, ...]:
    """Every item that brought less than it could: critical ones worth nothing first, then the
    most lost points, then the order of the catalogue."""
    return _by_urgency(compute_losses(catalog, scores))


def find_ways(
    catalog: Catalog, answers: Answers, scores: Scores, rescore: Rescore
) -> tuple[Way, ...]:
    """The ways to the next rank and to the one after it; none from the best rank or where a gate
    holds the return.

    Of the smallest sets the one that regains most points is taken, then the one with most critical
    items, then the first in the order of the catalogue.
    """
    return _ways(catalog, answers, scores, compute_losses(catalog, scores), rescore)


def _by_urgency(losses: Losses) -> tuple[str, ...]:
    found = sorted(losses, key=lambda loss: (not loss.missed, -loss.lost))
    return tuple(loss.item for loss in found)


def _gains(losses: Losses) -> dict[str, Fraction]:
    """Points of the overall score (of 100) that each open item adds once it is answered in full."""
    return {loss.item: losses.points(loss) for loss in losses}


def _ways(
    catalog: Catalog, answers: Answers, scores: Scores, losses: Losses, rescore: Rescore
) -> tuple[Way, ...]:
    if scores.rank is None:
        return ()
    better = [rank for rank in Rank if rank.position < scores.rank.position]
    found = []
    for target in reversed(better[-2:]):
        items = find_minimal_set(catalog, scores, losses, target)
        if items is None:
            found.append(Way(target, (), None, None))
        else:
            after = rescore(catalog, {**answers, **{item: _best(catalog)[item] for item in items}})
            found.append(Way(target, items, after.overall, after.rank))
    return tuple(found)


@cached_per_catalog
def _best(catalog: Catalog) -> Mapping[str, str]:
    """The choice of each item that earns most; the first of equal ones."""
    best = {}
    for item in catalog.items.values():
        choices = catalog.choices_of(item)
        valued = {c.id: c.value for c in choices.values() if c.value is not None}
        best[item.id] = max(valued, key=lambda choice: valued[choice])
    return best
