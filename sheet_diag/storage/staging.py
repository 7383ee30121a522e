"""Writes outputs beside their places first and moves them in at the end.

Only one run at a time works in an output folder. Before anything is moved, the list of what will
be is written down: a run that was killed while moving leaves that list, and the next one takes
away whatever it does not make again. Removes what previous runs made; never anything else.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Final, Self

from filelock import FileLock, Timeout

from sheet_diag.model.basics import UserError
from sheet_diag.model.client_status import EditedFile
from sheet_diag.storage.file_moves import remove_file, replace_file, retry_refused, write_new_file
from sheet_diag.storage.open_files import HeldFileError, list_lines, require_free
from sheet_diag.storage.output_files import (
    MOVING_FILE,
    RUN_JSON,
    FormerOutputs,
    choose_kept_names,
    hash_output,
    is_own_output,
)
from sheet_diag.storage.rights import PRIVATE_FILE, PRIVATE_FOLDER, follow_rights

LOCK_FILE: Final = ".sheet-diag.lock"
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


class UnfinishedCommitError(HeldFileError):
    """Some outputs were replaced, and one could not be; the next run replaces the rest."""

    def __init__(self, file: Path, error: OSError, new: Sequence[str], old: Sequence[str]) -> None:
        key = f"cli.error.outputs.{'half' if new else 'none'}"
        reason = error.strerror or type(error).__name__
        lists = {"new": list_lines(new), "old": list_lines(old)}
        super().__init__(key, file, path=str(file), reason=reason, **lists)


@dataclass(frozen=True, slots=True)
class CommitPlan:
    """What becomes of each output.

    `digests` are those of all that the folder will hold. Those that are the `same` stay, `stale`
    ones are removed, `edited` ones were changed by hand and are kept elsewhere, as `lying` ones
    are already.
    """

    digests: Mapping[str, str]
    same: frozenset[str]
    stale: Sequence[str]
    edited: Sequence[EditedFile]
    lying: Sequence[EditedFile]

    def describe(self) -> dict[str, Any]:
        """Write what run.json tells of it."""
        edited = [each.dump() for each in (*self.lying, *self.edited)]
        return {"outputs": self.digests, "edited": edited}


class Staging:
    """The outputs of a run, written to a folder beside their places first.

    `former` is what earlier runs wrote there.
    """

    def __init__(self, output: Path) -> None:
        self.former = FormerOutputs(output)
        self._output = output
        self._folder = Path()
        self._planned: dict[str, str] = {}
        self._digests: dict[str, str] = {}
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
        self._digests[name] = hashlib.sha256(content).hexdigest()

    def write_private(self, name: str, content: bytes) -> None:
        """Stage one output that its owner alone can read."""
        write_new_file(self.place(name), content, PRIVATE_FILE)

    def find_changed(self) -> list[Path]:
        """Find the outputs of former runs that were changed by hand since."""
        there = self._read_digests(sorted(self.former.digests))
        return [self._output / name for name, digest in there if self._is_edited(name, digest)]

    def accept(self, path: Path, digest: str) -> None:
        """Take an output with this digest for one that a run has written."""
        name = path.relative_to(self._output).as_posix()
        self.former.digests[name].add(digest)

    def plan(self) -> CommitPlan:
        """Compare what was staged with what is there.

        Raises `OutputsOpenError` where somebody has open what is to go.
        """
        former, names = self.former, filter(is_own_output, self._planned.values())
        made = {name: self._digests.get(name) or hash_output(self._folder / name) for name in names}
        there = dict(self._read_digests({*made, *former.digests}))
        going = former.removable.union(made)
        gone = {n: digest for n, digest in there.items() if n in going and made.get(n) != digest}
        others = self._planned.keys() - map(str.casefold, made)  # lists of passwords
        require_free(self._output / name for name in (*gone, *(self._planned[o] for o in others)))
        edited = sorted(name for name, digest in gone.items() if self._is_edited(name, digest))
        left = {
            name: digest
            for name, digest in there.items()
            if name not in going and digest in former.digests[name]
        }
        return CommitPlan(
            digests={**left, **made},
            same=frozenset(there.keys() & made.keys() - gone.keys()),
            stale=sorted(gone.keys() - made.keys() - set(edited)),
            edited=list(self._keep(edited)),
            lying=former.edited,
        )

    def plan_additions(self) -> CommitPlan:
        """Compare what was staged with what is there; what else runs have written stays.

        Raises as `plan`.
        """
        former, names = self.former, filter(is_own_output, self._planned.values())
        made = {name: self._digests.get(name) or hash_output(self._folder / name) for name in names}
        there = dict(self._read_digests(sorted(made)))
        gone = {name: digest for name, digest in there.items() if made[name] != digest}
        require_free(self._output / name for name in gone)
        edited = sorted(name for name, digest in gone.items() if self._is_edited(name, digest))
        known = {name: each for name, (each, *more) in former.digests.items() if not more}
        return CommitPlan(
            digests={**known, **made},
            same=frozenset(there.keys() - gone.keys()),
            stale=(),
            edited=list(self._keep(edited)),
            lying=former.edited,
        )

    def commit(self, plan: CommitPlan | None = None) -> list[str]:
        """Move everything into place, run.json last, then remove what is no longer made.

        Returns the names of the outputs. Raises `OSError` before anything is moved, and
        `UnfinishedCommitError` from then on. It is too late for Ctrl-C: who stops a run is told
        that nothing has changed.
        """
        self._ending.enter_context(handle_interrupts(signal.SIG_IGN))
        plan = plan or self.plan()
        names = sorted(self._planned.values(), key=lambda name: (name == RUN_JSON, name))
        changed = [name for name in names if name not in plan.same]
        moving = self._folder / MOVING_FILE
        moving.write_bytes(self.former.dump_moving(plan.digests, plan.edited))
        replace_file(moving, self._output / MOVING_FILE)
        self._move(plan.edited, changed, plan.stale)
        with suppress(OSError):  # all is new; the next run takes the list away
            remove_file(self._output / MOVING_FILE)
        return names

    def _is_edited(self, name: str, digest: str) -> bool:
        return self.former.is_edited(name, digest, (self._output / name).stat().st_mtime)

    def _read_digests(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Read the digests of outputs that are there; empty where somebody lets nobody read."""
        for name in names:
            with suppress(FileNotFoundError):
                try:
                    yield name, hash_output(self._output / name)
                except PermissionError:
                    yield name, ""

    def _keep(self, names: Sequence[str]) -> Iterator[EditedFile]:
        now = datetime.now().astimezone()
        for name, kept in choose_kept_names(self._output, names, now):
            yield EditedFile(name, kept, self.former.find_client(name), now)

    def _move(
        self, edited: Sequence[EditedFile], changed: Sequence[str], stale: Sequence[str]
    ) -> None:
        """Move edited outputs away, changed ones in, and remove stale ones."""
        output, new = self._output, list[str]()
        steps = [
            *((each.output, output / each.output, output / each.kept) for each in edited),
            *((name, self._folder / name, output / name) for name in changed),
            *((name, output / name, None) for name in stale),
        ]
        for name, source, target in steps:
            try:
                if target:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    replace_file(source, target)
                else:
                    remove_file(source)
            except OSError as error:
                old = [each for each in (*changed, *stale) if each not in new]
                raise UnfinishedCommitError(output / name, error, new, old) from error
            if source.is_relative_to(self._folder):
                new.append(name)

    def __enter__(self) -> Self:
        self._ending.enter_context(follow_rights(self._output))
        try:
            self._output.mkdir(parents=True, exist_ok=True)
            self._ending.enter_context(lock_output(self._output))
            self.former = FormerOutputs.read(self._output)
            for left in self._output.glob(f"{_OLD_CACHE}*"):
                remove_file(left)
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
            name_place(error, self._output)


def make_work_folder(folder: Path) -> Path:
    """Make a folder for unfinished files in another, and remove what killed commands left there."""
    for left in folder.glob(f"{_PREFIX}*"):
        retry_refused(partial(shutil.rmtree, left))
    made = folder / f"{_PREFIX}{secrets.token_hex(4)}"
    made.mkdir(PRIVATE_FOLDER)
    return made


def name_place(error: BaseException | None, folder: Path) -> None:
    """Add to an error where it happened, which a full disk does not tell."""
    if isinstance(error, OSError) and not error.filename:
        error.filename = str(folder)


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
