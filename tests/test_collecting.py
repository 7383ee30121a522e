"""Returns are collected from a real mailbox once, without a trace there."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from sheet_diag.forms.issue import SheetOrder, issue_sheets
from sheet_diag.intake.discovery import find_input_files
from sheet_diag.mail.imap.connection import MailboxError
from sheet_diag.mail.imap.mailbox import (
    Mailbox,
    MessageHead,
    find_copies,
    group_responses,
    open_mailbox,
    parse_head,
    try_imap_login,
)
from sheet_diag.mail.inbox import store as filing
from sheet_diag.mail.inbox.collect import collect_returned_mails
from sheet_diag.mail.inbox.headers import read_message_headers
from sheet_diag.mail.inbox.results import CollectedMail, CollectResult, MailOutcome
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.mail import MailEvent, MailLogEntry, MailSubject
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.settings import ConnectionSecurity, IntakeSettings, Issuer, Limits
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS
from tests.dovecot import PASSWORD, USER, Dovecot
from tests.mailservers import Authority

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
VCARD = ("text", "vcard")
ARRIVED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
A = ListedClient("C-001", "株式会社見本商事", Lang.JA, ("taro@mihon.example",))
B = ListedClient("C-002", "Sample K.K.", Lang.EN, ("jane@sample.example", "bob@sample.example"))
CLIENTS = ClientList((A, B))
pytestmark = pytest.mark.usefixtures("tasks_here")
UNKNOWN = ListedClient("X-999", "Unlisted", Lang.EN, ("x@unlisted.example",))
SHEETS = {
    client.id: content
    for client, content in zip(
        (A, B, UNKNOWN),
        issue_sheets(JIS, Issuer(), [SheetOrder(each) for each in (A, B, UNKNOWN)]),
        strict=True,
    )
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def running(authority: Authority) -> Iterator[Dovecot]:
    with Dovecot(authority) as server:
        yield server


@pytest.fixture
def server(running: Dovecot) -> Dovecot:
    running.empty()
    return running


class Office:
    """The firm's folders, and its mailbox looked through."""

    def __init__(self, folder: Path, server: Dovecot) -> None:
        self.server = server
        self.source = folder / "input"
        self.log = folder / "output" / MAIL_LOG_NAME
        self.clients = CLIENTS
        self.limits = Limits()
        self.read = ReadFiles.of((), None)

    def collect(self, folder: str = "INBOX", since: date | None = None) -> CollectResult:
        with (
            MailLog.open(self.log) as book,
            open_mailbox(self.server.settings(), folder, PASSWORD) as box,
        ):
            return self.collect_from(box, book, since)

    def open_log(self) -> MailLog:
        return MailLog.open(self.log)

    def collect_from(self, box: Mailbox, book: MailLog, since: date | None = None) -> CollectResult:
        return collect_returned_mails(
            box, self.source, book, self.clients, JIS, IntakeSettings(self.limits),
            read=self.read, since=since, progress=lambda _: None,
        )  # fmt: skip

    def sent(self, client: ListedClient, message_id: str) -> None:
        with MailLog.open(self.log) as book:
            when = ARRIVED - timedelta(days=9)
            for event in (MailEvent.SENDING, MailEvent.SENT):
                book.add(
                    MailLogEntry(
                        when,
                        event,
                        client.id,
                        MailKind.REQUEST,
                        message_id=message_id,
                        addresses=client.addresses,
                    )
                )

    @property
    def posted(self) -> tuple[MailLogEntry, ...]:
        return MailLog.read(self.log).entries

    @property
    def files(self) -> dict[str, bytes]:
        found = find_input_files(self.source, self.source / "none") if self.source.exists() else ()
        return {each.name: each.path.read_bytes() for each in found}


@pytest.fixture
def office(tmp_path: Path, server: Dovecot) -> Office:
    return Office(tmp_path, server)


def mail(
    message_id: str = "<1@mihon.example>",
    sender: str = "taro@mihon.example",
    subject: str = "回答を送ります",
    *attached: tuple[str, bytes, tuple[str, str]],
    **headers: str,
) -> bytes:
    message = EmailMessage(policy=SMTP)
    if message_id:
        message["Message-ID"] = message_id
    message["From"] = sender
    message["To"] = USER
    message["Subject"] = subject
    for name, text in headers.items():
        message[name.replace("_", "-")] = text
    message.set_content("お世話になっております。")
    for name, content, (main, sub) in attached:
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def returned(
    of: str = "C-001", message_id: str = "<1@mihon.example>", sender: str = "taro@mihon.example",
    **headers: str,
) -> bytes:  # fmt: skip
    attached = (f"{of}.xlsx", SHEETS[of], XLSX)
    return mail(message_id, sender, "回答を送ります", attached, **headers)


def counted(found: CollectResult, outcome: MailOutcome) -> int:
    return found.counts[outcome]


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def doubts(each: CollectedMail) -> list[str]:
    return [doubt.key.removeprefix("collect.doubt.") for doubt in each.warnings]


# --- what is collected


def test_a_mail_is_stored_whole_under_the_name_of_its_client(
    office: Office, server: Dovecot
) -> None:
    content = returned()
    server.put(content, when=ARRIVED)
    found = office.collect()
    (each,) = found.new
    assert (each.client, each.sender, each.warnings) == ("C-001", "taro@mihon.example", ())
    day = ARRIVED.astimezone().strftime("%Y%m%d")
    assert each.file.startswith(f"mail/{day}_C-001_株式会社見本商事_")
    assert office.files == {each.file: content}
    (line,) = office.posted
    assert line == MailLogEntry(
        ARRIVED, MailEvent.COLLECTED, "C-001", None, MailSubject(), "<1@mihon.example>",
        ("taro@mihon.example",), each.file,
        sha256=digest(content), holds=(digest(SHEETS["C-001"]),),
        size=len(content), attachments=(digest(SHEETS["C-001"]),),
    )  # fmt: skip


def test_each_message_is_collected_once(office: Office, server: Dovecot) -> None:
    server.put(
        returned(),
        returned(),
        mail("", "bob@sample.example", "x", ("b.xlsx", SHEETS["C-002"], XLSX)),
    )
    first = office.collect()
    assert (len(first.new), counted(first, MailOutcome.KNOWN)) == (2, 1)
    files = office.files
    again = office.collect()
    assert (again.new, counted(again, MailOutcome.KNOWN)) == ([], 3)
    assert office.files == files
    assert len(office.posted) == 2


def test_the_mailbox_does_not_change(office: Office, server: Dovecot) -> None:
    server.deliver([returned(), mail("<2@x>"), mail("<3@x>", "x@strange.example")])
    before = server.files()
    assert all(each.startswith("new/") for each in before)
    assert len(office.collect().new) == 1
    find_copies(server.settings(), "INBOX", PASSWORD, ["<1@mihon.example>"], wait=0)
    try_imap_login(server.settings(), "INBOX", PASSWORD)
    assert server.files() == before  # still new: nobody has even seen that they came
    with open_mailbox(server.settings(), "INBOX", PASSWORD) as box:
        assert [head.flags for head in box.heads()] == [{"\\recent"}] * 3


def test_a_folder_may_have_a_japanese_name(office: Office, server: Dovecot) -> None:
    server.make("情報セキュリティ診断&回収")
    server.put(returned(), folder="情報セキュリティ診断&回収")
    assert len(office.collect("情報セキュリティ診断&回収").new) == 1
    assert office.collect().new == []


def test_only_mails_since_a_day_are_collected(office: Office, server: Dovecot) -> None:
    server.put(returned("C-001", "<1@x>"), when=ARRIVED)
    server.put(returned("C-001", "<2@x>"), when=ARRIVED - timedelta(days=1))
    server.put(returned("C-001", "<3@x>"), when=ARRIVED - timedelta(days=2))
    found = office.collect(since=ARRIVED.astimezone().date())
    assert [line.message_id for line in office.posted] == ["<1@x>"]
    assert len(found.new) == 1


def test_a_day_is_a_day_of_the_local_time(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(returned("C-001", "<1@x>"), when=datetime(2026, 11, 20, 18, 0, tzinfo=UTC))
    server.put(returned("C-001", "<2@x>"), when=datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "JST-9")
        time.tzset()
        (each,) = office.collect(since=date(2026, 11, 21)).new
    time.tzset()
    assert each.file.startswith("mail/20261121_")
    assert [f"{line.time:%d %H:%M}" for line in office.posted] == ["21 03:00"]


def test_headers_of_old_programs_are_read(office: Office, server: Dovecot) -> None:
    jis = "ご回答".encode("iso-2022-jp")
    head = b"From: %s <taro@mihon.example>\r\nSubject: %s\r\nMessage-ID:\r\n <1@mihon.example>\r\n"
    rest = re.sub(rb"(?m)^(From|Subject|Message-ID): .*\r\n", b"", returned())
    written = head % ("見本太郎".encode("cp932"), jis)
    server.put(written + rest)
    (each,) = office.collect().new
    assert each.sender == "taro@mihon.example"
    read = read_message_headers(MessageHead("1", frozenset(), ARRIVED, 0, b"", written))
    assert read.subject == "ご回答"
    assert office.posted[0].message_id == "<1@mihon.example>"


# As the library gives them: text, and the literal behind it.
ANSWERS: dict[str, list[object]] = {
    "as Dovecot": [
        (b'1 (UID 7 FLAGS (\\Seen) INTERNALDATE "20-Nov-2026 03:00:00 +0000" RFC822.SIZE 9 '
         b'BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 9 1) BODY[HEADER.FIELDS (FROM)] {3}',
         b"A:b"),
        b")",
    ],
    "header first, then flags of another": [
        (b"1 (BODY[HEADER.FIELDS (FROM)] {3}", b"A:b"),
        b' UID 7 RFC822.SIZE 9 FLAGS (\\Seen) INTERNALDATE "20-Nov-2026 03:00:00 +0000" '
        b'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 9 1))',
        b"2 (FLAGS (\\Deleted))",
    ],
    "a name as a literal": [
        (b'1 (UID 7 FLAGS (\\Seen) INTERNALDATE "20-Nov-2026 03:00:00 +0000" RFC822.SIZE 9 '
         b'BODYSTRUCTURE ("text" "plain" ("name" {6}', b'"UID 8'),
        (b') NIL NIL "7bit" 9 1) BODY[HEADER.FIELDS (FROM)] {3}', b"A:b"),
        b")",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_responses_of_other_servers_are_read(name: str) -> None:
    (head,) = filter(None, map(parse_head, group_responses(ANSWERS[name])))
    assert (head.uid, head.size, head.flags, head.when) == ("7", 9, frozenset({"\\seen"}), ARRIVED)
    assert head.header == b"A:b"
    assert read_message_headers(head).may_bring_files == ("literal" in name)


# --- what was thrown away


def test_a_mail_that_was_deleted_unread_is_fetched_again(office: Office, server: Dovecot) -> None:
    nameless = mail("", "bob@sample.example", "x", ("b.xlsx", SHEETS["C-002"], XLSX))
    server.put(returned(), nameless)
    before, files = office.collect(), office.files
    assert [each.again for each in before.new] == [False, False]
    for name in files:
        (office.source / name).unlink()
    found = office.collect()
    assert [each.again for each in found.new] == [True, True]
    assert (counted(found, MailOutcome.KNOWN), found.lost, office.files) == (0, (), files)
    again = office.collect()
    assert (again.new, counted(again, MailOutcome.KNOWN)) == ([], 2)
    assert [line.file for line in office.posted] == [each.file for each in before.new] * 2


def test_a_mail_that_a_run_has_read_may_be_deleted(office: Office, server: Dovecot) -> None:
    server.put(returned())
    office.collect()
    (line,) = office.posted
    (office.source / line.file).unlink()
    fact = ReturnFacts("C-001", "", ReturnStatus.RANKED, "1", "mail/a.eml", "a.xlsx")
    office.read = ReadFiles.of([replace(fact, file_sha256=line.sha256)], ARRIVED.date())
    found = office.collect()
    assert (found.new, counted(found, MailOutcome.KNOWN), found.lost) == ([], 1, ())


def test_a_mail_that_was_moved_is_not_fetched_again(office: Office, server: Dovecot) -> None:
    server.put(returned(), returned("C-002", "<2@x>", "jane@sample.example"))
    for each in office.collect().new:
        (office.source / each.file).rename(office.source / f"{each.client}.eml")
    (office.source / "C-002.eml").unlink()
    (office.source / "saved.xlsx").write_bytes(SHEETS["C-002"])
    found = office.collect()
    assert (found.new, counted(found, MailOutcome.KNOWN), found.lost) == ([], 2, ())


def test_a_mail_that_is_nowhere_any_more_is_reported(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(returned(), when=ARRIVED)
    office.collect()
    (line,) = office.posted
    (office.source / line.file).unlink()
    server.empty()
    day = ARRIVED.astimezone().date()
    assert office.collect(since=day + timedelta(days=1)).lost == ()  # nobody has looked
    for since in (day, None):
        assert office.collect(since=since).lost == (line,)
    with monkeypatch.context() as patch:
        patch.setattr(Mailbox, "heads", _broken)
        assert office.collect().lost == ()
    server.put(returned(), when=ARRIVED)
    found = office.collect()
    assert (len(found.new), found.lost) == (1, ())


def _broken(*_: object) -> Iterator[None]:
    raise MailboxError("collect.server.silent", host="x", port="993")


# --- whose it is


SENDERS = {
    "the sheet, as listed": ("C-001", "taro@mihon.example", "", "C-001", []),
    "the sheet, from a colleague": ("C-001", "jiro@mihon.example", "", "C-001", []),
    "the sheet, from elsewhere": (
        "C-001", "x@gmail.example", "", "C-001", ["unknown_domain"],
    ),
    "the sheet of another client": (
        "C-001", "Jane@Sample.example", "", "C-001", ["other_sender"],
    ),
    "the sheet, in answer to another's": (
        "C-001", "taro@mihon.example", "<b@firm>", "C-001", ["other_thread"],
    ),
    "a sheet of nobody, by sender": (
        "X-999", "bob@sample.example", "", "C-002", ["unlisted"],
    ),
    "a sheet of nobody, by thread": (
        "X-999", "x@gmail.example", "<a@firm>", "C-001", ["unlisted"],
    ),
    "a sheet of nobody, sender and thread at odds": (
        "X-999", "bob@sample.example", "<a@firm>", "C-002", ["unlisted", "thread"],
    ),
    "a sheet of nobody, from nobody": ("X-999", "x@gmail.example", "", "", ["unlisted"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SENDERS)
def test_a_mail_is_matched_by_sheet_then_sender_then_thread(
    name: str, office: Office, server: Dovecot
) -> None:
    sheet, sender, thread, client, odd = SENDERS[name]
    office.sent(A, "<a@firm>")
    office.sent(B, "<b@firm>")
    headers = {"References": f"<old@x> {thread} <new@x>"} if thread else {}
    server.put(returned(sheet, sender=sender, **headers))
    (each,) = office.collect().new
    assert (each.client, doubts(each)) == (client, odd)
    assert office.posted[-1].client == client
    for lang in Lang:
        texts = [Wording(lang)(doubt.key, **doubt.parts) for doubt in each.warnings]
        assert all(texts)
        assert "{" not in "".join(texts)


def test_a_file_that_is_no_sheet_is_matched_by_its_sender(office: Office, server: Dovecot) -> None:
    server.put(mail("<1@x>", "bob@sample.example", "x", ("a.xlsx", b"PK\x03\x04 broken", XLSX)))
    (each,) = office.collect().new
    assert each.client == "C-002"


def test_the_file_of_an_unknown_sender_has_the_address(office: Office, server: Dovecot) -> None:
    server.put(returned("X-999", sender='"../../evil"@strange.example'))
    office.collect()
    (name,) = office.files
    assert name.startswith("mail/")
    assert name.count("/") == 1
    assert "strange.example" in name


def test_a_mail_with_sheets_of_two_clients_counts_for_both(office: Office, server: Dovecot) -> None:
    attached = [(f"{of}.xlsx", SHEETS[of], XLSX) for of in ("C-001", "C-002")]
    server.put(mail("<1@x>", "taro@mihon.example", "x", *attached))
    first, other = office.collect().new
    assert [first.client, other.client] == ["C-001", "C-002"]
    assert (doubts(first), doubts(other)) == (["several"], ["several", "other_sender"])
    assert [line.client for line in office.posted] == ["C-001", "C-002"]
    assert len(office.files) == 1


# --- what is not


def test_a_question_without_a_sheet_is_reported_until_it_is_read(
    office: Office, server: Dovecot
) -> None:
    server.put(
        mail("<1@x>", "taro@mihon.example", "期限の延長について"),
        mail("<2@x>", "bob@sample.example", "card", ("a.vcf", b"BEGIN:VCARD", VCARD)),
        mail("<3@x>", "news@shop.example", "Sale"),
        mail("<4@x>", "x@shop.example", "Re: x", In_Reply_To="<a@firm>"),
    )
    office.sent(A, "<a@firm>")
    for _ in range(2):
        found = office.collect()
        assert [(each.client, each.subject) for each in found.without_sheet] == [
            ("C-001", "期限の延長について"), ("C-002", "card"), ("C-001", "Re: x"),
        ]  # fmt: skip
        assert (found.new, counted(found, MailOutcome.OTHER)) == ([], 1)
    server.mark("\\Seen")
    found = office.collect()
    assert (found.without_sheet, counted(found, MailOutcome.OTHER)) == ([], 4)
    assert office.files == {}


def test_our_mails_that_servers_return_are_no_answers(office: Office, server: Dovecot) -> None:
    ours = returned("C-001", "<by-hand@outlook>", USER)
    for media, sender in (
        ("delivery-status", "MAILER-DAEMON@mx"),
        ("disposition-notification", A.addresses[0]),
    ):
        head = (
            f"From: {sender}\r\nSubject: report\r\nMIME-Version: 1.0\r\nContent-Type: "
            f'multipart/report; report-type={media}; boundary="b"\r\n\r\n'
            f"--b\r\nContent-Type: message/{media}\r\n\r\nX: y\r\n\r\n"
            "--b\r\nContent-Type: message/rfc822\r\n\r\n"
        )
        server.put(head.encode() + ours + b"\r\n--b--\r\n")
    found = office.collect()
    assert (found.new, counted(found, MailOutcome.AUTOMATIC)) == ([], 1)
    assert [each.sender for each in found.without_sheet] == ["MAILER-DAEMON@mx"]


def test_a_mail_in_several_folders_is_collected_once(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(returned())
    server.put(returned(), folder="Sent")
    assert len(office.collect().new) == 1
    monkeypatch.delattr(Mailbox, "message")  # known by its head: not fetched again
    again = office.collect("Sent")
    assert (again.new, counted(again, MailOutcome.KNOWN)) == ([], 1)


@pytest.mark.parametrize("code", ["utf-8", "cp932"])
def test_eight_bit_file_names_are_read(code: str, office: Office, server: Dovecot) -> None:
    content = returned().replace(b"C-001.xlsx", '回答"票.xlsx'.replace('"', "").encode(code))
    server.put(content)
    assert len(office.collect().new) == 1
    assert [*office.files.values()] == [content]


def test_a_mail_forwarded_to_ourselves_is_collected(office: Office, server: Dovecot) -> None:
    server.put(returned("C-001", "<fwd@firm>", USER))
    assert [each.client for each in office.collect().new] == ["C-001"]


def test_automatic_answers_are_counted(office: Office, server: Dovecot) -> None:
    server.put(
        mail("<1@x>", Auto_Submitted="auto-replied"),
        mail("<2@x>", X_Autoreply="yes"),
        mail("<3@x>", Precedence="bulk"),
        returned("C-001", "<4@x>", Auto_Submitted="auto-generated"),
    )
    found = office.collect()
    assert (counted(found, MailOutcome.AUTOMATIC), found.without_sheet) == (3, [])
    assert len(found.new) == 1  # a workbook is a workbook


def test_a_mail_above_the_limit_is_reported_and_not_fetched(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.limits = Limits(file=1)
    large = ("a.xlsx", os.urandom(1_100_000), XLSX)
    server.put(mail("<1@x>", "taro@mihon.example", "large", large))
    monkeypatch.delattr(Mailbox, "message")
    (each,) = office.collect().too_large
    assert (each.client, each.subject) == ("C-001", "large")
    assert office.files == {}


# --- what goes wrong


def test_a_kill_between_file_and_log_loses_nothing(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(returned())
    with monkeypatch.context() as patch:
        patch.setattr(MailLog, "add_all", _killed)
        with pytest.raises(KeyboardInterrupt):
            office.collect()
    assert len(office.files) == 1
    assert [*office.posted] == []
    before = office.files
    office.clients = ClientList((replace(A, company="株式会社改名"), B))  # another name meanwhile
    (each,) = office.collect().new
    assert office.files == before == {each.file: returned_bytes(before)}
    assert office.posted[0].file == each.file


def test_a_kill_between_two_entries_loses_nothing(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    attached = [(f"{of}.xlsx", SHEETS[of], XLSX) for of in ("C-001", "C-002")]
    server.put(mail("<1@x>", "taro@mihon.example", "x", *attached))
    MailLog.open(office.log).close()
    with monkeypatch.context() as patch:
        write, count = MailLog._write, iter(range(9))

        def killed(self: MailLog, line: bytes) -> None:
            if next(count):
                raise KeyboardInterrupt
            write(self, line)

        patch.setattr(MailLog, "_write", killed)
        with suppress(KeyboardInterrupt):
            office.collect()
    assert counted(office.collect(), MailOutcome.KNOWN) == 1
    assert [line.client for line in office.posted] == ["C-001", "C-002"]


def test_a_kill_before_the_file_is_in_place_loses_nothing(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(returned())
    with monkeypatch.context() as patch:
        patch.setattr(filing.MailStore, "keep_draft", _killed)
        patch.setattr(filing.MailStore, "clear", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            office.collect()
    (left,) = find_input_files(office.source, office.source / "none")
    assert left.ignored  # a run does not take it for a return
    assert len(office.collect().new) == 1
    assert [each.ignored for each in find_input_files(office.source, office.source / "none")] == [
        False
    ]


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def returned_bytes(files: dict[str, bytes]) -> bytes:
    (content,) = files.values()
    return content


def test_a_broken_connection_is_reported_and_collecting_goes_on(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.put(*(returned("C-001", f"<{number}@x>") for number in range(3)))
    with (
        MailLog.open(office.log) as book,
        open_mailbox(server.settings(), "INBOX", PASSWORD) as box,
    ):
        fetch, count = Mailbox.message, iter(range(9))

        def broken(self: Mailbox, uid: str) -> bytes | None:
            if next(count) == 1:
                self._client.client.shutdown()
            return fetch(self, uid)

        monkeypatch.setattr(Mailbox, "message", broken)
        found = office.collect_from(box, book)
    monkeypatch.undo()
    assert found.stopped
    assert found.stopped.key == "collect.server.silent"
    assert len(found.new) == len(office.files) == 1
    again = office.collect()
    assert (len(again.new), counted(again, MailOutcome.KNOWN), again.stopped) == (2, 1, None)


def test_a_hostile_attachment_costs_itself_only(office: Office, server: Dovecot) -> None:
    office.limits = Limits(memory=300, seconds=5)
    bomb = b"PK\x03\x04" + bytes(2_000_000)
    server.put(
        mail("<1@x>", "bob@sample.example", "x", ("a.xlsx", bomb, XLSX)),
        returned("C-001", "<2@x>"),
    )
    assert [each.client for each in office.collect().new] == ["C-002", "C-001"]


def test_two_mails_have_two_names(
    office: Office, server: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filing, "_SHORT", 0)
    server.put(returned("C-001", "<1@x>"), returned("C-001", "<2@x>"), when=ARRIVED)
    assert len(office.collect().new) == len(office.files) == 2


def test_the_mail_folder_is_listed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed: list[Path] = []

    def noted(way: Callable[[Path], object], at: Path) -> object:
        listed.append(at)
        return way(at)

    for way in ("scandir", "listdir"):
        monkeypatch.setattr(os, way, partial(noted, getattr(os, way)))
    kept = []
    for _ in range(2):
        listed.clear()
        store = filing.MailStore(tmp_path)
        for number in (*range(9), 8):  # the last one twice
            store.write_draft(b"%d" % number)
            kept.append(store.keep_draft(b"%d" % number, f"C-{number}_甲_乙", ARRIVED))
        assert len(listed) <= 1
    assert kept[:10] == kept[10:]
    assert {path.name for path in (tmp_path / "mail").iterdir()} == {
        name.removeprefix("mail/") for name in kept
    }


def test_a_renamed_mail_keeps_its_name(tmp_path: Path) -> None:
    store = filing.MailStore(tmp_path)
    names = {}
    for number in (1, 2):
        store.write_draft(b"%d" % number)
        names[number] = tmp_path / store.keep_draft(b"%d" % number, "甲", ARRIVED)
    names[2].unlink()
    store.write_draft(b"2")
    assert tmp_path / store.keep_draft(b"2", "甲", ARRIVED) == names[2]
    assert names[2].read_bytes() == b"2"
    renamed = names[1].rename(names[1].with_name(f"{names[1].stem}_済.eml"))
    store = filing.MailStore(tmp_path)
    store.write_draft(b"1")
    assert tmp_path / store.keep_draft(b"1", "甲", ARRIVED) == renamed


WRONG = {
    "password": "login",
    "authority": "certificate.unknown",
    "host": "certificate.name",
    "port": "unreachable",
    "plain": "no_tls",
    "folder": "folder",
    "ca": "authority",
    "nowhere": "unknown",
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("lang", Lang)
def test_an_unusable_mailbox_is_reported(
    what: str, lang: Lang, server: Dovecot, tmp_path: Path
) -> None:
    server.make("回収")
    other = Authority(tmp_path)
    settings = {
        "authority": server.settings(ca=other.file),
        "host": server.settings(host="127.1"),  # leads here too, under another name
        "port": server.settings(port=1),
        "plain": server.settings(port=server.plain_port),
        "ca": server.settings(ca=tmp_path / "none.pem"),
        "nowhere": server.settings(host="mail.invalid"),
    }.get(what, server.settings())
    folder = "返信" if what == "folder" else "INBOX"
    password = "wrong" if what == "password" else PASSWORD
    with pytest.raises(MailboxError) as caught:
        try_imap_login(settings, folder, password)
    error = caught.value
    text = Wording(lang)(error.key, **error.parts)
    assert PASSWORD not in text
    assert error.key == f"collect.server.{WRONG[what]}"
    assert error.parts["host"] in text
    assert ("回収" in text) == (what == "folder")


def test_starttls(server: Dovecot) -> None:
    try_imap_login(server.settings(ConnectionSecurity.STARTTLS), "INBOX", PASSWORD)


# --- copies of what was sent


def test_copies_are_found_in_every_folder(server: Dovecot) -> None:
    server.put(mail("<1@firm>"))
    server.put(mail("<2@firm>"), folder="Sent")
    ids = ["<1@firm>", "<2@firm>", "<3@firm>"]
    assert find_copies(server.settings(), "INBOX", PASSWORD, ids, wait=0) == {*ids[:2]}
    assert find_copies(server.settings(), "Sent", PASSWORD, ids, wait=0) == {*ids[:2]}


def test_a_copy_is_waited_for(server: Dovecot) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            server.put(mail("<1@firm>"))

    def found(wait: int) -> frozenset[str]:
        ids = ["<1@firm>"]
        return find_copies(server.settings(), "INBOX", PASSWORD, ids, wait=wait, sleep=sleep)

    assert found(60) == {"<1@firm>"}
    assert len(pauses) == 2
    server.empty()
    assert found(12) == frozenset()
    assert sum(pauses[2:]) == 12
