"""Answers -> scores, caps, rank. Pure and exact; every number comes from the catalogue.

Scores are 0 to 100 as `Fraction`; all comparison comes before rounding. Three readings of the
same answers are scored: of record (未回答 = 0), the upper bound (未回答 = 1) and the strict one
(該当なし = 0). The rule is written out in docs/scoring.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sheet_diag.diagnosis.scoring.findings import findings
from sheet_diag.diagnosis.scoring.item_scores import Answers, Reading, Sums, ledgers
from sheet_diag.diagnosis.scoring.ranks import base_rank, caps, gates, overall
from sheet_diag.model.basics import Rank, worse_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Cap, CategoryScore, Scores


@dataclass(frozen=True, slots=True)
class Verdict:
    """The overall score of record and its rank; None as in `Scores`."""

    overall: Fraction | None
    rank: Rank | None


def verdict(catalog: Catalog, answers: Answers) -> Verdict:
    """The same overall score and rank as `score` gives, and nothing else."""
    sums = _sums(catalog, answers)
    record = _read(catalog, sums, Reading.RECORD)
    held = record.overall is None or any(gates(catalog, sums))
    return Verdict(record.overall, None if held else record.rank)


def score(catalog: Catalog, answers: Answers) -> Scores:
    """Score one return. `answers` maps item ids to choice ids; None or a missing id is 未回答."""
    sums = _sums(catalog, answers)
    record = _read(catalog, sums, Reading.RECORD)
    # Most returns leave nothing open and many nothing out: then the readings are one.
    upper = _read(catalog, sums, Reading.UPPER) if any(s.open for s in sums.values()) else record
    strict = (
        _read(catalog, sums, Reading.STRICT) if any(s.left_out for s in sums.values()) else record
    )
    gates_ = tuple(gates(catalog, sums))
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
        findings=tuple(findings(catalog, sums, ranked and strict.rank is not record.rank)),
        items={mark.item: mark.score for s in sums.values() for mark in s.marks},
    )


def _sums(catalog: Catalog, answers: Answers) -> dict[str, Sums]:
    return {ledger.category: ledger.sums(answers) for ledger in ledgers(catalog)}


@dataclass(frozen=True, slots=True)
class _Result:
    """What one reading comes to, as if no gate held it."""

    categories: Mapping[str, Fraction | None]
    overall: Fraction | None
    base: Rank
    caps: tuple[Cap, ...]
    rank: Rank
    missed: Mapping[str, tuple[str, ...]]  # critical items worth nothing, by category


def _read(catalog: Catalog, sums: Mapping[str, Sums], reading: Reading) -> _Result:
    scores = {name: reading.score(s) for name, s in sums.items()}
    missed = {name: reading.missed(s) for name, s in sums.items()}
    mean = overall(catalog, scores)
    fired = tuple(caps(catalog, scores, sums, [i for items in missed.values() for i in items]))
    base = base_rank(catalog, mean or Fraction(0))
    return _Result(
        categories=scores,
        overall=mean,
        base=base,
        caps=fired,
        rank=worse_of(base, *(cap.at_most for cap in fired)),
        missed=missed,
    )
