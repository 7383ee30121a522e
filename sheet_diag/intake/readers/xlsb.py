"""Survey and read an .xlsb: its binary parts are records of a number, a length and content.

Source: [MS-XLSB], sections 2.1.4 (records) and 2.5 (cells); only the first fields are needed.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Final

from sheet_diag.intake.cells import CellMark, unsafe_file_error
from sheet_diag.intake.package_inspection import InspectedPackage
from sheet_diag.intake.readers.ooxml import SheetParts, survey_ooxml
from sheet_diag.intake.readers.survey import (
    ERRORS,
    LAST_ROW,
    CellReader,
    SheetCells,
    SheetSurvey,
    Survey,
    convert_row,
    is_in_kept_area,
    read_by_calamine,
)
from sheet_diag.model.settings import Limits

_ROW, _SHEET, _MERGED = 0, 156, 176
_CELLS: Final = range(1, 12)
_BLANK, _ERROR, _FORMULA_ERROR = 1, 3, 11
_FORMULAS: Final = range(8, 12)
_RICH_TEXT: Final = 62
_HIDDEN: Final = 0x10  # fDyZero in the second byte after the height of a row

XlsbRecord = tuple[int, int, int, int]  # number, start of the record, start and end of its content


def open_xlsb(
    content: bytes, limits: Limits, inspected: InspectedPackage | None
) -> tuple[Survey, tuple[CellReader, ...]]:
    """Survey the workbook; return the ways to read its cells. Raises `RefusedError`."""
    parts = SheetParts(
        "xl/workbook.bin", ".bin", _list_sheets, survey_xlsb_sheet, drop_stray_xlsb_cells
    )
    survey = survey_ooxml(content, parts, limits, inspected)
    by_calamine = partial(read_by_calamine, survey, limits.area)
    return survey, (by_calamine, partial(_read_by_pyxlsb, survey))


def _list_sheets(part: bytes) -> list[tuple[str, str]]:
    """List name and relation of every sheet of the workbook part."""
    found = []
    for number, _, start, end in _records(part):
        if number == _SHEET:
            relation, after = _text(part, start + 8, end)
            found.append((_text(part, after, end)[0], relation))
    return found


def survey_xlsb_sheet(part: bytes, has_pictures: bool = False) -> SheetSurvey:
    """Survey the part of a sheet. Raises `RefusedError` for cells beyond the limits of Excel."""
    del has_pictures  # no marks of this format depend on that
    sheet = SheetSurvey()
    row = 0
    for number, _, start, end in _records(part):
        size = end - start
        if number == _ROW and size >= 12:
            row = _row(part, start)
            if part[start + 11] & _HIDDEN:
                sheet.hidden_rows.add(row)
        elif (number in _CELLS or number == _RICH_TEXT) and size >= 8:
            _survey_cell(sheet, row, number, part[start:end])
        elif number == _MERGED and size >= 16:
            top, bottom, left, right = struct.unpack_from("<4I", part, start)
            sheet.merged.append((top, left, bottom, right))
    return sheet


def drop_stray_xlsb_cells(part: bytes) -> bytes:
    """Write the part again without stray cells (see `is_in_kept_area`)."""
    kept = []
    row = 0
    for number, begin, start, end in _records(part):
        column = 0
        if number == _ROW and end - start >= 4:
            row = _row(part, start)
        elif (number in _CELLS or number == _RICH_TEXT) and end - start >= 4:
            column = struct.unpack_from("<I", part, start)[0]
        else:
            kept.append(part[begin:end])
            continue
        if is_in_kept_area(row, column):
            kept.append(part[begin:end])
    return b"".join(kept)


def _row(part: bytes, start: int) -> int:
    row = int(struct.unpack_from("<I", part, start)[0])
    if row >= LAST_ROW:
        raise unsafe_file_error("grid")
    return row


def _survey_cell(sheet: SheetSurvey, row: int, number: int, cell: bytes) -> None:
    at = (row, int(struct.unpack_from("<I", cell)[0]))
    if number == _BLANK:
        return
    sheet.use(*at)
    if number in (_ERROR, _FORMULA_ERROR) and len(cell) > 8:
        sheet.mark(at, CellMark.ERROR, ERRORS.get(cell[8], "#VALUE!"))
    elif number in _FORMULAS:
        sheet.mark(at, CellMark.FORMULA)


def _records(part: bytes) -> Iterator[XlsbRecord]:
    """Walk the records up to the first damage."""
    place = 0
    while place < len(part):
        begin = place
        number, place = _varint(part, place, 2)
        length, place = _varint(part, place, 4)
        if place + length > len(part):
            return
        yield number, begin, place, place + length
        place += length


def _varint(part: bytes, place: int, longest: int) -> tuple[int, int]:
    """Read a number of 7 bits a byte, and the place after it."""
    value = 0
    for shift in range(longest):
        if place >= len(part):
            break
        byte = part[place]
        place += 1
        value |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            break
    return value, place


def _text(part: bytes, place: int, end: int) -> tuple[str, int]:
    """Read a text of UTF-16 after its length, and the place after it; empty where damaged."""
    if place + 4 > end:
        return "", end
    length = struct.unpack_from("<I", part, place)[0]
    after = place + 4 + 2 * length
    if after > end:  # also the length 0xFFFFFFFF, which stands for none
        return "", min(place + 4, end)
    return part[place + 4 : after].decode("utf-16-le", "replace"), after


# --- its cells by pyxlsb


def _read_by_pyxlsb(survey: Survey) -> list[SheetCells]:
    import pyxlsb

    sheets = []
    with pyxlsb.open_workbook(io.BytesIO(survey.content)) as book:
        for name in book.sheets:
            with book.get_sheet(name) as sheet:
                rows = _pyxlsb_rows(sheet.rows(sparse=True))
            sheets.append(SheetCells(name, True, tuple(rows)))
    return sheets


def _pyxlsb_rows(rows: Iterable[Any]) -> Iterable[tuple[str, ...]]:
    """Put rows at their places; those that are left out are empty."""
    expected = 0
    for row in rows:
        if row and row[0].r >= expected:
            yield from [()] * (row[0].r - expected)
            yield convert_row(cell.v for cell in row)
            expected = row[0].r + 1
