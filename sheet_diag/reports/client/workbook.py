"""情報セキュリティ診断報告書: the workbook of one client, built from a `ClientReport`."""

from __future__ import annotations

from typing import Final

from sheet_diag.forms.layout import OUTPUT_KEY, owner_properties
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ClientReport
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.charts import OWN, ChartSeries, make_radar
from sheet_diag.reports.client.action_plan_sheet import write_plan
from sheet_diag.reports.client.answers_sheet import AnswersLayout, plan_answers, write_answers
from sheet_diag.reports.client.calculation_layout import SHORT, SHOWN, target_line
from sheet_diag.reports.client.category_section import write_categories
from sheet_diag.reports.client.comparison_sheet import has_comparison, write_comparison
from sheet_diag.reports.client.conditions_sheet import write_conditions
from sheet_diag.reports.client.consultant_comment import write_consultant_comment
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.insurance_section import write_insurance
from sheet_diag.reports.client.measures_section import write_measures
from sheet_diag.reports.client.next_rank_section import write_next_rank
from sheet_diag.reports.client.overall_section import write_overall
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.reports.client.remarks_sheet import link_long_remarks, write_remarks
from sheet_diag.reports.client.simulation_sheet import write_simulation
from sheet_diag.reports.client.standards_sheet import has_standards, write_standards
from sheet_diag.reports.client.threats_section import write_threats
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BODY, BOLD, CENTER, MIDDLE, MUTED, NAVY, Look

_ISSUER: Final[Look] = {**BODY, "font_size": 9, "align": "right", "text_wrap": False}
_ADDRESSEE: Final[Look] = {
    **BODY,
    **BOLD,
    **MIDDLE,
    "font_size": 14,
    "bottom": 1,
    "bottom_color": NAVY,
}
_EDGES: Final[Look] = {"top": 2, "bottom": 2, "top_color": NAVY, "bottom_color": NAVY}
_TITLE: Final[Look] = {**BODY, **BOLD, **CENTER, "font_size": 20, "font_color": NAVY, **_EDGES}
_PREAMBLE: Final[Look] = {**BODY, "font_size": 9, "font_color": MUTED}
_ADDRESSEE_COLUMNS: Final = (0, 7)
_ISSUER_COLUMNS: Final = (5, LAST_COLUMN)  # of date, number and issuer
_LOGO: Final = (200, 44)  # pixels


def build_client_report(
    report: ClientReport, catalog: Catalog, issuer: Issuer, software: str
) -> bytes:
    """Build the workbook; the same arguments give the same bytes."""
    say = Wording(report.lang)
    title = catalog.report.title[report.lang]
    book = Book(title=title, author=issuer.name, created=report.as_of, subject=report.sheet.name)
    book.custom_property(OUTPUT_KEY, report.number)
    identity = SheetIdentity(catalog.id, catalog.version, report.sheet.identity.client)
    for key, text in owner_properties(identity, report.sheet.name, report.lang).items():
        book.custom_property(key, text)
    context = ReportContext(report, catalog, issuer, say)
    # Sheets stand in the order in which they are added; terms are explained as they are written.
    first = book.page(say("report.sheet.report"))
    second = book.page(say("report.sheet.answers"))
    _write_report(book, first, context, plan_answers(second.name, context))
    answers = write_answers(second, context)
    write_simulation(book, book.page(say("simulation.sheet")), context, answers)
    write_plan(book.page(say("plan.sheet")), context)
    if has_comparison(report):
        write_comparison(book.page(say("comparison.sheet")), context, book)
    if has_standards(context):
        write_standards(book.page(say("standards.sheet")), context)
    if link_long_remarks(context):
        write_remarks(book.page(say("report.remarks.sheet")), context, answers.rows)
    write_conditions(book.page(say("report.sheet.conditions")), context, software)
    first.open_here()
    book.seal()
    return book.bytes()


def _write_report(book: Book, page: Page, context: ReportContext, answers: AnswersLayout) -> None:
    say, calculation = context.say, answers.calculation
    scores = ChartSeries(say("report.chart.series"), calculation.drawn(context, SHOWN), OWN)
    chart = make_radar(
        book,
        calculation.drawn(context, SHORT),
        [scores, *target_line(context, calculation)],
        title=say("report.chart.title"),
    )
    flow = PageFlow(page)
    _write_head(flow, context)
    write_overall(flow, context, calculation)
    write_categories(flow, context, chart, calculation)
    write_threats(flow, context)
    write_measures(flow, context)
    write_consultant_comment(flow, context)
    write_next_rank(flow, context)
    write_insurance(flow, context)
    page.tab(NAVY)
    context.print_setup(page, landscape=False, title=context.catalog.report.title[say.lang])
    page.breaks(flow.breaks(), (0, 0, flow.row - 1, LAST_COLUMN))
    page.select(0, 0)


def _write_head(flow: PageFlow, context: ReportContext) -> None:
    """Write addressee, date, number and issuer, then title and preamble."""
    say, page, issuer = context.say, flow.page, context.issuer
    if issuer.logo:
        page.picture(flow.row, 0, issuer.logo, _LOGO, issuer.name)
    number = say("report.number", number=context.report.number)
    for line in (context.report_day, number):
        page.merged(flow.next_row(15), *_ISSUER_COLUMNS, line, _ISSUER)
    text = say("report.addressee", name=context.addressee)
    row = flow.fitted_row((text, _ADDRESSEE, _ADDRESSEE_COLUMNS), least=28)
    page.merged_client(row, *_ADDRESSEE_COLUMNS, text, _ADDRESSEE)
    phone = say("report.phone", phone=issuer.phone) if issuer.phone else ""
    lines = (issuer.name, issuer.department, issuer.address, issuer.contact, phone, issuer.email)
    for line in filter(None, lines):
        page.merged(flow.next_row(15), *_ISSUER_COLUMNS, line, _ISSUER)
    flow.gap(6)
    title = context.catalog.report.title[say.lang]
    page.merged(flow.next_row(38), 0, LAST_COLUMN, title, _TITLE)
    flow.gap(6)
    for preamble in context.catalog.report.preamble:
        flow.paragraph(preamble[say.lang], _PREAMBLE)
    flow.gap(4)
