"""An unchanged return is not read again, and no output tells whether it was."""

import hashlib
import os
import sys
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from sheet_diag.forms.write import Entries, make_hearing_sheet
from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.pipeline import ingest as reception
from sheet_diag.pipeline.cache import Cache
from sheet_diag.pipeline.read_cache import FILE_NAME, Recollection
from sheet_diag.pipeline.record_store import StrippedReturn, strip_return
from sheet_diag.pipeline.run import RunConfig, run
from sheet_diag.storage.staging import LOCK_FILE
from tests.catalogs import JIS
from tests.samples import ISSUER


def _sheet(name: str, answer: str) -> bytes:
    entries = Entries({"company": name}, dict.fromkeys(JIS.items, answer))
    return make_hearing_sheet(JIS, Lang.JA, ISSUER, entries)


def _fill(folder: Path) -> None:
    folder.mkdir()
    (folder / "甲.xlsx").write_bytes(_sheet("株式会社甲", "はい"))
    (folder / "乙.xlsx").write_bytes(_sheet("株式会社乙", "検討中"))
    (folder / "メモ.txt").write_text("よろしくお願いします。", encoding="utf-8")
    with zipfile.ZipFile(folder / "二社.zip", "w") as archive:
        archive.writestr("丙.xlsx", _sheet("株式会社丙", "一部"))
        archive.writestr("丁.xlsx", _sheet("株式会社丁", "いいえ"))


def _run(folder: Path, output: str = "output") -> dict[str, str]:
    """What stands in the output folder after a run."""
    run(
        RunConfig(
            folder / "input", folder / output, JIS, ISSUER, date(2026, 11, 26), Lang.JA, jobs=1
        ),
        lambda *_: None,
    )
    return {
        path.relative_to(folder / output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((folder / output).rglob("*"))
        if path.is_file() and path.name not in (LOCK_FILE, FILE_NAME)
    }


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The names of the files that each run opens."""
    runs: list[list[str]] = []
    whole = reception._open_files

    def told(crew: reception.Executors, found: Sequence[InputFile], spool: Path) -> object:
        runs.append([each.name for each in found])
        return whole(crew, found, spool)

    monkeypatch.setattr(reception, "_open", told)
    return runs


def test_only_what_has_changed_is_read_again(tmp_path: Path, opened: list[list[str]]) -> None:
    _fill(tmp_path / "input")
    first = _run(tmp_path)
    assert _run(tmp_path) == first
    path, state = tmp_path / "input" / "甲.xlsx", (tmp_path / "input" / "甲.xlsx").stat()
    path.write_bytes(_sheet("株式会社甲", "なし"))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # only the content tells
    changed = _run(tmp_path)
    assert changed != first
    assert changed == _run(tmp_path, "afresh")
    (tmp_path / "output" / FILE_NAME).unlink()
    assert _run(tmp_path) == changed
    all_files = ["メモ.txt", "乙.xlsx", "二社.zip", "甲.xlsx"]
    assert opened == [all_files, [], ["甲.xlsx"], all_files, all_files]


def test_a_damaged_cache_costs_time_and_nothing_else(
    tmp_path: Path, opened: list[list[str]]
) -> None:
    _fill(tmp_path / "input")
    first = _run(tmp_path)
    cache = tmp_path / "output" / FILE_NAME
    content = bytearray(cache.read_bytes())
    content[len(content) // 3 :: 7] = bytes(len(content[len(content) // 3 :: 7]))
    cache.write_bytes(content)
    assert _run(tmp_path) == first
    cache.write_bytes(b"something else")
    assert _run(tmp_path) == first
    assert len(opened[2]) == 4


def _read(found: InputFile) -> list[StrippedReturn]:
    return [strip_return(read_content(found.name, found.path.read_bytes(), JIS), None)]


def test_a_file_that_changes_while_it_is_read_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"not yet whole")
    found = InputFile(path, "a.xlsx", ignored=False)
    with Cache(tmp_path / "cache") as cache:
        known = Recollection(cache, JIS, IntakeSettings())
        assert known.of(found) is None
        path.write_bytes(b"whole now....")
        known.keep(found, _read(found))
        assert known.of(found) is None
        known.keep(found, _read(found))
        assert known.of(found) == tuple(_read(found))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes on Windows")
@pytest.mark.parametrize("marks", [{"ignored": True}, {"blocked": True}, {"outside": True}])
def test_what_is_not_to_be_looked_into_is_not_looked_up(
    tmp_path: Path, marks: dict[str, bool]
) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)  # reading it would wait for ever
    with Cache(tmp_path / "cache") as cache:
        found = InputFile(path, "pipe", **{"ignored": False, **marks})
        assert Recollection(cache, JIS, IntakeSettings()).of(found) is None
