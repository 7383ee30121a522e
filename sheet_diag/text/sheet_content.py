"""Digests what the sheets of a workbook say, whatever program has saved it.

Texts, numbers, formulas without their values, the colours and traits of cells that hold any, what
is hidden, headers and footers: what a person changes. Its writer and its reader call the same
functions.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final

CONTENT_KEY: Final = "sheet_diag_content"  # the property that tells the digest
_MARKS: Final = re.compile(r"[\W_]|_xlfn|_xlws", re.IGNORECASE)  # programs spell them in their ways
_PLAIN: Final = ("", "000000")
_CODE: Final = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|K\d\d[+-]\d{3}|\d+|.)')  # of headers


def describe_sheet(
    name: str, *, hidden: bool, columns: Iterable[int], rows: Iterable[int], margins: str
) -> str:
    """Describe what of a sheet is hidden (rows and columns count from 1), and what is printed
    above and below it."""
    letters = describe_letters(_CODE.sub("", margins))
    return f"{name}\t{hidden}\t{sorted(columns)}\t{sorted(rows)}\t{letters}"


def describe_cell(column: str, row: int, content: str | float, look: str) -> str:
    """Describe a cell that holds something; rows count from 1."""
    return f"{column}{row}\t{content}\t{look}"


def describe_number(number: float) -> str:
    """Describe a number with the digits that every program keeps."""
    return f"{number:.12g}"


@lru_cache(maxsize=8192)
def describe_letters(text: str) -> str:
    """Describe a formula or a note by its letters and digits."""
    return "=" + _MARKS.sub("", text).upper()


def describe_look(fill: str, font: str, traits: Iterable[object]) -> str:
    """Describe the colours of a cell, RRGGBB each, and whether its letters are bold, italic,
    underlined, struck out; black is the colour of letters without one."""
    fill, font = (color.removeprefix("#").upper() for color in (fill, font))
    marks = "".join("1" if trait else "0" for trait in traits)
    return f"{fill}/{'' if font in _PLAIN else font}/{marks}"


def digest_sheets(sheets: Iterable[tuple[str, Iterable[str], Iterable[str]]], pictures: int) -> str:
    """Digest sheets in their order, each with its description, its cells and its notes, and the
    number of pictures and charts."""
    digest = hashlib.sha256(str(pictures).encode())
    for name, cells, notes in sheets:
        lines = (f"[{name}]", *cells, "", *map(describe_letters, notes), "")
        digest.update("\n".join(lines).encode("utf-8", "replace"))
    return digest.hexdigest()


def describe_area(cells: Collection[tuple[int, int]]) -> str:
    """Describe the rectangle around cells (rows and columns from 0); a dash for none."""
    rows, columns = {row for row, _ in cells}, {column for _, column in cells}
    if not cells:
        return "-"
    return f"{min(rows)}:{min(columns)}:{max(rows)}:{max(columns)}"


def is_in_area(area: str, row: int, column: int) -> bool:
    """Whether a cell lies in an area as described. Raises `ValueError` for any other text."""
    if area == "-":
        return False
    top, left, bottom, right = map(int, area.split(":"))
    return top <= row <= bottom and left <= column <= right
