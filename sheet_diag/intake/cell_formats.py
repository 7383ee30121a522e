"""What readers of values leave out of a workbook: how numbers are shown, formulas, fills.

Of .xlsx by openpyxl, of .xls by xlrd. Other formats have nothing of it, and their numbers are
taken as they are.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from sheet_diag.intake.cells import CellPosition
from sheet_diag.intake.file_types import FileKind

_LITERAL: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DIGITS: Final = re.compile(r"[#,0?]*(?:\.[0#?]+)?%?")


@dataclass(frozen=True, slots=True)
class CellFormats:
    """Of one sheet: the number format of each number, the formulas, and the fills (#RRGGBB)."""

    numbers: Mapping[CellPosition, str] = field(default_factory=dict)
    formulas: Mapping[CellPosition, str] = field(default_factory=dict)
    fills: Mapping[CellPosition, str] = field(default_factory=dict)


def read_cell_formats(content: bytes, kind: FileKind) -> Mapping[str, CellFormats]:
    """Read the formats of every sheet by its name; none where they cannot be read."""
    try:
        if kind is FileKind.XLSX:
            return _read_by_openpyxl(content)
        if kind is FileKind.XLS:
            return _read_by_xlrd(content)
    except Exception:  # noqa: BLE001 - the values are read all the same
        return {}
    return {}


def show_number(value: str, form: str) -> str:
    """Write a number as its cell shows it; as it is where the format is none of plain digits."""
    plain = _LITERAL.sub("", form.split(";")[0])
    if not plain or not _DIGITS.fullmatch(plain):
        return _shorten(value)
    number = Decimal(value) * (100 if "%" in plain else 1)
    whole, _, places = plain.rstrip("%").partition(".")
    text = f"{number:.{len(places)}f}" if places or "%" in plain else f"{number:.0f}"
    if places.strip("0"):
        text = text.rstrip("0").rstrip(".")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    least = len(re.sub("[^0]", "", whole)) + (len(places) + 1 if "." in digits else 0)
    return sign + digits.zfill(least) + ("%" if "%" in plain else "")


def write_exact(value: str, form: str) -> str:
    """Write the exact value of a number, as percent where its cell shows one."""
    if "%" in _LITERAL.sub("", form):
        return f"{_shorten(str(Decimal(value) * 100))}%"
    return _shorten(value)


def _shorten(value: str) -> str:
    """Write a number with the 15 digits that Excel keeps."""
    if value.lstrip("-").isdigit():
        return value
    text = f"{Decimal(f'{Decimal(value):.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_by_openpyxl(content: bytes) -> Mapping[str, CellFormats]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that are not kept: nothing is saved
        book: Any = openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
    return {sheet.title: _read_openpyxl_sheet(sheet) for sheet in book.worksheets}


def _read_openpyxl_sheet(sheet: Any) -> CellFormats:
    numbers, formulas, fills = dict[Any, str](), dict[Any, str](), dict[Any, str]()
    for cell in (each for row in sheet.iter_rows() for each in row):
        at = (cell.row - 1, cell.column - 1)
        if cell.data_type == "n" and cell.value is not None:
            numbers[at] = cell.number_format
        elif cell.data_type == "f":
            numbers[at] = cell.number_format
            formulas[at] = str(getattr(cell.value, "text", cell.value))
        if cell.has_style and cell.fill.fill_type == "solid":
            colour = cell.fill.fgColor
            if colour.type == "rgb" and isinstance(colour.rgb, str):
                fills[at] = f"#{colour.rgb[-6:].upper()}"
    return CellFormats(numbers, formulas, fills)


def _read_by_xlrd(content: bytes) -> Mapping[str, CellFormats]:
    import xlrd

    book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    return {sheet.name: CellFormats(_list_xls_formats(book, sheet)) for sheet in book.sheets()}


def _list_xls_formats(book: Any, sheet: Any) -> dict[CellPosition, str]:
    return {
        (row, col): book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        for row in range(sheet.nrows)
        for col, cell in enumerate(sheet.row(row))
        if cell.ctype == 2  # a number
    }
