"""Workbooks of the present format as odd programs write them and bad lines damage them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from xml.etree.ElementTree import Element, tostring

from defusedxml.ElementTree import fromstring
from openpyxl.utils.cell import coordinate_to_tuple

from tests.hostile.case import (
    COVER,
    HELD,
    QUESTIONS,
    RANKED,
    REJECTED,
    Case,
    case,
    changed,
    filled,
    with_parts,
)
from tests.hostile.zips import Entry, entries_of, entry, raw_zip, renamed
from tests.returned import as_google_saves, repack_parts

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>'.encode()
_TAIL = b"</sheetData></worksheet>"
_STRINGS, _STYLES, _BOOK = "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
_SST = f'<sst xmlns="{_MAIN}"><si><t>'.encode()
_ROW = b"<row>" + b"<c><v>1</v></c>" * 4 + b"</row>"
TOO_MUCH = "TOO_LARGE UNSAFE_FILE"
ANY = RANKED | REJECTED

_PROFILE = "xl/worksheets/sheet2.xml"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def _cell(reference: str, row: int) -> tuple[str, str, str]:
    """One more cell below the questions."""
    cell = f'<row r="{row}"><c r="{reference}"><v>1</v></c></row>'
    return (QUESTIONS, "</sheetData>", f"{cell}</sheetData>")


def _after_cells(elements: str) -> tuple[str, str, str]:
    return (QUESTIONS, "</sheetData>", f"</sheetData>{elements}")


def _without_namespaces(company: str, *pairs: tuple[str, str]) -> Callable[[], bytes]:
    def change(_: str, text: str) -> str:
        for old, new in pairs:
            text = text.replace(old, new)
        return text

    return lambda: repack_parts(filled(company), change)


def _prefixed() -> bytes:
    """Elements of the main namespace as `x:worksheet`, as the Open XML SDK writes them."""

    def change(name: str, text: str) -> str:
        if f'xmlns="{_MAIN}"' not in text or name == "xl/workbook.xml":
            return text
        text = text.replace(f'xmlns="{_MAIN}"', f'xmlns:x="{_MAIN}"')
        return re.sub(r"<(/?)(?=[A-Za-z])(?!\w+:)", r"<\1x:", text)

    return repack_parts(filled("prefix"), change)


def _in_utf16() -> bytes:
    def change(each: Entry, content: bytes) -> Entry:
        if not each.name.startswith("xl/worksheets/sheet"):
            return each
        text = re.sub(r"^<\?xml[^>]*\?>", "", content.decode("utf-8")).strip()
        return entry(each.name, f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"))

    content = filled("utf-16")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        changed_parts = [change(each, package.read(each.name)) for each in entries_of(content)]
    return raw_zip(changed_parts)


def _with_readings() -> bytes:
    """Every shared text with furigana behind it, and cut into runs of rich text."""

    def change(name: str, text: str) -> str:
        if name != _STRINGS:
            return text
        reading = (
            r'<si><r><t xml:space="preserve">\1</t></r><rPh sb="0" eb="1"><t>カナ</t></rPh></si>'
        )
        return re.sub(r"<si><t[^>]*>([^<]*)</t></si>", reading, text)

    return repack_parts(filled("readings"), change)


def _without_references() -> bytes:
    """Cells without `r`, as some writers leave them: their places are counted."""

    def change(name: str, text: str) -> str:
        if name != QUESTIONS:
            return text
        root = fromstring(text)
        for row in root.iter(f"{{{_MAIN}}}row"):
            _drop_references(row)
        return tostring(root, encoding="unicode")

    return repack_parts(filled("references"), change)


def _drop_references(row: Element) -> None:
    """Blank cells fill the gaps, so that each cell stays in its column."""
    placed = {coordinate_to_tuple(cell.attrib.pop("r"))[1]: cell for cell in list(row)}
    for cell in placed.values():
        row.remove(cell)
    for column in range(1, max(placed, default=0) + 1):
        row.append(placed.get(column, Element(f"{{{_MAIN}}}c")))


def _parts_named(company: str, change: Callable[[str], str]) -> Callable[[], bytes]:
    return lambda: raw_zip(renamed(each, change(each.name)) for each in entries_of(filled(company)))


_MACRO_SHEET = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"


def _with_macro_sheet() -> bytes:
    """A sheet of Excel 4 macros beside the others, which the first reader does not know."""
    relation = f'<Relationship Id="rId99" Type="{_MACRO_SHEET}" Target="macrosheets/sheet1.xml"/>'
    end = "</Relationships>"
    content = changed(
        "macro sheet",
        (_BOOK, "</sheets>", '<sheet name="Macro1" sheetId="99" r:id="rId99"/></sheets>'),
        ("xl/_rels/workbook.xml.rels", end, f"{relation}{end}"),
    )()
    macros = f'<xm:macrosheet xmlns:xm="{_MAIN}"><xm:sheetData/></xm:macrosheet>'
    return raw_zip([*entries_of(content), entry("xl/macrosheets/sheet1.xml", macros.encode())])


def _without(company: str, part: str) -> bytes:
    return raw_zip(each for each in entries_of(filled(company)) if each.name != part)


_MERGES = "".join(f'<mergeCell ref="AA{n}:AB{n}"/>' for n in range(101, 60_101))
_LISTS = '<dataValidation type="list" sqref="A1"><formula1>"a"</formula1></dataValidation>'
_WHOLE = "A1:XFD1048576"
_NAMES = "".join(f'<definedName name="n{n}">1</definedName>' for n in range(20_000))

CASES: tuple[Case, ...] = (
    case(
        "odd/wrong_dimension.xlsx",
        changed("dimension", (QUESTIONS, '<dimension ref="', f'<dimension ref="{_WHOLE}" was="')),
        RANKED,
    ),
    case(
        "odd/last_cell.xlsx",
        changed("last cell", _cell("XFD1048576", 1_048_576)),
        RANKED,
        "STRAY_CELLS",
    ),
    case(
        "odd/far_row_and_column.xlsx",
        changed(
            "far cells",
            (QUESTIONS, '<row r="1"', '<row r="1" was="1"'),
            (
                QUESTIONS,
                "</sheetData>",
                '<row r="100000"><c r="A100000"><v>1</v></c></row></sheetData>',
            ),
            (
                QUESTIONS,
                '<row r="100000">',
                '<row r="99999"><c r="XFD99999"><v>1</v></c></row><row r="100000">',
            ),
        ),
        RANKED,
        "STRAY_CELLS",
    ),
    case(
        "odd/merge_of_all.xlsx",
        changed("merge", _after_cells(f'<mergeCells><mergeCell ref="{_WHOLE}"/></mergeCells>')),
        RANKED | frozenset({"held"}),
    ),
    case(
        "odd/link_of_all.xlsx",
        changed(
            "link",
            _after_cells(f'<hyperlinks><hyperlink ref="{_WHOLE}" location="A1"/></hyperlinks>'),
        ),
        RANKED,
    ),
    case(
        "odd/60000_merges.xlsx",
        changed("merges", _after_cells(f"<mergeCells>{_MERGES}</mergeCells>")),
        RANKED,
    ),
    case(
        "odd/20000_validations.xlsx",
        changed("lists", _after_cells(f"<dataValidations>{_LISTS * 20_000}</dataValidations>")),
        ANY,
    ),
    case(
        "odd/empty_fill.xlsx",
        changed("fill", (_STYLES, "<fills", "<fills><fill/></fills><fills")),
        RANKED,
    ),
    case(
        "odd/strict.xlsx",
        _without_namespaces("strict", (_MAIN, _STRICT), (_OFFICE, _STRICT_OFFICE)),
        RANKED,
    ),
    case("odd/prefix.xlsx", _prefixed, RANKED),
    case("odd/utf16.xlsx", _in_utf16, RANKED),
    case(
        "odd/backslashes.xlsx",
        _parts_named("backslashes", lambda name: name.replace("/", "\\")),
        RANKED,
    ),
    case(
        "odd/capitals.xlsx",
        _parts_named("capitals", lambda name: name.replace("sharedStrings", "SHAREDSTRINGS")),
        RANKED,
    ),
    case("odd/trailing.xlsx", lambda: filled("trailing") + b"\0" * 70_000, ANY),
    case("odd/leading.xlsx", lambda: b"x" * 300 + filled("leading"), ANY),
    case("odd/truncated.xlsx", lambda: filled("cut")[:-900], REJECTED, "UNREADABLE"),
    case(
        "odd/half.xlsx", lambda: filled("half")[: len(filled("half")) // 2], REJECTED, "UNREADABLE"
    ),
    case("odd/empty_part.xlsx", with_parts("empty part", entry(QUESTIONS, b"")), REJECTED),
    case("odd/no_workbook.xlsx", lambda: _without("no book", _BOOK), REJECTED),
    case("odd/no_sheet.xlsx", lambda: _without("no sheet", QUESTIONS), REJECTED),
    case("odd/no_styles.xlsx", lambda: _without("no styles", _STYLES), ANY),
    case("odd/no_strings.xlsx", lambda: _without("no strings", _STRINGS), REJECTED),
    case(
        "odd/string_beyond.xlsx",
        changed("beyond", (COVER, 't="s"><v>', 't="s"><v>99999')),
        ANY,
    ),
    case(
        "odd/macros.xlsm",
        with_parts("macros", entry("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(2_000))),
        RANKED,
        "ACTIVE_CONTENT",
    ),
    case(
        "odd/links_and_dde.xlsx",
        with_parts(
            "dde",
            entry(
                "xl/externalLinks/externalLink1.xml",
                f'<externalLink xmlns="{_MAIN}"><ddeLink ddeService="cmd" ddeTopic="/C calc"/>'
                "</externalLink>".encode(),
            ),
        ),
        RANKED,
        "ACTIVE_CONTENT",
    ),
    case(
        "odd/objects.xlsx",
        with_parts(
            "objects",
            entry("xl/embeddings/oleObject1.bin", b"x" * 2_000),
            entry("xl/activeX/activeX1.xml", b"<x/>"),
        ),
        RANKED,
        "ACTIVE_CONTENT",
    ),
    case("odd/readings.xlsx", _with_readings, RANKED),
    case("odd/references.xlsx", _without_references, RANKED),
    case("odd/web.xlsx", lambda: as_google_saves(filled("web")), RANKED),
    case(
        "odd/1904.xlsx",
        changed(
            "1904",
            (_BOOK, "<workbookPr ", '<workbookPr date1904="1" '),
            (_PROFILE, '<c r="C19" s="19"/>', '<c r="C19" s="19"><v>44880</v></c>'),
        ),
        RANKED,
    ),
    case("odd/macro_sheet.xlsm", _with_macro_sheet, RANKED, "SECOND_READER ACTIVE_CONTENT"),
    case(
        "odd/error.xlsx",
        changed("error", (_STRINGS, "<t>はい</t>", "<t>#REF!</t>")),
        HELD,
        "ERROR_VALUE",
    ),
    case(
        "odd/names.xlsx",
        changed(
            "names",
            (
                _BOOK,
                "<definedNames>",
                f"<definedNames>{_NAMES}",
            ),
        ),
        ANY,
    ),
)
