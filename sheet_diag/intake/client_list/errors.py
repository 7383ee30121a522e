"""What is wrong with a client list, cell by cell, and what of it only wants a look.

Each is a wording key with its parts, so that it can be told in any language.
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
    """A sentence about one cell: its wording key, and the parts that it asks for."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListFault:
    """A fault of the list. `sheet` is empty for a file without sheets, `cell` is as in `B3`
    (empty: the file as a whole), `key` is a wording key and `parts` what it asks for."""

    sheet: str
    cell: str
    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListNote:
    """Something that is worth a look and no fault; told as a fault is."""

    sheet: str
    cell: str
    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


def cell_message(key: str, /, **parts: str) -> CellMessage:
    """The sentence of a key, with what it asks for."""
    return CellMessage(key, parts)


class ClientListError(Exception):
    """A client list that cannot be used, with every fault."""

    def __init__(self, path: Path, faults: tuple[ListFault, ...]) -> None:
        self.path = path
        self.faults = faults
        super().__init__(f"{path}: {[(fault.cell, fault.key) for fault in faults]}")


def list_text(told: ListFault | ListNote, lang: Lang) -> str:
    """The place and the sentence, on one line."""
    place, say = format_place(told.sheet, told.cell), Wording(lang)
    sentence = say(told.key, **told.parts)
    return say("clients.line", place=place, text=sentence) if place else sentence


def shorten_entry(text: str) -> str:
    """An entry as a sentence cites it: on one line, without what a terminal would obey."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return plain if len(plain) <= _MAX_CITED else f"{plain[: _MAX_CITED - 1]}…"


def format_place(sheet: str, cell: str) -> str:
    """Where a cell stands, as people write it."""
    return f"{sheet}!{cell}" if sheet and cell else cell


def column_names(column: str) -> dict[str, str]:
    """The heading of a column in both languages, as the part `column` of a sentence."""
    return {f"column_{lang.value}": Wording(lang)(f"clients.column.{column}") for lang in Lang}
