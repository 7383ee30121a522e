"""Read numbers as people type them: 12, １，２００, 3台."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Final

_NUMBER: Final = re.compile(r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,6})?)\s*(.*)")
_MINUS: Final = str.maketrans("−‐–", "---")
_MONTHS: Final = re.compile("[ヶヵケカ箇ヶケヵ](?=月)")


def read_number(typed: str, unit: str = "") -> str | None:
    """Read a number, also with its unit behind it, as digits; None where it is none.

    Another word behind it may change what is meant, and signs such as ① are no digits.
    """
    if any(char.isdigit() and not char.isdecimal() for char in typed):
        return None
    found = _NUMBER.fullmatch(_fold(typed).translate(_MINUS))
    if found is None or found[2] not in ("", _fold(unit)):
        return None
    number = Decimal(found[1].replace(",", ""))
    text = f"{number:f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if number == 0 else plain


def _fold(text: str) -> str:
    return _MONTHS.sub("か", unicodedata.normalize("NFKC", text).strip()).casefold()
