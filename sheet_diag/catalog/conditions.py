"""Reads the conditions of a catalogue, which its author writes in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from sheet_diag.catalog import raw_tree as tree
from sheet_diag.catalog.errors import CatalogFault, CatalogFaultCode, CatalogPath, find_nearest
from sheet_diag.text.condition_words import (
    ConditionError,
    ConditionFaultCode,
    ConditionSource,
    parse_condition,
)

_KEY: Final = "condition"


def read_conditions(raw: Any) -> tuple[CatalogFault, ...]:
    """Replace the conditions in words by what they say, and list their faults."""
    return tuple(_read_conditions(raw))


def _read_conditions(raw: Any) -> Iterator[CatalogFault]:
    items = tree.items(raw)
    if not any(isinstance(item.get(_KEY), str) for _, item in items):
        return
    fields = [_field_source(field) for _, field in tree.records(raw, "profile")]
    above: list[ConditionSource] = []
    below = [_item_source(raw, item) for _, item in items]
    for path, item in items:
        if isinstance(words := item.get(_KEY), str):
            later = [replace(each, is_later=True) for each in below]
            try:
                item[_KEY] = parse_condition(words, [*fields, *above, *later])
            except ConditionError as error:
                item[_KEY] = None
                yield _fault((*path, _KEY), error)
        above.append(below.pop(0))


def _item_source(raw: Any, item: dict[Any, Any]) -> ConditionSource:
    name = tree.record_id(item) or ""
    choices = tree.records(tree.mapping(raw, "answer_sets"), str(item.get("answer_set")))
    kind = item.get("kind", "single")
    return ConditionSource(
        name,
        (name,),
        _labels(choices),
        is_number=kind == "number",
        is_comparable=kind in ("single", "multiple", "number"),
    )


def _field_source(field: dict[Any, Any]) -> ConditionSource:
    names = tuple(tree.strings(list(tree.mapping(field, "label").values())))
    choices = _labels(tree.records(field, "choices"))
    is_number = field.get("kind") == "number"
    return ConditionSource(tree.record_id(field) or "", names, choices, is_number, of_company=True)


def _labels(choices: list[tree.PlacedRecord]) -> dict[str, str]:
    """List the ids of choices by their labels in each language."""
    return {
        label: tree.record_id(choice) or ""
        for _, choice in choices
        for label in tree.strings(list(tree.mapping(choice, "label").values()))
    }


def _fault(path: CatalogPath, error: ConditionError) -> CatalogFault:
    near = find_nearest(error.word, error.known)
    if error.code is ConditionFaultCode.CHOICE:
        near = "、".join(error.known)
    return CatalogFault(path, CatalogFaultCode(error.code.value), error.word, near)
