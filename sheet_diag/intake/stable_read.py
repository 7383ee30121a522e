"""Reads a file of the input folder while other programs may hold or still write it.

Opens for reading only; on Windows a workbook that is open in Excel refuses for a moment, and a
file that is just being copied has not its final length yet.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Final

_TRIES: Final = 3
_PAUSE: Final = 0.2  # seconds


class FileChangingError(Exception):
    """The file changed each time it was read."""


def read_stable_file(path: Path) -> bytes:
    """The content, once two looks at the file agree. Raises `OSError`, `FileChangingError`."""
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE * attempt)
        try:
            before = file_state(path)
            content = path.read_bytes()
            if file_state(path) == before and len(content) == before[0]:
                return content
        except PermissionError:
            if attempt == _TRIES - 1:
                raise
    raise FileChangingError(path.name)


def hash_file(path: Path) -> str:
    """SHA-256 of a file of any size; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def file_state(path: Path) -> tuple[int, int]:
    """Size in bytes and time of the last change in ns. Raises `OSError`."""
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns
