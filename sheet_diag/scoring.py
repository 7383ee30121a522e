"""Answers -> scores, caps, rank. Pure and exact; every number comes from the catalogue.

Scores are 0 to 100 as `Fraction`; all comparison comes before rounding. Three readings of the
same answers are scored: of record (未回答 = 0), the upper bound (未回答 = 1) and the strict one
(該当なし = 0). The rule is written out in docs/scoring.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cached_property

from sheet_diag.model.basics import Rank, worse_of
from sheet_diag.model.catalog import Catalog, Category, Item, Role
from sheet_diag.model.results import (
    Cap,
    CategoryScore,
    Finding,
    FindingCode,
    Gate,
    ItemScore,
    Scores,
)

Answers = Mapping[str, str | None]


def score(catalog: Catalog, answers: Answers) -> Scores:
    """Score one return. `answers` maps item ids to choice ids; None or a missing id is 未回答."""
    sums = {
        category.id: _Sums(_marks(catalog, category, answers)) for category in catalog.categories
    }
    record = _reading(catalog, sums, _Reading.RECORD)
    upper = _reading(catalog, sums, _Reading.UPPER)
    strict = _reading(catalog, sums, _Reading.STRICT)
    gates = tuple(_gates(catalog, sums))
    ranked = not gates and record.overall is not None
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
        gates=gates,
        caps=record.caps if ranked else (),
        base_rank=record.base if ranked else None,
        rank=record.rank if ranked else None,
        upper_rank=upper.rank if ranked else None,
        strict_rank=strict.rank if ranked else None,
        findings=tuple(_findings(catalog, answers, sums, record, strict, ranked)),
        items={m.item.id: _item_score(m) for s in sums.values() for m in s.marks},
    )


class _State(Enum):
    VALUED = "valued"
    OPEN = "open"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class _Mark:
    """One item with what its answer is worth: `value` is meant only where VALUED."""

    item: Item
    state: _State
    value: Fraction = Fraction(0)


class _Reading(Enum):
    """A way to read the same answers: what 未回答 and 該当なし are worth."""

    RECORD = "未回答 0, 該当なし left out"
    UPPER = "未回答 1, 該当なし left out"
    STRICT = "未回答 0, 該当なし 0"

    def worth(self, mark: _Mark) -> Fraction | None:
        """Value of one item, 0 to 1; None where it does not count."""
        match mark.state:
            case _State.VALUED:
                return mark.value
            case _State.OPEN:
                return Fraction(1 if self is _Reading.UPPER else 0)
            case _State.LEFT_OUT:
                return Fraction(0) if self is _Reading.STRICT else None


def _marks(catalog: Catalog, category: Category, answers: Answers) -> tuple[_Mark, ...]:
    return tuple(_mark(catalog, item, answers.get(item.id)) for item in category.items)


def _mark(catalog: Catalog, item: Item, answer: str | None) -> _Mark:
    choice = catalog.choices_of(item).get(answer) if answer else None
    if choice is None:
        return _Mark(item, _State.OPEN)
    if choice.value is None:
        return _Mark(item, _State.LEFT_OUT if item.na_allowed else _State.OPEN)
    return _Mark(item, _State.VALUED, choice.value)


def _item_score(mark: _Mark) -> ItemScore:
    value = _Reading.RECORD.worth(mark)
    if value is None:
        return ItemScore(None, None, None)
    return ItemScore(value, mark.item.weight * value, mark.item.weight * (1 - value))


@dataclass(frozen=True)
class _Sums:
    """Weights of one category, added up by state."""

    marks: tuple[_Mark, ...]

    @cached_property
    def total(self) -> int:
        return sum(mark.item.weight for mark in self.marks)

    @cached_property
    def left_out(self) -> int:
        return sum(m.item.weight for m in self.marks if m.state is _State.LEFT_OUT)

    @cached_property
    def answered(self) -> int:
        return sum(m.item.weight for m in self.marks if m.state is _State.VALUED)

    @property
    def applicable(self) -> int:
        return self.total - self.left_out

    @property
    def na_share(self) -> Fraction:
        return Fraction(self.left_out, self.total)

    @property
    def lost(self) -> Fraction:
        """Σ w(1-v), with 未回答 as 0 and without 該当なし."""
        worth = ((m.item.weight, _Reading.RECORD.worth(m)) for m in self.marks)
        return sum((w * (1 - v) for w, v in worth if v is not None), Fraction(0))


@dataclass(frozen=True, slots=True)
class _Result:
    categories: Mapping[str, Fraction | None]
    overall: Fraction | None
    base: Rank
    caps: tuple[Cap, ...]
    rank: Rank
    missed: Mapping[str, tuple[str, ...]]  # critical items worth nothing, by category


def _reading(catalog: Catalog, sums: Mapping[str, _Sums], reading: _Reading) -> _Result:
    scores = {name: _category_score(s.marks, reading) for name, s in sums.items()}
    missed = {name: tuple(_missed(s.marks, reading)) for name, s in sums.items()}
    overall = _overall(catalog, scores)
    caps = tuple(_caps(catalog, scores, sums, [i for items in missed.values() for i in items]))
    base = _base_rank(catalog, overall or Fraction(0))
    return _Result(
        categories=scores,
        overall=overall,
        base=base,
        caps=caps,
        rank=worse_of(base, *(cap.at_most for cap in caps)),
        missed={name: tuple(item.id for item in items) for name, items in missed.items()},
    )


def _category_score(marks: Iterable[_Mark], reading: _Reading) -> Fraction | None:
    """100 · Σ w·v / Σ w over what counts; None where nothing does (対象外)."""
    earned, weight = Fraction(0), 0
    for mark in marks:
        worth = reading.worth(mark)
        if worth is not None:
            earned += mark.item.weight * worth
            weight += mark.item.weight
    return 100 * earned / weight if weight else None


def _missed(marks: Iterable[_Mark], reading: _Reading) -> Iterator[Item]:
    """Critical items worth nothing (重大項目の未実施)."""
    return (mark.item for mark in marks if mark.item.critical and reading.worth(mark) == 0)


def _overall(catalog: Catalog, scores: Mapping[str, Fraction | None]) -> Fraction | None:
    """Mean of the applicable categories by category weight (equal weights: the plain mean)."""
    counted = [(c.weight, s) for c in catalog.categories if (s := scores[c.id]) is not None]
    if not counted:
        return None
    return sum((w * s for w, s in counted), Fraction(0)) / sum(w for w, _ in counted)


def _base_rank(catalog: Catalog, overall: Fraction) -> Rank:
    thresholds = sorted(catalog.scoring.ranks.items(), key=lambda pair: pair[0].position)
    return next(rank for rank, lowest in thresholds if overall >= lowest)


def _caps(
    catalog: Catalog,
    scores: Mapping[str, Fraction | None],
    sums: Mapping[str, _Sums],
    missed: list[Item],
) -> Iterator[Cap]:
    yield from _category_caps(catalog, scores)
    rules = catalog.scoring.caps
    for wide in rules.categories_below:
        below = tuple(n for n, s in scores.items() if s is not None and s < wide.score)
        if len(below) >= wide.count:
            yield Cap(f"CATEGORIES_LT_{wide.score}_GE_{wide.count}", wide.at_most, below)
    reached = [line for line in rules.critical_missed if len(missed) >= line.count]
    if reached:
        strongest = max(reached, key=lambda line: line.count)
        names = tuple(item.id for item in missed)
        yield Cap(f"CRITICAL_GE_{strongest.count}", strongest.at_most, names)
    if rules.na_share:
        over = tuple(
            n for n, s in sums.items() if s.applicable and s.na_share > rules.na_share.over
        )
        if over:
            yield Cap("NA_SHARE", rules.na_share.at_most, over)


def _category_caps(catalog: Catalog, scores: Mapping[str, Fraction | None]) -> Iterator[Cap]:
    """One cap a line; a category counts under the lowest line that it falls below."""
    lines = sorted(catalog.scoring.caps.category_below, key=lambda line: line.score)
    fired: dict[Fraction, list[str]] = {line.score: [] for line in lines}
    for name, value in scores.items():
        line = next((ln for ln in lines if value is not None and value < ln.score), None)
        if line:
            fired[line.score].append(name)
    for line in reversed(lines):
        if fired[line.score]:
            yield Cap(f"CATEGORY_LT_{line.score}", line.at_most, tuple(fired[line.score]))


def _gates(catalog: Catalog, sums: Mapping[str, _Sums]) -> Iterator[Gate]:
    """Equal to the limit passes. わからない is an answer; 該当なし leaves both sides."""
    limits = catalog.scoring.gates
    for name, s in sums.items():
        if s.applicable and Fraction(s.answered, s.applicable) < limits.category_answered:
            yield Gate(f"CATEGORY_ANSWERED_LT_{limits.category_answered}", name)
    applicable = sum(s.applicable for s in sums.values())
    answered = sum(s.answered for s in sums.values())
    if applicable and Fraction(answered, applicable) < limits.total_answered:
        yield Gate(f"TOTAL_ANSWERED_LT_{limits.total_answered}")
    if sum(1 for s in sums.values() if s.applicable) < limits.applicable_categories:
        yield Gate(f"APPLICABLE_CATEGORIES_LT_{limits.applicable_categories}")


def _findings(
    catalog: Catalog,
    answers: Answers,
    sums: Mapping[str, _Sums],
    record: _Result,
    strict: _Result,
    ranked: bool,
) -> Iterator[Finding]:
    roles = {item: _role(catalog, item, answers.get(item)) for item in catalog.items}
    unanswered = tuple(item for item, role in roles.items() if role is None)
    if unanswered:
        yield Finding(FindingCode.UNANSWERED, "UNANSWERED", unanswered)
    unknown = tuple(item for item, role in roles.items() if role is Role.UNKNOWN)
    if unknown:
        yield Finding(FindingCode.UNKNOWN_STATE, "UNKNOWN_STATE", unknown)
    na = [item for item, role in roles.items() if role is Role.NOT_APPLICABLE]
    refused = tuple(item for item in na if not catalog.items[item].na_allowed)
    if refused:
        yield Finding(FindingCode.NA_NOT_ALLOWED, "NA_NOT_ALLOWED", refused)
    limit = catalog.scoring.review.na_share_over
    high = tuple(n for n, s in sums.items() if s.applicable and s.na_share > limit)
    if high:
        yield Finding(FindingCode.NA_SHARE_HIGH, f"NA_SHARE_GT_{_percent(limit)}", high)
    for rule in catalog.scoring.contradictions:
        if rule.na in na and roles[rule.answered] in (Role.ANSWERED, Role.UNKNOWN):
            about = (rule.na, rule.answered)
            yield Finding(FindingCode.CONTRADICTION, "CONTRADICTION", about)
    if ranked and strict.rank is not record.rank:
        yield Finding(FindingCode.STRICT_RANK_DIFFERS, "STRICT_RANK_DIFFERS")


def _role(catalog: Catalog, item: str, answer: str | None) -> Role | None:
    choice = catalog.choices_of(catalog.items[item]).get(answer) if answer else None
    return choice.role if choice else None


def _percent(share: Fraction) -> str:
    """`30` for 3/10; the plain fraction where it is no whole percentage."""
    return str(share * 100) if (share * 100).denominator == 1 else str(share)
