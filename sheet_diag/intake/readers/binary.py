"""The survey of the binary formats: error cells, hidden rows and merged areas of .xls and .xlsb."""

from __future__ import annotations

import io
from typing import Final

import olefile
import pyxlsb
import xlrd

from sheet_diag.intake.cells import Mark
from sheet_diag.intake.readers.ooxml import survey_package
from sheet_diag.intake.readers.survey import SheetSurvey, Survey
from sheet_diag.model.settings import Limits

# Past this a sheet is not walked in Python: its marks are worth less than the time.
_WALKED: Final = 200_000
_ERRORS: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


def survey_xls(content: bytes) -> Survey:
    """What xlrd tells beside the cells; nothing where it cannot read the file."""
    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, on_demand=True, logfile=io.StringIO()
        )
        sheets = {name: _xls_sheet(book.sheet_by_name(name)) for name in book.sheet_names()}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a second opinion; the readers tell what is wrong
        sheets = {}
    return Survey(content, sheets, modified=_saved(content))


def _xls_sheet(sheet: xlrd.sheet.Sheet) -> SheetSurvey:
    survey = SheetSurvey()
    if sheet.nrows * sheet.ncols > _WALKED:
        return survey
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                code = sheet.cell_value(row, column)
                survey.mark((row, column), Mark.ERROR, _ERRORS.get(int(code), "#VALUE!"))
    survey.hidden_rows = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
    survey.merged = [(a, c, b - 1, d - 1) for a, b, c, d in sheet.merged_cells]
    return survey


def _saved(content: bytes) -> str:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            saved = ole.get_metadata().last_saved_time
    except Exception:  # noqa: BLE001 - a damaged property counts as none
        return ""
    return f"{saved:%Y-%m-%dT%H:%M:%SZ}" if saved else ""


def survey_xlsb(content: bytes, limits: Limits) -> Survey:
    """The package's facts, and the error cells that pyxlsb tells."""
    survey = survey_package(content, limits)
    try:
        with pyxlsb.open_workbook(io.BytesIO(content)) as book:
            sheets = {name: _xlsb_sheet(book, name) for name in book.sheets}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a second opinion; the readers tell what is wrong
        sheets = {}
    return Survey(
        content, sheets, survey.properties, survey.modified, survey.pictures, survey.active
    )


def _xlsb_sheet(book: pyxlsb.Workbook, name: str) -> SheetSurvey:
    survey, walked = SheetSurvey(), 0
    with book.get_sheet(name) as sheet:
        for row in sheet.rows(sparse=True):
            walked += len(row)
            if walked > _WALKED:
                return SheetSurvey()
            for cell in row:
                if isinstance(cell.v, str) and cell.v.startswith("0x"):
                    code = int(cell.v, 16)
                    if code in _ERRORS:
                        survey.mark((cell.r, cell.c), Mark.ERROR, _ERRORS[code])
    return survey
