"""Workbooks of the present format that want memory, time, or a file of this machine."""

from __future__ import annotations

from collections.abc import Callable

from tests.hostile.case import (
    COVER,
    QUESTIONS,
    RANKED,
    REJECTED,
    Case,
    case,
    changed,
    filled,
    with_bomb,
    with_parts,
)
from tests.hostile.zips import BLANK, MIB, Entry, entries_of, entry, raw_zip, renamed, repeating

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>'.encode()
_TAIL = b"</sheetData></worksheet>"
_STRINGS, _STYLES, _BOOK = "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
_SST = f'<sst xmlns="{_MAIN}"><si><t>'.encode()
_ROW = b"<row>" + b"<c><v>1</v></c>" * 4 + b"</row>"
TOO_MUCH = "TOO_LARGE UNSAFE_FILE"
ANY = RANKED | REJECTED


def _laughs(levels: int = 9) -> bytes:
    rows = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels + 1)]
    return f'<!DOCTYPE sst [<!ENTITY l0 "lol">{"".join(rows)}]>'.encode()


def _quadratic() -> bytes:
    return b'<!DOCTYPE sst [<!ENTITY a "' + b"a" * 50_000 + b'">]>'


def _strings(doctype: bytes, entity: str) -> Entry:
    text = doctype + _SST + entity.encode() + b"</t></si></sst>"
    return entry(_STRINGS, b'<?xml version="1.0"?>' + text)


_FILE = b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
_PARAMETER = b'<!DOCTYPE sst [<!ENTITY % x SYSTEM "http://x.example/a.dtd"> %x;]>'


def _cell(reference: str, row: int) -> tuple[str, str, str]:
    """One more cell below the questions."""
    cell = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row>'
    return (QUESTIONS, "</sheetData>", f"{cell}</sheetData>")


def _sheets(count: int) -> Callable[[], bytes]:
    """Thousands of sheets, all of them one part."""
    more = "".join(f'<sheet name="s{n}" sheetId="{n + 10}" r:id="rId1"/>' for n in range(count))
    return changed("3000 sheets", (_BOOK, "</sheets>", f"{more}</sheets>"))


def _twice(company: str) -> bytes:
    """Two parts of one name: one reader takes the first, another the last."""
    parts = entries_of(filled(company))
    return raw_zip([*parts, *(each for each in parts if each.name == QUESTIONS)])


def _overlapping_workbook() -> bytes:
    """Honest parts, and fifty entries of the directory that all point at one body."""
    parts = entries_of(filled("overlap"))
    names = [f"xl/media/a{n}.bin" for n in range(50)]
    body = repeating(names[0], b"", BLANK, 10, b"")
    many = [*parts, *(renamed(body, name) for name in names)]
    return raw_zip(many, bodies=len(parts) + 1)


def _deep(levels: int) -> bytes:
    inside = b"<a>" * levels + b"</a>" * levels
    return _HEAD + b"</sheetData>" + inside + b"</worksheet>"


def _attributes(count: int) -> bytes:
    named = " ".join(f'a{n}="1"' for n in range(count))
    return f'<worksheet xmlns="{_MAIN}" {named}><sheetData/></worksheet>'.encode()


CASES: tuple[Case, ...] = (
    case(
        "bomb/spaces.xlsx",
        with_bomb("a", COVER, _HEAD, BLANK, 1024, _TAIL),
        REJECTED,
        TOO_MUCH,
    ),
    case(
        "bomb/strings.xlsx",
        with_bomb("a", _STRINGS, _SST, BLANK, 1024, b"</t></si></sst>"),
        REJECTED,
        TOO_MUCH,
    ),
    case(
        "bomb/million_rows.xlsx",
        with_bomb("a", COVER, _HEAD, _ROW * 1024, 1024, _TAIL),
        REJECTED,
        TOO_MUCH,
    ),
    case(
        "bomb/one_text_of_300_mb.xlsx",
        with_bomb("a", _STRINGS, _SST, b"x" * MIB, 300, b"</t></si></sst>"),
        REJECTED,
        TOO_MUCH,
    ),
    case(
        "bomb/200000_formats.xlsx",
        with_parts(
            "a",
            repeating(
                _STYLES,
                f'<styleSheet xmlns="{_MAIN}"><cellXfs count="200000">'.encode(),
                b"<xf/>" * 1_000,
                200,
                b"</cellXfs></styleSheet>",
            ),
        ),
        ANY,
    ),
    case("bomb/3000_sheets.xlsx", _sheets(3_000), REJECTED, TOO_MUCH),
    case("bomb/laughs.xlsx", with_parts("a", _strings(_laughs(), "&l9;")), REJECTED, "UNSAFE_FILE"),
    case(
        "bomb/laughs_in_types.xlsx",
        with_parts("a", entry("[Content_Types].xml", _laughs() + b"<Types>&l9;</Types>")),
        REJECTED,
        "UNSAFE_FILE",
    ),
    case(
        "bomb/quadratic.xlsx",
        with_parts("a", _strings(_quadratic(), "&a;" * 50_000)),
        REJECTED,
        "UNSAFE_FILE",
    ),
    case("bomb/own_file.xlsx", with_parts("a", _strings(_FILE, "&x;")), REJECTED, "UNSAFE_FILE"),
    case("bomb/fetch.xlsx", with_parts("a", _strings(_PARAMETER, "")), REJECTED, "UNSAFE_FILE"),
    case(
        "bomb/row_4294967295.xlsx",
        changed("row", _cell("A4294967295", 4_294_967_295)),
        ANY,
    ),
    case(
        "bomb/strings_2e32.xlsx",
        changed("strings 32", (_STRINGS, " uniqueCount=", f' uniqueCount="{2**32 - 1}" was=')),
        REJECTED,
        TOO_MUCH,
    ),
    case(
        "bomb/strings_2e64.xlsx",
        changed("strings 64", (_STRINGS, " uniqueCount=", f' uniqueCount="{2**64 - 1}" was=')),
        REJECTED,
        TOO_MUCH,
    ),
    case("bomb/overlapping_parts.xlsx", _overlapping_workbook, REJECTED, TOO_MUCH),
    case("bomb/parts_twice.xlsx", lambda: _twice("parts twice"), REJECTED, "UNSAFE_FILE"),
    case(
        "bomb/part_above.xlsx",
        with_parts("a", entry("../../escaped.xml", b"<x/>")),
        REJECTED,
        "UNSAFE_FILE",
    ),
    case(
        "bomb/2000_parts.xlsx",
        with_parts("2000 parts", *(entry(f"xl/media/{n}.png", b"x") for n in range(2_000))),
        REJECTED,
        TOO_MUCH,
    ),
    case("bomb/deep_20000.xlsx", with_parts("deep 2", entry(COVER, _deep(20_000))), ANY),
    case("bomb/deep.xlsx", with_parts("deep", entry(COVER, _deep(200_000))), ANY),
    case("bomb/attributes.xlsx", with_parts("attributes", entry(COVER, _attributes(200_000))), ANY),
)
