"""Spreads tasks over whatever runs them: any `concurrent.futures.Executor`.

An executor runs `run_task(task, entry)` in processes that hold a bench, what all tasks work with
(`set_worker_context`). Only so many tasks are under way at a time, however many there are;
results come in the order of the entries, so where and how fast they were worked out never shows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sheet_diag.model.errors import UserError

_Bench = TypeVar("_Bench")
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
    """What the future of such a task raises; `args` are those of `WorkerDied`."""

    @property
    def died(self) -> WorkerDied:
        """The same as a value."""
        return WorkerDied(*self.args)


class ClusterError(UserError):
    """Other machines cannot be used."""


class Workers(Generic[_Bench]):
    """An executor and how many tasks it is given ahead of the one whose result is awaited.

    `is_remote`: it does not see the files of this machine, so tasks must bring their contents.
    """

    def __init__(
        self, executor: Executor, ahead: int = TASKS_AHEAD, *, is_remote: bool = False
    ) -> None:
        self._executor = executor
        self._ahead = ahead
        self.is_remote = is_remote

    def map(
        self, task: Callable[[_Bench, _In], _Out], entries: Iterable[_In]
    ) -> Iterator[_Out | WorkerDied]:
        """`task(bench, entry)` for each entry, in order. What a task raises is raised here."""
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


_bench: Any = None


def set_worker_context(bench: Any) -> None:
    """In a worker: keep what its tasks work with."""
    global _bench
    _bench = bench


def run_task(task: Callable[[Any, _In], _Out], entry: _In) -> _Out:
    """In a worker: do one task."""
    if _bench is None:
        raise RuntimeError("the worker holds no bench")
    return task(_bench, entry)
