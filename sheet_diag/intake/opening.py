"""A return's bytes -> a workbook that may be read: recognised, opened, inspected.

The steps in their order; each refuses with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from defusedxml.ElementTree import fromstring

from sheet_diag.intake.cells import Format, RefusedError
from sheet_diag.intake.kinds import Kind, kind_of
from sheet_diag.intake.packages import Package, inspect
from sheet_diag.intake.passwords import decrypt
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Reading

_MIB: Final = 1024 * 1024
_FORMATS: Final = {
    Kind.XLSX: Format.XLSX,
    Kind.XLSB: Format.XLSB,
    Kind.XLS: Format.XLS,
    Kind.ODS: Format.ODS,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A workbook without its protection; `package` is None for .xls."""

    content: bytes
    format: Format
    package: Package | None = None
    password_used: bool = False


def open_workbook_bytes(content: bytes, name: str, reading: Reading) -> Opened:
    """Open the workbook named `name` (in messages and for its passwords). Raises `RefusedError`."""
    if not content:
        raise RefusedError(Problem(Code.EMPTY_FILE))
    if len(content) > reading.limits.file * _MIB:
        raise RefusedError(Problem(Code.TOO_LARGE, value=f"{len(content) / _MIB:.0f} MiB"))
    kind, used = kind_of(content, name), False
    if kind in (Kind.ENCRYPTED, Kind.XLS):
        content, used = decrypt(content, kind, name, reading)
        kind = kind_of(content, name) if kind is Kind.ENCRYPTED else kind
    if kind is Kind.DAMAGED:
        raise RefusedError(Problem(Code.UNREADABLE, value="damaged"))
    if kind not in _FORMATS:
        raise RefusedError(_wrong(kind))
    form = _FORMATS[kind]
    if form is Format.XLS:
        return Opened(content, form, None, used)
    package = inspect(content, reading.limits)
    if form is Format.ODS and _is_locked(package):
        raise RefusedError(Problem(Code.PASSWORD_UNSUPPORTED))
    return Opened(content, form, package, used)


def _wrong(kind: Kind) -> Problem:
    return Problem(Code.WRONG_FORMAT, value=kind.value, details=(("kind", kind.value),))


def _is_locked(package: Package) -> bool:
    """Whether the sheet itself is encrypted; a protected macro library alone does not matter."""
    try:
        root = fromstring(package.read("META-INF/manifest.xml") or b"<x/>")
    except Exception:  # noqa: BLE001 - an unreadable list says nothing; the readers will tell
        return False
    for entry in root:
        paths = {value for key, value in entry.attrib.items() if key.endswith("full-path")}
        if "content.xml" in paths and any(child.tag.endswith("encryption-data") for child in entry):
            return True
    return False
