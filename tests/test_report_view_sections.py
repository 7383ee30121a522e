"""Sections 2 to 4 of the report view: categories, first priorities and comments, the roadmap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.report_view import Measures, ReportView, Roadmap
from tests.catalogs import JIS, SCORING, catalog, present
from tests.report_contexts import compared, make_view
from tests.samples import allow_na, change_catalog, change_items, name_categories


def _text(ja: str) -> dict[str, str]:
    return {"ja": ja, "en": f"Words {sum(map(ord, ja))}."}


def told(*lines: str, **parts: Any) -> Catalog:
    """A small catalogue in which each text names its item."""
    content = name_categories(catalog(*lines)).model_dump()
    for category in content["categories"]:
        for item in category["items"]:
            name = item["id"]
            item["topic"] = _text(f"対策{name}")
            item["comment"] = {"title": _text(f"{name}の対策"), "text": _text(f"{name}の解説。")}
            item["first_step"] = _text(f"{name}の一歩")
            item["openings"] = {c: _text(f"{name}は{c}。") for c in ("partial", "unknown")}
            item |= parts
    content["report"]["key_measure"] = _text("重要。")
    return Catalog.model_validate(content)


MIXED = told("3! 3! 3! 3! 4", "3! 3", "3! 3", "3! 3")


# --- 2. categories


def test_a_category_shows_score_mark_word_and_change() -> None:
    rows = make_view({"POL": "△"}, comparison=compared()).categories.rows
    policy, people = rows[:2]
    assert policy.name == "1. セキュリティポリシー"
    assert (policy.score, policy.mark, policy.word) == ("50.0", "△", "改善が必要")
    assert (policy.change, people.change) == ("＝ 0.0", "＝ 0.0")
    assert rows[2].change == "－"  # that category was 対象外 last time


def test_without_last_time_there_is_no_column_of_changes() -> None:
    part = make_view({"POL": "△"}).categories
    assert part.heads == ("カテゴリ", "評価点", "評価", "")
    assert {row.change for row in part.rows} == {""}
    versions = make_view({"POL": "△"}, comparison=compared(common=True)).categories
    assert versions.heads[3] == ""


def test_a_category_out_of_scope_has_no_bar() -> None:
    row = make_view({"PHY": "-"}, of=allow_na(JIS, "PHY")).categories.rows[4]
    assert (row.score, row.mark, row.word, row.places.own) == ("対象外", "", "", None)


def test_a_bar_is_weak_below_the_score_that_the_catalogue_asks_for() -> None:
    rows = make_view({"POL": "△"}).categories.rows
    assert [row.places.is_weak for row in rows] == [True] + [False] * 5
    texts = [each.text for each in make_view().categories.key]
    assert texts == ["貴社（70点未満は灰色）", "望まれる水準（85点）"]


def test_every_category_is_told_of_and_every_rank() -> None:
    part = make_view({"PHY-01": "×"}).categories
    assert [each.name for each in part.texts] == [row.name for row in part.rows]
    assert all(each.example.startswith("（例：") for each in part.texts)
    assert [(each.rank, each.is_own) for each in part.ranks if each.is_own] == [("B", True)]
    assert [each.rank for each in part.ranks] == list("ABCDE")


# --- 3. first priorities and comments


def measures(rows: Mapping[str, str], of: Catalog = MIXED, **parts: Any) -> Measures:
    return make_view(rows, of=of, **parts).measures


def test_every_key_measure_missed_stands_in_the_table_with_its_text_or_where_it_is() -> None:
    part = measures({"C1": "×?△.×", "C2": "×○", "C3": "○△", "C4": "×○"})
    assert part.heading == "3. 最優先の対策とコメント"
    table = part.key_measures
    assert table
    assert table.heading == "最優先の対策（★）"
    assert table.lead == (
        "特に重要な対策（★）7件のうち、未実施または実施を確認できないものは、次の5件です。"
        "ほかの対策に先立ち、表の順に取り組んでください。"
    )
    assert table.heads == ("No.", "対策", "ご回答", "期限の目安", "工数")
    assert [(row.id, row.title, row.answer, row.step) for row in table.rows] == [
        ("C2-1", "C2-1の対策", "いいえ", "C2-1の一歩"),
        ("C4-1", "C4-1の対策", "いいえ", "C4-1の一歩"),
        ("C1-1", "C1-1の対策", "いいえ", "C1-1の一歩"),
        ("C1-2", "C1-2の対策", "わからない", "C1-2の一歩"),
        ("C1-4", "C1-4の対策", "未回答", "C1-4の一歩"),
    ]
    assert [(row.reference, row.text) for row in table.rows] == [
        ("→ 解説は（2）分野2へ", ""),
        ("→ 解説は（3）分野4へ", ""),
        ("→ 解説は（1）分野1へ", ""),
        ("→ 解説は（1）分野1へ", ""),
        ("", "C1-4の解説。"),
    ]


def test_thirteen_key_measures_are_all_there() -> None:
    table = make_view(rest="×").measures.key_measures
    assert table
    critical = {item.id for item in JIS.items.values() if item.critical}
    assert {row.id for row in table.rows} == critical
    assert all(bool(row.reference) != row.text.endswith("。") for row in table.rows)


def test_a_text_of_the_table_opens_with_the_answer_that_was_given() -> None:
    part = measures({"C1": "???○○", "C2": "××", "C3": "××", "C4": "××"}, rest="×")
    assert part.key_measures
    texts = {row.id: row.text for row in part.key_measures.rows}
    assert texts["C1-3"] == "C1-3はunknown。C1-3の解説。"


def test_one_key_measure_is_told_in_the_singular() -> None:
    part = measures({"C1": "×○○○○"})
    assert part.key_measures
    assert part.key_measures.lead.endswith("次の1件です。ほかの対策に先立って取り組んでください。")
    english = measures({"C1": "×○○○○"}, lang=Lang.EN).key_measures
    assert english
    assert "1 is missing" in english.lead


def test_without_a_key_measure_missed_there_are_comments_only() -> None:
    part = measures({"C1": "△○○○×"})
    assert part.heading == "3. 重点カテゴリに関するコメント"
    assert (part.key_measures, part.comments_heading) == (None, "")
    assert "1カテゴリ" in part.comments_intro


def test_the_answer_stands_in_the_title_of_a_comment() -> None:
    (comment,) = measures({"C1": "×○○○△"}).comments
    assert (comment.band, comment.score) == ("（1）分野1", "評価点68.7")
    assert [(each.title, each.answer) for each in comment.items] == [
        ("C1-1の対策", "（C1-1 ★　ご回答：いいえ）"),
        ("C1-5の対策", "（C1-5　ご回答：一部）"),
    ]


def test_a_comment_opens_as_the_answer_asks() -> None:
    (comment,) = measures({"C1": "×○○○△"}).comments
    assert [each.text for each in comment.items] == [
        "重要。C1-1の解説。",
        "C1-5はpartial。C1-5の解説。",
    ]
    (plain,) = measures({"C1": "○○○○×"}).comments
    assert plain.items[0].text == "C1-5の解説。"


def test_a_category_closes_with_its_case_or_its_advice() -> None:
    (comment,) = measures({"C1": "○○○○×"}).comments
    assert (comment.note_label, comment.note) == ("（アドバイス）", "文")
    (case,) = measures({"C1": "×"}, catalog("3c", "3", "3", "3")).comments
    assert case.note_label == "（事例）"


def test_without_any_finding_one_sentence_stands() -> None:
    part = make_view().measures
    assert part.none == present(JIS.own_labels["report.comments.none"]).ja
    assert (part.key_measures, part.comments, part.comments_intro) == (None, (), "")


def test_what_was_only_left_open_is_not_told_to_be_in_order() -> None:
    part = make_view({"AST-08": "."}).measures
    assert part.none == (
        "コメントの対象となるご回答はありませんでした。残る対策は、次の章をご覧ください。"
    )


def test_what_is_not_known_is_told_before_the_measures() -> None:
    assert measures({"C1": "○○○○?"}).not_known.startswith(
        "実施しているかどうかわからないとのご回答が1問あり"
    )
    assert measures({"C1": "○○○○×"}).not_known == ""


def test_the_best_rank_starts_no_page_of_its_own() -> None:
    assert make_view({"AST-08": "△"}).measures.starts_page is False
    assert make_view({"PHY-01": "×"}).measures.starts_page is True


# --- 4. the roadmap


def roadmap(rows: Mapping[str, str] | None = None, **parts: Any) -> Roadmap:
    return present(make_view(rows or {}, **parts).roadmap)


def test_every_open_item_stands_once_in_its_phase_or_in_the_list_of_later() -> None:
    part = roadmap(rest="×")
    bands = [phase.band for phase in part.phases]
    assert bands == [
        "今すぐ（2026年12月末まで）", "半年以内（2027年5月末まで）", "1年以内（2027年11月末まで）",
    ]  # fmt: skip
    assert [len(phase.rows) for phase in part.phases] == [3, 12, 12]
    listed = [row.id for phase in part.phases for row in phase.rows]
    listed += [text.split(" ")[0] for text in part.later]
    scored = [item.id for item in JIS.items.values() if item.weight]
    assert sorted(listed) == sorted(scored)
    assert part.later_heading == f"1年より先に取り組む対策（{len(scored) - 27}件）"


def test_a_row_of_the_roadmap_shows_area_effort_effect_and_way() -> None:
    (phase,) = roadmap({"PHY-01": "×"}).phases
    (row,) = phase.rows
    topic = JIS.items["PHY-01"].topic.ja
    assert (row.id, row.topic, row.is_key, row.area) == ("PHY-01", topic, True, "物理・環境")
    assert (row.effort, row.effect, row.way) == ("中", "＋3.1点", "◎")


def test_phases_reach_their_scores_one_upon_the_other_caps_included() -> None:
    arrows = roadmap({"PHY": "×"}).arrows
    assert [(each.name, each.until, each.count, each.score, each.rank) for each in arrows] == [
        ("今すぐ", "2026年12月末まで", "3件", "90.6", "C"),
        ("半年以内", "2027年5月末まで", "1件", "92.7", "B"),
        ("1年以内", "2027年11月末まで", "4件", "100.0", "A"),
    ]


def test_the_best_rank_has_no_arrows() -> None:
    part = roadmap({"AST-08": "△"})
    assert part.arrows == ()
    assert part.note.startswith("判定ランクは最上位です。")
    assert len(part.phases) == 1


def test_the_marks_of_both_ways_are_explained() -> None:
    note = roadmap({"PHY": "×"}).note
    assert note == (
        "◎は、最も少ない件数でランクBに上がるための対策です。この4件の実施で、92.7点（ランクB）になる"
        "見込みです。○は、最も少ない件数でさらに上のランクAに上がるための対策です。この6件の実施で、"
        "96.8点（ランクA）になる見込みです。取り組む順番は、表のとおりです。"
    )


def test_a_way_with_what_is_not_known_says_that_it_may_be_done() -> None:
    assert "この1件の実施（または実施状況の確認）で" in roadmap({"PHY-01": "?"}).note


def test_a_rank_that_no_measure_reaches_is_told() -> None:
    lines = ("3n 3n 3", "2 5", "2 5", "2 5")
    note = roadmap({"C1": "--○", "C2": "×○"}, of=catalog(*lines, scoring=SCORING)).note
    assert note.startswith("「該当なし」の割合による上限があるため")
    assert "取り組む順番" not in note


def test_where_nothing_is_open_the_roadmap_is_one_sentence() -> None:
    part = roadmap()
    assert part.none == "改善をお勧めする項目はありません。現在の対策を、今後もお続けください。"
    assert (part.arrows, part.phases, part.notes, part.note, part.later) == ((), (), (), "", ())


def test_signs_are_explained_as_far_as_the_table_has_them() -> None:
    (note,) = roadmap({"PHY-01": "×"}).notes
    assert note == (
        "★は特に重要な対策です。工数は従業員30人程度の会社の目安で、小は1人日まで、中は5人日まで、"
        "大はそれ以上です。効果は、その対策だけを実施したときの総合評価点の増加分です。"
    )
    bare = change_items(JIS, {"AST-08": {"effort": None}})
    (short,) = roadmap({"AST-08": "×"}, of=bare).notes
    assert short == "効果は、その対策だけを実施したときの総合評価点の増加分です。"


def test_threats_that_are_all_met_take_one_sentence() -> None:
    met, missed = roadmap({}).threats, roadmap({"AST-08": "△"}).threats
    assert met
    assert missed
    assert met.rows == ()
    assert "すべて対策済みとのご回答でした。" in met.lead
    assert missed.rows
    assert "すべて" not in missed.lead


def test_the_threats_stand_at_the_end_of_the_roadmap() -> None:
    part = roadmap({"PHY-01": "×"})
    assert part.threats
    assert JIS.threats
    assert len(part.threats.rows) == len(JIS.threats.threats)
    assert part.threats.rows[0].done.endswith("件")
    assert roadmap({}, of=change_catalog(JIS, threats=None)).threats is None


def test_english_counts_measures_in_both_numbers() -> None:
    arrows = roadmap({"PHY": "×"}, lang=Lang.EN).arrows
    assert [each.count for each in arrows] == ["3 measures", "1 measure", "4 measures"]
    assert [each.until for each in arrows] == ["by Dec 2026", "by May 2027", "by Nov 2027"]


@pytest.mark.parametrize("lang", Lang)
def test_page_1_and_the_roadmap_have_one_order(lang: Lang) -> None:
    view: ReportView = make_view({"COM": "×", "PHY": "△"}, lang=lang)
    rows = [row.id for phase in present(view.roadmap).phases for row in phase.rows]
    assert [each.id for each in view.summary.measures] == rows[:3]
    assert view.measures.key_measures
    missed = [row.id for row in view.measures.key_measures.rows]
    assert rows[: len(missed)] == missed
