"""修正のお願い: the letter that opens a correction workbook, each row with a link to its cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheet_diag.forms.correction.points import Kind, Plea
from sheet_diag.forms.hearing_sheet.content import ALLOWED, Content, Places
from sheet_diag.forms.hearing_sheet.cover import write_sending
from sheet_diag.forms.layout import (
    HEADER_ROW,
    PROFILE_FIRST_ROW,
    PROFILE_LABEL_COLUMN,
    QUESTION_COLUMNS,
    Column,
    cell_name,
)
from sheet_diag.forms.page_writer import Writer
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Code
from sheet_diag.text.excel_text import header_text
from sheet_diag.text.text_metrics import room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    ALERT,
    BODY,
    BOLD,
    CELL,
    CENTER,
    HEAD,
    INSET,
    LINK,
    MIDDLE,
    NAVY,
    PALE,
    Look,
)

_WIDTHS: Final = (40, 58, 126, 108, 132, 112, 194)
_NUMBER, _KIND, _PLACE, _NAME, _ENTRY, _EXPECTED, _TEXT = range(len(_WIDTHS))
_ANSWER: Final = QUESTION_COLUMNS.index(Column.ANSWER)
_PERSON: Final = ("department", "title", "respondent")
_LEFT: Final = _ENTRY  # last column of the addressee
_RIGHT: Final = _NAME  # first column of the issuer
_LONGEST: Final = 120  # characters of an entry in the table
_SHORT: Final = 40  # of one that follows in full
_TALLEST: Final = 400.0  # points of a row
_FINE: Final[Look] = {**CELL, **INSET, "font_size": 9}
_ISSUER: Final[Look] = {**BODY, **MIDDLE, "font_size": 9, "align": "right"}
_LETTER_TITLE: Final[Look] = {
    **BODY,
    **BOLD,
    **CENTER,
    "font_size": 16,
    "font_color": NAVY,
    "top": 2,
    "bottom": 2,
    "top_color": NAVY,
    "bottom_color": NAVY,
}


def cut(text: str, longest: int = _LONGEST) -> str:
    """The start of a long entry."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def write_request(page: Page, content: Content, pleas: Sequence[Plea], places: Places) -> None:
    """Write the page; its links lead into the pages that are written already."""
    writer = Writer(page, content, _WIDTHS, label=_PLACE)
    _write_address(writer)
    _write_letter(writer)
    writer.heading("sheet.request.list")
    if pleas:
        head = _write_head(writer)
        _write_pleas(writer, pleas, places)
        page.fit_width(repeat=(head, head))
        _write_full(writer, pleas)
    else:
        writer.paragraph(content.say("sheet.request.none"))
        page.fit_width()
    _finish(page, content)


def _write_address(writer: Writer) -> None:
    """The firm and the person on the left, below them the issuer on the right."""
    issuer, page = writer.content.issuer, writer.page
    for number, line in enumerate(_addressee(writer.content)):
        size = 11 if number else 13
        look = {**BODY, **BOLD, **MIDDLE, "font_size": size}
        page.merged_client(writer.row, 0, _LEFT, line, look)
        width = room(sum(_WIDTHS[: _LEFT + 1]))
        page.height(writer.row, row_height(line, room=width, size=size))
        writer.row += 1
    names = (issuer.name, issuer.department, issuer.address, issuer.contact, issuer.phone)
    for line in filter(None, (*names, issuer.email)):
        page.merged(writer.row, _RIGHT, writer.last, line, _ISSUER)
        width = room(sum(_WIDTHS[_RIGHT:]))
        page.height(writer.row, row_height(line, room=width, size=9, padding=1))
        writer.row += 1


def _addressee(content: Content) -> list[str]:
    """A firm alone is addressed as such; a person is addressed under the firm's name."""
    say, profile = content.say, content.entries.profile
    firm, person = profile.get("company", ""), profile.get("respondent", "")
    parts = [part for key in _PERSON if (part := profile.get(key))]
    whole = " ".join(parts) if say.lang is Lang.JA else ", ".join(reversed(parts))
    name = say("sheet.request.person", name=whole)
    if firm and person:
        return [firm, name]
    if firm:
        return [say("sheet.request.firm", name=firm)]
    return [name if person else say("sheet.request.somebody")]


def _write_letter(writer: Writer) -> None:
    say, page = writer.say, writer.page
    page.height(writer.row, 8)
    title = writer.row + 1
    page.merged(title, 0, writer.last, say("sheet.request.title"), _LETTER_TITLE)
    page.height(title, 34)
    page.height(title + 1, 8)
    writer.row = title + 2
    writer.paragraph(say("sheet.request.greeting"))
    writer.paragraph(say("sheet.request.copied"))
    writer.heading("sheet.request.how")
    for step in ("open", "fix", "send"):
        writer.paragraph(say(f"sheet.request.step.{step}"))
    page.height(writer.row, 6)
    writer.row += 1
    write_sending(writer)


def _write_head(writer: Writer) -> int:
    look = {**HEAD, "font_size": 9}
    places = {
        "number": (_NUMBER, _NUMBER),
        "kind": (_KIND, _KIND),
        "place": (_PLACE, _NAME),
        "entry": (_ENTRY, _ENTRY),
        "expected": (_EXPECTED, _EXPECTED),
        "text": (_TEXT, _TEXT),
    }
    for name, (first, last) in places.items():
        text = writer.say(f"sheet.request.column.{name}")
        writer.page.merged(writer.row, first, last, text, look)
    writer.page.height(writer.row, 22)
    writer.row += 1
    return writer.row - 1


def _write_pleas(writer: Writer, pleas: Sequence[Plea], places: Places) -> None:
    former: bool | None = None
    guide = _Guide(writer.content, pleas, places)
    for number, plea in enumerate(pleas, 1):
        if plea.must is not former:
            former = plea.must
            _write_band(writer, former, sum(1 for each in pleas if each.must is former))
        _write_plea(writer, number, plea, guide)


def _write_band(writer: Writer, must: bool, count: int) -> None:
    key = "sheet.request.band.must" if must else "sheet.request.band.please"
    look = {**CELL, **INSET, **BOLD, "bg_color": PALE, "font_color": ALERT if must else NAVY}
    writer.page.merged(writer.row, 0, writer.last, writer.say(key, count=count), look)
    writer.page.height(writer.row, 22)
    writer.row += 1


def _write_plea(writer: Writer, number: int, plea: Plea, guide: _Guide) -> None:
    say, page, row = writer.say, writer.page, writer.row
    kind = say("sheet.request.must" if plea.must else "sheet.request.please")
    target, place, name = guide.place(plea)
    listed = plea.item and plea.kind is Kind.OPEN
    expected = say("sheet.request.expected.list") if listed else plea.expected
    entry = guide.entry(plea)
    weight = {**BOLD, "font_color": ALERT} if plea.must else {}
    page.number(row, _NUMBER, number, {**_FINE, **CENTER, "indent": 0})
    page.text(row, _KIND, kind, {**_FINE, **CENTER, "indent": 0, **weight})
    page.link(row, _PLACE, target, place, {**_FINE, **LINK, "right": 0})
    page.text(row, _NAME, name, {**_FINE, "left": 0})
    page.client_text(row, _ENTRY, entry, _FINE)
    page.client_text(row, _EXPECTED, expected, _FINE)
    page.client_text(row, _TEXT, plea.text, _FINE)
    texts = ((name, _NAME), (entry, _ENTRY), (expected, _EXPECTED), (plea.text, _TEXT))
    heights = [
        row_height(text, room=room(_WIDTHS[column], indent=1), size=9, padding=6)
        for text, column in texts
    ]
    page.height(row, max(*heights, 22))
    writer.row += 1


class _Guide:
    """Where each plea leads, and what is shown of its entry."""

    def __init__(self, content: Content, pleas: Sequence[Plea], places: Places) -> None:
        self._content = content
        self._places = places
        self._open = [plea.item for plea in pleas if plea.kind is Kind.OPEN and plea.item]

    def place(self, plea: Plea) -> tuple[str, str, str]:
        """The link, what it says (short: not every program wraps links), and a name beside it."""
        say, catalog, lang = self._content.say, self._content.catalog, self._content.say.lang
        if plea.item:
            text = say("sheet.request.place.item", item=plea.item)
            row = self._places.items[plea.item]
            return self._question(row), text, catalog.items[plea.item].topic[lang]
        company = say("sheet.name.profile")
        if plea.field:
            row = PROFILE_FIRST_ROW + list(catalog.field_by_id).index(plea.field)
            return self._company(row), company, catalog.field_by_id[plea.field].label[lang]
        if plea.code is Code.PROFILE_SHEET_MISSING:
            return self._company(PROFILE_FIRST_ROW), company, say("sheet.request.place.all")
        target = self._question(self._first(plea))
        if plea.category:
            name = catalog.category_by_id[plea.category].name[lang]
            return target, say("sheet.request.place.category"), name
        return target, say("sheet.request.place.sheet"), say("sheet.request.place.all")

    def entry(self, plea: Plea) -> str:
        """What stands there, or which questions are open."""
        say = self._content.say
        if plea.code in (Code.CATEGORY_INCOMPLETE, Code.TOTAL_INCOMPLETE):
            items = say("sheet.request.comma").join(self._open_items(plea))
            return cut(say("sheet.request.open", items=items)) if items else ""
        if is_long(plea):
            return cut(plea.entry, _SHORT) + "\n" + say("sheet.request.see_full")
        blank = "" if plea.kind is Kind.GENERAL else say("sheet.request.nothing")
        return cut(plea.entry) or blank

    def _open_items(self, plea: Plea) -> list[str]:
        """The open questions that a gate is about."""
        if plea.code is Code.TOTAL_INCOMPLETE:
            return self._open
        if plea.code is not Code.CATEGORY_INCOMPLETE or plea.category is None:
            return []
        items = {item.id for item in self._content.catalog.category_by_id[plea.category].items}
        return [item for item in self._open if item in items]

    def _first(self, plea: Plea) -> int:
        if items := self._open_items(plea):
            return self._places.items[items[0]]
        return self._places.categories[plea.category].first if plea.category else HEADER_ROW + 2

    def _question(self, row: int) -> str:
        return _link(self._content.say("sheet.name.questions"), row, _ANSWER)

    def _company(self, row: int) -> str:
        return _link(self._content.say("sheet.name.profile"), row, PROFILE_LABEL_COLUMN + 1)


def is_long(plea: Plea) -> bool:
    """Whether the entry needs a place of its own, because no cell holds it."""
    return not plea.kept and len(plea.entry) > _LONGEST


def _link(sheet: str, row: int, column: int) -> str:
    return f"internal:'{sheet}'!{cell_name(row, column)}"


def _write_full(writer: Writer, pleas: Sequence[Plea]) -> None:
    """Entries without a cell, whole: over as many rows as their text takes."""
    long = [(number, plea) for number, plea in enumerate(pleas, 1) if is_long(plea)]
    if not long:
        return
    writer.heading("sheet.request.full")
    width = room(sum(_WIDTHS[_KIND:]), indent=1)
    for number, plea in long:
        height = row_height(plea.entry, room=width, size=9, padding=6)
        rows = int(height // _TALLEST) + 1
        for row in range(writer.row, writer.row + rows):
            writer.page.height(row, max(height / rows, 22))
        top = {**_FINE, "valign": "top", "align": "left", "quote_prefix": True}
        place = {**_FINE, **CENTER, "indent": 0, "valign": "top"}
        writer.page.merged(writer.row, 0, 0, str(number), place, rows=rows)
        writer.page.merged(writer.row, _KIND, writer.last, plea.entry, top, rows=rows)
        writer.row += rows


def _finish(page: Page, content: Content) -> None:
    say = content.say
    title = header_text(content.catalog.title[say.lang])
    footer = f"&L&8{header_text(content.issuer.name)}&C&8{say('sheet.footer.page')}"
    page.paper(landscape=False, header=f"&R&8{title}", footer=footer)
    page.protect(ALLOWED)
    page.tab(ALERT)
