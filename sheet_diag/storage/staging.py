"""Writes outputs beside their places first and moves them in at the end.

Only one run at a time works in an output folder. Before anything is moved, the list of what will
be is written down: a run that was killed while moving leaves that list, and the next one takes
away whatever it does not make again. Removes what previous runs made; never anything else.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from types import FrameType, TracebackType
from typing import Final, Self

from filelock import FileLock, Timeout

from sheet_diag.model.basics import UserError
from sheet_diag.storage.run_json_file import read_run_json_returns

RUN_JSON: Final = "run.json"
# Folders that are ours alone, and what we write there.
_OWN_FOLDERS: Final = {
    "results": (".xlsx",),
    "corrections": (".xlsx",),
    "pdf": (".pdf",),
    "data": (".csv", ".parquet"),
}
LOCK_FILE: Final = ".sheet-diag.lock"
MOVING_FILE: Final = ".sheet-diag-moving.json"
_PREFIX: Final = ".sheet-diag-work-"
_OLD_CACHE: Final = ".sheet-diag-readings"  # earlier versions kept answers there


class OutputBusyError(UserError):
    """Another run is writing into the same output folder."""


@contextmanager
def lock_output(output: Path) -> Iterator[None]:
    """Keep other runs out of an output folder. Raises `OutputBusyError`."""
    lock = FileLock(output / LOCK_FILE)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise OutputBusyError("cli.error.busy", path=str(output)) from error
    try:
        yield
    finally:
        lock.release()


class Staging:
    """The outputs of a run, written to a folder beside their places first."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._folder = Path()
        self._planned: dict[str, str] = {}
        self._made: set[Path] = set()
        self._ending = ExitStack()

    @property
    def spool(self) -> Path:
        """A folder for what is unpacked meanwhile."""
        return self._folder / "spool"

    def place(self, name: str) -> Path:
        """Where to write the output `name` (relative, forward slashes) for now.

        Raises `ValueError` where two outputs would be one file on some system.
        """
        key = name.casefold()
        if key in self._planned:
            raise ValueError(f"two outputs with the name {name}")
        self._planned[key] = name
        path = self._folder / name
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        return path

    def write(self, name: str, content: bytes) -> None:
        """Stage one output."""
        self.place(name).write_bytes(content)

    def write_private(self, name: str, content: bytes) -> None:
        """Stage one output that its owner alone can read."""
        write_private_file(self.place(name), content)

    def commit(self) -> list[str]:
        """Move everything into place, the journal last, then remove what is no longer made.

        Returns the names of the outputs. Raises `OSError` before anything is moved where a file is
        held open (Excel on Windows). From here on it is too late for Ctrl-C: who stops a run is
        told that nothing has changed.
        """
        self._ending.enter_context(handle_interrupts(signal.SIG_IGN))
        previous = list_previous_outputs(self._output)
        names = sorted(self._planned.values(), key=lambda name: (name == RUN_JSON, name))
        for name in {*names, *previous}:
            require_writable(self._output / PurePosixPath(name))
        plan = self._folder / MOVING_FILE
        plan.write_text(json.dumps(sorted({*names, *previous})), encoding="utf-8")
        plan.replace(self._output / MOVING_FILE)
        for name in names:
            target = self._output / PurePosixPath(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._folder / PurePosixPath(name)).replace(target)
        for name in previous - set(names):
            (self._output / PurePosixPath(name)).unlink(missing_ok=True)
        (self._output / MOVING_FILE).unlink()
        return names

    def __enter__(self) -> Self:
        self._output.mkdir(parents=True, exist_ok=True)
        self._ending.enter_context(lock_output(self._output))
        try:
            for left in self._output.glob(f"{_OLD_CACHE}*"):
                left.unlink()
            self._folder = make_work_folder(self._output)
            self.spool.mkdir()
        except BaseException:
            self._ending.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._ending:
            shutil.rmtree(self._folder, ignore_errors=True)


def write_private_file(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def make_work_folder(folder: Path) -> Path:
    """Make a folder for unfinished files in another, and remove what killed commands left there."""
    for left in folder.glob(f"{_PREFIX}*"):
        shutil.rmtree(left)
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))


def require_writable(path: Path) -> None:
    """Raise `OSError` where a file is there and held open (Excel on Windows)."""
    if path.exists():
        with path.open("r+b"):
            pass


def list_previous_outputs(output: Path) -> set[str]:
    """List the outputs of previous runs in a folder: their own files, as far as they are listed."""
    return _read_run_json_outputs(output / RUN_JSON) | _read_moving_outputs(output / MOVING_FILE)


def _read_run_json_outputs(path: Path) -> set[str]:
    """Read what a previous run.json says that it wrote; none where it is missing or not ours."""
    try:
        made = ("result", "correction", "pdf")
        names = {entry.get(key) for entry in read_run_json_returns(path) for key in made}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return set()
    return {name for name in names if _is_own_output(name)}


def _read_moving_outputs(path: Path) -> set[str]:
    """Read what a run that was killed while moving may have moved."""
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
        return {name for name in names if _is_own_output(name)}
    except (OSError, ValueError, TypeError, RecursionError):
        return set()


def _is_own_output(name: object) -> bool:
    parts = PurePosixPath(str(name)).parts
    place = len(parts) == 2 and parts[1].endswith(_OWN_FOLDERS.get(parts[0], ()))
    return place and "\\" not in parts[1]


def sync_folder(folder: Path) -> None:
    """Write the names of new files to the disk, where folders can be synchronised."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


InterruptHandler = Callable[[int, FrameType | None], object] | signal.Handlers


@contextmanager
def handle_interrupts(answer: InterruptHandler) -> Iterator[None]:
    """Handle Ctrl-C with `answer` meanwhile; in the main thread alone, where it arrives."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGINT, answer)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
