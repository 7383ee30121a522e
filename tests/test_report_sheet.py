"""診断報告書, the first sheet: all that the view says, on the first screen what matters most."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final

import pytest
from openpyxl.worksheet.worksheet import Worksheet
from pypdf import PdfReader

from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.model.overrides import Judgement
from sheet_diag.model.report_view import Comment, ReportView, Roadmap, Summary
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import PageFlow
from sheet_diag.reports.client.summary_section import write_comment
from sheet_diag.reports.client.workbook import build_client_report
from sheet_diag.reports.pdf.maker import compile_shortest, prepare_inputs
from sheet_diag.reports.view.build import build_view
from sheet_diag.xlsx.book import Book
from tests.formulas import Calculator
from tests.lint import lint
from tests.report_contexts import make_context
from tests.samples import AS_OF
from tests.test_report_view import ODD, each_odd
from tests.workbooks import (
    NS,
    Box,
    charts,
    cut_texts,
    height,
    manual_breaks,
    open_workbook,
    pixels,
    texts_on,
    xml_parts,
)

SCREEN: Final = (652, 494)  # pixels of columns and rows on 1366 x 768, below the ribbon of Excel
# What belongs to the PDF alone, to drawings, or to headers and properties.
_NOT_ON_THE_SHEET: Final = frozenset((
    "lang", "created", "author", "subject", "page_of", "company", "note", "fitting", "own",
    "own_mark", "alternative", "history_alternative", "drawn", "day_label", "number_label",
    "before", "base",
))  # fmt: skip


@cache
def made(name: str) -> bytes:
    return build(make_context(**ODD[name]))


def build(context: ReportContext) -> bytes:
    return build_client_report(context, build_view(context), SOFTWARE_SIGNATURE)


@cache
def view(name: str) -> ReportView:
    return build_view(make_context(**ODD[name]))


def first(name: str) -> Worksheet:
    return open_workbook(made(name), values=True).worksheets[0]


def said(node: Any) -> Iterator[str]:
    """Every text of a view that the sheet shows."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from said(part)
    elif is_dataclass(node):
        for each in fields(node):
            is_heading = isinstance(node, Summary) and each.name == "heading"
            is_head = isinstance(node, Roadmap) and each.name == "heads" and not node.phases
            left_out = each.name in _NOT_ON_THE_SHEET or is_heading or is_head
            if not left_out:
                yield from said(getattr(node, each.name))


def plain(text: str) -> str:
    """A text without breaks, as long ones are parted into rows."""
    return re.sub(r"\s", "", text)


@each_odd
def test_every_text_of_the_view_stands_on_the_sheet(name: str) -> None:
    page = first(name)
    beside = page.iter_rows(min_col=13)  # hidden, with words of the drawings
    cells = (
        cell.value for rows in (page.iter_rows(max_col=12), beside) for r in rows for cell in r
    )
    shown = plain("".join(f"{v:.1f}" if isinstance(v, float) else str(v or "") for v in cells))
    assert [text for text in said(view(name)) if plain(text) not in shown] == []


@each_odd
def test_no_text_is_cut_and_excel_has_nothing_to_repair(name: str) -> None:
    assert cut_texts(first(name), margin=0.6) == []
    assert lint(made(name)) == []


# --- the first screen


def bottom(page: Worksheet, row: int | None) -> float:
    """The pixels from the top of the sheet to the bottom of a row."""
    assert row
    return height(page, 1, row) / 0.75


def links(name: str) -> Worksheet:
    """The sheet with its links, which the values alone do not have."""
    return open_workbook(made(name)).worksheets[0]


@each_odd
def test_who_why_what_and_links_are_seen_without_scrolling(name: str) -> None:
    page = links(name)
    (row,) = {cell.row for cells in page.iter_rows() for cell in cells if cell.hyperlink}
    assert bottom(page, row) <= SCREEN[1]
    shown = plain("".join(str(c.value or "") for cells in page.iter_rows(1, row) for c in cells))
    summary = view(name).summary
    for text in (summary.why, summary.result, *(each.title for each in summary.measures)):
        assert plain(text) in shown
    assert pixels(page, Box(1, 1, 1, 12)) <= SCREEN[0]
    assert page.freeze_panes is None


def test_the_comment_begins_on_the_first_screen() -> None:
    page = first("with comment and changed answers")
    comment = view("with comment and changed answers").summary.comment
    assert comment
    (row,) = (c.row for cells in page.iter_rows() for c in cells if c.value == comment.heading)
    assert bottom(page, row) <= SCREEN[1]


def test_a_long_name_and_three_reasons_keep_the_first_screen() -> None:
    name = "株式会社" + "ながいなまえ" * 9 + "です"
    rows = {"POL": "?", "HUM": "?", "PHY-01": "×", "COM": "×"}
    context = make_context(rows=rows, profile={"company": name})
    content = build(context)
    page = open_workbook(content).worksheets[0]
    (row,) = {cell.row for cells in page.iter_rows() for cell in cells if cell.hyperlink}
    assert bottom(page, row) <= SCREEN[1]
    assert cut_texts(page, margin=0.6) == []


@each_odd
def test_nothing_stands_before_addressee_title_and_rank(name: str) -> None:
    head = view(name).head
    texts = texts_on(first(name))
    assert texts[:3] == [head.addressee, head.confidential, head.title]
    assert texts[4:9] == ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize(
    ("name", "sheets"),
    [
        ("all no", ["改善計画", "改善シミュレーション", "回答と採点"]),
        ("compared", ["改善計画", "改善シミュレーション", "比較", "回答と採点"]),
        ("English", ["Improvement plan", "What-if", "Comparison", "Answers and scores"]),
    ],
)
def test_links_lead_to_the_sheets_that_are_there(name: str, sheets: list[str]) -> None:
    book, page = open_workbook(made(name)), links(name)
    cells = [cell for cells in page.iter_rows() for cell in cells if cell.hyperlink]
    assert [str(cell.value) for cell in cells] == [f"▸ {each}" for each in sheets]
    places = [cell.hyperlink and cell.hyperlink.location for cell in cells]
    assert places == [f"'{each}'!A1" for each in sheets]
    assert set(sheets) <= set(book.sheetnames)


# --- figures that follow


def formulas(name: str) -> dict[str, str]:
    """The formulas within the print area, by cell."""
    page = open_workbook(made(name)).worksheets[0]
    return {
        cell.coordinate: str(cell.value)
        for cells in page.iter_rows(max_col=12)
        for cell in cells
        if cell.data_type == "f"
    }


@each_odd
def test_formulas_give_what_the_view_says(name: str) -> None:
    book = open_workbook(made(name))
    calculator, page, now = Calculator(book), book.worksheets[0], first(name)
    found = formulas(name)
    assert len(found) == 3 + 4 * len(view(name).summary.boxes)
    for place in found:
        assert calculator.value(page, place) == now[place].value, place


def test_score_rank_and_marks_follow_a_changed_answer_and_the_sheet_says_so() -> None:
    book = open_workbook(made("all yes"))
    page, answers = book.worksheets[:2]
    (changed,) = (row[3] for row in answers.iter_rows() if row[0].value == "PHY-01")
    changed.value = "いいえ"
    calculator = Calculator(book)
    found = [calculator.value(page, place) for place in formulas("all yes")]
    then = build_view(make_context(rows={"PHY-01": "×"})).summary
    label, score, told, *others = found
    assert (label, f"{score:.1f}") == (f"判定ランク  {then.rank}", then.score)
    assert told == "「回答と採点」で変えた回答による値です。文章は変更前のものです。"
    assert [each for box in then.boxes for each in (float(box.score), box.mark)] == others[:12]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "https://example.com"])
def test_a_text_from_outside_is_neither_formula_nor_link(text: str) -> None:
    judgement = Judgement(comment=text)
    context = make_context(rows={"PHY": "×"}, judgement=judgement, profile={"company": text})
    content = build(context)
    page = open_workbook(content).worksheets[0]
    cells = [c for cells in page.iter_rows() for c in cells if text in str(c.value)]
    assert len(cells) >= 2
    assert all(c.data_type == "s" and c.quotePrefix and not c.hyperlink for c in cells)


@pytest.mark.parametrize(
    "comment",
    [
        pytest.param("確認しました。" * 400, id="sentences"),
        pytest.param("あ" * 3000, id="no sentence ends"),
        pytest.param("word " * 800, id="words"),
    ],
)
def test_a_long_comment_is_parted_and_nothing_lost(comment: str) -> None:
    book = Book(title="t", author="a", created=AS_OF)
    flow = PageFlow(book.page("p"))
    write_comment(flow, Comment("担当コンサルタントより", "佐藤 花子", comment, ()))
    flow.gap(1)
    page = open_workbook(book.bytes()).worksheets[0]
    heading, author, *pieces = texts_on(page)
    assert (heading, author) == ("担当コンサルタントより", "佐藤 花子")
    assert "".join(pieces) == comment
    assert len(pieces) > 1
    assert cut_texts(page) == []


# --- pages and drawings


@pytest.mark.parametrize("name", ["all yes", "all no", "compared", "English"])
def test_the_sheet_prints_on_at_most_a_page_more_than_the_pdf(name: str) -> None:
    content, _ = compile_shortest(prepare_inputs(view(name), logo=None, owner={}))
    pages = len(PdfReader(io.BytesIO(content)).pages)
    assert len(manual_breaks(first(name))) + 1 <= pages + 1


@each_odd
def test_every_drawing_lies_over_empty_cells_and_is_told_in_words(name: str) -> None:
    page, parts = first(name), xml_parts(made(name))
    told = [
        each.get("descr") for each in parts["xl/drawings/drawing1.xml"].iter() if each.get("id")
    ]
    assert len(told) == len(charts(page)) >= 2
    assert all(told)
    for area in charts(page):
        over = page.iter_rows(area.top, area.bottom, area.left, area.right)
        assert [c.value for cells in over for c in cells if c.value is not None] == []


def drawn(name: str, number: int) -> list[list[tuple[float, float | None]]]:
    """The places of each line of a drawing, as its cells hold them."""
    page = first(name)
    chart = xml_parts(made(name))[f"xl/charts/chart{number}.xml"]
    found = []
    for series in chart.findall(".//c:ser", NS):
        across, up = (series.findtext(f"c:{tag}//c:f", "", NS) for tag in ("xVal", "yVal"))
        cells = [page[each.rsplit("!", maxsplit=1)[-1].replace("$", "")] for each in (across, up)]
        flat = [[c[0].value for c in each] if isinstance(each, tuple) else [each.value]
                for each in cells]  # fmt: skip
        found.append(list(zip(*flat, strict=True)))
    return found


def test_the_score_bar_points_at_the_score_with_its_label() -> None:
    score = float(view("compared").summary.score)
    *_, pointer, label = drawn("compared", 1)
    assert {across for across, _ in (*pointer, *label)} == {score}
    chart = xml_parts(made("compared"))["xl/charts/chart1.xml"]
    assert chart.findall(".//c:tx//c:v", NS)[-1].text == f"{view('compared').summary.bar.own}\n▼"
    limits = [chart.find(f".//c:scaling/c:{end}", NS) for end in ("min", "max")]
    assert [each.get("val") for each in limits if each is not None] == ["0", "100"]


def test_a_bar_is_as_long_as_its_score_and_weak_ones_have_a_colour_of_their_own() -> None:
    rows = view("compared").categories.rows
    lines = drawn("compared", 2)
    ends = {
        (across, weak)
        for weak, line in ((False, lines[2]), (True, lines[3]))
        for across, up in line
        if up is not None and across
    }
    assert ends == {(row.places.own, row.places.is_weak) for row in rows if row.places.own}


def test_places_of_drawings_stand_in_hidden_columns_outside_the_printed_area() -> None:
    page = open_workbook(made("compared")).worksheets[0]
    hidden = [each for each in page.column_dimensions.values() if each.hidden]
    assert [(each.min, each.max) for each in hidden] == [(13, 15)]
    assert str(page.print_area).replace("$", "").rsplit("!", maxsplit=1)[-1].startswith("A1:L")
