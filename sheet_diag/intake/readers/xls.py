"""Survey and read an .xls of Excel 95 and later: the records of its workbook stream.

Older files have no compound file around them and are not surveyed. Source: [MS-XLS], section 2.4.
A sheet with stray cells is read from a copy of the same length, in which the records of those
cells have a number that means nothing.
"""

from __future__ import annotations

import codecs
import io
import struct
from collections.abc import Iterator
from datetime import datetime, time
from functools import partial
from typing import Any, Final

import olefile

from sheet_diag.intake.cells import CellMark, unreadable_file_error, unsafe_file_error
from sheet_diag.intake.package_inspection import InspectedPackage
from sheet_diag.intake.readers import ole as compound
from sheet_diag.intake.readers.notes import join_notes
from sheet_diag.intake.readers.survey import (
    ERRORS,
    CellReader,
    SheetCells,
    SheetSurvey,
    Survey,
    convert_row,
    exceeds_area,
    is_in_kept_area,
    read_by_calamine,
)
from sheet_diag.intake.readers.xls_styles import NOTE_RECORDS, XlsNotes, XlsStyles
from sheet_diag.model.settings import Limits

BiffRecord = tuple[int, int, int]  # number, start and end of the content

_BOF, _EOF, _SHEET, _CODEPAGE = 0x0809, 0x000A, 0x0085, 0x0042
_ROWS, _COLUMNS = 65_536, 256  # of a sheet
_DIMENSIONS: Final = 0x0200
_ROW, _MERGED, _OBJECT = 0x0208, 0x00E5, 0x005D
_FORMULA, _STRING, _BOOL_OR_ERROR = 0x0006, 0x0207, 0x0205
_SUPBOOK, _QUERIES = 0x01AE, (0x01AD, 0x0876, 0x00DC)
# Number, RK, several RKs, text in three ways, formula, truth or error.
_CELLS: Final = frozenset(
    (0x0203, 0x027E, 0x00BD, 0x0204, 0x00FD, 0x00D6, _FORMULA, _BOOL_OR_ERROR)
)
_FOLLOWERS: Final = (_STRING, 0x0221, 0x04BC)  # result text, array and shared formulas
_MEANINGLESS: Final = 0x0FFF
_HIDDEN: Final = 0x20  # fDyZero of a row
_NO_SHAPES: Final = (0x14, 0x19)  # the arrow of a filter, a comment
_NO_LINKS: Final = (0, 1, 0x0401, 0x3A01)  # to nothing, the same sheet or workbook, an add-in
_MACRO_SHEETS: Final = (0x01, 0x06)


def open_xls(
    content: bytes, limits: Limits, inspected: InspectedPackage | None
) -> tuple[Survey, tuple[CellReader, ...]]:
    """Survey the workbook; return the ways to read its cells. Raises `RefusedError`."""
    del inspected  # it is no package
    survey = _survey_xls(content, limits)
    by_calamine = partial(read_by_calamine, survey, limits.area)
    return survey, (by_calamine, partial(_read_by_xlrd, survey))


def _survey_xls(content: bytes, limits: Limits) -> Survey:
    """Survey the workbook. Raises `RefusedError`."""
    if not content.startswith(olefile.MAGIC):
        return Survey(content)
    try:
        file, name, stream = _open_compound_file(content)
    except Exception as error:
        raise unreadable_file_error(error) from error
    walker = _BiffWalker(stream)
    if len(walker.sheets) > limits.sheets:
        raise unsafe_file_error("sheets")
    strayed = [title for title, sheet in walker.sheets.items() if exceeds_area(sheet, limits.area)]
    unsound = strayed or walker.oversized
    return Survey(
        _without_stray_cells(content, name, walker, strayed) if unsound else content,
        sheets=walker.sheets,
        properties=compound.read_ole_properties(file),
        modified=compound.read_ole_modified(file),
        pictures=walker.pictures,
        active=_find_active_content(file, walker),
    )


def _read_workbook_stream(content: bytes) -> bytes:
    """Read the records of the workbook, out of its compound file if it has one.

    Raises whatever olefile raises for a damaged one.
    """
    return _open_compound_file(content)[2] if content.startswith(olefile.MAGIC) else content


def _open_compound_file(content: bytes) -> tuple[Any, str, bytes]:
    """Open the compound file; return it, the name of the workbook's stream, and the stream."""
    file = olefile.OleFileIO(io.BytesIO(content))
    if compound.has_sector_loop(file):
        raise ValueError("sectors form a circle")
    name = "Workbook" if file.exists("Workbook") else "Book"
    return file, name, file.openstream(name).read()


class _BiffWalker:
    """Collects the surveys of all sheets; `starts` are their places in the stream.

    `oversized` are the places of records that claim an impossible area: the first reader would
    reserve memory for all of it.
    """

    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.sheets: dict[str, SheetSurvey] = {}
        self.starts: dict[str, int] = {}
        self.oversized: list[int] = []
        self.pictures = 0
        self.active: set[str] = set()
        self._codepage = "cp1252"
        self._is_old = len(stream) >= 6 and struct.unpack_from("<H", stream, 4)[0] < 0x0600
        self._styles = XlsStyles()
        for number, start, end in _substream(stream, 0):
            self._global(number, stream[start:end])
        for title, start in self.starts.items():
            self.sheets[title] = self._surveyed(start)

    def _global(self, number: int, data: bytes) -> None:
        if number == _CODEPAGE and len(data) >= 2:
            self._codepage = _codec(struct.unpack_from("<H", data)[0])
        elif number == _SHEET and len(data) >= 8:
            self.starts.setdefault(self._name(data), struct.unpack_from("<I", data)[0])
            if data[5] in _MACRO_SHEETS:
                self.active.add("macros")
        elif number == _SUPBOOK and len(data) >= 4:
            if struct.unpack_from("<H", data, 2)[0] not in _NO_LINKS:
                self.active.add("links")
        elif number in _QUERIES:
            self.active.add("queries")
        else:
            self._styles.add(number, data, self._text_codec)

    @property
    def _text_codec(self) -> str | None:
        """The codec of texts in BIFF5; None in BIFF8, where each says how it is written."""
        return self._codepage if self._is_old else None

    def _name(self, data: bytes) -> str:
        """Read the name of a sheet: BIFF8 has a flag for the width of letters, BIFF5 has none."""
        if self._is_old:
            return data[7 : 7 + data[6]].decode(self._codepage, "replace")
        wide = data[7] & 1
        letters = data[8 : 8 + data[6] * (2 if wide else 1)]
        return letters.decode("utf-16-le" if wide else "latin-1", "replace")

    def _surveyed(self, start: int) -> SheetSurvey:
        sheet, notes = SheetSurvey(), XlsNotes()
        for number, begin, end in _substream(self.stream, start):
            if number in _CELLS and end - begin >= 6:
                self._survey_cell(sheet, number, self.stream[begin:end])
            elif number == _ROW and end - begin >= 16:
                row, height = struct.unpack_from("<HxxxxH", self.stream, begin)
                if self.stream[begin + 12] & _HIDDEN or height == 0:
                    sheet.hidden_rows.add(row)
            elif number == _MERGED:
                sheet.merged += _merged_areas(self.stream[begin:end])
            elif number == _OBJECT and end - begin >= 6:
                kind = struct.unpack_from("<H", self.stream, begin + 4)[0]
                self.pictures += kind not in _NO_SHAPES
            elif number in _QUERIES:
                self.active.add("queries")
            elif number == _DIMENSIONS and _is_oversized(self.stream[begin:end]):
                self.oversized.append(begin)
            if number in NOTE_RECORDS:
                notes.add(number, self.stream[begin:end], self._text_codec)
        sheet.notes = join_notes(notes.found())
        return sheet

    def _survey_cell(self, sheet: SheetSurvey, number: int, data: bytes) -> None:
        _survey_value(sheet, number, data)
        if self._styles.are_special:
            self._styles.style_cell(sheet, number, data, self._text_codec)


def _is_oversized(data: bytes) -> bool:
    """Whether a sheet claims an impossible used area; BIFF5 has short row numbers."""
    shape = "<IIHH" if len(data) >= 14 else "<4H"
    if len(data) < struct.calcsize(shape):
        return False
    top, rows, left, columns = struct.unpack_from(shape, data)
    return not (top <= rows <= _ROWS and left <= columns <= _COLUMNS)


def _codec(codepage: int) -> str:
    """Find the codec of a code page; a Western one where Python has none, as for old Macs."""
    try:
        return codecs.lookup(f"cp{codepage}").name
    except LookupError:
        return "mac-roman" if codepage in (10000, 0x8000) else "cp1252"


def _survey_value(sheet: SheetSurvey, number: int, data: bytes) -> None:
    row, column = struct.unpack_from("<HH", data)
    sheet.use(row, column)
    if number == 0x00BD:  # several numbers; the last two bytes tell the last column
        sheet.use(row, struct.unpack_from("<H", data, len(data) - 2)[0])
    elif number == _BOOL_OR_ERROR and len(data) >= 8 and data[7]:
        sheet.mark((row, column), CellMark.ERROR, ERRORS.get(data[6], "#VALUE!"))
    elif number == _FORMULA and len(data) >= 14:
        if data[12:14] == b"\xff\xff" and data[6] == 2:
            sheet.mark((row, column), CellMark.ERROR, ERRORS.get(data[8], "#VALUE!"))
        else:
            sheet.mark((row, column), CellMark.FORMULA)


def _merged_areas(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    count = struct.unpack_from("<H", data)[0] if len(data) >= 2 else 0
    for place in range(2, min(2 + 8 * count, len(data) - 7), 8):
        top, bottom, left, right = struct.unpack_from("<4H", data, place)
        yield top, left, bottom, right


def _substream(stream: bytes, start: int) -> Iterator[BiffRecord]:
    """Walk the records from a BOF to its EOF, without charts within, up to the first damage."""
    place, depth = start, 0
    while place + 4 <= len(stream):
        number, length = struct.unpack_from("<HH", stream, place)
        begin, place = place + 4, place + 4 + length
        if place > len(stream):
            return
        depth += (number == _BOF) - (number == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield number, begin, place


def _without_stray_cells(
    content: bytes, name: str, walker: _BiffWalker, titles: list[str]
) -> bytes:
    stream = bytearray(walker.stream)
    for title in titles:
        dropped = False
        for number, begin, end in _substream(walker.stream, walker.starts[title]):
            if number in _CELLS and end - begin >= 6:
                dropped = not is_in_kept_area(*struct.unpack_from("<HH", stream, begin))
            elif number not in _FOLLOWERS:
                dropped = False
            if dropped:
                struct.pack_into("<H", stream, begin - 4, _MEANINGLESS)
        walker.sheets[title].cut_to_kept()
    for begin in walker.oversized:
        struct.pack_into("<H", stream, begin - 4, _MEANINGLESS)
    copy = io.BytesIO(content)
    try:
        file = olefile.OleFileIO(copy, write_mode=True)
        file.write_stream(name, bytes(stream))
    except Exception as error:
        raise unsafe_file_error("area") from error
    return copy.getvalue()


def _find_active_content(file: Any, walker: _BiffWalker) -> tuple[str, ...]:
    folders = {path[0].lower() for path in file.listdir(streams=False, storages=True)}
    found = set(walker.active)
    if "_vba_project_cur" in folders:
        found.add("macros")
    if any(name.startswith("mbd") for name in folders):
        found.add("objects")
    if file.exists("Ctls"):
        found.add("controls")
    order = ("macros", "links", "objects", "controls", "queries")
    return tuple(key for key in order if key in found)


# --- its cells by xlrd


def _read_by_xlrd(survey: Survey) -> list[SheetCells]:
    import xlrd

    # Its own way into a compound file does not come to an end where sectors form a circle.
    stream = _read_workbook_stream(survey.content)
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
    """Convert a number to a day or a time of day, where it is one."""
    import xlrd

    try:
        moment: datetime = xlrd.xldate_as_datetime(value, datemode)
    except (xlrd.XLDateError, OverflowError, ValueError):
        return value
    return moment.time() if 0 <= value < 1 else moment
