"""Scores -> what the report says: commented categories and items, closing notes, insurance.

Pure. Texts are chosen by id only; `sheet_diag.reports` prints them from the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, Choice, FieldKind, Item
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.model.results import CommentedCategory, Diagnosis, Insurance, Scores

Answers = Mapping[str, str | None]


def diagnose(
    catalog: Catalog, answers: Answers, profile: Mapping[str, str], scores: Scores
) -> Diagnosis:
    """Diagnose one return; a held one gets no comments."""
    comments = tuple(_comments(catalog, answers, scores)) if scores.rank else ()
    return Diagnosis(scores, comments, _insurance(catalog, answers, profile, scores.rank))


def _comments(catalog: Catalog, answers: Answers, scores: Scores) -> Iterator[CommentedCategory]:
    """The weakest categories in catalogue order, each with its items in catalogue order."""
    counts = catalog.scoring.comments
    candidates = {name: _candidates(worth, answers) for name, worth in _priorities(catalog).items()}

    def weakness(category: str) -> tuple[Fraction, Fraction, int]:
        s = scores.categories[category]
        return (s.score or Fraction(0), -s.lost, -len(s.critical_missed))

    weakest = sorted((c for c, items in candidates.items() if items), key=weakness)
    commented = weakest[: counts.categories]
    for category, items in candidates.items():
        if category in commented:
            first, chosen = items[0], items[: counts.items]
            in_order = tuple(item for item in _priorities(catalog)[category] if item in chosen)
            yield CommentedCategory(category, in_order, catalog.items[first].note.kind, first)


_Priority = tuple[bool, Fraction]


def _candidates(items: Mapping[str, Mapping[str | None, int]], answers: Answers) -> list[str]:
    """Items answered with less than full value, highest priority first."""
    found = {item: by_choice.get(answers.get(item)) for item, by_choice in items.items()}
    urgent = {item: priority for item, priority in found.items() if priority is not None}
    return sorted(urgent, key=urgent.__getitem__)


@cached_per_catalog
def _priorities(catalog: Catalog) -> Mapping[str, Mapping[str, Mapping[str | None, int]]]:
    """By category, item and choice what comes first, counted from 0; no entry where nothing is
    lost, or where the item is 該当なし or 未回答."""
    keys = {
        (item.id, choice.id): key
        for item in catalog.items.values()
        for choice in catalog.choices_of(item).values()
        if (key := _priority(item, choice))
    }
    order = {key: place for place, key in enumerate(sorted(set(keys.values())))}
    places: dict[str, dict[str | None, int]] = {item: {} for item in catalog.items}
    for (item, choice), key in keys.items():
        places[item][choice] = order[key]
    return {c.id: {item.id: places[item.id] for item in c.items} for c in catalog.categories}


def _priority(item: Item, choice: Choice) -> _Priority | None:
    """Critical items worth nothing first, then by the points lost."""
    if choice.value is None or choice.value == 1:
        return None
    return not (item.critical and choice.value == 0), -item.weight * (1 - choice.value)


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
    levels = _levels(catalog)
    by_points = [name for name, fewest in levels.items() if points >= fewest][-1]
    if known.get(rule.unknown.field) in _counted(catalog):
        return by_points
    return max(by_points, rule.unknown.at_least, key=list(levels).index)


@cached_per_catalog
def _levels(catalog: Catalog) -> Mapping[str, int]:
    """The fewest points of each level, the lowest first."""
    return dict(sorted(catalog.insurance.exposure.levels.items(), key=lambda pair: pair[1]))


@cached_per_catalog
def _counted(catalog: Catalog) -> frozenset[str]:
    """The choices of the field that may be unknown that say how many: those with points of their
    own."""
    rule = catalog.insurance.exposure
    field = catalog.field_by_id[rule.unknown.field]
    points = rule.points.get(field.id, {})
    return frozenset(points) & frozenset(field.by_id if field.kind is FieldKind.CHOICE else ())
