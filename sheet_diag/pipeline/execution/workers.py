"""Spreads tasks over workers: processes of this machine, or any other executor.

An executor runs `run_task(task, entry)` in processes that hold the context of all tasks
(`set_worker_context`). A limited number of tasks is under way at a time. Results come in the order
of the entries, so outputs do not depend on where and how fast they were made.

A file that aborts or hangs its reader costs itself only: pebble replaces a worker that died or ran
out of time. Workers start fresh (never forked from a process with threads). Where the system has
such limits (not on Windows), a worker that asks for too much memory is refused it.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as OutOfTime
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from sheet_diag.model.basics import UserError
from sheet_diag.model.settings import MIB, Limits
from sheet_diag.pipeline.execution.forkserver import prepare
from sheet_diag.storage.staging import handle_interrupts

_Context = TypeVar("_Context")
_In = TypeVar("_In")
_Out = TypeVar("_Out")

ProgressCallback = Callable[[str, int, int], None]  # stage, done, of how many

# One slow file must not leave the other workers idle; results that wait behind it cost memory.
TASKS_AHEAD: Final = 64


@dataclass(frozen=True, slots=True)
class WorkerDied:
    """The worker of one task died or ran out of time."""

    reason: str
    out_of_time: bool = False


class WorkerDiedError(Exception):
    """Raised by the future of such a task; `args` are those of `WorkerDied`."""

    @property
    def died(self) -> WorkerDied:
        """The same as a value."""
        return WorkerDied(*self.args)


class ClusterError(UserError):
    """Other machines cannot be used."""


class Workers(Generic[_Context]):
    """An executor, and how many tasks it is given ahead of the awaited one.

    `is_remote`: it does not see the files of this machine, so tasks must bring their contents.
    """

    def __init__(
        self, executor: Executor, ahead: int = TASKS_AHEAD, *, is_remote: bool = False
    ) -> None:
        self._executor = executor
        self._ahead = ahead
        self.is_remote = is_remote

    def map(
        self, task: Callable[[_Context, _In], _Out], entries: Iterable[_In]
    ) -> Iterator[_Out | WorkerDied]:
        """Do `task(context, entry)` for each entry, in order; raise what a task raises."""
        waiting: deque[Future[Any]] = deque()
        try:
            for entry in entries:
                waiting.append(self._executor.submit(run_task, task, entry))
                if len(waiting) > self._ahead:
                    yield _take_result(waiting.popleft())
            while waiting:
                yield _take_result(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()


def _take_result(future: Future[Any]) -> Any:
    try:
        return future.result()
    except WorkerDiedError as error:
        return error.died


_context: Any = None


def set_worker_context(context: Any) -> None:
    """In a worker: keep the context of its tasks."""
    global _context
    _context = context


def run_task(task: Callable[[Any, _In], _Out], entry: _In) -> _Out:
    """In a worker: do one task."""
    if _context is None:
        raise RuntimeError("the worker holds no context")
    return task(_context, entry)


class CancellingExecutor(Executor):
    """An executor that cancels its calls where something is raised while it is open."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown(cancel_futures=error is not None)


# --- processes of this machine


class WorkerProcesses(CancellingExecutor):
    """An executor of `jobs` processes; each call has `limits.seconds` of time.

    The future of a call whose process died or ran out of time raises `WorkerDiedError`.
    """

    def __init__(self, jobs: int, context: Any, limits: Limits) -> None:
        self._pool = ProcessPool(
            max_workers=jobs,
            initializer=_start_worker,
            initargs=[context, limits],
            context=prepare(),
        )
        self._seconds = limits.seconds
        self._waited_for: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., _Out], /, *args: Any, **kwargs: Any) -> Future[_Out]:
        """Call the function in one of the processes."""
        inner = self._pool.schedule(fn, args=args, kwargs=kwargs, timeout=self._seconds)
        outer: Future[_Out] = Future()
        self._waited_for.add(outer)
        outer.add_done_callback(self._waited_for.discard)
        inner.add_done_callback(lambda done: _forward_result(done, outer, self._seconds))
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: at once where calls are to be cancelled, else once they are done."""
        if cancel_futures:
            self._pool.stop()  # type: ignore[no-untyped-call]
        else:
            self._pool.close()  # type: ignore[no-untyped-call]
        if wait:
            self._pool.join()
        if cancel_futures:
            for future in tuple(self._waited_for):  # pebble forgets those of a stopped pool
                future.cancel()

    def __enter__(self) -> Self:
        with _delay_interrupts():
            self.submit(run_task, _is_ready, None).result()
        return self


def _forward_result(done: Future[_Out], outer: Future[_Out], seconds: int) -> None:
    if done.cancelled() or not outer.set_running_or_notify_cancel():
        outer.cancel()
        return
    error = done.exception()
    if isinstance(error, ProcessExpired):
        outer.set_exception(WorkerDiedError(f"exit {error.exitcode}"))
    elif isinstance(error, OutOfTime):
        outer.set_exception(WorkerDiedError(f"over {seconds} s", True))
    elif error is not None:
        outer.set_exception(error)
    else:
        outer.set_result(done.result())


@contextmanager
def _delay_interrupts() -> Iterator[None]:
    """Delay Ctrl-C until the processes run; half-started ones would print a traceback."""
    pressed = []
    with handle_interrupts(lambda *_: pressed.append(True)):
        yield
    if pressed:
        raise KeyboardInterrupt


def _start_worker(context: Any, limits: Limits) -> None:
    """In a worker: keep the context, set the limits, leave Ctrl-C to the parent."""
    set_worker_context(context)
    _collect_garbage_rarely()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A reader that aborts prints pages of its own before; the parent tells it in a sentence.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.unpacked * MIB,) * 2)
    if sys.platform == "linux":  # macOS does not keep to it
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory * MIB,) * 2)


def _collect_garbage_rarely() -> None:
    """Look for reference cycles rarely: it took a quarter of a report's time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _is_ready(context: Any, _: None) -> bool:
    return context is not None
