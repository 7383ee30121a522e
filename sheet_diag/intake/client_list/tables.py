"""The tables of a client list, found by their headings wherever they stand.

A row that holds two of the headings that every list needs begins a table, which goes on to the
next such row; so a second table, and headings repeated for the printer, are read like the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from typing import Final

from sheet_diag.forms.layout import CLIENT_COLUMNS, REQUIRED_CLIENT_COLUMNS, cell_name
from sheet_diag.intake.cells import CellMark, Grid
from sheet_diag.intake.client_list.errors import (
    CellMessage,
    ListFault,
    ListNote,
    cell_message,
    column_names,
    shorten_entry,
)
from sheet_diag.intake.returns.vocabulary import question_key
from sheet_diag.model.basics import Lang
from sheet_diag.text.normalize import tidy_text
from sheet_diag.text.wording import Wording

_MIN_HEADINGS: Final = 2  # needed headings that make a row the head of a table
_SIMILARITY: Final = 0.6  # from here on a heading may be a slip of another


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line that holds anything: its texts by column, and where they stand."""

    grid: Grid
    row: int
    places: Mapping[str, int]

    def text(self, column: str) -> str:
        """What the column says, tidied; empty where there is no such column."""
        place = self.places.get(column)
        return "" if place is None else tidy_text(self.grid.text(self.row, place))

    def mark(self, column: str) -> CellMark | None:
        """What is special about the cell."""
        return self.grid.marks.get((self.row, self.places.get(column, -1)))

    def cell(self, column: str) -> str:
        """Where the column's cell stands."""
        return cell_name(self.row, self.places[column])

    def fault(self, column: str, said: CellMessage) -> ListFault:
        """The fault of the column's cell."""
        return ListFault(self.grid.name, self.cell(column), said.key, said.parts)

    def note(self, column: str, said: CellMessage) -> ListNote:
        """The note on the column's cell."""
        return ListNote(self.grid.name, self.cell(column), said.key, said.parts)


@dataclass(frozen=True, slots=True)
class HeadedTable:
    """A table: its sheet, the row of its headings, the first row that is not its own any more,
    and the columns of each heading."""

    grid: Grid
    head: int
    end: int
    columns: Mapping[str, tuple[int, ...]]

    @property
    def corner(self) -> str:
        """The cell of the first heading of ours."""
        return cell_name(self.head, min(places[0] for places in self.columns.values()))

    def lines(self) -> Iterator[TableLine]:
        """The lines that hold anything in a column of ours."""
        places = {column: places[0] for column, places in self.columns.items()}
        for row in range(self.head + 1, self.end):
            line = TableLine(self.grid, row, places)
            if any(line.text(column) or line.mark(column) for column in places):
                yield line

    def faults(self) -> Iterator[ListFault]:
        """Headings that are missing, or stand twice."""
        for column in REQUIRED_CLIENT_COLUMNS:
            if column not in self.columns:
                yield self._missing(column)
        for column, places in self.columns.items():
            for place in places[1:]:
                parts = {**column_names(column), "first": cell_name(self.head, places[0])}
                yield self._fault(place, cell_message("clients.fault.column.twice", **parts))

    def notes(self) -> Iterator[ListNote]:
        """Columns that are not read, and rows out of sight."""
        for place, heading in self._others().items():
            cell = cell_name(self.head, place)
            yield ListNote(self.grid.name, cell, *_check_other_heading(heading, self.columns))
        for place in self._nameless():
            cell = cell_name(self.head, place)
            yield ListNote(self.grid.name, cell, "clients.note.column.nameless")
        hidden = [line for line in self.lines() if line.row in self.grid.hidden_rows]
        if hidden:
            said = cell_message("clients.note.hidden", count=str(len(hidden)))
            yield hidden[0].note(min(self.columns, key=_column_position), said)

    def _missing(self, column: str) -> ListFault:
        spellings = _heading_spellings(column)
        for place, heading in self._others().items():
            if get_close_matches(question_key(heading), spellings, n=1, cutoff=_SIMILARITY):
                parts = {**column_names(column), "value": shorten_entry(heading)}
                return self._fault(place, cell_message("clients.fault.column.near", **parts))
        said = cell_message("clients.fault.column.missing", **column_names(column))
        return ListFault(self.grid.name, self.corner, said.key, said.parts)

    def _fault(self, place: int, said: CellMessage) -> ListFault:
        return ListFault(self.grid.name, cell_name(self.head, place), said.key, said.parts)

    def _others(self) -> dict[int, str]:
        """The headings that are not ours, by their columns."""
        ours = {place for places in self.columns.values() for place in places}
        cells = enumerate(self.grid.rows[self.head])
        return {col: tidy_text(text) for col, text in cells if tidy_text(text) and col not in ours}

    def _nameless(self) -> list[int]:
        """The columns without a heading in which something stands beside a client."""
        lines = [self.grid.rows[line.row] for line in self.lines()]
        used = {col for cells in lines for col, text in enumerate(cells) if tidy_text(text)}
        return sorted(col for col in used if not tidy_text(self.grid.text(self.head, col)))


def find_tables(grid: Grid) -> list[HeadedTable]:
    """The tables of a sheet, from the top."""
    headed = {
        row: columns for row, cells in enumerate(grid.rows) if (columns := match_headings(cells))
    }
    ends = pairwise((*headed, len(grid.rows)))
    return [HeadedTable(grid, head, end, headed[head]) for head, end in ends]


def match_headings(cells: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """The columns that a row heads; none where it is no row of headings."""
    known = _column_by_heading()
    found: dict[str, tuple[int, ...]] = {}
    for place, text in enumerate(cells):
        if text and (column := known.get(question_key(text))):
            found[column] = (*found.get(column, ()), place)
    needed = sum(1 for column in REQUIRED_CLIENT_COLUMNS if column in found)
    return found if needed >= _MIN_HEADINGS else {}


def _check_other_heading(
    heading: str, columns: Mapping[str, object]
) -> tuple[str, Mapping[str, str]]:
    for column in CLIENT_COLUMNS:
        near = get_close_matches(
            question_key(heading), _heading_spellings(column), n=1, cutoff=_SIMILARITY
        )
        if near and column not in columns:
            return "clients.note.column.near", {
                "value": shorten_entry(heading),
                **column_names(column),
            }
    return "clients.note.column.other", {"value": shorten_entry(heading)}


def _column_position(column: str) -> int:
    return CLIENT_COLUMNS.index(column)


@cache
def _column_by_heading() -> Mapping[str, str]:
    """The columns by the spellings of their headings."""
    return {word: column for column in CLIENT_COLUMNS for word in _heading_spellings(column)}


@cache
def _heading_spellings(column: str) -> tuple[str, ...]:
    return tuple(question_key(Wording(lang)(f"clients.column.{column}")) for lang in Lang)
