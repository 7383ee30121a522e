"""The hidden sheets: lists behind the drop-downs, and the identity of the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.catalog.versions import is_packaged
from sheet_diag.forms.hearing_sheet.content import SheetContent
from sheet_diag.forms.hearing_sheet.entry_states import has_other_states
from sheet_diag.forms.layout import (
    FORMER_DAY_KEY,
    IDENTITY_KEYS,
    IDENTITY_SHEET,
    LISTS_SHEET,
    QUESTIONS_KEY,
    REPLACES_KEY,
    TEXTS_KEY,
    QuestionColumn,
    format_questions,
)
from sheet_diag.forms.page_writer import write_choices
from sheet_diag.model.catalog import FieldKind, Item, ProfileField
from sheet_diag.text.answer_words import MARK
from sheet_diag.text.question_digests import digest_other_texts, digest_questions
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import fixed_cell
from sheet_diag.xlsx.theme import BODY

_MAX_PROPERTY: Final = 255  # characters


@dataclass(frozen=True, slots=True)
class ChoiceRanges:
    """References to the ranges behind the drop-downs.

    `mark` offers the mark of a choice alone, `blank` nothing; both only where a question asks so.
    """

    answers: dict[tuple[str, bool], str]
    fields: dict[str, str]
    confirming: dict[tuple[str, bool], str]
    mark: str = ""
    blank: str = ""

    def of_item(self, item: Item) -> str:
        """Return the range of the choices that an item offers."""
        return self.answers[item.answer_set, item.na_allowed]

    def of_item_with_na(self, item: Item) -> str:
        """Return the range of the choices of its answer set, 該当なし included."""
        return self.answers[item.answer_set, True]

    def of_item_to_confirm(self, item: Item) -> str:
        """Return the range of the choices that an item offers beside an answer of last time."""
        return self.confirming[item.answer_set, item.na_allowed]

    def of_field(self, field: ProfileField) -> str:
        """Return the range of the choices of a profile field."""
        return self.fields[field.id]


def write_lists(book: Book, content: SheetContent) -> ChoiceRanges:
    """Write one column a list. An inline list over 255 characters would be dropped by Excel."""
    page = book.page(LISTS_SHEET)
    catalog, lang = content.catalog, content.say.lang
    lists = ChoiceRanges({}, {}, {})
    column = 0
    for name, choices in catalog.answer_sets.items():
        for with_na in (True, False):
            labels = [c.label[lang] for c in choices if with_na or c.value is not None]
            lists.answers[name, with_na] = _write_list(page, column, name, labels)
            column += 1
    for field in catalog.profile:
        if field.kind is FieldKind.CHOICE:
            labels = [choice.label[lang] for choice in field.choices]
            lists.fields[field.id] = _write_list(page, column, field.id, labels)
            column += 1
    if (
        content.previous
    ):  # written here, the strings of this workbook come in the order of any other
        _write_list(page, column, QuestionColumn.FORMER.value, content.previous_marks)
        column += 1
        for name, with_na in lists.answers:
            choices = catalog.answer_sets[name]
            labels = [c.label[lang] for c in choices if with_na or c.value is not None]
            same = content.say("sheet.former.same")
            lists.confirming[name, with_na] = _write_list(page, column, name, [*labels, same])
            column += 1
    if has_other_states(catalog):
        mark = _write_list(page, column, QuestionColumn.ANSWER.value, [MARK])
        blank = f"{LISTS_SHEET}!{fixed_cell(2, column)}"
        lists = replace(lists, mark=mark, blank=blank)
        column += 1
    page.columns([160] * column)
    page.protect({})
    page.hide()
    return lists


def write_identity(book: Book, content: SheetContent) -> None:
    """Write two of the identity's three carriers; the visible one is on the question sheet."""
    identity = content.identity
    page = book.page(IDENTITY_SHEET)
    values = (identity.catalog, identity.version, identity.client)
    for row, (key, value) in enumerate(zip(IDENTITY_KEYS, values, strict=True)):
        page.text(row, 0, key, BODY)
        page.text(row, 1, value or "", BODY)
        if value:
            book.custom_property(key, value)
    row = len(IDENTITY_KEYS)
    if content.replaces:
        page.text(row, 0, REPLACES_KEY, BODY)
        page.text(row, 1, " ".join(content.replaces), BODY)
        book.custom_property(REPLACES_KEY, _fit_property(content.replaces))
        row += 1
    if content.previous:
        page.text(row, 0, FORMER_DAY_KEY, BODY)
        page.text(row, 1, content.previous.as_of.isoformat(), BODY)
        row += 1
    if not is_packaged(content.catalog):
        page.text(row, 0, QUESTIONS_KEY, BODY)
        page.text(row, 1, format_questions(digest_questions(content.catalog)), BODY)
        page.text(row + 1, 0, TEXTS_KEY, BODY)
        page.text(row + 1, 1, " ".join(digest_other_texts(content.catalog)), BODY)
    page.columns([180, 180])
    page.protect({})
    page.hide()


def _fit_property(digests: Sequence[str]) -> str:
    """Return as many digests as a document property holds; the hidden cell has all."""
    kept = 1
    while kept < len(digests) and len(" ".join(digests[: kept + 1])) <= _MAX_PROPERTY:
        kept += 1
    return " ".join(digests[:kept])


def _write_list(page: Page, column: int, name: str, labels: Sequence[str]) -> str:
    page.text(0, column, name, BODY)
    return write_choices(page, column, labels, first=1)
