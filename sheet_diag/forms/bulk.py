"""Hearing sheets for many clients: one is laid out, those that look like it are copies of it.

What differs from one client's sheet to the next are a few texts and the words of last year's
answers. A sheet is copied only where nothing else would differ (`_likeness`), so that a copy is,
byte for byte, what `hearing_book` would have written; every other one is written by it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Final

from sheet_diag.forms.hearing_sheet.company import field_height
from sheet_diag.forms.hearing_sheet.content import Content
from sheet_diag.forms.hearing_sheet.cover import addressee_height, deadline_text
from sheet_diag.forms.hearing_sheet.questions import lead_height, lead_text, places_of, stamp_text
from sheet_diag.forms.hearing_sheet.workbook import QUESTIONS_PAGE, hearing_book
from sheet_diag.forms.layout import IDENTITY_KEYS, Column
from sheet_diag.model.catalog import FieldKind, ProfileField
from sheet_diag.text.excel_text import storable
from sheet_diag.xlsx.errors import WorkbookError
from sheet_diag.xlsx.template import Openings, Pattern

WRITTEN: Final = (FieldKind.TEXT, FieldKind.EMAIL)  # fields whose entry stands there as it is
_MOST: Final = 128  # patterns kept; each takes some 150 KB
_CLIENT: Final = IDENTITY_KEYS[2]


class Press:
    """Writes sheets of one catalogue for one issuer, whose only entries are texts of the profile.

    Deadlines may differ.
    """

    def __init__(self) -> None:
        self._patterns: dict[Hashable, Pattern] = {}

    def sheet(self, content: Content) -> bytes:
        """The workbook: the same as `hearing_book` writes."""
        texts = [text for text in _texts(content) if text]
        if not all(storable(text) == text for text in texts):
            return hearing_book(content)
        likeness = _likeness(content)
        pattern = self._patterns.pop(likeness, None)
        if pattern is None:
            book = hearing_book(content)
            self._keep(likeness, _pattern(book, content, texts))
            return book
        self._keep(likeness, pattern)
        if all(map(pattern.is_free, texts)):
            return pattern.copy(texts, [word for _, word in _former(content)])
        return hearing_book(content)

    def _keep(self, likeness: Hashable, pattern: Pattern | None) -> None:
        """Keep a pattern as the one that was used last."""
        if pattern:
            self._patterns[likeness] = pattern
        if len(self._patterns) > _MOST:
            del self._patterns[next(iter(self._patterns))]


def _pattern(book: bytes, content: Content, texts: Sequence[str]) -> Pattern | None:
    """The workbook as a pattern; None where a text of the client's is also one of ours."""
    cells = [cell for cell, _ in _former(content)]
    name = _CLIENT if content.identity.client else ""
    try:
        return Pattern(book, Openings(texts, name, QUESTIONS_PAGE, cells))
    except WorkbookError:
        return None


def _texts(content: Content) -> Iterator[str]:
    """What differs, the client's id first; empty where nothing stands."""
    yield content.identity.client or ""
    yield stamp_text(content)
    for _, entry in _entries(content):
        yield entry
    yield content.addressee
    yield deadline_text(content)
    yield lead_text(content) if content.former else ""


def _likeness(content: Content) -> Hashable:
    """What two sheets must have in common so that one can be a copy of the other: which texts are
    there and which are equal, and the heights of their rows."""
    texts = list(_texts(content))
    lang = content.say.lang
    heights = [field_height(field, entry, lang) for field, entry in _entries(content)]
    return (
        lang,
        tuple(map(texts.index, texts)),
        tuple(bool(text.strip(" ")) for text in texts),
        (*heights, addressee_height(content.addressee), lead_height(content)),
    )


def _former(content: Content) -> Iterator[tuple[tuple[int, int], str]]:
    """The cells of last year's answers, and their words."""
    if content.former:
        column = content.at(Column.FORMER)
        for item, row in places_of(content.catalog).items.items():
            yield (row, column), content.former.words.get(item, "")


def _entries(content: Content) -> Iterator[tuple[ProfileField, str]]:
    for field in content.catalog.profile:
        if field.kind in WRITTEN:
            yield field, content.entries.profile.get(field.id, "")
