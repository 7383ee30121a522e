"""The client list as a workbook: blank, or with the clients that are known already.

Its table is read by `sheet_diag.intake.clientlist`, which finds it by its headings; whatever
stands above them is read by people alone, so that no example is ever written to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sheet_diag.forms.client_list.guide import (
    ClientListContext,
    finish_page,
    write_guide,
    write_title,
)
from sheet_diag.forms.hearing_sheet.content import ENTRY_LOOK, FIXED_CREATED
from sheet_diag.forms.layout import CLIENT_COLUMNS, LISTS_SHEET, REQUIRED_CLIENT_COLUMNS, cell_name
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.settings import Issuer
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import fixed_cell
from sheet_diag.xlsx.theme import (
    ALERT,
    BLUE,
    BODY,
    BOLD,
    CENTER,
    HEAD,
    INSET,
    LINE,
    MIDDLE,
    PALE,
    SMALL,
    Look,
)

_NEEDED_ROW: Final = 4  # zero-based, as the rows below
_EXAMPLE_ROW: Final = 5
_HEADER: Final = 6
_LINES: Final = 300  # prepared; more may be written below them
_SPARE_LINES: Final = 100  # prepared below the clients that are known
_WIDTHS: Final[Mapping[str, int]] = {
    "id": 96, "company": 214, "contact": 116, "title": 104, "mail": 232, "lang": 84,
    "industry": 190, "employees": 104, "due": 96, "group": 104, "note": 168,
}  # fmt: skip
_BAND: Final[Look] = {
    **BODY,
    **CENTER,
    "bg_color": PALE,
    "left": 1,
    "right": 1,
    "left_color": LINE,
    "right_color": LINE,
}
_CENTERED: Final = ("id", "lang", "due", "employees")
_EARLIEST: Final = date(2000, 1, 1)
_AT_FORMULA: Final = '=ISNUMBER(FIND("@",{cell}))'


def make_client_list(
    catalog: Catalog, lang: Lang, issuer: Issuer, clients: Sequence[ListedClient] = ()
) -> bytes:
    """The workbook, a line for each of the clients. The same arguments give the same bytes."""
    kit = ClientListContext(catalog, issuer, Wording(lang))
    title = kit.say("clients.title")
    book = Book(title=title, author=issuer.name, created=FIXED_CREATED, subject=catalog.id)
    page = book.page(kit.say("clients.sheet.list"))
    write_guide(book.page(kit.say("clients.sheet.guide")), kit)
    lists = _write_lists(book, kit)
    _write_head(page, kit)
    last = _HEADER + max(_LINES, len(clients) + _SPARE_LINES)
    _write_lines(page, kit, clients, last)
    for row in range(_HEADER + 1, last + 1):
        _add_rules(page, row, kit, lists)
    page.freeze(_HEADER + 1, CLIENT_COLUMNS.index("company") + 1)
    finish_page(page, kit, repeat=(_HEADER, _HEADER))
    page.select(_HEADER + 1, 0)
    page.open_here()
    return book.bytes()


def _write_lists(book: Book, kit: ClientListContext) -> Mapping[str, str]:
    """The words of each drop-down on a hidden sheet; returns their ranges by column."""
    page, say = book.page(LISTS_SHEET), kit.say
    words = {"lang": [say(f"clients.lang.{lang.value}") for lang in Lang]}
    for column in ("industry", "employees"):
        if labels := kit.labels(column):
            words[column] = labels
    ranges = {}
    for col, (column, labels) in enumerate(words.items()):
        for row, label in enumerate(labels):
            page.text(row, col, label, BODY)
        cells = f"{fixed_cell(0, col)}:{fixed_cell(len(labels) - 1, col)}"
        ranges[column] = f"={LISTS_SHEET}!{cells}"
    page.columns([200] * len(words))
    page.hide()
    return ranges


def _write_head(page: Page, kit: ClientListContext) -> None:
    """What the list is for, and above each heading whether it is needed, and an example."""
    say, last = kit.say, len(CLIENT_COLUMNS) - 1
    page.columns([_WIDTHS[column] for column in CLIENT_COLUMNS])
    write_title(page, say("clients.title"), last)
    lead = f"{say('clients.lead')}\n{say('clients.lead.next')}"
    page.merged(2, 0, last, lead, {**BODY, **MIDDLE})
    page.height(2, row_height(lead, room=column_room(page.span(0, last)), size=10, padding=8))
    page.height(3, 6)
    heights = [20.0]
    for col, column in enumerate(CLIENT_COLUMNS):
        needed = column in REQUIRED_CLIENT_COLUMNS
        mark = say("clients.needed") if needed else say("clients.optional")
        look = {**BOLD, "font_size": 9, "font_color": ALERT} if needed else SMALL
        page.text(_NEEDED_ROW, col, mark, {**_BAND, **look})
        example = say(f"clients.example.{column}")
        page.text(_EXAMPLE_ROW, col, example, {**_BAND, **SMALL})
        width = column_room(_WIDTHS[column])
        heights.append(row_height(example, room=width, size=9, padding=4))
        head = HEAD if needed else {**HEAD, "bg_color": BLUE}
        page.text(_HEADER, col, say(f"clients.column.{column}"), head)
    page.height(_NEEDED_ROW, 18)
    page.height(_EXAMPLE_ROW, max(heights))
    page.height(_HEADER, 26)


def _write_lines(
    page: Page, kit: ClientListContext, clients: Sequence[ListedClient], last: int
) -> None:
    looks = [_cell_look(column) for column in CLIENT_COLUMNS]
    for row, client in enumerate(clients, _HEADER + 1):
        _write_client(page, row, kit, client, looks)
    for row in range(_HEADER + 1 + len(clients), last + 1):
        for col, look in enumerate(looks):
            page.blank(row, col, look)
        page.height(row, 22)


def _write_client(
    page: Page, row: int, kit: ClientListContext, client: ListedClient, looks: Sequence[Look]
) -> None:
    height = 22.0
    for col, column in enumerate(CLIENT_COLUMNS):
        if column == "due" and client.due:
            page.day(row, col, client.due, looks[col])
            continue
        text = _format_entry(client, column, kit)
        page.client_text(row, col, text, looks[col])
        width = column_room(_WIDTHS[column], indent=0 if column in _CENTERED else 1)
        height = max(height, row_height(text, room=width, size=10, padding=6))
    page.height(row, height)


def _format_entry(client: ListedClient, column: str, kit: ClientListContext) -> str:
    """What stands in a cell, in words that are read again."""
    match column:
        case "mail":
            return "; ".join(client.addresses)
        case "lang":
            return kit.say(f"clients.lang.{client.lang.value}")
        case "industry" | "employees":
            return kit.label(column, str(getattr(client, column)))
        case _:
            return str(getattr(client, column) or "")


def _cell_look(column: str) -> Look:
    """Ids are text, so that 001 stays 001; a number of employees may be typed as one."""
    formats = {"due": "yyyy/m/d", "employees": "General"}
    place = CENTER if column in _CENTERED else INSET
    return {**ENTRY_LOOK, **place, "num_format": formats.get(column, "@")}


def _add_rules(page: Page, row: int, kit: ClientListContext, lists: Mapping[str, str]) -> None:
    """Drop-downs, and rules for days and addresses; a number of employees may be typed instead."""
    say = kit.say
    for col, column in enumerate(CLIENT_COLUMNS):
        message = {"error_title": say("clients.check.title")}
        if column in lists:
            message |= {"error_message": say("clients.check.choice")}
            rule = {"validate": "list", "source": lists[column]}
            page.rule(row, col, {**rule, **message, "show_error": column != "employees"})
        elif column == "due":
            message |= {"error_message": say("clients.check.due")}
            bounds = {"validate": "date", "criteria": ">=", "value": _EARLIEST}
            page.rule(row, col, {**bounds, **message})
        elif column == "mail":
            message |= {"error_message": say("clients.check.mail")}
            formula = _AT_FORMULA.format(cell=cell_name(row, col))
            page.rule(row, col, {"validate": "custom", "value": formula, **message})
