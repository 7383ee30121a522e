"""Processes that may die alone: a file that aborts or hangs its reader costs that file only.

pebble replaces a worker that died or ran out of time; workers start fresh (never forked from a
process with threads) and get what they all need, their bench, once. Where the system knows such
limits (not on Windows), a worker that asks for too much memory is refused it.
"""

from __future__ import annotations

import multiprocessing
import os
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
from typing import Any, Generic, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from sheet_diag.model.settings import MIB, Limits

_Bench = TypeVar("_Bench")
_In = TypeVar("_In")
_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True)
class Died:
    """The worker of one task died or ran out of time."""

    reason: str
    out_of_time: bool = False


class Workers(Generic[_Bench]):
    """A pool of processes that hold a bench; each task has `limits.seconds` of time."""

    def __init__(self, jobs: int, bench: _Bench, limits: Limits) -> None:
        method = "spawn" if sys.platform in ("win32", "darwin") else "forkserver"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            _start_server(context)
        self._pool = ProcessPool(
            max_workers=jobs, initializer=_start, initargs=[bench, limits], context=context
        )
        self._seconds = limits.seconds

    def map(
        self, task: Callable[[_Bench, _In], _Out], entries: Sequence[_In]
    ) -> Iterator[_Out | Died]:
        """`task(bench, entry)` for each entry, in order. What a task raises is raised here."""
        if not entries:
            return
        calls = [(task, entry) for entry in entries]
        results = self._pool.map(_call, calls, timeout=self._seconds).result()
        for _ in entries:
            try:
                yield next(results)
            except OutOfTime:
                yield Died(f"over {self._seconds} s", out_of_time=True)
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


_bench: Any = None


def _start(bench: Any, limits: Limits) -> None:
    """In a worker: keep the bench, accept the limits; Ctrl-C is the parent's business."""
    global _bench
    _bench = bench
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A reader that aborts prints pages of its own before; the parent tells it in a sentence.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.unpacked * MIB,) * 2)
    if sys.platform == "linux":  # macOS does not keep to it
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory * MIB,) * 2)


def _is_ready(bench: Any, _: None) -> bool:
    return bench is not None


def _call(call: tuple[Callable[[Any, Any], Any], Any]) -> Any:
    task, entry = call
    if _bench is None:
        raise RuntimeError("the worker was not started")
    return task(_bench, entry)
