"""Languages, ranks, days, and what people are told."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal

# What can be reckoned with: also a day of this many days more is one.
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2999, 12, 31)
MAX_DAYS: Final = 3_650


def parse_iso_day(text: str) -> date | None:
    """Parse a day as we write it (None: it is none)."""
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


# What a catalogue may call by a name of its own (呼び名).
Named = Literal["category", "question", "rank", "score"]


class Lang(StrEnum):
    """A language in which people read the product."""

    JA = "ja"
    EN = "en"


class Rank(str):
    """判定ランク: its label, and its place among the `total` ranks of its catalogue (0: the best).

    Only `Catalog.ranks` makes them. Labels are equal or not; order goes by `position`.
    """

    __slots__ = ("position", "total")
    position: int
    total: int

    def __new__(cls, label: str, position: int, total: int) -> Rank:
        """Make the rank at a position."""
        rank = super().__new__(cls, label)
        rank.position, rank.total = position, total
        return rank

    def __reduce__(self) -> tuple[Any, ...]:
        return Rank, (str(self), self.position, self.total)

    @property
    def step(self) -> int:
        """Its place on five steps, 0 (best) to 4 (worst); halves are rounded down."""
        last = self.total - 1
        return -((last - 8 * self.position) // (2 * last))

    @property
    def is_best(self) -> bool:
        """Whether no rank is better."""
        return self.position == 0

    @property
    def is_worst(self) -> bool:
        """Whether no rank is worse."""
        return self.position == self.total - 1


def worse_of(*ranks: Rank) -> Rank:
    """Return the lowest of the ranks."""
    return max(ranks, key=lambda rank: rank.position)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence that people are told: `key` is its label, `parts` fill the label in."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


class UserError(Exception):
    """An error that is shown as a sentence; `key` is its label, `parts` fill the label in."""

    def __init__(self, key: str, **parts: str) -> None:
        self.key = key
        self.parts: Mapping[str, str] = parts
        super().__init__(f"{key}: {parts}")

    def describe(self, say: Any) -> str:
        """Write the sentence with the labels of a language (`Wording`)."""
        return str(say(self.key, **self.parts))

    def __reduce__(self) -> tuple[Any, ...]:
        # Some come from other machines, and not all are made of a key and parts.
        return Exception.__new__, (type(self), *self.args), self.__dict__
