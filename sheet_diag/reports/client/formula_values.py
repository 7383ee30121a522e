"""What the calculation's cells show before a program calculates them: scores read as record
(未回答 0) and as upper bound (未回答 full), and which caps that brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from sheet_diag.diagnosis.scoring.cap_rules import CapKind, CapLine, cap_lines
from sheet_diag.model.basics import Rank, worse_of
from sheet_diag.model.catalog import Catalog, Category
from sheet_diag.model.results import CategoryScore, FindingCode, Scores
from sheet_diag.text.numbers import truncate_score


@dataclass(frozen=True, slots=True)
class CategoryValues:
    """What the cells of a category show. `weight`, `points`, `left_out` and `open` are sums over
    its items; scores and mark are None where it is 対象外."""

    weight: float
    points: float
    left_out: float
    open: float
    na_share: float
    exact: float | None
    upper: float | None
    shown: float | None
    mark: str | None


@dataclass(frozen=True)
class FormulaValues:
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

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Ids of the categories; those that are 対象外 come last, so that a chart can leave them
        out."""
        scores = self.scores.categories
        ids = (category.id for category in self.catalog.categories)
        return tuple(sorted(ids, key=lambda name: scores[name].score is None))

    @cached_property
    def figures(self) -> Mapping[str, CategoryValues]:
        """What the cells of each category show."""
        return {category.id: self._figures(category) for category in self.catalog.categories}

    def _figures(self, category: Category) -> CategoryValues:
        items, now = self.scores.items, self.scores.categories[category.id]
        total = sum(item.weight for item in category.items)
        weight = sum(i.weight for i in category.items if items[i.id].points is not None)
        return CategoryValues(
            weight=float(weight),
            points=float(weight - now.lost),
            left_out=float(total - weight),
            open=float(sum(i.weight for i in category.items if i.id in self.open_items)),
            na_share=float(now.na_share),
            exact=None if now.score is None else float(now.score),
            upper=None if now.upper is None else float(now.upper),
            shown=None if now.score is None else truncate_score(now.score),
            mark=None if now.score is None else self._mark(now.score),
        )

    def _mark(self, score: Fraction) -> str:
        return next(m.mark for m in self.catalog.report.marks if score >= m.score)

    @cached_property
    def record(self) -> VariantValues:
        """未回答 worth nothing."""
        values = {name: each.score for name, each in self.scores.categories.items()}
        return VariantValues(self, values, self.scores.overall or Fraction(0), self._missed)

    @cached_property
    def upper(self) -> VariantValues:
        """未回答 worth everything."""
        if not self.open_items:
            return self.record
        values = {name: each.upper for name, each in self.scores.categories.items()}
        missed = self._missed - self.open_items
        return VariantValues(self, values, self.scores.upper or Fraction(0), missed)

    @property
    def _missed(self) -> frozenset[str]:
        """Critical items worth nothing."""
        return frozenset(i for c in self.scores.categories.values() for i in c.critical_missed)


@dataclass(frozen=True)
class VariantValues:
    """One reading: scores by category (None: 対象外), the overall score, critical items missed."""

    of: FormulaValues
    categories: Mapping[str, Fraction | None]
    overall: Fraction
    missed: frozenset[str]

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """What the line of each cap counts."""
        return tuple(self._count(line) for line in self.of.lines)

    @cached_property
    def caps(self) -> tuple[Rank | None, ...]:
        """The cap that each line puts on the rank."""
        lines = zip(self.of.lines, self.counts, strict=True)
        return tuple(line.at_most if line.applies(count) else None for line, count in lines)

    @cached_property
    def base(self) -> Rank:
        """基礎ランク."""
        lows = self.of.catalog.scoring.ranks
        return min((r for r in lows if self.overall >= lows[r]), key=lambda rank: rank.position)

    @cached_property
    def cap(self) -> Rank | None:
        """The worst of the caps."""
        caps = [cap for cap in self.caps if cap]
        return worse_of(*caps) if caps else None

    @property
    def rank(self) -> Rank:
        """判定ランク."""
        return worse_of(self.base, self.cap) if self.cap else self.base

    def _count(self, line: CapLine) -> int:
        match line.kind:
            case CapKind.CRITICAL:
                return len(self.missed)
            case CapKind.NA:
                found = self.of.scores.categories.values()
                return sum(1 for each in found if _too_thin(each, line))
            case CapKind.CATEGORY | CapKind.CATEGORIES:
                return sum(1 for value in self.categories.values() if _is_in(value, line))


def _is_in(value: Fraction | None, line: CapLine) -> bool:
    if value is None or line.limit is None or value >= line.limit:
        return False
    lower = line.follower.limit if line.follower else None
    return lower is None or value >= lower


def _too_thin(category: CategoryScore, line: CapLine) -> bool:
    if not category.na_share or category.score is None or line.limit is None:
        return False  # most categories leave nothing out, and no limit is below nothing
    return category.na_share > line.limit
