"""What keeps a list of passwords from being used, each with its row; no password is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from sheet_diag.model.basics import Message, UserError
from sheet_diag.storage.report_passwords.row_owners import DoubtfulPassword, PasswordEntry
from sheet_diag.text.terminal_text import printable_text
from sheet_diag.text.wording import Wording, join_first

_MAX_PASSWORD: Final = 255  # characters of a password in Excel
_MAX_CITED: Final = 40  # characters


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


def find_password_faults(
    entries: Iterable[PasswordEntry], is_agreed: Callable[[str], bool]
) -> Iterator[Message]:
    """Find rows of clients without a password that opens anything."""
    for entry in entries:
        row = str(entry.row)
        if not entry.password and not is_agreed(entry.number):
            yield Message("cli.passwords.none", {"line": row})
        elif len(entry.password) > _MAX_PASSWORD:
            yield Message("cli.passwords.long", {"line": row, "most": str(_MAX_PASSWORD)})


def make_conflict_fault(key: str, entries: Sequence[PasswordEntry]) -> Message:
    """Make the fault of a client whose rows have different passwords."""
    rows = ", ".join(str(entry.row) for entry in entries)
    return Message("cli.passwords.twice", {"lines": rows, "value": _shorten_cited(key)})


def make_doubt_fault(doubt: DoubtfulPassword) -> Message:
    """Make the fault of a row of which nobody knows whose it is."""
    parts = {"line": str(doubt.entry.row), "value": _shorten_cited(doubt.entry.number)}
    if not doubt.ids:
        return Message("cli.passwords.changed", parts)
    return Message("cli.passwords.doubt", {**parts, "ids": join_first(doubt.ids)})


def _shorten_cited(text: str) -> str:
    shown = " ".join(printable_text(text).split())
    return shown if len(shown) <= _MAX_CITED else f"{shown[: _MAX_CITED - 1]}…"
