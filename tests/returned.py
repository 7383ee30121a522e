"""Returned workbooks for the intake tests: the sheet that came back is a text table in the test.

`make_return` puts such a table in place of the question sheet of a small catalogue, header in row
5,
⏎ for a line break; `edit_workbook` changes any workbook as a client does, `repack_parts` its
package.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping
from string import ascii_uppercase
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import HEADER_ROW, STAMP_CELL, cell_name, format_stamp
from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ReceivedFile, ReturnedSheet, SheetIdentity
from sheet_diag.model.settings import Issuer
from tests.catalogs import SIGNS, catalog

# Items C1-1, C1-2 (該当なし allowed), C2-1 and C2-2: rows 6 to 9 of `AS_SENT`, answers in column B.
SMALL = catalog("3 1n", "2 1")

PROFILE = {"company": "株式会社見本", "industry": "製造業", "employees": "6〜20人"}

AS_SENT = """
    | No.  | 回答     | 備考     |
    | C1-1 | はい     |          |
    | C1-2 | 該当なし |          |
    | C2-1 | 一部     | 本社のみ |
    | C2-2 | いいえ   |          |
"""

COVER, COMPANY, QUESTIONS = range(3)  # sheets, from the left


def make_return(
    table: str = AS_SENT,
    *,
    lang: Lang = Lang.JA,
    profile: Mapping[str, str] = PROFILE,
    client: str = "",
    cells: Mapping[str, str | bool | float] = MappingProxyType({}),
) -> bytes:
    """The sheet of `SMALL` with `table` from the header row down, and `cells` put over it."""
    sent = make_hearing_sheet(SMALL, lang, Issuer(), Entries(profile), client)
    identity = SheetIdentity(SMALL.id, SMALL.version, client or None)
    entries: dict[str, str | bool | float] = {
        cell_name(*STAMP_CELL): f"様式 {format_stamp(identity)}"
    }
    for row, texts in enumerate(table_cells(table), HEADER_ROW):
        entries |= {cell_name(row, column): text for column, text in enumerate(texts)}
    page = f"xl/worksheets/sheet{QUESTIONS + 1}.xml"
    questions = _worksheet({**entries, **cells})
    return repack_parts(sent, lambda name, text: questions if name == page else text)


def _worksheet(cells: Mapping[str, str | bool | float]) -> str:
    rows: dict[int, list[str]] = {}
    for cell, value in cells.items():
        rows.setdefault(int(cell.lstrip(ascii_uppercase)), []).append(_cell(cell, value))
    data = "".join(f'<row r="{row}">{"".join(rows[row])}</row>' for row in sorted(rows))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{data}</sheetData></worksheet>'


def _cell(cell: str, value: str | bool | float) -> str:
    if isinstance(value, bool):
        return f'<c r="{cell}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, str):
        text = f'<t xml:space="preserve">{escape(value)}</t>'
        return f'<c r="{cell}" t="inlineStr"><is>{text}</is></c>'
    return f'<c r="{cell}"><v>{value}</v></c>'


def write_table(page: Worksheet, table: str, first: int) -> None:
    """Write a text table from row `first` (from 1) and column A on."""
    for row, cells in enumerate(table_cells(table), first):
        for column, text in enumerate(cells, 1):
            page.cell(row, column).value = text or None


def table_cells(table: str) -> list[list[str]]:
    """The cells of a text table: `| a | b |`, a line a row."""
    lines = [line.strip() for line in table.splitlines() if line.strip()]
    return [
        [cell.strip(" ").replace("⏎", "\n") for cell in line.strip("|").split("|")]
        for line in lines
    ]


# --- changing workbooks


def edit_workbook(content: bytes, change: Callable[[Workbook], object]) -> bytes:
    """The workbook after `change`, saved by openpyxl."""
    book = reopen_workbook(content)
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def reopen_workbook(content: bytes, *, values: bool = False) -> Workbook:
    """A workbook saved by any program: openpyxl warns of extensions that it would not keep."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def page_at(book: Workbook, position: int) -> Worksheet:
    page = book.worksheets[position]
    assert isinstance(page, Worksheet)
    return page


def put_cell(content: bytes, position: int, cell: str, value: Any) -> bytes:
    """The workbook with one cell changed on the sheet at `position`; None clears it."""

    def change(book: Workbook) -> None:
        page_at(book, position)[cell].value = value

    return edit_workbook(content, change)


def repack_parts(content: bytes, change: Callable[[str, str], str | None]) -> bytes:
    """The package with every XML part changed by `change(name, text)`; None leaves it out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            text = change(name, old.read(name).decode("utf-8"))
            if text is not None:
                new.writestr(name, text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def as_google_saves(content: bytes) -> bytes:
    """The package as a web spreadsheet exports it: inline strings, no properties, no dimension."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        shared = package.read("xl/sharedStrings.xml").decode("utf-8")
    texts = [found or "" for found in re.findall(r"<si>(.*?)</si>", shared, re.DOTALL)]
    gone = r'<(?:Relationship|Override) [^>]*"[^"]*(?:docProps/|sharedStrings)[^>]*/>'

    def change(name: str, text: str) -> str | None:
        if name.startswith("docProps/") or name == "xl/sharedStrings.xml":
            return None
        text = re.sub(gone, "", text)
        if not name.startswith("xl/worksheets/sheet"):
            return text
        return _with_inline_strings(re.sub(r"<dimension [^>]*/>", "", text), texts)

    return repack_parts(content, change)


def _with_inline_strings(sheet: str, texts: list[str]) -> str:
    def inline(found: re.Match[str]) -> str:
        return f'<c{found[1]} t="inlineStr"><is>{texts[int(found[2])]}</is></c>'

    return re.sub(r'<c([^>]*) t="s"><v>(\d+)</v></c>', inline, sheet)


def zip_parts(*names: str) -> bytes:
    """A zip file with parts of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name in names:
            package.writestr(zipfile.ZipInfo(name), "<x/>")  # of one time, in every worker
    return buffer.getvalue()


# --- what was read


def read_return(content: bytes, catalog: Catalog = SMALL, name: str = "a.xlsx") -> ReceivedFile:
    return read_content(name, content, catalog)


def sheet_of(received: ReceivedFile) -> ReturnedSheet:
    assert received.sheet, problems_in(received)
    return received.sheet


def signs_of(received: ReceivedFile) -> str:
    """The answers in the order of the catalogue, in the signs of `tests.catalogs`."""
    names = {choice: sign for sign, choice in SIGNS.items()}
    return "".join(names[response.choice] for response in sheet_of(received).responses)


def problems_in(received: ReceivedFile) -> list[str]:
    """The problems as `CODE cell item value`, parts that a problem has not left out."""
    return [problem_line(problem) for problem in received.problems]


def problem_line(problem: Problem) -> str:
    parts = (problem.code.value, problem.cell, problem.item, problem.value)
    return " ".join(part for part in parts if part)
