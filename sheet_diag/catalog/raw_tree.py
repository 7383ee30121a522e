"""Reads the raw tree of a catalogue, whose shape may be wrong anywhere.

Finds the parts that `consistency` and `references` compare. What is missing or has the wrong shape
is passed over here (None for a whole part), because `schema` reports it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from fractions import Fraction
from typing import Any, ClassVar

import yaml

from sheet_diag.catalog.errors import CatalogPath

PlacedRecord = tuple[CatalogPath, dict[Any, Any]]


def child(node: Any, part: str | int) -> Any:
    """Read what stands under a part of a path; None where there is nothing."""
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def label(node: Any, part: str | int) -> str:
    """Write a part of a path for people: the key, the id of a record, or its place from 1."""
    if not isinstance(node, list) or not isinstance(part, int):
        return str(part)
    return record_id(child(node, part)) or str(part + 1)


def mapping(node: Any, *keys: Any) -> dict[Any, Any]:
    """Read the mapping under the keys; empty where there is none."""
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def records(node: Any, key: str, path: CatalogPath = ()) -> list[PlacedRecord]:
    """List the mappings in the list under a key, each with its path from `path` on."""
    found = mapping(node).get(key)
    entries = enumerate(found if isinstance(found, list) else [])
    return [((*path, key, index), entry) for index, entry in entries if isinstance(entry, dict)]


def record_id(record: Any) -> str | None:
    """Read the id of a record, if it is a text."""
    name = mapping(record).get("id")
    return name if isinstance(name, str) else None


def names(part: Any) -> list[str] | None:
    """List the keys of a mapping or the ids of records; None where it is neither."""
    if isinstance(part, dict):
        return strings(list(part))
    if isinstance(part, list):
        return strings([record_id(record) for record in part])
    return None


def items(raw: Any) -> list[PlacedRecord]:
    """List every item of every category."""
    return [
        placed
        for path, category in records(raw, "categories")
        for placed in records(category, "items", path)
    ]


def item_names(raw: Any) -> list[str] | None:
    """List the ids of all items; None where those of some category cannot be read."""
    categories = mapping(raw).get("categories")
    if not isinstance(categories, list):
        return None
    if not all(isinstance(mapping(category).get("items"), list) for category in categories):
        return None
    return strings([record_id(item) for _, item in items(raw)])


def answer_sets(raw: Any) -> dict[str, list[PlacedRecord]]:
    """List the choices of every answer set that is a list."""
    sets = mapping(raw, "answer_sets")
    return {
        name: records(sets, name, ("answer_sets",))
        for name, choices in sets.items()
        if isinstance(choices, list)
    }


def choice_lists(raw: Any) -> Iterator[list[PlacedRecord]]:
    """Yield the choices of every answer set, then those of every profile field."""
    yield from answer_sets(raw).values()
    for path, field in records(raw, "profile"):
        yield records(field, "choices", path)


def strings(entries: Any) -> list[str]:
    """Keep the texts of a list."""
    return [e for e in entries if isinstance(e, str)] if isinstance(entries, list) else []


def number(value: Any) -> Fraction | None:
    """Read an exact number; None where it is none."""
    try:
        return None if isinstance(value, bool | float) else Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None


# libyaml's loader is some ten times faster; the pure one is the same without it.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What is no text (the core schema of YAML 1.2, decimal only): tag, form, first characters.
_NO_TEXTS = (
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("bool", r"true|True|TRUE|false|False|FALSE", tuple("tTfF")),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", tuple("-+0123456789")),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?",
        tuple("-+.0123456789"),
    ),
)


class NotYamlError(Exception):
    """Content that is no YAML document; the message says line and column."""


class _Loader(_Base):  # type: ignore[misc]
    """The safe loader with its own notion of a text; it refuses duplicate keys."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                continue  # the base class refuses it
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


for _name, _form, _first in _NO_TEXTS:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_form})$"), list(_first)
    )


def read_yaml(content: bytes) -> Any:
    """Parse one document. Raises `NotYamlError`."""
    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=_Loader)
    except UnicodeDecodeError as error:
        raise NotYamlError(f"byte {error.start + 1}: not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise NotYamlError(f"{place}{error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a number of thousands of digits
        raise NotYamlError(" ".join(str(error).split())) from error
