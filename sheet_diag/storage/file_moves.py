"""Replaces and removes files, also where Windows refuses it for a moment.

A virus scanner, a synchroniser or Excel holds a file, and lets go of it soon.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_REFUSALS: Final = (5, 32, 33)  # of Windows: no access, in use, locked
_PAUSES: Final = (0.05, 0.1, 0.2, 0.35, 0.5, 0.8)  # seconds between attempts, 2 in all


def replace_file(source: Path, target: Path) -> None:
    """Move a file to its place, over what stands there. Raises `OSError`."""
    retry_refused(lambda: source.replace(target))


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
