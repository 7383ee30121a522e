"""最優先の対策, the comments on categories, and the notice on insurance, as the page has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ReturnOutcome
from tests.catalogs import catalog
from tests.samples import client, name_categories, report, resolve_all
from tests.workbooks import cut_texts, open_workbook, row_values, rows_with, sheet, texts_on

FIRST = "最優先の対策：未実施、または実施を確認できない特に重要な対策"
COMMENTS = "重点カテゴリに関するコメント"


def _text(ja: str) -> dict[str, str]:
    return {"ja": ja, "en": f"Words {sum(map(ord, ja))}."}


def told(*lines: str, key_measure: bool = True, **parts: Any) -> Catalog:
    """A small catalogue in which each text names its item."""
    content = name_categories(catalog(*lines)).model_dump()
    for category in content["categories"]:
        for item in category["items"]:
            name = item["id"]
            item["comment"] = {"title": _text(f"{name}の対策"), "text": _text(f"{name}の解説。")}
            item["first_step"] = _text(f"{name}の一歩")
            item["openings"] = {c: _text(f"{name}は{c}。") for c in ("partial", "unknown")}
            item |= parts
    content["report"]["key_measure"] = _text("重要。") if key_measure else None
    return Catalog.model_validate(content)


def one(rows: Mapping[str, str], of: Catalog, **more: Any) -> ReturnOutcome:
    return resolve_all(client("見本", rows, catalog=of, **more), catalog=of)[0]


def page(outcome: ReturnOutcome, of: Catalog) -> list[list[Any]]:
    """The lines of the report that say something."""
    first = sheet(open_workbook(report(outcome, catalog=of), values=True), "診断報告書")
    lines = (row_values(first, row) for row in range(1, first.max_row + 1))
    return [line for line in lines if line]


def below(lines: list[list[Any]], heading: str, end: str) -> list[list[Any]]:
    """The lines between two headings."""
    start = lines.index([heading])
    return lines[start + 1 : lines.index([end])]


MIXED = told("3! 3! 3! 3! 4", "3! 3", "3! 3", "3! 3")


def test_first_priorities_stand_complete_and_first_with_answer_and_first_step() -> None:
    lines = page(one({"C1": "×?△.×", "C2": "×○", "C3": "○△", "C4": "×○"}, MIXED), MIXED)
    assert ["3. 最優先の対策とコメント"] in lines
    lead, heads, *table = below(lines, FIRST, COMMENTS)
    assert "次の5件" in lead[0]
    assert heads == ["設問", "対策", "ご回答", "はじめに行うこと"]
    assert table == [
        ["★\nC2-1", "C2-1の対策", "いいえ", "C2-1の一歩"],
        ["→ 解説は（2）「分野2」をご覧ください。"],
        ["★\nC4-1", "C4-1の対策", "いいえ", "C4-1の一歩"],
        ["→ 解説は（3）「分野4」をご覧ください。"],
        ["★\nC1-1", "C1-1の対策", "いいえ", "C1-1の一歩"],
        ["→ 解説は（1）「分野1」をご覧ください。"],
        ["★\nC1-2", "C1-2の対策", "わからない", "C1-2の一歩"],
        ["→ 解説は（1）「分野1」をご覧ください。"],
        ["★\nC1-4", "C1-4の対策", "未回答", "C1-4の一歩"],
        ["C1-4の解説。"],
    ]


@pytest.mark.parametrize("lang", Lang)
def test_thirteen_first_priorities_are_all_printed_and_none_is_cut(lang: Lang) -> None:
    made = told("3! 3! 3! 3!", "3! 3! 3!", "3! 3! 3!", "3! 3! 3!")
    outcome = one({}, made, rest="×", lang=lang)
    book = open_workbook(report(outcome, catalog=made), values=True)
    first = book.worksheets[0]
    assert [len(rows_with(first, f"★\n{item}")) for item in made.items] == [1] * 13
    texts = texts_on(first)
    for item in made.items.values():
        assert any(item.comment.text[lang] in text for text in texts), item.id
    assert cut_texts(first, margin=0.6) == []


def test_without_a_key_measure_missing_the_table_is_left_out() -> None:
    lines = page(one({"C1": "△○○○×"}, MIXED), MIXED)
    assert [FIRST] not in lines
    assert [COMMENTS] not in lines
    assert ["3. 重点カテゴリに関するコメント"] in lines


def test_a_key_measure_left_open_is_not_told_to_be_in_order() -> None:
    outcome = one({"C1": ".○○○○"}, MIXED)
    assert outcome.diagnosis
    assert outcome.diagnosis.comments == ()
    lines = page(outcome, MIXED)
    assert ["★\nC1-1", "C1-1の対策", "未回答", "C1-1の一歩"] in lines
    assert ["C1-1の解説。"] in lines
    assert [MIXED.report.comments_none.ja] not in lines


def test_a_catalogue_without_first_steps_prints_a_dash() -> None:
    made = told("3! 4", "3", "3", "3", first_step=None)
    assert ["★\nC1-1", "C1-1の対策", "いいえ", "－"] in page(one({"C1-1": "×"}, made), made)


def test_what_is_not_known_is_told_before_the_measures() -> None:
    lines = page(one({"C1": "○○○○?", "C2": "×○"}, MIXED), MIXED)
    (said,) = below(lines, "3. 最優先の対策とコメント", FIRST)
    assert said[0].startswith("実施しているかどうかわからないとのご回答が1問あり")
    conditions = open_workbook(report(one({"C1-5": "?"}, MIXED), catalog=MIXED))["診断条件"]
    assert len(rows_with(conditions, "わからないとのご回答")) == 1
    all_known = open_workbook(report(one({}, MIXED), catalog=MIXED))["診断条件"]
    assert rows_with(all_known, "わからないとのご回答") == []


# --- comments


@pytest.mark.parametrize(
    ("item", "sign", "comment"),
    [
        pytest.param("C1-5", "△", "C1-5はpartial。C1-5の解説。", id="partly"),
        pytest.param("C1-5", "?", "C1-5はunknown。C1-5の解説。", id="not known"),
        pytest.param("C1-5", "×", "C1-5の解説。", id="not done"),
        pytest.param("C1-1", "×", "重要。C1-1の解説。", id="a key measure not done"),
        pytest.param("C1-1", "△", "C1-1はpartial。C1-1の解説。", id="a key measure in part"),
        pytest.param("C1-1", "?", "C1-1はunknown。C1-1の解説。", id="a key measure not known"),
    ],
)
def test_a_comment_opens_by_item_and_answer(item: str, sign: str, comment: str) -> None:
    assert [comment] in page(one({item: sign}, MIXED), MIXED)


def test_a_catalogue_without_openings_prints_its_comments_alone() -> None:
    made = told("3! 4", "3", "3", "3", key_measure=False, openings={})
    for sign in "×△?":
        assert ["C1-1の解説。"] in page(one({"C1-1": sign}, made), made)


def test_a_key_measure_that_is_not_known_is_not_told_to_be_missing() -> None:
    made = told("3! 4", "3", "3", "3", openings={})
    assert ["C1-1の解説。"] in page(one({"C1-1": "?"}, made), made)
    assert ["重要。C1-1の解説。"] in page(one({"C1-1": "×"}, made), made)


def test_an_english_comment_has_a_blank_after_its_opening() -> None:
    texts = texts_on(open_workbook(
        report(one({"C1-5": "△"}, MIXED, lang=Lang.EN), catalog=MIXED)
    ).worksheets[0])  # fmt: skip
    opening, text = MIXED.items["C1-5"].openings["partial"].en, MIXED.items["C1-5"].comment.text.en
    assert f"{opening} {text}" in texts


# --- insurance


def test_the_notice_shows_the_exposure_and_what_it_rests_on() -> None:
    profile = {"personal_records": "わからない", "entrusted_data": "あり"}
    lines = page(one({}, MIXED, profile=profile), MIXED)
    notice, exposure, heads, *facts, assumption = below(lines, "5. 保険のご案内", "おわりに")
    assert notice == [MIXED.report.insurance.notices[1]["review"].ja]
    assert exposure == ["想定影響度：中"]
    assert heads == ["会社情報の項目", "ご記入の内容", "想定影響度との関係"]
    entries = {fact[0]: fact[1:] for fact in facts}
    labels = {name: MIXED.field_by_id[name].label.ja for name in MIXED.insurance.exposure.points}
    assert list(entries) == list(labels.values())
    assert entries[labels["personal_records"]] == ["わからない", "確認できないため「中」以上"]
    assert entries[labels["entrusted_data"]] == ["あり", "大きくする要因"]
    assert entries[labels["it_dependence"]] == ["（未記入）", "－"]
    assert assumption == [MIXED.insurance.exposure.assumption.ja]


def test_the_conditions_say_that_the_question_on_insurance_touches_no_score() -> None:
    scored, unscored = told("3 3", "3", "3", "3"), told("0 3", "3", "3", "3")
    for made, told_so in ((scored, False), (unscored, True)):
        conditions = open_workbook(report(one({}, made), catalog=made))["診断条件"]
        lines = [
            row_values(conditions, row) for row in rows_with(conditions, "評価点に含めない設問")
        ]
        assert bool(lines) is told_so
    assert lines[0][1] == (
        "C1-1 文：保険のご案内の内容を選ぶための設問で、評価点には影響しません。"
    )


def test_a_held_return_has_no_report() -> None:
    outcome = one({}, MIXED, rest=".")
    assert outcome.diagnosis
    assert outcome.result is None
    assert outcome.diagnosis.top_items == ()
