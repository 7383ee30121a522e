"""What the calculation's cells show before a program calculates them: scores read as record
(未回答 0) and as upper bound (未回答 full), and which caps that brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from sheet_diag.model.basics import Rank, worse_of
from sheet_diag.model.catalog import Catalog, Category, Mark
from sheet_diag.model.results import CategoryScore, FindingCode, Scores
from sheet_diag.reports.caprules import CapKind, CapLine, cap_lines


def mark_of(catalog: Catalog, score: Fraction) -> Mark:
    """The mark of a category score."""
    return next(mark for mark in catalog.report.marks if score >= mark.score)


@dataclass(frozen=True, slots=True)
class Sums:
    """Added up over the items of a category, in units of weight."""

    weight: int
    points: Fraction
    left_out: int
    open: int


@dataclass(frozen=True)
class Readings:
    """Both readings of one set of scores."""

    catalog: Catalog
    scores: Scores

    @cached_property
    def lines(self) -> tuple[CapLine, ...]:
        """The caps, in the order of their table."""
        return cap_lines(self.catalog)

    @cached_property
    def open_items(self) -> frozenset[str]:
        """Items that count as unanswered."""
        codes = (FindingCode.UNANSWERED, FindingCode.NA_NOT_ALLOWED)
        return frozenset(i for f in self.scores.findings if f.code in codes for i in f.about)

    def sums(self, category: Category) -> Sums:
        """What the items of a category add up to."""
        items = self.scores.items
        points = [(i, items[i.id].points) for i in category.items]
        weight = sum(item.weight for item, value in points if value is not None)
        return Sums(
            weight=weight,
            points=sum((value for _, value in points if value is not None), Fraction(0)),
            left_out=sum(item.weight for item in category.items) - weight,
            open=sum(item.weight for item in category.items if item.id in self.open_items),
        )

    @cached_property
    def record(self) -> Reading:
        """未回答 worth nothing."""
        values = {name: each.score for name, each in self.scores.categories.items()}
        return Reading(self, values, self.scores.overall or Fraction(0), self.missed)

    @cached_property
    def upper(self) -> Reading:
        """未回答 worth everything."""
        values = {name: each.upper for name, each in self.scores.categories.items()}
        missed = self.missed - self.open_items
        return Reading(self, values, self.scores.upper or Fraction(0), missed)

    @property
    def missed(self) -> frozenset[str]:
        """Critical items worth nothing."""
        return frozenset(i for c in self.scores.categories.values() for i in c.critical_missed)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: scores by category (None: 対象外), the overall score, critical items missed."""

    of: Readings
    categories: Mapping[str, Fraction | None]
    overall: Fraction
    missed: frozenset[str]

    def count(self, line: CapLine) -> int:
        """What a cap's line counts."""
        match line.kind:
            case CapKind.CRITICAL:
                return len(self.missed)
            case CapKind.NA:
                found = self.of.scores.categories.values()
                return sum(1 for each in found if _too_thin(each, line))
            case CapKind.CATEGORY | CapKind.CATEGORIES:
                values = [value for value in self.categories.values() if value is not None]
                return sum(1 for value in values if _is_in(value, line))

    def applied(self, line: CapLine) -> Rank | None:
        """The cap that a line puts on the rank."""
        count = self.count(line)
        settled = line.kind is CapKind.CRITICAL and line.follower
        if count < line.needed or (settled and count >= settled.needed):
            return None
        return line.at_most

    @property
    def base(self) -> Rank:
        """基礎ランク."""
        lows = self.of.catalog.scoring.ranks
        return min((r for r in lows if self.overall >= lows[r]), key=lambda rank: rank.position)

    @property
    def cap(self) -> Rank | None:
        """The worst of the caps."""
        caps = [cap for line in self.of.lines if (cap := self.applied(line))]
        return worse_of(*caps) if caps else None

    @property
    def rank(self) -> Rank:
        """判定ランク."""
        return worse_of(self.base, self.cap) if self.cap else self.base


def _is_in(value: Fraction, line: CapLine) -> bool:
    below = line.limit is not None and value < line.limit
    lower = line.follower.limit if line.follower else None
    return below and (lower is None or value >= lower)


def _too_thin(category: CategoryScore, line: CapLine) -> bool:
    return category.score is not None and line.limit is not None and category.na_share > line.limit
