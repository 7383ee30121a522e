"""Hostile and odd files, made by a script: `python -m tests.hostile FOLDER`.

`CASES` says what each file is, and what may become of it; `make` puts them all into a folder.
"""

from __future__ import annotations

from pathlib import Path

from tests.hostile import archives, bombs, compound, documents, mails, names, oddities, strangers
from tests.hostile.case import Case

CASES: tuple[Case, ...] = (
    *bombs.CASES,
    *oddities.CASES,
    *documents.CASES,
    *compound.CASES,
    *archives.CASES,
    *mails.CASES,
    *strangers.CASES,
    *names.CASES,
)


def make(folder: Path, *, pipes: bool = False) -> list[Case]:
    """Write every file below the folder; pipes only when asked for, as they stop other programs."""
    wanted = [*CASES, names.PIPE] if pipes else list(CASES)
    for each in wanted:
        path = folder / each.name
        path.parent.mkdir(parents=True, exist_ok=True)
        each.make(path)
    return wanted
