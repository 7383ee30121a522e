"""修正のお願い: the letter that opens a correction workbook, each row with a link to its cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheet_diag.forms.correction.points import CorrectionPoint, CorrectionPoints
from sheet_diag.forms.hearing_sheet.content import PROTECTION, QuestionRows, SheetContent
from sheet_diag.forms.hearing_sheet.cover import write_return_address
from sheet_diag.forms.layout import (
    HEADER_ROW,
    PROFILE_FIRST_ROW,
    PROFILE_LABEL_COLUMN,
    QUESTION_COLUMNS,
    QuestionColumn,
    cell_name,
)
from sheet_diag.forms.page_writer import RowWriter, set_paper
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import ProblemCode
from sheet_diag.text.problems import PointKind
from sheet_diag.text.text_metrics import column_room, row_height
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

_WIDTHS: Final = (34, 62, 126, 150, 112, 106, 180)
_NUMBER, _KIND, _PLACE, _NAME, _ENTRY, _EXPECTED, _TEXT = range(len(_WIDTHS))
_ANSWER: Final = QUESTION_COLUMNS.index(QuestionColumn.ANSWER)
_PERSON_FIELDS: Final = ("department", "title", "respondent")
_ADDRESSEE_LAST: Final = _ENTRY  # last column of the addressee
_ISSUER_FIRST: Final = _NAME  # first column of the issuer
_MAX_ENTRY: Final = 120  # characters of an entry in the table
_MAX_EXCERPT: Final = 40  # of one that follows in full
_MAX_ROW_HEIGHT: Final = 400.0  # points of a row
_SMALL_CELL: Final[Look] = {**CELL, **INSET, "font_size": 9}
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


def truncate_entry(text: str, longest: int = _MAX_ENTRY) -> str:
    """Cut a long entry after its start."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def write_correction_letter(
    page: Page, content: SheetContent, found: CorrectionPoints, places: QuestionRows
) -> None:
    """Write the page; its links lead into the pages that are written already."""
    points = found.points
    writer = RowWriter(page, content, _WIDTHS, label=_PLACE)
    _write_address(writer)
    _write_letter(writer)
    writer.heading("sheet.request.list")
    if points:
        _write_summary(writer, found)
        head = _write_head(writer)
        _write_points(writer, points, places)
        page.fit_width(repeat=(head, head))
        _write_long_entries(writer, points)
    else:
        writer.paragraph(content.say("sheet.request.none"))
        page.fit_width()
    _finish_page(page, content)


def _write_address(writer: RowWriter) -> None:
    """Write the firm and the person on the left, below them the issuer on the right."""
    issuer, page = writer.content.issuer, writer.page
    for number, line in enumerate(_addressee(writer.content)):
        size = 11 if number else 13
        look = {**BODY, **BOLD, **MIDDLE, "font_size": size}
        page.merged_client(writer.row, 0, _ADDRESSEE_LAST, line, look)
        width = column_room(sum(_WIDTHS[: _ADDRESSEE_LAST + 1]))
        page.height(writer.row, row_height(line, room=width, size=size))
        writer.row += 1
    names = (issuer.name, issuer.department, issuer.address, issuer.contact, issuer.phone)
    for line in filter(None, (*names, issuer.email)):
        page.merged(writer.row, _ISSUER_FIRST, writer.last, line, _ISSUER)
        width = column_room(sum(_WIDTHS[_ISSUER_FIRST:]))
        page.height(writer.row, row_height(line, room=width, size=9, padding=1))
        writer.row += 1


def _addressee(content: SheetContent) -> list[str]:
    """Address a firm alone as such, and a person under the firm's name."""
    say, profile = content.say, content.entries.profile
    firm, person = profile.get("company", ""), profile.get("respondent", "")
    parts = [part for key in _PERSON_FIELDS if (part := profile.get(key))]
    whole = " ".join(parts) if say.lang is Lang.JA else ", ".join(reversed(parts))
    name = say("sheet.request.person", name=whole)
    if firm and person:
        return [firm, name]
    if firm:
        return [say("sheet.request.firm", name=firm)]
    return [name if person else say("sheet.request.somebody")]


def _write_letter(writer: RowWriter) -> None:
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
    write_return_address(writer)


def _write_summary(writer: RowWriter, found: CorrectionPoints) -> None:
    """Write how many questions are asked, what else is, and why answers are needed."""
    questions = found.question_count
    others = "others" if questions else "places"
    counts = {"questions": questions, others: len(found.points) - questions}
    said = [writer.say(f"sheet.request.{name}", count=n) for name, n in counts.items() if n]
    joint = "" if writer.say.lang is Lang.JA else " "
    writer.paragraph(joint.join(filter(None, (*said, found.reason))))


def _write_head(writer: RowWriter) -> int:
    look = {**HEAD, "font_size": 9}
    places = {
        "number": (_NUMBER, _NUMBER),
        "kind": (_KIND, _KIND),
        "place": (_PLACE, _NAME),
        "entry": (_ENTRY, _ENTRY),
        "expected": (_EXPECTED, _EXPECTED),
        "text": (_TEXT, _TEXT),
    }
    heights = [22.0]
    for name, (first, last) in places.items():
        text = writer.say(f"sheet.request.column.{name}")
        writer.page.merged(writer.row, first, last, text, look)
        room = column_room(sum(_WIDTHS[first : last + 1]))
        heights.append(row_height(text, room=room, size=9, padding=4))
    writer.page.height(writer.row, max(heights))
    writer.row += 1
    return writer.row - 1


def _write_points(
    writer: RowWriter, points: Sequence[CorrectionPoint], places: QuestionRows
) -> None:
    must: bool | None = None
    guide = _PointPlaces(writer.content, places)
    for number, point in enumerate(points, 1):
        if point.must is not must:
            must = point.must
            _write_band(writer, must, sum(1 for each in points if each.must is must))
        _write_point(writer, number, point, guide)


def _write_band(writer: RowWriter, must: bool, count: int) -> None:
    key = "sheet.request.band.must" if must else "sheet.request.band.please"
    look = {**CELL, **INSET, **BOLD, "bg_color": PALE, "font_color": ALERT if must else NAVY}
    writer.page.merged(writer.row, 0, writer.last, writer.say(key, count=count), look)
    writer.page.height(writer.row, 22)
    writer.row += 1


def _write_point(
    writer: RowWriter, number: int, point: CorrectionPoint, guide: _PointPlaces
) -> None:
    say, page, row = writer.say, writer.page, writer.row
    kind = say("sheet.request.must" if point.must else "sheet.request.please")
    target, place, name = guide.place(point)
    listed = point.item and point.kind is PointKind.OPEN
    expected = say("sheet.request.expected.list") if listed else point.expected
    entry = guide.entry(point)
    weight = {**BOLD, "font_color": ALERT} if point.must else {}
    page.number(row, _NUMBER, number, {**_SMALL_CELL, **CENTER, "indent": 0})
    page.text(row, _KIND, kind, {**_SMALL_CELL, **CENTER, "indent": 0, **weight})
    page.link(row, _PLACE, target, place, {**_SMALL_CELL, **LINK, "right": 0})
    page.text(row, _NAME, name, {**_SMALL_CELL, "left": 0})
    page.client_text(row, _ENTRY, entry, _SMALL_CELL)
    page.client_text(row, _EXPECTED, expected, _SMALL_CELL)
    page.client_text(row, _TEXT, point.text, _SMALL_CELL)
    texts = ((name, _NAME), (entry, _ENTRY), (expected, _EXPECTED), (point.text, _TEXT))
    heights = [
        row_height(text, room=column_room(_WIDTHS[column], indent=1), size=9, padding=6)
        for text, column in texts
    ]
    page.height(row, max(*heights, 22))
    writer.row += 1


class _PointPlaces:
    """Where each point leads, and what is shown of its entry."""

    def __init__(self, content: SheetContent, places: QuestionRows) -> None:
        self._content = content
        self._places = places

    def place(self, point: CorrectionPoint) -> tuple[str, str, str]:
        """Return the link, its text (not every program wraps links), and a name beside it."""
        say, catalog, lang = self._content.say, self._content.catalog, self._content.say.lang
        if point.item:
            text = say("sheet.request.place.item", item=point.item)
            row = self._places.items[point.item]
            return self._question(row), text, catalog.items[point.item].topic[lang]
        company = say("sheet.name.profile")
        if point.field:
            row = PROFILE_FIRST_ROW + list(catalog.field_by_id).index(point.field)
            return self._company(row), company, catalog.field_by_id[point.field].label[lang]
        if point.code is ProblemCode.PROFILE_SHEET_MISSING:
            return self._company(PROFILE_FIRST_ROW), company, say("sheet.request.place.all")
        target = self._question(self._first(point))
        if point.category:
            name = catalog.category_by_id[point.category].name[lang]
            return target, say("sheet.request.place.category"), name
        return target, say("sheet.request.place.sheet"), say("sheet.request.place.all")

    def entry(self, point: CorrectionPoint) -> str:
        """Write what stands there."""
        say = self._content.say
        if is_long_entry(point):
            return truncate_entry(point.entry, _MAX_EXCERPT) + "\n" + say("sheet.request.see_full")
        blank = "" if point.kind is PointKind.GENERAL else say("sheet.request.nothing")
        return truncate_entry(point.entry) or blank

    def _first(self, point: CorrectionPoint) -> int:
        return self._places.categories[point.category].first if point.category else HEADER_ROW + 2

    def _question(self, row: int) -> str:
        return _format_link(self._content.say("sheet.name.questions"), row, _ANSWER)

    def _company(self, row: int) -> str:
        return _format_link(self._content.say("sheet.name.profile"), row, PROFILE_LABEL_COLUMN + 1)


def is_long_entry(point: CorrectionPoint) -> bool:
    """Tell whether an entry needs a place of its own, because no cell holds it."""
    return not point.kept and len(point.entry) > _MAX_ENTRY


def _format_link(sheet: str, row: int, column: int) -> str:
    return f"internal:'{sheet}'!{cell_name(row, column)}"


def _write_long_entries(writer: RowWriter, points: Sequence[CorrectionPoint]) -> None:
    """Write entries without a cell in full, over as many rows as their text takes."""
    long = [(number, point) for number, point in enumerate(points, 1) if is_long_entry(point)]
    if not long:
        return
    writer.heading("sheet.request.full")
    width = column_room(sum(_WIDTHS[_KIND:]), indent=1)
    for number, point in long:
        height = row_height(point.entry, room=width, size=9, padding=6)
        rows = int(height // _MAX_ROW_HEIGHT) + 1
        for row in range(writer.row, writer.row + rows):
            writer.page.height(row, max(height / rows, 22))
        top = {**_SMALL_CELL, "valign": "top", "align": "left", "quote_prefix": True}
        place = {**_SMALL_CELL, **CENTER, "indent": 0, "valign": "top"}
        writer.page.merged(writer.row, 0, 0, str(number), place, rows=rows)
        writer.page.merged(writer.row, _KIND, writer.last, point.entry, top, rows=rows)
        writer.row += rows


def _finish_page(page: Page, content: SheetContent) -> None:
    set_paper(page, content, landscape=False)
    page.protect(PROTECTION)
    page.tab(ALERT)
