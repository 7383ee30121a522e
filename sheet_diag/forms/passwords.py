"""The list of the passwords of reports as a workbook, whose cells are all text.

So Excel changes no id such as 001, and takes no name for a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheet_diag.forms.hearing_sheet.content import FIXED_CREATED
from sheet_diag.model.basics import Lang
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.theme import CELL, HEAD, INSET, Look

_COLUMNS: Final = ("number", "name", "password")
_WIDTHS: Final = (130, 360, 250)
_OTHER_WIDTH: Final = 180
_TEXT: Final[Look] = {**CELL, **INSET, "num_format": "@", "text_wrap": False}


def password_headings(lang: Lang) -> tuple[str, ...]:
    """Return the headings of a new list: client id, client, password."""
    return tuple(Wording(lang)(f"passwords.column.{column}") for column in _COLUMNS)


def make_password_workbook(rows: Sequence[Sequence[str]], header: int, lang: Lang) -> bytes:
    """Make the workbook of the rows of a list. The same arguments give the same bytes."""
    title = Wording(lang)("passwords.sheet")
    book = Book(title=title, author="sheet-diag", created=FIXED_CREATED)
    page = book.page(title)
    width = max(col + 1 for row in rows for col, text in enumerate(row) if text)
    page.columns([*_WIDTHS, *[_OTHER_WIDTH] * (width - len(_WIDTHS))])
    for row, cells in enumerate(rows):
        look = HEAD if row == header else _TEXT
        for col in range(width):
            page.client_text(row, col, cells[col] if col < len(cells) else "", look)
    page.paper(landscape=False, header="", footer="&C&8&P / &N")
    page.fit_width(repeat=(header, header))
    page.freeze(header + 1)
    page.select(header + 1, 0)
    return book.bytes()
