"""Folding: spellings that look alike to a person are one, other words stay apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheet_diag.catalog.load import load_catalog
from sheet_diag.model.catalog import Choice, ProfileChoice
from sheet_diag.text.normalize import (
    LegalForm,
    are_same_form,
    company_key,
    firm_domain,
    normalize_text,
    split_legal_form,
    tidy_text,
)

CATALOG = load_catalog()


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        pytest.param("はい", "はい", id="as it is"),
        pytest.param("ＹＥＳ", "yes", id="full-width letters"),
        pytest.param("Yes ", "yes", id="letter case"),
        pytest.param("　はい", "はい", id="ideographic space"),
        pytest.param("ﾊｲ", "ハイ", id="half-width kana"),
        pytest.param("ﾚ", "レ", id="half-width kana used as a tick"),
        pytest.param("ｶﾞ", "ガ", id="half-width kana with its voice mark"),
        pytest.param("か\u3099", "が", id="a voice mark by itself, as from macOS"),
        pytest.param("はい。", "はい", id="full stop"),
        pytest.param("Yes.", "yes", id="period"),
        pytest.param("「はい」", "はい", id="corner brackets"),
        pytest.param("（はい）", "はい", id="parentheses"),
        pytest.param("'はい", "はい", id="the apostrophe of a text cell"),
        pytest.param("・はい", "はい", id="bullet"),
        pytest.param("は\u200bい", "はい", id="ZWSP"),
        pytest.param("\u00a0はい\u00a0", "はい", id="NBSP"),
        pytest.param("\ufeffはい", "はい", id="BOM"),
        pytest.param("✔\ufe0f", "✔", id="VS16: a mark drawn as emoji"),
        pytest.param("☑\ufe0e", "☑", id="VS15: a mark drawn as text"),
        pytest.param("\u202eはい\u202c", "はい", id="bidi marks"),
        pytest.param("はい\r\n", "はい", id="line end"),
        pytest.param("はい_x000D_", "はい", id="a return as XML spells it"),
        pytest.param("not\n  applicable", "not applicable", id="white space inside"),
        pytest.param("①", "1", id="circled number: NFKC loses the circle"),
        pytest.param("山田㈱山田", "山田(株)山田", id="㈱: NFKC opens the sign"),
        pytest.param("", "", id="nothing"),
        pytest.param("　\u200b 。", "", id="nothing to see"),
    ],
)
def test_equal_spellings_normalise_to_one(typed: str, folded: str) -> None:
    assert normalize_text(typed) == folded
    assert normalize_text(folded) == folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("はい", "ハイ", id="hiragana, katakana"),
        pytest.param("○", "〇", id="circle, ideographic zero"),
        pytest.param("○", "◯", id="circle, large circle"),
        pytest.param("○", "o", id="circle, letter"),
        pytest.param("×", "x", id="cross, letter"),
        pytest.param("一部", "全部", id="other words"),
        pytest.param("はい", "は い", id="a space inside a word"),
        pytest.param("有", "有無", id="a part of a word"),
    ],
)
def test_other_spellings_stay_apart(one: str, other: str) -> None:
    assert normalize_text(one) != normalize_text(other)


# Japanese and Latin text with everything that folding touches.
_TYPED = st.text(st.characters(max_codepoint=0xFFFF, categories=("L", "N", "P", "S", "Z", "Cf")))


@given(st.text("はいイﾊﾞ○✔ＹESaé１①㈱ 　\u00a0\u200b\ufe0f\ufeff\n「」（）。．.、'・"))
def test_normalising_twice_changes_nothing(typed: str) -> None:
    assert normalize_text(normalize_text(typed)) == normalize_text(typed)


@given(_TYPED)
def test_punctuation_at_the_edges_does_not_count(typed: str) -> None:
    assert normalize_text(f"　「{typed}」。\u200b") == normalize_text(typed)


# --- the spellings of the built-in catalogue


def spellings(choice: Choice | ProfileChoice) -> Iterator[str]:
    yield from (choice.label.ja, choice.label.en)
    yield from (*choice.aliases.ja, *choice.aliases.en)


LISTS: dict[str, tuple[Choice, ...] | tuple[ProfileChoice, ...]] = {
    **CATALOG.answer_sets,
    **{field.id: field.choices for field in CATALOG.profile if field.choices},
}


@pytest.mark.parametrize("choices", LISTS.values(), ids=LISTS)
def test_every_spelling_means_one_choice(
    choices: tuple[Choice, ...] | tuple[ProfileChoice, ...],
) -> None:
    owners: dict[str, set[str]] = {}
    for choice in choices:
        for word in spellings(choice):
            owners.setdefault(normalize_text(word), set()).add(choice.id)
    assert "" not in owners
    assert {word: ids for word, ids in owners.items() if len(ids) != 1} == {}


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        ("ＹＥＳ", "yes"),
        ("　はい", "yes"),
        ("ﾊｲ", "yes"),
        ("はい。", "yes"),
        ("は\u200bい", "yes"),
        ("はい\u00a0", "yes"),
        ("✔\ufe0f", "yes"),
        ("☑\ufe0f", "yes"),
        ("⭕\ufe0f", "yes"),
        ("○", "yes"),
        ("〇", "yes"),
        ("◯", "yes"),
        ("ﾚ", "yes"),
        ("△", "partial"),
        ("一部実施", "partial"),
        ("×", "no"),
        ("✖\ufe0f", "no"),
        ("ｲｲｴ", "no"),
        ("DON'T KNOW", "unknown"),
        ("不明", "unknown"),
        ("Ｎ／Ａ", "na"),
        ("N.A.", "na"),
        ("対象外", "na"),
        ("たぶん", None),
        ("1", None),
        ("", None),
    ],
)
def test_typed_answers_find_their_choice(typed: str, choice: str | None) -> None:
    known = {
        normalize_text(w): c.id for c in CATALOG.answer_sets["implementation"] for w in spellings(c)
    }
    assert known.get(normalize_text(typed)) == choice


# --- free text


@pytest.mark.parametrize(
    ("typed", "tidied"),
    [
        pytest.param("  株式会社　山田　", "株式会社　山田", id="edges only"),
        pytest.param("㈱山田①", "㈱山田①", id="nothing is folded"),
        pytest.param("一行目 \r\n二行目\r三行目\n\n", "一行目\n二行目\n三行目", id="line ends"),
        pytest.param("一行目_x000D_\n二行目", "一行目\n二行目", id="a return as XML spells it"),
        pytest.param("\ufeff山\u200b田", "山田", id="invisible characters"),
        pytest.param("ＹＥＳ、はい。", "ＹＥＳ、はい。", id="width and punctuation stay"),
        pytest.param("\u00a0", "", id="nothing to see"),
    ],
)
def test_free_text_keeps_what_it_says(typed: str, tidied: str) -> None:
    assert tidy_text(typed) == tidied
    assert tidy_text(tidied) == tidied


# --- company names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("見本", "見本"),
        ("株式会社見本", "見本"),
        ("見本株式会社", "見本"),
        ("株式会社　見本", "見本"),
        ("㈱見本", "見本"),
        ("見本㈱", "見本"),
        ("㍿見本", "見本"),
        ("（株）見本", "見本"),
        ("(株) 見 本", "見本"),
        ("有限会社見本", "見本"),
        ("㈲見本", "見本"),
        ("合同会社見本", "見本"),
        ("（同）見本", "見本"),
        ("合資会社見本", "見本"),
        ("合名会社見本", "見本"),
        ("一般社団法人見本", "見本"),
        ("公益財団法人　見本", "見本"),
        ("医療法人見本", "見本"),
        ("医療法人社団見本", "見本"),
        ("医療法人財団見本", "見本"),
        ("学校法人見本", "見本"),
        ("社会福祉法人見本", "見本"),
        ("宗教法人見本", "見本"),
        ("特定非営利活動法人見本", "見本"),
        ("ＮＰＯ法人 見本", "見本"),
        ("国立大学法人見本大学", "見本大学"),
        ("独立行政法人見本", "見本"),
        ("見本\u200b株式会社\n", "見本"),
        ("Mihon Co., Ltd.", "mihon"),
        ("ＭＩＨＯＮ　ＣＯ．，ＬＴＤ", "mihon"),
        ("Mihon Inc.", "mihon"),
        ("Mihon, Inc", "mihon"),
        ("Mihon K.K.", "mihon"),
        ("K.K. Mihon", "mihon"),
        ("Mihon KK", "mihon"),
        ("Mihon LLC", "mihon"),
        ("Mihon L.L.C.", "mihon"),
        ("Mihon Corporation", "mihon"),
        ("Mi-hon Corp.", "mihon"),
        ("ミ・ホン（株）", "ミホン"),
        ("ﾐ･ﾎﾝ㈱", "ミホン"),
        ("株式会社見本 Co., Ltd.", "見本"),
        ("株式会社", "株式会社"),
        ("㈱", "株"),
        ("Inc.", "inc"),
        ("", ""),
        # parts of names that only look like legal forms
        ("(株)見本(旧社名)", "見本(旧社名)"),
        ("見本（株）大阪支店", "見本(株)大阪支店"),
        ("見本運輸（名）", "見本運輸(名)"),
        ("Costco", "costco"),
        ("Tobacco Inc.", "tobacco"),
        ("KKR", "kkr"),
        ("Unlimited", "unlimited"),
    ],
)
def test_a_company_is_known_by_its_name_without_the_legal_form(name: str, key: str) -> None:
    assert company_key(name) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋商店", "高橋商店"),
        ("﨑山工業", "崎山工業"),
        ("株式会社カード", "株式会社カド"),
        ("見本", "見本ホールディングス"),
        ("㈱見本大阪", "㈱見本東京"),
    ],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


@pytest.mark.parametrize(
    ("name", "left", "kind", "first"),
    [
        ("株式会社見本", "見本", "株式会社", True),
        ("見本㈱", "見本", "株式会社", False),
        ("Mihon K.K.", "mihon", "株式会社", False),
        ("(有) 見本", "見本", "有限会社", True),
        ("医）見本", "医)見本", "", False),
        ("(医)見本", "見本", "医療法人", True),
        ("NPO法人 見本", "見本", "特定非営利活動法人", True),
        ("Mihon Co., Ltd.", "mihon", "", False),
        ("株式会社見本 Co., Ltd.", "見本", "株式会社", True),
        ("見本", "見本", "", False),
    ],
)
def test_the_legal_form_in_a_name_is_told(name: str, left: str, kind: str, first: bool) -> None:
    assert split_legal_form(name) == (left, LegalForm(kind, first))


def test_a_name_loses_four_legal_forms_at_most_and_a_long_text_none() -> None:
    assert split_legal_form("(株)" * 6 + "見本")[0] == "(株)(株)見本"
    assert company_key("(株)" * 3000 + "見本") == "(株)" * 3000 + "見本"


@pytest.mark.parametrize(
    ("email", "domain"),
    [
        pytest.param("a@mail.example.jp", "mail.example.jp", id="a firm's"),
        pytest.param("a@" + "b." * 125 + "jp", "b." * 125 + "jp", id="as long as a domain may be"),
        pytest.param("a@" + "b." * 126 + "jp", "", id="longer"),
        pytest.param("a@" + "b." * 16_000 + "jp", "", id="without end"),
    ],
)
def test_a_domain_that_is_too_long_is_none(email: str, domain: str) -> None:
    assert firm_domain(email) == domain


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("株式会社", "株式会社", True),
        ("株式会社", "", True),
        ("医療法人", "医療法人社団", True),
        ("社団法人", "一般社団法人", True),
        ("株式会社", "有限会社", False),
        ("一般社団法人", "公益社団法人", False),
    ],
)
def test_legal_forms_agree_where_one_says_more(one: str, other: str, same: bool) -> None:
    assert are_same_form(one, other) is same


@given(_TYPED)
def test_a_company_key_never_loses_a_whole_name(name: str) -> None:
    assert company_key(name) or not normalize_text(name)
    assert company_key(f"　{name}\u200b") == company_key(name)
