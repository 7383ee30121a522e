"""Turn answers into scores, caps and a rank.

Pure and exact: scores are 0 to 100 as `Fraction`, and are compared before they are rounded. The
same answers are scored in three variants: of record (未回答 = 0), as the upper bound (未回答 = 1)
and strictly (該当なし = 0). Every number comes from the catalogue; docs/scoring.md has the rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sheet_diag.diagnosis.scoring.cap_rules import CapFacts, find_caps
from sheet_diag.diagnosis.scoring.findings import find_findings
from sheet_diag.diagnosis.scoring.item_scores import CategorySums, ScoreVariant, score_tables
from sheet_diag.diagnosis.scoring.ranks import base_rank, find_gates, overall_score
from sheet_diag.model.basics import Rank, worse_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Answers, Cap, CategoryScore, Scores

_Sums = Mapping[str, CategorySums]


@dataclass(frozen=True, slots=True)
class OverallResult:
    """The overall score of record and its rank; None as in `Scores`."""

    overall: Fraction | None
    rank: Rank | None


def score_overall(catalog: Catalog, answers: Answers) -> OverallResult:
    """Compute the overall score and rank of `score_answers`, and nothing else."""
    sums = _sum_categories(catalog, answers)
    record = _score_variant(catalog, sums, ScoreVariant.RECORD)
    held = record.overall is None or any(find_gates(catalog, sums))
    return OverallResult(record.overall, None if held else record.rank)


def score_answers(catalog: Catalog, answers: Answers) -> Scores:
    """Score one return."""
    sums = _sum_categories(catalog, answers)
    record = upper = strict = _score_variant(catalog, sums, ScoreVariant.RECORD)
    # Most returns leave nothing open and nothing out: then the three variants are one.
    if any(each.open for each in sums.values()):
        upper = _score_variant(catalog, sums, ScoreVariant.UPPER)
    if any(each.left_out for each in sums.values()):
        strict = _score_variant(catalog, sums, ScoreVariant.STRICT)
    gates = tuple(find_gates(catalog, sums))
    ranked = not gates and record.overall is not None
    return Scores(
        categories={
            name: CategoryScore(
                category=name,
                score=record.categories[name],
                upper=upper.categories[name],
                strict=strict.categories[name] or Fraction(0),
                na_share=each.na_share,
                lost=each.lost,
                critical_missed=record.missed[name],
            )
            for name, each in sums.items()
        },
        overall=record.overall,
        upper=upper.overall,
        strict=strict.overall or Fraction(0),
        gates=gates,
        caps=record.caps if ranked else (),
        base_rank=record.base if ranked else None,
        rank=record.rank if ranked else None,
        upper_rank=upper.rank if ranked else None,
        strict_rank=strict.rank if ranked else None,
        findings=tuple(find_findings(catalog, sums, ranked and strict.rank is not record.rank)),
        items={answer.item: answer.score for each in sums.values() for answer in each.answers},
    )


def _sum_categories(catalog: Catalog, answers: Answers) -> _Sums:
    return {table.category: table.sum_up(answers) for table in score_tables(catalog)}


@dataclass(frozen=True, slots=True)
class _VariantResult:
    """The result of one variant as if no gate held it; `missed` are critical items by category."""

    categories: Mapping[str, Fraction | None]
    overall: Fraction | None
    base: Rank
    caps: tuple[Cap, ...]
    rank: Rank
    missed: Mapping[str, tuple[str, ...]]


def _score_variant(catalog: Catalog, sums: _Sums, variant: ScoreVariant) -> _VariantResult:
    scores = {name: variant.score(each) for name, each in sums.items()}
    missed = {name: variant.missed(each) for name, each in sums.items()}
    na_shares = {n: each.na_share for n, each in sums.items() if each.left_out and each.applicable}
    facts = CapFacts(scores, [item for items in missed.values() for item in items], na_shares)
    overall, caps = overall_score(catalog, scores), tuple(find_caps(catalog, facts))
    base = base_rank(catalog, overall or Fraction(0))
    rank = worse_of(base, *(cap.at_most for cap in caps))
    return _VariantResult(scores, overall, base, caps, rank, missed)
