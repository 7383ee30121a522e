"""clients.xlsx or .csv -> the clients that hearing sheets go to, or every fault of the list.

A list with any fault gives no client at all: mails that went to half of the clients, or to a wrong
one, cannot be taken back. What is worth a look and no fault is told beside the clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from sheet_diag.forms.layout import LISTS_SHEET
from sheet_diag.intake.cells import Grid, WorkbookContent
from sheet_diag.intake.client_list.domains import DomainChecks
from sheet_diag.intake.client_list.entries import (
    check_name,
    find_odd_notes,
    is_weak_password,
    read_addresses,
    read_choice,
    read_day,
    read_id,
    read_language,
    read_name,
    read_note,
    read_password,
    read_shared,
    strip_column_honorific,
)
from sheet_diag.intake.client_list.headings import (
    ClientListError,
    ClientListMessage,
    cell_message,
    client_headings,
    column_names,
    find_heading_faults,
    find_heading_notes,
    format_other_place,
    is_client_header,
    shorten_entry,
)
from sheet_diag.intake.returns.answers import unreadable_answer_code
from sheet_diag.intake.table_file import (
    SEPARATORS,
    Table,
    TableFileError,
    TableRow,
    find_separator_by_header,
    find_tables,
    read_table_file,
)
from sheet_diag.model.basics import Lang, Message
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import (
    CLIENT_COLUMNS,
    ClientColumn,
    ClientEntry,
    ClientList,
    ListedClient,
)
from sheet_diag.model.returns import ProblemCode
from sheet_diag.model.settings import Limits
from sheet_diag.text.company_names import is_invisible
from sheet_diag.text.normalize import company_key
from sheet_diag.text.wording import Wording

_T = TypeVar("_T")
_DEFAULT_LIMITS: Final = Limits()
_READERS: Final[Mapping[ClientEntry, Callable[[str, str], tuple[Any, Message | None]]]] = {
    ClientEntry.LANGUAGE: lambda typed, _: read_language(typed),
    ClientEntry.DAY: read_day,
    ClientEntry.NOTE: read_note,
}
_UNREADABLE_CELL: Final[dict[ProblemCode | None, str]] = {
    ProblemCode.NOT_CALCULATED: "clients.fault.not_calculated",
    ProblemCode.EMPTY_RESULT: "clients.fault.not_calculated",
    ProblemCode.ERROR_VALUE: "clients.fault.error_value",
    ProblemCode.DATA_TYPE_ANSWER: "clients.fault.error_value",
    ProblemCode.PICTURE_ANSWER: "clients.fault.picture",
}


def read_client_list(
    path: Path, catalog: Catalog, limits: Limits = _DEFAULT_LIMITS
) -> tuple[ClientList, tuple[ClientListMessage, ...]]:
    """Read the clients of a list, and what is worth a look.

    `path` is a workbook (.xlsx, .xlsm, .xls, .ods and the like) or a CSV file in UTF-8, CP932 or
    UTF-16, separated by commas, tabs or semicolons. Raises `ClientListError` with every fault.
    """
    try:
        workbook = read_table_file(path, limits, _find_separator)
    except TableFileError as error:
        key = "unreadable" if error.key == "empty" else error.key
        fault = ClientListMessage("", "", f"clients.fault.{key}", error.parts)
        raise ClientListError(path, (fault,)) from error
    clients, faults, notes = parse_client_list(workbook, catalog)
    if faults:
        raise ClientListError(path, faults)
    return clients, notes


def _find_separator(text: str) -> str:
    return find_separator_by_header(text, client_headings(), is_client_header) or SEPARATORS[0]


def parse_client_list(
    workbook: WorkbookContent, catalog: Catalog
) -> tuple[ClientList, tuple[ClientListMessage, ...], tuple[ClientListMessage, ...]]:
    """Read the clients in a workbook's cells, every fault, and what is worth a look."""
    grids = workbook.grids
    tables = [t for grid in grids for t in find_tables(grid, client_headings(), is_client_header)]
    reader = _ListReader(catalog)
    for table in tables:
        reader.read(table)
    if not tables:
        name = grids[0].name if grids else ""
        reader.faults.append(ClientListMessage(name, "A1", "clients.fault.no_table"))
    elif not reader.faults and not reader.clients:
        reader.faults.append(_at_header(tables[0], "clients.fault.empty"))
    reader.notes += _check_sheets(grids, {table.grid.name for table in tables})
    if reader.clients and not any(client.due for client in reader.clients):
        reader.notes.append(_at_header(tables[0], "clients.note.no_due"))
    return ClientList(tuple(reader.clients)), tuple(reader.faults), tuple(reader.notes)


@dataclass(slots=True)
class _ListReader:
    """What was read so far. Ids, addresses, passwords and names lead to where they first stood,
    addresses also to whether other clients may have them."""

    catalog: Catalog
    clients: list[ListedClient] = field(default_factory=list)
    faults: list[ClientListMessage] = field(default_factory=list)
    notes: list[ClientListMessage] = field(default_factory=list)
    ids: dict[str, TableRow] = field(default_factory=dict)
    addresses: dict[str, tuple[TableRow, bool]] = field(default_factory=dict)
    passwords: dict[str, TableRow] = field(default_factory=dict, repr=False)
    names: dict[str, TableRow] = field(default_factory=dict)
    domains: DomainChecks = field(default_factory=DomainChecks)

    def read(self, table: Table) -> None:
        """Read every row of a table whose headings are sound."""
        faults = tuple(find_heading_faults(table))
        self.faults += faults
        self.notes += find_heading_notes(table)
        for row in () if faults else table.rows():
            entries = {each.field or each.key: self._entry(row, each) for each in CLIENT_COLUMNS}
            self.clients.append(ListedClient(**entries, row=row.row + 1))

    def _entry(self, row: TableRow, column: ClientColumn) -> Any:
        """Read the entry of a column; one with a fault gives an empty value."""
        key, text = column.key, self._text(row, column.key)
        match column.entry:
            case ClientEntry.ID:
                return self._id(row, text)
            case ClientEntry.COMPANY:
                return self._company(row, column, text)
            case ClientEntry.PERSON:
                return self._without_honorific(row, column, self._name(row, column, text or ""))
            case ClientEntry.TEXT:
                return self._name(row, column, text or "")
            case ClientEntry.ADDRESSES:
                return self._addresses(row, text)
            case ClientEntry.SHARED:
                addresses, _, _ = read_addresses(row.text("mail"))
                return self._checked(row, key, *read_shared(text or "", addresses))
            case ClientEntry.CHOICE | ClientEntry.COUNT:
                return self._choice(row, key, text or "")
            case ClientEntry.PASSWORD:
                return self._password(row, text or "")
            case ClientEntry.LANGUAGE | ClientEntry.DAY | ClientEntry.NOTE:
                return self._checked(row, key, *_READERS[column.entry](text or "", key))

    def _text(self, row: TableRow, column: str) -> str | None:
        """Return what the cell says; None, and a fault, where a formula or a picture says it."""
        text = "" if is_invisible(row.text(column)) else row.text(column)
        fault = _UNREADABLE_CELL.get(unreadable_answer_code(row.mark(column), text))
        if fault is None:
            return text
        parts = {**column_names(column), "value": shorten_entry(text)}
        self._fault(row, column, cell_message(fault, **parts))
        return None

    def _fault(self, row: TableRow, column: str, message: Message) -> None:
        self.faults.append(_at_cell(row, column, message))

    def _note(self, row: TableRow, column: str, message: Message) -> None:
        self.notes.append(_at_cell(row, column, message))

    def _checked(self, row: TableRow, column: str, value: _T, fault: Message | None) -> _T:
        if fault:
            self._fault(row, column, fault)
        return value

    def _name(self, row: TableRow, column: ClientColumn, text: str) -> str:
        name = self._checked(row, column.key, *read_name(text, column.key))
        for note in (*check_name(name, column), *find_odd_notes(row.raw(column.key), column)):
            self._note(row, column.key, note)
        return name

    def _without_honorific(self, row: TableRow, column: ClientColumn, typed: str) -> str:
        name = strip_column_honorific(typed, column)
        if name != typed:
            parts = {"value": shorten_entry(name)}
            self._note(row, column.key, cell_message("clients.note.honorific", **parts))
        return name

    def _choice(self, row: TableRow, column: str, text: str) -> str:
        if text and column not in self.catalog.field_by_id:
            parts = column_names(column)
            self._note(row, column, cell_message("clients.note.no_field", **parts))
        return self._checked(row, column, *read_choice(text, column, self.catalog))

    def _id(self, row: TableRow, text: str | None) -> str:
        found = "" if text is None else self._checked(row, "id", *read_id(text))
        first = self.ids.setdefault(found.casefold(), row) if found else row
        if first is not row:
            parts = {"value": found, "place": format_other_place(first, "id", row)}
            self._fault(row, "id", cell_message("clients.fault.id.twice", **parts))
        return found

    def _company(self, row: TableRow, column: ClientColumn, text: str | None) -> str:
        if text == "":
            self._fault(row, "company", cell_message("clients.fault.company.missing"))
        typed = self._name(row, column, text) if text else ""
        name = self._without_honorific(row, column, typed)
        first = self.names.setdefault(company_key(name), row) if name else row
        if first is not row:
            place = format_other_place(first, "company", row)
            parts = {"value": shorten_entry(name), "place": place}
            self._note(row, "company", cell_message("clients.note.company_twice", **parts))
        return name

    def _addresses(self, row: TableRow, text: str | None) -> tuple[str, ...]:
        if text is None:
            return ()
        addresses, faults, repeated = read_addresses(text)
        if not addresses and not faults:
            faults = (cell_message("clients.fault.mail.missing"),)
        for typed in repeated:
            parts = {"value": shorten_entry(typed)}
            self._note(row, "mail", cell_message("clients.note.mail_repeated", **parts))
        for fault in (*faults, *self._shared_addresses(row, addresses)):
            self._fault(row, "mail", fault)
        for note in self.domains.check(row, addresses):
            self._note(row, "mail", note)
        return addresses

    def _password(self, row: TableRow, text: str) -> str:
        found = self._checked(row, "password", *read_password(text))
        first = self.passwords.setdefault(found.casefold(), row) if found else row
        if first is not row:
            parts = {"place": format_other_place(first, "password", row)}
            self._fault(row, "password", cell_message("clients.fault.password.shared", **parts))
        if found and is_weak_password(found):
            self._note(row, "password", cell_message("clients.note.password"))
        return found

    def _shared_addresses(self, row: TableRow, addresses: Sequence[str]) -> Iterator[Message]:
        """Find the addresses of other clients that not both of them call shared."""
        shared, _ = read_shared(row.text("shared"), addresses)
        for address in addresses:
            own = (row, address in shared)
            first, is_shared = self.addresses.setdefault(address.casefold(), own)
            if first is not row and not (is_shared and address in shared):
                parts = {"value": address, "place": format_other_place(first, "mail", row)}
                yield cell_message("clients.fault.mail.shared", **parts)


def _at_cell(row: TableRow, column: str, message: Message) -> ClientListMessage:
    return ClientListMessage(row.grid.name, row.cell(column), message.key, message.parts)


def _at_header(table: Table, key: str) -> ClientListMessage:
    """Make a message about a whole table, which stands at its first heading of ours."""
    return ClientListMessage(table.grid.name, table.corner, key)


def _check_sheets(grids: Sequence[Grid], with_tables: set[str]) -> Iterator[ClientListMessage]:
    """Find sheets that hold addresses and were not read, are out of sight, or were cut."""
    ours = {LISTS_SHEET, *(Wording(lang)("clients.sheet.guide") for lang in Lang)}
    for grid in grids:
        if grid.name in with_tables:
            if grid.cut:
                yield ClientListMessage(grid.name, "A1", "clients.note.cut")
            if not grid.visible:
                yield ClientListMessage(grid.name, "A1", "clients.note.hidden_sheet")
        elif grid.name not in ours and any("@" in text for row in grid.rows for text in row):
            yield ClientListMessage(grid.name, "A1", "clients.note.sheet_left_out")
