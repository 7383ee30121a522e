"""What the report says of the rank: its text, why it is so, and what the next one asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.why import explain_rank, overall_text, unknown_sentence
from tests.catalogs import SCORING, catalog
from tests.report_contexts import make_context
from tests.samples import change_catalog, name_categories

PARTIAL = {
    **SCORING,
    "caps": {**SCORING["caps"], "critical_partial": [{"count": 2, "at_most": "B"}]},
}
_ALIKE = ("5 5", "5 5", "5 5", "5 5")


def _text(words: str) -> dict[str, str]:
    return {"ja": words, "en": words}


def _named(*lines: str, scoring: Mapping[str, Any] = SCORING) -> Catalog:
    """A small catalogue whose topics name their items; texts of ranks show what is filled in."""
    content = name_categories(catalog(*lines, scoring=scoring)).model_dump()
    for category in content["categories"]:
        for item in category["items"]:
            item["topic"] = _text(f"対策{item['id']}")
    for rank, texts in content["report"]["ranks"].items():
        texts["overall"] = _text(f"{rank}: plain")
        texts["capped"] = _text("{base} > {rank}: {weak}")
        texts["unknown"] = _text("unknown: {score} {rank}")
    return Catalog.model_validate(content)


def context(
    signs: str, *lines: str, of: Catalog | None = None, lang: Lang = Lang.JA
) -> ReportContext:
    """The report on answers in the order of the items; blanks part the categories."""
    made = of or _named(*lines)
    rows = {c.id: row for c, row in zip(made.categories, signs.split(), strict=True)}
    return make_context(rows, of=made, lang=lang)


# --- the text of the rank


@pytest.mark.parametrize(
    ("signs", "lines", "text"),
    [
        pytest.param("○○ ○○ ○○ ○○", _ALIKE, "A: plain", id="nothing lowers it"),
        pytest.param("○× ○○ ○○ ○○", ("8 5", *_ALIKE[1:]), "A > B: 「分野1」", id="capped"),
        pytest.param(
            "○× ○○ ○○ ○○", ("95 5!", *_ALIKE[1:]), "A > B: 「対策C1-2」", id="by an item"
        ),
        pytest.param("×× ○○ ○○ ○○", ("5 5!", *_ALIKE[1:]), "B > C: 「分野1」", id="that binds"),
        pytest.param("?? ○○ ○○ ○○", _ALIKE, "unknown: 100.0 A", id="not known"),
        pytest.param("×× ×× ×× ○○", _ALIKE, "E: plain", id="no cap leads to E"),
        pytest.param(
            "○×××× ○○ ○○ ○○", ("99 1! 1! 1! 1!", *_ALIKE[1:]),
            "A > C: 「対策C1-2」「対策C1-3」「対策C1-4」など", id="many",
        ),
    ],
)  # fmt: skip
def test_the_text_is_that_of_its_variant(signs: str, lines: tuple[str, ...], text: str) -> None:
    assert overall_text(context(signs, *lines)) == text


def test_a_catalogue_without_variants_prints_the_plain_text() -> None:
    made = _named("8 5", *_ALIKE[1:])
    report = made.report.model_dump()
    for texts in report["ranks"].values():
        texts["capped"] = texts["unknown"] = None
    bare = change_catalog(made, report=report)
    assert overall_text(context("○× ○○ ○○ ○○", of=bare)) == "B: plain"
    assert overall_text(context("?? ○○ ○○ ○○", of=bare)) == "C: plain"


# --- why it is so


REASONS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "A: no weak point": (
        "○○ ○○ ○○ ○○", _ALIKE,
        "総合評価点100.0点は、ランクAの範囲（85点以上）です。"
        "ランクを下げる箇所はありませんでした。",
    ),
    "a cap that binds is the reason": (
        "○× ○○ ○○ ○○", ("8 5", *_ALIKE[1:]),
        "点数（90.3点）はランクAの範囲ですが、「分野1」が61.5点であるため、ランクBとなりました。",
    ),
    "of two caps only that of the final rank": (
        "×× ○○ ○○ ○○", ("5 5!", *_ALIKE[1:]),
        "点数（75.0点）はランクBの範囲ですが、「分野1」が0.0点であるため、ランクCとなりました。",
    ),
    "several caps at the rank, the weakest category first": (
        "×○ ○× ○○ ○○ ○○ ○○", ("4! 9", "8 5", "5 5", "5 5", "5 5", "5 5"),
        "点数（88.4点）はランクAの範囲ですが、「分野2」が61.5点、「分野1」が69.2点、"
        "特に重要な「対策C1-1」が未実施または未確認であるため、ランクBとなりました。",
    ),
    "at most three causes are named": (
        "○×××× ○○ ○○ ○○", ("99 1! 1! 1! 1!", *_ALIKE[1:]),
        "点数（99.0点）はランクAの範囲ですが、特に重要な「対策C1-2」「対策C1-3」「対策C1-4」が"
        "未実施または未確認であるため（ほか1件）、ランクCとなりました。",
    ),
    "too much left out": (
        "--○ ○○ ○○ ○○", ("3n 3n 3", "2 5", "2 5", "2 5"),
        "点数（100.0点）はランクAの範囲ですが、「分野1」で「該当なし」の割合が過大であるため、"
        "ランクBとなりました。",
    ),
    "no cap: the gap as it is printed": (
        "○△ ○△ ○△ ○×", ("5 9", "5 9", "5 9", "5 2"),
        "総合評価点68.7点は、ランクCの範囲（50点以上70点未満）です。"
        "ランクBまでは、あと1.3点です。",
    ),
    "E is below 30": (
        "×× ×× ×× ○○", _ALIKE,
        "総合評価点25.0点は、ランクEの範囲（30点未満）です。ランクDまでは、あと5.0点です。",
    ),
    "many key measures are counted": (
        "×○ ×○ ×○ ○○", ("2! 2", "2! 2", "2! 2", "2! 2"),
        "総合評価点62.5点は、ランクCの範囲（50点以上70点未満）です。"
        "特に重要な対策4件のうち3件が、未実施または未確認です。",
    ),
    "where all key measures are missed": (
        "×○ ×○ ×○ ○○", ("2! 2", "2! 2", "2! 2", "2 2"),
        "総合評価点62.5点は、ランクCの範囲（50点以上70点未満）です。"
        "特に重要な対策3件のすべてが、未実施または未確認です。",
    ),
    "what does not bind is not mentioned": (
        "×× ×○ ○○ ○○", ("5 5", "5! 9", "5 5", "5 5"),
        "総合評価点66.0点は、ランクCの範囲（50点以上70点未満）です。"
        "ランクBに進むには、点数に加えて「分野1」の評価点を50点以上にすることが欠かせません。",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REASONS)
def test_the_reason_of_a_rank_is_what_binds_or_what_the_next_one_takes(case: str) -> None:
    signs, lines, expected = REASONS[case]
    assert explain_rank(context(signs, *lines)) == expected


ASKED: dict[str, tuple[str, tuple[str, ...], Mapping[str, Any], str]] = {
    "key measures before categories, as many as may be named": (
        "×○ ○× ○○ ○○", ("4! 9", "9 5", "5 1", "5 5"), {**SCORING, "ranks": {
            "A": 95, "B": 70, "C": 50, "D": 30, "E": 0}},
        "Aに進むには、点数に加えて「対策C1-1」の実施と、「分野2」など2カテゴリの評価点を"
        "70点以上にすること",
    ),
    "that there is more": (
        "×○ ×○ ○× ○○", ("4! 9", "4! 9", "9 5", "5 5"), {**SCORING, "ranks": {
            "A": 95, "B": 70, "C": 50, "D": 30, "E": 0}},
        "Aに進むには、点数に加えて「対策C1-1」「対策C2-1」の実施など",
    ),
    "a key measure to do and others to finish": (
        "×○ △△○ ○△ ○△", ("3! 9", "3! 3! 18", "5 5", "5 5"), PARTIAL,
        "Aに進むには、点数に加えて「対策C1-1」の実施と、一部の実施にとどまる「対策C2-1」など"
        "2件のうち1件以上の完了",
    ),
    "two key measures at most": (
        "×○ ×○ ○○ ○×", ("4! 11", "4! 11", "5 5", "7 3"), SCORING,
        "Aに進むには、点数に加えて「対策C1-1」「対策C2-1」の実施",
    ),
    "what may be done already": (
        "?○ ×○ ○○ ○×", ("4! 11", "4! 11", "5 5", "7 3"), SCORING,
        "Aに進むには、点数に加えて「対策C1-1」「対策C2-1」の実施（または実施状況の確認）",
    ),
    "what was left open": (
        ".○○ ○× ○× ○○", ("2! 9 5", "7 3", "7 3", "5 5"), SCORING,
        "Aに進むには、点数に加えて「対策C1-1」の実施（または実施状況の確認）",
    ),
    "what is not finished": (
        "△△△ △○ ○△ ○△", ("3! 3! 3!", "2 8", "5 5", "5 5"), PARTIAL,
        "Aに進むには、点数に加えて一部の実施にとどまる「対策C1-1」「対策C1-2」など3件のうち"
        "2件以上の完了など",
    ),
    "too much left out": (
        "--○ ×○ ×○ ×○", ("3n 3n 3", "2 5", "2 5", "2 5"), SCORING,
        "Aに進むには、点数に加えて「分野1」で「該当なし」とされた設問の再確認",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ASKED)
def test_the_next_rank_asks_for_what_blocks_it(case: str) -> None:
    signs, lines, scoring, asked = ASKED[case]
    told = explain_rank(context(signs, of=_named(*lines, scoring=scoring)))
    assert f"ランク{asked}が欠かせません。" in told


def test_key_measures_in_part_are_told_as_done_in_part_only() -> None:
    made = _named("3! 3! 9", "5 5", "5 5", "5 5", scoring=PARTIAL)
    assert explain_rank(context("△△○ ○○ ○○ ○○", of=made)) == (
        "点数（95.0点）はランクAの範囲ですが、特に重要な「対策C1-1」「対策C1-2」が"
        "一部だけの実施であるため、ランクBとなりました。"
    )


@pytest.mark.parametrize("case", [*REASONS, *ASKED])
def test_the_reason_of_a_rank_is_at_most_three_sentences(case: str) -> None:
    signs, lines = (REASONS.get(case) or ASKED[case])[:2]
    assert explain_rank(context(signs, *lines)).count("。") <= 3


# --- what the verdict would be


def test_open_questions_are_told_where_they_bring_points() -> None:
    told = explain_rank(context("○. ○○ ○○ ○○", "8 2", *_ALIKE[1:]))
    assert told.endswith("未回答の1問は0点で計算していますので、まず実施状況をお確かめください。")
    assert "未回答" not in explain_rank(context("○. ○○ ○○ ○○", "8 0", *_ALIKE[1:]))


@pytest.mark.parametrize(
    ("signs", "lines", "told"),
    [
        pytest.param("????○ ○ ○ ○", ("1 1 1 1 96", "1", "1", "1"), "", id="four"),
        pytest.param(
            "?????○ ○ ○ ○", ("1 1 1 1 1 95", "1", "1", "1"),
            "「わからない」の5問は0点で計算していますので、まず実施状況をお確かめください。",
            id="five",
        ),
        pytest.param(
            "?○ ○ ○ ○", ("5! 95", "1", "1", "1"),
            "「わからない」の1問は0点で計算していますので、まず実施状況をお確かめください。",
            id="one that decides, as the text of the rank tells",
        ),
        pytest.param(
            "?○ ×○ ○ ○", ("5! 95", "10 90", "1", "1"),
            "「わからない」の1問は0点で計算していますので、まず実施状況をお確かめください"
            "（実施済みであれば97.5点、ランクAです）。", id="one that decides",
        ),
        pytest.param(
            "?????.○ ○ ○ ○", ("1 1 1 1 1 5 90", "1", "1", "1"),
            "「わからない」の5問と未回答の1問は0点で計算していますので、"
            "まず実施状況をお確かめください。", id="with one left open",
        ),
        pytest.param("?○ ○ ○ ○", ("0 95", "1", "1", "1"), "", id="not scored"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_told_on_the_first_page_from_five_on_or_where_it_decides(
    signs: str, lines: tuple[str, ...], told: str
) -> None:
    said = explain_rank(context(signs, *lines))
    assert said.endswith(told)
    assert ("わからない" in said) is bool(told)


def test_what_is_not_known_is_counted_and_bounded() -> None:
    assert unknown_sentence(context("○× ○○ ○○ ○○", *_ALIKE)) == ""
    assert unknown_sentence(context("?○ ?○ ○× ○○", *_ALIKE)) == (
        "実施しているかどうかわからないとのご回答が2問あり、0点として評価しています。"
        "すべて実施済みであれば、総合評価点は87.5点（ランクB）です。まず、実施状況をお確かめください。"
    )
    assert "が1問あり、0点として評価しています。実施済みであれば" in unknown_sentence(
        context("?○ ○○ ○× ○○", *_ALIKE)
    )


def test_english_tells_one_and_many_apart() -> None:
    one = context("?○ ○ ○ ○", "5! 95", "1", "1", "1", lang=Lang.EN)
    assert '1 question answered "Don\'t know"' in explain_rank(one)
    many = context("?????○ ○ ○ ○", "1 1 1 1 1 95", "1", "1", "1", lang=Lang.EN)
    assert '5 questions answered "Don\'t know"' in explain_rank(many)
