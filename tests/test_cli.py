"""The command line as a person meets it: words, exit status, never a traceback."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from datetime import date
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from typer.testing import CliRunner

from sheet_diag.cli.main import app
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer
from sheet_diag.storage.staging import LOCK_FILE
from tests.catalogs import JIS as CATALOG
from tests.passwords import password_rows

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.usefixtures("tasks_here")
# What stays in an output folder for the next run.
_OURS = {LOCK_FILE}
ENVIRONMENT = {"PATH": "", "PYTHONUTF8": "1", "COLUMNS": "100", "PYTHONPATH": str(ROOT)}


def _call(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What a command says, run in this process, which is quicker; no program is on the path."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(app, arguments, "", {"PATH": "", "COLUMNS": "100"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def _call_process(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sheet_diag", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env=ENVIRONMENT,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes on Windows")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    done = _call_process("check", "pipe.xlsx", "--lang", "en", folder=tmp_path)
    assert done.returncode == 1
    assert "pipe.xlsx" in done.stdout


def _put(folder: Path, answer: str) -> None:
    (folder / "input").mkdir(exist_ok=True)
    entries = Entries({"company": "株式会社見本"}, dict.fromkeys(CATALOG.items, answer))
    sheet = make_hearing_sheet(CATALOG, Lang.JA, Issuer(), entries)
    (folder / "input" / "a.xlsx").write_bytes(sheet)


def test_help_in_english(tmp_path: Path) -> None:
    done = _call_process("run", "--lang", "en", "--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Folder of the returned" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        pytest.param(["--version"], 0, "sheet-diag", id="version"),
        pytest.param(["--help"], 0, "ヒアリングシートの作成", id="help in Japanese"),
        pytest.param(["run"], 2, "入力フォルダー", id="no input folder"),
        pytest.param(
            ["run", "--lang", "en"], 2, "There is no input folder", id="the same in English"
        ),
        pytest.param(["run", "--lang", "fr"], 2, "--lang", id="unknown language"),
        pytest.param(["run", "--input", "file.txt"], 2, "フォルダーを指定", id="input is a file"),
        pytest.param(["run", "--input", ".", "--as-of", "昨日"], 2, "--as-of", id="not a date"),
        pytest.param(["template", "--catalog", "no"], 2, "設問カタログ", id="no catalogue there"),
        pytest.param(["template", "--config", "no.toml"], 2, "設定ファイル", id="no configuration"),
        pytest.param(["template", "--config", "bad.toml"], 2, "issuer.nmae", id="misspelt setting"),
        pytest.param(
            ["template", "--output", "file.txt/x.xlsx"], 2, "書き込めません", id="no place"
        ),
        pytest.param(["nonsense"], 2, "nonsense", id="no such command"),
        pytest.param(["run", "--input", "none"], 2, "ファイルがありません", id="nothing in it"),
        pytest.param(["check", "no.xlsx"], 2, "ファイル no.xlsx がありません", id="no such file"),
        pytest.param(["check", "."], 2, "フォルダーです", id="a folder to check"),
        pytest.param(
            ["check", "file.txt", "--passwords", "no.csv"], 2, "パスワードの一覧", id="no passwords"
        ),
        pytest.param(["check", "file.txt"], 1, "読み取り不可", id="not a sheet"),
        pytest.param(
            ["run", "--input", "full", "--output", "file.txt"], 2, "書き込めません", id="no folder"
        ),
        pytest.param(
            ["run", "--input", "full", "--config", "limits.toml"], 2, "limits.ratio", id="limits"
        ),
    ],
)
def test_a_command_ends_with_its_status_and_sentence(
    tmp_path: Path, arguments: list[str], status: int, says: str
) -> None:
    (tmp_path / "file.txt").write_text("x", encoding="utf-8")
    (tmp_path / "none").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("x", encoding="utf-8")
    (tmp_path / "limits.toml").write_text("[limits]\nratio = 0\n", encoding="utf-8")
    (tmp_path / "bad.toml").write_text('[issuer]\nnmae = "x"\n', encoding="utf-8")
    done = _call(*arguments, folder=tmp_path)
    assert done.returncode == status, done.stderr
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        pytest.param("はい", 0, "判定済み1", id="all ranked"),
        pytest.param("検討中", 1, "判定保留", id="one held"),
    ],
)
def test_a_run_ends_with_1_where_a_return_is_held(
    tmp_path: Path, answer: str, status: int, says: str
) -> None:
    _put(tmp_path, answer)
    done = _call("run", "--as-of", "2026-11-23", folder=tmp_path)
    assert done.returncode == status, done.stderr
    assert says in done.stdout
    assert done.stderr == "", "no progress bar in a pipe"
    assert (tmp_path / "output" / "portfolio.xlsx").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent there")
def test_ctrl_c_is_quiet_and_leaves_the_former_output(tmp_path: Path) -> None:
    _put(tmp_path, "はい")
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "portfolio.xlsx").write_bytes(b"former")
    running = subprocess.Popen(
        [sys.executable, "-m", "sheet_diag", "run"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=ENVIRONMENT,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while (
        not list((tmp_path / "output").glob(".sheet-diag-work-*")) and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "中断しました" in errors
    assert "Traceback" not in errors
    left = {path.name for path in (tmp_path / "output").iterdir()}
    assert left - _OURS == {"portfolio.xlsx"}
    assert (tmp_path / "output" / "portfolio.xlsx").read_bytes() == b"former"


def test_an_empty_input_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    done = _call("run", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "ファイルがありません" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "output").exists()


def test_configuration_reaches_the_sheet(tmp_path: Path) -> None:
    config = 'deadline = 2026-12-25\n[issuer]\nname = "見本株式会社"\nemail = "a@example.co.jp"\n'
    (tmp_path / "sheet-diag.toml").write_text(config, encoding="utf-8")
    assert _call("template", folder=tmp_path).returncode == 0
    expected = make_hearing_sheet(
        CATALOG,
        Lang.JA,
        Issuer(
            name="見本株式会社",
            email="a@example.co.jp",
            deadline=date(2026, 12, 25),
        ),
    )
    assert (tmp_path / "hearing_sheet.xlsx").read_bytes() == expected


def _readme_commands(readme: str) -> list[str]:
    text = (ROOT / readme).read_text(encoding="utf-8")
    commands = re.findall(
        r"(?:^|`)sheet-diag ((?:demo|template|run|check|overrides)[^`\n]*)", text, re.M
    )
    return [" ".join(map(_meant, command.split())) for command in dict.fromkeys(commands)]


def test_the_japanese_readme_has_every_command_of_the_english_one() -> None:
    english, japanese = map(_readme_commands, ("README.md", "README.ja.md"))
    assert [command for command in japanese if command in english] == english


@pytest.mark.slow("all commands of the README")
def test_commands_of_the_readme_work_in_their_order(tmp_path: Path) -> None:
    commands = _readme_commands("README.ja.md")
    names = {command.split()[0] for command in commands}
    assert names == {"demo", "template", "run", "check", "overrides"}
    _put(tmp_path, "はい")
    (tmp_path / "passwords.csv").write_text("診断先,パスワード\n", encoding="utf-8")
    for command in commands:
        if "--previous" in command:
            (tmp_path / "output").rename(tmp_path / "before")
        done = _call(*command.split(), folder=tmp_path)
        assert done.returncode == 0, (command, done.stderr)


def _meant(word: str) -> str:
    """What stands in the test's folder for a name that a reader replaces by his own."""
    if word == "FILE…" or "回答" in word:
        return "input/a.xlsx"
    return "before" if word in ("last-year/output", "前回\\output") else word


_CANNOT = {
    "a former run that would be overwritten": (["--previous", "output"], "失われないよう"),
    "a folder without a former run": (["--previous", "nowhere"], "run.json がありません"),
    "a benchmark that is not there": (["--benchmark", "nowhere.json"], "nowhere.json"),
    "a benchmark that is something else": (["--benchmark", "input/a.xlsx"], "a.xlsx"),
    "a list of passwords that is broken": (["--protect"], "上書きはしません"),
}


@pytest.mark.parametrize("case", _CANNOT)
def test_a_run_that_cannot_be_done_writes_nothing(tmp_path: Path, case: str) -> None:
    options, says = _CANNOT[case]
    _put(tmp_path, "はい")
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "passwords.csv").write_text("a,b\n", encoding="utf-8")
    done = _call("run", *options, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    names = {path.name for path in (tmp_path / "output").iterdir()}
    assert names <= {"passwords.csv", *_OURS}


def test_protected_reports_open_with_the_listed_password_alone(tmp_path: Path) -> None:
    _put(tmp_path, "一部")
    for _ in range(2):
        assert _call("run", "--protect", "--as-of", "2026-11-26", folder=tmp_path).returncode == 0
        (result,) = (tmp_path / "output" / "results").iterdir()
        (told,) = password_rows(tmp_path / "output")
        file = OOXMLFile(io.BytesIO(result.read_bytes()))
        file.load_key(password=told[2], verify_password=True)
        opened = io.BytesIO()
        file.decrypt(opened)
        assert zipfile.is_zipfile(opened)
    everything = b"".join(p.read_bytes() for p in (tmp_path / "output").glob("*.json"))
    assert told[2].encode() not in everything
    assert told[1] == "株式会社見本"


def test_a_workbook_of_overrides_is_never_overwritten(tmp_path: Path) -> None:
    assert _call("overrides", folder=tmp_path).returncode == 0
    path = tmp_path / "input" / "overrides.xlsx"
    before = path.read_bytes()
    done = _call("overrides", "--lang", "en", folder=tmp_path)
    assert (done.returncode, path.read_bytes()) == (2, before)
    assert "not overwritten" in done.stderr


def test_a_demonstration_does_not_touch_a_working_folder(tmp_path: Path) -> None:
    _put(tmp_path, "はい")
    done = _call("demo", ".", folder=tmp_path)
    assert done.returncode == 2
    assert "見本以外のファイル" in done.stderr
    assert [path.name for path in (tmp_path / "input").iterdir()] == ["a.xlsx"]


def test_output_and_input_are_two_folders(tmp_path: Path) -> None:
    _put(tmp_path, "はい")
    done = _call("run", "--output", "input", folder=tmp_path)
    assert done.returncode == 2
    assert "入力フォルダーと同じ" in done.stderr


def test_a_check_tells_the_verdict_and_writes_nothing(tmp_path: Path) -> None:
    _put(tmp_path, "検討中")
    before = sorted(tmp_path.rglob("*"))
    done = _call("check", "input/a.xlsx", folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "判定保留" in done.stdout
    assert "「検討中」を読み取れません" in done.stdout
    as_json = _call("check", "input/a.xlsx", "--json", folder=tmp_path)
    verdict = json.loads(as_json.stdout)
    assert (as_json.returncode, verdict["counts"]["held"]) == (1, 1)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_check_says_what_a_run_says(tmp_path: Path) -> None:
    _put(tmp_path, "はい")
    checked = json.loads(_call("check", "input/a.xlsx", "--json", folder=tmp_path).stdout)
    assert _call("run", folder=tmp_path).returncode == 0
    ran = json.loads((tmp_path / "output" / "run.json").read_text(encoding="utf-8"))
    apart = {"result", "correction"}
    for one, other in zip(checked["returns"], ran["returns"], strict=True):
        assert {k: v for k, v in one.items() if k not in apart} == {
            k: v for k, v in other.items() if k not in apart
        }


def test_no_password_is_shown_or_kept(tmp_path: Path) -> None:
    _put(tmp_path, "はい")
    path = tmp_path / "input" / "a.xlsx"
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(path.read_bytes())).encrypt("Himitsu-2026", buffer)
    path.write_bytes(buffer.getvalue())
    (tmp_path / "passwords.csv").write_text("診断先,パスワード\n,Himitsu-2026\n", encoding="cp932")
    assert _call("run", folder=tmp_path).returncode == 1
    done = _call("run", "--passwords", "passwords.csv", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "Himitsu" not in done.stdout + done.stderr
    for output in (tmp_path / "output").rglob("*"):
        if output.suffix == ".xlsx":
            with zipfile.ZipFile(output) as package:
                assert not any(b"Himitsu" in package.read(name) for name in package.namelist())
        elif output.is_file():
            assert b"Himitsu" not in output.read_bytes()
