"""What is to be said about a client list: its faults, and what only wants a look.

Each is a label with its parts, so that it can be said in any language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.text.wording import Wording

_MAX_CITED: Final = 60  # characters


@dataclass(frozen=True, slots=True)
class CellMessage:
    """A sentence about one cell: the key of its label, and the parts that the label asks for."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClientListMessage:
    """A fault of a client list, or a note on it, and where it stands.

    `sheet` is empty for a file without sheets, `cell` is as in `B3` (empty: the whole file).
    """

    sheet: str
    cell: str
    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


class ClientListError(Exception):
    """A client list that cannot be used, with every fault."""

    def __init__(self, path: Path, faults: tuple[ClientListMessage, ...]) -> None:
        self.path = path
        self.faults = faults
        super().__init__(f"{path}: {[(fault.cell, fault.key) for fault in faults]}")


def cell_message(key: str, /, **parts: str) -> CellMessage:
    """Make a message of a label's key and its parts."""
    return CellMessage(key, parts)


def format_list_message(message: ClientListMessage, lang: Lang) -> str:
    """Write the place and the sentence on one line."""
    place, say = format_place(message.sheet, message.cell), Wording(lang)
    sentence = say(message.key, **message.parts)
    return say("clients.line", place=place, text=sentence) if place else sentence


def format_place(sheet: str, cell: str) -> str:
    """Write where a cell stands, as people do."""
    return f"{sheet}!{cell}" if sheet and cell else cell


def shorten_entry(text: str) -> str:
    """Shorten an entry that a sentence cites: to one line, without control characters."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= _MAX_CITED else f"{plain[: _MAX_CITED - 1]}…"


def column_names(column: str) -> dict[str, str]:
    """Return the heading of a column in both languages, as parts of a sentence."""
    return {f"column_{lang.value}": Wording(lang)(f"clients.column.{column}") for lang in Lang}
