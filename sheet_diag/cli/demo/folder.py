"""The folder of the demonstration: made anew as often as one likes, unless somebody works in it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from sheet_diag.cli.config import FILE_NAME as SETTINGS

CLIENTS: Final = "clients.xlsx"
_MARK: Final = ".sheet-diag-demo"


def is_free(folder: Path) -> bool:
    """Whether the folder is new, empty, or made by an earlier demonstration whose client list and
    settings nobody has changed: a campaign of one's own is not to be lost."""
    if not folder.is_dir():
        return not folder.exists()
    path = folder / _MARK
    if path.exists():
        return path.read_text(encoding="utf-8") == _digest(folder)
    return not any(folder.iterdir())


def mark(folder: Path) -> None:
    """Note that the folder, as it is now, was made by the demonstration. Raises `OSError`."""
    (folder / _MARK).write_text(_digest(folder), encoding="utf-8")


def _digest(folder: Path) -> str:
    """SHA-256 of what people would change to work there; empty where nothing of it is there."""
    paths = [path for name in (CLIENTS, SETTINGS) if (path := folder / name).is_file()]
    content = b"".join(path.read_bytes() for path in paths)
    return hashlib.sha256(content).hexdigest() if content else ""
