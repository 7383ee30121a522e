"""Reports as PDF: their pages and lines, their type, and what the file says of itself."""

from __future__ import annotations

import html
import io
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from pypdf import PdfReader

from sheet_diag.forms.layout import owner_properties, unpack_owner
from sheet_diag.intake.document_owner import read_document_owner
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail_kinds import DocumentKind
from sheet_diag.model.report_view import CategoryBox, CategoryRow, Places, ReportView
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Limits
from sheet_diag.reports.pdf import maker
from sheet_diag.reports.pdf.maker import TEMPLATE, can_set_pdf, set_pdf
from tests.catalogs import JIS, SCORING, catalog, present
from tests.report_views import COMMENT, LONG_NAME, ODD, OVERRIDE, Case, demo_views, view_of

MM: Final = 72 / 25.4
TOP, HEIGHT = 20 * MM, 259 * MM
FORBIDDEN: Final = "、。）」』，．！？"
# Tried in every run; the others are slow in all.
SOME: Final = ("long_comment", "all_no", "english", "typed_as_markup")
SLOW = pytest.mark.slow("sets 35 reports and reads each page")


@dataclass(frozen=True)
class Line:
    """A line of a page, in points from the upper left corner."""

    text: str
    right: float
    top: float
    bottom: float


def set_plain(view: ReportView) -> bytes:
    return set_pdf(view, logo=None, owner={}).content


@cache
def odd(name: str) -> tuple[ReportView, tuple[tuple[Line, ...], ...]]:
    view = view_of(ODD[name])
    return view, read_pages(set_plain(view))


def read_pages(content: bytes) -> tuple[tuple[Line, ...], ...]:
    """Read the lines of each page, by poppler."""
    command = ["pdftotext", "-bbox-layout", "-", "-"]
    told = subprocess.run(command, input=content, capture_output=True, check=True).stdout
    pages = re.findall(r"<page .*?</page>", told.decode("utf-8", "replace"), re.DOTALL)
    return tuple(tuple(_read_lines(page)) for page in pages)


def _read_lines(page: str) -> Iterator[Line]:
    pattern = r'<line xMin="[\d.]+" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</line>'
    for top, right, bottom, words in re.findall(pattern, page, re.DOTALL):
        text = " ".join(map(html.unescape, re.findall(r"<word[^>]*>(.*?)</word>", words)))
        yield Line(text, float(right), float(top), float(bottom))


def text_of(pages: tuple[tuple[Line, ...], ...], *numbers: int) -> str:
    """Join the text of some pages (none given: of all) without blanks."""
    chosen = [pages[number] for number in numbers] or pages
    return re.sub(r"\s", "", "".join(line.text for page in chosen for line in page))


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def fill_of(page: tuple[Line, ...]) -> float:
    """Tell which part of the page between header and footer is filled."""
    lowest = max(line.bottom for line in page if line.top > TOP - MM and line.bottom < 280 * MM)
    return (lowest - TOP) / HEIGHT


# --- pages and lines


def check_layout(view: ReportView, pages: tuple[tuple[Line, ...], ...]) -> None:
    """Check what holds for the pages of every report."""
    first = text_of(pages, 0)
    for measure in view.summary.measures:
        assert squeeze(measure.title) in first
    assert squeeze(view.categories.heading) in text_of(pages, 1)
    for number, page in enumerate(pages, 1):
        for line in page:
            assert line.text[0] not in FORBIDDEN, (number, line.text)
            assert line.right < 193 * MM, (number, line.text)
    fills = [fill_of(page) for page in pages]
    assert min(fills[:-1]) >= 0.65, fills
    if fills[-1] < 0.25:
        inputs = maker.prepare_inputs(view, logo=None, owner={})
        others = [maker._compile(inputs, setting) for setting in (1, 2, 3)]
        assert all(other >= len(pages) for _, other, _ in others), fills


@pytest.mark.parametrize("name", SOME)
def test_pages_are_filled_and_lines_begin_as_japanese_asks(name: str) -> None:
    check_layout(*odd(name))


@SLOW
@pytest.mark.parametrize("name", sorted(set(ODD) - set(SOME)))
def test_so_are_those_of_every_odd_client(name: str) -> None:
    check_layout(*odd(name))


@SLOW
def test_so_are_those_of_the_demonstration() -> None:
    views = dict(demo_views())
    assert len(views) == 23
    for view in views.values():
        pages = read_pages(set_plain(view))
        check_layout(view, pages)
        assert len(pages) <= 7


def test_a_client_with_nothing_to_do_gets_three_pages() -> None:
    _, pages = odd("all_yes")
    assert len(pages) == 3


def test_a_last_page_that_is_nearly_empty_is_spared_or_filled() -> None:
    made = {0: (4, 0.1), 1: (4, 0.05), 2: (3, 0.9), 3: (4, 0.5)}
    assert _chosen(made) == 2
    assert _chosen({**made, 1: (3, 0.9)}) == 1
    assert _chosen({**made, 2: (4, 0.02)}) == 3
    assert _chosen({**made, 2: (4, 0.02), 3: (4, 0.2)}) == 0
    assert _chosen({0: (4, 0.25)}) == 0


def _chosen(made: Mapping[int, tuple[int, float]]) -> int:
    """Choose among settings by the pages that each makes, and how full the last one is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maker, "_compile", lambda _, setting: (b"", *made[setting]))
        return maker.compile_shortest(maker.TypstInputs({}, system=False, missing=""))[1]


def test_no_type_is_smaller_than_9_points() -> None:
    sizes = [
        float(size)
        for template in TEMPLATE.parent.glob("*.typ")
        for size in re.findall(r"([\d.]+)pt", _sizes(template.read_text(encoding="utf-8")))
    ]
    assert min(sizes) == 9
    assert max(sizes) == 31


def _sizes(source: str) -> str:
    """Take the sizes of type out of a template."""
    found = re.findall(r"size: ([^,)]+(?:\{[^}]*\})*)", source)
    return " ".join(
        found + re.findall(r"(?:comment-size|addressee-size) = ([^\n]+(?:\n  [^\n]+)*)", source)
    )


# --- what stands in it


def test_every_override_cap_and_missing_key_measure_stands_in_the_pdf() -> None:
    view, pages = odd("long_comment")
    text = text_of(pages)
    assert squeeze(OVERRIDE.reason) in text
    assert squeeze(view.summary.why) in text
    assert view.measures.key_measures
    assert len(view.measures.key_measures.rows) >= 5
    for row in view.measures.key_measures.rows:
        assert f"★{row.id}" in text
        assert squeeze(row.text + row.reference) in text
        assert squeeze(row.step) in text
    for each in view.method.rows:
        assert squeeze(each.text) in text


def test_a_long_comment_is_shortened_on_page_1_and_whole_in_section_3() -> None:
    _, pages = odd("long_comment")
    first, third = text_of(pages, 0), text_of(pages, 2)
    sentence = squeeze(COMMENT.split("。")[0])
    assert 0 < first.count(sentence) < 3
    assert third.count(sentence) == 6


def test_a_comment_that_fits_stands_on_page_1_alone() -> None:
    _, pages = odd("no_peers")
    assert text_of(pages, 0).count(squeeze(COMMENT)) == 1
    assert text_of(pages).count(squeeze(COMMENT)) == 1


def test_page_numbers_of_contents_are_those_of_the_sections() -> None:
    view, pages = odd("long_comment")
    first = text_of(pages, 0)
    for heading in (
        present(view.roadmap).heading,
        present(view.insurance).heading,
        view.method.heading,
    ):
        told = re.search(re.escape(squeeze(heading)) + r"\.*(\d)", first)
        assert told
        assert squeeze(heading) in text_of(pages, int(told[1]) - 1)


def test_names_are_printed_as_typed() -> None:
    view, pages = odd("typed_as_markup")
    assert squeeze(view.head.addressee) in text_of(pages, 0)
    assert squeeze('#panic("x") *太* $x$ @a <b> \\ `y` [z] // "') in text_of(pages, 0)


def test_a_word_longer_than_a_line_stays_on_the_page() -> None:
    long = "x1" * 90
    case = replace(ODD["long_comment"], name=long, comment=f"あ{long}。")
    pages = read_pages(set_plain(view_of(case)))
    assert max(line.right for page in pages for line in page) < 193 * MM
    assert text_of(pages).replace("\u200b", "").count(long) >= 2


def test_a_name_of_60_characters_leaves_page_1_one_page() -> None:
    view, pages = odd("long_name")
    assert len(LONG_NAME) >= 60
    assert squeeze(LONG_NAME) in text_of(pages, 0)
    assert squeeze(view.summary.measures[-1].title) in text_of(pages, 0)
    assert squeeze(LONG_NAME) not in text_of(pages, 1)


@pytest.mark.parametrize("count", [1, 12, 40])
def test_page_1_holds_any_number_of_categories(count: int) -> None:
    view = view_of(ODD["no_peers"])
    boxes = tuple(CategoryBox(f"分野{n}", "78.9", "○") for n in range(count))
    rows = tuple(
        CategoryRow(f"{n}. 分野の名前{n}", Places(78.9, 60, 70, None, 85), "78.9", "○", "良好", "")
        for n in range(count)
    )
    texts = tuple(replace(view.categories.texts[0], name=f"{n}. 名前") for n in range(count))
    view = replace(
        view,
        summary=replace(view.summary, boxes=boxes),
        categories=replace(view.categories, rows=rows, texts=texts),
    )
    pages = read_pages(set_plain(view))
    first = text_of(pages, 0)
    assert all(squeeze(box.name) in first for box in boxes)
    assert squeeze(view.summary.measures[-1].title) in first
    assert squeeze(view.categories.heading) in text_of(pages, 1)
    assert all(squeeze(row.name) in text_of(pages, *range(1, len(pages))) for row in rows)


@pytest.mark.parametrize("count", [1, 12])
def test_a_catalogue_without_optional_texts_is_set(count: int) -> None:
    gates = {**SCORING["gates"], "applicable_categories": 1}
    small = catalog(*["3! 2 1nc 2p1"] * count, scoring={**SCORING, "gates": gates})
    view = view_of(Case({"C1": "×"}, catalog=small, damage=False))
    pages = read_pages(set_plain(view))
    assert squeeze(view.summary.why) in text_of(pages, 0)
    assert squeeze(view.summary.result) in text_of(pages, 0)
    assert squeeze(view.method.heading) in text_of(pages, len(pages) - 1)


@pytest.mark.parametrize("score", [0.0, 100.0])
def test_labels_of_the_score_stay_inside_the_page(score: float) -> None:
    view = view_of(ODD["no_peers"])
    bar = replace(view.summary.bar, places=Places(score, score, score), own="貴社 100.0")
    pages = read_pages(set_plain(replace(view, summary=replace(view.summary, bar=bar))))
    assert "貴社100.0" in text_of(pages, 0)
    assert all(line.right < 193 * MM for line in pages[0])


# --- characters


def test_characters_that_no_font_shows_are_told_and_printed_as_geta() -> None:
    name = "\U00100000田\N{HIRAGANA LETTER KA}\u3099\x07"
    view = view_of(ODD["all_yes"])
    view = replace(view, head=replace(view.head, addressee=name, company=name))
    made = set_pdf(view, logo=None, owner={})
    assert made.missing == "\x07\U00100000"
    assert "〓田が〓" in text_of(read_pages(made.content), 0)


def test_system_fonts_show_what_the_own_lacks() -> None:
    if not maker.has_font("Noto Sans CJK JP"):
        pytest.skip("no such font here")
    made = set_pdf(view_of(ODD["rare_characters"]), logo=None, owner={})
    assert made.missing == ""
    assert b"NotoSansCJK" in made.content


def test_a_house_font_is_taken_where_it_exists() -> None:
    view = view_of(ODD["all_yes"])
    plain = set_plain(view)
    assert set_pdf(view, logo=None, owner={}, font="No Such Font").content == plain
    if maker.has_font("Noto Sans CJK JP"):
        other = set_pdf(view, logo=None, owner={}, font="noto sans cjk jp").content
        assert b"NotoSansCJK" in other
        assert b"NotoSansCJK" not in plain


def test_a_machine_without_typst_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_set_pdf()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert not can_set_pdf()


# --- the file


def test_the_same_view_gives_the_same_bytes() -> None:
    view = view_of(ODD["long_comment"])
    first = set_plain(view)
    maker.load_compiler.cache_clear()
    assert set_plain(view_of(ODD["long_comment"])) == first


@pytest.mark.slow("starts a process")
def test_another_process_sets_the_same_bytes() -> None:
    code = (
        "import sys; from tests.report_views import *; from tests.test_report_pdf import set_plain;"
        "sys.stdout.buffer.write(set_plain(view_of(ODD['long_comment'])))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert told == set_plain(view_of(ODD["long_comment"]))


def test_bookmarks_language_tags_and_properties_are_there() -> None:
    view = view_of(ODD["long_comment"])
    content = set_plain(view)
    file = PdfReader(io.BytesIO(content))
    root, facts = file.root_object, file.metadata
    assert str(root["/Lang"]) == "ja-JP"
    assert str(root["/MarkInfo"]) == "{'/Marked': True, '/Suspects': False}"
    assert "/StructTreeRoot" in root
    titles = [str(entry["/Title"]) for entry in file.outline if not isinstance(entry, list)]
    assert titles == [
        view.summary.heading,
        view.categories.heading,
        view.measures.heading,
        present(view.roadmap).heading,
        present(view.insurance).heading,
        view.method.heading,
    ]
    assert facts
    assert facts.title == f"{view.head.title} {view.subject}"
    assert facts.author == view.author
    assert str(facts["/CreationDate"]).startswith("D:20261130")
    assert b"pdfuaid:part" in content


def test_a_pdf_tells_whose_it_is() -> None:
    owner = owner_properties(SheetIdentity("c", "1", "C-001"), '株式会社"見本", 商事\\', Lang.JA)
    content = set_pdf(view_of(ODD["all_yes"]), logo=None, owner=owner).content
    told = read_document_owner(content, "a.pdf", JIS, Limits())
    assert told.document is DocumentKind.REPORT
    assert (told.clients, told.catalogs) == (("C-001",), ("c",))
    assert told.companies == ('株式会社"見本", 商事\\',)


@pytest.mark.parametrize("keywords", ["", "security, report", "[1]", "3", "{", "null"])
def test_keywords_of_others_tell_nothing(keywords: str) -> None:
    assert unpack_owner(keywords) == {}


def test_a_logo_closes_up_where_there_is_none() -> None:
    view = view_of(ODD["all_yes"])
    picture = (Path(__file__).parents[1] / "docs/pictures/report-ja-1.png").read_bytes()
    made = [set_pdf(view, logo=logo, owner={}).content for logo in (picture, None)]
    images = [sum(len(page.images) for page in PdfReader(io.BytesIO(c)).pages) for c in made]
    assert images == [1, 0]
