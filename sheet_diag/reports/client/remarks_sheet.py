"""備考の全文: what a client wrote beside an answer where its row of 回答と採点 has no room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sheet_diag.model.returns import Response
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import fixed_cell
from sheet_diag.xlsx.theme import (
    BODY,
    CENTERED_9,
    HEAD_9,
    LINK,
    MUTED,
    SMALL,
    TEXT,
    TEXT_9,
    TITLE,
    Look,
)

REMARK_WIDTH: Final = 190  # pixels: the column of remarks on 回答と採点
_WIDTHS: Final = (64, 150, 80, 358)
_LAST: Final = len(_WIDTHS) - 1
_HEADER: Final = 2
_ROOM: Final = 84.0  # points that a remark may take in a row of 回答と採点
_MOST: Final = 300.0  # and in one row here; Excel takes 409
_LONGEST: Final = 2000  # characters: more than a row holds of the narrowest letters
_HEADS: Final = ("question", "answer", "remark")
_LEAD: Final[Look] = {**BODY, **SMALL}
_ID: Final[Look] = {**CENTERED_9, **LINK}

LongRemarks = Mapping[str, list[str]]  # by item, in the pieces of its rows here


def remark_text(response: Response, context: ReportContext) -> str:
    """Write remark and evidence, after the own answer where the consultant set another."""
    say, own = context.say, ""
    for override in context.report.received.judgement.overrides:
        if override.item == response.item:
            raw = override.raw or say("report.answers.unanswered")
            own = say("report.answers.overridden", raw=raw, by=override.by)
    confirmed = say("report.answers.confirmed") if response.is_confirmed else ""
    evidence = say("report.answers.evidence", text=response.evidence) if response.evidence else ""
    return "\n".join(filter(None, (own, confirmed, response.remark, evidence)))


def split_long_remarks(context: ReportContext) -> LongRemarks:
    """Split the remarks that have no room in their rows; none: no sheet."""
    return dict(_list_long(context))


def link_long_remarks(context: ReportContext, long: LongRemarks) -> Mapping[str, str]:
    """Find the places of the remarks on this sheet, by item."""
    row, links, sheet = _HEADER + 1, {}, context.say("report.remarks.sheet")
    for name, pieces in long.items():
        links[name] = f"internal:'{sheet}'!{fixed_cell(row, 0)}"
        row += len(pieces)
    return links


def shorten_remark(text: str, suffix: str) -> str:
    """Cut a remark so that it fits its row together with what leads to the whole."""
    return next(_split(text, REMARK_WIDTH, TEXT_9, _ROOM, suffix))


def write_remarks(
    page: Page, context: ReportContext, long: LongRemarks, rows: Mapping[str, int]
) -> None:
    """Write the sheet; `rows` are those of the items on 回答と採点."""
    say = context.say
    page.columns(_WIDTHS)
    page.merged(0, 0, _LAST, say("report.remarks.sheet"), TITLE)
    page.height(0, 32)
    lead = say("report.remarks.lead")
    page.merged(1, 0, _LAST, lead, _LEAD)
    page.height(1, page.text_height(lead, _LEAD, (0, _LAST)))
    heads = ("No.", *(say(f"report.answers.{key}") for key in _HEADS))
    page.headings(_HEADER, heads, HEAD_9, least=24)
    row = _HEADER + 1
    for name, pieces in long.items():
        target = f"internal:'{say('report.sheet.answers')}'!{fixed_cell(rows[name], 0)}"
        for piece in pieces:
            page.link(row, 0, target, name, _ID)
            _write_piece(page, row, name, piece, context)
            row += 1
    page.freeze(_HEADER + 1)
    page.tab(MUTED)
    context.print_setup(page, landscape=False)
    page.fit_width(repeat=(_HEADER, _HEADER))


def _write_piece(page: Page, row: int, name: str, piece: str, context: ReportContext) -> None:
    topic, answer = context.catalog.items[name].topic[context.say.lang], context.answer(name)
    page.text(row, 1, topic, TEXT_9)
    page.client_text(row, 2, answer, CENTERED_9)
    page.client_text(row, _LAST, piece, TEXT)
    cells = ((topic, TEXT_9, (1, 1)), (answer, CENTERED_9, (2, 2)), (piece, TEXT, (_LAST, _LAST)))
    page.height(row, max(page.text_height(*cell, padding=6) for cell in cells))


def _list_long(context: ReportContext) -> Iterator[tuple[str, list[str]]]:
    """List the remarks that have no room in their rows, each in the pieces of its rows here."""
    for name, response in context.responses.items():
        text = remark_text(response, context)
        if _measure(text, REMARK_WIDTH, TEXT_9) > _ROOM:
            yield name, list(_split(text, _WIDTHS[_LAST], TEXT, _MOST))


def _split(text: str, width: int, look: Look, most: float, suffix: str = "") -> Iterator[str]:
    """Split a text into the longest pieces that are at most so high; nothing of it is lost."""
    while text:
        fits, over = 1, min(len(text), _LONGEST) + 1
        while over - fits > 1:
            middle = (fits + over) // 2
            is_fit = _measure(text[:middle] + suffix, width, look) <= most
            fits, over = (middle, over) if is_fit else (fits, middle)
        yield text[:fits] + suffix
        text = text[fits:]


def _measure(text: str, width: int, look: Look) -> float:
    room = column_room(width, indent=look.get("indent", 0))
    return row_height(text, room=room, size=look["font_size"], padding=6)
