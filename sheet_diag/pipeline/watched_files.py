"""The files that a run depends on, as they stand on disk, and waiting until they stop changing.

Decides by sizes and times; what the system reports only says when to look. Files that programs
leave beside others, and unfinished downloads, do not count.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from watchfiles import Change, watch

from sheet_diag.intake.discovery import file_state, find_input_files, is_leftover

# A copy over a slow line pauses; a person who drops a file waits.
QUIET_SECONDS: Final = 1.5  # seconds
_MAX_WAIT_SECONDS: Final = 60.0  # seconds to wait for files that never rest
_TICK_MS: Final = 1_000  # milliseconds between two looks at the files beside the folder
_TICKS_PER_FULL_CHECK: Final = (
    60  # ticks between two looks at the whole folder where no change is told
)

FileState = tuple[int, int]  # size in bytes, time of the last change in ns
FileStates = Mapping[str, FileState]


@dataclass(frozen=True, slots=True)
class WatchedFiles:
    """A folder of returns and the other files that a run reads.

    `output` is left out of the folder; `polling` finds changes where the system reports none
    (network drives).
    """

    input: Path
    output: Path
    beside: tuple[Path, ...] = ()
    polling: bool = False

    def look(self) -> FileStates:
        """Read the state of all files."""
        found = find_input_files(self.input, apart_from=self.output)
        inside = ((each.name, _file_state(each.path)) for each in found if not each.ignored)
        return {**dict(inside), **self._look_beside()}

    def rest(self, seen: FileStates) -> FileStates:
        """Wait until nothing changes any more, and return the state of all files.

        Returns at once when that is what was `seen`.
        """
        start, last = time.monotonic(), self.look()
        while last != seen:
            time.sleep(QUIET_SECONDS)
            now = self.look()
            held = [name for name in _list_changed_names(now, seen) if not self._opens(name)]
            if (now == last and not held) or time.monotonic() - start > _MAX_WAIT_SECONDS:
                return now
            last = now
        return last

    def wake(self) -> Iterator[bool]:
        """Yield True when something may have changed, False from time to time.

        Ends when the folder was moved or replaced. Lets `KeyboardInterrupt` through.
        """
        folder, beside = _folder_identity(self.input), self._look_beside()
        told = watch(
            self.input,
            watch_filter=self._counts,
            debounce=200,
            rust_timeout=_TICK_MS,
            yield_on_timeout=True,
            force_polling=self.polling or None,
            ignore_permission_denied=True,
        )
        for tick, moved in enumerate(told, 1):
            if _folder_identity(self.input) != folder:
                return
            now = self._look_beside()
            # The first time in any case: nobody watched while a run was at work.
            yield tick == 1 or bool(moved) or now != beside or tick % _TICKS_PER_FULL_CHECK == 0
            beside = now

    def _look_beside(self) -> dict[str, FileState]:
        """Read the state of the other files, by full names; of a folder, all in it."""
        files = [
            file
            for path in self.beside
            for file in (sorted(path.rglob("*")) if path.is_dir() else (path,))
        ]
        return {str(file.absolute()): _file_state(file) for file in files}

    def _counts(self, _: Change, path: str) -> bool:
        """Whether a reported change may concern a run: no output, and no leftover."""
        file = Path(path).absolute()
        inside = file.parts[len(self.input.absolute().parts) :]
        return not file.is_relative_to(self.output.absolute()) and not is_leftover(inside)

    def _opens(self, name: str) -> bool:
        """Whether a file can be read now; on Windows not while it is being written."""
        path = self.input / name
        try:
            if path.is_file():  # a pipe would wait for ever
                path.open("rb").close()
        except OSError:
            return False
        return True


def _list_changed_names(now: FileStates, seen: FileStates) -> Iterator[str]:
    return (name for name, state in now.items() if seen.get(name) != state)


def _file_state(path: Path) -> FileState:
    """Read size and time; a size below zero for what is missing or cannot be read."""
    try:
        return file_state(path)
    except OSError:
        return -1, 0


def _folder_identity(folder: Path) -> tuple[int, int] | None:
    try:
        facts = folder.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino
