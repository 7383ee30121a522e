"""clients.xlsx or .csv -> the clients that hearing sheets go to, or every fault of the list.

A list with any fault gives no client at all: mails that go to half of the clients, or to a wrong
one, cannot be taken back. What is worth a look and no fault is told beside the clients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from sheet_diag.forms.layout import LISTS_SHEET
from sheet_diag.intake.cells import Grid, WorkbookContent
from sheet_diag.intake.client_list.addresses import read_addresses
from sheet_diag.intake.client_list.errors import (
    CellMessage,
    ClientListError,
    ListFault,
    ListNote,
    cell_message,
    column_names,
    format_place,
    list_text,
    shorten_entry,
)
from sheet_diag.intake.client_list.fields import (
    check_name,
    read_choice,
    read_due,
    read_id,
    read_lang,
    read_name,
    read_note,
    strip_honorific,
)
from sheet_diag.intake.client_list.file import read_client_list_file
from sheet_diag.intake.client_list.tables import HeadedTable, TableLine, find_tables
from sheet_diag.intake.returns.answers import unreadable_answer_code
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.returns import ProblemCode
from sheet_diag.model.settings import Limits
from sheet_diag.text.normalize import company_key, firm_domain
from sheet_diag.text.wording import Wording

__all__ = [
    "ClientListError",
    "ListFault",
    "ListNote",
    "list_text",
    "parse_client_list",
    "read_client_list",
]

_T = TypeVar("_T")
_DEFAULT_LIMITS: Final = Limits()
_UNREADABLE_CELL: Final = {
    ProblemCode.NOT_CALCULATED: "clients.fault.not_calculated",
    ProblemCode.ERROR_VALUE: "clients.fault.error_value",
    ProblemCode.PICTURE_ANSWER: "clients.fault.picture",
}


def read_client_list(
    path: Path, catalog: Catalog, limits: Limits = _DEFAULT_LIMITS
) -> tuple[ClientList, tuple[ListNote, ...]]:
    """The clients of a list, and what is worth a look.

    `path` is a workbook (.xlsx, .xlsm, .xls, .ods and the like) or a CSV file in UTF-8, CP932 or
    UTF-16, parted by commas, tabs or semicolons. Raises `ClientListError` with every fault.
    """
    clients, faults, notes = parse_client_list(read_client_list_file(path, limits), catalog)
    if faults:
        raise ClientListError(path, faults)
    return clients, notes


def parse_client_list(
    book: WorkbookContent, catalog: Catalog
) -> tuple[ClientList, tuple[ListFault, ...], tuple[ListNote, ...]]:
    """The clients in a workbook's cells, every fault, and what is worth a look."""
    tables = [table for grid in book.grids for table in find_tables(grid)]
    found = _ListReader(catalog)
    if not tables:
        found.faults.append(_missing_table_fault(book.grids))
    for table in tables:
        found.read(table)
    if tables and not found.faults and not found.clients:
        found.faults.append(
            _message_at_header(tables[0], ListFault, cell_message("clients.fault.empty"))
        )
    found.notes += _check_sheets(book.grids, {table.grid.name for table in tables})
    if found.clients and not any(client.due for client in found.clients):
        found.notes.append(
            _message_at_header(tables[0], ListNote, cell_message("clients.note.no_due"))
        )
    return ClientList(tuple(found.clients)), tuple(found.faults), tuple(found.notes)


@dataclass(slots=True)
class _ListReader:
    """What was read so far. Ids, addresses, names and domains lead to where they first stood."""

    catalog: Catalog
    clients: list[ListedClient] = field(default_factory=list)
    faults: list[ListFault] = field(default_factory=list)
    notes: list[ListNote] = field(default_factory=list)
    ids: dict[str, TableLine] = field(default_factory=dict)
    addresses: dict[str, TableLine] = field(default_factory=dict)
    names: dict[str, TableLine] = field(default_factory=dict)
    domains: dict[str, tuple[str, TableLine]] = field(default_factory=dict)

    def read(self, table: HeadedTable) -> None:
        """Every line of a table, where its headings are sound."""
        faults = tuple(table.faults())
        self.faults += faults
        self.notes += table.notes()
        for line in () if faults else table.lines():
            self.clients.append(self._client(line))

    def _client(self, line: TableLine) -> ListedClient:
        """The client of a line; what has a fault is left empty."""
        return ListedClient(
            id=self._id(line),
            company=self._company(line),
            contact=self._plain(line, "contact", self._name(line, "contact")),
            title=self._name(line, "title"),
            addresses=self._addresses(line),
            lang=self._one(line, "lang", *read_lang(self._text(line, "lang"))),
            industry=self._choice(line, "industry"),
            employees=self._choice(line, "employees"),
            due=self._one(line, "due", *read_due(self._text(line, "due"))),
            group=self._name(line, "group"),
            note=self._one(line, "note", *read_note(self._text(line, "note"))),
            row=line.row + 1,
        )

    def _text(self, line: TableLine, column: str) -> str:
        """What the cell says; a fault and nothing where a formula or a picture says it."""
        why = unreadable_answer_code(line.mark(column), line.text(column))
        if why is None:
            return line.text(column)
        parts = {**column_names(column), "value": shorten_entry(line.text(column))}
        self.faults.append(line.fault(column, cell_message(_UNREADABLE_CELL[why], **parts)))
        return ""

    def _one(self, line: TableLine, column: str, value: _T, fault: CellMessage | None) -> _T:
        if fault:
            self.faults.append(line.fault(column, fault))
        return value

    def _name(self, line: TableLine, column: str) -> str:
        return self._sound_name(line, column, self._text(line, column))

    def _sound_name(self, line: TableLine, column: str, text: str) -> str:
        name = self._one(line, column, *read_name(text, column))
        self.notes += [line.note(column, said) for said in check_name(name, column)]
        return name

    def _plain(self, line: TableLine, column: str, typed: str) -> str:
        name = strip_honorific(typed, column)
        if name != typed:
            said = cell_message("clients.note.honorific", value=shorten_entry(name))
            self.notes.append(line.note(column, said))
        return name

    def _choice(self, line: TableLine, column: str) -> str:
        text = self._text(line, column)
        if text and column not in self.catalog.field_by_id:
            self.notes.append(
                line.note(column, cell_message("clients.note.no_field", **column_names(column)))
            )
        return self._one(line, column, *read_choice(text, column, self.catalog))

    def _needed(self, line: TableLine, column: str) -> str | None:
        """The text of a column that every line needs; None where its fault is told already."""
        before = len(self.faults)
        text = self._text(line, column)
        return text if len(self.faults) == before else None

    def _id(self, line: TableLine) -> str:
        text = self._needed(line, "id")
        found = "" if text is None else self._one(line, "id", *read_id(text))
        first = self.ids.setdefault(found.casefold(), line) if found else line
        if first is not line:
            parts = {"value": found, "place": _format_other_place(first, "id", line)}
            self.faults.append(line.fault("id", cell_message("clients.fault.id.twice", **parts)))
        return found

    def _company(self, line: TableLine) -> str:
        text = self._needed(line, "company")
        if text == "":
            self.faults.append(line.fault("company", cell_message("clients.fault.company.missing")))
        typed = self._sound_name(line, "company", text) if text else ""
        name = self._plain(line, "company", typed)
        first = self.names.setdefault(company_key(name), line) if name else line
        if first is not line:
            parts = {
                "value": shorten_entry(name),
                "place": _format_other_place(first, "company", line),
            }
            self.notes.append(
                line.note("company", cell_message("clients.note.company_twice", **parts))
            )
        return name

    def _addresses(self, line: TableLine) -> tuple[str, ...]:
        text = self._needed(line, "mail")
        if text is None:
            return ()
        addresses, faults, repeated = read_addresses(text)
        if not addresses and not faults:
            faults = (cell_message("clients.fault.mail.missing"),)
        for typed in repeated:
            said = cell_message("clients.note.mail_repeated", value=shorten_entry(typed))
            self.notes.append(line.note("mail", said))
        for address in addresses:
            first = self.addresses.setdefault(address.casefold(), line)
            if first is not line:
                parts = {"value": address, "place": _format_other_place(first, "mail", line)}
                faults = (*faults, cell_message("clients.fault.mail.shared", **parts))
        self.faults += [line.fault("mail", fault) for fault in faults]
        self.notes += [line.note("mail", said) for said in self._about_domains(line, addresses)]
        return addresses

    def _about_domains(self, line: TableLine, addresses: Sequence[str]) -> Iterator[CellMessage]:
        """Addresses that may be those of somebody else."""
        domains = {address: firm_domain(address) for address in addresses}
        for address, domain in domains.items():
            if not domain:
                yield cell_message("clients.note.free_mail", value=address)
        firms = tuple(dict.fromkeys(filter(None, domains.values())))
        if len(firms) > 1:
            yield cell_message("clients.note.domains", value=", ".join(firms))
        name = company_key(line.text("company"))
        for domain in firms:
            other, first = self.domains.setdefault(domain, (name, line))
            if other != name:
                parts = {"value": domain, "place": _format_other_place(first, "mail", line)}
                yield cell_message("clients.note.domain_shared", **parts)


def _format_other_place(first: TableLine, column: str, line: TableLine) -> str:
    """Where something stood first, as seen from another line."""
    same = first.grid.name == line.grid.name
    return format_place("" if same else first.grid.name, first.cell(column))


def _missing_table_fault(grids: Sequence[Grid]) -> ListFault:
    """The fault of a file in which no row holds our headings."""
    return ListFault(grids[0].name if grids else "", "A1", "clients.fault.no_table")


_Told = TypeVar("_Told", ListFault, ListNote)


def _message_at_header(table: HeadedTable, kind: type[_Told], said: CellMessage) -> _Told:
    """Something about the whole table, told at its first heading of ours."""
    return kind(table.grid.name, table.corner, said.key, said.parts)


def _check_sheets(grids: Sequence[Grid], with_tables: set[str]) -> Iterator[ListNote]:
    """Sheets that hold addresses and were not read, are out of sight, or were cut."""
    ours = {LISTS_SHEET, *(Wording(lang)("clients.sheet.guide") for lang in Lang)}
    for grid in grids:
        if grid.name in with_tables:
            if grid.cut:
                yield ListNote(grid.name, "A1", "clients.note.cut")
            if not grid.visible:
                yield ListNote(grid.name, "A1", "clients.note.hidden_sheet")
        elif grid.name not in ours and any("@" in text for row in grid.rows for text in row):
            yield ListNote(grid.name, "A1", "clients.note.sheet_left_out")
