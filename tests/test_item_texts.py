"""The texts of the built-in questions: one test a rule, over all items at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast
from unicodedata import east_asian_width

import pytest
import yaml

import sheet_diag

FOLDER = Path(sheet_diag.__file__).parent / "catalog/data/jis-q-27002/2026.2/items"

HINTS = ("hint_yes", "hint_partial", "hint_no")
TEXTS = (
    "topic",
    "na_when",
    "question",
    *HINTS,
    "title",
    "comment",
    "opening_partial",
    "opening_unknown",
    "first_step",
    "first_step_short",
    "note",
)
Row = Mapping[str, Any]


def read_rows() -> dict[str, Row]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = [
        row
        for file in sorted(FOLDER.glob("*.yaml"))
        for row in yaml.load(file.read_text("utf-8"), Loader=loader)
    ]
    return {row["id"]: row for row in rows}


ROWS = read_rows()


def texts(lang: str, *fields: str) -> Iterator[tuple[str, str]]:
    """Each text of `fields` (all where none is named) as (place, text)."""
    for name, row in ROWS.items():
        for field in fields or TEXTS:
            if field in row:
                yield f"{name}.{field}", cast(str, row[field][lang])


def having(pattern: str, lang: str, *fields: str) -> list[tuple[str, str]]:
    return [
        (place, found[0])
        for place, text in texts(lang, *fields)
        if (found := re.search(pattern, text))
    ]


def sentences(text: str) -> list[str]:
    return re.findall("[^。]+。?", text)


def said(name: str, field: str, lang: str = "ja") -> str:
    return cast(str, ROWS[name][field][lang])


def critical() -> list[str]:
    return [name for name, row in ROWS.items() if row["critical"]]


# --- every text


def test_every_item_has_every_text_in_both_languages() -> None:
    assert len(ROWS) == 56
    optional = {"na_when"}
    assert [
        (name, field)
        for name, row in ROWS.items()
        for field in TEXTS
        if (field in row or field not in optional)
        and not all(row.get(field, {}).get(lang, "").strip() for lang in ("ja", "en"))
    ] == []


def test_a_condition_stands_exactly_where_an_item_may_not_apply() -> None:
    assert [name for name, row in ROWS.items() if row["na_allowed"] != ("na_when" in row)] == []


def test_no_text_names_an_answer_an_amount_of_items_a_rank_or_a_limit() -> None:
    words = "はい|いいえ|該当なし|「(一部|わからない)」|ランク|設問|評価点|[0-9]点(以|未)|上限"
    assert having(words, "ja") == []
    assert having(r"\b(Yes|Partly|N/A|rank|rating|score|cap)\b|[0-9] (items|questions)", "en") == []


def test_no_text_names_a_company_or_a_product() -> None:
    names = "株式会社|有限会社|Inc\\.|Ltd|Microsoft|Windows|Google|Apple|iPhone|Android|LINE|GPT"
    assert having(names, "ja") == having(names, "en") == []


def test_no_text_promises_that_a_measure_prevents() -> None:
    assert having("防げ|必ず防|完全に|確実に防|起こりません", "ja") == []
    assert having("would have prevented|guarantee|cannot happen|completely safe", "en") == []


def test_no_case_invents_a_figure() -> None:
    figures = "[0-9][0-9,]*(万|億|千|円|件|名|社|台)"
    assert [
        place
        for place, _ in having(figures, "ja", "note")
        if ROWS[place.split(".")[0]]["note_kind"] == "case"
    ] == []


def test_no_text_begins_with_a_joining_word() -> None:
    fields = ("comment", "note", "opening_partial", "opening_unknown")
    assert having("^(また|さらに|なお|そして|しかし|一方|加えて|ただし)", "ja", *fields) == []
    assert having("^(Also|Moreover|Furthermore|In addition,|However)\\b", "en", *fields) == []


def test_japanese_holds_no_half_width_mark_and_no_blank() -> None:
    marks = "[()\uff61-\uff9f:;!?]|(?<![0-9]),|,(?![0-9])"
    blank = "(?<![A-Z]) | (?![A-Z])"  # between words of a name: SECURITY ACTION
    assert having(f"{marks}|{blank}", "ja") == []


def test_japanese_holds_no_other_latin_words_than_its_own() -> None:
    known = """
        AI BCC CMS DDoS EDR FAX ID IPA JPCERT/CC LAN NAS OS PC SCS SECURITY ACTION SNS USB VPN WPA
    """
    found = {word for _, text in texts("ja") for word in re.findall("[A-Za-z/]+", text)}
    assert found <= set(known.split())


@pytest.mark.parametrize(
    ("unwanted", "places"),
    [
        ("改めて", []),
        ("(?<!に)取り扱い(?![、またさせろれ])|お取り扱い", []),
        ("波かっこ", []),
        ("ひな型", []),
        ("分から|判ら|分かり|分かる", []),
        ("だれ", []),
        ("メモリー", []),
        ("パソコン|コンピュータ", []),
        ("送り直", []),
        ("機密保持", ["AST-09.topic", "AST-09.title"]),
        ("電子メール", []),
        ("複製|コピー", []),
        ("経営層", []),
        ("弱点", []),
        ("ウィルス", []),
        ("含む[^。、（）]{0,6}処理", []),
        ("漏洩", []),
    ],
)
def test_japanese_is_spelt_after_the_table(unwanted: str, places: list[str]) -> None:
    assert [place for place, _ in having(unwanted, "ja") if place not in places] == []


def test_english_uses_the_terms_of_the_product() -> None:
    terms = (
        r"hearing sheet|[Dd]iagnos|e-mails?\b|cyber[- ]attack|[Vv]irus|[Ww]eak point|\bvendor"
        r"|utilis|in order to|[‘’“”]|  "
    )
    official = ["HUM-09.topic"]
    assert [place for place, _ in having(terms, "en") if place not in official] == []


def test_texts_leave_the_explaining_of_terms_to_the_glossary() -> None:
    glossary = yaml.safe_load((FOLDER.parent / "glossary.yaml").read_text("utf-8"))
    for lang in ("ja", "en"):
        glosses = "|".join(re.escape(entry["gloss"][lang]) for entry in glossary)
        assert having(glosses, lang) == []
        terms = "|".join(re.escape(form) for entry in glossary for form in entry["forms"][lang])
        assert having(f"({terms})(（|【| [(])", lang, "question", *HINTS) == []


# --- questions and hints


def test_a_question_asks_in_one_sentence_that_fits_its_row() -> None:
    assert [
        place
        for place, text in texts("ja", "question")
        if not re.search("(か|か（[^（）]+）)。$", text)
        or len(sentences(text)) != 1
        or not 50 <= len(text) <= 110
    ] == []
    assert [place for place, text in texts("en", "question") if "?" not in text[-80:]] == []


def test_hints_differ_and_are_short_statements() -> None:
    assert [
        place
        for place, text in texts("ja", *HINTS)
        if not text.endswith("。") or len(sentences(text)) != 1 or len(text) > 80
    ] == []
    for lang in ("ja", "en"):
        assert [
            name for name in ROWS if len({said(name, hint, lang) for hint in HINTS}) < len(HINTS)
        ] == []


# --- comments and notes


def test_a_comment_has_two_or_three_sentences_of_40_to_60_letters() -> None:
    assert [
        (place, sentence)
        for place, text in texts("ja", "comment")
        for sentence in sentences(text)
        if not 40 <= len(sentence) <= 60 or not 2 <= len(sentences(text)) <= 3
    ] == []


def test_sentences_of_notes_and_openings_are_polite_and_at_most_60_letters() -> None:
    polite = "(です|ます|ません|ました|でした|ください|ましょう)。$"
    assert [
        (place, sentence)
        for place, text in texts("ja", "comment", "note", "opening_partial", "opening_unknown")
        for sentence in sentences(text)
        if len(sentence) > 60 or not re.search(polite, re.sub("（[^（）]+）", "", sentence))
    ] == []


def test_comments_vary() -> None:
    comments = [text for _, text in texts("ja", "comment")]
    assert sum("おそれがあります" in text for text in comments) <= 20
    assert sum(sentences(text)[0].endswith("おそれがあります。") for text in comments) <= 15
    assert sum("ことをお勧めします" in text for text in comments) <= 6
    assert sum("不十分な場合" in text for text in comments) <= 3
    assert max(Counter(text[:8] for text in comments).values()) <= 2


def test_cases_vary_in_their_endings() -> None:
    endings = Counter(
        said(name, "note")[-5:] for name, row in ROWS.items() if row["note_kind"] == "case"
    )
    assert max(endings.values()) <= 8


def test_a_note_differs_from_its_comment() -> None:
    assert [
        name
        for name in ROWS
        if set(sentences(said(name, "note"))) & set(sentences(said(name, "comment")))
    ] == []


def test_key_measures_are_not_put_off() -> None:
    weak = {"ja": "負担の少ない|今後の計画|検討", "en": "(?i)consider|future plan|little effort"}
    assert [
        place
        for lang, pattern in weak.items()
        for place, _ in having(pattern, lang)
        if place.split(".")[0] in critical()
    ] == []


# --- openings


def test_an_opening_is_one_sentence_and_does_not_repeat_the_title() -> None:
    for lang, end in (("ja", "。"), ("en", ".")):
        assert [
            place
            for place, text in texts(lang, "opening_partial", "opening_unknown")
            if not text.endswith(end)
            or len(re.findall(r"[。]|\. ", text)) > (lang == "ja")
            or said(place.split(".")[0], "title", lang) in text
        ] == []


def test_an_opening_of_a_half_done_measure_says_what_is_there_and_what_is_missing() -> None:
    assert [
        place
        for place, text in texts("ja", "opening_partial")
        if not re.search("(ます|です|ました)(が|ので)、", text)
    ] == []
    assert [
        place
        for place, text in texts("en", "opening_partial")
        if not re.search(", but |; |, while ", text)
    ] == []


def test_an_opening_of_a_half_done_measure_does_not_speak_of_its_scope() -> None:
    scope = "(?<!補償の)範囲|行き渡|広げ"
    assert having(scope, "ja", "opening_partial") == []
    assert having("extend|roll out|across the (company|board)", "en", "opening_partial") == []


def test_an_opening_of_an_unknown_state_claims_nothing_and_says_what_to_do() -> None:
    assert having("未実施|行われていない|行われていません", "ja", "opening_unknown") == []
    assert having("not (done|in place|implemented|carried out)", "en", "opening_unknown") == []
    whom = "尋ね|聞|求め|ご覧|見て|確か|確認|探し|お調べ|開く|たどれ"
    assert [
        place for place, text in texts("ja", "opening_unknown") if not re.search(whom, text)
    ] == []


# --- first steps


def full_width(text: str) -> float:
    return sum(1 if east_asian_width(letter) in "FWA" else 0.5 for letter in text)


def test_a_short_step_fits_one_line() -> None:
    assert [place for place, text in texts("ja", "first_step_short") if full_width(text) > 26] == []
    assert [place for place, text in texts("en", "first_step_short") if len(text) > 70] == []


def test_steps_are_actions_without_a_full_stop() -> None:
    steps = ("first_step", "first_step_short")
    assert having("[。、]$|。", "ja", *steps) == []
    assert having(r"[.;]$", "en", *steps) == []
    verb = "[るむすうくぐつぶ](（[^（）]+）)?$|確認$"
    assert [place for place, text in texts("ja", *steps) if not re.search(verb, text)] == []


def words(text: str) -> list[str]:
    """What carries the sense of Japanese: runs of Chinese characters, katakana and letters."""
    return re.findall("[一-龥々]+|[ァ-ヶー]{2,}|[A-Za-z]+|[0-9]+", text)


def share(part: list[str], whole: str) -> float:
    return sum(word in whole for word in part) / len(part)


def test_a_short_step_is_the_same_action() -> None:
    assert [
        name
        for name in ROWS
        if share(list("".join(words(said(name, "first_step_short")))), said(name, "first_step"))
        < 0.7
    ] == []


def test_a_comment_tells_to_take_the_first_step() -> None:
    assert [
        name for name in ROWS if share(words(said(name, "first_step")), said(name, "comment")) < 0.7
    ] == []


# --- links


def test_links_lead_to_public_bodies_and_name_a_page_in_one_way() -> None:
    links = {name: row["links"] for name, row in ROWS.items()}
    assert [name for name, each in links.items() if len(each) > 3] == []
    pairs = {(link["title"], link["url"]) for each in links.values() for link in each}
    assert [url for _, url in pairs if not re.match(r"https://[a-z.]+\.go\.jp/", url)] == []
    assert len({title for title, _ in pairs}) == len({url for _, url in pairs}) == len(pairs)
