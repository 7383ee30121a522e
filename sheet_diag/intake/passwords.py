"""Lists of passwords -> what opens the protected returns, and the passwords of our reports.

A list is a workbook or a CSV file. Columns are found by their headings. No password is in what
this module raises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import Grid, WorkbookContent
from sheet_diag.intake.dates import parse_typed_date
from sheet_diag.intake.returns.vocabulary import question_key
from sheet_diag.intake.table_file import (
    SEPARATORS,
    Cells,
    HeadedColumns,
    Headings,
    Table,
    TableFileError,
    find_separator_by_header,
    find_tables,
    match_headings,
    read_headings,
    read_table_file,
)
from sheet_diag.model.basics import Lang, Message, UserError
from sheet_diag.model.settings import Limits, Passwords
from sheet_diag.storage.report_passwords.faults import PasswordListError
from sheet_diag.storage.report_passwords.password_list import COLUMNS, PasswordSheet
from sheet_diag.text.normalize import tidy_text
from sheet_diag.text.wording import Wording

PASSWORDS_VARIABLE: Final = "SHEET_DIAG_PASSWORDS"
_NUMBER, _NAME, _PASSWORD = "number", "name", "password"
_LABELS: Final = tuple(f"passwords.column.{column}" for column in (_NUMBER, _NAME, _PASSWORD))
_LIST_LABELS: Final = tuple(f"passwords.column.{column}" for column in COLUMNS)
_OURS: Final = ("passwords.title", "passwords.lead", "passwords.agreed")  # texts that we write
_OTHER_NAMES: Final = ("会社名", "company", "company name", "name")


class PasswordsFileError(UserError):
    """The list of passwords of returns cannot be used, and why."""

    def __init__(self, path: Path, fault: Message) -> None:
        self.path = path
        super().__init__(fault.key, **fault.parts)

    def describe(self, say: Wording) -> str:
        """Write why."""
        return say("cli.error.passwords", path=self.path, why=super().describe(say))


def load_passwords(path: Path | None, environment: Mapping[str, str]) -> Passwords:
    """Load the passwords of returns from a list and from the environment.

    In the list, columns with other headings are passed over, and a client may have its id and its
    name. A password without a client is common to all, and so is each line of the variable.
    Raises `PasswordsFileError`.
    """
    common = [line for line in environment.get(PASSWORDS_VARIABLE, "").splitlines() if line]
    by_client = []
    for clients, password in _read_pairs(path) if path else ():
        by_client += [(client, password) for client in clients]
        common += [] if clients else [password]
    return Passwords(tuple(dict.fromkeys(common)), tuple(by_client))


def read_password_sheet(path: Path) -> PasswordSheet:
    """Read the list of the passwords of reports. Raises `PasswordListError`."""
    try:
        workbook = _read_file(path)
    except TableFileError as error:
        raise PasswordListError(path, [_file_fault(error)]) from error
    for grid in workbook.grids:
        for table in find_tables(grid, _list_headings(), _names_password_and_client):
            if duplicate := _duplicate_fault(grid, table.header, table.columns):
                raise PasswordListError(path, [duplicate])
            if _NUMBER in table.columns:
                return _make_sheet(workbook, table)
    rows = (row for grid in workbook.grids for row in grid.rows)
    if any(any(map(str.strip, row)) for row in rows):
        texts = {lang: [Wording(lang)(key) for key in _LABELS] for lang in Lang}
        parts = {f"heads_{lang.value}": ", ".join(texts[lang]) for lang in Lang}
        raise PasswordListError(path, [Message("cli.passwords.head", parts)])
    raise PasswordListError(path, [Message("cli.passwords.empty")])


@cache
def _headings() -> Headings:
    names = {question_key(text): _NAME for text in _OTHER_NAMES}
    return {**names, **read_headings(_LABELS)}


@cache
def _list_headings() -> Headings:
    return {**_headings(), **read_headings(_LIST_LABELS)}


@cache
def _own_texts() -> frozenset[str]:
    return frozenset(tidy_text(Wording(lang)(key)) for key in _OURS for lang in Lang)


def _make_sheet(workbook: WorkbookContent, table: Table) -> PasswordSheet:
    """Make the sheet of a table and of what a person has added to it."""
    grid, header = table.grid, table.header
    places = [table.columns.get(column, (-1,))[0] for column in COLUMNS]
    below = range(header + 1, len(grid.rows))
    pairs = [pair for row in (header, *below) for pair in enumerate(grid.rows[row])]
    added = sorted({col for col, text in pairs if text.strip()} - set(places))
    above = [tidy_text(text) for row in grid.rows[:header] for text in row]
    lines = tuple(text for text in above if text and text not in _own_texts())
    rows = {row + 1: _read_list_row(grid, row, places, added) for row in below}
    return PasswordSheet(
        rows={row: texts for row, texts in rows.items() if any(map(str.strip, texts))},
        others=tuple(grid.text(header, col) for col in added),
        above=lines,
        is_current=-1 not in places,
        holds_more=bool(added or lines or grid.notes or _is_used_elsewhere(workbook, grid)),
    )


def _read_list_row(
    grid: Grid, row: int, places: Sequence[int], added: Sequence[int]
) -> tuple[str, ...]:
    """Read the cells of our columns and of those that a person has added."""
    number, name, contact, phone, password, told = (
        grid.text(row, place) if place >= 0 else "" for place in places
    )
    if not grid.name:  # a text file, where an apostrophe kept Excel from changing a cell
        number, name = number.removeprefix("'"), name.removeprefix("'")
    told = "" if tidy_text(told) in _own_texts() else parse_typed_date(told)[0] or told.strip()
    rest = (grid.text(row, place) for place in added)
    return (number, name, contact, phone, password, told, *rest)


def _is_used_elsewhere(workbook: WorkbookContent, grid: Grid) -> bool:
    """Tell whether a workbook holds pictures, or anything on other sheets."""
    others = (each for each in workbook.grids if each is not grid)
    return workbook.pictures > 0 or any(any(map(any, each.rows)) for each in others)


def _read_pairs(path: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    """Read each password, and what its client is known by."""
    try:
        workbook = _read_file(path)
        grid = _find_list(workbook)
        header, columns = _find_columns(grid)
        if duplicate := _duplicate_fault(grid, header, columns):
            raise PasswordsFileError(path, duplicate)
    except TableFileError as error:
        if error.key == "empty":
            return
        raise PasswordsFileError(path, _file_fault(error)) from error
    for number, cells in enumerate(grid.rows[header + 1 :], header + 2):
        if any(map(str.strip, cells)):
            clients, password = _read_row(cells, columns)
            if password is None:
                fault = Message("cli.passwords.rows", {"line": str(number)})
                raise PasswordsFileError(path, fault)
            if password:
                yield tuple(filter(None, (_plain_client(client) for client in clients))), password


def _read_row(cells: Cells, columns: HeadedColumns) -> tuple[tuple[str, ...], str | None]:
    """Read the clients and the password of a row (None: no heading tells which cell it is)."""
    if _NUMBER in columns or _NAME in columns:
        clients = tuple(_text(cells, columns.get(key, ())) for key in (_NUMBER, _NAME))
        return clients, _text(cells, columns[_PASSWORD])
    if any(cells[2:]) or (columns and any(cells[1:])):
        return (), None
    return ((cells[0],), cells[1]) if cells[1:] else ((), cells[0])


def _find_list(workbook: WorkbookContent) -> Grid:
    """Find the sheet with the headings, or else the first one that holds anything."""
    for grid in workbook.grids:
        if find_tables(grid, _headings(), _names_password_and_client):
            return grid
    return next((g for g in workbook.grids if any(any(row) for row in g.rows)), workbook.grids[0])


def _find_columns(grid: Grid) -> tuple[int, HeadedColumns]:
    """Find the row of the headings (-1: there is none), and their columns."""
    if tables := find_tables(grid, _headings(), _names_password_and_client):
        return tables[0].header, tables[0].columns
    for row, cells in enumerate(grid.rows):
        if any(map(str.strip, cells)):
            columns = _match_short_header(cells)
            return (row, columns) if columns else (-1, {})
    return -1, {}


def _match_short_header(cells: Cells) -> HeadedColumns:
    """Match a first row of which only one of one or two cells is a heading that we know."""
    columns = match_headings(cells, _headings())
    if any(map(str.strip, cells[2:])):
        return {}
    if _PASSWORD in columns:  # the other column is that of the client
        other = 1 - columns[_PASSWORD][0]
        return {_NAME: (other,), **columns} if other < len(cells) else columns
    is_alone = sum(1 for cell in cells if cell.strip()) == 1
    if is_alone or [*columns.values()] != [(0,)]:
        return {}
    return {**columns, _PASSWORD: (1,)}


def _names_password_and_client(columns: HeadedColumns) -> bool:
    return _PASSWORD in columns and (_NUMBER in columns or _NAME in columns)


def _duplicate_fault(grid: Grid, header: int, columns: HeadedColumns) -> Message | None:
    for places in columns.values():
        if len(places) > 1:
            heading = grid.text(header, places[0]).strip()
            parts = {"line": str(header + 1), "value": heading}
            return Message("cli.passwords.columns", parts)
    return None


def _text(cells: Cells, places: tuple[int, ...]) -> str:
    return cells[places[0]] if places and places[0] < len(cells) else ""


def _plain_client(client: str) -> str:
    return client.removeprefix("'").strip()


def _read_file(path: Path) -> WorkbookContent:
    return read_table_file(path, Limits(), _find_separator)


def _file_fault(error: TableFileError) -> Message:
    return Message(f"cli.passwords.{error.key}", error.parts)


def _find_separator(text: str) -> str:
    """Find the separator by the headings, or else in lines of two cells. Raises `TableFileError`
    where it may be part of every password."""
    if found := find_separator_by_header(text, _headings(), _names_password_and_client):
        return found
    lines = [line for line in text.splitlines() if line.strip()]
    if "," in text or not lines:
        return SEPARATORS[0]
    for separator in SEPARATORS[1:]:
        if all(line.count(separator) == 1 for line in lines):
            if separator == ";":
                raise TableFileError("sign")
            return separator
    return SEPARATORS[0]
