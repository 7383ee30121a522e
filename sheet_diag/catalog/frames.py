"""Finds faults in the frames of standards: requirements without a group, groups too small.

Works on the raw tree, as `consistency` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sheet_diag.catalog import raw_tree as tree
from sheet_diag.catalog.errors import CatalogFault, CatalogFaultCode, CatalogPath
from sheet_diag.model.standards import covers_id

_Numbers = list[tuple[CatalogPath, str]]  # ids of requirements, and where they stand


def check_frames(raw: Any) -> Iterator[CatalogFault]:
    """Find requirements that have no group, or are too many."""
    for path, frame in tree.frames(raw):
        _, index, _ = path
        standard = tree.record_id(tree.child(raw.get("standards"), index))
        numbers = _list_controls(raw, standard)
        yield from _check_groups(path, frame, _list_rows(frame, path) or numbers)


def _list_controls(raw: Any, standard: str | None) -> _Numbers:
    """List the numbers that items bear of a standard."""
    return [
        ((*path, "controls", standard, place), number)
        for path, item in tree.items(raw)
        for place, number in enumerate(tree.strings(tree.mapping(item, "controls").get(standard)))
        if standard
    ]


def _list_rows(frame: dict[Any, Any], path: CatalogPath) -> _Numbers:
    """List the ids of the frame's own table."""
    rows = tree.records(frame, "requirements", path)
    return [((*place, "id"), name) for place, row in rows if (name := tree.record_id(row))]


def _check_groups(
    path: CatalogPath, frame: dict[Any, Any], numbers: _Numbers
) -> Iterator[CatalogFault]:
    """Check that each requirement belongs to one group, and that no group has too many."""
    groups = tree.records(frame, "groups", path)
    found: list[set[str]] = [set() for _ in groups]
    for place, number in numbers:
        fitting = [at for at, (_, group) in enumerate(groups) if _has(group, number)]
        if groups and len(fitting) != 1:
            yield CatalogFault(place, CatalogFaultCode.GROUP_UNCLEAR, number)
        for at in fitting:
            found[at].add(number)
    for (place, group), members in zip(groups, found, strict=True):
        size = group.get("size")
        if isinstance(size, int) and size < len(members):
            count = str(len(members))
            yield CatalogFault((*place, "size"), CatalogFaultCode.GROUP_TOO_SMALL, str(size), count)


def _has(group: dict[Any, Any], number: str) -> bool:
    return any(covers_id(pattern, number) for pattern in tree.strings(group.get("covers")))
