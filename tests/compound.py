"""Writes compound (OLE) files with folders in folders, as Outlook saves mails."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TypeAlias

Tree: TypeAlias = "Mapping[str, bytes | Tree]"

_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _SMALL, _LEAST = 512, 64, 4_096
_Entries: TypeAlias = "list[tuple[str, int, int, int, bytes]]"  # name, kind, right, child, content


def ole_file(tree: Tree) -> bytes:
    """The file: streams below 4096 bytes share one stream, in sectors of 64."""
    listed: _Entries = [("Root Entry", 5, _FREE, 1 if tree else _FREE, b"")]
    _list(tree, listed)
    small, small_starts = _pack_sectors([_small(each) for each in listed], _SMALL)
    small_table = _table(small_starts, len(small) // _SMALL)
    listed[0] = (*listed[0][:4], small)
    size = -(-len(listed) * 128 // _SECTOR) * _SECTOR
    bodies = [bytes(size), small_table, *(b"" if _small(each) else each[4] for each in listed)]
    body, starts = _pack_sectors(bodies, _SECTOR)
    tables = -(-len(body) // _SECTOR // 126) + 1
    fat = [_TABLE] * tables + [tables + n if n < _TABLE else n for n in _chains(starts, len(body))]
    directory = b"".join(
        _entry(*each[:4], small_start if _small(each) else start + tables, len(each[4]))
        for each, small_start, start in zip(listed, small_starts, starts[2:], strict=True)
    )
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(tables * _SECTOR, b"\xff")
    head = _header(tables, starts[1] + tables, len(small_table) // _SECTOR)
    return head + table + directory.ljust(size, b"\0") + body[size:]


def _small(listed: tuple[str, int, int, int, bytes]) -> bytes:
    return listed[4] if listed[1] == 2 and len(listed[4]) < _LEAST else b""


def _pack_sectors(contents: list[bytes], sector: int) -> tuple[bytes, list[int]]:
    """All of them in whole sectors, one behind the other, and where each begins."""
    body, starts = b"", []
    for content in contents:
        starts.append(len(body) // sector)
        body += content.ljust(-(-len(content) // sector) * sector, b"\0")
    return body, starts


def _chains(starts: list[int], length: int, sector: int = _SECTOR) -> list[int]:
    """For each sector the next one; the last of a stream is followed by none."""
    count = length // sector
    firsts = {*starts, count}
    return [_END if n + 1 in firsts else n + 1 for n in range(count)]


def _table(starts: list[int], count: int) -> bytes:
    chains = _chains(starts, count * _SMALL, _SMALL)
    packed = struct.pack(f"<{count}I", *chains)
    return packed.ljust(-(-len(packed) // _SECTOR) * _SECTOR, b"\xff")


def _list(tree: Tree, listed: _Entries) -> None:
    """Each entry after its left neighbour and all that lies in that."""
    last = None
    for name, content in tree.items():
        place = len(listed)
        if last is not None:
            before = listed[last]
            listed[last] = (*before[:2], place, *before[3:])
        if isinstance(content, bytes):
            listed.append((name, 2, _FREE, _FREE, content))
        else:
            listed.append((name, 1, _FREE, place + 1 if content else _FREE, b""))
            _list(content, listed)
        last = place


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    label = (name + "\0").encode("utf-16-le")
    head = label.ljust(64, b"\0") + struct.pack("<HBBIII", len(label), kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def _header(tables: int, small_table: int, small_count: int) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    first = small_table if small_count else _END
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, _LEAST, first, small_count, _END, 0)
    return head + struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
