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
WARNING: Final = "#9A5B00"
OK: Final = "#1F6F5C"
OK_PALE: Final = "#DDEFE8"
UNFILLED: Final = "#FFE9A8"  # a cell of a form that still waits for an entry
PROGRESS_BAR: Final = "#9DB8D3"
LOSS_BAR: Final = "#D9A08F"
# Drawings of scores: the field of a rank, a score that is too low, the middle half of others.
FIELD_TINT: Final = "#C9D8E8"
WEAK_BAR: Final = "#8FA3B8"
MIDDLE_HALF: Final = "#A9B6C4"
WHITE: Final = "#FFFFFF"
FAULTY: Final = "#F8CBAD"  # a cell that must be mended
DOUBTFUL: Final = "#FFF2CC"  # a cell that may not be meant so
LEFT_OUT: Final = "#D9DDE2"  # rows of a form that are not asked
# Heat maps, from what is in order to what is missing; apart from them, unknown and left out.
HEAT_GOOD: Final = "#EAF1F8"
HEAT_MIDDLE: Final = "#F1DDBF"
HEAT_BAD: Final = "#D08A4E"
HEAT_UNKNOWN: Final = "#DDB07F"
HEAT_LEFT_OUT: Final = "#F2F2F2"
# From calm to alarming: cool, then warm, because one man in twenty hardly tells red
# from green. Neighbours differ in grey, small letters can be read, and the letter always stands by.
RANK_STEPS: Final = ("#17506E", "#2B705C", "#A26B00", "#9C3818", "#5E1014")

# The type scale in points: notes 8-9.5, text 10-11, headings 12-16, titles 18-20, rank and score.
# Nothing else is set anywhere; a new size is a new decision here.
SIZES: Final = (8, 8.5, 9, 9.5, 10, 10.5, 11, 12, 13, 14, 16, 18, 20, 26)

Look = dict[str, Any]

# The key under which a look bears the name of its style, as Excel lists it.
STYLE: Final = "style"

BODY: Final[Look] = {
    STYLE: "SD Body",
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
TITLE: Final[Look] = {
    STYLE: "SD Title",
    "font_size": 18,
    "bold": True,
    "font_color": NAVY,
    "valign": "vcenter",
}
HEADING: Final[Look] = {
    STYLE: "SD Heading",
    "font_size": 12,
    "bold": True,
    "font_color": NAVY,
    "valign": "vcenter",
    "bottom": 2,
    "bottom_color": NAVY,
}
CELL: Final[Look] = {**BODY, **GRID, **MIDDLE, STYLE: "SD Cell"}
FIELD: Final[Look] = {**BODY, **GRID, STYLE: "SD Input", "bg_color": INPUT, "locked": False}
INSET: Final[Look] = {"indent": 1}  # for left-aligned text only: Excel would un-centre the rest
HEAD: Final[Look] = {
    **BODY,
    **BOLD,
    **GRID,
    **CENTER,
    STYLE: "SD Column heading",
    "bg_color": NAVY,
    "font_color": WHITE,
}
HEAD_9: Final[Look] = {**HEAD, "font_size": 9}
TEXT: Final[Look] = {**CELL, **INSET}
TEXT_9: Final[Look] = {**TEXT, "font_size": 9}
TEXT_9_5: Final[Look] = {**TEXT, "font_size": 9.5}
CENTERED: Final[Look] = {**CELL, **CENTER}
CENTERED_9: Final[Look] = {**CENTERED, "font_size": 9}
CENTERED_9_5: Final[Look] = {**CENTERED, "font_size": 9.5}
CENTERED_MUTED: Final[Look] = {**CELL, **SMALL, **CENTER}
NOTE: Final[Look] = {**BODY, **SMALL}
LINK: Final[Look] = {"font_color": BLUE, "underline": 1}
STYLES: Final = {look[STYLE]: look for look in (BODY, TITLE, HEADING, CELL, HEAD, FIELD)}
