"""Set answers beside the requirements of other standards, and beside threats. Pure.

A requirement is in the lowest state of its scored items; others never count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
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
_OPEN: Final = _ORDER.index(RequirementState.NOT_CONFIRMED)


def cover_standards(catalog: Catalog, answers: Answers) -> tuple[StandardCoverage, ...]:
    """Find the state of every requirement of the standards that have a frame."""
    found: dict[Fraction, Mapping[str, int]] = {}
    for level, by_item in _places(catalog).items():
        found[level] = {
            item: by_choice.get(answers.get(item), _OPEN) for item, by_choice in by_item.items()
        }
    return tuple(
        StandardCoverage(
            standard, frame, tuple(_cover(group, rows, found) for group, rows in groups)
        )
        for standard, frame, groups in _framed_standards(catalog)
    )


_Rows = tuple[tuple[Requirement, tuple[str, ...]], ...]  # requirements and their scored items
_Groups = tuple[tuple[RequirementGroup, _Rows], ...]


def _cover(
    group: RequirementGroup, rows: _Rows, places: Mapping[Fraction, Mapping[str, int]]
) -> GroupCoverage:
    found = []
    for requirement, scored in rows:
        by_item = places[requirement.level]
        state = _ORDER[min([by_item[item] for item in scored])] if scored else None
        found.append(RequirementCoverage(requirement, state))
    return GroupCoverage(group, tuple(found))


@cached_per_catalog
def _places(catalog: Catalog) -> Mapping[Fraction, Mapping[str, Mapping[str | None, int]]]:
    """Find the place of each scored item's state in the order, by level and id of its choice."""
    not_asked: dict[str | None, int] = {NOT_ASKED: _ORDER.index(RequirementState.NOT_APPLICABLE)}
    frames = (each.frame for each in catalog.standards if each.frame)
    levels = {row.level for frame in frames for row in frame.requirements} | {Fraction(1)}
    return {
        level: {
            item.id: not_asked
            | {
                choice.id: _ORDER.index(_state_of(item, choice, level))
                for choice in catalog.choices_of(item).values()
            }
            for item in catalog.items.values()
            if item.is_scored
        }
        for level in levels
    }


def _state_of(item: Item, choice: Choice, level: Fraction) -> RequirementState:
    if choice.role is ChoiceRole.NOT_APPLICABLE and item.na_allowed:
        return RequirementState.NOT_APPLICABLE
    if choice.value is None or choice.role is ChoiceRole.UNKNOWN:
        return RequirementState.NOT_CONFIRMED
    if choice.value >= level:
        return RequirementState.MET
    return RequirementState.PARTLY if choice.value >= _HALF else RequirementState.NOT_MET


@cached_per_catalog
def _framed_standards(catalog: Catalog) -> tuple[tuple[Standard, Frame, _Groups], ...]:
    """List the standards that have a frame, with the requirements of each group."""
    return tuple(
        (each, frame, groups)
        for each in catalog.standards
        if (frame := each.frame) and (groups := tuple(_list_groups(catalog, each, frame)))
    )


def _list_groups(
    catalog: Catalog, standard: Standard, frame: Frame
) -> Iterator[tuple[RequirementGroup, _Rows]]:
    """List the groups with their requirements and scored items; all as one where there are none."""
    scored = _places(catalog)[Fraction(1)]
    rows = tuple(
        (each, tuple(item for item in each.items if item in scored))
        for each in _list_requirements(catalog, standard)
    )
    for group in frame.groups:
        yield group, tuple(row for row in rows if group.has(row[0].id))
    if rows and not frame.groups:
        whole = {"id": standard.id, "name": standard.name, "size": len(rows), "covers": ("*",)}
        yield RequirementGroup.model_validate(whole), rows


def _list_requirements(catalog: Catalog, standard: Standard) -> tuple[Requirement, ...]:
    """List the requirements of the frame's table, else the control numbers in their order."""
    items = defaultdict[str, dict[str, None]](dict)
    for item in catalog.items.values():
        for number in item.controls.get(standard.id, ()):
            items[number][item.id] = None
    if standard.frame and standard.frame.requirements:
        return tuple(
            row if row.items else row.model_copy(update={"items": tuple(items.get(row.id, ()))})
            for row in standard.frame.requirements
        )
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
