"""Runs a command and measures clock, processor and memory of all its processes; names the machine.

Memory is the proportional set size (PSS): pages that processes share count once. Where the system
does not tell it, it is the resident set size, which counts them for each process.
"""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

# Seconds between two samples. A sample costs time of its own: of the time between samples, so many
# parts are the command's.
_SHORTEST, _LONGEST, _REST = 0.05, 1.0, 25
_PROGRAMS: Final = ("pandas", "openpyxl", "XlsxWriter", "python-calamine", "pyarrow", "typst")

PINNING: Final = sys.platform == "linux"


class CommandError(Exception):
    """A command that did not do what was to be measured."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Seconds by the clock, seconds of the processor by all processes, and the most memory of all
    processes at one time (bytes)."""

    wall: float
    cpu: float
    memory: int
    output: str = ""


@dataclass(slots=True)
class _Sampler:
    """Samples a process and its descendants."""

    root: psutil.Process
    cpu: dict[int, float] = field(default_factory=dict)
    memory: int = 0

    def sample(self) -> None:
        total = 0
        for process in self._family():
            with contextlib.suppress(psutil.Error):  # it may end in the meantime
                times = process.cpu_times()
                self.cpu[process.pid] = times.user + times.system
                full = process.memory_full_info()
                total += int(getattr(full, "pss", full.rss))
        self.memory = max(self.memory, total)

    def _family(self) -> list[psutil.Process]:
        try:
            return [self.root, *self.root.children(recursive=True)]
        except psutil.Error:
            return []


def measure(
    command: Sequence[str],
    folder: Path,
    core: int | None = None,
    expected: Collection[int] = (0,),
) -> Measurement:
    """Run the command in the folder, on one core only where one is named.

    Raises `CommandError` where its exit status is none of those expected.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        started = time.perf_counter()
        with _pinned(core):
            process = subprocess.Popen(
                command, cwd=folder, env=_environment(), stdout=file, stderr=file
            )
        sampler = _sample_until_end(process)
        wall = time.perf_counter() - started
        file.seek(0)
        output = file.read()
    if process.returncode not in expected:
        raise CommandError(f"{' '.join(command)}: {process.returncode}\n{output}")
    return Measurement(wall, sum(sampler.cpu.values()), sampler.memory, output)


def time_command(command: Sequence[str], folder: Path) -> float:
    """Measure the seconds by the clock of a short command."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=_environment(), check=True, capture_output=True)
    return time.perf_counter() - started


def cores() -> list[int]:
    """List the cores that this process may use."""
    return sorted(os.sched_getaffinity(0)) if PINNING else list(range(os.cpu_count() or 1))


def machine() -> dict[str, str | int | float]:
    """Describe processor, cores that may be used, memory and system, without names or paths."""
    return {
        "processor": _processor(),
        "cores": len(cores()),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": _system(),
    }


def versions() -> dict[str, str]:
    """Name the versions of what the measured programs are made of."""
    return {
        "sheet-diag": metadata.version("sheet-diag"),
        "Python": platform.python_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **{name: metadata.version(name) for name in _PROGRAMS},
    }


@contextlib.contextmanager
def _pinned(core: int | None) -> Iterator[None]:
    """Let processes that are started here inherit the core."""
    if core is None or not PINNING:
        yield
        return
    former = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, former)


def _sample_until_end(process: subprocess.Popen[bytes]) -> _Sampler:
    sampler = _Sampler(psutil.Process(process.pid))
    while process.poll() is None:
        before = time.perf_counter()
        sampler.sample()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(max(_SHORTEST, _REST * (time.perf_counter() - before)), _LONGEST))
    return sampler


def _environment() -> dict[str, str]:
    """Let the benchmark's modules and the product be those of this folder."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text("utf-8").splitlines() if facts.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"{platform.system()} {platform.release()}"
