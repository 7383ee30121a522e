"""Reads the raw tree of a catalogue, whose shape may be wrong anywhere.

Finds the parts that `consistency` and `references` compare. What is missing or has the wrong shape
is passed over here (None for a whole part), because `schema` reports it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from fractions import Fraction
from typing import Any, Final

import yaml

from sheet_diag.catalog.errors import CatalogFaultCode, CatalogPath
from sheet_diag.model.record import parse_exact

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


def list_ranks(raw: Any) -> None:
    """Write ranks that are a mapping of labels to lowest scores as a list."""
    scoring = mapping(raw, "scoring")
    if isinstance(ranks := scoring.get("ranks"), dict):
        scoring["ranks"] = [{"label": label, "from": low} for label, low in ranks.items()]


def ranks(raw: Any) -> list[PlacedRecord]:
    """List every rank, the best first."""
    return records(mapping(raw, "scoring"), "ranks", ("scoring",))


def rank_labels(raw: Any) -> list[str]:
    """List the labels of the ranks."""
    return strings([rank.get("label") for _, rank in ranks(raw)])


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


def frames(raw: Any) -> list[PlacedRecord]:
    """List the frame of every standard that has one."""
    placed = [
        ((*path, "frame"), mapping(each, "frame")) for path, each in records(raw, "standards")
    ]
    return [(path, frame) for path, frame in placed if frame]


def strings(entries: Any) -> list[str]:
    """Keep the texts of a list."""
    return [e for e in entries if isinstance(e, str)] if isinstance(entries, list) else []


def number(value: Any) -> Fraction | None:
    """Read an exact number; None where it is none."""
    try:
        return parse_exact(value)
    except ValueError:
        return None


# libyaml is some ten times faster; the pure parser says the same without it.
_PARSER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST: Final = 30  # collections in each other; libyaml's own tree overflows the stack
_MOST_NODES: Final = 100_000  # values, where each alias is written out
_FLOAT: Final = r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?"
# What is no text (the core schema of YAML 1.2, decimal only).
_NO_TEXTS: Final[tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...]] = (
    (re.compile(r"~|null|Null|NULL|"), lambda _: None),
    (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    (re.compile(r"[-+]?(?:0|[1-9][0-9]*)"), int),
    (re.compile(_FLOAT), float),
)
_NO_KEY: Final = object()


class NotYamlError(Exception):
    """Content that is no plain YAML document; the message says line and column."""

    def __init__(self, text: str, code: CatalogFaultCode = CatalogFaultCode.NOT_YAML) -> None:
        super().__init__(text)
        self.code = code


def read_yaml(content: bytes) -> Any:
    """Parse one document of plain data. Raises `NotYamlError`."""
    try:
        return _build_tree(yaml.parse(content.decode("utf-8-sig"), Loader=_PARSER))
    except UnicodeDecodeError as error:
        raise NotYamlError(f"byte {error.start + 1}: not UTF-8") from error
    except yaml.MarkedYAMLError as error:
        raise NotYamlError(f"{_place(error.problem_mark)}{error.problem}") from error
    except yaml.YAMLError as error:
        raise NotYamlError(" ".join(str(error).split())) from error


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


class _Collection:
    """A list or a mapping while it is filled; `size` counts what it holds, unfolded."""

    def __init__(self, content: list[Any] | dict[Any, Any], start: Any = None) -> None:
        self.content = content
        self.start = start
        self.size = 1
        self._key: Any = _NO_KEY

    def add(self, value: Any, size: int, event: yaml.Event) -> None:
        """Add what comes next: an entry, a key, or the value of the key before."""
        self.size += size
        if self.size > _MOST_NODES:
            raise _refuse(event)
        if isinstance(self.content, list):
            self.content.append(value)
        elif self._key is not _NO_KEY:
            self.content[self._key] = value
            self._key = _NO_KEY
        elif not isinstance(value, Hashable):
            raise NotYamlError(f"{_place(event.start_mark)}found unhashable key")
        elif value in self.content:
            raise NotYamlError(f"{_place(event.start_mark)}the key {value!r} stands twice")
        else:
            self._key = value


def _build_tree(events: Iterable[Any]) -> Any:
    """Build what the events tell, as long as it stays small and flat when it is unfolded."""
    opened = [_Collection([])]
    anchors: dict[str | None, tuple[Any, int]] = {}
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            content: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            opened.append(_Collection(content, event))
            if len(opened) > _DEEPEST or event.tag:
                raise _refuse(event)
            continue
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchors:
                raise NotYamlError(f"{_place(event.start_mark)}found undefined alias")
            value, size = anchors[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            value, size = _read_scalar(event), 1
            anchors[event.anchor] = value, size
        elif isinstance(event, yaml.CollectionEndEvent):
            done = opened.pop()
            value, size, event = done.content, done.size, done.start
            anchors[event.anchor] = value, size
        else:
            continue
        opened[-1].add(value, size, event)
    return _take_single(opened[0].content)


def _take_single(documents: Any) -> Any:
    if len(documents) > 1:
        raise NotYamlError("expected a single document in the stream")
    return documents[0] if documents else None


def _refuse(event: yaml.Event) -> NotYamlError:
    """Make the error of what is more than plain data."""
    return NotYamlError(_place(event.start_mark).removesuffix(": "), CatalogFaultCode.NOT_PLAIN)


def _read_scalar(event: yaml.ScalarEvent) -> Any:
    """Read a plain scalar as what it looks like, a quoted one as text."""
    if event.tag not in (None, "!"):
        raise _refuse(event)
    if event.implicit[0]:
        for form, read in _NO_TEXTS:
            if form.fullmatch(event.value):
                return _convert(read, event)
    return event.value


def _convert(read: Callable[[str], Any], event: yaml.ScalarEvent) -> Any:
    try:
        return read(event.value)
    except ValueError as error:  # thousands of digits
        raise _refuse(event) from error
