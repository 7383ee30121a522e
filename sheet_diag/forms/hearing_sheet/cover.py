"""The first sheet: why, how, by when, where to; live progress and the check before sending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheet_diag.forms.hearing_sheet.content import PROTECTION, QuestionRows, SheetContent
from sheet_diag.forms.hearing_sheet.progress import write_progress
from sheet_diag.forms.page_writer import COVER_LAST_COLUMN, COVER_WIDTHS, RowWriter
from sheet_diag.text.excel_text import header_text
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BLUE, BODY, BOLD, MIDDLE, Look

_ADDRESSEE: Final[Look] = {**BODY, **BOLD, **MIDDLE, "font_size": 12}


def write_cover(page: Page, content: SheetContent, places: QuestionRows) -> None:
    """Write the page, whose formulas read the other two sheets."""
    writer = RowWriter(page, content)
    writer.title()
    _write_addressee(writer)
    write_return_address(writer)
    _write_purpose(writer)
    _write_steps(writer)
    _write_choices(writer)
    writer.heading("sheet.cover.handling")
    writer.paragraph(content.say("sheet.cover.handling.text"))
    write_progress(writer, places)
    _finish_page(page, content)


def write_return_address(writer: RowWriter) -> None:
    """Write by when and where to return the sheet, and whom to ask."""
    issuer, say = writer.content.issuer, writer.say
    ask = say("sheet.cover.ask_sender")
    lines = (issuer.name, issuer.department, issuer.address, issuer.email)
    address = "\n".join(line for line in lines if line)
    contact = "\n".join(part for part in (issuer.contact, issuer.phone) if part)
    writer.pair(say("sheet.cover.deadline"), deadline_text(writer.content) or ask)
    writer.pair(say("sheet.cover.return_to"), address or ask)
    writer.pair(say("sheet.cover.contact"), contact or issuer.email or ask)


def deadline_text(content: SheetContent) -> str:
    """Write by when to answer; empty where no day is set."""
    due = content.issuer.deadline
    return content.say("report.date", year=due.year, month=due.month, day=due.day) if due else ""


def addressee_height(text: str) -> float:
    """Compute the height in points of the row of the addressee."""
    return row_height(text, room=column_room(sum(COVER_WIDTHS)), size=12, padding=8)


def _write_addressee(writer: RowWriter) -> None:
    if text := writer.content.addressee:
        writer.page.merged_client(writer.row, 0, COVER_LAST_COLUMN, text, _ADDRESSEE)
        writer.page.height(writer.row, addressee_height(text))
        writer.row += 1


def _write_purpose(writer: RowWriter) -> None:
    if purpose := writer.content.catalog.purpose:
        writer.heading("sheet.cover.purpose")
        writer.paragraph(purpose[writer.say.lang])


def _write_steps(writer: RowWriter) -> None:
    writer.heading("sheet.cover.how")
    for step in ("profile", "questions", "send", "note"):
        writer.paragraph(writer.say(f"sheet.cover.step.{step}"))


def _write_choices(writer: RowWriter) -> None:
    """Write what the choices mean; those that need no explanation are left out."""
    sets, lang = writer.content.catalog.answer_sets.values(), writer.say.lang
    told = [(choice, choice.meaning) for choices in sets for choice in choices if choice.meaning]
    if told:
        writer.heading("sheet.cover.choices")
    for choice, meaning in told:
        writer.pair(choice.label[lang], meaning[lang])


def _finish_page(page: Page, content: SheetContent) -> None:
    issuer: Sequence[str] = (content.issuer.name, content.issuer.department)
    footer = f"&L&8{header_text(' '.join(part for part in issuer if part))}"
    page.paper(landscape=False, header="", footer=f"{footer}&C&8{content.say('sheet.footer.page')}")
    page.fit_page()
    page.protect(PROTECTION)
    page.tab(BLUE)
