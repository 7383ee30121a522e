"""The binary parts of an .xlsb: records of a number, a length and content.

Source: [MS-XLSB], sections 2.1.4 (records) and 2.5 (cells); only the first fields are needed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from sheet_diag.intake.cells import CellMark, unsafe_file_error
from sheet_diag.intake.readers.survey import LAST_ROW, SheetSurvey, is_in_kept_area

ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}

_ROW, _SHEET, _MERGED = 0, 156, 176
_CELLS: Final = range(1, 12)
_BLANK, _ERROR, _FORMULA_ERROR = 1, 3, 11
_FORMULAS: Final = range(8, 12)
_RICH_TEXT: Final = 62
_HIDDEN: Final = 0x10  # fDyZero in the second byte after the height of a row

XlsbRecord = tuple[int, int, int, int]  # number, start of the record, start and end of its content


def list_xlsb_sheets(part: bytes) -> list[tuple[str, str]]:
    """Name and relation of every sheet of the workbook part."""
    found = []
    for number, _, start, end in _records(part):
        if number == _SHEET:
            relation, after = _text(part, start + 8, end)
            found.append((_text(part, after, end)[0], relation))
    return found


def survey_xlsb_sheet(part: bytes) -> SheetSurvey:
    """Survey the part of a sheet. Raises `RefusedError` for cells beyond the limits of Excel."""
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
    """The part without stray cells (see `is_in_kept_area`)."""
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
    """The records up to the first damage."""
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
    """A number of 7 bits a byte, and the place after it."""
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
    """A text of UTF-16 after its length, and the place after it; empty where it is damaged."""
    if place + 4 > end:
        return "", end
    length = struct.unpack_from("<I", part, place)[0]
    after = place + 4 + 2 * length
    if after > end:  # also the length 0xFFFFFFFF, which stands for none
        return "", min(place + 4, end)
    return part[place + 4 : after].decode("utf-16-le", "replace"), after
