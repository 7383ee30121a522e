"""The client's report as it is opened and printed: its sections, numbers, pages and charts."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.returns import ReceivedFile
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PAGE_HEIGHT, PageFlow
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.book import Book
from tests.catalogs import JIS, present
from tests.lint import lint
from tests.samples import (
    AS_OF,
    ISSUER,
    ISSUER_EN,
    PROFILE,
    PROFILE_EN,
    client,
    receive_sheet,
    reference,
    report,
    resolve_all,
)
from tests.workbooks import (
    Box,
    box,
    calamine_values,
    charts,
    cut_texts,
    header_and_footer,
    height,
    manual_breaks,
    merges,
    open_workbook,
    pictures,
    pixels,
    row_values,
    rows_with,
    sheet_parts,
    texts_on,
)

NAMES = {
    Lang.JA: [
        "診断報告書", "回答と採点", "改善シミュレーション", "改善計画", "基準別の実施状況",
        "診断条件",
    ],
    Lang.EN: [
        "Report", "Answers and scores", "What-if", "Improvement plan", "Other standards",
        "Conditions",
    ],
}  # fmt: skip
REPORT, ANSWERS, SIMULATION, CONDITIONS = 0, 1, 2, -1

both = pytest.mark.parametrize("lang", Lang)


@cache
def of_reference(lang: Lang = Lang.JA) -> bytes:
    profile = PROFILE if lang is Lang.JA else PROFILE_EN
    returned = receive_sheet(Entries(profile, reference(lang)), lang=lang)
    return report(returned, issuer=ISSUER if lang is Lang.JA else ISSUER_EN)


def page(content: bytes, which: int = REPORT) -> Worksheet:
    """A sheet as viewers show it: formulas by their values."""
    return open_workbook(content, values=True).worksheets[which]


_UNANSWERED = {"POL-05": ".", "HUM-02": ".", "AST-01": "?"}
# One return for each look of the report; the names say what is odd about it.
_RETURNS: dict[str, Callable[[Lang], ReceivedFile]] = {
    "reference": lambda lang: receive_sheet(
        Entries(PROFILE if lang is Lang.JA else PROFILE_EN, reference(lang)), lang=lang
    ),
    "A": lambda lang: client("A", lang=lang),
    "B": lambda lang: client("B", {"PHY-01": "×"}, lang=lang),
    "C": lambda lang: client("C", rest="△", lang=lang),
    "D": lambda lang: client("D", {"POL": "×", "HUM": "×"}, rest="△", lang=lang),
    "E": lambda lang: client("E", rest="×", lang=lang),
    "unanswered": lambda lang: client(
        "U", {"POL-05": ".", "HUM-02": ".", "AST-01": "?"}, lang=lang
    ),
    "refused": lambda lang: client("N", {"POL-01": "-", "CRI-09": "?", "POL-04": "×"}, lang=lang),
    "long name": lambda lang: client("株式会社" + "ながいなまえ" * 12, {"COM": "△"}, lang=lang),
    "no name": lambda lang: client("", {"COM": "△"}, lang=lang),
}
_IN_ENGLISH = ("reference", "D", "unanswered", "long name")  # the most words, and each odd line
every_return = pytest.mark.parametrize("which", _RETURNS)
every_report = pytest.mark.parametrize(
    ("which", "lang"),
    [*((each, Lang.JA) for each in _RETURNS), *((each, Lang.EN) for each in _IN_ENGLISH)],
)


@cache
def outcome(which: str, lang: Lang = Lang.JA) -> ReturnOutcome:
    return resolve_all(_RETURNS[which](lang))[0]


@cache
def of(which: str, lang: Lang = Lang.JA) -> bytes:
    return report(outcome(which, lang), issuer=ISSUER if lang is Lang.JA else ISSUER_EN)


# --- sound workbooks


@every_report
def test_excel_has_nothing_to_repair(which: str, lang: Lang) -> None:
    content = of(which, lang)
    assert lint(content) == []
    assert open_workbook(content).sheetnames == NAMES[lang]
    assert list(calamine_values(content)) == NAMES[lang]
    active = open_workbook(content).active
    assert active
    assert active.title == page(content).title


def cut(which: str, lang: Lang) -> set[str]:
    """The starts of texts that have too little room."""
    book = open_workbook(of(which, lang), values=True)
    found = (text for each in book.worksheets for text in cut_texts(each, margin=0.6))
    return {text.split(": ", maxsplit=1)[1] for text in found}


@every_report
def test_no_text_is_cut(which: str, lang: Lang) -> None:
    assert cut(which, lang) == set()


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert report(_RETURNS["reference"](Lang.JA)) == of_reference()


def test_the_cache_of_one_catalogue_serves_no_other() -> None:
    content = JIS.model_dump()
    for each in content["categories"]:
        for item in each["items"]:
            item["question"] = item["comment"]["title"] = {"ja": "別の文", "en": "Other words"}
    other = Catalog.model_validate(content)
    assert other.sha256 == JIS.sha256
    before = of("C")
    made = report(client("C", rest="△", catalog=other), catalog=other)
    words = {
        text
        for item in JIS.items.values()
        for text in (item.question.ja, present(item.comment.title).ja)
    }
    assert [
        text for each in open_workbook(made).worksheets for text in texts_on(each) if text in words
    ] == []
    assert report(outcome("C")) == before


def test_an_english_report_has_no_japanese() -> None:
    for which in ("reference", "unanswered", "refused", "E"):
        content = of(which, Lang.EN)
        texts = [text for each in open_workbook(content).worksheets for text in texts_on(each)]
        pages = {link.title for item in JIS.items.values() for link in item.links}  # of Japan
        texts = [text for text in texts if text not in pages]
        assert [text for text in texts if any(ord(char) > 0x2FFF for char in text)] == [], which


def test_a_report_may_have_another_language_than_the_sheet() -> None:
    content = report(_RETURNS["reference"](Lang.JA), lang=Lang.EN)
    assert open_workbook(content).sheetnames == NAMES[Lang.EN]
    assert "To: 株式会社見本" in texts_on(page(content))


# --- the reference report


def test_the_reference_report_shows_its_scores() -> None:
    first = page(of_reference())
    words = {each.mark: each.meaning.ja for each in JIS.report.marks}
    for number, (name, (score, mark)) in enumerate(SCORES.items(), 1):
        shown = f"{number}. {name}", score, f"{mark}  {words[mark]}"
        (row,) = (row for row in rows_with(first, shown[0]) if score in row_values(first, row))
        assert row_values(first, row)[:3] == list(shown)


def _size(cell: Any) -> float:
    return float(cell.font.size or 0)


SCORES = {
    "セキュリティポリシー": (83.3, "○"),
    "人的セキュリティ": (83.3, "○"),
    "情報資産のセキュリティ": (77.2, "○"),
    "通信及び運用におけるセキュリティ": (80.0, "○"),
    "物理的及び環境面でのセキュリティ": (65.6, "△"),
    "危機管理その他": (85.0, "◎"),
}


_VALUES = {"はい": 1.0, "一部": 0.5, "いいえ": 0.0}


def test_the_answers_sheet_shows_the_reference_answers() -> None:
    answers = page(of_reference(), ANSWERS)
    header = rows_with(answers, "No.")[0]
    heads = [cell.value for cell in answers[header]]
    assert heads[:11] == [
        "No.", "カテゴリ", "設問", "回答", "備考", "重要", "重み", "評価値", "得点", "失点",
        "未回答",
    ]  # fmt: skip
    named = [re.sub(r"\s", "", str(head)) for head in heads[11:]]  # lines are parted between words
    assert named == [standard.name.ja.replace(" ", "") for standard in JIS.standards]
    typed = reference()
    lines = {row[0].value: [c.value for c in row] for row in answers.iter_rows(min_row=header + 1)}
    assert [key for key in lines if key in JIS.items] == list(JIS.items)
    for item in JIS.items.values():
        line = lines[item.id]
        assert (line[3], line[6]) == (typed[item.id], item.weight)
        assert (line[5] == "★") is item.critical
        value, weight = _VALUES.get(typed[item.id]), item.weight
        figures: list[object] = ["－"] * 3
        if value is not None:
            figures = [value, weight * value, weight * (1 - value)]
        assert line[7:10] == figures
        numbers = [", ".join(item.controls[standard.id]) or None for standard in JIS.standards]
        shown = [None if number is None else str(number) for number in line[11:]]
        assert (line[10], shown) == (0, numbers)


def test_the_answers_sheet_sums_up_the_reference_answers() -> None:
    answers = page(of_reference(), ANSWERS)
    head = rows_with(answers, "評価点の計算値")[0]
    for row, (category, (name, (score, mark))) in enumerate(
        zip(JIS.categories, SCORES.items(), strict=True), head + 1
    ):
        line = [cell.value for cell in answers[row]][:13]
        assert line[:4] == [category.weight, category.short.ja, name, score]
        assert float(format_score(Fraction(str(line[8])) * 100 / Fraction(str(line[6])))) == score
        assert (line[5], line[12]) == (mark, category.target)
    overall = row_values(answers, head + 7)
    assert overall[:3] == [6, "総合評価点（カテゴリの平均）", 79]


def test_the_conditions_sheet_shows_the_reference_conditions() -> None:
    conditions = page(of_reference(), CONDITIONS)
    facts = dict(
        row_values(conditions, row)
        for row in range(1, conditions.max_row + 1)
        if len(row_values(conditions, row)) == 2
    )
    assert facts["会社名"] == "株式会社見本"
    assert facts["ご返送いただいたファイル"] == "a.xlsx"
    assert facts["ヒアリングシートの版"] == JIS.version
    assert facts["診断日"] == "2026年11月23日"
    assert facts["厳格評価（該当なし＝0点）"] == "77.7点（ランクB）"
    assert "ご回答は、すべてご記入のとおりに読み取りました。" in texts_on(conditions)


# --- every result


@both
@pytest.mark.parametrize("rank", "ABCDE")
def test_every_rank_is_reported(rank: str, lang: Lang) -> None:
    texts, first = texts_on(page(of(rank, lang))), page(of(rank, lang))
    letter = max((cell for row in first.iter_rows() for cell in row if cell.value), key=_size)
    assert letter.value == rank
    own = "◀ 貴社" if lang is Lang.JA else "◀ yours"
    assert [row_values(first, row)[0] for row in rows_with(first, own)] == [rank]
    for known, words in JIS.report.ranks.items():
        assert words.legend
        assert words.overall
        assert words.legend[lang] in texts
        plain = known == rank and words.overall[lang] in texts
        assert plain is (known == rank and rank != "B")  # a weak point lowers it to B


@both
def test_a_report_without_comments_says_so(lang: Lang) -> None:
    texts = texts_on(page(of("A", lang)))
    assert present(JIS.own_labels["report.comments.none"])[lang] in texts
    assert present(JIS.own_labels["report.closing"])[lang] in texts
    assert not any(present(item.comment.text)[lang] in texts for item in JIS.items.values())
    assert not {"（事例）", "（アドバイス）", "(Case)", "(Advice)"} & set(texts)


def test_a_catalogue_of_few_categories_is_reported() -> None:
    texts = texts_on(page(of("B")))
    assert present(JIS.own_labels["report.comments.intro"]).ja.format(count=1) in texts
    assert [text for text in texts if text in ("（事例）", "（アドバイス）")] == ["（アドバイス）"]


def test_open_questions_show_the_interval() -> None:
    first, conditions = page(of("unanswered")), page(of("unanswered"), CONDITIONS)
    diagnosis = outcome("unanswered").diagnosis
    assert diagnosis
    upper = format_score(diagnosis.scores.upper or Fraction(0))
    assert any("2問" in text and f"{upper}点" in text for text in texts_on(first))
    assert any("POL-05" in text and "HUM-02" in text for text in texts_on(conditions))
    assert any("AST-01" in text for text in texts_on(conditions))  # わからない
    answers = page(of("unanswered"), ANSWERS)
    unanswered = [
        row_values(answers, row)[0]
        for row in rows_with(answers, "未回答")
        if answers.cell(row, 4).value == "未回答"
    ]
    assert unanswered == ["POL-05", "HUM-02"]


def test_na_that_is_not_allowed_is_reported() -> None:
    answers = page(of("refused"), ANSWERS)
    assert "該当なし（未回答扱い）" in row_values(answers, rows_with(answers, "POL-01")[0])
    problems = " ".join(texts_on(page(of("refused"), CONDITIONS)))
    assert "POL-01では「該当なし」を選べません。" in problems


def test_every_problem_is_listed() -> None:
    found = outcome("unanswered").problems
    assert {problem.item for problem in found} == {"POL-05", "HUM-02"}
    conditions = page(of("unanswered"), CONDITIONS)
    for problem in found:
        rows = rows_with(conditions, f"{problem.sheet} {problem.cell}")
        assert len(rows) == 1
        assert any(str(problem.item) in str(value) for value in row_values(conditions, rows[0]))


def test_a_client_without_a_name_is_addressed_by_its_file() -> None:
    texts = texts_on(page(of("no name")))
    assert "（会社名未記入）　ご回答ファイル：.xlsx" in texts


# --- the radar


# --- pages

_A4 = (595.3, 841.9)  # points


def pages(first: Worksheet) -> list[tuple[int, int]]:
    """First and last row of each printed page."""
    area = box(str(first.print_area).rsplit("!", maxsplit=1)[-1].replace("$", ""))
    ends = [*manual_breaks(first), area.bottom]
    starts = [area.top, *(end + 1 for end in ends[:-1])]
    return list(zip(starts, ends, strict=True))


@every_report
def test_pages_fit_a4(which: str, lang: Lang) -> None:
    first = page(of(which, lang))
    assert first.page_setup.paperSize == 9
    assert first.page_setup.orientation == "portrait"
    # Excel ignores manual breaks where it fits to a width.
    set_up = first.sheet_properties.pageSetUpPr
    assert not (set_up and set_up.fitToPage)
    assert first.page_setup.scale in (None, 100)
    margins = first.page_margins
    wide = _A4[0] - 72 * (margins.left + margins.right)
    high = _A4[1] - 72 * (margins.top + margins.bottom)
    columns = Box(1, 1, 1, LAST_COLUMN + 1)
    assert pixels(first, columns) * 0.75 <= wide
    breaks = manual_breaks(first)
    assert breaks == sorted(set(breaks))
    assert all(end > 0 for end in breaks)
    for start, end in pages(first):
        assert 0 < height(first, start, end) <= high, (start, end)
    printed = first.iter_rows(max_col=LAST_COLUMN + 1)  # beside them stands what is drawn
    written = max(cell.row for row in printed for cell in row if cell.value is not None)
    assert pages(first)[-1][1] >= written


def is_heading(first: Worksheet, row: int) -> bool:
    """A bold line over the whole width, larger than text."""
    cell = first.cell(row, 1)
    wide = any(
        merge.top == row and merge.left == 1 and merge.right > LAST_COLUMN
        for merge in merges(first)
    )
    return bool(cell.value and wide and cell.font.bold and _size(cell) >= 10.5)


@every_report
def test_no_heading_ends_a_page(which: str, lang: Lang) -> None:
    first = page(of(which, lang))
    headings = 0
    for start, end in pages(first):
        texts = [row for row in range(start, end + 1) if row_values(first, row)]
        assert texts
        assert not is_heading(first, texts[-1]), row_values(first, texts[-1])
        headings += sum(is_heading(first, row) for row in texts)
    assert headings >= 5


@every_report
def test_blocks_stay_together(which: str, lang: Lang) -> None:
    first = page(of(which, lang))
    blocks = [
        [rows_with(first, rank)[-1] for rank in "ABCDE"],  # the legend
        *(list(range(area.top, area.bottom + 1)) for area in charts(first)),
    ]
    for item in JIS.items.values():
        rows = rows_with(first, present(item.comment.text)[lang])
        blocks += [[row - 1, row] for row in rows]
    for block in blocks:
        assert len({_page_of(first, row) for row in block}) <= 1, block


def _page_of(first: Worksheet, row: int) -> int:
    return next(n for n, (start, end) in enumerate(pages(first)) if start <= row <= end)


@every_return
def test_header_and_footer_on_every_sheet(which: str) -> None:
    sent = outcome(which).received.sheet
    assert sent
    for root in sheet_parts(of(which)).values():
        printed = "".join(header_and_footer(root))
        for part in (sent.name[:20], "取扱注意", "&P", "&N", "2026年11月23日", "SD-20261123-"):
            assert part in printed


def test_wide_sheets_are_printed_to_one_page_width() -> None:
    each = page(of_reference(), CONDITIONS)
    assert each.sheet_properties.pageSetUpPr
    assert each.sheet_properties.pageSetUpPr.fitToPage
    assert each.page_setup.orientation == "portrait"
    assert (each.page_setup.fitToWidth or 1, each.page_setup.fitToHeight) == (1, 0)
    for which in (ANSWERS, SIMULATION):
        each = page(of_reference(), which)
        assert each.page_setup.orientation == "landscape"
        area = box(str(each.print_area).rsplit("!", maxsplit=1)[-1].replace("$", ""))
        margins = 72 * (each.page_margins.left + each.page_margins.right)
        wide = pixels(each, area) * 0.75 * int(each.page_setup.scale or 100) / 100
        assert 0.9 * (_A4[1] - margins) < wide <= _A4[1] - margins
        heading = "採点基準" if which == ANSWERS else "採点の計算"
        starts = rows_with(each, heading)[0]
        assert starts - 1 in manual_breaks(each), "the calculation starts a page"
    header = rows_with(page(of_reference(), ANSWERS), "No.")[0]
    assert page(of_reference(), ANSWERS).print_title_rows == f"${header}:${header}"
    assert page(of_reference(), ANSWERS).freeze_panes == f"B{header + 1}"


_ROWS = st.lists(st.integers(1, 300), min_size=1, max_size=6)
_BLOCKS = st.lists(st.tuples(st.booleans(), _ROWS), min_size=1, max_size=25)


@given(_BLOCKS)
def test_breaks_lie_between_blocks(blocks: list[tuple[bool, list[int]]]) -> None:
    flow = PageFlow(Book(title="", author="", created=AS_OF).page("x"))
    inside, heights = set(), []
    for together, rows in blocks:
        if together:
            with flow.together():
                first = flow.row
                heights += rows
                for points in rows:
                    flow.next_row(points)
                inside |= set(range(first + 1, flow.row))
        else:
            heights += rows
            for points in rows:
                flow.next_row(points)
    breaks = list(flow.breaks())
    assert breaks == sorted(set(breaks))
    assert 0 not in breaks
    assert not inside & set(breaks)
    for start, end in zip([0, *breaks], [*breaks, len(heights)], strict=True):
        fits = sum(heights[start:end]) <= PAGE_HEIGHT
        alone = all(row in inside for row in range(start + 1, end))
        assert fits or alone


# --- issuers


def test_a_report_needs_no_issuer() -> None:
    content = report(outcome("reference"), issuer=Issuer())
    assert lint(content) == []
    assert "株式会社見本　御中" in texts_on(page(content))


def test_a_logo_is_placed() -> None:
    content = report(outcome("reference"), issuer=replace(ISSUER, logo=_png(400, 100)))
    assert lint(content) == []
    assert len(pictures(content)) == 1
    assert manual_breaks(page(content)) == manual_breaks(page(of("reference")))


def _png(wide: int, high: int) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * wide) * high)
    magic = b"\x89PNG\r\n\x1a\n"
    return magic + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
