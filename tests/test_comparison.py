"""比較: the sheet that compares a client with its past and its peers, opened and printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.comparison import (
    OVERALL,
    CommonScores,
    Comparison,
    GroupKind,
    ItemChange,
    Movement,
    PeerGroup,
    PeerStanding,
    PreviousDiagnosis,
)
from sheet_diag.model.results import ClientReport
from sheet_diag.reports.client.comparison_sheet import (
    has_comparison,
    write_comparison,
)
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PAGE_HEIGHT
from sheet_diag.text.numbers import truncate_score
from sheet_diag.xlsx.book import Book
from tests import ranks
from tests.catalogs import JIS, catalog
from tests.lint import lint
from tests.samples import AS_OF, ISSUER, client, resolve_all
from tests.workbooks import (
    NS,
    box,
    cut_texts,
    height,
    manual_breaks,
    open_workbook,
    texts_on,
    xml_parts,
)

THEN = date(2025, 11, 23)
_LABELS = [category.id for category in JIS.categories]
STANDING = PeerStanding(24, 60.5, 41.4, 62.4, 80.5, 7, 56.78)


def standings(**others: PeerStanding) -> Mapping[str, PeerStanding]:
    return {OVERALL: STANDING, **dict.fromkeys(_LABELS, STANDING), **others}


def peers(kind: GroupKind = GroupKind.ALL, choice: str = "", **others: PeerStanding) -> PeerGroup:
    return PeerGroup(kind, choice, standings(**others))


def smaller(group: PeerGroup, count: int) -> PeerGroup:
    less = {name: replace(each, count=count) for name, each in group.standings.items()}
    return replace(group, standings=less)


CHANGES = (
    ItemChange("PHY-01", Movement.WORSENED, "yes", "no"),
    ItemChange("POL-01", Movement.IMPROVED, "no", "yes"),
    ItemChange("HUM-01", Movement.SAME, "yes", "yes"),
    ItemChange("AST-09", Movement.SAME, "na", "yes"),
    ItemChange("COM-01", Movement.NEW, None, "yes"),
    ItemChange("OLD-1", Movement.GONE, "partial", None),
    ItemChange("CRI-01", Movement.NOT_COMPARED, "no", "yes"),
)
PREVIOUS = PreviousDiagnosis(
    as_of=THEN,
    rank=ranks.C,
    score=Fraction(652, 10),
    categories={"POL": Fraction(50), "HUM": Fraction(100), "AST": None, "PHY": Fraction(100)},
    changes=CHANGES,
    same_catalog=True,
    copied=False,
)
EVERYTHING = Comparison(
    peers=(
        peers(),
        smaller(peers(GroupKind.INDUSTRY, "E"), 8),
        smaller(peers(GroupKind.EMPLOYEES, "upto_20"), 9),
    ),
    previous=PREVIOUS,
)
FROZEN = Comparison(
    peers=(PeerGroup(GroupKind.ALL, "", {OVERALL: replace(STANDING, position=None)}),),
    reference="2025-11-23",
    reference_version="0.9",
)

both = pytest.mark.parametrize("lang", Lang)


@cache
def report(lang: Lang = Lang.JA) -> ClientReport:
    """A client with nothing but PHY-01 missing, so of rank B."""
    (outcome,) = resolve_all(client("株式会社見本", {"PHY-01": "×"}, lang=lang))
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    assert sheet
    assert diagnosis
    return ClientReport(outcome.received, sheet, diagnosis, (), "SD-1", AS_OF, lang)


def report_context(comparison: Comparison, lang: Lang = Lang.JA) -> ReportContext:
    return ReportContext(replace(report(lang), comparison=comparison), JIS, ISSUER)


def made(comparison: Comparison, lang: Lang = Lang.JA) -> bytes:
    written = report_context(comparison, lang)
    book = Book(title="a", author="b", created=AS_OF)
    write_comparison(book.page(written.say("comparison.sheet")), written, book)
    return book.bytes()


def rows(content: bytes) -> list[list[Any]]:
    """What stands in the rows, without what the chart draws."""
    page = open_workbook(content).worksheets[0]
    visible = page.iter_rows(max_col=LAST_COLUMN + 1, values_only=True)
    return [[value for value in row if value is not None] for row in visible]


# --- sound, and printed whole

LOOKS = {
    "everything": EVERYTHING,
    "previous only": Comparison(previous=PREVIOUS),
    "peers only": Comparison(peers=EVERYTHING.peers),
    "frozen": FROZEN,
    "another catalogue, copied": Comparison(
        previous=replace(PREVIOUS, same_catalog=False, copied=True)
    ),
    "all items changed": Comparison(
        previous=replace(
            PREVIOUS,
            changes=tuple(ItemChange(i, Movement.IMPROVED, "no", "yes") for i in JIS.items),
        )
    ),
}


@both
@pytest.mark.parametrize("look", LOOKS)
def test_the_sheet_is_sound_and_cuts_nothing(look: str, lang: Lang) -> None:
    content = made(LOOKS[look], lang)
    assert lint(content) == []
    (page,) = open_workbook(content).worksheets
    assert cut_texts(page, margin=0.6) == []
    assert content == made(LOOKS[look], lang)


@both
@pytest.mark.parametrize("look", LOOKS)
def test_pages_fit_a4_and_break_between_blocks(look: str, lang: Lang) -> None:
    (page,) = open_workbook(made(LOOKS[look], lang)).worksheets
    starts = [1, *(row + 1 for row in manual_breaks(page)), page.max_row + 1]
    for first, after in pairwise(starts):
        assert height(page, first, after - 1) <= PAGE_HEIGHT
    assert page.page_setup.orientation == "portrait"
    assert ":$L$" in str(page.print_area)
    hidden = [(d.min or 0, d.max or 0) for d in page.column_dimensions.values() if d.hidden]
    beyond = range(LAST_COLUMN + 2, page.max_column + 1)
    assert all(any(low <= at <= high for low, high in hidden) for at in beyond)


def test_an_english_sheet_has_no_japanese() -> None:
    texts = texts_on(open_workbook(made(EVERYTHING, Lang.EN)).worksheets[0])
    assert [text for text in texts if any(ord(char) > 0x2FFF for char in text)] == []


LEADS = {
    "everything": "前回の診断からの変化と、ほかの診断先と比べた",
    "previous only": "前回の診断からの変化",
    "peers only": "ほかの診断先と比べた",
}


@pytest.mark.parametrize("look", LEADS)
def test_the_lead_names_what_the_sheet_compares(look: str) -> None:
    texts = texts_on(open_workbook(made(LOOKS[look])).worksheets[0])
    assert sum(text.startswith(LEADS[look]) for text in texts) == 1


# --- then and now


def test_the_table_shows_both_scores() -> None:
    table = {str(row[0]): row[1:] for row in rows(made(EVERYTHING)) if len(row) == 4}
    names = {each.id: each.name.ja for each in JIS.categories}
    scores = report().diagnosis.scores
    physical = scores.categories["PHY"].score
    assert physical is not None
    assert table["判定ランク"] == ["C", "B", "▲ 1段階上昇"]
    assert table[names["POL"]] == ["50.0", "100.0", "▲ ＋50.0"]
    assert table[names["HUM"]] == ["100.0", "100.0", "＝ 0.0"]
    assert table[names["AST"]] == ["対象外", "100.0", "－"]
    assert table[names["COM"]] == ["－", "100.0", "－"]
    assert str(table[names["PHY"]][2]).startswith("▼ －")


def test_the_difference_is_that_of_the_printed_scores() -> None:
    """99.99 is printed as 99.9, and 100.0 is more than that by 0.1."""
    close = replace(PREVIOUS, categories={"HUM": Fraction(9999, 100)})
    content = made(Comparison(previous=close))
    table = {str(row[0]): row[1:] for row in rows(content) if len(row) == 4}
    name = JIS.category_by_id["HUM"].name.ja
    assert table[name] == ["99.9", "100.0", "▲ ＋0.1"]


def test_changed_items_stand_by_kind_of_change() -> None:
    table = [row for row in rows(made(EVERYTHING)) if len(row) == 5 and row[0] != "設問"]
    topics = {name: item.topic.ja for name, item in JIS.items.items()}
    assert table == [
        ["POL-01", topics["POL-01"], "いいえ", "はい", "▲ 改善"],
        ["PHY-01", topics["PHY-01"], "はい", "いいえ", "▼ 悪化"],
        ["AST-09", topics["AST-09"], "該当なし", "はい", "・ 変更"],
        ["COM-01", topics["COM-01"], "－", "はい", "＋ 新設"],
        ["OLD-1", "（今回の設問にはありません）", "一部", "－", "× 廃止"],
    ]


SENTENCES: dict[str, tuple[PreviousDiagnosis, str]] = {
    "risen": (PREVIOUS, "判定ランクはCからBに上がりました。"),
    "fallen": (replace(PREVIOUS, rank=ranks.A), "判定ランクはAからBに下がりました。"),
    "level": (replace(PREVIOUS, rank=ranks.B), "判定ランクは、前回（2025年11月23日）の診断と同じB"),
    "copied": (replace(PREVIOUS, copied=True), "ご回答と備考が、前回とすべて同じです。"),
    "another catalogue": (replace(PREVIOUS, same_catalog=False), "設問の変更による影響"),
    "questions that are others": (PREVIOUS, "比較していない設問：CRI-01"),
    "counts": (PREVIOUS, "改善したものは1問、悪化したものは1問です。"),
    "no change": (replace(PREVIOUS, changes=()), "回答が変わった設問はありません。"),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_sentences_describe_the_change(case: str) -> None:
    previous, expected = SENTENCES[case]
    texts = texts_on(open_workbook(made(Comparison(previous=previous))).worksheets[0])
    assert any(expected in text for text in texts)


def test_an_unknown_choice_is_shown_by_its_id() -> None:
    odd = replace(PREVIOUS, changes=(ItemChange("OLD-1", Movement.GONE, "=1+1", None),))
    content = made(Comparison(previous=odd))
    assert lint(content) == []
    cells = (cell for row in open_workbook(content).worksheets[0].iter_rows() for cell in row)
    (cell,) = (each for each in cells if each.value == "=1+1")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


# --- peers


def test_the_table_of_peers_shows_their_figures() -> None:
    table = [row for row in rows(made(EVERYTHING)) if len(row) == 7]
    assert table[0] == ["カテゴリ", "貴社", "平均", "中央値", "四分位範囲", "位置", "偏差値"]
    name, own, *figures = table[1]
    assert name == "総合評価点"
    assert own == pytest.approx(float(report().diagnosis.scores.overall or 0), abs=0.1)
    # No statistic with a decimal: a quartile may be the very score of another client.
    assert figures == [60, 62, "41〜80", "上位25％", 56.8]
    assert len(table) == 3 * (2 + len(_LABELS))


@pytest.mark.parametrize(("count", "shown"), [(5, "－"), (9, "－"), (10, 56.8), (24, 56.8)])
def test_a_deviation_stands_beside_groups_of_ten_or_more(count: int, shown: object) -> None:
    content = made(Comparison(peers=(smaller(peers(), count),)))
    table = [row for row in rows(content) if len(row) == 7]
    assert {row[6] for row in table[1:]} == {shown}


def test_groups_are_named_by_their_choice() -> None:
    texts = texts_on(open_workbook(made(EVERYTHING)).worksheets[0])
    for expected in ("全診断先（24社）", "同業種：製造業（8社）", "同規模：6〜20人（9社）"):
        assert expected in texts


def test_a_group_of_all_clients_is_shown_once() -> None:
    same = Comparison(peers=(peers(), peers(GroupKind.INDUSTRY, "E")))
    texts = texts_on(open_workbook(made(same)).worksheets[0])
    assert not any(text.startswith("同業種") for text in texts)


# --- the chart


def drawn(content: bytes) -> tuple[str, dict[str, list[Any]]]:
    """The kind of the chart, and what each series draws: its labels with their figures."""
    book = open_workbook(content)
    (page,) = book.worksheets
    (chart,) = (part for name, part in xml_parts(content).items() if "charts/chart" in name)
    (kind, *_) = (node.tag.rpartition("}")[2] for node in chart.iter() if "Chart" in node.tag[-8:])
    assert chart.find(".//c:plotVisOnly", NS) is None, "hidden columns are drawn"
    found = {}
    for series in chart.findall(".//c:ser", NS):
        areas = [series.findtext(f"c:{part}//c:f", "", NS) for part in ("cat", "val")]
        places = [box(area.split("!")[1].replace("$", "")) for area in areas]
        labels, values = (
            [page.cell(row, place.left).value for row in range(place.top, place.bottom + 1)]
            for place in places
        )
        found[series.findtext("c:tx//c:v", "", NS)] = list(zip(labels, values, strict=True))
    return kind, found


def test_a_radar_draws_the_client_its_peers_and_last_time_with_values_at_the_labels() -> None:
    kind, series = drawn(made(EVERYTHING))
    scores = report().diagnosis.scores.categories
    exact = {c.short.ja: scores[c.id].score or Fraction(0) for c in JIS.categories}
    own = {name: truncate_score(score) for name, score in exact.items()}
    labels = [f"{name} {score:.1f}" for name, score in own.items()]
    assert kind == "radarChart"
    assert series == {
        "貴社": list(zip(labels, own.values(), strict=True)),
        "全診断先の中央値": [(label, 62) for label in labels],
        "前回（2025年11月23日）": list(zip(labels, [50, 100, None, None, 100, None], strict=True)),
        "望まれる水準": [(label, 85) for label in labels],
    }
    assert labels[1] == "人的 100.0"


@pytest.mark.parametrize(
    ("comparison", "names"),
    [
        (Comparison(peers=EVERYTHING.peers), ["貴社", "全診断先の中央値", "望まれる水準"]),
        (Comparison(previous=PREVIOUS), ["貴社", "前回（2025年11月23日）", "望まれる水準"]),
    ],
)
def test_the_chart_draws_what_there_is_to_compare_with(
    comparison: Comparison, names: list[str]
) -> None:
    assert list(drawn(made(comparison))[1]) == names


def test_no_chart_stands_where_no_score_by_category_is_known() -> None:
    other_version = replace(PREVIOUS, common=CommonScores(Fraction(50), Fraction(60), 40))
    for comparison in (FROZEN, Comparison(previous=other_version)):
        assert not any("charts/chart" in name for name in xml_parts(made(comparison)))


@pytest.mark.parametrize(
    ("count", "kind"), [(1, "barChart"), (4, "barChart"), (5, "radarChart"), (8, "radarChart"),
                        (9, "barChart"), (12, "barChart")],
)  # fmt: skip
def test_a_radar_is_made_of_five_to_eight_categories(count: int, kind: str) -> None:
    other = catalog(*["3! 2"] * count)
    (outcome,) = resolve_all(client("A", {"C1": "×"}, catalog=other), catalog=other)
    assert outcome.received.sheet
    assert outcome.diagnosis
    standing = dict.fromkeys((c.id for c in other.categories), STANDING)
    group = Comparison(peers=(PeerGroup(GroupKind.ALL, "", standing),))
    parts = (outcome.received, outcome.received.sheet, outcome.diagnosis, ())
    made_of = ClientReport(*parts, "SD-1", AS_OF, Lang.JA, comparison=group)
    book = Book(title="a", author="b", created=AS_OF)
    page = book.page("比較")
    write_comparison(page, ReportContext(made_of, other, ISSUER), book)
    content = book.bytes()
    found, series = drawn(content)
    assert found == kind
    assert {len(points) for points in series.values()} == {count}
    assert lint(content) == []


# --- positions

POSITIONS = {
    95.0: "上位25％",
    80.5: "上位25％",
    70.0: "中央値以上",
    62.4: "中央値以上",
    61.9: "中央値まで1点",
    50.0: "中央値まで12点",
    41.3: "中央値まで21点",
    0.0: "中央値まで62点",
}


def scored(comparison: Comparison, score: float) -> ReportContext:
    """The report of a client of that overall score."""
    written = report_context(comparison)
    diagnosis = written.report.diagnosis
    scores = replace(diagnosis.scores, overall=Fraction(str(score)))
    changed = replace(written.report, diagnosis=replace(diagnosis, scores=scores))
    return replace(written, report=changed)


@pytest.mark.parametrize(
    "comparison", [Comparison(peers=(peers(),)), FROZEN], ids=["run", "frozen"]
)
@pytest.mark.parametrize("score", POSITIONS)
def test_a_position_stands_in_the_upper_half_only(score: float, comparison: Comparison) -> None:
    book = Book(title="a", author="b", created=AS_OF)
    write_comparison(book.page("比較"), scored(comparison, score), book)
    table = [row for row in rows(book.bytes()) if len(row) == 7]
    assert table[0][5] == "位置"
    assert table[1][5] == POSITIONS[score]


def test_the_sheet_names_day_and_version_of_a_frozen_benchmark() -> None:
    texts = " ".join(texts_on(open_workbook(made(FROZEN)).worksheets[0]))
    assert "2025年11月23日時点の統計" in texts
    assert "別の版（0.9）" in texts


def test_a_category_that_does_not_apply_has_no_figures() -> None:
    none = replace(STANDING, position=None, deviation=None)
    written = report_context(Comparison(peers=(peers(PHY=none),)))
    diagnosis = written.report.diagnosis
    categories = dict(diagnosis.scores.categories)
    categories["PHY"] = replace(categories["PHY"], score=None)
    scores = replace(diagnosis.scores, categories=categories)
    changed = replace(written.report, diagnosis=replace(diagnosis, scores=scores))
    book = Book(title="a", author="b", created=AS_OF)
    write_comparison(book.page("比較"), replace(written, report=changed), book)
    (row,) = [r for r in rows(book.bytes()) if r and r[0] == JIS.category_by_id["PHY"].short.ja]
    assert row[1:] == ["対象外", 60, 62, "41〜80", "－", "－"]


# --- nothing to compare with


def test_a_report_without_comparison_has_no_sheet() -> None:
    assert not has_comparison(report())
    for comparison in (Comparison(previous=PREVIOUS), FROZEN):
        assert has_comparison(replace(report(), comparison=comparison))
