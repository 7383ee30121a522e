"""Catalogue -> hearing sheet: blank, or with entries already in place.

Knows what a client sees and may change; how it is read again is the business of
`sheet_diag.intake`, and both agree only through `sheet_diag.layout`.
"""

from __future__ import annotations

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Identity
from sheet_diag.model.settings import Issuer
from sheet_diag.sheet.content import EPOCH, Content, Entries
from sheet_diag.sheet.cover import write_cover
from sheet_diag.sheet.hidden import write_identity, write_lists
from sheet_diag.sheet.profile import write_profile
from sheet_diag.sheet.questions import write_questions
from sheet_diag.wording import Wording
from sheet_diag.workbook import Book

__all__ = ["Entries", "hearing_sheet"]

_BLANK = Entries()


def hearing_sheet(
    catalog: Catalog, lang: Lang, issuer: Issuer, entries: Entries = _BLANK, client: str = ""
) -> bytes:
    """The workbook to be mailed. The same arguments give the same bytes."""
    say = Wording(lang)
    identity = Identity(catalog.id, catalog.version, client or None)
    content = Content(catalog, say, issuer, entries, identity)
    book = Book(title=catalog.title[lang], author=issuer.name, created=EPOCH)
    cover = book.page(say("sheet.name.cover"))
    profile = book.page(say("sheet.name.profile"))
    questions = book.page(say("sheet.name.questions"))
    lists = write_lists(book, content)
    write_identity(book, content)
    write_profile(profile, content, lists)
    places = write_questions(questions, content, lists)
    write_cover(cover, content, places)
    cover.open_here()
    return book.bytes()
