"""Text as a workbook can hold it: in cells, formulas, headers and document properties."""

from __future__ import annotations

import re
from typing import Final

# Excel holds 32,767 UTF-16 units a cell; XlsxWriter drops longer strings with a return code alone.
_LONGEST: Final = 32_000
# What makes Excel take a text of a CSV file for a formula, also in full width.
FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_CUT_MARK: Final = "…"
_LONGEST_HEADER: Final = 50
# XlsxWriter takes these for pictures even where the & is doubled, and drops the whole header.
_PICTURE = re.compile(r"&(?=G|\[)", re.IGNORECASE)
# Not even escaped may these stand in XML.
_NO_XML = re.compile("[\ufffe\uffff]")


def quote_formula_text(text: str) -> str:
    """Quote a text as a formula writes it."""
    return '"' + text.replace('"', '""') + '"'


def storable_text(text: str) -> str:
    """Make a text storable in a cell: no lone surrogates, not too long."""
    if text.isprintable() and len(text) <= _LONGEST // 2:  # no surrogate is printable
        return text
    whole = _NO_XML.sub("\ufffd", text.encode("utf-16-le", "replace").decode("utf-16-le"))
    if len(whole) <= _LONGEST // 2:
        return whole
    units = whole.encode("utf-16-le")
    if len(units) <= _LONGEST * 2:
        return whole
    return units[: _LONGEST * 2].decode("utf-16-le", "ignore") + _CUT_MARK


def header_text(text: str, most: int = _LONGEST_HEADER) -> str:
    """Text for a header or footer, where & starts a code and a digit would join a font size; cut
    after `most` characters.

    Excel takes 255 characters for all three parts, and drops what is longer.
    """
    plain = property_text(text)
    cut = plain if len(plain) <= most else plain[: most - 1] + _CUT_MARK
    safe = _PICTURE.sub("＆", cut).replace("&", "&&")
    return f" {safe}" if safe[:1].isdigit() else safe


def property_text(text: str) -> str:
    """Make a text fit for a header or a document property: one line, no control characters."""
    stored = storable_text(text)
    if stored.isprintable():
        return stored
    return "".join(char if char.isprintable() else " " for char in stored)


def replace_surrogates(text: str) -> str:
    """Replace halves of characters, which neither UTF-8 nor pandas can hold, by question marks."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text
