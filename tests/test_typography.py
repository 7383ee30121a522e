"""The room a text takes: a full-width character is one em, words stay whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheet_diag.text.text_metrics import (
    LINE_HEIGHT,
    column_room,
    line_count,
    row_height,
    text_width,
)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("", 1, id="an empty cell is a line high"),
        pytest.param("情報資産", 1, id="short"),
        pytest.param("情報資産の管理責任者は", 2, id="11 em in 10"),
        pytest.param("あ" * 10, 1, id="exactly full"),
        pytest.param("あ" * 30, 3, id="three full lines"),
        pytest.param("あ" * 31, 4, id="three full lines and one more"),
        pytest.param("ＡＢＣ０１２３４５６７", 2, id="full-width letters are an em each"),
        pytest.param("abcdefgh", 1, id="half-width letters are about half an em"),
        pytest.param("一行目\n二行目", 2, id="line break"),
        pytest.param("一行目\n", 2, id="line break at the end"),
        pytest.param("\n\n", 3, id="blank lines"),
        pytest.param("あああああああ security", 2, id="a word that does not fit goes down whole"),
        pytest.param("secured secured secured", 2, id="words part at a space"),
        pytest.param("w" * 30, 3, id="a word wider than the column is broken: 30 x 0.68 em"),
        pytest.param("ああ " + "w" * 30, 4, id="and starts on a line of its own"),
        pytest.param("ああああああああああ。", 2, id="a closing mark takes a character along"),
    ],
)
def test_lines_in_ten_em(text: str, lines: int) -> None:
    assert line_count(text, 10) == lines


@pytest.mark.parametrize(
    ("text", "em"),
    [
        ("あ漢ア、（Ａ", 6.0),
        ("", 0.0),
        ("ｱ", 0.56),
        ("◎", 1.0),
        ("A", 0.68),
        ("a", 0.56),
        ("i", 0.32),
    ],
)
def test_width(text: str, em: float) -> None:
    assert text_width(text) == pytest.approx(em)


def test_a_column_loses_its_margins_and_the_indent() -> None:
    assert column_room(107) == 75.0  # 100 pixels at 96 dpi
    assert column_room(117, indent=1) == 75.0


def test_row_height_is_lines_and_padding() -> None:
    text = "あ" * 30
    assert row_height("", room=100, size=10, padding=0) == 10 * LINE_HEIGHT
    assert row_height(text, room=106, size=10, padding=4) == round(3 * 10 * LINE_HEIGHT + 4, 2)
    assert row_height(text, room=106, size=5, padding=0) == round(2 * 5 * LINE_HEIGHT, 2)


def test_a_line_is_as_high_as_excel_makes_it() -> None:
    # Excel's own height of a row in Yu Gothic 11.
    assert row_height("あ", room=100, size=11, padding=0) >= 18.75


def test_no_column_is_too_narrow_to_compute() -> None:
    assert row_height("あいう", room=-5, size=10, padding=0) == round(3 * 10 * LINE_HEIGHT, 2)


_TEXTS = st.text(st.sampled_from("あ。、ーA1i w\n漢(-"), max_size=60)
_EM = st.integers(10, 400).map(lambda tenths: tenths / 10)


def test_a_word_that_just_fills_its_lines() -> None:
    assert text_width("AAi ") == 2.0
    assert line_count("AAi 1", 1.0) == 3


@given(_TEXTS, _EM)
def test_no_line_holds_more_than_its_width(text: str, em: float) -> None:
    # Spaces vanish at a line's end, and are not counted.
    assert line_count(text, em) * em >= text_width(text.replace(" ", "").replace("\n", "")) - 1e-9


@given(_TEXTS, _EM, _EM)
def test_a_wider_column_never_needs_more_lines(text: str, one: float, other: float) -> None:
    narrow, wide = sorted((one, other))
    assert line_count(text, wide) <= line_count(text, narrow)


@given(_TEXTS, _TEXTS, _EM)
def test_more_text_never_needs_fewer_lines(text: str, more: str, em: float) -> None:
    assert line_count(text + more, em) >= line_count(text, em)
