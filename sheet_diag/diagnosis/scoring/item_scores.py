"""What every answer to every item is worth, and the sums over a category.

The tables are made once per catalogue. Sums are whole numbers, `parts` to a point of weight, where
`parts` makes every value of the catalogue whole: adding fractions took most of the time of scoring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from math import lcm

from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.catalog import (
    Catalog,
    Category,
    Choice,
    ChoiceRole,
    Item,
    ItemKind,
    cached_per_catalog,
)
from sheet_diag.model.results import Answers, ItemScore


@dataclass(frozen=True, slots=True)
class ScoredAnswer:
    """One answer to one item.

    The item's `weight` is `open` where it is 未回答 and `left_out` where it does not count (0
    elsewhere); `earned` are the parts that it brings, `upper` and `strict` those that it brings in
    these variants. `role` is None where nothing known was answered.
    """

    item: str
    choice: str | None
    critical: bool
    role: ChoiceRole | None
    missed: bool
    weight: int | Fraction
    open: int | Fraction
    left_out: int | Fraction
    earned: int
    upper: int
    strict: int
    score: ItemScore


@dataclass(frozen=True, slots=True)
class ItemScoreTable:
    """The score of every choice of an item, and of any other answer."""

    item: str
    by_choice: Mapping[str | None, ScoredAnswer]
    other: ScoredAnswer


@dataclass(frozen=True, slots=True)
class CategoryScoreTable:
    """The tables of a category's items, the weight of all of them, and the parts of a point."""

    category: str
    items: tuple[ItemScoreTable, ...]
    total: int | Fraction
    parts: int
    full: int | Fraction

    def sum_up(self, answers: Answers) -> CategorySums:
        """Score the answers to what is asked and add up what they bring."""
        given = [(each, answers.get(each.item)) for each in self.items]
        scored = [
            each.by_choice.get(answer, each.other) for each, answer in given if answer != NOT_ASKED
        ]
        is_whole = len(scored) == len(self.items)
        return CategorySums(
            answers=scored,
            parts=self.parts,
            full=self.full,
            total=self.total if is_whole else sum([answer.weight for answer in scored]),
            left_out=sum([answer.left_out for answer in scored]),
            open=sum([answer.open for answer in scored]),
            earned=sum([answer.earned for answer in scored]),
            upper=sum([answer.upper for answer in scored]),
            strict=sum([answer.strict for answer in scored]),
        )


@dataclass(frozen=True, slots=True)
class CategorySums:
    """One category of one return: its scored answers, and their weights added up."""

    answers: Sequence[ScoredAnswer]
    parts: int
    full: int | Fraction
    total: int | Fraction
    left_out: int | Fraction
    open: int | Fraction
    earned: int
    upper: int
    strict: int

    @property
    def applicable(self) -> int | Fraction:
        """The weight of what counts."""
        return self.total - self.left_out

    @property
    def answered(self) -> int | Fraction:
        """The weight of what was answered; わからない is an answer."""
        return self.applicable - self.open

    @property
    def na_share(self) -> Fraction:
        """The share of the weight that left as 該当なし."""
        return Fraction(self.left_out, self.total) if self.total else Fraction(0)

    @property
    def critical_partial(self) -> tuple[str, ...]:
        """The critical items done in part only (重大項目の一部実施)."""
        return tuple(
            answer.item
            for answer in self.answers
            if answer.critical and answer.score.lost and not answer.missed
        )

    @property
    def lost(self) -> Fraction:
        """Σ w(1-v), with 未回答 at its least and without 該当なし."""
        return Fraction(self.applicable * self.parts - self.earned, self.parts)


class ScoreVariant(Enum):
    """A way to score the same answers: what 未回答 and 該当なし are worth."""

    RECORD = "未回答 least, 該当なし left out"
    UPPER = "未回答 1, 該当なし left out"
    STRICT = "未回答 least, 該当なし least"

    def weight(self, sums: CategorySums) -> int | Fraction:
        """Return the weight of what counts."""
        return sums.total if self is ScoreVariant.STRICT else sums.applicable

    def earned(self, sums: CategorySums) -> int:
        """Return the parts that are earned."""
        if self is ScoreVariant.RECORD:
            return sums.earned
        return sums.upper if self is ScoreVariant.UPPER else sums.strict

    def score(self, sums: CategorySums) -> Fraction | None:
        """Compute full · Σ w·v / Σ w over what counts; None where nothing does (対象外)."""
        weight = self.weight(sums)
        return Fraction(sums.full * self.earned(sums), weight * sums.parts) if weight else None

    def missed(self, sums: CategorySums) -> tuple[str, ...]:
        """List the critical items worth the least of their answers (重大項目の未実施)."""
        return tuple(
            answer.item
            for answer in sums.answers
            if (answer.missed and not (answer.open and self is ScoreVariant.UPPER))
            or (answer.critical and answer.left_out and self is ScoreVariant.STRICT)
        )


def sum_categories(catalog: Catalog, answers: Answers) -> Mapping[str, CategorySums]:
    """Score the answers and add up what they bring, category by category."""
    return {table.category: table.sum_up(answers) for table in _score_tables(catalog)}


@cached_per_catalog
def _score_tables(catalog: Catalog) -> tuple[CategoryScoreTable, ...]:
    """Build the score tables of every category."""
    parts = parts_of_a_point(catalog)
    return tuple(_category_table(catalog, category, parts) for category in catalog.categories)


@cached_per_catalog
def parts_of_a_point(catalog: Catalog) -> int:
    """Compute the parts of a point that make every weight and value of the catalogue whole."""
    choices = [choice for answer_set in catalog.answer_sets.values() for choice in answer_set]
    values = lcm(*(choice.value.denominator for choice in choices if choice.value is not None))
    return values * lcm(*(item.weight.denominator for item in catalog.items.values()))


def _category_table(catalog: Catalog, category: Category, parts: int) -> CategoryScoreTable:
    return CategoryScoreTable(
        category=category.id,
        items=tuple(_item_table(catalog, item, parts) for item in category.items),
        total=sum(item.weight for item in category.items if item.is_scored),
        parts=parts,
        full=catalog.scoring.full_of_category,
    )


def _item_table(catalog: Catalog, item: Item, parts: int) -> ItemScoreTable:
    """Build the table of an item; an answer that is no single choice is only known to be there."""
    unanswered = _score_answer(catalog, item, None, parts)
    if item.kind is not ItemKind.SINGLE:
        answered = replace(unanswered, role=ChoiceRole.ANSWERED)
        return ItemScoreTable(item.id, {None: unanswered}, answered)
    choices = catalog.choices_of(item).values()
    by_choice: dict[str | None, ScoredAnswer] = {
        choice.id: _score_answer(catalog, item, choice, parts) for choice in choices
    }
    return ItemScoreTable(item.id, by_choice, unanswered)


def _score_answer(catalog: Catalog, item: Item, choice: Choice | None, parts: int) -> ScoredAnswer:
    """Score one answer; 該当なし where it is not allowed counts as 未回答."""
    value, role = (choice.value, choice.role) if choice else (None, None)
    left_out = choice is not None and value is None and item.na_allowed
    is_open, weight = value is None and not left_out, item.weight if item.is_scored else 0
    worth = catalog.least_value(item) if value is None else value
    points, lost = weight * worth, weight * (1 - worth)
    earned, critical = int(points * parts), item.critical and weight > 0
    return ScoredAnswer(
        item=item.id,
        choice=choice.id if choice else None,
        critical=critical,
        role=role,
        missed=critical and not left_out and worth <= catalog.lowest_value(item),
        weight=weight,
        open=weight if is_open else 0,
        left_out=weight if left_out else 0,
        earned=0 if left_out else earned,
        upper=0 if left_out else int(weight * parts) if is_open else earned,
        strict=earned,
        score=ItemScore(None, None, None) if left_out else ItemScore(worth, points, lost),
    )
