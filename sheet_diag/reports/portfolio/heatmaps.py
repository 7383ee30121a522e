"""ヒートマップ: client × category and client × question, shaded, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sheet_diag.model.catalog import Catalog, Choice, Role
from sheet_diag.reports.portfolio.clients import write_score
from sheet_diag.reports.portfolio.listing import (
    LEFT,
    MID,
    SCALE,
    Column,
    Summary,
    write_listing,
)
from sheet_diag.style import BOLD, RANKS, Look
from sheet_diag.workbook import Page

# Marks as consultants set them, from in place to nothing; each has a shade of its own.
_FULL, _PART, _NONE, _UNKNOWN, _LEFT_OUT = "○", "△", "×", "?", "-"
_SHADES: Final = {
    _FULL: "#EAF1F8",
    _PART: "#F1DDBF",
    _NONE: "#D08A4E",
    _UNKNOWN: "#DDB07F",
    _LEFT_OUT: "#F2F2F2",
}


def write_heatmap(page: Page, summary: Summary) -> None:
    """ヒートマップ: scores by category."""
    say, catalog = summary.say, summary.catalog
    columns = [*_client_columns(summary)]
    columns += [Column(category.short[say.lang], 96) for category in catalog.categories]
    records = summary.portfolio.clients.to_dict("records")

    def write_row(page: Page, row: int, index: int) -> None:
        record = records[index]
        _write_client(page, row, record, summary)
        for column, category in enumerate(catalog.categories, 2):
            write_score(page, row, column, record[f"score:{category.id}"])

    rows = write_listing(
        page,
        summary,
        heading=say("portfolio.sheet.heatmap"),
        lead=say("portfolio.heatmap.lead"),
        columns=columns,
        count=len(records),
        write_row=write_row,
        table="Heatmap",
        frozen=2,
        full="data/clients.csv",
    )
    if rows:
        page.shade((rows[0], 2, rows[1], 1 + len(catalog.categories)), SCALE)


def write_answer_map(page: Page, summary: Summary) -> None:
    """設問ヒートマップ: a mark for every answer."""
    say, catalog = summary.say, summary.catalog
    columns = [*_client_columns(summary), *(Column(item, 34) for item in catalog.items)]
    records = summary.portfolio.clients.to_dict("records")
    codes = summary.portfolio.codes
    marks = _marks(catalog)
    looks = {mark: {**MID, "bg_color": shade} for mark, shade in _SHADES.items()}

    def write_row(page: Page, row: int, index: int) -> None:
        record = records[index]
        _write_client(page, row, record, summary)
        for column, (code, marks_) in enumerate(zip(codes[index], marks, strict=True), 2):
            _write_mark(page, row, column, marks_[code], looks)

    write_listing(
        page,
        summary,
        heading=say("portfolio.sheet.answers"),
        lead=say("portfolio.answers.lead"),
        columns=columns,
        count=len(records),
        write_row=write_row,
        table="Answers",
        frozen=2,
        full="data/answers.csv",
    )


def _marks(catalog: Catalog) -> list[list[str]]:
    """The mark of every answer by its code, item by item; empty for 未回答 and for 該当なし where
    that is not offered."""
    known = {c.id: c for choices in catalog.answer_sets.values() for c in choices}
    marks = [_mark(choice) for choice in known.values()]
    return [
        [*("" if m == _LEFT_OUT and not item.na_allowed else m for m in marks), ""]
        for item in catalog.items.values()
    ]


def _mark(choice: Choice) -> str:
    if choice.role is Role.NOT_APPLICABLE:
        return _LEFT_OUT
    if choice.role is Role.UNKNOWN:
        return _UNKNOWN
    if choice.value == 1:
        return _FULL
    return _PART if choice.value else _NONE


def _write_mark(page: Page, row: int, column: int, mark: str, looks: Mapping[str, Look]) -> None:
    if mark:
        page.text(row, column, mark, looks[mark])
    else:
        page.blank(row, column, MID)


def _client_columns(summary: Summary) -> tuple[Column, Column]:
    say = summary.say
    return (
        Column(say("portfolio.clients.name"), 220),
        Column(say("portfolio.clients.rank"), 56),
    )


def _write_client(page: Page, row: int, record: Any, summary: Summary) -> None:
    page.client_text(row, 0, summary.name(record["name"], record["file"]), LEFT)
    rank = record["rank"]
    page.text(row, 1, rank, {**MID, **BOLD, "font_color": RANKS[rank]})
    page.height(row, 20)
