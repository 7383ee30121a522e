"""Shape of a catalogue: pydantic's errors, told as faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sheet_diag.catalog.faults import Fault, FaultCode, Path, nearest
from sheet_diag.model import catalog as vocabulary
from sheet_diag.model.catalog import Catalog, Record

_CODES = {
    "missing": FaultCode.MISSING,
    "extra_forbidden": FaultCode.UNKNOWN_NAME,
    "string_too_short": FaultCode.EMPTY_TEXT,
    "value_error": FaultCode.NOT_EXACT,
    "enum": FaultCode.NOT_ONE_OF,
    "literal_error": FaultCode.NOT_ONE_OF,
    "greater_than_equal": FaultCode.OUT_OF_RANGE,
    "less_than_equal": FaultCode.OUT_OF_RANGE,
    "too_short": FaultCode.MISSING,
    "string_too_long": FaultCode.NOT_AN_ID,
}


def validate(raw: Any) -> tuple[Catalog | None, tuple[Fault, ...]]:
    """Build the catalogue, or tell every fault of its shape."""
    try:
        return Catalog.model_validate(raw), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, tuple(_fault(raw, detail) for detail in details)


def _fault(raw: Any, detail: ErrorDetails) -> Fault:
    path = tuple(part for part in detail["loc"] if part != "[key]")
    kind = detail["type"]
    value = "" if kind == "missing" else _shown(detail["input"])
    if kind == "extra_forbidden":
        value = str(path[-1])
        return Fault(path, FaultCode.UNKNOWN_NAME, value, nearest(value, _known_names(raw, path)))
    if kind == "string_pattern_mismatch":
        code = FaultCode.EMPTY_TEXT if not value.strip() else FaultCode.NOT_AN_ID
        return Fault(path, code, value)
    if kind in ("enum", "literal_error"):
        expected = str(detail.get("ctx", {}).get("expected", "")).replace("'", "")
        return Fault(path, FaultCode.NOT_ONE_OF, value, expected)
    if kind.endswith(("_type", "_parsing")):
        return Fault(path, FaultCode.WRONG_TYPE, value)
    return Fault(path, _CODES.get(kind, FaultCode.WRONG_VALUE), value)


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _known_names(raw: Any, path: Path) -> tuple[str, ...]:
    """Names of the record at the parent of `path`: the record that shares most names with it."""
    parent = raw
    for part in path[:-1]:
        parent = parent[part]
    present = set(parent)
    best = max(_records(), key=lambda names: len(present & set(names)))
    return tuple(name for name in best if name not in present)


def _records() -> Iterator[tuple[str, ...]]:
    for record in vars(vocabulary).values():
        if isinstance(record, type) and issubclass(record, Record) and record is not Record:
            yield tuple(info.alias or name for name, info in record.model_fields.items())
