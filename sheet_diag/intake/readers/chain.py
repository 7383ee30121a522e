"""The libraries that read cells, in the order in which they are asked.

calamine reads nearly all and fastest; the second of each format reads what it refuses.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

import odf.opendocument
import openpyxl
import python_calamine
import pyxlsb
import xlrd
from odf.namespaces import OFFICENS, TABLENS
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.teletype import extractText
from openpyxl.utils.datetime import from_excel

from sheet_diag.intake.cells import Format
from sheet_diag.intake.readers.survey import KEPT_COLUMNS, KEPT_ROWS, SheetCells, unsafe
from sheet_diag.model.settings import Limits

Reader = Callable[[bytes, Limits], tuple[SheetCells, ...]]
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Japanese date formats that openpyxl takes for numbers.
_JAPANESE_DATES: Final = {*range(27, 37), *range(50, 59)}


def by_calamine(content: bytes, limits: Limits) -> tuple[SheetCells, ...]:
    """Every worksheet. Raises what calamine raises, a panic included, and `RefusedError`."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    sheets = []
    for meta in book.sheets_metadata:
        if meta.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.total_height * sheet.total_width > limits.area:
            raise unsafe("area")
        visible = meta.visible is python_calamine.SheetVisibleEnum.Visible
        rows = _texts(sheet.to_python(skip_empty_area=False))
        sheets.append(SheetCells(meta.name, visible, rows))
    return tuple(sheets)


def by_openpyxl(content: bytes, limits: Limits) -> tuple[SheetCells, ...]:
    """The same by openpyxl, as far as a hearing sheet reaches."""
    del limits
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheets = []
    for sheet in book.worksheets:
        reset: Callable[[], None] = getattr(sheet, "reset_dimensions", lambda: None)
        reset()
        rows: Callable[..., Iterable[Iterable[Any]]] = sheet.iter_rows
        kept = rows(max_row=KEPT_ROWS, max_col=KEPT_COLUMNS)
        values = ([_openpyxl_value(cell) for cell in row] for row in kept)
        sheets.append(SheetCells(sheet.title, sheet.sheet_state == "visible", _texts(values)))
    return tuple(sheets)


def _openpyxl_value(cell: Any) -> Any:
    value = cell.value
    if isinstance(value, str):
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), value)
    style = getattr(cell, "_style_id", None)
    if isinstance(value, int | float) and not isinstance(value, bool) and style is not None:
        formats = cell.parent.parent._cell_styles
        if style < len(formats) and formats[style].numFmtId in _JAPANESE_DATES:
            return from_excel(value, cell.parent.parent.epoch)
    return value


def by_xlrd(content: bytes, limits: Limits) -> tuple[SheetCells, ...]:
    """Every sheet of an .xls, of Excel 2 to 97."""
    book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())
    sheets = []
    for sheet in book.sheets():
        if sheet.nrows * sheet.ncols > limits.area:
            raise unsafe("area")
        rows = ([_xlrd_value(book, cell) for cell in sheet.row(row)] for row in range(sheet.nrows))
        sheets.append(SheetCells(sheet.name, sheet.visibility == 0, _texts(rows)))
    return tuple(sheets)


def _xlrd_value(book: xlrd.Book, cell: xlrd.sheet.Cell) -> Any:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, book.datemode)
        except (ValueError, OverflowError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return ""  # its name comes with the survey
    return bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value


def by_pyxlsb(content: bytes, limits: Limits) -> tuple[SheetCells, ...]:
    """Every sheet of an .xlsb, as far as a hearing sheet reaches."""
    del limits
    sheets = []
    with pyxlsb.open_workbook(io.BytesIO(content)) as book:
        for name in book.sheets:
            rows: list[list[Any]] = []
            with book.get_sheet(name) as sheet:
                for row in sheet.rows(sparse=True):
                    for cell in row:
                        if cell.r < KEPT_ROWS and cell.c < KEPT_COLUMNS:
                            rows.extend([] for _ in range(cell.r + 1 - len(rows)))
                            rows[cell.r].extend([None] * (cell.c + 1 - len(rows[cell.r])))
                            rows[cell.r][cell.c] = cell.v
            sheets.append(SheetCells(name, True, _texts(rows)))
    return tuple(sheets)


def by_odfpy(content: bytes, limits: Limits) -> tuple[SheetCells, ...]:
    """Every table of an .ods, also of one that was indented by hand or by a tool."""
    del limits
    document = odf.opendocument.load(io.BytesIO(content))
    return tuple(
        SheetCells(str(table.getAttrNS(TABLENS, "name")), True, _texts(_odf_rows(table)))
        for table in document.spreadsheet.getElementsByType(Table)
    )


def _odf_rows(table: Any) -> Iterator[list[str]]:
    for row in table.getElementsByType(TableRow):
        cells: list[str] = []
        for cell in row.childNodes:
            if getattr(cell, "qname", None) in (TableCell().qname, CoveredTableCell().qname):
                times = int(cell.getAttrNS(TABLENS, "number-columns-repeated") or 1)
                cells += [_odf_text(cell)] * min(times, KEPT_COLUMNS - len(cells))
        times = int(row.getAttrNS(TABLENS, "number-rows-repeated") or 1)
        for _ in range(min(times, KEPT_ROWS) if any(cells) else min(times, 200)):
            yield cells


def _odf_text(cell: Any) -> str:
    lines = [extractText(child) for child in cell.childNodes if child.qname[1] == "p"]
    told = cell.getAttrNS(OFFICENS, "date-value") if not lines else None
    return str(told) if told else "\n".join(lines)


READERS: Final[dict[Format, tuple[Reader, ...]]] = {
    Format.XLSX: (by_calamine, by_openpyxl),
    Format.XLSB: (by_calamine, by_pyxlsb),
    Format.XLS: (by_calamine, by_xlrd),
    Format.ODS: (by_calamine, by_odfpy),
}


def _texts(rows: Iterable[Iterable[Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(_as_text, row)) for row in rows)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != datetime.min.time() else f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
