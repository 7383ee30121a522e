"""What can be wrong with a catalogue: faults as values, and the error that carries them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sheet_diag.model.basics import UserError
from sheet_diag.text.wording import Wording

CatalogPath = tuple[str | int, ...]


class CatalogFaultCode(StrEnum):
    """Every kind of fault; its sentence is the label `catalog.fault.<code>`."""

    FILE_MISSING = "file_missing"
    NOT_YAML = "not_yaml"
    NOT_PLAIN = "not_plain"
    MISSING = "missing"
    UNKNOWN_NAME = "unknown_name"
    EMPTY_TEXT = "empty_text"
    NOT_AN_ID = "not_an_id"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    NOT_EXACT = "not_exact"
    NOT_ONE_OF = "not_one_of"
    WRONG_VALUE = "wrong_value"
    DUPLICATE_ID = "duplicate_id"
    UNKNOWN_REFERENCE = "unknown_reference"
    CONDITION_WITHOUT_NA = "condition_without_na"
    NO_NA_CHOICE = "no_na_choice"
    VALUE_MISSING = "value_missing"
    VALUE_UNWANTED = "value_unwanted"
    NO_FULL_VALUE = "no_full_value"
    SAME_SPELLING = "same_spelling"
    NOT_DESCENDING = "not_descending"
    CAP_ORDER = "cap_order"
    TOO_MANY_REQUIRED = "too_many_required"
    NO_WEIGHT = "no_weight"
    TABLE_GAP = "table_gap"
    CHOICES_MISSING = "choices_missing"
    CHOICES_UNWANTED = "choices_unwanted"
    RANGES_OVERLAP = "ranges_overlap"
    BAD_PLACEHOLDER = "bad_placeholder"
    GROUP_UNCLEAR = "group_unclear"
    GROUP_TOO_SMALL = "group_too_small"
    CONDITION_SYNTAX = "condition_syntax"
    CONDITION_MIXED = "condition_mixed"
    CONDITION_UNKNOWN = "condition_unknown"
    CONDITION_FORWARD = "condition_forward"
    CHOICE_NOT_IN_SET = "choice_not_in_set"


@dataclass(frozen=True, slots=True)
class CatalogFault:
    """One fault. `path` leads to it from the top of the catalogue; `near` is a likely name."""

    path: CatalogPath
    code: CatalogFaultCode
    value: str = ""
    near: str = ""


@dataclass(frozen=True, slots=True)
class LocatedCatalogFault:
    """A fault with the file it stands in (relative to the catalogue) and the path inside it."""

    file: str
    path: str
    fault: CatalogFault


class CatalogError(UserError):
    """A catalogue that cannot be used; `faults` holds every fault found."""

    def __init__(self, faults: Iterable[LocatedCatalogFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("cli.error.catalog", count=str(len(self.faults)))

    def __str__(self) -> str:
        return "\n".join(f"{f.file}: {f.path}: {f.fault.code.value}" for f in self.faults)

    def describe(self, say: Wording) -> str:
        """Write each fault with its place on a line."""
        lines = (
            say("cli.error.catalog.line", text=_describe(f.fault, say), file=f.file, path=f.path)
            for f in self.faults
        )
        return "\n  ".join([super().describe(say), *lines])


def _describe(fault: CatalogFault, say: Wording) -> str:
    text = say(f"catalog.fault.{fault.code.value}", value=fault.value, near=fault.near)
    return text + say("catalog.near", near=fault.near) if _is_slip(fault) else text


def _is_slip(fault: CatalogFault) -> bool:
    """Tell whether a likely name is known beside an unknown one."""
    names = (
        CatalogFaultCode.UNKNOWN_NAME,
        CatalogFaultCode.UNKNOWN_REFERENCE,
        CatalogFaultCode.CONDITION_UNKNOWN,
    )
    return bool(fault.near) and fault.code in names


def find_nearest(name: str, candidates: Iterable[str]) -> str:
    """Find the candidate that was probably meant; empty where none is close."""
    close = difflib.get_close_matches(name, sorted(set(candidates)), n=1, cutoff=0.5)
    return close[0] if close else ""
