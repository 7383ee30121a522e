"""The looks that several sheets of a report share."""

from __future__ import annotations

from typing import Final

from sheet_diag.xlsx.theme import BODY, CELL, CENTER, HEAD, INSET, SMALL, Look

HEAD_9: Final[Look] = {**HEAD, "font_size": 9}
TEXT: Final[Look] = {**CELL, **INSET}
TEXT_9: Final[Look] = {**TEXT, "font_size": 9}
TEXT_9_5: Final[Look] = {**TEXT, "font_size": 9.5}
MIDDLE: Final[Look] = {**CELL, **CENTER}
MIDDLE_9: Final[Look] = {**MIDDLE, "font_size": 9}
MIDDLE_9_5: Final[Look] = {**MIDDLE, "font_size": 9.5}
MUTED: Final[Look] = {**CELL, **SMALL, **CENTER}
NOTE: Final[Look] = {**BODY, **SMALL}
