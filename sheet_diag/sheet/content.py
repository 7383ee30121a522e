"""What one hearing sheet is made from, and the looks its pages share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Identity
from sheet_diag.model.settings import Issuer
from sheet_diag.style import BODY, GRID, INPUT, Look
from sheet_diag.wording import Wording

# The sheet's "created" property: fixed, so that the same catalogue gives the same bytes.
EPOCH: Final = date(2026, 1, 1)

ENTRY: Final[Look] = {
    **BODY,
    **GRID,
    "bg_color": INPUT,
    "locked": False,
    "num_format": "@",
    "valign": "vcenter",
}
ALLOWED: Final = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
}


@dataclass(frozen=True, slots=True)
class Entries:
    """What stands in the input cells: text by field id, and by item id."""

    profile: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a page of the sheet may ask for."""

    catalog: Catalog
    say: Wording
    issuer: Issuer
    entries: Entries
    identity: Identity


@dataclass(frozen=True, slots=True)
class Rows:
    """A run of rows of the question sheet (zero-based, inclusive)."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Places(Rows):
    """The rows that the cover's formulas look at: all questions, and those of each category."""

    categories: Mapping[str, Rows]
