"""Cells, areas, tables and printed margins of a sheet."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from xml.etree.ElementTree import Element

from openpyxl.utils import column_index_from_string

from tests.lint.formulas import LAST_COLUMN, LAST_ROW
from tests.lint.names import repeated_names
from tests.lint.package import Package, Page, text_of
from tests.workbooks import NS, Box, header_and_footer, utf16_units

_LONGEST_TEXT, _LONGEST_MARGIN = 32_767, 255
_VALUE, _INLINE, _CELLS = (f"{{{NS['m']}}}{name}" for name in ("v", "is", "c"))
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_CODE = re.compile(r'&(?:[LCRPNDTFAGBIUESXYZOH&+-]|"[^"]*"|\d+|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3})')


@cache
def place_of(reference: str) -> tuple[int, int] | None:
    """Row and column from 1; None for what is no cell of a sheet."""
    found = _CELL.fullmatch(reference)
    if not found:
        return None
    row, column = int(found[2]), column_index_from_string(found[1])
    return (row, column) if row <= LAST_ROW and column <= LAST_COLUMN else None


def area_of(reference: str) -> Box | None:
    """An area; None where an end is no cell, or the ends are the wrong way round."""
    ends = [place_of(end) for end in reference.split(":")]
    first, last = ends[0], ends[-1]
    if len(ends) > 2 or first is None or last is None:
        return None
    area = Box(first[0], first[1], last[0], last[1])
    return area if area.top <= area.bottom and area.left <= area.right else None


def bad_texts(package: Package) -> Iterator[str]:
    for number, text in enumerate(package.strings):
        if utf16_units(text) > _LONGEST_TEXT:
            yield f"text-too-long: shared string {number}: {utf16_units(text)}"


def bad_cells(package: Package, page: Page) -> Iterator[str]:
    """Order, place and value of the cells."""
    rows = page.root.findall("m:sheetData/m:row", NS)
    numbers = [int(row.get("r", "0")) for row in rows]
    if any(one >= other for one, other in pairwise(numbers)):
        yield f"row-order: {page.name}"
    for row, number in zip(rows, numbers, strict=True):
        if not 1 <= number <= LAST_ROW:
            yield f"grid: {page.name}: row {number}"
        cells = row.findall(_CELLS)
        yield from _bad_order(page.name, number, cells)
        for cell in cells:
            yield from _bad_value(package, f"{page.name}!{cell.get('r')}", cell)


def _bad_order(name: str, row: int, cells: Sequence[Element]) -> Iterator[str]:
    references = [cell.get("r", "") for cell in cells]
    for reference in repeated_names(references):
        yield f"cell-twice: {name}!{reference.upper()}"
    places = [place_of(reference) for reference in references]
    for reference, place in zip(references, places, strict=True):
        if place is None:
            yield f"grid: {name}: cell {reference}"
        elif place[0] != row:
            yield f"cell-order: {name}!{reference}: in row {row}"
    columns = [place[1] for place in places if place]
    if any(one > other for one, other in pairwise(columns)):
        yield f"cell-order: {name}: row {row}"


def _bad_value(package: Package, place: str, cell: Element) -> Iterator[str]:
    kind, value = cell.get("t", "n"), cell.findtext(_VALUE)
    if kind == "s" and not (value or "").isdigit():
        yield f"shared-string: {place}: {value}"
    elif kind == "s" and int(value or 0) >= len(package.strings):
        yield f"shared-string: {place}: {value} of {len(package.strings)}"
    elif kind == "n" and value is not None and not _is_finite(value):
        yield f"number: {place}: {value}"
    inline = cell.find(_INLINE)
    text = text_of(inline) if inline is not None else value or ""
    if kind in ("inlineStr", "str") and utf16_units(text) > _LONGEST_TEXT:
        yield f"text-too-long: {place}: {utf16_units(text)}"


def _is_finite(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def bad_areas(page: Page) -> Iterator[str]:
    """Merges: of more than one cell, apart from each other and from the filter."""
    merged = []
    for each in page.root.iterfind("m:mergeCells/m:mergeCell", NS):
        area = area_of(each.get("ref", ""))
        if area is None or area == Box(area.top, area.left, area.top, area.left):
            yield f"merge: {page.name}!{each.get('ref')}: no area"
        else:
            merged.append(area)
    for one, other in overlapping(merged):
        yield f"merge: {page.name}: {one} over {other}"
    filtered = page.root.find("m:autoFilter", NS)
    if filtered is not None:
        area = area_of(filtered.get("ref", ""))
        if area is None or any(each.meets(area) for each in merged):
            yield f"filter: {page.name}!{filtered.get('ref')}"


def overlapping(areas: Sequence[Box]) -> Iterator[tuple[Box, Box]]:
    """Pairs that share a cell, found from the top down."""
    ordered = sorted(areas, key=lambda area: area.top)
    for position, one in enumerate(ordered):
        for other in ordered[position + 1 :]:
            if other.top > one.bottom:
                break
            if one.meets(other):
                yield one, other


def bad_tables(package: Package, page: Page) -> Iterator[str]:
    merges = page.root.findall("m:mergeCells/m:mergeCell", NS)
    merged = [area for each in merges if (area := area_of(each.get("ref", "")))]
    areas = []
    for table in package.tables(page):
        area = area_of(table.get("ref", ""))
        place = f"{page.name}: {table.get('displayName')}"
        if area is None or area.bottom == area.top:
            yield f"table: {place}: {table.get('ref')} is no area with a row"
            continue
        areas.append(area)
        yield from _bad_table(package, page, table, area)
        if any(each.meets(area) for each in merged):
            yield f"table: {place}: over a merge"
    for one, other in overlapping(areas):
        yield f"table: {page.name}: {one} over {other}"
    filtered = page.root.find("m:autoFilter", NS)
    ref = area_of(filtered.get("ref", "")) if filtered is not None else None
    if ref and any(ref.meets(area) for area in areas):
        yield f"table: {page.name}: over the sheet's filter"


def _bad_table(package: Package, page: Page, table: Element, area: Box) -> Iterator[str]:
    place = f"{page.name}: {table.get('displayName')}"
    columns = [each.get("name", "") for each in table.iterfind("m:tableColumns/m:tableColumn", NS)]
    if len(columns) != area.right - area.left + 1:
        yield f"table: {place}: {len(columns)} columns in {table.get('ref')}"
    elif [_text_at(package, page, area.top, area.left + n) for n in range(len(columns))] != [
        _decoded(column) for column in columns
    ]:
        yield f"table: {place}: headers differ from cells"
    for name in repeated_names(columns):
        yield f"table: {place}: a column twice: {name}"
    ids = [each.get("id", "") for each in table.iterfind("m:tableColumns/m:tableColumn", NS)]
    for number in repeated_names(ids):
        yield f"table: {place}: a column's id twice: {number}"
    filtered = table.find("m:autoFilter", NS)
    if filtered is not None and filtered.get("ref") != table.get("ref"):
        yield f"table: {place}: filtered over {filtered.get('ref')}"


def _decoded(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def _text_at(package: Package, page: Page, row: int, column: int) -> str | None:
    for each in page.root.iterfind(f"m:sheetData/m:row[@r='{row}']/m:c", NS):
        if place_of(each.get("r", "")) == (row, column):
            value = each.findtext("m:v", "", NS)
            known = each.get("t") == "s" and value.isdigit() and int(value) < len(package.strings)
            return _decoded(package.strings[int(value)]) if known else None
    return None


def bad_margins(page: Page) -> Iterator[str]:
    """Printed headers and footers: length, and `&` that starts no code."""
    for text in header_and_footer(page.root):
        if utf16_units(text) > _LONGEST_MARGIN:
            yield f"margin-too-long: {page.name}: {utf16_units(text)}"
        if "&" in _CODE.sub("", text):
            yield f"margin-code: {page.name}: {text[:40]}"
