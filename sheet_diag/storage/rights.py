"""Who may read what is written: its owner alone, or whoever may use the folder that it goes into.

A folder that was there keeps its rights, and what we write into it gets the same. On Windows the
rights of files and folders are those of the folder above; nothing is changed there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

# On Windows 0o700 would take the rights of colleagues away, from what is moved out again as well.
PRIVATE_FOLDER: Final = 0o777 if os.name == "nt" else 0o700
PRIVATE_FILE: Final = 0o600


@contextmanager
def follow_rights(folder: Path | None = None) -> Iterator[None]:
    """Give what is made meanwhile the rights of a folder; where there is none, keep it private."""
    former = os.umask(0o777 & ~_read_rights(folder))
    try:
        yield
    finally:
        os.umask(former)


def _read_rights(folder: Path | None) -> int:
    """Read who may use the folder; a folder of all (/tmp) makes nothing everybody's."""
    if folder:
        with suppress(OSError):
            mode = folder.stat().st_mode
            return stat.S_IRWXU | (0 if mode & stat.S_ISVTX else mode & ~stat.S_IWOTH)
    return stat.S_IRWXU
