"""The whole, in real processes: signed in once, sent and collected without a password, until the
sign-in is ended; and what `sheet-diag login` says when it cannot be."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.campaigns import date_mails
from tests.dovecot import Dovecot
from tests.mail_firm import Firm, by_address
from tests.mailservers import USER, Authority, SmtpServer
from tests.signin_process import AUTHORITY
from tests.test_cli import ENVIRONMENT
from tests.test_mail_loop import ROWS, SMITH, YAMADA, answer
from tests.tokenservers import CLIENT, IMAP, SECRET, SMTP, TENANT, USER_CODE, TokenServer

pytestmark = pytest.mark.slow("whole campaigns by mail")


@dataclass(kw_only=True)
class SignedIn(Firm):
    """A firm whose mail servers take tokens; `there` is who gives them. Commands are processes."""

    there: TokenServer
    program: tuple[str, ...]
    authority: Authority

    def call(self, *words: str, answer: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, *self.program, *words],
            cwd=self.folder,
            input=answer,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=180,
            env={**ENVIRONMENT, AUTHORITY: str(self.authority.file), "COLUMNS": "120"},
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[SignedIn]:
    authority = Authority(tmp_path)
    folder = tmp_path / "campaign"
    folder.mkdir()
    with (
        TokenServer(authority) as there,
        Dovecot(authority, there.introspection) as dovecot,
        SmtpServer(authority, tokens=there.owner) as smtpd,
    ):
        smtpd.deliver = lambda mail: (
            dovecot.deliver([mail.content]) if USER in mail.recipients else None
        )
        office = SignedIn(
            folder,
            smtpd,
            dovecot,
            program=("-m", "tests.signin_process", there.address, str(tmp_path / "keyring.json")),
            authority=authority,
            there=there,
        )
        sign_in(office, "microsoft")
        office.listed(*ROWS[:2])
        yield office


def sign_in(firm: SignedIn, provider: str, more: str = "") -> None:
    """Settings as for such a provider."""
    firm.settings(copy_seconds=10)
    path = firm.folder / "sheet-diag.toml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^host =", f'sign_in = "{provider}"\nhost =', text, flags=re.MULTILINE)
    tenant = f'tenant = "{TENANT}"\n' if provider == "microsoft" else ""
    text += f'[{provider}]\nclient_id = "{CLIENT}"\n{tenant}{more}'
    path.write_text(text, encoding="utf-8")


def kept(firm: SignedIn) -> dict[str, str]:
    path = firm.folder.parent / "keyring.json"
    if not path.exists():
        return {}
    listed = json.loads(path.read_text(encoding="utf-8"))
    return {service: secret for service, _, secret in listed}


def nothing_given_away(firm: SignedIn) -> None:
    """No token in what was said, in any file of the folder, in any mail."""
    there = firm.there
    texts = [said.encode() for said in firm.said]
    texts += [path.read_bytes() for path in firm.folder.rglob("*") if path.is_file()]
    texts += [mail.content for mail in firm.smtpd.accepted]
    assert there.given
    for token in there.given:
        assert not any(token[:40].encode() in text for text in texts)


def test_one_sign_in_sends_and_collects_until_it_ends(firm: SignedIn) -> None:
    there = firm.there
    said = firm.type("issue", "--send", status=2)
    assert "sheet-diag login smtp" in said
    assert firm.smtpd.connections == 0

    # Once for both servers, with a code.
    there.pending = ["authorization_pending"]
    said = firm.type("login", "smtp")
    assert "https://microsoft.example/devicelogin" in said
    assert USER_CODE in said
    assert "両方" in said
    assert there.forms("devicecode")[0]["scope"] == f"{SMTP} {IMAP} offline_access"
    assert len(kept(firm)) == 3
    nothing_given_away(firm)

    # An hour later.
    there.expire()
    asked = by_address(firm.send("issue", count=2))
    assert set(asked) == {YAMADA, SMITH}
    there.expire()
    firm.dovecot.put(answer(YAMADA, asked[YAMADA], ""))
    firm.type("collect")
    assert len(list((firm.folder / "input" / "mail").glob("*.eml"))) == 1
    grants = [form["grant_type"].rpartition(":")[2] for form in there.forms("token")]
    # Asked about a code twice; sent, collected.
    assert grants == ["device_code"] * 2 + ["refresh_token"] * 2
    nothing_given_away(firm)

    firm.type("run", "--as-of", "2026-12-12")

    # The refresh token has changed with every command, and the newest is kept in pieces.
    newest = [each for each in there.given if each.startswith("1.AUE")][-1]
    (head,) = [each for service, each in kept(firm).items() if service.endswith(CLIENT)]
    assert "".join(each for each in kept(firm).values() if each != head) == newest

    date_mails(firm.folder / "output" / "mail-log.jsonl", "2026-12-01", "request")

    # An administrator ends the sign-in.
    there.revoke()
    sent = len(firm.smtpd.accepted)
    for words, which in (
        (("remind", "--send", "--as-of", "2026-12-28"), "smtp"),
        (("collect",), "imap"),
    ):
        said = firm.type(*words, answer="1\n", status=2)
        assert f"sheet-diag login {which}" in said
        assert "AADSTS50173" in said
    assert len(firm.smtpd.accepted) == sent
    nothing_given_away(firm)

    # Signed in anew, through the other server, in English.
    assert "good both" in firm.type("login", "imap", "--lang", "en")
    assert set(by_address(firm.send("remind", "--as-of", "2026-12-28", count=1))) == {SMITH}
    nothing_given_away(firm)


@pytest.mark.parametrize("provider", ["microsoft", "google"])
def test_the_login_command_signs_in_with_the_browser(firm: SignedIn, provider: str) -> None:
    there = firm.there
    sign_in(firm, provider)
    words = ("login", "--browser") if provider == "microsoft" else ("login",)
    said = firm.type(*words, answer="" if provider == "microsoft" else f"{SECRET}\n")
    assert re.search(r"https://127\.0\.0\.1:\d+/\S+authorize|google/page", said)
    assert there.forms("devicecode") == []
    there.expire()
    assert len(firm.send("issue", count=2)) == 2
    firm.type("collect")
    secrets = {form.get("client_secret") for form in there.forms("token")}
    assert secrets == ({SECRET} if provider == "google" else {None})
    assert SECRET not in "".join(firm.said)
    nothing_given_away(firm)


Trouble = Callable[[SignedIn], None]


def _wrong_person(firm: SignedIn) -> None:
    firm.there.user = "somebody@example.co.jp"


def _declined(firm: SignedIn) -> None:
    firm.there.pending = ["authorization_declined"]


def _late(firm: SignedIn) -> None:
    firm.there.pending = ["expired_token"]


def _not_registered(firm: SignedIn) -> None:
    firm.there.denial = ("invalid_client", "AADSTS7000218: public client flows")


def _no_network(firm: SignedIn) -> None:
    firm.there.__exit__()


def _away(firm: SignedIn) -> None:
    firm.there.raw = (503, "away")


def _switched_off(firm: SignedIn) -> None:
    firm.smtpd.lapsed = ["535 5.7.139 SmtpClientAuthentication is disabled for the Tenant."]


@pytest.mark.parametrize(
    ("trouble", "lang", "says"),
    [
        pytest.param(_wrong_person, "ja", "受け付けませんでした", id="wrong person"),
        pytest.param(_declined, "en", "was not allowed", id="declined"),
        pytest.param(_late, "ja", "時間内に", id="late"),
        pytest.param(_not_registered, "en", "AADSTS7000218", id="not registered"),
        pytest.param(_no_network, "ja", "接続できません", id="no network"),
        pytest.param(_away, "en", "HTTP 503", id="away"),
        pytest.param(_switched_off, "en", "authenticated SMTP", id="switched off"),
    ],
)
def test_a_failed_sign_in_is_reported_and_nothing_is_stored(
    firm: SignedIn, trouble: Trouble, lang: str, says: str
) -> None:
    trouble(firm)
    assert says in firm.type("login", "--lang", lang, status=2)
    assert kept(firm) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal on Windows")
@pytest.mark.parametrize("words", [(), ("--browser",)], ids=["code", "browser"])
def test_ctrl_c_ends_the_sign_in(firm: SignedIn, words: tuple[str, ...]) -> None:
    there = firm.there
    there.pending = ["authorization_pending"] * 100
    firm.folder.joinpath("said").touch()
    with (
        (firm.folder / "said").open("w") as said,
        subprocess.Popen(
            [sys.executable, "-u", *firm.program, "login", *words],
            cwd=firm.folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env={**ENVIRONMENT, AUTHORITY: os.devnull},
            start_new_session=True,
        ) as waiting,
    ):
        try:
            deadline = time.monotonic() + 60
            while USER not in (firm.folder / "said").read_text() and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(0.5)
            waiting.send_signal(signal.SIGINT)
            assert waiting.wait(60) == 130
        finally:
            waiting.kill()
    text = (firm.folder / "said").read_text()
    assert "中断しました。資格情報は、実行する前のままです。" in text
    assert kept(firm) == {}
