"""What each file of a folder takes: `python -m tests.hostile.measure FOLDER`.

Every file is opened and read in a process of its own, with the limits that a worker has. For
Linux; the figures of docs/hazards.md come from here.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sheet_diag.intake.discovery import InputFile, find_input_files
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.pipeline.tasks import (
    OpenJob,
    WorkerContext,
    examine,
    open_or_examine,
)
from tests.catalogs import JIS

_MIB = 1024 * 1024
_READING = IntakeSettings()


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock, MiB at the peak (the program itself included), how it ended."""

    name: str
    seconds: float
    memory: int
    end: str


def measured(found: InputFile, spool: Path) -> Cost:
    """What reading one file takes, in a process of its own."""
    start = time.perf_counter()
    process = os.fork()
    if process == 0:
        _leave(lambda: _read(found, spool))
    _, status, usage = os.wait4(process, 0)
    end = f"signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else str(os.WEXITSTATUS(status))
    return Cost(found.name, time.perf_counter() - start, usage.ru_maxrss // 1024, end)


def _leave(work: Callable[[], None]) -> None:
    """Do it and end the process at once, without what a test run would do at its end."""
    limits = _READING.limits
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory * _MIB, limits.memory * _MIB))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(limits.seconds)
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def _read(found: InputFile, spool: Path) -> None:
    bench = WorkerContext(JIS, _READING)
    opened = open_or_examine(bench, OpenJob(found, spool))
    for member in opened if isinstance(opened, list) else ():
        examine(bench, member)


def main(folder: Path) -> None:
    """Measure every file and print the slowest and the largest."""
    costs = []
    with tempfile.TemporaryDirectory() as spool:
        for place, found in enumerate(find_input_files(folder, apart_from=Path(spool))):
            inside = Path(spool) / str(place)
            costs.append(measured(found, inside))
    for title, key in (("slowest", _seconds), ("largest", _memory)):
        lines = [_line(cost) for cost in sorted(costs, key=key, reverse=True)[:10]]
        sys.stdout.write(f"{title} of {len(costs)}\n" + "\n".join(lines) + "\n")


def _seconds(cost: Cost) -> float:
    return cost.seconds


def _memory(cost: Cost) -> float:
    return cost.memory


def _line(cost: Cost) -> str:
    return f"{cost.seconds:7.2f} s {cost.memory:6d} MiB  {cost.name}  ({cost.end})"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
