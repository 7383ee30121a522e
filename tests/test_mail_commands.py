"""The mailing commands with drafts: what they make, what they refuse, and what they say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sheet_diag.cli.main import app
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail import MailEvent
from sheet_diag.storage.managed_folder import NOTE_FILE, read_note
from tests.campaigns import date_mails
from tests.catalogs import JIS
from tests.mail_firm import fill_in
from tests.passwords import password_rows, write_password_rows
from tests.returned import put_cell, reopen_workbook

LIST = """診断先番号,会社名,ご担当者名,メールアドレス,言語,業種,従業員数,提出期限
C-001,株式会社見本商事,山田太郎,yamada@mihon.co.jp,,製造業,51〜100人,2026/12/25
C-002,Example Robotics Ltd.,Jane Smith,smith@example-robotics.jp,英語,,,2026/12/10
"""
SETTINGS = '[issuer]\nname = "見本株式会社"\nemail = "shindan@example.co.jp"\n'
LOG = Path("output/mail-log.jsonl")
_KINDS = {"issue": "request", "remind": "reminder", "return": "correction", "deliver": "result"}
PROFILE = {"industry": "製造業", "employees": "51〜100人"}


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tasks_here: None, blank_pdfs: None
) -> Path:
    """A working folder with settings and a list of two clients."""
    del tasks_here, blank_pdfs
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sheet-diag.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "clients.csv").write_text(LIST, encoding="utf-8")
    return tmp_path


def call(*words: str, status: int = 0, answer: str = "") -> str:
    """What a command says; who notes drafts as sent has counted them, if nothing else is typed."""
    if "--sent-by-hand" in words and not answer:
        client = words[words.index("--only") + 1] if "--only" in words else ""
        folder = Path("output/drafts", _KINDS[words[0]])
        answer = str(len(list(folder.glob(f"*{client}.eml"))))
    done = CliRunner().invoke(app, list(words), input=answer, env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == status, done.output
    return done.output


def drafts(kind: str, folder: Path = Path("output")) -> dict[str, EmailMessage]:
    """The drafts of a kind by the address they are to."""
    found = {}
    for path in sorted((folder / "drafts" / kind).glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        found[mail["To"].addresses[0].addr_spec] = mail
    return found


def answered(skip: str = "") -> None:
    """The Japanese client answers, all questions but those of a category."""
    sheet = next(Path("output/outbox").glob("*C-001.xlsx")).read_bytes()
    Path("input").mkdir(exist_ok=True)
    content = fill_in(sheet, Lang.JA, skip=skip, profile=PROFILE)
    Path("input/answer.xlsx").write_bytes(content)


_MADE: dict[tuple[str, ...], Path] = {}


def begin(*steps: str) -> None:
    """Begin a campaign in the folder of `here`; steps taken in an earlier test are copied."""
    for number in range(len(steps)):
        taken = steps[: number + 1]
        if taken in _MADE:
            continue
        if number:
            shutil.copytree(_MADE[steps[:number]], ".", dirs_exist_ok=True)
        _take(taken)
        _MADE[taken] = Path.cwd().parent / f"campaign-{len(_MADE)}"
        shutil.copytree(".", _MADE[taken])
    shutil.copytree(_MADE[steps], ".", dirs_exist_ok=True)


def _take(steps: tuple[str, ...]) -> None:
    """Take the last of some steps: a command, or what the Japanese client does."""
    step = steps[-1]
    if step.startswith("answered"):
        answered(skip=step.removeprefix("answered").removeprefix(" but "))
    else:
        is_held = step.startswith("run") and any("but" in each for each in steps)
        call(*step.split(), status=int(is_held))


@pytest.mark.usefixtures("here")
def test_a_draft_is_unsent_and_carries_its_clients_own_sheet() -> None:
    said = call("issue")
    assert "2通" in said
    made = drafts("request")
    assert set(made) == {"yamada@mihon.co.jp", "smith@example-robotics.jp"}
    assert all(mail["X-Unsent"] == "1" for mail in made.values())
    names = [str(part.get_filename()) for mail in made.values() for part in mail.iter_attachments()]
    assert sorted(names) == [
        "Questionnaire_Example Robotics Ltd_C-002.xlsx",
        "ヒアリングシート_株式会社見本商事_C-001.xlsx",
    ]


def test_a_deleted_draft_counts_as_not_sent(here: Path) -> None:
    begin("issue")
    next((here / "output/drafts/request").glob("*C-002.eml")).unlink()
    assert "1通" in call("issue", "--sent-by-hand")
    call("issue")
    assert set(drafts("request")) == {"smith@example-robotics.jp"}


@pytest.mark.usefixtures("here")
def test_drafts_are_noted_as_sent_once() -> None:
    assert "ありません" in call("issue", "--sent-by-hand", status=1)
    call("issue")
    call("issue", "--sent-by-hand")
    assert drafts("request") == {}
    assert "ありません" in call("issue", "--sent-by-hand", status=1)
    log = Path("output/mail-log.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line).get("event") for line in log] == [None, "by_hand", "by_hand"]


@pytest.mark.usefixtures("here")
def test_only_keeps_the_drafts_of_other_clients() -> None:
    begin("issue")
    call("issue", "--only", "C-001", answer="y")
    assert len(drafts("request")) == 2
    assert "2通" in call("issue", "--sent-by-hand")


@pytest.mark.usefixtures("here")
def test_drafts_not_noted_as_sent_are_shown_and_asked_about() -> None:
    begin("issue")
    (before, *_) = Path("output/drafts/request").glob("*.eml")
    time = before.stat().st_mtime_ns
    for answer in ("", "n", "2"):
        assert "--sent-by-hand" in call("issue", status=1, answer=answer)
        assert before.stat().st_mtime_ns == time
    for command in ("status", "remind"):
        assert "sheet-diag issue --sent-by-hand" in call(command)
    call("issue", answer="y")
    assert before.stat().st_mtime_ns > time
    call("issue", "--sent-by-hand")
    for command in ("status", "remind"):
        assert "--sent-by-hand" not in call(command)


def test_drafts_stay_if_the_server_cannot_be_reached(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = '\n[smtp]\nhost = "127.0.0.1"\nport = 9\nuser = "shindan"\n'
    (here / "sheet-diag.toml").write_text(SETTINGS + nowhere, encoding="utf-8")
    monkeypatch.setenv("SHEET_DIAG_SMTP_PASSWORD", "secret")
    call("issue")
    call("issue", "--send", answer="2\n", status=2)
    assert len(drafts("request")) == 2


@pytest.mark.usefixtures("here")
def test_a_person_has_to_type_how_many_drafts_were_sent() -> None:
    begin("issue")
    for answer in ("\n", "y", "1", "3"):
        said = call("issue", "--sent-by-hand", status=1, answer=answer)
        assert "yamada@mihon.co.jp" in said
        assert "smith@example-robotics.jp" in said
    assert len(drafts("request")) == 2
    assert "by_hand" not in Path("output/mail-log.jsonl").read_text(encoding="utf-8")
    call("issue", "--sent-by-hand", answer="２")  # as a Japanese keyboard types it
    assert drafts("request") == {}


def test_drafts_are_listed_in_the_order_of_the_client_list(here: Path) -> None:
    head, first, second = LIST.splitlines(keepends=True)
    for lines in ((head, first, second), (head, second, first)):
        (here / "clients.csv").write_text("".join(lines), encoding="utf-8")
        call("issue", answer="y")
        said = call("issue", "--sent-by-hand", status=1, answer="n")
        places = [said.index(line[:5]) for line in lines[1:]]
        assert places == sorted(places)


def test_an_incomplete_note_of_a_folder_counts_as_no_draft(here: Path) -> None:
    begin("issue")
    for folder in ("drafts/request", "outbox"):
        note = here / "output" / folder / NOTE_FILE
        made = json.loads(note.read_text(encoding="utf-8"))
        note.write_text(json.dumps({name: {} for name in made}), encoding="utf-8")
    assert "ありません" in call("issue", "--sent-by-hand", status=1)
    call("remind", "--as-of", "2026-12-28")


@pytest.mark.usefixtures("here")
def test_only_limits_sheets_and_drafts_to_named_clients() -> None:
    call("issue", "--only", "c-002")
    assert set(drafts("request")) == {"smith@example-robotics.jp"}
    assert [path.stem[-5:] for path in Path("output/outbox").glob("*.xlsx")] == ["C-002"]
    call("issue", answer="y")
    assert len(list(Path("output/outbox").glob("*.xlsx"))) == 2
    assert "C-9" in call("issue", "--only", "C-9", status=2), "as it was typed"


@pytest.mark.usefixtures("here")
def test_late_clients_are_reminded_again_after_the_gap() -> None:
    smith, yamada = "smith@example-robotics.jp", "yamada@mihon.co.jp"
    call("issue")
    call("issue", "--sent-by-hand")
    date_mails(LOG, "2026-12-01", "request")
    assert "ありません" in call("remind", "--as-of", "2026-12-10")
    call("remind", "--as-of", "2026-12-10", "--days", "1")
    assert set(drafts("reminder")) == {smith}
    first = drafts("reminder")[smith]["Subject"]
    call("remind", "--as-of", "2026-12-27", answer="y")
    assert set(drafts("reminder")) == {smith, yamada}
    call("remind", "--sent-by-hand", "--only", "C-002")
    date_mails(LOG, "2026-12-27", "reminder")
    said = call("remind", "--as-of", "2026-12-28", answer="y")
    assert "C-002 Example Robotics Ltd.：前回のメール（2026-12-27）から5日たっていません。" in said
    assert "2027-01-01以降" in said
    assert set(drafts("reminder")) == {yamada}
    call("remind", "--as-of", "2026-12-28", "--again-after", "1", answer="y")
    assert drafts("reminder")[smith]["Subject"] != first
    call("remind", "--as-of", "2027-01-01", answer="y")
    assert set(drafts("reminder")) == {smith, yamada}


def test_the_settings_set_the_days_between_two_mails(here: Path) -> None:
    begin("issue", "issue --sent-by-hand")
    date_mails(LOG, "2026-12-09", "request")
    assert "から5日たっていません" in call("remind", "--as-of", "2026-12-12")
    assert "督促する" not in call("status", "--as-of", "2026-12-12")
    settings = f"{SETTINGS}[mail]\nreminder_days = 3\n"
    (here / "sheet-diag.toml").write_text(settings, encoding="utf-8")
    assert "督促する：1社" in call("status", "--as-of", "2026-12-12")
    assert "たっていません" not in call("remind", "--as-of", "2026-12-12")
    assert set(drafts("reminder")) == {"smith@example-robotics.jp"}


@pytest.mark.usefixtures("here")
def test_a_correction_that_does_not_come_is_reminded() -> None:
    yamada = "yamada@mihon.co.jp"
    call("issue")
    call("issue", "--sent-by-hand")
    date_mails(LOG, "2026-12-01", "request")
    answered(skip="PHY")
    call("run", status=1)
    call("return", "--as-of", "2026-12-26", "--due", "2027-01-08")
    call("return", "--sent-by-hand")
    date_mails(LOG, "2026-12-26", "correction")
    call("remind", "--as-of", "2027-01-08")
    assert set(drafts("reminder")) == {"smith@example-robotics.jp"}
    assert "督促する：2社" in call("status", "--as-of", "2027-01-09")
    call("remind", "--as-of", "2027-01-09", "--only", "C-001")
    mail = drafts("reminder")[yamada]
    assert mail["Subject"].startswith("【ご確認のお願い】")
    assert mail["Subject"].endswith("ヒアリングシートのご修正について")
    (part,) = mail.iter_attachments()
    (correction,) = Path("output/corrections").glob("*.xlsx")
    assert part.get_content() == correction.read_bytes()
    body = mail.get_body(("plain",))
    assert body
    assert "ご提出期限：2027年1月8日（金）" in body.get_content()
    call("remind", "--sent-by-hand", "--only", "C-001", answer="1")
    date_mails(LOG, "2027-01-09", "reminder")
    assert "前回のメール（2027-01-09）" in call("remind", "--as-of", "2027-01-13", answer="y")
    status = call("status", "--as-of", "2027-01-13")
    assert "2026-12-26に依頼済み、督促1回（最終2027-01-09）" in status
    assert "督促する：1社" in status
    call("remind", "--as-of", "2027-01-14", answer="y")
    assert drafts("reminder")[yamada]["Subject"].startswith("【再度のお願い】")

    # It comes after all.
    answered()
    call("run")
    call("remind", "--as-of", "2027-01-14", answer="y")
    assert yamada not in drafts("reminder")


@pytest.mark.usefixtures("here")
def test_a_correction_mail_needs_its_workbook() -> None:
    begin("issue", "answered but PHY", "run")
    (path,) = Path("output/corrections").glob("*.xlsx")
    content = path.read_bytes()
    path.unlink()
    assert path.name in call("return", "--as-of", "2026-12-01", status=1)
    path.write_bytes(content)
    call("return", "--as-of", "2026-12-01")
    call("return", "--sent-by-hand")
    date_mails(LOG, "2026-12-01", "correction")
    path.unlink()
    assert path.name in call("remind", "--as-of", "2026-12-28", "--only", "C-001", status=1)
    assert drafts("reminder") == {}


@pytest.mark.usefixtures("here")
def test_issue_shows_the_clients_whose_due_date_has_passed() -> None:
    told = "提出期限を過ぎている診断先"
    assert told in call("issue", "--as-of", "2026-12-11")
    assert told not in call("issue", "--as-of", "2026-12-11", "--only", "C-001", answer="y")
    said = call("issue", "--as-of", "2026-12-28", "--only", "C-001", answer="y")
    assert f"{told}があります（1件）" in said
    call("issue", "--sent-by-hand")
    assert told not in call("issue", "--as-of", "2026-12-28")


def test_every_skipped_client_is_shown(here: Path) -> None:
    rows = [f"C-{n:03},見本{n}商事,,a@mihon{n}.co.jp,,,,\n" for n in range(40)]
    (here / "clients.csv").write_text(LIST.splitlines(keepends=True)[0] + "".join(rows), "utf-8")
    call("issue")
    call("issue", "--sent-by-hand")
    said = call("remind", "--as-of", "2026-12-28", status=1)
    assert [f"C-{n:03}" for n in range(40) if f"C-{n:03}" not in said] == []


@pytest.mark.usefixtures("here")
def test_no_mail_is_written_while_an_input_file_is_unread() -> None:
    begin("issue", "issue --sent-by-hand", "answered")
    for command in ("remind", "return", "deliver"):
        said = call(command, "--as-of", "2026-12-27", status=2)
        assert "sheet-diag run" in said
    call("run")
    call("remind", "--as-of", "2026-12-27")
    assert set(drafts("reminder")) == {"smith@example-robotics.jp"}


@pytest.mark.usefixtures("here")
def test_a_file_replaced_under_its_name_is_unread() -> None:
    begin("issue", "answered but PHY", "run", "answered")
    assert "sheet-diag run" in call("return", status=2)


@pytest.mark.usefixtures("here")
def test_a_password_changed_after_its_report_is_not_sent() -> None:
    begin("issue", "answered", "run --protect", "deliver", "deliver --sent-by-hand")
    ((number, name, _),) = password_rows(Path("output"))
    write_password_rows(Path("output"), [(number, name, "AAAAA-BBBBB-CCCCC-DDDDD")])
    assert "passwords.xlsx" in call("deliver", "--passwords", "--by-mail", status=1)
    assert drafts("password") == {}


@pytest.mark.usefixtures("here")
def test_a_held_return_gets_a_correction_mail() -> None:
    begin("issue", "answered but PHY", "run")
    call("return")
    (mail,) = drafts("correction").values()
    assert mail["To"].addresses[0].addr_spec == "yamada@mihon.co.jp"
    (part,) = mail.iter_attachments()
    assert "修正のお願い" in str(part.get_filename())


def test_an_address_that_was_another_clients_is_refused(here: Path) -> None:
    both = LIST.replace("mihon.co.jp", "gmail.com").replace("example-robotics.jp", "gmail.com")
    (here / "clients.csv").write_text(both, encoding="utf-8")
    call("issue")
    call("issue", "--sent-by-hand")
    answered()
    call("run", "--protect")
    swapped = both.replace("yamada@", "?").replace("smith@", "yamada@").replace("?", "smith@")
    (here / "clients.csv").write_text(swapped, encoding="utf-8")
    said = call("deliver", status=1)
    assert "smith@gmail.com は、これまで C-002" in said
    assert drafts("result") == {}
    said = call("deliver", "--only", "C-001", status=1)
    assert "smith@gmail.com は、これまで C-002" in said
    assert list(drafts("result")) == ["smith@gmail.com"]


@pytest.mark.usefixtures("here")
def test_again_sends_a_request_to_a_changed_address(here: Path) -> None:
    begin("issue", "issue --sent-by-hand")
    moved = LIST.replace("yamada@mihon", "suzuki@mihon")
    (here / "clients.csv").write_text(moved, encoding="utf-8")
    said = call("issue", status=1)
    assert "yamada@mihon.co.jp" in said
    assert "--again --only C-001" in said
    assert "C-002" not in said
    assert "--only" in call("issue", "--again", status=2)
    call("issue", "--again", "--only", "C-001")
    assert list(drafts("request")) == ["suzuki@mihon.co.jp"]
    call("issue", "--sent-by-hand")
    assert "--again" not in call("issue")
    log = Path("output/mail-log.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum("by_hand" in line for line in log) == 3


@pytest.mark.usefixtures("here")
def test_again_asks_where_the_last_mail_failed_and_writes_it() -> None:
    begin("issue", "issue --sent-by-hand")
    with MailLog.open(LOG) as log:
        sent = next(each for each in log.entries if each.client == "C-001")
        log.add(replace(sent, event=MailEvent.BOUNCED, text="550 5.1.1 no such user"))
    assert "--again --only C-001" in call("issue", status=1)
    said = call("issue", "--again", "--only", "C-001", status=1)
    assert "前回、yamada@mihon.co.jp に届きませんでした（550 5.1.1 no such user）。" in said
    assert list(drafts("request")) == ["yamada@mihon.co.jp"]


@pytest.mark.usefixtures("here")
def test_what_was_not_delivered_this_time_is_written_once_more() -> None:
    begin("issue", "issue --sent-by-hand")
    with MailLog.open(LOG) as log:
        sent = next(each for each in log.entries if each.client == "C-001")
        assert sent.subject_line
        assert len(sent.attachments) == 1
        log.add(replace(sent, event=MailEvent.UNDELIVERED, text="552 5.2.2 full"))
    assert "552 5.2.2 full" in call("status")
    call("issue")
    assert list(drafts("request")) == ["yamada@mihon.co.jp"]


def overridden(client: str) -> None:
    """The consultant has set an answer of a client."""
    path, item = Path("input/overrides.xlsx"), next(iter(JIS.items))
    content = path.read_bytes()
    line = {"A6": client, "C6": item, "F6": "×", "G6": "現地で確認", "H6": "佐藤"}
    for cell, value in line.items():
        content = put_cell(content, 0, cell, value)
    path.write_bytes(content)


@pytest.mark.usefixtures("here")
def test_a_report_changed_since_it_went_out_is_shown() -> None:
    begin(
        "issue",
        "issue --sent-by-hand",
        "answered",
        "run --protect",
        "deliver",
        "deliver --sent-by-hand",
    )
    call("run", "--protect", "--as-of", "2027-01-15")  # another day is no other report
    assert "--again" not in call("deliver")
    call("overrides")
    overridden("C-001")
    call("run", "--protect")
    said = call("deliver", status=1)
    assert "--again --only C-001" in said
    assert drafts("result") == {}
    call("deliver", "--again", "--only", "C-001")
    assert list(drafts("result")) == ["yamada@mihon.co.jp"]
    call("deliver", "--sent-by-hand")
    assert "--again" not in call("deliver")


@pytest.mark.usefixtures("here")
def test_a_comment_changed_since_its_report_went_out_is_shown() -> None:
    begin("issue", "answered")
    call("overrides")
    call("run", "--protect")
    call("deliver")
    call("deliver", "--sent-by-hand")
    assert "--again" not in call("deliver")
    commented("C-001", "良い取り組みです。")
    call("run", "--protect")
    assert "--again --only C-001" in call("deliver", status=1)
    call("deliver", "--again", "--only", "C-001")
    call("deliver", "--sent-by-hand")
    assert "--again" not in call("deliver")
    commented("C-001", "誤字を直しました。")
    call("run", "--protect")
    assert "--again --only C-001" in call("deliver", status=1)
    assert "誤字" not in Path("output/run.json").read_text(encoding="utf-8")


def commented(client: str, text: str) -> None:
    """The consultant has written a comment on a client."""
    path = Path("input/overrides.xlsx")
    path.write_bytes(put_cell(put_cell(path.read_bytes(), 4, "A6", client), 4, "B6", text))


@pytest.mark.usefixtures("here")
def test_a_client_that_has_answered_gets_no_request() -> None:
    begin("issue", "answered", "run")
    said = call("issue", answer="y")
    assert "C-001" in said
    assert "回収票をすでに受け取っているため" in said
    assert "--again-after" not in said  # another reason to be left alone
    assert set(drafts("request")) == {"smith@example-robotics.jp"}
    call("issue", "--only", "C-001", answer="y")
    assert len(drafts("request")) == 2


def correction_text() -> str:
    """What the only mail about a correction says."""
    (mail,) = drafts("correction").values()
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


@pytest.mark.usefixtures("here")
def test_a_correction_mail_states_the_number_of_points() -> None:
    begin("issue", "answered but PHY", "run")
    call("return", "--as-of", "2026-12-01")
    (path,) = Path("output/corrections").glob("*.xlsx")
    page = reopen_workbook(path.read_bytes())["修正のお願い"]
    listed = [row[0].value for row in page.iter_rows() if str(row[0].value).isdecimal()]
    assert len(listed) > 5
    assert f"お願いしたい箇所が{len(listed)}か所ございました" in correction_text()
    assert "2026年12月25日" in correction_text()


@pytest.mark.usefixtures("here")
def test_due_sets_the_day_of_a_correction() -> None:
    begin("issue", "answered but PHY", "run")
    assert "--due 2027-01-02" in call("return", "--as-of", "2026-12-26")
    assert "期限" not in correction_text()
    said = call("return", "--as-of", "2026-12-26", "--due", "2027-01-08", answer="y")
    assert "--due" not in said
    assert "ご提出期限：2027年1月8日（金）" in correction_text()
    past = ("--as-of", "2026-12-26", "--due", "2026-12-20")
    assert "2026-12-20" in call("return", *past, status=2, answer="y")
    assert "--due" in call("return", "--due", "soon", status=2, answer="y")
    call("return", "--sent-by-hand")
    assert "--due" not in call("return", "--as-of", "2026-12-26")


def test_the_settings_set_the_language_of_reports(here: Path) -> None:
    """The letter keeps the language of its client."""
    (here / "sheet-diag.toml").write_text(f'report_language = "en"\n{SETTINGS}', encoding="utf-8")
    call("issue")
    answered()
    call("run", "--protect")
    call("deliver")
    (mail,) = drafts("result").values()
    page = mail.get_body(("html",))
    assert page
    assert 'lang="ja"' in page.get_content()
    (here / "sheet-diag.toml").write_text(f'report_language = "ja"\n{SETTINGS}', encoding="utf-8")
    shutil.rmtree("output/drafts")
    assert "report_language" in call("deliver", status=1)


@pytest.mark.usefixtures("here")
def test_a_password_goes_out_after_its_encrypted_report() -> None:
    begin("issue", "answered", "run --protect")
    said = call("deliver", "--passwords", "--by-mail", status=1)
    assert "先に" in said
    assert drafts("password") == {}
    call("deliver")
    call("deliver", "--sent-by-hand")
    call("deliver", "--passwords", "--by-mail")
    (mail,) = drafts("password").values()
    assert list(mail.iter_attachments()) == []
    word = password_rows(Path("output"))[0][2]
    body = mail.get_body(("plain",))
    assert body
    assert word in body.get_content()


@pytest.mark.usefixtures("here")
def test_an_open_report_needs_unprotected() -> None:
    begin("issue", "answered", "run")
    call("deliver", status=1)
    assert drafts("result") == {}
    call("deliver", "--unprotected")
    assert set(drafts("result")) == {"yamada@mihon.co.jp"}


def _swap(folder: Path) -> None:
    """Each sheet under the name of the other."""
    first, second = sorted(folder.glob("*.xlsx"))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


@pytest.mark.usefixtures("here")
def test_swapped_reports_are_stopped() -> None:
    begin("issue", "answered")
    sheet = next(Path("output/outbox").glob("*C-002.xlsx")).read_bytes()
    profile = {"industry": "Manufacturing", "employees": "51 to 100"}
    Path("input/other.xlsx").write_bytes(fill_in(sheet, Lang.EN, profile=profile))
    call("run", "--protect")
    _swap(Path("output/results"))
    said = call("deliver", "--attach", "xlsx", status=1)
    assert "止めました（" in said
    assert drafts("result") == {}


@pytest.mark.usefixtures("here")
def test_a_report_is_not_sent_after_rows_of_the_list_were_swapped() -> None:
    """Results of a run are not sent after the list was mixed up."""
    begin("issue", "answered", "run --protect")
    swapped = LIST.replace("C-001,", "C-X,").replace("C-002,", "C-001,").replace("C-X,", "C-002,")
    Path("clients.csv").write_text(swapped, encoding="utf-8")
    said = call("deliver", status=1)
    assert "株式会社見本商事" in said
    assert drafts("result") == {}


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        pytest.param(["issue", "--clients", "no.xlsx"], 2, "no.xlsx", id="no such list"),
        pytest.param(["issue", "--send"], 2, "[smtp]", id="no server"),
        pytest.param(["issue", "--send", "--sent-by-hand"], 2, "どれか1つ", id="both ways"),
        pytest.param(["collect"], 2, "[imap]", id="no mailbox"),
        pytest.param(["return"], 2, "sheet-diag run", id="nothing to return yet"),
        pytest.param(["deliver"], 2, "sheet-diag run", id="nothing to deliver yet"),
        pytest.param(["login", "pop"], 2, "smtp", id="no such kind of server"),
        pytest.param(["login", "smtp"], 2, "[smtp]", id="login without a server"),
        pytest.param(["issue", "--previous", "nowhere"], 2, "nowhere", id="no such year"),
        pytest.param(["clients", "--previous", "nowhere"], 2, "nowhere", id="year of the list"),
        pytest.param(["remind", "--previous", "nowhere"], 2, "nowhere", id="year of reminders"),
        pytest.param(["clients", "--new", "clients.csv"], 2, "上書き", id="list exists"),
        pytest.param(["status"], 0, "未送付", id="nobody written to"),
        pytest.param(["remind"], 0, "ありません", id="nobody late"),
        pytest.param(["clients"], 0, "2件", id="a good list"),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_command_names_what_is_missing(arguments: list[str], status: int, says: str) -> None:
    assert says in call(*arguments, status=status)


@pytest.mark.parametrize("command", ["issue", "status", "remind", "collect"])
def test_without_a_list_a_command_names_the_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "sheet-diag clients --new" in call(command, status=2)
    assert list(tmp_path.iterdir()) == []


def test_without_a_sender_no_draft_is_written(here: Path) -> None:
    (here / "sheet-diag.toml").unlink()
    assert "[issuer]" in call("issue", status=2)
    assert not (here / "output" / "drafts").exists()


def test_all_faults_of_the_list_are_shown_at_once(here: Path) -> None:
    rows = LIST.replace("C-002", "C-001").replace("yamada@", "yamada")
    (here / "clients.csv").write_text(rows, encoding="utf-8")
    said = call("issue", status=2)
    assert "D2" in said
    assert "A3" in said


# --- the next year


def _year(folder: str, rows: Mapping[str, str]) -> None:
    """Make the list anew and keep last year's output in a folder."""
    shutil.move("output", folder)
    shutil.rmtree("input")
    text = LIST
    for old, new in rows.items():
        text = text.replace(old, new)
    Path("clients.csv").write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("here")
def test_last_years_answers_are_shown_and_never_count() -> None:
    begin("issue", "issue --sent-by-hand", "answered", "run")
    _year("last", {})
    call("issue", "--previous", "last")
    made = drafts("request")
    texts = {address: mail.get_body(("plain",)) for address, mail in made.items()}
    told = {address for address, text in texts.items() if text and "前回回答" in text.get_content()}
    assert told == {"yamada@mihon.co.jp"}
    sheet = next(Path("output/outbox").glob("*C-001.xlsx"))
    content = sheet.read_bytes()
    assert "--previous" in call("issue", status=2, answer="y")
    assert sheet.read_bytes() == content
    Path("input").mkdir()
    shutil.copy(sheet, "input/untouched.xlsx")
    call("run", status=1)
    run = json.loads(Path("output/run.json").read_text(encoding="utf-8"))
    (entry,) = run["returns"]
    assert set(entry["answers"].values()) == {None}


@pytest.mark.usefixtures("here")
def test_only_named_clients_get_a_new_sheet() -> None:
    begin("issue", "issue --sent-by-hand", "answered", "run")
    _year("last", {})
    call("issue", "--previous", "last")
    call("issue", "--sent-by-hand")
    outbox = Path("output/outbox")
    before = {path.name: path.read_bytes() for path in outbox.glob("*.xlsx")}
    Path("clients.csv").write_text(LIST.replace("Example Robotics", "Robotics"), encoding="utf-8")
    said = call("issue", "--again", "--only", "C-002")
    assert "ヒアリングシートを1件作成しました" in said
    assert "ほかのヒアリングシート1件は、そのままです" in said
    after = {path.name: path.read_bytes() for path in outbox.glob("*.xlsx")}
    assert sorted(after) == [
        "Questionnaire_Robotics Ltd_C-002.xlsx",
        "ヒアリングシート_株式会社見本商事_C-001.xlsx",
    ]
    kept = next(name for name in before if "C-001" in name)
    assert after[kept] == before[kept]
    assert set(read_note(outbox)) == set(after)


@pytest.mark.usefixtures("here")
def test_an_id_of_another_firm_gets_no_answers_of_last_year() -> None:
    begin("issue", "answered", "run")
    _year("last", {"株式会社見本商事": "株式会社別会社"})
    said = call("issue", "--previous", "last")
    assert "株式会社見本商事" in said
    mail = drafts("request")["yamada@mihon.co.jp"]
    body = mail.get_body(("plain",))
    assert body
    assert "前回回答" not in body.get_content()


@pytest.mark.usefixtures("here")
def test_another_domain_than_last_year_is_a_warning() -> None:
    begin("issue", "issue --sent-by-hand", "answered", "run")
    _year("last", {"yamada@mihon.co.jp": "yamada@mihon-shoji.example.com"})
    said = call("issue", "--previous", "last", status=1)
    assert "mihon-shoji.example.com" in said
    assert "mihon.co.jp" in said
    assert "mihon-shoji.example.com" in call("clients", "--previous", "last")


def test_a_custom_template_is_used_and_a_faulty_one_is_refused(here: Path) -> None:
    call("letters")
    letter = here / "letters" / "request.ja.md"
    letter.write_text("件名: ご依頼\n\n{{ company }} 御中\n独自の文面です。\n", encoding="utf-8")
    call("issue")
    body = drafts("request")["yamada@mihon.co.jp"].get_body(("plain",))
    assert body
    assert "独自の文面です。" in body.get_content()
    letter.write_text("件名: ご依頼\n\n{{ compny }} 御中\n", encoding="utf-8")
    said = call("issue", status=2)
    assert "request.ja.md" in said
    assert "company" in said


def test_a_sheet_changed_in_the_outbox_is_stopped(here: Path) -> None:
    begin("issue", "issue --sent-by-hand")
    path = next((here / "output" / "outbox").glob("*C-002.xlsx"))
    other = next((here / "output" / "outbox").glob("*C-001.xlsx"))
    path.write_bytes(other.read_bytes())
    said = call("remind", "--as-of", "2026-12-20", status=1)
    assert "C-001" in said
    assert drafts("reminder") == {}
