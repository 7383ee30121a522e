"""Which catalogue, version and client a sheet belongs to: three carriers, the majority counts."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from defusedxml.ElementTree import fromstring

from sheet_diag.intake.grid import Grid
from sheet_diag.layout import IDENTITY_KEYS, OUTPUT_KEY, is_signature, read_stamp
from sheet_diag.model.returns import Code, Identity, Problem

_CUSTOM_PART: Final = "docProps/custom.xml"
_LARGEST_PART: Final = 1024 * 1024
_STAMP_ROWS: Final = 12


def read_identity(grids: Sequence[Grid], content: bytes) -> tuple[Identity, tuple[Problem, ...]]:
    """The identity by majority (ties: hidden sheet, visible cell, property), and disagreements."""
    carriers = [found for found in (_hidden(grids), _visible(grids), _property(content)) if found]
    if not carriers:
        return Identity(), (Problem(Code.IDENTITY_MISSING),)
    problems: list[Problem] = []
    chosen = {}
    for field in ("catalog", "version", "client"):
        values = [value for carrier in carriers if (value := getattr(carrier, field))]
        chosen[field] = Counter(values).most_common(1)[0][0] if values else None
        if len(set(values)) > 1:
            details = (("field", field), ("read", str(chosen[field])))
            shown = ", ".join(dict.fromkeys(values))
            problems.append(Problem(Code.IDENTITY_DISAGREES, value=shown, details=details))
    return Identity(**chosen), tuple(problems)


def _hidden(grids: Sequence[Grid]) -> Identity | None:
    for grid in grids:
        pairs = {row[0].strip(): row[1].strip() for row in grid.rows[:20] if len(row) > 1}
        if IDENTITY_KEYS[0] in pairs:
            return Identity(*(pairs.get(key) or None for key in IDENTITY_KEYS))
    return None


def _visible(grids: Sequence[Grid]) -> Identity | None:
    return next((found for text in _top_cells(grids) if (found := read_stamp(text))), None)


def _top_cells(grids: Sequence[Grid]) -> Iterator[str]:
    for grid in grids:
        if grid.visible:
            for row in grid.rows[:_STAMP_ROWS]:
                yield from row


def is_own_output(grids: Sequence[Grid], content: bytes) -> bool:
    """Whether the workbook is a report or a portfolio of ours."""
    cells = (text for grid in grids for row in grid.rows for text in row)
    return OUTPUT_KEY in _properties(content) or any(map(is_signature, cells))


def _property(content: bytes) -> Identity | None:
    found = _properties(content)
    values = [found.get(key) or None for key in IDENTITY_KEYS]
    return Identity(*values) if any(values) else None


def _properties(content: bytes) -> dict[str, str]:
    """Custom document properties; a damaged part counts as none, because it is one of three."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if package.getinfo(_CUSTOM_PART).file_size > _LARGEST_PART:
                return {}
            root = fromstring(package.read(_CUSTOM_PART))
    except Exception:  # noqa: BLE001 - whatever is wrong with it, two carriers are left
        return {}
    return {prop.get("name", ""): "".join(prop.itertext()).strip() for prop in root}
