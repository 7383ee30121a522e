"""Looks and keys that the sections of the first sheet share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sheet_diag.model.report_view import KeyEntry
from sheet_diag.reports.client.page_flow import LAST_COLUMN
from sheet_diag.xlsx.theme import BODY, BOLD, INSET, LINE, MIDDLE, MUTED, NAVY, PALE, PAPER, Look

WHOLE: Final = (0, LAST_COLUMN)  # the columns of a paragraph
FIRST: Final[Look] = {**BODY, **BOLD, **MIDDLE, "font_size": 9, "font_color": NAVY}
SMALL_TEXT: Final[Look] = {**BODY, **MIDDLE, "font_size": 9}
NOTES: Final[Look] = {**BODY, "font_size": 8.5, "font_color": MUTED}
BAND: Final[Look] = {**BODY, **BOLD, **MIDDLE, **INSET, "bg_color": PALE, "font_color": NAVY}
BOX: Final[Look] = {
    **BODY,
    **INSET,
    "font_size": 9.5,
    "align": "left",
    "bg_color": PAPER,
    "left": 5,
    "left_color": NAVY,
}
ONE_LINE: Final[Look] = {"text_wrap": False}
LINED: Final[Look] = {"bottom": 1, "bottom_color": LINE}
# What stands for each mark of a drawing; only characters that all Japanese fonts have.
_DRAWN: Final = {
    "own": "■",
    "bar": "■",
    "median": "□",
    "before": "◇",
    "quartiles": "━",
    "target": "‥‥",
    "": "",
}


def say_key(entries: Iterable[KeyEntry], *, own: str = "") -> str:
    """Write the key of a drawing in a line; `own` is the client's mark if not the usual one."""
    marks = {**_DRAWN, **({"own": own} if own else {})}
    return "  ".join(f"{marks[each.drawn]} {each.text}".strip() for each in entries)
