"""The client list as a workbook: blank, or with the clients that are known already.

Its table is read by `sheet_diag.intake.client_list`, which finds it by its headings. What stands
above them is for people alone, so no mail ever goes to the example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from sheet_diag.forms.hearing_sheet.content import ENTRY_LOOK
from sheet_diag.forms.layout import FIXED_CREATED, LISTS_SHEET, cell_name
from sheet_diag.forms.page_writer import (
    FormContext,
    set_paper,
    write_choices,
    write_lead,
    write_title,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import CLIENT_COLUMNS, ClientColumn, ClientEntry, ListedClient
from sheet_diag.model.settings import Issuer
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
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
    LINE,
    MIDDLE,
    NAVY,
    PALE,
    SMALL,
    Look,
)

_NEEDED_ROW: Final = 4  # zero-based, as the rows below
_EXAMPLE_ROW: Final = 5
_HEADER: Final = 6
_LINES: Final = 300  # prepared; more may be written below them
_SPARE_LINES: Final = 100  # prepared below the clients that are known
_LAST_COLUMN: Final = len(CLIENT_COLUMNS) - 1
_CHOICES: Final = (ClientEntry.CHOICE, ClientEntry.COUNT)
_TYPED: Final = (ClientEntry.COUNT, ClientEntry.SHARED)  # a number or addresses may be typed
_CENTERED: Final = (ClientEntry.ID, ClientEntry.LANGUAGE, ClientEntry.COUNT, ClientEntry.DAY)
# Ids are text, so that 001 stays 001. A number of employees may be typed as one.
_FORMATS: Final = {ClientEntry.DAY: "yyyy/m/d", ClientEntry.COUNT: "General"}
_BAND: Final[Look] = {
    **BODY,
    **CENTER,
    "bg_color": PALE,
    "left": 1,
    "right": 1,
    "left_color": LINE,
    "right_color": LINE,
}
_EARLIEST: Final = date(2000, 1, 1)
_AT_FORMULA: Final = '=ISNUMBER(FIND("@",{cell}))'
_GUIDE_WIDTHS: Final = (140, 76, 508)
_GUIDE_LAST: Final = len(_GUIDE_WIDTHS) - 1
_GUIDE_TEXTS: Final = ("ids", "choices", "mails", "next")


def make_client_list(
    catalog: Catalog, lang: Lang, issuer: Issuer, clients: Sequence[ListedClient] = ()
) -> bytes:
    """Make the workbook, with a line for each client. The same arguments give the same bytes."""
    context = FormContext(catalog, issuer, Wording(lang))
    title = context.say("clients.title")
    book = Book(title=title, author=issuer.name, created=FIXED_CREATED, subject=catalog.id)
    page = book.page(context.say("clients.sheet.list"))
    _write_guide(book.page(context.say("clients.sheet.guide")), context)
    lists = _write_lists(book, context)
    _write_head(page, context)
    last = _HEADER + max(_LINES, len(clients) + _SPARE_LINES)
    _write_lines(page, context, clients, last)
    for row in range(_HEADER + 1, last + 1):
        _add_rules(page, row, context, lists)
    page.freeze(_HEADER + 1, 2)  # id and company stay in view
    set_paper(page, context, landscape=True)
    page.fit_width(repeat=(_HEADER, _HEADER))
    page.tab(NAVY)
    page.select(_HEADER + 1, 0)
    page.open_here()
    return book.bytes()


def _write_lists(book: Book, context: FormContext) -> Mapping[str, str]:
    """Write the choices of each drop-down on a hidden sheet; return their ranges by column."""
    page = book.page(LISTS_SHEET)
    choices = {column.key: _choice_labels(column, context) for column in CLIENT_COLUMNS}
    columns = {key: labels for key, labels in choices.items() if labels}
    ranges = {
        key: "=" + write_choices(page, col, labels)
        for col, (key, labels) in enumerate(columns.items())
    }
    page.columns([200] * len(columns))
    page.hide()
    return ranges


def _choice_labels(column: ClientColumn, context: FormContext) -> list[str]:
    """Return the labels of a column's choices; none where the catalogue does not ask for it."""
    if column.entry is ClientEntry.SHARED:
        return [context.say("clients.shared.yes")]
    if column.entry is ClientEntry.LANGUAGE:
        return [context.say(f"clients.lang.{lang.value}") for lang in Lang]
    field = context.catalog.field_by_id.get(column.key)
    if field is None or column.entry not in _CHOICES:
        return []
    return [choice.label[context.say.lang] for choice in field.choices]


def _write_head(page: Page, context: FormContext) -> None:
    """Write what the list is for, and above each heading an example and whether it is needed."""
    say = context.say
    page.columns([column.width for column in CLIENT_COLUMNS])
    write_title(page, say("clients.title"), _LAST_COLUMN)
    write_lead(page, f"{say('clients.lead')}\n{say('clients.lead.next')}", _LAST_COLUMN)
    heights = [20.0]
    for col, column in enumerate(CLIENT_COLUMNS):
        _write_needed(page, _NEEDED_ROW, col, column, context, _BAND)
        example = say(f"clients.example.{column.key}")
        page.text(_EXAMPLE_ROW, col, example, {**_BAND, **SMALL})
        heights.append(row_height(example, room=column_room(column.width), size=9, padding=4))
        head = HEAD if column.needed else {**HEAD, "bg_color": BLUE}
        page.text(_HEADER, col, say(f"clients.column.{column.key}"), head)
    page.height(_NEEDED_ROW, 18)
    page.height(_EXAMPLE_ROW, max(heights))
    page.height(_HEADER, 26)


def _write_lines(
    page: Page, context: FormContext, clients: Sequence[ListedClient], last: int
) -> None:
    looks = [_cell_look(column) for column in CLIENT_COLUMNS]
    for row, client in enumerate(clients, _HEADER + 1):
        _write_client(page, row, context, client, looks)
    for row in range(_HEADER + 1 + len(clients), last + 1):
        for col, look in enumerate(looks):
            page.blank(row, col, look)
        page.height(row, 22)


def _write_client(
    page: Page, row: int, context: FormContext, client: ListedClient, looks: Sequence[Look]
) -> None:
    height = 22.0
    for col, column in enumerate(CLIENT_COLUMNS):
        value = getattr(client, column.field or column.key)
        if isinstance(value, date):
            page.day(row, col, value, looks[col])
            continue
        text = _format_entry(value, column, context)
        page.client_text(row, col, text, looks[col])
        width = column_room(column.width, indent=0 if column.entry in _CENTERED else 1)
        height = max(height, row_height(text, room=width, size=10, padding=6))
    page.height(row, height)


def _format_entry(value: object, column: ClientColumn, context: FormContext) -> str:
    """Write an entry in words that are read again."""
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, Lang):
        return context.say(f"clients.lang.{value.value}")
    if column.entry in _CHOICES:
        field = context.catalog.field_by_id.get(column.key)
        choice = field.by_id.get(str(value)) if field else None
        return choice.label[context.say.lang] if choice else ""
    return str(value or "")


def _cell_look(column: ClientColumn) -> Look:
    place = CENTER if column.entry in _CENTERED else INSET
    return {**ENTRY_LOOK, **place, "num_format": _FORMATS.get(column.entry, "@")}


def _add_rules(page: Page, row: int, context: FormContext, lists: Mapping[str, str]) -> None:
    """Add drop-downs, and rules for days and addresses."""
    say = context.say
    for col, column in enumerate(CLIENT_COLUMNS):
        message = {"error_title": say("clients.check.title")}
        if column.key in lists:
            message |= {"error_message": say("clients.check.choice")}
            rule = {"validate": "list", "source": lists[column.key]}
            is_strict = column.entry not in _TYPED
            page.rule(row, col, {**rule, **message, "show_error": is_strict})
        elif column.entry is ClientEntry.DAY:
            message |= {"error_message": say("clients.check.day")}
            bounds = {"validate": "date", "criteria": ">=", "value": _EARLIEST}
            page.rule(row, col, {**bounds, **message})
        elif column.entry is ClientEntry.ADDRESSES:
            message |= {"error_message": say("clients.check.mail")}
            formula = _AT_FORMULA.format(cell=cell_name(row, col))
            page.rule(row, col, {"validate": "custom", "value": formula, **message})


def _write_guide(page: Page, context: FormContext) -> None:
    """Write the second page: what each column is for, and what happens with the list."""
    say = context.say
    page.columns(_GUIDE_WIDTHS)
    write_title(page, say("clients.sheet.guide"), _GUIDE_LAST)
    for col, key in enumerate(("column", "needed", "what")):
        page.text(2, col, say(f"clients.guide.{key}"), HEAD)
    page.height(2, 24)
    for row, column in enumerate(CLIENT_COLUMNS, 3):
        what = say(f"clients.guide.{column.key}")
        page.text(row, 0, say(f"clients.column.{column.key}"), {**CELL, **INSET, **BOLD})
        _write_needed(page, row, 1, column, context, {**CELL, **CENTER})
        page.text(row, 2, what, {**CELL, **INSET})
        width = column_room(_GUIDE_WIDTHS[2], indent=1)
        page.height(row, max(26, row_height(what, room=width, size=10, padding=8)))
    row = 3 + len(CLIENT_COLUMNS)
    for key in _GUIDE_TEXTS:
        text = say(f"clients.guide.{key}.text")
        page.height(row, 10)
        page.merged(row + 1, 0, _GUIDE_LAST, say(f"clients.guide.{key}"), HEADING)
        page.height(row + 1, 24)
        page.merged(row + 2, 0, _GUIDE_LAST, text, {**BODY, **MIDDLE})
        width = column_room(sum(_GUIDE_WIDTHS))
        page.height(row + 2, row_height(text, room=width, size=10, padding=10))
        row += 3
    set_paper(page, context, landscape=False)
    page.fit_width()
    page.tab(BLUE)
    page.select(0, 0)


def _write_needed(
    page: Page, row: int, col: int, column: ClientColumn, context: FormContext, look: Look
) -> None:
    """Write whether a column is needed."""
    mark = "clients.needed" if column.needed else "clients.optional"
    own = {**BOLD, "font_size": 9, "font_color": ALERT} if column.needed else SMALL
    page.text(row, col, context.say(mark), {**look, **own})
