"""The house's look: one palette and the few looks that every workbook shares."""

from __future__ import annotations

from typing import Any, Final

NAVY: Final = "#1F3A5F"
BLUE: Final = "#3F6C9B"
PALE: Final = "#E9EFF6"
PAPER: Final = "#F6F8FB"
LINE: Final = "#B8C3D0"
INK: Final = "#1E2732"
MUTED: Final = "#5B6877"
INPUT: Final = "#FFFBE6"
ALERT: Final = "#B3261E"
ALERT_PALE: Final = "#FBE9E4"
OK: Final = "#1F6F5C"
WHITE: Final = "#FFFFFF"
# From calm to alarming; distinct in grey too, and never the only carrier of the rank.
RANKS: Final = {"A": "#1F6F5C", "B": "#5C8A3A", "C": "#C08A12", "D": "#C45F1A", "E": "#A3231B"}

Look = dict[str, Any]

BODY: Final[Look] = {
    "font_size": 10,
    "font_color": INK,
    "text_wrap": True,
    "valign": "top",
}
CENTER: Final[Look] = {"align": "center", "valign": "vcenter"}
MIDDLE: Final[Look] = {"valign": "vcenter"}
BOLD: Final[Look] = {"bold": True}
GRID: Final[Look] = {"border": 1, "border_color": LINE}
SMALL: Final[Look] = {"font_size": 9, "font_color": MUTED}
TITLE: Final[Look] = {"font_size": 18, "bold": True, "font_color": NAVY, "valign": "vcenter"}
HEADING: Final[Look] = {
    "font_size": 12,
    "bold": True,
    "font_color": NAVY,
    "valign": "vcenter",
    "bottom": 2,
    "bottom_color": NAVY,
}
CELL: Final[Look] = {**BODY, **GRID, **MIDDLE}
INSET: Final[Look] = {"indent": 1}  # for left-aligned text only: Excel would un-centre the rest
HEAD: Final[Look] = {
    **BODY,
    **BOLD,
    **GRID,
    **CENTER,
    "bg_color": NAVY,
    "font_color": WHITE,
}
LINK: Final[Look] = {"font_color": BLUE, "underline": 1}
