"""A mail log that has lost lines is noticed, and used only once a person has accepted it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from sheet_diag.mail.log import mail_log
from sheet_diag.mail.log.chain import LOG_HEAD_NAME, LogHead, read_log_head
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog, MailLogError
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from tests.test_mail_commands import LIST, SETTINGS, begin, call

NOON = datetime(2026, 11, 26, 12, tzinfo=timezone(timedelta(hours=9)))
LOG = Path("output", MAIL_LOG_NAME)


def sent(number: int) -> MailLogEntry:
    return MailLogEntry(
        NOON, MailEvent.SENT, f"C-{number}", MailKind.REQUEST, addresses=("a@x.jp",)
    )


def write(path: Path, count: int = 3) -> list[bytes]:
    """A log of so many mails; its lines, the first of which is the header."""
    with MailLog.open(path) as log:
        for number in range(1, count + 1):
            log.add(sent(number))
    return path.read_bytes().splitlines(keepends=True)


def clients(path: Path) -> list[str]:
    return [each.client for each in MailLog.read(path).entries]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / MAIL_LOG_NAME


@pytest.mark.parametrize(
    ("change", "line"),
    [
        pytest.param(lambda lines: lines[:-1], 4, id="the last line gone"),
        pytest.param(lambda lines: lines[:2] + lines[3:], 3, id="a line in the middle gone"),
        pytest.param(lambda _: [], 1, id="all lines gone"),
        pytest.param(lambda lines: [*lines[:2], lines[2].replace(b"C-2", b"C-9"), lines[3]], 4,
                     id="a line edited"),
        pytest.param(lambda lines: [*lines[:3], lines[3].replace(b"C-3", b"C-9")], 4,
                     id="the last line edited"),
        pytest.param(lambda lines: [*lines, b'{"time": "2026-11-26T12:00Z", "event": "sent"}\n'], 5,
                     id="a line without a digest added"),
        pytest.param(lambda lines: [*lines, lines[3]], 5, id="a line twice"),
    ],
)  # fmt: skip
def test_a_log_that_is_not_as_it_was_written_is_not_opened(
    path: Path, change: Callable[[list[bytes]], list[bytes]], line: int
) -> None:
    changed = b"".join(change(write(path)))
    path.write_bytes(changed)
    fault = MailLog.read(path).fault
    assert fault
    assert (fault.key, fault.parts["line"], fault.parts["count"]) == (
        "send.log.changed", str(line), "4",
    )  # fmt: skip
    with pytest.raises(MailLogError):
        MailLog.open(path)
    assert path.read_bytes() == changed


def test_a_missing_log_with_a_head_is_not_begun_anew(path: Path) -> None:
    write(path)
    path.unlink()
    with pytest.raises(MailLogError):
        MailLog.open(path)
    assert not path.exists()


def test_a_log_of_another_campaign_is_noticed(path: Path, tmp_path: Path) -> None:
    write(path)
    write(tmp_path / "other" / MAIL_LOG_NAME, count=9)
    path.write_bytes((tmp_path / "other" / MAIL_LOG_NAME).read_bytes())
    assert MailLog.read(path).fault


def test_a_head_that_cannot_be_read_stops(path: Path) -> None:
    write(path)
    path.with_name(LOG_HEAD_NAME).write_bytes(b"\0" * 90)
    assert MailLog.read(path).fault


def test_the_head_has_the_number_and_the_digest_of_the_last_line(path: Path) -> None:
    heads = []
    with MailLog.open(path) as log:
        for number in (1, 2):
            heads.append(read_log_head(path))
            log.add(sent(number))
    heads.append(read_log_head(path))
    assert [each.count for each in heads] == [1, 2, 3]
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [each.get("previous") for each in lines] == [
        None, *(each.digest for each in heads[:2])
    ]  # fmt: skip


@pytest.mark.parametrize("lines", range(4))
def test_a_kill_between_a_line_and_the_head_is_no_loss(path: Path, lines: int) -> None:
    heads = {0: b""}
    with MailLog.open(path) as log:
        for number in (1, 2, 3):
            heads[number] = path.with_name(LOG_HEAD_NAME).read_bytes()
            log.add(sent(number))
    whole = path.with_name(LOG_HEAD_NAME).read_bytes()
    path.with_name(LOG_HEAD_NAME).write_bytes(heads[lines])
    if not lines:
        path.with_name(LOG_HEAD_NAME).unlink()
    assert MailLog.read(path).fault is None
    MailLog.open(path).close()
    assert path.with_name(LOG_HEAD_NAME).read_bytes() == whole


def test_a_half_line_that_a_kill_left_is_no_loss(path: Path) -> None:
    write(path)
    with path.open("ab") as file:
        file.write(b'{"time": "2026')
    with MailLog.open(path) as log:
        log.add(sent(4))
    assert clients(path) == ["C-1", "C-2", "C-3", "C-4"]
    assert MailLog.read(path).fault is None


def test_a_log_may_be_read_while_another_command_writes(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path)

    def read_head(of: Path) -> LogHead:
        head = read_log_head(of)
        if busy.pop():
            with MailLog.open(path) as log:
                log.add(sent(4))
        return head

    busy = [False, True]
    monkeypatch.setattr(mail_log, "read_log_head", read_head)
    assert MailLog.read(path).fault is None


def test_lines_of_earlier_versions_are_valid_up_to_the_first_chained_one(path: Path) -> None:
    old = []
    for line in write(path):
        facts = json.loads(line)
        facts.pop("previous", None)
        old.append(json.dumps(facts).encode() + b"\n")
    path.write_bytes(b"".join(old))
    path.with_name(LOG_HEAD_NAME).unlink()
    with MailLog.open(path) as log:
        log.add(sent(4))
    assert clients(path) == ["C-1", "C-2", "C-3", "C-4"]
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:3]))
    with pytest.raises(MailLogError):
        MailLog.open(path)


def test_an_accepted_log_goes_on_and_says_so(path: Path) -> None:
    lines = write(path)
    path.write_bytes(b"".join(lines[:2] + lines[3:]))
    MailLog.open(path, MailLogEntry(NOON, MailEvent.ACCEPTED)).close()
    with MailLog.open(path) as log:
        log.add(sent(5))
    assert clients(path) == ["C-1", "C-3", "", "C-5"]
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert MailLog.read(path).fault


# --- as people see it


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The log of a campaign whose two clients were asked; its last line has gone since."""
    monkeypatch.chdir(tmp_path)
    server = '[imap]\nhost = "127.0.0.1"\nport = 9\nuser = "shindan"\n'
    begin_with = SETTINGS + server + server.replace("imap", "smtp")
    Path("sheet-diag.toml").write_text(SETTINGS, encoding="utf-8")
    Path("clients.csv").write_text(LIST, encoding="utf-8")
    begin("issue", "issue --sent-by-hand")
    Path("sheet-diag.toml").write_text(begin_with, encoding="utf-8")
    for name in ("IMAP", "SMTP"):
        monkeypatch.setenv(f"SHEET_DIAG_{name}_PASSWORD", "secret")
    log = LOG.read_bytes()
    LOG.write_bytes(b"".join(log.splitlines(keepends=True)[:-1]))
    return log


def test_a_shorter_log_stops_every_sending_command_until_a_copy_is_put_back(whole: bytes) -> None:
    left = LOG.read_bytes()
    for command in ("issue", "issue --send", "issue --sent-by-hand", "remind", "return", "deliver",
                    "deliver --passwords", "collect"):  # fmt: skip
        assert "status --accept-log" in call(*command.split(), status=2, answer="y")
    assert "status --accept-log" in call("status", status=1)
    Path("input").mkdir()
    assert "status --accept-log" in call("run", status=2)  # there is nothing to be read
    assert LOG.read_bytes() == left
    LOG.write_bytes(whole)
    call("return", status=2)  # for want of a run
    assert "--accept-log" not in call("status")


@pytest.mark.usefixtures("whole")
def test_accept_log_asks_and_records_that_the_log_is_used_as_it_is() -> None:
    left = LOG.read_bytes()
    assert "何も変更していません" in call("status", "--accept-log", status=1, answer="")
    assert LOG.read_bytes() == left
    assert "送信記録に書き込みました" in call("status", "--accept-log", answer="y")
    assert LOG.read_bytes().startswith(left)
    assert json.loads(LOG.read_bytes().splitlines()[-1])["event"] == "accepted"
    assert "--accept-log" not in call("issue", "--only", "C-002")
    assert "問題はありません" in call("status", "--accept-log")


@pytest.mark.usefixtures("whole")
def test_a_missing_log_can_be_accepted() -> None:
    LOG.unlink()
    call("issue", status=2)
    call("status", "--accept-log", answer="y")
    call("issue", answer="y")


@pytest.mark.usefixtures("whole")
def test_an_outbox_without_log_and_head_is_a_campaign_not_yet_sent() -> None:
    LOG.unlink()
    LOG.with_name(LOG_HEAD_NAME).unlink()
    assert "2通" in call("issue")


@pytest.mark.usefixtures("whole")
def test_a_command_verifies_the_log_once(monkeypatch: pytest.MonkeyPatch) -> None:
    call("status", "--accept-log", answer="y")
    load, loaded = MailLog._load, []

    def note(log: MailLog) -> bytes:
        loaded.append(log.path)
        return load(log)

    monkeypatch.setattr(MailLog, "_load", note)
    for command in ("issue", "remind", "status"):
        loaded.clear()
        call(*command.split(), answer="y")
        assert len(loaded) == 1
