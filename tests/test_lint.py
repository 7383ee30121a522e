"""The lint sees each defect that it is there to see, and nothing in what we write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.lint import lint
from tests.returned import repack_parts
from tests.written import KINDS, demonstration_workbooks

BOOK, PAGE, TABLE = "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"
STRINGS, RELATIONS = "xl/sharedStrings.xml", "xl/worksheets/_rels/sheet1.xml.rels"
SHAPES, DRAWING = "xl/drawings/vmlDrawing1.vml", "xl/drawings/drawing1.xml"
CHART, NOTES = "xl/charts/chart1.xml", "xl/comments1.xml"


def made() -> bytes:
    """One workbook with everything that can go wrong, none of it wrong."""
    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(content, options)
    page, other = book.add_worksheet("Page"), book.add_worksheet("Other one")
    page.write_row("A1", ["text", 1.5, "=B1+1"])
    page.write_formula("A2", 'SUM(B1:B2)+IF(A1="a""b",1,-2)%')
    page.write_formula("B2", "'Other one'!$A$1", None, 0)
    page.merge_range("D1:E2", "merged")
    page.merge_range("D3:E4", "merged")
    page.add_table(5, 0, 7, 1, {"name": "First", "columns": [{"header": "a"}, {"header": "b_x"}]})
    page.add_table(5, 3, 7, 3, {"name": "Second", "columns": [{"header": "c"}]})
    page.data_validation(
        "A3", {"validate": "list", "source": ["one", "two"], "error_title": "title"}
    )
    page.data_validation("A4", {"validate": "list", "source": "=Choices"})
    page.conditional_format("A1:B2", {"type": "formula", "criteria": "=ISNUMBER($B1)"})
    page.write_url("A5", "internal:'Other one'!A1", string="there")
    page.write_url("B5", "external:results/a.xlsx", string="result")
    page.write_comment("A1", "note", {"author": "us"})
    page.set_header("&L&8A && B&R&P / &N")
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "='Other one'!$A$1:$A$3"})
    page.insert_chart("G1", chart)
    other.autofilter("A1:B2")
    book.define_name("Choices", "='Other one'!$A$1:$A$3")
    book.close()
    return content.getvalue()


MADE = made()
Change = tuple[str, str, str]  # part, old text, new text


def broken(*changes: Change) -> bytes:
    """The workbook with texts of its parts replaced."""
    done = set()

    def change(name: str, text: str) -> str:
        for each in changes:
            part, old, new = each
            if name == part and old in text:
                text = text.replace(old, new, 1)
                done.add(each)
        return text

    content = repack_parts(MADE, change)
    assert done == set(changes), "nothing was broken"
    return content


def in_formula(text: str) -> Change:
    return (PAGE, "<f>'Other one'!$A$1</f>", f"<f>{text}</f>")


def in_name(name: str) -> tuple[Change, Change]:
    """The defined name, and the validation that uses it, renamed."""
    new = (BOOK, '<definedName name="Choices"', f'<definedName name="{name}"')
    return (new, (PAGE, "<formula1>Choices<", "<formula1>$B$1:$B$3<"))


def related(attributes: str) -> Change:
    """One more relationship of the sheet."""
    end = "</Relationships>"
    return (RELATIONS, end, f'<Relationship Id="rId99" Type="x/image" {attributes}/>{end}')


_ROW = '<row r="1"'
_CELL = '<c r="A1"'
_LINK = "location=\"'Other one'!A1\""
_MERGE = '<mergeCell ref="D1:E2"/>'

# The rule that must speak (and no other), by what is broken.
DEFECTS: dict[str, tuple[str, tuple[Change, ...]]] = {
    "sheet name too long": ("sheet-name", ((BOOK, 'name="Page"', f'name="{"n" * 32}"'),)),
    "sheet name illegal": ("sheet-name", ((BOOK, 'name="Page"', 'name="Pa/ge"'),)),
    "sheet name in quotes": ("sheet-name", ((BOOK, 'name="Page"', 'name="Page\'"'),)),
    "sheet name reserved": ("sheet-name", ((BOOK, 'name="Page"', 'name="履歴"'),)),
    "sheet name reserved too": ("sheet-name", ((BOOK, 'name="Page"', 'name="history"'),)),
    "sheet name twice": ("sheet-name", ((BOOK, 'name="Page"', 'name="OTHER ONE"'),)),
    "name is a cell": ("defined-name", in_name("AB12")),
    "name is a cell of rows and columns": ("defined-name", in_name("R1C1")),
    "name with a space": ("defined-name", in_name("my choices")),
    "name starts with a digit": ("defined-name", in_name("1st")),
    "name twice": (
        "defined-name",
        (
            (
                BOOK,
                "<definedNames>",
                "<definedNames><definedName name=\"choices\">'Other one'!$A$1</definedName>",
            ),
        ),
    ),
    "name of no sheet": ("defined-name", ((BOOK, 'localSheetId="1"', 'localSheetId="7"'),)),
    "name of what is gone": ("formula", ((BOOK, "'Other one'!$A$1:$A$3", "#REF!"),)),
    "table name is a cell": ("table-name", ((TABLE, 'displayName="First"', 'displayName="F1"'),)),
    "table name with a space": (
        "table-name",
        ((TABLE, 'displayName="First"', 'displayName="a b"'),),
    ),
    "table name twice": (
        "table-name",
        ((TABLE, 'displayName="First"', 'displayName="SECOND"'),),
    ),
    "table named as a range": (
        "table-name",
        ((TABLE, 'displayName="First"', 'displayName="choices"'),),
    ),
    "table id twice": ("table-name", ((TABLE, 'id="1"', 'id="2"'),)),
    "table header differs": ("table", ((TABLE, 'name="a"', 'name="x"'),)),
    "table wider than its columns": (
        "table",
        ((TABLE, 'ref="A6:B8"', 'ref="A6:C8"'), (TABLE, 'ref="A6:B8"', 'ref="A6:C8"')),
    ),
    "table without a row": (
        "table",
        ((TABLE, 'ref="A6:B8"', 'ref="A6:B6"'),),
    ),
    "table filtered elsewhere": (
        "table",
        ((TABLE, '<autoFilter ref="A6:B8"', '<autoFilter ref="A6:B9"'),),
    ),
    "table column's id twice": ("table", ((TABLE, '<tableColumn id="2"', '<tableColumn id="1"'),)),
    "table over a merge": ("table", ((PAGE, 'ref="D3:E4"', 'ref="D3:E8"'),)),
    "tables overlap": (
        "table",
        (("xl/tables/table2.xml", 'ref="D6:D8"', 'ref="B7:B9"'),),
    ),
    "merges overlap": ("merge", ((PAGE, 'ref="D3:E4"', 'ref="E2:F4"'),)),
    "merge of one cell": ("merge", ((PAGE, 'ref="D3:E4"', 'ref="D3"'),)),
    "merge beyond the grid": ("merge", ((PAGE, 'ref="D3:E4"', 'ref="D3:XFE4"'),)),
    "merge backwards": ("merge", ((PAGE, 'ref="D3:E4"', 'ref="E4:D3"'),)),
    "filter over a merge": (
        "filter",
        ((PAGE, "<mergeCells", '<autoFilter ref="D1:D2"/><mergeCells'),),
    ),
    "rows out of order": ("row-order", ((PAGE, _ROW, f'<row r="9"></row>{_ROW}'),)),
    "row twice": ("row-order", ((PAGE, _ROW, f'<row r="1"></row>{_ROW}'),)),
    "row beyond the grid": ("grid", ((PAGE, "</sheetData>", '<row r="1048577"/></sheetData>'),)),
    "cell beyond the grid": ("grid", ((PAGE, '<c r="D1"', '<c r="XFE1"'),)),
    "cell twice": ("cell-twice", ((PAGE, _CELL, f'<c r="A1"><v>1</v></c>{_CELL}'),)),
    "cells out of order": ("cell-order", ((PAGE, _CELL, f'<c r="Z1"><v>1</v></c>{_CELL}'),)),
    "cell in another row": ("cell-order", ((PAGE, '<c r="D1"', '<c r="D2"'),)),
    "not a number": ("number", ((PAGE, "<v>1.5</v>", "<v>NaN</v>"),)),
    "infinite": ("number", ((PAGE, "<v>1.5</v>", "<v>INF</v>"),)),
    "no number at all": ("number", ((PAGE, "<v>1.5</v>", "<v>1,5</v>"),)),
    "string not shared": (
        "shared-string",
        ((PAGE, '<c r="A1" t="s"><v>0<', '<c r="A1" t="s"><v>99<'),),
    ),
    "text of 33,000 units": ("text-too-long", ((STRINGS, "text", "😀" * 16_500),)),
    "inline text of 33,000 units": (
        "text-too-long",
        (
            (
                PAGE,
                '<c r="B1"><v>1.5</v>',
                f'<c r="B1" t="inlineStr"><is><t>{"😀" * 16_500}</t></is>',
            ),
        ),
    ),
    "list of 260": ("list-too-long", ((PAGE, "one,two", "o" * 260),)),
    "list with a quote": ("formula", ((PAGE, "one,two", 'one","two'),)),
    "title of 40": (
        "message-too-long",
        ((PAGE, 'errorTitle="title"', f'errorTitle="{"t" * 40}"'),),
    ),
    "validation of an unknown name": (
        "formula",
        ((PAGE, "<formula1>Choices<", "<formula1>Missing<"),),
    ),
    "condition that does not parse": ("formula", ((PAGE, "ISNUMBER($B1)", "ISNUMBER($B1"),)),
    "condition with a second sign": ("formula", ((PAGE, "ISNUMBER($B1)", "=ISNUMBER($B1)"),)),
    "chart of a missing sheet": ("formula", ((CHART, "'Other one'!", "'Other two'!"),)),
    "formula of a typed text": ("formula-of-text", (in_formula("B1+1"),)),
    "link to a missing sheet": ("link", ((PAGE, _LINK, "location=\"'Other two'!A1\""),)),
    "link to a missing cell": ("link", ((PAGE, _LINK, "location=\"'Other one'!XFE1\""),)),
    "link to nothing": ("link", ((PAGE, _LINK, 'location=""'),)),
    "link to the web": ("external", ((RELATIONS, "results\\a.xlsx", "https://x.example/"),)),
    "link to another folder": ("external", ((RELATIONS, "results\\a.xlsx", "..\\a.xlsx"),)),
    "link to a server": ("external", ((RELATIONS, "results\\a.xlsx", "\\\\x.example\\a.xlsx"),)),
    "external picture": ("external", (related('Target="a.png" TargetMode="External"'),)),
    "relationship to no part": ("relationship", (related('Target="../media/a.png"'),)),
    "relationship missing": (
        "relationship",
        ((PAGE, '<drawing r:id="rId', '<drawing r:id="rId9'),),
    ),
    "header of 260": ("margin-too-long", ((PAGE, "&amp;L&amp;8A", "&amp;L&amp;8" + "A" * 260),)),
    "header with a lone ampersand": ("margin-code", ((PAGE, "A &amp;&amp; B", "A &amp; B"),)),
    "note beyond the grid": ("note", ((NOTES, 'ref="A1"', 'ref="XFE1"'),)),
    "note without a shape": ("note", ((NOTES, 'ref="A1"', 'ref="C1"'),)),
    "note by nobody": ("note", ((NOTES, 'authorId="0"', 'authorId="3"'),)),
    "note without text": ("note", ((NOTES, ">note<", "><"),)),
    "note anchored outside": ("note", ((SHAPES, "<x:Anchor>", "<x:Anchor>-"),)),
    "chart upside down": (
        "anchor",
        ((DRAWING, "<xdr:from><xdr:col>6<", "<xdr:from><xdr:col>60<"),),
    ),
}


def rules(content: bytes) -> set[str]:
    return {line.split(":", maxsplit=1)[0] for line in lint(content)}


def test_nothing_is_wrong_with_the_workbook_before_it_is_broken() -> None:
    assert lint(MADE) == []


@pytest.mark.parametrize("defect", DEFECTS)
def test_each_defect_is_seen_and_nothing_else(defect: str) -> None:
    rule, changes = DEFECTS[defect]
    content = broken(*changes)
    assert rules(content) == {rule}, lint(content)


FLAWED = {
    "parenthesis open": "SUM(B1",
    "parenthesis too many": "SUM(B1))",
    "text without an end": 'IF(A1="a,1,2)',
    "operator without an end": "A1+",
    "operators side by side": "A1*/B1",
    "two operands": "A1 B1 1",
    "semicolons": "SUM(A1;B1)",
    "too few arguments": "IF(A1)",
    "too many arguments": "ISNUMBER(A1,B1)",
    "new function without a prefix": "TEXTJOIN(A1,B1)",
    "new function with a prefix": "_xlfn.CONCAT(A1,B1)",
    "function in Japanese": "合計(A1)",
    "web": "WEBSERVICE(A1)",
    "dynamic data exchange": "cmd|' /C calc'!A0",
    "another workbook": "[1]Page!A1",
    "missing sheet": "Missing!A1",
    "sheet name without quotes": "Other one!A1",
    "missing name": "nobody",
    "missing column": "First[z]",
    "beyond the last column": "XFE1",
    "beyond the last row": "A1048577",
    "what was deleted": "#REF!+1",
    "a long text": f'A1="{"x" * 256}"',
    "too long": "+".join(["B1"] * 3_000),
    "too deep": "(" * 65 + "B1" + ")" * 65,
    "an array of cells": "SUM({A1,2})",
    "an equals sign": "=SUM(A1)",
    "nothing": " ",
}


@pytest.mark.parametrize("which", FLAWED)
def test_each_flaw_of_a_formula_is_seen(which: str) -> None:
    text = FLAWED[which].replace("&", "&amp;").replace("<", "&lt;")
    found = lint(broken(in_formula(text)))
    assert found
    assert {line.split(":", maxsplit=1)[0] for line in found} == {"formula"}


SOUND = (
    "SUM(A1:B2,$C$3)",
    'IF(A1="it\'s (not) ; a &amp; b","",TRUE)',
    'SUMPRODUCT((A1:A9="a")*1,{1;2;3})',
    "'Other one'!A1&amp;Page!B1",
    "First[b_x]",
    "SUM(Choices)",
    "-(1.5E+3)%^2",
    "SUM(A:A,$1:$2)",
    "IF(A1,,1)",
)


@pytest.mark.parametrize("formula", SOUND)
def test_a_sound_formula_is_let_through(formula: str) -> None:
    assert lint(broken(in_formula(formula))) == []


def many(write: Callable[[Any], None]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    write(book.add_worksheet("Page"))
    book.close()
    return content.getvalue()


def with_elements(content: bytes, elements: str) -> bytes:
    """The workbook with something after the cells."""
    return repack_parts(
        content, lambda _, text: text.replace("</sheetData>", f"</sheetData>{elements}")
    )


@pytest.mark.slow("workbooks beyond the limits of Excel")
@pytest.mark.parametrize(
    ("element", "each", "most"),
    [
        pytest.param("hyperlink", '<hyperlink ref="A1" location="A1"/>', 65_530, id="links"),
        pytest.param(
            "dataValidation",
            '<dataValidation type="list" sqref="A1"><formula1>$B$1</formula1></dataValidation>',
            65_534,
            id="validations",
        ),
    ],
)
def test_more_than_excel_takes(element: str, each: str, most: int) -> None:
    plain = many(lambda page: page.write_string(0, 0, "text"))
    for number, expected in ((most, []), (most + 1, ["too-many"])):
        content = with_elements(plain, f"<{element}s>{each * number}</{element}s>")
        assert sorted(rules(content)) == expected


def test_parts_that_act_are_seen() -> None:
    content = io.BytesIO(MADE)
    with zipfile.ZipFile(content, "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
        package.writestr("xl/externalLinks/externalLink1.xml", "<x/>")
    assert rules(content.getvalue()) == {"active-part"}


# --- what we write


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wrong_with_what_we_write(every_kind: dict[str, Path], kind: str) -> None:
    assert lint(every_kind[kind].read_bytes()) == []


@pytest.mark.slow("needs the demonstration")
def test_nothing_is_wrong_with_the_demonstration(demonstration: Path) -> None:
    paths = demonstration_workbooks(demonstration)
    assert {path.parent.name for path in paths} > {"results", "corrections", "outbox", "input"}
    found = {path.name: lint(path.read_bytes()) for path in paths}
    assert {name: lines for name, lines in found.items() if lines} == {}
