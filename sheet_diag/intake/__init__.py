"""A file that came back -> answers, profile, identity, and the problems found on the way.

Nothing is raised for what a client did: every mistake is a `Problem`, every repair is reported,
and the raw value is kept beside what was read.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sheet_diag.intake.files import Found, find, recognise
from sheet_diag.intake.grid import UnreadableError, read_grids
from sheet_diag.intake.returns import read_return
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Code, Problem, Received

__all__ = ["Found", "failed", "find", "receive"]


def receive(found: Found, catalog: Catalog) -> Received:
    """Read one file of the input folder. Raises nothing for whatever the file may hold."""
    if found.ignored:
        return Received(found.name, "", ignored=True, problems=(Problem(Code.NOT_A_RETURN),))
    if found.blocked:
        return Received(found.name, "", problems=(Problem(Code.NO_ACCESS),))
    try:
        content = found.path.read_bytes()
    except OSError:
        return Received(found.name, "", problems=(Problem(Code.NO_ACCESS),))
    return read_content(found.name, content, catalog)


def read_content(name: str, content: bytes, catalog: Catalog) -> Received:
    """Read the content of one file, named `name` in every message."""
    digest = hashlib.sha256(content).hexdigest()
    refusal = recognise(content)
    if refusal:
        return Received(name, digest, problems=(refusal,))
    try:
        grids = read_grids(content)
    except UnreadableError as error:
        problem = Problem(Code.UNREADABLE, value=str(error))
        return Received(name, digest, problems=(problem,))
    sheet, problems = read_return(grids, content, catalog)
    return Received(name, digest, sheet=sheet, problems=problems)


def failed(found: Found, problem: Problem) -> Received:
    """A file whose reading came to no end, with the reason."""
    digest = hashlib.sha256(_content(found.path)).hexdigest()
    return Received(found.name, digest, problems=(problem,))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
