"""The whole flow over a folder: every file accounted for, every number the same everywhere."""

import csv
import hashlib
import json
import os
import shutil
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from python_calamine import CalamineWorkbook

from sheet_diag.cli.demo.returns import ISSUER, write_demo_sheets
from sheet_diag.diagnosis.comparison.compare import ComparisonBasis
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.overrides import make_overrides_workbook
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.settings import IntakeSettings, Issuer
from sheet_diag.pipeline.run import RunConfig, RunResult, run
from sheet_diag.reports.benchmark import load_benchmark
from sheet_diag.storage.staging import LOCK_FILE
from tests.catalogs import JIS as CATALOG
from tests.returned import edit_workbook, put_cell
from tests.workbooks import calamine_values

AS_OF = date(2026, 11, 23)
REFERENCE = Path(__file__).parent / "data" / "reference_answers.csv"
pytestmark = pytest.mark.usefixtures("tasks_here")


def _quiet(stage: str, done: int, total: int) -> None:
    del stage, done, total


def _run(folder: Path, **changes: Any) -> RunResult:
    settings: dict[str, Any] = {
        "input": folder / "input",
        "output": folder / "output",
        "catalog": CATALOG,
        "issuer": Issuer(),
        "as_of": AS_OF,
        "lang": Lang.JA,
        "jobs": 2,
    }
    return run(RunConfig(**{**settings, **changes}), _quiet)


def _journal(folder: Path) -> Any:
    return json.loads((folder / "output" / "run.json").read_text(encoding="utf-8"))


def _entry(folder: Path, file: str) -> Any:
    return next(entry for entry in _journal(folder)["returns"] if entry["file"] == file)


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _reference_answers() -> dict[str, str]:
    with REFERENCE.open(encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row["answer"] for row in csv.DictReader(file)}


def _put(
    folder: Path,
    name: str,
    answers: dict[str, str],
    company: str = "株式会社見本",
    **profile: str,
) -> Path:
    path = folder / "input" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = Entries({"company": company, **profile}, answers)
    path.write_bytes(make_hearing_sheet(CATALOG, Lang.JA, Issuer(), entries))
    return path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder and what two processes made of it."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo_sheets(folder, CATALOG)
    before = _digests(folder / "input")
    _run(folder, issuer=ISSUER)
    assert _digests(folder / "input") == before, "input is never changed"
    return folder


def test_demo_spans_all_ranks_statuses_and_languages(demo: Path) -> None:
    journal = _journal(demo)
    ranked = [entry for entry in journal["returns"] if entry["status"] == "ranked"]
    assert {entry["diagnosis"]["rank"] for entry in ranked} == set("ABCDE")
    assert {entry["lang"] for entry in ranked} == {"ja", "en"}
    assert len({entry["client"]["industry"] for entry in ranked}) >= 5
    assert journal["counts"] == {
        "files": 25,
        "ranked": 23,
        "held": 1,
        "rejected": 1,
        "superseded": 0,
        "ignored": 0,
    }


def test_every_result_named_in_the_journal_exists_and_no_other(demo: Path) -> None:
    named = {entry["result"] for entry in _journal(demo)["returns"] if entry["result"]}
    present = {f"results/{path.name}" for path in (demo / "output" / "results").iterdir()}
    assert named == present
    assert {path.name for path in (demo / "output").iterdir()} == {
        "results",
        "corrections",
        "data",
        "benchmark.json",
        "portfolio.xlsx",
        "run.json",
        LOCK_FILE,
    }


def test_outputs_do_not_depend_on_the_number_of_processes(demo: Path, tmp_path: Path) -> None:
    _run(demo, issuer=ISSUER, output=tmp_path / "one")
    assert _digests(tmp_path / "one") == _digests(demo / "output")


def test_journal_holds_no_path_of_the_machine(demo: Path) -> None:
    assert str(demo) not in (demo / "output" / "run.json").read_text(encoding="utf-8")


def test_held_return_shows_no_rank(demo: Path) -> None:
    held = next(entry for entry in _journal(demo)["returns"] if entry["status"] == "held")
    diagnosis = held["diagnosis"]
    assert {gate["rule"] for gate in diagnosis["gates"]} == {
        "CATEGORY_ANSWERED_LT_2/3",
        "TOTAL_ANSWERED_LT_4/5",
    }
    assert (diagnosis["rank"], diagnosis["caps"], diagnosis["comments"]) == (None, [], [])
    assert held["result"] is None


def test_reference_answers_give_the_reference_report(tmp_path: Path) -> None:
    _put(tmp_path, "reference.xlsx", _reference_answers())
    _run(tmp_path)
    entry = _entry(tmp_path, "reference.xlsx")
    diagnosis = entry["diagnosis"]
    assert {name: c["shown"] for name, c in diagnosis["categories"].items()} == {
        "POL": "83.3",
        "HUM": "83.3",
        "AST": "77.2",
        "COM": "80.0",
        "PHY": "65.6",
        "CRI": "85.0",
    }
    overall = diagnosis["overall"]
    assert overall == overall | {"exact": "125285/1584", "shown": "79.0", "strict": "77.7"}
    assert (diagnosis["text"], diagnosis["first"]) == ("plain", ["PHY-01"])
    assert (diagnosis["base_rank"], diagnosis["rank"]) == ("B", "B")
    assert diagnosis["rank_interval"] == ["B", "B"]
    assert diagnosis["caps"] == [
        {
            "rule": "CATEGORY_LT_70",
            "at_most": "B",
            "because": ["PHY"],
            "binding": False,
            "blocks_next": True,
        },
        {
            "rule": "CRITICAL_GE_1",
            "at_most": "B",
            "because": ["PHY-01"],
            "binding": False,
            "blocks_next": True,
        },
    ]
    assert diagnosis["comments"] == [
        {
            "category": "AST",
            "items": ["AST-08", "AST-09"],
            "note": {"kind": "case", "of": "AST-08"},
        },
        {
            "category": "COM",
            "items": ["COM-03", "COM-04"],
            "note": {"kind": "case", "of": "COM-04"},
        },
        {
            "category": "PHY",
            "items": ["PHY-01", "PHY-02"],
            "note": {"kind": "advice", "of": "PHY-01"},
        },
    ]
    way = diagnosis["ways"][0]
    assert (way["target"], way["rank"], way["overall"]["shown"]) == ("A", "A", "85.8")
    assert way["items"] == ["AST-08", "COM-04", "PHY-01"]
    plan = "PHY-01 AST-08 COM-04 COM-03 POL-10 HUM-03 HUM-11 CRI-06 CRI-10 AST-09 COM-08 PHY-02"
    plan += " PHY-05 POL-05 POL-06 HUM-02 CRI-07 AST-01 PHY-08 COM-11"
    assert [each["item"] for each in diagnosis["plan"]] == plan.split()
    assert diagnosis["insurance"] == {"exposure": "mid", "level": 1, "variant": "new"}
    result = tmp_path / "output" / entry["result"]
    page = openpyxl.load_workbook(result, data_only=True)["診断報告書"]
    cells = {cell.value for row in page.iter_rows() for cell in row}
    assert {"B", 79, 83.3, 77.2, 80, 65.6, 85} <= cells


def _answers(choice: str) -> dict[str, str]:
    return dict.fromkeys(CATALOG.items, choice)


@pytest.mark.parametrize(
    ("edit", "status", "code"),
    [
        pytest.param({}, "ranked", None, id="complete"),
        pytest.param(
            {"POL-01": "検討中"}, "held", "NOT_UNDERSTOOD", id="an answer nobody can read"
        ),
        pytest.param({"POL-01": ""}, "ranked", "UNANSWERED", id="one open question"),
        pytest.param({"POL-01": "該当なし"}, "ranked", "NA_NOT_ALLOWED", id="NA not allowed"),
        pytest.param(
            {f"POL-0{n}": "" for n in range(1, 6)},
            "held",
            "CATEGORY_INCOMPLETE",
            id="half a category",
        ),
    ],
)
def test_status_of_a_return(
    tmp_path: Path, edit: dict[str, str], status: str, code: str | None
) -> None:
    _put(tmp_path, "a.xlsx", _answers("はい") | edit)
    result = _run(tmp_path)
    entry = _entry(tmp_path, "a.xlsx")
    codes = {problem["code"] for problem in entry["problems"]}
    assert entry["status"] == status
    assert code is None or code in codes
    assert result.needs_attention == (status == "held")
    assert (entry["result"] is not None) == (status == "ranked")


def test_a_correction_names_the_day_of_its_client_or_that_of_all(tmp_path: Path) -> None:
    """The client of an id has its own day; one that has passed by now is told to nobody."""
    names = {"甲": "2026年12月4日", "乙": "2026年12月18日", "丙": "", "丁": "2026年12月18日"}
    days = {"甲": date(2026, 12, 4), "乙": None, "丙": date(2026, 11, 20)}
    listed = [
        ListedClient(f"C-{name}", name, Lang.JA, (f"{number}@example.jp",), due=due)
        for number, (name, due) in enumerate(days.items())
    ]
    for name in names:
        _put(tmp_path, f"{name}.xlsx", {}, name)
    issuer = Issuer(deadline=date(2026, 12, 18))
    _run(tmp_path, clients=ClientList(tuple(listed)), issuer=issuer)
    for name, day in names.items():
        path = tmp_path / "output" / _entry(tmp_path, f"{name}.xlsx")["correction"]
        for texts in list(calamine_values(path.read_bytes()).values())[:2]:  # letter and cover
            (row,) = [row for row in texts if row[0] == "ご提出期限"]
            assert "".join(str(text) for text in row[1:] if str(text).startswith("2026年")) == day


def test_one_bad_file_harms_no_other(tmp_path: Path) -> None:
    good = _put(tmp_path, "good.xlsx", _answers("はい"))
    (tmp_path / "input" / "broken.xlsx").write_bytes(good.read_bytes()[:5000])
    (tmp_path / "input" / "letter.pdf").write_bytes(b"%PDF-1.7 ...")
    (tmp_path / "input" / "~$good.xlsx").write_bytes(b"owner")
    _run(tmp_path)
    statuses = {entry["file"]: entry["status"] for entry in _journal(tmp_path)["returns"]}
    assert statuses == {
        "good.xlsx": "ranked",
        "broken.xlsx": "rejected",
        "letter.pdf": "rejected",
        "~$good.xlsx": "ignored",
    }


def test_a_comment_without_a_changed_answer_stands_in_the_report(tmp_path: Path) -> None:
    for name in ("甲", "乙", "丙"):
        _put(tmp_path, f"{name}.xlsx", _answers("一部"), name)
    content = make_overrides_workbook(CATALOG, Lang.JA, Issuer())
    for cell, value in {
        "A6": "甲",
        "B6": "良い取り組みです。",
        "A7": "乙",
        "B7": "ご相談を",
        "C7": "佐藤",
    }.items():
        content = put_cell(content, 4, cell, value)
    for cell, value in {"A6": "乙", "C6": "POL-01", "F6": "×", "G6": "面談", "H6": "佐藤"}.items():
        content = put_cell(content, 0, cell, value)
    (tmp_path / "input" / "overrides.xlsx").write_bytes(content)
    _run(tmp_path)
    for name, comment, by, changed in (
        ("甲", "良い取り組みです。", "", 0),
        ("乙", "ご相談を", "\n佐藤", 1),
        ("丙", "", "", 0),
    ):
        entry = _entry(tmp_path, f"{name}.xlsx")
        assert (entry["status"], len(entry["overrides"])) == ("ranked", changed)
        digest = hashlib.sha256(f"{comment}{by}".encode()).hexdigest() if comment else None
        assert entry["comment_sha256"] == digest
        said = _strings(tmp_path / "output" / entry["result"])
        assert {each for each in ("良い取り組みです。", "ご相談を") if each in said} == {
            comment
        } - {""}
        assert entry["diagnosis"]["open_items"]


def _strings(path: Path) -> set[object]:
    """Every text of a workbook."""
    book = openpyxl.load_workbook(path)
    return {cell for page in book.worksheets for row in page.values for cell in row}


def test_the_same_file_twice_is_scored_once(tmp_path: Path) -> None:
    first = _put(tmp_path, "a.xlsx", _answers("はい"))
    shutil.copy(first, tmp_path / "input" / "b.xlsx")
    _run(tmp_path)
    assert _entry(tmp_path, "a.xlsx")["status"] == "ranked"
    second = _entry(tmp_path, "b.xlsx")
    assert second["status"] == "superseded"
    assert second["problems"][0]["value"] == "a.xlsx"


def test_of_two_returns_of_one_client_one_counts(tmp_path: Path) -> None:
    first = _put(tmp_path, "a.xlsx", _answers("はい"))
    second = _put(tmp_path, "b.xlsx", _answers("一部"))
    os.utime(first, (1_700_000_000, 1_700_000_000))
    os.utime(second, (1_000_000_000, 1_000_000_000))
    _run(tmp_path)
    newer, older = _entry(tmp_path, "a.xlsx"), _entry(tmp_path, "b.xlsx")
    assert (newer["status"], older["status"]) == ("ranked", "superseded")
    assert [(p["code"], p["value"]) for p in older["problems"]] == [("NEWER_RETURN", "a.xlsx")]
    assert ("REPLACES", "b.xlsx") in [(p["code"], p["value"]) for p in newer["problems"]]


def _held(folder: Path, file: str) -> Path:
    entry = _entry(folder, file)
    assert entry["status"] == "held"
    path: Path = folder / "output" / entry["correction"]
    return path


def test_a_correction_replaces_the_first_return(tmp_path: Path) -> None:
    _put(tmp_path, "a.xlsx", _answers("はい") | {"POL-01": "検討中", "POL-04": "たぶん"})
    _run(tmp_path)
    shutil.copy(_held(tmp_path, "a.xlsx"), tmp_path / "input" / "back.xlsx")
    _run(tmp_path)
    first, back = _entry(tmp_path, "a.xlsx"), _entry(tmp_path, "back.xlsx")
    assert (first["status"], back["status"]) == ("superseded", "held")
    assert [p["code"] for p in first["problems"]] == ["CORRECTED"]
    assert _errors(back) == {("NOT_UNDERSTOOD", "POL-01"), ("NOT_UNDERSTOOD", "POL-04")}
    _answer(tmp_path / "input" / "back.xlsx", "検討中", "いいえ")
    _run(tmp_path)
    assert _errors(_entry(tmp_path, "back.xlsx")) == {("NOT_UNDERSTOOD", "POL-04")}
    _answer(tmp_path / "input" / "back.xlsx", "たぶん", "はい")
    _run(tmp_path)
    done = _entry(tmp_path, "back.xlsx")
    assert (done["status"], _errors(done)) == ("ranked", set())
    assert done["answers"] == dict.fromkeys(CATALOG.items, "yes") | {"POL-01": "no"}
    assert not list((tmp_path / "output" / "corrections").iterdir())


def _errors(entry: Any) -> set[tuple[str, str]]:
    return {(p["code"], p["item"]) for p in entry["problems"] if p["severity"] == "error"}


def _answer(path: Path, former: str, answer: str) -> None:
    """Answer in every unlocked cell that says `former`."""

    def change(book: Workbook) -> None:
        for cell in (c for page in book.worksheets for row in page.iter_rows() for c in row):
            if cell.value == former and not cell.protection.locked:
                cell.value = answer

    path.write_bytes(edit_workbook(path.read_bytes(), change))


def test_members_of_an_archive_are_returns_of_their_own(tmp_path: Path) -> None:
    first = _put(tmp_path, "a.xlsx", _answers("はい"), "株式会社甲")
    second = _put(tmp_path, "b.xlsx", _answers("一部"), "株式会社乙")
    with zipfile.ZipFile(tmp_path / "input" / "両社.zip", "w") as archive:
        archive.write(first, "甲.xlsx")
        archive.write(second, "乙.xlsx")
        archive.writestr("読んでください.txt", "よろしくお願いします。")
    first.unlink()
    second.unlink()
    _run(tmp_path)
    journal = _journal(tmp_path)
    fates = {entry["member"]: entry["status"] for entry in journal["returns"]}
    assert fates == {"甲.xlsx": "ranked", "乙.xlsx": "ranked"}
    assert (journal["counts"]["files"], journal["counts"]["ranked"]) == (2, 2)
    assert [each["name"] for each in journal["attachments"]] == ["読んでください.txt"]


def test_our_own_report_is_no_return(tmp_path: Path) -> None:
    _put(tmp_path, "a.xlsx", _answers("はい"))
    _run(tmp_path)
    report = tmp_path / "output" / _entry(tmp_path, "a.xlsx")["result"]
    shutil.copy(report, tmp_path / "input" / "report.xlsx")
    _run(tmp_path)
    assert [p["code"] for p in _entry(tmp_path, "report.xlsx")["problems"]] == ["OWN_OUTPUT"]


def test_results_no_longer_made_are_removed_and_nothing_else(tmp_path: Path) -> None:
    first = _put(tmp_path, "a.xlsx", _answers("はい"))
    _run(tmp_path)
    old = tmp_path / "output" / _entry(tmp_path, "a.xlsx")["result"]
    mine = old.with_name("メモ.xlsx")
    mine.write_bytes(b"a user's own file")
    first.unlink()
    _put(tmp_path, "b.xlsx", _answers("一部"))
    _run(tmp_path)
    assert not old.exists()
    assert mine.exists()


def test_a_run_deletes_the_cache_of_an_earlier_version(tmp_path: Path) -> None:
    _put(tmp_path, "a.xlsx", _answers("はい"))
    (tmp_path / "output").mkdir()
    for name in (".sheet-diag-readings", ".sheet-diag-readings-journal"):
        (tmp_path / "output" / name).write_bytes(b"answers")
    _run(tmp_path)
    hidden = [path.name for path in (tmp_path / "output").glob(".*")]
    assert hidden == [LOCK_FILE]


def test_a_run_that_cannot_write_leaves_the_former_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(tmp_path, "a.xlsx", _answers("はい"))
    _run(tmp_path)
    before = _digests(tmp_path / "output")
    _put(tmp_path, "b.xlsx", _answers("一部"))

    def fail(*_: object) -> bytes:
        raise PermissionError(13, "open in Excel", "portfolio.xlsx")

    monkeypatch.setattr("sheet_diag.pipeline.run.build_portfolio", fail)
    with pytest.raises(PermissionError):
        _run(tmp_path)
    assert _digests(tmp_path / "output") == before


def test_an_empty_folder_gives_an_empty_portfolio(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / ".gitkeep").touch()
    result = _run(tmp_path)
    assert result.outcomes == ()
    assert (tmp_path / "output" / "portfolio.xlsx").exists()


def test_output_inside_input_is_not_read_again(tmp_path: Path) -> None:
    _put(tmp_path, "a.xlsx", _answers("はい"))
    for _ in range(2):
        result = _run(tmp_path, output=tmp_path / "input" / "out")
    assert [outcome.status for outcome in result.outcomes] == [ReturnStatus.RANKED]


def test_reports_follow_the_sheet_and_the_portfolio_the_operator(tmp_path: Path) -> None:
    path = tmp_path / "input" / "en.xlsx"
    path.parent.mkdir()
    entries = Entries({"company": "Sample K.K."}, _answers("Yes"))
    path.write_bytes(make_hearing_sheet(CATALOG, Lang.EN, Issuer(), entries))
    _run(tmp_path)
    assert _first_sheet(tmp_path, _entry(tmp_path, "en.xlsx")["result"]) == "Report"
    assert _first_sheet(tmp_path, "portfolio.xlsx") == "概要"
    _run(tmp_path, report_lang=Lang.JA)
    assert _first_sheet(tmp_path, _entry(tmp_path, "en.xlsx")["result"]) == "診断報告書"


def _first_sheet(folder: Path, name: str) -> str:
    return str(CalamineWorkbook.from_path(str(folder / "output" / name)).sheet_names[0])


def test_a_contradiction_reaches_the_attention_list(tmp_path: Path) -> None:
    _put(tmp_path, "a.xlsx", _answers("はい") | {"AST-09": "該当なし"})
    result = _run(tmp_path)
    codes = [entry.problem.code.value for entry in result.portfolio.attention]
    assert "NA_CONTRADICTION" in codes
    assert _entry(tmp_path, "a.xlsx")["status"] == "ranked"


def test_what_cannot_be_looked_into_is_counted(tmp_path: Path) -> None:
    _put(tmp_path, "a.xlsx", _answers("はい"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "input" / "linked").symlink_to(elsewhere, target_is_directory=True)
    (tmp_path / "input" / "broken.xlsx").symlink_to(tmp_path / "gone.xlsx")
    _run(tmp_path)
    entries = {e["file"]: [p["code"] for p in e["problems"]] for e in _journal(tmp_path)["returns"]}
    assert entries["linked"] == ["LINK_OUTSIDE"]
    assert entries["broken.xlsx"] == ["LINK_OUTSIDE"]
    assert _journal(tmp_path)["counts"]["files"] == 3


def test_names_that_differ_in_composition_only_are_two_files(tmp_path: Path) -> None:
    composed, decomposed = "ガ.xlsx", "カ\u3099.xlsx"
    _put(tmp_path, composed, _answers("はい"))
    _put(tmp_path, decomposed, _answers("一部"))
    _run(tmp_path)
    files = {entry["file"] for entry in _journal(tmp_path)["returns"]}
    assert files == {composed, decomposed}


def test_a_fault_of_ours_costs_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sheet_diag.intake.discovery import InputFile
    from sheet_diag.pipeline import tasks

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(tasks, "receive_return", fail)
    path = _put(tmp_path, "a.xlsx", _answers("はい"))
    opening = tasks.OpenJob(InputFile(path, "a.xlsx", ignored=False), tmp_path)
    examined = tasks.open_or_examine(tasks.WorkerContext(CATALOG, IntakeSettings()), opening)
    assert not isinstance(examined, list)
    received, diagnosis = examined.received, examined.diagnosis
    assert [problem.code.value for problem in received.problems] == ["NOT_PROCESSED"]
    assert (received.sheet, diagnosis) == (None, None)


def test_a_report_tells_nothing_of_other_clients_files(tmp_path: Path) -> None:
    """Two firms of one name: the consultant is told, neither report names the other's file."""
    for number, address in enumerate(("a@one.example.jp", "b@two.example.jp")):
        _put(tmp_path, f"{number}.xlsx", _answers("一部"), email=address)
    _run(tmp_path)
    returns = _journal(tmp_path)["returns"]
    assert all("NAME_SHARED" in {p["code"] for p in e["problems"]} for e in returns)
    for entry in returns:
        book = openpyxl.load_workbook(tmp_path / "output" / entry["result"], data_only=True)
        texts = [str(c.value) for page in book for row in page.iter_rows() for c in row]
        other = next(e["file"] for e in returns if e is not entry)
        assert not [text for text in texts if other in text]


def test_a_frozen_benchmark_is_not_overwritten(tmp_path: Path) -> None:
    for number in range(6):
        _put(
            tmp_path,
            f"{number}.xlsx",
            _answers(("はい", "一部")[number % 2]),
            company=f"社{number}",
        )
    _run(tmp_path)
    path = tmp_path / "output" / "benchmark.json"
    before = path.read_bytes()
    assert load_benchmark(path, CATALOG).groups
    _run(tmp_path, comparison=ComparisonBasis(reference=load_benchmark(path, CATALOG)))
    assert path.read_bytes() == before
    peers = [entry["comparison"]["peers"] for entry in _journal(tmp_path)["returns"]]
    assert all(peers)
    _run(tmp_path, comparison=ComparisonBasis(minimum=7, reference=load_benchmark(path, CATALOG)))
    assert not any(entry["comparison"]["peers"] for entry in _journal(tmp_path)["returns"])
