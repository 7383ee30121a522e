"""Processes that may die alone: a file that aborts or hangs its reader costs that file only.

pebble replaces a worker that died or ran out of time; workers start fresh (never forked from a
process with threads) and get the catalogue once.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as OutOfTime
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from sheet_diag.model.catalog import Catalog

SECONDS_PER_FILE: Final = 30
_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True)
class Died:
    """The worker of one task died or ran out of time."""

    reason: str
    out_of_time: bool = False


class Workers:
    """A pool of processes that hold the catalogue."""

    def __init__(self, jobs: int, catalog: Catalog) -> None:
        method = "spawn" if sys.platform in ("win32", "darwin") else "forkserver"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            _start_server(context)
        self._pool = ProcessPool(
            max_workers=jobs, initializer=_start, initargs=[catalog], context=context
        )

    def map(
        self, task: Callable[[Catalog, _In], _Out], entries: Sequence[_In]
    ) -> Iterator[_Out | Died]:
        """`task(catalog, entry)` for each entry, in order. What a task raises is raised here."""
        if not entries:
            return
        calls = [(task, entry) for entry in entries]
        results = self._pool.map(_call, calls, timeout=SECONDS_PER_FILE).result()
        for _ in entries:
            try:
                yield next(results)
            except OutOfTime:
                yield Died(f"over {SECONDS_PER_FILE} s", out_of_time=True)
            except ProcessExpired as error:
                yield Died(f"exit {error.exitcode}")

    def __enter__(self) -> Self:
        with _interrupts_wait():
            for _ in self.map(_is_ready, [None]):
                pass
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error:
            self._pool.stop()  # type: ignore[no-untyped-call]
        else:
            self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C waits until the processes run: half-started ones would die with a traceback."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = []
    former = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
    if pressed:
        raise KeyboardInterrupt


def _start_server(context: BaseContext) -> None:
    """Start the process that workers are forked from, deaf to Ctrl-C: that is for the parent."""
    context.set_forkserver_preload(["sheet_diag.tasks"])
    resource_tracker.ensure_running()  # it unblocks signals when it starts, so it starts first
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


_catalog: Catalog | None = None


def _start(catalog: Catalog) -> None:
    """In a worker: keep the catalogue; Ctrl-C is the parent's business."""
    global _catalog
    _catalog = catalog
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _is_ready(catalog: Catalog, _: None) -> bool:
    return bool(catalog.items)


def _call(call: tuple[Callable[[Catalog, Any], Any], Any]) -> Any:
    task, entry = call
    if _catalog is None:
        raise RuntimeError("the worker was not started")
    return task(_catalog, entry)
