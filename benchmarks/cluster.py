"""What a cluster costs besides the work: processor time of each part, a task and a client.

    python -m benchmarks.cluster             (tasks that do nothing)
    python -m benchmarks.cluster 100 300     (whole runs over so many returns)

A scheduler and a worker are started on this machine. Processor time does not depend on what else
the machine does; docs/cluster.md holds the results, and what follows for many machines.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from benchmarks.returns import write_returns
from sheet_diag.catalog.load import load_catalog
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer, Limits
from sheet_diag.pipeline.execution import dask_executor as cluster
from sheet_diag.pipeline.execution.executor import Workers
from sheet_diag.pipeline.run import RunConfig, run
from tests.chores import end_task
from tests.clusters import DaskCluster

_TASKS: Final = 2_000
_CHUNKS: Final = (1, 4, 16, 64)
_IDLE: Final = 10.0  # seconds
_CONTENT: Final = 60_000  # bytes sent and returned, about those of a return and of a report

Rates = Mapping[str, float]
NOTHING: Final[Rates] = {}


def tasks() -> None:
    """Tasks that do nothing, in chunks of several sizes, without and with a content."""
    with _machines() as machines:
        for size in (0, _CONTENT):
            for chunk in _CHUNKS:
                cluster.CALLS_PER_CHUNK = chunk  # type: ignore[misc]  # what is measured here
                _print(f"{size:6} bytes, chunks of {chunk:2}", _nothing(machines, size), _TASKS)


def _nothing(machines: DaskCluster, size: int) -> Rates:
    with cluster.connect_cluster(machines.url, "bench", Limits(), _quiet) as there:
        workers = Workers[str](there, 4 * max(_CHUNKS), remote=True)
        list(workers.map(end_task, ["ready"]))
        before = _seconds(machines)
        for answer in workers.map(end_task, (str(n).ljust(size) for n in range(_TASKS))):
            assert isinstance(answer, str)
        return _since(before, machines)


def runs(counts: list[int]) -> None:
    """Whole runs; what one client more costs follows from the first and the last of them."""
    with _machines() as machines, tempfile.TemporaryDirectory() as folder:
        found, idle = [], _idle(machines)
        _print("idle, a second", idle, 1)
        for count in counts:
            source = Path(folder) / str(count)
            write_returns(source, count)
            before = _seconds(machines)
            order = RunConfig(
                source, Path(folder) / f"{count} out", load_catalog(), Issuer(), date.today(),
                Lang.JA, scheduler=machines.url,
            )  # fmt: skip
            run(order, _quiet)
            found.append(_since(before, machines, idle))
            _print(f"{count} returns", found[-1], count)
        more = {part: found[-1][part] - found[0][part] for part in found[0]}
        _print("one more", more, counts[-1] - counts[0])


@contextmanager
def _machines() -> Iterator[DaskCluster]:
    with (
        tempfile.TemporaryDirectory() as folder,
        DaskCluster(Path(folder), workers=1) as machines,
    ):
        yield machines


def _seconds(machines: DaskCluster) -> Rates:
    """Processor time of each part until now. Dask's worker is counted without its team: that does
    the same work as processes at home."""
    (worker,) = machines.workers
    return {
        "parent": time.process_time(),
        "scheduler": _used(machines.scheduler.pid),
        "worker": _used(worker.pid),
        "clock": time.monotonic(),
    }


def _used(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _since(before: Rates, machines: DaskCluster, idle: Rates = NOTHING) -> Rates:
    """What each part took; less what Dask takes by the clock, where that is told."""
    now = _seconds(machines)
    clock = now["clock"] - before["clock"]
    return {part: now[part] - before[part] - idle.get(part, 0.0) * clock for part in now}


def _idle(machines: DaskCluster) -> Rates:
    """Processor time a second of each part while there is nothing to do."""
    with cluster.connect_cluster(machines.url, "bench", Limits(), _quiet):
        before = _seconds(machines)
        time.sleep(_IDLE)
        found = _since(before, machines)
    return {part: each / _IDLE for part, each in found.items() if part != "clock"}


def _print(what: str, seconds: Rates, count: int) -> None:
    parts = ", ".join(f"{part} {1000 * each / count:.2f}" for part, each in seconds.items())
    sys.stdout.write(f"{what}: ms each: {parts}\n")
    sys.stdout.flush()


def _quiet(stage: str, done: int, total: int) -> None:
    del stage, done, total


if __name__ == "__main__":
    counts = [int(each) for each in sys.argv[1:]]
    if counts:
        runs(counts)
    else:
        tasks()
