"""最優先の対策, the comments on categories, and the notice on insurance, as the page has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ReturnOutcome
from tests.catalogs import catalog, present
from tests.samples import client, name_categories, report, resolve_all
from tests.workbooks import cut_texts, open_workbook, row_values, rows_with, texts_on


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


MIXED = told("3! 3! 3! 3! 4", "3! 3", "3! 3", "3! 3")


@pytest.mark.parametrize("lang", Lang)
def test_thirteen_first_priorities_are_all_printed_and_none_is_cut(lang: Lang) -> None:
    made = told("3! 3! 3! 3!", "3! 3! 3!", "3! 3! 3!", "3! 3! 3!")
    outcome = one({}, made, rest="×", lang=lang)
    book = open_workbook(report(outcome, catalog=made), values=True)
    first = book.worksheets[0]
    assert [len(rows_with(first, f"{item}\n★")) for item in made.items] == [1] * 13
    texts = texts_on(first)
    for item in made.items.values():
        assert any(present(item.comment.text)[lang] in text for text in texts), item.id
    assert cut_texts(first, margin=0.6) == []


# --- comments


# --- insurance


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
