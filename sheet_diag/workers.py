"""Processes that may die alone: a file that aborts or hangs its reader costs that file only.

pebble replaces a worker that died or ran out of time; workers start fresh (never forked from a
process with threads) and get the catalogue once.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass
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


class Workers:
    """A pool of processes that hold the catalogue."""

    def __init__(self, jobs: int, catalog: Catalog) -> None:
        method = "spawn" if sys.platform in ("win32", "darwin") else "forkserver"
        context = multiprocessing.get_context(method)
        context.set_forkserver_preload(["sheet_diag.tasks"])
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
                yield Died(f"over {SECONDS_PER_FILE} s")
            except ProcessExpired as error:
                yield Died(f"exit {error.exitcode}")

    def __enter__(self) -> Self:
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


_catalog: Catalog | None = None


def _start(catalog: Catalog) -> None:
    """In a worker: keep the catalogue; Ctrl-C is the parent's business."""
    global _catalog
    _catalog = catalog
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _call(call: tuple[Callable[[Catalog, Any], Any], Any]) -> Any:
    task, entry = call
    if _catalog is None:
        raise RuntimeError("the worker was not started")
    return task(_catalog, entry)
