"""今週連絡すべき診断先: of those to be followed up, whom to call first, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import FollowUp, Portfolio
from sheet_diag.reports.portfolio import grid
from sheet_diag.reports.portfolio.grid import CELL_CENTER, CELL_SCORE, CELL_TEXT, GridCell
from sheet_diag.reports.portfolio.table_sheet import FIRST_ROW, PortfolioContext, iterate_rows
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.rank_colours import rank_colours
from sheet_diag.xlsx.references import column_cell
from sheet_diag.xlsx.theme import BOLD, LINK

_MOST_CALLS: Final = 10
_REST: Final = timedelta(days=30)  # in which nobody is called again
_COLUMNS: Final = (
    "name", "file", "group", "rank", "base_rank", "score", "position", "insurance", "critical",
    "follow_up", "contacted", "result",
)  # fmt: skip
_NUMBER, _NAME, _GROUP, _RANK, _SCORE = (0, 0), (1, 3), (4, 4), (5, 5), (6, 6)
_REASONS, _CONTACT, _REPORT = (7, 9), (10, 10), (11, 11)
_NAME_COLUMN: Final = 1  # of 一覧


@dataclass(frozen=True, slots=True)
class CallList:
    """Rows of clients to be called, the first to be called first.

    Each has its place in the table of clients and what stands there, by column. `follow_ups` are
    all to be followed up, `rested` those of them that were talked to lately.
    """

    calls: tuple[tuple[int, dict[str, Any]], ...]
    follow_ups: int
    rested: int


def list_calls(catalog: Catalog, portfolio: Portfolio) -> CallList:
    """Choose whom to call: of those to be followed up, at most ten."""
    rows = enumerate(iterate_rows(portfolio.clients, _COLUMNS))
    records = [(place, dict(zip(_COLUMNS, row, strict=True))) for place, row in rows]
    wanted = [(place, record) for place, record in records if record["follow_up"]]
    due = [each for each in wanted if not _is_rested(each[1]["contacted"], portfolio.as_of)]
    calls = sorted(due, key=lambda each: _urgency(catalog, each[1]))[:_MOST_CALLS]
    return CallList(tuple(calls), len(wanted), len(wanted) - len(due))


def _is_rested(contacted: date | None, as_of: date) -> bool:
    return isinstance(contacted, date) and as_of - _REST <= contacted <= as_of


def _urgency(catalog: Catalog, record: dict[str, Any]) -> tuple[Any, ...]:
    """Order by a fall in rank, insurance level, rank, critical items, score."""
    reasons = record["follow_up"].split()
    return (
        FollowUp.FELL not in reasons,
        FollowUp.INSURANCE not in reasons,
        -catalog.rank_by_label[record["rank"]].position,
        -record["critical"],
        -record["position"],  # by the exact score
    )


def write_calls(page: Page, row: int, context: PortfolioContext) -> int:
    """Write the panel; returns the row below it."""
    say, found = context.say, list_calls(context.catalog, context.portfolio)
    parts = {"count": f"{found.follow_ups:,}", "most": _MOST_CALLS}
    heading = "portfolio.calls.heading" if found.calls else "portfolio.calls.heading.none"
    grid.write_heading(page, row, grid.LEFT_SIDE, say(heading, **parts))
    below = _write_table(page, row + 1, context, found) if found.calls else row + 1
    return grid.write_note(page, below, grid.LEFT_SIDE, "".join(_notes(context, found)))


def _notes(context: PortfolioContext, found: CallList) -> Iterator[str]:
    """Say why the list is empty, or how it is sorted, and who is left out."""
    say = context.say
    if not len(context.portfolio.clients):
        yield say("portfolio.calls.unranked")
    elif found.calls:
        told = say("portfolio.calls.order.insurance") if context.catalog.insurance else ""
        yield say("portfolio.calls.order", insurance=told)
    elif found.rested:
        yield say("portfolio.calls.all_rested", count=f"{found.rested:,}")
    else:
        yield say("portfolio.calls.none")
    if found.calls and found.rested:
        yield say("portfolio.calls.rested", count=f"{found.rested:,}")
    if context.portfolio.responses is None:
        yield say("portfolio.calls.no_list")


def _write_table(page: Page, row: int, context: PortfolioContext, found: CallList) -> int:
    say = context.say
    has_groups = "group" in context.portfolio.groups
    name = _NAME if has_groups else (_NAME[0], _GROUP[1])
    heads = {
        "number": _NUMBER, "name": name, "group": _GROUP, "rank": _RANK, "score": _SCORE,
        "reasons": _REASONS, "contact": _CONTACT, "report": _REPORT,
    }  # fmt: skip
    if not has_groups:
        del heads["group"]
    grid.write_heads(page, row, ((at, say(f"portfolio.calls.{key}")) for key, at in heads.items()))
    for number, (place, record) in enumerate(found.calls, 1):
        cells = _cells(context, number, record, heads)
        grid.write_row(page, row + number, cells, say("report.none"))
        target = column_cell(FIRST_ROW + place, _NAME_COLUMN).replace("$", "")
        sheet = say("portfolio.sheet.clients")
        page.lead(row + number, name[0], f"internal:'{sheet}'!{target}")
        opened, look = say("portfolio.clients.open"), {**CELL_CENTER, **LINK}
        page.link(row + number, _REPORT[0], f"external:{record['result']}", opened, look)
    return row + 1 + len(found.calls)


def _choose_contact(catalog: Catalog, rank: Rank) -> str:
    """Choose who is spoken to, and how."""
    if rank.is_worst:
        return "management"
    return "visit" if rank in catalog.follow_up_ranks else "call"


def _cells(
    context: PortfolioContext, number: int, record: dict[str, Any], heads: dict[str, grid.Columns]
) -> list[GridCell]:
    say, labels, catalog = context.say, context.labels, context.catalog
    rank = catalog.rank_by_label[record["rank"]]
    colours = rank_colours(catalog)[rank]
    reasons = labels.follow_up_codes(
        record["follow_up"], record["insurance"], record["critical"], rank, record["base_rank"]
    )
    name = labels.client(record["name"], record["file"])
    mark = {**CELL_CENTER, **BOLD, "font_color": colours.on_fill, "bg_color": colours.fill}
    contact = say(f"portfolio.calls.contact.{_choose_contact(catalog, rank)}")
    found = [
        GridCell(_NUMBER, number, {**CELL_CENTER, "num_format": "0"}),
        GridCell(heads["name"], name, {**CELL_TEXT, **LINK}, is_client_text=True),
        GridCell(_RANK, rank, mark),
        GridCell(_SCORE, record["score"], CELL_SCORE),
        GridCell(_REASONS, reasons, CELL_TEXT),
        GridCell(_CONTACT, contact, CELL_TEXT),
    ]
    if "group" in heads:
        found.append(GridCell(_GROUP, record["group"], CELL_TEXT, is_client_text=True))
    return found
