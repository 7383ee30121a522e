"""How the labels and letters are written: every text of a kind is looked through at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

import sheet_diag
from sheet_diag.catalog.load import load_catalog
from sheet_diag.text.wording import labels

LETTERS: Final = {
    file.name: file.read_text(encoding="utf-8")
    for file in sorted((Path(sheet_diag.__file__).parent / "mail/templates/texts").glob("*.md"))
}
# What is printed in workbooks; the other labels stand on the screen, among names to be typed.
PRINTED: Final = (
    "report", "plan", "simulation", "calculation", "comparison", "sheet", "overrides",
    "portfolio", "problem", "standards", "view",
)  # fmt: skip
_TOLD_ON_SCREEN: Final = ("comparison.benchmark.", "comparison.previous.")


def is_printed(key: str) -> bool:
    return key.startswith(tuple(f"{part}." for part in PRINTED)) and not key.startswith(
        _TOLD_ON_SCREEN
    )


# --- blanks in Japanese sentences

_KANA: Final = "[ぁ-ゖァ-ヺー々一-鿿]"
_LETTER: Final = "[ぁ-ゖァ-ヺー々一-鿿、。「」（）：％]"
_NUMBER: Final = (
    r"\{(?:count|points|days|gap|seconds|rate|score|rank|sent|received|overdue|line|day)\}"
)
# Headings and lines that are no sentences, and a command with a word that stands for a folder.
_SET_APART: Final = {
    "sheet.stamp",
    "sheet.invalid.date",
    "sheet.footer.page",
    "sheet.request.title",
    "sheet.request.note.title",
    "report.footer.page",
    "overrides.column.item",
    "portfolio.title",
    "portfolio.movement.none",
}


def find_blanks(text: str, *, printed: bool) -> list[str]:
    """Find half-width blanks beside a Japanese letter; on the screen, those beside a number."""
    other = rf"[A-Za-z0-9{{}}]|{_LETTER}" if printed else _NUMBER
    after = rf"{_LETTER} (?:{other})"
    before = rf"(?:{other}) {_LETTER}"
    return re.findall(f"{after}|{before}", text)


def test_no_half_width_blank_stands_in_a_japanese_sentence() -> None:
    found = {
        key: blanks
        for key, texts in labels().items()
        if (blanks := find_blanks(texts["ja"], printed=is_printed(key)))
    }
    assert sorted(set(found) - _SET_APART) == []


def test_no_half_width_blank_stands_in_a_japanese_letter() -> None:
    bodies = {name: text.partition("\n")[2] for name, text in LETTERS.items() if ".ja." in name}
    assert len(bodies) == 6
    assert {name: found for name, text in bodies.items() if (found := _blanks_of(text))} == {}


def _blanks_of(letter: str) -> list[str]:
    return find_blanks(re.sub(r"\{%.*?%\}", "", letter), printed=True)


@pytest.mark.parametrize(
    ("text", "printed", "found"),
    [
        ("{score} 点", True, ["} 点"]),
        ("ランクは {rank} です。", True, ["は {", "} で"]),
        ("78.9 点", True, ["9 点"]),
        ("評価点 78.9です", True, ["点 7"]),
        ("JIS Q 27002に沿う", True, []),
        ("▲ 改善", True, []),
        ("{count} 件", False, ["{count} 件"]),
        ("先に sheet-diag run を実行", False, []),
        ("先に sheet-diag run を実行", True, ["に s", "n を"]),
    ],
)
def test_a_blank_beside_a_japanese_letter_is_found(
    text: str, printed: bool, found: list[str]
) -> None:
    assert find_blanks(text, printed=printed) == found


# --- spelling

CATALOG: Final = load_catalog(Path("jis-q-27002@2026.2"))


def texts_in(language: str) -> Mapping[str, str]:
    """Every label, letter and text of the newest catalogue beside the items in one language."""
    without_items = {"categories": {"__all__": {"items"}}}
    report = {
        f"catalogue {place}": text
        for place, text in catalog_texts(CATALOG.model_dump(exclude=without_items), language)
    }
    letters = {name: text for name, text in LETTERS.items() if f".{language}." in name}
    return {**{key: texts[language] for key, texts in labels().items()}, **letters, **report}


def catalog_texts(node: object, language: str, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text below a node of the catalogue; aliases are what clients may type."""
    if isinstance(node, dict) and set(node) == {"ja", "en"}:
        if isinstance(node[language], str):
            yield place, node[language]
    elif isinstance(node, dict):
        for key, entry in node.items():
            yield from catalog_texts(entry, language, f"{place}.{key}")
    elif isinstance(node, list | tuple):
        for number, entry in enumerate(node):
            yield from catalog_texts(entry, language, f"{place}.{number}")


# The pattern of a spelling that is not used, and what is used for it.
_NOT_USED: Final = (
    ("改めて", "あらためて"),
    ("取り扱い", "取扱い"),
    ("波かっこ", "波括弧"),
    ("ひな型", "ひな形"),
    ("(?<![区部])分から|分かり|分かる|分かっ|判ら", "わから"),
    ("だれ", "誰"),
    ("メモリー", "メモリ"),
    ("パソコン|コンピュータ", "PC"),
    ("送り直", "再送"),
    ("機密保持", "秘密保持"),
    ("電子メール", "メール"),
    ("複製", "バックアップ"),
    ("経営層", "経営者"),
    ("ウィルス", "ウイルス"),
    ("漏洩", "漏えい"),
    ("含む[^。、]{0,6}処理", "処理を含む"),
    (f"(?:{_KANA})[()]|[()](?:{_KANA})", "（ ）"),
    ("(?<=[ぁ-ゖァ-ヺー一-鿿])(?<!件名):", "："),
    ("[･｡､｢｣]", "・。、「」"),
    ("IPA ?(?:の)?25項目", "版の名"),
)
# 弱点 where a measure is weak, never of software (脆弱性).
_WEAK_MEASURES: Final = (".preamble", ".capped", ".gloss")


@pytest.mark.parametrize(("unused", "used"), _NOT_USED)
def test_a_spelling_that_is_not_used_occurs_nowhere(unused: str, used: str) -> None:
    found = [key for key, text in texts_in("ja").items() if re.search(unused, text)]
    assert found == [], used


def test_a_weak_point_is_one_of_measures() -> None:
    found = [key for key, text in texts_in("ja").items() if "弱点" in text]
    assert [key for key in found if not key.endswith(_WEAK_MEASURES)] == []


def test_the_standard_is_named_with_its_edition() -> None:
    for language in ("ja", "en"):
        for key, text in texts_in(language).items():
            assert not re.search(r"JIS Q 27002(?!:20)", text), key


def test_a_client_is_asked_for_a_password_in_another_way_than_mail() -> None:
    for code in ("PASSWORD_NEEDED", "PASSWORD_WRONG"):
        text = labels()[f"problem.{code}.ask"]
        assert "お電話などメール以外の方法" in text["ja"]
        assert "by telephone, or in another way than email" in text["en"]


# --- labels of the report never name parts of a catalogue

_FIXED: Final = re.compile("「はい」|(?:ランク|ランクは|最上位の)[A-E]")
_FIXED_EN: Final = re.compile(r"(?:answered|all|With|were) Yes\b|[Rr]ating (?:is )?[A-E]\b")
_OF_REPORTS: Final = (
    "report.",
    "plan.",
    "simulation.",
    "calculation.",
    "comparison.",
    "view.",
)


def test_labels_of_reports_name_no_answer_and_no_rank() -> None:
    for key, texts in labels().items():
        if key.startswith(_OF_REPORTS):
            assert not _FIXED.search(texts["ja"]), key
            assert not _FIXED_EN.search(texts["en"]), key


def test_no_label_of_a_workbook_names_the_best_choice() -> None:
    named = {key for key, texts in labels().items() if is_printed(key) and "はい" in texts["ja"]}
    assert named <= {"overrides.words.lead"}  # an example of what may be entered


def test_texts_of_ranks_name_no_rank_and_no_limit() -> None:
    for rank, texts in CATALOG.report.ranks.items():
        for text in (texts.legend, texts.overall, texts.capped, texts.unknown):
            if text:
                assert not re.search("ランク[A-E]|[0-9]+点", text.ja), rank
                assert not re.search(r"rat(?:ing|ed) [A-E]\b|[0-9]", text.en), rank


# --- English terms

_NOT_ENGLISH: Final = {
    "questionnaire": r"[Hh]earing [Ss]heet",
    "rating": r"\b[Rr]ank(s|ed)?\b",
    "limit": r"\b[Cc]aps?\b",
    "assessment": r"\b[Dd]iagnos(is|e|ed|es)\b",
    "email": r"\b[Ee]-mails?\b",
    "malware": r"\b([Aa]nti-?)?[Vv]irus(es)?\b",
    "cyberattack": r"\b[Cc]yber[- ]attacks?\b",
    "contractors": r"\b([Ss]ub-?contractors?|[Vv]endors?)\b",
    "Basis of this assessment": r"rests on",
    "below 30": r"\b0 to (30|below)",
}
# A column of client lists that exist.
_READ_AGAIN: Final = {"clients.column.mail", "clients.fault.no_table"}
_NAMES_OF_SHEETS: Final = {"rating": "book."}  # sheets and columns of a workbook are called so


@pytest.mark.parametrize("term", _NOT_ENGLISH)
def test_english_texts_use_one_term(term: str) -> None:
    found = [
        key
        for key, text in texts_in("en").items()
        if re.search(_NOT_ENGLISH[term], re.sub(r"\{[^{}]*\}|sheet-diag", "", text))
    ]
    named = {key for key in found if key.startswith(_NAMES_OF_SHEETS.get(term, "-"))}
    assert sorted(set(found) - _READ_AGAIN - named) == []
