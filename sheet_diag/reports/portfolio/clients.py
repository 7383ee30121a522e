"""一覧 and ヒートマップ: every ranked client, with scores a person can sort and see."""

from __future__ import annotations

import math
from typing import Any, Final

from sheet_diag.reports.portfolio.listing import (
    LEFT,
    MID,
    SCORE,
    WRAPPED,
    Column,
    Summary,
    write_listing,
)
from sheet_diag.style import BOLD, LINK, RANKS
from sheet_diag.typography import room, row_height
from sheet_diag.workbook import Page

_SCALE: Final = {
    "type": "3_color_scale",
    "min_type": "num",
    "mid_type": "num",
    "max_type": "num",
    "min_value": 0,
    "mid_value": 60,
    "max_value": 100,
    "min_color": "#E9A79B",
    "mid_color": "#FBF3D5",
    "max_color": "#A9D3B6",
}


def write_clients(page: Page, summary: Summary) -> None:
    """一覧: a native table, best first."""
    say, catalog = summary.say, summary.catalog
    before = {
        "position": 56, "client": 84, "name": 220, "industry": 225, "employees": 96, "rank": 56,
        "score": 76,
    }  # fmt: skip
    after = {"weakest": 92, "base_rank": 76, "insurance": 112, "open_items": 72, "result": 64}
    columns = [
        *(Column(say(f"portfolio.clients.{key}"), width) for key, width in before.items()),
        *(Column(category.short[say.lang], 84) for category in catalog.categories),
        *(Column(say(f"portfolio.clients.{key}"), width) for key, width in after.items()),
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
    )
    if rows:
        first = len(before) - 1
        page.shade((rows[0], first, rows[1], first + len(catalog.categories)), _SCALE)


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
    for column, category in enumerate(catalog.categories, 7):
        _write_score(page, row, column, record[f"score:{category.id}"])
    column = 7 + len(catalog.categories)
    page.text(row, column, summary.category(record["weakest"]), MID)
    page.text(row, column + 1, record["base_rank"], MID)
    page.number(row, column + 2, record["insurance"], {**MID, "num_format": "0"})
    page.number(row, column + 3, record["open_items"], {**MID, "num_format": "0"})
    target = f"external:{record['result']}"
    page.link(row, column + 4, target, say("portfolio.clients.open"), {**MID, **LINK})
    page.height(row, max(22, row_height(industry, room=room(225, indent=1), size=9, padding=6)))


def _write_score(page: Page, row: int, column: int, score: float) -> None:
    if math.isnan(score):
        page.blank(row, column, SCORE)
    else:
        page.number(row, column, score, SCORE)


def write_heatmap(page: Page, summary: Summary) -> None:
    """ヒートマップ: client × category, shaded, and nothing else."""
    say, catalog = summary.say, summary.catalog
    columns = [
        Column(say("portfolio.clients.name"), 240),
        Column(say("portfolio.clients.rank"), 60),
        *(Column(category.short[say.lang], 96) for category in catalog.categories),
    ]
    records = summary.portfolio.clients.to_dict("records")

    def write_row(page: Page, row: int, index: int) -> None:
        record = records[index]
        page.client_text(row, 0, summary.name(record["name"], record["file"]), LEFT)
        rank = record["rank"]
        page.text(row, 1, rank, {**MID, **BOLD, "font_color": RANKS[rank]})
        for column, category in enumerate(catalog.categories, 2):
            _write_score(page, row, column, record[f"score:{category.id}"])
        page.height(row, 20)

    rows = write_listing(
        page,
        summary,
        heading=say("portfolio.sheet.heatmap"),
        lead=say("portfolio.heatmap.lead"),
        columns=columns,
        count=len(records),
        write_row=write_row,
        table="Heatmap",
    )
    if rows:
        page.shade((rows[0], 2, rows[1], 1 + len(catalog.categories)), _SCALE)
