"""Signing in at a provider: codes, the browser, new tokens, and every way in which it fails."""

from __future__ import annotations

import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.mail.auth import providers
from sheet_diag.mail.auth.browser import BrowserPrompt, sign_in_with_browser
from sheet_diag.mail.auth.device import DeviceCode, request_device_code, wait_for_tokens
from sheet_diag.mail.auth.providers import SignInError, supports_device_codes
from sheet_diag.mail.auth.tokens import TokenGrant, renew_tokens
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail import MailAccessError
from sheet_diag.model.settings import AppRegistration, ConnectionSecurity, MailProvider, MailServer
from sheet_diag.text.wording import Wording
from tests.mailservers import USER, Authority
from tests.signin_process import browse
from tests.tokenservers import CLIENT, GOOGLE, IMAP, SECRET, SMTP, TENANT, USER_CODE, TokenServer

MICROSOFT = AppRegistration(MailProvider.MICROSOFT, CLIENT, TENANT)
AT_GOOGLE = AppRegistration(MailProvider.GOOGLE, CLIENT)


class Clock:
    """Time that passes while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        self.meanwhile()

    def __call__(self) -> float:
        return self.time


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def there(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenServer]:
    with TokenServer(authority) as server:
        _point(monkeypatch, server.address)
        yield server


@pytest.fixture
def account(authority: Authority) -> MailServer:
    return _account(authority)


def _account(authority: Authority, registration: AppRegistration = MICROSOFT) -> MailServer:
    return MailServer("x", 587, ConnectionSecurity.STARTTLS, USER, authority.file, registration)


def _point(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(providers, "MICROSOFT", address)
    monkeypatch.setattr(providers, "GOOGLE_PAGE", f"{address}/google/page")
    monkeypatch.setattr(providers, "GOOGLE_TOKENS", f"{address}/google/token")


def _signed_in(account: MailServer, clock: Clock | None = None) -> TokenGrant:
    clock = clock or Clock()
    return wait_for_tokens(
        account, request_device_code(account, ["smtp", "imap"]), sleep=clock.sleep, clock=clock
    )


def _error_key(
    caught: pytest.ExceptionInfo[MailAccessError], there: TokenServer | None = None
) -> str:
    """The key of what is told, which makes a sentence in both languages and gives nothing away."""
    error = caught.value
    texts = [Wording(lang)(error.key, **error.parts) for lang in Lang]
    for text in (*texts, str(error), repr(error)):
        assert not re.search(r"[{}]|None", text.partition(": {")[0])
        for token in there.given if there else ():
            assert token not in text
    return error.key.removeprefix("signin.")


# --- with a code


def test_a_code_signs_the_account_in(there: TokenServer, account: MailServer) -> None:
    there.pending, clock = ["authorization_pending"] * 2, Clock()
    code = request_device_code(account, ["smtp", "imap"])
    assert (code.address, code.code) == ("https://microsoft.example/devicelogin", USER_CODE)
    assert (code.seconds, code.interval) == (900, 1)
    grant = wait_for_tokens(account, code, sleep=clock.sleep, clock=clock)
    assert clock.slept == [1, 1, 1]
    assert there.owner(grant.access, SMTP) == there.owner(grant.access, IMAP) == USER
    assert there.forms("devicecode") == [
        {"client_id": CLIENT, "scope": f"{SMTP} {IMAP} offline_access"}
    ]
    assert {form["client_id"] for form in there.forms("token")} == {CLIENT}


def test_only_the_scopes_in_use_are_asked_for(there: TokenServer, account: MailServer) -> None:
    request_device_code(account, ["imap"])
    assert there.forms("devicecode")[0]["scope"] == f"{IMAP} offline_access"


def test_slow_down_makes_the_interval_longer(there: TokenServer, account: MailServer) -> None:
    there.pending, clock = ["slow_down", "authorization_pending", "slow_down"], Clock()
    assert _signed_in(account, clock).refresh
    assert clock.slept == [1, 6, 6, 11]


def test_a_code_expires(there: TokenServer, account: MailServer) -> None:
    there.pending, clock = ["authorization_pending"] * 1000, Clock()
    _odd(there, interval=40)
    with pytest.raises(SignInError) as raised:
        _signed_in(account, clock)
    assert _error_key(raised) == "expired"
    assert clock.time == 880  # of 900


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        ("authorization_declined", "declined"),
        ("access_denied", "declined"),
        ("expired_token", "expired"),
        ("invalid_client", "registration"),
        ("unauthorized_client", "registration"),
        ("invalid_scope", "registration"),
        ("invalid_grant", "not_allowed"),
        ("interaction_required", "not_allowed"),
    ],
)
def test_a_no_of_the_provider_ends_the_waiting(
    there: TokenServer, account: MailServer, answer: str, key: str
) -> None:
    there.pending = ["authorization_pending", answer]
    with pytest.raises(SignInError) as raised:
        _signed_in(account)
    assert _error_key(raised, there) == key
    assert not raised.value.passing
    if key != "expired":
        assert answer in raised.value.parts["reply"]


def test_an_unknown_application_is_reported(there: TokenServer, account: MailServer) -> None:
    there.denial = ("unauthorized_client", "AADSTS700016: not found.\r\nTrace ID: 1\r\n")
    with pytest.raises(SignInError) as raised:
        request_device_code(account, ["smtp"])
    assert _error_key(raised) == "registration"
    assert raised.value.parts["reply"] == "unauthorized_client AADSTS700016: not found."


def test_a_sign_in_without_refresh_token_is_rejected(
    there: TokenServer, account: MailServer
) -> None:
    there.gives_refresh = False
    with pytest.raises(SignInError) as raised:
        _signed_in(account)
    assert _error_key(raised, there) == "registration"


def test_the_network_may_fail_for_a_moment(there: TokenServer, account: MailServer) -> None:
    clock = Clock()

    def comes_back() -> None:
        if len(clock.slept) == 3:
            there.raw = None

    code, clock.meanwhile = request_device_code(account, ["smtp"]), comes_back
    there.raw = (503, "busy")
    assert wait_for_tokens(account, code, sleep=clock.sleep, clock=clock).access
    assert clock.slept == [1, 6, 11]


def test_a_network_that_stays_away_is_reported(there: TokenServer, account: MailServer) -> None:
    clock, code = Clock(), request_device_code(account, ["smtp"])
    there.raw = (503, "busy")
    with pytest.raises(SignInError) as raised:
        wait_for_tokens(account, code, sleep=clock.sleep, clock=clock)
    assert _error_key(raised) == "server.strange"
    assert "503" in raised.value.parts["reply"]


@pytest.mark.parametrize("seconds", [None, "soon", -5, 0, 10**12, "٣", [1]])
def test_odd_times_of_a_server_are_limited(
    there: TokenServer, account: MailServer, seconds: object
) -> None:
    _odd(there, interval=seconds, expires_in=seconds)
    code = request_device_code(account, ["smtp"])
    assert 1 <= code.interval <= 3600
    assert 1 <= code.seconds <= 3600


@pytest.mark.parametrize("key", ["user_code", "device_code", "verification_uri"])
def test_an_incomplete_code_is_rejected(there: TokenServer, account: MailServer, key: str) -> None:
    _odd(there, **{key: ""})
    with pytest.raises(SignInError) as raised:
        request_device_code(account, ["smtp"])
    assert _error_key(raised) == "server.strange"


def test_control_characters_of_a_server_are_removed(
    there: TokenServer, account: MailServer
) -> None:
    _odd(there, user_code="A\x1b[2JB", verification_uri="https://x.example/\n\x07evil")
    code = request_device_code(account, ["smtp"])
    assert (code.code, code.address) == ("A [2JB", "https://x.example/ evil")


def _odd(there: TokenServer, **parts: object) -> None:
    """Let the server give an odd code."""
    usual = there._code

    def odd(form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        status, answer = usual(form)
        return status, {**answer, **parts}

    there._code = odd  # type: ignore[method-assign]


# --- the server of tokens


@pytest.mark.parametrize(
    ("raw", "passing"),
    [
        pytest.param((200, "<html>log in to the hotel's network</html>"), True, id="a page"),
        pytest.param((200, "[]"), True, id="no object"),
        pytest.param((200, ""), True, id="nothing"),
        pytest.param((200, "{}"), True, id="an empty object"),
        pytest.param((500, '{"error": "x"}'), True, id="broken"),
        pytest.param((429, '{"error": "x"}'), True, id="too many"),
        pytest.param((302, "https://elsewhere.example/"), True, id="elsewhere"),
        pytest.param((200, '{"access_token": "a b\\u0001"}'), True, id="no token"),
        pytest.param((200, '{"access_token": {"a": 1}, "refresh_token": "b"}'), True, id="odd"),
    ],
)
def test_odd_answers_are_rejected(
    there: TokenServer, account: MailServer, raw: tuple[int, str], *, passing: bool
) -> None:
    there.raw = raw
    with pytest.raises(SignInError) as raised:
        renew_tokens(account, "smtp", "old", "")
    assert _error_key(raised) == "server.strange"
    assert raised.value.passing is passing
    assert len(there.asked) == 1


def test_an_unreachable_token_server_is_reported(there: TokenServer, account: MailServer) -> None:
    there.__exit__()
    with pytest.raises(SignInError) as raised:
        request_device_code(account, ["smtp"])
    assert _error_key(raised) == "server.unreachable"
    assert raised.value.passing


def test_an_unknown_token_server_is_reported(
    account: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    _point(monkeypatch, "https://nobody.invalid")
    with pytest.raises(SignInError) as raised:
        request_device_code(account, ["smtp"])
    assert _error_key(raised) in ("server.unknown", "server.unreachable")
    assert raised.value.parts["host"] == "nobody.invalid"


@pytest.mark.parametrize("case", ["unknown", "name", "authority"])
def test_no_token_is_sent_to_an_unverified_server(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    names = ["other.example"] if case == "name" else []
    file = authority.file
    if case == "unknown":
        (tmp_path / "other").mkdir()
        file = Authority(tmp_path / "other").file
    elif case == "authority":
        file = tmp_path / "notes.txt"
        file.write_text("no certificate", encoding="utf-8")
    account = MailServer("x", 587, ConnectionSecurity.STARTTLS, USER, file, MICROSOFT)
    with TokenServer(authority, *names) as there:
        _point(monkeypatch, there.address)
        with pytest.raises(SignInError) as raised:
            renew_tokens(account, "smtp", "old", "")
        keys = {"authority": "server.authority"}
        assert _error_key(raised) == keys.get(case, f"server.certificate.{case}")
        assert not raised.value.passing
        assert there.asked == []


def test_the_systems_authorities_count_beside_the_firms(
    tmp_path: Path, there: TokenServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "firm").mkdir()
    firm = Authority(tmp_path / "firm").file
    account = MailServer("x", 587, ConnectionSecurity.STARTTLS, USER, firm, MICROSOFT)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    assert request_device_code(account, ["smtp"]).code == USER_CODE
    assert there.asked


# --- new tokens


def test_an_access_token_is_renewed_for_one_use(there: TokenServer, account: MailServer) -> None:
    first = _signed_in(account)
    there.expire()
    assert there.owner(first.access) == ""
    second = renew_tokens(account, "smtp", first.refresh, "")
    assert there.owner(second.access, SMTP) == USER
    assert there.owner(second.access, IMAP) == ""
    assert second.refresh != first.refresh
    assert there.owner(renew_tokens(account, "imap", second.refresh, "").access, IMAP) == USER


def test_the_refresh_token_may_stay(there: TokenServer, account: MailServer) -> None:
    first, there.rotates = _signed_in(account), False
    assert renew_tokens(account, "smtp", first.refresh, "").refresh == first.refresh


def test_a_sign_in_that_has_ended_is_reported(there: TokenServer, account: MailServer) -> None:
    first = _signed_in(account)
    there.revoke()
    with pytest.raises(SignInError) as raised:
        renew_tokens(account, "imap", first.refresh, "")
    assert _error_key(raised, there) == "over"
    assert not raised.value.passing
    assert "Trace" not in raised.value.parts["reply"]
    assert "sheet-diag login imap" in Wording(Lang.EN)("signin.over", **raised.value.parts)


@pytest.mark.parametrize(
    ("answer", "key", "passing"),
    [
        ("temporarily_unavailable", "server.strange", True),
        ("interaction_required", "over", False),
        ("invalid_client", "registration", False),
    ],
)
def test_a_renewal_that_fails_is_reported(
    there: TokenServer, account: MailServer, answer: str, key: str, *, passing: bool
) -> None:
    there.denial = (answer, "")
    with pytest.raises(SignInError) as raised:
        renew_tokens(account, "smtp", "old", "")
    assert (_error_key(raised), raised.value.passing) == (key, passing)


def test_a_use_that_was_not_allowed_needs_a_new_sign_in(
    there: TokenServer, account: MailServer
) -> None:
    clock = Clock()
    first = wait_for_tokens(
        account, request_device_code(account, ["smtp"]), sleep=clock.sleep, clock=clock
    )
    with pytest.raises(SignInError) as raised:
        renew_tokens(account, "imap", first.refresh, "")
    assert _error_key(raised, there) == "over"


def test_tokens_are_shown_nowhere() -> None:
    assert "token" not in repr(TokenGrant("token", "token"))
    assert "token" not in repr(DeviceCode("a", "c", 1, 1, "token"))


# --- with the browser of this machine


class Person:
    """Somebody who signs in when a browser opens, on a thread as browsers do."""

    def __init__(self, authority: Authority) -> None:
        self.begun: list[str] = []
        self.saw: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self._authority = authority

    @property
    def shown(self) -> BrowserPrompt:
        return BrowserPrompt(self.begun.append, "終わりました <b>", self._open)

    def _open(self, address: str) -> None:
        self._thread = threading.Thread(target=self._sign_in, args=(address,))
        self._thread.start()

    def _sign_in(self, address: str) -> None:
        self.before(address)
        self.saw.append(browse(address, self._authority.file))

    def leave(self) -> None:
        self._thread.join(60)


@pytest.fixture
def person(authority: Authority) -> Iterator[Person]:
    person = Person(authority)
    yield person
    person.leave()


@pytest.mark.parametrize("registration", [MICROSOFT, AT_GOOGLE], ids=["microsoft", "google"])
def test_the_browser_of_this_machine_signs_the_account_in(
    there: TokenServer, authority: Authority, person: Person, registration: AppRegistration
) -> None:
    account = _account(authority, registration)
    secret = SECRET if registration is AT_GOOGLE else ""
    grant = sign_in_with_browser(account, ["smtp", "imap"], secret, person.shown)
    person.leave()
    assert there.owner(grant.access) == USER
    assert there.owner(renew_tokens(account, "smtp", grant.refresh, secret).access) == USER
    (form,) = there.forms("page" if secret else "authorize")
    asked, renewed = there.forms("token")
    assert form["login_hint"] == USER
    assert asked.get("client_secret") == renewed.get("client_secret") == (secret or None)
    if registration is AT_GOOGLE:
        assert form["scope"] == GOOGLE
        assert (form["access_type"], form["prompt"]) == ("offline", "consent")
        assert form["redirect_uri"].startswith("http://127.0.0.1:")
    else:
        assert form["redirect_uri"].startswith("http://localhost:")
    assert "終わりました &lt;b&gt;" in person.saw[0]
    assert asked["code"] not in person.saw[0]


def test_google_gives_no_codes_for_mail() -> None:
    assert supports_device_codes(MICROSOFT)
    assert not supports_device_codes(AT_GOOGLE)


def test_a_request_without_the_state_is_rejected(
    there: TokenServer, account: MailServer, person: Person
) -> None:
    def intrude(address: str) -> None:
        port = re.search(r"localhost%3A(\d+)", address)
        assert port
        for path in ("/?code=evil", "/?code=evil&state=guessed", "/favicon.ico"):
            with pytest.raises(urllib.error.HTTPError) as no:
                urllib.request.urlopen(f"http://127.0.0.1:{port[1]}{path}", timeout=60)
            assert no.value.code == 404
            no.value.close()

    person.before = intrude
    grant = sign_in_with_browser(account, ["smtp"], "", person.shown)
    assert there.owner(grant.access) == USER
    assert [form["code"] == "evil" for form in there.forms("token")] == [False]


def test_a_person_may_decline(there: TokenServer, account: MailServer, person: Person) -> None:
    there.refused = "access_denied"
    with pytest.raises(SignInError) as raised:
        sign_in_with_browser(account, ["smtp"], "", person.shown)
    assert _error_key(raised) == "declined"
    assert there.forms("token") == []


def test_a_sign_in_in_the_browser_expires(there: TokenServer, account: MailServer) -> None:
    opened: list[str] = []
    with pytest.raises(SignInError) as raised:
        sign_in_with_browser(
            account, ["smtp"], "", BrowserPrompt(opened.append, "", opened.append, 0.3)
        )
    assert _error_key(raised) == "expired"
    assert len(set(opened)) == 1  # told, and opened
    assert there.asked == []
