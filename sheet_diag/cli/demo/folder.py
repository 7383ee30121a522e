"""The folder of the demonstration, which is made anew unless somebody works in it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from sheet_diag.cli.settings_file import FILE_NAME as SETTINGS

CLIENT_LIST: Final = "clients.xlsx"
_MARK_FILE: Final = ".sheet-diag-demo"


def is_free_for_demo(folder: Path) -> bool:
    """Whether the demonstration may be written into the folder.

    It is new, empty, or made by an earlier demonstration whose client list and settings nobody
    has changed: no campaign of the user is lost.
    """
    if not folder.is_dir():
        return not folder.exists()
    path = folder / _MARK_FILE
    if path.exists():
        return path.read_text(encoding="utf-8") == _digest(folder)
    return not any(folder.iterdir())


def mark_demo_folder(folder: Path) -> None:
    """Note that the demonstration made the folder as it is now. Raises `OSError`."""
    (folder / _MARK_FILE).write_text(_digest(folder), encoding="utf-8")


def _digest(folder: Path) -> str:
    """Compute the SHA-256 of what people would change; empty where nothing is there."""
    paths = [path for name in (CLIENT_LIST, SETTINGS) if (path := folder / name).is_file()]
    content = b"".join(path.read_bytes() for path in paths)
    return hashlib.sha256(content).hexdigest() if content else ""
