"""The zip package around a workbook: looked through before any reader sees it.

Counts what comes out while it inflates, whatever the headers say, and refuses what is no honest
workbook. Knows names and sizes of parts; what they mean is their readers' business.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.cells import RefusedError, one_line, unreadable, unsafe
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import MIB, Limits

_CHUNK: Final = MIB
_SLICE: Final = 65_536  # packed bytes given to the inflater at once
_LOCAL_MAGIC: Final = b"PK\x03\x04"
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
# No zip that people send has more; far fewer are allowed, but this many can be listed.
_MOST_LISTED: Final = 20_000
_DRIVE: Final = re.compile(r"[A-Za-z]:")
# Damage in these leaves the cells as they are.
_BESIDE: Final = (
    "/media/", "/theme/", "/docprops/", "/printersettings/", "/embeddings/", "/pictures/",
    "/thumbnails/",
)  # fmt: skip
# Parts of an .ods that hold no cells and that LibreOffice itself writes with a DOCTYPE.
_DOCTYPE_ALLOWED: Final = ("meta-inf/", "basic/", "dialogs/", "scripts/")


class DirectoryError(Exception):
    """The list of parts cannot be read; the message is the reason."""


class PartError(Exception):
    """A part is damaged, or packed in a way that no workbook uses."""


@dataclass(frozen=True, slots=True)
class Part:
    """An entry of the zip. `name` has forward slashes; sizes are bytes as the directory says."""

    name: str
    method: int
    offset: int
    packed: int
    size: int
    crc: int
    encrypted: bool

    @property
    def is_folder(self) -> bool:
        """Whether it stands for a folder."""
        return self.name.endswith("/")


class Package:
    """The parts of a package that was found harmless. `names` have forward slashes."""

    __slots__ = ("_content", "_most", "_parts", "names")

    def __init__(self, content: bytes, parts: tuple[Part, ...], most: int) -> None:
        self._content = content
        self._most = most
        self._parts = {part.name.lower(): part for part in parts}
        self.names = tuple(part.name for part in parts)

    def read(self, name: str) -> bytes | None:
        """The part, whatever the case of its name; None where it is absent, damaged or larger
        than one part may be."""
        part = self._parts.get(name.replace("\\", "/").lower())
        if part is None:
            return None
        try:
            content = b"".join(_inflated(self._content, part, self._most))
        except PartError:
            return None
        return content if len(content) <= self._most else None


def list_parts(content: bytes) -> tuple[Part, ...]:
    """The entries of a zip in the order of its directory. Raises `DirectoryError`."""
    if content.count(b"PK\x01\x02") > _MOST_LISTED:
        raise DirectoryError(f"> {_MOST_LISTED} entries")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = tuple(map(_part, package.infolist()))
    except Exception as error:  # a damaged directory raises all sorts
        raise DirectoryError(one_line(error)) from error
    if content.startswith(_LOCAL_MAGIC) and all(part.offset for part in parts):
        # A zip was cut off; this is the directory of another one that was packed in it.
        raise DirectoryError("end of central directory")
    return parts


def overlap(parts: tuple[Part, ...]) -> bool:
    """Whether the bytes of two entries can be the same: one body told many times is a bomb."""
    end = 0
    for part in sorted(parts, key=lambda each: each.offset):
        if part.offset < end:
            return True
        end = part.offset + _LOCAL_HEADER.size + part.packed
    return False


def peek(content: bytes, part: Part, most: int) -> bytes:
    """The first bytes of a part, as many as come out undamaged."""
    start = bytearray()
    try:
        for chunk in _inflated(content, part, most):
            start += chunk
    except PartError:
        return bytes(start[:most])
    return bytes(start[:most])


def inspect(content: bytes, limits: Limits) -> Package:
    """Look through every part. Raises `RefusedError` (UNSAFE_FILE with its `kind`, UNREADABLE)."""
    try:
        parts = list_parts(content)
    except DirectoryError as error:
        raise unreadable(error) from error
    _check_directory(parts, limits)
    names = {part.name.lower() for part in parts}
    check = _Check(limits, len(content), is_odf=_is_odf(names))
    files = tuple(part for part in parts if not part.is_folder)
    for part in files:
        check.part(content, part)
    return Package(content, files, limits.part * MIB)


def _part(entry: zipfile.ZipInfo) -> Part:
    name = entry.orig_filename.split("\0")[0].replace("\\", "/")
    return Part(
        name,
        entry.compress_type,
        entry.header_offset,
        entry.compress_size,
        entry.file_size,
        entry.CRC,
        bool(entry.flag_bits & 1),
    )


def _is_odf(names: set[str]) -> bool:
    return "mimetype" in names and "[content_types].xml" not in names


def _check_directory(parts: tuple[Part, ...], limits: Limits) -> None:
    files = [part for part in parts if not part.is_folder]
    if len(parts) > limits.entries:
        raise unsafe("entries")
    if any(map(_is_illegal, parts)) or len({part.name.lower() for part in files}) < len(files):
        raise unsafe("names")
    if overlap(parts):
        raise unsafe("overlap")
    if sum(1 for part in files if _is_worksheet(part.name.lower())) > limits.sheets:
        raise unsafe("sheets")


def _is_worksheet(name: str) -> bool:
    return "worksheets/" in name and "_rels/" not in name and name.endswith((".xml", ".bin"))


def _is_illegal(part: Part) -> bool:
    name = part.name
    return not name or name.startswith("/") or ".." in name.split("/") or bool(_DRIVE.match(name))


def _inflated(content: bytes, part: Part, most: int) -> Iterator[bytes]:
    """The part in chunks of at most 1 MiB, until past `most`. Raises `PartError`.

    Not by `zipfile`: it believes the size in the directory, while readers inflate to the end.
    """
    packed = _packed(content, part)
    crc = size = 0
    step = min(_CHUNK, most + 1)
    for chunk in _sliced(packed, step) if part.method == 0 else _unpacked(packed, part, step):
        crc = zlib.crc32(chunk, crc)
        size += len(chunk)
        yield chunk
        if size > most:
            return
    if size != part.size or crc != part.crc:
        raise PartError(part.name)


def _packed(content: bytes, part: Part) -> memoryview:
    header = content[part.offset : part.offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or part.encrypted or part.method not in (0, 8):
        raise PartError(part.name)
    magic, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = part.offset + _LOCAL_HEADER.size + name_length + extra_length
    if magic != _LOCAL_MAGIC or start + part.packed > len(content):
        raise PartError(part.name)
    return memoryview(content)[start : start + part.packed]


def _sliced(packed: memoryview, step: int) -> Iterator[bytes]:
    for start in range(0, len(packed), step):
        yield bytes(packed[start : start + step])


def _unpacked(packed: memoryview, part: Part, step: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    try:
        for rest in _sliced(packed, _SLICE):
            while rest and not inflater.eof:
                if chunk := inflater.decompress(rest, step):
                    yield chunk
                rest = inflater.unconsumed_tail
        while not inflater.eof and (chunk := inflater.decompress(b"", step)):
            yield chunk
    except zlib.error as error:
        raise PartError(part.name) from error
    if not inflater.eof:
        raise PartError(part.name)


_MARKUP: Final = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<")
_DECLARED: Final = re.compile(rb"<!(DOCTYPE|ENTITY)")
_COUNT: Final = re.compile(rb"""\b(?:count|uniqueCount)\s*=\s*["']\s*\+?(\d+)""")
_SST: Final = re.compile(rb"<(?:[\w.-]+:)?sst\b[^>]*")
_SHEET: Final = re.compile(rb"<(?:[\w.-]+:)?sheet\s|<table:table[\s/>]")
_CARRY: Final = 4096  # bytes looked at again with the next chunk: a tag may lie across


class _Check:
    """Counts over all parts of one package."""

    def __init__(self, limits: Limits, size: int, *, is_odf: bool) -> None:
        self._limits = limits
        self._size = size
        self._is_odf = is_odf
        self._inflated = 0

    def part(self, content: bytes, part: Part) -> None:
        """Count and look through one part. Raises `RefusedError`."""
        name = part.name.lower()
        size, markup, sheets, carry = 0, name.endswith((".xml", ".rels")), 0, b""
        try:
            for chunk in _inflated(content, part, self._limits.inflated * MIB):
                markup = markup or (size == 0 and self._is_markup(name, chunk))
                size += len(chunk)
                self._count(part, size, len(chunk), markup=markup)
                if markup:
                    text = chunk.replace(b"\0", b"")
                    self._look(name, carry + text)
                    sheets += len(_SHEET.findall(text)) if _lists_sheets(name) else 0
                    carry = text[-_CARRY:]
        except PartError as error:
            if not any(place in f"/{name}" for place in _BESIDE):
                raise RefusedError(Problem(Code.UNREADABLE, value=part.name)) from error
        if sheets > self._limits.sheets:
            raise unsafe("sheets")

    def _is_markup(self, name: str, chunk: bytes) -> bool:
        """By content too: what a part is called binds no reader. Pictures may be SVG."""
        return bool(_MARKUP.match(chunk)) and not any(place in f"/{name}" for place in _BESIDE)

    def _count(self, part: Part, size: int, step: int, *, markup: bool) -> None:
        self._inflated += step
        limits = self._limits
        if self._inflated > limits.inflated * MIB or (markup and size > limits.part * MIB):
            raise unsafe("inflated")
        part_ratio = size > MIB and size > limits.ratio * part.packed
        if part_ratio or (self._inflated > MIB and self._inflated > limits.ratio * self._size):
            raise unsafe("ratio")

    def _look(self, name: str, text: bytes) -> None:
        allowed = self._is_odf and name.startswith(_DOCTYPE_ALLOWED)
        for found in _DECLARED.finditer(text) if b"<!" in text else ():
            if found[1] == b"ENTITY" or not allowed:
                raise unsafe("doctype")
        for tag in _SST.finditer(text) if b"sst" in text else ():
            counts = (int(digits[:20]) for digits in _COUNT.findall(tag[0]))
            if max(counts, default=0) > self._limits.strings:
                raise unsafe("strings")


def _lists_sheets(name: str) -> bool:
    return name.endswith("workbook.xml") or name == "content.xml"
