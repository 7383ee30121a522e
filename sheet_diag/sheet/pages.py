"""The pages that every hearing sheet has: cover, company, questions, and the two hidden ones."""

from __future__ import annotations

from sheet_diag.sheet.content import Content, Places
from sheet_diag.sheet.cover import write_cover
from sheet_diag.sheet.hidden import write_identity, write_lists
from sheet_diag.sheet.profile import write_profile
from sheet_diag.sheet.questions import write_questions
from sheet_diag.workbook import Book, Page


def write_pages(book: Book, content: Content) -> tuple[Page, Places]:
    """Write them; gives the cover, and where the questions stand."""
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
