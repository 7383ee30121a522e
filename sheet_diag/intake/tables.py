"""Tables of ours on a sheet, found by their headings wherever they stand.

Knows where a table begins and ends and which cells a row has. What a text means is left to the
reader of each table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.cells import CellMark, Grid
from sheet_diag.intake.returns.vocabulary import question_key
from sheet_diag.model.basics import Lang
from sheet_diag.text.normalize import tidy_text
from sheet_diag.text.wording import Wording

Headings = Mapping[str, str]  # the column of each heading, spelt as `heading_key` spells it
HeadedColumns = Mapping[str, tuple[int, ...]]  # where the headings of each column stand


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table. `row` counts from 0, `places` are the columns by their names."""

    grid: Grid
    row: int
    places: Mapping[str, int]

    def raw(self, column: str) -> str:
        """Return the text as it stands there; empty where there is no such column."""
        place = self.places.get(column)
        return "" if place is None else self.grid.text(self.row, place)

    def text(self, column: str) -> str:
        """Return the text without invisible characters and white space at its edges."""
        return tidy_text(self.raw(column))

    def mark(self, column: str) -> CellMark | None:
        """Return what is special about the cell."""
        return self.grid.marks.get((self.row, self.places.get(column, -1)))

    def cell(self, column: str) -> str:
        """Return the name of the cell, such as `B3`."""
        return cell_name(self.row, self.places[column])


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the row of its headings, the first row below that is not its own, its columns."""

    grid: Grid
    header: int
    end: int
    columns: HeadedColumns

    @property
    def corner(self) -> str:
        """The cell of the first heading of ours."""
        return cell_name(self.header, min(places[0] for places in self.columns.values()))

    def rows(self) -> Iterator[TableRow]:
        """Yield the rows that hold anything in a column of ours, be it a mark without a text."""
        places = {column: found[0] for column, found in self.columns.items()}
        for number in range(self.header + 1, self.end):
            row = TableRow(self.grid, number, places)
            if any(row.text(column) or row.mark(column) for column in places):
                yield row


def find_tables(
    grid: Grid,
    headings: Headings,
    is_header: Callable[[HeadedColumns], bool],
    first_rows: int | None = None,
) -> list[Table]:
    """Find the tables of a sheet, from the top; each goes on to the next row of headings.

    The headings stand among the `first_rows` rows (None: anywhere).
    """
    rows = enumerate(grid.rows[:first_rows])
    found = ((row, match_headings(cells, headings)) for row, cells in rows)
    headers = {row: columns for row, columns in found if columns and is_header(columns)}
    ends = pairwise((*headers, len(grid.rows)))
    return [Table(grid, row, end, headers[row]) for row, end in ends]


def match_headings(cells: tuple[str, ...], headings: Headings) -> HeadedColumns:
    """Find the columns that a row heads."""
    found: dict[str, tuple[int, ...]] = {}
    for place, text in enumerate(cells):
        if text and (column := headings.get(heading_key(text))):
            found[column] = (*found.get(column, ()), place)
    return found


@cache
def read_headings(keys: tuple[str, ...]) -> Headings:
    """Read the labels of these keys in every language; a column is the last word of its key."""
    return {heading_key(Wording(lang)(k)): k.rpartition(".")[2] for k in keys for lang in Lang}


def heading_key(text: str) -> str:
    """Spell a heading as headings are compared: without width, case and white space."""
    return question_key(text)
