"""診断報告書: the first sheet, set from the view. Nothing of what it says is decided here."""

from __future__ import annotations

from itertools import compress
from typing import Final

from sheet_diag.model.report_view import ReportView
from sheet_diag.reports.client.calculation_layout import CalculationLayout
from sheet_diag.reports.client.categories_section import write_categories
from sheet_diag.reports.client.closing_sections import write_insurance, write_method
from sheet_diag.reports.client.comparison_sheet import has_comparison
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.first_screen import (
    write_first,
    write_head,
    write_links,
    write_verdict,
)
from sheet_diag.reports.client.live_figures import LiveFigures
from sheet_diag.reports.client.measures_section import write_measures
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.reports.client.peers_section import write_comparisons
from sheet_diag.reports.client.roadmap_section import write_roadmap
from sheet_diag.reports.client.score_drawings import ScoreDrawings
from sheet_diag.reports.client.summary_section import (
    write_comment,
    write_issuer,
    write_meaning,
)
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import NAVY

_COLUMNS: Final = (54,) * (LAST_COLUMN + 1)
# Beside the sheet, hidden: the places of drawings.
_PLACES: Final = (54,) * 3


def write_report_sheet(
    book: Book, page: Page, view: ReportView, context: ReportContext, calculation: CalculationLayout
) -> None:
    """Write the sheet; `book` holds the page, and formulas refer to the calculation."""
    flow = PageFlow(page, (*_COLUMNS, *_PLACES), hidden=range(len(_COLUMNS), len(_COLUMNS) + 3))
    live = LiveFigures(context, calculation, page.name)
    drawings = ScoreDrawings(book, page, len(_COLUMNS))
    write_head(flow, view.head, context.issuer.logo)
    write_verdict(flow, view.summary, live, drawings)
    write_first(flow, view.summary)
    write_links(flow, _list_sheets(context))
    write_comment(flow, view.summary.comment)
    write_meaning(flow, view.summary, live)
    write_issuer(flow, view.head)
    write_categories(flow, view.categories, live, drawings)
    write_measures(flow, view.measures)
    if view.roadmap:
        write_roadmap(flow, view.roadmap)
    if view.comparisons:
        write_comparisons(flow, view.comparisons, drawings)
    if view.insurance:
        write_insurance(flow, view.insurance)
    write_method(flow, view.method)
    page.tab(NAVY)
    context.print_setup(page, landscape=False, title=view.head.title)
    page.breaks(flow.breaks(), (0, 0, flow.row - 1, LAST_COLUMN))
    page.select(0, 0)


def _list_sheets(context: ReportContext) -> list[str]:
    """List the sheets that the first screen leads to."""
    keys = ["plan.sheet", "simulation.sheet", "comparison.sheet", "report.sheet.answers"]
    told = context.catalog.sections
    kept = (told.plan, told.simulation, has_comparison(context.report), True)
    return [context.say(key) for key in compress(keys, kept)]
