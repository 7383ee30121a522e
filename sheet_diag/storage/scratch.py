"""A folder outside of the output for what a command unpacks meanwhile; its owner alone can open it.

It is locked while the command lives: what a killed one left is removed when the next one starts.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

_PREFIX: Final = "sheet-diag-"
_LOCK: Final = ".lock"


@contextmanager
def open_scratch_folder() -> Iterator[Path]:
    """Make the folder, and remove it at the end."""
    for lock in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/{_LOCK}"):
        _sweep(lock)
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name, FileLock(Path(name) / _LOCK):
        yield Path(name)


def _sweep(lock: Path) -> None:
    """Remove the folder of a lock that nobody holds; one of somebody else stays."""
    if lock.parent.is_symlink():
        return
    with suppress(OSError, Timeout):
        FileLock(lock).acquire(blocking=False).lock.release()
        shutil.rmtree(lock.parent)
