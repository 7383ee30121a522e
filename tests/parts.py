"""Workbooks made of parts that are written in the test, as programs that are not Excel do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from types import MappingProxyType

from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.cells import Grid, RefusedError, WorkbookContent
from sheet_diag.intake.file_types import FileKind
from sheet_diag.intake.open_workbook import OpenedWorkbook, read_workbook
from sheet_diag.model.settings import Limits

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PART = "xl/worksheets/sheet1.xml"
WORKBOOK = "xl/workbook.xml"
RELATED_PARTS = "xl/_rels/workbook.xml.rels"
_MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_NOTHING: Mapping[str, bytes | str] = MappingProxyType({})


def pack_parts(parts: Mapping[str, bytes | str]) -> bytes:
    """A package of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


def sheet_xml(rows: str, after: str = "", space: str = MAIN) -> str:
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def xlsx(rows: str, after: str = "", parts: Mapping[str, bytes | str] = _NOTHING) -> bytes:
    """A workbook of one sheet `S`; `parts` come in addition or instead."""
    content = f"{_PACKAGE}/content-types"
    relation = f"{_PACKAGE}/relationships"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    usual: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{content}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{WORKBOOK}" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/{PART}" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{relation}"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/officeDocument" Target="{WORKBOOK}"/></Relationships>',
        WORKBOOK: f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        RELATED_PARTS: f'<Relationships xmlns="{relation}"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        PART: sheet_xml(rows, after),
    }
    return pack_parts({**usual, **parts})


def ods(rows: str, parts: Mapping[str, bytes | str] = _NOTHING) -> bytes:
    """An OpenDocument workbook of one sheet `S`."""
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text", "meta", "style")
    )
    spaces += ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    spaces += (
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    )
    body = f'<table:table table:name="S">{rows}</table:table>'
    content = f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
    return pack_parts(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{_MANIFEST}"/>',
            "content.xml": f"<office:document-content {spaces}>{content}</office:document-content>",
            **parts,
        }
    )


def open_parts(
    content: bytes, form: FileKind = FileKind.XLSX, limits: Limits | None = None
) -> WorkbookContent:
    return read_workbook(OpenedWorkbook(content, form), limits or Limits())


def refusal_of(content: bytes, form: FileKind = FileKind.XLSX, limits: Limits | None = None) -> str:
    """Code and value of the refusal; empty where the workbook is read."""
    try:
        open_parts(content, form, limits)
    except RefusedError as error:
        return f"{error.problem.code} {error.problem.value}"
    return ""


def table_of(grid: Grid) -> list[str]:
    """A line a row: `a | b`."""
    return [" | ".join(row).rstrip(" |") for row in grid.rows]


def cell_marks(grid: Grid) -> dict[str, str]:
    """What is special, by the name of the cell."""
    return {cell_name(*at): f"{mark} {grid.text(*at)}".strip() for at, mark in grid.marks.items()}
