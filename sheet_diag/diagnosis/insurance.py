"""保険のご案内: which notice a client gets, by its profile, its rank and one of its answers."""

from __future__ import annotations

from collections.abc import Mapping

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, FieldKind
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.model.results import Answers, Insurance


def choose_notice(
    catalog: Catalog, answers: Answers, profile: Mapping[str, str], rank: Rank | None
) -> Insurance:
    """Choose the level and the variant of the notice; `rank` is None where a gate holds."""
    exposure = _exposure(catalog, profile)
    level = catalog.insurance.level[exposure]["none" if rank is None else rank.value]
    variant = catalog.insurance.variant
    chosen = variant.answers.get(answers.get(variant.item) or "", variant.otherwise)
    return Insurance(exposure, level, chosen)


def _exposure(catalog: Catalog, profile: Mapping[str, str]) -> str:
    """Find the exposure level by points; a profile that is blank everywhere counts as none."""
    rule = catalog.insurance.exposure
    known = {field: profile[field] for field in rule.points if profile.get(field)}
    if not known:
        return rule.no_profile
    points = sum(rule.points[field].get(choice, 0) for field, choice in known.items())
    levels = _levels(catalog)
    by_points = [name for name, fewest in levels.items() if points >= fewest][-1]
    if known.get(rule.unknown.field) in _known_choices(catalog):
        return by_points
    return max(by_points, rule.unknown.at_least, key=list(levels).index)


@cached_per_catalog
def _levels(catalog: Catalog) -> Mapping[str, int]:
    """The fewest points of each level, the lowest first."""
    return dict(sorted(catalog.insurance.exposure.levels.items(), key=lambda pair: pair[1]))


@cached_per_catalog
def _known_choices(catalog: Catalog) -> frozenset[str]:
    """The choices with points of their own, of the field whose answer may be unknown."""
    rule = catalog.insurance.exposure
    field = catalog.field_by_id[rule.unknown.field]
    points = rule.points.get(field.id, {})
    return frozenset(points) & frozenset(field.by_id if field.kind is FieldKind.CHOICE else ())
