"""Read the notes on cells: those of OOXML, and comments with their replies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from sheet_diag.intake.cells import CellPosition
from sheet_diag.intake.readers.package import (
    Attributes,
    MarkupError,
    local_name,
    read_elements,
    walk_xml,
)
from sheet_diag.intake.readers.survey import LAST_COLUMN, LAST_ROW, convert_value
from sheet_diag.intake.readers.worksheet import parse_position
from sheet_diag.intake.readers.xlsx_styles import RichText

Note = tuple[CellPosition, str]


def join_notes(notes: Iterable[Note]) -> dict[CellPosition, str]:
    """Join the texts of each cell by line breaks."""
    found: dict[CellPosition, list[str]] = {}
    for at, text in notes:
        if (tidy := convert_value(text).strip()) and at[0] < LAST_ROW and at[1] < LAST_COLUMN:
            found.setdefault(at, []).append(tidy)
    return {at: "\n".join(texts) for at, texts in found.items()}


def without_author(text: str, author: str) -> str:
    """Cut off the name with which Excel begins a note."""
    head = f"{author.strip()}:"
    return text.lstrip().removeprefix(head) if author.strip() else text


def read_notes(part: bytes) -> Sequence[Note]:
    """Read the part with the notes of a sheet of an .xlsx."""
    walker = _NotesWalker()
    with suppress(MarkupError):  # the caller takes what was found before the damage
        walk_xml(part, walker.start, walker.end, walker.text)
    return walker.found


def read_threaded_comments(part: bytes) -> Iterator[Note]:
    """Read the part with the comments of a sheet, replies after what they answer."""
    at = None
    for name, attributes, text in read_elements(part):
        if name == "threadedComment":
            at = parse_position(attributes.get("ref", ""))
        elif name == "text" and at:
            yield at, text


class _NotesWalker:
    """Collects the notes of a part, without the names of their authors."""

    def __init__(self) -> None:
        self.found: list[Note] = []
        self._authors: list[list[str]] = []
        self._is_author = False
        self._at: CellPosition | None = None
        self._author = ""
        self._rich: RichText | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        name = local_name(name)
        if name == "author":
            self._authors.append([])
            self._is_author = True
        elif name == "comment":
            number = attributes.get("authorId", "")
            known = number.isdecimal() and int(number[:9]) < len(self._authors)
            self._author = "".join(self._authors[int(number[:9])]) if known else ""
            self._at = parse_position(attributes.get("ref", ""))
        elif name == "text":
            self._rich = RichText()
        elif self._rich:
            self._rich.start(name, attributes)

    def text(self, data: str) -> None:
        if self._is_author:
            self._authors[-1].append(data)
        elif self._rich:
            self._rich.text(data)

    def end(self, name: str) -> None:
        name = local_name(name)
        if name == "author":
            self._is_author = False
        elif name == "text" and self._rich:
            text = "".join(part for part, _ in self._rich.runs)
            if self._at:
                self.found.append((self._at, without_author(text, self._author)))
            self._rich = None
        elif self._rich:
            self._rich.end(name)
