"""Answers -> scores, caps, rank. Pure and exact; every number comes from the catalogue.

Scores are 0 to 100 as `Fraction`; all comparison comes before rounding. Three readings of the
same answers are scored: of record (未回答 = 0), the upper bound (未回答 = 1) and the strict one
(該当なし = 0). The rule is written out in docs/scoring.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sheet_diag.diagnosis.scoring.findings import find_findings
from sheet_diag.diagnosis.scoring.item_scores import (
    Answers,
    CategorySums,
    ScoreVariant,
    score_tables,
)
from sheet_diag.diagnosis.scoring.ranks import base_rank, find_caps, find_gates, overall_score
from sheet_diag.model.basics import Rank, worse_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Cap, CategoryScore, Scores


@dataclass(frozen=True, slots=True)
class OverallResult:
    """The overall score of record and its rank; None as in `Scores`."""

    overall: Fraction | None
    rank: Rank | None


def score_overall(catalog: Catalog, answers: Answers) -> OverallResult:
    """The same overall score and rank as `score_answers` gives, and nothing else."""
    sums = _sum_categories(catalog, answers)
    record = _score_variant(catalog, sums, ScoreVariant.RECORD)
    held = record.overall is None or any(find_gates(catalog, sums))
    return OverallResult(record.overall, None if held else record.rank)


def score_answers(catalog: Catalog, answers: Answers) -> Scores:
    """Score one return. `answers` maps item ids to choice ids; None or a missing id is 未回答."""
    sums = _sum_categories(catalog, answers)
    record = _score_variant(catalog, sums, ScoreVariant.RECORD)
    # Most returns leave nothing open and many nothing out: then the readings are one.
    upper = (
        _score_variant(catalog, sums, ScoreVariant.UPPER)
        if any(s.open for s in sums.values())
        else record
    )
    strict = (
        _score_variant(catalog, sums, ScoreVariant.STRICT)
        if any(s.left_out for s in sums.values())
        else record
    )
    gates_ = tuple(find_gates(catalog, sums))
    ranked = not gates_ and record.overall is not None
    return Scores(
        categories={
            name: CategoryScore(
                category=name,
                score=record.categories[name],
                upper=upper.categories[name],
                strict=strict.categories[name] or Fraction(0),
                na_share=s.na_share,
                lost=s.lost,
                critical_missed=record.missed[name],
            )
            for name, s in sums.items()
        },
        overall=record.overall,
        upper=upper.overall,
        strict=strict.overall or Fraction(0),
        gates=gates_,
        caps=record.caps if ranked else (),
        base_rank=record.base if ranked else None,
        rank=record.rank if ranked else None,
        upper_rank=upper.rank if ranked else None,
        strict_rank=strict.rank if ranked else None,
        findings=tuple(find_findings(catalog, sums, ranked and strict.rank is not record.rank)),
        items={mark.item: mark.score for s in sums.values() for mark in s.marks},
    )


def _sum_categories(catalog: Catalog, answers: Answers) -> dict[str, CategorySums]:
    return {ledger.category: ledger.sums(answers) for ledger in score_tables(catalog)}


@dataclass(frozen=True, slots=True)
class _VariantResult:
    """What one reading comes to, as if no gate held it."""

    categories: Mapping[str, Fraction | None]
    overall: Fraction | None
    base: Rank
    caps: tuple[Cap, ...]
    rank: Rank
    missed: Mapping[str, tuple[str, ...]]  # critical items worth nothing, by category


def _score_variant(
    catalog: Catalog, sums: Mapping[str, CategorySums], reading: ScoreVariant
) -> _VariantResult:
    scores = {name: reading.score(s) for name, s in sums.items()}
    missed = {name: reading.missed(s) for name, s in sums.items()}
    mean = overall_score(catalog, scores)
    fired = tuple(find_caps(catalog, scores, sums, [i for items in missed.values() for i in items]))
    base = base_rank(catalog, mean or Fraction(0))
    return _VariantResult(
        categories=scores,
        overall=mean,
        base=base,
        caps=fired,
        rank=worse_of(base, *(cap.at_most for cap in fired)),
        missed=missed,
    )
