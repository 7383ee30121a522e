"""Turn answers and profile into the whole diagnosis of one return. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from sheet_diag.diagnosis.coverage import count_threats
from sheet_diag.diagnosis.improvement.improve import find_unknown, find_ways
from sheet_diag.diagnosis.improvement.lost_points import compute_losses
from sheet_diag.diagnosis.improvement.plan import plan_items
from sheet_diag.diagnosis.scoring.findings import (
    find_company_contradictions,
    find_condition_contradictions,
)
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.applicability import mark_not_asked
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, Choice, FieldKind, Item, cached_per_catalog
from sheet_diag.model.results import Answers, CommentedCategory, Diagnosis, Insurance, Scores
from sheet_diag.model.returns import ReturnedSheet
from sheet_diag.model.rules import ExposureRule


def evaluate(catalog: Catalog, sheet: ReturnedSheet) -> Diagnosis:
    """Score and diagnose one return."""
    return diagnose(catalog, sheet.answers, sheet.profile)


def diagnose(catalog: Catalog, answers: Answers, profile: Mapping[str, str]) -> Diagnosis:
    """Diagnose answers; a return that a gate holds gets no comments, no plan and no ways."""
    answers = mark_not_asked(catalog, answers, profile)
    scores = score_answers(catalog, answers)
    against = (
        *find_company_contradictions(catalog, answers, profile),
        *find_condition_contradictions(catalog, answers, profile),
    )
    if against:
        scores = replace(scores, findings=(*scores.findings, *against))
    insurance = choose_notice(catalog, answers, profile, scores.rank)
    if scores.rank is None:
        return Diagnosis(scores, (), insurance)
    losses = compute_losses(catalog, scores)
    ways = find_ways(catalog, answers, scores, losses)
    unknown = find_unknown(catalog, answers, scores, losses)
    return Diagnosis(
        scores=scores,
        comments=tuple(choose_comments(catalog, answers, scores)),
        insurance=insurance,
        plan=plan_items(catalog, losses, ways[0].items if ways else ()),
        ways=ways,
        unknown=unknown,
        threats=count_threats(catalog, scores, unknown.items if unknown else ()),
    )


_Urgency = tuple[int, int, Fraction]
_Places = Mapping[str | None, int]  # by choice: place in the order of urgency, from 0


def choose_comments(
    catalog: Catalog, answers: Answers, scores: Scores
) -> Iterator[CommentedCategory]:
    """Choose the weakest categories, each with its most urgent items, in catalogue order."""
    counts = catalog.scoring.comments
    places = _places(catalog)
    candidates = {name: _by_urgency(items, answers) for name, items in places.items()}

    def weakness(category: str) -> tuple[int, Fraction, Fraction, int]:
        s = scores.categories[category]
        answered = len(set(s.critical_missed).intersection(candidates[category]))
        return (-answered, s.score or Fraction(0), -s.lost, -len(s.critical_missed))

    weakest = sorted((c for c, items in candidates.items() if items), key=weakness)
    commented = weakest[: counts.categories]
    for category, items in candidates.items():
        if category in commented:
            chosen = items[: counts.items]
            in_order = tuple(item for item in places[category] if item in chosen)
            noted = [item for item in chosen if catalog.items[item].note]
            closing = max(noted, key=lambda item: scores.items[item].lost or 0, default=None)
            yield CommentedCategory(category, in_order, closing)


def _by_urgency(items: Mapping[str, _Places], answers: Answers) -> list[str]:
    """Sort the items that were answered with less than full value, the most urgent first."""
    found = {item: by_choice.get(answers.get(item)) for item, by_choice in items.items()}
    urgent = {item: place for item, place in found.items() if place is not None}
    return sorted(urgent, key=urgent.__getitem__)


@cached_per_catalog
def _places(catalog: Catalog) -> Mapping[str, Mapping[str, _Places]]:
    """Find the place of every choice by category and item.

    A choice has none where nothing is lost, or where the item is 該当なし or 未回答.
    """
    keys = {
        (item.id, choice.id): key
        for item in catalog.items.values()
        for choice in catalog.choices_of(item).values()
        if (key := _urgency(catalog, item, choice))
    }
    order = {key: place for place, key in enumerate(sorted(set(keys.values())))}
    places: dict[str, dict[str | None, int]] = {item: {} for item in catalog.items}
    for (item, choice), key in keys.items():
        places[item][choice] = order[key]
    return {c.id: {item.id: places[item.id] for item in c.items} for c in catalog.scored_categories}


def _urgency(catalog: Catalog, item: Item, choice: Choice) -> _Urgency | None:
    """Critical items not done first, then those in part, then by priority and lost points."""
    if choice.value is None or choice.value == 1 or not item.is_scored:
        return None
    group = int(not catalog.is_missed(item, choice)) if item.critical else 2
    return group, item.priority, -item.weight * (1 - choice.value)


def choose_notice(
    catalog: Catalog, answers: Answers, profile: Mapping[str, str], rank: Rank | None
) -> Insurance | None:
    """Choose the level and the variant of the notice; `rank` is None where a gate holds.

    None where the catalogue says nothing of insurance.
    """
    rule = catalog.insurance
    if rule is None:
        return None
    exposure = _exposure(catalog, rule.exposure, profile)
    level = rule.level[exposure]["none" if rank is None else rank]
    variant = rule.variant
    chosen = variant.answers.get(answers.get(variant.item) or "", variant.otherwise)
    return Insurance(exposure, level, chosen)


def _exposure(catalog: Catalog, rule: ExposureRule, profile: Mapping[str, str]) -> str:
    """Find the exposure level by points; a profile that is blank everywhere counts as none."""
    known = {field: profile[field] for field in rule.points if profile.get(field)}
    if not known:
        return rule.no_profile
    points = sum(rule.points[field].get(choice, 0) for field, choice in known.items())
    levels = dict(sorted(rule.levels.items(), key=lambda pair: pair[1]))
    by_points = [name for name, fewest in levels.items() if points >= fewest][-1]
    if known.get(rule.unknown.field) in _known_choices(catalog, rule):
        return by_points
    return max(by_points, rule.unknown.at_least, key=list(levels).index)


def _known_choices(catalog: Catalog, rule: ExposureRule) -> frozenset[str]:
    """List the choices with points of the field whose answer may be unknown."""
    field = catalog.field_by_id[rule.unknown.field]
    points = rule.points.get(field.id, {})
    return frozenset(points) & frozenset(field.by_id if field.kind is FieldKind.CHOICE else ())
