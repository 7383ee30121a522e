"""Receive a file that came back: its answers, profile and identity, and the problems in it.

Nothing is raised for what a client did: every mistake is a `Problem`, every repair is reported,
and the raw value is kept beside what was read.
"""

from __future__ import annotations

import errno
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import RefusedError, check_size
from sheet_diag.intake.containers.mail_passwords import add_mailed_passwords
from sheet_diag.intake.containers.members import SpoolError, UnpackedFile
from sheet_diag.intake.containers.unpack import unpack_file
from sheet_diag.intake.discovery import FileChangingError, InputFile, hash_file, read_stable_file
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.intake.overrides import is_overrides_file, read_overrides
from sheet_diag.intake.returns.action_plan import read_plan
from sheet_diag.intake.returns.reader import read_return
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Attachment, AttachmentKind, Problem, ProblemCode, ReceivedFile
from sheet_diag.model.settings import IntakeSettings

_DEFAULT_READING: Final = IntakeSettings()


def open_file(file: InputFile, spool: Path, reading: IntakeSettings) -> tuple[UnpackedFile, ...]:
    """Open an input file: return itself, or the members of the archive or mail that it is.

    Members are written into the folder `spool`: raises `SpoolError` where that cannot be, and
    nothing for whatever the file may hold.
    """
    if file.ignored:
        return (_refused_file(file, Problem(ProblemCode.NOT_A_RETURN), ignored=True),)
    if file.outside:
        return (_refused_file(file, Problem(ProblemCode.LINK_OUTSIDE)),)
    if file.blocked:
        return (_refused_file(file, Problem(ProblemCode.NO_ACCESS)),)
    try:
        check_size(file.path.stat().st_size, reading.limits)
        if is_overrides_file(file):
            return (UnpackedFile(file.path, None, file.path.stat().st_mtime_ns),)
        return unpack_file(file.path, file.name, spool, reading)
    except RefusedError as error:
        return (_refused_file(file, error.problem),)
    except SpoolError:
        raise
    except OSError as error:
        is_link = error.errno in (errno.ELOOP, errno.ENOTDIR)  # put there since it was found
        code = ProblemCode.LINK_OUTSIDE if is_link else ProblemCode.NO_ACCESS
        return (_refused_file(file, Problem(code)),)


def _refused_file(file: InputFile, problem: Problem, *, ignored: bool = False) -> UnpackedFile:
    return UnpackedFile(file.path, None, 0, problem, ignored)


def receive_return(
    file: InputFile, unpacked: UnpackedFile, catalog: Catalog, reading: IntakeSettings
) -> ReceivedFile:
    """Read one return of a file. Raises nothing for whatever it may hold."""
    return _with_origin(_read_unpacked(file, unpacked, catalog, reading), unpacked)


def _with_origin(received: ReceivedFile, unpacked: UnpackedFile) -> ReceivedFile:
    """Add what is known of the file and the mails that a return lies in."""
    if not (unpacked.file_sha256 or unpacked.mail_senders):
        return received
    around = unpacked.file_sha256 if unpacked.member is not None else ""
    return replace(
        received,
        file_sha256=around,
        mail_senders=unpacked.mail_senders,
        dmarc=unpacked.dmarc,
        mail_member=unpacked.mail_member,
        mail_time=unpacked.mail.sent if unpacked.mail else 0,
    )


def _read_unpacked(
    file: InputFile, unpacked: UnpackedFile, catalog: Catalog, reading: IntakeSettings
) -> ReceivedFile:
    if unpacked.problem or unpacked.path is None:
        problems = (unpacked.problem,) if unpacked.problem else ()
        path = None if _must_stay_closed(unpacked) else unpacked.path
        digest = hash_file(path) if path else ""
        return ReceivedFile(
            file.name, digest, unpacked.member, problems=problems, ignored=unpacked.ignored,
            file_time=unpacked.file_time,
        )  # fmt: skip
    try:
        content = read_stable_file(unpacked.path) if unpacked.content is None else unpacked.content
    except (OSError, FileChangingError):
        return ReceivedFile(
            file.name, "", unpacked.member, problems=(Problem(ProblemCode.NO_ACCESS),)
        )
    if is_overrides_file(file) and unpacked.member is None:
        return _receive_overrides(file.name, content, catalog, reading)
    reading = add_mailed_passwords(reading, unpacked.mail)
    received = read_content(
        file.name, content, catalog, reading, member=unpacked.member, file_time=unpacked.file_time
    )
    if unpacked.password_used and _lacks_problem(ProblemCode.PASSWORD_USED, received):
        return replace(received, problems=(*received.problems, Problem(ProblemCode.PASSWORD_USED)))
    return received


def _receive_overrides(
    name: str, content: bytes, catalog: Catalog, reading: IntakeSettings
) -> ReceivedFile:
    """Receive the overrides of the consultant, which are no return."""
    decisions, problems = read_overrides(content, name, catalog, reading)
    digest = hashlib.sha256(content).hexdigest()
    return ReceivedFile(name, digest, problems=problems, ignored=True, decisions=decisions)


def _lacks_problem(code: ProblemCode, received: ReceivedFile) -> bool:
    return all(problem.code is not code for problem in received.problems)


def _must_stay_closed(unpacked: UnpackedFile) -> bool:
    """Whether the file must not even be opened: a pipe would wait for ever."""
    closed = (ProblemCode.NO_ACCESS, ProblemCode.LINK_OUTSIDE, ProblemCode.NOT_A_RETURN)
    return unpacked.problem is not None and unpacked.problem.code in closed


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
        kind = error.problem.value if error.problem.code is ProblemCode.WRONG_FORMAT else None
        return ReceivedFile(
            name,
            digest,
            member,
            problems=(error.problem,),
            file_time=file_time,
            as_attachment=Attachment(member or name, AttachmentKind(kind), len(content), digest)
            if kind in tuple(AttachmentKind)
            else None,
        )
    sheet, problems = read_return(book, catalog)
    plan = read_plan(book, catalog, sheet)
    own_output = any(problem.code is ProblemCode.OWN_OUTPUT for problem in problems)
    if plan:
        plan_read = Problem(ProblemCode.PLAN_READ, value=str(len(plan.entries)))
        problems = (plan_read,) if own_output else (*problems, plan_read)
    if opened.password_used:
        problems = (*problems, Problem(ProblemCode.PASSWORD_USED))
    return ReceivedFile(
        name,
        digest,
        member,
        book.modified,
        file_time,
        sheet,
        problems,
        own_output and bool(plan),
        plan,
        as_attachment=Attachment(member or name, AttachmentKind.WORKBOOK, len(content), digest)
        if problems[:1] == (Problem(ProblemCode.NOT_HEARING_SHEET),) and not plan
        else None,
    )


def failed_return(
    file: InputFile, problem: Problem, unpacked: UnpackedFile | None = None
) -> ReceivedFile:
    """Make what is received where the reading of a file failed, with the reason."""
    if (
        unpacked and unpacked.content is not None
    ):  # of another machine, perhaps: the path leads nowhere
        digest = hashlib.sha256(unpacked.content).hexdigest()
    else:
        path = unpacked.path if unpacked else file.path
        digest = hash_file(path) if path and not file.blocked else ""
    received = ReceivedFile(
        file.name, digest, unpacked.member if unpacked else None, problems=(problem,)
    )
    return _with_origin(received, unpacked) if unpacked else received
