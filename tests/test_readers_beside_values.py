"""What every format says of a cell beside its value: strikes, symbol fonts, notes, checkboxes.

`facts` shows a sheet by the names of its cells: a text struck out as `はい→` with what is left, a
sign as `y@Wingdings`, a note as `"…"`, any other mark by its name.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

import pytest
import xlsxwriter

from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.cells import CellMark, Grid
from sheet_diag.intake.file_types import FileKind
from tests.compound import ole_file
from tests.office import Office
from tests.parts import (
    MAIN,
    STRICT,
    ods,
    open_parts,
    pack_parts,
    xlsx,
)
from tests.test_readers_formats import joined_records, label, row, value, xls

STYLES, TEXTS = "xl/styles.xml", "xl/sharedStrings.xml"


def facts(grid: Grid) -> dict[str, str]:
    found = {cell_name(*at): f"{grid.text(*at)}→{left}" for at, left in grid.struck.items()}
    found |= {cell_name(*at): f"{grid.text(*at)}@{font}" for at, font in grid.symbol_fonts.items()}
    found |= {cell_name(*at): f'"{note}"' for at, note in grid.notes.items()}
    told = (CellMark.SYMBOL, CellMark.FORMULA, CellMark.ERROR)
    return found | {cell_name(*at): mark for at, mark in grid.marks.items() if mark not in told}


# --- .xlsx


def styles(*fonts: str, xfs: str = "", more: str = "") -> str:
    """A part with these fonts after a usual one, and a style of the same number for each."""
    usual = '<font><sz val="11"/><name val="游ゴシック"/><charset val="128"/></font>'
    numbers = "".join(f'<xf numFmtId="0" fontId="{at}"/>' for at in range(len(fonts) + 1))
    listed = "".join(f"<font>{font}</font>" for font in fonts)
    return (
        f'<styleSheet xmlns="{MAIN}"><fonts>{usual}{listed}</fonts>'
        f'<cellStyleXfs><xf fontId="1"/></cellStyleXfs><cellXfs>{xfs or numbers}</cellXfs>'
        f"{more}</styleSheet>"
    )


def inline(cell: str, text: str, style: int = 0) -> str:
    return f'<c r="{cell}" s="{style}" t="inlineStr"><is>{text}</is></c>'


def styled(font: str, text: str = "<t>はい</t>") -> bytes:
    """A workbook with a text in a font, and beside it one in the usual one."""
    cells = inline("A1", text, 1) + inline("B1", "<t>いいえ</t>")
    return xlsx(f'<row r="1">{cells}</row>', parts={STYLES: styles(font)})


@pytest.mark.parametrize(
    ("font", "fact"),
    [
        pytest.param("<strike/>", "はい→", id="as Excel writes it"),
        pytest.param('<strike val="1"/>', "はい→", id="1"),
        pytest.param('<strike val="true"/>', "はい→", id="true"),
        pytest.param('<strike val="0"/>', "", id="0"),
        pytest.param('<strike val="false"/>', "", id="false"),
        pytest.param('<u/><name val="Symbol"/>', "", id="letters that no symbol font draws"),
    ],
)
def test_a_cell_is_struck_out_by_its_font(font: str, fact: str) -> None:
    (grid,) = open_parts(styled(font)).grids
    assert facts(grid) == ({"A1": fact} if fact else {})


@pytest.mark.parametrize(
    "font",
    [
        "Wingdings", "Wingdings 2", "Wingdings 3", "WEBDINGS", "Symbol", "Marlett", "ZapfDingbats",
        "ITC Zapf Dingbats", "MT Extra", "Monotype Sorts", "Bookshelf Symbol 7",
    ],
)  # fmt: skip
def test_a_text_of_a_symbol_font_is_marked_with_its_name(font: str) -> None:
    (grid,) = open_parts(styled(f'<name val="{font}"/>', "<t>y</t>")).grids
    assert grid.marks == {(0, 0): CellMark.SYMBOL}
    assert facts(grid) == {"A1": f"y@{font}"}


@pytest.mark.parametrize(
    ("font", "fact"),
    [
        pytest.param('<name val="外字記号"/><charset val="2"/>', "y@外字記号", id="its charset"),
        pytest.param('<name val="Segoe UI Symbol"/>', "", id="a font with letters"),
        pytest.param('<name val="Arial"/><charset val="0"/>', "", id="a usual font"),
    ],
)
def test_symbol_fonts_are_known_by_their_charset_too(font: str, fact: str) -> None:
    (grid,) = open_parts(styled(font, "<t>y</t>")).grids
    assert facts(grid) == ({"A1": fact} if fact else {})


STRUCK_RUN = "<r><rPr><strike/></rPr><t>はい</t></r>"
RED_RUN = '<r><rPr><color rgb="FFFF0000"/></rPr><t>いいえ</t></r>'
SIGN_RUN = '<r><rPr><rFont val="Wingdings"/><charset val="2"/></rPr><t>ü</t></r>'
READING = '<rPh sb="0" eb="1"><t>ハイ</t></rPh>'


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    ("text", "style", "fact"),
    [
        pytest.param(STRUCK_RUN + RED_RUN, 0, "はいいいえ→いいえ", id="a part"),
        pytest.param(STRUCK_RUN + READING, 0, "はい→", id="all, with its reading"),
        pytest.param(f"{STRUCK_RUN}<r><t> </t></r>", 0, "はい→", id="all but a space"),
        pytest.param(f"<r><t>はい</t></r>{RED_RUN}", 1, "はいいいえ→いいえ", id="as the cell"),
        pytest.param(STRUCK_RUN.replace("<strike/>", '<strike val="0"/>'), 1, "", id="not"),
        pytest.param(SIGN_RUN + RED_RUN, 0, "üいいえ@Wingdings", id="a sign"),
        pytest.param(RED_RUN, 0, "", id="another colour"),
    ],
)
def test_a_part_of_a_text_is_struck_out_by_its_run(
    text: str, style: int, fact: str, shared: bool
) -> None:
    cell = inline("A1", text, style)
    parts: dict[str, bytes | str] = {STYLES: styles("<strike/>")}
    if shared:
        cell = f'<c r="A1" s="{style}" t="s"><v>1</v></c>'
        parts[TEXTS] = f'<sst xmlns="{MAIN}"><si><t>x</t></si><si>{text}</si></sst>'
    (grid,) = open_parts(xlsx(f'<row r="1">{cell}</row>', parts=parts)).grids
    assert facts(grid) == ({"A1": fact} if fact else {})


def test_a_run_is_found_where_no_style_of_a_cell_is_special() -> None:
    texts = f'<sst xmlns="{MAIN}"><si>{STRUCK_RUN}{RED_RUN}</si></sst>'
    content = xlsx('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', parts={TEXTS: texts})
    assert facts(open_parts(content).grids[0]) == {"A1": "はいいいえ→いいえ"}


def test_any_spelling_of_styles_and_texts_is_understood() -> None:
    texts = f'<sst xmlns="{STRICT}"><si>{STRUCK_RUN}</si></sst>'
    parts: dict[str, bytes | str] = {TEXTS: texts, STYLES: styles("<strike/>")}
    prefixed = {
        name: str(text).replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
        for name, text in parts.items()
    }
    cells = inline("A1", "<t>はい</t>", 1) + '<c r="B1" t="s"><v>0</v></c>'
    (grid,) = open_parts(xlsx(f'<row r="1">{cells}</row>', parts=prefixed)).grids
    assert facts(grid) == {"A1": "はい→", "B1": "はい→"}


def test_styles_of_no_cell_strike_nothing_out() -> None:
    """Those that other styles inherit from, and those of rules."""
    more = "<dxfs><dxf><font><strike/></font></dxf></dxfs>"
    parts = {STYLES: styles("<strike/>", xfs='<xf fontId="0"/><xf fontId="0"/>', more=more)}
    cells = inline("A1", "<t>はい</t>", 1)
    (grid,) = open_parts(xlsx(f'<row r="1">{cells}</row>', parts=parts)).grids
    assert facts(grid) == {}


def test_a_struck_style_without_a_text_is_nothing() -> None:
    cells = '<c r="A1" s="1"/>' + inline("B1", "<t></t>", 1) + '<c r="C1" s="1"><v>3</v></c>'
    (grid,) = open_parts(
        xlsx(f'<row r="1">{cells}</row>', parts={STYLES: styles("<strike/>")})
    ).grids
    assert facts(grid) == {"C1": "3→"}


def test_a_damaged_part_that_a_library_accepts_tells_its_styles_too() -> None:
    """An attribute that stands twice."""
    rows = f'<row r="1" r="1">{inline("A1", "<t>はい</t>", 1)}{inline("B1", "<t>x</t>")}</row>'
    (grid,) = open_parts(xlsx(rows, parts={STYLES: styles("<strike/>")})).grids
    assert (grid.rows, facts(grid)) == ((("はい", "x"),), {"A1": "はい→"})


def test_a_cell_that_shows_a_truth_as_a_checkbox_is_marked() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("S")
    page.insert_checkbox("A1", True)
    page.write_boolean("B1", False)
    page.write_string("C1", "はい", book.add_format({"checkbox": True}))
    book.close()
    (grid,) = open_parts(buffer.getvalue()).grids
    assert grid.rows == (("TRUE", "FALSE", "はい"),)
    assert facts(grid) == {"A1": "checkbox"}


# --- notes of .xlsx

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PERSONS = "http://schemas.microsoft.com/office/2017/10/relationships"


def comments(*notes: tuple[str, str], authors: str = "<author>田中</author>") -> str:
    listed = "".join(
        f'<comment ref="{cell}" authorId="0"><text>{text}</text></comment>' for cell, text in notes
    )
    return (
        f'<comments xmlns="{MAIN}"><authors>{authors}</authors>'
        f"<commentList>{listed}</commentList></comments>"
    )


def with_notes(notes: str, threads: str = "") -> bytes:
    related = f'<Relationship Id="r1" Type="{RELATIONS}/comments" Target="../comments1.xml"/>'
    parts: dict[str, bytes | str] = {"xl/comments1.xml": notes}
    if threads:
        related += (
            f'<Relationship Id="r2" Type="{PERSONS}/threadedComment" '
            'Target="/xl/threadedComments/threadedComment1.xml"/>'
        )
        parts["xl/threadedComments/threadedComment1.xml"] = threads
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = f"<Relationships>{related}</Relationships>"
    return xlsx('<row r="1"><c r="A1"><v>1</v></c></row>', parts=parts)


def test_notes_are_read_without_the_name_of_their_author() -> None:
    named = "<r><rPr><b/></rPr><t>田中:</t></r><r><t xml:space='preserve'>\n一部に訂正</t></r>"
    notes = comments(("A1", named), ("$B$2", f"<t>確認中</t>{READING}"), ("C3", "<t> </t>"))
    (grid,) = open_parts(with_notes(notes)).grids
    assert facts(grid) == {"A1": '"一部に訂正"', "B2": '"確認中"'}


def test_comments_with_replies_come_instead_of_what_older_programs_show() -> None:
    shown = "<t>[Threaded comment]\n\nYour version of Excel …\n\nComment:\n    一部です</t>"
    notes = comments(("A1", shown), ("B1", "<t>メモ</t>"), authors="<author>tc={1}</author>")
    threads = (
        "<ThreadedComments>"
        '<threadedComment ref="A1" id="{1}"><text>一部です</text></threadedComment>'
        '<threadedComment ref="A1" id="{2}" parentId="{1}"><text>訂正します</text>'
        "</threadedComment></ThreadedComments>"
    )
    (grid,) = open_parts(with_notes(notes, threads)).grids
    assert facts(grid) == {"A1": '"一部です\n訂正します"', "B1": '"メモ"'}


def test_a_damaged_part_with_notes_leaves_the_cells_as_they_are() -> None:
    (grid,) = open_parts(with_notes(comments(("A1", "<t>一</t>"))[:-30] + "<")).grids
    assert (grid.rows, facts(grid)) == ((("1",),), {"A1": '"一"'})


# --- .ods

SOLID = 'style:text-line-through-style="solid"'
ODS_STYLES = f"""
<office:font-face-decls>
  <style:font-face style:name="F1" svg:font-family="Wingdings"/>
  <style:font-face style:name="F2" svg:font-family="'記号'" style:font-charset="x-symbol"/>
</office:font-face-decls>
<office:automatic-styles>
  <style:style style:name="struck" style:family="table-cell"><style:text-properties {SOLID}/>
  </style:style>
  <style:style style:name="child" style:family="table-cell" style:parent-style-name="struck"/>
  <style:style style:name="not" style:family="table-cell" style:parent-style-name="struck">
    <style:text-properties style:text-line-through-style="none"/></style:style>
  <style:style style:name="double" style:family="table-cell">
    <style:text-properties style:text-line-through-type="double"/></style:style>
  <style:style style:name="sign" style:family="table-cell">
    <style:text-properties style:font-name="F1"/></style:style>
  <style:style style:name="other" style:family="table-cell">
    <style:text-properties style:font-name="F2"/></style:style>
  <style:style style:name="family" style:family="table-cell">
    <style:text-properties fo:font-family="Webdings"/></style:style>
  <style:style style:name="common" style:family="table-cell" style:parent-style-name="Erased"/>
  <style:style style:name="struck" style:family="text"><style:text-properties {SOLID}/>
  </style:style>
  <style:style style:name="red" style:family="text"><style:text-properties fo:color="#f00"/>
  </style:style>
</office:automatic-styles>
"""
ODS_COMMON = f"""<office:styles xmlns:office="o" xmlns:style="s">
  <style:style style:name="Erased" style:family="table-cell"><style:text-properties {SOLID}/>
  </style:style></office:styles>"""


def ods_book(rows: str) -> bytes:
    content = ods(rows, {"styles.xml": ODS_COMMON})
    with_styles = _content(content).replace("<office:body>", f"{ODS_STYLES}<office:body>")
    spaces = 'xmlns:svg="svg" xmlns:fo="fo" xmlns:dc="dc"'
    whole = with_styles.replace("<office:document-content", f"<office:document-content {spaces}")
    return ods("", {"content.xml": whole, "styles.xml": ODS_COMMON})


def _content(package: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(package)) as parts:
        return parts.read("content.xml").decode()


def span(style: str, text: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def in_style(style: str, text: str = "はい", more: str = "") -> str:
    return value("string", f'table:style-name="{style}" {more}', text)


@pytest.mark.parametrize(
    ("cell", "fact"),
    [
        pytest.param(in_style("struck"), "はい→", id="a cell"),
        pytest.param(in_style("child"), "はい→", id="by its parent"),
        pytest.param(in_style("common"), "はい→", id="by a parent beside the content"),
        pytest.param(in_style("double"), "はい→", id="two lines"),
        pytest.param(in_style("not"), "", id="not as its parent"),
        pytest.param(in_style("sign", "y"), "y@Wingdings", id="sign"),
        pytest.param(in_style("other", "y"), "y@記号", id="by its charset"),
        pytest.param(in_style("family", "y"), "y@Webdings", id="by its family"),
        pytest.param(in_style("sign"), "", id="letters that no symbol font draws"),
        pytest.param(
            in_style("x", span("struck", "はい") + span("red", "いいえ")),
            "はいいいえ→いいえ",
            id="a part",
        ),
        pytest.param(in_style("struck", span("red", "はい")), "はい→", id="a red part of a cell"),
        pytest.param(
            in_style("x", span("struck", span("red", "はい")) + "一部"), "はい一部→一部", id="in it"
        ),
        pytest.param(in_style("x"), "", id="an unknown style"),
    ],
)
def test_styles_of_an_opendocument_sheet_strike_out(cell: str, fact: str) -> None:
    (grid,) = open_parts(ods_book(row(cell, value("string", "", "x"))), FileKind.ODS).grids
    assert facts(grid) == ({"A1": fact} if fact else {})


def test_cells_without_a_style_take_that_of_their_row_or_column() -> None:
    columns = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:default-cell-style-name="struck"/>'
    )
    texts = [value("string", "", text) for text in ("a", "b", "c")]
    rows = row(*texts) + row(*texts, attributes='table:default-cell-style-name="double"')
    (grid,) = open_parts(ods_book(columns + rows), FileKind.ODS).grids
    assert facts(grid) == {"C1": "c→", "A2": "a→", "B2": "b→", "C2": "c→"}


def test_a_repeated_cell_is_struck_out_in_every_place() -> None:
    cell = in_style("struck", more='table:number-columns-repeated="2"')
    (grid,) = open_parts(ods_book(row(cell)), FileKind.ODS).grids
    assert facts(grid) == {"A1": "はい→", "B1": "はい→"}


def test_an_annotation_is_a_note_and_no_text_of_its_cell() -> None:
    note = (
        "<office:annotation><dc:creator>田中</dc:creator><dc:date>2026-11-30</dc:date>"
        f"<text:p>田中:</text:p><text:p>一部に{span('struck', '訂正')}</text:p>"
        "</office:annotation>"
    )
    blank = f"<table:table-cell>{note}</table:table-cell>"
    filled = blank.replace("</table:", "<text:p>はい</text:p></table:")
    cells = row(filled, blank, value("string", "", "x"))
    (grid,) = open_parts(ods_book(cells), FileKind.ODS).grids
    assert grid.rows == (("はい", "", "x"),)
    assert facts(grid) == {"A1": '"一部に訂正"', "B1": '"一部に訂正"'}


# --- .xls


def xls_font(name: str, *, struck: bool = False, charset: int = 128) -> tuple[int, bytes]:
    letters = name.encode("utf-16-le")
    head = struct.pack("<5HBBBB", 220, 8 * struck, 0x7FFF, 400, 0, 0, 0, charset, 0)
    return 0x0031, head + struct.pack("<BB", len(name), 1) + letters


def xls_style(font: int) -> tuple[int, bytes]:
    return 0x00E0, struct.pack("<H", font).ljust(20, b"\0")


# Six fonts: those after the fourth are counted from 5 on.
FONTS = (
    *(xls_font("Arial") for _ in range(4)),
    xls_font("Arial", struck=True),
    xls_font("Wingdings", charset=2),
    *(xls_style(font) for font in (0, 5, 6)),
)


def styled_label(column: int, style: int, text: str) -> tuple[int, bytes]:
    number, data = label(0, column, text)
    return number, data[:4] + struct.pack("<H", style) + data[6:]


def shared(column: int, number: int, style: int = 0) -> tuple[int, bytes]:
    return 0x00FD, struct.pack("<3HI", 0, column, style, number)


def rich(text: str, *runs: tuple[int, int]) -> bytes:
    """A shared text whose parts have fonts of their own from a letter on."""
    head = struct.pack("<HBH", len(text), 0x09, len(runs))
    return head + text.encode("utf-16-le") + b"".join(struct.pack("<HH", *run) for run in runs)


def texts(count: int, *parts: bytes) -> tuple[tuple[int, bytes], ...]:
    """The record of the shared texts, and those in which it goes on."""
    first = struct.pack("<II", count, count) + parts[0]
    return (0x00FC, first), *((0x003C, part) for part in parts[1:])


def test_fonts_of_an_xls_strike_out() -> None:
    numbers = struct.pack("<HHHiHiH", 1, 0, 1, 3 << 2 | 2, 0, 4 << 2 | 2, 1)
    content = xls(
        styled_label(0, 0, "普通"),
        styled_label(1, 1, "はい"),
        styled_label(2, 2, "y"),
        (0x00BD, numbers),
        globals_=FONTS,
    )
    (grid,) = open_parts(content, FileKind.XLS).grids
    assert facts(grid) == {"B1": "はい→", "C1": "y@Wingdings", "A2": "3→"}


PARTED = rich("はいいいえ", (0, 5), (2, 0))


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param((PARTED,), id="in one record"),
        pytest.param((PARTED[:9], b"\1" + PARTED[9:]), id="cut in its letters"),
        pytest.param((PARTED[:15], PARTED[15:]), id="cut before its runs"),
        pytest.param((PARTED[:19], PARTED[19:]), id="cut in its runs"),
    ],
)
def test_a_part_of_a_text_of_an_xls_is_struck_out(parts: tuple[bytes, ...]) -> None:
    head = struct.pack("<HB", 1, 0) + b"x"
    listed = texts(2, head + parts[0], *parts[1:])
    content = xls(shared(0, 0), shared(1, 1), globals_=(*FONTS, *listed))
    (grid,) = open_parts(content, FileKind.XLS).grids
    assert facts(grid) == {"B1": "はいいいえ→いいえ"}


def test_a_part_of_a_text_in_an_xls_cell_of_its_own_is_struck_out() -> None:
    letters = struct.pack("<3HHB", 0, 0, 0, 5, 1) + "はいいいえ".encode("utf-16-le")
    runs = struct.pack("<HHHHH", 2, 0, 5, 2, 0)
    (grid,) = open_parts(xls((0x00D6, letters + runs), globals_=FONTS), FileKind.XLS).grids
    assert facts(grid) == {"A1": "はいいいえ→いいえ"}


def xls_note(number: int, text: str, *, cut: int = 99) -> tuple[tuple[int, bytes], ...]:
    """An object of a number, and its text; cut in two where that is longer."""
    letters = [text[:cut], text[cut:]]
    return (
        (0x005D, struct.pack("<4H", 0x15, 0x12, 0x19, number).ljust(26, b"\0")),
        (0x01B6, struct.pack("<HH6xHHH", 0, 0, len(text), 16, 0).ljust(18, b"\0")),
        *((0x003C, b"\1" + each.encode("utf-16-le")) for each in letters if each),
        (0x003C, bytes(16)),
    )


def note_at(row: int, column: int, number: int, author: str) -> tuple[int, bytes]:
    head = struct.pack("<4HHB", row, column, 0, number, len(author), 1)
    return 0x001C, head + author.encode("utf-16-le") + b"\0"


def test_notes_of_an_xls_are_read() -> None:
    content = xls(
        label(0, 0, "はい"),
        *xls_note(1, "田中:\n一部に訂正"),
        *xls_note(2, "確認中です", cut=2),
        note_at(0, 0, 1, "田中"),
        note_at(4, 2, 2, "田中"),
        note_at(5, 2, 7, "田中"),
    )
    (grid,) = open_parts(content, FileKind.XLS).grids
    assert facts(grid) == {"A1": '"一部に訂正"', "C5": '"確認中です"'}


def biff5(codepage: int, *cells: tuple[int, bytes]) -> bytes:
    """A workbook of Excel 95 with one sheet `S`, whose fonts are those of `FONTS`."""

    def begin(kind: int) -> tuple[int, bytes]:
        return 0x0809, struct.pack("<4H", 0x0500, kind, 0x096C, 1993)

    def font(name: bytes, *, struck: bool = False, charset: int = 128) -> tuple[int, bytes]:
        head = struct.pack("<5HBBBB", 220, 8 * struck, 0x7FFF, 400, 0, 0, 0, charset, 0)
        return 0x0031, head + bytes([len(name)]) + name

    usual = [font(b"Arial")] * 4
    fonts = (*usual, font(b"Arial", struck=True), font(b"Wingdings", charset=2))
    shared = (begin(5), (0x0042, struct.pack("<H", codepage)), *fonts, *FONTS[-3:])
    end = (0x000A, b"")
    length = len(joined_records(*shared, (0x0085, bytes(8)), end))
    listed = 0x0085, struct.pack("<IBBB", length, 0, 0, 1) + b"S"
    stream = joined_records(*shared, listed, end, begin(0x10), *cells, end)
    return ole_file({"Book": stream.ljust(5_000, b"\0")})


def biff5_text(column: int, style: int, text: bytes) -> tuple[int, bytes]:
    return 0x0204, struct.pack("<4H", 0, column, style, len(text)) + text


def test_fonts_and_notes_of_excel_95_are_read() -> None:
    content = biff5(
        1252,
        biff5_text(0, 0, b"usual"),
        biff5_text(1, 1, b"yes"),
        biff5_text(2, 2, b"y"),
        (0x00D6, struct.pack("<4H", 0, 3, 0, 6) + b"yes no" + bytes([2, 0, 5, 3, 0])),
        (0x001C, struct.pack("<3H", 0, 0, 6) + b"partly"),
        (0x001C, struct.pack("<3H", 0xFFFF, 0, 3) + b" so"),
    )
    (grid,) = open_parts(content, FileKind.XLS).grids
    assert facts(grid) == {
        "A1": '"partly so"',
        "B1": "yes→",
        "C1": "y@Wingdings",
        "D1": "yes no→no",
    }


def test_parts_of_a_text_of_excel_95_start_at_bytes() -> None:
    letters = "はいいいえ".encode("cp932")
    text = struct.pack("<4H", 0, 0, 0, len(letters)) + letters + bytes([2, 0, 5, 4, 0])
    (grid,) = open_parts(biff5(932, (0x00D6, text)), FileKind.XLS).grids
    assert grid.struck == {(0, 0): "いいえ"}


# --- .xlsb


def xlsb_record(number: int, content: bytes = b"") -> bytes:
    kind = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    return kind + bytes([len(content) & 0x7F | 0x80, len(content) >> 7]) + content


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_font(name: str, *, struck: bool = False, charset: int = 128) -> bytes:
    head = struct.pack("<4HBBBB8xB", 220, 8 * struck, 400, 0, 0, 0, charset, 0, 0)
    return xlsb_record(43, head + wide(name))


def xlsb_cell(number: int, column: int, style: int, content: bytes) -> bytes:
    return xlsb_record(number, struct.pack("<II", column, style) + content)


def rich_xlsb(text: str, *runs: tuple[int, int]) -> bytes:
    places = b"".join(struct.pack("<HH", *run) for run in runs)
    return b"\1" + wide(text) + struct.pack("<I", len(runs)) + places


def xlsb(cells: bytes, parts: Mapping[str, bytes | str]) -> bytes:
    """A workbook of one sheet `S` with these cells in its first row."""
    content = "http://schemas.openxmlformats.org/package/2006/content-types"
    relation = "http://schemas.openxmlformats.org/package/2006/relationships"
    kinds = ("worksheet", "styles", "sharedStrings")
    names = ("worksheets/sheet1.bin", "styles.bin", "sharedStrings.bin")
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{RELATIONS}/{kind}" Target="{name}"/>'
        for at, (kind, name) in enumerate(zip(kinds, names, strict=True), 1)
    )
    sheet = xlsb_record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("S"))
    first_row = xlsb_record(0, struct.pack("<IIHHI", 0, 0, 255, 0, 0))
    size = xlsb_record(148, struct.pack("<4I", 0, 0, 0, 9))
    data = xlsb_record(145) + first_row + cells + xlsb_record(146)
    return pack_parts(
        {
            "[Content_Types].xml": f'<Types xmlns="{content}"><Default Extension="bin" '
            'ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{relation}"><Relationship Id="r" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
            "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{relation}">{related}'
            "</Relationships>",
            "xl/workbook.bin": xlsb_record(131)
            + xlsb_record(143)
            + sheet
            + xlsb_record(144)
            + xlsb_record(132),
            "xl/worksheets/sheet1.bin": xlsb_record(129) + size + data + xlsb_record(130),
            **parts,
        }
    )


def test_fonts_and_notes_of_an_xlsb_are_read() -> None:
    fonts = (
        xlsb_font("Arial"),
        xlsb_font("Arial", struck=True),
        xlsb_font("Wingdings", charset=2),
    )
    numbers = b"".join(
        xlsb_record(47, struct.pack("<HHH", 0, 0, font).ljust(16, b"\0")) for font in range(3)
    )
    inherited = xlsb_record(626) + xlsb_record(47, bytes(4) + b"\1".ljust(12, b"\0"))
    notes = (
        xlsb_record(632, wide("田中"))
        + xlsb_record(635, struct.pack("<5I16x", 0, 0, 0, 5, 5))
        + xlsb_record(637, b"\0" + wide("田中:\n一部に訂正"))
    )
    cells = (
        xlsb_cell(6, 0, 0, wide("普通"))
        + xlsb_cell(6, 1, 1, wide("はい"))
        + xlsb_cell(6, 2, 2, wide("y"))
        + xlsb_cell(7, 3, 0, struct.pack("<I", 1))
        + xlsb_cell(62, 4, 0, rich_xlsb("いいえ一部", (0, 1), (3, 0)))
    )
    items = xlsb_record(19, b"\0" + wide("x")) + xlsb_record(
        19, rich_xlsb("はいいいえ", (0, 1), (2, 0))
    )
    content = xlsb(
        cells,
        {
            "xl/styles.bin": b"".join(fonts)
            + inherited
            + xlsb_record(627)
            + xlsb_record(617, struct.pack("<I", 3))
            + numbers
            + xlsb_record(618),
            "xl/sharedStrings.bin": xlsb_record(159, struct.pack("<II", 2, 2))
            + items
            + xlsb_record(160),
            "xl/comments1.bin": notes,
            "xl/worksheets/_rels/sheet1.bin.rels": "<Relationships><Relationship "
            f'Type="{RELATIONS}/comments" Target="../comments1.bin"/></Relationships>',
        },
    )
    (grid,) = open_parts(content, FileKind.XLSB).grids
    assert grid.rows[0] == ("普通", "はい", "y", "はいいいえ", "いいえ一部")
    assert facts(grid) == {
        "B1": "はい→",
        "C1": "y@Wingdings",
        "D1": "はいいいえ→いいえ",
        "E1": "いいえ一部→一部",
        "F1": '"一部に訂正"',
    }


# --- saved by LibreOffice


def _sample() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("S")
    erased = book.add_format({"font_strikeout": True})
    red = book.add_format({"font_color": "red"})
    sign = book.add_format({"font_name": "Wingdings", "font_charset": 2})
    page.write_string("A1", "はい", erased)
    page.write_rich_string("A2", erased, "はい", " いいえ")
    page.write_rich_string("A3", red, "はい", " いいえ")
    page.write_number("A4", 3, erased)
    page.write_string("A5", "y", sign)
    page.write_rich_string("A6", sign, "þ", red, "はい")
    page.write_string("A7", "はい", sign)
    page.write_comment("B1", "一部に訂正", {"author": "田中"})
    for column in range(3):
        page.write_string(9, column, "重", erased)
    book.close()
    return buffer.getvalue()


SAID = {
    "A1": "はい→",
    "A2": "はい いいえ→いいえ",
    "A4": "3→",
    "A5": "y@Wingdings",
    "A6": "þはい@Wingdings",
    "B1": '"一部に訂正"',
    "A10": "重→",
    "B10": "重→",
    "C10": "重→",
}


def test_a_workbook_tells_what_its_cells_show() -> None:
    assert facts(open_parts(_sample()).grids[0]) == SAID


@pytest.mark.slow("LibreOffice saves workbooks")
@pytest.mark.parametrize("form", [FileKind.XLSX, FileKind.ODS, FileKind.XLS])
def test_a_workbook_saved_by_libreoffice_tells_the_same(form: FileKind, office: Office) -> None:
    content = office.convert({"a": _sample()}, "xlsx", form.value)["a"]
    assert facts(open_parts(content, form).grids[0]) == SAID
