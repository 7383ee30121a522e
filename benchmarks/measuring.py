"""One command, watched from outside: the clock, the processor and the memory of all its processes.

Memory is the proportional set size (PSS): pages that processes share count once. Where the system
does not tell it, it is the resident set size, which counts them for each process.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

_INTERVAL: Final = 0.05  # seconds between two looks
# A look costs time of its own: of the time between looks, so many parts are left to the command.
_REST: Final = 25

PINNING: Final = sys.platform == "linux"


class FailedError(Exception):
    """A command that did not do what was to be measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a command took: seconds by the clock, seconds of the processor by all its processes and
    by the first one alone, and the most memory of all processes at one time (bytes)."""

    wall: float
    cpu: float
    parent_cpu: float
    memory: int
    output: str = ""


@dataclass(slots=True)
class _Watch:
    """What was seen of a process and its descendants so far."""

    root: psutil.Process
    cpu: dict[int, float] = field(default_factory=dict)
    memory: int = 0

    def look(self) -> None:
        total = 0
        for process in self._family():
            with contextlib.suppress(psutil.Error):  # it may end while it is looked at
                times = process.cpu_times()
                self.cpu[process.pid] = times.user + times.system
                total += _memory(process)
        self.memory = max(self.memory, total)

    def _family(self) -> list[psutil.Process]:
        try:
            return [self.root, *self.root.children(recursive=True)]
        except psutil.Error:
            return []


def measured(
    command: Sequence[str],
    folder: Path,
    core: int | None = None,
    expected: Collection[int] = (0,),
) -> Measured:
    """Run the command in the folder, on one core only where one is named.

    Raises `FailedError` where its exit status is none of those expected.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as told:
        started = time.perf_counter()
        with _pinned(core):
            process = subprocess.Popen(
                command, cwd=folder, env=_environment(), stdout=told, stderr=told
            )
        watch = _watched(process)
        wall = time.perf_counter() - started
        told.seek(0)
        output = told.read()
    if process.returncode not in expected:
        raise FailedError(f"{' '.join(command)}: {process.returncode}\n{output}")
    return Measured(
        wall, sum(watch.cpu.values()), watch.cpu.get(process.pid, 0.0), watch.memory, output
    )


def timed(command: Sequence[str], folder: Path) -> float:
    """Seconds by the clock of a short command, unwatched."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=_environment(), check=True, capture_output=True)
    return time.perf_counter() - started


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if PINNING else list(range(os.cpu_count() or 1))


@contextlib.contextmanager
def _pinned(core: int | None) -> Iterator[None]:
    """Processes started here inherit the core."""
    if core is None or not PINNING:
        yield
        return
    former = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, former)


def _watched(process: subprocess.Popen[bytes]) -> _Watch:
    """Look at it until it ends."""
    watch = _Watch(psutil.Process(process.pid))
    while process.poll() is None:
        before = time.perf_counter()
        watch.look()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(_INTERVAL, _REST * (time.perf_counter() - before)))
    return watch


def _memory(process: psutil.Process) -> int:
    full = process.memory_full_info()
    return int(getattr(full, "pss", full.rss))


def _environment() -> dict[str, str]:
    """The benchmark's modules and the product are those of this folder."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
