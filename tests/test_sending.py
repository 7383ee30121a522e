"""Sending over a real SMTP server: TLS or nothing, each mail once."""

from __future__ import annotations

import signal
import smtplib
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from sheet_diag.mail.campaign.selection import SelectionRules, select_mails
from sheet_diag.mail.compose.message import (
    FromAddress,
    compose_message,
    create_message_id,
    format_final,
)
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.mail.smtp import connection
from sheet_diag.mail.smtp.connection import SmtpServerError, try_smtp_login
from sheet_diag.mail.smtp.delivery import SendReport, send_mails
from sheet_diag.mail.smtp.send_attempt import (
    FinalMail,
    FindCopies,
    UncertainAnswer,
    resolve_uncertain_mails,
)
from sheet_diag.mail.smtp.session import Envelope, NotTakenError, SmtpSession
from sheet_diag.mail.templates.mail_templates import MailTemplates
from sheet_diag.model.basics import Lang, Message
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.settings import ConnectionSecurity, CorrespondenceSettings, Issuer, MailServer
from sheet_diag.text.wording import Wording
from tests.final_mails import SENDER, FakeClock, make_message
from tests.mailservers import PASSWORD, Authority, SmtpServer


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def smtpd(authority: Authority) -> Iterator[SmtpServer]:
    with SmtpServer(authority) as server:
        yield server


@pytest.fixture
def book(tmp_path: Path) -> Iterator[MailLog]:
    with MailLog.open(tmp_path / MAIL_LOG_NAME) as opened:
        yield opened


def correspondence(smtpd: SmtpServer, **more: object) -> CorrespondenceSettings:
    given = {"sender": SENDER, "smtp": smtpd.settings(), "per_minute": 6000}
    return CorrespondenceSettings(**{**given, **more})  # type: ignore[arg-type]


def send(
    smtpd: SmtpServer,
    book: MailLog,
    mails: Sequence[FinalMail],
    clock: FakeClock | None = None,
    **more: object,
) -> SendReport:
    clock = clock or FakeClock()
    settings = correspondence(smtpd, **more)
    return send_mails(mails, book, settings, PASSWORD, now=clock.now, sleep=clock.sleep)


def events(book: MailLog) -> list[tuple[MailEvent, tuple[str, ...]]]:
    return [(posted.event, posted.addresses) for posted in book.entries]


def never(posted: object) -> NoReturn:
    raise AssertionError(posted)


# --- a good day


def test_each_mail_goes_once_to_its_client_with_a_copy_to_the_sender(
    smtpd: SmtpServer, book: MailLog
) -> None:
    mails = [make_message(1), make_message(2, "a@two.jp", "b@two.jp")]
    report = send(smtpd, book, mails)
    assert [each.recipients for each in smtpd.accepted] == [
        ("c1@client1.co.jp", SENDER),
        ("a@two.jp", "b@two.jp", SENDER),
    ]
    assert [each.content for each in smtpd.accepted] == [each.content for each in mails]
    assert [each.client for each in report.sent] == ["C-001", "C-002"]
    assert smtpd.connections == 1


def test_the_day_by_which_an_answer_is_asked_for_is_logged(
    smtpd: SmtpServer, book: MailLog
) -> None:
    one = make_message(1)
    found = replace(one, mail=replace(one.mail, due=date(2026, 12, 10)))
    send(smtpd, book, [found, make_message(2)])
    days = [(posted.event, posted.due) for posted in book.entries]
    day = date(2026, 12, 10)
    assert days == [
        (MailEvent.SENDING, day),
        (MailEvent.SENT, day),
        (MailEvent.SENDING, None),
        (MailEvent.SENT, None),
    ]


def test_no_header_names_the_copy(smtpd: SmtpServer, book: MailLog) -> None:
    send(smtpd, book, [make_message(1)])
    headers = smtpd.accepted[0].message
    assert SENDER not in f"{headers['To']} {headers['Cc']} {headers['Bcc']}"


@pytest.mark.parametrize(
    ("copies", "addresses", "recipients"),
    [
        (False, ("c@client.jp",), ("c@client.jp",)),
        (True, (SENDER.upper(),), (SENDER.upper(),)),  # a mail to oneself is its own copy
    ],
)
def test_the_sender_gets_a_copy_unless_it_is_a_recipient(
    smtpd: SmtpServer,
    book: MailLog,
    copies: bool,
    addresses: tuple[str, ...],
    recipients: tuple[str, ...],
) -> None:
    send(smtpd, book, [make_message(1, *addresses)], copies=copies)
    assert [each.recipients for each in smtpd.accepted] == [recipients]


def test_lines_that_begin_with_a_dot_arrive_as_they_are(smtpd: SmtpServer, book: MailLog) -> None:
    content = make_message(1).content + b".\r\n..\r\n.hidden\r\nend without its line end"
    outgoing = FinalMail(make_message(1).mail, content, "<1@x>")
    send(smtpd, book, [outgoing, make_message(2)])
    assert [each.content for each in smtpd.accepted] == [content + b"\r\n", make_message(2).content]


@pytest.mark.parametrize("stray", [b"\n.\r\n", b"\r.\r\n", b"\n.\n", b"a\nb\r\n"])
def test_no_mail_can_end_in_the_middle(smtpd: SmtpServer, book: MailLog, stray: bytes) -> None:
    outgoing = FinalMail(
        make_message(1).mail, make_message(1).content + stray + b"MAIL FROM:<x@y>\r\n", "<1@x>"
    )
    with pytest.raises(ValueError, match="CR LF"):
        send(smtpd, book, [outgoing])
    assert smtpd.accepted == []


def test_a_mail_with_attachment_arrives_byte_by_byte(
    smtpd: SmtpServer, book: MailLog, tmp_path: Path
) -> None:
    sheet = tmp_path / "ヒアリングシート_髙﨑商事.xlsx"
    sheet.write_bytes(bytes(range(256)) * 2_000)
    order = replace(make_message(1).mail, attachment=sheet)
    issuer = Issuer(name="見本診断株式会社", email=SENDER)
    letter = MailTemplates().write(order, issuer, date(2026, 11, 26))
    message_id = create_message_id(
        book.token, order, "example.co.jp", book.state(order.key).attempts
    )
    content = format_final(
        compose_message(order, letter, FromAddress(SENDER, "見本診断"), message_id=message_id)
    )
    report = send(smtpd, book, [FinalMail(order, content, message_id)])
    (accepted,) = smtpd.accepted
    assert (accepted.content, accepted.message_id) == (content, message_id)
    (attachment,) = accepted.message.iter_attachments()
    assert attachment.get_content() == sheet.read_bytes()
    assert [(each.file, each.message_id) for each in report.sent] == [(sheet.name, message_id)]


def test_every_step_is_logged(smtpd: SmtpServer, book: MailLog) -> None:
    def look() -> None:
        seen.append([posted.event for posted in MailLog.read(book.path).entries])

    async def moment(name: str) -> None:
        if name == "data":
            look()

    seen: list[list[MailEvent]] = []
    smtpd.moment = moment
    send(smtpd, book, [make_message(1)])
    look()
    assert seen == [[MailEvent.SENDING], [MailEvent.SENDING, MailEvent.SENT]]
    assert book.entries[0] == MailLogEntry(
        time=datetime(2026, 11, 26, 9, tzinfo=UTC),
        event=MailEvent.SENDING,
        client="C-001",
        kind=MailKind.REQUEST,
        message_id="<1.0@example.co.jp>",
        addresses=("c1@client1.co.jp",),
        text=f"Bcc: {SENDER}",
        subject_line="依頼1",
    )


def test_a_sent_mail_is_not_sent_again(smtpd: SmtpServer, book: MailLog) -> None:
    send(smtpd, book, [make_message(1), make_message(2)])
    report = send(smtpd, book, [make_message(1), make_message(2), make_message(3)])
    assert [parcel.client.id for parcel in report.skipped] == ["C-001", "C-002"]
    assert len(smtpd.accepted) == 3


def test_starttls(authority: Authority, book: MailLog) -> None:
    with SmtpServer(authority, ConnectionSecurity.STARTTLS) as smtpd:
        send(smtpd, book, [make_message(1)])
        assert len(smtpd.accepted) == 1


def test_mails_are_evenly_spaced(smtpd: SmtpServer, book: MailLog) -> None:
    clock = FakeClock()
    send(smtpd, book, [make_message(number) for number in range(4)], clock, per_minute=12)
    assert clock.slept == pytest.approx(15)


def test_time_that_has_passed_is_not_waited_for(smtpd: SmtpServer, book: MailLog) -> None:
    def slowly() -> Iterator[FinalMail]:
        for number in range(4):
            clock.time += timedelta(seconds=4)
            yield make_message(number)

    clock = FakeClock()
    settings = correspondence(smtpd, per_minute=12)
    send_mails(slowly(), book, settings, PASSWORD, now=clock.now, sleep=clock.sleep)
    assert clock.slept == pytest.approx(3)


# --- no way in


@pytest.mark.parametrize(
    ("key", "server", "more"),
    [
        ("certificate.unknown", {}, {"ca": None}),
        ("certificate.name", {}, {"host": "localhost"}),
        ("no_tls", {"security": ConnectionSecurity.STARTTLS}, {"security": ConnectionSecurity.TLS}),
        ("no_starttls", {"security": ConnectionSecurity.STARTTLS, "starttls": False}, {}),
        ("no_login", {"login": False}, {}),
        ("login", {}, {"user": "somebody@example.co.jp"}),
        ("unknown", {}, {"host": "no-such-host.invalid"}),
        ("unknown", {}, {"host": "a" * 70 + ".example.co.jp"}),
        ("authority", {}, {"ca": Path(__file__)}),
        ("authority", {}, {"ca": Path("no such file")}),
    ],
)
def test_an_unusable_server_is_reported(
    authority: Authority,
    book: MailLog,
    key: str,
    server: dict[str, object],
    more: dict[str, object],
) -> None:
    context = authority.context("127.0.0.1")
    with SmtpServer(authority, **{"context": context, **server}) as smtpd:  # type: ignore[arg-type]
        settings = correspondence(smtpd, smtp=smtpd.settings(**more))
        with pytest.raises(SmtpServerError) as raised:
            send_mails([make_message(1)], book, settings, PASSWORD)
        assert smtpd.accepted == []
    assert raised.value.key == f"send.server.{key}"
    assert book.entries == ()
    for lang in Lang:
        assert raised.value.parts["host"] in Wording(lang)(raised.value.key, **raised.value.parts)


def test_an_unreachable_server_is_reported(authority: Authority) -> None:
    with SmtpServer(authority) as smtpd:
        server = smtpd.settings()
    with pytest.raises(SmtpServerError) as raised:
        try_smtp_login(server, PASSWORD)
    assert raised.value.key == "send.server.unreachable"


@pytest.mark.parametrize(
    ("security", "key"), [(ConnectionSecurity.TLS, "slow"), (ConnectionSecurity.STARTTLS, "silent")]
)
def test_a_silent_server_is_reported(
    monkeypatch: pytest.MonkeyPatch, security: ConnectionSecurity, key: str
) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        server = MailServer("127.0.0.1", mute.getsockname()[1], security, SENDER)
        with pytest.raises(SmtpServerError) as raised:
            try_smtp_login(server, PASSWORD)
    assert (raised.value.key, raised.value.passing) == (f"send.server.{key}", True)


def test_a_password_that_is_not_ascii_is_reported(smtpd: SmtpServer) -> None:
    with pytest.raises(SmtpServerError) as raised:
        try_smtp_login(smtpd.settings(), "合言葉")
    assert raised.value.key == "send.server.letters"


def test_a_login_can_be_tried(smtpd: SmtpServer) -> None:
    try_smtp_login(smtpd.settings(), PASSWORD)
    with pytest.raises(SmtpServerError) as raised:
        try_smtp_login(smtpd.settings(), PASSWORD + "!")
    assert raised.value.key == "send.server.login"
    assert PASSWORD not in f"{raised.value.parts}"


def test_no_password_is_sent_without_encryption(authority: Authority) -> None:
    with SmtpServer(authority, ConnectionSecurity.STARTTLS, starttls=False) as smtpd:
        with pytest.raises(SmtpServerError):
            try_smtp_login(smtpd.settings(), PASSWORD)
        assert smtpd.logins == []


# --- what the server says of a mail

FULL = "452 4.3.1 Insufficient system storage"
NOBODY = "550 5.1.1 No such user"
BUSY = "450 4.2.1 Mailbox busy"
RELAY = "554 5.7.1 Relay access denied"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"a@two.jp": NOBODY}, [
            (MailEvent.REFUSED, ("a@two.jp",)),
            (MailEvent.SENDING, ("b@two.jp",)),
            (MailEvent.SENT, ("b@two.jp",)),
        ]),
        ({"a@two.jp": BUSY}, [
            (MailEvent.DEFERRED, ("a@two.jp",)),
            (MailEvent.SENDING, ("b@two.jp",)),
            (MailEvent.SENT, ("b@two.jp",)),
        ]),
        ({"a@two.jp": NOBODY, "b@two.jp": NOBODY}, [(MailEvent.REFUSED, ("a@two.jp", "b@two.jp"))]),
        ({"a@two.jp": NOBODY, "b@two.jp": BUSY}, [
            (MailEvent.REFUSED, ("a@two.jp",)),
            (MailEvent.DEFERRED, ("b@two.jp",)),
        ]),
        ({"a@two.jp": RELAY, "b@two.jp": RELAY}, [(MailEvent.REFUSED, ())]),
        ({"a@two.jp": "550 relaying denied", "b@two.jp": "550 no user"}, [
            (MailEvent.REFUSED, ()),
            (MailEvent.REFUSED, ("b@two.jp",)),
        ]),
    ],
)  # fmt: skip
def test_rejected_recipients_are_logged(
    smtpd: SmtpServer,
    book: MailLog,
    answers: dict[str, str],
    expected: list[tuple[MailEvent, tuple[str, ...]]],
) -> None:
    smtpd.answers = answers
    outgoing = make_message(2, "a@two.jp", "b@two.jp")
    report = send(smtpd, book, [outgoing])
    assert events(book) == expected
    assert book.state(outgoing.mail.key).is_done == (expected[-1][0] is MailEvent.SENT)
    assert [*report.refused, *report.sent, *report.deferred, *report.uncertain] == sorted(
        (each for each in book.entries if each.event is not MailEvent.SENDING),
        key=lambda each: [MailEvent.REFUSED, MailEvent.SENT, MailEvent.DEFERRED].index(each.event),
    )
    send(smtpd, book, [make_message(3)])  # the line is clear for the next
    assert smtpd.accepted[-1].recipients == ("c3@client3.co.jp", SENDER)


def test_the_servers_reply_is_kept(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.answers = {"a@two.jp": NOBODY, "b@two.jp": "551 5.1.6 moved\x07 away"}
    report = send(smtpd, book, [make_message(2, "a@two.jp", "b@two.jp")])
    text = f"a@two.jp: {NOBODY} / b@two.jp: 551 5.1.6 moved away"
    assert [each.text for each in report.refused] == [text]


def test_an_address_that_refused_is_not_tried_again(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.answers = {"A@two.jp": NOBODY}
    send(smtpd, book, [make_message(2, "A@two.jp")])
    smtpd.answers = {}
    assert send(smtpd, book, [make_message(2, "a@two.jp")]).skipped
    assert smtpd.accepted == []
    send(smtpd, book, [make_message(2, "a@two.jp", "new@two.jp")])
    assert [each.recipients for each in smtpd.accepted] == [("new@two.jp", SENDER)]


def test_a_deferred_address_of_several_gets_the_mail_next_time(
    smtpd: SmtpServer, book: MailLog
) -> None:
    smtpd.answers = {"a@two.jp": BUSY}
    first = make_message(2, "a@two.jp", "b@two.jp")
    send(smtpd, book, [first])
    smtpd.answers = {}
    (rest,) = select_mails([first.mail], book).mails
    send(smtpd, book, [replace(make_message(2, "a@two.jp", attempt=1), mail=rest)])
    assert [each.recipients for each in smtpd.accepted] == [
        ("b@two.jp", SENDER), ("a@two.jp", SENDER),
    ]  # fmt: skip
    assert select_mails([first.mail], book).done == 1


def test_a_person_may_send_to_an_address_that_refused(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.answers = {"a@two.jp": NOBODY}
    first = make_message(2, "a@two.jp")
    send(smtpd, book, [first])
    smtpd.answers = {}
    rules = SelectionRules(frozenset({"c-002"}), again=True)
    (again,) = select_mails([first.mail], book, rules).mails
    assert again.doubt == Message(
        "mail.again.refused", {"id": "C-002", "addresses": "a@two.jp", "reason": NOBODY}
    )
    send(smtpd, book, [replace(make_message(2, "a@two.jp", attempt=1), mail=again)])
    assert [each.recipients for each in smtpd.accepted] == [("a@two.jp", SENDER)]


@pytest.mark.parametrize(
    ("verdict", "addresses"),
    [
        ("554 5.7.1 Looks like spam", ()),
        ("554 No", ()),
        ("550 5.2.1 Mailbox disabled", ("c1@client1.co.jp",)),
    ],
)
def test_a_mail_that_is_refused_after_its_end_is_logged(
    smtpd: SmtpServer, book: MailLog, verdict: str, addresses: tuple[str, ...]
) -> None:
    smtpd.verdicts = [verdict]
    report = send(smtpd, book, [make_message(1), make_message(2)])
    assert [(each.addresses, each.text) for each in report.refused] == [(addresses, verdict)]
    assert [each.client for each in report.sent] == ["C-002"]
    assert not book.uncertain()
    again = send(smtpd, book, [make_message(1)])
    assert bool(again.sent) == (not addresses)


def test_refusals_in_a_row_stop_the_sending(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.verdicts = ["554 5.7.1 Not you"] * 9
    report = send(smtpd, book, [make_message(number) for number in range(9)])
    assert len(report.refused) == 3
    assert report.stopped
    assert report.stopped.key == "send.server.refuses"


@pytest.mark.parametrize(
    ("greeting", "key"),
    [("550 5.7.60 Not your address", "sender"), ("553 5.7.1 Not owned by user", "sender")],
)
def test_a_sender_that_is_not_allowed_stops_the_sending(
    smtpd: SmtpServer, book: MailLog, greeting: str, key: str
) -> None:
    smtpd.greetings = [greeting]
    report = send(smtpd, book, [make_message(1), make_message(2)])
    assert report.stopped
    assert report.stopped.key == f"send.server.{key}"
    assert book.entries == ()


def test_a_mail_whose_copy_is_refused_is_not_sent(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.answers = {SENDER: NOBODY}
    report = send(smtpd, book, [make_message(1)])
    assert report.stopped
    assert report.stopped.key == "send.server.copy"
    assert (smtpd.accepted, book.entries) == ([], ())


def test_a_mail_that_is_too_large_is_not_begun(authority: Authority, book: MailLog) -> None:
    with SmtpServer(authority, limit=20_000) as smtpd:
        big = make_message(1, text="x" * 20_000)
        report = send(smtpd, book, [big, make_message(2)])
        assert (smtpd.begun, len(smtpd.accepted)) == (1, 1)
    (found,) = report.too_big
    assert (found.mail, found.size, found.limit) == (big.mail, len(big.content), 20_000)
    assert [each.client for each in report.sent] == ["C-002"]


def test_a_server_may_refuse_the_size_of_a_mail(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.greetings = ["552 5.3.4 Too big"]
    report = send(smtpd, book, [make_message(1), make_message(2)])
    assert [(each.mail.client.id, each.limit) for each in report.too_big] == [("C-001", 33554432)]
    assert [each.client for each in report.sent] == ["C-002"]


# --- setbacks


@pytest.mark.parametrize("trouble", [
    {"greetings": ["451 4.7.500 Server busy"]},
    {"greetings": ["421 4.7.0 Too many messages"]},
    {"greetings": ["450 4.7.1 Too much mail", "421 Later"]},
    {"verdicts": ["451 4.3.0 Try again"]},
    {"verdicts": ["421 4.3.2 Shutting down"]},
])  # fmt: skip
def test_a_temporary_failure_is_tried_again(
    smtpd: SmtpServer, book: MailLog, trouble: dict[str, object]
) -> None:
    for name, value in trouble.items():
        setattr(smtpd, name, value)
    clock = FakeClock()
    report = send(smtpd, book, [make_message(1), make_message(2)], clock)
    assert [each.client for each in report.sent] == ["C-001", "C-002"]
    assert smtpd.ids() == ["<1.0@example.co.jp>", "<2.0@example.co.jp>"]
    assert clock.slept >= 5
    assert (report.deferred, report.uncertain) == ((), [])


def test_a_server_that_answers_early_has_not_taken_the_mail(
    smtpd: SmtpServer, book: MailLog
) -> None:
    smtpd.broken_in_data = 1
    big = make_message(1, text="x" * 10_000_000)  # more than waits on the way
    report = send(smtpd, book, [big, make_message(2)])
    assert [each.client for each in report.sent] == ["C-001", "C-002"]
    assert events(book)[0][0] is MailEvent.SENDING
    assert book.state(big.mail.key).attempts == 1


@pytest.mark.parametrize("words", [b"421 4.3.2 Bye\r\n", None])
def test_an_answer_before_the_end_is_noticed(words: bytes | None) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"250 OK\r\n250 OK\r\n354 Go on\r\n" + (words or b""))
        if words is None:
            theirs.shutdown(socket.SHUT_WR)
        client = smtplib.SMTP()
        client.sock = ours
        session = SmtpSession(MailServer("x", 465, ConnectionSecurity.TLS, "y"), client)
        with pytest.raises(NotTakenError):
            session.send(Envelope("a@x", ("b@y",)), b"Subject: x\r\n", never)
        assert not theirs.recv(1000).endswith(b"\r\n.\r\n")
        session.drop()


def test_a_busy_server_is_waited_for(smtpd: SmtpServer, book: MailLog) -> None:
    waits: list[tuple[float, str]] = []

    def waiting(seconds: float, text: str) -> None:
        waits.append((seconds, text))
        smtpd.answers = {}

    smtpd.answers = {"c1@client1.co.jp": "450 4.7.1 Greylisted"}
    settings = correspondence(smtpd)
    report = send_mails(
        [make_message(1)], book, settings, PASSWORD, waiting=waiting, sleep=FakeClock().sleep
    )
    assert waits == [(5, "450 4.7.1 Greylisted")]
    assert len(report.sent) == 1


def test_sending_gives_up_after_the_last_pause(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.answers = {f"c{number}@client{number}.co.jp": FULL for number in range(1, 4)}
    clock = FakeClock()
    report = send(smtpd, book, [make_message(number) for number in range(4)], clock)
    assert [each.client for each in report.sent] == ["C-000"]
    assert [(each.client, each.text) for each in report.deferred] == [("C-001", FULL)]
    assert report.stopped
    assert report.stopped.key == "send.server.gave_up"
    assert report.stopped.parts["reply"] == FULL
    assert clock.slept >= 5 + 30 + 120 + 300
    smtpd.answers = {}
    again = send(smtpd, book, [make_message(number) for number in range(4)])
    assert [each.client for each in again.sent] == ["C-001", "C-002", "C-003"]


def test_a_full_mailbox_does_not_delay_other_mails(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.answers = {"c1@client1.co.jp": "452 4.2.2 Mailbox full"}
    report = send(smtpd, book, [make_message(1), make_message(2)])
    assert [each.client for each in report.deferred] == ["C-001"]
    assert [each.client for each in report.sent] == ["C-002"]


def test_a_lost_server_stops_the_sending(authority: Authority, book: MailLog) -> None:
    def mails() -> Iterator[FinalMail]:
        yield make_message(1)
        running.close()
        yield make_message(2)
        yield make_message(3)

    clock = FakeClock()
    with ExitStack() as running:
        server = running.enter_context(SmtpServer(authority))
        settings = correspondence(server)
        report = send_mails(mails(), book, settings, PASSWORD, now=clock.now, sleep=clock.sleep)
    assert [each.client for each in report.sent] == ["C-001"]
    assert [each.client for each in report.deferred] == ["C-002"]
    assert report.stopped
    assert report.stopped.key == "send.server.gave_up.lost"


# --- nobody knows


def test_a_lost_answer_leaves_the_mail_uncertain(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.lost_after_data = 1
    report = send(smtpd, book, [make_message(1), make_message(2)])
    assert [each.client for each in report.uncertain] == ["C-001"]
    assert [each.client for each in report.sent] == ["C-002"]
    again = send(smtpd, book, [make_message(1)])
    assert [each.client for each in again.uncertain] == ["C-001"]
    assert smtpd.ids() == ["<1.0@example.co.jp>", "<2.0@example.co.jp>"]


def test_lost_answers_in_a_row_stop_the_sending(smtpd: SmtpServer, book: MailLog) -> None:
    smtpd.lost_after_data = 9
    report = send(smtpd, book, [make_message(number) for number in range(9)])
    assert len(report.uncertain) == 2
    assert report.stopped
    assert report.stopped.key == "send.server.gave_up.lost"


def uncertain_book(smtpd: SmtpServer, book: MailLog, *, taken: bool, first: bool = False) -> None:
    """A log that ends with a mail whose answer never came."""
    if not first:
        send(smtpd, book, [make_message(1)])
    smtpd.lost_after_data = 1
    send(smtpd, book, [make_message(2)])
    if not taken:
        smtpd.accepted.pop()


@pytest.mark.parametrize("taken", [True, False])
def test_the_copy_says_whether_a_mail_was_taken(
    smtpd: SmtpServer, book: MailLog, taken: bool
) -> None:
    uncertain_book(smtpd, book, taken=taken)
    find = lambda ids: frozenset(ids) & frozenset(smtpd.ids())  # noqa: E731
    resolve_uncertain_mails(book, correspondence(smtpd), find, never)
    assert book.entries[-1].event is (MailEvent.SENT if taken else MailEvent.UNSENT)
    key = make_message(2).mail.key
    assert (book.state(key).is_done, book.state(key).pending, book.state(key).attempts) == (
        taken,
        None,
        1,
    )
    send(smtpd, book, [make_message(2, attempt=1)])
    assert len(smtpd.accepted) == 2


FIRST = frozenset({make_message(1).message_id})


@pytest.mark.parametrize(
    ("why", "first", "find", "more"),
    [
        ("nobody can look", False, None, {}),
        ("no copy of a mail that did go out", False, lambda _: frozenset(), {}),
        ("no mail has gone out before", True, lambda _: frozenset(), {}),
        ("another mailbox", False, lambda _: FIRST, {"sender": "new@example.co.jp"}),
    ],
)
@pytest.mark.parametrize("answer", UncertainAnswer)
def test_a_person_is_asked_where_no_copy_says(
    smtpd: SmtpServer,
    book: MailLog,
    why: str,  # noqa: ARG001
    first: bool,
    find: FindCopies | None,
    more: dict[str, object],
    answer: UncertainAnswer,
) -> None:
    asked = []
    uncertain_book(smtpd, book, taken=True, first=first)

    def ask(posted: MailLogEntry) -> UncertainAnswer:
        asked.append(posted.client)
        return answer

    resolve_uncertain_mails(book, correspondence(smtpd, **more), find, ask)
    assert asked == ["C-002"]
    expected = {
        UncertainAnswer.SENT: MailEvent.SENT,
        UncertainAnswer.UNSENT: MailEvent.UNSENT,
        UncertainAnswer.LEAVE: MailEvent.SENDING,
    }
    last = book.entries[-1]
    assert (last.client, last.event) == ("C-002", expected[answer])
    assert bool(book.uncertain()) == (answer is UncertainAnswer.LEAVE)
    assert book.state(make_message(2).mail.key).is_done == (answer is UncertainAnswer.SENT)


def test_without_copies_a_person_is_asked(smtpd: SmtpServer, book: MailLog) -> None:
    send(smtpd, book, [make_message(1)])
    smtpd.lost_after_data = 1
    send(smtpd, book, [make_message(2)], copies=False)

    def find(ids: Sequence[str]) -> frozenset[str]:
        raise AssertionError(ids)

    resolve_uncertain_mails(book, correspondence(smtpd), find, lambda _: UncertainAnswer.LEAVE)
    assert [each.client for each in book.uncertain()] == ["C-002"]


def test_a_mail_that_a_person_confirmed_is_no_reference(smtpd: SmtpServer, book: MailLog) -> None:
    uncertain_book(smtpd, book, taken=False, first=True)
    settings = correspondence(smtpd)
    resolve_uncertain_mails(book, settings, None, lambda _: UncertainAnswer.SENT)
    smtpd.lost_after_data = 1
    send(smtpd, book, [make_message(3)])
    asked: list[Sequence[str]] = []

    def find(ids: Sequence[str]) -> frozenset[str]:
        asked.append(ids)
        return frozenset()

    resolve_uncertain_mails(book, settings, find, lambda _: UncertainAnswer.LEAVE)
    assert asked == [["<3.0@example.co.jp>"]]


# --- Ctrl-C


def test_ctrl_c_lets_the_mail_at_hand_finish(smtpd: SmtpServer, book: MailLog) -> None:
    async def interrupt(name: str) -> None:
        if (name, len(smtpd.accepted)) == ("reply", 2):
            signal.raise_signal(signal.SIGINT)

    smtpd.moment = interrupt
    report = send(smtpd, book, [make_message(number) for number in range(5)])
    assert [each.client for each in report.sent] == ["C-000", "C-001"]
    assert report.interrupted
    assert not book.uncertain()


def test_ctrl_c_ends_a_pause(smtpd: SmtpServer, book: MailLog) -> None:
    def sleep(_seconds: float) -> None:
        naps.append(_seconds)
        signal.raise_signal(signal.SIGINT)

    naps: list[float] = []
    settings = correspondence(smtpd, per_minute=1)
    report = send_mails([make_message(1), make_message(2)], book, settings, PASSWORD, sleep=sleep)
    assert [each.client for each in report.sent] == ["C-001"]
    assert len(naps) == 1
    assert report.interrupted


def test_a_second_ctrl_c_stops_at_once(smtpd: SmtpServer, book: MailLog) -> None:
    def sleep(_seconds: float) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    settings = correspondence(smtpd, per_minute=1)
    with pytest.raises(KeyboardInterrupt):
        send_mails([make_message(1), make_message(2)], book, settings, PASSWORD, sleep=sleep)
    assert len(smtpd.accepted) == 1


def test_a_log_that_cannot_be_written_stops_the_mail(
    smtpd: SmtpServer, book: MailLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_posted: MailLogEntry) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(book, "add", full)
    with pytest.raises(OSError, match="space"):
        send(smtpd, book, [make_message(1)])
    assert smtpd.accepted == []
