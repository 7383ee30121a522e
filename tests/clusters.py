"""A real Dask cluster on this machine: a scheduler and workers as processes of their own.

They run in a folder of their own, so that relative paths of a test lead them nowhere.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from distributed import Client

ROOT = Path(__file__).parents[1]
_PATIENCE = 120.0  # seconds; a busy machine starts processes slowly


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """What the condition gives, once that is true."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise TimeoutError(what)


class DaskCluster:
    """One scheduler and its workers, all ended when done."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[bytes]] = []
        self._count = workers
        self.workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        contact = self._folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--scheduler-file", str(contact), "--port", "0")
        wait_until(contact.exists, "no scheduler")
        self.url: str = json.loads(contact.read_text(encoding="utf-8"))["address"]
        self.client = Client(self.url, timeout=_PATIENCE, set_as_default=False)
        for _ in range(self._count):
            self.add_worker()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        for process in reversed(self._processes):
            process.send_signal(signal.SIGKILL)
            process.wait()

    def add_worker(self, *more: str) -> None:
        """One more worker, which is there when this returns."""
        before = len(self.threads())
        options = more or ("--no-nanny",)
        local = ("--local-directory", str(self._folder))
        process = self._start("worker", self.url, "--nthreads", "1", *local, *options)
        self.workers.append(process)
        wait_until(lambda: len(self.threads()) > before, "no worker")

    def kill_worker(self, address: str) -> None:
        """End it as a power cut would."""
        number = self.client.run(os.getpid, workers=[address])[address]
        (process,) = (each for each in self.workers if each.pid == number)
        process.kill()
        process.wait()
        self.workers.remove(process)

    def threads(self) -> dict[str, int]:
        """The threads of each worker, by address."""
        threads: dict[str, int] = self.client.nthreads()
        return threads

    def busy(self) -> list[str]:
        """The addresses of workers that have something to do."""
        return [address for address, keys in self.client.processing().items() if keys]

    def give_chances(self, times: int) -> None:
        """How many workers may die over a task before the scheduler gives it up."""
        self.client.run_on_scheduler(_give_chances, times)

    def teams(self) -> list[str]:
        """The names of the teams that the scheduler knows."""
        names: list[str] = self.client.run_on_scheduler(_plugins)
        return names

    def _start(self, kind: str, *options: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{kind}{len(self._processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", kind, "--host", "127.0.0.1", *options,
                 "--no-dashboard"],
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )  # fmt: skip
        self._processes.append(process)
        return process


def _plugins(dask_scheduler: Any) -> list[str]:
    return [name for name in dask_scheduler.worker_plugins if name.startswith("sheet-diag")]


def _give_chances(times: int, dask_scheduler: Any) -> None:
    dask_scheduler.allowed_failures = times
