"""Compound (OLE) files with folders in folders, as Outlook saves mails; the tests' own writer."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TypeAlias

Tree: TypeAlias = "Mapping[str, bytes | Tree]"

_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512


def compound(tree: Tree) -> bytes:
    """The file. Streams of any length stand in whole sectors: nothing is small in it."""
    listed: list[tuple[str, int, int, int, bytes]] = [("Root Entry", 5, _FREE, 1, b"")]
    _list(tree, listed)
    length = -(-len(listed) * 128 // _SECTOR)
    chains, bodies = [length], [b"" for _ in listed]
    starts = [_END] * len(listed)
    sectors = length
    for place, (_, kind, _, _, content) in enumerate(listed):
        if kind == 2 and content:
            starts[place] = sectors
            chains.append(-(-len(content) // _SECTOR))
            bodies[place] = content.ljust(chains[-1] * _SECTOR, b"\0")
            sectors += chains[-1]
    tables = -(-(sectors + sectors // 100 + 2) // 128)
    fat = [_TABLE] * tables
    for chain in chains:
        fat += [*range(len(fat) + 1, len(fat) + chain), _END]
    fat += [_FREE] * (tables * 128 - len(fat))
    directory = b"".join(
        _entry(name, kind, right, child, start + tables if start != _END else start, len(content))
        for (name, kind, right, child, content), start in zip(listed, starts, strict=True)
    ).ljust(length * _SECTOR, b"\0")
    body = struct.pack(f"<{len(fat)}I", *fat) + directory + b"".join(bodies)
    return _header(tables) + body


def _list(tree: Tree, listed: list[tuple[str, int, int, int, bytes]]) -> None:
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


def _header(tables: int) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    # The limit of small streams is 0, so that there are none.
    head += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 0, _END, 0, _END, 0)
    return head + struct.pack("<109I", *range(tables), *[_FREE] * (109 - tables))
