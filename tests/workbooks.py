"""Finished workbooks, read back: cells, print set-up and parts; `tests.lint` judges them."""

from __future__ import annotations

import io
import warnings
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import openpyxl
import python_calamine
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.text.text_metrics import column_room, row_height

NS = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "r": "http://schemas.openxmlformats.org/package/2006/relationships",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
}
_PIXELS_A_CHARACTER = 8  # of the default font, Yu Gothic 11
_DEFAULT_WIDTH, _DEFAULT_HEIGHT = 72.0, 18.75  # pixels, points
_PIXEL = 0.75  # points; row heights are whole pixels
_TALLEST_ROW = 409.0  # points; Excel takes no more


@lru_cache(maxsize=128)
def open_workbook(content: bytes, *, values: bool = False) -> Workbook:
    """The workbook with its formulas, or with the values that viewers show before calculating.

    For reading only: the same content gives the same object.
    """
    with warnings.catch_warnings():
        # openpyxl reads no extensions (data bars); it only warns that it would not save them.
        warnings.filterwarnings("ignore", message=".* extension is not supported")
        return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def sheet(book: Workbook, name: str) -> Worksheet:
    found = book[name]
    assert isinstance(found, Worksheet)
    return found


@lru_cache(maxsize=128)
def calamine_values(content: bytes) -> dict[str, list[list[Any]]]:
    """Values by sheet as the other reader sees them: escapes decoded, strings as typed."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in book.sheet_names
    }


@lru_cache(maxsize=512)
def parse_part(content: bytes) -> Element:
    """An XML part; for reading only, as workbooks have many parts in common."""
    return fromstring(content)


@lru_cache(maxsize=128)
def xml_parts(content: bytes) -> dict[str, Element]:
    """Every XML part of the package, parsed: a part that is not well-formed raises."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if name.endswith((".xml", ".rels"))]
        return {name: parse_part(package.read(name)) for name in names}


def sheet_parts(content: bytes) -> dict[str, Element]:
    """The worksheet parts by sheet name."""
    parts = xml_parts(content)
    sheets = parts["xl/workbook.xml"].findall("m:sheets/m:sheet", NS)
    return {
        each.get("name", ""): parts[f"xl/worksheets/sheet{number}.xml"]
        for number, each in enumerate(sheets, 1)
    }


def texts_on(page: Worksheet) -> list[str]:
    """Every text on the sheet, in reading order."""
    rows = page.iter_rows(values_only=True)
    return [value for row in rows for value in row if isinstance(value, str)]


def rows_with(page: Worksheet, text: str) -> list[int]:
    """Rows (from 1) in which a cell says exactly that."""
    rows = enumerate(page.iter_rows(values_only=True), 1)
    return [number for number, row in rows if text in row]


def row_values(page: Worksheet, row: int) -> list[Any]:
    """What stands in a row, blanks left out."""
    cells = next(page.iter_rows(min_row=row, max_row=row, values_only=True))
    return [value for value in cells if value is not None]


# --- geometry


@dataclass(frozen=True)
class Box:
    """A cell, or the merge that starts in it: rows and columns from 1, inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: Box) -> bool:
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )


def box(reference: str) -> Box:
    left, top, right, bottom = range_boundaries(reference)
    assert None not in (left, top, right, bottom), f"no area: {reference}"
    return Box(int(top or 0), int(left or 0), int(bottom or 0), int(right or 0))


def merges(page: Worksheet) -> list[Box]:
    return [box(str(merge)) for merge in page.merged_cells.ranges]


def pixels(page: Worksheet, area: Box) -> float:
    """Width of an area's columns."""
    widths: dict[int, float] = {}
    for dimension in page.column_dimensions.values():
        for column in range(int(dimension.min or 0), int(dimension.max or 0) + 1):
            widths[column] = round(float(dimension.width) * _PIXELS_A_CHARACTER)
    columns = range(area.left, area.right + 1)
    return sum(widths.get(column, _DEFAULT_WIDTH) for column in columns)


def height(page: Worksheet, first: int, last: int) -> float:
    """Height of rows in points."""
    heights = (page.row_dimensions[row].height for row in range(first, last + 1))
    return sum(_DEFAULT_HEIGHT if each is None else float(each) for each in heights)


def cut_texts(page: Worksheet, *, margin: float = 0.0) -> list[str]:
    """Wrapped texts, merged ones included, whose rows are lower than their lines.

    `margin` (em) is given back from what `typography` keeps free for other fonts: 0.6 judges by
    the bare width. A single letter has no line to lose; a formula is judged by its value, where
    the workbook was opened for values.
    """
    starts = {(merge.top, merge.left): merge for merge in merges(page)}
    found = []
    for row in page.iter_rows():
        for cell in row:
            if not isinstance(cell.value, str) or cell.data_type == "f":
                continue
            if len(cell.value) > 1 and cell.alignment.wrap_text:
                place = Box(cell.row, cell.column, cell.row, cell.column)
                area = starts.get((cell.row, cell.column), place)
                indent = int(cell.alignment.indent)
                size = float(cell.font.size or 0)
                width = column_room(pixels(page, area), indent=indent) + margin * size
                high = height(page, area.top, area.bottom)
                if cell.alignment.textRotation:  # its lines run from top to bottom
                    width, high = high, 0.75 * pixels(page, area)
                needed = row_height(cell.value, room=width, size=size, padding=0)
                if min(needed, _TALLEST_ROW) > high + _PIXEL:
                    found.append(f"{page.title}!{cell.coordinate}: {cell.value[:30]}")
    return found


def charts(page: Worksheet) -> list[Box]:
    """The cells under each chart; one that ends at a cell's edge does not lie over it."""
    return [_anchored(chart.anchor) for chart in vars(page)["_charts"]]


def pictures(content: bytes) -> list[str]:
    """The pictures in the package."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [name for name in package.namelist() if name.startswith("xl/media/")]


def _anchored(anchor: Any) -> Box:
    start, end = anchor._from, anchor.to
    bottom = end.row + 1 if end.rowOff else end.row
    right = end.col + 1 if end.colOff else end.col
    return Box(start.row + 1, start.col + 1, bottom, right)


def manual_breaks(page: Worksheet) -> list[int]:
    """The last row of each printed page but the last."""
    return [int(each.id) for each in page.row_breaks.brk]


def header_and_footer(root: Element) -> list[str]:
    """The codes of the printed header and footer, as stored."""
    found = (root.findtext(f"m:headerFooter/m:{name}", "", NS) for name in _MARGIN_TEXTS)
    return [text for text in found if text]


_MARGIN_TEXTS = ("oddHeader", "oddFooter")


def utf16_units(text: str) -> int:
    """Length as Excel counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
