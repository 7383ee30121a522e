"""The passwords of reports by client, from one run to the next.

No row is changed but for an id that Excel has changed, and none is dropped but one whose password
the mail log proves wrong. Knows neither the form of the file nor where it lies.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sheet_diag.model.basics import Message, UserError
from sheet_diag.storage.report_passwords.fingerprints import find_mismatches, matches_fingerprint
from sheet_diag.storage.report_passwords.row_owners import (
    ClientKey,
    DoubtfulPassword,
    PasswordEntry,
    PasswordOwners,
    find_conflicts,
    find_respelled_names,
)
from sheet_diag.text.normalize import normalize_text
from sheet_diag.text.terminal_text import printable_text
from sheet_diag.text.wording import Wording

Cells = Sequence[str]

PASSWORDS_FILE: Final = "passwords.xlsx"
OLD_PASSWORDS_FILE: Final = "passwords.csv"  # of earlier versions
_KEPT_NAME: Final = re.compile(r"passwords-\d{8}-\d{6}(?:-\d+)?\.(?:csv|xlsx)")
_MAX_PASSWORD: Final = 255  # characters of a password in Excel
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without look-alikes: 0 O, 1 I L
_GROUPS: Final = 4
_GROUP_SIZE: Final = 5  # 20 characters of 31: 99 bits
_MAX_CITED: Final = 40  # characters
_MAX_IDS: Final = 5


class PasswordListError(UserError):
    """The list of an earlier run cannot be used, and why; it is never overwritten."""

    def __init__(self, path: Path, faults: Sequence[Message]) -> None:
        self.path = path
        self.faults = tuple(faults)
        super().__init__(faults[0].key, **faults[0].parts)

    def describe(self, say: Wording) -> str:
        """Write why, a line for each of several reasons."""
        reasons = [say(fault.key, **fault.parts) for fault in self.faults]
        if len(reasons) == 1:
            return say("cli.error.password_list", path=self.path, why=reasons[0])
        head = say("cli.error.password_list.many", path=self.path, count=len(reasons))
        return "\n  ".join([head, *reasons])


@dataclass(frozen=True, slots=True)
class PasswordSheet:
    """The rows of a list as they stand in its file.

    `header` is the place of the headings among them, `number`, `name` and `password` are those of
    the columns; all count from 0.
    """

    rows: Sequence[Cells] = field(repr=False)
    header: int = 0
    number: int = 0
    name: int = 1
    password: int = 2

    def read_entry(self, row: int) -> PasswordEntry | None:
        """Read what a row says of a client; None where it says nothing of any."""
        number, name, password = (
            self._text(row, place) for place in (self.number, self.name, self.password)
        )
        if not (number.strip() or name.strip()):
            return None
        return PasswordEntry(row + 1, number.strip(), name, password.strip())

    def fill(self, cells: Cells, number: str, name: str, password: str) -> Cells:
        """Return the cells of a row with what is known of a client in its places."""
        known = {self.number: number, self.name: name, self.password: password}
        row = [*cells, *[""] * (max(known) + 1 - len(cells))]
        for place, text in known.items():
            row[place] = text
        return row

    def _text(self, row: int, place: int) -> str:
        cells = self.rows[row]
        return cells[place] if place < len(cells) else ""


class PasswordList:
    """Passwords by client; a client keeps the one that it has."""

    def __init__(self, sheet: PasswordSheet) -> None:
        self._sheet = sheet
        self._rows: list[Cells] = list(sheet.rows[: sheet.header + 1])
        self._by_id: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._new: list[tuple[ClientKey, str]] = []
        self._asked: dict[str, ClientKey] = {}

    @classmethod
    def load(
        cls,
        path: Path,
        sheet: PasswordSheet,
        clients: Iterable[ClientKey] = (),
        fingerprints: Mapping[str, str] | None = None,
    ) -> PasswordList:
        """Load the list of an earlier run, which stands in a file.

        A row whose id Excel has changed is one of `clients`, as far as that is sure. Of several
        rows of one client that one counts whose password the report went out with (`fingerprints`
        are by folded id). Raises `PasswordListError`.
        """
        found = cls(sheet)
        if faults := found._take_rows(tuple(clients), fingerprints or {}):
            raise PasswordListError(path, faults)
        return found

    @property
    def header(self) -> int:
        """The place of the headings among the rows."""
        return self._sheet.header

    @property
    def rows_read(self) -> Sequence[Cells]:
        """The rows as they were read."""
        return self._sheet.rows

    @property
    def is_changed(self) -> bool:
        """Whether the rows to be written differ from those that were read."""
        return bool(self._new) or self._rows != list(self._sheet.rows)

    def rows(self) -> list[Cells]:
        """Return the rows to be written: those that were read, and below them the new ones."""
        new = (self._sheet.fill((), *client, word) for client, word in sorted(self._new))
        return [*self._rows, *new]

    def password_of(self, client: ClientKey) -> str:
        """Return the password of a client, made anew where there is none yet; a known id keeps its
        own under another name."""
        number, name = client
        if number:
            words, key = self._by_id, normalize_text(number)
            self._asked[key] = client
        else:
            words, key = self._by_name, name
        if key not in words:
            words[key] = _make_password()
            self._new.append((client, words[key]))
        return words[key]

    def by_id(self) -> dict[str, str]:
        """Return the passwords of clients with an id, by that id, folded."""
        return dict(self._by_id)

    def find_renewed(self, fingerprints: Mapping[str, str]) -> tuple[ClientKey, ...]:
        """Find those of the clients asked for whose report has gone out with another password than
        they have now."""
        sent = [key for key in self._asked if key in fingerprints]
        wrong = find_mismatches([(self._by_id[key], fingerprints[key]) for key in sent])
        return tuple(self._asked[sent[place]] for place in wrong)

    def _take_rows(
        self, clients: Sequence[ClientKey], fingerprints: Mapping[str, str]
    ) -> list[Message]:
        """Take the rows in; the faults that keep the list from being used."""
        sheet = self._sheet
        below = range(sheet.header + 1, len(sheet.rows))
        entries = [entry for row in below if (entry := sheet.read_entry(row))]
        if faults := [*_check_passwords(entries)]:
            return faults
        ids, doubts = PasswordOwners(clients).recognise(entries)
        faults = [*map(_doubt_fault, doubts)]
        wrong: set[int] = set()
        for key, places in find_conflicts(entries, ids):
            rivals = [entries[place] for place in places]
            disproved = _find_disproved(rivals, fingerprints.get(key))
            wrong |= disproved
            if not disproved:
                faults.append(_conflict_fault(key, rivals))
        numbers = {entries[place].row: number for place, number in ids.items()}
        for row in below:
            if row + 1 not in wrong:
                self._take_row(row, numbers.get(row + 1))
        for name, listed in find_respelled_names(entries, clients):
            self._by_name[name] = self._by_name[listed]
        return faults

    def _take_row(self, row: int, number: str | None) -> None:
        """Take a row in; `number` is the id that Excel has changed."""
        cells, entry = self._sheet.rows[row], self._sheet.read_entry(row)
        if entry and (number or entry.number):
            self._by_id[normalize_text(number or entry.number)] = entry.password
        elif entry:
            self._by_name[entry.name] = entry.password
        if entry and number:
            cells = self._sheet.fill(cells, number, entry.name, entry.password)
        self._rows.append(cells)


def is_kept_list(name: str) -> bool:
    """Tell whether a file of that name is a list as it was before a change."""
    return bool(_KEPT_NAME.fullmatch(name))


def _check_passwords(entries: Iterable[PasswordEntry]) -> Iterator[Message]:
    """Find rows of clients without a password that opens anything."""
    for entry in entries:
        row = str(entry.row)
        if not entry.password:
            yield Message("cli.passwords.none", {"line": row})
        elif len(entry.password) > _MAX_PASSWORD:
            yield Message("cli.passwords.long", {"line": row, "most": str(_MAX_PASSWORD)})


def _find_disproved(entries: Sequence[PasswordEntry], fingerprint: str | None) -> set[int]:
    """Find the rows whose password is not the one of the fingerprint, where just one is."""
    words = {entry.password for entry in entries}
    right = {word for word in words if fingerprint and matches_fingerprint(word, fingerprint)}
    if len(right) != 1:
        return set()
    return {entry.row for entry in entries if entry.password not in right}


def _conflict_fault(key: str, entries: Sequence[PasswordEntry]) -> Message:
    rows = ", ".join(str(entry.row) for entry in entries)
    return Message("cli.passwords.twice", {"lines": rows, "value": _shorten_cited(key)})


def _doubt_fault(doubt: DoubtfulPassword) -> Message:
    parts = {"line": str(doubt.entry.row), "value": _shorten_cited(doubt.entry.number)}
    if not doubt.ids:
        return Message("cli.passwords.changed", parts)
    ids = ", ".join(doubt.ids[:_MAX_IDS]) + (" …" if len(doubt.ids) > _MAX_IDS else "")
    return Message("cli.passwords.doubt", {**parts, "ids": ids})


def _shorten_cited(text: str) -> str:
    shown = " ".join(printable_text(text).split())
    return shown if len(shown) <= _MAX_CITED else f"{shown[: _MAX_CITED - 1]}…"


def _make_password() -> str:
    """Make a password that begins with a letter, so that no program takes it for a number."""
    while True:
        groups = (
            "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_SIZE)) for _ in range(_GROUPS)
        )
        password = "-".join(groups)
        if password[0].isalpha():
            return password
