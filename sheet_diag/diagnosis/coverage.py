"""Set answers beside the requirements of other standards, and beside threats. Pure.

A requirement is in the lowest state of its scored items; others never count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Final

from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.catalog import Catalog, Choice, ChoiceRole, Item, cached_per_catalog
from sheet_diag.model.results import Answers, Scores
from sheet_diag.model.standards import (
    Frame,
    GroupCoverage,
    Requirement,
    RequirementCoverage,
    RequirementGroup,
    RequirementState,
    Standard,
    StandardCoverage,
)
from sheet_diag.model.threats import Threat, ThreatCount

_HALF: Final = Fraction(1, 2)
_DIGITS: Final = re.compile(r"(\d+)")
# From the lowest; 該当なし counts only where there is nothing else.
_ORDER: Final = (
    RequirementState.NOT_MET,
    RequirementState.NOT_CONFIRMED,
    RequirementState.PARTLY,
    RequirementState.MET,
    RequirementState.NOT_APPLICABLE,
)


def cover_standards(catalog: Catalog, answers: Answers) -> tuple[StandardCoverage, ...]:
    """Find the state of every requirement of the standards that have a frame."""
    open_place = _ORDER.index(RequirementState.NOT_CONFIRMED)
    places = {
        item: by_choice.get(answers.get(item), open_place)
        for item, by_choice in _places(catalog).items()
    }
    return tuple(
        StandardCoverage(
            standard, frame, tuple(_cover(group, rows, places) for group, rows in groups)
        )
        for standard, frame, groups in _framed_standards(catalog)
    )


_Rows = tuple[tuple[Requirement, tuple[str, ...]], ...]  # requirements and their scored items
_Groups = tuple[tuple[RequirementGroup, _Rows], ...]


def _cover(group: RequirementGroup, rows: _Rows, places: Mapping[str, int]) -> GroupCoverage:
    found = [
        RequirementCoverage(
            requirement, _ORDER[min([places[item] for item in scored])] if scored else None
        )
        for requirement, scored in rows
    ]
    return GroupCoverage(group, tuple(found))


@cached_per_catalog
def _places(catalog: Catalog) -> Mapping[str, Mapping[str | None, int]]:
    """Find the place of each scored item's state in the order, by the id of its choice."""
    not_asked: dict[str | None, int] = {NOT_ASKED: _ORDER.index(RequirementState.NOT_APPLICABLE)}
    return {
        item.id: not_asked
        | {
            choice.id: _ORDER.index(_state_of(item, choice))
            for choice in catalog.choices_of(item).values()
        }
        for item in catalog.items.values()
        if item.is_scored
    }


def _state_of(item: Item, choice: Choice) -> RequirementState:
    if choice.role is ChoiceRole.NOT_APPLICABLE and item.na_allowed:
        return RequirementState.NOT_APPLICABLE
    if choice.value is None or choice.role is ChoiceRole.UNKNOWN:
        return RequirementState.NOT_CONFIRMED
    if choice.value == 1:
        return RequirementState.MET
    return RequirementState.PARTLY if choice.value >= _HALF else RequirementState.NOT_MET


@cached_per_catalog
def _framed_standards(catalog: Catalog) -> tuple[tuple[Standard, Frame, _Groups], ...]:
    """List the standards that have a frame, with the requirements of each group."""
    return tuple(
        (each, frame, tuple((group, _list_rows(catalog, each, group)) for group in frame.groups))
        for each in catalog.standards
        if (frame := each.frame)
    )


def _list_rows(catalog: Catalog, standard: Standard, group: RequirementGroup) -> _Rows:
    scored = _places(catalog)
    return tuple(
        (each, tuple(item for item in each.items if item in scored))
        for each in _list_requirements(catalog, standard)
        if group.has(each.id)
    )


def _list_requirements(catalog: Catalog, standard: Standard) -> tuple[Requirement, ...]:
    """List the requirements of the frame's table, else the control numbers in their order."""
    if standard.frame and standard.frame.requirements:
        return standard.frame.requirements
    items = defaultdict[str, dict[str, None]](dict)
    for item in catalog.items.values():
        for number in item.controls.get(standard.id, ()):
            items[number][item.id] = None
    numbers = sorted(items, key=_natural_order)
    return tuple(Requirement(id=number, items=tuple(items[number])) for number in numbers)


def _natural_order(number: str) -> tuple[tuple[int, str], ...]:
    """Order the numbers in a text by their size: 5.9 comes before 5.10."""
    parts = enumerate(_DIGITS.split(number))
    return tuple((int(part), "") if place % 2 else (0, part) for place, part in parts)


# --- threats


def count_threats(
    catalog: Catalog, scores: Scores, unknown: Collection[str]
) -> tuple[ThreatCount, ...]:
    """Count items by threat; `unknown` are those whose state nobody knows."""
    return tuple(
        _count(threat, items, scores, unknown)
        for threat, items in list_items_by_threat(catalog).items()
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
def list_items_by_threat(catalog: Catalog) -> Mapping[Threat, tuple[str, ...]]:
    """List the scored items against each threat."""
    threats = catalog.threats.threats if catalog.threats else ()
    scored = [item for item in catalog.items.values() if item.is_scored]
    return {each: tuple(i.id for i in scored if each.id in i.threats) for each in threats}
