"""Turn answers into scores, caps and a rank.

Pure and exact: scores are a `Fraction`, and are compared before they are rounded. The same answers
are scored in three variants: of record (未回答 is worth the least), as the upper bound (未回答 = 1)
and strictly (該当なし is worth the least). Every number comes from the catalogue; docs/scoring.md
has the rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sheet_diag.diagnosis.scoring.cap_rules import CapFacts, collect_facts, find_caps
from sheet_diag.diagnosis.scoring.findings import find_findings
from sheet_diag.diagnosis.scoring.item_scores import CategorySums, ScoreVariant, sum_categories
from sheet_diag.model.applicability import find_open_gates
from sheet_diag.model.basics import Rank, worse_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Answers, Cap, CategoryScore, ItemScore, Scores
from sheet_diag.model.rules import ApplicableGate, CategoryGate, Gate, ItemGate, TotalGate

_Sums = Mapping[str, CategorySums]
NOT_COUNTED: Final = ItemScore(None, None, None)


@dataclass(frozen=True, slots=True)
class OverallResult:
    """The overall score of record and its rank; None as in `Scores`."""

    overall: Fraction | None
    rank: Rank | None


def score_overall(catalog: Catalog, answers: Answers) -> OverallResult:
    """Compute the overall score and rank of `score_answers`, and nothing else."""
    sums = sum_categories(catalog, answers)
    record = _score_variant(catalog, sums, ScoreVariant.RECORD)
    held = record.overall is None or any(find_gates(catalog, sums, answers))
    return OverallResult(record.overall, None if held else record.rank)


def score_answers(catalog: Catalog, answers: Answers) -> Scores:
    """Score one return."""
    sums = sum_categories(catalog, answers)
    record = upper = strict = _score_variant(catalog, sums, ScoreVariant.RECORD)
    # Most returns leave nothing open and nothing out: then the three variants are one.
    if any(each.open for each in sums.values()):
        upper = _score_variant(catalog, sums, ScoreVariant.UPPER)
    if any(each.left_out for each in sums.values()):
        strict = _score_variant(catalog, sums, ScoreVariant.STRICT)
    gates = tuple(find_gates(catalog, sums, answers))
    ranked = not gates and record.overall is not None
    return Scores(
        categories={
            name: CategoryScore(
                category=name,
                score=record.facts.scores[name],
                upper=upper.facts.scores[name],
                strict=strict.facts.scores[name] or Fraction(0),
                na_share=each.na_share,
                lost=each.lost,
                critical_missed=record.facts.missed[name],
            )
            for name, each in sums.items()
            if catalog.category_by_id[name].is_scored
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
        findings=tuple(find_findings(catalog, sums, ranked and strict.rank != record.rank)),
        items=dict.fromkeys(catalog.items, NOT_COUNTED)
        | {answer.item: answer.score for each in sums.values() for answer in each.answers},
    )


@dataclass(frozen=True, slots=True)
class _VariantResult:
    """The result of one variant as if no gate held it."""

    facts: CapFacts
    overall: Fraction | None
    base: Rank
    caps: tuple[Cap, ...]
    rank: Rank


def _score_variant(catalog: Catalog, sums: _Sums, variant: ScoreVariant) -> _VariantResult:
    facts = collect_facts(sums, variant)
    overall, caps = _overall_score(catalog, sums, variant), tuple(find_caps(catalog, facts))
    base = base_rank(catalog, overall or Fraction(0))
    rank = worse_of(base, *(cap.at_most for cap in caps))
    return _VariantResult(facts, overall, base, caps, rank)


def _overall_score(catalog: Catalog, sums: _Sums, variant: ScoreVariant) -> Fraction | None:
    """Compute the mean of the applicable categories, each counted by its weight.

    Where all items count together, the weight of a category is that of its items that count.
    """
    rule, counted = catalog.scoring, []
    for category in catalog.categories:
        score = variant.score(sums[category.id])
        if score is not None:
            pooled = variant.weight(sums[category.id])
            counted.append((pooled if rule.is_pooled else category.weight, score))
    if not counted:
        return None
    mean = sum((w * s for w, s in counted), Fraction(0)) / sum(w for w, _ in counted)
    return mean * Fraction(rule.full, rule.full_of_category) if rule.is_pooled else mean


def base_rank(catalog: Catalog, score: Fraction) -> Rank:
    """Find the best rank whose lowest score is reached."""
    lows = (rule.lowest for rule in catalog.scoring.ranks[:-1])
    found = (place for place, low in enumerate(lows) if low is not None and score >= low)
    return catalog.ranks[next(found, -1)]


def find_gates(
    catalog: Catalog, sums: Mapping[str, CategorySums], answers: Answers
) -> Iterator[Gate]:
    """Find the gates that hold a return.

    What others depend on must be known; a share equal to the limit passes. わからない is an answer;
    該当なし leaves both sides.
    """
    for item in find_open_gates(catalog, answers):
        yield ItemGate(item)
    limits = catalog.scoring.gates
    for name, each in sums.items():
        limit = limits.by_category.get(name, limits.category_answered)
        if each.open and Fraction(each.answered, each.applicable) < limit:
            yield CategoryGate(limit, name)
    applicable = sum(each.applicable for each in sums.values())
    answered = sum(each.answered for each in sums.values())
    if applicable > answered and Fraction(answered, applicable) < limits.total_answered:
        yield TotalGate(limits.total_answered)
    if sum(1 for each in sums.values() if each.applicable) < limits.applicable_categories:
        yield ApplicableGate(limits.applicable_categories)
