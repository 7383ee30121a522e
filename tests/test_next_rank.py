"""4. 次のランクに向けて: the text of the section, and its place on the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.text.numbers import format_score
from tests.catalogs import catalog
from tests.samples import client, name_categories, report, resolve_all
from tests.workbooks import manual_breaks, open_workbook, rows_with, sheet, texts_on

_HEADING = "4. 次のランクに向けて"


def _texts(outcome: ReturnOutcome) -> list[str]:
    return texts_on(sheet(open_workbook(report(outcome)), "診断報告書"))


def _one(rows: Mapping[str, str], rest: str = "○") -> ReturnOutcome:
    return resolve_all(client("見本", rows, rest=rest))[0]


def after(texts: list[str], heading: str) -> list[str]:
    """The texts below a heading."""
    return texts[texts.index(heading) + 1 :]


def test_the_section_shows_both_ways_with_score_and_rank() -> None:
    outcome = _one({"PHY": "×"})
    assert outcome.diagnosis
    first, second = outcome.diagnosis.ways
    texts = _texts(outcome)
    for way in (first, second):
        assert way.rank
        assert any(f"次の{len(way.items)}件" in t and f"ランクは{way.rank}" in t for t in texts)
        assert set(way.items) <= set(texts)
    gain = outcome.diagnosis.effects[first.items[0]]
    assert f"＋{format_score(gain)}点" in texts


@pytest.mark.parametrize(
    ("rows", "note", "action"),
    [
        ({"PHY": "×"}, "「最優先の対策」を先に", "の実施です。"),
        ({"PHY": "?"}, "「最優先の対策」を先に", "の実施（または実施状況の確認）です。"),
        ({"PHY-01": "."}, "「最優先の対策」を先に", "の実施（または実施状況の確認）です。"),
        ({"POL": "△", "HUM": "△", "AST": "△"}, "順番は「改善計画」シート", "の実施です。"),
    ],
)
def test_a_way_is_no_list_of_priorities(rows: Mapping[str, str], note: str, action: str) -> None:
    texts = after(_texts(_one(rows)), _HEADING)
    assert "最も少ない件数の組み合わせであり、取り組む順番を示すものではありません。" in texts[0]
    assert note in texts[0]
    assert action in texts[1]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param({}, "改善をお勧めする項目はありません", id="nothing left"),
        pytest.param({"POL-04": "△"}, "残る改善の余地", id="A with something left"),
    ],
)
def test_rank_a_has_a_sentence_of_its_own(rows: Mapping[str, str], says: str) -> None:
    texts = _texts(_one(rows))
    assert any(says in text for text in texts)
    assert not any("最小限必要なのは" in text for text in texts)


def test_a_rank_that_no_measure_reaches_is_said() -> None:
    made = name_categories(catalog("3n 3n 3", "3", "3", "3"))
    outcome = resolve_all(client("見本", {"C1": "--○"}, catalog=made), catalog=made)[0]
    texts = texts_on(sheet(open_workbook(report(outcome, catalog=made)), "診断報告書"))
    assert any("ランクAに届きません" in text for text in texts)


def test_many_measures_are_cut_with_their_count() -> None:
    outcome = _one({}, rest="×")
    assert outcome.diagnosis
    counts = [len(way.items) for way in outcome.diagnosis.ways]
    more = [f"ほか{count - 12}件" for count in counts if count > 12]
    assert more
    texts = _texts(outcome)
    assert all(any(text.startswith(each) for text in texts) for each in more)


@pytest.mark.parametrize("rest", ["○", "△", "×", "?"])
@pytest.mark.parametrize("lang", Lang)
def test_the_closing_words_are_never_alone_on_a_page(rest: str, lang: Lang) -> None:
    outcome = resolve_all(client("見本", {"PHY": "×"}, rest=rest, lang=lang))[0]
    name, closing = ("診断報告書", "おわりに") if lang is Lang.JA else ("Report", "In closing")
    page = sheet(open_workbook(report(outcome)), name)
    row = rows_with(page, closing)[0]
    last_break = max(manual_breaks(page))
    before = [cell.value for cells in page.iter_rows(last_break + 1, row - 1) for cell in cells]
    assert len([value for value in before if value]) > 3


def test_the_consultants_comment_stands_before_the_section() -> None:
    outcome = _one({"PHY": "×"})
    judgement = replace(outcome.received.judgement, comment="=1+1 と書いた人のコメント")
    judged = replace(outcome, received=replace(outcome.received, judgement=judgement))
    texts = _texts(judged)
    assert texts.index("=1+1 と書いた人のコメント") < texts.index(_HEADING)
