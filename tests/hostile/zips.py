"""Zip files written by hand, so that they can say what no library would."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

MIB = 1024 * 1024
BLANK = b" " * MIB


@dataclass(frozen=True, slots=True)
class Entry:
    """A member as it stands in the file; `size` and `crc` are what its header claims."""

    name: str
    packed: bytes
    crc: int
    size: int
    method: int = zipfile.ZIP_DEFLATED
    flags: int = 0
    mode: int = 0
    raw_name: bytes = b""

    @property
    def label(self) -> bytes:
        return self.raw_name or self.name.encode("utf-8")


def entry(name: str, content: bytes) -> Entry:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    return Entry(name, packed, zlib.crc32(content), len(content))


def stored(name: str, content: bytes) -> Entry:
    return Entry(name, content, zlib.crc32(content), len(content), zipfile.ZIP_STORED)


def repeating(name: str, start: bytes, block: bytes, count: int, end: bytes) -> Entry:
    """`start`, then `block` over and over, then `end`; packed once, so that it takes no time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    body = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = packer.compress(end) + packer.flush()
    crc = zlib.crc32(start)
    for _ in range(count):
        crc = zlib.crc32(block, crc)
    size = len(start) + len(block) * count + len(end)
    return Entry(name, head + body * count + tail, zlib.crc32(end, crc), size)


def entries_of(content: bytes) -> list[Entry]:
    """The members of an honest zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [entry(name, package.read(name)) for name in package.namelist()]


def raw_zip(entries: Iterable[Entry], *, bodies: int | None = None) -> bytes:
    """The zip file; with `bodies`, later entries of the directory point at the first ones."""
    listed = list(entries)
    content, offsets = bytearray(), []
    for each in listed[: len(listed) if bodies is None else bodies]:
        offsets.append(len(content))
        content += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, *_common(each)) + each.label
        content += each.packed
    start = len(content)
    for place, each in enumerate(listed):
        content += struct.pack("<IHHHHHHIIIHH", 0x02014B50, 0x0314, 20, *_common(each))
        content += struct.pack("<HHHII", 0, 0, 0, each.mode << 16, offsets[place % len(offsets)])
        content += each.label
    count, size = len(listed), len(content) - start
    content += struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, start, 0)
    return bytes(content)


def _common(each: Entry) -> tuple[int, ...]:
    """Flags to the length of the extra field, the same in both headers. The time is fixed."""
    plain = each.raw_name or each.name.isascii()
    flags = each.flags | (0 if plain else 0x800)
    sizes = (each.crc, len(each.packed), min(each.size, 0xFFFFFFFF))
    return (flags, each.method, 0, 0x5D77, *sizes, len(each.label), 0)


def renamed(each: Entry, name: str, raw: bytes = b"") -> Entry:
    return replace(each, name=name, raw_name=raw)


def zip_of(*members: tuple[str, bytes]) -> bytes:
    """An archive of such members."""
    return raw_zip([stored(name, content) for name, content in members])
