"""What is mistyped is told in one language, with what was meant and where it is explained."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from sheet_diag.cli.main import app
from sheet_diag.model.basics import Lang
from sheet_diag.text.wording import Wording

JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
SLIPS: dict[str, tuple[str, str, str]] = {
    # what was typed: words that are told, the page that explains it
    "an option with a slip": ("issue --sentbyhand", "--sentbyhand --sent-by-hand", "issue"),
    "underscores": ("issue --sent_by_hand", "--sent-by-hand", "issue"),
    "no option near": ("issue --frobnicate", "--frobnicate はありません", "issue"),
    "a short option": ("run -x", "-x はありません", "run"),
    "an option before its command": ("--lang ja run", "後に sheet-diag --lang", ""),
    "no option of any command": ("--frobnicate", "--frobnicate はありません", ""),
    "a command with a slip": ("isue", "isue issue のこと", ""),
    "no such command": ("全部", "コマンド 全部", ""),
    "no command at all": ("--", "書き方", ""),
    "no number": ("remind --days x", "--days 0 以上", "remind"),
    "too small a number": ("run --jobs 0", "--jobs 1 以上", "run"),
    "an option without its value": ("remind --days", "--days N", "remind"),
    "a path left out": ("run --output", "--output FOLDER", "run"),
    "a value where none is taken": ("issue --send=3", "--send", "issue"),
    "nothing to check": ("check", "FILE…", "check"),
    "a name with spaces": ("status my list.xlsx", "my list.xlsx 引用符", "status"),
    "one word too many": ("clients a.csv b.csv", "b.csv", "clients"),
}


def told(typed: str) -> list[str]:
    done = CliRunner().invoke(app, typed.split(), prog_name="sheet-diag")
    assert done.exit_code == 2
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize("name", SLIPS)
def test_a_usage_error_is_described_in_japanese(name: str) -> None:
    typed, words, page = SLIPS[name]
    sentence, hint = told(typed)
    assert sentence.startswith("エラー：")
    assert JAPANESE.search(sentence.removeprefix("エラー："))
    assert all(word in sentence for word in words.split())
    assert (
        hint == f"使い方は {' '.join(filter(None, ('sheet-diag', page, '--help')))} で表示します。"
    )
    for english in ("Error", "Usage", "Try", "No such", "Invalid", "Missing", "requires", "Got"):
        assert english not in sentence


@pytest.mark.parametrize("name", SLIPS)
def test_a_usage_error_is_described_in_english(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.info, "context_settings", {"obj": Wording(Lang.EN)})
    sentence, hint = told(SLIPS[name][0])
    assert sentence.startswith("Error: ")
    assert JAPANESE.search(sentence.replace("全部", "")) is None
    assert hint.endswith("explains how it is used.")


def test_the_sentence_holds_nothing_that_a_terminal_obeys() -> None:
    sentence, _ = told("issue --\x1b[2Jx")
    assert sentence.isprintable()


def test_without_a_word_the_page_of_all_commands_is_shown() -> None:
    done = CliRunner().invoke(app, [], prog_name="sheet-diag")
    assert done.exit_code == 2
    assert "使い方：sheet-diag" in done.output
    assert Wording(Lang.JA)("cli.help.app")[:10] in done.output
    assert "エラー" not in done.output


@pytest.mark.parametrize("typed", ["--help", "issue --help", "--version", "check --help"])
def test_help_and_version_are_no_usage_errors(typed: str) -> None:
    assert CliRunner().invoke(app, typed.split()).exit_code == 0
