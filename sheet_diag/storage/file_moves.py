"""Writes, replaces and removes files, also where Windows refuses it for a moment.

A virus scanner, a synchroniser or Excel holds a file, and lets go of it soon.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

_REFUSALS: Final = (5, 32, 33)  # of Windows: no access, in use, locked
_PAUSES: Final = (0.05, 0.1, 0.2, 0.35, 0.5, 0.8)  # seconds between attempts, 2 in all


def replace_file(source: Path, target: Path) -> None:
    """Move a file to its place, over what stands there. Raises `OSError`."""
    retry_refused(lambda: source.replace(target))


def write_whole_file(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file, whole or not at all, in place of what stands there. Raises `OSError`."""
    draft = path.with_name(f".sheet-diag-{path.name}.tmp")  # intake knows it for no return
    write_new_file(draft, content, mode)
    replace_file(draft, path)


def write_new_file(path: Path, content: bytes, mode: int) -> None:
    """Write a file with these rights; what stands there goes. Raises `OSError`."""
    path.unlink(missing_ok=True)  # what follows a link would be written elsewhere
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Write the names of new files to the disk, where folders can be synchronised."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_file(path: Path) -> None:
    """Remove a file, if it is there. Raises `OSError`."""
    retry_refused(lambda: path.unlink(missing_ok=True))


def retry_refused(act: Callable[[], object]) -> None:
    """Do something with files, again for 2 seconds while Windows refuses it."""
    for pause in _PAUSES:
        try:
            act()
        except OSError as error:
            if getattr(error, "winerror", None) not in _REFUSALS:
                raise
            time.sleep(pause)
        else:
            return
    act()
