"""Hearing sheets for many clients: one is laid out, and those like it are copies of it.

What differs from one client's sheet to the next are a few texts and the words of last year's
answers. A sheet is copied only where nothing else would differ (`_copy_key`), so that a copy is,
byte for byte, what `make_hearing_workbook` would have written; every other one is written by it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Final

from sheet_diag.forms.hearing_sheet.company import field_height
from sheet_diag.forms.hearing_sheet.content import SheetContent
from sheet_diag.forms.hearing_sheet.cover import addressee_height, deadline_text
from sheet_diag.forms.hearing_sheet.questions import (
    lead_height,
    lead_text,
    question_rows,
    stamp_text,
)
from sheet_diag.forms.hearing_sheet.workbook import QUESTIONS_SHEET_NUMBER, make_hearing_workbook
from sheet_diag.forms.layout import IDENTITY_KEYS, QuestionColumn
from sheet_diag.model.catalog import FieldKind, ProfileField
from sheet_diag.text.excel_text import storable_text
from sheet_diag.xlsx.errors import WorkbookError
from sheet_diag.xlsx.template import TemplateSlots, WorkbookTemplate

TEXT_FIELD_KINDS: Final = (
    FieldKind.TEXT,
    FieldKind.EMAIL,
)  # fields whose entry stands there as it is
_MAX_TEMPLATES: Final = 128  # patterns kept; each takes some 150 KB
_CLIENT_KEY: Final = IDENTITY_KEYS[2]


class BulkSheetWriter:
    """A writer of sheets of one catalogue for one issuer, whose only entries are profile texts.

    Deadlines may differ.
    """

    def __init__(self) -> None:
        self._patterns: dict[Hashable, WorkbookTemplate] = {}

    def sheet(self, content: SheetContent) -> bytes:
        """Make a workbook: the same bytes as those of `make_hearing_workbook`."""
        texts = [text for text in _variable_texts(content) if text]
        if not all(storable_text(text) == text for text in texts):
            return make_hearing_workbook(content)
        likeness = _copy_key(content)
        pattern = self._patterns.pop(likeness, None)
        if pattern is None:
            book = make_hearing_workbook(content)
            self._keep(likeness, _make_template(book, content, texts))
            return book
        self._keep(likeness, pattern)
        if all(map(pattern.is_free, texts)):
            return pattern.copy(texts, [word for _, word in _previous_cells(content)])
        return make_hearing_workbook(content)

    def _keep(self, likeness: Hashable, pattern: WorkbookTemplate | None) -> None:
        """Keep a template as the one that was used last."""
        if pattern:
            self._patterns[likeness] = pattern
        if len(self._patterns) > _MAX_TEMPLATES:
            del self._patterns[next(iter(self._patterns))]


def _make_template(
    book: bytes, content: SheetContent, texts: Sequence[str]
) -> WorkbookTemplate | None:
    """Make a template of a workbook; None where a text of the client is also one of ours."""
    cells = [cell for cell, _ in _previous_cells(content)]
    name = _CLIENT_KEY if content.identity.client else ""
    try:
        return WorkbookTemplate(book, TemplateSlots(texts, name, QUESTIONS_SHEET_NUMBER, cells))
    except WorkbookError:
        return None


def _variable_texts(content: SheetContent) -> Iterator[str]:
    """Yield the texts that differ, the client's id first; empty where nothing stands."""
    yield content.identity.client or ""
    yield stamp_text(content)
    for _, entry in _text_entries(content):
        yield entry
    yield content.addressee
    yield deadline_text(content)
    yield lead_text(content) if content.former else ""


def _copy_key(content: SheetContent) -> Hashable:
    """Compute what two sheets must share so that one can be a copy of the other.

    That is which texts are there, which of them are equal, and the heights of their rows.
    """
    texts = list(_variable_texts(content))
    lang = content.say.lang
    heights = [field_height(field, entry, lang) for field, entry in _text_entries(content)]
    return (
        lang,
        tuple(map(texts.index, texts)),
        tuple(bool(text.strip(" ")) for text in texts),
        (*heights, addressee_height(content.addressee), lead_height(content)),
    )


def _previous_cells(content: SheetContent) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the cells of last year's answers, and their labels."""
    if content.former:
        column = content.at(QuestionColumn.FORMER)
        for item, row in question_rows(content.catalog).items.items():
            yield (row, column), content.former.words.get(item, "")


def _text_entries(content: SheetContent) -> Iterator[tuple[ProfileField, str]]:
    for field in content.catalog.profile:
        if field.kind in TEXT_FIELD_KINDS:
            yield field, content.entries.profile.get(field.id, "")
