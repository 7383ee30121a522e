"""Mails that came back are told, each failure once, whatever program of a server wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sheet_diag.mail.imap.mailbox import open_mailbox
from sheet_diag.mail.inbox.bounces import DeliveryFailure, SentMailIndex
from sheet_diag.mail.inbox.collect import collect_returned_mails
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.mail import MailEvent, MailKey, MailLogEntry, MailSubject
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.reports.response_status.read_files import ReadFiles
from tests.catalogs import JIS
from tests.dovecot import PASSWORD, USER, Dovecot
from tests.mailservers import Authority

NOW = datetime.now(UTC).replace(microsecond=0)
ID = "<0123456789@example.co.jp>"
TARO, JIRO, JANE = "taro@mihon.example", "jiro@mihon.example", "jane@sample.example"
CLIENTS = ClientList(
    (
        ListedClient("C-001", "株式会社見本商事", Lang.JA, (TARO, JIRO)),
        ListedClient("C-002", "Sample K.K.", Lang.EN, (JANE,)),
    )
)
SENT = MailLogEntry(
    NOW - timedelta(hours=2),
    MailEvent.SENT,
    "C-001",
    MailKind.REQUEST,
    MailSubject(),
    ID,
    (TARO, JIRO),
    "a.xlsx",
)
BY_HAND = MailLogEntry(
    NOW - timedelta(days=1),
    MailEvent.BY_HAND,
    "C-002",
    MailKind.REMINDER,
    MailSubject(reminder=1),
    "",
    (JANE,),
)
OWN = frozenset({USER})


def headers(subject: str = "Undelivered Mail", **more: str) -> str:
    given = {"From": "MAILER-DAEMON@mx.example", "To": USER, "Subject": subject, **more}
    return "".join(f"{name.replace('_', '-')}: {text}\n" for name, text in given.items())


def report(
    fields: str, returned: str = f"Message-ID: {ID}\nSubject: x\n", *, full: bool = False
) -> bytes:
    """A report as RFC 3464 has it; the mail is returned whole or as its headers."""
    kind = "message/rfc822" if full else "text/rfc822-headers"
    media = 'multipart/report; report-type=delivery-status; boundary="b"'
    parts = (
        "Content-Type: text/plain\n\nI am sorry.\n",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"{fields.strip()}\n",
        f"Content-Type: {kind}\n\n{returned}",
    )
    body = "".join(f"--b\n{part}\n" for part in parts)
    return f"{headers(MIME_Version='1.0', Content_Type=media)}\n{body}--b--\n".encode()


def plain(text: str, subject: str = "failure notice", code: str = "utf-8", **more: str) -> bytes:
    media = f"text/plain; charset={code}"
    return f"{headers(subject, Content_Type=media, **more)}\n{text}".encode(code)


FIELDS = f"""
Final-Recipient: rfc822; {TARO}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{TARO}>: User unknown
"""
EXCHANGE = f"""
Final-recipient: RFC822;{TARO}
Action: failed
Status: 5.4.1
Diagnostic-code: smtp;550 5.4.1 Recipient address rejected: Access denied
X-Display-Name: 見本太郎
"""
FORWARDED = f"""
Original-Recipient: rfc822;{TARO}
Final-Recipient: rfc822;mihon.taro@elsewhere.example
Action: failed
Status: 5.2.2
"""
TWO = f"""
Final-Recipient: rfc822; {TARO}
Action: failed
Status: 5.1.1

Final-Recipient: rfc822; {JIRO}
Action: delivered
Status: 2.0.0
"""
DELAYED = f"""
Final-Recipient: rfc822; {TARO}
Action: delayed
Status: 4.4.1
Diagnostic-Code: smtp; connect to mihon.example[192.0.2.1]:25: timed out
"""
COPY = f"Message-ID: {ID}\nFrom: {USER}\nTo: {TARO}, {JIRO}\nSubject: x\n\nyours, x@other.example\n"
QMAIL = plain(
    "Hi. This is the qmail-send program at mx.example.\n"
    "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
    "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
    f"<{TARO}>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 no such user\n\n"
    f"--- Below this line is a copy of the message.\n\nReturn-Path: <{USER}>\n{COPY}"
)
EXIM = plain(
    "This message was created automatically by mail delivery software.\n\n"
    "A message that you sent could not be delivered (ask help@mx.example) to one or more of its\n"
    "recipients. This is a permanent error. The following address(es) failed:\n\n"
    f"  {TARO}\n    host mx.example [192.0.2.1]\n    550 5.7.1 Unrouteable address\n\n"
    f"------ This is a copy of the message, including all the headers. ------\n\n{COPY}",
    "Mail delivery failed: returning message to sender",
    X_Failed_Recipients=TARO,
)
JAPANESE = (
    "次のあて先へのメッセージはエラーのため送信できませんでした。\n"
    f"送信先：{TARO}\n理由：550 5.1.1 宛先が見つかりません\n\n"
    f"---- 元のメール ----\n{COPY}"
)
WARNING = plain(
    f"THIS IS A WARNING MESSAGE ONLY. Delivery to {TARO} has been delayed.\n"
    f"451 4.7.1 try again later\n--- This is a copy of the headers.\n\n{COPY}",
    "Warning: message delayed 4 hours",
)

REPORTS: dict[str, tuple[bytes, list[str], str]] = {
    "RFC 3464, headers": (report(FIELDS), [TARO], "550 5.1.1"),
    "RFC 3464, whole mail": (report(FIELDS, COPY, full=True), [TARO], "User unknown"),
    "Exchange": (report(EXCHANGE), [TARO], "5.4.1"),
    "forwarded by its server": (report(FORWARDED), [TARO], "5.2.2"),
    "one of two": (report(TWO), [TARO], "5.1.1"),
    "address in other letters": (report(FIELDS.replace(TARO, TARO.upper())), [TARO], "5.1.1"),
    "qmail": (QMAIL, [TARO], "550 no such user"),
    "Exim": (EXIM, [TARO], "550 5.7.1"),
    "Japanese, UTF-8": (plain(JAPANESE, "Mail Error"), [TARO], "宛先が見つかりません"),
    "Japanese, JIS": (plain(JAPANESE, "Mail Error", "iso-2022-jp"), [TARO], "宛先が見つかりません"),
    "delayed, in fields": (report(DELAYED), [TARO], "4.4.1"),
    "delayed, in words": (WARNING, [TARO], "451 4.7.1"),
    "to an address that the mail has not": (
        report(FIELDS.replace(TARO, "x@mihon.example")), ["x@mihon.example"], "5.1.1",
    ),
}  # fmt: skip


def failures(content: bytes, when: datetime = NOW) -> list[DeliveryFailure]:
    return list(SentMailIndex((SENT, BY_HAND), OWN).failures(content, when))


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_names_failed_addresses_and_reasons(name: str) -> None:
    content, addresses, text = REPORTS[name]
    (failure,) = failures(content)
    assert failure.mail == SENT
    assert list(failure.addresses) == addresses
    assert text in failure.text
    assert failure.delayed == name.startswith("delayed")
    assert failure.text.isprintable()


NOTHING = {
    "delivered": report(TWO.replace("failed", "relayed")),
    "our own copy": report(FIELDS.replace(TARO, USER)),
    "a mail of somebody else": report(
        FIELDS.replace(TARO, "x@other.example"), "Message-ID: <other@x>\n"
    ),
    "no report": plain(f"Our office is closed, write to {TARO}.", "Closed"),
    "nothing at all": b"",
    "broken": report(FIELDS)[:300],
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_mail_that_reports_nothing_of_ours_has_no_failure(name: str) -> None:
    assert failures(NOTHING[name]) == []


def test_a_report_is_matched_by_what_it_answers() -> None:
    answer = plain("<taro@elsewhere.example>: 550 no such user", In_Reply_To=ID)
    assert [failure.mail for failure in failures(answer)] == [SENT]


AFTER = {"the same day": (1, True), "after five days": (5, True), "after a week": (7, False)}


@pytest.mark.parametrize("name", AFTER)
def test_a_report_without_a_mail_is_about_the_last_mail_to_the_address(name: str) -> None:
    days, is_told = AFTER[name]
    content = report(FIELDS.replace(TARO, JANE), "Subject: no id\n")
    found = failures(content, BY_HAND.time + timedelta(days=days))
    assert [(each.mail, each.addresses) for each in found] == [(BY_HAND, (JANE,))] * is_told


# --- in a mailbox


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    with Dovecot(Authority(tmp_path_factory.mktemp("authority"))) as running:
        yield running


def test_each_failure_is_logged_once(server: Dovecot, tmp_path: Path) -> None:
    log = tmp_path / MAIL_LOG_NAME
    with MailLog.open(log) as book:
        for posted in (SENT, BY_HAND):
            book.add(posted)
    server.put(report(FIELDS), QMAIL, report(DELAYED), when=NOW)
    server.put(report(FIELDS.replace(TARO, JIRO)), when=NOW)
    server.put(report(DELAYED), when=NOW - timedelta(days=30))
    found = [_collected(server, log, tmp_path) for _ in range(2)]
    assert [(each.addresses, each.delayed) for each in found[0]] == [
        ((TARO,), False), ((TARO,), True), ((JIRO,), False),
    ]  # fmt: skip
    assert [(each.mail.client, each.mail.kind) for each in found[0]] == [
        ("C-001", MailKind.REQUEST)
    ] * 3
    assert [each.delayed for each in found[1]] == [True]
    lines = [line for line in MailLog.read(log).entries if line.event is MailEvent.BOUNCED]
    assert [(line.message_id, line.addresses, line.time) for line in lines] == [
        (ID, (TARO,), NOW), (ID, (JIRO,), NOW),
    ]  # fmt: skip
    assert not (tmp_path / "input").exists()
    assert not MailLog.read(log).state(MailKey.of(MailKind.REQUEST, "C-001")).is_done


def test_a_hostile_report_costs_itself_only(server: Dovecot, tmp_path: Path) -> None:
    server.empty()
    deep = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(3000))
    server.put((headers("Returned mail", MIME_Version="1.0") + deep).encode(), report(FIELDS))
    with MailLog.open(tmp_path / MAIL_LOG_NAME) as book:
        book.add(SENT)
    assert len(_collected(server, tmp_path / MAIL_LOG_NAME, tmp_path, untold=1)) == 1


def _collected(server: Dovecot, log: Path, folder: Path, untold: int = 0) -> list[DeliveryFailure]:
    with (
        MailLog.open(log) as book,
        open_mailbox(server.settings(), "INBOX", PASSWORD) as box,
    ):
        found = collect_returned_mails(
            box, folder / "input", book, CLIENTS, JIS, IntakeSettings(),
            read=ReadFiles.of((), None), progress=lambda _: None,
        )  # fmt: skip
    assert (found.new, len(found.without_sheet)) == ([], untold)
    return found.bounces
