"""Finds files that cannot be replaced, because somebody has them open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from sheet_diag.model.basics import UserError
from sheet_diag.storage.file_moves import retry_refused

EXCEL_MARK: Final = "~$"  # how the file begins that Excel puts beside one that is open


class HeldFileError(UserError):
    """A file cannot be replaced; `file` is what is in the way."""

    def __init__(self, key: str, file: Path, **parts: str) -> None:
        self.file = file
        super().__init__(key, **parts)


class OutputsOpenError(HeldFileError):
    """Files are open, and none was replaced; `holders` are what is in the way of each."""

    def __init__(self, holders: Mapping[Path, Path]) -> None:
        file = next(iter(holders.values()))
        super().__init__("cli.error.outputs.open", file, files=list_lines(map(str, holders)))


def require_free(paths: Iterable[Path]) -> None:
    """Raise `OutputsOpenError` where files are there and open in Excel, or cannot be written."""
    present = [path for path in paths if path.exists()]
    with suppress(PermissionError):
        retry_refused(lambda: all(map(_is_writable, present)))
    held = {path: holder for path in present if (holder := _find_holder(path))}
    if held:
        raise OutputsOpenError(held)


def _find_holder(path: Path) -> Path | None:
    """Find what is in the way of replacing a file: the mark that Excel puts beside it, or itself.

    Only on Windows cannot an open file be replaced; elsewhere it would be behind Excel's back.
    """
    mark = path.with_name(f"{EXCEL_MARK}{path.name}")
    if mark.exists():
        return mark
    with suppress(PermissionError):
        return None if _is_writable(path) else path
    return path


def _is_writable(path: Path) -> bool:
    """Open a file for writing. Raises `OSError`."""
    with path.open("r+b"):
        return True


def list_lines(names: Iterable[str]) -> str:
    """Write names below each other, each on a line of its own."""
    return "".join(f"\n  {name}" for name in names)
