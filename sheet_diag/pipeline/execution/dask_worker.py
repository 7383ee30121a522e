"""What runs on the machines of a cluster: each of Dask's workers starts processes for the tasks.

They have the same limits as on the machine that asks. Dask's own threads only wait, so that a file
that aborts or hangs its reader does not end the worker. The processes are there for one run, on
every worker of the scheduler and on those that join later, and end when the run's client has gone,
however it went.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import pickle
import platform
import re
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from threading import Lock, Thread
from typing import Final

from distributed import Scheduler, SchedulerPlugin, Worker, WorkerPlugin, get_worker

from sheet_diag import __version__
from sheet_diag.pipeline.execution.workers import ClusterError, WorkerProcesses

MachineFacts = dict[str, str]
CallResult = tuple[bytes, Exception | None]  # the value, pickled, or what was raised

_NAME: Final = re.compile(r"[\w.-]+")


class ProcessesPlugin(WorkerPlugin):
    """The processes of one Dask worker.

    `pickled` is the pickled context and limits, `facts` are those of the machine that asks: the
    worker's must be the same.
    """

    def __init__(self, name: str, facts: MachineFacts, pickled: bytes) -> None:
        self.name = name
        self._facts = facts
        self._pickled = pickled

    def setup(self, worker: Worker) -> None:
        """Prepare the worker. Raises `ClusterError` where it cannot take part in the run."""
        self._lock = Lock()
        self._processes: WorkerProcesses | None = None
        self._size = worker.state.nthreads
        self._where = worker.address
        self._require_fit()

    def teardown(self, worker: Worker) -> None:
        """End the processes at once, in a thread, because Dask's loop must not wait."""
        del worker
        with self._lock:
            processes, self._pickled, self._processes = self._processes, b"", None
        if processes:
            Thread(target=processes.shutdown, kwargs={"cancel_futures": True}).start()

    def do(self, calls: Sequence[bytes]) -> list[CallResult]:
        """Do the calls; what one of them raises does not concern the others."""
        self._require_fit()
        processes = self._at_work()
        return [
            _take_call_result(each) for each in [processes.submit(run_call, each) for each in calls]
        ]

    def _at_work(self) -> WorkerProcesses:
        with self._lock:
            if not self._pickled:
                raise ClusterError("cli.error.cluster.lost")
            if self._processes is None:
                self._processes = WorkerProcesses(self._size, *pickle.loads(self._pickled))
            return self._processes

    def _require_fit(self) -> None:
        require_same_software(self._facts, self._where)
        if multiprocessing.current_process().daemon:
            raise ClusterError("cli.error.cluster.daemon", where=self._where)


class CleanupPlugin(SchedulerPlugin):
    """On the scheduler: ends the processes when the client of the run has gone."""

    def __init__(self, client: str, plugin: str) -> None:
        self.name = f"{plugin}-cleanup"
        self._client = client
        self._plugin = plugin

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """End the processes when it is the client of the run that goes."""
        if client == self._client:
            scheduler.loop.add_callback(self._end, scheduler)

    async def _end(self, scheduler: Scheduler) -> None:
        if self._plugin in scheduler.worker_plugins:
            await scheduler.unregister_worker_plugin(None, self._plugin)
        await scheduler.unregister_scheduler_plugin(self.name)


def run_calls(name: str, calls: Sequence[bytes]) -> list[CallResult]:
    """In one of Dask's threads: have the calls done by the processes of that name."""
    plugin = get_worker().plugins.get(name)
    if not isinstance(plugin, ProcessesPlugin):  # the scheduler was started anew
        raise ClusterError("cli.error.cluster.lost")
    return plugin.do(calls)


def run_call(packed: bytes) -> bytes:
    """In a process: do one call, which Dask's worker sees as bytes only."""
    function, arguments, named = pickle.loads(packed)  # from the client, as all that Dask runs
    return pickle.dumps(function(*arguments, **named), protocol=pickle.HIGHEST_PROTOCOL)


def _take_call_result(future: Future[bytes]) -> CallResult:
    try:
        return future.result(), None
    except Exception as error:  # noqa: BLE001 - raised where the result is awaited
        return b"", error


# --- what must be the same on all machines


@cache
def list_machine_facts() -> MachineFacts:
    """List the programs and versions that the bytes of the outputs depend on."""
    return {
        "sheet-diag": f"{__version__} ({_program_digest()[:8]})",
        "Python": platform.python_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "os": os.name,  # paths travel
        **_list_library_versions(),
    }


def require_same_software(wanted: MachineFacts, where: str) -> None:
    """Raise `ClusterError` where a fact differs from the machine that asks."""
    have = list_machine_facts()
    for name in sorted({*wanted, *have}):
        ours, theirs = wanted.get(name, "-"), have.get(name, "-")
        if ours != theirs:
            raise ClusterError(
                "cli.error.cluster.differs", name=name, ours=ours, theirs=theirs, where=where
            )


def _list_library_versions() -> MachineFacts:
    """List the versions of what sheet-diag needs, without extras, and of Dask.

    Typst is not there on every machine.
    """
    needed = [each for each in metadata.requires("sheet-diag") or () if "extra ==" not in each]
    names = [found[0] for found in map(_NAME.match, needed) if found]
    versions = {}
    for name in (*names, "distributed"):
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions


def _program_digest() -> str:
    """Compute the SHA-256 of everything that this program consists of, however it is packed."""
    digest = hashlib.sha256()
    for path, file in _list_program_files(resources.files("sheet_diag")):
        digest.update(path.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _list_program_files(folder: Traversable, above: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{above}/{entry.name}"
        if entry.is_dir():
            yield from _list_program_files(entry, path)
        elif entry.name.endswith((".py", ".yaml")):
            yield path, entry
