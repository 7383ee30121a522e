"""What the pages of every form share: paper, title, choices, and writing a page row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sheet_diag.forms.hearing_sheet.content import SheetContent
from sheet_diag.forms.layout import LISTS_SHEET
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.settings import Issuer
from sheet_diag.text.excel_text import header_text
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import fixed_cell
from sheet_diag.xlsx.theme import BODY, BOLD, CELL, HEADING, INSET, MIDDLE, PALE, TITLE

COVER_WIDTHS: Final = (190, 90, 90, 130, 180)
COVER_LAST_COLUMN: Final = len(COVER_WIDTHS) - 1


@dataclass(frozen=True, slots=True)
class FormContext:
    """What every page of a form is written from."""

    catalog: Catalog
    issuer: Issuer
    say: Wording


def set_paper(
    page: Page, context: FormContext | SheetContent, *, landscape: bool, title: str = ""
) -> None:
    """Set the paper of a page, with a title (or the catalogue's) above and the issuer below."""
    title = title or header_text(context.catalog.title[context.say.lang])
    footer = f"&L&8{header_text(context.issuer.name)}&C&8{context.say('sheet.footer.page')}"
    page.paper(landscape=landscape, header=f"&R&8{title}", footer=footer)


def write_title(page: Page, title: str, last: int) -> None:
    """Write the title of a page over the columns up to `last`."""
    page.merged(0, 0, last, title, TITLE)
    page.height(0, 36)
    page.height(1, 4)


def write_lead(page: Page, lead: str, last: int) -> None:
    """Write below the title what the page is for."""
    page.merged(2, 0, last, lead, {**BODY, **MIDDLE})
    page.height(2, row_height(lead, room=column_room(page.span(0, last)), size=10, padding=8))
    page.height(3, 6)


def write_choices(page: Page, column: int, labels: Sequence[str], first: int = 0) -> str:
    """Write the choices of a drop-down down a column of the hidden sheet; return their range."""
    for row, label in enumerate(labels, first):
        page.text(row, column, label, BODY)
    last = first + len(labels) - 1
    return f"{LISTS_SHEET}!{fixed_cell(first, column)}:{fixed_cell(last, column)}"


class RowWriter:
    """A page, and the row that comes next. Labels take the columns up to `label`."""

    def __init__(
        self,
        page: Page,
        content: SheetContent,
        widths: Sequence[int] = COVER_WIDTHS,
        label: int = 0,
    ) -> None:
        self.page = page
        self.content = content
        self.say = content.say
        self.row = 0
        self.last = len(widths) - 1
        self._widths = widths
        self._label = label
        page.columns(widths)

    def title(self) -> None:
        """Write the catalogue's title over the whole width."""
        self.page.merged(0, 0, self.last, self.content.catalog.title[self.say.lang], TITLE)
        self.page.height(0, 38)
        self.row = 1

    def heading(self, key: str) -> None:
        """Write the heading of a section."""
        self.page.height(self.row, 7)
        self.page.merged(self.row + 1, 0, self.last, self.say(key), HEADING)
        self.page.height(self.row + 1, 22)
        self.page.height(self.row + 2, 4)
        self.row += 3

    def paragraph(self, text: str) -> None:
        """Write a paragraph over the whole width."""
        self.page.merged(self.row, 0, self.last, text, BODY)
        self.page.height(self.row, row_height(text, room=column_room(sum(self._widths)), size=10))
        self.row += 1

    def pair(self, label: str, text: str) -> None:
        """Write a bordered line: label, and text over the other columns."""
        look = {**CELL, **INSET, **BOLD, "bg_color": PALE}
        self.page.merged(self.row, 0, self._label, label, look)
        self.page.merged(self.row, self._label + 1, self.last, text, {**CELL, **INSET})
        width = sum(self._widths[self._label + 1 :])
        height = row_height(text, room=column_room(width, indent=1), size=10, padding=6)
        self.page.height(self.row, max(height, 22))
        self.row += 1
