"""Passwords are told by telephone: the list to call by, the calls, and those agreed before."""

from __future__ import annotations

import io
import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from sheet_diag.mail.campaign.password_calls import (
    find_entered_calls,
    find_told_days,
    note_calls,
    select_calls,
)
from sheet_diag.mail.campaign.password_mails import due_passwords
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.mail import MailEvent, MailLogEntry, MailSubject
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.report_passwords.fingerprints import make_fingerprint
from tests.campaigns import A, list_row
from tests.lint import lint
from tests.mail_firm import fill_in
from tests.passwords import password_rows, read_call_list, write_password_rows
from tests.test_mail_commands import LIST, PROFILE, SETTINGS, call, drafts
from tests.workbooks import open_workbook

OUTPUT = Path("output")
PASSWORDS = OUTPUT / "passwords.xlsx"
TODAY = date(2026, 11, 27)
AGREED = "Agreed+2026"
_SEAL = make_fingerprint("word")


def _line(event: MailEvent, kind: MailKind, day: int, identity: str = "") -> MailLogEntry:
    return MailLogEntry(
        datetime(2026, 11, day, 3, tzinfo=UTC),
        event,
        "C-001",
        kind,
        MailSubject("sha"),
        message_id=identity,
        addresses=() if event is MailEvent.CALLED else (A,),
        password_fingerprint="" if event is MailEvent.BOUNCED else _SEAL,
    )


REPORT = _line(MailEvent.SENT, MailKind.RESULT, 24)
AGAIN = _line(MailEvent.SENT, MailKind.RESULT, 26)
CALL = _line(MailEvent.CALLED, MailKind.PASSWORD, 25)
MAIL = _line(MailEvent.SENT, MailKind.PASSWORD, 24, "<1>")
BOUNCE = _line(MailEvent.BOUNCED, MailKind.PASSWORD, 26, "<1>")
OTHER = replace(_line(MailEvent.SENT, MailKind.RESULT, 26), subject=MailSubject("sha 2"))


@pytest.mark.parametrize(
    ("lines", "cell", "says"),
    [
        pytest.param([REPORT], "", "call", id="nobody has called"),
        pytest.param([REPORT], "2026-11-25", "2026-11-25", id="a day was entered"),
        pytest.param([REPORT], "2026-11-23", "2026-11-23", id="before the report went out"),
        pytest.param([REPORT, AGAIN], "2026-11-25", "call", id="before it went out once more"),
        pytest.param([REPORT, AGAIN], "2026-11-26", "2026-11-26", id="on that day"),
        pytest.param([REPORT], "2026-11-28", "call, look", id="a day to come"),
        pytest.param([REPORT], "留守", "call, look", id="what is no day"),
        pytest.param([REPORT, CALL], "2026-11-25", "2026-11-25", id="noted already"),
        pytest.param([REPORT, CALL, OTHER], "2026-11-25", "call", id="of an earlier report"),
        pytest.param([REPORT, MAIL], "", "2026-11-24", id="by mail"),
        pytest.param([REPORT, MAIL, BOUNCE], "", "call", id="by a mail that came back"),
        pytest.param([REPORT, MAIL, CALL, BOUNCE], "", "2026-11-25", id="and a call before that"),
    ],
)
def test_a_client_is_called_until_the_day_of_a_call_is_known(
    tmp_path: Path, lines: list[MailLogEntry], cell: str, says: str
) -> None:
    clients, words = ClientList([list_row("C-001")]), {"c-001": "word"}
    with MailLog.open(tmp_path / "mail-log.jsonl") as log:
        log.add_all(lines)
        for _ in range(2):  # the second time tells the same and notes nothing more
            calls, remarks = find_entered_calls(clients, {"c-001": cell}, log, TODAY)
            note_calls(calls, words, log)
        assert calls == []
        due = select_calls(list(due_passwords((), clients, words, log)), log)
        days = find_told_days(clients, log, due.mails)
    told = "call" if due.mails else str(days["c-001"])
    assert told + (", look" if remarks else "") == says
    assert bool(due.mails) == (days["c-001"] is None)


# --- as a person types it


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign whose reports have gone out; with the second client a password was agreed."""
    folder = tmp_path_factory.mktemp("delivered")
    head, first, second = LIST.splitlines()
    lines = (f"{head},報告書パスワード", f"{first},", f"{second},{AGREED}")
    (folder / "clients.csv").write_text("\n".join(lines), encoding="utf-8")
    (folder / "sheet-diag.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "input").mkdir()
    before = Path.cwd()
    os.chdir(folder)
    try:
        call("issue")
        profile = {**PROFILE, "respondent": "佐藤 花子", "phone": "03-1234-5678"}
        english = {"industry": "Manufacturing", "employees": "51 to 100"}
        for number, lang, entries in ((1, Lang.JA, profile), (2, Lang.EN, english)):
            sheet = next(Path("output/outbox").glob(f"*C-00{number}.xlsx")).read_bytes()
            Path(f"input/{number}.xlsx").write_bytes(fill_in(sheet, lang, profile=entries))
        call("run", "--protect")
        call("deliver")
        call("deliver", "--sent-by-hand")
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def here(delivered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the campaign, to work in."""
    folder = tmp_path / "campaign"
    shutil.copytree(delivered, folder)
    monkeypatch.chdir(folder)
    return folder


def _enter(client: str, **entries: str | datetime) -> None:
    """Enter something in the row of a client, as a person does in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(PASSWORDS.read_bytes()))
    page = book.worksheets[0]
    (row,) = [cells for cells in page.iter_rows() if cells[0].value == client]
    for name, value in entries.items():
        row["ABCDEF".index(name)].value = value
    book.save(PASSWORDS)


def _calls() -> list[dict[str, str]]:
    lines = (OUTPUT / "mail-log.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(json.loads, lines) if line.get("event") == "called"]


def _portfolio_days() -> dict[str, str]:
    """The days on which clients were told, by the portfolio."""
    book = open_workbook((OUTPUT / "portfolio.xlsx").read_bytes())
    rows = [[str(cell or "")[:10] for cell in row] for row in book["回収状況"].values]
    (head,) = [row for row in rows if "パスワード伝達日" in row]
    day = head.index("パスワード伝達日")
    return {row[0]: row[day] for row in rows if row[0].startswith("C-")}


@pytest.mark.usefixtures("here")
def test_the_list_says_whom_to_call_and_keeps_the_day() -> None:
    before = password_rows(OUTPUT)
    said = call("deliver", "--passwords")
    assert "電話で伝える診断先（1件）" in said
    assert "取り決めている" in said
    assert not (OUTPUT / "drafts" / "password").exists()
    assert password_rows(OUTPUT) == before
    first, second = read_call_list(OUTPUT)
    assert (first["ご担当者"], first["電話"]) == ("佐藤 花子", "03-1234-5678")
    assert (second["ご担当者"], second["伝達日"]) == ("Jane Smith", "取り決め済み")
    assert lint(PASSWORDS.read_bytes()) == []
    assert "パスワードを電話で伝える：1社" in call("status")
    for _ in range(2):
        call("deliver", "--passwords", "--sent-by-hand", "--only", "C-001", "--as-of", "2026-11-27")
        assert read_call_list(OUTPUT)[0]["伝達日"] == "2026-11-27"
    (noted,) = _calls()
    assert noted["time"].startswith("2026-11-27T23:59:59")
    assert "addresses" not in noted
    assert "パスワードを電話で伝える" not in call("status")
    assert "伝える診断先はありません" in call("deliver", "--passwords")
    said = call("deliver", "--passwords", "--not-sent", "--only", "C-001", answer="n", status=1)
    assert "│ 電話 " in said
    assert "パスワード連絡票" not in said, "nothing was changed"
    call("deliver", "--passwords", "--not-sent", "--only", "C-001", answer="y")
    assert read_call_list(OUTPUT)[0]["伝達日"] == ""
    assert "パスワードを電話で伝える：1社" in call("status")
    assert list(OUTPUT.glob("passwords-*")) == []


@pytest.mark.usefixtures("here")
def test_a_day_that_was_entered_by_hand_is_read_back() -> None:
    _enter("C-001", D="03-9999-0000", F=datetime(2026, 11, 26))
    assert "パスワードを電話で伝える" not in call("status")
    assert _calls() == []
    call("run", "--protect")
    assert read_call_list(OUTPUT)[0]["伝達日"] == "2026-11-26"
    assert _portfolio_days() == {"C-001": "2026-11-26", "C-002": ""}
    assert "伝える診断先はありません" in call("deliver", "--passwords")
    assert [line["time"][:10] for line in _calls()] == ["2026-11-26"]
    row = read_call_list(OUTPUT)[0]
    assert (row["電話"], row["伝達日"]) == ("03-9999-0000", "2026-11-26")
    _enter("C-001", F="留守")
    said = call("deliver", "--passwords")
    assert "「留守」は今日までの日付ではない" not in said
    assert read_call_list(OUTPUT)[0]["伝達日"] == "2026-11-26"


@pytest.mark.usefixtures("here")
def test_a_list_of_version_0_1_0_becomes_one_to_call_by() -> None:
    before = password_rows(OUTPUT)
    write_password_rows(OUTPUT, before)
    call("deliver", "--passwords")
    assert password_rows(OUTPUT) == before
    assert read_call_list(OUTPUT)[0]["電話"] == "03-1234-5678"


@pytest.mark.usefixtures("here")
def test_a_mail_with_a_password_is_made_after_a_sentence_on_what_it_is_worth() -> None:
    said = call("deliver", "--passwords", "--by-mail")
    assert "不十分" in said
    assert list(drafts("password")) == ["yamada@mihon.co.jp"]
    assert "--by-mail --sent-by-hand" in call("status")
    call("deliver", "--passwords", "--sent-by-hand", "--only", "C-001")
    assert drafts("password") == {}, "it would tell once more what was told"
    assert "1件はすでに済んでいる" in call("deliver", "--passwords", "--by-mail")


@pytest.mark.usefixtures("here")
def test_an_agreed_password_opens_the_report_and_is_told_to_nobody() -> None:
    assert password_rows(OUTPUT)[1][2] == AGREED
    call("deliver", "--again", "--only", "C-002", "--only", "C-001")
    texts = {
        address: mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for address, mail in drafts("result").items()
    }
    assert "agreed" in texts["smith@example-robotics.jp"]
    assert "お電話" in texts["yamada@mihon.co.jp"]
    assert not [text for text in texts.values() if AGREED in text]
    Path("clients.csv").write_text(
        Path("clients.csv").read_text(encoding="utf-8").replace(AGREED, "Another-1"), "utf-8"
    )
    assert "C-002 Example Robotics" in call("run", "--protect"), "it went out with the former one"
    assert password_rows(OUTPUT)[1][2] == "Another-1"
    assert "C-002" in call("deliver", "--passwords", status=1)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--passwords", "--send"], "--by-mail", id="sending without --by-mail"),
        pytest.param(["--by-mail"], "--passwords", id="--by-mail for reports"),
        pytest.param(["--passwords", "--sent-by-hand"], "--only", id="a call of nobody"),
        pytest.param(["--passwords", "--again"], "--only", id="once more, for nobody"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_cannot_be_meant_is_refused(words: list[str], says: str) -> None:
    assert says in call("deliver", *words, status=2, answer="1")
    assert _calls() == []
