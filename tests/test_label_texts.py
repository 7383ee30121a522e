"""How the labels and letters are written: every text of a kind is looked through at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

import sheet_diag
from sheet_diag.text.wording import labels

LETTERS: Final = {
    file.name: file.read_text(encoding="utf-8")
    for file in sorted((Path(sheet_diag.__file__).parent / "mail/templates/texts").glob("*.md"))
}
# What is printed in workbooks; the other labels stand on the screen, among names to be typed.
PRINTED: Final = (
    "report", "plan", "outlook", "simulation", "calculation", "comparison", "sheet", "overrides",
    "portfolio", "problem",
)  # fmt: skip
_TOLD_ON_SCREEN: Final = ("comparison.benchmark.", "comparison.previous.")


def is_printed(key: str) -> bool:
    return key.startswith(tuple(f"{part}." for part in PRINTED)) and not key.startswith(
        _TOLD_ON_SCREEN
    )


# --- blanks in Japanese sentences

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
