"""What cells contain: XML that follows a cell's format, and the value that a chart shows of it.

Formulas and texts repeat from one client's workbook to the next, so a process keeps what they
become. Each is the XML that XlsxWriter writes; it leaves out what XlsxWriter makes of formulas that
we do not write, arrays and functions that Excel 2016 lacks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from math import isfinite
from typing import Final

from xlsxwriter.utility import _preserve_whitespace
from xlsxwriter.worksheet import re_dynamic_function
from xlsxwriter.xmlwriter import XMLwriter

from sheet_diag.text.excel_text import storable_text
from sheet_diag.xlsx.errors import WorkbookError

CellContent = tuple[str, str | float]  # the XML after the format; the value as a chart keeps it

BLANK: Final[CellContent] = ("/>", "")
SHARED: Final = ' t="s">'  # how the XML of a shared string begins
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_QUOTED: Final = re.compile('"[^"]*"')
_ERRORS: Final = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"},
)
_LONG: Final = 500  # characters: longer texts are a client's own, and would crowd out the others
_DAY_ZERO: Final = date(1899, 12, 31)
_LEAP_DAY: Final = 60
_AT_ONCE: Final = 10_000  # shared strings


def number_content(number: float | Fraction) -> CellContent:
    """Make the content of a number, with the digits that Excel keeps."""
    if not isfinite(number):
        raise WorkbookError(f"a cell cannot hold {number}")
    plain = float(number) if isinstance(number, Fraction) else number
    return f"><v>{plain:.16G}</v></c>", f"{plain:.16g}"


def day_number(day: date) -> int:
    """Give the number of a day as Excel counts it, with the 29 February 1900 that never was."""
    days = (day - _DAY_ZERO).days
    return days if days < _LEAP_DAY else days + 1


def formula_content(formula: str, value: str | float) -> CellContent:
    """Make the content of a formula, with the value it had when it was written."""
    head = _formula_head(formula)
    if isinstance(value, str):
        kind = f' t="{"e" if value in _ERRORS else "str"}"' if value else ""
        return f"{kind}{head}{_replace_non_xml(value)}</v></c>", value
    if isinstance(value, bool):
        return f' t="b"{head}{int(value)}</v></c>', value
    return f"{head}{value}</v></c>", value


class SharedStrings(dict[str, CellContent]):
    """The shared strings of a workbook, numbered as they come, by text as given."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0  # cells, as many as were ever written
        self._texts: list[str] = []

    def __missing__(self, text: str) -> CellContent:
        stored = storable_text(text)
        if stored == text:
            content: CellContent = (shared_content(len(self._texts)), text)
            self._texts.append(text)
        else:
            content = self[stored]
        self[text] = content
        return content

    @property
    def texts(self) -> Sequence[str]:
        """The texts by their numbers."""
        return self._texts

    def xml(self) -> Iterator[str]:
        """Write the part's elements, in pieces."""
        yield (
            '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            f'count="{self.count}" uniqueCount="{len(self._texts)}">'
        )
        texts = iter(self._texts)
        while some := list(islice(texts, _AT_ONCE)):
            yield "".join(map(shared_item, some))
        yield "</sst>"


def shared_content(number: int) -> str:
    """Make the content of a cell with the shared string of that number."""
    return f"{SHARED}<v>{number}</v></c>"


def shared_item(text: str) -> str:
    """Make the element of a shared string."""
    return _item(text) if len(text) < _LONG else _new_item(text)


def xml_text(text: str) -> str:
    """Write a text as it stands between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _replace_non_xml(text: str) -> str:
    # XlsxWriter writes a formula and its value as they are, even what no XML may hold.
    return xml_text(text if text.isprintable() else _NO_XML.sub("\ufffd", text))


@lru_cache(maxsize=8192)
def _formula_head(formula: str) -> str:
    bare = _QUOTED.sub("", formula)
    if not bare or bare.startswith("{") or re_dynamic_function.search(bare):
        raise WorkbookError(f"no formula that every Excel knows: {formula}")
    return f"><f>{_replace_non_xml(formula.removeprefix('='))}</f><v>"


def _new_item(text: str) -> str:
    # XlsxWriter would take a text between <r> and </r> for XML of its own and write it as it is.
    escaped = xml_text(XMLwriter._escape_control_characters(text))
    space = ' xml:space="preserve"' if _preserve_whitespace(escaped) else ""
    return f"<si><t{space}>{escaped}</t></si>"


_item = lru_cache(maxsize=8192)(_new_item)
