"""The workbook of a hearing sheet: cover, company, questions, and the two hidden pages.

`sheet_diag.intake` reads it again; both agree through `sheet_diag.forms.layout` alone.
"""

from __future__ import annotations

from typing import Final

from sheet_diag.forms.hearing_sheet.company import write_profile
from sheet_diag.forms.hearing_sheet.content import Entries, QuestionRows, SheetContent
from sheet_diag.forms.hearing_sheet.cover import write_cover
from sheet_diag.forms.hearing_sheet.hidden_sheets import write_identity, write_lists
from sheet_diag.forms.hearing_sheet.questions import write_questions
from sheet_diag.forms.layout import FIXED_CREATED
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.wording import word_catalog
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page

PROFILE_SHEET_NUMBER, QUESTIONS_SHEET_NUMBER = 2, 3  # among the sheets, from 1
_BLANK: Final = Entries()


def make_hearing_sheet(
    catalog: Catalog, lang: Lang, issuer: Issuer, entries: Entries = _BLANK, client: str = ""
) -> bytes:
    """Make a sheet, blank or with entries. The same arguments give the same bytes."""
    identity = SheetIdentity(catalog.id, catalog.version, client or None)
    return make_hearing_workbook(
        SheetContent(catalog, word_catalog(catalog, lang), issuer.in_lang(lang), entries, identity)
    )


def make_hearing_workbook(content: SheetContent) -> bytes:
    """Make the workbook of a sheet that is not sent back to be corrected."""
    title, author = content.catalog.title[content.say.lang], content.issuer.name
    book = Book(title=title, author=author, created=FIXED_CREATED, subject=content.catalog.id)
    cover, _ = write_pages(book, content)
    cover.open_here()
    return book.bytes()


def write_pages(book: Book, content: SheetContent) -> tuple[Page, QuestionRows]:
    """Write the pages; return the cover, and where the questions stand."""
    say = content.say
    cover = book.page(say("sheet.name.cover"))
    profile = book.page(say("sheet.name.profile"))
    questions = book.page(say("sheet.name.questions"))
    lists = write_lists(book, content)
    write_identity(book, content)
    write_profile(profile, content, lists)
    places = write_questions(questions, content, lists)
    write_cover(cover, content, places)
    return cover, places
