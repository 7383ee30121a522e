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
    find_client_secret,
    find_credential,
    find_mail_password,
    store_client_secret,
    store_mail_password,
    store_refresh_token,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail import MailAccessError, MailProtocol, read_credential
from sheet_diag.model.settings import AppRegistration, ConnectionSecurity, MailProvider, MailServer
from sheet_diag.text.wording import Wording
from tests.keyrings import MemoryKeyring
from tests.mailservers import USER, Authority
from tests.test_signin import AT_GOOGLE, MICROSOFT, _signed_in, authority, there
from tests.tokenservers import IMAP, SECRET, SMTP, TokenServer

__all__ = ["authority", "there"]  # fixtures

SERVER = MailServer("mail.example.co.jp", 465, ConnectionSecurity.TLS, "shindan@example.co.jp")
OTHER = MailServer("imap.example.co.jp", 993, ConnectionSecurity.TLS, "shindan@example.co.jp")


class Broken(KeyringBackend):
    """A keyring with an error of its system."""

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002
        raise ZeroDivisionError

    def set_password(self, service: str, username: str, password: str) -> None:  # noqa: ARG002
        raise ZeroDivisionError


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    former, memory = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(former)


def test_a_stored_password_is_found(memory: MemoryKeyring) -> None:
    store_mail_password(SERVER, "smtp", "秘密")
    assert memory.kept == {("sheet-diag mail.example.co.jp", "shindan@example.co.jp"): "秘密"}
    assert find_mail_password(SERVER, "smtp", {}) == "秘密"
    assert find_mail_password(SERVER, "imap", {}) == "秘密"  # one account, one password


@pytest.mark.parametrize("which", ["smtp", "imap"])
def test_the_environment_comes_first(memory: MemoryKeyring, which: MailProtocol) -> None:
    store_mail_password(SERVER, which, "kept")
    both = {"SHEET_DIAG_SMTP_PASSWORD": "smtp", "SHEET_DIAG_IMAP_PASSWORD": "imap"}
    assert find_mail_password(SERVER, which, both) == which
    assert find_mail_password(SERVER, which, dict.fromkeys(both, "")) == "kept"
    assert len(memory.kept) == 1


@pytest.mark.parametrize("which", ["smtp", "imap"])
def test_a_missing_password_is_reported(memory: MemoryKeyring, which: MailProtocol) -> None:
    store_mail_password(SERVER, which, "kept")
    with pytest.raises(CredentialsError) as raised:
        find_mail_password(OTHER, which, {})
    assert raised.value.key == "send.password.none"
    assert len(memory.kept) == 1
    for lang in Lang:
        text = Wording(lang)(raised.value.key, **raised.value.parts)
        assert f"sheet-diag login {which}" in text
        assert f"SHEET_DIAG_{which.upper()}_PASSWORD" in text
        assert OTHER.host in text
        assert OTHER.user in text


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("backend", [NoKeyring, Broken])
def test_a_missing_keyring_is_reported(backend: type[KeyringBackend]) -> None:
    keyring.set_keyring(backend())
    assert find_mail_password(SERVER, "smtp", {"SHEET_DIAG_SMTP_PASSWORD": "x"}) == "x"
    with pytest.raises(CredentialsError) as raised:
        find_mail_password(SERVER, "smtp", {})
    assert raised.value.key == "send.password.no_keyring"
    with pytest.raises(CredentialsError) as raised:
        store_mail_password(SERVER, "smtp", "secret")
    assert raised.value.key == "send.password.no_keyring"
    assert "secret" not in str(raised.value)


# --- sign-ins


@pytest.fixture
def account(authority: Authority) -> MailServer:
    return MailServer("x", 587, ConnectionSecurity.STARTTLS, USER, authority.file, MICROSOFT)


def test_an_account_with_a_password_needs_no_sign_in(memory: MemoryKeyring) -> None:
    store_mail_password(SERVER, "smtp", "秘密")
    assert read_credential(find_credential(SERVER, "smtp", {})) == "秘密"
    assert find_client_secret(SERVER, "smtp", {"SHEET_DIAG_GOOGLE_SECRET": "x"}) == ""
    assert len(memory.kept) == 1
    for keep in (store_refresh_token, store_client_secret):
        with pytest.raises(ValueError, match="password"):
            keep(SERVER, "smtp", "x")


def test_each_connection_gets_a_fresh_token(
    there: TokenServer, account: MailServer, memory: MemoryKeyring
) -> None:
    store_refresh_token(account, "smtp", _signed_in(account).refresh)
    smtp, imap = find_credential(account, "smtp", {}), find_credential(account, "imap", {})
    for _ in range(2):
        there.expire()
        assert there.owner(read_credential(smtp), SMTP) == USER
        assert there.owner(read_credential(imap), IMAP) == USER
    refreshed = [form["refresh_token"] for form in there.forms("token")[1:]]
    assert len(set(refreshed)) == 4  # each time the newest
    assert not set(there.given) & set(memory.kept.values())
    access = [token for token in there.given if token.startswith("EwB")]
    assert not any(token in kept for token in access for kept in memory.kept.values())


def test_a_password_in_the_environment_is_no_token(
    there: TokenServer, account: MailServer, memory: MemoryKeyring
) -> None:
    store_refresh_token(account, "smtp", _signed_in(account).refresh)
    environ = {"SHEET_DIAG_SMTP_PASSWORD": "password"}
    assert there.owner(read_credential(find_credential(account, "smtp", environ))) == USER
    assert memory.kept


def test_an_unchanged_refresh_token_is_not_stored_again(
    there: TokenServer, account: MailServer, memory: MemoryKeyring
) -> None:
    store_refresh_token(account, "smtp", _signed_in(account).refresh)
    there.rotates, memory.dies_after = False, memory.changes
    assert there.owner(read_credential(find_credential(account, "smtp", {}))) == USER


@pytest.mark.parametrize("which", ["smtp", "imap"])
def test_a_missing_sign_in_is_reported(
    account: MailServer, memory: MemoryKeyring, which: MailProtocol
) -> None:
    assert memory.kept == {}
    with pytest.raises(CredentialsError) as raised:
        find_credential(account, which, {"SHEET_DIAG_SMTP_PASSWORD": "x"})
    assert raised.value.key == "signin.none"
    for lang in Lang:
        text = Wording(lang)(raised.value.key, **raised.value.parts)
        assert f"sheet-diag login {which}" in text
        assert USER in text


def test_a_sign_in_of_another_application_does_not_count(
    there: TokenServer, account: MailServer, memory: MemoryKeyring
) -> None:
    store_refresh_token(account, "smtp", "kept")
    for other in (AppRegistration(MailProvider.MICROSOFT, "other"), AT_GOOGLE):
        server = MailServer("x", 587, ConnectionSecurity.STARTTLS, USER, account.ca, other)
        with pytest.raises(CredentialsError):
            find_credential(server, "smtp", {})
    assert memory.kept
    assert there.asked == []


@pytest.mark.parametrize("backend", [NoKeyring, Broken])
def test_a_sign_in_needs_a_keyring(
    account: MailServer,
    memory: MemoryKeyring,  # noqa: ARG001
    backend: type[KeyringBackend],
) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(CredentialsError) as raised:
        find_credential(account, "smtp", {})
    assert raised.value.key == "signin.no_keyring"
    with pytest.raises(CredentialsError) as raised:
        store_refresh_token(account, "smtp", "secret")
    assert raised.value.key == "signin.no_keyring"
    for lang in Lang:
        assert "sheet-diag login smtp" in Wording(lang)(raised.value.key, **raised.value.parts)
    assert "secret" not in str(raised.value)


def test_a_keyring_that_takes_no_new_token_is_reported(
    there: TokenServer, account: MailServer, memory: MemoryKeyring
) -> None:
    store_refresh_token(account, "smtp", _signed_in(account).refresh)
    access, memory.dies_after = find_credential(account, "smtp", {}), memory.changes
    with pytest.raises(MailAccessError) as raised:
        read_credential(access)
    assert raised.value.key == "signin.no_keyring"
    assert not any(token in str(raised.value) for token in there.given)


def test_the_secret_of_an_application_is_stored(
    memory: MemoryKeyring, authority: Authority
) -> None:
    server = MailServer("x", 587, ConnectionSecurity.STARTTLS, USER, authority.file, AT_GOOGLE)
    assert find_client_secret(server, "smtp", {}) is None
    store_client_secret(server, "smtp", SECRET)
    assert find_client_secret(server, "imap", {}) == SECRET
    assert find_client_secret(server, "imap", {"SHEET_DIAG_GOOGLE_SECRET": "other"}) == "other"
    assert len(memory.kept) == 2
