"""What opens mail accounts: passwords from the environment first, then the keyring; sign-ins from
the keyring; never a traceback."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from sheet_diag.mail.auth.credentials import (
    CredentialsError,
    Which,
    access_for,
    keep_password,
    keep_secret,
    keep_sign_in,
    password_for,
    secret_for,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail_access import AccessError, secret_of
from sheet_diag.model.settings import MailServer, Provider, Registration, Security
from sheet_diag.text.wording import Wording
from tests.keyrings import Memory
from tests.mailservers import USER, Authority
from tests.test_signin import AT_GOOGLE, MICROSOFT, _signed_in, authority, there
from tests.tokenservers import IMAP, SECRET, SMTP, TokenServer

__all__ = ["authority", "there"]  # fixtures

SERVER = MailServer("mail.example.co.jp", 465, Security.TLS, "shindan@example.co.jp")
OTHER = MailServer("imap.example.co.jp", 993, Security.TLS, "shindan@example.co.jp")


class Broken(KeyringBackend):
    """A keyring with an error of its system."""

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002
        raise ZeroDivisionError

    def set_password(self, service: str, username: str, password: str) -> None:  # noqa: ARG002
        raise ZeroDivisionError


@pytest.fixture
def memory() -> Iterator[Memory]:
    former, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(former)


def test_what_is_kept_is_found(memory: Memory) -> None:
    keep_password(SERVER, "smtp", "秘密")
    assert memory.kept == {("sheet-diag mail.example.co.jp", "shindan@example.co.jp"): "秘密"}
    assert password_for(SERVER, "smtp", {}) == "秘密"
    assert password_for(SERVER, "imap", {}) == "秘密"  # one account, one password


@pytest.mark.parametrize("which", ["smtp", "imap"])
def test_the_environment_comes_first(memory: Memory, which: Which) -> None:
    keep_password(SERVER, which, "kept")
    both = {"SHEET_DIAG_SMTP_PASSWORD": "smtp", "SHEET_DIAG_IMAP_PASSWORD": "imap"}
    assert password_for(SERVER, which, both) == which
    assert password_for(SERVER, which, dict.fromkeys(both, "")) == "kept"
    assert len(memory.kept) == 1


@pytest.mark.parametrize("which", ["smtp", "imap"])
def test_nothing_is_kept(memory: Memory, which: Which) -> None:
    keep_password(SERVER, which, "kept")
    with pytest.raises(CredentialsError) as told:
        password_for(OTHER, which, {})
    assert told.value.key == "send.password.none"
    assert len(memory.kept) == 1
    for lang in Lang:
        text = Wording(lang)(told.value.key, **told.value.parts)
        assert f"sheet-diag login {which}" in text
        assert f"SHEET_DIAG_{which.upper()}_PASSWORD" in text
        assert OTHER.host in text
        assert OTHER.user in text


@pytest.mark.parametrize("backend", [NoKeyring, Broken])
def test_no_keyring(memory: Memory, backend: type[KeyringBackend]) -> None:  # noqa: ARG001
    keyring.set_keyring(backend())
    assert password_for(SERVER, "smtp", {"SHEET_DIAG_SMTP_PASSWORD": "x"}) == "x"
    with pytest.raises(CredentialsError) as told:
        password_for(SERVER, "smtp", {})
    assert told.value.key == "send.password.no_keyring"
    with pytest.raises(CredentialsError) as told:
        keep_password(SERVER, "smtp", "secret")
    assert told.value.key == "send.password.no_keyring"
    assert "secret" not in str(told.value)


# --- sign-ins


@pytest.fixture
def account(authority: Authority) -> MailServer:
    return MailServer("x", 587, Security.STARTTLS, USER, authority.file, MICROSOFT)


def test_an_account_with_a_password_needs_no_sign_in(memory: Memory) -> None:
    keep_password(SERVER, "smtp", "秘密")
    assert secret_of(access_for(SERVER, "smtp", {})) == "秘密"
    assert secret_for(SERVER, "smtp", {"SHEET_DIAG_GOOGLE_SECRET": "x"}) == ""
    assert len(memory.kept) == 1
    for keep in (keep_sign_in, keep_secret):
        with pytest.raises(ValueError, match="password"):
            keep(SERVER, "smtp", "x")


def test_a_fresh_token_each_time(there: TokenServer, account: MailServer, memory: Memory) -> None:
    keep_sign_in(account, "smtp", _signed_in(account).refresh)
    smtp, imap = access_for(account, "smtp", {}), access_for(account, "imap", {})
    for _ in range(2):
        there.expire()
        assert there.owner(secret_of(smtp), SMTP) == USER
        assert there.owner(secret_of(imap), IMAP) == USER
    refreshed = [form["refresh_token"] for form in there.forms("token")[1:]]
    assert len(set(refreshed)) == 4  # each time the newest
    assert not set(there.given) & set(memory.kept.values())
    access = [token for token in there.given if token.startswith("EwB")]
    assert not any(token in kept for token in access for kept in memory.kept.values())


def test_a_password_in_the_environment_is_no_token(
    there: TokenServer, account: MailServer, memory: Memory
) -> None:
    keep_sign_in(account, "smtp", _signed_in(account).refresh)
    environ = {"SHEET_DIAG_SMTP_PASSWORD": "password"}
    assert there.owner(secret_of(access_for(account, "smtp", environ))) == USER
    assert memory.kept


def test_nothing_is_rewritten_where_nothing_changes(
    there: TokenServer, account: MailServer, memory: Memory
) -> None:
    keep_sign_in(account, "smtp", _signed_in(account).refresh)
    there.rotates, memory.dies_after = False, memory.changes
    assert there.owner(secret_of(access_for(account, "smtp", {}))) == USER


@pytest.mark.parametrize("which", ["smtp", "imap"])
def test_nobody_has_signed_in(account: MailServer, memory: Memory, which: Which) -> None:
    assert memory.kept == {}
    with pytest.raises(CredentialsError) as told:
        access_for(account, which, {"SHEET_DIAG_SMTP_PASSWORD": "x"})
    assert told.value.key == "signin.none"
    for lang in Lang:
        text = Wording(lang)(told.value.key, **told.value.parts)
        assert f"sheet-diag login {which}" in text
        assert USER in text


def test_a_sign_in_as_another_application_is_none(
    there: TokenServer, account: MailServer, memory: Memory
) -> None:
    keep_sign_in(account, "smtp", "kept")
    for other in (Registration(Provider.MICROSOFT, "other"), AT_GOOGLE):
        server = MailServer("x", 587, Security.STARTTLS, USER, account.ca, other)
        with pytest.raises(CredentialsError):
            access_for(server, "smtp", {})
    assert memory.kept
    assert there.asked == []


@pytest.mark.parametrize("backend", [NoKeyring, Broken])
def test_no_keyring_for_a_sign_in(
    account: MailServer,
    memory: Memory,  # noqa: ARG001
    backend: type[KeyringBackend],
) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(CredentialsError) as told:
        access_for(account, "smtp", {})
    assert told.value.key == "signin.no_keyring"
    with pytest.raises(CredentialsError) as told:
        keep_sign_in(account, "smtp", "secret")
    assert told.value.key == "signin.no_keyring"
    for lang in Lang:
        assert "sheet-diag login smtp" in Wording(lang)(told.value.key, **told.value.parts)
    assert "secret" not in str(told.value)


def test_a_keyring_that_takes_no_new_token_is_told(
    there: TokenServer, account: MailServer, memory: Memory
) -> None:
    keep_sign_in(account, "smtp", _signed_in(account).refresh)
    access, memory.dies_after = access_for(account, "smtp", {}), memory.changes
    with pytest.raises(AccessError) as told:
        secret_of(access)
    assert told.value.key == "signin.no_keyring"
    assert not any(token in str(told.value) for token in there.given)


def test_the_secret_of_an_application(memory: Memory, authority: Authority) -> None:
    server = MailServer("x", 587, Security.STARTTLS, USER, authority.file, AT_GOOGLE)
    assert secret_for(server, "smtp", {}) is None
    keep_secret(server, "smtp", SECRET)
    assert secret_for(server, "imap", {}) == SECRET
    assert secret_for(server, "imap", {"SHEET_DIAG_GOOGLE_SECRET": "other"}) == "other"
    assert len(memory.kept) == 2
