"""List the entries of a zip as its directory has them, and inflate them.

Knows nothing of what they mean. Inflates chunk by chunk itself: `zipfile` believes the sizes in
the directory, while readers inflate to the end.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sheet_diag.intake.cells import describe_error
from sheet_diag.model.settings import MIB

_CHUNK: Final = MIB
_SLICE: Final = 65_536  # packed bytes given to the inflater at once
_LOCAL_MAGIC: Final = b"PK\x03\x04"
_END_MAGIC: Final = b"PK\x05\x06"
_END: Final = struct.Struct("<4xHH12xH")
_TAIL: Final = 66_000  # bytes among which a zip ends
_MOST_PARTS: Final = 1_000
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
_UNUSUAL: Final = 0x61  # flags: encrypted, patched data, strongly encrypted
# No zip that people send has more; far fewer are allowed, but this many can be listed.
_MOST_LISTED: Final = 20_000


class ZipDirectoryError(Exception):
    """The list of entries cannot be read; the message is the reason."""


class ZipEntryError(Exception):
    """An entry is damaged, or packed in a way that no workbook uses."""


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """An entry of the zip. `name` has forward slashes; sizes are bytes as the directory says.

    `plain`: the directory spells the name just so, in ASCII, and claims nothing unusual of it.
    """

    name: str
    method: int
    offset: int
    packed: int
    size: int
    crc: int
    encrypted: bool
    plain: bool

    @property
    def is_folder(self) -> bool:
        """Whether it stands for a folder."""
        return self.name.endswith("/")


@lru_cache(maxsize=1)  # what is it, is it locked, is it harmless: each asks about the same bytes
def list_zip_entries(content: bytes) -> tuple[ZipEntry, ...]:
    """List the entries of a zip in the order of its directory. Raises `ZipDirectoryError`."""
    if content.count(b"PK\x01\x02") > _MOST_LISTED:
        raise ZipDirectoryError(f"> {_MOST_LISTED} entries")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = tuple(map(_make_entry, package.infolist()))
    except Exception as error:  # a damaged directory raises all sorts
        raise ZipDirectoryError(describe_error(error)) from error
    if content.startswith(_LOCAL_MAGIC) and all(part.offset for part in parts):
        # A zip was cut off; this is the directory of another one that was packed in it.
        raise ZipDirectoryError("end of central directory")
    return parts


def is_split_zip(content: bytes) -> bool:
    """Whether it is the last part of a zip, whose directory counts the files before it."""
    at = content.rfind(_END_MAGIC, max(0, len(content) - _TAIL))
    if at < 0 or len(content) < at + _END.size:
        return False
    this, first, comment = _END.unpack_from(content, at)
    is_whole = at + _END.size + comment == len(content)
    return is_whole and 0 < this < _MOST_PARTS and bool(first <= this)


def entries_overlap(parts: tuple[ZipEntry, ...]) -> bool:
    """Whether the bytes of two entries can be the same: one body listed many times is a bomb."""
    end = 0
    for part in sorted(parts, key=lambda each: each.offset):
        if part.offset < end:
            return True
        end = part.offset + _LOCAL_HEADER.size + part.packed
    return False


def peek_entry(content: bytes, part: ZipEntry, most: int) -> bytes:
    """Inflate the first bytes of an entry, as many as come out undamaged."""
    start = bytearray()
    try:
        for chunk in inflate_entry(content, part, most):
            start += chunk
    except ZipEntryError:
        return bytes(start[:most])
    return bytes(start[:most])


def inflate_entry(content: bytes, part: ZipEntry, most: int) -> Iterator[bytes]:
    """Inflate an entry in chunks of at most 1 MiB, until past `most`. Raises `ZipEntryError`."""
    packed = _packed_bytes(content, part)
    crc = size = 0
    step = min(_CHUNK, most + 1)
    for chunk in (
        _slice_bytes(packed, step) if part.method == 0 else _inflate_bytes(packed, part, step)
    ):
        crc = zlib.crc32(chunk, crc)
        size += len(chunk)
        yield chunk
        if size > most:
            return
    if size != part.size or crc != part.crc:
        raise ZipEntryError(part.name)


def matches_local_header(content: bytes, part: ZipEntry) -> bool:
    """Whether `zipfile` reads a sound entry, too: it refuses one with another name or unusual
    flags in its local header."""
    start = part.offset + _LOCAL_HEADER.size
    _, name_length, _ = _LOCAL_HEADER.unpack_from(content, part.offset)
    return part.plain and content[start : start + name_length] == part.name.encode("ascii")


def _packed_bytes(content: bytes, part: ZipEntry) -> memoryview:
    header = content[part.offset : part.offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or part.encrypted or part.method not in (0, 8):
        raise ZipEntryError(part.name)
    magic, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    start = part.offset + _LOCAL_HEADER.size + name_length + extra_length
    if magic != _LOCAL_MAGIC or start + part.packed > len(content):
        raise ZipEntryError(part.name)
    return memoryview(content)[start : start + part.packed]


def _slice_bytes(packed: memoryview, step: int) -> Iterator[bytes]:
    for start in range(0, len(packed), step):
        yield bytes(packed[start : start + step])


def _inflate_bytes(packed: memoryview, part: ZipEntry, step: int) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    try:
        for rest in _slice_bytes(packed, _SLICE):
            while rest and not inflater.eof:
                if chunk := inflater.decompress(rest, step):
                    yield chunk
                rest = inflater.unconsumed_tail
        while not inflater.eof and (chunk := inflater.decompress(b"", step)):
            yield chunk
    except zlib.error as error:
        raise ZipEntryError(part.name) from error
    if not inflater.eof:
        raise ZipEntryError(part.name)


def _make_entry(entry: zipfile.ZipInfo) -> ZipEntry:
    name = entry.orig_filename.split("\0")[0].replace("\\", "/")
    plain = name == entry.orig_filename and name.isascii() and not entry.flag_bits & _UNUSUAL
    return ZipEntry(
        name,
        entry.compress_type,
        entry.header_offset,
        entry.compress_size,
        entry.file_size,
        entry.CRC,
        bool(entry.flag_bits & 1),
        plain,
    )
