"""Help pages fit their terminal, in columns, and lose no word."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from sheet_diag.cli.help_pages import table, wrapped
from sheet_diag.text.wording import labels
from tests.test_cli import ENVIRONMENT

HELP = [texts for key, texts in labels().items() if key.startswith("cli.help.")]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


@pytest.mark.parametrize("columns", [30, 50, 78])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_texts_fit_and_lose_nothing(lang: str, columns: int) -> None:
    for texts in HELP:
        lines = list(wrapped(texts[lang], columns))
        assert "".join("".join(lines).split()) == "".join(texts[lang].split())
        assert max(map(_width, lines)) <= columns
        assert not any(line[0] in "、。）」』" for line in lines if line)
        assert not any(line[-1] in "（「『" for line in lines[:-1])


def test_terms_and_texts_stand_in_columns() -> None:
    rows = [("--input FOLDER", "回収票を入れたフォルダー" * 3), ("--pdf", "報告書")]
    assert list(table(rows, 60)) == [
        "  --input FOLDER  回収票を入れたフォルダー回収票を入れたフォ",
        "                  ルダー回収票を入れたフォルダー",
        "  --pdf           報告書",
    ]


def test_in_a_narrow_terminal_texts_stand_below_their_terms() -> None:
    assert list(table([("--input FOLDER", "回収票を入れたフォルダー")], 32)) == [
        "  --input FOLDER",
        "      回収票を入れたフォルダー",
    ]


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["check", "--help"]])
def test_a_page_is_in_one_language(tmp_path: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sheet_diag", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        env={**ENVIRONMENT, "COLUMNS": "80"},
    )
    lines = done.stdout.splitlines()
    assert max(map(_width, lines)) <= 80
    assert lines[0].startswith("使い方：")
    for word in ("Usage", "Options", "Commands", "Arguments", "Show this", "default"):
        assert word not in done.stdout
