"""Secrets in the keyring, in pieces: read back whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest

from sheet_diag.mail.auth import credentials as vault
from tests.keyrings import WINDOWS_TAKES, MemoryKeyring, PowerCutError

SERVICE, USER = "sheet-diag microsoft 0f1e", "shindan@example.co.jp"


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    former, memory = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(former)


def of_length(length: int, letter: str = "x") -> str:
    return (letter * length)[: length - 1] + "." if length else ""


@pytest.mark.parametrize("length", [1, 1199, 1200, 1201, 2400, 2401, 10_000])
def test_a_secret_of_any_length_is_read_back(memory: MemoryKeyring, length: int) -> None:
    vault.store_secret(SERVICE, USER, of_length(length))
    assert vault.read_secret(SERVICE, USER) == of_length(length)
    sizes = [len(each.encode("utf-16-le")) for each in memory.kept.values()]
    assert max(sizes) <= WINDOWS_TAKES
    assert len(sizes) == 1 + -(-length // vault.PIECE)


@pytest.mark.parametrize(("first", "second"), [(5000, 10), (10, 5000), (3000, 3001)])
def test_a_new_secret_leaves_nothing_of_the_old_one(
    memory: MemoryKeyring, first: int, second: int
) -> None:
    for length, letter in ((first, "a"), (second, "b"), (first, "c"), (second, "d")):
        vault.store_secret(SERVICE, USER, of_length(length, letter))
        assert vault.read_secret(SERVICE, USER) == of_length(length, letter)
    assert not any(letter in each for each in memory.kept.values() for letter in "xyz")
    heads = [each for (service, _), each in memory.kept.items() if service == SERVICE]
    pieces = [each for (service, _), each in memory.kept.items() if service != SERVICE]
    assert len(heads) == 1
    assert "".join(pieces) == of_length(second, "d")


def test_accounts_and_applications_are_kept_apart(memory: MemoryKeyring) -> None:
    vault.store_secret(SERVICE, USER, "a" * 2000)
    vault.store_secret(SERVICE, "other@example.co.jp", "b" * 2000)
    vault.store_secret("sheet-diag microsoft 9999", USER, "c" * 2000)
    assert vault.read_secret(SERVICE, USER) == "a" * 2000
    assert len(memory.kept) == 9


def test_a_kill_leaves_the_old_or_the_new_secret(memory: MemoryKeyring) -> None:
    for deaths in range(20):
        memory.kept.clear()
        memory.dies_after = None
        vault.store_secret(SERVICE, USER, "old" * 1000)
        memory.changes, memory.dies_after = 0, deaths
        try:
            vault.store_secret(SERVICE, USER, "new" * 1500)
        except PowerCutError:
            assert vault.read_secret(SERVICE, USER) in ("old" * 1000, "new" * 1500)
        else:
            break
        memory.dies_after = None
        vault.store_secret(
            SERVICE, USER, "next" * 1000
        )  # and all goes on as if nothing had happened
        assert vault.read_secret(SERVICE, USER) == "next" * 1000
        vault.store_secret(SERVICE, USER, "last")
        assert len(memory.kept) == 2
    assert deaths == 8  # four pieces and a head written, three pieces taken away


@pytest.mark.parametrize("which", range(4))
def test_an_incomplete_secret_is_none(memory: MemoryKeyring, which: int) -> None:
    vault.store_secret(SERVICE, USER, "a" * 3000)
    del memory.kept[list(memory.kept)[which]]
    assert vault.read_secret(SERVICE, USER) is None


@pytest.mark.parametrize("head", ["", "a", "a 1", "c 1 " + "0" * 64, "a 99999 " + "0" * 64, "秘密"])
def test_an_entry_of_somebody_else_is_no_secret(memory: MemoryKeyring, head: str) -> None:
    memory.kept[SERVICE, USER] = head
    assert vault.read_secret(SERVICE, USER) is None
    vault.store_secret(SERVICE, USER, "secret")
    assert vault.read_secret(SERVICE, USER) == "secret"


def test_a_piece_of_another_secret_is_noticed(memory: MemoryKeyring) -> None:
    vault.store_secret(SERVICE, USER, "a" * 3000)
    memory.kept[f"{SERVICE} a2", USER] = "b" * 1200
    assert vault.read_secret(SERVICE, USER) is None
