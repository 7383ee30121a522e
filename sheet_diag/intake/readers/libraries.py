"""The libraries that read cells, the most faithful first; each takes a workbook that was surveyed.

Whatever a library raises is its reason; the caller asks the next one. All but the first are loaded
when they are asked: openpyxl alone takes longer than ten returns take to read.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterable
from datetime import datetime, time
from typing import Any, Final

import python_calamine

from sheet_diag.intake.cells import WorkbookFormat, unsafe_file_error
from sheet_diag.intake.readers.survey import KEPT_COLUMNS, KEPT_ROWS, SheetCells, Survey
from sheet_diag.intake.readers.values import convert_row, unescape_text

LibraryReader = Callable[[Survey, int], list[SheetCells]]

# Number formats of Japanese Excel that have no text in the file; openpyxl takes them for numbers.
_JAPANESE_DATES: Final = frozenset((*range(27, 37), *range(50, 59)))


def library_readers(form: WorkbookFormat) -> tuple[LibraryReader, ...]:
    """The libraries that know the format, the first one first."""
    seconds = {
        WorkbookFormat.XLSX: (_read_by_openpyxl,),
        WorkbookFormat.XLS: (_read_by_xlrd,),
        WorkbookFormat.XLSB: (_read_by_pyxlsb,),
        WorkbookFormat.ODS: (),
    }
    return (_read_by_calamine, *seconds[form])


def _read_by_calamine(survey: Survey, area: int) -> list[SheetCells]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(survey.content))
    sheets = []
    for position, meta in enumerate(book.sheets_metadata):
        if meta.typ is python_calamine.SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_index(position)
            visible = meta.visible is python_calamine.SheetVisibleEnum.Visible
            if (sheet.total_height + 1) * (sheet.total_width + 1) > max(
                area, KEPT_ROWS * KEPT_COLUMNS
            ):
                raise unsafe_file_error(
                    "area"
                )  # only where the file was too damaged to be surveyed
            rows = sheet.to_python(skip_empty_area=False)
            sheets.append(SheetCells(meta.name, visible, tuple(map(convert_row, rows))))
    return sheets


def _read_by_openpyxl(survey: Survey, _: int) -> list[SheetCells]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that are not kept: nothing is saved
        book: Any = openpyxl.load_workbook(
            io.BytesIO(survey.content), read_only=True, data_only=True, keep_links=False
        )
        styles = enumerate(book._cell_styles)
        book._date_formats |= {at for at, each in styles if each.numFmtId in _JAPANESE_DATES}
        return [_read_openpyxl_sheet(sheet, survey) for sheet in book.worksheets]


def _read_openpyxl_sheet(sheet: Any, survey: Survey) -> SheetCells:
    """Bounded by what was surveyed: the size that a sheet states of itself is often wrong."""
    known = survey.sheets.get(sheet.title)
    rows, columns = (known.rows, known.columns) if known else (KEPT_ROWS, KEPT_COLUMNS)
    visible = sheet.sheet_state == "visible"
    if not rows:
        return SheetCells(sheet.title, visible, ())
    values = sheet.iter_rows(max_row=rows, max_col=columns, values_only=True)
    return SheetCells(
        sheet.title, visible, tuple(convert_row(map(_unescape_value, row)) for row in values)
    )


def _unescape_value(value: object) -> object:
    return unescape_text(value) if isinstance(value, str) else value


def _read_by_xlrd(survey: Survey, _: int) -> list[SheetCells]:
    import xlrd

    from sheet_diag.intake.readers.xls import read_workbook_stream

    # Its own way into a compound file does not come to an end where sectors form a circle.
    stream = read_workbook_stream(survey.content)
    book = xlrd.open_workbook(file_contents=stream, logfile=io.StringIO(), on_demand=True)
    sheets = []
    for position in range(book.nsheets):
        sheet = book.sheet_by_index(position)
        rows = (sheet.row(row) for row in range(sheet.nrows))
        texts = tuple(convert_row(_xlrd_value(cell, book.datemode) for cell in row) for row in rows)
        sheets.append(SheetCells(sheet.name, sheet.visibility == 0, texts))
        book.unload_sheet(position)
    return sheets


def _xlrd_value(cell: Any, datemode: int) -> object:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#VALUE!")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _xlrd_moment(cell.value, datemode)
    return cell.value


def _xlrd_moment(value: float, datemode: int) -> datetime | time | float:
    """A day, a time of day, or the number where it is neither."""
    import xlrd

    try:
        moment: datetime = xlrd.xldate_as_datetime(value, datemode)
    except (xlrd.XLDateError, OverflowError, ValueError):
        return value
    return moment.time() if 0 <= value < 1 else moment


def _read_by_pyxlsb(survey: Survey, _: int) -> list[SheetCells]:
    import pyxlsb

    sheets = []
    with pyxlsb.open_workbook(io.BytesIO(survey.content)) as book:
        for name in book.sheets:
            with book.get_sheet(name) as sheet:
                rows = _pyxlsb_rows(sheet.rows(sparse=True))
            sheets.append(SheetCells(name, True, tuple(rows)))
    return sheets


def _pyxlsb_rows(rows: Iterable[Any]) -> Iterable[tuple[str, ...]]:
    """Rows at their places; those that are left out are empty."""
    expected = 0
    for row in rows:
        if row and row[0].r >= expected:
            yield from [()] * (row[0].r - expected)
            yield convert_row(cell.v for cell in row)
            expected = row[0].r + 1
