"""情報セキュリティ診断報告書: the workbook of one client, built from its context and its view."""

from __future__ import annotations

from sheet_diag.forms.layout import OUTPUT_KEY
from sheet_diag.model.report_view import ReportView
from sheet_diag.reports.client.action_plan_sheet import write_plan
from sheet_diag.reports.client.answers_sheet import plan_answers, write_answers
from sheet_diag.reports.client.comparison_sheet import has_comparison, write_comparison
from sheet_diag.reports.client.conditions_sheet import write_conditions
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.remarks_sheet import split_long_remarks, write_remarks
from sheet_diag.reports.client.report_sheet import write_report_sheet
from sheet_diag.reports.client.simulation_sheet import write_simulation
from sheet_diag.reports.client.standards_sheet import has_standards, write_standards
from sheet_diag.xlsx.book import Book


def build_client_report(context: ReportContext, view: ReportView, software: str) -> bytes:
    """Build the workbook; `view` is that of `context`, which nothing else was made from before.

    The same arguments give the same bytes.
    """
    say, report, issuer = context.say, context.report, context.issuer
    title, name = say("report.title"), report.sheet.name
    book = Book(title=title, author=issuer.name, created=report.as_of, subject=name)
    book.custom_property(OUTPUT_KEY, report.number)
    for key, text in context.owner.items():
        book.custom_property(key, text)
    # Sheets stand in the order in which they are added; terms are explained as they are written.
    first = book.page(say("report.sheet.report"))
    second = book.page(say("report.sheet.answers"))
    calculation = plan_answers(second.name, context).calculation
    write_report_sheet(book, first, view, context, calculation)
    long = split_long_remarks(context)
    answers = write_answers(second, context, long)
    if context.catalog.sections.simulation:
        write_simulation(book, book.page(say("simulation.sheet")), context, answers)
    if context.catalog.sections.plan:
        write_plan(book.page(say("plan.sheet")), context)
    if has_comparison(report):
        write_comparison(book.page(say("comparison.sheet")), context, book)
    if has_standards(context):
        write_standards(book.page(say("standards.sheet")), context)
    if long:
        write_remarks(book.page(say("report.remarks.sheet")), context, long, answers.rows)
    write_conditions(book.page(say("report.sheet.conditions")), context, software)
    first.open_here()
    book.seal()
    return book.bytes()
