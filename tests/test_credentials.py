"""Passwords of mail servers: the environment first, then the keyring; never a traceback."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from sheet_diag.credentials import CredentialsError, Which, keep_password, password_for
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import MailServer, Security
from sheet_diag.wording import Wording

SERVER = MailServer("mail.example.co.jp", 465, Security.TLS, "shindan@example.co.jp")
OTHER = MailServer("imap.example.co.jp", 993, Security.TLS, "shindan@example.co.jp")


class Memory(KeyringBackend):
    """A keyring that forgets everything at the end."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


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
