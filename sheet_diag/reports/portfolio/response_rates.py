"""回収率: how many of the asked have answered, by group and by week, each with its chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sheet_diag.model.client_status import GroupResponses, ResponseStatus, WeekResponses
from sheet_diag.reports.charts import ChartSeries, make_rate_chart, make_weeks_chart
from sheet_diag.reports.portfolio.response_status import summarize_responses
from sheet_diag.reports.portfolio.table_sheet import (
    LEFT,
    SHARE,
    PortfolioContext,
    set_up_print,
)
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import (
    ALERT,
    BLUE,
    BODY,
    BOLD,
    CENTERED_9,
    HEAD_9,
    HEADING,
    INSET,
    MIDDLE,
    PALE,
    SMALL,
    TITLE,
    WHITE,
    Look,
)

_WIDTHS: Final = (160, *(86,) * 6)  # pixels; of the tables
_GAP: Final = 24
_CHART_COLUMNS: Final = (72,) * 8
_LAST: Final = len(_WIDTHS) - 1
_CHART: Final = len(_WIDTHS) + 1  # its first column
_ALL: Final = len(_WIDTHS) + len(_CHART_COLUMNS)  # the last column of the sheet
_ROW: Final = 21  # points
_LEAST: Final = 9  # rows that a chart takes
_MOST: Final = 24
_MOST_BARS: Final = 24  # groups of a chart
_PIXELS: Final = 28  # of a row
_GROUP_ROW: Final = 4
_COUNT: Final[Look] = {**CENTERED_9, "num_format": "#,##0"}
_RATE: Final[Look] = {**SHARE, **BOLD}
_TOTAL: Final[Look] = {**BOLD, "bg_color": PALE, "top": 2}
_SENT_COLUMNS: Final = {"fill": {"color": WHITE}, "border": {"color": BLUE}}
_RECEIVED_COLUMNS: Final = {"fill": {"color": BLUE}, "border": {"color": BLUE}}
_GROUPS: Final = ("group", "clients", "sent", "received", "rate", "ranked", "overdue")
_WEEKS: Final = (
    "week", "sent", "received", "sent_so_far", "received_so_far", "rate_so_far",
)  # fmt: skip


def write_response_rates(
    book: Book, page: Page, context: PortfolioContext, responses: ResponseStatus
) -> None:
    """Write the sheet."""
    say, heading = context.say, context.say("portfolio.sheet.rates")
    page.columns([*_WIDTHS, _GAP, *_CHART_COLUMNS])
    page.merged(0, 0, _ALL, heading, TITLE)
    page.height(0, 34)
    lead = summarize_responses(responses, say)
    page.merged(1, 0, _ALL, lead, {**BODY, **MIDDLE})
    page.height(1, page.text_height(lead, BODY, (0, _ALL), padding=8))
    page.merged(2, 0, _ALL, say("standing.rates.lead"), {**BODY, **SMALL, **MIDDLE})
    page.height(3, 8)
    end = _write_groups(book, page, responses, say)
    _write_weeks(book, page, end + 2, responses.weeks, say)
    set_up_print(page, context, heading)
    page.fit_width()
    page.select(0, 0)


def _write_groups(book: Book, page: Page, responses: ResponseStatus, say: Wording) -> int:
    """Write the groups with their total, and bars where there are several; returns the last row."""
    row = _GROUP_ROW
    groups = responses.groups if len(responses.groups) > 1 else ()
    _headings(page, row, _group_heads(say), say("standing.rates.groups"))
    for line, group in enumerate(groups, row + 2):
        _write_group(page, line, group, group.group or say("standing.blank"), say, {})
    last = row + 1 + len(groups)
    _write_group(page, last + 1, responses.total, say("standing.total"), say, _TOTAL)
    if not groups or not responses.total.sent:
        return last + 1
    drawn = min(len(groups), _MOST_BARS)
    title = say("standing.rates.chart.groups")
    if drawn < len(groups):
        title = say("standing.rates.chart.groups.first", count=drawn)
    labels, values = (CellSpan(page.name, column, row + 2, row + 1 + drawn) for column in (0, 4))
    chart = make_rate_chart(book, labels, values, title=title, series=say("standing.rate"))
    return max(last + 1, _place(page, row, chart, drawn + 3, title))


def _write_group(
    page: Page, line: int, group: GroupResponses, label: str, say: Wording, look: Look
) -> None:
    page.client_text(line, 0, label, {**LEFT, **BOLD, **look, "text_wrap": False, "shrink": True})
    counts = (group.clients, group.sent, group.received)
    for place, count in enumerate(counts, 1):
        page.number(line, place, count, {**_COUNT, **look})
    if group.sent:
        page.number(line, 4, group.rate, {**_RATE, **look})
    else:
        page.text(line, 4, say("standing.no_rate"), {**_RATE, **look})
    page.number(line, 5, group.ranked, {**_COUNT, **look})
    late: Look = {**BOLD, "font_color": ALERT} if group.overdue else {}
    page.number(line, 6, group.overdue, {**_COUNT, **late, **look})
    page.height(line, _ROW)


def _write_weeks(
    book: Book, page: Page, row: int, weeks: Sequence[WeekResponses], say: Wording
) -> None:
    """Write the table of the weeks, and its chart."""
    names = [say(f"standing.rates.{key}") for key in _WEEKS]
    _headings(page, row, names if weeks else (), say("standing.rates.weeks"))
    if not weeks:
        page.merged(row + 1, 0, _ALL, say("standing.rates.no_weeks"), {**BODY, **MIDDLE})
        return
    for line, week in enumerate(weeks, row + 2):
        _write_week(page, line, week)
    title = say("standing.rates.chart.weeks")
    spans = [CellSpan(page.name, column, row + 2, row + 1 + len(weeks)) for column in range(6)]
    counts = [
        ChartSeries(names[1], spans[1], _SENT_COLUMNS),
        ChartSeries(names[2], spans[2], _RECEIVED_COLUMNS),
    ]
    share = ChartSeries(names[5], spans[5])
    chart = make_weeks_chart(book, spans[0], counts, share, title=title)
    _place(page, row, chart, len(weeks) + 2, title)


def _write_week(page: Page, line: int, week: WeekResponses) -> None:
    page.day(line, 0, week.monday, {**CENTERED_9, **INSET})
    counts = (week.sent, week.received, week.sent_so_far, week.received_so_far)
    for place, count in enumerate(counts, 1):
        page.number(line, place, count, _COUNT)
    rate = week.received_so_far / week.sent_so_far if week.sent_so_far else 0
    page.number(line, 5, rate, _RATE)
    page.height(line, _ROW)


def _group_heads(say: Wording) -> list[str]:
    known = {"rate": "standing.rate", "overdue": "standing.overdue"}
    return [say(known.get(key, f"standing.rates.{key}")) for key in _GROUPS]


def _headings(page: Page, row: int, heads: Sequence[str], heading: str) -> None:
    page.merged(row, 0, _ALL, heading, HEADING)
    page.height(row, 24)
    for place, head in enumerate(heads):
        page.text(row + 1, place, head, HEAD_9)
    page.height(row + 1, 34)


def _place(page: Page, row: int, chart: object, lines: int, title: str) -> int:
    """Put a chart beside a table of so many lines. Returns the last row that it covers."""
    rows = min(max(lines, _LEAST), _MOST)
    size = (sum(_CHART_COLUMNS), rows * _PIXELS)
    page.place(row + 1, _CHART, chart, size, description=title)
    for line in range(row + 2, row + rows + 1):
        page.height(line, _ROW)
    return row + rows
