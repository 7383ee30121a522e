"""ポートフォリオ集計: the workbook in which a person reviews all clients."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sheet_diag.forms.layout import OUTPUT_KEY
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.portfolio.client_table import write_clients
from sheet_diag.reports.portfolio.data_sheets import (
    write_attachments,
    write_attention,
    write_data,
    write_items,
    write_texts,
)
from sheet_diag.reports.portfolio.groups import write_groups
from sheet_diag.reports.portfolio.heatmaps import write_answer_map, write_heatmap
from sheet_diag.reports.portfolio.history_sheet import write_history
from sheet_diag.reports.portfolio.overview import write_overview
from sheet_diag.reports.portfolio.response_rates import write_response_rates
from sheet_diag.reports.portfolio.response_status import write_response_status
from sheet_diag.reports.portfolio.table_sheet import PortfolioContext
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page

SheetWriter = Callable[[Book, Page, PortfolioContext], None]


def build_portfolio(portfolio: Portfolio, catalog: Catalog, issuer: Issuer, say: Wording) -> Book:
    """Build the workbook, to be saved; the same arguments give the same bytes."""
    title = say("portfolio.title")
    book = Book(
        title=title, author=issuer.name, created=portfolio.as_of, subject=catalog.title[say.lang]
    )
    book.custom_property(OUTPUT_KEY, "portfolio")
    context = PortfolioContext(portfolio, catalog, issuer, say)
    overview = book.page(say("portfolio.sheet.overview"))
    sheets = _list_sheets(portfolio)
    worst = write_overview(book, overview, context, tuple(sheets))
    sheets["items"] = partial(write_items, worst=worst)
    for key, write in sheets.items():
        write(book, book.page(say(f"portfolio.sheet.{key}")), context)
    overview.open_here()
    book.seal()
    return book


def _list_sheets(portfolio: Portfolio) -> dict[str, SheetWriter]:
    """List the sheets after the overview by their keys in the labels (`portfolio.sheet.<key>`)."""
    responses: dict[str, SheetWriter] = {}
    if portfolio.responses:
        responses["turnout"] = partial(write_response_status, responses=portfolio.responses)
        responses["rates"] = partial(write_response_rates, responses=portfolio.responses)
    return {
        "clients": write_clients,
        **responses,
        **({"history": write_history} if len(portfolio.history.columns) else {}),
        "heatmap": write_heatmap,
        "answers": write_answer_map,
        **{field: partial(write_groups, field=field) for field in portfolio.groups},
        "items": write_items,
        "attention": write_attention,
        **({"attachments": write_attachments} if portfolio.attachments else {}),
        "texts": write_texts,
        "data": write_data,
    }
