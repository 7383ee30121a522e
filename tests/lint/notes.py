"""Notes on cells and the anchors of what floats over a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.lint.formulas import LAST_COLUMN, LAST_ROW
from tests.lint.names import repeated_names
from tests.lint.package import Package, Page, text_of
from tests.lint.sheets import place_of
from tests.workbooks import NS, utf16_units

_VML = "{urn:schemas-microsoft-com:office:excel}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"


def bad_notes(package: Package, page: Page) -> Iterator[str]:
    """Every note stands on a cell of the grid, once, with a shape of its own."""
    shapes = {
        place: shape
        for part in package.related(page.part, "vmlDrawing")
        for shape in package.xml(part).iter(f"{_VML}ClientData")
        if (place := _shape_place(shape))
    }
    for part in package.related(page.part, "comments"):
        root = package.xml(part)
        authors = len(root.findall("m:authors/m:author", NS))
        notes = root.findall("m:commentList/m:comment", NS)
        for reference in repeated_names(note.get("ref", "") for note in notes):
            yield f"note: {page.name}!{reference.upper()}: twice"
        for note in notes:
            yield from _bad_note(page, note, authors, shapes)


def _bad_note(
    page: Page, note: Element, authors: int, shapes: dict[tuple[int, int], Element]
) -> Iterator[str]:
    at, place = f"{page.name}!{note.get('ref')}", place_of(note.get("ref", ""))
    text = note.find("m:text", NS)
    if place is None:
        yield f"note: {at}: on no cell"
    elif place not in shapes:
        yield f"note: {at}: without a shape"
    elif not _is_anchor(shapes[place].findtext(f"{_VML}Anchor", "")):
        yield f"note: {at}: anchored outside"
    if int(note.get("authorId", "-1")) not in range(authors):
        yield f"note: {at}: by nobody"
    if text is None or not 0 < utf16_units(text_of(text)) <= 32_767:
        yield f"note: {at}: empty or too long"


def _shape_place(shape: Element) -> tuple[int, int] | None:
    row, column = shape.findtext(f"{_VML}Row", ""), shape.findtext(f"{_VML}Column", "")
    return (int(row) + 1, int(column) + 1) if row.isdigit() and column.isdigit() else None


def _is_anchor(text: str) -> bool:
    """Left column, offset, top row, offset, right column, offset, bottom row, offset."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 8 or not all(part.isdigit() for part in parts):
        return False
    left, _, top, _, right, _, bottom, _ = map(int, parts)
    return left <= right < LAST_COLUMN and top <= bottom < LAST_ROW


def bad_anchors(package: Package, page: Page) -> Iterator[str]:
    """Charts and pictures lie within the grid, their ends the right way round."""
    for part in package.related(page.part, "drawing"):
        for anchor in package.xml(part).iter(f"{_DRAWING}twoCellAnchor"):
            left, top = _corner(anchor, "from")
            right, bottom = _corner(anchor, "to")
            if not (0 <= left <= right < LAST_COLUMN and 0 <= top <= bottom < LAST_ROW):
                yield f"anchor: {page.name}: {left},{top} to {right},{bottom}"


def _corner(anchor: Element, end: str) -> tuple[int, int]:
    place = f"{_DRAWING}{end}/{_DRAWING}"
    return int(anchor.findtext(f"{place}col", "-1")), int(anchor.findtext(f"{place}row", "-1"))
