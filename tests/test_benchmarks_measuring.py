"""The benchmark watches families of processes, goes on where it was, and tells what it saw."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import figures, publishing, stages
from benchmarks.bench import Notebook
from benchmarks.measuring import FailedError, cores, measured
from benchmarks.picture import draw
from benchmarks.returns import write_returns


def test_a_command_is_watched_with_all_its_descendants(tmp_path: Path) -> None:
    script = "x = bytearray(80_000_000); import time; time.sleep(1.5); print('there')"
    for _ in range(2):
        script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {script!r}])"
    seen = measured([sys.executable, "-c", script], tmp_path, cores()[0])
    assert seen.output.strip() == "there"
    assert 80_000_000 < seen.memory < 200_000_000
    assert seen.parent_cpu <= seen.cpu
    with pytest.raises(FailedError, match="told why"):
        measured([sys.executable, "-c", "raise SystemExit('told why')"], tmp_path)
    measured([sys.executable, "-c", "raise SystemExit('told why')"], tmp_path, expected=(0, 1))


def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    for expected in (1, 1):
        notes = Notebook(tmp_path / "notes.json")
        assert notes.once("a", lambda: {"times": len(list(tmp_path.iterdir())) + 1}) == {
            "times": expected
        }


def test_the_stages_add_up(tmp_path: Path) -> None:
    """In a process of its own: the stages are timed by replacing the product's functions."""
    write_returns(tmp_path / "returns", 4, jobs=1)
    command = [sys.executable, "-m", "benchmarks.stages", "returns", "output"]
    seconds = json.loads(measured(command, tmp_path).output)
    assert {stage for _, _, stage in stages.CALLS} - {"laying out corrections"} <= set(seconds)
    assert set(stages.AFTER.values()) <= set(seconds)
    assert min(seconds.values()) >= 0
    assert len(list((tmp_path / "output" / "results").iterdir())) == 4


# --- the page


def test_the_line_is_that_of_the_sizes() -> None:
    curve = [figures.Size(n, 2 + 0.01 * n, 0, 0) for n in (100, 1000, 20_000)]
    fitted = figures.line(curve)
    assert fitted.fixed == pytest.approx(2)
    assert fitted.each == pytest.approx(0.01)
    assert fitted.hours(1_000_000) == pytest.approx(10_002 / 3600)


def test_the_page_is_written_from_the_results() -> None:
    before = f"# Page\n\n{publishing.BEGIN}\n\nformer\n\n{publishing.END}\n\nText.\n"
    page = publishing.filled(before, RESULTS)
    assert page == publishing.filled(page, RESULTS)
    assert page.startswith("# Page\n")
    assert page.endswith("\n\nText.\n")
    assert "former" not in page
    lines = page.splitlines()
    assert "| sheet-diag, one core | 1,000 | 20.0 | 19.0 | 1.00 × | 1.00 × |" in lines
    label = "the floor: parsing and deflating alone, one core"
    assert f"| {label} | 200 | 8.0 | 7.6 | 0.40 × | 0.40 × |" in lines
    assert "| throughput, one core, against pandas and openpyxl | ≥ 10 × | 25.0 × | met |" in lines
    assert "| 2 cores against one | ≥ 1.8 × | 1.7 × | **missed** |" in lines
    assert "| reading | 75.0% | 15.00 |" in lines
    assert "seconds = 2.0 + 10.00 ms · returns" in page
    assert "| peak memory at 20,000 returns | ≤ 1.2 GiB | 0.32 GiB | met |" in lines
    assert "busy" not in page
    assert publishing.BEGIN in publishing.PAGE.read_text("utf-8")


def test_a_busy_machine_is_told() -> None:
    waited = {**RESULTS["ways"], "floor": [_run(200, 3, 1.5)]}
    assert "2.0 times" in publishing.tables({**RESULTS, "ways": waited})


def test_the_curve_is_drawn(tmp_path: Path) -> None:
    draw(figures.sizes(RESULTS), 1228.8, tmp_path / "memory.png")
    assert (tmp_path / "memory.png").read_bytes().startswith(b"\x89PNG")


def _run(clients: int, wall: float, cpu: float, **more: float) -> dict[str, float]:
    return {"clients": clients, "wall": wall, "cpu": cpu, **more}


def _ours(clients: int, wall: float, memory: int) -> dict[str, float]:
    seen = {"memory": memory * 2**20, "parent_cpu": 0.001 * clients, "bytes": 52_000}
    return _run(clients, wall, 0.019 * clients, **seen)


_ALL = [_ours(1000, seconds, 300) for seconds in (11.9, 12, 30)]
RESULTS: dict[str, Any] = {
    "machine": {"processor": "A processor", "cores": 2, "memory_gib": 8.0, "system": "A system"},
    "versions": {"sheet-diag": "0.0.0"},
    "plan": {"repeats": 3},
    "ways": {
        "plain": [_run(50, 25, 25)],
        "tuned": [_run(50, 10, 10)],
        "floor": [_run(200, 1.6, 1.52)],
        "one": [_run(1000, seconds, 19) for seconds in (19, 20, 90)],
        "all": _ALL,
    },
    "sizes": [*_ALL, _ours(100, 3, 250), _ours(20_000, 202, 330)],
    "stages": {"clients": 1000, "seconds": {"writing": 5.0, "reading": 15.0}},
    "starts": {"help": [0.2, 0.1, 0.9], "check": [0.7, 0.8, 0.9]},
}
