"""The author's own workbook back, with what a check has found marked in it.

It is loaded and saved again, so that it is a source as before; sheet, fills and notes of ours are
not read again. What does not survive that is told on its first sheet.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from sheet_diag.catalog.faults import BookFault, FaultKind, list_errors
from sheet_diag.intake.catalog_workbook import ReadBook
from sheet_diag.text.excel_text import storable_text
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.theme import DOUBTFUL, FAULTY

_AUTHOR: Final = "sheet-diag"
_FILLS: Final = {FaultKind.ERROR: FAULTY, FaultKind.WARNING: DOUBTFUL}
_COLUMNS: Final = ("number", "kind", "place", "stands", "expected", "near", "says")
_WIDTHS: Final = (6, 10, 18, 32, 34, 18, 64)
_HEAD_ROW: Final = 5
_NAVY: Final = "FF1F3A5F"
_LINE: Final = "FFB8C3D0"


def mark_book(book: ReadBook, faults: Sequence[BookFault], say: Wording) -> bytes:
    """Mark faults at their cells, and list them on a first sheet."""
    told = [fault for fault in faults if fault.kind in _FILLS]
    opened = _open(book)
    _drop_marks(opened, say)
    for number, fault in enumerate(told, 1):
        _mark(opened, number, fault, say)
    _write_list(opened, book, told, say)
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


def _open(book: ReadBook) -> Any:
    """Open the workbook; one of another format is written anew, each cell at its place."""
    import openpyxl

    if zipfile.is_zipfile(io.BytesIO(book.content)) and not book.is_rewritten:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what does not survive, which the sheet tells
            return openpyxl.load_workbook(io.BytesIO(book.content), keep_links=False)
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for grid in book.grids:
        sheet = made.create_sheet(grid.name)
        for row, cells in enumerate(grid.rows, 1):
            for col, text in enumerate(cells, 1):
                if text:
                    _put_text(sheet.cell(row, col), text)
    return made


def _drop_marks(opened: Any, say: Wording) -> None:
    """Drop the sheet, the fills and the notes of a check before."""
    from openpyxl.styles import PatternFill

    if say("book.marked.sheet") in opened.sheetnames:
        opened.remove(opened[say("book.marked.sheet")])
    ours = {fill.lstrip("#") for fill in _FILLS.values()}
    for sheet in opened.worksheets:
        for cell in (each for row in sheet.iter_rows() for each in row):
            if cell.comment is not None and cell.comment.author == _AUTHOR:
                cell.comment = None
            if cell.has_style and str(cell.fill.fgColor.rgb)[-6:] in ours:
                cell.fill = PatternFill()


def _mark(opened: Any, number: int, fault: BookFault, say: Wording) -> None:
    """Fill a cell and put a note on it; a sheet as such bears the note on its first cell."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if fault.place.sheet not in opened.sheetnames:
        return
    cell = opened[fault.place.sheet][fault.place.cell or "A1"]
    if type(cell).__name__ == "MergedCell":
        return
    if fault.place.cell:
        cell.fill = PatternFill("solid", fgColor="FF" + _FILLS[fault.kind].lstrip("#"))
    text = _describe(number, fault, say)
    if cell.comment is not None:
        text = f"{cell.comment.text}\n{text}" if cell.comment.author == _AUTHOR else text
        if cell.comment.author != _AUTHOR:
            text = f"{text}\n\n{cell.comment.text}"
    cell.comment = Comment(text, _AUTHOR, width=360, height=24 + 18 * (1 + len(text) // 26))


def _describe(number: int, fault: BookFault, say: Wording) -> str:
    lines = [f"【{number}】{say(f'book.kind.{fault.kind.value}')}"]
    if expected := fault.expectation(say):
        lines.append(say("book.marked.note.expected", expected=expected))
    if fault.near:
        lines.append(say("book.line.near", near=fault.near).strip())
    return "\n".join([*lines, fault.sentence(say)])


def _write_list(opened: Any, book: ReadBook, told: Sequence[BookFault], say: Wording) -> None:
    """Write the first sheet: how many faults of each kind, and each with a link to its cell."""
    from openpyxl.styles import Alignment, Font

    sheet = opened.create_sheet(say("book.marked.sheet"), 0)
    opened.active = 0
    for each in opened.worksheets[1:]:
        each.sheet_view.tabSelected = False
    errors = len(list_errors(told))
    sheet["A1"] = say("book.marked.title")
    sheet["A1"].font = Font(size=16, bold=True, color=_NAVY)
    sheet["A2"] = say("book.marked.counts", errors=errors, warnings=len(told) - errors)
    sheet["A2"].font = Font(bold=True)
    sheet["A3"] = say("book.marked.next", name=book.name)
    if book.drawings:
        sheet["A4"] = say("book.marked.drawings")
        sheet["A4"].font = Font(bold=True, color="FFB3261E")
    for row, height in enumerate((30, 20, 20, 20), 1):
        sheet.cell(row, 1).alignment = Alignment(vertical="center")
        sheet.row_dimensions[row].height = height
    _write_heads(sheet, say)
    for number, fault in enumerate(told, 1):
        _write_line(sheet, _HEAD_ROW + number, number, fault, opened.sheetnames, say)
    sheet.freeze_panes = sheet.cell(_HEAD_ROW + 1, 1)
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _write_heads(sheet: Any, say: Wording) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for col, (key, width) in enumerate(zip(_COLUMNS, _WIDTHS, strict=True), 1):
        cell = sheet.cell(_HEAD_ROW, col, say(f"book.marked.column.{key}"))
        cell.font = Font(bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", fgColor=_NAVY)
        cell.alignment = Alignment(horizontal="center", vertical="center")
        sheet.column_dimensions[get_column_letter(col)].width = width
    sheet.row_dimensions[_HEAD_ROW].height = 24


def _write_line(
    sheet: Any, row: int, number: int, fault: BookFault, names: Sequence[str], say: Wording
) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    texts = (
        str(number), say(f"book.kind.{fault.kind.value}"), str(fault.place), fault.stands,
        fault.expectation(say), fault.near, fault.sentence(say),
    )  # fmt: skip
    edge = Side(style="thin", color=_LINE)
    lines = 1
    for col, text in enumerate(texts, 1):
        cell = sheet.cell(row, col)
        _put_text(cell, text)
        cell.border = Border(left=edge, right=edge, top=edge, bottom=edge)
        cell.alignment = Alignment(wrap_text=True, vertical="center", indent=1 if col > 3 else 0)
        lines = max(lines, 1 + 2 * len(text) // (_WIDTHS[col - 1] - 3))
    sheet.row_dimensions[row].height = 10 + 15 * min(lines, 12)
    sheet.cell(row, 1).value = number
    fill = _FILLS[fault.kind].lstrip("#")
    sheet.cell(row, 2).fill = PatternFill("solid", fgColor="FF" + fill)
    if fault.place.sheet in names:
        link = sheet.cell(row, 3)
        quoted = fault.place.sheet.replace("'", "''")
        link.hyperlink = f"#'{quoted}'!{fault.place.cell or 'A1'}"
        link.font = Font(color="FF3F6C9B", underline="single")


def _put_text(cell: Any, text: str) -> None:
    """Write a text that stays one, whatever it begins with."""
    cell.value = storable_text(text)
    if text.startswith("="):
        cell.data_type = "s"
        cell.quotePrefix = True
