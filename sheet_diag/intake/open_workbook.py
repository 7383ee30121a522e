"""A return's bytes -> a workbook that may be read: recognised, opened, inspected.

The steps in their order; each refuses with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.cells import Format, RefusedError, wrong_format
from sheet_diag.intake.decryption import decrypt
from sheet_diag.intake.file_types import Kind, kind_of
from sheet_diag.intake.package_inspection import Inspected, inspect
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import MIB, Reading

_FORMATS: Final = {
    Kind.XLSX: Format.XLSX,
    Kind.XLSB: Format.XLSB,
    Kind.XLS: Format.XLS,
    Kind.ODS: Format.ODS,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook without its protection; `inspected` is None for .xls, which is no package."""

    content: bytes
    format: Format
    inspected: Inspected | None = None
    password_used: bool = False


def open_workbook_bytes(content: bytes, name: str, reading: Reading) -> Opened:
    """Open the workbook named `name` (in messages and for its passwords). Raises `RefusedError`."""
    if not content:
        raise RefusedError(Problem(Code.EMPTY_FILE))
    if len(content) > reading.limits.file * MIB:
        raise RefusedError(Problem(Code.TOO_LARGE, value=f"{len(content) / MIB:.0f} MiB"))
    kind, used = kind_of(content, name), False
    if kind in (Kind.ENCRYPTED, Kind.XLS, Kind.ODS):
        content, used = decrypt(content, kind, name, reading)
        kind = kind_of(content, name) if kind is Kind.ENCRYPTED else kind
    if kind in (Kind.DAMAGED, Kind.ENCRYPTED):
        raise RefusedError(Problem(Code.UNREADABLE, value="damaged"))
    if kind not in _FORMATS:
        raise wrong_format(kind.value)
    inspected = None if kind is Kind.XLS else inspect(content, reading.limits)
    return Opened(content, _FORMATS[kind], inspected, used)
