"""Tell domains of foreign letters, and domains that look like another one.

A domain is spelt in its own letters, not as `xn--…`.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_LATIN: Final = "LATIN "
_JAPANESE: Final = ("CJK ", "IDEOGRAPHIC ", "HIRAGANA ", "KATAKANA ", "KATAKANA-HIRAGANA ")
# What Unicode calls confusable (UTS 39, confusables.txt): of the scripts that look like Latin, and
# of Japanese. 0 and O, 1 and l count without case, as domains do.
_ALIKE: Final = {
    "a": "ɑαа", "ae": "æӕ", "c": "ᴄс", "d": "ԁ", "e": "ꬲеҽ", "f": "ꬵꞙẝք", "g": "ɡᶃƍց", "h": "һհ",
    "i": "ıɪɩιіꙇӏ", "j": "ϳј", "l": "1ǀ", "n": "ոռ", "o": "0ᴏᴑꬽοσоօ〇", "oe": "œ", "p": "ρр",
    "q": "ԛգզ", "r": "ꭇꭈᴦг", "rn": "m", "s": "ꜱƽѕ", "u": "ꞟᴜꭎꭒʋυս", "v": "ᴠνѵ", "w": "ɯᴡѡԝա",
    "x": "х", "y": "ɣᶌʏỿꭚγуү", "z": "ᴢ", "6": "б", "8": "ȣ",
    "一": "ー", "二": "ニ", "八": "ハ", "力": "カ", "卜": "ト", "口": "ロ", "夕": "タ", "工": "エ",
    "亻": "イ", "へ": "ヘ",
}  # fmt: skip
_SKELETON: Final = str.maketrans({char: to for to, chars in _ALIKE.items() for char in chars})


def find_foreign_letters(domain: str) -> str:
    """Find the letters and digits that are neither Latin nor Japanese, each once."""
    return "".join(dict.fromkeys(filter(_is_foreign, domain)))


def domain_skeleton(domain: str) -> str:
    """Spell a domain so that all that look like it are equal."""
    plain = unicodedata.normalize("NFD", domain.casefold())
    return unicodedata.normalize("NFD", plain.translate(_SKELETON))


def _is_foreign(char: str) -> bool:
    name = unicodedata.name(char, "")
    return char.isalnum() and not char.isascii() and not name.startswith((_LATIN, *_JAPANESE))
