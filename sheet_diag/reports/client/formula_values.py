"""What the cells of a calculation show before a program calculates them.

Scores are shown of record (未回答 0) and as the upper bound (未回答 full), with the caps of each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from sheet_diag.diagnosis.scoring.cap_rules import (
    CapFacts,
    applies,
    cap_rules,
    counted_ids,
    record_facts,
)
from sheet_diag.diagnosis.scoring.score import base_rank
from sheet_diag.model.basics import Rank, worse_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import FindingCode, Scores
from sheet_diag.text.numbers import truncate_score


@dataclass(frozen=True)
class FormulaValues:
    """What the cells show for one set of scores."""

    catalog: Catalog
    scores: Scores

    @cached_property
    def unanswered(self) -> frozenset[str]:
        """The items that count as unanswered."""
        codes = (FindingCode.UNANSWERED, FindingCode.NA_NOT_ALLOWED)
        return frozenset(i for f in self.scores.findings if f.code in codes for i in f.about)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The ids of the categories; those that are 対象外 come last, so that a chart can leave
        them out."""
        scores = self.scores.categories
        ids = (category.id for category in self.catalog.categories)
        return tuple(sorted(ids, key=lambda name: scores[name].score is None))

    def shown(self, category: str) -> float | None:
        """The score of a category as printed; None where it is 対象外."""
        score = self.scores.categories[category].score
        return None if score is None else truncate_score(score)

    def mark(self, category: str) -> str | None:
        """The mark of a category's score; None where it is 対象外."""
        score = self.scores.categories[category].score
        if score is None:
            return None
        return next(each.mark for each in self.catalog.report.marks if score >= each.score)

    @cached_property
    def record(self) -> VariantValues:
        """The variant with 未回答 worth nothing."""
        overall = self.scores.overall or Fraction(0)
        return VariantValues(self.catalog, record_facts(self.scores), overall)

    @cached_property
    def upper(self) -> VariantValues:
        """The variant with 未回答 worth everything."""
        if not self.unanswered:
            return self.record
        facts = replace(
            self.record.facts,
            scores={name: each.upper for name, each in self.scores.categories.items()},
            missed=[item for item in self.record.facts.missed if item not in self.unanswered],
        )
        return VariantValues(self.catalog, facts, self.scores.upper or Fraction(0))


@dataclass(frozen=True)
class VariantValues:
    """One variant: what the caps count in it, its overall score, and the ranks that follow."""

    catalog: Catalog
    facts: CapFacts
    overall: Fraction

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """How much each cap counts."""
        return tuple(len(counted_ids(rule, self.facts)) for rule in cap_rules(self.catalog))

    @cached_property
    def caps(self) -> tuple[Rank | None, ...]:
        """The rank at most by each cap; None where it does not apply."""
        counted = zip(cap_rules(self.catalog), self.counts, strict=True)
        return tuple(rule.at_most if applies(rule, count) else None for rule, count in counted)

    @cached_property
    def base(self) -> Rank:
        """基礎ランク."""
        return base_rank(self.catalog, self.overall)

    @cached_property
    def cap(self) -> Rank | None:
        """The worst of the caps."""
        caps = [cap for cap in self.caps if cap]
        return worse_of(*caps) if caps else None

    @property
    def rank(self) -> Rank:
        """判定ランク."""
        return worse_of(self.base, self.cap) if self.cap else self.base
