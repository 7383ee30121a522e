"""What a font says beside the text of a cell: that it is struck out, or shows symbols."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sheet_diag.intake.cells import CellMark

SYMBOL_CHARSET: Final = 2
_SYMBOL_FONT: Final = re.compile(
    r"wingdings( [23])?|webdings|symbol|symbolps|standard symbols.*|marlett|mt ?extra"
    r"|(itc )?zapf ?dingbats( bt)?|dingbats|d050000l|monotype sorts|wingbats|ms outlook"
    r"|bookshelf symbol.*|ms reference special(i)?ty"
)
# One of these bytes stands, in small letters, wherever a font or a run may be struck or symbolic.
_SIGNS: Final = (
    b"strike", b"dings", b"dingbats", b"wingbats", b"symbol", b"marlett", b"extra", b"outlook",
    b"sorts", b"reference", b"d050000l", b'charset val="2"', b"charset val='2'",
)  # fmt: skip
# What such a font draws another way; all else comes from a usual font.
_SYMBOL: Final = re.compile("[\x21-\x7e\xa1-\xff\uf000-\uf0ff]")


@dataclass(frozen=True, slots=True)
class TextStyle:
    """The style of a cell or of a part of its text. `symbols` is the name of its symbol font."""

    struck: bool = False
    symbols: str = ""
    checkbox: bool = False


Run = tuple[str, TextStyle | None]  # a part of a text; None: as its cell
PLAIN: Final = TextStyle()


def _data_type(number: str) -> CellMark:
    del number
    return CellMark.DATA_TYPE


@dataclass(frozen=True, slots=True)
class SharedContent:
    """What the cells of a workbook refer to by number, as far as it is special.

    `styles` are those of cells, `texts` have parts of several styles; `value_mark` tells what a
    value is that has no text. `fonts` are those that texts within cells name, usual ones too.
    """

    styles: Mapping[str, TextStyle] = field(default_factory=dict)
    texts: Mapping[str, Sequence[Run]] = field(default_factory=dict)
    value_mark: Callable[[str], CellMark] = _data_type
    fonts: Sequence[TextStyle] = ()


NOTHING_SHARED: Final = SharedContent()


def name_symbol_font(name: str, charset: int | None = None) -> str:
    """Give the name of a font that shows symbols; empty where it shows letters."""
    symbolic = charset == SYMBOL_CHARSET or _SYMBOL_FONT.fullmatch(name.strip().lower())
    return (name.strip() or "?") if symbolic else ""


def shows_symbols(text: str) -> bool:
    """Whether a symbol font draws anything of the text another way."""
    return _SYMBOL.search(text) is not None


def may_be_special(part: bytes) -> bool:
    """Whether a part may hold a font that is struck out or shows symbols."""
    small = part.lower()
    return any(sign in small for sign in _SIGNS)


def resolve_runs(runs: Iterable[Run], cell: TextStyle) -> list[tuple[str, TextStyle]]:
    """Give each part of a text its style: its own, or that of the cell."""
    return [(text, style or cell) for text, style in runs if text]


def split_runs(text: str, starts: Iterable[tuple[int, TextStyle]]) -> list[Run]:
    """Split a text where parts of another style start, counted in units of UTF-16."""
    wide = text.encode("utf-16-le", "surrogatepass")
    runs: list[Run] = []
    begin, style = 0, None
    for start, following in (*starts, (len(wide) // 2, None)):
        part = wide[2 * begin : 2 * start].decode("utf-16-le", "replace")
        runs.append((part, style))
        begin, style = max(start, begin), following
    return [run for run in runs if run[0]]


def pick_font(fonts: Sequence[TextStyle], number: int) -> TextStyle:
    """Pick a font by its number; a usual one where there is none."""
    return fonts[number] if 0 <= number < len(fonts) else PLAIN
