"""Writes outputs beside their places first and moves them in at the end, all or none started.

Removes what the former run made and this one does not; never anything else.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

JOURNAL = "run.json"


class Staging:
    """A folder beside the final places, gone when done."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._folder = Path()
        self._planned: dict[str, str] = {}

    def place(self, name: str) -> Path:
        """Where to write the output `name` (relative, forward slashes) for now.

        Raises `ValueError` where two outputs would be one file on some system.
        """
        key = name.casefold()
        if key in self._planned:
            raise ValueError(f"two outputs with the name {name}")
        self._planned[key] = name
        path = self._folder / PurePosixPath(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name: str, content: bytes) -> None:
        """Stage one output."""
        self.place(name).write_bytes(content)

    def commit(self) -> None:
        """Move everything into place, the journal last, then remove what is no longer made.

        Raises `OSError` before anything is moved where a file is held open (Excel on Windows).
        """
        former = _outputs_of(self._output / JOURNAL)
        names = sorted(self._planned.values(), key=lambda name: (name == JOURNAL, name))
        for name in {*names, *former}:
            _require_writable(self._output / PurePosixPath(name))
        for name in names:
            target = self._output / PurePosixPath(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._folder / PurePosixPath(name)).replace(target)
        for name in former - set(names):
            (self._output / PurePosixPath(name)).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self._output.mkdir(parents=True, exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(prefix=".sheet-diag-", dir=self._output))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _require_writable(path: Path) -> None:
    if path.exists():
        with path.open("r+b"):
            pass


def _outputs_of(path: Path) -> set[str]:
    """The workbooks that a former run.json names; none where it is missing or not ours."""
    try:
        returns = json.loads(path.read_text(encoding="utf-8"))["returns"]
        names = {entry[key] for entry in returns for key in ("result", "correction") if entry[key]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in names if _is_ours(name)}


def _is_ours(name: object) -> bool:
    parts = PurePosixPath(str(name)).parts
    place = len(parts) == 2 and parts[0] in ("results", "corrections")
    return place and parts[1].endswith(".xlsx") and "\\" not in parts[1]
