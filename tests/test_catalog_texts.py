"""The built-in catalogue: its items as in the topics, and checks of its sentences."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheet_diag.catalog.load import load_catalog
from sheet_diag.model.catalog import Item
from sheet_diag.model.record import Record, Text
from tests.catalog_files import BUILT_IN, FILES
from tests.catalogs import present

TOPICS = Path(__file__).parent / "data" / "question_topics.csv"
STANDARDS = ("jis_2024", "jis_2014", "csf2", "ipa25")

CATALOG = load_catalog()
ITEMS = CATALOG.items

_JAPANESE = re.compile("[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")
_POLITE = re.compile("(です|ます|ません|ました|でした|ください|でしょう|ましょう)(（[^）]+）)?。$")


# --- facts


def topics() -> list[dict[str, str]]:
    with TOPICS.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def facts(item: Item, category: str) -> dict[str, str]:
    """The row of the topics that an item stands for."""
    return {
        "id": item.id,
        "category": category,
        "topic_ja": item.topic.ja,
        "topic_en": item.topic.en,
        **{name: ";".join(item.controls.get(name, ())) for name in STANDARDS},
        "weight": str(item.weight),
        "critical": str(int(item.critical)),
        "na_allowed": str(int(item.na_allowed)),
        "na_when": item.na_when.ja if item.na_when else "",
        "note": present(item.note).kind.value,
        "threats": ";".join(item.threats),
        "effort": item.effort.value if item.effort else "",
        "cost": item.cost.value if item.cost else "",
        "priority": str(item.priority),
    }


def test_items_are_those_of_the_topics_in_their_order() -> None:
    found = [facts(item, category.id) for category in CATALOG.categories for item in category.items]
    assert found == topics()


def test_every_item_uses_the_five_answers() -> None:
    assert {item.answer_set for item in ITEMS.values()} == {"implementation"}
    assert [choice.id for choice in CATALOG.answer_sets["implementation"]] == [
        "yes",
        "partial",
        "no",
        "unknown",
        "na",
    ]


def test_every_item_says_when_to_choose_yes_partly_and_no() -> None:
    assert {tuple(item.hint) for item in ITEMS.values()} == {("yes", "partial", "no")}


# --- texts


def texts(node: object, place: str = "") -> Iterator[tuple[str, Text]]:
    """Every text with the path to it."""
    if isinstance(node, Text):
        yield place.lstrip("."), node
    elif isinstance(node, Record):
        for name in type(node).model_fields:
            yield from texts(getattr(node, name), f"{place}.{name}")
    elif isinstance(node, dict):
        for key, entry in node.items():
            yield from texts(entry, f"{place}.{key}")
    elif isinstance(node, tuple):
        for number, entry in enumerate(node, 1):
            yield from texts(entry, f"{place}.{getattr(entry, 'id', number)}")


ALL = dict(texts(CATALOG))


def sentences(text: str) -> list[str]:
    return re.findall(r"[^。]+。?", text)


@pytest.mark.parametrize(
    "unwanted",
    [
        pytest.param("TODO", id="unfinished"),
        pytest.param("漏洩", id="漏えい is the spelling of the law"),
        pytest.param("[\uff61-\uff9f]", id="half-width kana"),
        pytest.param("[\u200b-\u200f\u2028-\u202e\ufeff\u00a0]", id="invisible"),
        pytest.param("\t| $", id="white space"),
    ],
)
def test_files_hold_nothing_unwanted(unwanted: str) -> None:
    assert [
        (file, number)
        for file in FILES
        for number, line in enumerate((BUILT_IN / file).read_text("utf-8").splitlines(), 1)
        if re.search(unwanted, line)
    ] == []


def test_every_text_was_found() -> None:
    assert len(ALL) > 54 * 7
    assert {"title", "categories.POL.items.POL-01.note.text", "report.ranks.A.legend"} <= set(ALL)


def test_japanese_texts_are_japanese() -> None:
    names = ("standards.",)  # JIS Q 27002:2024 is its name in both languages
    assert [
        place
        for place, text in ALL.items()
        if not _JAPANESE.search(text.ja) and not place.startswith(names)
    ] == []


def test_english_texts_hold_no_japanese() -> None:
    assert [place for place, text in ALL.items() if _JAPANESE.search(text.en)] == []


def test_every_comment_has_two_to_four_sentences() -> None:
    assert [
        name
        for name, item in ITEMS.items()
        if not 2 <= len(sentences(present(item.comment.text).ja)) <= 4
    ] == []


def test_every_sentence_of_comments_and_notes_is_polite() -> None:
    assert [
        (name, sentence)
        for name, item in ITEMS.items()
        for text in (present(item.comment.text).ja, present(item.note).text.ja)
        for sentence in sentences(text)
        if not _POLITE.search(sentence)
    ] == []


def test_titles_are_unique_and_no_sentences() -> None:
    titles = [
        text
        for item in ITEMS.values()
        for text in (present(item.comment.title).ja, present(item.comment.title).en)
    ]
    assert [title for title in titles if title.endswith(("。", "."))] == []
    assert _repeated(titles) == []


def test_no_sentence_stands_in_two_items() -> None:
    said = [sentence for item in ITEMS.values() for sentence in set(_said(item))]
    assert _repeated(said) == []


def _said(item: Item) -> Iterator[str]:
    for place, text in texts(item):
        if place == "na_when":  # some have one condition
            continue
        yield from re.split("(?<=。)", text.ja)
        yield from re.split(r"(?<=[.?]) ", text.en)


def _repeated(entries: list[str]) -> list[str]:
    return sorted(entry for entry, count in Counter(entries).items() if entry and count > 1)
