"""The demonstration: a campaign as it stands on its day, whose next commands work."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from sheet_diag.cli.demo.campaign import DemoCampaign, begin_campaign
from sheet_diag.cli.demo.client_list import REMINDED_DAYS_AGO, demo_clients
from sheet_diag.cli.demo.returns import DEMO_CLIENTS, ISSUER, is_free_for_demo, write_demo_sheets
from sheet_diag.cli.main import app
from sheet_diag.cli.settings_file import load_settings
from sheet_diag.intake.client_list.reader import read_client_list
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_status import Stage
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.reports.response_status.statuses import compute_response_status
from sheet_diag.reports.run_json.reader import load_return_facts
from sheet_diag.storage.managed_folder import NOTE_FILE, ManagedFolder
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS
from tests.lint import lint
from tests.test_cli import ENVIRONMENT

pytestmark = [
    pytest.mark.slow("the demonstration and commands on it"),
    pytest.mark.usefixtures("tasks_here"),
]

AS_OF = date(2026, 11, 23)
DAY = ("--as-of", AS_OF.isoformat())
# Nobody can have these: RFC 2606, and what JPRS keeps for examples.
_RESERVED = re.compile(r".+@[a-z-]+\.example\.(com|jp|co\.jp|or\.jp|ac\.jp)")
_TOLD = re.compile(r"^  (\S*sheet-diag) (.+?)  ", re.M)
_HEADED_BY = "診断先番号"


def _type(folder: Path, *words: str, answer: str = "", status: int = 0) -> str:
    """What a command says, run in this process, which is quicker."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(app, words, answer, {"PATH": "", "COLUMNS": "120"})
    assert done.exit_code == status, (words, done.output)
    return done.output


def _type_there(
    folder: Path, *words: str, answer: str = "", status: int = 0, zone: str = "Asia/Tokyo"
) -> str:
    """What it says in a time zone."""
    done = subprocess.run(
        [sys.executable, "-m", "sheet_diag", *words],
        cwd=folder,
        input=answer,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        env={**ENVIRONMENT, "TZ": zone, "COLUMNS": "120"},
    )
    assert done.returncode == status, (words, done.stdout, done.stderr)
    assert done.stderr == "" or status == 2
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def demo(demonstration: Path) -> Path:
    """The demonstration, for reading only."""
    return demonstration / "demo"


@pytest.fixture
def mine(demo: Path, tmp_path: Path) -> Path:
    """A copy of it to work in."""
    return shutil.copytree(demo, tmp_path / "demo")


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NOTE_FILE
    }


def _page(demo: Path, name: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(demo / "output" / "portfolio.xlsx", read_only=True)
    return list(book[name].iter_rows(values_only=True))


def _table(rows: list[tuple[Any, ...]], first: str) -> list[dict[str, Any]]:
    """The rows under the head that begins with a word, up to the first without an entry there."""
    heads = next(row for row in rows if row[0] == first)
    found = []
    for row in rows[rows.index(heads) + 1 :]:
        if row[0] is None:
            break
        found.append(dict(zip(heads, row, strict=True)))
    return found


# --- what lies there


def test_the_client_list_is_valid_and_matches_the_returns(demo: Path) -> None:
    clients, notes = read_client_list(demo / "clients.xlsx", JIS)
    assert notes == ()
    assert len(clients.clients) == 27
    assert {client.name for client in DEMO_CLIENTS} < {client.company for client in clients.clients}
    addresses = [address for client in clients.clients for address in client.addresses]
    assert [each for each in addresses if not _RESERVED.fullmatch(each)] == []
    assert lint((demo / "clients.xlsx").read_bytes()) == []
    _, facts = load_return_facts(demo / "output")
    assert {fact.client for fact in facts if fact.name} == {f"C-{n:03}" for n in range(1, 25)}
    journal = json.loads((demo / "output" / "run.json").read_text(encoding="utf-8"))
    codes = {problem["code"] for each in journal["returns"] for problem in each["problems"]}
    assert "LISTED_AS" in codes
    assert codes & {"LIST_DISAGREES", "LISTED_UNSURE", "NOT_LISTED", "TAKEN_FROM_LIST"} == set()


def test_every_client_has_a_sheet_and_due_mails_are_drafted(demo: Path) -> None:
    assert len(_names(demo / "output" / "outbox")) == 27
    drafts = {path.name: _names(path) for path in (demo / "output" / "drafts").iterdir()}
    assert {kind: len(names) for kind, names in drafts.items()} == {
        "request": 1,
        "reminder": 1,
        "correction": 1,
    }
    assert "C-027" in drafts["request"][0]
    assert drafts["reminder"][0].startswith("督促2_")
    assert "見本デザイン" in drafts["correction"][0]


def test_sent_mails_are_logged_as_the_commands_log_them(demo: Path, mine: Path) -> None:
    shutil.rmtree(mine / "output")
    _type(mine, "issue", *DAY)
    _type(mine, "issue", "--sent-by-hand", *DAY, answer="27\n")

    def requests(folder: Path) -> dict[str, tuple[Any, ...]]:
        lines = MailLog.read(folder / "output" / "mail-log.jsonl").entries
        return {line.client: _but_time(line) for line in lines if line.kind == "request"}

    ours, theirs = requests(demo), requests(mine)
    assert theirs.keys() - ours.keys() == {"C-027"}
    assert ours == {id_: line for id_, line in theirs.items() if id_ in ours}


def _but_time(line: MailLogEntry) -> tuple[Any, ...]:
    names = (
        "event",
        "client",
        "kind",
        "subject",
        "message_id",
        "addresses",
        "file",
        "text",
        "password_fingerprint",
    )
    return tuple(getattr(line, name) for name in names)


# --- where everyone stands


def test_the_status_command_says_what_the_portfolio_says(demo: Path) -> None:
    clients = _table(_page(demo, "回収状況"), _HEADED_BY)
    assert len(clients) == 27
    counts = Counter(row["状況"] for row in clients)
    assert counts == {"未送付": 1, "依頼済み": 1, "督促済み": 1, "要修正": 1, "判定済み": 23}
    assert sum(row["依頼日"] is not None for row in clients) == 26
    came = [row["受領日"].date() for row in clients if row["受領日"]]
    assert (len(came), max(came) < AS_OF, len(set(came)) > 10) == (24, True, True)
    assert sum(row["督促回数"] == 1 for row in clients) == 3
    (late,) = [row for row in clients if row["超過日数"]]
    screen = _type(demo, "status", *DAY)
    for stage, count in counts.items():
        assert re.search(rf"│ {stage} +│ +{count} │", screen), stage
    assert re.search(rf"│ {late['診断先番号']} .*│ {late['超過日数']}日 ", screen)
    for row in _table(_page(demo, "回収率"), "グループ"):
        figures = (row["診断先"], row["依頼"], row["回収"], f"{row['回収率']:.0%}")
        line = " +│ +".join(map(str, (row["グループ"], *figures, row["期限超過"])))
        assert re.search(rf"│ {line} │", screen), line


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2028, 2, 29), date(2031, 12, 31)])
def test_on_every_day_one_client_is_late_and_one_is_not(day: date, lang: Lang) -> None:
    clients = demo_clients(day, lang)
    (late,) = [each for each in clients if each.is_late(day)]
    reminded = [each for each in clients if each.is_late(day - timedelta(days=REMINDED_DAYS_AGO))]
    assert late in reminded
    assert [each.came for each in reminded].count(None) == 1
    silent = [each for each in clients if each.came is None and each is not late]
    assert [each.asked for each in silent] == [True, False]
    assert all(each.client.due and each.client.due > day for each in silent)
    assert all(each.came is None or each.came < day for each in clients)


def test_the_demonstration_can_be_made_in_english(tmp_path: Path) -> None:
    say = Wording(Lang.EN)
    write_demo_sheets(tmp_path, JIS)
    begin_campaign(DemoCampaign(tmp_path, AS_OF, say), JIS)
    settings = load_settings(tmp_path / "sheet-diag.toml")
    assert (settings.language, settings.issuer) == (Lang.EN, ISSUER)
    clients, notes = read_client_list(tmp_path / "clients.xlsx", JIS)
    assert (clients.clients[0].group, notes) == ("Tokyo", ())
    posted = MailLog.read(tmp_path / "output" / "mail-log.jsonl").entries
    turnout = compute_response_status(clients, posted, (), ran_on=None, as_of=AS_OF)
    assert turnout.stages[Stage.UNSENT] == 1
    assert turnout.stages[Stage.REMINDED] == 3


# --- what can be done with it


def test_the_suggested_commands_work_in_its_folder(demonstration: Path, mine: Path) -> None:
    said = (demonstration / "demo.txt").read_text("utf-8")
    commands = _TOLD.findall(said)
    assert [command.split()[0] for _, command in commands] == [
        "status", "remind", "return", "run", "deliver",
    ]  # fmt: skip
    assert said.strip().startswith("診断結果"), "nothing but what a newcomer looks for"
    assert "\n  cd demo\n" in said
    for program, command in commands:
        assert (demonstration / "demo" / program).is_file(), "it is on no path"
        words = command.split()
        only = ("--only", "C-001") if words[0] == "deliver" else ()  # the others take long
        _type(mine, *words, *only, answer="1\n", status=1 if words[0] == "run" else 0)
    assert len(_names(mine / "output" / "drafts" / "result")) == 1
    assert "未依頼" not in _type(mine, "status", *DAY), "the correction"


def test_a_run_in_its_folder_gives_the_same_outputs(demo: Path, mine: Path) -> None:
    (mine / "output" / "portfolio.xlsx").unlink()
    _type_there(mine, "run", *DAY, status=1)
    assert _digests(mine) == _digests(demo)


def test_it_is_the_same_again_in_every_time_zone(demo: Path, mine: Path) -> None:
    """Made anew where somebody has tried things, far away from Japan."""
    _type(mine, "remind", "--sent-by-hand", *DAY, answer="1\n")
    with ManagedFolder(mine / "output" / "drafts" / "result") as drafts:
        drafts.write("result.eml", b"X-Unsent: 1")
    _type_there(mine.parent, "demo", "--jobs", "1", *DAY, zone="America/Los_Angeles")
    assert _digests(mine) == _digests(demo)


@pytest.mark.parametrize("name", ["clients.xlsx", "sheet-diag.toml"])
def test_a_campaign_of_a_user_is_not_overwritten(demo: Path, mine: Path, name: str) -> None:
    path = mine / name
    path.write_bytes(path.read_bytes() + b"\n")
    before = _digests(mine)
    assert "見本以外のファイル" in _type(mine.parent, "demo", *DAY, status=2)
    assert _digests(mine) == before
    assert is_free_for_demo(demo)
