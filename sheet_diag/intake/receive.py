"""A file that came back -> answers, profile, identity, and the problems found on the way.

Nothing is raised for what a client did: every mistake is a `Problem`, every repair is reported,
and the raw value is kept beside what was read.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import RefusedError, check_size
from sheet_diag.intake.containers.members import SpoolError, UnpackedFile
from sheet_diag.intake.containers.unwrap import unpack_file
from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.intake.overrides import is_overrides_file, read_overrides
from sheet_diag.intake.returns.action_plan import read_plan
from sheet_diag.intake.returns.reader import read_return
from sheet_diag.intake.stable_read import FileChangingError, hash_file, read_stable_file
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile
from sheet_diag.model.settings import IntakeSettings

_DEFAULT_READING: Final = IntakeSettings()


def open_file(found: InputFile, spool: Path, reading: IntakeSettings) -> tuple[UnpackedFile, ...]:
    """The returns in one file: itself, or the members of the archive or mail that it is.

    Members are written into the folder `spool`: raises `SpoolError` where that cannot be, and
    nothing for whatever the file may hold.
    """
    if found.ignored:
        return (_refused_file(found, Problem(ProblemCode.NOT_A_RETURN), ignored=True),)
    if found.outside:
        return (_refused_file(found, Problem(ProblemCode.LINK_OUTSIDE)),)
    if found.blocked:
        return (_refused_file(found, Problem(ProblemCode.NO_ACCESS)),)
    try:
        check_size(found.path.stat().st_size, reading.limits)
        if is_overrides_file(found):
            return (UnpackedFile(found.path, None, found.path.stat().st_mtime_ns),)
        return unpack_file(found.path, found.name, spool, reading)
    except RefusedError as error:
        return (_refused_file(found, error.problem),)
    except SpoolError:
        raise
    except OSError:
        return (_refused_file(found, Problem(ProblemCode.NO_ACCESS)),)


def _refused_file(found: InputFile, problem: Problem, *, ignored: bool = False) -> UnpackedFile:
    return UnpackedFile(found.path, None, 0, problem, ignored)


def receive_return(
    found: InputFile, leaf: UnpackedFile, catalog: Catalog, reading: IntakeSettings
) -> ReceivedFile:
    """Read one return of a file. Raises nothing for whatever it may hold."""
    return _with_origin(_read_unpacked(found, leaf, catalog, reading), leaf)


def _with_origin(received: ReceivedFile, leaf: UnpackedFile) -> ReceivedFile:
    """The return with what is known of the file and the mails that it lies in."""
    if not (leaf.file_sha256 or leaf.mail_senders):
        return received
    around = leaf.file_sha256 if leaf.member is not None else ""
    return replace(received, file_sha256=around, mail_senders=leaf.mail_senders)


def _read_unpacked(
    found: InputFile, leaf: UnpackedFile, catalog: Catalog, reading: IntakeSettings
) -> ReceivedFile:
    if leaf.problem or leaf.path is None:
        problems = (leaf.problem,) if leaf.problem else ()
        digest = "" if leaf.path is None or _must_stay_closed(leaf) else hash_file(leaf.path)
        return ReceivedFile(
            found.name, digest, leaf.member, problems=problems, ignored=leaf.ignored,
            file_time=leaf.file_time,
        )  # fmt: skip
    try:
        content = read_stable_file(leaf.path) if leaf.content is None else leaf.content
    except (OSError, FileChangingError):
        return ReceivedFile(found.name, "", leaf.member, problems=(Problem(ProblemCode.NO_ACCESS),))
    if is_overrides_file(found) and leaf.member is None:
        return _receive_overrides(found.name, content, catalog, reading)
    received = read_content(
        found.name, content, catalog, reading, member=leaf.member, file_time=leaf.file_time
    )
    if leaf.password_used and _lacks_problem(ProblemCode.PASSWORD_USED, received):
        return replace(received, problems=(*received.problems, Problem(ProblemCode.PASSWORD_USED)))
    return received


def _receive_overrides(
    name: str, content: bytes, catalog: Catalog, reading: IntakeSettings
) -> ReceivedFile:
    """The consultant's decisions: no return, and never passed over in silence."""
    decisions, problems = read_overrides(content, name, catalog, reading)
    digest = hashlib.sha256(content).hexdigest()
    return ReceivedFile(name, digest, problems=problems, ignored=True, decisions=decisions)


def _lacks_problem(code: ProblemCode, received: ReceivedFile) -> bool:
    return all(problem.code is not code for problem in received.problems)


def _must_stay_closed(leaf: UnpackedFile) -> bool:
    """Whether the file must not even be looked at: a pipe would wait for ever."""
    closed = (ProblemCode.NO_ACCESS, ProblemCode.LINK_OUTSIDE)
    return leaf.ignored or (leaf.problem is not None and leaf.problem.code in closed)


def read_content(
    name: str,
    content: bytes,
    catalog: Catalog,
    reading: IntakeSettings = _DEFAULT_READING,
    *,
    member: str | None = None,
    file_time: int = 0,
) -> ReceivedFile:
    """Read the content of one workbook, named `name` (and `member`) in every message."""
    digest = hashlib.sha256(content).hexdigest()
    label = f"{name}/{member}" if member else name
    try:
        opened = open_workbook_bytes(content, label, reading)
        book = read_workbook(opened, reading.limits)
    except RefusedError as error:
        return ReceivedFile(name, digest, member, problems=(error.problem,), file_time=file_time)
    sheet, problems = read_return(book, catalog)
    plan, own = (
        read_plan(book, catalog, sheet),
        ProblemCode.OWN_OUTPUT in {p.code for p in problems},
    )
    if plan:
        kept = () if own else problems
        problems = (*kept, Problem(ProblemCode.PLAN_READ, value=str(len(plan.entries))))
    if opened.password_used:
        problems = (*problems, Problem(ProblemCode.PASSWORD_USED))
    return ReceivedFile(
        name, digest, member, book.modified, file_time, sheet, problems, own and bool(plan), plan
    )


def failed_return(
    found: InputFile, problem: Problem, leaf: UnpackedFile | None = None
) -> ReceivedFile:
    """A return whose reading came to no end, with the reason."""
    if leaf and leaf.content is not None:  # of another machine, perhaps: the path leads nowhere
        digest = hashlib.sha256(leaf.content).hexdigest()
    else:
        path = leaf.path if leaf else found.path
        digest = hash_file(path) if path and not found.blocked else ""
    received = ReceivedFile(found.name, digest, leaf.member if leaf else None, problems=(problem,))
    return _with_origin(received, leaf) if leaf else received
