"""What incidents have cost other firms: ranges, and the figures of surveys that they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictBool, StrictInt

from sheet_diag.model.record import Id, NonEmptyText, Record, Text

Amount = Annotated[StrictInt, Field(ge=0)]  # in 10,000 yen


class DamageScenario(StrEnum):
    """The kinds of incidents with a range; what cards cost is added to a leak."""

    RANSOMWARE = "ransomware"
    LEAK = "leak"
    CARD = "card"


class DamageRange(Record):
    """A range of costs for clients of an exposure, or with a choice in a field of their sheet.

    Without `high` there is no upper figure. `basis` names figures.
    """

    id: Id
    scenario: DamageScenario
    exposure: Id | None = None
    field: Id | None = None
    choice: Id | None = None
    low: Amount
    high: Amount | None = None
    basis: Annotated[tuple[Id, ...], Field(min_length=1)]


class DamageFigure(Record):
    """A figure of a survey; `confirmed` once it was found in the primary document.

    `seen_in` says where it was found before.
    """

    id: Id
    low: Amount | None = None
    high: Amount | None = None
    what: Text
    source: Text
    year: StrictInt
    seen_in: NonEmptyText
    confirmed: StrictBool = False


class DamageTable(Record):
    """Every range, and every figure."""

    ranges: tuple[DamageRange, ...]
    figures: tuple[DamageFigure, ...]


@dataclass(frozen=True, slots=True)
class DamageEstimate:
    """What an incident has cost other firms, in 10,000 yen (`high` None: and more)."""

    scenario: DamageScenario
    with_cards: bool
    low: int
    high: int | None
    figures: tuple[DamageFigure, ...]

    @property
    def is_confirmed(self) -> bool:
        """Whether every figure was found in its primary document."""
        return all(figure.confirmed for figure in self.figures)
