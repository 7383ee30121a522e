"""What the report says of the rank: its text, its reasons, and what the next rank asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ClientReport
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.rank_reasons import list_reasons, overall_text
from sheet_diag.reports.view.why import unknown_sentence
from sheet_diag.text.wording import Wording
from tests.catalogs import SCORING, catalog
from tests.samples import AS_OF, ISSUER, change_catalog, client, name_categories, resolve_all

PARTIAL = {
    **SCORING,
    "caps": {**SCORING["caps"], "critical_partial": [{"count": 2, "at_most": "B"}]},
}
_ALIKE = ("5 5", "5 5", "5 5", "5 5")


def _text(words: str) -> dict[str, str]:
    return {"ja": words, "en": words}


def _named(*lines: str, scoring: Mapping[str, Any] = SCORING) -> Catalog:
    """A small catalogue whose texts of ranks show what is filled in."""
    made = name_categories(catalog(*lines, scoring=scoring))
    report = made.report.model_dump()
    for rank, texts in report["ranks"].items():
        texts["overall"] = _text(f"{rank}: plain")
        texts["capped"] = _text("{base} > {rank}: {weak}")
        texts["unknown"] = _text("unknown: {score} {rank}")
    return change_catalog(made, report=report)


def context(
    signs: str, *lines: str, of: Catalog | None = None, lang: Lang = Lang.JA
) -> ReportContext:
    """The report on answers in the order of the items; blanks part the categories."""
    made = of or _named(*lines)
    rows = {c.id: row for c, row in zip(made.categories, signs.split(), strict=True)}
    (outcome,) = resolve_all(client("見本", rows, catalog=made), catalog=made)
    assert outcome.received.sheet
    assert outcome.diagnosis
    report = ClientReport(
        outcome.received, outcome.received.sheet, outcome.diagnosis, (), "1", AS_OF, lang
    )
    return ReportContext(report, made, ISSUER, Wording(lang))


# --- the text of the rank


@pytest.mark.parametrize(
    ("signs", "lines", "text"),
    [
        pytest.param("○○ ○○ ○○ ○○", _ALIKE, "A: plain", id="nothing lowers it"),
        pytest.param("○× ○○ ○○ ○○", ("8 5", *_ALIKE[1:]), "A > B: 「分野1」", id="capped"),
        pytest.param("○× ○○ ○○ ○○", ("95 5!", *_ALIKE[1:]), "A > B: 「C1-2 文」", id="by an item"),
        pytest.param("×× ○○ ○○ ○○", ("5 5!", *_ALIKE[1:]), "B > C: 「分野1」", id="that binds"),
        pytest.param("?? ○○ ○○ ○○", _ALIKE, "unknown: 100.0 A", id="not known"),
        pytest.param("×× ×× ×× ○○", _ALIKE, "E: plain", id="no cap leads to E"),
        pytest.param(
            "○×××× ○○ ○○ ○○", ("99 1! 1! 1! 1!", *_ALIKE[1:]),
            "A > C: 「C1-2 文」「C1-3 文」「C1-4 文」など", id="many",
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


# --- the reasons


REASONS: dict[str, tuple[str, tuple[str, ...], list[str]]] = {
    "A: no weak point": (
        "○○ ○○ ○○ ○○", _ALIKE,
        [
            "・総合評価点100.0点は85点以上にあたり、基礎ランクはAです。",
            "・ランクを下げる弱い箇所は見当たりません。判定ランクはAです。",
        ],
    ),
    "a cap that binds is the reason": (
        "○× ○○ ○○ ○○", ("8 5", *_ALIKE[1:]),
        [
            "・総合評価点90.3点は85点以上にあたり、基礎ランクはAです。",
            "・「分野1」の評価点が70点を下回っているため、判定ランクはBが上限となります。"
            "事故は最も弱い箇所から起こるためです。",
            "・以上のうち最も低いBが、貴社の判定ランクです。",
        ],
    ),
    "of two caps only that of the final rank": (
        "×× ○○ ○○ ○○", ("5 5!", *_ALIKE[1:]),
        [
            "・総合評価点75.0点は70点以上85点未満にあたり、基礎ランクはBです。",
            "・「分野1」の評価点が50点を下回っているため、判定ランクはCが上限となります。"
            "事故は最も弱い箇所から起こるためです。",
            "・以上のうち最も低いCが、貴社の判定ランクです。",
        ],
    ),
    "no cap: the gap as it is printed": (
        "○△ ○△ ○△ ○×", ("5 9", "5 9", "5 9", "5 2"),
        [
            "・総合評価点68.7点は50点以上70点未満にあたり、基礎ランクはCです。",
            "・ランクBまでは、あと1.3点です。",
        ],
    ),
    "E is below 30": (
        "×× ×× ×× ○○", _ALIKE,
        [
            "・総合評価点25.0点は30点未満にあたり、基礎ランクはEです。",
            "・ランクDまでは、あと5.0点です。",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REASONS)
def test_the_reasons_are_those_that_bind(case: str) -> None:
    signs, lines, expected = REASONS[case]
    assert list(list_reasons(context(signs, *lines))) == expected


ASKED: dict[str, tuple[str, tuple[str, ...], Mapping[str, Any], str]] = {
    "an item and its category": (
        "×○ ○× ○○ ○○", ("4! 9", "9 5", "5 5", "5 5"), SCORING,
        "A 85 「C1-1 文」の実施と、「分野1」など2カテゴリの評価点を70点以上にすること",
    ),
    "two names at most, one of each cap": (
        "×○ ×○ ○○ ○○", ("4! 9", "4! 9", "5 5", "5 5"), SCORING,
        "A 85 「C1-1 文」など2件の実施と、「分野1」など2カテゴリの評価点を70点以上にすること",
    ),
    "only as many as lift the cap": (
        "×○ ×○ ×○ ×○", ("2! 4",) * 4, SCORING,
        "B 70 「C1-1 文」「C2-1 文」など4件のうち2件以上の実施",
    ),
    "what may be done already": (
        "?○ ×○ ○○ ○○", ("4! 9", "4! 9", "5 5", "5 5"), SCORING,
        "A 85 「C1-1 文」など2件の実施（または実施状況の確認）と、"
        "「分野1」など2カテゴリの評価点を70点以上にすること",
    ),
    "what was left open": (
        ".○○ ○× ○○ ○○", ("2! 9 5", "9 9", "5 5", "5 5"), SCORING,
        "A 85 「C1-1 文」の実施（または実施状況の確認）と、「分野2」の評価点を70点以上にすること",
    ),
    "what is not finished": (
        "△△△ △○ ○△ ○△", ("3! 3! 3!", "2 8", "5 5", "5 5"), PARTIAL,
        "A 85 一部の実施にとどまる「C1-1 文」など3件のうち2件以上の完了と、"
        "「分野1」の評価点を70点以上にすること",
    ),
    "too much left out": (
        "--○ ×○ ×○ ×○", ("3n 3n 3", "2 5", "2 5", "2 5"), SCORING,
        "A 85 「分野1」で「該当なし」とされた設問の再確認",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ASKED)
def test_the_next_rank_asks_for_what_blocks_it(case: str) -> None:
    signs, lines, scoring, expected = ASKED[case]
    target, limit, asked = expected.split(" ", maxsplit=2)
    reasons = list(list_reasons(context(signs, of=_named(*lines, scoring=scoring))))
    assert reasons[1] == (
        f"・ランク{target}に進むには、総合評価点を{limit}点以上にすることに加え、{asked}が必要です。"
    )


def test_key_measures_in_part_are_told_as_not_finished() -> None:
    made = _named("3! 3! 9", "5 5", "5 5", "5 5", scoring=PARTIAL)
    _, reason, final = list_reasons(context("△△○ ○○ ○○ ○○", of=made))
    assert reason == (
        "・特に重要な対策のうち、実施が完了していないものが2件（「C1-1 文」「C1-2 文」）あるため、"
        "判定ランクはBが上限となります。"
    )
    assert final == "・以上のうち最も低いBが、貴社の判定ランクです。"


# --- what the verdict would be


def test_open_questions_give_the_interval_where_it_makes_a_difference() -> None:
    sentence = (
        "・未回答の設問が1問あり、0点として評価しました。"
        "すべて満点のご回答であった場合の評価点は100.0点（ランクA）です。"
    )
    assert sentence in list_reasons(context("○. ○○ ○○ ○○", "8 2", *_ALIKE[1:]))
    without = list_reasons(context("○. ○○ ○○ ○○", "8 0", *_ALIKE[1:]))
    assert not any("未回答" in text for text in without)


@pytest.mark.parametrize(
    ("signs", "lines", "told"),
    [
        pytest.param("????○ ○ ○ ○", ("1 1 1 1 96", "1", "1", "1"), False, id="four"),
        pytest.param("?????○ ○ ○ ○", ("1 1 1 1 1 95", "1", "1", "1"), True, id="five"),
        pytest.param("?○ ○ ○ ○", ("5! 95", "1", "1", "1"), True, id="one that decides"),
        pytest.param("?○ ○ ○ ○", ("0 95", "1", "1", "1"), False, id="not scored"),
    ],
)
def test_what_is_not_known_is_told_on_the_first_page_from_five_on_or_where_it_decides(
    signs: str, lines: tuple[str, ...], *, told: bool
) -> None:
    made = context(signs, *lines)
    assert any("わからないとのご回答" in text for text in list_reasons(made)) is told


def test_what_is_not_known_is_counted_and_bounded() -> None:
    assert unknown_sentence(context("○× ○○ ○○ ○○", *_ALIKE)) is None
    assert unknown_sentence(context("?○ ?○ ○× ○○", *_ALIKE)) == (
        "実施しているかどうかわからないとのご回答が2問あり、0点として評価しています。"
        "すべて実施済みであれば、総合評価点は87.5点（ランクB）です。まず、実施状況をお確かめください。"
    )
