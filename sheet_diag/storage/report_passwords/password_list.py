"""The passwords of reports by client, from one run to the next.

What a line says is never changed but for an id that Excel has changed, and no line is dropped but
one whose password the mail log proves wrong; then the former file stays beside the new one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from sheet_diag.storage.report_passwords.csv_lines import Fault, says
from sheet_diag.storage.report_passwords.file import (
    Cells,
    Former,
    Page,
    PasswordListError,
    Row,
    read_page,
    write_page,
)
from sheet_diag.storage.report_passwords.fingerprints import fits, unfitting
from sheet_diag.storage.report_passwords.line_owners import (
    Client,
    Doubt,
    Entry,
    Owners,
    namesakes,
    rivals,
)
from sheet_diag.text.normalize import fold
from sheet_diag.text.terminal_text import printable

_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without look-alikes: 0 O, 1 I L
_GROUPS: Final = 4
_GROUP: Final = 5  # 20 characters of 31: 99 bits
_LONGEST_CITED: Final = 40  # characters
_MOST_NAMED: Final = 5


class PasswordList:
    """Passwords by client; one that was told to a client once stays. `former` is the file that was
    read, if writing it anew changes or drops a line of it (else None)."""

    def __init__(self) -> None:
        self.former: Former | None = None
        self._page = Page()
        self._lines: list[Cells] = list(self._page.heads)
        self._by_id: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        self._new: list[tuple[Client, str]] = []
        self._asked: dict[str, Client] = {}

    @classmethod
    def load(
        cls, path: Path, clients: Iterable[Client] = (), sealed: Mapping[str, str] | None = None
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

    def of(self, client: Client) -> str:
        """The password of a client, made anew where there is none yet; a known id keeps its own
        under another name."""
        number, name = client
        words, key = (self._by_id, fold(number)) if number else (self._by_name, name)
        if number:
            self._asked[key] = client
        if key not in words:
            words[key] = _new_password()
            self._new.append((client, words[key]))
        return words[key]

    def by_id(self) -> dict[str, str]:
        """The passwords of clients with an id, by that id, folded."""
        return dict(self._by_id)

    def renewed(self, sealed: Mapping[str, str]) -> tuple[Client, ...]:
        """Those of the clients asked for whose report has gone out with another password than
        they have now; `sealed` are the seals by folded id."""
        sent = [key for key in self._asked if key in sealed]
        wrong = unfitting([(self._by_id[key], sealed[key]) for key in sent])
        return tuple(self._asked[sent[place]] for place in wrong)

    def write(self, path: Path) -> None:
        """Write the list: what was read, and below it the new ones. Raises `OSError`."""
        new = (self._page.filled((), *client, word) for client, word in sorted(self._new))
        write_page(path, (*self._lines, *new))

    def _take(self, path: Path, clients: Sequence[Client], sealed: Mapping[str, str]) -> None:
        self._page = read_page(path)
        self._lines = list(self._page.heads)
        entries = [row.entry for row in self._page.rows if row.entry]
        ids, doubts = Owners(clients).recognise(entries)
        faults = [*map(_doubtful, doubts)]
        wrong: set[int] = set()
        for key, places in rivals(entries, ids):
            lost = _disproved([entries[place] for place in places], sealed.get(key))
            wrong |= lost
            if not lost:
                faults.append(_of_several(key, [entries[place] for place in places]))
        if faults:
            raise PasswordListError(path, faults)
        numbers = {entries[place].line: number for place, number in ids.items()}
        for row in self._page.rows:
            if row.entry is None or row.entry.line not in wrong:
                self._keep(row, numbers)
        for name, listed in namesakes(entries, clients):
            self._by_name[name] = self._by_name[listed]
        if ids or wrong:
            self.former = Former.of(path)

    def _keep(self, row: Row, numbers: Mapping[int, str]) -> None:
        """Take a line in; `numbers` are the ids that Excel has changed, by line."""
        entry = row.entry
        if entry is None:
            self._lines.append(row.cells)
            return
        number = numbers.get(entry.line, entry.number)
        if number:
            self._by_id[fold(number)] = entry.word
        else:
            self._by_name[entry.name] = entry.word
        self._lines.append(self._page.filled(row.cells, number, entry.name, entry.word))


def _disproved(entries: Sequence[Entry], seal: str | None) -> set[int]:
    """The lines whose password is not the one of the seal, where just one password is; else
    none."""
    words = {entry.word for entry in entries}
    right = {word for word in words if seal and fits(word, seal)}
    if len(right) != 1:
        return set()
    return {entry.line for entry in entries if entry.word not in right}


def _of_several(key: str, entries: Sequence[Entry]) -> Fault:
    lines = ", ".join(str(entry.line) for entry in entries)
    return says("cli.passwords.twice", lines=lines, value=_cited(key))


def _doubtful(doubt: Doubt) -> Fault:
    line, value = str(doubt.entry.line), _cited(doubt.entry.number)
    if not doubt.ids:
        return says("cli.passwords.changed", line=line, value=value)
    ids = ", ".join(doubt.ids[:_MOST_NAMED]) + (" …" if len(doubt.ids) > _MOST_NAMED else "")
    return says("cli.passwords.doubt", line=line, value=value, ids=ids)


def _cited(text: str) -> str:
    shown = " ".join(printable(text).split())
    return shown if len(shown) <= _LONGEST_CITED else f"{shown[: _LONGEST_CITED - 1]}…"


def _new_password() -> str:
    """Begins with a letter, so that no program takes it for a number or a date."""
    while True:
        groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        password = "-".join(groups)
        if password[0].isalpha():
            return password
