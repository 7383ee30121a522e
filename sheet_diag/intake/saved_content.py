"""Tells whether a workbook of ours still says what it said when it was written.

A program that saves it again may calculate it anew, and a person may fill in what is for entries;
anything else is a change.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

from sheet_diag.intake.cells import WorkbookContent
from sheet_diag.intake.readers.survey import unescape_text
from sheet_diag.text.sheet_content import (
    CONTENT_KEY,
    describe_cell,
    describe_letters,
    describe_look,
    describe_number,
    describe_sheet,
    digest_sheets,
    is_in_area,
)


def is_as_written(content: bytes, read: WorkbookContent) -> bool:
    """Compare a workbook, which was inspected and `read`, with what was kept of its content.

    Raises whatever openpyxl does about a damaged one.
    """
    import openpyxl  # here: only a workbook that somebody has saved is read so
    from openpyxl.utils.datetime import to_excel

    to_number: Any = to_excel

    told, _, areas_told = read.properties.get(CONTENT_KEY, "").partition(" ")
    areas = areas_told.split()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book: Any = openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
    if len(areas) != len(book.worksheets) or any(grid.cut for grid in read.grids):
        return False

    def describe_value(value: Any, kind: str) -> str:
        if kind == "f":
            return describe_letters(getattr(value, "text", value) or "")
        if isinstance(value, str):
            return unescape_text(value)
        return describe_number(value if isinstance(value, int | float) else to_number(value))

    def describe(sheet: Any, area: str) -> Iterator[str]:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None or is_in_area(area, cell.row - 1, cell.column - 1):
                    continue
                text = describe_value(cell.value, cell.data_type)
                yield describe_cell(cell.column_letter, cell.row, text, _describe_look(cell))

    sheets = (
        (_describe_sheet(sheet), describe(sheet, area), _list_notes(sheet))
        for sheet, area in zip(book.worksheets, areas, strict=True)
    )
    return digest_sheets(sheets, read.pictures) == told


def _describe_sheet(sheet: Any) -> str:
    """Describe what a person has hidden; what a filter hides or a group folds counts as shown."""
    columns = sheet.column_dimensions.values()
    groups = [each for each in columns if each.hidden and not each.outlineLevel]
    is_filtered = sheet.auto_filter.ref or sheet.tables
    rows = [] if is_filtered else sheet.row_dimensions.items()
    margins = (sheet.oddHeader, sheet.oddFooter)
    texts = (part.text for each in margins for part in (each.left, each.center, each.right))
    return describe_sheet(
        sheet.title,
        hidden=sheet.sheet_state != "visible",
        columns={col for each in groups for col in range(each.min, each.max + 1)},
        rows=[row for row, each in rows if each.hidden],
        margins="".join(text or "" for text in texts),
    )


def _describe_look(cell: Any) -> str:
    solid = cell.fill and cell.fill.fill_type
    fill = _color(cell.fill.fgColor) if solid else ""
    font = cell.font
    return describe_look(fill, _color(font.color), (font.b, font.i, font.u, font.strike))


def _color(color: Any) -> str:
    """Tell a colour as RRGGBB; that of letters without one is the first of a theme."""
    if color is None or (color.type == "theme" and color.theme == 1 and not color.tint):
        return ""
    return str(color.rgb)[-6:] if color.type == "rgb" else f"{color.type}{color.value}"


def _list_notes(sheet: Any) -> list[str]:
    return [cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment]
