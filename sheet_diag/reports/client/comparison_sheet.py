"""比較: the client beside its previous diagnosis and its peers, in tables and in two sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from sheet_diag.model.comparison import OVERALL, GroupKind, PeerGroup
from sheet_diag.model.results import ClientReport
from sheet_diag.reports.client import looks
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.reports.client.peer_tables import write_peers
from sheet_diag.reports.client.previous_tables import score_change, write_previous
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import TITLE


def has_comparison(report: ClientReport) -> bool:
    """Whether there is anything to compare with."""
    return bool(report.comparison.peers) or report.comparison.previous is not None


def write_comparison(page: Page, context: ReportContext, book: Book) -> None:
    """Write the sheet; `book` holds the page."""
    say, flow, comparison = context.say, PageFlow(page), context.report.comparison
    has = "peers" if comparison.previous is None else "both" if comparison.peers else "previous"
    page.merged(flow.next_row(34), 0, LAST_COLUMN, say("comparison.sheet"), TITLE)
    flow.paragraph(say(f"comparison.lead.{has}"), looks.NOTE)
    flow.gap(6)
    if comparison.previous:
        write_previous(flow, context, comparison.previous)
    if comparison.peers:
        write_peers(flow, context, book)
    context.print_setup(page, landscape=False)
    page.breaks(flow.breaks(), (0, 0, flow.row - 1, LAST_COLUMN))
    page.select(0, 0)


def comparison_lines(context: ReportContext) -> Iterator[str]:
    """List the sentences for the first page: on last time and on the peers, as far as known."""
    say, report = context.say, context.report
    previous = report.comparison.previous
    if previous:
        points = score_change(report.diagnosis.scores.overall or Fraction(0), previous.score)
        day, before = context.format_day(previous.as_of), format_score(previous.score)
        then = {"day": day, "rank": previous.rank, "score": before}
        if points == 0:
            yield say("comparison.line.level", **then)
        else:
            way = "up" if points > 0 else "down"
            yield say(f"comparison.line.{way}", points=format_score(abs(points)), **then)
    everyone = next((p for p in report.comparison.peers if p.kind is GroupKind.ALL), None)
    if everyone and OVERALL in everyone.standings:
        yield from _position_sentence(context, everyone)


def _position_sentence(context: ReportContext, everyone: PeerGroup) -> Iterator[str]:
    say, standing = context.say, everyone.standings[OVERALL]
    if standing.deviation is None:
        return
    figures = {"count": standing.count, "deviation": f"{standing.deviation:.1f}"}
    reference = context.report.comparison.reference
    if standing.position is not None:
        yield say("comparison.line.position", position=standing.position, **figures)
    elif reference:
        day = context.format_day(date.fromisoformat(reference))
        yield say("comparison.line.reference", day=day, **figures)
