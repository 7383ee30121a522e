"""Values of any library as the text that the client saw, as far as a library tells it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

# OOXML writes characters that XML does not take as _x000D_, and this text itself as _x005F_x000D_.
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


def convert_row(values: Iterable[Any]) -> tuple[str, ...]:
    """A row of values as text."""
    return tuple(map(convert_value, values))


def convert_value(value: Any) -> str:
    """Whole numbers without a point, dates as ISO, truth in capitals, line breaks as LF."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != datetime.min.time() else f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def unescape_text(text: str) -> str:
    """The text with the escapes of OOXML resolved."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
