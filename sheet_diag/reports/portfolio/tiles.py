"""The tiles of 概要: six figures of the campaign, each of which leads to its sheet."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from sheet_diag.model.basics import Rank
from sheet_diag.model.client_status import Stage
from sheet_diag.model.results import ReturnStatus
from sheet_diag.reports.portfolio.grid import Columns, shown_score
from sheet_diag.reports.portfolio.table_sheet import FIRST_ROW, PortfolioContext
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import ALERT, BODY, BOLD, LINK, MIDDLE, NAVY, PAPER, Look

_FACE: Final[Look] = {**BODY, **MIDDLE, "text_wrap": False, "shrink": True, "bg_color": PAPER}
_NUMBER: Final[Look] = {**_FACE, **BOLD, "font_size": 20, "align": "right"}
# The columns of the number and of what stands behind it.
_PLACES: Final[tuple[tuple[Columns, Columns], ...]] = (
    ((0, 1), (2, 2)), ((4, 4), (5, 7)), ((9, 9), (10, 11)), ((13, 13), (14, 15)),
    ((17, 18), (19, 22)), ((24, 24), (25, 25)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure, what stands behind it, and where it leads: a sheet by its key, and cells of it."""

    label: str
    value: float | None
    unit: str
    sheet: str
    cells: str = "A1"
    is_alarming: bool = False
    shape: str = "#,##0"
    unit_sheet: str = ""  # where what stands behind the figure leads


def write_tiles(page: Page, row: int, context: PortfolioContext, sheets: Collection[str]) -> None:
    """Write the tiles in two rows."""
    for tile, (number, unit) in zip(_list_tiles(context, sheets), _PLACES, strict=True):
        color = ALERT if tile.is_alarming and tile.value else NAVY
        edge = {"left": 5, "left_color": color}
        link = {**_FACE, **LINK, **edge, "indent": 1}
        page.merged(row, number[0], unit[1], "", link)
        target = f"internal:'{context.say(f'portfolio.sheet.{tile.sheet}')}'!{tile.cells}"
        page.link(row, number[0], target, tile.label, link)
        look = {**_NUMBER, **edge, "font_color": color, "num_format": tile.shape}
        none = context.say("report.none") if tile.value is None else ""
        page.merged(row + 1, *number, none, look)
        if tile.value is not None:
            page.number(row + 1, number[0], tile.value, look)
        page.merged(row + 1, *unit, tile.unit, {**_FACE, **LINK} if tile.unit_sheet else _FACE)
        if tile.unit_sheet:
            where = context.say(f"portfolio.sheet.{tile.unit_sheet}")
            page.lead(row + 1, unit[0], f"internal:'{where}'!A1")
    page.height(row, 18)
    page.height(row + 1, 27)


def _list_tiles(context: PortfolioContext, sheets: Collection[str]) -> Iterator[Tile]:
    say, ranks, catalog = context.say, context.portfolio.ranks, context.catalog
    yield _make_ranked_tile(context, sheets)
    yield _make_median_tile(context)
    low = catalog.follow_up_ranks
    high = tuple(rank for rank in catalog.ranks[: len(ranks) // 2] if rank not in low)
    for key, several in (("high", high), ("low", low)):
        count, total = sum(ranks[rank] for rank in several), sum(ranks.values())
        share = f"{count / total:.0%}" if total else say("report.none")
        unit = say("portfolio.tile.ranks.unit", share=share)
        cells, named = _cells_of(context, several), context.labels.ranks(several)
        label = say(f"portfolio.tile.{key}", ranks=named)
        yield Tile(label, count, unit, "clients", cells, is_alarming=several is low)
    missing = int((context.portfolio.clients["critical"] > 0).sum())
    unit = say("portfolio.tile.unit")
    yield Tile(say("portfolio.tile.critical"), missing, unit, "clients", is_alarming=True)
    yield _make_outstanding_tile(context)


def _make_ranked_tile(context: PortfolioContext, sheets: Collection[str]) -> Tile:
    say, responses = context.say, context.portfolio.responses
    ranked, unit = context.portfolio.counts[ReturnStatus.RANKED], say("portfolio.tile.unit")
    if responses and responses.total.clients:
        total = responses.total
        share = f"{total.ranked / total.clients:.0%}"
        unit = say("portfolio.tile.ranked.unit", count=f"{total.clients:,}", share=share)
        ranked = total.ranked
    sheet = "turnout" if "turnout" in sheets else "clients"
    return Tile(say("portfolio.tile.ranked"), ranked, unit, sheet)


def _make_median_tile(context: PortfolioContext) -> Tile:
    say, scores = context.say, context.portfolio.clients["score"]
    label = say("portfolio.tile.median")
    median = shown_score(float(scores.median()))
    if median is None:
        return Tile(label, None, "", "clients")
    lower, upper = (shown_score(float(scores.quantile(at))) for at in (0.25, 0.75))
    unit = say("portfolio.tile.median.points")
    if lower != upper:
        unit = say("portfolio.tile.median.unit", lower=lower, upper=upper)
    return Tile(label, median, unit, "clients", shape="0.0")


def _make_outstanding_tile(context: PortfolioContext) -> Tile:
    """Count who has sent nothing; without a client list, what is to be corrected."""
    say, responses = context.say, context.portfolio.responses
    held = context.portfolio.counts[ReturnStatus.HELD]
    if responses is None:
        unit, label = say("portfolio.tile.unit"), say("portfolio.tile.correcting")
        return Tile(label, held, unit, "attention", is_alarming=True)
    total = responses.total
    held = responses.stages[Stage.CORRECTING]
    parts = {"late": f"{total.overdue:,}", "held": f"{held:,}"}
    unit = say("portfolio.tile.outstanding.unit", **parts)
    waiting = total.clients - total.received
    label = say("portfolio.tile.outstanding")
    return Tile(label, waiting, unit, "turnout", is_alarming=True, unit_sheet="attention")


def _cells_of(context: PortfolioContext, ranks: Collection[Rank]) -> str:
    """Name the rows of 一覧 that hold clients of these ranks, from name to score."""
    places = context.portfolio.clients["rank"].isin(list(ranks)).to_numpy()
    found = places.nonzero()[0]
    if not len(found):
        return "A1"
    return f"B{FIRST_ROW + int(found[0]) + 1}:D{FIRST_ROW + int(found[-1]) + 1}"
