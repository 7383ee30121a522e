"""The texts beside the questions: of ranks, key measures and insurance."""

from __future__ import annotations

import re

import pytest

from sheet_diag.catalog.load import load_catalog
from sheet_diag.model.basics import Lang
from sheet_diag.model.record import Text
from tests import ranks
from tests.catalogs import present

REPORT = load_catalog().report
CAPPED = {rank: texts.capped for rank, texts in REPORT.ranks.items() if texts.capped}
UNKNOWN = {rank: texts.unknown for rank, texts in REPORT.ranks.items() if texts.unknown}
NOTICES = {
    (level, variant): text
    for level, variants in present(REPORT.insurance).notices.items()
    for variant, text in variants.items()
}
LEVEL_3 = [text for (level, _), text in NOTICES.items() if level == 3]


# --- overall


def test_a_rank_that_a_cap_can_give_has_its_text_and_so_has_one_that_unknown_answers_give() -> None:
    assert list(CAPPED) == [ranks.B, ranks.C, ranks.D]
    assert list(UNKNOWN) == [ranks.B, ranks.C, ranks.D, ranks.E]


@pytest.mark.parametrize("lang", Lang)
def test_the_text_of_a_capped_rank_names_base_weak_points_and_rank(lang: Lang) -> None:
    for text in CAPPED.values():
        for name in ("base", "weak", "rank"):
            assert f"{{{name}}}" in text[lang], text[lang]
        # that solving them leads to the base rank stands at the end
        assert "{base}" in re.split(r"[。:] ?", text[lang].rstrip("。"))[-1]


def test_a_capped_rank_of_good_measures_is_not_told_to_reassess_risks() -> None:
    for text in CAPPED.values():
        assert not re.search("リスク|評価し直|再評価", text.ja)
        assert not re.search("risk|reassess", text.en)


@pytest.mark.parametrize("lang", Lang)
def test_the_text_of_unknown_answers_names_the_score_and_rank_that_could_be(lang: Lang) -> None:
    for text in UNKNOWN.values():
        assert {"{score}", "{rank}"} <= set(re.findall(r"\{\w+\}", text[lang]))


def test_the_text_of_unknown_answers_does_not_say_that_measures_are_missing() -> None:
    for text in UNKNOWN.values():
        assert "確認" in text.ja
        assert not re.search("低い水準|ほとんど行われて|未実施|行われていない", text.ja)
        assert not re.search("low level|[Hh]ardly any|not in place|not done", text.en)


def test_the_legend_fits_a_firm_whose_state_is_not_known() -> None:
    for texts in REPORT.ranks.values():
        assert texts.legend
        assert not re.search("ほとんど行われて|低い水準", texts.legend.ja)


# --- key measures


def test_a_missing_key_measure_is_to_begin_at_once_in_one_sentence() -> None:
    text = REPORT.key_measure
    assert text is not None
    assert text.ja.count("。") == 1
    assert re.search("特に重要な対策.*直ちに", text.ja)
    assert not re.search("負担の少ないところから|今後の計画に|検討", text.ja)
    assert "key measure" in text.en
    assert "at once" in text.en


# --- insurance


def test_every_level_and_variant_of_the_notice_has_its_own_text() -> None:
    variants = ("new", "review", "confirm")
    assert set(NOTICES) == {(level, variant) for level in (1, 2, 3) for variant in variants}
    assert len({text.ja for text in NOTICES.values()}) == 9
    assert len({text.en for text in NOTICES.values()}) == 9


def test_a_notice_begins_with_no_word_that_joins_on() -> None:
    for text in NOTICES.values():
        assert not re.match("また|なお|さらに|加えて|一方|ただし|そのうえ", text.ja), text.ja
        assert not re.match("Also|In addition|Moreover|Furthermore|However", text.en), text.en


def test_a_notice_names_liability_and_own_costs_with_the_option_once() -> None:
    for text in NOTICES.values():
        for word in ("損害賠償", "調査や復旧の費用", "休業による損失", "特約"):
            assert text.ja.count(word) == 1, (word, text.ja)
        for word in ("liability", "investigation and recovery", "loss of income", "option"):
            assert text.en.count(word) == 1, (word, text.en)


def test_a_notice_gives_no_price_and_no_promise() -> None:
    for text in NOTICES.values():
        assert not re.search("円|保険料|必ず|引き受けます", text.ja)
        assert not re.search("premium|yen|JPY|guarantee", text.en)


def test_the_third_level_says_what_insurance_does_not_do_and_what_insurers_ask() -> None:
    for text in LEVEL_3:
        assert "対策の代わりになるものではありません。" in text.ja
        assert "保険会社から対策の状況を確認されることがあります。" in text.ja
        assert "Insurance does not replace measures. Insurers may ask" in text.en
    others = [text for text in NOTICES.values() if text not in LEVEL_3]
    assert not any("代わり" in text.ja for text in others)


def test_the_assumption_of_the_exposure_says_what_is_our_own() -> None:
    text: Text = present(load_catalog().insurance).exposure.assumption
    assert "当方が独自に設定" in text.ja
    assert "our own assumption" in text.en
