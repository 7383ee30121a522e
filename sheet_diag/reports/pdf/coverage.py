"""Tells which characters the report's font lacks, by a table made from the font at build."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).parent / "fonts" / "coverage.txt"
# What sets no mark of its own: line ends, joiners, variation selectors.
_UNSEEN: Final = {"\n", "\r", "\t"}


def find_missing(characters: Iterable[str]) -> str:
    """Find the characters that the font does not show, each once."""
    covered = _load_table()
    lacking = {each for each in characters if each not in covered and not _is_unseen(each)}
    return "".join(sorted(lacking))


def _is_unseen(character: str) -> bool:
    return character in _UNSEEN or (
        unicodedata.category(character) == "Cf" or 0xE0100 <= ord(character) <= 0xE01EF
    )


@functools.cache
def _load_table() -> frozenset[str]:
    """Load the table: a range of code points a line, in hexadecimal digits."""
    covered: set[str] = set()
    for line in TABLE.read_text(encoding="ascii").split():
        first, _, last = line.partition("-")
        covered.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(covered)
