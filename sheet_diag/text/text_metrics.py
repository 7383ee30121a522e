"""How much room a text takes, so that rows are high enough in every spreadsheet program.

Widths are in em: a full-width character is 1, as in every Japanese font; other characters are
averages of the fonts in use. Estimates lean to the wide side, because a line too many is a
little white space and a line too few is a sentence cut off.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from math import ceil
from typing import Final

FONT: Final = "游ゴシック"
# Yu Gothic sets its lines at about 1.7 times the size in Excel; Noto and IPA need less.
LINE_HEIGHT: Final = 1.72
_HALF: Final = 0.56
_NARROW: Final = 0.32
_CAPITAL: Final = 0.68
# Sums of widths that are equal on paper may differ by less than this.
_EXACT: Final = 1e-6
_WORD = re.compile(r"[!-~À-ɏ]+[ ]?|.", re.DOTALL)

# Words of a heading: of Latin letters, in brackets, or of one script with the kana that end it.
_HEADING_WORD = re.compile(
    r"（[^）]*）|[!-~À-ɏ]+[ ]?|(?:[ァ-ヺー]+|[一-鿿々]+)[ぁ-ゖ]*|[ぁ-ゖ]+|.", re.DOTALL
)


def text_width(text: str) -> float:
    """Compute the width of one line in em."""
    return sum(map(_advance, text))


def cut_to_width(text: str, width: float) -> str:
    """Cut one line after so many em, with … at its end; one that fits stays whole."""
    start = text[: 4 * ceil(width) + 1]  # no letter is narrower than a quarter of an em
    if text_width(start) <= width:
        return text
    ends = (end for end in range(len(start), 0, -1) if text_width(start[:end]) < width)
    return text[: next(ends, 1)] + "…"


def line_count(text: str, room: float) -> int:
    """Lines that `text` takes when wrapped in `column_room` em: words stay whole, CJK breaks
    anywhere."""
    return sum(_wrapped(line, room) for line in text.split("\n"))


def break_between_words(text: str, room: float) -> str:
    """Break a heading between words into lines of `room` em; a longer word has its own."""
    return "\n".join(_break_line(line, room) for line in text.split("\n"))


def _break_line(line: str, room: float) -> str:
    if text_width(line) < room - _EXACT:
        return line
    lines = [""]
    for word in _HEADING_WORD.findall(line):
        if lines[-1] and text_width(lines[-1] + word.rstrip()) > room:
            lines.append("")
        lines[-1] += word
    return "\n".join(each.rstrip() for each in lines)


@lru_cache(maxsize=4096)  # most texts of a batch are the catalogue's, the same for every client
def row_height(text: str, *, room: float, size: float, padding: float = 4.0) -> float:
    """Row height in points for `text` at `size` points in `column_room` points of width."""
    lines = line_count(text, line_room(room, size))
    return round(lines * size * LINE_HEIGHT + padding, 2)


def line_room(room: float, size: float) -> float:
    """Width in em of a line at `size` points in `room` points, with a margin for other fonts."""
    return max(room / size - 0.6, 1.0)


def column_room(pixels: float, *, indent: int = 0) -> float:
    """Width in points of the room for text in a column or merge so many pixels (96 dpi) wide."""
    return (pixels - 7 - 10 * indent) * 0.75


def _wrapped(line: str, room: float) -> int:
    if text_width(line) < room - _EXACT:
        return 1
    lines, used = 1, 0.0
    for word in _WORD.findall(line):
        size, needed = _word(word)
        if used + needed > room and used:
            # A closing mark may not start a line: it takes the character before it along.
            used = 1.0 if word in "、。）」』，．！？ー" else 0.0
            lines += 1
        if size > room:
            lines += ceil(size / room) - 1
            size = size % room or room
        used += size
    return lines


# Most words are single characters of Japanese, which come back all the time.
@lru_cache(maxsize=8192)
def _word(word: str) -> tuple[float, float]:
    """Width of a word, and without the space that may end it."""
    return text_width(word), text_width(word.rstrip())


@lru_cache(maxsize=8192)
def _advance(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0
    if char in "iljtfrI.,:;'|! ()[]":
        return _NARROW
    return _CAPITAL if char.isupper() or char in "mwMW@%&" else _HALF
