"""回収状況: the answer first, then where every client of the list stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from sheet_diag.model.client_status import ClientStatus, ResponseStatus, Stage
from sheet_diag.reports.portfolio.table_sheet import (
    DAY,
    LEFT,
    CellMaker,
    PortfolioColumn,
    PortfolioContext,
    PortfolioRow,
    PortfolioTable,
    make_day_cell,
    make_number_cell,
    make_rank_column,
    measure_height,
    write_table_sheet,
)
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import column_cell
from sheet_diag.xlsx.theme import (
    ALERT,
    ALERT_PALE,
    BLUE,
    BODY,
    BOLD,
    CENTER,
    CENTERED_9,
    INK,
    LINK,
    MIDDLE,
    MUTED,
    NAVY,
    OK,
    PALE,
    SMALL,
    TEXT_9,
    Look,
)

_TILES_ROW: Final = 3
_HOW_ROW: Final = _TILES_ROW + 2
_HEADER_ROW: Final = _HOW_ROW + 1
_CELLS: Final = 3_000_000  # of 170,000 clients
_DAY: Final = 74  # widths in pixels
_COMPANY, _GROUP, _CONTACT, _STAGE, _REMARKS = 190, 100, 104, 112, 250
_MOST_TEXT: Final = 300  # letters of a remark; servers may be talkative
_COUNT: Final[Look] = {**CENTERED_9, "num_format": "0"}
_LATE: Final[Look] = {**CENTERED_9, **BOLD, "font_color": ALERT, "num_format": '"▲ "0'}
# What waits for us is bold, what is done is green, what was not begun is grey.
_STAGES: Final[dict[Stage, Look]] = {
    Stage.UNSENT: {**CENTERED_9, "font_color": MUTED},
    Stage.RECEIVED: {**CENTERED_9, **BOLD, "font_color": BLUE},
    Stage.CORRECTING: {**CENTERED_9, **BOLD, "font_color": ALERT, "text_wrap": False},
    Stage.RANKED: {**CENTERED_9, "font_color": NAVY},
    Stage.DELIVERED: {**CENTERED_9, "font_color": OK},
}
_TILE_HEAD: Final[Look] = {
    **BODY,
    **CENTER,
    "font_size": 9,
    "font_color": MUTED,
    "bg_color": PALE,
    "left": 5,
    "left_color": BLUE,
    "text_wrap": False,
    "shrink": True,
}
_TILE: Final[Look] = {**_TILE_HEAD, **BOLD, "font_size": 18, "font_color": NAVY}
# The columns of the tiles: rate, overdue, then a stage each.
_PLACES: Final = (
    (0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11), (12, 13), (14, 15), (16, 16),
)  # fmt: skip


def write_response_status(
    _: Book, page: Page, context: PortfolioContext, responses: ResponseStatus
) -> None:
    """Write the sheet."""
    listing = PortfolioTable(
        heading=context.say("portfolio.sheet.turnout"),
        lead=summarize_responses(responses, context.say),
        columns=_columns(context),
        count=len(responses.clients),
        table="Turnout",
        frozen=2,
        cells=_CELLS,
        full="mail-log.jsonl",
        header=_HEADER_ROW,
    )
    _write_tiles(page, responses, context.say)
    _write_how(page, listing.last, context.say)
    rows = write_table_sheet(page, context, listing, _rows(responses, context))
    if rows:
        first, last = rows
        late = listing.last - 1
        page.highlight(
            (first, 0, last, listing.last),
            f"={column_cell(first, late)}>0",
            {"bg_color": ALERT_PALE},
        )


def summarize_responses(responses: ResponseStatus, say: Wording) -> str:
    """Summarize the state of the campaign in a few sentences."""
    total = responses.total
    day = responses.as_of
    when = say("standing.as_of", year=day.year, month=day.month, day=day.day)
    counts = {"clients": total.clients, "sent": total.sent, "received": total.received}
    parts = {key: f"{count:,}" for key, count in counts.items()}
    if not total.sent:
        main = say("standing.answer.none", **parts)
    elif not total.received:
        main = say("standing.answer.no_return", **parts)
    else:
        main = say("standing.answer", **parts, rate=f"{total.rate:.0%}")
    late = say("standing.answer.no_overdue")
    if total.overdue:
        late = say("standing.answer.overdue", count=f"{total.overdue:,}")
    others = {
        "correcting": responses.stages[Stage.CORRECTING],
        "unread": responses.stages[Stage.RECEIVED],
        "trouble": sum(bool(status.mail_failures) for status in responses.clients),
    }
    more = [say(f"standing.answer.{key}", count=f"{n:,}") for key, n in others.items() if n]
    return "".join([when, main, late, *more]).rstrip()


def _write_tiles(page: Page, responses: ResponseStatus, say: Wording) -> None:
    total = responses.total
    of = say("standing.rate.of", received=f"{total.received:,}", sent=f"{total.sent:,}")
    tiles: list[tuple[str, float | None, Look]] = [
        (of, total.rate if total.sent else None, {"num_format": "0%"}),
        (say("standing.overdue"), total.overdue, _alert(total.overdue)),
    ]
    for stage in Stage:
        count = responses.stages[stage]
        look = _alert(count) if stage is Stage.CORRECTING else {}
        tiles.append((say(f"standing.stage.{stage.value}"), count, look))
    for (first, last), (head, value, look) in zip(_PLACES, tiles, strict=True):
        page.merged(_TILES_ROW, first, last, head, _TILE_HEAD)
        shown: Look = {**_TILE, "num_format": "#,##0", **look}
        none = "" if value is not None else say("standing.no_rate")
        page.merged(_TILES_ROW + 1, first, last, none, shown)
        if value is not None:
            page.number(_TILES_ROW + 1, first, value, shown)
    page.height(_TILES_ROW, 18)
    page.height(_TILES_ROW + 1, 30)


def _write_how(page: Page, last: int, say: Wording) -> None:
    rates = say("portfolio.sheet.rates")
    page.merged(_HOW_ROW, 0, last - 1, say("standing.list.how"), {**BODY, **SMALL, **MIDDLE})
    link = {**BODY, **MIDDLE, **LINK, "font_size": 9, "align": "right"}
    page.link(_HOW_ROW, last, f"internal:'{rates}'!A1", say("standing.list.rates"), link)
    page.height(_HOW_ROW, 20)


def _alert(count: int) -> Look:
    return {"font_color": ALERT if count else INK}


def _columns(context: PortfolioContext) -> list[PortfolioColumn]:
    def named(
        key: str, width: int = _DAY, look: Look = DAY, make: CellMaker = make_day_cell
    ) -> PortfolioColumn:
        return PortfolioColumn(context.say(f"standing.list.{key}"), width, look, make)

    stage = replace(
        named("stage", _STAGE, CENTERED_9, Page.text_cell),
        looks=_STAGES,
        shown=partial(_stage_text, context.say),
    )
    return [
        named("id", 84, CENTERED_9, Page.client_cell),
        named("company", _COMPANY, {**TEXT_9, **BOLD}, Page.client_cell),
        named("group", _GROUP, TEXT_9, Page.client_cell),
        named("contact", _CONTACT, TEXT_9, Page.client_cell),
        named("due"),
        stage,
        named("sent"),
        named("reminders", 76, _COUNT, make_number_cell),
        named("reminded"),
        named("received"),
        named("correction_sent"),
        make_rank_column(context, context.say("standing.list.rank"), 46),
        named("ranked"),
        named("result_sent"),
        named("password_sent", 108),
        named("overdue", 58, _LATE, make_number_cell),
        named("remarks", _REMARKS, {**LEFT, "text_wrap": True}, Page.client_cell),
    ]


def _rows(responses: ResponseStatus, context: PortfolioContext) -> Iterator[PortfolioRow]:
    for status in responses.clients:
        client = status.client
        remarks = _remarks(status, context.say)
        values = (
            client.id, client.company, client.group, client.contact,
            status.due or context.issuer.deadline, status.stage,
            status.sent, status.reminders or None, status.reminded,
            status.received, status.correction_sent,
            status.rank, status.ranked, status.result_sent, status.password_sent,
            status.overdue or None, remarks,
        )  # fmt: skip
        texts = (client.company, client.group, client.contact, remarks)
        heights = map(measure_height, (_COMPANY, _GROUP, _CONTACT, _REMARKS), texts)
        yield PortfolioRow(values, max(22, *heights))


def _remarks(status: ClientStatus, say: Wording) -> str:
    lines = []
    if status.overdue and status.stage is Stage.UNSENT:
        lines.append(say("standing.remark.unsent"))
    if status.lost:
        lines.append(say("standing.remark.lost", day=f"{status.lost:%Y-%m-%d}"))
    for trouble in status.mail_failures:
        short = trouble if len(trouble) <= _MOST_TEXT else f"{trouble[:_MOST_TEXT]}…"
        lines.append(say("standing.remark.trouble", trouble=short))
    return "\n".join(lines)


def _stage_text(say: Wording, stage: Stage) -> str:
    return say(f"standing.stage.{stage.value}")
