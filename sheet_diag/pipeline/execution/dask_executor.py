"""A Dask cluster as an executor: sends calls to its workers in chunks and returns the results.

Knows nothing of what the calls do. Dask finds a worker for each chunk, and another one where that
worker dies; `dask_worker` says what runs there, and what must be the same on its machine.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

import dask
from distributed import Client, KilledWorker, Security
from distributed.comm.core import connect as knock

from sheet_diag.model.settings import MIB, Limits
from sheet_diag.pipeline.execution.dask_worker import (
    CallResult,
    CleanupPlugin,
    ProcessesPlugin,
    list_machine_facts,
    require_same_software,
    run_calls,
)
from sheet_diag.pipeline.execution.workers import (
    TASKS_AHEAD,
    CancellingExecutor,
    ClusterError,
    ProgressCallback,
    WorkerDiedError,
)

_Out = TypeVar("_Out")

# The scheduler takes two milliseconds a task, however many calls are in it (docs/cluster.md).
CALLS_PER_CHUNK: Final = 16
_CHUNK_BYTES: Final = 4 * MIB  # of a chunk: large returns travel alone
_COLLECT_SECONDS: Final = 0.05  # seconds that a call waits for others to go with
_IDLE_SECONDS: Final = 5.0  # seconds without a worker before it is told
_CONNECT_SECONDS: Final = 10  # seconds
_SETTINGS: Final = {
    "distributed.diagnostics.computations.nframes": 0,  # else each task carries our source code
    "distributed.admin.large-graph-warning-threshold": "1 GiB",  # contents are to be sent
}


@contextmanager
def connect_cluster(
    url: str, context: Any, limits: Limits, progress: ProgressCallback
) -> Iterator[DaskExecutor]:
    """Connect to a scheduler and give its workers, also later ones, the context of the tasks.

    Raises `ClusterError` where the scheduler cannot be reached, or a machine cannot take part.
    `progress` gets the stage `cluster` while no worker is there.
    """
    pickled = pickle.dumps((context, limits), protocol=pickle.HIGHEST_PROTOCOL)
    plugin = ProcessesPlugin(f"sheet-diag-{uuid.uuid4().hex}", list_machine_facts(), pickled)
    with _silence_dask(), dask.config.set(_SETTINGS), _open_client(url) as client:
        with _translate_errors(url):  # the scheduler unpacks tasks, too
            client.run_on_scheduler(require_same_software, list_machine_facts(), url)
            client.register_plugin(CleanupPlugin(client.id, plugin.name))  # it ends the other
            client.register_plugin(plugin)
        with DaskExecutor(client, plugin.name, progress) as cluster:
            yield cluster


class DaskExecutor(CancellingExecutor):
    """An executor of the processes on the workers of a cluster.

    The future of a call raises `WorkerDiedError` as those of `WorkerProcesses` do, and
    `ClusterError` where the scheduler is gone.
    """

    def __init__(self, client: Client, plugin: str, progress: ProgressCallback) -> None:
        self._client = client
        self._plugin = plugin
        self._progress = progress
        self._changed = threading.Condition()
        self._gathered: deque[_PendingCall] = deque()
        self._under_way: dict[str, Sequence[_PendingCall]] = {}
        self._threads = _count_threads(client)
        self._returned = 0  # chunks since the last look
        self._closing = False
        for each in (self._send_all, self._watch):
            threading.Thread(target=each, name=f"cluster{each.__name__}", daemon=True).start()

    @property
    def ahead(self) -> int:
        """Number of calls that keep all workers busy while results are on the way."""
        return max(TASKS_AHEAD, 2 * CALLS_PER_CHUNK * self._threads)

    def submit(self, fn: Callable[..., _Out], /, *args: Any, **kwargs: Any) -> Future[_Out]:
        """Have the function called on one of the workers."""
        packed = pickle.dumps((fn, args, kwargs), protocol=pickle.HIGHEST_PROTOCOL)
        call = _PendingCall(packed)
        with self._changed:
            if self._closing:
                raise RuntimeError("the cluster is closed")
            self._gathered.append(call)
            self._changed.notify_all()
        return call.future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; wait for those under way, or drop them."""
        with self._changed:
            self._closing = True
            calls = [*self._gathered, *(call for some in self._under_way.values() for call in some)]
            if cancel_futures:
                self._gathered.clear()
            self._changed.notify_all()
        for call in calls:
            if cancel_futures:
                call.future.cancel()
            elif wait:
                call.future.exception()

    # --- calls -> chunks, in a thread

    def _send_all(self) -> None:
        while calls := self._next_chunk():
            self._send(calls)

    def _next_chunk(self) -> list[_PendingCall]:
        with self._changed:
            self._changed.wait_for(lambda: self._gathered or self._closing)
            most = self._most()
            self._changed.wait_for(
                lambda: self._closing or self._are_enough(most), _COLLECT_SECONDS
            )
            calls: list[_PendingCall] = []
            while self._gathered and len(calls) < most and _total_bytes(calls) < _CHUNK_BYTES:
                calls.append(self._gathered.popleft())
            return calls

    def _most(self) -> int:
        """Compute how many calls go together.

        Few while the threads have little to do, so that a few calls are spread over all of
        them.
        """
        calls = sum(map(len, self._under_way.values()))
        return max(1, min(CALLS_PER_CHUNK, calls // max(1, self._threads)))

    def _are_enough(self, most: int) -> bool:
        return len(self._gathered) >= most or _total_bytes(self._gathered) >= _CHUNK_BYTES

    def _send(self, calls: Sequence[_PendingCall], *, last: bool = False) -> None:
        packed = [call.packed for call in calls]
        key = f"{self._plugin}-{uuid.uuid4().hex}"
        with self._changed:
            self._under_way[key] = calls
        try:
            sent = self._client.submit(run_calls, self._plugin, packed, key=key, pure=False)
            sent.add_done_callback(partial(self._receive, key, last))
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            self._fail(key, error)

    # --- what comes back, in a thread of Dask's

    def _receive(self, key: str, last: bool, sent: Any) -> None:
        try:
            outcomes: Sequence[CallResult] = sent.result()
        except KilledWorker as error:
            if last:
                self._fail(key, WorkerDiedError(f"workers lost: {error.allowed_failures + 1}"))
            else:  # each worker that had the chunk has died: its calls are sent one by one
                for call in self._taken(key):
                    self._send([call], last=True)
        except (CancelledError, asyncio.CancelledError):
            self._fail(key, ClusterError("cli.error.cluster.lost"))
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            self._fail(key, error)
        else:
            for call, outcome in zip(self._taken(key), outcomes, strict=True):
                call.end(*outcome)

    def _fail(self, key: str, error: Exception) -> None:
        for call in self._taken(key):
            call.end(b"", error)

    def _taken(self, key: str) -> Sequence[_PendingCall]:
        with self._changed:
            self._returned += 1
            return self._under_way.pop(key)

    # --- whether anybody works, in a thread

    def _watch(self) -> None:
        missing = False
        while not self._is_closing_within(_IDLE_SECONDS):
            if missing != self._has_nobody():
                missing = not missing
                self._progress("cluster", int(not missing), 1)

    def _is_closing_within(self, seconds: float) -> bool:
        with self._changed:
            self._returned = 0
            return self._changed.wait_for(lambda: self._closing, seconds)

    def _has_nobody(self) -> bool:
        if self._returned or not self._under_way:
            return False
        try:
            self._threads = _count_threads(self._client)
        except Exception:  # noqa: BLE001 - the calls under way tell what became of the scheduler
            return False
        return self._threads == 0


@dataclass(frozen=True, slots=True)
class _PendingCall:
    """A call that was submitted and has no result yet."""

    packed: bytes
    future: Future[Any] = field(default_factory=Future)

    def end(self, value: bytes, error: Exception | None) -> None:
        """Set the result of the future, unless it was cancelled."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            if error:
                raise error
            self.future.set_result(pickle.loads(value))  # of our own processes
        except Exception as raised:  # noqa: BLE001 - raised where the result is awaited
            self.future.set_exception(raised)


def _count_threads(client: Client) -> int:
    return sum(client.nthreads().values())


def _total_bytes(calls: Iterable[_PendingCall]) -> int:
    return sum(len(call.packed) for call in calls)


# --- the way to a scheduler


@contextmanager
def _open_client(url: str) -> Iterator[Client]:
    try:
        asyncio.run(_probe_scheduler(url))
        client = Client(url, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
        raise ClusterError("cli.error.cluster.unreachable", url=url, reason=str(error)) from error
    try:
        yield client
    finally:
        client.close()


async def _probe_scheduler(url: str) -> None:
    """Nobody answers: that is found out here, as a client that was made in vain closes itself
    when it is collected, in whatever thread that happens, and holds that up."""
    comm = await knock(url, timeout=_CONNECT_SECONDS, **Security().get_connection_args("client"))
    await comm.close()


@contextmanager
def _translate_errors(where: str) -> Iterator[None]:
    """Raise `ClusterError` for what machines without sheet-diag, or with another one, answer."""
    try:
        yield
    except (ImportError, AttributeError) as error:
        raise ClusterError("cli.error.cluster.missing", where=where, reason=str(error)) from error
    except OSError as error:
        raise ClusterError("cli.error.cluster.unreachable", url=where, reason=str(error)) from error


@contextmanager
def _silence_dask() -> Iterator[None]:
    """Keep Dask from logging what a `ClusterError` says."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
