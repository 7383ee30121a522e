"""A questionnaire read from something else: its rows, and what a person is told of the reading."""

from __future__ import annotations

from dataclasses import dataclass

from sheet_diag.catalog.rows import SheetRows
from sheet_diag.model.basics import Lang, Message


@dataclass(frozen=True, slots=True)
class TakenColumn:
    """Where something was taken from: the place, what it is headed, and what became of it."""

    place: str
    heading: str
    became: Message


@dataclass(frozen=True, slots=True)
class Gap:
    """A cell of the new workbook that a person has to look at; `row` counts from 0."""

    sheet: str
    row: int
    key: str
    says: Message


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What was not taken: where it stands, what it says, and why."""

    place: str
    text: str
    why: Message


@dataclass(frozen=True, slots=True)
class CatalogProposal:
    """What was read. `lost` counts what the new form cannot hold."""

    source: str
    lang: Lang
    rows: SheetRows
    taken: tuple[TakenColumn, ...] = ()
    gaps: tuple[Gap, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    lost: tuple[tuple[Message, int], ...] = ()

    @property
    def title(self) -> str:
        """The title of the questionnaire, as it stands in its settings."""
        settings = self.rows.get("settings", ())
        return settings[0].get("value", self.source) if settings else self.source
