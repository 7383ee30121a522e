"""What one hearing sheet is made from, and the looks its pages share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from sheet_diag.forms.layout import (
    COLUMNS_WITH_PREVIOUS,
    FORMER_JOINT,
    QUESTION_COLUMNS,
    QuestionColumn,
)
from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.answer_words import show_answer
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.theme import ALERT, ALERT_PALE, FIELD, Look

ENTRY_LOOK: Final[Look] = {
    **FIELD,
    "num_format": "@",
    "valign": "vcenter",
}
# An entry that is to be corrected: the frame is seen in a grey print, too.
MARKED_LOOK: Final[Look] = {"border": 2, "border_color": ALERT, "bg_color": ALERT_PALE}
PROTECTION: Final = {
    "select_locked_cells": True,
    "select_unlocked_cells": True,
    "format_columns": True,
    "format_rows": True,
    "autofilter": True,
}


@dataclass(frozen=True, slots=True)
class Entries:
    """The texts of the input cells, by field id and by item id.

    A field of `field_notes` or an item of `notes` is marked as one to be corrected, and why.
    """

    profile: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    field_notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreviousAnswers:
    """What a client answered on an earlier day: choice ids by item id (None: left open).

    They are shown beside the answers and never one of them, because a copied answer is not a
    confirmed one: their cells are locked, and only an answer 「前回と同じ」 confirms one.

    `parts` are those to questions that were split, or merged and answered in several ways, by the
    items that ask for them now: they stand in brackets, and cannot be confirmed. `changed` are
    items that ask for something else now.
    """

    as_of: date
    answers: Mapping[str, str | None]
    parts: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    changed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class SheetContent:
    """All that a page of the sheet is written from.

    `replaces` are SHA-256 of earlier returns, `addressee` is whom the cover is addressed to (empty:
    nobody in particular).
    """

    catalog: Catalog
    say: Wording
    issuer: Issuer
    entries: Entries
    identity: SheetIdentity
    replaces: tuple[str, ...] = ()
    addressee: str = ""
    previous: PreviousAnswers | None = None

    @property
    def is_issued(self) -> bool:
        """Whether it goes to a listed client, with what the list knows filled in."""
        return bool(self.addressee)

    @property
    def columns(self) -> Sequence[QuestionColumn]:
        """The columns of the question sheet, from left to right."""
        return COLUMNS_WITH_PREVIOUS if self.previous else QUESTION_COLUMNS

    def at(self, column: QuestionColumn) -> int:
        """Return where a column of the question sheet stands, counted from 0."""
        return self.columns.index(column)

    @property
    def previous_marks(self) -> tuple[str, ...]:
        """What stands for a previous answer: of a new question, one left open, one that changed."""
        words = ("new", "unanswered", "changed")
        return tuple(self.say(f"sheet.former.{word}") for word in words)

    def previous_text(self, item: Item) -> str:
        """Return what is shown of the previous answer: its label, or a mark.

        Nothing where the catalogue has no such choice any more, or no previous answer is shown.
        """
        if self.previous is None:
            return ""
        new, unanswered, changed = self.previous_marks
        if item.id in self.previous.parts:
            labels = [
                self._label(item, each) or unanswered for each in self.previous.parts[item.id]
            ]
            return self.say("sheet.former.part", labels=FORMER_JOINT.join(dict.fromkeys(labels)))
        given = self.previous.answers.get(item.id)
        if given is None:
            mark = changed if item.id in self.previous.changed else new
            return unanswered if item.id in self.previous.answers else mark
        return self._label(item, given)

    def _label(self, item: Item, answer: str | None) -> str:
        if answer == NOT_ASKED:
            return self.say("sheet.check.not_asked")
        return show_answer(self.catalog, item, answer, self.say) if answer else ""


@dataclass(frozen=True, slots=True)
class RowRange:
    """A run of rows of the question sheet (zero-based, inclusive)."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class QuestionRows(RowRange):
    """The rows that formulas and links point to: all questions, each category, each item, and the
    line of each choice of those that take several."""

    categories: Mapping[str, RowRange]
    items: Mapping[str, int]
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)
