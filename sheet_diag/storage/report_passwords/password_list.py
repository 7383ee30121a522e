"""The passwords of reports by client, from one run to the next.

What stands in a row is changed only where Excel has changed an id, another password was agreed, or
the mail log knows the day of a call; no row is dropped but one whose password the log proves wrong.
Knows neither the form of the file nor where it lies.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Final

from sheet_diag.model.basics import Message, parse_iso_day
from sheet_diag.storage.report_passwords.faults import (
    PasswordListError,
    find_password_faults,
    make_conflict_fault,
    make_doubt_fault,
)
from sheet_diag.storage.report_passwords.fingerprints import find_mismatches, matches_fingerprint
from sheet_diag.storage.report_passwords.row_owners import (
    ClientKey,
    PasswordEntry,
    PasswordOwners,
    find_conflicts,
    find_respelled_names,
)
from sheet_diag.text.normalize import normalize_text

Cells = Sequence[str]
RowKey = tuple[str, str]  # the folded id of a client, or its name
Contact = tuple[str, str]  # a person and a telephone number

COLUMNS: Final = ("number", "name", "contact", "phone", "password", "told")
_NUMBER, _NAME, _CONTACT, _PHONE, _PASSWORD, _TOLD = range(len(COLUMNS))

PASSWORDS_FILE: Final = "passwords.xlsx"
OLD_PASSWORDS_FILE: Final = "passwords.csv"  # of earlier versions
_KEPT_NAME: Final = re.compile(r"passwords-\d{8}-\d{6}(?:-\d+)?\.(?:csv|xlsx)")
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without look-alikes: 0 O, 1 I L
_GROUPS: Final = 4
_GROUP_SIZE: Final = 5  # 20 characters of 31: 99 bits


@dataclass(frozen=True, slots=True)
class PasswordSheet:
    """The rows of a list as they stand in its file.

    `rows` are those that hold anything, by their numbers in the file (from 1): the cells in the
    order of `COLUMNS`, a day as ISO, then those of `others`, which are the headings of columns that
    a person has added. `above` is what a person has written above the table. `is_current`: it has
    all our columns; `holds_more`: the file has more in it than a list of ours.
    """

    rows: Mapping[int, Cells] = field(default_factory=dict, repr=False)
    others: Cells = ()
    above: Cells = ()
    is_current: bool = False
    holds_more: bool = False


class PasswordList:
    """Passwords by client; a client keeps the one that it has, unless another one is agreed."""

    def __init__(self, sheet: PasswordSheet, agreed: Mapping[str, str]) -> None:
        self._sheet = sheet
        self._agreed = agreed
        self._words: dict[RowKey, str] = {(number, ""): word for number, word in agreed.items()}
        self._rows: list[tuple[RowKey | None, list[str]]] = []
        self._new: list[tuple[RowKey, list[str]]] = []
        self._known: set[RowKey] = set()
        self._asked: dict[RowKey, ClientKey] = {}

    @classmethod
    def load(
        cls,
        path: Path,
        sheet: PasswordSheet,
        clients: Iterable[ClientKey] = (),
        fingerprints: Mapping[str, str] | None = None,
        agreed: Mapping[str, str] | None = None,
    ) -> PasswordList:
        """Load the list of an earlier run, which stands in a file.

        A row whose id Excel has changed is one of `clients`, as far as that is sure. Of several
        rows of one client that one counts whose password the report went out with (`fingerprints`
        are by folded id). `agreed` passwords, by folded id, count before those of the list. Raises
        `PasswordListError`.
        """
        found = cls(sheet, agreed or {})
        if faults := found._take_rows(tuple(clients), fingerprints or {}):
            raise PasswordListError(path, faults)
        return found

    @property
    def is_changed(self) -> bool:
        """Whether the rows to be written differ from those that were read."""
        return self.rows() != list(map(list, self._sheet.rows.values()))

    @property
    def drops_cells(self) -> bool:
        """Whether what was read will be missing; days stand in the mail log, too."""
        before, after = list(self._sheet.rows.values()), self.rows()
        return len(self._rows) < len(before) or any(
            old and old != new
            for olds, news in zip(before, after, strict=False)
            for column, old, new in zip_longest(COLUMNS, olds, news)
            if column != "told" or not parse_iso_day(old)
        )

    def rows(self) -> list[list[str]]:
        """Return the rows to be written: those that were read, and below them the new ones."""
        new = sorted(self._new, key=lambda row: row[1])
        return [self._fill_password(key, cells) for key, cells in (*self._rows, *new)]

    def is_agreed(self, number: str) -> bool:
        """Whether a password was agreed with the client of an id."""
        return normalize_text(number) in self._agreed

    def password_of(self, client: ClientKey) -> str:
        """Return the password of a client, made anew where there is none yet; a known id keeps its
        own under another name."""
        key = row_key(*client)
        self._asked[key] = client
        if key not in self._words:
            self._words[key] = _make_password()
        if key not in self._known:
            self._known.add(key)
            blank = [""] * (len(COLUMNS) + len(self._sheet.others) - len(client))
            self._new.append((key, [*client, *blank]))
        return self._words[key]

    def by_id(self) -> dict[str, str]:
        """Return the passwords of clients with an id, by that id, folded."""
        return {number: word for (number, _), word in self._words.items() if number}

    def told_cells(self) -> dict[str, str]:
        """Return what stands in the column of the day, by folded id: ISO, or what was typed."""
        return {key[0]: row[_TOLD] for key, row in self._client_rows() if key[0] and row[_TOLD]}

    def set_days(self, days: Mapping[str, date | None]) -> None:
        """Write the days on which clients were told, by folded id; None takes a day away."""
        for key, row in self._client_rows():
            if key[0] in days:
                day = days[key[0]]
                typed = "" if parse_iso_day(row[_TOLD]) else row[_TOLD]
                row[_TOLD] = day.isoformat() if day else typed

    def fill_contacts(self, contacts: Mapping[RowKey, Contact]) -> None:
        """Write whom to call, and where, into blank cells; what a person wrote there stays."""
        for key, row in self._client_rows():
            contact, phone = contacts.get(key, ("", ""))
            row[_CONTACT], row[_PHONE] = row[_CONTACT] or contact, row[_PHONE] or phone

    def find_renewed(self, fingerprints: Mapping[str, str]) -> tuple[ClientKey, ...]:
        """Find those of the clients asked for whose report has gone out with another password than
        they have now."""
        sent = [key for key in self._asked if key[0] in fingerprints]
        wrong = find_mismatches([(self._words[key], fingerprints[key[0]]) for key in sent])
        return tuple(self._asked[sent[place]] for place in wrong)

    def _client_rows(self) -> Iterator[tuple[RowKey, list[str]]]:
        return ((key, row) for key, row in (*self._rows, *self._new) if key)

    def _take_rows(
        self, clients: Sequence[ClientKey], fingerprints: Mapping[str, str]
    ) -> list[Message]:
        """Take the rows in; the faults that keep the list from being used."""
        entries = [
            PasswordEntry(row, cells[_NUMBER].strip(), cells[_NAME], cells[_PASSWORD].strip())
            for row, cells in self._sheet.rows.items()
            if cells[_NUMBER].strip() or cells[_NAME].strip()
        ]
        if faults := [*find_password_faults(entries, self.is_agreed)]:
            return faults
        ids, doubts = PasswordOwners(clients).recognise(entries)
        faults = [*map(make_doubt_fault, doubts)]
        wrong: set[int] = set()
        for key, places in find_conflicts(entries, ids):
            rivals = [entries[place] for place in places]
            disproved = _find_disproved(rivals, fingerprints.get(key))
            wrong |= disproved
            if not disproved:
                faults.append(make_conflict_fault(key, rivals))
        numbers = {entries[place].row: number for place, number in ids.items()}
        by_row = {entry.row: entry for entry in entries}
        for row, cells in self._sheet.rows.items():
            if row not in wrong:
                self._take_row(cells, by_row.get(row), numbers.get(row))
        for name, listed in find_respelled_names(entries, clients):
            self._words["", name] = self._words["", listed]
            self._known.add(("", name))
        return faults

    def _take_row(self, cells: Cells, entry: PasswordEntry | None, number: str | None) -> None:
        """Take a row in; `number` is the id that Excel has changed."""
        row = list(cells)
        if entry is None:
            self._rows.append((None, row))
            return
        if number:
            row[_NUMBER] = number
        key = row_key(number or entry.number, entry.name)
        self._words.setdefault(key, entry.password)
        self._known.add(key)
        self._rows.append((key, row))

    def _fill_password(self, key: RowKey | None, cells: list[str]) -> list[str]:
        if key is None or self._words[key] == cells[_PASSWORD].strip():
            return cells
        return [*cells[:_PASSWORD], self._words[key], *cells[_PASSWORD + 1 :]]


def row_key(number: str, name: str) -> RowKey:
    """Return what tells the row of a client from others: its folded id, or its name."""
    return (normalize_text(number), "") if number else ("", name)


def is_kept_list(name: str) -> bool:
    """Tell whether a file of that name is a list as it was before a change."""
    return bool(_KEPT_NAME.fullmatch(name))


def _find_disproved(entries: Sequence[PasswordEntry], fingerprint: str | None) -> set[int]:
    """Find the rows whose password is not the one of the fingerprint, where just one is."""
    words = {entry.password for entry in entries}
    right = {word for word in words if fingerprint and matches_fingerprint(word, fingerprint)}
    if len(right) != 1:
        return set()
    return {entry.row for entry in entries if entry.password not in right}


def _make_password() -> str:
    """Make a password that begins with a letter, so that no program takes it for a number."""
    while True:
        groups = (
            "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_SIZE)) for _ in range(_GROUPS)
        )
        password = "-".join(groups)
        if password[0].isalpha():
            return password
