"""The company sheet: label, input cell to its right, a note."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from sheet_diag.forms.hearing_sheet.content import ENTRY_LOOK, MARKED_LOOK, PROTECTION, SheetContent
from sheet_diag.forms.hearing_sheet.hidden_sheets import ChoiceRanges
from sheet_diag.forms.layout import PROFILE_FIRST_ROW, PROFILE_LABEL_COLUMN, cell_name
from sheet_diag.forms.page_writer import set_paper
from sheet_diag.model.basics import Lang, parse_iso_day
from sheet_diag.model.catalog import FieldKind, ProfileField
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    ALERT,
    BLUE,
    BODY,
    BOLD,
    CELL,
    CENTER,
    HEAD,
    INSET,
    MIDDLE,
    SMALL,
    TITLE,
    Look,
)

_LABEL_COLUMN: Final = PROFILE_LABEL_COLUMN
_ENTRY_COLUMN: Final = _LABEL_COLUMN + 1
_NOTE_COLUMN: Final = _LABEL_COLUMN + 2
_WIDTHS: Final = (44, 190, 250, 226)
_EARLIEST: Final = date(2000, 1, 1)
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,14}")


def write_profile(page: Page, content: SheetContent, lists: ChoiceRanges) -> None:
    """Write the page."""
    say = content.say
    page.columns(_WIDTHS)
    page.merged(0, 0, _NOTE_COLUMN, say("sheet.name.profile"), TITLE)
    page.height(0, 36)
    lead = say("sheet.profile.lead.listed" if content.is_issued else "sheet.profile.lead")
    page.merged(1, 0, _NOTE_COLUMN, lead, {**BODY, **MIDDLE})
    page.height(1, row_height(lead, room=column_room(sum(_WIDTHS)), size=10, padding=8))
    page.height(2, 6)
    head = PROFILE_FIRST_ROW - 1
    for column, name in (
        (_LABEL_COLUMN, "field"),
        (_ENTRY_COLUMN, "entry"),
        (_NOTE_COLUMN, "hint"),
    ):
        page.text(head, column, say(f"sheet.profile.column.{name}"), HEAD)
    page.blank(head, 0, HEAD)
    page.height(head, 24)
    page.height(head - 1, 6)
    for row, field in enumerate(content.catalog.profile, PROFILE_FIRST_ROW):
        _write_field(page, row, field, content, lists)
    page.freeze(PROFILE_FIRST_ROW)
    page.protect(PROTECTION)
    set_paper(page, content, landscape=False)
    page.fit_width()
    page.select(PROFILE_FIRST_ROW, _ENTRY_COLUMN)
    page.tab(BLUE)


def field_height(field: ProfileField, entry: str, lang: Lang) -> float:
    """Compute the height in points of a field's row with this entry."""
    note = field.hint[lang] if field.hint else ""
    texts = (
        (field.label[lang], _LABEL_COLUMN, 10),
        (note, _NOTE_COLUMN, 9),
        (entry, _ENTRY_COLUMN, 11),
    )
    heights = [
        row_height(text, room=column_room(_WIDTHS[column], indent=1), size=size, padding=10)
        for text, column, size in texts
    ]
    return max(*heights, 30)


def _write_field(
    page: Page, row: int, field: ProfileField, content: SheetContent, lists: ChoiceRanges
) -> None:
    say, lang = content.say, content.say.lang
    required = say("sheet.profile.required") if field.required else ""
    page.text(row, 0, required, {**CELL, **CENTER, **BOLD, "font_size": 9, "font_color": ALERT})
    page.text(row, _LABEL_COLUMN, field.label[lang], {**CELL, **INSET, **BOLD})
    entry = content.entries.profile.get(field.id, "")
    _write_entry(page, row, field, entry, content.entries.field_notes.get(field.id))
    note = field.hint[lang] if field.hint else ""
    page.text(row, _NOTE_COLUMN, note, {**CELL, **INSET, **SMALL})
    _add_rules(page, row, field, content, lists)
    page.height(row, field_height(field, entry, lang))


def _write_entry(page: Page, row: int, field: ProfileField, entry: str, note: str | None) -> None:
    """Write what is known of a field: numbers and dates as such, so that Excel takes them."""
    look = {**ENTRY_LOOK, **INSET, "font_size": 11, **_number_format(field.kind)}
    if note:
        look = {**look, **MARKED_LOOK}
        page.note(row, _ENTRY_COLUMN, note)
    if field.kind is FieldKind.NUMBER and _NUMBER.fullmatch(entry):
        page.number(row, _ENTRY_COLUMN, int(entry), look)
    elif field.kind is FieldKind.DATE and (day := _read_date(entry)):
        page.day(row, _ENTRY_COLUMN, day, look)
    else:
        page.client_text(row, _ENTRY_COLUMN, entry, look)


def _read_date(entry: str) -> date | None:
    """Read the day, in the form in which intake writes it; Excel knows none before 1900."""
    day = parse_iso_day(entry)
    return day if day and day.year >= 1900 else None


def _number_format(kind: FieldKind) -> Look:
    match kind:
        case FieldKind.NUMBER:
            return {"num_format": "#,##0", "align": "left"}
        case FieldKind.DATE:
            return {"num_format": "yyyy/m/d", "align": "left"}
        case FieldKind.TEXT | FieldKind.EMAIL | FieldKind.CHOICE:
            return {"num_format": "@"}


def _add_rules(
    page: Page, row: int, field: ProfileField, content: SheetContent, lists: ChoiceRanges
) -> None:
    say = content.say
    messages = {"error_title": say("sheet.invalid.title")}
    cell = cell_name(row, _ENTRY_COLUMN)
    match field.kind:
        case FieldKind.TEXT:
            return
        case FieldKind.CHOICE:
            error = {"error_message": say("sheet.invalid.choice")}
            page.choices(row, _ENTRY_COLUMN, "=" + lists.of_field(field), {**messages, **error})
        case FieldKind.NUMBER:
            rule = {"validate": "integer", "criteria": ">=", "value": 0}
            error = {"error_message": say("sheet.invalid.number")}
            page.rule(row, _ENTRY_COLUMN, {**rule, **messages, **error})
        case FieldKind.DATE:
            rule = {"validate": "date", "criteria": ">=", "value": _EARLIEST}
            error = {"error_message": say("sheet.invalid.date")}
            page.rule(row, _ENTRY_COLUMN, {**rule, **messages, **error})
        case FieldKind.EMAIL:
            formula = f'=AND(ISNUMBER(FIND("@",{cell})),NOT(ISNUMBER(FIND(" ",{cell}))))'
            error = {"error_message": say("sheet.invalid.email")}
            page.rule(
                row, _ENTRY_COLUMN, {"validate": "custom", "value": formula, **messages, **error}
            )
