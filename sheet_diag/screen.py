"""Text from outside on a terminal: no markup, no control characters."""

from __future__ import annotations

from rich.markup import escape


def plain(text: str) -> str:
    """The text as it is, for a console that understands markup."""
    return escape(printable(text))


def printable(text: str) -> str:
    """The text without what would move a cursor or hide something; lines stay apart."""
    return "".join(char if char.isprintable() or char == "\n" else "�" for char in text)
