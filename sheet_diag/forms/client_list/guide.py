"""The second page of the client list: what each column is for, and what happens with the list.

Also what both of its pages are written from, and share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sheet_diag.forms.layout import CLIENT_COLUMNS, REQUIRED_CLIENT_COLUMNS
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.settings import Issuer
from sheet_diag.text.excel_text import header_text
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    ALERT,
    BLUE,
    BODY,
    BOLD,
    CELL,
    CENTER,
    HEAD,
    HEADING,
    INSET,
    MIDDLE,
    NAVY,
    SMALL,
    TITLE,
)

_WIDTHS: Final = (140, 76, 508)
_LAST: Final = len(_WIDTHS) - 1
_TEXTS: Final = ("ids", "choices", "mails", "next")


@dataclass(frozen=True, slots=True)
class ClientListContext:
    """What every page is written from."""

    catalog: Catalog
    issuer: Issuer
    say: Wording

    def labels(self, column: str) -> list[str]:
        """The words of a column's choices; none where the catalogue does not ask for it."""
        field = self.catalog.field_by_id.get(column)
        return [choice.label[self.say.lang] for choice in field.choices] if field else []

    def label(self, column: str, choice: str) -> str:
        """The words of one choice, by its id; empty where there is no such choice."""
        field = self.catalog.field_by_id.get(column)
        if field is None or choice not in field.by_id:
            return ""
        return field.by_id[choice].label[self.say.lang]


def write_guide(page: Page, kit: ClientListContext) -> None:
    """Write the page."""
    say = kit.say
    page.columns(_WIDTHS)
    write_title(page, say("clients.sheet.guide"), _LAST)
    for col, key in enumerate(("column", "needed", "what")):
        page.text(2, col, say(f"clients.guide.{key}"), HEAD)
    page.height(2, 24)
    row = 3
    for column in CLIENT_COLUMNS:
        _write_column(page, row, column, kit)
        row += 1
    for text in _TEXTS:
        row = _write_text(page, row, text, kit)
    finish_page(page, kit, repeat=None)
    page.select(0, 0)


def write_title(page: Page, title: str, last: int) -> None:
    """The title over columns A to `last`."""
    page.merged(0, 0, last, title, TITLE)
    page.height(0, 36)
    page.height(1, 4)


def finish_page(page: Page, kit: ClientListContext, repeat: tuple[int, int] | None) -> None:
    """How a page is printed and found."""
    say = kit.say
    footer = f"&L&8{header_text(kit.issuer.name)}&C&8{say('sheet.footer.page')}"
    title = header_text(kit.catalog.title[say.lang])
    page.paper(landscape=repeat is not None, header=f"&R&8{title}", footer=footer)
    page.fit_width(repeat=repeat)
    page.tab(NAVY if repeat else BLUE)


def _write_column(page: Page, row: int, column: str, kit: ClientListContext) -> None:
    say = kit.say
    needed = column in REQUIRED_CLIENT_COLUMNS
    mark = say("clients.needed") if needed else say("clients.optional")
    look = {**BOLD, "font_size": 9, "font_color": ALERT} if needed else SMALL
    what = say(f"clients.guide.{column}")
    page.text(row, 0, say(f"clients.column.{column}"), {**CELL, **INSET, **BOLD})
    page.text(row, 1, mark, {**CELL, **CENTER, **look})
    page.text(row, 2, what, {**CELL, **INSET})
    width = column_room(_WIDTHS[2], indent=1)
    page.height(row, max(26, row_height(what, room=width, size=10, padding=8)))


def _write_text(page: Page, row: int, key: str, kit: ClientListContext) -> int:
    """A heading and its paragraph; returns the next row."""
    say = kit.say
    text = say(f"clients.guide.{key}.text")
    page.height(row, 10)
    page.merged(row + 1, 0, _LAST, say(f"clients.guide.{key}"), HEADING)
    page.height(row + 1, 24)
    page.merged(row + 2, 0, _LAST, text, {**BODY, **MIDDLE})
    page.height(row + 2, row_height(text, room=column_room(sum(_WIDTHS)), size=10, padding=10))
    return row + 3
