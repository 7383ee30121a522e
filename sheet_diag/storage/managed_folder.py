"""A folder of files that a command makes anew each time, beside files that others put there.

What was made the last time and is not made again is removed, all else is left alone. A note in the
folder lists what was made; the files are replaced one by one once all of them are written.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sheet_diag.storage.file_moves import remove_file, replace_file, write_whole_file
from sheet_diag.storage.open_files import require_free
from sheet_diag.storage.staging import make_work_folder, name_place

OUTBOX: Final = "outbox"  # in the output folder: the sheets that were issued
NOTE_FILE: Final = ".sheet-diag-made.json"
CATALOG_NOTE: Final = "catalog"  # of an issued sheet: NAME@VERSION

FileFacts = Mapping[str, str]


class ManagedFolder:
    """The folder while its files are made.

    Files of the last time that are `kept` stay as they are. Raises `OSError`.
    """

    def __init__(self, path: Path, kept: Mapping[str, FileFacts] | None = None) -> None:
        self._path = path
        self._kept = dict(kept or {})
        self._made: dict[str, FileFacts] = {}
        self._taken: set[str] = set()
        self._work = Path()

    def write(self, name: str, content: bytes, facts: FileFacts | None = None) -> Path:
        """Make a file and keep the `facts` in the note; returns its final place.

        Raises `ValueError` where two files would be one on some system.
        """
        if name.casefold() in self._taken:
            raise ValueError(f"two files with the name {name}")
        self._taken.add(name.casefold())
        (self._work / name).write_bytes(content)
        self._made[name] = facts or {}
        return self._path / name

    def __enter__(self) -> Self:
        self._path.mkdir(parents=True, exist_ok=True)
        self._work = make_work_folder(self._path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._commit()
        finally:
            shutil.rmtree(self._work, ignore_errors=True)
            name_place(error, self._path)

    def _commit(self) -> None:
        previous = read_note(self._path)
        require_free(self._path / name for name in self._made)  # told before any moves
        _write_note(self._path, {**previous, **self._made})  # whatever stops us, these are ours
        for name in self._made:
            replace_file(self._work / name, self._path / name)
        for name in previous.keys() - self._made.keys() - self._kept.keys():
            remove_file(self._path / name)
        _write_note(self._path, {**self._kept, **self._made})


def read_note(path: Path) -> dict[str, FileFacts]:
    """Read what the last command made there, by name, as far as it is still there."""
    try:
        made = json.loads((path / NOTE_FILE).read_text(encoding="utf-8"))
        found = {str(name): dict(facts) for name, facts in made.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return {name: facts for name, facts in found.items() if _is_there(path, name)}


def find_issued_catalog(outbox: Path, unnoted: str) -> str | None:
    """Find the catalogue of the sheets that were issued last; None: there are none.

    Notes of sheets that tell none are of times when there was one alone, the `unnoted`.
    """
    return max(
        (facts.get(CATALOG_NOTE, unnoted) for facts in read_note(outbox).values()), default=None
    )


def remove_managed_files(path: Path, names: set[str]) -> None:
    """Remove files that a command made there. Raises `OSError`."""
    made = read_note(path)
    if not names & made.keys():
        return
    for name in names & made.keys():
        remove_file(path / name)
    _write_note(path, {name: facts for name, facts in made.items() if name not in names})


def _is_there(path: Path, name: str) -> bool:
    """Whether it is a file in the folder itself: anybody may have written the note."""
    return "/" not in name and "\\" not in name and (path / name).is_file()


def _write_note(path: Path, made: Mapping[str, FileFacts]) -> None:
    content = json.dumps(made, ensure_ascii=False, sort_keys=True, indent=1)
    write_whole_file(path / NOTE_FILE, content.encode())
