"""Drafts in the firm's mailbox: put there once, found again among the sent mails, taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import pytest
from imap_tools import BaseMailBox
from imap_tools.errors import MailboxAppendError

from tests.dovecot import PASSWORD, Dovecot
from tests.mail_firm import _server as server_settings
from tests.mailservers import Authority
from tests.test_mail_commands import LIST, LOG, SETTINGS, begin, call, drafts

YAMADA, SMITH = "yamada@mihon.co.jp", "smith@example-robotics.jp"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(Authority(tmp_path_factory.mktemp("authority"))) as server:
        yield server


@pytest.fixture
def server(running: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    """The mailbox of a firm that is about to ask two clients."""
    running.empty()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHEET_DIAG_IMAP_PASSWORD", PASSWORD)
    (tmp_path / "clients.csv").write_text(LIST, encoding="utf-8")
    set_up(running)
    return running


def set_up(server: Dovecot, more: str = "") -> None:
    text = f"{SETTINGS}[imap]\n{server_settings(server.settings())}{more}"
    Path("sheet-diag.toml").write_text(text, encoding="utf-8")


def read(server: Dovecot, folder: str = "Drafts") -> dict[str, EmailMessage]:
    """The mails of a folder by the address they are to."""
    found = {}
    with server._client() as box:
        box.folder.set(folder, readonly=True)
        for each in box.fetch(mark_seen=False):
            mail = message_from_bytes(each.obj.as_bytes(), policy=default)
            assert isinstance(mail, EmailMessage)
            found[mail["To"].addresses[0].addr_spec] = mail
    return found


def delete(server: Dovecot, folder: str = "Drafts") -> None:
    with server._client() as box:
        box.folder.set(folder)
        box.delete(box.uids())


def events() -> list[str]:
    lines = LOG.read_text(encoding="utf-8").splitlines()[1:]
    return [json.loads(line)["event"] for line in lines]


def test_drafts_go_into_the_mailbox_and_nothing_else_changes_there(server: Dovecot) -> None:
    server.put(b"To: before@x.example\nSubject: before\n\n", folder="Drafts")
    server.put(b"Subject: new\n\n")
    before = {folder: server.files(folder) for folder in ("INBOX", "Sent", "Drafts")}
    assert "「Drafts」" in call("issue", "--to-mailbox")
    assert {folder: server.files(folder) for folder in ("INBOX", "Sent")} == {
        "INBOX": before["INBOX"], "Sent": before["Sent"],
    }  # fmt: skip
    added = sorted({*server.files("Drafts")} - {*before["Drafts"]})
    assert len(added) == 2
    assert all(name.endswith(":2,DS") for name in added)
    found = read(server)
    assert set(found) == {YAMADA, SMITH, "before@x.example"}
    for mail in (found[YAMADA], found[SMITH]):
        assert mail["Message-ID"]
        assert mail["X-Unsent"] is None
        assert len(list(mail.iter_attachments())) == 1
    assert drafts("request") == {}
    assert events() == ["drafted", "drafted"]


def test_no_draft_is_put_there_twice(server: Dovecot) -> None:
    call("issue", "--to-mailbox")
    for words in ("--to-mailbox", "--as-of 2026-12-01"):
        assert "--not-sent --only C-001" in call("issue", *words.split(), status=1)
    assert len(server.files("Drafts")) == 2
    assert drafts("request") == {}
    assert "sheet-diag issue --sent-by-hand" in call("status")


def test_drafts_in_the_mailbox_replace_those_in_the_folder(server: Dovecot) -> None:
    call("issue")
    call("issue", "--to-mailbox", answer="n", status=1)
    assert server.files("Drafts") == []
    call("issue", "--to-mailbox", "--only", "C-001", answer="y")
    assert set(drafts("request")) == {SMITH}
    assert set(read(server)) == {YAMADA}


def test_sent_drafts_are_found_and_noted_without_counting(server: Dovecot) -> None:
    call("issue", "--to-mailbox")
    made = read(server)
    resent = made[SMITH]
    resent.replace_header("Message-ID", "<other@exchange.example>")
    resent.add_attachment(b"logo", maintype="image", subtype="png", filename="logo.png")
    server.put(made[YAMADA].as_bytes(), resent.as_bytes(policy=SMTP), folder="Sent")
    delete(server)
    said = call("issue", "--sent-by-hand", answer="\n")
    assert "2通を送信済みとして" in said
    noted = [json.loads(line) for line in LOG.read_bytes().splitlines()[3:]]
    assert [each["event"] for each in noted] == ["by_hand", "by_hand"]
    assert {each["message_id"] for each in noted} == {
        made[YAMADA]["Message-ID"], "<other@exchange.example>",
    }  # fmt: skip
    assert "2件はすでに済んでいる" in call("issue", "--to-mailbox")
    server.put(BOUNCE)
    assert SMITH in call("collect", status=1)
    assert events()[-1] == "bounced"
    call("issue", "--to-mailbox", status=1)  # until the list has another address


BOUNCE = f"""From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {SMITH}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <other@exchange.example>
To: {SMITH}

--b--
""".replace("\n", "\r\n").encode()


CHANGES: dict[str, Callable[[EmailMessage], None]] = {
    "an earlier mail": lambda _: None,
    "another recipient": lambda mail: mail.replace_header("To", "else@mihon.co.jp"),
    "another subject": lambda mail: mail.replace_header("Subject", "Re: something"),
    "another file": lambda mail: next(mail.iter_attachments()).set_content(
        b"x", maintype="application", subtype="x"
    ),
}


def test_another_mail_among_the_sent_ones_is_none_of_the_drafts(server: Dovecot) -> None:
    call("issue", "--to-mailbox", "--only", "C-001")
    content = read(server)[YAMADA].as_bytes()
    before = datetime.now(UTC) - timedelta(hours=1)
    for number, (name, change) in enumerate(CHANGES.items()):
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        mail.replace_header("Message-ID", f"<{number}@exchange.example>")
        change(mail)
        when = before if name == "an earlier mail" else None
        server.put(mail.as_bytes(policy=SMTP), folder="Sent", when=when)
    assert "残っています" in call("issue", "--sent-by-hand", status=1)
    assert events() == ["drafted"]


def test_a_draft_that_is_nowhere_is_left_to_the_person(server: Dovecot) -> None:
    call("issue", "--to-mailbox")
    delete(server)
    assert "見つかりません" in call("issue", "--sent-by-hand", status=1)
    assert events() == ["drafted", "drafted"]
    call("issue", "--sent-by-hand", "--only", "C-001", answer="2", status=1)
    call("issue", "--sent-by-hand", "--only", "C-001", answer="1")
    assert events() == ["drafted", "drafted", "by_hand"]


def test_not_sent_closes_a_draft_so_that_it_can_be_made_anew(server: Dovecot) -> None:
    call("issue", "--to-mailbox", "--only", "C-001")
    before = read(server)[YAMADA]["Message-ID"]
    delete(server)
    call("issue", "--not-sent", "--only", "C-001", answer="n", status=1)
    call("issue", "--not-sent", "--only", "C-001", answer="y")
    call("issue", "--to-mailbox", "--only", "C-001")
    assert read(server)[YAMADA]["Message-ID"] != before
    assert events() == ["drafted", "unsent", "drafted"]


def test_the_folder_of_drafts_is_that_of_the_settings(server: Dovecot) -> None:
    set_up(server, 'drafts = "下書き"\n')
    assert "Drafts, " in call("issue", "--to-mailbox", status=2)
    server.make("下書き")
    call("issue", "--to-mailbox")
    assert len(server.files("下書き")) == 2
    assert server.files("Drafts") == []


def test_a_draft_that_the_server_refuses_was_not_made(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise MailboxAppendError(("NO", [b"[OVERQUOTA] Quota exceeded"]), "OK")

    with monkeypatch.context() as patch:
        patch.setattr(BaseMailBox, "append", refuse)
        assert "Quota exceeded" in call("issue", "--to-mailbox", status=2)
    assert events() == ["drafted", "unsent"]
    call("issue", "--to-mailbox")
    assert len(server.files("Drafts")) == 2


def test_a_draft_may_be_there_where_the_connection_broke(
    server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(BaseMailBox, "append", break_off)
        call("issue", "--to-mailbox", status=2)
    assert events() == ["drafted"]
    assert "--not-sent" in call("issue", "--to-mailbox", status=1)
    assert len(server.files("Drafts")) == 1


# --- taken back, also without a mailbox


def test_a_note_that_a_draft_was_sent_can_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sheet-diag.toml").write_text(SETTINGS, encoding="utf-8")
    Path("clients.csv").write_text(LIST, encoding="utf-8")
    begin("issue", "issue --sent-by-hand")
    assert "--only" in call("issue", "--not-sent", status=2)
    assert "ありません" in call("remind", "--not-sent", "--only", "C-001", status=1)
    said = call("issue", "--not-sent", "--only", "C-001", answer="y")
    assert YAMADA in said
    assert SMITH not in said
    assert "取り消せる記録がありません" in call("issue", "--not-sent", "--only", "C-001", status=1)
    call("issue")
    assert set(drafts("request")) == {YAMADA}
    call("issue", "--sent-by-hand")
    assert events() == ["by_hand", "by_hand", "unsent", "by_hand"]


@pytest.mark.parametrize("words", ["--send --to-mailbox", "--sent-by-hand --not-sent"])
def test_only_one_way_is_taken_at_a_time(words: str) -> None:
    assert "どれか1つ" in call("issue", "--only", "C-001", *words.split(), status=2)
