"""The rows of a questionnaire, whatever holds them: one table a sheet, one text a cell.

A row knows where each of its cells stands, so that a fault is told at its place. Blank cells are
left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sheet_diag.model.basics import Lang

WORKBOOK_SUFFIXES: Final = (".xlsx", ".xlsm", ".xls", ".ods")
# What is written: the cells of each row by their keys, by the key of the sheet.
Cells = Mapping[str, str]
SheetRows = Mapping[str, Sequence[Cells]]


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a sheet or a key in a file; without a `cell` it is the sheet or the file."""

    sheet: str
    cell: str = ""

    def __str__(self) -> str:
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table (the key of a sheet): its cells by their keys, and where it stands.

    `broken` are cells that hold something that cannot be used, and are told already.
    """

    table: str
    sheet: str
    number: str
    cells: Cells
    columns: Mapping[str, str] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()

    def place(self, key: str) -> Place:
        """Return where a cell stands, or would stand."""
        if self.columns:
            column = self.columns.get(key) or next(iter(self.columns.values()))
            return Place(self.sheet, column + self.number)
        return Place(self.sheet, f"{self.number}, {key}" if key else self.number)


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sheet, with the keys of its columns and the language of its headings."""

    key: str
    source: str
    lang: Lang
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    header: Row


Tables = Mapping[str, Table]


def is_workbook(path: Path) -> bool:
    """Whether a path is one of a workbook, by its name."""
    return path.suffix.casefold() in WORKBOOK_SUFFIXES and not path.is_dir()
