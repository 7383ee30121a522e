"""A run may be killed at any moment: nothing half-written, no input changed, the next one is whole.

A real process is killed with SIGKILL, which no code of ours can notice.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import openpyxl
import pytest

from sheet_diag.catalog.load import load_catalog
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer, Limits
from sheet_diag.pipeline.execution.workers import WorkerDied, WorkerProcesses, Workers, run_task
from sheet_diag.storage.staging import LOCK_FILE, OutputBusyError, Staging

ROOT = Path(__file__).parents[1]
CATALOG = load_catalog()
MOMENTS = 5
pytestmark = [
    pytest.mark.slow("workers that die or hang are waited for"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows"),
]


def _command(folder: Path, *more: str) -> list[str]:
    options = ["--input", str(folder / "input"), "--output", str(folder / "output")]
    days = ["--as-of", "2026-11-23"]
    return [sys.executable, "-m", "sheet_diag", "run", *options, *days, *more]


def _start(folder: Path, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        _command(folder, *more),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _finish(folder: Path) -> int:
    return _start(folder).wait(timeout=120)


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LOCK_FILE
    }


def _fill(folder: Path, answers: dict[str, str]) -> None:
    (folder / "input").mkdir(parents=True)
    for name, answer in answers.items():
        entries = Entries({"company": f"株式会社{name}"}, dict.fromkeys(CATALOG.items, answer))
        sheet = make_hearing_sheet(CATALOG, Lang.JA, Issuer(), entries)
        (folder / "input" / f"{name}.xlsx").write_bytes(sheet)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A folder with its finished run, and how long it took in seconds."""
    folder = tmp_path_factory.mktemp("undisturbed")
    _fill(folder, {"甲": "はい", "乙": "一部", "丙": "いいえ", "丁": "検討中"})
    _finish(folder)
    started = time.monotonic()
    assert _finish(folder) == 1  # one is held
    return folder, time.monotonic() - started


def test_a_run_killed_at_any_moment_leaves_one_whole_output(
    undisturbed: tuple[Path, float], tmp_path: Path
) -> None:
    whole, seconds = undisturbed
    wanted, before = _digests(whole / "output"), _digests(whole / "input")
    (tmp_path / "input").symlink_to(whole / "input")
    chance = random.Random(20261124)
    killed = 0
    for _ in range(MOMENTS):
        process = _start(tmp_path)
        time.sleep(seconds * chance.uniform(0.2, 1.0))
        process.send_signal(signal.SIGKILL)
        killed += process.wait(timeout=60) == -signal.SIGKILL
        _require_whole(tmp_path / "output")
    assert killed >= MOMENTS // 2, "most runs were hit while they ran"
    assert _finish(tmp_path) == 1
    assert _digests(tmp_path / "output") == wanted
    assert _digests(whole / "input") == before


def _require_whole(output: Path) -> None:
    """Whatever stands under a final name can be opened."""
    for path in output.glob("*/*.xlsx") if output.exists() else ():
        if path.parent.name in ("results", "corrections"):
            openpyxl.load_workbook(path, read_only=True).close()
    if (output / "run.json").exists():
        json.loads((output / "run.json").read_text(encoding="utf-8"))


def _commit(output: Path, name: str) -> None:
    with Staging(output) as staging:
        staging.write(name, b"x")
        staging.write("run.json", b"{}")
        staging.commit()


def test_the_next_run_removes_what_a_killed_one_moved_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the killed run had moved in, and the next one does not make, is taken away."""
    output = tmp_path / "output"
    replace = Path.replace

    def die_on_journal(self: Path, target: Path) -> Path:
        if target.name == "run.json":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", die_on_journal)
    with pytest.raises(KeyboardInterrupt):
        _commit(output, "results/old.xlsx")
    monkeypatch.undo()
    assert (output / "results" / "old.xlsx").exists()
    _commit(output, "results/new.xlsx")
    names = [path.name for path in output.rglob("*") if path.is_file()]
    assert sorted(names) == [LOCK_FILE, "new.xlsx", "run.json"]


def test_it_is_too_late_for_ctrl_c_once_outputs_are_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who stops a run is told that the output folder is as it was."""
    replace = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        signal.raise_signal(signal.SIGINT)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    _commit(tmp_path / "output", "results/new.xlsx")
    assert (tmp_path / "output" / "run.json").exists()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def _die_loudly(bench: str, _: None) -> None:
    os.write(2, bench.encode())
    os.abort()


def test_a_reader_that_aborts_is_reported_and_prints_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with WorkerProcesses(1, "pages of its own", Limits()) as processes:
        (result,) = Workers[str](processes).map(_die_loudly, [None])
    assert isinstance(result, WorkerDied)
    assert "pages" not in capfd.readouterr().err


def _sleep(bench: str, seconds: float) -> None:
    del bench
    time.sleep(seconds)


def test_nobody_waits_for_a_call_that_was_dropped() -> None:
    processes = WorkerProcesses(1, "bench", Limits())
    calls = [processes.submit(run_task, _sleep, 60.0) for _ in range(3)]
    processes.shutdown(cancel_futures=True)
    for call in calls:
        with pytest.raises((CancelledError, BrokenProcessPool)):
            call.result(timeout=30)


def test_a_second_run_into_the_same_folder_stops(tmp_path: Path) -> None:
    _fill(tmp_path, {"甲": "はい"})
    with Staging(tmp_path / "output"):
        done = subprocess.run(
            _command(tmp_path), cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
        )
    assert (done.returncode, done.stdout) == (2, "")
    assert "別の sheet-diag が実行中" in done.stderr
    assert _finish(tmp_path) == 0


def test_the_folder_is_free_again_whatever_happened(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Staging(tmp_path):
        raise RuntimeError
    with Staging(tmp_path), pytest.raises(OutputBusyError), Staging(tmp_path):
        pass


def test_an_output_folder_that_vanishes_is_an_error(tmp_path: Path) -> None:
    with Staging(tmp_path / "output") as staging:
        staging.write("run.json", b"{}")
        (tmp_path / "output").rename(tmp_path / "elsewhere")
        with pytest.raises(FileNotFoundError):
            staging.commit()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_leaves_the_former_output(
    undisturbed: tuple[Path, float], tmp_path: Path
) -> None:
    """A file system of 100 kB: the results do not fit."""
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "none", small]).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        whole, _ = undisturbed
        (tmp_path / "input").symlink_to(whole / "input")
        done = subprocess.run(
            [*_command(tmp_path), "--output", str(small / "output")],
            cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        left = set(_digests(small))
    finally:
        subprocess.run(["umount", small], check=True)
    assert done.returncode == 2
    assert "書き込めません" in done.stderr
    assert "Traceback" not in done.stderr
    assert left == set()
