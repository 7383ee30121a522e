"""Checks the shape of a catalogue: turns pydantic's errors into faults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sheet_diag.catalog.errors import CatalogFault, CatalogFaultCode, CatalogPath, find_nearest
from sheet_diag.catalog.raw_tree import child, mapping
from sheet_diag.model import catalog, rules
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.record import Record

_CODES = {
    "missing": CatalogFaultCode.MISSING,
    "too_short": CatalogFaultCode.MISSING,
    "string_too_short": CatalogFaultCode.EMPTY_TEXT,
    "string_too_long": CatalogFaultCode.NOT_AN_ID,
    "value_error": CatalogFaultCode.NOT_EXACT,
    "greater_than_equal": CatalogFaultCode.OUT_OF_RANGE,
    "less_than_equal": CatalogFaultCode.OUT_OF_RANGE,
    "invalid_key": CatalogFaultCode.WRONG_TYPE,
}


def validate_shape(raw: Any) -> tuple[Catalog | None, tuple[CatalogFault, ...]]:
    """Build the catalogue, or list every fault of its shape."""
    try:
        return Catalog.model_validate(raw), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, tuple(_fault(raw, detail) for detail in details)


def _fault(raw: Any, detail: ErrorDetails) -> CatalogFault:
    path = tuple(part for part in detail["loc"] if part != "[key]")
    kind = detail["type"]
    value = _shown(detail["input"])
    if kind == "extra_forbidden":
        name = str(path[-1])
        return CatalogFault(
            path, CatalogFaultCode.UNKNOWN_NAME, name, find_nearest(name, _free_names(raw, path))
        )
    if detail["input"] is None or _CODES.get(kind) is CatalogFaultCode.MISSING:
        return CatalogFault(path, CatalogFaultCode.MISSING)
    if kind == "string_pattern_mismatch":
        code = CatalogFaultCode.EMPTY_TEXT if not value.strip() else CatalogFaultCode.NOT_AN_ID
        return CatalogFault(path, code, value)
    if kind in ("enum", "literal_error"):
        expected = str(detail.get("ctx", {}).get("expected", ""))
        near = expected.replace("'", "").replace(" or ", ", ")
        return CatalogFault(path, CatalogFaultCode.NOT_ONE_OF, value, near)
    if kind.endswith(("_type", "_parsing")):
        return CatalogFault(path, CatalogFaultCode.WRONG_TYPE, value)
    return CatalogFault(path, _CODES.get(kind, CatalogFaultCode.WRONG_VALUE), value)


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _free_names(raw: Any, path: CatalogPath) -> tuple[str, ...]:
    """List names still free where `path` ends, of the records that share most names."""
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
