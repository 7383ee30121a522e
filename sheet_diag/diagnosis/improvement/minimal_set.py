"""What a rank asks of the open items, and the smallest set of them that gives it.

Within a category the score grows with the points regained, so of all ways to answer n more items
in full, m of them critical ones worth nothing so far, only the one that regains most matters.
"""

from __future__ import annotations

from fractions import Fraction

from sheet_diag.diagnosis.improvement.lost_points import Losses, items_in_set
from sheet_diag.diagnosis.improvement.optimizer import LossGroup, SetDemand, find_best_set
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Scores


def find_minimal_set(
    catalog: Catalog, scores: Scores, losses: Losses, target: Rank
) -> tuple[str, ...] | None:
    """The items whose answer in full lifts the rank to `target`, in the order of the catalogue:
    as few as can be, the preferred ones of equally few; None where no answers lead there."""
    if _left_out_too_much(catalog, scores, target):
        return None
    merit = find_best_set(*_task(catalog, scores, losses, target))
    return None if merit is None else items_in_set(catalog, merit)


def _left_out_too_much(catalog: Catalog, scores: Scores, target: Rank) -> bool:
    """Whether 該当なし caps the rank below the target: no answer in full mends that."""
    share = catalog.scoring.caps.na_share
    if share is None or not _stops(share.at_most, target):
        return False
    return any(c.na_share > share.over for c in scores.categories.values() if c.score is not None)


def _task(
    catalog: Catalog, scores: Scores, losses: Losses, target: Rank
) -> tuple[list[LossGroup], SetDemand]:
    caps = catalog.scoring.caps
    floors = [line.score for line in caps.category_below if _stops(line.at_most, target)]
    crowds = [line for line in caps.categories_below if _stops(line.at_most, target)]
    floor, limits = max(floors, default=Fraction(0)), [line.score for line in crowds]
    groups = [
        LossGroup(
            losses=each.preferred,
            needed=each.missing(floor),
            limits=tuple(each.missing(limit) for limit in limits),
        )
        for each in losses.categories
    ]
    demand = SetDemand(
        gain=max(0, losses.missing(catalog.scoring.ranks[target])),
        mended=_to_mend(catalog, scores, target),
        crowds=tuple(line.count for line in crowds),
    )
    return groups, demand


def _to_mend(catalog: Catalog, scores: Scores, target: Rank) -> int:
    """So many of the missed critical items must not stay so."""
    lines = catalog.scoring.caps.critical_missed
    too_many = [line.count for line in lines if _stops(line.at_most, target)]
    missed = sum(len(each.critical_missed) for each in scores.categories.values())
    return max(0, missed - min(too_many) + 1) if too_many else 0


def _stops(at_most: Rank, target: Rank) -> bool:
    return at_most.position > target.position
