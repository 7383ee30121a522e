"""Read the cells of any format by the most faithful library."""

from __future__ import annotations

import io

import python_calamine

from sheet_diag.intake.cells import unsafe_file_error
from sheet_diag.intake.readers.survey import (
    KEPT_COLUMNS,
    KEPT_ROWS,
    SheetCells,
    Survey,
    convert_row,
)


def read_by_calamine(survey: Survey, area: int) -> list[SheetCells]:
    """Read every worksheet of a workbook that was surveyed."""
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
