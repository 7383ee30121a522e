"""Read a cell of an OpenDocument sheet: its value by type, else the text that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from sheet_diag.intake.readers.notes import without_author
from sheet_diag.intake.readers.package import Attributes
from sheet_diag.intake.readers.survey import LAST_COLUMN, LAST_ROW, convert_value

# Notes, readings over characters and shapes within a cell are not its text.
_NO_TEXT: Final = frozenset(
    ("annotation", "ruby-text", "frame", "custom-shape", "g", "rect", "line")
)
_ERROR: Final = re.compile(r"#[A-Z/0-9]+[!?]|#N/A|Err:5\d\d", re.ASCII)
_DURATION: Final = re.compile(r"(-?)P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")
_NUMBERS: Final = ("float", "percentage", "currency")
_TRUTH: Final = ("TRUE", "FALSE")
_MOST_SPACES: Final = 32_767

StyledPart = tuple[str, tuple[str, ...]]  # a part of a text, and the names of its styles


class CellText:
    """The paragraphs of one cell, joined by line breaks.

    `has_others` says that there are texts which are not the cell's own.
    """

    def __init__(self) -> None:
        self._paragraphs: list[list[StyledPart]] = []
        self._styles: list[str] = []
        self._open = 0
        self._left_out = 0
        self._note: CellText | None = None
        self._author: list[str] = []
        self._is_author = False
        self.has_others = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Begin an element within the cell."""
        if self._left_out or name in _NO_TEXT:
            self._start_other(name, attributes)
        elif name in ("p", "h"):
            self._open += 1
            self._paragraphs.append([])
        elif self._open:
            if name == "span":
                self._styles.append(_local_attribute(attributes, "style-name"))
            self._add(_character(name, attributes))

    def _start_other(self, name: str, attributes: Attributes) -> None:
        self._left_out += 1
        self.has_others = True
        if name == "annotation" and self._note is None:
            self._note = CellText()
        elif self._note:
            self._is_author = name == "creator"
            self._note.start(name, attributes)

    def end(self, name: str) -> None:
        """End an element within the cell."""
        if self._left_out:
            self._left_out -= 1
            self._is_author = False
            if self._note and self._left_out:
                self._note.end(name)
        elif name in ("p", "h"):
            self._open -= 1
        elif name == "span" and self._styles:
            self._styles.pop()

    def text(self, data: str) -> None:
        """Add text within the cell."""
        if self._is_author:
            self._author.append(data)
        elif self._left_out and self._note:
            self._note.text(data)
        elif self._open and not self._left_out:
            self._add(data)

    def _add(self, text: str) -> None:
        if text:
            self._paragraphs[-1].append((text, tuple(self._styles)))

    def joined(self) -> str:
        """Join the text of the cell."""
        return "\n".join("".join(text for text, _ in parts) for parts in self._paragraphs)

    def parts(self) -> Iterator[StyledPart]:
        """Give the parts of the text with the styles around each, the outermost first."""
        for number, parts in enumerate(self._paragraphs):
            if number:
                yield "\n", ()
            yield from parts

    def note(self) -> str:
        """Give the text of the note on the cell; empty where there is none."""
        return without_author(self._note.joined(), "".join(self._author)) if self._note else ""


def ods_cell_text(cell: Attributes, shown: str) -> str:
    """Read the value of a cell (attributes by local name) that shows `shown`, as text."""
    kind = cell.get("value-type", "")
    if kind in _NUMBERS and shown.upper() in _TRUTH:  # LibreOffice writes truth values so
        return shown.upper()
    if kind in _NUMBERS:
        return _number(cell.get("value", ""), shown)
    if kind == "boolean":
        return cell.get("boolean-value", shown).upper()
    if kind == "date":
        return _date(cell.get("date-value", shown))
    if kind == "time":
        return _duration(cell.get("time-value", shown))
    return convert_value(cell.get("string-value") or shown)


def is_boolean(cell: Attributes, text: str) -> bool:
    """Whether the cell is true or false; the libraries give a number or a word for it."""
    return text in _TRUTH and cell.get("value-type") in ("boolean", *_NUMBERS)


def is_ods_error(cell: Attributes, text: str) -> bool:
    """Whether the cell holds the result of a formula that failed."""
    if cell.get("value-type") == "error":  # of the calcext namespace
        return True
    return "formula" in cell and _ERROR.fullmatch(text) is not None


def is_constant(cell: Attributes) -> bool:
    """LibreOffice writes a truth value that was typed as a formula without arguments."""
    return cell.get("formula", "").upper() in ("", "OF:=TRUE()", "OF:=FALSE()")


def repeat_count(attributes: Attributes, name: str) -> int:
    """A number of rows or columns; 1 where it is none, at most one more than any sheet has."""
    if name not in attributes:
        return 1
    digits = attributes[name][:20]
    number = int(digits) if digits.isascii() and digits.isdigit() else 1
    return min(max(number, 1), LAST_ROW + LAST_COLUMN)


def _character(name: str, attributes: Attributes) -> str:
    if name == "s":
        count = _local_attribute(attributes, "c")
        return " " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES)
    return {"tab": "\t", "line-break": "\n"}.get(name, "")


def _local_attribute(attributes: Attributes, name: str) -> str:
    """Look up an attribute by its local name; empty where there is none."""
    return next((value for key, value in attributes.items() if key.endswith(f":{name}")), "")


def _number(value: str, shown: str) -> str:
    try:
        return convert_value(float(value))
    except (ValueError, OverflowError):
        return shown


def _date(value: str) -> str:
    day, _, time = value.partition("T")
    return day if not time.strip("0:.") else f"{day} {time}"


def _duration(value: str) -> str:
    match = _DURATION.fullmatch(value)
    if match is None or len(value) > 40:
        return value
    sign, days, hours, minutes, seconds, _ = match.groups(default="0")
    length = timedelta(int(days), int(seconds), 0, 0, int(minutes), int(hours))
    return convert_value(-length if sign == "-" else length)
