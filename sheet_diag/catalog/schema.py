"""Shape of a catalogue: pydantic's errors, told as faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sheet_diag.catalog.errors import Fault, FaultCode, Path, nearest
from sheet_diag.catalog.raw_tree import child, mapping
from sheet_diag.model import catalog, rules
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.record import Record

_CODES = {
    "missing": FaultCode.MISSING,
    "too_short": FaultCode.MISSING,
    "string_too_short": FaultCode.EMPTY_TEXT,
    "string_too_long": FaultCode.NOT_AN_ID,
    "value_error": FaultCode.NOT_EXACT,
    "greater_than_equal": FaultCode.OUT_OF_RANGE,
    "less_than_equal": FaultCode.OUT_OF_RANGE,
    "invalid_key": FaultCode.WRONG_TYPE,
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
    value = _shown(detail["input"])
    if kind == "extra_forbidden":
        name = str(path[-1])
        return Fault(path, FaultCode.UNKNOWN_NAME, name, nearest(name, _free_names(raw, path)))
    if detail["input"] is None or _CODES.get(kind) is FaultCode.MISSING:
        return Fault(path, FaultCode.MISSING)
    if kind == "string_pattern_mismatch":
        code = FaultCode.EMPTY_TEXT if not value.strip() else FaultCode.NOT_AN_ID
        return Fault(path, code, value)
    if kind in ("enum", "literal_error"):
        expected = str(detail.get("ctx", {}).get("expected", ""))
        near = expected.replace("'", "").replace(" or ", ", ")
        return Fault(path, FaultCode.NOT_ONE_OF, value, near)
    if kind.endswith(("_type", "_parsing")):
        return Fault(path, FaultCode.WRONG_TYPE, value)
    return Fault(path, _CODES.get(kind, FaultCode.WRONG_VALUE), value)


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _free_names(raw: Any, path: Path) -> tuple[str, ...]:
    """Names still free where `path` ends: of the records that share most names with what stands."""
    parent = raw
    for part in path[:-1]:
        parent = child(parent, part)
    present = set(mapping(parent))
    shared = max(len(present & names) for names in _records())
    best = [names for names in _records() if len(present & names) == shared]
    return tuple(set[str]().union(*best) - present)


def _records() -> Iterator[set[str]]:
    for record in {**vars(catalog), **vars(rules)}.values():
        if isinstance(record, type) and issubclass(record, Record) and record is not Record:
            yield {info.alias or name for name, info in record.model_fields.items()}
