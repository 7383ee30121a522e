"""情報セキュリティ診断報告書: the workbook of one client, built from a `ClientReport`."""

from __future__ import annotations

from sheet_diag.forms.layout import OUTPUT_KEY, owner_properties
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ClientReport
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.action_plan_sheet import write_plan
from sheet_diag.reports.client.answers_sheet import AnswersLayout, write_answers
from sheet_diag.reports.client.calculation_layout import target_line
from sheet_diag.reports.client.charts import add_radar
from sheet_diag.reports.client.comparison_sheet import has_comparison, write_comparison
from sheet_diag.reports.client.conditions_sheet import write_conditions
from sheet_diag.reports.client.consultant_comment import write_consultant_comment
from sheet_diag.reports.client.context import ReportContext, write_report_head
from sheet_diag.reports.client.next_rank import write_next_rank
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.reports.client.sections import write_categories, write_comments, write_overall
from sheet_diag.reports.client.simulation_sheet import write_simulation
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page


def build_client_report(
    report: ClientReport, catalog: Catalog, issuer: Issuer, software: str
) -> bytes:
    """The workbook; the same arguments give the same bytes."""
    return _book(report, catalog, issuer, software).bytes()


def build_print_copy(
    report: ClientReport, catalog: Catalog, issuer: Issuer, software: str
) -> bytes:
    """The same workbook with nothing in view but the report, which is then all that is printed."""
    book = _book(report, catalog, issuer, software)
    book.show_only(Wording(report.lang)("report.sheet.report"))
    return book.bytes()


def _book(report: ClientReport, catalog: Catalog, issuer: Issuer, software: str) -> Book:
    say = Wording(report.lang)
    title = catalog.report.title[report.lang]
    book = Book(title=title, author=issuer.name, created=report.as_of, subject=report.sheet.name)
    book.custom_property(OUTPUT_KEY, report.number)
    identity = SheetIdentity(catalog.id, catalog.version, report.sheet.identity.client)
    for key, text in owner_properties(identity, report.sheet.name, report.lang).items():
        book.custom_property(key, text)
    letter = ReportContext(report, catalog, issuer, say)
    # Sheets stand in the order in which they are added.
    first = book.page(say("report.sheet.report"))
    record = write_answers(book.page(say("report.sheet.answers")), letter)
    write_simulation(book, book.page(say("simulation.sheet")), letter, record)
    write_plan(book.page(say("plan.sheet")), letter)
    if has_comparison(report):
        write_comparison(book.page(say("comparison.sheet")), letter, book)
    write_conditions(book.page(say("report.sheet.conditions")), letter, software)
    _write_report(book, first, letter, record)
    first.open_here()
    return book


def _write_report(book: Book, page: Page, letter: ReportContext, record: AnswersLayout) -> None:
    say, result = letter.say, record.result
    chart = add_radar(
        book,
        result.drawn(letter),
        title=say("report.chart.title"),
        series=say("report.chart.series"),
        lines=target_line(letter, result),
    )
    flow = PageFlow(page)
    write_report_head(flow, letter)
    write_overall(flow, letter, result)
    write_categories(flow, letter, chart, result)
    write_comments(flow, letter)
    write_consultant_comment(flow, letter)
    write_next_rank(flow, letter)
    letter.print_setup(page, landscape=False, title=letter.catalog.report.title[say.lang])
    page.breaks(flow.breaks(), (0, 0, flow.row - 1, LAST_COLUMN))
    page.select(0, 0)
