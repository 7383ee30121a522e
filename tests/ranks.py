"""The five ranks of the built-in catalogue."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.basics import Rank

ALL: Final = tuple(Rank(label, place, 5) for place, label in enumerate("ABCDE"))
A, B, C, D, E = ALL
