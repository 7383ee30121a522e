"""The checks on finished workbooks see what they are there to see."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import ParseError

import pytest
import xlsxwriter

from tests.formulas import Calculator
from tests.workbooks import cut_texts, open_workbook, xml_parts

Writer = Callable[[Any, Any], object]  # of a book and its page


def made(write: Writer) -> bytes:
    """A workbook of one sheet, written by XlsxWriter itself."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content)
    write(book, book.add_worksheet("Page"))
    book.close()
    return content.getvalue()


def edited(content: bytes, part: str, old: str, new: str) -> bytes:
    """The package with a text of one part replaced."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode())
            target.writestr(name, text)
    return result.getvalue()


PAGE = "xl/worksheets/sheet1.xml"
TEXT = made(lambda _, page: page.write_string(0, 0, "text"))


def test_a_part_that_is_not_well_formed_is_seen() -> None:
    with pytest.raises(ParseError):
        xml_parts(edited(TEXT, PAGE, "</row>", "\ufffe</row>"))


@pytest.mark.parametrize(
    ("text", "points", "cut"),
    [("あ" * 5, 20, False), ("あ" * 50, 20, True), ("あ\nい", 20, True), ("あ\nい", 40, False)],
)
def test_cut_texts_are_seen(text: str, points: int, *, cut: bool) -> None:
    def write(book: Any, page: Any) -> None:
        page.merge_range("A1:B1", text, book.add_format({"text_wrap": True}))
        page.set_row(0, points)

    assert bool(cut_texts(open_workbook(made(write)).worksheets[0])) is cut


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=1+2*3", 7),
        ("=(1+2)*3", 9),
        ('="a"&1+1', "a2"),
        ('=IF(A1="",1,2)', 1),
        ('=IF(A2="B",A3/4,"no")', 0.5),
        ('=COUNTIF(A1:A3,"b")', 1),
        ('=COUNTIF(A1:A3,"?")', 2),
        ('=COUNTIF(A1:A3,"*")', 2),
        ('=SUMPRODUCT((A1:A3<>"")*(A1:A3=2))', 1),
        ("=SUM($A$1:$A$3)", 2),
        ('=INDEX(A1:A3,MATCH("b",A1:A3,0))', "b"),
        ('=AND(1=1,OR(1=2,"x"="X"))', True),
        ('=LEFT(TRIM("  a  b "),3)', "a b"),
        ("=SUMPRODUCT(A2:A3,A2:A3)", 4),
        ('=SUMPRODUCT(MAX((A2:A3<>"b")*5))', 5),
        ("=SUMPRODUCT((A2:A3>=2)*(A2:A3<3))", 1),
        ("=MIN(A1:A3)", 2),
        ("=ROUND(2.675,2)", 2.68),
        ("=TRUNC(ROUND(10*84.96,9))/10", 84.9),
        ("=FIXED(78.9,1,TRUE)", "78.9"),
        ('=IF(TRIM("　")="","blank","a full-width space stays")', "a full-width space stays"),
    ],
)
def test_formulas_as_in_excel(formula: str, value: object) -> None:
    def write(_: Any, page: Any) -> None:
        page.write("A2", "b")
        page.write("A3", 2)

    book = open_workbook(made(write))
    assert Calculator(book).formula(book.worksheets[0], formula) == value
