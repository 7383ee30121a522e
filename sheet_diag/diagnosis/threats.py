"""Counts, for each threat that the catalogue lists, the items against it that are done. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sheet_diag.model.catalog import Catalog, cached_per_catalog
from sheet_diag.model.results import Scores
from sheet_diag.model.threats import Threat, ThreatCount


def count_threats(
    catalog: Catalog, scores: Scores, unknown: Collection[str]
) -> tuple[ThreatCount, ...]:
    """Count items by threat; `unknown` are those whose state nobody knows."""
    return tuple(
        _count(threat, items, scores, unknown)
        for threat, items in _items_by_threat(catalog).items()
    )


def _count(
    threat: Threat, items: Collection[str], scores: Scores, unknown: Collection[str]
) -> ThreatCount:
    values = {item: scores.items[item].value for item in items}
    return ThreatCount(
        threat=threat.id,
        items=sum(1 for value in values.values() if value is not None),
        done=sum(1 for value in values.values() if value == 1),
        unknown=sum(1 for item in items if item in unknown),
    )


@cached_per_catalog
def _items_by_threat(catalog: Catalog) -> Mapping[Threat, tuple[str, ...]]:
    """List the scored items against each threat."""
    threats = catalog.threats.threats if catalog.threats else ()
    scored = [item for item in catalog.items.values() if item.weight]
    return {each: tuple(i.id for i in scored if each.id in i.threats) for each in threats}
