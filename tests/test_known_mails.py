"""A mail is known by its id and what it brings; ours is known by the bytes of its files."""

from __future__ import annotations

import binascii
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pyzipper

from sheet_diag.cli.mail.output import show_collection
from sheet_diag.forms.issue import SheetOrder, issue_sheets
from sheet_diag.mail.imap import mailbox
from sheet_diag.mail.imap.mailbox import Mailbox
from sheet_diag.mail.inbox.results import MailOutcome
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS
from tests.dovecot import USER, Dovecot
from tests.mailservers import Authority
from tests.test_collecting import ARRIVED, SHEETS, XLSX, A, B, Office, digest, mail, returned

pytestmark = pytest.mark.usefixtures("tasks_here")
(CORRECTED,) = issue_sheets(JIS, Issuer("見本"), [SheetOrder(A)])
NEW, KNOWN, OWN = MailOutcome.NEW, MailOutcome.KNOWN, MailOutcome.OWN


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(Authority(tmp_path_factory.mktemp("authority"))) as server:
        yield server


@pytest.fixture
def server(running: Dovecot) -> Dovecot:
    running.empty()
    return running


@pytest.fixture
def office(tmp_path: Path, server: Dovecot) -> Office:
    return Office(tmp_path, server)


def corrected(message_id: str, sender: str = A.addresses[0], **headers: str) -> bytes:
    return mail(message_id, sender, "修正版です", ("C-001.xlsx", CORRECTED, XLSX), **headers)


def counts(office: Office) -> dict[str, int]:
    return {name.value: count for name, count in office.collect().counts.items()}


def counts_by_heads(office: Office, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """What is found where no mail may be fetched."""
    with monkeypatch.context() as patch:
        patch.delattr(Mailbox, "message")
        return counts(office)


# --- what is known


def test_another_mail_with_the_id_of_the_first_is_collected(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(returned("C-001", "<dup@x.jp>"))
    assert counts(office) == {NEW: 1}
    server.put(corrected("<dup@x.jp>"))
    assert counts(office) == {NEW: 1, KNOWN: 1}
    assert counts_by_heads(office, monkeypatch) == {KNOWN: 2}
    assert [each.size > 0 for each in office.posted] == [True, True]
    (office.source / office.posted[0].file).unlink()  # before any run has read it
    assert counts(office) == {NEW: 1, KNOWN: 1}


def test_an_id_without_a_character_is_none(office: Office, server: Dovecot) -> None:
    blank = [
        mail.replace(b"<empty@x>", b"<>")
        for mail in (
            returned("C-001", "<empty@x>"),
            returned("C-002", "<empty@x>", B.addresses[0]),
        )
    ]
    server.put(*blank, corrected("<empty@x>").replace(b"<empty@x>", b" < > "))
    assert counts(office) == {NEW: 3}
    assert [each.client for each in office.posted] == ["C-001", "C-002", "C-001"]
    assert counts(office) == {KNOWN: 3}


def test_a_copy_of_another_size_is_the_same_mail(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(returned("C-001", "<1@x>"), returned("C-001", "<1@x>", List_Id="<all.example>"))
    assert counts(office) == {NEW: 1, KNOWN: 1}
    assert counts_by_heads(office, monkeypatch) == {KNOWN: 2}
    assert len(office.files) == 1


def forget(office: Office, *keys: str) -> None:
    """Make the log one of an earlier version, which did not write some keys."""
    lines = [json.loads(line) for line in office.log.read_text(encoding="utf-8").splitlines()]
    kept = [{key: value for key, value in line.items() if key not in keys} for line in lines]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept)
    office.log.write_text(text, encoding="utf-8", newline="\n")
    office.log.with_name(".sheet-diag-mail.head").unlink()


OLD = ("size", "attachments", "locked", "previous")


def test_lines_of_earlier_versions_are_completed_once_from_their_files(
    office: Office, server: Dovecot
) -> None:
    server.put(returned("C-001", "<1@x>"), returned("C-002", "", B.addresses[0]), when=ARRIVED)
    office.collect()
    told = office.posted
    forget(office, *OLD, "sha256", "holds")
    former = re.sub("sha256:[0-9a-f]+", "<>", office.log.read_text(encoding="utf-8"))
    office.log.write_text(former, encoding="utf-8")
    for number in (4, 4):
        assert counts(office) == {KNOWN: 2}
        assert len(office.posted) == number
    assert [replace(each, message_id="") for each in office.posted[2:]] == [
        replace(each, message_id="") for each in told
    ]
    server.put(corrected("<1@x>"))
    assert counts(office) == {KNOWN: 2, NEW: 1}
    assert counts(office) == {KNOWN: 3}


def test_an_old_mail_whose_file_was_read_and_thrown_away_is_known(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(returned("C-001", "<1@x>"))
    office.collect()
    (line,) = office.posted
    forget(office, *OLD)
    (office.source / line.file).unlink()
    fact = ReturnFacts("C-001", "", ReturnStatus.RANKED, "1", "mail/a.eml", "a.xlsx")
    office.read = ReadFiles.of([replace(fact, file_sha256=line.sha256)], ARRIVED.date())
    assert counts(office) == {KNOWN: 1}
    assert counts_by_heads(office, monkeypatch) == {KNOWN: 1}


# --- what is ours


def made(office: Office, folder: str, content: bytes) -> None:
    path = office.log.parent / folder / "a.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_a_mail_is_ours_where_every_file_is_one_that_we_made(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(office, "outbox", SHEETS["C-001"])
    made(office, "corrections", SHEETS["C-002"])
    two = (("a.xlsx", SHEETS["C-001"], XLSX), ("b.xlsx", SHEETS["C-002"], XLSX))
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a.xlsx", SHEETS["C-001"])
    server.put(
        mail("<1@x>", USER, "ご依頼", two[0]),
        mail("<2@x>", A.addresses[0], "質問です", *two),
        mail(
            "<3@x>",
            A.addresses[0],
            "質問です",
            ("a.zip", zipped.getvalue(), ("application", "zip")),
        ),
        mail("<4@x>", A.addresses[0], "回答です", *two, ("c.xlsx", CORRECTED, XLSX)),
    )
    found = office.collect()
    assert found.counts == {OWN: 1, MailOutcome.WITHOUT_SHEET: 2, NEW: 1}
    assert [each.subject for each in found.without_sheet] == ["質問です"] * 2
    again = {KNOWN: 1, OWN: 1, MailOutcome.WITHOUT_SHEET: 2}
    assert counts_by_heads(office, monkeypatch) == again


def test_our_sheet_beside_a_scan_of_the_answers_is_a_return(
    office: Office, server: Dovecot
) -> None:
    made(office, "outbox", SHEETS["C-001"])
    sheet, scan = ("a.xlsx", SHEETS["C-001"], XLSX), b"%PDF-1.4\n%%EOF"
    server.put(mail("<1@x>", "x@y.example", "x", sheet, ("b.pdf", scan, ("application", "pdf"))))
    assert counts(office) == {NEW: 1}


def test_what_was_sent_is_ours_though_its_file_has_changed_since(
    office: Office, server: Dovecot
) -> None:
    entry = MailLogEntry(ARRIVED, MailEvent.SENT, "C-001", MailKind.REQUEST, file="a.xlsx")
    office.sent(B, "<old@firm>")
    with office.open_log() as log:
        log.add(replace(entry, message_id="<1@firm>", attachments=(digest(SHEETS["C-001"]),)))
        log.add(replace(entry, message_id="<old@firm>"))  # an earlier version sent it
    server.put(returned("C-001", "<other@x>", USER), returned("C-002", "<old@firm>", USER))
    assert counts(office) == {OWN: 2}


def test_ids_and_addresses_make_no_return_ours(office: Office, server: Dovecot) -> None:
    entry = MailLogEntry(
        ARRIVED, MailEvent.SENT, "C-001", MailKind.REQUEST, message_id="<a@firm>",
        attachments=(digest(SHEETS["C-001"]),),
    )  # fmt: skip
    with office.open_log() as log:
        log.add(entry)
    server.put(corrected("<a@firm>", A.addresses[0]))  # "edit as new" keeps the id
    server.put(corrected("<b@x>", USER, Cc=A.addresses[0]))  # a colleague forwards it
    server.put(corrected("<c@x>", "postmaster@mihon.example"))
    server.put(corrected("<d@x>", X_Failed_Recipients="old@mihon.example"))
    found = office.collect()
    assert (found.counts, found.without_sheet) == ({NEW: 4}, [])


# --- what lies in a text


def locked_zip() -> tuple[str, bytes, tuple[str, str]]:
    file = io.BytesIO()
    with pyzipper.AESZipFile(file, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"Xy12-ab")
        archive.writestr("a.xlsx", SHEETS["C-001"])
    return "a.zip", file.getvalue(), ("application", "zip")


def text(message_id: str, sender: str, said: str) -> bytes:
    return mail(message_id, sender).replace("お世話になっております。".encode(), said.encode())


def test_a_text_that_may_tell_the_password_of_a_file_is_collected(
    office: Office, server: Dovecot
) -> None:
    taro, bob, said = A.addresses[0], B.addresses[1], "パスワードは Xy12-ab です"
    server.put(text("<0@x>", taro, said), when=ARRIVED - timedelta(days=8))
    server.put(mail("<1@x>", taro, "x", locked_zip()), when=ARRIVED)
    assert counts(office) == {NEW: 1, MailOutcome.WITHOUT_SHEET: 1}
    server.put(text("<2@x>", taro.title(), said), when=ARRIVED + timedelta(days=6))
    server.put(text("<3@x>", taro, "ありがとうございました"), when=ARRIVED + timedelta(days=1))
    server.put(
        text("<4@x>", bob, said), text("<5@x>", taro, said), when=ARRIVED + timedelta(days=8)
    )
    found = office.collect()
    assert found.counts == {NEW: 1, KNOWN: 1, MailOutcome.WITHOUT_SHEET: 4}
    assert (office.posted[-1].message_id, office.posted[-1].client) == ("<2@x>", "C-001")
    assert counts(office) == {KNOWN: 2, MailOutcome.WITHOUT_SHEET: 4}


def uuencoded(content: bytes) -> str:
    lines = (content[place : place + 45] for place in range(0, len(content), 45))
    body = b"".join(map(binascii.b2a_uu, lines)).decode()
    return f"begin 644 C-001.xlsx\n{body}`\nend\n"


def test_a_file_that_is_written_into_a_text_is_collected(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = b"Message-ID: <1@x>\nFrom: taro@mihon.example\nSubject: x\n\n"
    server.put(head + uuencoded(SHEETS["C-001"]).encode())
    server.put(head.replace(b"1@x", b"2@x") + b"news\n" * 4000)
    assert counts(office) == {NEW: 1, MailOutcome.WITHOUT_SHEET: 1}
    assert counts_by_heads(office, monkeypatch) == {KNOWN: 1, MailOutcome.WITHOUT_SHEET: 1}


# --- every mail is accounted for


def test_the_sum_of_all_mails_is_told(
    office: Office, server: Dovecot, capsys: pytest.CaptureFixture[str]
) -> None:
    made(office, "results", CORRECTED)
    server.put(
        returned("C-001", "<1@x>"), mail("<2@x>"), mail("<3@x>", "x@shop.example"),
        mail("<4@x>", Auto_Submitted="auto-replied"), corrected("<5@x>", USER),
        mail("<6@x>", "MAILER-DAEMON@x", "x@y.example: 550 5.1.1 no such user"),
    )  # fmt: skip
    found = office.collect()
    assert found.counts.total() == 6
    for lang, told in (
        (Lang.JA, "確認したメール6通の内訳"),
        (Lang.EN, "6 mail(s) were looked at"),
    ):
        show_collection(found, office.source, Wording(lang))
        said = capsys.readouterr().out
        assert told in said
        assert said.count("1通") + said.count("1 ") >= len(found.counts)


def test_a_mail_whose_head_the_server_leaves_out_is_fetched(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(returned("C-001", "<1@x>"), mail("<2@x>"))
    read = mailbox.parse_head

    def parse(parts: list[tuple[bytes, bytes]]) -> mailbox.MessageHead | None:
        head = read(parts)
        return None if head and b"<1@x>" in head.header else head

    monkeypatch.setattr(mailbox, "parse_head", parse)
    assert counts(office) == {NEW: 1, MailOutcome.WITHOUT_SHEET: 1}
    monkeypatch.undo()
    assert counts(office)[KNOWN] == 1
