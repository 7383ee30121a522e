"""What of a catalogue occurs in no simulated return, and what can never occur. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from sheet_diag.diagnosis.coverage import cover_standards
from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.diagnosis.simulation import SimulatedReturn, answer_all, score_return
from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.results import FindingCode, Scores
from sheet_diag.model.rules import (
    CapRule,
    CategoriesCapRule,
    CategoryCapRule,
    CriticalCapRule,
    NaShareCapRule,
)
from sheet_diag.model.standards import RequirementState


class Matter(StrEnum):
    """What may not occur."""

    RANK = "rank"
    CAP = "cap"
    GATE = "gate"
    CONTRADICTION = "contradiction"
    COMMENT = "comment"
    CONDITION = "condition"
    REQUIREMENT = "requirement"


@dataclass(frozen=True, slots=True)
class Absence:
    """Something that did not occur.

    `about` names it (ids, numbers, codes), `rule` is the cap that is meant; `is_certain` says that
    it cannot occur whatever is answered.
    """

    matter: Matter
    about: tuple[str, ...]
    rule: CapRule | None = None
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """The ranks that the best and the worst answers lead to; None where a gate holds them."""

    best: Rank | None
    worst: Rank | None
    lowest: Scores


def compute_reach(catalog: Catalog) -> Reach:
    """Score the best and the worst that can be answered."""
    best, worst = (
        score_return(catalog, answer_all(catalog, best=best), {}).scores for best in (True, False)
    )
    return Reach(best.rank, worst.rank, worst)


def find_absences(catalog: Catalog, returns: Sequence[SimulatedReturn]) -> Iterator[Absence]:
    """Find all that occurs in none of the returns."""
    reach = compute_reach(catalog)
    scores = [each.scores for each in returns]
    yield from _absent_ranks(catalog, scores, reach)
    yield from _absent_caps(catalog, scores, reach)
    yield from _absent_gates(catalog, scores)
    yield from _absent_contradictions(catalog, scores)
    yield from _absent_comments(catalog, returns)
    yield from _absent_conditions(catalog, returns)
    yield from _absent_requirements(catalog, returns)


def _absent_ranks(catalog: Catalog, scores: Sequence[Scores], reach: Reach) -> Iterator[Absence]:
    met = {each.rank for each in scores}
    for rank in catalog.ranks:
        if rank not in met:
            better = reach.best is not None and rank.position < reach.best.position
            worse = reach.worst is not None and rank.position > reach.worst.position
            yield Absence(Matter.RANK, (str(rank),), is_certain=better or worse)


def _absent_caps(catalog: Catalog, scores: Sequence[Scores], reach: Reach) -> Iterator[Absence]:
    met = {cap.rule for each in scores for cap in each.caps}
    for rule in cap_rules(catalog):
        certain = not _can_hold(catalog, rule, reach)
        if certain or rule not in met:
            yield Absence(Matter.CAP, (rule.code,), rule, is_certain=certain)


def _can_hold(catalog: Catalog, rule: CapRule, reach: Reach) -> bool:
    """Whether answers can make a cap hold; where that cannot be told, they can."""
    lowest = list(_lowest_scores(catalog, reach.lowest))
    items = [item for item in catalog.items.values() if item.is_scored]
    match rule:
        case CategoryCapRule(limit=limit, categories=names) if names:
            scored = (category.id for category in catalog.scored_categories)
            return any(s < limit for c, s in zip(scored, lowest, strict=True) if c in names)
        case CategoryCapRule(limit=limit) | CategoriesCapRule(limit=limit):
            return sum(score < limit for score in lowest) >= rule.needed
        case CriticalCapRule(needed=needed, partial=partial):
            counted = [i for i in items if i.critical and (not partial or _has_part(catalog, i))]
            return len(counted) >= needed
        case NaShareCapRule(limit=limit):
            return any(share > limit for share in _most_left_out(catalog))
        case _:
            return True


def _lowest_scores(catalog: Catalog, worst: Scores) -> Iterator[Fraction]:
    """Yield what each category scores at least; less than it can where conditions play a part."""
    for category in catalog.scored_categories:
        score = worst.categories[category.id].score
        scored = [item for item in category.items if item.is_scored]
        if score is None or any(item.condition for item in scored):
            yield min(map(catalog.lowest_value, scored)) * catalog.scoring.full_of_category
        else:
            yield score


def _has_part(catalog: Catalog, item: Item) -> bool:
    least = catalog.lowest_value(item)
    return any(each.value is not None and least < each.value < 1 for each in catalog.offered(item))


def _most_left_out(catalog: Catalog) -> Iterator[Fraction]:
    """Yield the largest share of each category that may be 該当なし while it still counts."""
    for category in catalog.scored_categories:
        scored = [item for item in category.items if item.is_scored]
        left = [Fraction(item.weight) for item in scored if item.na_allowed]
        stays = [Fraction(item.weight) for item in scored if not item.na_allowed]
        always = [
            Fraction(item.weight) for item in scored if not (item.na_allowed or item.condition)
        ]
        if not stays:
            stays = [left.pop(left.index(min(left)))]
        least = sum(always, Fraction(0)) or min(stays)
        yield sum(left, Fraction(0)) / (sum(left, Fraction(0)) + least)


def _absent_gates(catalog: Catalog, scores: Sequence[Scores]) -> Iterator[Absence]:
    """Find the gates that hold nothing; only those that a return could fail to pass count."""
    met = {gate.code.split("_LT_")[0] for each in scores for gate in each.gates}
    gates = catalog.scoring.gates
    limits = {
        "CATEGORY_ANSWERED": gates.category_answered,
        "TOTAL_ANSWERED": gates.total_answered,
        "APPLICABLE_CATEGORIES": gates.applicable_categories,
    }
    for code, limit in limits.items():
        if code not in met:
            yield Absence(Matter.GATE, (code, str(limit)), is_certain=not limit)


def _absent_contradictions(catalog: Catalog, scores: Sequence[Scores]) -> Iterator[Absence]:
    codes = (
        FindingCode.NA_CONTRADICTION, FindingCode.ANSWER_CONTRADICTION, FindingCode.CONTRADICTION,
    )  # fmt: skip
    met = {each.about for s in scores for each in s.findings if each.code in codes}
    rules = catalog.scoring
    pairs = [
        *((each.na, each.answered) for each in rules.contradictions),
        *((each.item, *each.needs) for each in rules.prerequisites),
        *(tuple(dict.fromkeys((*p.condition.items, *p.requires.items))) for p in rules.pairs),
    ]
    yield from (Absence(Matter.CONTRADICTION, pair) for pair in pairs if pair not in met)


def _absent_comments(catalog: Catalog, returns: Iterable[SimulatedReturn]) -> Iterator[Absence]:
    met = {item for each in returns for part in each.comments for item in part.items}
    for item in catalog.items.values():
        if item.is_scored and item.id not in met:
            yield Absence(Matter.COMMENT, (item.id,))


def _absent_conditions(catalog: Catalog, returns: Sequence[SimulatedReturn]) -> Iterator[Absence]:
    for item in catalog.items.values():
        if item.condition and all(each.answers[item.id] == NOT_ASKED for each in returns):
            yield Absence(Matter.CONDITION, (item.id,))


def _absent_requirements(catalog: Catalog, returns: Iterable[SimulatedReturn]) -> Iterator[Absence]:
    met: dict[tuple[str, str], bool] = {}
    for each in returns:
        for standard in cover_standards(catalog, each.answers):
            for group in standard.groups:
                for found in group.requirements:
                    if found.state is not None:
                        key = (standard.standard.id, found.requirement.id)
                        met[key] = met.get(key, False) or found.state is RequirementState.MET
    yield from (Absence(Matter.REQUIREMENT, key) for key, is_met in met.items() if not is_met)
