"""The fonts of the report: which characters they show, and that they come along."""

from __future__ import annotations

import fnmatch
import tomllib
from pathlib import Path

import pytest

from sheet_diag.reports.pdf.coverage import TABLE, find_missing
from tests.font_coverage import FONTS, cover

ROOT = Path(__file__).parents[1]


def test_the_table_of_characters_is_that_of_the_fonts() -> None:
    """`python -m tests.font_coverage` makes it anew."""
    assert TABLE.read_text(encoding="ascii") == cover()


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("株式会社髙﨑①Ⅲ㈱〓★◎○△▲×▼→－", ""),
        ("𠮷田商店", "𠮷"),
        ("가나가", "가나"),
        ("葛\N{VARIATION SELECTOR-17}城\n\t\u200b", ""),
        ("a\x07b", "\x07"),
    ],
)
def test_characters_that_the_fonts_lack_are_found_once_each(text: str, missing: str) -> None:
    assert find_missing(text) == missing


def test_fonts_licence_and_template_go_into_every_package() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = data["tool"]["setuptools"]["package-data"]["*"]
    folder = TABLE.parent.parent
    names = [str(path.relative_to(folder)) for path in folder.rglob("*.*") if path.suffix != ".pyc"]
    names = [name for name in (*names, "fonts/LICENSE_FONT") if not name.endswith(".py")]
    assert {"report.typ", "fonts/coverage.txt", "fonts/LICENSE_FONT"} <= set(names)
    assert len(FONTS) == 2
    for name in names:
        assert any(fnmatch.fnmatch(name, pattern) for pattern in patterns), name


def test_fonts_are_binary_for_git() -> None:
    assert "*.ttf binary" in (ROOT / ".gitattributes").read_text(encoding="ascii").splitlines()
