"""情報セキュリティ診断報告書: the workbook of one client, built from a `Report`."""

from __future__ import annotations

from sheet_diag.layout import OUTPUT_KEY
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Report
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.answers import write_answers
from sheet_diag.reports.charts import radar
from sheet_diag.reports.conditions import write_conditions
from sheet_diag.reports.flow import LAST, Flow
from sheet_diag.reports.letter import Letter, write_opening
from sheet_diag.reports.sections import write_categories, write_comments, write_overall
from sheet_diag.wording import Wording
from sheet_diag.workbook import Book


def client_report(report: Report, catalog: Catalog, issuer: Issuer, software: str) -> bytes:
    """The workbook; the same arguments give the same bytes."""
    say = Wording(report.lang)
    title = catalog.report.title[report.lang]
    book = Book(title=title, author=issuer.name, created=report.as_of, subject=report.sheet.name)
    book.custom_property(OUTPUT_KEY, report.number)
    first = book.page(say("report.sheet.report"))
    answers = book.page(say("report.sheet.answers"))
    conditions = book.page(say("report.sheet.conditions"))
    letter = Letter(report, catalog, issuer, say)
    write_answers(answers, letter)
    area = write_conditions(conditions, letter, software)
    chart = radar(book, area, title=say("report.chart.title"), series=say("report.chart.series"))
    flow = Flow(first)
    write_opening(flow, letter)
    write_overall(flow, letter)
    write_categories(flow, letter, chart)
    write_comments(flow, letter)
    _finish(flow, letter)
    first.open_here()
    return book.bytes()


def _finish(flow: Flow, letter: Letter) -> None:
    page = flow.page
    letter.print_setup(page, landscape=False, title=letter.catalog.report.title[letter.say.lang])
    page.breaks(flow.breaks(), (0, 0, flow.row - 1, LAST))
    page.select(0, 0)
