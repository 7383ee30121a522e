"""Survey and read an .ods: its content is one part, and a cell may stand for millions.

Cells are kept as runs, never repeated in memory, so that what an empty tail or a bomb claims costs
nothing. The runs can be laid out as rows without any library (`_lay_out_rows`): that reads what the
libraries refuse (pretty-printed files, a protected macro beside open cells) and sheets with a
stray cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from sheet_diag.intake.cells import CellMark, CellPosition, unreadable_file_error, unsafe_file_error
from sheet_diag.intake.package_inspection import InspectedPackage
from sheet_diag.intake.readers.notes import join_notes
from sheet_diag.intake.readers.ods_styles import ColumnStyles, OdsStyles, has_special_styles
from sheet_diag.intake.readers.ods_values import (
    CellText,
    is_boolean,
    is_constant,
    is_ods_error,
    ods_cell_text,
    repeat_count,
)
from sheet_diag.intake.readers.package import (
    Attributes,
    MarkupError,
    PackageDamagedError,
    WorkbookPackage,
    local_name,
    read_elements,
    walk_xml,
)
from sheet_diag.intake.readers.survey import (
    KEPT_COLUMNS,
    KEPT_ROWS,
    LAST_ROW,
    CellReader,
    SheetCells,
    SheetSurvey,
    Survey,
    exceeds_area,
    read_by_calamine,
    to_utc,
)
from sheet_diag.model.settings import Limits

_SHAPES: Final = frozenset(
    ("frame", "custom-shape", "rect", "circle", "ellipse", "polygon", "polyline", "path", "line")
)
_MACRO: Final = re.compile(r"(basic|scripts)/.*(?<!script-lb\.xml)(?<!script-lc\.xml)$")
_OBJECT: Final = re.compile(r"object \d+")
_SOURCES: Final = {
    "table-source": "links",
    "dde-source": "links",
    "dde-link": "links",
    "database-source-sql": "queries",
    "database-source-table": "queries",
    "database-source-query": "queries",
}
_ACTIVE: Final = ("macros", "links", "objects", "queries")


@dataclass(frozen=True, slots=True)
class CellRun:
    """A value, and the rectangle of cells that it fills."""

    row: int
    column: int
    height: int
    width: int
    text: str


@dataclass(slots=True)
class OdsTable:
    """A sheet of the document."""

    name: str
    visible: bool
    survey: SheetSurvey = field(default_factory=SheetSurvey)
    runs: list[CellRun] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OdsDocument:
    """A surveyed .ods: `tables` hold the cells, `survey` all else."""

    survey: Survey
    tables: tuple[OdsTable, ...]


def open_ods(
    content: bytes, limits: Limits, inspected: InspectedPackage | None
) -> tuple[Survey, tuple[CellReader, ...]]:
    """Survey the workbook; return the ways to read its cells. Raises `RefusedError`.

    The walk's own rows are what a library refuses, and the only way with a stray cell.
    """
    document = _survey_ods(content, limits, inspected)
    own = partial(_lay_out_tables, document)
    if any(table.survey.cut for table in document.tables):
        return document.survey, (own,)
    return document.survey, (partial(read_by_calamine, document.survey, limits.area), own)


def _survey_ods(content: bytes, limits: Limits, inspected: InspectedPackage | None) -> OdsDocument:
    """Survey the document. Raises `RefusedError`."""
    try:
        package = WorkbookPackage(content, inspected)
        walker = _OdsWalker(limits.sheets, _common_styles(package))
        walk_xml(package.content("content.xml"), walker.start, walker.end, walker.text)
    except (PackageDamagedError, MarkupError) as error:
        raise unreadable_file_error(error) from error
    for table in walker.tables:
        if exceeds_area(table.survey, limits.area):
            table.survey.cut_to_kept()
        _spread_runs(table)
    active = walker.active | _active_parts(package)
    properties, modified = _read_meta(package)
    survey = Survey(
        content,
        {table.name: table.survey for table in walker.tables},
        properties,
        modified,
        walker.pictures,
        tuple(key for key in _ACTIVE if key in active),
    )
    return OdsDocument(survey, tuple(walker.tables))


def _lay_out_tables(document: OdsDocument) -> list[SheetCells]:
    return [_lay_out_rows(table) for table in document.tables]


def _lay_out_rows(table: OdsTable) -> SheetCells:
    """Lay a table out as rows, as far as it is used or kept."""
    rows = [[""] * table.survey.columns for _ in range(table.survey.rows)]
    for run in table.runs:
        for row in rows[run.row : run.row + run.height]:
            width = len(row[run.column : run.column + run.width])
            row[run.column : run.column + width] = [run.text] * width
    return SheetCells(table.name, table.visible, tuple(map(tuple, rows)))


class _LocalNames(dict[str, str]):
    """Names of attributes without their prefixes: a file has few, each ten thousand times."""

    def __missing__(self, name: str) -> str:
        return self.setdefault(name, local_name(name))


class _OdsWalker:
    """Collects tables; `_row` and `_column` are where the next row and cell will stand."""

    def __init__(self, most: int, styles: OdsStyles) -> None:
        self.tables: list[OdsTable] = []
        self.pictures = 0
        self.active: set[str] = set()
        self._most = most
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._styles = styles
        self._columns = ColumnStyles()
        self._row_style = ""
        self._row = self._height = self._column = self._depth = 0
        self._cell: Attributes | None = None
        self._text = CellText()
        self._names = _LocalNames()

    def start(self, name: str, attributes: Attributes) -> None:
        name = local_name(name)
        if self._cell is not None:
            self.pictures += name in _SHAPES
            self._text.start(name, attributes)
            return
        opened = {self._names[key]: value for key, value in attributes.items()}
        if name in ("table-cell", "covered-table-cell"):
            self._cell = opened
            self._text = CellText()
        elif name == "table-row":
            self._open_row(opened)
        elif name == "table":
            self._open_table(opened)
        else:
            self._open_other(name, opened)

    def _open_other(self, name: str, opened: Attributes) -> None:
        self._styles.add(name, opened)
        if name == "style":
            self._style = opened.get("name", "")
        elif name == "table-column":
            count = repeat_count(opened, "number-columns-repeated")
            self._columns.add(opened.get("default-cell-style-name", ""), count)
        elif name == "table-properties" and opened.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name in _SOURCES:
            self.active.add(_SOURCES[name])
            if name == "table-source" and self.tables:
                self.tables[-1].survey.linked = True
        elif name in _SHAPES:
            self.pictures += 1

    def _open_table(self, opened: Attributes) -> None:
        self._depth += 1
        if self._depth > 1:
            return
        if len(self.tables) >= self._most:
            raise unsafe_file_error("sheets")
        visible = opened.get("style-name", "") not in self._hidden_styles
        self.tables.append(OdsTable(opened.get("name", ""), visible))
        self._row = self._height = 0
        self._columns = ColumnStyles()

    def _open_row(self, opened: Attributes) -> None:
        self._column = 0
        self._row_style = opened.get("default-cell-style-name", "")
        self._height = repeat_count(opened, "number-rows-repeated")
        if self.tables and opened.get("visibility") in ("collapse", "filter"):
            last = min(self._row + self._height, LAST_ROW)
            self.tables[-1].survey.hidden_rows.update(range(self._row, last))

    def text(self, data: str) -> None:
        if self._cell is not None:
            self._text.text(data)

    def end(self, name: str) -> None:
        name = local_name(name)
        if name in ("table-cell", "covered-table-cell"):
            if self._cell is not None and self.tables:
                self._close_cell(self.tables[-1], self._cell)
            self._cell = None
        elif self._cell is not None:
            self._text.end(name)
        elif name == "table-row":
            self._row += self._height
        elif name == "table":
            self._depth -= 1

    def _close_cell(self, table: OdsTable, cell: Attributes) -> None:
        at = (self._row, self._column)
        width = repeat_count(cell, "number-columns-repeated")
        self._column += width
        text = ods_cell_text(cell, self._text.joined())
        if text or "formula" in cell:
            table.survey.use(at[0] + self._height - 1, at[1] + width - 1)
            table.runs.append(CellRun(*at, self._height, width, text))
            _mark_ods_cell(table.survey, at, cell, text)
            if self._styles.are_special:
                self._style_cell(table.survey, at, cell)
        if self._text.has_others:  # the library adds those of shapes
            table.survey.texts[at] = text
            table.survey.notes |= join_notes([(at, self._text.note())])
        spans = (
            repeat_count(cell, "number-rows-spanned"),
            repeat_count(cell, "number-columns-spanned"),
        )
        if spans != (1, 1):
            area = (*at, at[0] + spans[0] - 1, at[1] + spans[1] - 1)
            table.survey.merged.append(area)

    def _style_cell(self, sheet: SheetSurvey, at: CellPosition, cell: Attributes) -> None:
        name = cell.get("style-name") or self._row_style or self._columns.name(at[1])
        style = self._styles.cell(name)
        sheet.style(at, style, self._styles.runs(self._text.parts(), style))


def _mark_ods_cell(sheet: SheetSurvey, at: tuple[int, int], cell: Attributes, text: str) -> None:
    if is_ods_error(cell, text):
        sheet.mark(at, CellMark.ERROR, text)
    elif is_boolean(cell, text):
        sheet.texts[at] = text
        if not is_constant(cell):
            sheet.mark(at, CellMark.FORMULA)
    elif "formula" in cell:
        stored = text or cell.get("value-type")
        sheet.mark(at, CellMark.FORMULA if stored else CellMark.NOT_CALCULATED)


def _spread_runs(table: OdsTable) -> None:
    """Give every cell of a repeated one its mark and text, within the sheet's used area."""
    sheet = table.survey
    for run in table.runs:
        at = (run.row, run.column)
        special = [each for each in sheet.of_cells() if at in each]
        if not special or (run.height, run.width) == (1, 1):
            continue
        for place in _run_positions(run, sheet):
            for each in special:
                each[place] = each[at]


def _run_positions(run: CellRun, sheet: SheetSurvey) -> Iterator[tuple[int, int]]:
    rows, columns = min(sheet.rows, KEPT_ROWS), min(sheet.columns, KEPT_COLUMNS)
    for row in range(run.row, min(run.row + run.height, rows)):
        for column in range(run.column, min(run.column + run.width, columns)):
            yield row, column


def _common_styles(package: WorkbookPackage) -> OdsStyles:
    """Read the styles beside the content, where any of them is special."""
    styles = OdsStyles()
    part = package.read("styles.xml")
    if has_special_styles(part):
        for name, attributes, _ in read_elements(part):
            styles.add(name, attributes)
    return styles


def _active_parts(package: WorkbookPackage) -> set[str]:
    found = {"macros"} if any(map(_MACRO.match, package.names)) else set()
    return found | ({"objects"} if any(map(_OBJECT.fullmatch, package.names)) else set())


def _read_meta(package: WorkbookPackage) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}
    modified = ""
    for element, attributes, text in read_elements(package.read("meta.xml")):
        if element == "user-defined" and text:
            found.setdefault(attributes.get("name", ""), text)
        elif element == "date":
            modified = to_utc(text)
    return found, modified
