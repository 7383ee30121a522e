"""Looks into a zip package before any reader does: a file may claim to be anything.

Counts bytes as they come out, never trusts a header, and holds no more than one part at a time.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final

from sheet_diag.intake.cells import RefusedError
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Limits

_MIB: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024
_FREE: Final = _MIB  # below this size a high ratio is harmless
_HEAD: Final = 30  # bytes of a local header before the name
_XML: Final = (".xml", ".rels", ".vml")
_MARKUP: Final = (b"<!doctype", b"<!entity")
_COUNT = re.compile(rb'(?:uniqueCount|count)="(\d{1,40})"')


class Package:
    """The parts of a package by name. `names` have forward slashes, as written otherwise."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._zip = package
        self._entries = {
            _plain(entry.filename).lower(): entry
            for entry in package.infolist()
            if not entry.is_dir()
        }
        self.names = tuple(_plain(entry.filename) for entry in self._entries.values())

    def read(self, name: str) -> bytes | None:
        """The content of a part, whatever its case; None where there is none."""
        entry = self._entries.get(_plain(name).lower())
        return None if entry is None else self._zip.read(entry)


def inspect(content: bytes, limits: Limits) -> Package:
    """The package, once nothing speaks against reading it. Raises `RefusedError`."""
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        _require_honest_directory(package, limits)
        total = 0
        for entry in package.infolist():
            total += _require_honest_part(package, entry, limits, limits.inflated * _MIB - total)
    except RefusedError:
        raise
    except MemoryError:
        raise
    except Exception as error:  # a damaged package raises all sorts
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise RefusedError(Problem(Code.UNREADABLE, value=reason)) from error
    return Package(package)


def unsafe(kind: str) -> RefusedError:
    """The refusal of a file that is not safe to open, for the reason `problem.kind.<kind>`."""
    return RefusedError(Problem(Code.UNSAFE_FILE, value=kind, details=(("kind", kind),)))


def _require_honest_directory(package: zipfile.ZipFile, limits: Limits) -> None:
    entries = package.infolist()
    if len(entries) > limits.entries:
        raise unsafe("entries")
    names = [_plain(entry.filename).lower() for entry in entries]
    if len(set(names)) < len(names) or any(map(_leads_outside, names)):
        raise unsafe("names")
    if _overlap(entries):
        raise unsafe("overlap")
    if sum("worksheets/sheet" in name and not name.endswith(".rels") for name in names) > (
        limits.sheets
    ):
        raise unsafe("sheets")


def _plain(name: str) -> str:
    return name.replace("\\", "/")


def _leads_outside(name: str) -> bool:
    return name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/")


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether two entries share bytes: one body told many times is a bomb."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            return True
        end = entry.header_offset + _HEAD + len(entry.orig_filename) + entry.compress_size
    return False


def _require_honest_part(
    package: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits, left: int
) -> int:
    """Bytes of the part once unpacked."""
    name, size, tail = entry.filename.lower(), 0, b""
    xml = name.endswith(_XML)
    for chunk in _chunks(package, entry):
        if not size and name.endswith("sharedstrings.xml"):
            _require_honest_count(chunk, limits)
        size += len(chunk)
        if size > left or (xml and size > limits.part * _MIB):
            raise unsafe("inflated")
        if size > _FREE and size > limits.ratio * max(entry.compress_size, 1):
            raise unsafe("ratio")
        if xml and not name.startswith("meta-inf/"):  # old OpenOffice declares a type there
            _require_no_declaration(tail + chunk)
        tail = chunk[-40:]
    return size


def _chunks(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with package.open(entry) as part:
        while chunk := part.read(_CHUNK):
            yield chunk


def _require_no_declaration(chunk: bytes) -> None:
    """No DOCTYPE, no ENTITY: neither plain nor in UTF-16."""
    if b"<\0!" in chunk or b"\0<\0!" in chunk:
        chunk = chunk.replace(b"\0", b"")
    if b"<!" in chunk:
        lower = chunk.lower()
        if any(markup in lower for markup in _MARKUP):
            raise unsafe("doctype")


def _require_honest_count(start: bytes, limits: Limits) -> None:
    head = start[:4096].split(b"<si", 1)[0]
    if any(int(count) > limits.strings for count in _COUNT.findall(head)):
        raise unsafe("strings")
