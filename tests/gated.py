"""A questionnaire whose questions depend on each other, in eight lines that can be read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sheet_diag.catalog.conditions import read_conditions
from sheet_diag.model.catalog import Catalog
from tests.catalogs import FORMER_JIS, JIS, SCORING, list_ranks, present

# Number, kind, set of choices, weight, condition, question. Behind the weight: ! critical, n with
# 該当なし, o optional.
QUESTIONS = """
A1 single   yes_no  0 |              | 個人情報の処理を外部に委託していますか。
A2 single   usual   1!| A1=はい      | 委託先を選ぶ基準がありますか。
A3 single   lacking 1 | A1=はい      | 契約書なしで委託している先がありますか。
B1 multiple devices 0 |              | 業務に使う端末の種類を選んでください。
B2 single   bad     3 | B1=私物      | 私物の端末に顧客の情報を保存することがありますか。
B3 single   usual   1n|              | 端末の紛失時の連絡先を決めていますか。
C1 number   -       0 |              | 操作の記録を何か月分残していますか。
C2 single   bad     1 | C1≧1         | 記録を誰も見ていない状態ですか。
"""
_UNKNOWN = {"unknown": ("わからない", "0"), "na": ("該当なし", None)}
_SETS: dict[str, dict[str, tuple[str, str | None]]] = {
    "yes_no": {"yes": ("はい", "1"), "no": ("いいえ", "0")},
    "usual": {"yes": ("はい", "1"), "partial": ("一部", "1/2"), "no": ("いいえ", "0"), **_UNKNOWN},
    "bad": {"yes": ("はい", "0"), "partial": ("一部", "1/2"), "no": ("いいえ", "1"), **_UNKNOWN},
    "lacking": {"some": ("ある", "0"), "few": ("一部ある", "1/2"), "none": ("ない", "1")},
    "devices": {"pc": ("パソコン", "1"), "phone": ("スマートフォン", "1"), "own": ("私物", "0")},
}  # fmt: skip
_MONTHS = {"unit": {"ja": "か月", "en": "months"}, "lowest": 0, "highest": 120}
_ROLES = {"unknown": "unknown", "na": "not_applicable"}
_CATEGORIES = {"A": "委託", "B": "端末", "C": "記録"}

Typed = Mapping[str, str | None]


@cache
def gated_catalog(questions: str = QUESTIONS) -> Catalog:
    """The questionnaire; other lines of the same form may be given."""
    raw: dict[str, Any] = {
        "id": "gated",
        "version": "1",
        "sha256": "",
        "title": _text("簡易診断"),
        "purpose": _text("状況をお伺いします。"),
        "standards": [],
        "answer_sets": {name: _choices(each) for name, each in _SETS.items()},
        "profile": [field.model_dump(mode="json", by_alias=True) for field in FORMER_JIS.profile],
        "categories": _categories(questions),
        "scoring": {
            **SCORING,
            "ranks": list_ranks(SCORING["ranks"]),
            "gates": {
                "category_answered": "1/2",
                "total_answered": "1/2",
                "applicable_categories": 1,
            },
        },
        "insurance": present(FORMER_JIS.insurance).model_copy(
            update={
                "variant": present(FORMER_JIS.insurance).variant.model_copy(update={"item": "A2"})
            }
        ),
        "report": JIS.report,
    }
    faults = read_conditions(raw)
    assert not faults, faults
    return Catalog.model_validate(raw)


def _text(words: str) -> dict[str, str]:
    return {"ja": words, "en": words}


def _choices(words: Mapping[str, tuple[str, str | None]]) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "role": _ROLES.get(name, "answered"),
            "value": value,
            "label": _text(label),
            "meaning": _text(f"{label}とは"),
        }
        for name, (label, value) in words.items()
    ]


def _categories(questions: str) -> list[dict[str, Any]]:
    items: dict[str, list[dict[str, Any]]] = {}
    for line in questions.strip().splitlines():
        marks, condition, question = (part.strip() for part in line.split("|"))
        number, kind, answer_set, weight = marks.split()
        items.setdefault(number[0], []).append(
            {
                "id": number,
                "kind": kind,
                **({} if answer_set == "-" else {"answer_set": answer_set}),
                "weight": int(weight.rstrip("!no")),
                "required": "o" not in weight,
                **(_MONTHS if kind == "number" else {}),
                "critical": "!" in weight,
                "na_allowed": "n" in weight,
                "na_when": _text("端末がない") if "n" in weight else None,
                "condition": condition or None,
                "topic": _text(question[:8]),
                "question": _text(question),
                "comment": {"title": _text("見出し"), "text": _text("提言です。")},
                "note": {"kind": "advice", "text": _text("助言です。")},
            }
        )
    return [
        {
            "id": name,
            **dict.fromkeys(("name", "short", "introduction", "example"), _text(label)),
            "items": items[name],
        }
        for name, label in _CATEGORIES.items()
        if name in items
    ]
