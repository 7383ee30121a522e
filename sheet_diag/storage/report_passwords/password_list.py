"""The passwords of reports by client, from one run to the next.

What a line says is never changed but for an id that Excel has changed, and no line is dropped but
one whose password the mail log proves wrong; then the former file stays beside the new one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sheet_diag.storage.report_passwords.csv_lines import PasswordFault, password_fault
from sheet_diag.storage.report_passwords.file import (
    Cells,
    FormerPasswordsFile,
    PasswordListError,
    PasswordRow,
    PasswordTable,
    read_password_table,
    write_password_table,
)
from sheet_diag.storage.report_passwords.fingerprints import find_mismatches, matches_fingerprint
from sheet_diag.storage.report_passwords.line_owners import (
    ClientKey,
    DoubtfulPassword,
    PasswordEntry,
    PasswordOwners,
    find_conflicts,
    find_respelled_names,
)
from sheet_diag.text.normalize import normalize_text
from sheet_diag.text.terminal_text import printable_text

_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without look-alikes: 0 O, 1 I L
_GROUPS: Final = 4
_GROUP_SIZE: Final = 5  # 20 characters of 31: 99 bits
_MAX_CITED: Final = 40  # characters
_MAX_IDS: Final = 5


class PasswordList:
    """Passwords by client; one that was told to a client once stays. `former` is the file that was
    read, if writing it anew changes or drops a line of it (else None)."""

    def __init__(self) -> None:
        self.former: FormerPasswordsFile | None = None
        self._page = PasswordTable()
        self._lines: list[Cells] = list(self._page.heads)
        self._by_id: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._new: list[tuple[ClientKey, str]] = []
        self._asked: dict[str, ClientKey] = {}

    @classmethod
    def load(
        cls, path: Path, clients: Iterable[ClientKey] = (), sealed: Mapping[str, str] | None = None
    ) -> PasswordList:
        """The list of an earlier run, empty where there is none.

        Lines whose id Excel has changed are those of `clients`, as far as that is sure; of several
        lines of one client that one counts whose password the report went out with (`sealed`: the
        seals by folded id). Raises `PasswordListError`.
        """
        found = cls()
        if path.exists():
            found._take(path, tuple(clients), sealed or {})
        return found

    def of(self, client: ClientKey) -> str:
        """The password of a client, made anew where there is none yet; a known id keeps its own
        under another name."""
        number, name = client
        words, key = (self._by_id, normalize_text(number)) if number else (self._by_name, name)
        if number:
            self._asked[key] = client
        if key not in words:
            words[key] = _make_password()
            self._new.append((client, words[key]))
        return words[key]

    def by_id(self) -> dict[str, str]:
        """The passwords of clients with an id, by that id, folded."""
        return dict(self._by_id)

    def renewed(self, sealed: Mapping[str, str]) -> tuple[ClientKey, ...]:
        """Those of the clients asked for whose report has gone out with another password than
        they have now; `sealed` are the seals by folded id."""
        sent = [key for key in self._asked if key in sealed]
        wrong = find_mismatches([(self._by_id[key], sealed[key]) for key in sent])
        return tuple(self._asked[sent[place]] for place in wrong)

    def write(self, path: Path) -> None:
        """Write the list: what was read, and below it the new ones. Raises `OSError`."""
        new = (self._page.filled((), *client, word) for client, word in sorted(self._new))
        write_password_table(path, (*self._lines, *new))

    def _take(self, path: Path, clients: Sequence[ClientKey], sealed: Mapping[str, str]) -> None:
        self._page = read_password_table(path)
        self._lines = list(self._page.heads)
        entries = [row.entry for row in self._page.rows if row.entry]
        ids, doubts = PasswordOwners(clients).recognise(entries)
        faults = [*map(_doubt_fault, doubts)]
        wrong: set[int] = set()
        for key, places in find_conflicts(entries, ids):
            lost = _find_disproved([entries[place] for place in places], sealed.get(key))
            wrong |= lost
            if not lost:
                faults.append(_conflict_fault(key, [entries[place] for place in places]))
        if faults:
            raise PasswordListError(path, faults)
        numbers = {entries[place].line: number for place, number in ids.items()}
        for row in self._page.rows:
            if row.entry is None or row.entry.line not in wrong:
                self._keep(row, numbers)
        for name, listed in find_respelled_names(entries, clients):
            self._by_name[name] = self._by_name[listed]
        if ids or wrong:
            self.former = FormerPasswordsFile.of(path)

    def _keep(self, row: PasswordRow, numbers: Mapping[int, str]) -> None:
        """Take a line in; `numbers` are the ids that Excel has changed, by line."""
        entry = row.entry
        if entry is None:
            self._lines.append(row.cells)
            return
        number = numbers.get(entry.line, entry.number)
        if number:
            self._by_id[normalize_text(number)] = entry.word
        else:
            self._by_name[entry.name] = entry.word
        self._lines.append(self._page.filled(row.cells, number, entry.name, entry.word))


def _find_disproved(entries: Sequence[PasswordEntry], seal: str | None) -> set[int]:
    """The lines whose password is not the one of the seal, where just one password is; else
    none."""
    words = {entry.word for entry in entries}
    right = {word for word in words if seal and matches_fingerprint(word, seal)}
    if len(right) != 1:
        return set()
    return {entry.line for entry in entries if entry.word not in right}


def _conflict_fault(key: str, entries: Sequence[PasswordEntry]) -> PasswordFault:
    lines = ", ".join(str(entry.line) for entry in entries)
    return password_fault("cli.passwords.twice", lines=lines, value=_shorten_cited(key))


def _doubt_fault(doubt: DoubtfulPassword) -> PasswordFault:
    line, value = str(doubt.entry.line), _shorten_cited(doubt.entry.number)
    if not doubt.ids:
        return password_fault("cli.passwords.changed", line=line, value=value)
    ids = ", ".join(doubt.ids[:_MAX_IDS]) + (" …" if len(doubt.ids) > _MAX_IDS else "")
    return password_fault("cli.passwords.doubt", line=line, value=value, ids=ids)


def _shorten_cited(text: str) -> str:
    shown = " ".join(printable_text(text).split())
    return shown if len(shown) <= _MAX_CITED else f"{shown[: _MAX_CITED - 1]}…"


def _make_password() -> str:
    """Begins with a letter, so that no program takes it for a number or a date."""
    while True:
        groups = (
            "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_SIZE)) for _ in range(_GROUPS)
        )
        password = "-".join(groups)
        if password[0].isalpha():
            return password
