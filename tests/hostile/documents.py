"""Workbooks of OpenDocument: plain ones, and ones that repeat themselves."""

from __future__ import annotations

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape

import python_calamine

from tests.hostile.case import RANKED, REJECTED, Case, case, filled
from tests.hostile.zips import Entry, entry, raw_zip, repeating, stored

_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_SPACES = f'xmlns:office="{_OFFICE}" xmlns:table="{_TABLE}" xmlns:text="{_TEXT}"'
_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
ANY = RANKED | REJECTED

# --- OpenDocument


def as_ods(company: str, *, more: str = "", pretty: bool = False) -> bytes:
    """The filled sheet as a spreadsheet of OpenDocument; `more` stands below each table's rows."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(filled(company)))
    tables = []
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        lines = "".join(f"<table:table-row>{_ods_row(row)}</table:table-row>" for row in rows)
        tables.append(f'<table:table table:name="{name}">{lines}{more}</table:table>')
    body = "".join(tables)
    if pretty:
        body = body.replace("><", ">\n  <").replace("<text:p>\n  ", "<text:p>")
    return ods(f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>")


def _ods_row(row: Sequence[object]) -> str:
    return "".join(
        '<table:table-cell office:value-type="string">'
        f"<text:p>{escape(str(value)).replace(chr(10), '</text:p><text:p>')}</text:p>"
        "</table:table-cell>"
        if value != ""
        else "<table:table-cell/>"
        for value in row
    )


def ods(body: str, *, doctype: str = "", manifest: str = "", packed: Entry | None = None) -> bytes:
    """A package of OpenDocument with such content."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{doctype}'
        f'<office:document-content {_SPACES} office:version="1.3">{body}</office:document-content>'
    )
    listed = (
        f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{_MANIFEST}">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
        f"{manifest or _listed('content.xml', '')}</manifest:manifest>"
    )
    return raw_zip(
        [
            stored("mimetype", _KIND.encode()),
            packed or entry("content.xml", content.encode()),
            entry("META-INF/manifest.xml", listed.encode()),
        ]
    )


def _listed(path: str, inside: str) -> str:
    return (
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="text/xml">'
        f"{inside}</manifest:file-entry>"
    )


_LOCKED = _listed(
    "content.xml",
    '<manifest:encryption-data manifest:checksum-type="SHA1/1K" manifest:checksum="AA=="/>',
)


def _repeated(rows: int | str, columns: int | str) -> str:
    cell = (
        f'<table:table-cell table:number-columns-repeated="{columns}" '
        'office:value-type="string"><text:p>x</text:p></table:table-cell>'
    )
    table = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    sheets = f'<table:table table:name="a">{table}</table:table>'
    return f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body>"


_EMPTY_ROWS = (
    '<table:table-row table:number-rows-repeated="1048400">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)
_ODS_HEAD = f"<office:document-content {_SPACES}><office:body>".encode()


def _bomb() -> bytes:
    blanks = repeating("content.xml", _ODS_HEAD, b" " * 1024 * 1024, 600, b"</office:body>")
    return ods("", packed=blanks)


TOO_MUCH = "TOO_LARGE UNSAFE_FILE"

CASES: tuple[Case, ...] = (
    case("ods/plain.ods", lambda: as_ods("ods"), RANKED),
    case("ods/pretty.ods", lambda: as_ods("pretty", pretty=True), RANKED),
    case("ods/empty_rows.ods", lambda: as_ods("empty rows", more=_EMPTY_ROWS), RANKED),
    case("ods/named.xlsx", lambda: as_ods("ods named xlsx"), RANKED),
    case(
        "ods/repeated.ods", ods(_repeated(1_048_576, 16_384)), REJECTED, f"STRAY_CELLS {TOO_MUCH}"
    ),
    case("ods/repeated_2e32.ods", ods(_repeated(2**32 - 1, 2**32 - 1)), REJECTED, TOO_MUCH),
    case("ods/repeated_0.ods", ods(_repeated(0, 0)), REJECTED),
    case("ods/repeated_minus.ods", ods(_repeated(-1, "x")), REJECTED),
    case("ods/spaces.ods", _bomb, REJECTED, TOO_MUCH),
    case(
        "ods/own_file.ods",
        ods(
            _repeated(1, 1).replace(">x<", ">&x;<"),
            doctype='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        ),
        REJECTED,
        "UNSAFE_FILE",
    ),
    case(
        "ods/password.ods",
        ods("", manifest=_LOCKED, packed=entry("content.xml", bytes(range(256)) * 8)),
        REJECTED,
        "PASSWORD_UNSUPPORTED PASSWORD_NEEDED",
    ),
)
