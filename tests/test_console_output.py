"""What a terminal is given: names as people write them, and nothing that it would obey."""

from __future__ import annotations

import pytest
from rich.console import Console

from sheet_diag.text.terminal_text import escape_markup, printable_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("株式会社　北斗", "株式会社　北斗", id="a wide space, everyday in names"),
        pytest.param("株式会社\u00a0北斗", "株式会社 北斗", id="a space that does not break"),
        pytest.param("K.K.\u2003Hokuto\u202f1", "K.K. Hokuto 1", id="other spaces"),
        pytest.param("a\nb", "a\nb", id="lines"),
        pytest.param("a\tb\rc", "a�b�c", id="tab and return"),
        pytest.param("a\x1b[2Jb\x9b1mc", "a�[2Jb�1mc", id="what a terminal obeys"),
        pytest.param("a\u202eb\u200bc\u2066d\ufeff", "a�b�c�d�", id="what turns or hides"),
        pytest.param("a\u2028b\u2029c\u0085d", "a�b�c�d", id="other line ends"),
        pytest.param("a\ud800b\ue000c\uffffd", "a�b�c�d", id="no characters"),
        pytest.param("𠮷田 髙橋 ﾃｽﾄ ㈱ 🍣", "𠮷田 髙橋 ﾃｽﾄ ㈱ 🍣", id="rare characters"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    assert printable_text(text) == shown


def test_markup_is_no_markup() -> None:
    console = Console(width=80, force_terminal=False)
    with console.capture() as shown:
        console.print(escape_markup("[red]株式会社　北斗[/]"))
    assert shown.get() == "[red]株式会社　北斗[/]\n"
