"""Looks up what incidents have cost other firms, for one client. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.damage import DamageEstimate, DamageRange, DamageScenario, DamageTable


def estimate_damage(
    catalog: Catalog, exposure: str, profile: Mapping[str, str]
) -> tuple[DamageEstimate, ...]:
    """Look up ransomware and leak; none without a table, without a company sheet or a choice."""
    table, rule = catalog.damage, catalog.insurance
    if table is None or rule is None or not any(map(profile.get, rule.exposure.points)):
        return ()
    fitting = {each.scenario: each for each in table.ranges if _fits(each, exposure, profile)}
    card = fitting.get(DamageScenario.CARD)
    added = {DamageScenario.RANSOMWARE: None, DamageScenario.LEAK: card}
    return tuple(
        _sum_ranges(table, found, more)
        for scenario, more in added.items()
        if (found := fitting.get(scenario))
    )


def _fits(each: DamageRange, exposure: str, profile: Mapping[str, str]) -> bool:
    return each.exposure in (None, exposure) and (
        each.field is None or profile.get(each.field) == each.choice
    )


def _sum_ranges(table: DamageTable, found: DamageRange, more: DamageRange | None) -> DamageEstimate:
    ranges = (found, more) if more else (found,)
    highs = [each.high for each in ranges]
    basis = {name for each in ranges for name in each.basis}
    return DamageEstimate(
        scenario=found.scenario,
        with_cards=more is not None,
        low=sum(each.low for each in ranges),
        high=None if None in highs else sum(high or 0 for high in highs),
        figures=tuple(figure for figure in table.figures if figure.id in basis),
    )
