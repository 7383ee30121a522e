"""Read the styles of an OpenDocument workbook, as far as they strike out or show symbols."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.readers.package import Attributes
from sheet_diag.intake.readers.text_styles import (
    SYMBOL_CHARSET,
    Run,
    TextStyle,
    may_be_special,
    name_symbol_font,
)

CELL, TEXT = "table-cell", "text"  # families
_MOST_PARENTS: Final = 20
_STRUCK: Final = re.compile(rb"""text-line-through-(?:style|type)=["'](?!none)""")
_LINE_THROUGH: Final = ("text-line-through-style", "text-line-through-type")


@dataclass(frozen=True, slots=True)
class _OwnStyle:
    """What a style says itself; None where its parent says it."""

    parent: str
    struck: bool | None = None
    symbols: str | None = None


class OdsStyles:
    """The styles of cells and of texts within them, by family and name.

    `are_special` says that one of them strikes out or shows symbols.
    """

    def __init__(self) -> None:
        self.are_special = False
        self._styles: dict[tuple[str, str], _OwnStyle] = {}
        self._fonts: dict[str, str] = {}
        self._at = ("", "")

    def add(self, name: str, attributes: Attributes) -> None:
        """Add an element of the styles, names local."""
        if name == "font-face":
            self._fonts[attributes.get("name", "")] = _symbol_font(attributes)
        elif name == "style":
            self._at = attributes.get("family", ""), attributes.get("name", "")
            self._styles[self._at] = _OwnStyle(attributes.get("parent-style-name", ""))
        elif name == "default-style":
            self._at = attributes.get("family", ""), ""
            self._styles[self._at] = _OwnStyle("")
        elif name == "text-properties" and self._at in self._styles:
            self._add_properties(attributes)

    def _add_properties(self, attributes: Attributes) -> None:
        lines = [attributes[each] for each in _LINE_THROUGH if each in attributes]
        symbols = None
        if "font-family" in attributes:
            symbols = _symbol_font(attributes)
        elif "font-name" in attributes:
            symbols = self._fonts.get(attributes["font-name"], "")
        struck = "none" not in lines if lines else None
        self.are_special |= bool(struck or symbols)
        self._styles[self._at] = _OwnStyle(self._styles[self._at].parent, struck, symbols)

    def cell(self, name: str) -> TextStyle:
        """Give the style of a cell."""
        return self._resolve([(CELL, name)], TextStyle())

    def runs(self, parts: Iterable[tuple[str, Sequence[str]]], cell: TextStyle) -> list[Run]:
        """Give each part of a text its style, from the names of the styles around it."""
        return [
            (text, self._resolve([(TEXT, name) for name in reversed(names)], cell))
            for text, names in parts
        ]

    def _resolve(self, places: Iterable[tuple[str, str]], around: TextStyle) -> TextStyle:
        """Take each property from the first style that says it, then from what is around."""
        struck: bool | None = None
        symbols: str | None = None
        for family, name in places:
            for _ in range(_MOST_PARENTS):
                style = self._styles.get((family, name))
                if style is None:
                    break
                struck = style.struck if struck is None else struck
                symbols = style.symbols if symbols is None else symbols
                name = style.parent
        return TextStyle(
            around.struck if struck is None else struck,
            around.symbols if symbols is None else symbols,
        )


class ColumnStyles:
    """The styles of cells that the columns of a table name."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._names: list[str] = []
        self._next = 0

    def add(self, name: str, count: int) -> None:
        """Add the next columns."""
        self._starts.append(self._next)
        self._names.append(name)
        self._next += count

    def name(self, column: int) -> str:
        """Give the style of a column; empty where it has none."""
        place = bisect_right(self._starts, column) - 1
        return self._names[place] if place >= 0 and column < self._next else ""


def has_special_styles(part: bytes) -> bool:
    """Whether a part may hold a style that strikes out or shows symbols."""
    return _STRUCK.search(part) is not None or may_be_special(part)


def _symbol_font(attributes: Attributes) -> str:
    charset = SYMBOL_CHARSET if attributes.get("font-charset") == "x-symbol" else None
    return name_symbol_font(attributes.get("font-family", "").strip("'\" "), charset)
