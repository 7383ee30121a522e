"""ポートフォリオ集計: the workbook in which a person reviews all clients."""

from __future__ import annotations

from pathlib import Path

from sheet_diag.forms.layout import OUTPUT_KEY
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.portfolio.clients import write_clients
from sheet_diag.reports.portfolio.data_sheets import write_attention, write_data, write_items
from sheet_diag.reports.portfolio.groups import write_groups
from sheet_diag.reports.portfolio.heatmaps import write_answer_map, write_heatmap
from sheet_diag.reports.portfolio.overview import write_overview
from sheet_diag.reports.portfolio.response_rates import write_response_rates
from sheet_diag.reports.portfolio.response_status import write_response_status
from sheet_diag.reports.portfolio.table_sheet import PortfolioContext
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book


def write_portfolio(
    path: Path, portfolio: Portfolio, catalog: Catalog, issuer: Issuer, say: Wording
) -> None:
    """Write the workbook into a file; it is never in memory as a whole. Raises `OSError`."""
    _make_book(portfolio, catalog, issuer, say).save(path)


def make_portfolio(portfolio: Portfolio, catalog: Catalog, issuer: Issuer, say: Wording) -> bytes:
    """The workbook; the same arguments give the same bytes."""
    return _make_book(portfolio, catalog, issuer, say).bytes()


def _make_book(portfolio: Portfolio, catalog: Catalog, issuer: Issuer, say: Wording) -> Book:
    title = say("portfolio.title")
    book = Book(
        title=title, author=issuer.name, created=portfolio.as_of, subject=catalog.title[say.lang]
    )
    book.custom_property(OUTPUT_KEY, "portfolio")
    context = PortfolioContext(portfolio, catalog, issuer, say)
    overview = book.page(say("portfolio.sheet.overview"))
    write_overview(book, overview, context)
    write_clients(book.page(say("portfolio.sheet.clients")), context)
    if portfolio.turnout:
        write_response_status(book.page(say("portfolio.sheet.turnout")), context, portfolio.turnout)
        write_response_rates(
            book, book.page(say("portfolio.sheet.rates")), context, portfolio.turnout
        )
    write_heatmap(book.page(say("portfolio.sheet.heatmap")), context)
    write_answer_map(book.page(say("portfolio.sheet.answers")), context)
    for field in portfolio.groups:
        write_groups(book, book.page(say(f"portfolio.sheet.{field}")), context, field)
    write_items(book, book.page(say("portfolio.sheet.items")), context)
    write_attention(book.page(say("portfolio.sheet.attention")), context)
    write_data(book.page(say("portfolio.sheet.data")), context)
    overview.open_here()
    return book
