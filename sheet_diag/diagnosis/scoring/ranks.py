"""基礎ランク and 記入の十分性: the mean of the categories, its rank, and what holds a return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from sheet_diag.diagnosis.scoring.item_scores import CategorySums
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.model.rules import ApplicableGate, CategoryGate, Gate, TotalGate


def overall_score(catalog: Catalog, scores: Mapping[str, Fraction | None]) -> Fraction | None:
    """Compute the mean of the applicable categories, each counted by its weight."""
    counted = [(c.weight, s) for c in catalog.categories if (s := scores[c.id]) is not None]
    if not counted:
        return None
    return sum((w * s for w, s in counted), Fraction(0)) / sum(w for w, _ in counted)


def base_rank(catalog: Catalog, score: Fraction) -> Rank:
    """Find the best rank whose lowest score is reached."""
    return next(rank for rank, lowest in _rank_thresholds(catalog) if score >= lowest)


@cached_per_catalog
def _rank_thresholds(catalog: Catalog) -> tuple[tuple[Rank, Fraction], ...]:
    """The lowest score of each rank, the best first."""
    return tuple(sorted(catalog.scoring.ranks.items(), key=lambda pair: pair[0].position))


def find_gates(catalog: Catalog, sums: Mapping[str, CategorySums]) -> Iterator[Gate]:
    """Find the gates that hold a return.

    A share equal to the limit passes. わからない is an answer; 該当なし leaves both sides.
    """
    limits = catalog.scoring.gates
    for name, each in sums.items():
        if each.open and Fraction(each.answered, each.applicable) < limits.category_answered:
            yield CategoryGate(limits.category_answered, name)
    applicable = sum(each.applicable for each in sums.values())
    answered = sum(each.answered for each in sums.values())
    if applicable > answered and Fraction(answered, applicable) < limits.total_answered:
        yield TotalGate(limits.total_answered)
    if sum(1 for each in sums.values() if each.applicable) < limits.applicable_categories:
        yield ApplicableGate(limits.applicable_categories)
