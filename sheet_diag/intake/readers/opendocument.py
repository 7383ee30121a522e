"""The survey of an .ods: repeated rows and cells are counted before anything is laid out."""

from __future__ import annotations

from typing import Final

from sheet_diag.intake.cells import Mark
from sheet_diag.intake.readers.markup import Attributes, MarkupError, elements, local, walk
from sheet_diag.intake.readers.ooxml import utc
from sheet_diag.intake.readers.package import DamagedError, Package
from sheet_diag.intake.readers.survey import SheetSurvey, Survey, is_beyond, unreadable, unsafe
from sheet_diag.model.settings import Limits

_HIDDEN: Final = ("collapse", "filter")
_ERRORS: Final = ("#", "Err:")
_CELLS: Final = ("table-cell", "covered-table-cell")


def survey_opendocument(content: bytes, limits: Limits) -> Survey:
    """Survey the package. Raises `RefusedError` also where more cells are used than can be read."""
    try:
        package = Package(content)
        part = package.content("content.xml")
    except DamagedError as error:
        raise unreadable(error) from error
    walker = _Walker()
    try:
        walk(part, walker.start, walker.end, walker.text)
    except MarkupError as error:
        raise unreadable(error) from error
    if any(is_beyond(sheet, limits.area) for sheet in walker.sheets.values()):
        raise unsafe("area")
    meta = elements(package.read("meta.xml"))
    properties = {
        attributes.get("name", ""): text.strip()
        for name, attributes, text in meta
        if name == "user-defined"
    }
    modified = next((utc(text) for name, _, text in meta if name == "date"), "")
    macros = any(name.startswith("basic/") and "script" in name for name in package.names)
    active = ("macros",) if macros else ()
    return Survey(content, walker.sheets, properties, modified, walker.pictures, active)


class _Walker:
    """Counts places with their repetitions; only cells that hold something use them."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetSurvey] = {}
        self.pictures = 0
        self._sheet: SheetSurvey | None = None
        self._row = self._rows = self._column = self._columns = 0
        self._cell: dict[str, str] | None = None
        self._text = ""
        self._note = 0

    def start(self, name: str, attributes: Attributes) -> None:
        name = local(name)
        if name == "table":
            self._sheet = SheetSurvey()
            self._row = self._rows = 0
            self.sheets[_get(attributes, "name")] = self._sheet
        elif name == "table-row" and self._sheet:
            self._enter_row(self._sheet, attributes)
        elif name in _CELLS:
            self._column += self._columns
            self._columns = _count(attributes, "number-columns-repeated")
            self._cell = {local(key): value for key, value in attributes.items()}
            self._text = ""
        elif name == "annotation":
            self._note += 1
        elif name == "frame" and not self._note:
            self.pictures += 1

    def _enter_row(self, sheet: SheetSurvey, attributes: Attributes) -> None:
        self._row += self._rows
        self._rows = _count(attributes, "number-rows-repeated")
        self._column = self._columns = 0
        if _get(attributes, "visibility") in _HIDDEN and self._rows < 10_000:
            sheet.hidden_rows.update(range(self._row, self._row + self._rows))

    def text(self, data: str) -> None:
        if self._cell is not None and not self._note:
            self._text += data

    def end(self, name: str) -> None:
        name = local(name)
        if name == "annotation":
            self._note -= 1
        if name not in _CELLS or self._cell is None or self._sheet is None:
            return
        self._leave_cell(self._sheet, self._cell, self._text.strip())
        self._cell = None

    def _leave_cell(self, sheet: SheetSurvey, cell: dict[str, str], text: str) -> None:
        at = (self._row, self._column)
        down = int(cell.get("number-rows-spanned", "1") or 1)
        across = int(cell.get("number-columns-spanned", "1") or 1)
        if (down, across) != (1, 1):
            sheet.merged.append((*at, at[0] + down - 1, at[1] + across - 1))
        if not (text or cell.get("value") or cell.get("formula")):
            return
        sheet.use(self._row + self._rows - 1, self._column + self._columns - 1)
        formula = cell.get("formula", "")
        if cell.get("value-type") == "error" or (formula and text.startswith(_ERRORS)):
            sheet.mark(at, Mark.ERROR, text or "#VALUE!")
        elif formula:
            sheet.mark(at, Mark.FORMULA if text else Mark.NOT_CALCULATED)


def _get(attributes: Attributes, name: str) -> str:
    return next((value for key, value in attributes.items() if local(key) == name), "")


def _count(attributes: Attributes, name: str) -> int:
    text = _get(attributes, name)
    return max(int(text), 1) if text.isascii() and text.isdigit() else 1
