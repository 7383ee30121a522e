"""Sections 5 to 7 of the report view: others and last time, insurance, and how it was assessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.comparison import (
    OVERALL,
    Comparison,
    GroupKind,
    ItemChange,
    Movement,
    PastDiagnosis,
    PeerGroup,
)
from sheet_diag.model.overrides import Judgement, Override
from sheet_diag.model.record import Text
from sheet_diag.model.report_view import Comparisons, Peers, Previous, ReportView
from tests import ranks
from tests.catalogs import JIS, SCORING, catalog, present
from tests.report_contexts import STANDING, compared, group, make_view
from tests.samples import ISSUER, allow_na, change_catalog, name_categories

NO_PEERS: tuple[PeerGroup, ...] = ()


def section(rows: Mapping[str, str] | None = None, **parts: Any) -> Comparisons:
    found = make_view(rows or {"COM": "×"}, **parts).comparisons
    assert found
    return found


def peers_of(rows: Mapping[str, str] | None = None, **parts: Any) -> Peers:
    found = section(rows, **parts).peers
    assert found
    return found


def previous_of(**parts: Any) -> Previous:
    found = section(comparison=compared(**parts)).previous
    assert found
    return found


# --- the section


@pytest.mark.parametrize(
    ("comparison", "heading"),
    [
        (compared(), "5. 他社・前回との比較"),
        (replace(compared(), previous=None), "5. 他社との比較"),
        (compared(peers=NO_PEERS), "5. 前回との比較"),
    ],
)
def test_the_heading_says_what_is_compared(comparison: Comparison, heading: str) -> None:
    view = make_view({"COM": "×"}, comparison=comparison)
    assert view.comparisons
    assert view.comparisons.heading == heading
    assert present(view.insurance).heading == "6. 保険のご案内"
    assert view.method.heading == "7. 診断の方法と前提"


def test_without_anything_to_compare_the_numbers_have_no_gap() -> None:
    view = make_view({"COM": "×"})
    assert view.comparisons is None
    assert present(view.insurance).heading == "5. 保険のご案内"
    assert view.method.heading == "6. 診断の方法と前提"


# --- others


def test_the_overall_score_stands_in_each_group_then_the_categories_among_all() -> None:
    rows = peers_of(comparison=compared()).rows
    assert [(row.name, row.group) for row in rows[:3]] == [
        ("総合評価点", "全診断先24社"), ("総合評価点", "同規模（51〜100人）6社"),
        ("1. ポリシー", ""),
    ]  # fmt: skip
    assert len(rows) == 2 + len(JIS.categories)
    assert (rows[0].own, rows[0].median) == ("83.3", "62（41–80）")
    assert rows[0].places.quartiles == (41.4, 80.5)


def test_a_group_of_the_very_same_clients_as_all_is_left_out() -> None:
    alike = (group(), group(GroupKind.INDUSTRY, "E", 24))
    rows = peers_of(comparison=compared(peers=alike)).rows
    assert [row.group for row in rows if row.group] == ["全診断先24社"]


def test_the_best_rank_is_compared_by_its_overall_score_only() -> None:
    part = peers_of({"AST-08": "△"}, comparison=compared())
    assert all(row.group for row in part.rows)
    assert not any("カテゴリ" in note for note in part.notes)


def test_a_category_out_of_scope_is_not_compared() -> None:
    rows = peers_of(
        {"PHY": "-", "POL": "△"}, of=allow_na(JIS, "PHY"), comparison=compared()
    ).rows  # fmt: skip
    assert [row.name for row in rows if "物理" in row.name] == []
    assert len(rows) == 1 + len(JIS.categories)


@pytest.mark.parametrize(
    ("lower", "median", "upper", "position"),
    [
        (20, 40, 83.3, "上位25％"),
        (20, 40, 83.4, "中央値以上"),
        (20, 62.4, 90, "中央値以上"),
        (80, 91.6, 95, "中央値まで9点"),
        (80, 83.4, 95, "中央値まで1点"),
    ],
)
def test_a_position_is_told_in_the_upper_half_and_below_it_the_way_there(
    lower: float, median: float, upper: float, position: str
) -> None:
    standing = replace(STANDING, lower=lower, median=median, upper=upper)
    groups = (PeerGroup(GroupKind.ALL, "", {OVERALL: standing}),)
    (row,) = peers_of(comparison=compared(peers=groups)).rows
    assert row.position == position


@pytest.mark.parametrize(("count", "shown"), [(9, "－"), (10, "56.8")])
def test_a_t_score_is_shown_from_ten_companies_on(count: int, shown: str) -> None:
    rows = peers_of(comparison=compared(peers=(group(count=count),))).rows
    assert {row.deviation for row in rows} == {shown}


def test_frozen_statistics_are_told_with_their_day_and_version() -> None:
    frozen = Comparison((group(),), reference="2025-11-23", reference_version="0.9")
    view = make_view({"COM": "×"}, comparison=frozen)
    assert view.comparisons
    assert view.comparisons.peers
    (note,) = view.comparisons.peers.notes
    assert note.startswith("比較の基準には、2025年11月23日時点の統計を用いました。")
    assert "（0.9）" in note
    key = [each.text for each in view.summary.bar.key if each.drawn == "median"]
    assert key == ["2025年11月23日時点の24社の中央値62点"]


# --- last time


def test_last_time_is_told_in_one_sentence_with_what_moved() -> None:
    part = previous_of()
    assert part.heading == "前回（2025年11月23日）からの変化"
    assert part.sentence == (
        "総合評価点は、65.2点（ランクC）から83.3点（ランクD）になりました。"
        "改善した設問は1問、低下した設問は1問です。"
    )
    topics = {name: JIS.items[name].topic.ja for name in ("POL-01", "PHY-01")}
    assert [(each.mark, each.item, each.answers) for each in part.changes] == [
        ("▲ 改善", f"POL-01 {topics['POL-01']}", "いいえ → はい"),
        ("▼ 低下", f"PHY-01 {topics['PHY-01']}", "はい → いいえ"),
    ]
    assert part.more == ("点数に関わらない回答の変更（1問）：AST-09",)


def test_at_most_eight_risers_and_four_fallers_are_listed_key_measures_first() -> None:
    items = list(JIS.items)
    changes = tuple(
        ItemChange(item, Movement.IMPROVED, "no", "yes") for item in items[:20]
    ) + tuple(ItemChange(item, Movement.WORSENED, "yes", "partial") for item in items[20:30])
    part = previous_of(changes=changes)
    assert [each.mark for each in part.changes] == ["▲ 改善"] * 8 + ["▼ 低下"] * 4
    assert part.more == ("改善は、ほか12問です。", "低下は、ほか6問です。")
    first = [each.item.split(" ")[0] for each in part.changes[:3]]
    assert first == ["POL-03", "HUM-01", "HUM-05"]  # the key measures among the first twenty


def test_an_equal_copy_is_warned_of() -> None:
    part = previous_of(copied=True, changes=())
    assert part.warning == (
        "ご回答と備考が、前回とすべて同じです。現在の状況に基づくご回答かどうか、ご確認ください。"
    )
    assert previous_of().warning == ""


def test_no_change_is_told_as_none() -> None:
    assert previous_of(changes=()).sentence.endswith("回答が変わった設問はありません。")


def test_questions_that_cannot_be_compared_are_listed() -> None:
    changes = (
        ItemChange("POL-04", Movement.REWORDED, "no", "yes"),
        ItemChange("COM-02", Movement.REWORDED, "no", "yes"),
        ItemChange("COM-10", Movement.NEW, None, "yes"),
        ItemChange("OLD-1", Movement.GONE, "partial", None),
        ItemChange("CRI-01", Movement.NOT_COMPARED, "no", "yes"),
    )
    assert previous_of(changes=changes).more == (
        "問い方が変わりました（2問）：POL-04、COM-02",
        "新しい設問（1問）：COM-10",
        "今回はお聞きしていない設問（1問）：OLD-1",
        "内容が変わったため比べていない設問（1問）：CRI-01",
    )


def test_another_version_is_compared_over_what_both_ask() -> None:
    sentence = previous_of(common=True).sentence
    assert sentence.startswith(
        "前回は旧版の設問による65.2点（ランクC）で、点数とランクは今回と比べられません。"
    )
    assert "44問を今回の配点で採点して比べると、60.0点から70.0点になりました。" in sentence


def test_a_changed_catalogue_is_told() -> None:
    assert "設問カタログの内容が異なる" in previous_of(same_catalog=False).sentence


PAST = (
    PastDiagnosis(date(2024, 11, 1), f"{JIS.id}@2026.1", Fraction(612, 10), ranks.C),
    PastDiagnosis(date(2025, 11, 1), f"{JIS.id}@{JIS.version}", Fraction(652, 10), ranks.C),
)


def test_the_history_ends_with_today_and_marks_another_version() -> None:
    part = section(comparison=compared(), history=PAST).previous
    assert part
    assert [(each.day, each.shown, each.rank, each.remark) for each in part.history] == [
        ("2024年11月", "61.2", "C", "旧版の設問"),
        ("2025年11月", "65.2", "C", ""),
        ("2026年11月", "83.3", "D", ""),
    ]
    assert part.history_heading == "これまでの推移"
    assert part.history_alternative.startswith("総合評価点の推移：2024年11月 61.2点（ランクC）、")


def test_a_history_without_the_last_time_stands_alone() -> None:
    part = section(history=PAST[:1])
    assert part.heading == "5. 前回との比較"
    assert part.previous
    assert (part.previous.heading, part.previous.sentence) == ("これまでの推移", "")
    assert make_view({"COM": "×"}, history=()).comparisons is None


# --- insurance


def test_the_notice_stands_alone_under_its_heading() -> None:
    report = JIS.report.model_dump()
    for variants in report["insurance"]["notices"].values():
        for text in variants.values():
            text["ja"] = "また、" + text["ja"]
    joined = make_view(of=change_catalog(JIS, report=report)).insurance
    assert present(joined).notice == present(make_view().insurance).notice


def test_facts_show_the_entries_and_what_raises_the_exposure() -> None:
    part = present(make_view({"COM": "×"}, profile={"sensitive_data": "none"}).insurance)
    assert [(each.text, each.is_own) for each in part.levels] == [
        ("小", False), ("中", True), ("大", False),
    ]  # fmt: skip
    facts = [(each.entry, each.factor) for each in part.facts]
    assert facts == [
        ("1,001件以上1万件未満", "▲ 要因"), ("なし", ""), ("未記入", ""), ("あり", "▲ 要因"),
        ("未記入", ""),
    ]  # fmt: skip


def test_records_that_are_not_known_count_at_least_as_the_catalogue_says() -> None:
    part = present(make_view(profile={"personal_records": "", "entrusted_data": "no"}).insurance)
    assert part.facts[0].factor == "確認できないため「中」以上"


# --- how it was assessed


def row(view: ReportView, label: str) -> str:
    return next((each.text for each in view.method.rows if each.label == label), "")


def test_the_rows_of_the_method_stand_in_their_order() -> None:
    assert [each.label for each in make_view().method.rows] == [
        "評価の方法", "ランク", "ご回答の状況", "評価の限界", "再診断", "お取扱い",
        "想定影響度", "発行・出典",
    ]  # fmt: skip


def test_scoring_and_ranks_are_read_from_the_catalogue() -> None:
    view = make_view()
    assert row(view, "評価の方法").startswith(
        "6カテゴリ・56問のヒアリングシートへのご回答（自己申告）に基づきます。"
        "「はい」を1、「一部」を0.5、「いいえ」「わからない」を0、未回答を0として、"
        "設問の重み（1〜3）を掛け、"
    )
    assert row(view, "ランク") == (
        "総合評価点によります（85／70／50／30点が境界）。"
        "ただし、次の場合は点数にかかわらず上限があります。\n"
        "上限B：70点未満のカテゴリがある、★の未実施または未確認が1件以上、★の一部実施が2件以上、"
        "「該当なし」が配点の50％を超えるカテゴリがある"
        "\n上限C：50点未満のカテゴリがある、★の未実施または未確認が3件以上"
        "\n上限D：30点未満のカテゴリが3つ以上、★の未実施または未確認が6件以上"
    )


def test_other_numbers_of_a_catalogue_are_told_as_they_are() -> None:
    scoring = {
        **SCORING,
        "ranks": {"A": 90, "B": 75, "C": 55, "D": 35, "E": 0},
        "caps": {
            "category_below": [], "categories_below": [], "critical_missed": [],
            "critical_partial": [], "na_share": None,
        },
    }  # fmt: skip
    view = make_view(of=name_categories(catalog("2", "2", "2", "2", scoring=scoring)))
    assert row(view, "ランク") == "総合評価点によります（90／75／55／35点が境界）。"
    assert "設問の重み（2）を掛け" in row(view, "評価の方法")
    assert "保険のご案内" not in row(view, "評価の方法")  # that question counts here
    weighted = catalog("2", "2", "2", "2", weights={"C2": 3})
    assert "カテゴリの重みを付けた" in row(make_view(of=weighted), "評価の方法")


def test_the_question_on_insurance_is_told_to_touch_no_score() -> None:
    asked = present(JIS.insurance).variant.item
    text = f"設問{asked}は、保険のご案内の内容を選ぶためのもので、点数に影響しません。"
    assert text in row(make_view(), "評価の方法")


def test_answers_are_counted() -> None:
    view = make_view({"PHY-01": "?", "AST-08": ".", "HUM-02": "-"})
    assert row(view, "ご回答の状況") == (
        "56問のうち55問にご回答をいただきました。"
        "このうち「わからない」が1問、「該当なし」が1問（計算から除外）です。"
        "未回答の1問が満点であれば、96.8点（ランクB）です。"
    )


def test_what_open_questions_could_bring_is_told_only_where_there_are_any() -> None:
    assert "満点であれば" not in row(make_view({"PHY-01": "?"}), "ご回答の状況")


def test_the_strict_score_is_told_where_its_rank_differs() -> None:
    lines = ("3n 3", "9", "9", "9")
    differs = row(make_view({"C1": "-△", "C2": "△"}, of=catalog(*lines)), "ご回答の状況")
    assert "「該当なし」を0点とみなすと、68.7点（ランクC）です（参考）。" in differs
    same = row(make_view({"C1": "-○"}, of=catalog("1n 9", "9", "9", "9")), "ご回答の状況")
    assert "とみなすと" not in same


def test_preamble_and_closing_stand_in_their_rows() -> None:
    view, own = make_view(), JIS.own_labels
    limits, handling = present(own["report.preamble"]).ja.split("\n")
    assert row(view, "評価の限界") == limits
    assert row(view, "お取扱い") == handling
    assert row(view, "再診断") == present(own["report.closing"]).ja
    assert row(view, "想定影響度") == present(JIS.insurance).exposure.assumption.ja
    short = {**JIS.report.labels, "report.preamble": Text(ja=limits, en="Limits")}
    report = JIS.report.model_copy(update={"labels": short})
    bare = make_view(of=JIS.model_copy(update={"report": report}))
    assert row(bare, "お取扱い") == ""


def test_issue_and_sources_name_number_issuer_and_what_is_referred_to() -> None:
    text = row(make_view(), "発行・出典")
    assert text.startswith(f"SD-1　2026年11月23日　{ISSUER.name}　{ISSUER.address}　出典：")
    assert "JIS Q 27002:2024" in text
    assert JIS.threats
    assert JIS.threats.source.ja in text
    assert "出典" not in row(make_view(of=catalog("2", "2", "2", "2")), "発行・出典")


def test_every_changed_answer_is_listed_with_reason_and_name() -> None:
    changes = (
        Override("PHY-01", "partial", "一部", "no", "訪問時に無施錠だったため。", "田中"),
        Override("COM-01", None, "検討中", "no", "電話で確かめたため。", "佐藤"),
        Override("COM-02", None, "", "yes", "資料で確かめたため。", "佐藤"),
    )
    changed = make_view(judgement=Judgement(changes)).method.changed
    assert changed
    assert changed.heading == "修正した回答"
    assert [(each.item[:6], each.answers, each.reason, each.by) for each in changed.rows] == [
        ("PHY-01", "一部 → いいえ", "訪問時に無施錠だったため。", "田中"),
        ("COM-01", "検討中 → いいえ", "電話で確かめたため。", "佐藤"),
        ("COM-02", "未回答 → はい", "資料で確かめたため。", "佐藤"),
    ]
    assert make_view().method.changed is None


def test_english_tells_the_same() -> None:
    view = make_view({"COM": "×"}, lang=Lang.EN, comparison=compared(), history=PAST)
    assert view.comparisons
    assert view.comparisons.peers
    assert {row.position for row in view.comparisons.peers.rows} <= {
        "Top quarter", "Above median", "62 to the median",
    }  # fmt: skip
    assert view.method.heading == "7. Basis of this assessment"
    assert row(view, "Rating").startswith("By the overall score, with borders at 85, 70, 50, 30.")
