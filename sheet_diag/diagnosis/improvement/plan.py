"""Puts everything that can be improved into one order, for report and plan alike. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import takewhile
from typing import Final

from sheet_diag.diagnosis.improvement.lost_points import Loss, Losses
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Phase, PlannedItem, Urgency
from sheet_diag.model.rules import PlanRule

_MONTHS: Final = {Phase.NOW: 1, Phase.HALF: 6, Phase.YEAR: 12}


def plan_items(catalog: Catalog, losses: Losses, way: Collection[str]) -> tuple[PlannedItem, ...]:
    """Put the open items in order, each with its phase; `way` leads to the next rank.

    Critical misses come first, then what else the way holds, then critical items done in part, then
    the rest; within each by priority, effect and the order of the catalogue.
    """
    places = {item: place for place, item in enumerate(catalog.items)}

    def urgency(loss: Loss) -> tuple[int, int, int, int]:
        item = catalog.items[loss.item]
        return _group(catalog, loss, way), item.priority, -loss.gain, places[loss.item]

    ordered = sorted(losses, key=urgency)
    groups = [_group(catalog, loss, way) for loss in ordered]
    priorities = [catalog.items[each.item].priority for each in ordered]
    phases = _phases(list(zip(groups, priorities, strict=True)), catalog.scoring.plan)
    return tuple(
        PlannedItem(
            loss.item,
            group,
            _label(group, catalog.items[loss.item].priority),
            losses.points(loss),
            phase,
        )
        for loss, group, phase in zip(ordered, groups, phases, strict=False)
    )


def _group(catalog: Catalog, loss: Loss, way: Collection[str]) -> int:
    if loss.missed:
        return 1
    if loss.item in way:
        return 2
    return 3 if catalog.items[loss.item].critical else 4


def _label(group: int, priority: int) -> Urgency:
    if group == 1:
        return Urgency.TOP
    if group < 4 or priority == 1:
        return Urgency.HIGH
    return Urgency.MEDIUM if priority == 2 else Urgency.LOW


def _phases(keys: Sequence[tuple[int, int]], rule: PlanRule) -> Iterator[Phase]:
    """Cut the order into phases; `keys` are group and priority of each item."""
    now = min(rule.now, len(keys))
    urgent = list(takewhile(lambda key: key[0] <= 3 or key[1] <= 2, keys[now:]))
    half = min(len(urgent), rule.later)
    year = min(len(keys) - now - half, rule.later)
    counts = (now, half, year, len(keys) - now - half - year)
    for phase, count in zip(Phase, counts, strict=True):
        yield from [phase] * count


def find_due_day(phase: Phase, as_of: date) -> date | None:
    """Find the last day of the month in which a phase ends; None where it has no end."""
    if phase not in _MONTHS:
        return None
    years, month = divmod(as_of.month - 1 + _MONTHS[phase], 12)
    year = as_of.year + years
    return date(year, month + 1, monthrange(year, month + 1)[1])
