"""OLE files: old workbooks, passwords, labels, and counts that lie."""

from __future__ import annotations

import io
import struct

import msoffcrypto.format.ooxml

from tests.hostile.case import RANKED, REJECTED, Case, case, filled, noise

_END, _FREE, _FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def ole(streams: dict[str, bytes]) -> bytes:
    """A compound file with such streams, each made long enough for whole sectors."""
    bodies = [content.ljust(4_096, b"\0") for content in streams.values()]
    directory_sectors = -(-(len(streams) + 1) // 4)
    chains = [directory_sectors, *(-(-len(body) // 512) for body in bodies)]
    fat, starts = [_FAT_SECTOR], []
    for length in chains:
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + length), _END]
    assert len(fat) <= 128, "one sector of the table is enough for a test"
    fat += [_FREE] * (128 - len(fat))
    directory = _ole_entry("Root Entry", 5, _END, 0, child=1)
    for place, (name, body) in enumerate(zip(streams, bodies, strict=True), 1):
        right = place + 1 if place < len(bodies) else _FREE
        directory += _ole_entry(name, 2, starts[place], len(body), right=right)
    directory = directory.ljust(directory_sectors * 512, b"\0")
    padded = (body.ljust(-(-len(body) // 512) * 512, b"\0") for body in bodies)
    return _ole_header(1, starts[0]) + struct.pack("<128I", *fat) + directory + b"".join(padded)


def _ole_header(fat_sectors: int, directory: int, *, sectors: int = 0) -> bytes:
    head = _OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", sectors, fat_sectors, directory, 0, 4_096, _END, 0, _END, 0)
    return head + struct.pack("<109I", 0, *[_FREE] * 108)


def _ole_entry(
    name: str, kind: int, start: int, size: int, *, right: int = _FREE, child: int = _FREE
) -> bytes:
    label = (name + "\0").encode("utf-16-le")
    head = label.ljust(64, b"\0") + struct.pack("<HBBIII", len(label), kind, 1, _FREE, right, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def _counting() -> bytes:
    """A header whose every count is the largest number."""
    most = 0xFFFFFFFF
    head = _OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", most, most, 1, 0, 4_096, most, most, most, most)
    return head + struct.pack("<109I", *[0] * 109) + bytes(4_096)


def _looping() -> bytes:
    """A table in which every sector follows itself."""
    content = bytearray(ole({"Workbook": bytes(8_192)}))
    content[512:1024] = struct.pack("<128I", *range(128))
    return bytes(content)


def encrypted(company: str, password: str) -> bytes:
    """The filled sheet protected by a password, as Excel does it."""
    target = io.BytesIO()
    source = msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(filled(company)))
    source.encrypt(password, target)
    return target.getvalue()


_BIFF = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0, 0, 0, 0)

CASES: tuple[Case, ...] = (
    case("ole/counts.xls", _counting, REJECTED),
    case("ole/loop.xls", _looping, REJECTED),
    case("ole/noise.xls", _OLE + noise(20_000, "ole"), REJECTED),
    case("ole/workbook_of_noise.xls", ole({"Workbook": _BIFF + noise(9_000, "biff")}), REJECTED),
    case("ole/empty_workbook.xls", ole({"Workbook": _BIFF}), REJECTED),
    case("ole/no_workbook.xls", ole({"WordDocument": noise(5_000, "doc")}), REJECTED),
    case(
        "ole/label.xlsx",
        ole({"EncryptedPackage": noise(9_000, "irm"), "\x06DataSpaces": bytes(100)}),
        REJECTED,
        "SENSITIVITY_LABEL",
    ),
    case(
        "ole/password.xlsx",
        lambda: encrypted("password", "nobody knows"),
        REJECTED,
        "PASSWORD_NEEDED PASSWORD_WRONG",
    ),
    case("ole/password_default.xlsx", lambda: encrypted("default", "VelvetSweatshop"), RANKED),
    case(
        "ole/password_of_noise.xlsx",
        ole({"EncryptionInfo": noise(900, "info"), "EncryptedPackage": noise(9_000, "package")}),
        REJECTED,
    ),
    case("ole/mail_of_noise.msg", ole({"__properties_version1.0": noise(5_000, "msg")}), REJECTED),
)
