"""Languages and ranks."""

from __future__ import annotations

from enum import StrEnum


class Lang(StrEnum):
    """A language in which people read the product."""

    JA = "ja"
    EN = "en"


class Rank(StrEnum):
    """判定ランク. A is the best; compare with `worse_of` or by `position`."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"

    @property
    def position(self) -> int:
        """0 for A up to 4 for E."""
        return "ABCDE".index(self.value)


def worse_of(*ranks: Rank) -> Rank:
    """Return the lowest of the ranks."""
    return max(ranks, key=lambda rank: rank.position)
