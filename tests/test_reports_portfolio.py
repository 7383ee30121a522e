"""The portfolio as a person reviews it: counts, order, averages, links, tables and charts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from statistics import mean, median
from typing import Any

import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.figures import shown
from sheet_diag.intake import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Outcome, Status
from sheet_diag.model.returns import Received
from sheet_diag.model.settings import Issuer
from sheet_diag.problems import severity
from sheet_diag.sheet import Entries
from sheet_diag.wording import Wording
from tests.catalogs import JIS, catalog
from tests.formulas import Calculator
from tests.lint import lint
from tests.samples import (
    ISSUER_EN,
    PROFILE,
    changed,
    client,
    leavable,
    named,
    portfolio,
    received,
    reference,
    settled,
)
from tests.workbooks import (
    NS,
    box,
    calamine,
    charts,
    cut_texts,
    merges,
    opened,
    row_values,
    rows_with,
    sheet,
    sheet_parts,
    strings,
    xml_parts,
)

NAMES = {
    Lang.JA: ["概要", "一覧", "ヒートマップ", "設問分析", "要確認", "データ"],
    Lang.EN: ["Overview", "Clients", "Heat map", "Questions", "Attention", "Data"],
}
OVERVIEW, CLIENTS, HEATMAP, ITEMS, ATTENTION, DATA = range(6)

# PHY may be left out here, so that one client has a category that does not apply.
CATALOG = leavable(JIS, "PHY")
SHORTS = [category.short.ja for category in CATALOG.categories]

_WEAKEST = Wording(Lang.JA)("portfolio.clients.weakest")

both = pytest.mark.parametrize("lang", Lang)


def _returns() -> list[Received]:
    same = {"POL": "△"}  # two clients with one score: their names decide
    return [
        client("いろは商会", same, catalog=CATALOG),
        client("全否株式会社", rest="×", catalog=CATALOG),
        received(Entries(PROFILE, reference()), file="見本.xlsx", catalog=CATALOG),
        client("自宅株式会社", {"PHY": "-", "CRI": "△"}, catalog=CATALOG),
        client("あいう商会", same, catalog=CATALOG),
        client("満点株式会社", catalog=CATALOG),
        client("未回答商店", {"POL-05": ".", "HUM-02": ".", "AST-01": "?"}, catalog=CATALOG),
        client("途中株式会社", {"POL": "."}, catalog=CATALOG),
        read_content("見積書.pdf", b"%PDF-1.7", CATALOG),
        read_content("空.xlsx", b"", CATALOG),
        Received("~$a.xlsx", "", ignored=True),
    ]


@cache
def outcomes() -> tuple[Outcome, ...]:
    given = _returns()
    again = given[5]
    return tuple(settled(*given, _renamed(again, "満点の写し.xlsx"), catalog=CATALOG))


def _renamed(given: Received, file: str) -> Received:
    return Received(file, given.sha256, sheet=given.sheet, problems=given.problems)


@cache
def made(lang: Lang = Lang.JA) -> bytes:
    return portfolio(outcomes(), catalog=CATALOG, lang=lang, issuer=ISSUER_EN)


def page(which: int, content: bytes = b"", lang: Lang = Lang.JA) -> Worksheet:
    return sheet(opened(content or made(lang)), NAMES[lang][which])


def table(listing: Worksheet) -> list[dict[str, Any]]:
    """The rows of a sheet's only table, by heading."""
    tables = list(listing.tables.values())
    assert len(tables) == 1
    rows = list(listing[tables[0].ref])
    heads = [str(cell.value) for cell in rows[0]]
    return [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in rows[1:]]


def ranked() -> list[Outcome]:
    return [each for each in outcomes() if each.status is Status.RANKED]


def scores(outcome: Outcome) -> dict[str, float | None]:
    """Shown score by category."""
    assert outcome.diagnosis
    categories = outcome.diagnosis.scores.categories
    found = {name: categories[name].score for name in categories}
    return {name: None if s is None else float(shown(s)) for name, s in found.items()}


# --- sound workbooks


@both
def test_sheets_and_nothing_to_repair(lang: Lang) -> None:
    content = made(lang)
    assert opened(content).sheetnames == NAMES[lang]
    assert opened(content).active is page(OVERVIEW, lang=lang)
    assert lint(content) == []
    assert list(calamine(content)) == NAMES[lang]
    assert all(root.findall(".//m:f", NS) == [] for root in sheet_parts(content).values())


def test_same_arguments_same_bytes() -> None:
    assert portfolio(outcomes(), catalog=CATALOG, issuer=ISSUER_EN) == made()


def test_the_order_of_files_changes_nothing_but_ties() -> None:
    backwards = portfolio(outcomes()[::-1], catalog=CATALOG, issuer=ISSUER_EN)
    for which in (CLIENTS, ITEMS):
        rows = table(sheet(opened(backwards), NAMES[Lang.JA][which]))
        assert rows == table(page(which))


@both
def test_nothing_is_cut(lang: Lang) -> None:
    book = opened(made(lang))
    assert [text for each in book.worksheets for text in cut_texts(each, margin=0.6)] == []


def test_an_english_portfolio_has_no_japanese_of_ours() -> None:
    given = settled(
        client("Sample K.K.", {"POL": "△"}, lang=Lang.EN),
        client("Other K.K.", {"POL": ".", "HUM-01": "-"}, lang=Lang.EN),
        read_content("quote.pdf", b"%PDF-1.7", JIS),
    )
    book = opened(portfolio(given, lang=Lang.EN, issuer=ISSUER_EN))
    texts = [text for each in book.worksheets for text in strings(each)]
    assert [text for text in texts if any(ord(char) > 0x2FFF for char in text)] == []


# --- 概要


def tiles(overview: Worksheet) -> dict[str, Any]:
    """The figures at the top, by the label above each."""
    row = rows_with(overview, "受け取ったファイル")[0]
    labels = {cell.column: cell.value for cell in overview[row] if cell.value}
    return {str(label): overview.cell(row + 1, column).value for column, label in labels.items()}


def test_counts() -> None:
    found = tiles(page(OVERVIEW))
    average = mean(row["総合評価点"] for row in table(page(CLIENTS)))
    assert found == {
        "受け取ったファイル": 12,
        "判定済み": 7,
        "判定保留": 1,
        "読み取り不可": 2,
        "対象外（重複など）": 2,
        "平均点": pytest.approx(average),
    }
    statuses = Counter(each.status for each in outcomes())
    assert statuses == {
        Status.RANKED: 7, Status.HELD: 1, Status.REJECTED: 2, Status.SUPERSEDED: 1,
        Status.IGNORED: 1,
    }  # fmt: skip


def test_rank_distribution() -> None:
    ranks = Counter(row["ランク"] for row in table(page(CLIENTS)))
    overview = page(OVERVIEW)
    for rank in "ABCDE":
        stated = row_values(overview, rows_with(overview, rank)[0])[:3]
        assert stated == [rank, ranks[rank], pytest.approx(ranks[rank] / 7)]
    assert row_values(overview, rows_with(overview, "合計")[0])[:2] == ["合計", 7]


def test_category_averages() -> None:
    overview = page(OVERVIEW)
    for category in CATALOG.categories:
        given = [score for each in ranked() if (score := scores(each)[category.id]) is not None]
        assert len(given) == (6 if category.id == "PHY" else 7)
        row = next(row for row in rows_with(overview, category.short.ja))
        figures = row_values(overview, row)[-4:]
        expected = (mean(given), median(given), min(given), max(given))
        assert figures == [pytest.approx(value) for value in expected]


def test_the_date_and_the_catalogue_are_told() -> None:
    texts = strings(page(OVERVIEW))
    assert "2026年11月23日 現在" in texts
    assert any(CATALOG.id in text and CATALOG.version in text for text in texts)


def chart(content: bytes, kind: str) -> tuple[list[Any], list[Any]]:
    """Labels and values of the chart of that kind, from the cells that it refers to."""
    roots = [root for name, root in xml_parts(content).items() if "/charts/chart" in name]
    root = next(root for root in roots if root.find(f".//c:{kind}", NS) is not None)
    series = root.findall(".//c:ser", NS)
    assert len(series) == 1
    calculator = Calculator(opened(content))
    areas = [series[0].findtext(f"c:{part}//c:f", "", NS) for part in ("cat", "val")]
    labels, values = (calculator.area(page(OVERVIEW, content), area) for area in areas)
    return labels, values


def test_two_charts_of_the_figures_on_the_page() -> None:
    assert len(charts(page(OVERVIEW))) == 2
    assert all(not charts(page(which)) for which in range(1, 6))
    ranks = Counter(row["ランク"] for row in table(page(CLIENTS)))
    assert chart(made(), "barChart") == (list("ABCDE"), [ranks[rank] for rank in "ABCDE"])
    labels, values = chart(made(), "radarChart")
    assert labels == SHORTS
    overview = page(OVERVIEW)
    means = [row_values(overview, rows_with(overview, short)[0])[-4] for short in SHORTS]
    assert values == means


@both
def test_charts_cover_nothing(lang: Lang) -> None:
    overview = page(OVERVIEW, lang=lang)
    one, other = charts(overview)
    assert not one.meets(other)
    for area in (one, other):
        rows = overview.iter_rows(area.top, area.bottom, area.left, area.right)
        assert [cell.value for row in rows for cell in row if cell.value is not None] == []
        assert not any(merge.meets(area) for merge in merges(overview))


def test_the_guide_leads_to_the_other_sheets() -> None:
    links = sheet_parts(made())["概要"].findall("m:hyperlinks/m:hyperlink", NS)
    assert [link.get("location") for link in links] == [f"'{n}'!A1" for n in NAMES[Lang.JA][1:]]


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
    keys = [(row["ランク"], -row["総合評価点"]) for row in rows]
    assert keys == sorted(keys)
    assert [row["順位"] for row in rows] == [1, 2, 3, 3, 5, 6, 7]


def test_clients_say_what_their_reports_say() -> None:
    by_name = {str(o.received.sheet.name): o for o in ranked() if o.received.sheet}
    for row in table(page(CLIENTS)):
        outcome = by_name[row["診断先"]]
        assert outcome.diagnosis
        found = outcome.diagnosis.scores
        assert found.overall is not None
        assert row["総合評価点"] == float(shown(found.overall))
        assert (row["ランク"], row["基礎ランク"]) == (found.rank, found.base_rank)
        assert [row[short] for short in SHORTS] == list(scores(outcome).values())
        given = dict(zip(SHORTS, scores(outcome).values(), strict=True))
        lowest = min((s for s in given if given[s] is not None), key=lambda s: given[s] or 0)
        assert row[_WEAKEST] == lowest
        assert row["保険案内レベル"] == outcome.diagnosis.insurance.level
        assert (row["業種"], row["従業員数"]) == ("製造業", "6〜20人")
    open_items = {row["診断先"]: row["未回答数"] for row in table(page(CLIENTS))}
    assert {name: count for name, count in open_items.items() if count} == {"未回答商店": 2}


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


@pytest.mark.parametrize(("which", "first"), [(CLIENTS, "総合評価点"), (HEATMAP, "ポリシー")])
def test_scores_are_shaded(which: int, first: str) -> None:
    listing = page(which)
    rules = [(str(a.sqref), rule.type) for a in listing.conditional_formatting for rule in a.rules]
    assert len(rules) == 1
    area, kind = rules[0]
    assert kind == "colorScale"
    place, head = box(area), list(table(listing)[0])
    assert (place.left - 1, place.right - 1) == (head.index(first), head.index("危機管理"))
    assert (place.top, place.bottom) == (5, 4 + len(table(listing)))


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
    assert [row["順位"] for row in rows] == list(range(1, 55))
    for row in rows:
        found = [o.diagnosis.scores.items[row["No."]].lost for o in ranked() if o.diagnosis]
        lost = [value for value in found if value is not None]
        assert row["失点の合計"] == pytest.approx(float(sum(lost)))
        assert row["平均失点"] == pytest.approx(float(sum(lost)) / len(lost))
    order = list(CATALOG.items)
    keys = [(-row["失点の合計"], order.index(row["No."])) for row in rows]
    assert keys == sorted(keys)


# --- 要確認


def test_every_held_or_rejected_file_is_listed() -> None:
    rows = table(page(ATTENTION))
    listed = {(row["ファイル"], row["状態"]) for row in rows}
    assert {("途中株式会社.xlsx", "判定保留")} <= listed
    assert {("見積書.pdf", "読み取り不可"), ("空.xlsx", "読み取り不可")} <= listed
    wanted = [
        (each.received.file, problem.cell, problem.item)
        for each in outcomes()
        for problem in each.problems
        if severity(problem.code) != "info"
    ]
    found = [(row["ファイル"], row["セル"], row["No."]) for row in rows]
    assert sorted(map(str, found)) == sorted(map(str, wanted))
    assert all(row["内容"] for row in rows)
    assert all(row["ご対応"] for row in rows if row["区分"] == "要修正")
    order = ["読み取り不可", "判定保留", "判定済み"]
    places = [order.index(row["状態"]) for row in rows]
    assert places == sorted(places)


# --- データ


def test_data_are_tidy() -> None:
    rows = table(page(DATA))
    assert len(rows) == 7 * len(CATALOG.items)
    assert len({(row["ファイル"], row["No."]) for row in rows}) == len(rows)
    one = next(r for r in rows if r["診断先"] == "株式会社見本" and r["No."] == "PHY-02")
    expected = {"ランク": "B", "カテゴリ": "物理・環境", "回答": "一部", "評価値": 0.5}
    assert one | expected | {"重み": 3, "得点": 1.5, "失点": 1.5, "備考": None} == one
    left = next(r for r in rows if r["診断先"] == "自宅株式会社" and r["No."] == "PHY-02")
    assert (left["回答"], left["評価値"], left["失点"]) == ("該当なし", None, None)
    blank = next(r for r in rows if r["診断先"] == "未回答商店" and r["No."] == "POL-05")
    assert (blank["回答"], blank["評価値"], blank["得点"]) == ("未回答", 0, 0)


# --- tables


@pytest.mark.parametrize("which", [CLIENTS, HEATMAP, ITEMS, ATTENTION, DATA])
def test_native_tables_with_filters(which: int) -> None:
    listing = page(which)
    native = next(iter(listing.tables.values()))
    assert native.autoFilter
    assert native.autoFilter.ref == native.ref
    place = box(str(native.ref))
    assert listing.max_row == place.bottom
    assert str(listing.freeze_panes)[-1:] == str(place.top + 1)
    assert listing.print_title_rows == f"${place.top}:${place.top}"
    assert listing.page_setup.orientation == "landscape"


_ANSWERS = [*(choice.label.ja for choice in JIS.answer_sets["implementation"]), "未回答"]
_FIGURES = {
    CLIENTS: ("順位", "総合評価点", *SHORTS, "保険案内レベル", "未回答数"),
    HEATMAP: tuple(SHORTS),
    ITEMS: (
        "順位",
        "はい",
        "一部",
        "いいえ",
        "わからない",
        "該当なし",
        "未回答",
        "平均失点",
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
    score = get_column_letter(heads.index("総合評価点") + 1)
    assert clients[f"{score}5"].number_format == "0.0"


# --- odd batches


def small(*lines: str, **parts: Any) -> Catalog:
    return changed(named(catalog(*lines)), **parts)


_ODD: Mapping[str, Sequence[Received]] = {
    "nothing at all": [],
    "only rejected": [read_content("見積書.pdf", b"%PDF-1.7", JIS)],
    "only held": [client("途中株式会社", {"POL": "."})],
    "only ignored": [Received("~$a.xlsx", "", ignored=True)],
    "one client": [client("満点株式会社")],
    "no names": [client("", {"POL": "△"}), client("", {"HUM": "△"})],
}


@both
@pytest.mark.parametrize("which", _ODD)
def test_odd_batches(which: str, lang: Lang) -> None:
    content = portfolio(settled(*_ODD[which]), lang=lang, issuer=Issuer())
    assert lint(content) == []
    book = opened(content)
    assert book.sheetnames == NAMES[lang]
    ranked = which in ("one client", "no names")
    assert len(charts(book.worksheets[OVERVIEW])) == (2 if ranked else 0)
    names = [len(each.tables) for each in book.worksheets]
    attention = 0 if which in ("nothing at all", "only ignored", "one client") else 1
    assert names == [0, *([int(ranked)] * 3), attention, int(ranked)]


def test_clients_without_a_name_are_listed_by_file() -> None:
    content = portfolio(settled(*_ODD["no names"]))
    names = [row["診断先"] for row in table(page(CLIENTS, content))]
    assert all(re.fullmatch(r"（会社名未記入）.*\.xlsx", name) for name in names)


def test_a_category_that_applies_to_nobody() -> None:
    given = [client("自宅株式会社", {"PHY": "-"}, catalog=CATALOG)]
    content = portfolio(settled(*given, catalog=CATALOG), catalog=CATALOG)
    assert lint(content) == []
    assert table(page(CLIENTS, content))[0]["物理・環境"] is None
    overview = page(OVERVIEW, content)
    assert row_values(overview, rows_with(overview, "物理・環境")[0])[-4:] == ["－"] * 4


def test_the_radar_draws_no_category_that_applies_to_nobody() -> None:
    given = [client("自宅株式会社", {"PHY": "-"}, catalog=CATALOG)]
    content = portfolio(settled(*given, catalog=CATALOG), catalog=CATALOG)
    labels, values = chart(content, "radarChart")
    assert "物理・環境" not in labels
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
    assert lint(portfolio(settled(client("a", catalog=made), catalog=made), catalog=made)) == []


def test_answer_sets_may_share_labels() -> None:
    content = named(catalog("3! 1", "2", "1", "2 1")).model_dump()
    choices = content["answer_sets"]["implementation"]
    content["answer_sets"]["other"] = [{**each, "id": f"other-{each['id']}"} for each in choices]
    content["categories"][0]["items"][0]["answer_set"] = "other"
    made = Catalog.model_validate(content)
    given = Entries(PROFILE, dict.fromkeys(made.items, "はい"))
    outcome = settled(received(given, catalog=made), catalog=made)
    assert lint(portfolio(outcome, catalog=made)) == []
