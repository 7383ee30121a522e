"""The table of headings: what a person wrote above a column, and the key that it has."""

import pytest

from sheet_diag.catalog.headings import load_sheet_forms
from sheet_diag.model.basics import Lang


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("設問", "question"),
        (" 設 問（必須）", "question"),
        ("番号*", "no."),
        ("設問（英語）", "question (english)"),
        ("目安", "guidance"),
        ("目安：はい", "guidance: はい"),
        ("目安:はい（英語）", "guidance: はい (english)"),
        ("対応：JIS Q 27002:2024", "controls: JIS Q 27002:2024"),
        ("重み（英語）", None),  # a number has no second language
        ("Weight", None),  # the languages of headings are not mixed in one sheet
    ],
)
def test_a_heading_is_known_whatever_its_width_and_marks(written: str, key: str | None) -> None:
    assert load_sheet_forms()["questions"].find_column(written, Lang.JA) == key


@pytest.mark.parametrize(
    ("key", "japanese", "english"),
    [
        ("no.", "番号", "No."),
        ("advice: 一部", "提言：一部", "Advice: 一部"),
        ("rank: S", "S", "S"),
    ],
)
def test_a_key_is_written_as_its_heading(key: str, japanese: str, english: str) -> None:
    form = load_sheet_forms()["questions"]
    assert form.write_heading(key, Lang.JA) == japanese
    assert form.write_heading(key, Lang.EN) == english


def test_every_heading_is_found_again_by_what_is_written() -> None:
    for form in load_sheet_forms().values():
        for lang in Lang:
            for heading in form.columns:
                if heading.of is None:
                    assert form.find_column(form.write_heading(heading.key, lang), lang) == (
                        heading.key
                    )


def test_what_may_be_left_out_says_what_then_holds() -> None:
    for form in load_sheet_forms().values():
        for heading in (*form.columns, *form.entries):
            told = heading.required or heading.kind == "free" or heading.default
            assert told or (form.key, heading.key) in _NOT_BY_ITSELF, heading


# Which kind of row needs them, the checks say.
_NOT_BY_ITSELF = {
    ("settings", "value"),
    ("rules", "at most"), ("rules", "if"), ("rules", "then"), ("insurance texts", "case"),
    ("versions", "old no."), ("versions", "new no."),
}  # fmt: skip
