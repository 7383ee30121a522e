"""Text from outside on a terminal: no markup, no control characters."""

from __future__ import annotations

import unicodedata
from typing import Final

# Python counts spaces other than " " as not printable. The wide one is everyday in Japanese names;
# the rest look like a plain one, which every code page has.
_WIDE: Final = "　"
_AS_THEY_ARE: Final = ("\n", _WIDE)


def escape_markup(text: str) -> str:
    """Escape a text for a console that understands markup."""
    from rich.markup import escape  # words about a slip need no console

    return escape(printable_text(text))


def printable_text(text: str) -> str:
    """The text without what would move a cursor or hide something; lines stay apart, and spaces
    of all kinds are spaces."""
    return "".join(map(_shown, text))


def _shown(char: str) -> str:
    if char.isprintable() or char in _AS_THEY_ARE:
        return char
    return " " if unicodedata.category(char) == "Zs" else "�"
