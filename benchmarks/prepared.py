"""What a report of ours holds, as plain lists for a writer by openpyxl.

So the plain pipeline gets the layout for nothing: which text stands where, in which look, how high
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

_LOOK: Final = ("font", "fill", "border", "alignment", "number_format", "protection")
_SETTINGS: Final = (
    "sheet_format", "sheet_properties", "page_margins", "page_setup", "print_options",
    "HeaderFooter", "protection", "freeze_panes", "print_title_rows", "print_area",
)  # fmt: skip

Look = Mapping[str, Any]
Cell = tuple[int, int, Any, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. `cells` are (row, column, value, number of the look), counted from 1."""

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
class Prepared:
    """One report; a look names only what differs from a fresh cell's."""

    sheets: tuple[Sheet, ...]
    looks: tuple[Look, ...]


def prepared(content: bytes) -> Prepared:
    """Take a report apart."""
    with warnings.catch_warnings():
        # Bars in cells need an extension that openpyxl does not write: the plain one goes without.
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(io.BytesIO(content))
    looks = _Looks()
    return Prepared(tuple(_sheet(page, looks) for page in book.worksheets), tuple(looks.known))


def save(reports: Iterable[Prepared], path: Path) -> None:
    """Keep the reports in one file."""
    with path.open("wb") as file:
        for report in reports:
            pickle.dump(report, file)


def load(path: Path) -> Iterator[Prepared]:
    """The reports that `save` kept, in the same order."""
    with path.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)


class _Looks:
    """The looks of one workbook, each once."""

    def __init__(self) -> None:
        self.known: list[Look] = []
        self._numbers: dict[tuple[int, ...], int] = {}
        fresh = Workbook().worksheets[0].cell(1, 1)
        self._fresh = {name: copy(getattr(fresh, name)) for name in _LOOK}

    def number(self, cell: Any) -> int:
        """The look of a cell."""
        key = tuple(cell._style)
        if key not in self._numbers:
            self._numbers[key] = len(self.known)
            look = {name: copy(getattr(cell, name)) for name in _LOOK}
            self.known.append({n: each for n, each in look.items() if each != self._fresh[n]})
        return self._numbers[key]


def _sheet(page: Any, looks: _Looks) -> Sheet:
    return Sheet(
        title=page.title,
        cells=tuple(
            (cell.row, cell.column, cell.value, looks.number(cell))
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
