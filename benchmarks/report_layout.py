"""Takes a report of ours apart into plain lists for a writer by openpyxl.

So the plain pipeline gets the layout for nothing: which text stands where, in which style, how high
a row is, and charts, drop-downs and conditional formats as objects that only need to be added.
"""

from __future__ import annotations

import io
import pickle
import warnings
from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import openpyxl
from openpyxl.workbook import Workbook

_STYLE: Final = ("font", "fill", "border", "alignment", "number_format", "protection")
_SETTINGS: Final = (
    "sheet_format", "sheet_properties", "page_margins", "page_setup", "print_options",
    "HeaderFooter", "protection", "freeze_panes", "print_title_rows", "print_area",
)  # fmt: skip

Style = Mapping[str, Any]
Cell = tuple[int, int, Any, int]


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """One page. `cells` are (row, column, value, number of the style), counted from 1."""

    title: str
    cells: tuple[Cell, ...]
    merged: tuple[str, ...]
    heights: Mapping[int, float]
    widths: Mapping[str, float]
    settings: Mapping[str, Any]
    grid_lines: bool
    filter: str | None
    drop_downs: tuple[Any, ...]
    highlights: tuple[tuple[str, Any], ...]
    charts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ReportLayout:
    """One report; a style names only what differs from a fresh cell's."""

    sheets: tuple[SheetLayout, ...]
    styles: tuple[Style, ...]


def take_apart(content: bytes) -> ReportLayout:
    """Take a report apart."""
    with warnings.catch_warnings():
        # Bars in cells need an extension that openpyxl does not write: the plain one goes without.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(content))
    styles = _Styles()
    pages = tuple(_take_sheet_apart(page, styles) for page in book.worksheets)
    return ReportLayout(pages, tuple(styles.known))


def save_layouts(reports: Iterable[ReportLayout], path: Path) -> None:
    """Keep the reports in one file."""
    with path.open("wb") as file:
        for report in reports:
            pickle.dump(report, file)


def load_layouts(path: Path) -> Iterator[ReportLayout]:
    """Load the reports that `save_layouts` kept, in the same order."""
    with path.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)


class _Styles:
    """The styles of one workbook, each once."""

    def __init__(self) -> None:
        self.known: list[Style] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        fresh = Workbook().worksheets[0].cell(1, 1)
        self._fresh = {name: copy(getattr(fresh, name)) for name in _STYLE}

    def number(self, cell: Any) -> int:
        """Find or add the style of a cell."""
        key = tuple(cell._style)
        if key not in self._numbers:
            self._numbers[key] = len(self.known)
            style = {name: copy(getattr(cell, name)) for name in _STYLE}
            self.known.append({n: each for n, each in style.items() if each != self._fresh[n]})
        return self._numbers[key]


def _take_sheet_apart(page: Any, styles: _Styles) -> SheetLayout:
    return SheetLayout(
        title=page.title,
        cells=tuple(
            (cell.row, cell.column, cell.value, styles.number(cell))
            for row in page.iter_rows()
            for cell in row
            if cell.value is not None or cell.has_style
        ),
        merged=tuple(str(area) for area in page.merged_cells.ranges),
        heights={n: row.height for n, row in page.row_dimensions.items() if row.height},
        widths={n: column.width for n, column in page.column_dimensions.items()},
        settings={name: copy(getattr(page, name)) for name in _SETTINGS if getattr(page, name)},
        grid_lines=bool(page.sheet_view.showGridLines),
        filter=page.auto_filter.ref,
        drop_downs=tuple(page.data_validations.dataValidation),
        highlights=tuple(
            (str(area.sqref), rule) for area in page.conditional_formatting for rule in area.rules
        ),
        charts=tuple(page._charts),
    )
