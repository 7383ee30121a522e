"""Cells of .ods, .xls and .xlsb: the same texts and marks as of .xlsx, and what is refused."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

import olefile
import pytest
import xlsxwriter

from sheet_diag.intake.cells import Grid, RefusedError, WorkbookContent
from sheet_diag.intake.file_types import FileKind
from sheet_diag.intake.readers.xlsb import drop_stray_xlsb_cells, survey_xlsb_sheet
from sheet_diag.model.returns import ProblemCode
from sheet_diag.model.settings import Limits
from tests.compound import ole_file
from tests.office import Office
from tests.parts import cell_marks, ods, open_parts, refusal_of, table_of
from tests.test_readers import CORPUS

NO_STREAMS: Mapping[str, bytes] = MappingProxyType({})


def summary(key: int, kind: int, value: int, count: int = 1) -> bytes:
    """A set of properties that holds one."""
    head = struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, bytes(16), 1, bytes(16), 48)
    return head + struct.pack("<IIIIIQ", 28, count, key, 16, kind, value)


def cell(attributes: str, shown: str = "") -> str:
    text = f"<text:p>{shown}</text:p>" if shown else ""
    return f"<table:table-cell {attributes}>{text}</table:table-cell>"


def value(kind: str, stored: str = "", shown: str = "") -> str:
    return cell(f'office:value-type="{kind}" {stored}', shown)


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


# --- .ods


@pytest.mark.parametrize(
    ("given", "text", "mark"),
    [
        pytest.param(value("string", "", "はい"), "はい", "", id="text"),
        pytest.param(value("float", 'office:value="120"', "120名"), "120", "", id="number"),
        pytest.param(value("percentage", 'office:value="0.5"', "50%"), "0.5", "", id="share"),
        pytest.param(
            value("boolean", 'office:boolean-value="true"', "TRUE"), "TRUE", "", id="truth"
        ),
        pytest.param(
            value("float", 'office:value="0" table:formula="of:=FALSE()"', "FALSE"),
            "FALSE",
            "",
            id="truth by LibreOffice",
        ),
        pytest.param(value("date", 'office:date-value="2026-04-01"'), "2026-04-01", "", id="date"),
        pytest.param(
            value("string", 'table:formula="of:=[.B1]"', "はい"), "はい", "formula", id="formula"
        ),
        pytest.param(cell('table:formula="of:=[.B1]"'), "", "not_calculated", id="no result"),
        pytest.param(
            cell(
                'table:formula="of:=1/0" office:value-type="string" office:string-value="" '
                'calcext:value-type="error"',
                "#DIV/0!",
            ),
            "#DIV/0!",
            "error",
            id="error",
        ),
        pytest.param(
            value("string", 'table:formula="of:=X()"', "Err:508"), "Err:508", "error", id="Err"
        ),
        pytest.param(value("string", "", "#REF!"), "#REF!", "", id="typed like an error"),
    ],
)
@pytest.mark.parametrize("indented", [False, True])
def test_cells_of_an_opendocument_sheet_are_read(
    given: str, text: str, mark: str, indented: bool
) -> None:
    """An indented file is refused by the library, and walked by ourselves."""
    rows = row(given, cell("")) + row(cell(""), value("string", "", "x"))
    book = open_parts(ods(rows.replace("><", ">\n <") if indented else rows), FileKind.ODS)
    assert table_of(book.grids[0]) == [text, " | x"]
    assert {at: each.value for at, each in book.grids[0].marks.items()} == (
        {(0, 0): mark} if mark else {}
    )
    assert [problem.code for problem in book.problems] == [ProblemCode.SECOND_READER] * indented


def test_paragraphs_and_spaces_of_a_cell_are_read_without_its_notes() -> None:
    note = "<office:annotation><text:p>メモ</text:p></office:annotation>"
    text = "<text:p>一<text:s text:c='2'/>行<text:span>目</text:span></text:p><text:p>二</text:p>"
    shape = "<draw:frame><draw:text-box><text:p>図形</text:p></draw:text-box></draw:frame>"
    given = f'<table:table-cell office:value-type="string">{note}{text}{shape}</table:table-cell>'
    book = open_parts(ods(row(given) + "\n "), FileKind.ODS)
    assert table_of(book.grids[0]) == ["一  行目\n二"]
    assert book.pictures == 1


def test_hidden_rows_and_merged_areas_of_an_opendocument_sheet_are_found() -> None:
    merged = 'table:number-rows-spanned="2" table:number-columns-spanned="3"'
    rows = (
        row(cell("", "1"), attributes='table:visibility="collapse"')
        + row(cell("", "2"), attributes='table:visibility="filter" table:number-rows-repeated="2"')
        + row(cell(""), value("string", merged, "3"))
    )
    (grid,) = open_parts(ods(rows), FileKind.ODS).grids
    assert grid.hidden_rows == {0, 1, 2}
    assert grid.merged == ((3, 1, 4, 3),)


def test_a_repeated_cell_is_special_in_every_place() -> None:
    failed = value("string", 'table:formula="of:=X()" table:number-columns-repeated="2"', "#NAME?")
    (grid,) = open_parts(
        ods(row(failed, attributes='table:number-rows-repeated="2"')), FileKind.ODS
    ).grids
    assert cell_marks(grid) == dict.fromkeys(("A1", "B1", "A2", "B2"), "error #NAME?")


MANY = 2**31
REPEATED = 'table:number-columns-repeated="{0}"'


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(row(cell(REPEATED.format(MANY))), id="columns"),
        pytest.param(row(cell(""), attributes=f'table:number-rows-repeated="{MANY}"'), id="rows"),
        pytest.param(
            row(
                cell(REPEATED.format(16384)),
                attributes='table:number-rows-repeated="1048575" table:visibility="collapse"',
            ),
            id="a hidden rest",
        ),
        pytest.param(row(cell(REPEATED.format(10**30))), id="no number"),
    ],
)
def test_an_empty_tail_costs_nothing(tail: str) -> None:
    book = open_parts(ods(row(value("string", "", "はい")) + tail), FileKind.ODS)
    assert table_of(book.grids[0])[:1] == ["はい"]
    assert not any("".join(cells) for cells in book.grids[0].rows[1:])
    assert not book.grids[0].cut


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        pytest.param(
            row(value("string", "", "a"), cell(REPEATED.format(16000)), value("string", "", "b"))
            + row(cell(""), attributes='table:number-rows-repeated="1000"')
            + row(value("string", "", "c")),
            {0: "a", 1001: "c"},
            id="far column",
        ),
        pytest.param(
            row(value("string", "", "a"))
            + row(
                value("string", REPEATED.format(16000), "x"),
                attributes='table:number-rows-repeated="9000"',
            ),
            {0: "a", 4999: " | ".join(["x"] * 100)},
            id="filled to the end",
        ),
    ],
)
def test_stray_cells_of_an_opendocument_sheet_are_left_out(
    rows: str, lines: dict[int, str]
) -> None:
    (grid,) = open_parts(ods(rows), FileKind.ODS).grids
    assert grid.cut
    assert len(grid.rows) <= 5_000
    assert {at: table_of(grid)[at] for at in lines} == lines


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (ods(row(value("string", REPEATED.format(MANY), "x"))), "UNSAFE_FILE grid"),
        (
            ods(row(cell("", "x"), attributes=f'table:number-rows-repeated="{MANY}"')),
            "UNSAFE_FILE grid",
        ),
        (ods("", {"content.xml": "<a>"}), "UNREADABLE no element found"),
        (ods("", {"content.xml": "<!DOCTYPE a><a/>"}), "UNREADABLE document type declared"),
        (ods("</table:table><table:table>" * 2), "UNSAFE_FILE sheets"),
    ],
    ids=["columns", "rows", "damaged", "document type", "sheets"],
)
def test_an_unsafe_opendocument_sheet_is_refused(content: bytes, refusal: str) -> None:
    assert refusal_of(content, FileKind.ODS, Limits(sheets=2)).startswith(refusal)


def test_the_properties_of_an_opendocument_workbook_are_read() -> None:
    spaces = 'xmlns:meta="m" xmlns:dc="d" xmlns:office="o"'
    told = '<meta:user-defined meta:name="sheet_diag_client">7</meta:user-defined>'
    meta = f"<office:meta {spaces}><dc:date>2026-11-23T10:00:00.123</dc:date>{told}</office:meta>"
    linked = '</table:table><table:table table:name="L"><table:table-source/>'
    parts = {"meta.xml": meta, "Basic/Standard/Module1.xml": "<a/>", "Object 1": "x"}
    book = open_parts(ods(row(cell("", "1")) + linked, parts), FileKind.ODS)
    assert (book.properties, book.modified) == ({"sheet_diag_client": "7"}, "2026-11-23T10:00:00Z")
    assert book.active == ("macros", "links", "objects")
    assert [grid.name for grid in book.grids] == ["S"]


# --- saved by LibreOffice


def _sample() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page, hidden = book.add_worksheet("回答"), book.add_worksheet("隠し")
    hidden.hide()
    hidden.write_string("IV60000", "遠い")
    page.write_column("A1", ["No.", "00123", "①㈱髙﨑🙂", "一\n二", 120, 0.5])
    page.write_formula("B1", "=1/0", None, "#DIV/0!")
    page.write_formula("B2", "=A6*2", None, 1)
    page.write_datetime("B3", datetime(2026, 4, 1), book.add_format({"num_format": "yyyy/m/d"}))
    page.write_boolean("B4", True)
    page.merge_range("C1:D3", "結合")
    page.set_row(6, None, None, {"hidden": True})
    page.write_string("A7", "見えない")
    page.insert_textbox("F2", "図形")
    page.write_comment("A1", "コメント")
    book.set_custom_property("sheet_diag_client", "C-7")
    book.close()
    return buffer.getvalue()


@pytest.fixture(scope="module", params=[FileKind.ODS, FileKind.XLS])
def saved(request: pytest.FixtureRequest, office: Office) -> WorkbookContent:
    form: FileKind = request.param
    content = office.convert({"a": _sample()}, "xlsx", form.value)["a"]
    return open_parts(content, form, Limits(area=1_000_000))


@pytest.mark.slow("LibreOffice saves workbooks")
def test_a_workbook_saved_by_libreoffice_reads_like_the_original(saved: WorkbookContent) -> None:
    page: Grid = saved.grids[0]
    assert [(grid.name, grid.visible) for grid in saved.grids] == [("回答", True), ("隠し", False)]
    assert [line.rstrip(" |") for line in table_of(page)] == [
        "No. | #DIV/0! | 結合",
        "00123 | 1",
        "①㈱髙﨑🙂 | 2026-04-01",
        "一\n二 | TRUE",
        "120",
        "0.5",
        "見えない",
    ]
    assert {"B1": "error #DIV/0!", "B2": "formula 1"}.items() <= cell_marks(page).items()
    assert (page.merged, sorted(page.hidden_rows)) == (((0, 2, 2, 3),), [6])
    assert saved.properties["sheet_diag_client"] == "C-7"
    assert (saved.pictures, saved.active, saved.problems) == (1, (), ())
    assert saved.modified.endswith("Z")


def test_a_stray_cell_that_libreoffice_saved_is_left_out(saved: WorkbookContent) -> None:
    far = saved.grids[1]
    assert far.cut
    assert not any("".join(cells) for cells in far.rows)


# --- .xls and .xlsb of other people


needs_corpus = pytest.mark.skipif(
    CORPUS not in os.environ, reason=f"{CORPUS} names no folder of other people's workbooks"
)


def _foreign(name: str) -> bytes:
    (path,) = Path(os.environ[CORPUS]).rglob(name)
    return path.read_bytes()


@needs_corpus
@pytest.mark.parametrize(
    ("name", "form", "told"),
    [
        ("types.xls", FileKind.XLS, {"error": 8, "formula": 17}),
        ("types.xlsx", FileKind.XLSX, {"error": 8, "formula": 17}),
        ("issues.xlsb", FileKind.XLSB, {"formula": 5}),
        ("picture_richdata.xlsx", FileKind.XLSX, {"picture": 1}),
        ("missing-v-node-xlsx.xlsx", FileKind.XLSX, {"not_calculated": 1}),
    ],
)
def test_marks_in_foreign_workbooks_are_found(
    name: str, form: FileKind, told: dict[str, int]
) -> None:
    found = [
        mark.value
        for grid in open_parts(_foreign(name), form).grids
        for mark in grid.marks.values()
    ]
    assert {each: found.count(each) for each in sorted(set(found))} == told


@needs_corpus
@pytest.mark.parametrize("name", ["date.xlsb", "issues.xlsb", "any_sheets.xlsb", "types.xls"])
def test_a_sheet_larger_than_the_limit_is_cut_in_every_format(name: str) -> None:
    form = FileKind(name.rsplit(".", 1)[1])
    whole, cut = open_parts(_foreign(name), form), open_parts(_foreign(name), form, Limits(area=1))
    assert any(grid.cut for grid in cut.grids)
    assert [grid.rows for grid in cut.grids] == [grid.rows for grid in whole.grids]


def test_stray_cells_of_an_xlsb_are_dropped() -> None:
    """Rows 0, 1 and 70,000, each with cells in columns 0, 99 and 100; the end of the rows."""
    rows = {
        at: [struct.pack("<BBIIHHI", 0, 16, at, 0, 255, 0, 0)]
        + [struct.pack("<BBII?", 4, 9, column, 0, True) for column in (0, 99, 100)]
        for at in (0, 1, 70_000)
    }
    end = b"\x92\x01\0"
    part = b"".join(record for records in rows.values() for record in records) + end
    survey = survey_xlsb_sheet(part)
    assert (survey.rows, survey.columns) == (70_001, 101)
    assert drop_stray_xlsb_cells(part) == b"".join(rows[0][:3] + rows[1][:3]) + end
    with pytest.raises(RefusedError):
        survey_xlsb_sheet(struct.pack("<BBIIHHI", 0, 16, 2**20, 0, 255, 0, 0))


# --- .xls record by record


@pytest.mark.parametrize("content", [b"", b"\t\0\4\0", olefile.MAGIC, olefile.MAGIC + bytes(2000)])
def test_a_damaged_compound_file_is_refused(content: bytes) -> None:
    assert refusal_of(content, FileKind.XLS).startswith("UNREADABLE ")


def test_a_workbook_older_than_compound_files_is_read_by_the_second_reader() -> None:
    """Excel 2: a dimension, a number, a text."""
    records = (
        (0x0009, struct.pack("<HH", 2, 0x10)),
        (0x0000, struct.pack("<4H", 0, 1, 0, 2)),
        (0x0003, struct.pack("<HH3sd", 0, 0, bytes(3), 42.0)),
        (0x0004, struct.pack("<HH3sB", 0, 1, bytes(3), 3) + b"yes"),
        (0x000A, b""),
    )
    content = b"".join(struct.pack("<HH", number, len(data)) + data for number, data in records)
    book = open_parts(content, FileKind.XLS)
    assert table_of(book.grids[0]) == ["42 | yes"]
    assert [problem.code for problem in book.problems] == [ProblemCode.SECOND_READER]


BOF = 0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
EOF = 0x000A, b""


def number(row: int, column: int, value: float) -> tuple[int, bytes]:
    return 0x0203, struct.pack("<3Hd", row, column, 0, value)


def label(row: int, column: int, text: str) -> tuple[int, bytes]:
    return 0x0204, struct.pack("<4HB", row, column, 0, len(text), 1) + text.encode("utf-16-le")


def formula(row: int, column: int, result: bytes) -> tuple[int, bytes]:
    tokens = b"\x1e\x01\0"  # the number 1
    head = struct.pack("<3H8sHI", row, column, 0, result, 0, 0)
    return 0x0006, head + struct.pack("<H", len(tokens)) + tokens


def failed(row: int, column: int, code: int) -> tuple[int, bytes]:
    return 0x0205, struct.pack("<3HBB", row, column, 0, code, 1)


def claimed(top: int, rows: int, left: int, columns: int) -> tuple[int, bytes]:
    return 0x0200, struct.pack("<IIHHH", top, rows, left, columns, 0)


def xls(
    *records: tuple[int, bytes],
    streams: Mapping[str, bytes] = NO_STREAMS,
    globals_: tuple[tuple[int, bytes], ...] = (),
) -> bytes:
    """A workbook of one sheet `S` with these records, after those of the workbook itself."""
    named = struct.pack("<IBBBB", 0, 0, 0, 1, 0) + b"S"
    start = len(joined_records(BOF, *globals_, (0x0085, named), EOF))
    named = struct.pack("<I", start) + named[4:]
    stream = joined_records(BOF, *globals_, (0x0085, named), EOF, BOF, *records, EOF)
    return ole_file({"Workbook": stream.ljust(5_000, b"\0"), **streams})


def joined_records(*records: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", each, len(data)) + data for each, data in records)


def test_special_cells_of_an_xls_are_marked() -> None:
    hidden = struct.pack("<6HHH", 2, 0, 3, 255, 0, 0, 0x20, 0)
    book = open_parts(
        xls(
            number(0, 0, 12),
            label(0, 1, "はい"),
            formula(1, 0, struct.pack("<d", 3)),
            formula(1, 1, b"\x02\0\x17\0\0\0\xff\xff"),
            failed(2, 2, 0x2A),
            (0x0208, hidden),
            (0x00E5, struct.pack("<5H", 1, 4, 5, 0, 1)),
            (0x005D, struct.pack("<4H", 0x15, 0x12, 0x08, 1)),
            (0x005D, struct.pack("<4H", 0x15, 0x12, 0x19, 1)),
        ),
        FileKind.XLS,
    )
    (grid,) = book.grids
    assert table_of(grid) == ["12 | はい", "3 | #REF!", " |  | #N/A"]
    assert cell_marks(grid) == {"A2": "formula 3", "B2": "error #REF!", "C3": "error #N/A"}
    assert (grid.merged, sorted(grid.hidden_rows)) == (((4, 0, 5, 1),), [2])
    assert (book.pictures, book.problems) == (1, ())


def test_a_stray_cell_of_an_xls_is_left_out_with_its_text() -> None:
    records = (
        number(0, 0, 1),
        formula(60_000, 255, b"\0\0\0\0\0\0\xff\xff"),
        (0x0207, struct.pack("<HB", 2, 1) + "遠い".encode("utf-16-le")),
        number(60_001, 0, 2),
    )
    (grid,) = open_parts(xls(*records), FileKind.XLS).grids
    assert (grid.cut, table_of(grid), cell_marks(grid)) == (True, ["1"], {})


@pytest.mark.parametrize(
    "area",
    [
        pytest.param((0, 4_000_000_000, 0, 5), id="rows"),
        pytest.param((0, 1, 0, 60_000), id="columns"),
        pytest.param((32_256, 6, 0, 5), id="backwards"),
    ],
)
def test_an_impossible_area_takes_no_memory(area: tuple[int, int, int, int]) -> None:
    (grid,) = open_parts(xls(claimed(*area), label(0, 0, "はい")), FileKind.XLS).grids
    assert table_of(grid) == ["はい"]


def test_a_cell_beyond_every_sheet_is_refused() -> None:
    assert refusal_of(xls(number(0, 20_000, 1)), FileKind.XLS) == "UNSAFE_FILE grid"


@pytest.mark.parametrize(
    ("stream", "modified"),
    [
        pytest.param(summary(12, 64, 134_083_838_521_230_000), "2025-11-23T15:04:12Z", id="told"),
        pytest.param(summary(12, 64, 0), "", id="never set"),
        pytest.param(summary(12, 3, 7), "", id="no time"),
        pytest.param(summary(13, 64, 134_083_838_521_230_000), "", id="another time"),
        pytest.param(summary(12, 64, 2**64 - 1), "", id="after all years"),
        pytest.param(summary(12, 64, 1, count=2**32 - 1)[:60], "", id="damaged"),
    ],
)
def test_the_time_an_xls_was_last_saved_is_read(stream: bytes, modified: str) -> None:
    content = xls(number(0, 0, 1), streams={"\x05SummaryInformation": stream})
    assert open_parts(content, FileKind.XLS).modified == modified


def test_sectors_in_a_circle_are_refused() -> None:
    """The readers alone would go round for ever."""
    content = bytearray(xls(number(0, 0, 1)))
    for at in range(512, 1024, 4):  # the table of sectors, where a chain ends
        if content[at : at + 4] == b"\xfe\xff\xff\xff":
            struct.pack_into("<I", content, at, 2)
    assert refusal_of(bytes(content), FileKind.XLS) == "UNREADABLE sectors form a circle"
