"""The blank overrides.xlsx, in which a consultant sets answers and writes comments.

`sheet_diag.intake.overrides` reads its tables, which it finds by their headings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sheet_diag.forms.hearing_sheet.content import ENTRY_LOOK, FIXED_CREATED
from sheet_diag.forms.layout import COMMENT_COLUMNS, LISTS_SHEET, OVERRIDE_COLUMNS
from sheet_diag.forms.page_writer import (
    FormContext,
    set_paper,
    write_choices,
    write_lead,
    write_title,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.settings import Issuer
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import fixed_cell
from sheet_diag.xlsx.theme import CELL, CENTER, HEAD, INSET, NAVY, SMALL

_HEADER: Final = 4  # zero-based, as the rows below
_LINES: Final = 100  # prepared; more may be written below them
_OVERRIDE_WIDTHS: Final = (210, 96, 116, 420, 130)
_COMMENT_WIDTHS: Final = (210, 762)
_ITEM_WIDTHS: Final = (80, 110, 640, 90)


def make_overrides_workbook(catalog: Catalog, lang: Lang, issuer: Issuer) -> bytes:
    """Make the workbook. The same arguments give the same bytes."""
    context = FormContext(catalog, issuer, Wording(lang))
    book = Book(
        title=context.say("overrides.title"),
        author=issuer.name,
        created=FIXED_CREATED,
        subject=catalog.id,
    )
    amendments = book.page(context.say("overrides.sheet.amendments"))
    remarks = book.page(context.say("overrides.sheet.remarks"))
    items = _write_items(book.page(context.say("overrides.sheet.items")), context)
    answers = _write_answers(book, context)
    _write_overrides(amendments, context, {"item": items, "answer": answers})
    _write_comments(remarks, context)
    amendments.open_here()
    return book.bytes()


def _write_items(page: Page, context: FormContext) -> str:
    """Write the questions to look up; return the range of their numbers."""
    say, lang = context.say, context.say.lang
    page.columns(_ITEM_WIDTHS)
    write_title(page, say("overrides.sheet.items"), 3)
    write_lead(page, say("overrides.items.lead"), 3)
    for column, key in enumerate(("number", "category", "question", "left_out")):
        page.text(_HEADER, column, say(f"overrides.items.{key}"), HEAD)
    page.height(_HEADER, 26)
    items = [(category, item) for category in context.catalog.categories for item in category.items]
    for row, (category, item) in enumerate(items, _HEADER + 1):
        offered = say("overrides.items.left_out.offered") if item.na_allowed else ""
        question = item.question[lang]
        page.text(row, 0, item.id, {**CELL, **CENTER})
        page.text(row, 1, category.short[lang], {**CELL, **SMALL, **CENTER})
        page.text(row, 2, question, {**CELL, **INSET})
        page.text(row, 3, offered, {**CELL, **SMALL, **CENTER})
        width = column_room(_ITEM_WIDTHS[2], indent=1)
        page.height(row, max(24, row_height(question, room=width, size=10, padding=6)))
    last = _HEADER + len(items)
    page.filter((_HEADER, 0, last, len(_ITEM_WIDTHS) - 1))
    _finish_page(page, context)
    return f"='{page.name}'!{fixed_cell(_HEADER + 1, 0)}:{fixed_cell(last, 0)}"


def _write_answers(book: Book, context: FormContext) -> str:
    """Write the labels of every answer once, on a hidden sheet; return their range."""
    page, lang = book.page(LISTS_SHEET), context.say.lang
    sets = context.catalog.answer_sets.values()
    labels = dict.fromkeys(choice.label[lang] for choices in sets for choice in choices)
    choices = write_choices(page, 0, tuple(labels))
    page.columns([160])
    page.hide()
    return f"={choices}"


def _write_overrides(page: Page, context: FormContext, lists: Mapping[str, str]) -> None:
    say = context.say
    page.columns(_OVERRIDE_WIDTHS)
    lead = f"{say('overrides.amendments.lead')}\n{say('overrides.amendments.lead.client')}"
    write_title(page, say("overrides.sheet.amendments"), 4)
    write_lead(page, lead, 4)
    _write_table(page, context, OVERRIDE_COLUMNS)
    for row in range(_HEADER + 1, _HEADER + 1 + _LINES):
        for column, key in ((1, "item"), (2, "answer")):
            messages = {
                "error_title": say("overrides.choose.title"),
                "error_message": say(f"overrides.choose.{key}"),
            }
            page.choices(row, column, lists[key], messages)
    _finish_page(page, context)


def _write_comments(page: Page, context: FormContext) -> None:
    page.columns(_COMMENT_WIDTHS)
    write_title(page, context.say("overrides.sheet.remarks"), 1)
    write_lead(page, context.say("overrides.remarks.lead"), 1)
    _write_table(page, context, COMMENT_COLUMNS)
    _finish_page(page, context)


def _write_table(page: Page, context: FormContext, columns: tuple[str, ...]) -> None:
    """Write headings and blank lines; the narrow columns hold one word each."""
    for column, key in enumerate(columns):
        page.text(_HEADER, column, context.say(f"overrides.column.{key}"), HEAD)
        look = (
            {**ENTRY_LOOK, **CENTER} if key in ("item", "after", "by") else {**ENTRY_LOOK, **INSET}
        )
        for row in range(_HEADER + 1, _HEADER + 1 + _LINES):
            page.blank(row, column, look)
    page.height(_HEADER, 26)


def _finish_page(page: Page, context: FormContext) -> None:
    page.freeze(_HEADER + 1)
    set_paper(page, context, landscape=True)
    page.fit_width(repeat=(_HEADER, _HEADER))
    page.select(_HEADER + 1, 0)
    page.tab(NAVY)
