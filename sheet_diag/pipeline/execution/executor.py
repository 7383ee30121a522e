"""Spreads tasks over any `concurrent.futures.Executor`.

An executor runs `run_task(task, entry)` in processes that hold the context of all tasks
(`set_worker_context`). A limited number of tasks is under way at a time. Results come in the order
of the entries, so outputs do not depend on where and how fast they were made.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sheet_diag.model.basics import UserError

_Context = TypeVar("_Context")
_In = TypeVar("_In")
_Out = TypeVar("_Out")

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
