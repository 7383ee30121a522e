"""Archives: honest ones with foreign names and passwords, nested ones, bombs, and liars."""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import py7zr
import pyzipper

from tests.hostile.case import IGNORED, RANKED, REJECTED, Case, case, filled, noise
from tests.hostile.zips import BLANK, MIB, Entry, entry, raw_zip, renamed, repeating, stored, zip_of

PASSWORD = "見本2026"  # nobody tells it to the product
TOO_MUCH = "TOO_LARGE TOO_MANY_MEMBERS UNSAFE_FILE"
_UNSAFE = "UNSAFE_FILE UNREADABLE TOO_MANY_MEMBERS"


def _with(company: str, name: str, raw: bytes = b"") -> Callable[[], bytes]:
    """An archive of one filled sheet under such a name."""

    def make() -> bytes:
        return raw_zip([renamed(stored(name, filled(company)), name, raw)])

    return make


def nested(levels: int, content: bytes, copies: int = 1) -> bytes:
    """Archives within archives, `copies` of the inner one in each."""
    for level in range(levels):
        content = zip_of(*((f"{level}_{n}.zip", content) for n in range(copies)))
    return content


def _aes() -> bytes:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", encryption=pyzipper.WZ_AES) as package:
        package.setpassword(PASSWORD.encode())
        package.writestr("sheet.xlsx", filled("aes"))
    return buffer.getvalue()


@lru_cache(maxsize=1)
def _table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ 0xEDB88320 if value & 1 else value >> 1
        table.append(value)
    return tuple(table)


def zip_crypto(content: bytes, password: bytes) -> bytes:
    """The old encryption of zip files over such content."""
    table, keys = _table(), [0x12345678, 0x23456789, 0x34567890]

    def feed(byte: int) -> None:
        keys[0] = (keys[0] >> 8) ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134_775_813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ table[(keys[2] ^ (keys[1] >> 24)) & 0xFF]

    for byte in password:
        feed(byte)
    packed = bytearray()
    check = bytes(11) + bytes([zlib.crc32(content) >> 24])
    for byte in check + content:
        key = keys[2] | 2
        packed.append(byte ^ (((key * (key ^ 1)) >> 8) & 0xFF))
        feed(byte)
    return bytes(packed)


def _old_password() -> bytes:
    content = filled("zip crypto")
    packed = zip_crypto(content, PASSWORD.encode("cp932"))
    crc = zlib.crc32(content)
    return raw_zip([Entry("sheet.xlsx", packed, crc, len(content), zipfile.ZIP_STORED, flags=1)])


def _seven(members: dict[str, bytes], password: str | None = None) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password) as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return buffer.getvalue()


def _seven_bomb() -> bytes:
    """600 MiB of zeros, from a file that takes no room on the disk."""
    buffer = io.BytesIO()
    quick = [{"id": py7zr.FILTER_LZMA2, "preset": 0}]
    with (
        tempfile.TemporaryFile() as zeros,
        py7zr.SevenZipFile(buffer, "w", filters=quick) as archive,
    ):
        zeros.truncate(600 * MIB)
        archive.writef(zeros, "sheet.xlsx")
    return buffer.getvalue()


def _overlapping() -> bytes:
    """Fifty entries of the directory over one body of 10 MiB."""
    body = repeating("a0.xlsx", b"", BLANK, 10, b"")
    return raw_zip([renamed(body, f"a{n}.xlsx") for n in range(50)], bodies=1)


def _twice() -> bytes:
    one, other = stored("a.xlsx", filled("zip twice")), stored("a.xlsx", noise(900, "twice"))
    return raw_zip([one, other])


def _lying(size: int, crc: int) -> Callable[[], bytes]:
    """A member whose header gives another size and checksum than it has."""

    def make() -> bytes:
        honest = entry("sheet.xlsx", filled("lying"))
        return raw_zip([Entry("sheet.xlsx", honest.packed, honest.crc ^ crc, honest.size + size)])

    return make


def _method(number: int) -> Callable[[], bytes]:
    return lambda: raw_zip([Entry("sheet.xlsx", noise(900, "m"), 0, 2_000, number)])


def _doubling() -> bytes:
    """A thousand million files in ten levels of archives, small so that each level packs well."""
    content = raw_zip([entry("sheet.xlsx", b"x" * 2_000)])
    for level in range(10):
        content = raw_zip([entry(f"{level}_{n}.zip", content) for n in range(8)])
    return content


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    return raw_zip([repeating("sheet.xlsx", b"", BLANK, 700, b"")])


_LINK = (stat.S_IFLNK | 0o777) & 0xFFFF
_LEFTOVERS = (("~$a.xlsx", b"x"), ("__MACOSX/._a.xlsx", b"x"), (".DS_Store", b"x"))

CASES: tuple[Case, ...] = (
    case("zip/plain.zip", lambda: zip_of(("a.xlsx", filled("zip"))), RANKED),
    case(
        "zip/names_of_windows.zip",
        _with("cp932", "表.xlsx", "ソフト_能力表\\①.xlsx".encode("cp932")),
        RANKED,
    ),
    case("zip/nested_2.zip", lambda: nested(2, zip_of(("a.xlsx", filled("nested")))), RANKED),
    case("zip/nested_5.zip", lambda: nested(5, filled("five")), REJECTED, "NESTED_TOO_DEEP"),
    case("zip/doubling.zip", _doubling, REJECTED, f"NESTED_TOO_DEEP {TOO_MUCH}"),
    case("zip/password_old.zip", _old_password, REJECTED, "PASSWORD_NEEDED"),
    case("zip/password_aes.zip", _aes, REJECTED, "PASSWORD_NEEDED"),
    case("zip/bomb.zip", _bomb, REJECTED, TOO_MUCH),
    case("zip/bomb_nested.zip", lambda: zip_of(("inner.zip", _bomb())), REJECTED, TOO_MUCH),
    case(
        "zip/5000_members.zip",
        lambda: zip_of(*((f"{n}.xlsx", b"x") for n in range(5_000))),
        REJECTED,
        "TOO_MANY_MEMBERS",
    ),
    case("zip/overlapping.zip", _overlapping, REJECTED, _UNSAFE),
    case("zip/twice.zip", _twice, RANKED | REJECTED, entries=0),
    case("zip/above.zip", _with("above", "../../above.xlsx"), RANKED | REJECTED),
    case("zip/drive.zip", _with("drive", "C:\\Windows\\drive.xlsx"), RANKED | REJECTED),
    case("zip/absolute.zip", _with("absolute", "/etc/absolute.xlsx"), RANKED | REJECTED),
    case(
        "zip/link.zip",
        lambda: raw_zip([replace(stored("link.xlsx", b"/etc/hostname"), mode=_LINK)]),
        REJECTED,
    ),
    case("zip/empty.zip", lambda: zip_of(), REJECTED, "ARCHIVE_EMPTY"),
    case("zip/folders.zip", lambda: zip_of(("a.xlsx/", b"")), REJECTED, "ARCHIVE_EMPTY"),
    case(
        "zip/leftovers.zip",
        lambda: zip_of(*_LEFTOVERS),
        REJECTED | IGNORED,
        "ARCHIVE_EMPTY NOT_A_RETURN",
        entries=0,
    ),
    case("zip/checksum.zip", _lying(0, 1), REJECTED, "UNREADABLE"),
    case("zip/size.zip", _lying(10_000, 0), REJECTED | RANKED),
    case("zip/size_4_gib.zip", _lying(0xF0000000, 0), REJECTED),
    case("zip/method_98.zip", _method(98), REJECTED, "UNREADABLE"),
    case("zip/truncated.zip", lambda: zip_of(("a.xlsx", filled("zip cut")))[:-30], REJECTED),
    case("zip/named.xlsx", lambda: zip_of(("a.xlsx", filled("zip named xlsx"))), RANKED),
    case("zip/control.zip", _with("control", "a\x1b[2J\r\n‮xslx.xlsx"), RANKED),
    case("7z/plain.7z", lambda: _seven({"a.xlsx": filled("7z")}), RANKED),
    case(
        "7z/password.7z",
        lambda: _seven({"a.xlsx": filled("7z password")}, PASSWORD),
        REJECTED,
        "PASSWORD_NEEDED",
    ),
    case("7z/bomb.7z", _seven_bomb, REJECTED, TOO_MUCH),
    case(
        "7z/truncated.7z",
        lambda: _seven({"a.xlsx": filled("7z cut")})[:-40],
        REJECTED,
        "UNREADABLE",
    ),
    case("7z/noise.7z", b"7z\xbc\xaf\x27\x1c\0\4" + noise(900, "7z"), REJECTED, "UNREADABLE"),
)
