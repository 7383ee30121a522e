"""The passwords of reports as a list to telephone by: printed, and filled in by hand.

Its table is read by `sheet_diag.intake.passwords`, which finds it by its headings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sheet_diag.forms.hearing_sheet.content import ENTRY_LOOK
from sheet_diag.forms.layout import FIXED_CREATED
from sheet_diag.forms.page_writer import FormContext, set_paper, write_lead, write_title
from sheet_diag.model.basics import parse_iso_day
from sheet_diag.storage.report_passwords.password_list import COLUMNS
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BODY, BOLD, CELL, CENTER, HEAD, INSET, NAVY, Look

_WIDTHS: Final = (104, 236, 130, 142, 242, 110)  # pixels
_OTHER_WIDTH: Final = 130
_FIRST: Final = 4  # the row below the title and what the list is for, from 0
# As text, so Excel changes no id such as 001, and takes no name for a formula.
_TEXT: Final[Look] = {**CELL, **INSET, "num_format": "@"}
_PASSWORD: Final[Look] = {**CELL, **CENTER, **BOLD, "num_format": "@", "font_size": 11}
_TOLD: Final[Look] = {**ENTRY_LOOK, **CENTER, "num_format": "yyyy/m/d"}
_LOOKS: Final = {"password": _PASSWORD, "told": _TOLD}
_PADDING: Final = 12.0  # points


def make_call_list(
    context: FormContext,
    rows: Sequence[Sequence[str]],
    others: Sequence[str],
    above: Sequence[str],
    is_agreed: Callable[[str], bool],
) -> bytes:
    """Make the workbook; `rows`, `others` and `above` are as in `PasswordSheet`. The same arguments
    give the same bytes."""
    say = context.say
    title, last = say("passwords.title"), len(COLUMNS) - 1
    book = Book(title=title, author=context.issuer.name, created=FIXED_CREATED)
    page = book.page(say("passwords.sheet"))
    page.columns([*_WIDTHS, *[_OTHER_WIDTH] * len(others)])
    write_title(page, title, last)
    write_lead(page, say("passwords.lead"), last)
    for row, text in enumerate(above, _FIRST):
        page.client_text(row, 0, text, {**BODY, "text_wrap": False})
    header = _FIRST + len(above)
    for col, column in enumerate(COLUMNS):
        page.text(header, col, say(f"passwords.column.{column}"), HEAD)
    for col, text in enumerate(others, len(COLUMNS)):
        page.client_text(header, col, text, HEAD)
    page.height(header, 26)
    for row, cells in enumerate(rows, header + 1):
        _write_row(page, row, cells, say("passwords.agreed") if is_agreed(cells[0]) else "")
    set_paper(page, context, landscape=True, title=say("passwords.printed"))
    page.fit_width(repeat=(header, header))
    page.freeze(header + 1)
    page.tab(NAVY)
    page.select(header + 1, 0)
    return book.bytes()


def _write_row(page: Page, row: int, cells: Sequence[str], agreed: str) -> None:
    height = 26.0
    for col, text in enumerate(cells):
        look = _LOOKS.get(COLUMNS[col], _TEXT) if col < len(COLUMNS) else _TEXT
        if look is _TOLD:
            _write_day(page, row, col, text or agreed)
        else:
            page.client_text(row, col, text, look)
            height = max(height, page.text_height(text, look, (col, col), _PADDING))
    page.height(row, height)


def _write_day(page: Page, row: int, col: int, text: str) -> None:
    """Write a day as one of Excel, and whatever else was typed as text."""
    page.entry(row, col, parse_iso_day(text) or text, _TOLD)
