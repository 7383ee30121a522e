"""How each question of a sheet stands with what is entered now, as its check column says it.

The stored values of the sheet's formulas come from here, because not every viewer calculates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sheet_diag.forms.hearing_sheet.content import SheetContent
from sheet_diag.model.applicability import find_not_asked, must_answer
from sheet_diag.model.basics import parse_iso_day
from sheet_diag.model.catalog import (
    Catalog,
    Category,
    ChoiceRole,
    FieldKind,
    Item,
    ItemKind,
    cached_per_catalog,
)
from sheet_diag.model.conditions import CHOSEN_JOINT
from sheet_diag.text.typed_numbers import read_number


class EntryState(StrEnum):
    """The words of the check column are `sheet.check.*`."""

    OK = "ok"
    UNANSWERED = "unanswered"
    OPTIONAL = "optional"
    NA = "na"
    CHOICE = "choice"
    ENTRY = "entry"
    NOT_ASKED = "not_asked"


_WRONG: Final = (EntryState.NA, EntryState.CHOICE, EntryState.ENTRY)
# In neither number of the progress.
UNCOUNTED: Final = (EntryState.NOT_ASKED, EntryState.OPTIONAL)


@dataclass(frozen=True, slots=True)
class EntryStates:
    """The states by item, and the answers that are plainly one."""

    answers: Mapping[str, str | None]
    states: Mapping[str, EntryState]

    @property
    def unanswered(self) -> list[str]:
        """The items that wait for an answer."""
        return [name for name, each in self.states.items() if each is EntryState.UNANSWERED]

    @property
    def wrong(self) -> int:
        """The number of entries that are no answer."""
        return sum(1 for each in self.states.values() if each in _WRONG)

    def count(self, category: Category) -> tuple[int, int]:
        """Count the answered questions of a category, and all that are asked of it."""
        states = [self.states[item.id] for item in category.items]
        asked = [each for each in states if each not in UNCOUNTED]
        return len(asked) - asked.count(EntryState.UNANSWERED), len(asked)


def find_entry_states(content: SheetContent) -> EntryStates:
    """Find the state of each question with what is entered now."""
    catalog = content.catalog
    read = {item.id: _read_entry(content, item) for item in catalog.items.values()}
    answers = {name: answer for name, (answer, _) in read.items()}
    states = {name: state for name, (_, state) in read.items()}
    left_out = find_not_asked(catalog, answers, _read_profile(content))
    return EntryStates(answers, states | dict.fromkeys(left_out, EntryState.NOT_ASKED))


@cached_per_catalog
def has_other_states(catalog: Catalog) -> bool:
    """Whether a question may be left out of the progress, or is no plain choice."""
    return any(
        item.condition or item.kind is not ItemKind.SINGLE or not must_answer(catalog, item)
        for item in catalog.items.values()
    )


def wrong_words(content: SheetContent) -> list[str]:
    """List what the check column says of entries that are no answer."""
    states = _WRONG if has_other_states(content.catalog) else _WRONG[:2]
    return [content.say(f"sheet.check.{each.value}") for each in states]


def list_chosen(content: SheetContent, item: Item) -> list[str]:
    """List the choices that the entry of a question names."""
    parts = content.entries.answers.get(item.id, "").replace(", ", "、").split("、")
    choices = content.catalog.choices_of(item).values()
    return [each.id for each in choices if each.label[content.say.lang] in parts]


def _read_entry(content: SheetContent, item: Item) -> tuple[str | None, EntryState]:
    text = content.entries.answers.get(item.id, "")
    match item.kind:
        case ItemKind.MULTIPLE:
            answer, wrong = CHOSEN_JOINT.join(list_chosen(content, item)) or None, EntryState.CHOICE
            text = answer or ""
        case ItemKind.NUMBER:
            answer, wrong = _within(item, read_number(text)), EntryState.ENTRY
        case ItemKind.DATE:
            answer, wrong = text if parse_iso_day(text) else None, EntryState.ENTRY
        case ItemKind.TEXT:
            answer, wrong = text or None, EntryState.ENTRY
        case ItemKind.SINGLE:
            answer, wrong = _read_choice(content, item, text)
    if not text:
        is_open = must_answer(content.catalog, item)
        return None, EntryState.UNANSWERED if is_open else EntryState.OPTIONAL
    return (answer, EntryState.OK) if answer else (None, wrong)


def _within(item: Item, number: str | None) -> str | None:
    return number if number is not None and item.takes(number) else None


def _read_choice(content: SheetContent, item: Item, text: str) -> tuple[str | None, EntryState]:
    if text == content.say("sheet.former.same"):
        text = content.previous_text(item) or text
    for choice in content.catalog.choices_of(item).values():
        if choice.label[content.say.lang] == text:
            refused = choice.role is ChoiceRole.NOT_APPLICABLE and not item.na_allowed
            return (None, EntryState.NA) if refused else (choice.id, EntryState.OK)
    return None, EntryState.CHOICE


def _read_profile(content: SheetContent) -> dict[str, str]:
    """Read the entries of the company sheet as conditions compare them."""
    profile: dict[str, str] = {}
    for field in content.catalog.profile:
        text = content.entries.profile.get(field.id, "")
        if field.kind is FieldKind.CHOICE:
            labels = {each.label[content.say.lang]: each.id for each in field.choices}
            profile[field.id] = labels.get(text, "")
        elif field.kind is FieldKind.NUMBER:
            profile[field.id] = read_number(text) or ""
    return profile
