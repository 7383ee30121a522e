"""Preflight: what is refused before any reader sees it, and what is not."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from sheet_diag.intake.cells import RefusedError
from sheet_diag.intake.package_inspection import InspectedPackage, inspect_package
from sheet_diag.intake.readers.package import WorkbookPackage
from sheet_diag.model.settings import Limits
from tests.hostile.zips import BLANK, MIB, Entry, entries_of, entry, raw_zip, repeating, stored
from tests.returned import make_return

SMALL = Limits(entries=4, inflated=3, part=2, ratio=100, sheets=2, strings=10)
NOISE = zlib.compress(bytes(range(256)) * 3)


def xml(name: str, text: str, encoding: str = "utf-8") -> Entry:
    return entry(name, text.encode(encoding))


def refusal(content: bytes, limits: Limits = SMALL) -> str:
    try:
        inspect_package(content, limits)
    except RefusedError as error:
        problem = error.problem
        assert problem.code != "UNSAFE_FILE" or dict(problem.details) == {"kind": problem.value}
        return f"{problem.code} {problem.value}"
    return ""


def _lying() -> Entry:
    """Its directory tells 100 bytes; a reader that inflates to the end gets 5 MiB."""
    bomb = repeating("a.xml", b"<a>", BLANK, 5, b"</a>")
    return replace(bomb, size=100, crc=zlib.crc32(b"<a>" + BLANK[:97]))


def _filling(name: str, size: int) -> Entry:
    """A part that hardly packs."""
    return stored(name, (NOISE * (size // len(NOISE) + 1))[:size])


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        pytest.param([xml("a.xml", "<a/>")], "", id="nothing"),
        pytest.param([xml(f"{n}.xml", "<a/>") for n in range(5)], "UNSAFE_FILE entries", id="five"),
        pytest.param([_filling("a.bin", 3 * MIB + 1)], "UNSAFE_FILE inflated", id="all too large"),
        pytest.param([_filling("a.xml", 2 * MIB + 1)], "UNSAFE_FILE inflated", id="one too large"),
        pytest.param([_filling("a.bin", 2 * MIB + 1)], "", id="large, but no markup"),
        pytest.param([repeating("a.xml", b"<a>", BLANK, 2, b"")], "UNSAFE_FILE ratio", id="bomb"),
        pytest.param(
            [_filling("a.bin", MIB // 2), repeating("b.bin", b"", BLANK, 2, b"")],
            "UNSAFE_FILE ratio", id="a bomb beside honest parts",
        ),
        pytest.param([entry("a.xml", BLANK[:-9])], "", id="a high ratio below 1 MiB"),
        pytest.param([_lying()], "UNSAFE_FILE ratio", id="a bomb whose directory lies"),
        pytest.param(
            [entry(f"{n}.bin", BLANK[:600_000]) for n in range(3)], "UNSAFE_FILE ratio",
            id="many small bombs",
        ),
        pytest.param([xml("a.xml", "<!DOCTYPE a>")], "UNSAFE_FILE doctype", id="doctype"),
        pytest.param([xml("a.rels", "<!DOCTYPE a>")], "UNSAFE_FILE doctype", id="in relations"),
        pytest.param([xml("a.txt", "<!DOCTYPE a>")], "UNSAFE_FILE doctype", id="by content"),
        pytest.param(
            [xml("a.xml", "\ufeff<!DOCTYPE a>", "utf-16-le")], "UNSAFE_FILE doctype", id="utf-16"
        ),
        pytest.param(
            [xml("a.xml", "<!DOCTYPE a>", "utf-16-be")], "UNSAFE_FILE doctype", id="utf-16 bare"
        ),
        pytest.param(
            [stored("a.xml", b"<!--" + b"x" * (MIB - 9) + b"--><!DOCTYPE a>")],
            "UNSAFE_FILE doctype", id="across two chunks",
        ),
        pytest.param([xml("xl/media/a.svg", "<!DOCTYPE svg>")], "", id="a picture"),
        pytest.param(
            [xml("mimetype", "x"), xml("META-INF/manifest.xml", "<!DOCTYPE a>")], "", id="ods list"
        ),
        pytest.param(
            [xml("mimetype", "x"), xml("Basic/a.xml", "<!DOCTYPE a>")], "", id="ods macros"
        ),
        pytest.param(
            [xml("mimetype", "x"), xml("content.xml", "<!DOCTYPE a>")], "UNSAFE_FILE doctype",
            id="ods sheet",
        ),
        pytest.param(
            [xml("mimetype", "x"), xml("META-INF/manifest.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]>")],
            "UNSAFE_FILE doctype", id="ods list with an entity",
        ),
        pytest.param(
            [xml("META-INF/manifest.xml", "<!DOCTYPE a>")], "UNSAFE_FILE doctype", id="no ods"
        ),
        pytest.param([xml("a", ""), xml("A", "")], "UNSAFE_FILE names", id="twice"),
        pytest.param([xml("a/../../b", "")], "UNSAFE_FILE names", id="above"),
        pytest.param([xml("a\\..\\b", "")], "UNSAFE_FILE names", id="above, backwards"),
        pytest.param([xml("/etc/a", "")], "UNSAFE_FILE names", id="absolute"),
        pytest.param([xml("C:\\a", "")], "UNSAFE_FILE names", id="drive"),
        pytest.param(
            [xml(f"xl/worksheets/x{n}.xml", "") for n in range(3)], "UNSAFE_FILE sheets",
            id="three sheets",
        ),
        pytest.param(
            [xml("xl/workbook.xml", "<x:sheets>" + '<x:sheet r:id="rId1"/>' * 3)],
            "UNSAFE_FILE sheets", id="one sheet listed three times",
        ),
        pytest.param(
            [xml("mimetype", "x"), xml("content.xml", "<table:table /><table:table>" * 2)],
            "UNSAFE_FILE sheets", id="ods tables",
        ),
        pytest.param(
            [xml("content.xml", "<table:table-row/>" * 9)], "", id="rows are no tables"
        ),
        pytest.param(
            [xml("xl/SharedStrings.xml", '<sst uniqueCount="11" count="1">')],
            "UNSAFE_FILE strings", id="strings",
        ),
        pytest.param(
            [xml("xl/other.xml", "<!-- a --><x:sst\n count = '18446744073709551616'>")],
            "UNSAFE_FILE strings", id="strings under another name",
        ),
        pytest.param([xml("s.xml", '<sst count="10"><si count="99">')], "", id="not that count"),
        pytest.param([replace(xml("a.xml", "<a/>"), crc=1)], "UNREADABLE a.xml", id="checksum"),
        pytest.param([replace(xml("a.xml", "<a/>"), size=9)], "UNREADABLE a.xml", id="size"),
        pytest.param([replace(xml("a.xml", "<a/>"), packed=b"\7")], "UNREADABLE a.xml", id="body"),
        pytest.param([replace(xml("a.xml", "<a/>"), method=98)], "UNREADABLE a.xml", id="method"),
        pytest.param([replace(stored("xl/media/a.png", b"<"), crc=1)], "", id="a damaged picture"),
    ],
)  # fmt: skip
def test_unsafe_packages_are_refused(parts: Sequence[Entry], told: str) -> None:
    assert refusal(raw_zip(parts)) == told


def test_one_body_listed_many_times_is_refused() -> None:
    body = stored("a0", b"x" * 900)
    content = raw_zip([body, replace(body, name="a1")], bodies=1)
    assert refusal(content) == "UNSAFE_FILE overlap"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x03\x04", id="its first bytes"),
        pytest.param(make_return()[:-200], id="cut off"),
        pytest.param(raw_zip([stored("a.zip", make_return())])[:-40], id="a zip in a zip cut off"),
    ],
)
def test_a_package_without_a_directory_is_unreadable(content: bytes) -> None:
    assert refusal(content, Limits()).startswith("UNREADABLE ")


def test_the_parts_are_known_whatever_the_spelling_of_their_names() -> None:
    content = raw_zip([xml("XL\\Workbook.xml", "<a/>"), xml("xl/", "")])
    inspected = inspect_package(content, Limits())
    assert inspected.names == ("xl/workbook.xml",)
    package = WorkbookPackage(content, inspected)
    assert package.read("xl/workbook.XML") == package.read("xl\\workbook.xml") == b"<a/>"
    assert package.read("xl/none.xml") == b""


def test_only_small_parts_are_kept() -> None:
    """1 MiB in all; what is not held comes out of the zip again."""
    content = raw_zip([_filling("a.bin", MIB + 1), xml("b", "c"), _filling("d.bin", MIB)])
    inspected = inspect_package(content, SMALL)
    assert list(inspected.parts) == ["b"]
    package = WorkbookPackage(content, inspected)
    assert [len(package.content(name)) for name in package.names] == [MIB + 1, 1, MIB]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(raw_zip([replace(stored("xl/media/a.png", b"<"), crc=1)]), id="damaged"),
        pytest.param(raw_zip([stored("é.xml", b"<a/>")]), id="a name of other letters"),
        pytest.param(
            raw_zip([xml("a.xml", "<a/>")]).replace(b"a.xml", b"b.xml", 1),
            id="another name where it lies",
        ),
        pytest.param(raw_zip([replace(xml("a.xml", "<a/>"), flags=0x40)]), id="unusual flags"),
    ],
)
def test_doubtful_parts_are_not_kept(content: bytes) -> None:
    inspected = inspect_package(content, Limits())
    assert (len(inspected.names), dict(inspected.parts)) == (1, {})
    assert _read(content, inspected) == _read(content, None)


def _read(content: bytes, inspected: InspectedPackage | None) -> list[bytes]:
    package = WorkbookPackage(content, inspected)
    return [package.read(name) for name in package.names]


@pytest.mark.parametrize("before", [b"", b"MZ" + bytes(70)])
def test_an_honest_workbook_passes_with_all_its_parts(before: bytes) -> None:
    content = make_return()
    inspected = inspect_package(before + content, Limits())
    assert inspected.names == tuple(part.name.lower() for part in entries_of(content))
    assert inspected.parts == {part.name.lower(): _unpacked(part) for part in entries_of(content)}
    assert _read(content, inspected) == _read(content, None)


def _unpacked(part: Entry) -> bytes:
    assert part.method == zipfile.ZIP_DEFLATED
    return zlib.decompress(part.packed, -15)
