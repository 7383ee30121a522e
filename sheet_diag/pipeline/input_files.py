"""The input folder: whether a run can read it, what is missing there, and what changes.

Changes are found by sizes and times; what the system reports only says when to look. Files that
programs leave beside others, and unfinished downloads, do not count.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sheet_diag.intake.discovery import (
    InputFile,
    file_state,
    find_input_files,
    hash_file,
    is_leftover,
)
from sheet_diag.model.basics import UserError
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.reports.response_status.read_files import ReadFiles, list_collected_mails

if TYPE_CHECKING:
    from watchfiles import Change

# A copy over a slow line pauses; a person who drops a file waits.
_QUIET_SECONDS: Final = 1.5  # seconds
_MAX_WAIT_SECONDS: Final = 60.0  # seconds to wait for files that never rest
_TICK_MS: Final = 1_000  # milliseconds between two looks at the files beside the folder
_TICKS_PER_FULL_CHECK: Final = 60  # between two looks at the folder where no change is told

FileState = tuple[int, int]  # size in bytes, time of the last change in ns
FileStates = Mapping[str, FileState]


def require_folders(source: Path, target: Path) -> None:
    """Raise `UserError` where the input is no folder, or the output is the same one."""
    if not source.exists():
        raise UserError("cli.error.no_input", path=str(source))
    if not source.is_dir():
        raise UserError("cli.error.input_is_file", path=str(source))
    if target.resolve() == source.resolve():
        raise UserError("cli.error.same_folder", path=str(target))


def require_input_files(source: Path, target: Path) -> Sequence[InputFile]:
    """Find the files of the input folder.

    Raises `UserError` where there is nothing in it, or no way into it.
    """
    found = find_input_files(source, apart_from=target)
    if not found:
        raise UserError("cli.error.empty", path=str(source))
    if all(each.blocked and each.path == source.resolve() for each in found):
        raise UserError("cli.error.closed", path=str(source))
    return found


def require_file(path: Path) -> None:
    """Raise `UserError` where there is no such file."""
    if not path.exists():
        raise UserError("cli.error.no_file", path=str(path))
    if path.is_dir():
        raise UserError("cli.error.file_is_folder", path=str(path))


def find_unread_files(found: Sequence[InputFile], read: ReadFiles) -> list[str]:
    """List the files that the run has not read, under whatever name."""
    return [each.name for each in found if not each.ignored and not _is_read(each, read)]


def find_missing_mails(
    posted: Iterable[MailLogEntry], read: ReadFiles, found: Sequence[InputFile]
) -> frozenset[MailLogEntry]:
    """Find the collected mails that no run has read and that are not in the input folder.

    Neither under their name nor under another, nor as the returns in them. Files are read only
    where a name is missing.
    """
    names = {each.name for each in found}
    missing = [
        mail
        for mail in list_collected_mails(posted)
        if mail.file and mail.file not in names and not read.has_read_mail(mail)
    ]
    if not any(mail.sha256 for mail in missing):
        return frozenset(missing)
    here = {hash_file(each.path) for each in found if _is_readable(each)} - {""}
    return frozenset(mail for mail in missing if not _is_among(mail, here))


def find_missing_mails_in(
    source: Path, output: Path, posted: Iterable[MailLogEntry], read: ReadFiles
) -> frozenset[MailLogEntry]:
    """Find them for an input folder; none where there is no such folder."""
    if not source.is_dir():
        return frozenset()
    return find_missing_mails(posted, read, find_input_files(source, apart_from=output))


def _is_read(found: InputFile, read: ReadFiles) -> bool:
    if not _is_readable(found) or read.is_known_by_name_only(found.name):
        return found.name in read.by_name
    return hash_file(found.path) in read.files


def _is_readable(found: InputFile) -> bool:
    return not (found.ignored or found.blocked or found.outside)


def _is_among(mail: MailLogEntry, here: set[str]) -> bool:
    if not mail.sha256:
        return False
    return mail.sha256 in here or (bool(mail.holds) and here.issuperset(mail.holds))


# --- waiting for changes


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
            time.sleep(_QUIET_SECONDS)
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
        from watchfiles import watch  # here: most commands watch nothing

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
