"""Read .xlsx and its like (.xlsm, .xltx, Strict): by calamine, then by openpyxl."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from sheet_diag.intake.package_inspection import InspectedPackage
from sheet_diag.intake.readers.drop_downs import (
    DropDown,
    read_defined_names,
    read_drop_downs,
)
from sheet_diag.intake.readers.notes import read_notes
from sheet_diag.intake.readers.ooxml import (
    SheetParts,
    find_main_part,
    list_sheet_parts,
    survey_ooxml,
)
from sheet_diag.intake.readers.package import MarkupError, WorkbookPackage, read_elements
from sheet_diag.intake.readers.survey import (
    KEPT_COLUMNS,
    KEPT_ROWS,
    CellReader,
    SheetCells,
    SheetSurvey,
    Survey,
    convert_row,
    read_by_calamine,
    unescape_text,
)
from sheet_diag.intake.readers.text_styles import SharedContent
from sheet_diag.intake.readers.worksheet import (
    drop_stray_cells,
    survey_damaged_part,
    survey_worksheet,
)
from sheet_diag.intake.readers.xlsx_styles import read_shared_content
from sheet_diag.model.settings import Limits

# Number formats of Japanese Excel that have no text in the file; openpyxl takes them for numbers.
_JAPANESE_DATES: Final = frozenset((*range(27, 37), *range(50, 59)))


def open_xlsx(
    content: bytes, limits: Limits, inspected: InspectedPackage | None
) -> tuple[Survey, tuple[CellReader, ...]]:
    """Survey the workbook; return the ways to read its cells. Raises `RefusedError`."""
    survey = survey_ooxml(content, _PARTS, limits, inspected)
    by_calamine = partial(read_by_calamine, survey, limits.area)
    return survey, (by_calamine, partial(_read_by_openpyxl, survey))


def read_drop_down_sources(
    content: bytes, inspected: InspectedPackage | None
) -> tuple[dict[str, str], dict[str, tuple[DropDown, ...]]]:
    """Read the names that a workbook defines, and the drop-downs of every sheet by its name."""
    package = WorkbookPackage(content, inspected)
    sheets = {
        name: tuple(read_drop_downs(package.read(part)))
        for name, part in list_sheet_parts(package, _PARTS)
    }
    return read_defined_names(package.read(find_main_part(package, _PARTS))), sheets


def _list_sheets(part: bytes) -> Iterator[tuple[str, str]]:
    for element, attributes, _ in read_elements(part):
        if element == "sheet" and "name" in attributes:
            yield attributes["name"], attributes.get("id", "")


def _survey_part(part: bytes, shared: SharedContent) -> SheetSurvey:
    try:
        return survey_worksheet(part, shared)
    except MarkupError:
        return survey_damaged_part(part, shared)


_PARTS: Final = SheetParts(
    "xl/workbook.xml",
    ".xml",
    _list_sheets,
    read_shared_content,
    _survey_part,
    read_notes,
    drop_stray_cells,
)


def _read_by_openpyxl(survey: Survey) -> list[SheetCells]:
    import openpyxl  # here: it takes longer to load than ten returns to read

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
