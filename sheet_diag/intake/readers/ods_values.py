"""Read a cell of an OpenDocument sheet: its value by type, else the text that it shows."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

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


class CellText:
    """The paragraphs of one cell, joined by line breaks.

    `has_others` says that there are texts which are not the cell's own.
    """

    def __init__(self) -> None:
        self._paragraphs: list[list[str]] = []
        self._open = 0
        self._left_out = 0
        self.has_others = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Begin an element within the cell."""
        if self._left_out or name in _NO_TEXT:
            self._left_out += 1
            self.has_others = True
        elif name in ("p", "h"):
            self._open += 1
            self._paragraphs.append([])
        elif self._open:
            self._paragraphs[-1].append(_character(name, attributes))

    def end(self, name: str) -> None:
        """End an element within the cell."""
        if self._left_out:
            self._left_out -= 1
        elif name in ("p", "h"):
            self._open -= 1

    def text(self, data: str) -> None:
        """Add text within the cell."""
        if self._open and not self._left_out:
            self._paragraphs[-1].append(data)

    def joined(self) -> str:
        """Join the text of the cell."""
        return "\n".join("".join(parts) for parts in self._paragraphs)


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
        count = next((value for key, value in attributes.items() if key.endswith(":c")), "1")
        return " " * min(int(count) if count.isdecimal() else 1, _MOST_SPACES)
    return {"tab": "\t", "line-break": "\n"}.get(name, "")


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
