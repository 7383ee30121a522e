"""What a survey finds out before any library reads a workbook, and how its cells become a grid.

Positions are zero-based (row, column).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final

import python_calamine

from sheet_diag.intake.cells import CellArea, CellMark, CellPosition, Grid, unsafe_file_error
from sheet_diag.intake.readers.text_styles import Run, TextStyle, resolve_runs, shows_symbols

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
# The errors of cells as the binary formats, .xls and .xlsb, number them.
ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
# What is read of a sheet with a stray cell: more than any hearing sheet fills.
KEPT_ROWS: Final = 5_000
KEPT_COLUMNS: Final = 100


@dataclass(slots=True)
class SheetSurvey:
    """The survey of one sheet. `rows` and `columns` are the size of the used area.

    `texts` are cells whose text the libraries lose or change; `linked` is a copy of another
    workbook's sheet that came along with a reference to it. `struck`, `symbol_fonts` and `notes`
    are those of `Grid`; the first two may name cells without such a text.
    """

    rows: int = 0
    columns: int = 0
    marks: dict[CellPosition, CellMark] = field(default_factory=dict)
    texts: dict[CellPosition, str] = field(default_factory=dict)
    merged: list[CellArea] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    struck: dict[CellPosition, str] = field(default_factory=dict)
    symbol_fonts: dict[CellPosition, str] = field(default_factory=dict)
    notes: dict[CellPosition, str] = field(default_factory=dict)
    cut: bool = False
    linked: bool = False

    def use(self, row: int, column: int) -> None:
        """Count the cell as used. Raises `RefusedError` where no sheet has such a cell."""
        if row >= self.rows:
            self.rows = row + 1
        if column >= self.columns:
            self.columns = column + 1
        if row >= LAST_ROW or column >= LAST_COLUMN:
            raise unsafe_file_error("grid")

    def mark(self, at: CellPosition, mark: CellMark, text: str | None = None) -> None:
        """Mark a cell, with its text where a reader may lose it."""
        self.marks[at] = mark
        if text is not None:
            self.texts[at] = text

    def of_cells(self) -> Iterator[dict[CellPosition, Any]]:
        """Give what is known of single cells and holds for each of a repeated one."""
        yield from (self.marks, self.texts, self.struck, self.symbol_fonts)

    def style(self, at: CellPosition, style: TextStyle, runs: Sequence[Run] = ()) -> None:
        """Keep what the style of a cell says, or those of the parts of its text."""
        parts = resolve_runs(runs, style)
        if any(part.struck and text.strip() for text, part in parts) or (style.struck and not runs):
            self.struck[at] = "".join(text for text, part in parts if not part.struck).strip()
        fonts = [part.symbols for text, part in parts if not part.struck and shows_symbols(text)]
        if font := next(filter(None, fonts), "") if runs else style.symbols:
            self.symbol_fonts[at] = font

    def cut_to_kept(self) -> None:
        """Forget what lies beyond the part that is read of a sheet with a stray cell."""
        self.cut = True
        self.rows, self.columns = min(self.rows, KEPT_ROWS), min(self.columns, KEPT_COLUMNS)
        self.marks = {at: mark for at, mark in self.marks.items() if is_in_kept_area(*at)}
        self.texts, self.struck, self.symbol_fonts, self.notes = (
            {at: text for at, text in texts.items() if is_in_kept_area(*at)}
            for texts in (self.texts, self.struck, self.symbol_fonts, self.notes)
        )
        self.merged = [area for area in self.merged if is_in_kept_area(area[0], area[1])]
        self.hidden_rows = {row for row in self.hidden_rows if row < KEPT_ROWS}


@dataclass(frozen=True, slots=True)
class Survey:
    """The survey of a workbook: its sheets by name, and facts that are no cells (see `cells`).

    `content` is what the libraries may read: the file itself, or a copy without stray cells.
    """

    content: bytes
    sheets: Mapping[str, SheetSurvey] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    modified: str = ""
    pictures: int = 0
    active: tuple[str, ...] = ()

    def sheet(self, name: str) -> SheetSurvey:
        """The survey of a sheet; an empty one where the workbook's list of sheets is damaged."""
        return self.sheets.get(name) or SheetSurvey()


@dataclass(frozen=True, slots=True)
class SheetCells:
    """A sheet as a library gives it, values turned into text."""

    name: str
    visible: bool
    rows: Sequence[tuple[str, ...]]


# One way to read the cells; whatever it raises is the reason to try the next one.
CellReader = Callable[[], Sequence[SheetCells]]


def is_in_kept_area(row: int, column: int) -> bool:
    """Whether the cell lies in the part that is read of a sheet with a stray cell."""
    return row < KEPT_ROWS and column < KEPT_COLUMNS


def exceeds_area(sheet: SheetSurvey, area: int) -> bool:
    """Whether the rectangle around all used cells is larger than `area` cells."""
    return sheet.rows * sheet.columns > area


def make_grid(cells: SheetCells, survey: SheetSurvey) -> Grid:
    """Make the grid of a sheet from its cells and its survey."""
    grid = Grid(
        cells.name,
        cells.visible,
        _corrected_rows(cells.rows, survey.texts),
        marks=survey.marks,
        merged=tuple(survey.merged),
        hidden_rows=frozenset(survey.hidden_rows),
        cut=survey.cut,
        notes=survey.notes,
    )
    if not (survey.struck or survey.symbol_fonts):
        return grid
    symbols = {
        at: font
        for at, font in survey.symbol_fonts.items()
        if shows_symbols(survey.struck.get(at) or grid.text(*at))
        and survey.marks.get(at) in (None, CellMark.FORMULA)
    }
    return replace(
        grid,
        marks={**survey.marks, **dict.fromkeys(symbols, CellMark.SYMBOL)},
        struck={at: left for at, left in survey.struck.items() if grid.text(*at).strip()},
        symbol_fonts=symbols,
    )


def _corrected_rows(
    rows: Sequence[tuple[str, ...]], texts: Mapping[CellPosition, str]
) -> tuple[tuple[str, ...], ...]:
    if not texts:
        return tuple(rows)
    result: list[tuple[str, ...]] = list(rows)
    changed = (each for each in texts.items() if each[1] or each[0][0] < len(rows))
    for row, changes in _by_row(changed).items():
        result.extend([()] * (row + 1 - len(result)))
        cells = list(result[row])
        cells.extend([""] * (max(changes) + 1 - len(cells)))
        for column, text in changes.items():
            cells[column] = text
        result[row] = tuple(cells)
    return tuple(result)


def _by_row(texts: Iterable[tuple[CellPosition, str]]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    for (row, column), text in texts:
        found.setdefault(row, {})[column] = text
    return found


# --- values of any library as the text that the client saw, as far as the library tells it

# OOXML writes characters that XML does not take as _x000D_, and this text itself as _x005F_x000D_.
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def convert_row(values: Iterable[Any]) -> tuple[str, ...]:
    """Convert a row of values to text."""
    return tuple(map(convert_value, values))


def convert_value(value: Any) -> str:
    """Convert a value to text: whole numbers without a point, dates as ISO, TRUE in capitals."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != datetime.min.time() else f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def unescape_text(text: str) -> str:
    """Resolve the escapes of OOXML in a text."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def to_utc(text: str) -> str:
    """Convert a time of ISO 8601 to UTC, to the second; one without a zone stays as it is."""
    try:
        time = datetime.fromisoformat(text.strip()[:40])
        time = time.astimezone(UTC) if time.tzinfo else time
    except (ValueError, OverflowError):
        return ""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


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
