"""A file that came back -> answers, profile, identity, and the problems found on the way.

Nothing is raised for what a client did: every mistake is a `Problem`, every repair is reported,
and the raw value is kept beside what was read.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import RefusedError
from sheet_diag.intake.containers.members import Leaf, SpoolError
from sheet_diag.intake.containers.unwrap import unwrap
from sheet_diag.intake.discovery import Found
from sheet_diag.intake.open_workbook import open_workbook_bytes
from sheet_diag.intake.overrides import is_overrides, read_overrides
from sheet_diag.intake.read_cells import read_workbook
from sheet_diag.intake.returns.action_plan import read_plan
from sheet_diag.intake.returns.reader import read_return
from sheet_diag.intake.stable_read import ChangingError, digest_of, read_stable
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Code, Problem, Received
from sheet_diag.model.settings import MIB, Reading

_USUAL: Final = Reading()


def open_file(found: Found, spool: Path, reading: Reading) -> tuple[Leaf, ...]:
    """The returns in one file: itself, or the members of the archive or mail that it is.

    Members are written into the folder `spool`: raises `SpoolError` where that cannot be, and
    nothing for whatever the file may hold.
    """
    if found.ignored:
        return (_told(found, Problem(Code.NOT_A_RETURN), ignored=True),)
    if found.outside:
        return (_told(found, Problem(Code.LINK_OUTSIDE)),)
    if found.blocked:
        return (_told(found, Problem(Code.NO_ACCESS)),)
    try:
        size = found.path.stat().st_size
        if size > reading.limits.file * MIB:
            return (_told(found, Problem(Code.TOO_LARGE, value=f"{size / MIB:.0f} MiB")),)
        if is_overrides(found):
            return (Leaf(found.path, None, found.path.stat().st_mtime_ns),)
        return unwrap(found.path, found.name, spool, reading)
    except SpoolError:
        raise
    except OSError:
        return (_told(found, Problem(Code.NO_ACCESS)),)


def _told(found: Found, problem: Problem, *, ignored: bool = False) -> Leaf:
    return Leaf(found.path, None, 0, problem, ignored)


def receive(found: Found, leaf: Leaf, catalog: Catalog, reading: Reading) -> Received:
    """Read one return of a file. Raises nothing for whatever it may hold."""
    return _placed(_received(found, leaf, catalog, reading), leaf)


def _placed(received: Received, leaf: Leaf) -> Received:
    """The return with what is known of the file and the mails that it lies in."""
    if not (leaf.file_sha256 or leaf.mailed_by):
        return received
    around = leaf.file_sha256 if leaf.member is not None else ""
    return replace(received, file_sha256=around, mailed_by=leaf.mailed_by)


def _received(found: Found, leaf: Leaf, catalog: Catalog, reading: Reading) -> Received:
    if leaf.problem or leaf.path is None:
        problems = (leaf.problem,) if leaf.problem else ()
        digest = "" if leaf.path is None or _is_closed(leaf) else digest_of(leaf.path)
        return Received(
            found.name, digest, leaf.member, problems=problems, ignored=leaf.ignored,
            file_time=leaf.file_time,
        )  # fmt: skip
    try:
        content = read_stable(leaf.path) if leaf.content is None else leaf.content
    except (OSError, ChangingError):
        return Received(found.name, "", leaf.member, problems=(Problem(Code.NO_ACCESS),))
    if is_overrides(found) and leaf.member is None:
        return _decided(found.name, content, catalog, reading)
    received = read_content(
        found.name, content, catalog, reading, member=leaf.member, file_time=leaf.file_time
    )
    if leaf.opened_with_password and _has_no(Code.PASSWORD_USED, received):
        return replace(received, problems=(*received.problems, Problem(Code.PASSWORD_USED)))
    return received


def _decided(name: str, content: bytes, catalog: Catalog, reading: Reading) -> Received:
    """The consultant's decisions: no return, and never passed over in silence."""
    decisions, problems = read_overrides(content, name, catalog, reading)
    digest = hashlib.sha256(content).hexdigest()
    return Received(name, digest, problems=problems, ignored=True, decisions=decisions)


def _has_no(code: Code, received: Received) -> bool:
    return all(problem.code is not code for problem in received.problems)


def _is_closed(leaf: Leaf) -> bool:
    """Whether the file must not even be looked at: a pipe would wait for ever."""
    closed = (Code.NO_ACCESS, Code.LINK_OUTSIDE)
    return leaf.ignored or (leaf.problem is not None and leaf.problem.code in closed)


def read_content(
    name: str,
    content: bytes,
    catalog: Catalog,
    reading: Reading = _USUAL,
    *,
    member: str | None = None,
    file_time: int = 0,
) -> Received:
    """Read the content of one workbook, named `name` (and `member`) in every message."""
    digest = hashlib.sha256(content).hexdigest()
    label = f"{name}/{member}" if member else name
    try:
        opened = open_workbook_bytes(content, label, reading)
        book = read_workbook(opened.content, opened.format, reading.limits, opened.inspected)
    except RefusedError as error:
        return Received(name, digest, member, problems=(error.problem,), file_time=file_time)
    sheet, problems = read_return(book, catalog)
    plan, own = read_plan(book, catalog, sheet), Code.OWN_OUTPUT in {p.code for p in problems}
    if plan:
        kept = () if own else problems
        problems = (*kept, Problem(Code.PLAN_READ, value=str(len(plan.entries))))
    if opened.password_used:
        problems = (*problems, Problem(Code.PASSWORD_USED))
    return Received(
        name, digest, member, book.modified, file_time, sheet, problems, own and bool(plan), plan
    )


def failed(found: Found, problem: Problem, leaf: Leaf | None = None) -> Received:
    """A return whose reading came to no end, with the reason."""
    if leaf and leaf.content is not None:  # of another machine, perhaps: the path leads nowhere
        digest = hashlib.sha256(leaf.content).hexdigest()
    else:
        path = leaf.path if leaf else found.path
        digest = digest_of(path) if path and not found.blocked else ""
    received = Received(found.name, digest, leaf.member if leaf else None, problems=(problem,))
    return _placed(received, leaf) if leaf else received
