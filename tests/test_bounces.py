"""Mails that came back are told, each failure once, whatever program of a server wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sheet_diag.mail.imap.mailbox import open_mailbox
from sheet_diag.mail.inbox.bounces import DeliveryFailure, FailureKind, SentMailIndex
from sheet_diag.mail.inbox.collect import collect_returned_mails
from sheet_diag.mail.inbox.delivery_reports import DeliveryReportReader
from sheet_diag.mail.inbox.results import CollectResult
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
    subject_line="【再送】 ヒアリングシートのお願い",
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
    assert (failure.kind is FailureKind.DELAYED) == name.startswith("delayed")
    assert failure.text.isprintable()


NOTHING = {
    "delivered": report(TWO.replace("failed", "relayed")),
    "our own copy": report(FIELDS.replace(TARO, USER)),
    "no report": plain(f"Our office is closed, write to {TARO}.", "Closed"),
    "a person at postmaster": plain(f"添付が届きません。\n{TARO}", "Re: ご依頼", In_Reply_To=ID),
    "nothing at all": b"",
    "broken": report(FIELDS)[:300],
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_mail_that_reports_nothing_of_ours_has_no_failure(name: str) -> None:
    assert failures(NOTHING[name]) == []


def test_a_report_is_matched_by_what_it_answers() -> None:
    answer = plain("<taro@elsewhere.example>: 550 no such user", In_Reply_To=ID)
    assert [failure.mail for failure in failures(answer)] == [SENT]


CODES = {
    "5.1.1": FailureKind.ADDRESS,
    "5.1.10": FailureKind.ADDRESS,
    "5.2.1": FailureKind.ADDRESS,
    "5.2.2": FailureKind.PASSING,  # full
    "5.7.1": FailureKind.PASSING,
    "5.7.509": FailureKind.PASSING,
    "4.4.7": FailureKind.PASSING,
}


@pytest.mark.parametrize("way", ["fields", "words"])
def test_the_status_tells_a_wrong_address_from_what_may_pass(way: str) -> None:
    for code, kind in CODES.items():
        said = f"delivery has failed\n<{TARO}>: 192.5.7.1 said 550 {code} no"
        words = f"{said}\n--- Original message\n{COPY}"
        content = report(FIELDS.replace("5.1.1", code)) if way == "fields" else plain(words)
        assert [each.kind for each in failures(content)] == [kind], code
    vague = FIELDS.replace("Status: 5.1.1", "Status: 5.0.0").replace("5.1.1 ", "5.2.2 ")
    for content in (
        report(vague),
        plain(JAPANESE.replace("5.1.1 宛先が見つかりません", "容量超過")),
    ):
        assert [each.kind for each in failures(content)] == [FailureKind.PASSING]


BACK = f"To: 見本 <{JANE}>\nSubject: =?utf-8?b?44CQ5YaN6YCB44CR?=\n ヒアリングシートのお願い\n"
SHOWN = {
    "in a part": report(FIELDS.replace(TARO, JANE), BACK),
    "as a whole": report(FIELDS.replace(TARO, JANE), f"{BACK}\ntext\n", full=True),
    "below the words": plain(f"<{JANE}>:\n550 no such user\n--- Below this line\n\n{BACK}"),
}


@pytest.mark.parametrize("name", SHOWN)
def test_a_report_that_returns_to_and_subject_of_our_mail_is_about_it(name: str) -> None:
    for days, is_told in ((0, True), (5, True), (7, False), (-1, True)):
        (found,) = failures(SHOWN[name], BY_HAND.time + timedelta(days=days))
        assert (found.mail, found.addresses) == (BY_HAND if is_told else None, (JANE,)), days


def test_a_report_to_an_address_of_two_clients_is_about_the_mails_of_both() -> None:
    mails = [replace(BY_HAND, client=client) for client in ("C-002", "C-003")]
    found = SentMailIndex([BY_HAND, *mails], OWN).failures(SHOWN["in a part"], NOW)
    assert [each.mail for each in found] == mails


FORGED = {
    "an address alone": plain(f"<{JANE}>: host mx said: 550 5.1.1 User unknown"),
    "another subject": report(FIELDS.replace(TARO, JANE), f"To: {JANE}\nSubject: x\n"),
    "no subject": report(FIELDS.replace(TARO, JANE), f"To: {JANE}\n"),
    "another recipient": report(FIELDS.replace(TARO, JANE), BACK.replace(JANE, "x@other.example")),
    "another id": report(FIELDS.replace(TARO, JANE), "Message-ID: <other@x>\n"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_report_that_shows_no_mail_of_ours_is_unconfirmed(name: str) -> None:
    (found,) = failures(FORGED[name])
    assert (found.mail, found.addresses) == (None, (JANE,))


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
    server.put(report(FIELDS), QMAIL, report(DELAYED), FORGED["an address alone"], when=NOW)
    server.put(report(FIELDS.replace(TARO, JIRO).replace("5.1.1", "5.2.2")), when=NOW)
    server.put(report(DELAYED), when=NOW - timedelta(days=30))
    found = [_collected(server, log, tmp_path) for _ in range(2)]
    kinds = [(each.addresses, each.kind) for each in found[0].bounces]
    assert kinds == [
        ((TARO,), FailureKind.ADDRESS), ((TARO,), FailureKind.DELAYED),
        ((JIRO,), FailureKind.PASSING),
    ]  # fmt: skip
    assert {each.mail for each in found[0].bounces} == {SENT}
    assert [each.kind for each in found[1].bounces] == [FailureKind.DELAYED]
    assert [each.addresses for each in found[1].unconfirmed] == [(JANE,)]
    lines = MailLog.read(log).entries[2:]
    assert [(line.event, line.message_id, line.addresses, line.time) for line in lines] == [
        (MailEvent.BOUNCED, ID, (TARO,), NOW), (MailEvent.UNDELIVERED, ID, (JIRO,), NOW),
    ]  # fmt: skip
    assert not (tmp_path / "input").exists()
    state = MailLog.read(log).state(MailKey.of(MailKind.REQUEST, "C-001"))
    assert (state.is_done, state.refused, state.deferred) == (False, {TARO}, {JIRO})
    server.mark("\\Seen")  # somebody has read it
    assert _collected(server, log, tmp_path).unconfirmed == []


def test_a_draft_that_comes_back_twice_is_told_twice(tmp_path: Path) -> None:
    full = report(FIELDS.replace(TARO, JANE).replace("5.1.1", "5.2.2"), BACK)
    again = replace(BY_HAND, time=BY_HAND.time + timedelta(hours=3))
    with MailLog.open(tmp_path / MAIL_LOG_NAME) as book:
        news = []
        for posted in (BY_HAND, again):
            book.add(posted)
            for _ in range(2):
                reader = DeliveryReportReader(book, SentMailIndex(book.entries, OWN))
                for late in (timedelta(minutes=1), *([timedelta(hours=4)] * (posted is again))):
                    news.append(len(reader.read(full, BY_HAND.time + late).news))
    assert news == [1, 0, 0, 1, 0, 0]


def test_a_hostile_report_costs_itself_only(server: Dovecot, tmp_path: Path) -> None:
    server.empty()
    deep = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(3000))
    server.put((headers("Returned mail", MIME_Version="1.0") + deep).encode(), report(FIELDS))
    with MailLog.open(tmp_path / MAIL_LOG_NAME) as book:
        book.add(SENT)
    found = _collected(server, tmp_path / MAIL_LOG_NAME, tmp_path, untold=1)
    assert len(found.bounces) == 1


def _collected(server: Dovecot, log: Path, folder: Path, untold: int = 0) -> CollectResult:
    with (
        MailLog.open(log) as book,
        open_mailbox(server.settings(), "INBOX", PASSWORD) as box,
    ):
        found = collect_returned_mails(
            box, folder / "input", book, CLIENTS, JIS, IntakeSettings(),
            read=ReadFiles.of((), None), progress=lambda _: None,
        )  # fmt: skip
    assert (found.new, len(found.without_sheet)) == ([], untold)
    assert found.counts.total() == len(server.files())
    return found
