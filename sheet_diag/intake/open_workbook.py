"""A return's bytes -> a workbook that may be read: recognised, opened, inspected.

The steps in their order; each refuses with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.cells import RefusedError, WorkbookFormat, wrong_format_error
from sheet_diag.intake.decryption import decrypt_workbook
from sheet_diag.intake.file_types import FileKind, detect_file_kind
from sheet_diag.intake.package_inspection import InspectedPackage, inspect_package
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import MIB, IntakeSettings

_FORMATS: Final = {
    FileKind.XLSX: WorkbookFormat.XLSX,
    FileKind.XLSB: WorkbookFormat.XLSB,
    FileKind.XLS: WorkbookFormat.XLS,
    FileKind.ODS: WorkbookFormat.ODS,
}


@dataclass(frozen=True, slots=True)
class OpenedWorkbook:
    """A workbook without its protection; `inspected` is None for .xls, which is no package."""

    content: bytes
    format: WorkbookFormat
    inspected: InspectedPackage | None = None
    password_used: bool = False


def open_workbook_bytes(content: bytes, name: str, reading: IntakeSettings) -> OpenedWorkbook:
    """Open the workbook named `name` (in messages and for its passwords). Raises `RefusedError`."""
    if not content:
        raise RefusedError(Problem(ProblemCode.EMPTY_FILE))
    if len(content) > reading.limits.file * MIB:
        raise RefusedError(Problem(ProblemCode.TOO_LARGE, value=f"{len(content) / MIB:.0f} MiB"))
    kind, used = detect_file_kind(content, name), False
    if kind in (FileKind.ENCRYPTED, FileKind.XLS, FileKind.ODS):
        content, used = decrypt_workbook(content, kind, name, reading)
        kind = detect_file_kind(content, name) if kind is FileKind.ENCRYPTED else kind
    if kind in (FileKind.DAMAGED, FileKind.ENCRYPTED):
        raise RefusedError(Problem(ProblemCode.UNREADABLE, value="damaged"))
    if kind not in _FORMATS:
        raise wrong_format_error(kind.value)
    inspected = None if kind is FileKind.XLS else inspect_package(content, reading.limits)
    return OpenedWorkbook(content, _FORMATS[kind], inspected, used)
