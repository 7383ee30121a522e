"""Find the files of the input folder, all of them, and read one while others may still write it.

Never changes or moves anything, and finds nothing outside of the folder; a name is a label, never
a promise of a format. On Windows a workbook that is open in Excel refuses for a moment, and a
file that is just being copied has not its final length yet.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path
from typing import Final

_TRIES: Final = 3
_PAUSE: Final = 0.2  # seconds

# Files that programs leave beside real ones: never a return.
_LEFTOVERS: Final = {"thumbs.db", "desktop.ini", ".ds_store", "icon\r"}
# Files that only keep the folder itself under version control.
_PLACEHOLDERS: Final = {".gitkeep", ".gitignore"}


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of the input folder. `name` is relative to it, with forward slashes, in NFC.

    No part of `path` is a link, so that one which takes its place is known for what it is.
    `blocked` marks what is there but cannot be read (a link to a folder, a pipe, no permission),
    `outside` a link that leads out of the folder or nowhere.
    """

    path: Path
    name: str
    ignored: bool
    blocked: bool = False
    outside: bool = False


def find_input_files(folder: Path, apart_from: Path) -> tuple[InputFile, ...]:
    """Find every file below the folder, in the order of their names.

    Links to folders and what cannot be looked into are `blocked`.

    An output folder inside it (`apart_from`) is left out; one that is the folder itself or lies
    around it hides nothing.
    """
    folder, outside = folder.resolve(), apart_from.resolve()
    blocked: list[OSError] = []
    found: list[tuple[str, InputFile]] = []
    for top, folders, files in os.walk(folder, onerror=blocked.append):
        here = Path(top)
        folders[:] = [name for name in folders if (here / name).resolve() != outside]
        links = [here / name for name in folders if (here / name).is_symlink()]
        kept = [here / name for name in files if name not in _PLACEHOLDERS]
        found += [_describe_file(path, folder) for path in (*links, *kept)]
    found += [_describe_file(Path(error.filename), folder) for error in blocked]
    return tuple(sorted(_with_distinct_names(found), key=lambda each: each.name))


def _describe_file(path: Path, folder: Path) -> tuple[str, InputFile]:
    """Describe a file below a folder without links, with its name as it is on disk."""
    raw = path.relative_to(folder).as_posix()
    name, leftover = unicodedata.normalize("NFC", raw), is_leftover(Path(raw).parts)
    if _leads_outside(path, folder):
        return raw, InputFile(path, name, leftover, not _is_file(path), outside=True)
    aim = path.resolve() if path.is_symlink() else path
    return raw, InputFile(aim, name, leftover, not _is_file(aim))


def _is_file(path: Path) -> bool:
    """Whether it is a plain file that may be opened; a pipe or a broken link is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _leads_outside(path: Path, folder: Path) -> bool:
    """Whether it is a link to another place than a file of the folder."""
    try:
        if not path.is_symlink():
            return False
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # broken, or a loop
        return True
    return not target.is_file() or not target.is_relative_to(folder)


def _with_distinct_names(found: list[tuple[str, InputFile]]) -> Iterator[InputFile]:
    """Keep names as they are on disk where they differ in composed letters alone."""
    counts = Counter(each.name for _, each in found)
    for raw, each in found:
        yield replace(each, name=raw) if counts[each.name] > 1 else each


def is_leftover(parts: tuple[str, ...]) -> bool:
    """Whether a file (folders and name) is what programs leave beside real ones."""
    lower = parts[-1].lower() if parts else ""
    return (
        lower in _LEFTOVERS
        or lower.startswith(("~$", "._", ".~lock.", ".sheet-diag"))
        or lower.endswith((".tmp", ".crdownload", ".part"))
        or "__MACOSX" in parts
    )


# --- reading one


class FileChangingError(Exception):
    """The file changed each time it was read."""


def read_stable_file(path: Path) -> bytes:
    """Read the content, once two looks agree.

    Raises `OSError`, also where a part of the path is a link, and `FileChangingError`.
    """
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE * attempt)
        try:
            with open_plain_file(path) as file:
                before = _describe_state(os.fstat(file.fileno()))
                content = file.read()
            if file_state(path) == before and len(content) == before[0]:
                return content
        except PermissionError:
            if attempt == _TRIES - 1:
                raise
    raise FileChangingError(path.name)


def hash_file(path: Path) -> str:
    """Compute the SHA-256 of a file of any size; empty where it cannot be read."""
    try:
        with open_plain_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def file_state(path: Path) -> tuple[int, int]:
    """The size in bytes and the time of the last change in ns. Raises `OSError`."""
    return _describe_state(path.stat())


def _describe_state(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_size, facts.st_mtime_ns


# What opens a folder on the way, whether or not one may list it.
_ON_THE_WAY: Final = getattr(os, "O_PATH", 0) | getattr(os, "O_DIRECTORY", 0)
_UNFOLLOWED: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def open_plain_file(path: Path) -> BufferedReader:
    """Open a file; a link among the parts of its path is not followed. Raises `OSError`."""
    file = _open_from_above(path) if os.open in os.supports_dir_fd else path.open("rb")
    is_plain = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    if is_plain and not path.is_symlink():
        return file
    file.close()
    code = errno.ELOOP if is_plain else errno.EINVAL
    raise OSError(code, os.strerror(code), str(path))


def _open_from_above(path: Path) -> BufferedReader:
    """Open each folder on the way from the one above."""
    *above, name = path.absolute().parts
    handle = os.open(above[0], _ON_THE_WAY)
    try:
        for part in above[1:]:
            below = os.open(part, _ON_THE_WAY | _UNFOLLOWED, dir_fd=handle)
            os.close(handle)
            handle = below
        return os.fdopen(os.open(name, os.O_RDONLY | _UNFOLLOWED, dir_fd=handle), "rb")
    finally:
        os.close(handle)
