"""What a cell says: numbers, yes and no, lists. Pure text in, values out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Final

from sheet_diag.text.normalize import fold_text, item_key

_YES: Final = ("○", "◯", "〇", "●", "◎", "✓", "✔", "レ", "有", "はい", "1", "true", "yes", "y", "x")
_NO: Final = ("", "×", "-", "－", "−", "なし", "いいえ", "0", "false", "no", "n")
_STARS: Final = ("★", "☆")
_ENTRY: Final = re.compile("「([^「」]*)」|([^「、,，;；\n]+)")
_RANGE: Final = re.compile("[〜~～]")
_NUMBER: Final = re.compile(r"[-+]?\d{1,12}(?:\.\d{1,9})?(?:/\d{1,9})?")
_MINUS: Final = str.maketrans("−‐–", "---")


def parse_yes(text: str, *, star: bool = False) -> bool | None:
    """Read a mark as yes or no; None where it is neither."""
    folded = fold_text(text)
    if folded in map(fold_text, _YES) or (star and text.strip() in _STARS):
        return True
    return False if folded in map(fold_text, _NO) else None


def parse_number(text: str) -> tuple[Fraction, bool] | None:
    """Read an exact number, and whether it is written with %; None where it is none."""
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS).replace(" ", "")
    percent = plain.endswith("%")
    plain = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", plain.removesuffix("%").removesuffix("点"))
    if _NUMBER.fullmatch(plain):
        with suppress(ValueError, ZeroDivisionError):
            return Fraction(plain), percent
    return None


def simplify(number: Fraction) -> Fraction | int:
    """Return a whole number as one."""
    return int(number) if number.denominator == 1 else number


def split_list(text: str) -> list[str]:
    """Split a list; an entry in 「」 may hold what separates others."""
    found = (quoted if quoted else plain for quoted, plain in _ENTRY.findall(text))
    return [entry for each in found if (entry := each.strip())]


def expand_numbers(text: str, known: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Yield each 番号 of a list with the one that is meant (None: unknown); ranges in order."""
    ids = {item_key(each): each for each in known}
    for entry in split_list(text):
        if (exact := ids.get(item_key(entry))) is not None:
            yield entry, exact
            continue
        first, *rest = _RANGE.split(entry)
        ends = [ids.get(item_key(each)) for each in (first, *rest)]
        if len(ends) != 2 or None in ends:
            wrong = [each for each, end in zip((first, *rest), ends, strict=True) if end is None]
            yield (wrong or [entry])[0].strip() if len(ends) == 2 else entry, None
            continue
        start, end = known.index(str(ends[0])), known.index(str(ends[1]))
        for each in known[start : end + 1]:
            yield entry, each


def cut_words(text: str, most: int) -> str:
    """Cut a text at a word or 、 so that at most so many characters are left."""
    if len(text) <= most:
        return text
    part = text[:most]
    at = max(part.rfind("、"), part.rfind(" "), part.rfind("，"))
    return part[:at] if at > most // 3 else part


def width_of(text: str) -> int:
    """Count half-widths."""
    return sum(2 if unicodedata.east_asian_width(char) in "FWA" else 1 for char in text)


def cut_width(text: str, most: int) -> str:
    """Cut a text to so many half-widths."""
    out, used = "", 0
    for char in text:
        used += width_of(char)
        if used > most:
            break
        out += char
    return out.rstrip("、 ・")


def holds_japanese(text: str) -> bool:
    """Whether a text holds kana or kanji."""
    return re.search("[\u3040-\u30ff\u3400-\u9fff]", text) is not None
