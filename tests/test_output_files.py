"""What people change of outputs is kept, and a run that Windows stops is finished by the next."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.storage import file_moves
from sheet_diag.storage.managed_folder import ManagedFolder
from sheet_diag.storage.open_files import OutputsOpenError
from sheet_diag.storage.output_files import MOVING_FILE, FormerOutputs
from sheet_diag.storage.staging import LOCK_FILE, CommitPlan, Staging, UnfinishedCommitError
from sheet_diag.text.errors import describe_error
from sheet_diag.text.wording import Wording

REPORT, CORRECTION, OLD = "results/a.xlsx", "corrections/b.xlsx", "results/old.xlsx"
OUTPUTS = {REPORT: b"1", CORRECTION: b"1", "data/c.csv": b"1", "portfolio.xlsx": b"1"}
SAY = Wording(Lang.JA)


def _run(output: Path, outputs: Mapping[str, bytes]) -> CommitPlan:
    """Write outputs as a run does."""
    with Staging(output) as staging:
        for name, content in outputs.items():
            staging.write(name, content)
        plan = staging.plan()
        client = {"result": REPORT, "client": {"id": "A-001"}}
        document = {**plan.describe(), "returns": [client], "schema": 1}
        staging.write("run.json", json.dumps(document).encode())
        staging.commit(plan)
    return plan


def _run_of_old_version(output: Path, outputs: Mapping[str, bytes]) -> None:
    """Write outputs as version 0.1.0 did."""
    for name, content in outputs.items():
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_bytes(content)
    returns = [{"result": name} for name in outputs if name.startswith("results/")]
    (output / "run.json").write_text(json.dumps({"returns": returns}), encoding="utf-8")


def _files(output: Path) -> dict[str, bytes]:
    found = (path for path in output.rglob("*") if path.is_file() and path.name != LOCK_FILE)
    names = {path.relative_to(output).as_posix(): path for path in found}
    return {name: path.read_bytes() for name, path in names.items() if name != "run.json"}


def _kept(output: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in output.glob("edited/*/*")}


@pytest.mark.parametrize("name", [*OUTPUTS, "benchmark.json", "pdf/a.pdf"])
def test_an_output_that_was_changed_by_hand_is_moved_aside(tmp_path: Path, name: str) -> None:
    _run(tmp_path, {**OUTPUTS, name: b"1"})
    (tmp_path / name).write_bytes(b"by hand")
    plan = _run(tmp_path, {**OUTPUTS, name: b"2"})
    assert _kept(tmp_path) == {Path(name).name: b"by hand"}
    assert (tmp_path / name).read_bytes() == b"2"
    (told,) = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["edited"]
    assert (told["output"], (tmp_path / told["kept"]).read_bytes()) == (name, b"by hand")
    assert [each.client for each in plan.edited] == ["A-001" if name == REPORT else ""]


def test_an_output_that_is_no_longer_made_goes_unless_it_was_changed(tmp_path: Path) -> None:
    _run(tmp_path, {**OUTPUTS, OLD: b"1", "results/older.xlsx": b"1"})
    (tmp_path / OLD).write_bytes(b"by hand")
    _run(tmp_path, OUTPUTS)
    assert not (tmp_path / OLD).exists()
    assert not (tmp_path / "results/older.xlsx").exists()
    assert _kept(tmp_path) == {"old.xlsx": b"by hand"}


def test_what_was_changed_once_is_told_for_as_long_as_it_lies_there(tmp_path: Path) -> None:
    _run(tmp_path, OUTPUTS)
    (tmp_path / REPORT).write_bytes(b"by hand")
    (edited,) = _run(tmp_path, OUTPUTS).edited
    again = _run(tmp_path, OUTPUTS)
    assert (again.edited, list(again.lying)) == ([], [edited.parse(edited.dump())])
    (tmp_path / edited.kept).unlink()
    assert _run(tmp_path, OUTPUTS).lying == ()


def test_two_changes_within_a_second_are_both_kept(tmp_path: Path) -> None:
    for content in (b"first", b"second", b"third"):
        _run(tmp_path, OUTPUTS)
        (tmp_path / REPORT).write_bytes(content)
    _run(tmp_path, OUTPUTS)
    kept = sorted(path.read_bytes() for path in tmp_path.glob("edited/*/*"))
    assert kept == [b"first", b"second", b"third"]


def test_outputs_with_the_same_content_are_left_alone(tmp_path: Path) -> None:
    _run(tmp_path, OUTPUTS)
    before = (tmp_path / REPORT).stat()
    _run(tmp_path, {**OUTPUTS, CORRECTION: b"2"})
    after = (tmp_path / REPORT).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_file_of_somebody_at_the_place_of_an_output_is_kept(tmp_path: Path) -> None:
    (tmp_path / "portfolio.xlsx").write_bytes(b"mine")
    _run(tmp_path, OUTPUTS)
    assert _kept(tmp_path) == {"portfolio.xlsx": b"mine"}


@pytest.mark.parametrize(("later", "kept"), [(0, {}), (2, {}), (3, {"a.xlsx": b"1"})])
def test_an_output_of_the_first_version_was_changed_where_it_is_newer_than_run_json(
    tmp_path: Path, later: int, kept: dict[str, bytes]
) -> None:
    _run_of_old_version(tmp_path, {**OUTPUTS, OLD: b"1"})
    written = (tmp_path / "run.json").stat().st_mtime
    os.utime(tmp_path / REPORT, (written + later, written + later))
    _run(tmp_path, {**OUTPUTS, REPORT: b"2"})
    assert _kept(tmp_path) == kept
    assert not (tmp_path / OLD).exists()


def test_the_digests_of_a_frozen_benchmark_are_carried_on(tmp_path: Path) -> None:
    _run(tmp_path, {**OUTPUTS, "benchmark.json": b"1"})
    _run(tmp_path, OUTPUTS)
    _run(tmp_path, {**OUTPUTS, "benchmark.json": b"2"})
    assert _kept(tmp_path) == {}
    (tmp_path / "benchmark.json").write_bytes(b"by hand")
    _run(tmp_path, OUTPUTS)
    _run(tmp_path, {**OUTPUTS, "benchmark.json": b"2"})
    assert _kept(tmp_path) == {"benchmark.json": b"by hand"}


@pytest.mark.parametrize(
    "document",
    [
        '{"outputs": [1], "edited": 3, "returns": []}',
        '{"outputs": {"../x": "1"}, "edited": [{"output": "../x", "kept": "edited/../../x", '
        '"client": null, "time": "2026-11-30"}], "returns": []}',
        "[" * 100_000,
        '{"returns": 1}',
    ],
)
def test_a_run_json_of_somebody_leads_nowhere_else(tmp_path: Path, document: str) -> None:
    output = tmp_path / "output"
    output.mkdir()
    (tmp_path / "x").write_bytes(b"mine")
    (output / "run.json").write_text(document, encoding="utf-8")
    (output / MOVING_FILE).write_text(document, encoding="utf-8")
    _run(output, OUTPUTS)
    assert (tmp_path / "x").exists()
    assert FormerOutputs.read(output).edited == ()


# --- Windows


class _Refusal:
    """Windows refuses the replacing and removing of files: `times` from the `first` time on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, first: int, times: float) -> None:
        self.count, self.waited = 0, 0.0
        self._first, self._last = first, first + times
        replace, unlink = Path.replace, Path.unlink

        def refused_replace(path: Path, target: Path) -> Path:
            self._meet(path)
            return replace(path, target)

        def refused_unlink(path: Path, missing_ok: bool = False) -> None:
            self._meet(path)
            unlink(path, missing_ok)

        monkeypatch.setattr(Path, "replace", refused_replace)
        monkeypatch.setattr(Path, "unlink", refused_unlink)
        # Not of the whole process, in which other threads wait, too.
        monkeypatch.setattr(file_moves, "time", SimpleNamespace(sleep=self._wait))

    def _meet(self, path: Path) -> None:
        self.count += 1
        if self._first <= self.count < self._last:
            error = PermissionError(errno.EACCES, "Used by another process", str(path))
            error.winerror = (5, 32, 33)[self.count % 3]  # type: ignore[attr-defined]
            raise error

    def _wait(self, seconds: float) -> None:
        self.waited += seconds


BEFORE = {**OUTPUTS, OLD: b"1"}
AFTER = dict.fromkeys(OUTPUTS, b"2")
STEPS = 9  # the list, the edited report, the report, three others, run.json, the old one, the list


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Outputs, one of which was changed by hand."""
    _run(tmp_path, BEFORE)
    (tmp_path / REPORT).write_bytes(b"by hand")
    return tmp_path


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_what_windows_refuses_for_a_moment_is_done_at_last(
    changed: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    refusal = _Refusal(monkeypatch, step, 3)
    _run(changed, AFTER)
    monkeypatch.undo()
    assert refusal.count == STEPS + 3
    assert 0 < refusal.waited < 2
    files = _files(changed)
    assert {name: files.pop(name) for name in AFTER} == AFTER
    assert list(files.values()) == [b"by hand"], "the edited report alone"


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_what_windows_refuses_is_told_and_finished_by_the_next_run(
    changed: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    before, refusal = _files(changed), _Refusal(monkeypatch, step, float("inf"))
    error: Exception | None = None
    try:
        _run(changed, AFTER)
    except (OSError, UnfinishedCommitError) as raised:
        error = raised
    monkeypatch.undo()
    assert refusal.waited == pytest.approx(2)
    now = _files(changed)
    if error:
        _require_truth(str(describe_error(error, SAY)), before, now)
    else:
        assert step == STEPS, "only the list is left, which nobody misses"
    _run(changed, AFTER)
    files = _files(changed)
    assert {name: files.pop(name) for name in AFTER} == AFTER
    assert list(files.values()) == [b"by hand"]
    assert [each.output for each in FormerOutputs.read(changed).edited] == [REPORT]


def _require_truth(told: str, before: Mapping[str, bytes], now: Mapping[str, bytes]) -> None:
    """The sentence says which files are new and which are old."""
    _, _, lists = told.partition("新しいファイル：")
    new, _, old = lists.partition("前回のままのファイル：")
    really_new = {name for name in AFTER if now.get(name) == b"2"}
    assert {name for name in AFTER if f"  {name}" in new} == really_new
    if really_new:
        assert {n for n in AFTER if f"  {n}" in old} == AFTER.keys() - really_new
        assert (f"  {OLD}" in old) == (OLD in now)
    else:
        assert "前回のまま" in told or all(now.get(name) == before[name] for name in before)


def test_an_error_that_time_does_not_heal_is_raised_at_once(
    changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Path:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(Path, "replace", fail)
    waits = SimpleNamespace(sleep=lambda _: pytest.fail("waited"))
    monkeypatch.setattr(file_moves, "time", waits)
    with pytest.raises(OSError, match="broken"):
        _run(changed, AFTER)


def test_a_run_that_was_stopped_tells_later_what_it_had_moved_aside(
    changed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _Refusal(monkeypatch, 3, float("inf"))
    with pytest.raises(UnfinishedCommitError):
        _run(changed, AFTER)
    monkeypatch.undo()
    (untold,) = FormerOutputs.read(changed).untold
    assert (changed / untold.kept).read_bytes() == b"by hand"
    _run(changed, AFTER)
    assert FormerOutputs.read(changed).untold == ()


def test_every_output_that_is_open_in_excel_is_named_and_nothing_changes(tmp_path: Path) -> None:
    _run(tmp_path, OUTPUTS)
    before = _files(tmp_path)
    for name in (REPORT, "portfolio.xlsx"):
        (tmp_path / name).with_name(f"~${Path(name).name}").touch()
    _run(tmp_path, OUTPUTS)  # nothing is replaced
    with pytest.raises(OutputsOpenError) as raised:
        _run(tmp_path, AFTER)
    told = str(describe_error(raised.value, SAY))
    assert all(str(tmp_path / name) in told for name in (REPORT, "portfolio.xlsx"))
    assert str(tmp_path / CORRECTION) not in told
    assert _files(tmp_path).items() >= before.items()
    assert raised.value.file.name.startswith("~$")


def test_a_list_of_passwords_that_is_open_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "passwords.xlsx").write_bytes(b"1")
    (tmp_path / "~$passwords.xlsx").touch()
    with pytest.raises(OutputsOpenError, match=r"passwords\.xlsx"):
        _run(tmp_path, {**OUTPUTS, "passwords.xlsx": b"2"})
    assert not (tmp_path / REPORT).exists()


def test_issued_sheets_that_are_open_are_named_too(tmp_path: Path) -> None:
    for _ in range(2):
        with ManagedFolder(tmp_path) as folder:
            folder.write("sheet.xlsx", b"1")
    (tmp_path / "~$sheet.xlsx").touch()
    with pytest.raises(OutputsOpenError, match=r"sheet\.xlsx"), ManagedFolder(tmp_path) as folder:
        folder.write("sheet.xlsx", b"2")
    assert (tmp_path / "sheet.xlsx").read_bytes() == b"1"


# --- errors as sentences


def _error(number: int, path: str, windows: int = 0) -> OSError:
    error = OSError(number, "?", path)
    if windows:
        error.winerror = windows  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(_error(errno.ENOSPC, "x/a.csv"), "空き容量", id="full"),
        pytest.param(_error(errno.EINVAL, "x/a.csv", 112), "空き容量", id="full on Windows"),
        pytest.param(_error(errno.ENAMETOOLONG, "x/a.csv"), "長すぎる", id="name"),
        pytest.param(_error(errno.EINVAL, "x/a.csv", 206), "長すぎる", id="name on Windows"),
        pytest.param(_error(errno.ENOENT, "x" * 300, 3), "長すぎる", id="path on Windows"),
        pytest.param(_error(errno.EINVAL, "x/a.csv", 362), "OneDrive", id="placeholder"),
        pytest.param(_error(errno.ENOENT, "x/a.csv", 3), "Excelで開いている", id="missing"),
        pytest.param(_error(errno.EACCES, "x/a"), "アクセス権", id="no access"),
    ],
)
def test_what_the_system_refuses_is_told_with_its_path_and_cure(
    error: OSError, sentence: str
) -> None:
    for lang in Lang:
        told = str(describe_error(error, Wording(lang)))
        assert str(error.filename) in told
        assert (sentence in told) == (lang is Lang.JA or sentence == "OneDrive")


def test_a_disk_that_is_full_is_told_with_the_folder(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="space") as raised, Staging(tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert str(tmp_path) in str(describe_error(raised.value, SAY))
