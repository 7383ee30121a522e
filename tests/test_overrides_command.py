"""`sheet-diag overrides`: a line for all that is to be decided, and nothing written is lost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sheet_diag.cli.main import app
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.intake.overrides import read_override_lines
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.text.problem_groups import item_titles
from tests.catalogs import JIS
from tests.returned import edit_workbook, page_at, put_cell
from tests.samples import ISSUER, PROFILE

TITLES = item_titles(JIS, Lang.JA)
BOOK = Path("input/overrides.xlsx")
RUN = Path("output/run.json")
pytestmark = pytest.mark.usefixtures("tasks_here")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder."""
    monkeypatch.chdir(tmp_path)
    BOOK.parent.mkdir()
    return tmp_path


def call(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == status, done.output
    return done.output


def lines(key: str) -> list[list[str]]:
    """The lines of a table: what each cell says, from the left, blank cells left out."""
    read, others = read_override_lines(BOOK.read_bytes(), BOOK.name, IntakeSettings())
    assert others == ()
    return [[text for text in line.values() if text] for line in read.get(key, ())]


def problem(code: str, item: str | None = None, value: str | None = None) -> dict[str, Any]:
    at = {"sheet": "回答", "cell": "E7"} if item else {}
    said = f"{item}「{value}」は{code}です。" if item else f"{code}です。"
    return {"code": code, "item": item, "value": value, "message": said, **at}


def entry(
    file: str,
    problems: Sequence[Mapping[str, Any]],
    client: tuple[str, str] = ("", ""),
    status: str = "held",
    member: str | None = None,
) -> dict[str, Any]:
    """A return of run.json, as far as the command reads it."""
    return {
        "file": file, "member": member, "status": status, "sha256": file, "lang": "ja",
        "client": {"id": client[0] or None, "name": client[1] or None}, "problems": problems,
        "result": None, "correction": None, "answers": {}, "overrides": [], "diagnosis": None,
    }  # fmt: skip


def ran(*returns: Mapping[str, Any]) -> None:
    """A run has told this of returns."""
    head = {"as_of": "2026-11-30", "schema": 1, "catalog": {"id": JIS.id, "sha256": "0"}}
    parts = [json.dumps(each, ensure_ascii=False) for each in returns]
    RUN.parent.mkdir(exist_ok=True)
    text = json.dumps(head, ensure_ascii=False)[:-1]
    RUN.write_text(f'{text},"returns":[\n' + ",\n".join(parts) + "\n]}\n", encoding="utf-8")


@pytest.mark.usefixtures("here")
def test_what_was_not_understood_and_what_is_ambiguous_gets_a_line() -> None:
    ran(
        entry(
            "a.xlsx",
            [
                problem("NOT_UNDERSTOOD", "POL-01", "検討中"),
                problem("ANSWER_AMBIGUOUS", "AST-09", "なし"),
                problem("UNANSWERED", "POL-04"),
                problem("ANSWER_READ_AS", "POL-03", "○"),
                problem("COMPANY_MISSING"),
            ],
            ("C-1", "株式会社甲"),
        ),
        entry("b.xlsx", [problem("SECOND_ANSWER", "POL-01", "はい / 一部")], ("", "乙")),
        entry("old.xlsx", [problem("NOT_UNDERSTOOD", "POL-01", "？")], status="superseded"),
    )
    assert "3件" in call("overrides")
    question = TITLES["POL-01"]
    assert lines("amendments") == [
        ["C-1", "株式会社甲", "POL-01", question,
         "POL-01「検討中」はNOT_UNDERSTOODです。［a.xlsx 回答 E7］"],
        ["C-1", "株式会社甲", "AST-09", TITLES["AST-09"],
         "AST-09「なし」はANSWER_AMBIGUOUSです。［a.xlsx 回答 E7］"],
        ["乙", "乙", "POL-01", question,
         "POL-01「はい / 一部」はSECOND_ANSWERです。［b.xlsx 回答 E7］"],
    ]  # fmt: skip
    assert lines("assignments") == []


@pytest.mark.usefixtures("here")
def test_a_return_without_a_company_is_named_by_its_file_and_may_be_assigned() -> None:
    found = [problem("COMPANY_MISSING"), problem("NOT_UNDERSTOOD", "POL-01", "検討中")]
    ran(entry("返信.eml", found, member="シート.xlsx"))
    call("overrides")
    assert lines("assignments") == [["返信.eml › シート.xlsx", "COMPANY_MISSINGです。"]]
    assert lines("amendments")[0][0] == "返信.eml › シート.xlsx"


@pytest.mark.usefixtures("here")
def test_returns_of_which_nobody_can_tell_the_newer_get_a_line_each() -> None:
    unclear = [problem("ORDER_UNCLEAR")]
    ran(*(entry(name, unclear, ("C-1", "甲")) for name in ("a.xlsx", "b.xlsx")))
    call("overrides")
    said = "ORDER_UNCLEARです。"
    assert lines("selections") == [["C-1", "甲", f"{x}.xlsx", said] for x in "ab"]
    assert "ありません" in call("overrides")


@pytest.mark.usefixtures("here")
def test_two_returns_of_one_name_and_no_id_are_named_by_their_files() -> None:
    found = [problem("NOT_UNDERSTOOD", "POL-01", "検討中")]
    ran(entry("a.xlsx", found, ("", "（株）甲")), entry("b.xlsx", found, ("", "甲")))
    call("overrides")
    assert [line[0] for line in lines("amendments")] == ["a.xlsx", "b.xlsx"]


@pytest.mark.usefixtures("here")
def test_former_lines_stay_as_they_were_and_new_ones_come_below() -> None:
    first, second = (problem("NOT_UNDERSTOOD", item, "検討中") for item in ("POL-04", "POL-01"))
    ran(entry("a.xlsx", [first], ("C-1", "甲")))
    call("overrides")
    edited = {"F6": "一部", "G6": "面談で確認", "H6": "佐藤", "A7": "甲", "C7": "POL-99"}
    for cell, text in edited.items():
        BOOK.write_bytes(put_cell(BOOK.read_bytes(), 0, cell, text))
    for cell, text in {"B6": "社名のないコメント", "C6": "佐藤"}.items():
        BOOK.write_bytes(put_cell(BOOK.read_bytes(), 4, cell, text))
    before, former = BOOK.read_bytes(), lines("amendments")
    ran(entry("a.xlsx", [first, second], ("C-1", "甲")))
    said = call("overrides")
    assert lines("amendments")[:2] == former
    assert [line[2] for line in lines("amendments")[2:]] == ["POL-01"]
    assert lines("remarks") == [["社名のないコメント", "佐藤"]]
    (kept,) = Path("output/edited").glob("*/overrides.xlsx")
    assert kept.read_bytes() == before
    assert str(kept) in said.replace("\n", "")
    assert [path.name for path in BOOK.parent.iterdir()] == ["overrides.xlsx"]


@pytest.mark.usefixtures("here")
def test_a_line_about_the_same_is_not_written_twice() -> None:
    ran(entry("a.xlsx", [problem("NOT_UNDERSTOOD", "POL-01", "検討中")], ("C-1", "株式会社甲")))
    call("overrides")
    before = put_cell(BOOK.read_bytes(), 0, "A6", "（株）甲")  # by the name, as a person types it
    BOOK.write_bytes(before)
    assert "ありません" in call("overrides")
    assert BOOK.read_bytes() == before
    assert not Path("output/edited").exists()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("cell", "sheet"),
    [pytest.param("J7", 0, id="a column"), pytest.param("B2", None, id="a sheet")],
)
def test_a_workbook_with_anything_of_others_is_left_as_it_is(cell: str, sheet: int | None) -> None:
    ran(entry("a.xlsx", [problem("NOT_UNDERSTOOD", "POL-01", "検討中")], ("C-1", "甲")))
    call("overrides")
    add = lambda book: (  # noqa: E731
        book.create_sheet("面談記録") if sheet is None else page_at(book, sheet)
    ).__setitem__(cell, "7月3日に訪問")
    before = edit_workbook(BOOK.read_bytes(), add)
    BOOK.write_bytes(before)
    ran(entry("a.xlsx", [problem("NOT_UNDERSTOOD", "POL-04", "検討中")], ("C-1", "甲")))
    said = call("overrides", status=2)
    assert f"{'面談記録' if sheet is None else '回答の修正'} {cell}" in said
    assert BOOK.read_bytes() == before
    assert not Path("output/edited").exists()


@pytest.mark.usefixtures("here")
def test_a_damaged_workbook_is_left_as_it_is() -> None:
    ran(entry("a.xlsx", [problem("NOT_UNDERSTOOD", "POL-01", "検討中")], ("C-1", "甲")))
    BOOK.write_bytes(b"PK broken")
    assert "読み取れない" in call("overrides", status=2)
    assert BOOK.read_bytes() == b"PK broken"


@pytest.mark.usefixtures("here")
def test_decisions_reach_the_next_run() -> None:
    """A nameless return is assigned, a word gets its meaning, an answer is set."""
    yes = dict.fromkeys(JIS.items, "はい")
    for name, company, own in (
        ("a.xlsx", "甲", {"POL-01": "検討中", "POL-04": "たぶん"}),
        ("b.xlsx", "", {"POL-01": "検討中"}),
        ("c.xlsx", "丙", {"PHY-01": "×"}),
    ):
        profile = {key: each for key, each in {**PROFILE, "company": company}.items() if each}
        content = make_hearing_sheet(JIS, Lang.JA, ISSUER, Entries(profile, {**yes, **own}))
        Path("input", name).write_bytes(content)
    call("run", status=1)
    call("overrides")
    assert [line[2] for line in lines("amendments")][:2] == ["POL-01", "POL-04"]
    typed = {
        0: {"F7": "一部", "G7": "面談", "H7": "佐藤"},
        1: {"A6": "検討中", "B6": "いいえ", "C6": "未実施とみなす", "D6": "佐藤"},
        2: {"D6": "株式会社丁", "A7": "c.xlsx", "D7": "対象外"},
    }
    for sheet, cells in typed.items():
        for cell, text in cells.items():
            BOOK.write_bytes(put_cell(BOOK.read_bytes(), sheet, cell, text))
    call("run")
    told = json.loads(RUN.read_text(encoding="utf-8"))
    found = {each["file"]: each for each in told["returns"]}
    assert {name: each["status"] for name, each in found.items()} == {
        "a.xlsx": "ranked",
        "b.xlsx": "ranked",
        "c.xlsx": "ignored",
        "overrides.xlsx": "ignored",
    }
    assert found["b.xlsx"]["client"]["name"] == "株式会社丁"
    assert [found["a.xlsx"]["answers"][item] for item in ("POL-01", "POL-04")] == ["no", "partial"]
    (summary, opened) = found["overrides.xlsx"]["problems"]
    assert "2件" in opened["message"]  # 検討中 in a.xlsx and in b.xlsx, which the word settles
    assert "読み替え：2問" in summary["message"]
