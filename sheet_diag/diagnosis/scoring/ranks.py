"""From the scores of the categories to the rank: the mean, ランク上限, 記入の十分性."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from sheet_diag.diagnosis.scoring.item_scores import CategorySums
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.model.results import Cap, Gate
from sheet_diag.model.rules import CategoryCap

CategoryScores = Mapping[str, Fraction | None]


def overall_score(catalog: Catalog, scores: CategoryScores) -> Fraction | None:
    """Mean of the applicable categories by category weight (equal weights: the plain mean)."""
    counted = [(c.weight, s) for c in catalog.categories if (s := scores[c.id]) is not None]
    if not counted:
        return None
    return sum((w * s for w, s in counted), Fraction(0)) / sum(w for w, _ in counted)


def base_rank(catalog: Catalog, score: Fraction) -> Rank:
    """The best rank whose lowest score is reached."""
    return next(rank for rank, lowest in _rank_thresholds(catalog) if score >= lowest)


@cached_per_catalog
def _rank_thresholds(catalog: Catalog) -> tuple[tuple[Rank, Fraction], ...]:
    """The lowest score of each rank, the best first."""
    return tuple(sorted(catalog.scoring.ranks.items(), key=lambda pair: pair[0].position))


def find_caps(
    catalog: Catalog,
    scores: CategoryScores,
    sums: Mapping[str, CategorySums],
    missed: Sequence[str],
) -> Iterator[Cap]:
    """What holds the rank down whatever the mean says; `missed` are critical items."""
    yield from _category_caps(catalog, scores)
    rules = catalog.scoring.caps
    for wide in rules.categories_below:
        below = tuple(n for n, s in scores.items() if s is not None and s < wide.score)
        if len(below) >= wide.count:
            yield Cap(f"CATEGORIES_LT_{wide.score}_GE_{wide.count}", wide.at_most, below)
    reached = [line for line in rules.critical_missed if len(missed) >= line.count]
    if reached:
        strongest = max(reached, key=lambda line: line.count)
        yield Cap(f"CRITICAL_GE_{strongest.count}", strongest.at_most, tuple(missed))
    if rules.na_share:
        limit = rules.na_share.over
        over = tuple(name for name, s in sums.items() if s.leaves_out_over(limit))
        if over:
            yield Cap("NA_SHARE", rules.na_share.at_most, over)


def _category_caps(catalog: Catalog, scores: CategoryScores) -> Iterator[Cap]:
    """One cap a line; a category counts under the lowest line that it falls below."""
    lines = _lines(catalog)
    fired: dict[Fraction, list[str]] = {}
    for name, value in scores.items():
        line = next((ln for ln in lines if value is not None and value < ln.score), None)
        if line:
            fired.setdefault(line.score, []).append(name)
    for line in reversed(lines):
        if line.score in fired:
            yield Cap(f"CATEGORY_LT_{line.score}", line.at_most, tuple(fired[line.score]))


@cached_per_catalog
def _lines(catalog: Catalog) -> tuple[CategoryCap, ...]:
    """The lines that one category must not fall below, the lowest first."""
    return tuple(sorted(catalog.scoring.caps.category_below, key=lambda line: line.score))


def find_gates(catalog: Catalog, sums: Mapping[str, CategorySums]) -> Iterator[Gate]:
    """Equal to the limit passes. わからない is an answer; 該当なし leaves both sides."""
    limits = catalog.scoring.gates
    for name, s in sums.items():
        if s.open and Fraction(s.answered, s.applicable) < limits.category_answered:
            yield Gate(f"CATEGORY_ANSWERED_LT_{limits.category_answered}", name)
    applicable = sum(s.applicable for s in sums.values())
    answered = sum(s.answered for s in sums.values())
    if applicable > answered and Fraction(answered, applicable) < limits.total_answered:
        yield Gate(f"TOTAL_ANSWERED_LT_{limits.total_answered}")
    if sum(1 for s in sums.values() if s.applicable) < limits.applicable_categories:
        yield Gate(f"APPLICABLE_CATEGORIES_LT_{limits.applicable_categories}")
