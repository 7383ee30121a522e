"""The headings of a client list: which row has them, and what is wrong or doubtful about them.

A row with two of the headings that every list needs begins a table. So a second table, and headings
repeated for the printer, are read like the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.returns.vocabulary import question_key
from sheet_diag.intake.table_file import (
    HeadedColumns,
    Table,
    TableRow,
    read_headings,
)
from sheet_diag.model.basics import Lang, Message, UserError
from sheet_diag.model.client_list import CLIENT_COLUMNS
from sheet_diag.text.normalize import tidy_text
from sheet_diag.text.wording import Wording

_KEYS: Final = tuple(column.key for column in CLIENT_COLUMNS)
_LABELS: Final = tuple(f"clients.column.{key}" for key in _KEYS)
_NEEDED: Final = tuple(column.key for column in CLIENT_COLUMNS if column.needed)
_MIN_HEADINGS: Final = 2  # needed headings that make a row the head of a table
_SIMILARITY: Final = 0.6  # from here on a heading may be a slip of another


def client_headings() -> Mapping[str, str]:
    """Return the columns by the spellings of their headings."""
    return read_headings(_LABELS)


def is_client_header(columns: HeadedColumns) -> bool:
    """Tell whether a row with these columns is the head of a table."""
    return len(columns.keys() & set(_NEEDED)) >= _MIN_HEADINGS


def find_heading_faults(table: Table) -> Iterator[ClientListMessage]:
    """Find the headings that are missing, or stand twice."""
    for column in _NEEDED:
        if column not in table.columns:
            yield _missing_fault(table, column)
    for column, places in table.columns.items():
        for place in places[1:]:
            first = cell_name(table.header, places[0])
            parts = {**column_names(column), "first": first}
            yield _at_heading(table, place, cell_message("clients.fault.column.twice", **parts))


def find_heading_notes(table: Table) -> Iterator[ClientListMessage]:
    """Find the columns that are not read, and rows out of sight."""
    for place, heading in _other_headings(table).items():
        yield _at_heading(table, place, _other_heading_note(heading, table))
    for place in _columns_without_heading(table):
        yield _at_heading(table, place, cell_message("clients.note.column.nameless"))
    hidden = [row for row in table.rows() if row.row in table.grid.hidden_rows]
    if hidden:
        first = hidden[0].cell(min(table.columns, key=_KEYS.index))
        parts = {"count": str(len(hidden))}
        yield ClientListMessage(table.grid.name, first, "clients.note.hidden", parts)


def _missing_fault(table: Table, column: str) -> ClientListMessage:
    for place, heading in _other_headings(table).items():
        if _is_similar(heading, column):
            parts = {**column_names(column), "value": shorten_entry(heading)}
            return _at_heading(table, place, cell_message("clients.fault.column.near", **parts))
    parts = column_names(column)
    return ClientListMessage(table.grid.name, table.corner, "clients.fault.column.missing", parts)


def _other_heading_note(heading: str, table: Table) -> Message:
    value = shorten_entry(heading)
    for column in _KEYS:
        if column not in table.columns and _is_similar(heading, column):
            return cell_message("clients.note.column.near", value=value, **column_names(column))
    return cell_message("clients.note.column.other", value=value)


def _is_similar(heading: str, column: str) -> bool:
    spellings = [text for text, key in client_headings().items() if key == column]
    return bool(get_close_matches(question_key(heading), spellings, n=1, cutoff=_SIMILARITY))


def _other_headings(table: Table) -> dict[int, str]:
    """Find the headings that are not ours, by their places."""
    ours = {place for places in table.columns.values() for place in places}
    cells = enumerate(table.grid.rows[table.header])
    return {col: tidy_text(text) for col, text in cells if tidy_text(text) and col not in ours}


def _columns_without_heading(table: Table) -> list[int]:
    """Find the columns without a heading in which something stands beside a client."""
    lines = [table.grid.rows[row.row] for row in table.rows()]
    used = {col for cells in lines for col, text in enumerate(cells) if tidy_text(text)}
    return sorted(col for col in used if not tidy_text(table.grid.text(table.header, col)))


def _at_heading(table: Table, place: int, message: Message) -> ClientListMessage:
    cell = cell_name(table.header, place)
    return ClientListMessage(table.grid.name, cell, message.key, message.parts)


_MAX_CITED: Final = 60  # characters


@dataclass(frozen=True, slots=True)
class ClientListMessage:
    """A fault of a client list, or a note on it, and where it stands.

    `sheet` is empty for a file without sheets, `cell` is as in `B3` (empty: the whole file).
    """

    sheet: str
    cell: str
    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


class ClientListError(UserError):
    """A client list that cannot be used, with every fault."""

    def __init__(self, path: Path, faults: tuple[ClientListMessage, ...]) -> None:
        self.faults = faults
        super().__init__("mail.error.list", path=str(path), count=str(len(faults)))

    def describe(self, say: Wording) -> str:
        """Write each fault with its place on a line."""
        lines = (format_list_message(fault, say.lang) for fault in self.faults)
        return "\n  ".join([super().describe(say), *lines])


def cell_message(key: str, /, **parts: str) -> Message:
    """Make a message of a label's key and its parts."""
    return Message(key, parts)


def format_list_message(message: ClientListMessage, lang: Lang) -> str:
    """Write the place and the sentence on one line."""
    place, say = format_place(message.sheet, message.cell), Wording(lang)
    sentence = say(message.key, **message.parts)
    return say("clients.line", place=place, text=sentence) if place else sentence


def format_place(sheet: str, cell: str) -> str:
    """Write where a cell stands, as people do."""
    return f"{sheet}!{cell}" if sheet and cell else cell


def format_other_place(first: TableRow, column: str, row: TableRow) -> str:
    """Write where something stood first, as seen from another row."""
    same = first.grid.name == row.grid.name
    return format_place("" if same else first.grid.name, first.cell(column))


def shorten_entry(text: str) -> str:
    """Shorten an entry that a sentence cites: to one line, without control characters."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= _MAX_CITED else f"{plain[: _MAX_CITED - 1]}…"


def column_names(column: str) -> dict[str, str]:
    """Return the heading of a column in both languages, as parts of a sentence."""
    return {f"column_{lang.value}": Wording(lang)(f"clients.column.{column}") for lang in Lang}
