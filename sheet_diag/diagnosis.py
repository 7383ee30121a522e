"""Scores -> what the report says: commented categories and items, closing notes, insurance.

Pure. Texts are chosen by id only; `sheet_diag.reports` prints them from the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, Category, FieldKind, Item
from sheet_diag.model.results import CommentedCategory, Diagnosis, Insurance, Scores

Answers = Mapping[str, str | None]


def diagnose(
    catalog: Catalog, answers: Answers, profile: Mapping[str, str], scores: Scores
) -> Diagnosis:
    """Diagnose one return; a held one gets no comments."""
    comments = tuple(_comments(catalog, answers, scores)) if scores.rank else ()
    return Diagnosis(scores, comments, _insurance(catalog, answers, profile, scores.rank))


def lost_points(catalog: Catalog, item: Item, answer: str | None) -> Fraction | None:
    """w(1-v) of an answered item; None where it is unanswered or 該当なし."""
    choice = catalog.choices_of(item).get(answer) if answer else None
    return None if choice is None or choice.value is None else item.weight * (1 - choice.value)


def _comments(catalog: Catalog, answers: Answers, scores: Scores) -> Iterator[CommentedCategory]:
    """The weakest categories in catalogue order, each with its items in catalogue order."""
    candidates = {c.id: _candidates(catalog, c, answers) for c in catalog.categories}
    order = list(candidates)

    def weakness(category: str) -> tuple[Fraction, Fraction, int, int]:
        s = scores.categories[category]
        return (s.score or Fraction(0), -s.lost, -len(s.critical_missed), order.index(category))

    weakest = sorted((c for c, items in candidates.items() if items), key=weakness)
    for category in sorted(weakest[: catalog.scoring.comments.categories], key=order.index):
        chosen = candidates[category][: catalog.scoring.comments.items]
        first = chosen[0]
        in_order = tuple(item.id for item in catalog.items.values() if item in chosen)
        yield CommentedCategory(category, in_order, first.note.kind, first.id)


def _candidates(catalog: Catalog, category: Category, answers: Answers) -> list[Item]:
    """Items answered with less than full value, highest priority first."""
    lost = {item.id: lost_points(catalog, item, answers.get(item.id)) for item in category.items}

    def priority(item: Item) -> tuple[bool, Fraction]:
        points = lost[item.id] or Fraction(0)
        return (not (item.critical and points == item.weight), -points)

    return sorted((item for item in category.items if lost[item.id]), key=priority)


def _insurance(
    catalog: Catalog, answers: Answers, profile: Mapping[str, str], rank: Rank | None
) -> Insurance:
    exposure = _exposure(catalog, profile)
    level = catalog.insurance.level[exposure]["none" if rank is None else rank.value]
    variant = catalog.insurance.variant
    chosen = variant.answers.get(answers.get(variant.item) or "", variant.otherwise)
    return Insurance(exposure, level, chosen)


def _exposure(catalog: Catalog, profile: Mapping[str, str]) -> str:
    """Level by points from the profile; blank everywhere counts as no profile at all."""
    rule = catalog.insurance.exposure
    known = {field: profile[field] for field in rule.points if profile.get(field)}
    if not known:
        return rule.no_profile
    points = sum(rule.points[field].get(choice, 0) for field, choice in known.items())
    by_points = [name for name, fewest in _levels(catalog) if points >= fewest][-1]
    if known.get(rule.unknown.field) in _counted(catalog, rule.unknown.field):
        return by_points
    names = [name for name, _ in _levels(catalog)]
    return max(by_points, rule.unknown.at_least, key=names.index)


def _levels(catalog: Catalog) -> list[tuple[str, int]]:
    return sorted(catalog.insurance.exposure.levels.items(), key=lambda pair: pair[1])


def _counted(catalog: Catalog, field_id: str) -> set[str]:
    """The choices of a field that say how many: those with points of their own."""
    field = catalog.field_by_id[field_id]
    points = catalog.insurance.exposure.points.get(field_id, {})
    return set(points) & set(field.by_id) if field.kind is FieldKind.CHOICE else set()
