"""A cache may be lost, locked or tampered with: it then holds less, and never anything else."""

import os
import pickle
import sqlite3
import sys
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.model.basics import Lang, Rank
from sheet_diag.model.results import ItemScore, ReturnStatus
from sheet_diag.model.returns import (
    Problem,
    ProblemCode,
    ReceivedFile,
    Response,
    ReturnedSheet,
    SheetIdentity,
)
from sheet_diag.model.settings import IntakeSettings, Limits, Passwords
from sheet_diag.pipeline.cache import Cache, is_lasting, program_digest, reading_key
from sheet_diag.storage.restricted_pickle import restricted_loads
from sheet_diag.storage.user_key import own_key

VALUE = b"a reading" * 100


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A cache of two entries."""
    path = tmp_path / "cache"
    with Cache(path) as cache:
        cache.put("one", VALUE)
        cache.put("two", VALUE)
    return path


def _found(path: Path, key: str = "one") -> bytes | None:
    with Cache(path) as cache:
        return cache.get(key)


def test_what_was_put_is_found_the_next_time(path: Path) -> None:
    assert _found(path) == VALUE


def test_an_unknown_key_finds_nothing(path: Path) -> None:
    assert _found(path, "three") is None


def test_what_was_not_used_is_dropped(path: Path) -> None:
    assert _found(path, "one") == VALUE
    assert _found(path, "two") is None
    assert _found(path, "one") is None, "the run before did not ask for it"


def test_a_run_that_failed_drops_nothing(path: Path) -> None:
    def stopped() -> None:
        with Cache(path) as cache:
            cache.put("three", VALUE)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    with Cache(path) as cache:
        assert [cache.get(key) for key in ("one", "two", "three")] == [VALUE] * 3


def test_it_does_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    sizes = []
    for turn in range(6):
        with Cache(path) as cache:
            for place in range(100):
                cache.put(f"{turn} {place}", os.urandom(2_000))
        sizes.append(path.stat().st_size)
    with Cache(path) as cache:
        cache.put("last", VALUE)
    assert max(sizes) <= 2.5 * sizes[0]
    assert path.stat().st_size < sizes[0] / 10


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5_000])


def _damage(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4_096] + os.urandom(len(content) - 4_096))


def _other_table(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE entries (key TEXT PRIMARY KEY, other TEXT)")
        db.execute("INSERT INTO entries VALUES ('one', 'x')")
    db.close()


def _trigger(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END")
    db.close()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


_LOST: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "cut off": _truncate,
    "damaged": _damage,
    "a text": lambda path: path.write_text("no database at all" * 1_000),
    "a database of another program": _other_table,
    "with a trigger": _trigger,
    "a folder": _folder,
}


@pytest.mark.parametrize("case", _LOST)
def test_a_cache_that_cannot_be_used_is_none_and_starts_anew(path: Path, case: str) -> None:
    _LOST[case](path)
    with Cache(path) as cache:
        assert cache.get("one") is None
        cache.put("one", VALUE)
    with Cache(path) as cache:
        cache.put("one", VALUE)
    assert _found(path) == (None if case == "a folder" else VALUE)


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    assert _found(tmp_path / "none" / "cache") is None


def test_a_locked_cache_is_none_and_stays(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with Cache(path) as cache:
        assert cache.get("one") is None
        cache.put("one", b"other")
    other.close()
    assert _found(path) == VALUE


def test_two_processes_at_once_lose_entries_at_most(path: Path) -> None:
    with Cache(path) as first, Cache(path) as second:
        first.put("three", VALUE)
        second.put("four", VALUE)
        assert first.get("one") == VALUE
        assert second.get("one") in (VALUE, None)
    assert _found(path) in (VALUE, None)


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_link_to_the_database_of_another_program_leaves_it_alone(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"")
    path.unlink()
    path.symlink_to(other)
    with Cache(path) as cache:
        cache.put("one", VALUE)
    assert other.read_bytes() == b""
    assert _found(path) == VALUE


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("UPDATE entries SET value = x'00'", id="no digest"),
        pytest.param("UPDATE entries SET value = 'text'", id="a text"),
        pytest.param("UPDATE entries SET value = substr(value, 1, 40)", id="cut off"),
        pytest.param("UPDATE entries SET value = x'00' || value", id="longer"),
        pytest.param("UPDATE entries SET key = iif(key = 'one', 'x', 'one')", id="of another key"),
    ],
)
def test_an_entry_that_is_not_what_was_put_is_not_there(path: Path, change: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute(change)
    db.close()
    assert _found(path) is None


# --- keys

_BASE: Mapping[str, Any] = {
    "content_sha256": "a" * 64,
    "name": "a.xlsx",
    "file_time": 1,
    "catalog_sha256": "b" * 64,
    "reading": IntakeSettings(),
    "program": "c",
}
_OTHERS: Mapping[str, Mapping[str, Any]] = {
    "content": {"content_sha256": "d" * 64},
    "name": {"name": "b.xlsx"},
    "a name that is no UTF-8": {"name": "a\udc80.xlsx"},
    "time": {"file_time": 2},
    "catalogue": {"catalog_sha256": "d" * 64},
    "limits": {"reading": IntakeSettings(Limits(file=31))},
    "common password": {"reading": IntakeSettings(passwords=Passwords(("x",)))},
    "password of a client": {"reading": IntakeSettings(passwords=Passwords((), (("", "x"),)))},
    "program": {"program": "d"},
    "parts that join to the same": {"name": "a.xlsx\x001", "file_time": ""},
}


def test_a_key_changes_with_whatever_a_reading_depends_on() -> None:
    keys = {case: reading_key(**{**_BASE, **other}) for case, other in _OTHERS.items()}
    keys["same"] = reading_key(**_BASE)
    assert len(set(keys.values())) == len(keys)
    assert keys["same"] == reading_key(**_BASE)


def test_the_program_is_the_same_from_call_to_call() -> None:
    assert program_digest() == program_digest()


@pytest.mark.parametrize(
    ("code", "lasting"),
    [
        (ProblemCode.UNANSWERED, True),
        (ProblemCode.READER_DIED, False),
        (ProblemCode.NOT_PROCESSED, False),
        (ProblemCode.NO_ACCESS, False),
    ],
)
def test_what_may_end_otherwise_is_not_kept(code: ProblemCode, lasting: bool) -> None:
    assert is_lasting(ReceivedFile("a", "", problems=(Problem(code),))) is lasting


# --- values

_RECORDS = (
    ReceivedFile(
        "a.xlsx",
        "0" * 64,
        sheet=ReturnedSheet(
            SheetIdentity("c", "1", None), Lang.JA, {"company": "見本"}, (Response("1"),), "回答"
        ),
        problems=(Problem(ProblemCode.UNANSWERED),),
    ),
    ItemScore(Fraction(2, 3), Fraction(10**30, 7), None),
    (ReturnStatus.RANKED, Rank.A, date(2026, 11, 26), frozenset({1}), [b"x", {"a": None}]),
)


@pytest.mark.parametrize("record", _RECORDS)
@pytest.mark.parametrize("protocol", [4, 5])
def test_records_come_back_as_they_were(record: object, protocol: int) -> None:
    assert restricted_loads(pickle.dumps(record, protocol)) == record


class _Evil:
    """What asks for another callable when it is loaded."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.how = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.how


_EVIL = {
    "a command": pickle.dumps(_Evil(os.system, "exit 1")),
    "a built-in function": pickle.dumps(_Evil(eval, "1 + 1")),
    "a class of ours that is no record": pickle.dumps(_Evil(Cache, Path("x"))),
    "a record of the catalogue, which validates": b"csheet_diag.model.basics\nText\n.",
    "what the model imports": b"csheet_diag.model.returns\ndataclass\n.",
    "what hangs on a record": b"\x80\x04\x8c\x1asheet_diag.model.returns.\x94.",
    "a path through a record": pickle.dumps(None)[:-2]
    + b"\x8c\x18sheet_diag.model.returns\x8c\x1aReceived.__init__.__globals__\x93.",
    "a persistent id": b"Px\n.",
    "an extension": b"\x82\x01.",
}


@pytest.mark.parametrize("case", _EVIL)
def test_nothing_else_is_built(case: str) -> None:
    with pytest.raises(pickle.UnpicklingError):
        restricted_loads(_EVIL[case])


def test_what_is_cut_off_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError):
        restricted_loads(pickle.dumps(_RECORDS[1])[:-5])


def test_what_another_signed_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cache"
    monkeypatch.setattr("sheet_diag.pipeline.cache.own_key", lambda: b"k" * 32)
    with Cache(path) as cache:
        cache.put("a", b"forged")
    monkeypatch.undo()
    with Cache(path) as cache:
        assert cache.get("a") is None
        cache.put("a", b"ours")
        assert cache.get("a") == b"ours"


def test_without_a_key_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sheet_diag.pipeline.cache.own_key", lambda: None)
    with Cache(tmp_path / "cache") as cache:
        cache.put("a", b"value")
        assert cache.get("a") is None
    assert not (tmp_path / "cache").exists()


def test_the_key_stays_and_is_the_owners_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "sheet_diag.storage.user_key.user_state_path", lambda *_, **__: tmp_path / "state"
    )
    key = own_key()
    assert key
    assert own_key() == key
    (file,) = (tmp_path / "state").iterdir()
    assert sys.platform == "win32" or file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"short")
    assert own_key() is None
    (tmp_path / "state" / "key").unlink()
    (tmp_path / "state" / "key").mkdir()
    assert own_key() is None
