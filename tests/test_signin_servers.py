"""Mail servers that take tokens: sending and collecting with them, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sheet_diag.mail.imap.connection import MailboxError
from sheet_diag.mail.imap.mailbox import find_copies, open_mailbox
from sheet_diag.mail.imap.mailbox import try_imap_login as try_mailbox
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.mail.smtp.connection import SmtpServerError
from sheet_diag.mail.smtp.connection import try_smtp_login as try_server
from sheet_diag.mail.smtp.delivery import send_mails
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail import MailAccessError
from sheet_diag.model.settings import ConnectionSecurity, CorrespondenceSettings, MailServer
from sheet_diag.text.wording import Wording
from tests.dovecot import Dovecot
from tests.final_mails import SENDER, FakeClock, make_message
from tests.mailservers import PASSWORD, USER, Authority, SmtpServer
from tests.test_signin import MICROSOFT
from tests.tokenservers import IMAP, SMTP, TokenServer

CLOSING = "421 4.3.2 Service not active"
RELAYED = b"From: a@x.example\r\nMessage-ID: <1@x.example>\r\n\r\n.\r\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def there(authority: Authority) -> Iterator[TokenServer]:
    with TokenServer(authority) as server:
        yield server


@pytest.fixture(params=[ConnectionSecurity.TLS, ConnectionSecurity.STARTTLS])
def smtpd(
    authority: Authority, there: TokenServer, request: pytest.FixtureRequest
) -> Iterator[SmtpServer]:
    with SmtpServer(authority, request.param, tokens=there.owner) as server:
        yield server


class Tokens:
    """What gives a token each time, and how often it has; `before` comes first."""

    def __init__(self, there: TokenServer, scope: str = SMTP) -> None:
        self.given: list[str] = []
        self.before: Callable[[], None] = lambda: None
        self._there, self._scope = there, scope

    def __call__(self) -> str:
        self.before()
        token = str(self._there._granted(self._scope, "")[1]["access_token"])
        self.given.append(token)
        return token


@pytest.fixture
def tokens(there: TokenServer) -> Tokens:
    return Tokens(there)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[MailLog]:
    with MailLog.open(tmp_path / MAIL_LOG_NAME) as opened:
        yield opened


def settings(server: MailServer) -> CorrespondenceSettings:
    return CorrespondenceSettings(sender=SENDER, smtp=server, per_minute=6000)


def _sentences(error: MailAccessError | SmtpServerError | MailboxError) -> list[str]:
    return [Wording(lang)(error.key, **error.parts) for lang in Lang]


# --- sending


def test_mails_are_sent_with_a_token(smtpd: SmtpServer, book: MailLog, tokens: Tokens) -> None:
    server = smtpd.settings(registration=MICROSOFT)
    report = send_mails([make_message(1), make_message(2)], book, settings(server), tokens)
    assert [each.client for each in report.sent] == ["C-001", "C-002"]
    assert (len(tokens.given), smtpd.logins) == (1, ["XOAUTH2"])
    assert len(tokens.given[0]) > 1990  # longer than any password


def test_each_connection_has_a_token_of_its_own(
    smtpd: SmtpServer, book: MailLog, there: TokenServer, tokens: Tokens
) -> None:
    smtpd.greetings, tokens.before = [CLOSING], there.expire
    server = smtpd.settings(registration=MICROSOFT)
    clock = FakeClock()
    report = send_mails(
        [make_message(1), make_message(2)],
        book,
        settings(server),
        tokens,
        now=clock.now,
        sleep=clock.sleep,
    )
    assert len(report.sent) == 2
    assert len(set(tokens.given)) == 2


def test_a_lapsed_login_is_renewed(smtpd: SmtpServer, book: MailLog, tokens: Tokens) -> None:
    lapsed = "530 5.7.57 Client not authenticated to send mail."
    smtpd.greetings = ["", lapsed]
    server = smtpd.settings(registration=MICROSOFT)
    clock, waits = FakeClock(), list[str]()
    report = send_mails(
        [make_message(1), make_message(2), make_message(3)], book, settings(server), tokens,
        waiting=lambda _, text: waits.append(text), now=clock.now, sleep=clock.sleep,
    )  # fmt: skip
    assert len(report.sent) == 3
    assert (len(tokens.given), waits) == (2, [lapsed])


def test_an_account_that_may_not_send_at_all_is_not_tried_again(
    smtpd: SmtpServer, book: MailLog, tokens: Tokens
) -> None:
    smtpd.greetings = ["530 5.7.57 Client not authenticated to send mail."] * 9
    server = smtpd.settings(registration=MICROSOFT)
    report = send_mails(
        [make_message(1), make_message(2)], book, settings(server), tokens, sleep=FakeClock().sleep
    )
    assert report.stopped
    assert report.stopped.key == "send.server.sender"
    assert len(tokens.given) == 1


def test_a_token_that_fails_for_a_moment_is_tried_again(
    smtpd: SmtpServer, book: MailLog, tokens: Tokens
) -> None:
    tried: list[int] = []

    def away() -> None:
        tried.append(1)
        if 1 < len(tried) < 4:
            raise MailAccessError("signin.server.slow", passing=True, host="h", user="u")

    smtpd.greetings, tokens.before = [CLOSING], away
    server = smtpd.settings(registration=MICROSOFT)
    clock = FakeClock()
    report = send_mails(
        [make_message(1), make_message(2)],
        book,
        settings(server),
        tokens,
        now=clock.now,
        sleep=clock.sleep,
    )
    assert (len(report.sent), len(tried)) == (2, 4)


def test_a_token_that_fails_for_good_stops_the_sending(
    smtpd: SmtpServer, book: MailLog, tokens: Tokens
) -> None:
    def away() -> None:
        if tokens.given:
            raise MailAccessError("signin.server.slow", passing=True, host="h", user="u")

    smtpd.greetings, tokens.before = ["", CLOSING], away
    server = smtpd.settings(registration=MICROSOFT)
    clock = FakeClock()
    report = send_mails(
        [make_message(1), make_message(2)],
        book,
        settings(server),
        tokens,
        now=clock.now,
        sleep=clock.sleep,
    )
    assert [each.client for each in report.sent] == ["C-001"]
    assert [each.client for each in report.deferred] == ["C-002"]
    assert report.stopped
    assert report.stopped.key == "signin.server.slow"  # and not that mail servers are at fault
    assert clock.slept >= 5 + 30 + 120 + 300


def test_a_sign_in_that_ends_halfway_stops_the_sending(
    smtpd: SmtpServer, book: MailLog, tokens: Tokens
) -> None:
    def ended() -> None:
        if tokens.given:
            raise MailAccessError("signin.over", host="h", user="u", which="smtp", reply="no")

    smtpd.greetings = ["", "530 5.7.57 Client not authenticated"]
    tokens.before = ended
    server = smtpd.settings(registration=MICROSOFT)
    report = send_mails(
        [make_message(1), make_message(2)], book, settings(server), tokens, sleep=FakeClock().sleep
    )
    assert [each.client for each in report.sent] == ["C-001"]
    assert report.stopped
    assert report.stopped.key == "signin.over"
    assert all("sheet-diag login smtp" in text for text in _sentences(report.stopped))


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ("", "sign_in"),  # the server's own, after a challenge
        (
            "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
            "Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
            "sign_in.switched_off",
        ),
        ("535 5.7.8 Username and Password not accepted", "sign_in"),
    ],
)
def test_a_rejected_token_is_reported(
    smtpd: SmtpServer, there: TokenServer, tokens: Tokens, answer: str, key: str
) -> None:
    smtpd.lapsed = [answer]
    if not answer:
        there.user = "somebody@example.co.jp"
    with pytest.raises(SmtpServerError) as raised:
        try_server(smtpd.settings(registration=MICROSOFT), tokens)
    assert raised.value.key == f"send.server.{key}"
    assert not raised.value.passing
    for text in _sentences(raised.value):
        assert USER in text
        assert "535 5.7" in text
        assert "SMTP AUTH" in text
        assert "Bearer" not in text
        assert tokens.given[0] not in text


def test_a_server_without_tokens_is_reported(authority: Authority, tokens: Tokens) -> None:
    with SmtpServer(authority) as smtpd, pytest.raises(SmtpServerError) as raised:
        try_server(smtpd.settings(registration=MICROSOFT), tokens)
    assert raised.value.key == "send.server.no_tokens"
    assert all("sign_in" in text for text in _sentences(raised.value))


def test_a_server_without_passwords_is_reported_with_the_setting(smtpd: SmtpServer) -> None:
    with pytest.raises(SmtpServerError) as raised:
        try_server(smtpd.settings(), PASSWORD)
    assert raised.value.key == "send.server.no_login"
    assert all('sign_in = "microsoft"' in text for text in _sentences(raised.value))


# --- collecting


@pytest.fixture(scope="module")
def providers(authority: Authority) -> Iterator[TokenServer]:
    with TokenServer(authority) as server:
        yield server


@pytest.fixture(scope="module")
def dovecot(authority: Authority, providers: TokenServer) -> Iterator[Dovecot]:
    with Dovecot(authority, providers.introspection) as server:
        server.put(RELAYED)
        yield server


@pytest.mark.parametrize("security", ConnectionSecurity)
def test_a_token_opens_the_mailbox(
    dovecot: Dovecot, providers: TokenServer, security: ConnectionSecurity
) -> None:
    tokens = Tokens(providers, IMAP)
    server = dovecot.settings(security, registration=MICROSOFT)
    with open_mailbox(server, "INBOX", tokens) as box:
        assert len(list(box.heads())) == 1
    found = find_copies(server, "INBOX", tokens, ["<1@x.example>"], wait=0)
    assert found == {"<1@x.example>"}
    assert len(set(tokens.given)) == 2


@pytest.mark.parametrize("what", ["expired", "for sending", "somebody else's"])
def test_a_token_that_the_mailbox_rejects_is_reported(
    dovecot: Dovecot, providers: TokenServer, what: str
) -> None:
    tokens = Tokens(providers, SMTP if what == "for sending" else IMAP)
    providers.user = "other@example.co.jp" if what == "somebody else's" else USER
    token = tokens()
    if what == "expired":
        providers.expire()
    with pytest.raises(MailboxError) as raised:
        try_mailbox(dovecot.settings(registration=MICROSOFT), "INBOX", token)
    assert raised.value.key == "collect.server.sign_in"
    for text in _sentences(raised.value):
        assert USER in text
        assert "sheet-diag login imap" in text
        assert token not in text
    providers.user = USER


def test_a_mailbox_without_tokens_is_reported(authority: Authority, providers: TokenServer) -> None:
    with Dovecot(authority) as dovecot, pytest.raises(MailboxError) as raised:
        try_mailbox(dovecot.settings(registration=MICROSOFT), "INBOX", Tokens(providers))
    assert raised.value.key == "collect.server.no_tokens"
    assert all("sign_in" in text for text in _sentences(raised.value))


def test_a_mailbox_needs_a_token(dovecot: Dovecot, providers: TokenServer) -> None:
    tokens = Tokens(providers)

    def away() -> None:
        raise MailAccessError("signin.server.slow", passing=True, host="h", user="u")

    tokens.before = away
    with pytest.raises(MailAccessError):
        try_mailbox(dovecot.settings(registration=MICROSOFT), "INBOX", tokens)
