"""一覧: every ranked client, with what a person sorts and filters by."""

from __future__ import annotations

import math
from typing import Any, Final

from sheet_diag.reports.portfolio.listing import (
    FIRST_ROW,
    LEFT,
    MID,
    SCALE,
    SCORE,
    WRAPPED,
    Column,
    Summary,
    write_listing,
)
from sheet_diag.style import BOLD, LINK, RANKS
from sheet_diag.typography import room, row_height
from sheet_diag.wording import Wording
from sheet_diag.workbook import Page

_MOST_LINKS: Final = 65_530  # of a sheet in Excel
_CELLS: Final = 3_000_000  # all of 100,000 clients
_BEFORE: Final = {
    "position": 52, "client": 84, "name": 220, "industry": 190, "employees": 96, "rank": 52,
    "score": 68, "deviation": 62, "previous": 66, "change": 62,
}  # fmt: skip
_AFTER: Final = {
    "weakest": 88, "base_rank": 62, "caps": 230, "critical": 70, "insurance": 74, "open_items": 76,
    "overrides": 66, "follow_up": 190, "result": 60,
}  # fmt: skip


def write_clients(page: Page, summary: Summary) -> None:
    """一覧: a native table, best first."""
    say, catalog = summary.say, summary.catalog
    columns = [
        *(Column(say(f"portfolio.clients.{key}"), width) for key, width in _BEFORE.items()),
        *(Column(category.short[say.lang], 76) for category in catalog.categories),
        *(Column(say(f"portfolio.clients.{key}"), width) for key, width in _AFTER.items()),
    ]
    records = summary.portfolio.clients.to_dict("records")

    def write_row(page: Page, row: int, index: int) -> None:
        _write_client(page, row, records[index], summary)

    rows = write_listing(
        page,
        summary,
        heading=say("portfolio.sheet.clients"),
        lead=say("portfolio.clients.lead"),
        columns=columns,
        count=len(records),
        write_row=write_row,
        table="Clients",
        frozen=3,
        cells=_CELLS,
        full="data/clients.csv",
    )
    if rows:
        first = len(_BEFORE)
        page.shade((rows[0], 6, rows[1], 6), SCALE)
        page.shade((rows[0], first, rows[1], first + len(catalog.categories) - 1), SCALE)


def _write_client(page: Page, row: int, record: Any, summary: Summary) -> None:
    say, catalog = summary.say, summary.catalog
    page.number(row, 0, record["position"], {**MID, "num_format": "0"})
    page.client_text(row, 1, record["client"], MID)
    page.client_text(row, 2, summary.name(record["name"], record["file"]), {**LEFT, **BOLD})
    industry = summary.choice("industry", record["industry"])
    page.client_text(row, 3, industry, WRAPPED)
    page.client_text(row, 4, summary.choice("employees", record["employees"]), MID)
    rank = record["rank"]
    page.text(row, 5, rank, {**MID, **BOLD, "font_size": 11, "font_color": RANKS[rank]})
    page.number(row, 6, record["score"], {**SCORE, **BOLD})
    write_score(page, row, 7, record["deviation"])
    page.text(row, 8, _rank_then(record, say), MID)
    _write_change(page, row, 9, record["change"])
    for column, category in enumerate(catalog.categories, len(_BEFORE)):
        write_score(page, row, column, record[f"score:{category.id}"])
    _write_rest(page, row, len(_BEFORE) + len(catalog.categories), record, summary)
    texts = ((industry, 190), (caps_text(record["caps"], say), 230), (_reasons(record, say), 190))
    heights = (row_height(t, room=room(w, indent=1), size=9, padding=6) for t, w in texts)
    page.height(row, max(22, *heights))


def _write_rest(page: Page, row: int, column: int, record: Any, summary: Summary) -> None:
    say = summary.say
    whole = {**MID, "num_format": "0"}
    page.text(row, column, summary.category(record["weakest"]), MID)
    page.text(row, column + 1, record["base_rank"], MID)
    page.text(row, column + 2, caps_text(record["caps"], say), WRAPPED)
    for place, key in enumerate(("critical", "insurance", "open_items", "overrides"), column + 3):
        page.number(row, place, record[key], whole)
    page.text(row, column + 7, _reasons(record, say), WRAPPED)
    if row - FIRST_ROW < _MOST_LINKS:
        target = f"external:{record['result']}"
        page.link(row, column + 8, target, say("portfolio.clients.open"), {**MID, **LINK})
    else:
        page.client_text(row, column + 8, record["result"], LEFT)


def _rank_then(record: Any, say: Wording) -> str:
    return record["previous_rank"] or say("report.none")


def _write_change(page: Page, row: int, column: int, change: float) -> None:
    """The difference with its sign, which tells it also without the colour."""
    look = {**MID, "num_format": '"▲ +"0.0;"▼ -"0.0;"＝ "0.0'}
    if math.isnan(change):
        page.blank(row, column, look)
    else:
        page.number(row, column, change, look)


def caps_text(rules: str, say: Wording) -> str:
    """The caps of a client in words; limits are read from the rules' names."""
    return say("portfolio.list.joint").join(_cap_text(rule, say) for rule in rules.split())


def _cap_text(rule: str, say: Wording) -> str:
    parts = rule.split("_")
    match parts[0]:
        case "CRITICAL":
            return say("portfolio.cap.critical", count=parts[-1])
        case "NA":
            return say("portfolio.cap.na")
        case "CATEGORIES":
            return say("portfolio.cap.categories", limit=parts[2], count=parts[-1])
        case _:
            return say("portfolio.cap.category", limit=parts[-1])


def _reasons(record: Any, say: Wording) -> str:
    reasons = (say(f"portfolio.follow_up.{word}") for word in record["follow_up"].split())
    return say("portfolio.list.joint").join(reasons)


def write_score(page: Page, row: int, column: int, score: float) -> None:
    """A score, or an empty cell where there is none."""
    if math.isnan(score):
        page.blank(row, column, SCORE)
    else:
        page.number(row, column, score, SCORE)
