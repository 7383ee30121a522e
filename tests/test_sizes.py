"""Catalogues of one category and of forty: sheets, reports and portfolio hold them all."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from zipfile import ZipFile

import pytest

from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import Comparison
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.workbook import build_client_report
from sheet_diag.reports.portfolio.workbook import build_portfolio
from sheet_diag.reports.view.build import build_view
from sheet_diag.text.wording import word_catalog
from tests.catalogs import FORMER_JIS, bare_catalog
from tests.report_contexts import compared, make_context
from tests.samples import ISSUER, client, resolve_all, summary
from tests.workbooks import open_workbook, texts_on

COMPANY_ONLY = tuple(each for each in FORMER_JIS.profile if each.id == "company")
SIZES = {"one": ("3 1",), "two": ("3 1", "2"), "twelve": ("1",) * 12, "forty": ("1",) * 40}
sizes = pytest.mark.parametrize("size", SIZES)


def outcomes_of(catalog: Catalog) -> list[ReturnOutcome]:
    rows: tuple[dict[str, str], ...] = ({"C1": "×"}, {"C1": "△"}, {})
    found = [client(f"見本{n}", row, catalog=catalog) for n, row in enumerate(rows)]
    return resolve_all(*found, catalog=catalog)


def last_time(catalog: Catalog) -> Comparison:
    scores = {each.id: Fraction(50) for each in catalog.categories}
    return compared(peers=(), categories=scores, changes=())


def write_portfolio(catalog: Catalog) -> bytes:
    tables = summary(outcomes_of(catalog), catalog=catalog)
    return build_portfolio(tables, catalog, ISSUER, word_catalog(catalog, Lang.JA)).bytes()


@sizes
def test_a_sheet_asks_every_question_below_the_name_of_its_category(size: str) -> None:
    catalog = bare_catalog(*SIZES[size])
    book = open_workbook(make_hearing_sheet(catalog, Lang.JA, Issuer()))
    texts = texts_on(book[word_catalog(catalog, Lang.JA)("sheet.name.questions")])
    assert [each.name.ja for each in catalog.categories if each.name.ja not in texts] == []
    questions = [each.question.ja for each in catalog.items.values()]
    assert [text for text in questions if text not in texts] == []


@sizes
def test_a_report_shows_every_category(size: str) -> None:
    catalog = bare_catalog(*SIZES[size])
    context = make_context({"C1": "△"}, of=catalog)
    view = build_view(context)
    assert [row.name for row in view.categories.rows] == [
        f"{n}. 分野C{n}" for n in range(1, len(catalog.categories) + 1)
    ]
    texts = texts_on(open_workbook(build_client_report(context, view, "test"))["診断報告書"])
    assert [row.name for row in view.categories.rows if row.name not in texts] == []


@sizes
def test_the_panel_of_categories_grows_with_them(size: str) -> None:
    catalog = bare_catalog(*SIZES[size])
    texts = texts_on(open_workbook(write_portfolio(catalog))["概要"])
    assert [each.name.ja for each in catalog.categories if each.name.ja not in texts] == []


def test_pages_of_scores_end_among_many_categories() -> None:
    book = open_workbook(write_portfolio(bare_catalog(*SIZES["forty"])))
    assert [each.id for each in book["ヒートマップ"].col_breaks.brk] == [18, 34]
    few = open_workbook(write_portfolio(bare_catalog(*SIZES["twelve"])))
    assert [each.id for each in few["ヒートマップ"].col_breaks.brk] == []


def test_every_column_of_a_chart_of_many_categories_has_its_label_upright() -> None:
    for size, upright in (("twelve", 0), ("forty", 1)):
        catalog = bare_catalog(*SIZES[size])
        context = make_context({"C1": "△"}, of=catalog, comparison=last_time(catalog))
        content = build_client_report(context, build_view(context), "test")
        with ZipFile(BytesIO(content)) as book:
            charts = [book.read(name) for name in book.namelist() if "charts/chart" in name]
        assert sum(b'rot="-5400000"' in each for each in charts) == upright


def test_clients_are_not_grouped_by_what_is_not_asked() -> None:
    asked, not_asked = bare_catalog("1"), bare_catalog("1", profile=COMPANY_ONLY)
    assert "業種別" in open_workbook(write_portfolio(asked)).sheetnames
    book = open_workbook(write_portfolio(not_asked))
    assert not {"業種別", "規模別"} & set(book.sheetnames)
    assert "業種別のランク" not in texts_on(book["概要"])
