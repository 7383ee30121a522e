"""Survey and read an .xlsb: its binary parts are records of a number, a length and content.

Source: [MS-XLSB], sections 2.1.4 (records) and 2.5 (cells); only the first fields are needed.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from sheet_diag.intake.cells import CellMark, unsafe_file_error
from sheet_diag.intake.package_inspection import InspectedPackage
from sheet_diag.intake.readers.notes import Note, without_author
from sheet_diag.intake.readers.ooxml import SheetParts, survey_ooxml
from sheet_diag.intake.readers.package import WorkbookPackage
from sheet_diag.intake.readers.survey import (
    ERRORS,
    LAST_ROW,
    CellReader,
    SheetCells,
    SheetSurvey,
    Survey,
    convert_row,
    convert_value,
    is_in_kept_area,
    read_by_calamine,
)
from sheet_diag.intake.readers.text_styles import (
    NOTHING_SHARED,
    PLAIN,
    Run,
    SharedContent,
    TextStyle,
    name_symbol_font,
    pick_font,
    split_runs,
)
from sheet_diag.model.settings import Limits

_ROW, _SHEET, _MERGED = 0, 156, 176
_CELLS: Final = range(1, 12)
_BLANK, _ERROR, _FORMULA_ERROR = 1, 3, 11
_FORMULAS: Final = range(8, 12)
_RICH_TEXT: Final = 62
_SHARED_TEXT: Final = 7
_FONT, _STYLE, _CELL_STYLES, _CELL_STYLES_END = 43, 47, 617, 618
_TEXT_ITEM: Final = 19
_AUTHOR, _NOTE, _NOTE_TEXT = 632, 635, 637
_STRUCK: Final = 0x08  # of a font
_HAS_RUNS: Final = 0x01  # of a text
_HIDDEN: Final = 0x10  # fDyZero in the second byte after the height of a row

XlsbRecord = tuple[int, int, int, int]  # number, start of the record, start and end of its content


def open_xlsb(
    content: bytes, limits: Limits, inspected: InspectedPackage | None
) -> tuple[Survey, tuple[CellReader, ...]]:
    """Survey the workbook; return the ways to read its cells. Raises `RefusedError`."""
    parts = SheetParts(
        "xl/workbook.bin",
        ".bin",
        _list_sheets,
        _read_shared_content,
        survey_xlsb_sheet,
        _read_notes,
        drop_stray_xlsb_cells,
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


def _read_shared_content(
    package: WorkbookPackage, styles_part: str, texts_part: str
) -> SharedContent:
    """Read the styles that are special, and the texts of several styles."""
    fonts: list[TextStyle] = []
    numbers: list[int] = []
    part = package.read(styles_part)
    of_cells = False
    for number, _, start, end in _records(part):
        if number == _FONT and end - start >= 25:
            fonts.append(_font_style(part, start, end))
        elif number in (_CELL_STYLES, _CELL_STYLES_END):
            of_cells = number == _CELL_STYLES
        elif number == _STYLE and of_cells and end - start >= 6:
            numbers.append(struct.unpack_from("<H", part, start + 4)[0])
    if not any(style != PLAIN for style in fonts):
        return NOTHING_SHARED
    styles = {str(at): pick_font(fonts, number) for at, number in enumerate(numbers)}
    part = package.read(texts_part)
    items = [(start, end) for number, _, start, end in _records(part) if number == _TEXT_ITEM]
    texts = {str(at): _rich_text(part, *item, fonts) for at, item in enumerate(items)}
    return SharedContent(
        {at: style for at, style in styles.items() if style != PLAIN},
        {at: runs for at, runs in texts.items() if any(style for _, style in runs)},
        fonts=fonts,
    )


def _font_style(part: bytes, start: int, end: int) -> TextStyle:
    name, _ = _text(part, start + 21, end)
    return TextStyle(bool(part[start + 2] & _STRUCK), name_symbol_font(name, part[start + 10]))


def _rich_text(part: bytes, start: int, end: int, fonts: Sequence[TextStyle]) -> list[Run]:
    """Read a text and where its parts of another font start."""
    text, place = _text(part, start + 1, end)
    starts: list[tuple[int, TextStyle]] = []
    if start < end and part[start] & _HAS_RUNS and place + 4 <= end:
        count = min(struct.unpack_from("<I", part, place)[0], (end - place - 4) // 4)
        for at in range(place + 4, place + 4 + 4 * count, 4):
            first, font = struct.unpack_from("<HH", part, at)
            starts.append((first, pick_font(fonts, font)))
    return split_runs(text, starts)


def _read_notes(part: bytes) -> Iterator[Note]:
    """Read the part with the notes of a sheet."""
    authors: list[str] = []
    at, author = (0, 0), ""
    for number, _, start, end in _records(part):
        if number == _AUTHOR:
            authors.append(_text(part, start, end)[0])
        elif number == _NOTE and end - start >= 20:
            known, row, _, column, _ = struct.unpack_from("<5I", part, start)
            at, author = (row, column), authors[known] if known < len(authors) else ""
        elif number == _NOTE_TEXT and end > start:
            yield at, without_author(_text(part, start + 1, end)[0], author)


def survey_xlsb_sheet(part: bytes, shared: SharedContent = NOTHING_SHARED) -> SheetSurvey:
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
            _survey_cell(sheet, row, number, part[start:end], shared)
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


def _survey_cell(
    sheet: SheetSurvey, row: int, number: int, cell: bytes, shared: SharedContent
) -> None:
    at = (row, int(struct.unpack_from("<I", cell)[0]))
    if number == _BLANK:
        return
    sheet.use(*at)
    if number in (_ERROR, _FORMULA_ERROR) and len(cell) > 8:
        sheet.mark(at, CellMark.ERROR, ERRORS.get(cell[8], "#VALUE!"))
    elif number in _FORMULAS:
        sheet.mark(at, CellMark.FORMULA)
    elif number == _RICH_TEXT:  # the libraries know none of these
        sheet.texts[at] = convert_value(_text(cell, 9, len(cell))[0])
    if not shared.fonts:
        return
    style = shared.styles.get(str(int.from_bytes(cell[4:7], "little")), PLAIN)
    runs: Sequence[Run] = ()
    if number == _RICH_TEXT:
        runs = _rich_text(cell, 8, len(cell), shared.fonts)
    elif number == _SHARED_TEXT and len(cell) >= 12:
        runs = shared.texts.get(str(struct.unpack_from("<I", cell, 8)[0]), ())
    sheet.style(at, style, runs)


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
