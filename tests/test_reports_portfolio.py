"""The portfolio as a person reviews it: counts, order, averages, links, tables and charts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import floor
from statistics import mean, median
from typing import Any

import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.diagnosis.coverage import cover_standards
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang, Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.comparison import (
    OVERALL,
    Comparison,
    GroupKind,
    PastDiagnosis,
    PeerGroup,
    PeerStanding,
    PreviousDiagnosis,
)
from sheet_diag.model.overrides import Judgement, Override
from sheet_diag.model.portfolio import MOST_SHOWN_ANSWERS
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import ReceivedFile, ReturnedSheet, Severity
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.portfolio import client_table, grid
from sheet_diag.reports.portfolio import data_sheets as rows
from sheet_diag.reports.portfolio import table_sheet as listing
from sheet_diag.reports.portfolio.client_facts import choice_ids
from sheet_diag.text.numbers import format_score
from sheet_diag.text.problem_groups import group_problems
from sheet_diag.text.problems import problem_severity
from sheet_diag.text.wording import Wording
from sheet_diag.text.wording import labels as all_labels
from sheet_diag.xlsx import cell_writer as cells
from tests import ranks
from tests.catalogs import JIS, catalog, present
from tests.formulas import Calculator
from tests.lint import lint
from tests.samples import (
    ISSUER_EN,
    PROFILE,
    allow_na,
    change_catalog,
    client,
    name_categories,
    portfolio,
    receive_sheet,
    reference,
    resolve_all,
    summary,
)
from tests.workbooks import (
    NS,
    Box,
    box,
    calamine_values,
    charts,
    cut_texts,
    merges,
    open_workbook,
    pixels,
    row_values,
    rows_with,
    sheet,
    sheet_parts,
    texts_on,
    xml_parts,
)

NAMES = {
    Lang.JA: [
        "概要", "一覧", "ヒートマップ", "設問ヒートマップ", "業種別", "規模別", "設問分析",
        "要確認", "備考・コメント", "データ",
    ],
    Lang.EN: [
        "Overview", "Clients", "Heat map", "Answer map", "By industry", "By size", "Questions",
        "Attention", "Remarks", "Data",
    ],
}  # fmt: skip
OVERVIEW, CLIENTS, HEATMAP, MARKS, INDUSTRY, SIZE, ITEMS, ATTENTION, TEXTS, DATA = range(10)

# PHY may be left out here, so that one client has a category that does not apply.
CATALOG = allow_na(JIS, "PHY")
SHORTS = [category.short.ja for category in CATALOG.categories]

_WEAKEST = Wording(Lang.JA)("portfolio.clients.weakest")

both = pytest.mark.parametrize("lang", Lang)


def _returns() -> list[ReceivedFile]:
    same = {"POL": "△"}  # two clients with one score: their names decide
    return [
        client("いろは商会", same, catalog=CATALOG),
        client("全否株式会社", rest="×", catalog=CATALOG),
        receive_sheet(
            Entries(PROFILE, reference(), {"POL-01": "本社のみ"}), file="見本.xlsx", catalog=CATALOG
        ),
        client("自宅株式会社", {"PHY": "-", "CRI": "△"}, catalog=CATALOG),
        client("あいう商会", same, catalog=CATALOG),
        client("満点株式会社", catalog=CATALOG),
        client("未回答商店", {"POL-05": ".", "HUM-02": ".", "AST-01": "?"}, catalog=CATALOG),
        client("途中株式会社", {"POL": "."}, catalog=CATALOG),
        read_content("見積書.pdf", b"%PDF-1.7", CATALOG),
        read_content("空.xlsx", b"", CATALOG),
        ReceivedFile("~$a.xlsx", "", ignored=True),
    ]


@cache
def outcomes() -> tuple[ReturnOutcome, ...]:
    given = _returns()
    again = given[5]
    return tuple(resolve_all(*given, _renamed(again, "満点の写し.xlsx"), catalog=CATALOG))


def _renamed(given: ReceivedFile, file: str) -> ReceivedFile:
    return ReceivedFile(file, given.sha256, sheet=given.sheet, problems=given.problems)


@cache
def made(lang: Lang = Lang.JA) -> bytes:
    return portfolio(outcomes(), catalog=CATALOG, lang=lang, issuer=ISSUER_EN)


def page(which: int, content: bytes = b"", lang: Lang = Lang.JA) -> Worksheet:
    return sheet(open_workbook(content or made(lang)), NAMES[lang][which])


def table(listing: Worksheet) -> list[dict[str, Any]]:
    """The rows of a sheet's only table, by heading."""
    tables = list(listing.tables.values())
    assert len(tables) == 1
    rows = list(listing[tables[0].ref])
    heads = [str(cell.value) for cell in rows[0]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in rows[1:]]


def ranked() -> list[ReturnOutcome]:
    return [each for each in outcomes() if each.status is ReturnStatus.RANKED]


def scores(outcome: ReturnOutcome) -> dict[str, float | None]:
    """Shown score by category."""
    assert outcome.diagnosis
    categories = outcome.diagnosis.scores.categories
    found = {name: categories[name].score for name in categories}
    return {name: None if s is None else float(format_score(s)) for name, s in found.items()}


# --- sound workbooks


@both
def test_sheets_and_nothing_to_repair(lang: Lang) -> None:
    content = made(lang)
    assert open_workbook(content).sheetnames == NAMES[lang]
    assert open_workbook(content).active is page(OVERVIEW, lang=lang)
    assert lint(content) == []
    assert list(calamine_values(content)) == NAMES[lang]
    assert all(root.findall(".//m:f", NS) == [] for root in sheet_parts(content).values())


def test_same_arguments_same_bytes() -> None:
    assert portfolio(outcomes(), catalog=CATALOG, issuer=ISSUER_EN) == made()


def test_the_order_of_files_changes_nothing_but_ties() -> None:
    backwards = portfolio(outcomes()[::-1], catalog=CATALOG, issuer=ISSUER_EN)
    for which in (CLIENTS, ITEMS):
        rows = table(sheet(open_workbook(backwards), NAMES[Lang.JA][which]))
        assert rows == table(page(which))


@both
def test_nothing_is_cut(lang: Lang) -> None:
    book = open_workbook(made(lang))
    assert [text for each in book.worksheets for text in cut_texts(each, margin=0.6)] == []


def test_an_english_portfolio_has_no_japanese_of_ours() -> None:
    given = resolve_all(
        client("Sample K.K.", {"POL": "△"}, lang=Lang.EN),
        client("Other K.K.", {"POL": ".", "HUM-01": "-"}, lang=Lang.EN),
        read_content("quote.pdf", b"%PDF-1.7", JIS),
    )
    book = open_workbook(portfolio(given, lang=Lang.EN, issuer=ISSUER_EN))
    texts = [text for each in book.worksheets for text in texts_on(each)]
    assert [text for text in texts if any(ord(char) > 0x2FFF for char in text)] == []


# --- 概要


def tiles(overview: Worksheet) -> dict[str, tuple[Any, Any]]:
    """The figures at the top and what stands behind each, by the label above."""
    labels = {cell.column: cell.value for cell in overview[3] if cell.value}
    found = {}
    for column, label in labels.items():
        values = [c.value for c in overview[4][column - 1 :] if c.value is not None][:2]
        found[str(label)] = (values[0], values[1])
    return found


def test_tiles_tell_the_figures_of_the_campaign() -> None:
    scores_ = sorted(row["評価点"] for row in table(page(CLIENTS)))
    assert tiles(page(OVERVIEW)) == {
        "診断済み": (7, "社"),
        "総合評価点の中央値": (scores_[3], "点（中央の半数：84.5〜93.2）"),
        "ランクA・B": (6, "社（86%）"),
        "▼ ランクD・E": (1, "社（14%）"),
        "★未実施がある診断先": (2, "社"),
        "修正待ち": (1, "社"),
    }
    files = "受け取ったファイル12件：判定済み7件、判定保留1件、読み取り不可2件、"
    assert any(text.startswith(files) for text in texts_on(page(OVERVIEW)))


def test_every_tile_leads_to_its_sheet() -> None:
    links = sheet_parts(made())["概要"].findall("m:hyperlinks/m:hyperlink", NS)
    tiles_ = [str(link.get("location")) for link in links if str(link.get("ref"))[-1] == "3"]
    low = "'一覧'!B11:D11"
    assert tiles_ == ["'一覧'!A1", "'一覧'!A1", "'一覧'!B5:D10", low, "'一覧'!A1", "'要確認'!A1"]


def test_tiles_and_calls_are_seen_on_the_first_screen() -> None:
    overview = page(OVERVIEW)
    assert box("A1:Z1").right == 26
    assert sum(grid.WIDTHS) == 1240
    heights = [overview.row_dimensions[row].height for row in range(1, 19)]
    assert sum(height or 0 for height in heights) / 0.75 <= 494


def test_one_score_has_no_middle_half() -> None:
    alone = texts_on(page(OVERVIEW, portfolio(resolve_all(client("一社")))))
    assert "点" in alone
    assert not [text for text in alone if "中央の半数" in text]
    assert [text for text in texts_on(page(OVERVIEW)) if "中央の半数" in text]


def test_a_name_that_would_shrink_too_much_is_cut_in_the_panels_and_whole_in_the_list() -> None:
    long, short = "International Trading and Holdings Company of Japan Limited", "全否株式会社"
    content = portfolio(resolve_all(client(long, rest="×"), client(short, rest="×")))
    names = {str(cell.value) for cell in page(OVERVIEW, content)["B"] if cell.value}
    assert short in names
    assert long not in names
    assert any(name.startswith("International Trading") and name.endswith("…") for name in names)
    assert long in {row["診断先"] for row in table(page(CLIENTS, content))}


def test_calls_and_weakest_questions_are_printed_on_one_page() -> None:
    overview = page(OVERVIEW)
    breaks = [each.id for each in overview.row_breaks.brk]
    assert breaks == [rows_with(overview, "脅威への備え")[0] - 1]


def test_labels_of_tiles_stand_clear_of_their_edges() -> None:
    labels = [cell for cell in page(OVERVIEW)[3] if cell.value]
    assert labels
    assert {cell.alignment.indent for cell in labels} == {1}


def test_category_means_stand_beside_their_targets() -> None:
    overview = page(OVERVIEW)
    for category in CATALOG.categories:
        given = [score for each in ranked() if (score := scores(each)[category.id]) is not None]
        assert len(given) == (6 if category.id == "PHY" else 7)
        row = rows_with(overview, category.name.ja)[0]
        at = row_values(overview, row).index(category.name.ja)
        stated = row_values(overview, row)[at + 1 : at + 3]
        cut = floor(round(mean(given) * 10, 6)) / 10
        assert stated == [pytest.approx(cut), 85]


def test_the_date_and_the_catalogue_are_told() -> None:
    texts = texts_on(page(OVERVIEW))
    assert any(text.startswith("2026年11月23日現在") for text in texts)
    assert any(CATALOG.id in text and CATALOG.version in text for text in texts)


def drawn(content: bytes, which: int, place: int) -> list[tuple[str, list[Any], list[Any]]]:
    """Name, labels and values of each series of a chart, from the cells that it refers to."""
    page_ = page(which, content)
    calculator = Calculator(open_workbook(content))
    found = []
    for series in vars(page_)["_charts"][place].series:
        labels = series.cat.strRef or series.cat.numRef
        areas = (labels.f, series.val.numRef.f)
        cells = [calculator.area(page_, area) for area in areas]
        cells = [each if isinstance(each, list) else [each] for each in cells]
        name = series.tx.v or series.tx.strRef.f
        found.append((name, *cells))
    return found


def test_every_chart_draws_figures_of_its_own_panel() -> None:
    sizes, worst, means, threats, industries, standards = (
        drawn(made(), OVERVIEW, place) for place in range(6)
    )
    bands = [each.label.ja for each in CATALOG.field_by_id["employees"].choices]
    counts = Counter(row["ランク"] for row in table(page(CLIENTS)))
    at = bands.index("6〜20人")
    for rank, labels, values in sizes:
        assert labels == bands
        assert values == [counts[rank] if place == at else 0 for place in range(len(bands))]
    rows = table(page(ITEMS))[:10]
    assert worst[0][2] == pytest.approx([row["失点の合計"] for row in rows])
    assert [str(label).split()[1] for label in worst[0][1]] == [row["No."] for row in rows]
    assert means[0][1] == [category.name.ja for category in CATALOG.categories]
    assert industries == [(rank, ["製造業"], [counts[rank]]) for rank in "ABCDE"]
    assert CATALOG.threats
    assert threats[0][1] == [each.name.ja for each in CATALOG.threats.threats]
    assert standards[0][1] == [each.standard.name.ja for each in cover_standards(CATALOG, {})]
    items = table(page(ITEMS))[:10]
    shown = [row["失点の合計"] for row in items]
    assert drawn(made(), ITEMS, 0) == [("失点の合計が大きい10問", worst[0][1], shown)]
    with_charts = (OVERVIEW, INDUSTRY, SIZE, ITEMS)
    assert [len(charts(page(which))) for which in range(10)] == [
        6 if which == OVERVIEW else int(which in with_charts) for which in range(10)
    ]


def test_charts_say_what_they_show() -> None:
    parts = [root for name, root in xml_parts(made()).items() if "/drawings/drawing" in name]
    named_ = [p.get("descr") for root in parts for p in root.iter() if p.tag.endswith("cNvPr")]
    assert len([text for text in named_ if text]) == 9


@both
def test_charts_cover_nothing(lang: Lang) -> None:
    overview = page(OVERVIEW, lang=lang)
    areas = charts(overview)
    assert not any(one.meets(other) for one, other in combinations(areas, 2))
    for area in areas:
        rows = overview.iter_rows(area.top, area.bottom, area.left, area.right)
        assert [cell.value for row in rows for cell in row if cell.value is not None] == []


def test_the_top_leads_to_the_sheets_that_there_are() -> None:
    links = sheet_parts(made())["概要"].findall("m:hyperlinks/m:hyperlink", NS)
    top = [link.get("location") for link in links if str(link.get("ref"))[1:] == "1"]
    assert top == ["'一覧'!A1", "'設問分析'!A1", "'要確認'!A1"]


# --- 一覧 and ヒートマップ


def test_clients_in_order() -> None:
    rows = table(page(CLIENTS))
    assert [row["診断先"] for row in rows] == [
        "満点株式会社",
        "未回答商店",
        "あいう商会",
        "いろは商会",
        "自宅株式会社",
        "株式会社見本",
        "全否株式会社",
    ]
    keys = [(row["ランク"], -row["評価点"]) for row in rows]
    assert keys == sorted(keys)
    assert [row["順位"] for row in rows] == [1, 2, 3, 3, 5, 6, 7]


def test_clients_say_what_their_reports_say() -> None:
    by_name = {str(o.received.sheet.name): o for o in ranked() if o.received.sheet}
    for row in table(page(CLIENTS)):
        outcome = by_name[row["診断先"]]
        assert outcome.diagnosis
        found = outcome.diagnosis.scores
        assert found.overall is not None
        assert row["評価点"] == float(format_score(found.overall))
        assert (row["ランク"], row["基礎ランク"]) == (found.rank, found.base_rank)
        assert [row[short] for short in SHORTS] == list(scores(outcome).values())
        given = dict(zip(SHORTS, scores(outcome).values(), strict=True))
        lowest = min((s for s in given if given[s] is not None), key=lambda s: given[s] or 0)
        assert row[_WEAKEST] == lowest
        assert row["保険案内レベル"] == present(outcome.diagnosis.insurance).level
        plan = outcome.diagnosis.plan
        assert row["改善対象の設問数"] == len(plan)
        assert row["★未実施"] == sum(1 for each in plan if each.label == "top")
        assert (row["業種"], row["従業員数"]) == ("製造業", "6〜20人")
    unanswered = {row["診断先"]: row["未回答数"] for row in table(page(CLIENTS))}
    assert {name: count for name, count in unanswered.items() if count} == {"未回答商店": 2}


def test_links_lead_to_the_results() -> None:
    names = {each.result for each in ranked()}
    parts = xml_parts(made())
    number = NAMES[Lang.JA].index("一覧") + 1
    relations = {str(r.get("Id")): r for r in parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"]}
    links = sheet_parts(made())["一覧"].findall("m:hyperlinks/m:hyperlink", NS)
    identity = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    targets = {}
    for link in links:
        relation = relations[str(link.get(identity))]
        assert relation.get("TargetMode") == "External"
        targets[str(link.get("ref"))] = str(relation.get("Target")).replace("\\", "/")
    assert set(targets.values()) == names
    clients = page(CLIENTS)
    by_name = {str(o.received.sheet.name): o.result for o in ranked() if o.received.sheet}
    heads = [cell.value for cell in clients[4]]
    for cell, target in targets.items():
        row = clients[cell].row
        assert by_name[str(clients.cell(row, heads.index("診断先") + 1).value)] == target


def test_heat_map() -> None:
    rows, clients = table(page(HEATMAP)), table(page(CLIENTS))
    keys = ["診断先", "ランク", *SHORTS]
    assert rows == [{key: row[key] for key in keys} for row in clients]
    left = next(row for row in rows if row["診断先"] == "自宅株式会社")
    assert left["物理・環境"] is None


@pytest.mark.parametrize(
    ("which", "shaded"),
    [
        (CLIENTS, ["評価点:評価点", "ポリシー:危機管理"]),
        (HEATMAP, ["ポリシー:危機管理"]),
        (INDUSTRY, ["ポリシー:危機管理"]),
    ],
)
def test_scores_are_shaded(which: int, shaded: list[str]) -> None:
    shown_ = page(which)
    rules = [(str(a.sqref), rule.type) for a in shown_.conditional_formatting for rule in a.rules]
    assert {kind for _, kind in rules} == {"colorScale"}
    head = list(table(shown_)[0])
    places = [box(area) for area, _ in rules]
    assert [f"{head[p.left - 1]}:{head[p.right - 1]}" for p in places] == shaded
    assert {(p.top, p.bottom) for p in places} == {(5, 4 + len(table(shown_)))}


def question_heads() -> list[str]:
    """The headings of the questions: id, ★ and topic."""
    items = CATALOG.items.values()
    return [f"{each.id} {'★' if each.critical else ''}{each.topic.ja}" for each in items]


def test_questions_stand_below_their_categories_and_are_printed_a_few_categories_a_page() -> None:
    marks = page(MARKS)
    found = sorted((place for place in merges(marks) if place.top == 4), key=lambda at: at.left)
    bands = {str(marks.cell(4, place.left).value): place for place in found}
    assert list(bands) == [category.name.ja for category in CATALOG.categories]
    heads = [str(cell.value) for cell in marks[5]]
    assert heads == ["診断先", "ランク", *question_heads()]
    for band, category in zip(bands.values(), CATALOG.categories, strict=True):
        under = [head.split()[0] for head in heads[band.left - 1 : band.right]]
        assert under == [item.id for item in category.items]
    assert marks.freeze_panes == "C6"
    assert marks.print_title_cols == "$A:$B"
    breaks = [each.id for each in marks.col_breaks.brk]
    assert breaks
    assert set(breaks) <= {band.left - 1 for band in bands.values()}


def test_what_a_manager_needs_fits_a_small_screen_beside_the_name() -> None:
    clients = page(CLIENTS, _listed())
    heads = [str(cell.value) for cell in clients[4]]
    assert heads[:11] == [
        "順位", "診断先", "ランク", "評価点", "要フォロー", "報告書", "連絡日", "グループ", "業種",
        "従業員数", "前回差",
    ]  # fmt: skip
    assert heads[11:17] == SHORTS
    assert pixels(clients, Box(4, 1, 4, 17)) <= 1_366 - 60  # numbers of rows and the scroll bar
    assert clients.freeze_panes == "C5"
    (row,) = (row for row in table(clients) if row["診断先"] == "低下")
    assert (row["連絡日"], row["グループ"]) == (datetime(2026, 11, 20), "東京支店")
    assert {each.number_format for each in clients["G"][4:]} == {"yyyy/m/d"}


def test_columns_that_are_empty_for_everybody_are_left_out() -> None:
    heads = set(table(page(CLIENTS))[0])
    assert not {"連絡日", "グループ", "前回差", "前回ランク", "偏差値"} & heads
    assert {"要フォロー", "報告書", "業種", "診断者の修正"} <= heads
    blank = client("満点株式会社", profile={"industry": "", "employees": ""})
    alone = portfolio(resolve_all(blank))
    assert not {"要フォロー", "業種", "従業員数"} & set(table(page(CLIENTS, alone))[0])


def test_marks_of_all_answers() -> None:
    marks = {"yes": "○", "partial": "△", "no": "×", "unknown": "?", "na": "-", None: None}
    rows = {row["診断先"]: row for row in table(page(MARKS))}
    for outcome in ranked():
        sheet_ = outcome.received.sheet
        assert sheet_
        row = rows[sheet_.name]
        given = [marks[sheet_.answers[item]] for item in CATALOG.items]
        assert given == [row[head] for head in question_heads()]
    assert [row["診断先"] for row in table(page(MARKS))] == [
        row["診断先"] for row in table(page(CLIENTS))
    ]


# --- what the client list says


def _listed() -> bytes:
    """Those of `_compared`, of whom two are in a group of the client list, and one was called."""
    found = [
        replace(o, received=replace(o.received, sheet=_with_id(o, f"C-{number}")))
        for number, o in enumerate(_compared(), 1)
    ]
    groups = {"C-1": "東京支店", "C-2": "", "C-3": "大阪支店"}
    days = {"C-1": date(2026, 11, 20)}
    entries = (
        ListedClient(name, "", Lang.JA, (), group=group, contacted=days.get(name))
        for name, group in groups.items()
    )
    return portfolio(found, listed=ClientList(tuple(entries)))


def _with_id(outcome: ReturnOutcome, id_: str) -> ReturnedSheet:
    sheet_ = outcome.received.sheet
    assert sheet_
    return replace(sheet_, identity=replace(sheet_.identity, client=id_))


def test_groups_of_the_list_have_a_sheet_and_a_column_in_the_data() -> None:
    book = open_workbook(_listed())
    rows_ = table(sheet(book, "グループ別"))
    named = [(r["グループ"], r["社数"], r["A"], r["B"], r["C"]) for r in rows_]
    assert named == [("大阪支店", 1, 0, 1, 0), ("東京支店", 1, 0, 0, 1), ("（未記入）", 1, 0, 1, 0)]
    for row in rows_:
        assert row["平均"] == row["中央値"]
        assert all(0 <= row[short] <= 100 for short in SHORTS)
    data = {row["診断先"]: row["グループ"] for row in table(sheet(book, "データ"))}
    assert data == {"低下": "東京支店", "上昇": None, "新規": "大阪支店"}
    assert "グループ別" not in NAMES[Lang.JA]


# --- earlier scores


def test_earlier_scores_stand_beside_those_of_this_run_with_a_line_of_medians() -> None:
    same, other = (date(2025, 11, 23), "jis-q-27002@2026.2"), (date(2024, 11, 23), "jis-q-27002@1")
    assert f"{JIS.id}@{JIS.version}" == same[1]
    first, second = resolve_all(client("甲", {"POL": "△"}), client("乙", {"HUM": "△"}))
    past = (
        PastDiagnosis(*other, Fraction(50), ranks.C),
        PastDiagnosis(*same, Fraction(60), ranks.C),
    )
    found = [replace(first, history=past), replace(second, history=past[1:])]
    content = portfolio(found)
    assert lint(content) == []
    history = sheet(open_workbook(content), "推移")
    heads = ["2024/11/23 ※", "2025/11/23", "今回"]
    rows_ = {row["診断先"]: row for row in table(history)}
    assert list(rows_["甲"]) == ["診断先", "グループ", "ランク", *heads]
    assert [rows_["甲"][head] for head in heads[:2]] == [50, 60]
    assert [rows_["乙"][head] for head in heads[:2]] == [None, 60]
    now = [row["評価点"] for row in table(page(CLIENTS, content))]
    assert [row[heads[2]] for row in rows_.values()] == now
    assert [cell.value for cell in history[4][3:6]] == [50, 60, pytest.approx(median(now))]
    assert [cell.value for cell in history[5][3:6]] == [1, 2, 2]
    assert len(charts(history)) == 1
    assert "推移" not in NAMES[Lang.JA]  # without an earlier run


# --- what changed, and who wants to be followed up


def _compared() -> list[ReturnOutcome]:
    """Three clients: one that fell and copied, one that rose, one that is new."""
    found = resolve_all(
        client("低下", {"PHY": "×"}), client("上昇", {"POL": "△"}), client("新規", {"HUM-01": "×"})
    )
    peers = PeerGroup(GroupKind.ALL, "", {OVERALL: PeerStanding(9, 60, 50, 61, 70, 3, 57.25)})
    fell = _previous(ranks.B, "80.25", copied=True)
    rose = _previous(ranks.C, "55", copied=False)
    comparisons = (Comparison((peers,), fell), Comparison((), rose), Comparison())
    override = Override("HUM-01", "yes", "はい", "no", "聞き取り", "見本太郎")
    judged = replace(found[2].received, judgement=Judgement((override,)))
    found[2] = replace(found[2], received=judged)
    return [replace(o, comparison=c) for o, c in zip(found, comparisons, strict=True)]


def _previous(rank: Rank, score: str, *, copied: bool) -> PreviousDiagnosis:
    return PreviousDiagnosis(date(2025, 11, 23), rank, Fraction(score), {}, (), True, copied)


def test_change_since_last_time() -> None:
    rows = {row["診断先"]: row for row in table(page(CLIENTS, portfolio(_compared())))}
    fell, rose, new = rows["低下"], rows["上昇"], rows["新規"]
    assert (fell["前回ランク"], fell["ランク"], fell["偏差値"]) == ("B", "C", 57.25)
    assert fell["前回差"] == pytest.approx(fell["評価点"] - 80.2)
    assert rose["前回差"] > 0
    assert (new["前回ランク"], new["前回差"], new["偏差値"]) == (None, None, None)
    assert fell["要フォロー"] == "ランク低下・点数はB・前回と同じ"
    assert (rose["要フォロー"], rose["診断者の修正"]) == (None, 0)
    assert (new["要フォロー"], new["診断者の修正"]) == ("点数はA・修正あり", 1)
    assert (new["★未実施"], fell["★未実施"]) == (1, 1)
    assert fell["ランク上限の理由"] == "50点未満のカテゴリ、重大項目の未実施1件以上"


def test_movement_stands_there_only_with_a_previous_run() -> None:
    overview = page(OVERVIEW, portfolio(_compared()))
    row = rows_with(overview, "前回 ＼ 今回")[0]
    found = [row_values(overview, row + n)[-7:] for n in range(1, 6)]
    assert found == [
        ["A", 0, 0, 0, 0, 0, 0],
        ["B", 0, 0, 1, 0, 0, 1],
        ["C", 0, 1, 0, 0, 0, 1],
        ["D", 0, 0, 0, 0, 0, 0],
        ["E", 0, 0, 0, 0, 0, 0],
    ]
    texts = texts_on(overview)
    assert texts.index("上昇") < texts.index("前回から下がった診断先（上位5社）") < len(texts)
    assert "前回からの推移" not in texts_on(page(OVERVIEW))


@both
def test_no_cell_of_the_portfolio_holds_a_command_line(lang: Lang) -> None:
    for each in open_workbook(made(lang)).worksheets:
        texts = set(texts_on(each)) - {SOFTWARE_SIGNATURE}  # hidden
        assert [text for text in texts if "sheet-diag " in text or "--" in text] == []
    for text in _printable_labels(lang):
        assert "sheet-diag " not in text


def _printable_labels(lang: Lang) -> list[str]:
    return [
        texts[lang.value]
        for key, texts in all_labels().items()
        if key.startswith(("problem.", "portfolio.", "standing.remark."))
    ]


def test_groups() -> None:
    given = [
        client("あ", {"POL": "△"}, profile={"industry": "製造業", "employees": "5人以下"}),
        client("い", rest="×", profile={"industry": "建設業", "employees": "6〜20人"}),
        client("う", profile={"industry": "製造業", "employees": ""}),
    ]
    content = portfolio(resolve_all(*given))
    industry, size = table(page(INDUSTRY, content)), table(page(SIZE, content))
    assert [(r["業種"], r["社数"], r["E"], r["E %"]) for r in industry] == [
        ("建設業", 1, 1, 1),
        ("製造業", 2, 0, 0),
    ]
    both_ = (91.6 + 100) / 2
    assert industry[1]["平均"] == pytest.approx(both_)
    assert industry[1]["ポリシー"] == 75
    assert [r["従業員数"] for r in size] == ["5人以下", "6〜20人", "（未記入）"]
    assert sum(r["割合"] for r in size) == pytest.approx(1)


def test_a_sheet_is_cut_with_a_word_about_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_CELLS", (2 + len(CATALOG.items)) * 3)
    monkeypatch.setattr(rows, "MOST_CELLS", 15 * 10)
    content = portfolio(outcomes(), catalog=CATALOG)
    assert lint(content) == []
    assert (len(table(page(MARKS, content))), len(table(page(CLIENTS, content)))) == (3, 7)
    lead = texts_on(page(MARKS, content))[1]
    assert lead.startswith(
        "全7件のうち先頭の3件を表示しています（全件はdata/answers.csvにあります）"
    )


def test_links_end_where_excel_ends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_table, "_MOST_LINKS", 2)
    content = portfolio(outcomes(), catalog=CATALOG)
    assert len(sheet_parts(content)["一覧"].findall("m:hyperlinks/m:hyperlink", NS)) == 2
    told = [row["報告書"] for row in table(page(CLIENTS, content))]
    assert told[:2] == ["開く", "開く"]
    assert all(text.startswith("results/") for text in told[2:])


def test_long_sheets_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their first rows are put away before the last are written."""
    monkeypatch.setattr(cells, "_MANY", 16)  # else they would have to be very long
    given = [each for each in ranked() for _ in range(6)]
    many = [_numbered(outcome, number) for number, outcome in enumerate(given)]
    content = portfolio(many, catalog=CATALOG)
    assert lint(content) == []
    tables = summary(many, catalog=CATALOG)
    listed = table(page(CLIENTS, content))
    assert [row["診断先"] for row in listed] == tables.clients["name"].tolist()
    assert [row["評価点"] for row in listed] == tables.clients["score"].tolist()
    assert len(sheet_parts(content)["一覧"].findall("m:hyperlinks/m:hyperlink", NS)) == len(many)
    marks = [[row[head] for head in question_heads()] for row in table(page(MARKS, content))]
    shown = {None: None, "yes": "○", "partial": "△", "no": "×", "unknown": "?", "na": "-"}
    ids = [*choice_ids(CATALOG), None]
    assert marks == [[shown[ids[code]] for code in row] for row in tables.codes.tolist()]
    data = table(page(DATA, content))
    assert [(row["ファイル"], row["No."]) for row in data] == [
        (outcome.received.file, item) for outcome in many for item in CATALOG.items
    ]


def _numbered(outcome: ReturnOutcome, number: int) -> ReturnOutcome:
    received, sheet_ = outcome.received, outcome.received.sheet
    assert sheet_
    named = replace(sheet_, profile={**sheet_.profile, "company": f"見本{number:04}"})
    received = replace(received, file=f"{number:04}.xlsx", sheet=named)
    return replace(outcome, received=received, result=f"results/{number:04}.xlsx")


# --- 設問分析


def test_shares_of_answers() -> None:
    rows = table(page(ITEMS))
    words = _ANSWERS
    for row in rows:
        assert sum(row[word] for word in words) == pytest.approx(1)
        given = [o.received.sheet.answers[row["No."]] for o in ranked() if o.received.sheet]
        counted = Counter("unanswered" if choice is None else choice for choice in given)
        ids = [choice.id for choice in JIS.answer_sets["implementation"]] + ["unanswered"]
        expected = [counted[each] / 7 for each in ids]
        assert [row[word] for word in words] == [pytest.approx(value) for value in expected]


def test_lost_points() -> None:
    rows = table(page(ITEMS))
    assert sorted(row["No."] for row in rows) == sorted(CATALOG.items)
    assert [row["順位"] for row in rows] == list(range(1, len(CATALOG.items) + 1))
    for row in rows:
        found = [o.diagnosis.scores.items[row["No."]].lost for o in ranked() if o.diagnosis]
        lost = [value for value in found if value is not None]
        assert row["失点の合計"] == pytest.approx(float(sum(lost)))
    order = list(CATALOG.items)
    keys = [
        (-row["失点の合計"], not CATALOG.items[row["No."]].critical, order.index(row["No."]))
        for row in rows
    ]
    assert keys == sorted(keys)


# --- 要確認


def test_every_held_or_rejected_file_is_listed() -> None:
    rows = table(page(ATTENTION))
    listed = {(row["ファイル"], row["状態"]) for row in rows}
    assert {("途中株式会社.xlsx", "判定保留")} <= listed
    assert {("見積書.pdf", "読み取り不可"), ("空.xlsx", "読み取り不可")} <= listed
    wanted = [
        (each.received.file, group.problems[0].cell)
        for each in outcomes()
        for group in group_problems(
            problem
            for problem in each.problems
            if problem_severity(problem.code) is not Severity.INFO
        )
    ]
    found = [(row["ファイル"], row["セル"]) for row in rows]
    assert sorted(map(str, found)) == sorted(map(str, wanted))
    heads = [row["ファイル"] for row in rows if row["区分"] == "主な理由"]
    assert heads == list(dict.fromkeys(row["ファイル"] for row in rows))
    assert all(row["内容"] for row in rows)
    assert all(row["ご対応"] for row in rows if row["区分"] == "要修正")
    order = ["読み取り不可", "判定保留", "判定済み"]
    places = [order.index(row["状態"]) for row in rows]
    assert places == sorted(places)


# --- 備考・コメント


def test_what_clients_wrote_beside_answers_is_gathered() -> None:
    rows = table(page(TEXTS))
    wanted = [
        (each.received.file, response.item, response.remark)
        for each in outcomes()
        for response in (each.received.sheet.responses if each.received.sheet else ())
        if response.remark and each.status in (ReturnStatus.RANKED, ReturnStatus.HELD)
    ]
    assert wanted
    found = [(r["ファイル"], r["No."], r["記入内容"]) for r in rows if r["種類"] == "備考"]
    assert sorted(found) == sorted(wanted)


# --- データ


def test_as_many_answers_are_kept_as_are_shown() -> None:
    (first, *_) = table(page(DATA))
    assert listing.MOST_CELLS // len(first) == MOST_SHOWN_ANSWERS


def test_data_are_tidy() -> None:
    rows = table(page(DATA))
    assert len(rows) == 7 * len(CATALOG.items)
    assert len({(row["ファイル"], row["No."]) for row in rows}) == len(rows)
    one = next(r for r in rows if r["診断先"] == "株式会社見本" and r["No."] == "PHY-02")
    expected = {"ランク": "B", "カテゴリ": "物理・環境", "回答": "一部", "評価値": 0.5}
    assert one | expected | {"重み": 2, "得点": 1, "失点": 1, "備考": None} == one
    left = next(r for r in rows if r["診断先"] == "自宅株式会社" and r["No."] == "PHY-02")
    assert (left["回答"], left["評価値"], left["失点"]) == ("該当なし", None, None)
    blank = next(r for r in rows if r["診断先"] == "未回答商店" and r["No."] == "POL-05")
    assert (blank["回答"], blank["評価値"], blank["得点"]) == ("未回答", 0, 0)


# --- tables


@pytest.mark.parametrize("which", range(1, 10))
def test_native_tables_with_filters(which: int) -> None:
    listed = page(which)
    native = next(iter(listed.tables.values()))
    assert native.autoFilter
    assert native.autoFilter.ref == native.ref
    place = box(str(native.ref))
    assert listed.max_row == place.bottom
    assert str(listed.freeze_panes)[-1:] == str(place.top + 1)
    first = 1 if which in (CLIENTS, MARKS) else place.top  # pages side by side repeat all
    assert listed.print_title_rows == f"${first}:${place.top}"
    assert listed.page_setup.orientation == "landscape"


_ANSWERS = [*(choice.label.ja for choice in JIS.answer_sets["implementation"]), "未回答"]


def _met_heads() -> list[str]:
    return [
        f"{each.standard.name.ja}：満たす数（{each.counts.total()}中）"
        for each in cover_standards(CATALOG, {})
    ]


_FIGURES = {
    CLIENTS: (
        "順位",
        "評価点",
        "偏差値",
        "前回差",
        *SHORTS,
        "★未実施",
        "保険案内レベル",
        "未回答数",
        "改善対象の設問数",
        "診断者の修正",
        *_met_heads(),
    ),
    HEATMAP: tuple(SHORTS),
    ITEMS: (
        "順位",
        "はい",
        "一部",
        "いいえ",
        "わからない",
        "該当なし",
        "未回答",
        "失点の合計",
    ),
    DATA: ("評価値", "重み", "得点", "失点"),
}


@pytest.mark.parametrize("which", _FIGURES)
def test_figures_are_numbers(which: int) -> None:
    for row in table(page(which)):
        for name, value in row.items():
            if name in _FIGURES[which]:
                assert value is None or isinstance(value, int | float), (name, value)
            elif value is not None:
                assert isinstance(value, str), (name, value)


def test_shares_and_scores_are_formatted_as_such() -> None:
    items, clients = page(ITEMS), page(CLIENTS)
    heads = [cell.value for cell in items[4]]
    assert items.cell(5, heads.index("はい") + 1).number_format == "0%"
    heads = [cell.value for cell in clients[4]]
    score = get_column_letter(heads.index("評価点") + 1)
    assert clients[f"{score}5"].number_format == "0.0"


# --- odd batches


def small(*lines: str, **parts: Any) -> Catalog:
    return change_catalog(name_categories(catalog(*lines)), **parts)


_ODD: Mapping[str, Sequence[ReceivedFile]] = {
    "nothing at all": [],
    "only rejected": [read_content("見積書.pdf", b"%PDF-1.7", JIS)],
    "only held": [client("途中株式会社", {"POL": "."})],
    "only ignored": [ReceivedFile("~$a.xlsx", "", ignored=True)],
    "one client": [client("満点株式会社")],
    "no names": [client("", {"POL": "△"}), client("", {"HUM": "△"})],
}


@both
@pytest.mark.parametrize("which", _ODD)
def test_odd_batches(which: str, lang: Lang) -> None:
    content = portfolio(resolve_all(*_ODD[which]), lang=lang, issuer=Issuer())
    assert lint(content) == []
    book = open_workbook(content)
    assert book.sheetnames == NAMES[lang]
    ranked = which in ("one client", "no names")
    assert len(charts(book.worksheets[OVERVIEW])) == (6 if ranked else 0)
    names = [len(each.tables) for each in book.worksheets]
    attention = 0 if which in ("nothing at all", "only ignored", "one client") else 1
    assert names == [0, *([int(ranked)] * 6), attention, 0, int(ranked)]


def test_clients_without_a_name_are_listed_by_file() -> None:
    content = portfolio(resolve_all(*_ODD["no names"]))
    names = [row["診断先"] for row in table(page(CLIENTS, content))]
    assert all(re.fullmatch(r"（会社名未記入）.*\.xlsx", name) for name in names)


def test_a_category_that_applies_to_nobody() -> None:
    given = [client("自宅株式会社", {"PHY": "-"}, catalog=CATALOG)]
    content = portfolio(resolve_all(*given, catalog=CATALOG), catalog=CATALOG)
    assert lint(content) == []
    assert "物理・環境" not in table(page(CLIENTS, content))[0]
    assert "物理的及び環境面でのセキュリティ" not in texts_on(page(OVERVIEW, content))


def test_no_chart_draws_a_category_that_applies_to_nobody() -> None:
    given = [client("自宅株式会社", {"PHY": "-"}, catalog=CATALOG)]
    content = portfolio(resolve_all(*given, catalog=CATALOG), catalog=CATALOG)
    for _, labels, values in drawn(content, OVERVIEW, 3):
        assert "物理的及び環境面でのセキュリティ" not in labels
        assert all(isinstance(value, int | float) for value in values)


@pytest.mark.parametrize(
    "shorts",
    [
        pytest.param(["分野", "分野", "ほか", "外"], id="two alike"),
        pytest.param(["abc", "ABC", "ほか", "外"], id="but for letter case"),
        pytest.param(["ランク", "報告書", "ほか", "外"], id="like other headings"),
    ],
)
def test_names_of_categories_may_be_any(shorts: list[str]) -> None:
    content = catalog("3! 1", "2", "1", "2 1").model_dump()
    for each, short in zip(content["categories"], shorts, strict=True):
        each["short"] = {"ja": short, "en": short}
    made = Catalog.model_validate(content)
    assert lint(portfolio(resolve_all(client("a", catalog=made), catalog=made), catalog=made)) == []


def test_answer_sets_may_share_labels() -> None:
    content = name_categories(catalog("3! 1", "2", "1", "2 1")).model_dump()
    choices = content["answer_sets"]["implementation"]
    content["answer_sets"]["other"] = [{**each, "id": f"other-{each['id']}"} for each in choices]
    content["categories"][0]["items"][0]["answer_set"] = "other"
    made = Catalog.model_validate(content)
    given = Entries(PROFILE, dict.fromkeys(made.items, "はい"))
    outcome = resolve_all(receive_sheet(given, catalog=made), catalog=made)
    assert lint(portfolio(outcome, catalog=made)) == []
