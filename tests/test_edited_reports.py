"""A report that a person changed in Excel: kept by every run, and nothing else goes out for it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from sheet_diag.cli import watch as watching
from sheet_diag.cli.arguments import build_run_config
from sheet_diag.cli.options import RunOptions
from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import IntakeSettings, Passwords
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS
from tests.passwords import password_rows
from tests.returned import put_cell, reopen_workbook
from tests.test_mail_commands import begin, call
from tests.test_mail_commands import here as here

pytestmark = pytest.mark.slow("a run of the whole product in each test")

OUTPUT = Path("output")
NOTE = "担当者の追記"
QUESTIONS = 2  # the position of the sheet
NOTE_CELL = "A500"  # below all that the first sheet says, where no cell is merged


def report() -> Path:
    """The one report of the campaign."""
    (found,) = (OUTPUT / "results").glob("*.xlsx")
    return found


def edit(path: Path) -> bytes:
    """Write a sentence into a workbook and save it."""
    content = put_cell(path.read_bytes(), 0, NOTE_CELL, NOTE)
    path.write_bytes(content)
    return content


def kept() -> list[bytes]:
    """What lies aside, in the order of time."""
    return [path.read_bytes() for path in sorted(OUTPUT.glob("edited/*/*.xlsx"))]


@pytest.mark.usefixtures("here")
def test_an_edited_report_survives_every_kind_of_run() -> None:
    begin("issue", "answered", "run")
    edited = []
    for words in (("run",), ("run", "--as-of", "2026-12-01"), ("run", "--protect")):
        name = report().name
        edited.append(edit(report()))
        said = call(*words)
        assert "手で変更されていたファイル" in said
        assert f"results/{name} → edited/" in said
        assert kept() == edited
        edited.sort(key=kept().index)
    assert "手で変更" not in call("run", "--protect"), "told once"
    told = json.loads((OUTPUT / "run.json").read_text(encoding="utf-8"))
    assert [each["client"] for each in told["edited"]] == ["C-001"] * 3
    assert {*told["outputs"]} == {
        path.relative_to(OUTPUT).as_posix()
        for path in OUTPUT.rglob("*")
        if path.parts[1] in ("results", "corrections", "data", "portfolio.xlsx", "benchmark.json")
        and path.is_file()
    }


def plan(path: Path, open_with: str = "") -> dict[str, str]:
    """The owner and the day of each line of a plan that has any."""
    words = Passwords((open_with,)) if open_with else Passwords()
    read = read_content(path.name, path.read_bytes(), JIS, IntakeSettings(passwords=words)).plan
    return {each.item: f"{each.owner} {each.due}".strip() for each in read.entries} if read else {}


def enter(path: Path, column: str, row: int, value: object) -> None:
    """Fill in a cell of the plan, below the heading of a column, and save the workbook in Excel."""
    content = path.read_bytes()
    heads = reopen_workbook(content).worksheets[3][4]
    (letter,) = [cell.column_letter for cell in heads if cell.value == column]
    path.write_bytes(put_cell(content, 3, f"{letter}{row}", value))


@pytest.mark.usefixtures("here")
def test_what_was_entered_into_a_plan_is_no_edit_and_stays_in_every_later_report() -> None:
    begin("issue", "answered")
    answer = Path("input/answer.xlsx")
    content = answer.read_bytes()
    for row in (7, 8):
        content = put_cell(content, QUESTIONS, f"E{row}", "いいえ")
    answer.write_bytes(content)
    call("run")
    lines = [cell.value for cell in reopen_workbook(report().read_bytes()).worksheets[3]["A"]]
    first, second = (str(lines[row]) for row in (4, 5))
    enter(report(), "担当者", 5, "山田")
    enter(report(), "期限", 5, date(2027, 3, 31))
    enter(report(), "期限", 6, "来春")
    wanted = {first: "山田 2027-03-31", second: "来春"}
    for words in (("run",), ("run",), ("run", "--as-of", "2026-12-01")):
        assert "手で変更" not in call(*words)
        assert plan(report()) == wanted
    call("run", "--protect", "--as-of", "2026-12-01")
    ((_, _, password),) = password_rows(OUTPUT)
    assert plan(report(), password) == wanted
    call("run")
    enter(report(), "担当者", 5, None)
    edit(report())
    assert "手で変更" in call("run")
    assert plan(report()) == {first: "2027-03-31", second: "来春"}, "read from an edited one too"
    assert not [path for path in OUTPUT.glob("edited/*/*") if NOTE not in texts(path)]


def texts(path: Path) -> list[object]:
    """The texts in the first column of a report."""
    return [cell.value for cell in reopen_workbook(path.read_bytes()).worksheets[0]["A"]]


@pytest.mark.usefixtures("here")
def test_an_edited_report_is_told_by_watch(capsys: pytest.CaptureFixture[str]) -> None:
    begin("issue", "answered", "run")
    content = edit(report())
    asked, say = RunOptions("input", "output", as_of=date.today().isoformat()), Wording(Lang.JA)
    loop = watching._WatchLoop(asked, say, polling=True)
    loop.begin(build_run_config(asked, say))
    assert "手で変更されていたファイル" in capsys.readouterr().out
    edit(report())
    loop._attempt(loop._build_config)
    assert "手で変更されていたファイル" in capsys.readouterr().out
    assert content in kept()


@pytest.mark.usefixtures("here")
def test_deliver_holds_a_client_whose_edited_report_lies_unsent() -> None:
    begin("issue", "answered", "run")
    edit(report())
    call("run")
    said = call("deliver", "--unprotected", status=1)
    assert "出力フォルダーの edited/" in said
    assert "--only C-001" in said
    assert not list(OUTPUT.glob("drafts/result/*.eml"))
    said = call("deliver", "--unprotected", "--only", "C-001")
    assert "手で変更された報告書ではなく、新しい報告書を送ります" in said
    call("deliver", "--sent-by-hand", answer="1")
    assert "手で変更" not in call("deliver", "--unprotected"), "the new one has gone out"


def test_template_leaves_an_edited_sheet_alone(here: Path) -> None:
    call("template")
    call("template")
    sheet = here / "hearing_sheet.xlsx"
    content = edit(sheet)
    assert "上書きしませんでした" in call("template", status=2)
    assert sheet.read_bytes() == content
