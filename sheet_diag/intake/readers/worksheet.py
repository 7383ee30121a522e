"""Survey the part of a worksheet of an .xlsx in one pass, without keeping the cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from sheet_diag.intake.cells import CellArea, CellMark, CellPosition, unsafe_file_error
from sheet_diag.intake.readers.fast_cells import PlainCells, extract_plain_cells
from sheet_diag.intake.readers.package import Attributes, MarkupError, local_name, walk_xml
from sheet_diag.intake.readers.survey import LAST_ROW, SheetSurvey, is_in_kept_area
from sheet_diag.intake.readers.text_styles import NOTHING_SHARED, PLAIN, Run, SharedContent
from sheet_diag.intake.readers.xlsx_styles import RichText

_TRUE: Final = ("1", "true", "on")
_PICTURE_FORMULA: Final = re.compile(r"(?<![\w.])(?:_xlfn\.)?(?:DISPIMG|IMAGE)\(", re.IGNORECASE)
_MOST_SEARCHED: Final = 50  # styles in one pattern
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,9})(\d{1,20})")
# Whatever could be a reference, in a part that is too damaged to be parsed.
_ANY_REFERENCE: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,9})(\d{1,20})["']""")
_ANY_CELL: Final = re.compile(rb"<(?:[\w.-]+:)?c(\s[^<>]*)>")
_ANY_PAIR: Final = re.compile(rb"""\s([rs])\s*=\s*["']([A-Za-z0-9]{1,20})["']""")


def survey_worksheet(part: bytes, shared: SharedContent = NOTHING_SHARED) -> SheetSurvey:
    """Survey the part, with what its cells refer to.

    Raises `RefusedError` for cells beyond the limits of Excel, and `MarkupError` with nothing
    surveyed (see `survey_damaged_part`).
    """
    plain = None if _refers_to_special(part, shared) else extract_plain_cells(part)
    sheet = _survey_around(plain) if plain else None
    return sheet or survey_elements(part, shared)


def survey_elements(part: bytes, shared: SharedContent = NOTHING_SHARED) -> SheetSurvey:
    """Survey the part element by element, however it is spelt."""
    walker = _WorksheetWalker(shared, is_rich=b"rPr" in part)
    walk_xml(part, walker.start, walker.end, walker.text)
    return walker.sheet


def _refers_to_special(part: bytes, shared: SharedContent) -> bool:
    """Whether cells may have a style or a text that is special."""
    if shared.texts or len(shared.styles) > _MOST_SEARCHED:
        return True
    if not shared.styles:
        return False
    numbers = "|".join(shared.styles)
    return re.search(rf"""\bs\s*=\s*["'](?:{numbers})["']""".encode(), part) is not None


def _survey_around(plain: PlainCells) -> SheetSurvey | None:
    """Survey a part in which all is plain; None where the rest is no well-formed XML."""
    walker = _WorksheetWalker(NOTHING_SHARED, is_rich=False)
    try:
        walk_xml(plain.rest)
    except MarkupError:
        return None
    for name, attributes in plain.tags:
        walker.start(name, attributes)
    if plain.row:
        walker.sheet.use(plain.row - 1, max(map(_column_number, plain.columns)))
    for letters, row, kind, formula, value in plain.special:
        _mark_cell(walker.sheet, (row - 1, _column_number(letters)), kind, formula, value)
    return walker.sheet


def survey_damaged_part(part: bytes, shared: SharedContent = NOTHING_SHARED) -> SheetSurvey:
    """Survey the used area of a part that is no well-formed XML, which some readers accept.

    Of styles, those of whole cells count.
    """
    sheet = SheetSurvey()
    for tag in _ANY_CELL.findall(part) if shared.styles else ():
        attributes = {key.decode(): value.decode() for key, value in _ANY_PAIR.findall(tag)}
        at = parse_position(attributes.get("r", ""))
        if at and (style := shared.styles.get(attributes.get("s", ""))):
            sheet.style(at, style)
    for letters, digits in _ANY_REFERENCE.findall(part):
        sheet.use(max(int(digits) - 1, 0), max(_column_number(letters.decode()), 0))
    return sheet


class CellPlaces:
    """Counts where rows and cells stand, also those that do not say so."""

    def __init__(self) -> None:
        self.row = -1
        self.column = -1
        self.at = (0, 0)
        self._columns: dict[str, int] = {}

    def enter_row(self, attributes: Attributes) -> None:
        """Begin a row. Raises `RefusedError` where no sheet has such a row."""
        number = attributes.get("r", "")
        self.row = int(number) - 1 if number.isascii() and number.isdigit() else self.row + 1
        self.column = -1
        if not 0 <= self.row < LAST_ROW:
            raise unsafe_file_error("grid")

    def enter_cell(self, attributes: Attributes) -> None:
        """Begin a cell."""
        match = _REFERENCE.fullmatch(attributes.get("r", ""))
        if match is None:
            self.column += 1
            self.at = (max(self.row, 0), self.column)
            return
        letters = match[1]
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = _column_number(letters)
        self.column = column
        self.at = (max(int(match[2]) - 1, 0), column)


class _WorksheetWalker:
    """Collects a survey from the elements of a part; `is_rich` where texts may have runs."""

    def __init__(self, shared: SharedContent, *, is_rich: bool) -> None:
        self.sheet = SheetSurvey()
        self._shared = shared
        self._is_rich = is_rich
        self._places = CellPlaces()
        self._cell: Attributes | None = None
        self._texts: dict[str, str] = {}
        self._into = ""
        self._inline: RichText | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        if ":" in name:
            name = local_name(name)
        if name == "c":
            self._places.enter_cell(attributes)
            self._cell = attributes
            self._texts.clear()
        elif self._cell is not None:
            self._start_within(name, attributes)
        elif name == "row":
            self._places.enter_row(attributes)
            if attributes.get("hidden") in _TRUE or attributes.get("ht") == "0":
                self.sheet.hidden_rows.add(self._places.row)
        elif name == "mergeCell":
            area = _parse_area(attributes.get("ref", ""))
            if area:
                self.sheet.merged.append(area)

    def _start_within(self, name: str, attributes: Attributes) -> None:
        if self._inline and self._into:
            self._inline.start(name, attributes)
        elif name in ("v", "f", "is"):
            self._into = name
            self._texts[name] = ""
            if name == "is" and self._is_rich:
                self._inline = RichText()

    def text(self, data: str) -> None:
        if self._into:
            self._texts[self._into] += data
            if self._inline:
                self._inline.text(data)

    def end(self, name: str) -> None:
        if self._cell is None:
            return
        if ":" in name:
            name = local_name(name)
        if name == self._into:
            self._into = ""
        elif name == "c":
            if self._texts:
                self._leave_cell(self._cell, self._texts)
            self._cell = self._inline = None
        elif self._inline:
            self._inline.end(name)

    def _leave_cell(self, cell: Attributes, texts: dict[str, str]) -> None:
        value, kind, at = texts.get("v"), cell.get("t"), self._places.at
        if value or "f" in texts or "is" in texts:
            self.sheet.use(*at)
        style = self._shared.styles.get(cell.get("s", ""), PLAIN)
        formula = texts.get("f")
        rich = self._shared.value_mark(cell["vm"]) if kind == "e" and "vm" in cell else None
        if rich and rich is not CellMark.ERROR and not (formula and _shows_picture(formula)):
            self.sheet.mark(at, rich)
        elif style.checkbox and kind == "b":
            self.sheet.mark(at, CellMark.CHECKBOX)
        else:
            _mark_cell(self.sheet, at, kind, formula, value)
        runs: Sequence[Run] = self._inline.runs if self._inline else ()
        if kind == "s" and self._shared.texts:
            runs = self._shared.texts.get(value or "", ())
        if runs or style is not PLAIN:
            self.sheet.style(at, style, runs)


def _mark_cell(
    sheet: SheetSurvey, at: CellPosition, kind: str | None, formula: str | None, value: str | None
) -> None:
    """Mark a formula or an error; the texts are None where the cell has no such element."""
    if formula and _shows_picture(formula):
        sheet.mark(at, CellMark.PICTURE)
    elif kind == "e":
        sheet.mark(at, CellMark.ERROR, (value or "").strip() or "#VALUE!")
    elif formula is not None:
        stored = value or (kind == "str" and value is not None)
        sheet.mark(at, CellMark.FORMULA if stored else CellMark.NOT_CALCULATED)


def _shows_picture(formula: str) -> bool:
    """Whether a formula shows a picture; the pattern alone would take long on every formula."""
    capitals = formula.upper()
    hinted = "MAGE(" in capitals or "MG(" in capitals
    return hinted and _PICTURE_FORMULA.search(formula) is not None


def _parse_area(reference: str) -> CellArea | None:
    """Parse a reference such as B2:C3; None for a single cell and for nonsense."""
    corners = [_REFERENCE.fullmatch(corner) for corner in reference.replace("$", "").split(":")]
    if len(corners) != 2 or corners[0] is None or corners[1] is None:
        return None
    rows = sorted(int(corner[2]) - 1 for corner in corners if corner)
    columns = sorted(_column_number(corner[1]) for corner in corners if corner)
    area = (rows[0], columns[0], rows[1], columns[1])
    return area if area[:2] != area[2:] and area[0] >= 0 else None


def parse_position(reference: str) -> CellPosition | None:
    """Parse a reference such as B2; None for nonsense."""
    corner = _REFERENCE.fullmatch(reference.replace("$", ""))
    return (max(int(corner[2]) - 1, 0), _column_number(corner[1])) if corner else None


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


# --- the part without cells that lie far away


def drop_stray_cells(part: bytes) -> bytes:
    """Write the part again without stray cells (see `is_in_kept_area`). Raises `MarkupError`."""
    trimmer = _StrayCellFilter()
    walk_xml(part, trimmer.start, trimmer.end, trimmer.text)
    return "".join(trimmer.kept).encode()


class _StrayCellFilter:
    """Writes the part again, without rows and cells that are not kept."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._places = CellPlaces()
        self._dropped = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if self._dropped or not self._is_kept(local_name(name), attributes):
            self._dropped += 1
            return
        pairs = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        self.kept.append(f"<{name}{pairs}>")

    def end(self, name: str) -> None:
        if self._dropped:
            self._dropped -= 1
        else:
            self.kept.append(f"</{name}>")

    def text(self, data: str) -> None:
        if not self._dropped:
            self.kept.append(escape(data))

    def _is_kept(self, name: str, attributes: Attributes) -> bool:
        if name == "row":
            self._places.enter_row(attributes)
            return is_in_kept_area(self._places.row, 0)
        if name == "c":
            self._places.enter_cell(attributes)
            return is_in_kept_area(*self._places.at)
        return name != "dimension"
