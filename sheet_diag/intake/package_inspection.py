"""Inspect the zip package around a workbook before any reader sees it.

Counts what comes out while it inflates, whatever the headers say, and refuses what is no honest
workbook. Knows names and sizes of parts; what they mean is their readers' business.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.cells import RefusedError, unreadable_file_error, unsafe_file_error
from sheet_diag.intake.zip_entries import (
    ZipDirectoryError,
    ZipEntry,
    ZipEntryError,
    entries_overlap,
    inflate_entry,
    list_zip_entries,
    matches_local_header,
)
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import MIB, Limits

_MOST_KEPT: Final = MIB  # a usual return inflates to a tenth of this
_DRIVE: Final = re.compile(r"[A-Za-z]:")
# Damage in these leaves the cells as they are.
_BESIDE: Final = (
    "/media/", "/theme/", "/docprops/", "/printersettings/", "/embeddings/", "/pictures/",
    "/thumbnails/",
)  # fmt: skip
# Parts of an .ods that hold no cells and that LibreOffice itself writes with a DOCTYPE.
_DOCTYPE_ALLOWED: Final = ("meta-inf/", "basic/", "dialogs/", "scripts/")


@dataclass(frozen=True, slots=True)
class InspectedPackage:
    """A harmless package: the names of all its parts in lower case, and the content of the small
    ones, so that the readers need not inflate them again."""

    names: tuple[str, ...]
    parts: Mapping[str, bytes]


def inspect_package(content: bytes, limits: Limits) -> InspectedPackage:
    """Inspect every part. Raises `RefusedError` (UNSAFE_FILE with its `kind`, UNREADABLE)."""
    try:
        parts = list_zip_entries(content)
    except ZipDirectoryError as error:
        raise unreadable_file_error(error) from error
    _check_directory(parts, limits)
    names = {part.name.lower() for part in parts}
    check = _PackageCheck(limits, len(content), is_odf=_is_odf(names))
    files = tuple(part for part in parts if not part.is_folder)
    for part in files:
        check.part(content, part)
    return InspectedPackage(tuple(part.name.lower() for part in files), check.kept)


def _is_odf(names: set[str]) -> bool:
    return "mimetype" in names and "[content_types].xml" not in names


def _check_directory(parts: tuple[ZipEntry, ...], limits: Limits) -> None:
    files = [part for part in parts if not part.is_folder]
    if len(parts) > limits.entries:
        raise unsafe_file_error("entries")
    if any(map(_is_illegal, parts)) or len({part.name.lower() for part in files}) < len(files):
        raise unsafe_file_error("names")
    if entries_overlap(parts):
        raise unsafe_file_error("overlap")
    if sum(1 for part in files if _is_worksheet(part.name.lower())) > limits.sheets:
        raise unsafe_file_error("sheets")


def _is_worksheet(name: str) -> bool:
    return "worksheets/" in name and "_rels/" not in name and name.endswith((".xml", ".bin"))


def _is_illegal(part: ZipEntry) -> bool:
    name = part.name
    return not name or name.startswith("/") or ".." in name.split("/") or bool(_DRIVE.match(name))


_MARKUP: Final = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<")
_DECLARATION: Final = re.compile(rb"<!(DOCTYPE|ENTITY)")
_COUNT: Final = re.compile(rb"""\b(?:count|uniqueCount)\s*=\s*["']\s*\+?(\d+)""")
_SST: Final = re.compile(rb"<(?:[\w.-]++:)?+sst\b[^>]*")
_SHEET: Final = re.compile(rb"<(?:[\w.-]+:)?sheet\s|<table:table[\s/>]")
_CARRY: Final = 4096  # bytes looked at again with the next chunk: a tag may lie across


class _PackageCheck:
    """Counts over all parts of one package, and keeps the content of the small ones."""

    def __init__(self, limits: Limits, size: int, *, is_odf: bool) -> None:
        self._limits = limits
        self._size = size
        self._is_odf = is_odf
        self._inflated = 0
        self._room = _MOST_KEPT
        self.kept: dict[str, bytes] = {}

    def part(self, content: bytes, part: ZipEntry) -> None:
        """Count and inspect one part. Raises `RefusedError`."""
        name = part.name.lower()
        size, markup, sheets, carry = 0, name.endswith((".xml", ".rels")), 0, b""
        chunks: list[bytes] = []
        try:
            for chunk in inflate_entry(content, part, self._limits.inflated * MIB):
                markup = markup or (size == 0 and self._is_markup(name, chunk))
                size += len(chunk)
                if size <= self._room:
                    chunks.append(chunk)
                self._count(part, size, len(chunk), markup=markup)
                if markup:
                    text = chunk.replace(b"\0", b"")
                    self._look(name, carry + text)
                    sheets += len(_SHEET.findall(text)) if _lists_sheets(name) else 0
                    carry = text[-_CARRY:]
            if size <= self._room and matches_local_header(content, part):
                self._room -= size
                self.kept[name] = b"".join(chunks)
        except ZipEntryError as error:
            if not any(place in f"/{name}" for place in _BESIDE):
                raise RefusedError(Problem(ProblemCode.UNREADABLE, value=part.name)) from error
        if sheets > self._limits.sheets:
            raise unsafe_file_error("sheets")

    def _is_markup(self, name: str, chunk: bytes) -> bool:
        """Whether it is markup by its content: readers need not heed names. Pictures may be SVG."""
        return bool(_MARKUP.match(chunk)) and not any(place in f"/{name}" for place in _BESIDE)

    def _count(self, part: ZipEntry, size: int, step: int, *, markup: bool) -> None:
        self._inflated += step
        limits = self._limits
        if self._inflated > limits.inflated * MIB or (markup and size > limits.part * MIB):
            raise unsafe_file_error("inflated")
        part_ratio = size > MIB and size > limits.ratio * part.packed
        if part_ratio or (self._inflated > MIB and self._inflated > limits.ratio * self._size):
            raise unsafe_file_error("ratio")

    def _look(self, name: str, text: bytes) -> None:
        allowed = self._is_odf and name.startswith(_DOCTYPE_ALLOWED)
        for found in _DECLARATION.finditer(text):
            if found[1] == b"ENTITY" or not allowed:
                raise unsafe_file_error("doctype")
        for tag in _SST.finditer(text) if b"sst" in text else ():
            counts = (int(digits[:20]) for digits in _COUNT.findall(tag[0]))
            if max(counts, default=0) > self._limits.strings:
                raise unsafe_file_error("strings")


def _lists_sheets(name: str) -> bool:
    return name.endswith("workbook.xml") or name == "content.xml"
