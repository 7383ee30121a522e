"""Questions at the terminal: Ctrl-C ends the command with a sentence, silence is no yes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sheet_diag.cli.main import app
from tests.test_cli import ENVIRONMENT

LIST = "診断先番号,会社名,メールアドレス\nC-001,株式会社甲,a@gmail.com\n"
SETTINGS = """[issuer]
name = "見本株式会社"
email = "shindan@example.co.jp"
[smtp]
host = "smtp.example.co.jp"
"""
# What is started in the background is deaf to Ctrl-C otherwise.
COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from sheet_diag.__main__ import main
main()
"""
STOPPED = "中断しました。"
SAFE = "資格情報は、実行する前のままです。"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder whose only client has a draft."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sheet-diag.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "clients.csv").write_text(LIST, encoding="utf-8")
    assert CliRunner().invoke(app, ["issue"]).exit_code == 0
    return tmp_path


def interrupted(folder: Path, words: list[str], question: str) -> tuple[int, str]:
    """The exit status and what is said, where Ctrl-C is pressed at a question."""
    import pty  # here: Windows has none

    ours, theirs = pty.openpty()
    told = folder / "said"
    with (
        told.open("w") as said,
        subprocess.Popen(
            [sys.executable, "-u", "-c", COMMAND, *words],
            cwd=folder,
            stdin=theirs,
            stdout=said,
            stderr=said,
            env=ENVIRONMENT,
            start_new_session=True,
        ) as asking,
    ):
        try:
            deadline = time.monotonic() + 60
            while question not in told.read_text("utf-8") and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(0.5)
            asking.send_signal(signal.SIGINT)
            status = asking.wait(60)
        finally:
            asking.kill()
            os.close(ours)
            os.close(theirs)
    return status, told.read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such terminal on Windows")
@pytest.mark.parametrize(
    ("words", "question"),
    [
        pytest.param(["login", "smtp"], "パスワード（", id="password"),
        pytest.param(["issue"], "y を入力してください", id="drafts made anew"),
        pytest.param(["issue", "--sent-by-hand"], "通数（1）", id="drafts noted"),
    ],
)
def test_ctrl_c_at_a_question(here: Path, words: list[str], question: str) -> None:
    status, said = interrupted(here, words, question)
    before, _, after = said.partition(question)
    assert before
    assert status == 130
    assert f"\n{STOPPED}" in after
    assert "Abort" not in said
    assert (SAFE in said) == (words[0] == "login")
    assert len(list((here / "output/drafts/request").glob("*.eml"))) == 1
    assert "by_hand" not in (here / "output/mail-log.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        pytest.param(["login", "smtp"], 130, SAFE, id="password"),
        pytest.param(["issue"], 1, "下書きはそのままです", id="drafts made anew"),
        pytest.param(["issue", "--sent-by-hand"], 1, "何も記録していません", id="drafts noted"),
    ],
)
def test_nobody_there(words: list[str], status: int, says: str) -> None:
    done = CliRunner().invoke(app, words, input="", env={"COLUMNS": "200"})
    assert done.exit_code == status, done.output
    assert says in done.output
    assert (STOPPED in done.output) == (status == 130)
    assert "Abort" not in done.output
