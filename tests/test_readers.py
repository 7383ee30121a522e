"""Cells of .xlsx as the many programs write them: texts, marks, areas, and what is refused.

LibreOffice's files and other formats: `test_readers_formats`.
"""

from __future__ import annotations

import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

from sheet_diag.intake.cells import CellMark, RefusedError
from sheet_diag.intake.file_types import FileKind
from sheet_diag.intake.readers.survey import convert_value
from sheet_diag.model.returns import ProblemCode
from sheet_diag.model.settings import Limits
from tests.parts import (
    MAIN,
    PART,
    RELATED_PARTS,
    RELATIONS,
    STRICT,
    WORKBOOK,
    cell_marks,
    open_parts,
    pack_parts,
    refusal_of,
    sheet_xml,
    table_of,
    xlsx,
)

CORPUS = "SHEET_DIAG_CORPUS"
FORMATS = {
    ".xlsx": FileKind.XLSX,
    ".xlsm": FileKind.XLSX,
    ".xlsb": FileKind.XLSB,
    ".xls": FileKind.XLS,
}
ABORTING = ("OOM_alloc.xls", "OOM_alloc2.xls", "OOM_alloc3.xls")  # may end the whole process
ONE = "<row><c><v>1</v></c></row>"
TWO = '<row><c t="inlineStr"><is><t>はい</t></is></c><c t="e"><v>#N/A</v></c></row>'
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{cell}"><v>9</v></c></row>'


def stray(cell: str, row: int) -> bytes:
    return xlsx(FAR.format(cell=cell, row=row))


# --- what a cell says


@pytest.mark.parametrize(
    ("cell", "text", "mark"),
    [
        pytest.param('<c r="A1" t="e"><v>#REF!</v></c>', "#REF!", "error", id="error"),
        pytest.param('<c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!", "error", id="=1/0"),
        pytest.param('<c r="A1"><f>A2</f><v>3</v></c>', "3", "formula", id="formula"),
        pytest.param('<c r="A1" t="str"><f>A2</f><v>はい</v></c>', "はい", "formula", id="text"),
        pytest.param('<c r="A1" t="str"><f>A2</f><v></v></c>', "", "formula", id="empty result"),
        pytest.param('<c r="A1"><f>A2</f></c>', "", "not_calculated", id="no result"),
        pytest.param('<c r="A1"><f>A2</f><v/></c>', "", "not_calculated", id="openpyxl's own"),
        pytest.param(
            '<c r="A1" t="str"><f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v></c>',
            '=DISPIMG("ID_1",1)',
            "picture",
            id="picture by WPS",
        ),
        pytest.param(
            '<c r="A1" t="e" vm="1"><f>_xlfn.IMAGE(B1)</f><v>#VALUE!</v></c>',
            "",
            "picture",
            id="IMAGE",
        ),
        pytest.param(
            '<c r="A1" t="str"><f>MYIMAGE(B1)</f><v>x</v></c>',
            "x",
            "formula",
            id="another function",
        ),
        pytest.param('<c r="A1" t="e" vm="1"><v>#VALUE!</v></c>', "", "data_type", id="data type"),
        pytest.param('<c r="A1" t="b"><v>1</v></c>', "TRUE", "", id="truth"),
        pytest.param('<c r="A1"><v>120.0</v></c>', "120", "", id="whole number"),
        pytest.param('<c r="A1"><v>0.5</v></c>', "0.5", "", id="share"),
        pytest.param('<c r="A1" t="inlineStr"><is><t>00123</t></is></c>', "00123", "", id="digits"),
        pytest.param("<c t='inlineStr'><is><t>はい</t></is></c>", "はい", "", id="no reference"),
        pytest.param(
            '<c r="A1" t="inlineStr"><is><t>一_x000D_\n二</t></is></c>', "一\n二", "", id="escape"
        ),
        pytest.param(
            '<c r="A1" t="inlineStr"><is><r><t>は</t></r><r><t>い</t></r>'
            '<rPh sb="0" eb="1"><t>ハイ</t></rPh></is></c>',
            "はい",
            "",
            id="rich text and readings",
        ),
    ],
)
def test_special_cells_are_marked(cell: str, text: str, mark: str) -> None:
    (grid,) = open_parts(xlsx(f'<row r="1">{cell}<c r="C1"><v>1</v></c></row>')).grids
    assert grid.rows == ((text, "", "1"),)
    assert {at: each.value for at, each in grid.marks.items()} == ({(0, 0): mark} if mark else {})


RICH = "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"


def rich_values(*kinds: str) -> dict[str, bytes | str]:
    """The parts that say of which kind each value beyond text is, the first by `vm="1"`."""
    structures = "".join(f'<s t="{kind}"/>' for kind in kinds)
    values = "".join(f'<rv s="{at}"><v>0</v></rv>' for at in range(len(kinds)))
    # Values may stand in another order than the cells that show them.
    blocks = "".join(f'<bk><x:rvb i="{at}"/></bk>' for at in reversed(range(len(kinds))))
    cells = "".join(f'<bk><rc t="1" v="{at}"/></bk>' for at in reversed(range(len(kinds))))
    metadata = (
        f'<metadata xmlns="{MAIN}" xmlns:x="{RICH}"><metadataTypes><metadataType '
        f'name="XLRICHVALUE"/></metadataTypes><futureMetadata name="XLRICHVALUE">{blocks}'
        f"</futureMetadata><valueMetadata>{cells}</valueMetadata></metadata>"
    )
    return {
        "xl/metadata.xml": metadata,
        "xl/richData/rdrichvalue.xml": f'<rvData xmlns="{RICH}">{values}</rvData>',
        "xl/richData/rdrichvaluestructure.xml": f'<a xmlns="{RICH}">{structures}</a>',
    }


def test_values_beyond_text_are_told_by_their_kind() -> None:
    """A picture, a company of the stock exchange, an error that older programs do not know."""
    kinds = ("_localImage", "_linkedentity2", "_error")
    cells = "".join(f'<c t="e" vm="{at}"><v>#VALUE!</v></c>' for at in (1, 2, 3, 9))
    (grid,) = open_parts(xlsx(f"<row>{cells}</row>", parts=rich_values(*kinds))).grids
    assert cell_marks(grid) == {
        "A1": "picture",
        "B1": "data_type",
        "C1": "error #VALUE!",
        "D1": "data_type",
    }


def test_a_value_of_no_stated_kind_is_a_picture_where_the_workbook_has_pictures_in_cells() -> None:
    cell = '<row r="1"><c r="A1" t="e" vm="1"><v>#VALUE!</v></c></row>'
    (grid,) = open_parts(xlsx(cell, parts={"xl/richData/richValueRel.xml": "<a/>"})).grids
    assert grid.marks == {(0, 0): CellMark.PICTURE}


def test_hidden_rows_and_merged_areas_are_found() -> None:
    rows = '<row r="2" hidden="1"/><row ht="0"/><row r="5" hidden="true"/><row r="6" hidden="0"/>'
    merged = '<mergeCells><mergeCell ref="B2:$C$4"/><mergeCell ref="D1"/><mergeCell ref="x"/>'
    (grid,) = open_parts(xlsx(rows, f"{merged}</mergeCells>")).grids
    assert grid.hidden_rows == {1, 2, 4}
    assert grid.merged == ((1, 1, 3, 2),)


def _prefixed(rows: str) -> str:
    plain = sheet_xml(rows).replace("<", "<x:").replace("<x:/", "</x:")
    return plain.replace("xmlns=", "xmlns:x=")


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(sheet_xml(TWO), id="usual"),
        pytest.param(_prefixed(TWO), id="prefix"),
        pytest.param(sheet_xml(TWO, space=STRICT), id="strict"),
        pytest.param(
            f'<?xml version="1.0" encoding="UTF-16"?>{sheet_xml(TWO)}'.encode("utf-16"), id="UTF-16"
        ),
    ],
)
def test_any_spelling_of_a_part_is_surveyed(part: str | bytes) -> None:
    book = open_parts(xlsx("", parts={PART: part}))
    assert table_of(book.grids[0]) == ["はい | #N/A"]
    assert cell_marks(book.grids[0]) == {"B1": "error #N/A"}
    assert book.problems == ()


@pytest.mark.parametrize("name", ["xl\\worksheets\\sheet1.xml", "XL/Worksheets/Sheet1.XML"])
def test_any_name_of_a_part_is_found(name: str) -> None:
    book = open_parts(xlsx(TWO).replace(PART.encode(), name.encode()))
    assert table_of(book.grids[0]) == ["はい | #N/A"]


# --- sheets that a library must not see


@pytest.mark.parametrize(
    ("cell", "row"), [("XFD1048576", 1048576), ("A1048576", 1048576), ("XFD400", 400)]
)
def test_a_stray_cell_is_left_out_and_reported(cell: str, row: int) -> None:
    limits = Limits(area=1_000_000)
    (grid,) = open_parts(stray(cell, row), limits=limits).grids
    assert grid.cut == (cell != "A1048576" or limits.area < 1048576)
    assert grid.text(0, 0) == "1"
    assert len(grid.rows) <= 5_000
    assert all(len(cells) <= 100 for cells in grid.rows)


def test_two_stray_cells_and_marks_beyond_are_left_out() -> None:
    rows = (
        '<row r="1"><c r="A1"><f>1</f><v>1</v></c><c r="XFD1" t="e"><v>#N/A</v></c></row>'
        '<row r="100000" hidden="1"><c r="A100000"><f>1</f><v>2</v></c></row>'
    )
    merged = '<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="DA1:DB1"/></mergeCells>'
    (grid,) = open_parts(xlsx(rows, merged)).grids
    assert (grid.cut, table_of(grid), cell_marks(grid)) == (True, ["1"], {"A1": "formula 1"})
    assert (grid.hidden_rows, grid.merged) == (frozenset(), ((0, 0, 0, 1),))


def test_a_format_far_away_is_no_stray_cell() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    (grid,) = open_parts(
        xlsx(rows, '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')
    ).grids
    assert (grid.cut, table_of(grid)) == (False, ["1"])


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(stray("A4294967295", 4294967295), "UNSAFE_FILE grid", id="row"),
        pytest.param(stray("A1048577", 1), "UNSAFE_FILE grid", id="row of a cell"),
        pytest.param(stray("XFE2", 2), "UNSAFE_FILE grid", id="column"),
        pytest.param(stray("ZZZZZZZZ2", 2), "UNSAFE_FILE grid", id="far column"),
        pytest.param(xlsx('<row r="4294967295"/>'), "UNSAFE_FILE grid", id="row without cells"),
        pytest.param(xlsx('<row r="0"/>'), "UNSAFE_FILE grid", id="row zero"),
        pytest.param(
            xlsx('<row r="1"><c r="A1" r="A1"/><c r="XFD1048576"><v>1</v></c></row>'),
            "UNSAFE_FILE area",
            id="damaged, and far",
        ),
        pytest.param(
            b"PK\x03\x04" + bytes(40), "UNREADABLE File is not a zip file", id="no package"
        ),
        pytest.param(xlsx("")[:-60], "UNREADABLE File is not a zip file", id="cut off"),
        pytest.param(
            xlsx("", parts={WORKBOOK: f'<workbook xmlns="{MAIN}"/>'}), "UNREADABLE", id="no sheets"
        ),
    ],
)
def test_unsafe_grids_are_refused_unread(content: bytes, refusal: str) -> None:
    assert refusal_of(content).startswith(refusal)


def test_a_reason_is_one_short_line() -> None:
    reason = refusal_of(xlsx("", parts={WORKBOOK: "<a>" * 400}))
    assert reason.startswith("UNREADABLE ")
    assert len(reason.splitlines()) == 1
    assert len(reason) <= len("UNREADABLE ") + 120


def test_more_sheets_than_the_limit_are_refused() -> None:
    assert refusal_of(xlsx(""), limits=Limits(sheets=1)) == ""
    extra = {f"xl/worksheets/sheet{n}.xml": sheet_xml("") for n in (2, 3)}
    assert refusal_of(xlsx("", parts=extra), limits=Limits(sheets=2)) == "UNSAFE_FILE sheets"


def test_a_part_that_no_list_names_is_measured_too() -> None:
    extra = {"xl/worksheets/other.xml": sheet_xml('<row r="2000000"/>')}
    assert refusal_of(xlsx("", parts=extra)) == "UNSAFE_FILE grid"


# --- the second reader


def for_the_second(content: bytes) -> bytes:
    """With a sheet of old macros, for which the first reader refuses the whole workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts: dict[str, bytes | str] = {name: source.read(name) for name in source.namelist()}
    listed = f'<sheet xmlns:q="{RELATIONS}" name="M" sheetId="9" q:id="rId99"/></sheets>'
    related = f'<Relationship Id="rId99" Type="{RELATIONS}/x" Target="macrosheets/s.xml"/>'
    for name, old, new in (
        (WORKBOOK, "</sheets>", listed),
        (RELATED_PARTS, "</Relationships>", f"{related}</Relationships>"),
    ):
        part = parts[name]
        assert isinstance(part, bytes)
        parts[name] = part.decode().replace(old, new)
    return pack_parts({**parts, "xl/macrosheets/s.xml": sheet_xml("")})


def test_the_second_reader_reads_the_same_cells() -> None:
    rows = (
        '<row r="2"><c r="B2" t="inlineStr"><is><t>一_x000D_\n_x0041_</t></is></c>'
        '<c r="C2"><v>5</v></c><c r="D2" t="b"><v>0</v></c><c r="F2" t="e"><v>#REF!</v></c></row>'
        '<row r="5"><c r="A5"><f>1</f></c></row>'
    )
    first, second = open_parts(xlsx(rows)), open_parts(for_the_second(xlsx(rows)))
    assert [problem.code for problem in second.problems] == [ProblemCode.SECOND_READER]
    assert second.grids[0].rows[:2] == first.grids[0].rows[:2]
    assert table_of(second.grids[0])[1] == " | 一\nA | 5 | FALSE |  | #REF!"
    assert second.grids[0].marks == first.grids[0].marks
    assert second.active == ("macros",)


@pytest.mark.parametrize("second", [False, True])
def test_dates_are_iso_also_in_the_formats_of_japanese_excel(second: bool) -> None:
    numbers = (14, 27, 30, 31, 36, 50, 57, 58, 0)
    styles = "".join(f'<xf numFmtId="{each}" applyNumberFormat="1"/>' for each in numbers)
    part = f'<styleSheet xmlns="{MAIN}"><cellXfs>{styles}</cellXfs></styleSheet>'
    cells = "".join(f'<c s="{at}"><v>46113</v></c>' for at in range(len(numbers)))
    with zipfile.ZipFile(io.BytesIO(xlsx(""))) as source:
        related = source.read(RELATED_PARTS).decode()
    style = f'<Relationship Id="rId2" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    related = related.replace("</Relationships>", f"{style}</Relationships>")
    content = xlsx(f"<row>{cells}</row>", parts={"xl/styles.xml": part, RELATED_PARTS: related})
    (grid, *_) = open_parts(for_the_second(content) if second else content).grids
    assert table_of(grid) == [" | ".join(["2026-04-01"] * 8 + ["46113"])]


def test_a_stray_cell_is_left_out_by_the_second_reader_too() -> None:
    (grid, _) = open_parts(for_the_second(stray("XFD1048576", 1048576))).grids
    assert (grid.cut, table_of(grid)) == (True, ["1"])


# --- facts beside the cells


def test_the_properties_of_a_workbook_are_read() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("回答")
    page.insert_textbox("B2", "図形")
    page.insert_image("D2", "a.png", {"image_data": io.BytesIO(PIXEL)})
    page.write_comment("A1", "コメント")
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "回答!$A$1:$A$2"})
    page.insert_chart("F2", chart)
    book.add_worksheet("隠し").hide()
    book.set_custom_property("sheet_diag_client", "①㈱")
    book.set_custom_property("number", 7)
    book.set_properties({"created": datetime(2026, 4, 1, 9, 30, tzinfo=UTC)})
    book.close()
    found = open_parts(buffer.getvalue())
    assert [(grid.name, grid.visible) for grid in found.grids] == [("回答", True), ("隠し", False)]
    assert found.properties == {"sheet_diag_client": "①㈱", "number": "7"}
    assert (found.pictures, found.active) == (3, ())
    assert found.modified == "2026-04-01T09:30:00Z"


@pytest.mark.parametrize(
    ("time", "modified"),
    [
        ("2026-11-23T10:02:03+09:00", "2026-11-23T01:02:03Z"),
        ("2026-11-23T01:02:03Z", "2026-11-23T01:02:03Z"),
        ("2026-11-23T01:02:03.5", "2026-11-23T01:02:03Z"),
        ("昨日", ""),
        ("9999-12-31T23:59:59-12:00", ""),
    ],
)
def test_the_time_of_the_last_change_is_utc(time: str, modified: str) -> None:
    core = f'<c:p xmlns:c="c" xmlns:dcterms="d"><dcterms:modified>{time}</dcterms:modified></c:p>'
    assert open_parts(xlsx(ONE, parts={"docProps/core.xml": core})).modified == modified


@pytest.mark.parametrize(
    ("part", "active"),
    [
        ("xl/vbaProject.bin", ("macros",)),
        ("xl/macrosheets/sheet1.xml", ("macros",)),
        ("xl/externalLinks/externalLink1.xml", ("links",)),
        ("xl/embeddings/oleObject1.bin", ("objects",)),
        ("xl/activeX/activeX1.xml", ("controls",)),
        ("XL/Connections.xml", ("queries",)),
        ("xl/queryTables/queryTable1.xml", ("queries",)),
        ("xl/calcChain.xml", ()),
    ],
)
def test_active_content_is_found_by_its_part(part: str, active: tuple[str, ...]) -> None:
    assert open_parts(xlsx(ONE, parts={part: "<a/>"})).active == active


@pytest.mark.parametrize("damage", ["", "<a", "<!DOCTYPE a><a/>"])
def test_damaged_properties_count_as_absent(damage: str) -> None:
    names = ("docProps/core.xml", "docProps/custom.xml", "xl/drawings/drawing1.xml")
    found = open_parts(xlsx(ONE, parts=dict.fromkeys(names, damage)))
    assert (found.modified, found.properties, found.pictures) == ("", {}, 0)


# --- other people's workbooks


@pytest.mark.skipif(
    CORPUS not in os.environ, reason=f"{CORPUS} names no folder of other people's workbooks"
)
def test_foreign_workbooks_are_read_as_by_the_library_alone() -> None:
    """Cell by cell; errors and line breaks apart, which the library loses or leaves as they are."""
    compared, different = 0, {}
    for path in sorted(Path(os.environ[CORPUS]).rglob("*.xls*")):
        grids = _plain(path.read_bytes()) if path.name not in ABORTING else None
        if grids is not None:
            compared += 1
            found = _without_errors(path.read_bytes(), FORMATS[path.suffix])
            different.update({path.name: found} if found != grids else {})
    assert different == {}
    assert compared >= 100


def _plain(content: bytes) -> dict[str, list[list[str]]] | None:
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {
            meta.name: [
                [convert_value(value) for value in row]
                for row in book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
            ]
            for meta in book.sheets_metadata
            if meta.typ is python_calamine.SheetTypeEnum.WorkSheet
        }
    except python_calamine.CalamineError:
        return None


def _without_errors(content: bytes, form: FileKind) -> dict[str, list[list[str]]] | str:
    try:
        grids = open_parts(content, form).grids
    except RefusedError as error:
        return str(error)
    return {
        grid.name: [
            ["" if grid.marks.get((y, x)) is CellMark.ERROR else text for x, text in enumerate(row)]
            for y, row in enumerate(grid.rows)
        ]
        for grid in grids
    }
