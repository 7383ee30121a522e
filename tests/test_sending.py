"""Mails over a real SMTP server: TLS or nothing, each once, and what the server says in words."""

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

from sheet_diag.mail.compose.message import Sender, compose, new_message_id, sendable
from sheet_diag.mail.log.mail_log import FILE_NAME, Postbook
from sheet_diag.mail.smtp import connecting
from sheet_diag.mail.smtp.connecting import MailServerError
from sheet_diag.mail.smtp.delivery import send_all
from sheet_diag.mail.smtp.login import try_login
from sheet_diag.mail.smtp.records import Outgoing, SendReport
from sheet_diag.mail.smtp.session import Envelope, Session, SetbackError
from sheet_diag.mail.smtp.uncertain import Answer, FindCopies, settle_uncertain
from sheet_diag.mail.templates.letters import Letters
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail import Event, MailKind, Posted
from sheet_diag.model.settings import Correspondence, Issuer, MailServer, Security
from sheet_diag.text.wording import Wording
from tests.mailservers import PASSWORD, Authority, Smtpd
from tests.outgoing import SENDER, Clock, mail


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def smtpd(authority: Authority) -> Iterator[Smtpd]:
    with Smtpd(authority) as server:
        yield server


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Postbook]:
    with Postbook.open(tmp_path / FILE_NAME) as opened:
        yield opened


def correspondence(smtpd: Smtpd, **more: object) -> Correspondence:
    given = {"sender": SENDER, "smtp": smtpd.settings(), "per_minute": 6000}
    return Correspondence(**{**given, **more})  # type: ignore[arg-type]


def send(
    smtpd: Smtpd,
    book: Postbook,
    mails: Sequence[Outgoing],
    clock: Clock | None = None,
    **more: object,
) -> SendReport:
    clock = clock or Clock()
    settings = correspondence(smtpd, **more)
    return send_all(mails, book, settings, PASSWORD, now=clock.now, sleep=clock.sleep)


def events(book: Postbook) -> list[tuple[Event, tuple[str, ...]]]:
    return [(posted.event, posted.addresses) for posted in book.posted]


def never(posted: object) -> NoReturn:
    raise AssertionError(posted)


# --- a good day


def test_each_mail_once_to_its_client_and_a_copy_to_the_sender(
    smtpd: Smtpd, book: Postbook
) -> None:
    mails = [mail(1), mail(2, "a@two.jp", "b@two.jp")]
    report = send(smtpd, book, mails)
    assert [each.recipients for each in smtpd.accepted] == [
        ("c1@client1.co.jp", SENDER),
        ("a@two.jp", "b@two.jp", SENDER),
    ]
    assert [each.content for each in smtpd.accepted] == [each.content for each in mails]
    assert [each.client for each in report.sent] == ["C-001", "C-002"]
    assert smtpd.connections == 1


def test_the_day_that_an_answer_is_asked_for_by_is_noted(smtpd: Smtpd, book: Postbook) -> None:
    one = mail(1)
    told = replace(one, parcel=replace(one.parcel, facts={"due": "2026-12-10"}))
    send(smtpd, book, [told, mail(2)])
    days = [(posted.event, posted.due) for posted in book.posted]
    day = date(2026, 12, 10)
    assert days == [
        (Event.SENDING, day),
        (Event.SENT, day),
        (Event.SENDING, None),
        (Event.SENT, None),
    ]


def test_no_header_tells_of_the_copy(smtpd: Smtpd, book: Postbook) -> None:
    send(smtpd, book, [mail(1)])
    headers = smtpd.accepted[0].message
    assert SENDER not in f"{headers['To']} {headers['Cc']} {headers['Bcc']}"


@pytest.mark.parametrize(
    ("copies", "addresses", "recipients"),
    [
        (False, ("c@client.jp",), ("c@client.jp",)),
        (True, (SENDER.upper(),), (SENDER.upper(),)),  # a mail to oneself is its own copy
    ],
)
def test_who_gets_a_copy(
    smtpd: Smtpd,
    book: Postbook,
    copies: bool,
    addresses: tuple[str, ...],
    recipients: tuple[str, ...],
) -> None:
    send(smtpd, book, [mail(1, *addresses)], copies=copies)
    assert [each.recipients for each in smtpd.accepted] == [recipients]


def test_lines_that_begin_with_a_dot_arrive_as_they_are(smtpd: Smtpd, book: Postbook) -> None:
    content = mail(1).content + b".\r\n..\r\n.hidden\r\nend without its line end"
    outgoing = Outgoing(mail(1).parcel, content, "<1@x>")
    send(smtpd, book, [outgoing, mail(2)])
    assert [each.content for each in smtpd.accepted] == [content + b"\r\n", mail(2).content]


@pytest.mark.parametrize("stray", [b"\n.\r\n", b"\r.\r\n", b"\n.\n", b"a\nb\r\n"])
def test_no_mail_can_end_in_the_middle(smtpd: Smtpd, book: Postbook, stray: bytes) -> None:
    outgoing = Outgoing(mail(1).parcel, mail(1).content + stray + b"MAIL FROM:<x@y>\r\n", "<1@x>")
    with pytest.raises(ValueError, match="CR LF"):
        send(smtpd, book, [outgoing])
    assert smtpd.accepted == []


def test_a_letter_with_its_attachment_arrives_byte_by_byte(
    smtpd: Smtpd, book: Postbook, tmp_path: Path
) -> None:
    sheet = tmp_path / "ヒアリングシート_髙﨑商事.xlsx"
    sheet.write_bytes(bytes(range(256)) * 2_000)
    order = replace(mail(1).parcel, attachment=sheet)
    issuer = Issuer(name="見本診断株式会社", email=SENDER)
    letter = Letters().write(order, issuer, date(2026, 11, 26))
    message_id = new_message_id(book.token, order, "example.co.jp", book.attempts(order.key))
    content = sendable(compose(order, letter, Sender(SENDER, "見本診断"), message_id=message_id))
    report = send(smtpd, book, [Outgoing(order, content, message_id)])
    (accepted,) = smtpd.accepted
    assert (accepted.content, accepted.message_id) == (content, message_id)
    (attachment,) = accepted.message.iter_attachments()
    assert attachment.get_content() == sheet.read_bytes()
    assert [(each.file, each.message_id) for each in report.sent] == [(sheet.name, message_id)]


def test_every_step_stands_in_the_log(smtpd: Smtpd, book: Postbook) -> None:
    def look() -> None:
        seen.append([posted.event for posted in Postbook.read(book.path).posted])

    async def moment(name: str) -> None:
        if name == "data":
            look()

    seen: list[list[Event]] = []
    smtpd.moment = moment
    send(smtpd, book, [mail(1)])
    look()
    assert seen == [[Event.SENDING], [Event.SENDING, Event.SENT]]
    assert book.posted[0] == Posted(
        time=datetime(2026, 11, 26, 9, tzinfo=UTC),
        event=Event.SENDING,
        client="C-001",
        kind=MailKind.REQUEST,
        message_id="<1.0@example.co.jp>",
        addresses=("c1@client1.co.jp",),
        text=f"Bcc: {SENDER}",
    )


def test_what_went_out_is_not_sent_again(smtpd: Smtpd, book: Postbook) -> None:
    send(smtpd, book, [mail(1), mail(2)])
    report = send(smtpd, book, [mail(1), mail(2), mail(3)])
    assert [parcel.client.id for parcel in report.skipped] == ["C-001", "C-002"]
    assert len(smtpd.accepted) == 3


def test_starttls(authority: Authority, book: Postbook) -> None:
    with Smtpd(authority, Security.STARTTLS) as smtpd:
        send(smtpd, book, [mail(1)])
        assert len(smtpd.accepted) == 1


def test_mails_are_evenly_spaced(smtpd: Smtpd, book: Postbook) -> None:
    clock = Clock()
    send(smtpd, book, [mail(number) for number in range(4)], clock, per_minute=12)
    assert clock.slept == pytest.approx(15)


def test_time_that_has_passed_anyway_is_not_waited_for(smtpd: Smtpd, book: Postbook) -> None:
    def slowly() -> Iterator[Outgoing]:
        for number in range(4):
            clock.time += timedelta(seconds=4)
            yield mail(number)

    clock = Clock()
    settings = correspondence(smtpd, per_minute=12)
    send_all(slowly(), book, settings, PASSWORD, now=clock.now, sleep=clock.sleep)
    assert clock.slept == pytest.approx(3)


# --- no way in


@pytest.mark.parametrize(
    ("key", "server", "more"),
    [
        ("certificate.unknown", {}, {"ca": None}),
        ("certificate.name", {}, {"host": "localhost"}),
        ("no_tls", {"security": Security.STARTTLS}, {"security": Security.TLS}),
        ("no_starttls", {"security": Security.STARTTLS, "starttls": False}, {}),
        ("no_login", {"login": False}, {}),
        ("login", {}, {"user": "somebody@example.co.jp"}),
        ("unknown", {}, {"host": "no-such-host.invalid"}),
        ("unknown", {}, {"host": "a" * 70 + ".example.co.jp"}),
        ("authority", {}, {"ca": Path(__file__)}),
        ("authority", {}, {"ca": Path("no such file")}),
    ],
)
def test_a_server_that_cannot_be_worked_with(
    authority: Authority,
    book: Postbook,
    key: str,
    server: dict[str, object],
    more: dict[str, object],
) -> None:
    context = authority.context("127.0.0.1")
    with Smtpd(authority, **{"context": context, **server}) as smtpd:  # type: ignore[arg-type]
        settings = correspondence(smtpd, smtp=smtpd.settings(**more))
        with pytest.raises(MailServerError) as told:
            send_all([mail(1)], book, settings, PASSWORD)
        assert smtpd.accepted == []
    assert told.value.key == f"send.server.{key}"
    assert book.posted == ()
    for lang in Lang:
        assert told.value.parts["host"] in Wording(lang)(told.value.key, **told.value.parts)


def test_nobody_there(authority: Authority) -> None:
    with Smtpd(authority) as smtpd:
        server = smtpd.settings()
    with pytest.raises(MailServerError) as told:
        try_login(server, PASSWORD)
    assert told.value.key == "send.server.unreachable"


@pytest.mark.parametrize(
    ("security", "key"), [(Security.TLS, "slow"), (Security.STARTTLS, "silent")]
)
def test_somebody_there_who_says_nothing(
    monkeypatch: pytest.MonkeyPatch, security: Security, key: str
) -> None:
    monkeypatch.setattr(connecting, "TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        server = MailServer("127.0.0.1", mute.getsockname()[1], security, SENDER)
        with pytest.raises(MailServerError) as told:
            try_login(server, PASSWORD)
    assert (told.value.key, told.value.passing) == (f"send.server.{key}", True)


def test_a_password_that_no_login_can_carry(smtpd: Smtpd) -> None:
    with pytest.raises(MailServerError) as told:
        try_login(smtpd.settings(), "合言葉")
    assert told.value.key == "send.server.letters"


def test_try_login(smtpd: Smtpd) -> None:
    try_login(smtpd.settings(), PASSWORD)
    with pytest.raises(MailServerError) as told:
        try_login(smtpd.settings(), PASSWORD + "!")
    assert told.value.key == "send.server.login"
    assert PASSWORD not in f"{told.value.parts}"


def test_no_password_goes_over_an_open_line(authority: Authority) -> None:
    with Smtpd(authority, Security.STARTTLS, starttls=False) as smtpd:
        with pytest.raises(MailServerError):
            try_login(smtpd.settings(), PASSWORD)
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
            (Event.REFUSED, ("a@two.jp",)),
            (Event.SENDING, ("b@two.jp",)),
            (Event.SENT, ("b@two.jp",)),
        ]),
        ({"a@two.jp": BUSY}, [
            (Event.DEFERRED, ("a@two.jp",)),
            (Event.SENDING, ("b@two.jp",)),
            (Event.SENT, ("b@two.jp",)),
        ]),
        ({"a@two.jp": NOBODY, "b@two.jp": NOBODY}, [(Event.REFUSED, ("a@two.jp", "b@two.jp"))]),
        ({"a@two.jp": NOBODY, "b@two.jp": BUSY}, [
            (Event.REFUSED, ("a@two.jp",)),
            (Event.DEFERRED, ("b@two.jp",)),
        ]),
        ({"a@two.jp": RELAY, "b@two.jp": RELAY}, [(Event.REFUSED, ())]),
        ({"a@two.jp": "550 relaying denied", "b@two.jp": "550 no user"}, [
            (Event.REFUSED, ()),
            (Event.REFUSED, ("b@two.jp",)),
        ]),
    ],
)  # fmt: skip
def test_recipients_that_are_turned_down(
    smtpd: Smtpd,
    book: Postbook,
    answers: dict[str, str],
    expected: list[tuple[Event, tuple[str, ...]]],
) -> None:
    smtpd.answers = answers
    outgoing = mail(2, "a@two.jp", "b@two.jp")
    report = send(smtpd, book, [outgoing])
    assert events(book) == expected
    assert book.is_done(outgoing.parcel.key) == (expected[-1][0] is Event.SENT)
    assert [*report.refused, *report.sent, *report.deferred, *report.uncertain] == sorted(
        (each for each in book.posted if each.event is not Event.SENDING),
        key=lambda each: [Event.REFUSED, Event.SENT, Event.DEFERRED].index(each.event),
    )
    send(smtpd, book, [mail(3)])  # the line is clear for the next
    assert smtpd.accepted[-1].recipients == ("c3@client3.co.jp", SENDER)


def test_what_the_server_said_is_kept(smtpd: Smtpd, book: Postbook) -> None:
    smtpd.answers = {"a@two.jp": NOBODY, "b@two.jp": "551 5.1.6 moved\x07 away"}
    report = send(smtpd, book, [mail(2, "a@two.jp", "b@two.jp")])
    text = f"a@two.jp: {NOBODY} / b@two.jp: 551 5.1.6 moved away"
    assert [each.text for each in report.refused] == [text]


def test_an_address_that_refused_is_not_tried_again(smtpd: Smtpd, book: Postbook) -> None:
    smtpd.answers = {"A@two.jp": NOBODY}
    send(smtpd, book, [mail(2, "A@two.jp")])
    smtpd.answers = {}
    assert send(smtpd, book, [mail(2, "a@two.jp")]).skipped
    assert smtpd.accepted == []
    send(smtpd, book, [mail(2, "a@two.jp", "new@two.jp")])
    assert [each.recipients for each in smtpd.accepted] == [("new@two.jp", SENDER)]


@pytest.mark.parametrize(
    ("verdict", "addresses"),
    [
        ("554 5.7.1 Looks like spam", ()),
        ("554 No", ()),
        ("550 5.2.1 Mailbox disabled", ("c1@client1.co.jp",)),
    ],
)
def test_a_mail_that_is_refused_when_it_is_there(
    smtpd: Smtpd, book: Postbook, verdict: str, addresses: tuple[str, ...]
) -> None:
    smtpd.verdicts = [verdict]
    report = send(smtpd, book, [mail(1), mail(2)])
    assert [(each.addresses, each.text) for each in report.refused] == [(addresses, verdict)]
    assert [each.client for each in report.sent] == ["C-002"]
    assert not book.uncertain()
    again = send(smtpd, book, [mail(1)])
    assert bool(again.sent) == (not addresses)


def test_refusals_in_a_row_that_no_address_is_to_blame_for(smtpd: Smtpd, book: Postbook) -> None:
    smtpd.verdicts = ["554 5.7.1 Not you"] * 9
    report = send(smtpd, book, [mail(number) for number in range(9)])
    assert len(report.refused) == 3
    assert report.stopped
    assert report.stopped.key == "send.server.refuses"


@pytest.mark.parametrize(
    ("greeting", "key"),
    [("550 5.7.60 Not your address", "sender"), ("553 5.7.1 Not owned by user", "sender")],
)
def test_a_sender_that_is_not_allowed(
    smtpd: Smtpd, book: Postbook, greeting: str, key: str
) -> None:
    smtpd.greetings = [greeting]
    report = send(smtpd, book, [mail(1), mail(2)])
    assert report.stopped
    assert report.stopped.key == f"send.server.{key}"
    assert book.posted == ()


def test_without_its_copy_no_mail_goes_out(smtpd: Smtpd, book: Postbook) -> None:
    smtpd.answers = {SENDER: NOBODY}
    report = send(smtpd, book, [mail(1)])
    assert report.stopped
    assert report.stopped.key == "send.server.copy"
    assert (smtpd.accepted, book.posted) == ([], ())


def test_a_mail_that_is_too_big_is_not_even_begun(authority: Authority, book: Postbook) -> None:
    with Smtpd(authority, limit=20_000) as smtpd:
        big = mail(1, text="x" * 20_000)
        report = send(smtpd, book, [big, mail(2)])
        assert (smtpd.begun, len(smtpd.accepted)) == (1, 1)
    (told,) = report.too_big
    assert (told.parcel, told.size, told.limit) == (big.parcel, len(big.content), 20_000)
    assert [each.client for each in report.sent] == ["C-002"]


def test_a_server_that_says_so_when_it_hears_the_size(smtpd: Smtpd, book: Postbook) -> None:
    smtpd.greetings = ["552 5.3.4 Too big"]
    report = send(smtpd, book, [mail(1), mail(2)])
    assert [(each.parcel.client.id, each.limit) for each in report.too_big] == [("C-001", 33554432)]
    assert [each.client for each in report.sent] == ["C-002"]


# --- setbacks


@pytest.mark.parametrize("trouble", [
    {"greetings": ["451 4.7.500 Server busy"]},
    {"greetings": ["421 4.7.0 Too many messages"]},
    {"greetings": ["450 4.7.1 Too much mail", "421 Later"]},
    {"verdicts": ["451 4.3.0 Try again"]},
    {"verdicts": ["421 4.3.2 Shutting down"]},
])  # fmt: skip
def test_what_passes_is_waited_for(
    smtpd: Smtpd, book: Postbook, trouble: dict[str, object]
) -> None:
    for name, value in trouble.items():
        setattr(smtpd, name, value)
    clock = Clock()
    report = send(smtpd, book, [mail(1), mail(2)], clock)
    assert [each.client for each in report.sent] == ["C-001", "C-002"]
    assert smtpd.ids() == ["<1.0@example.co.jp>", "<2.0@example.co.jp>"]
    assert clock.slept >= 5
    assert report.deferred == report.uncertain == ()


def test_a_server_that_breaks_in_on_a_mail_has_not_taken_it(smtpd: Smtpd, book: Postbook) -> None:
    smtpd.broken_in_data = 1
    big = mail(1, text="x" * 10_000_000)  # more than waits on the way
    report = send(smtpd, book, [big, mail(2)])
    assert [each.client for each in report.sent] == ["C-001", "C-002"]
    assert events(book)[0][0] is Event.SENDING
    assert book.attempts(big.parcel.key) == 1


@pytest.mark.parametrize("words", [b"421 4.3.2 Bye\r\n", None])
def test_what_a_server_says_before_the_end_is_heard(words: bytes | None) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"250 OK\r\n250 OK\r\n354 Go on\r\n" + (words or b""))
        if words is None:
            theirs.shutdown(socket.SHUT_WR)
        client = smtplib.SMTP()
        client.sock = ours
        session = Session(MailServer("x", 465, Security.TLS, "y"), client)
        with pytest.raises(SetbackError):
            session.send(Envelope("a@x", ("b@y",)), b"Subject: x\r\n", never)
        assert not theirs.recv(1000).endswith(b"\r\n.\r\n")
        session.drop()


def test_a_recipient_that_makes_us_wait(smtpd: Smtpd, book: Postbook) -> None:
    waits: list[tuple[float, str]] = []

    def waiting(seconds: float, text: str) -> None:
        waits.append((seconds, text))
        smtpd.answers = {}

    smtpd.answers = {"c1@client1.co.jp": "450 4.7.1 Greylisted"}
    settings = correspondence(smtpd)
    report = send_all([mail(1)], book, settings, PASSWORD, waiting=waiting, sleep=Clock().sleep)
    assert waits == [(5, "450 4.7.1 Greylisted")]
    assert len(report.sent) == 1


def test_at_last_it_gives_up_and_tells_so(smtpd: Smtpd, book: Postbook) -> None:
    smtpd.answers = {f"c{number}@client{number}.co.jp": FULL for number in range(1, 4)}
    clock = Clock()
    report = send(smtpd, book, [mail(number) for number in range(4)], clock)
    assert [each.client for each in report.sent] == ["C-000"]
    assert [(each.client, each.text) for each in report.deferred] == [("C-001", FULL)]
    assert report.stopped
    assert report.stopped.key == "send.server.gave_up"
    assert report.stopped.parts["reply"] == FULL
    assert clock.slept >= 5 + 30 + 120 + 300
    smtpd.answers = {}
    again = send(smtpd, book, [mail(number) for number in range(4)])
    assert [each.client for each in again.sent] == ["C-001", "C-002", "C-003"]


def test_a_mailbox_that_is_full_holds_nobody_else_up(smtpd: Smtpd, book: Postbook) -> None:
    smtpd.answers = {"c1@client1.co.jp": "452 4.2.2 Mailbox full"}
    report = send(smtpd, book, [mail(1), mail(2)])
    assert [each.client for each in report.deferred] == ["C-001"]
    assert [each.client for each in report.sent] == ["C-002"]


def test_a_server_that_is_gone_for_good(authority: Authority, book: Postbook) -> None:
    def mails() -> Iterator[Outgoing]:
        yield mail(1)
        running.close()
        yield mail(2)
        yield mail(3)

    clock = Clock()
    with ExitStack() as running:
        server = running.enter_context(Smtpd(authority))
        settings = correspondence(server)
        report = send_all(mails(), book, settings, PASSWORD, now=clock.now, sleep=clock.sleep)
    assert [each.client for each in report.sent] == ["C-001"]
    assert [each.client for each in report.deferred] == ["C-002"]
    assert report.stopped
    assert report.stopped.key == "send.server.gave_up.lost"


# --- nobody knows


def test_an_answer_that_never_came(smtpd: Smtpd, book: Postbook) -> None:
    smtpd.lost_after_data = 1
    report = send(smtpd, book, [mail(1), mail(2)])
    assert [each.client for each in report.uncertain] == ["C-001"]
    assert [each.client for each in report.sent] == ["C-002"]
    again = send(smtpd, book, [mail(1)])
    assert [each.client for each in again.uncertain] == ["C-001"]
    assert smtpd.ids() == ["<1.0@example.co.jp>", "<2.0@example.co.jp>"]


def test_answers_that_never_come_are_not_asked_for_again_and_again(
    smtpd: Smtpd, book: Postbook
) -> None:
    smtpd.lost_after_data = 9
    report = send(smtpd, book, [mail(number) for number in range(9)])
    assert len(report.uncertain) == 2
    assert report.stopped
    assert report.stopped.key == "send.server.gave_up.lost"


def uncertain_book(smtpd: Smtpd, book: Postbook, *, taken: bool, first: bool = False) -> None:
    """A log that ends with a mail whose answer never came."""
    if not first:
        send(smtpd, book, [mail(1)])
    smtpd.lost_after_data = 1
    send(smtpd, book, [mail(2)])
    if not taken:
        smtpd.accepted.pop()


@pytest.mark.parametrize("taken", [True, False])
def test_the_copy_tells(smtpd: Smtpd, book: Postbook, taken: bool) -> None:
    uncertain_book(smtpd, book, taken=taken)
    find = lambda ids: frozenset(ids) & frozenset(smtpd.ids())  # noqa: E731
    settled = settle_uncertain(book, correspondence(smtpd), find, never)
    assert [len(settled.sent), len(settled.unsent), len(settled.left)] == [taken, not taken, 0]
    key = mail(2).parcel.key
    assert (book.is_done(key), book.pending(key), book.attempts(key)) == (taken, None, 1)
    send(smtpd, book, [mail(2, attempt=1)])
    assert len(smtpd.accepted) == 2


FIRST = frozenset({mail(1).message_id})


@pytest.mark.parametrize(
    ("why", "first", "find", "more"),
    [
        ("nobody can look", False, None, {}),
        ("no copy of a mail that did go out", False, lambda _: frozenset(), {}),
        ("no mail has gone out before", True, lambda _: frozenset(), {}),
        ("another mailbox", False, lambda _: FIRST, {"sender": "new@example.co.jp"}),
    ],
)
@pytest.mark.parametrize("answer", Answer)
def test_a_person_is_asked_where(
    smtpd: Smtpd,
    book: Postbook,
    why: str,  # noqa: ARG001
    first: bool,
    find: FindCopies | None,
    more: dict[str, object],
    answer: Answer,
) -> None:
    asked = []
    uncertain_book(smtpd, book, taken=True, first=first)

    def ask(posted: Posted) -> Answer:
        asked.append(posted.client)
        return answer

    settled = settle_uncertain(book, correspondence(smtpd, **more), find, ask)
    assert asked == ["C-002"]
    of = {Answer.SENT: settled.sent, Answer.UNSENT: settled.unsent, Answer.LEAVE: settled.left}
    assert [each.client for each in of[answer]] == ["C-002"]
    assert bool(book.uncertain()) == (answer is Answer.LEAVE)
    assert book.is_done(mail(2).parcel.key) == (answer is Answer.SENT)


def test_without_copies_no_mailbox_can_tell(smtpd: Smtpd, book: Postbook) -> None:
    send(smtpd, book, [mail(1)])
    smtpd.lost_after_data = 1
    send(smtpd, book, [mail(2)], copies=False)

    def find(ids: Sequence[str]) -> frozenset[str]:
        raise AssertionError(ids)

    settled = settle_uncertain(book, correspondence(smtpd), find, lambda _: Answer.LEAVE)
    assert [each.client for each in settled.left] == ["C-002"]


def test_who_answers_for_a_mail_is_no_witness(smtpd: Smtpd, book: Postbook) -> None:
    uncertain_book(smtpd, book, taken=False, first=True)
    settings = correspondence(smtpd)
    settle_uncertain(book, settings, None, lambda _: Answer.SENT)
    smtpd.lost_after_data = 1
    send(smtpd, book, [mail(3)])
    asked: list[Sequence[str]] = []

    def find(ids: Sequence[str]) -> frozenset[str]:
        asked.append(ids)
        return frozenset()

    settle_uncertain(book, settings, find, lambda _: Answer.LEAVE)
    assert asked == [["<3.0@example.co.jp>"]]


# --- Ctrl-C


def test_ctrl_c_lets_the_mail_at_hand_finish(smtpd: Smtpd, book: Postbook) -> None:
    async def interrupt(name: str) -> None:
        if (name, len(smtpd.accepted)) == ("reply", 2):
            signal.raise_signal(signal.SIGINT)

    smtpd.moment = interrupt
    report = send(smtpd, book, [mail(number) for number in range(5)])
    assert [each.client for each in report.sent] == ["C-000", "C-001"]
    assert report.interrupted
    assert not book.uncertain()


def test_ctrl_c_ends_a_pause(smtpd: Smtpd, book: Postbook) -> None:
    def sleep(_seconds: float) -> None:
        naps.append(_seconds)
        signal.raise_signal(signal.SIGINT)

    naps: list[float] = []
    settings = correspondence(smtpd, per_minute=1)
    report = send_all([mail(1), mail(2)], book, settings, PASSWORD, sleep=sleep)
    assert [each.client for each in report.sent] == ["C-001"]
    assert len(naps) == 1
    assert report.interrupted


def test_whoever_insists_stops_at_once(smtpd: Smtpd, book: Postbook) -> None:
    def sleep(_seconds: float) -> None:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    settings = correspondence(smtpd, per_minute=1)
    with pytest.raises(KeyboardInterrupt):
        send_all([mail(1), mail(2)], book, settings, PASSWORD, sleep=sleep)
    assert len(smtpd.accepted) == 1


def test_a_log_that_cannot_be_written_stops_the_mail(
    smtpd: Smtpd, book: Postbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_posted: Posted) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(book, "add", full)
    with pytest.raises(OSError, match="space"):
        send(smtpd, book, [mail(1)])
    assert smtpd.accepted == []
