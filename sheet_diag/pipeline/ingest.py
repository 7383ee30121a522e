"""Has workers read files into returns, and diagnose the returns that count.

A file is one or more returns; a fault in one of them costs that one alone. Files are opened by
processes of this machine, which unpack archives onto its disk; a cluster gets contents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sheet_diag.intake.containers.mail_passwords import follows
from sheet_diag.intake.discovery import FileChangingError, InputFile, read_stable_file
from sheet_diag.intake.receive import failed_return
from sheet_diag.intake.resolution.attachments import separate_attachments
from sheet_diag.intake.resolution.resolve import CountingReturn, decide_status, resolve_returns
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile
from sheet_diag.model.settings import IntakeSettings, PasswordMail
from sheet_diag.pipeline.execution.workers import (
    ProgressCallback,
    WorkerDied,
    WorkerProcesses,
    Workers,
)
from sheet_diag.pipeline.record_store import (
    RecordStore,
    StrippedReturn,
    load_outcome,
    strip_return,
)
from sheet_diag.pipeline.tasks import (
    DiagnoseJob,
    MemberJob,
    OpenJob,
    RereadJob,
    WorkerContext,
    diagnose,
    examine,
    open_only,
    open_or_examine,
    reread,
)
from sheet_diag.storage.scratch import open_scratch_folder


@dataclass(frozen=True, slots=True)
class Executors:
    """What does the tasks.

    `local` are processes of this machine; `bulk` does most of the work and is the same ones
    unless there is a cluster.
    """

    local: Workers[WorkerContext]
    bulk: Workers[WorkerContext]


def ingest_files(
    executors: Executors,
    found: Sequence[InputFile],
    spool: Path,
    store: RecordStore,
    progress: ProgressCallback,
) -> list[ReceivedFile]:
    """Read every return of the files, in the order of the files and of their members.

    What came beside a return is listed with it. Their records are in the store.
    """
    progress("read", 0, len(found))
    spool = spool.resolve()
    returns: dict[str, list[ReceivedFile]] = {}
    archives: list[tuple[InputFile, list[MemberJob]]] = []
    opened = zip(found, _open_files(executors, found, spool), strict=True)
    for done, (file, each) in enumerate(opened, 1):
        if isinstance(each, StrippedReturn):
            returns[file.name] = [store.keep(each)[0]]
        else:
            archives.append((file, each))
        progress("read", done, len(found))
    members = _examine_members(
        executors, [member for _, each in archives for member in each], progress
    )
    for file, each in archives:
        returns[file.name] = [store.keep(member)[0] for member in islice(members, len(each))]
    for file, again in _reread_locked(executors, archives, returns, spool):
        returns[file.name] = [store.keep(member)[0] for member in again]
    return separate_attachments([each for file in found for each in returns[file.name]])


def _open_files(
    executors: Executors, found: Sequence[InputFile], spool: Path
) -> Iterator[StrippedReturn | list[MemberJob]]:
    openings = (OpenJob(file, spool / str(place)) for place, file in enumerate(found))
    results = executors.local.map(
        open_only if executors.bulk.is_remote else open_or_examine, openings
    )
    for file, result in zip(found, results, strict=True):
        if isinstance(result, WorkerDied):
            yield strip_return(failed_return(file, _death_problem(result)))
        else:
            yield result


def _examine_members(
    executors: Executors, members: Sequence[MemberJob], progress: ProgressCallback
) -> Iterator[StrippedReturn]:
    if members:
        progress("unpack", 0, len(members))
    local, bulk = _submit_members(executors, members)
    results = (next(local if member.unpacked.problem else bulk) for member in members)
    for done, (member, result) in enumerate(zip(members, results, strict=True), 1):
        progress("unpack", done, len(members))
        if isinstance(result, WorkerDied):
            yield strip_return(failed_return(member.found, _death_problem(result), member.unpacked))
        else:
            yield result


_Results = Iterator[StrippedReturn | WorkerDied]


def _submit_members(
    executors: Executors, members: Sequence[MemberJob]
) -> tuple[_Results, _Results]:
    """Start reading the members.

    Returns the results of those that are not to be read, which this machine describes, and of
    all others.
    """
    unread = (member for member in members if member.unpacked.problem)
    rest = (member for member in members if not member.unpacked.problem)
    loaded = map(_load_content, rest) if executors.bulk.is_remote else rest
    return executors.local.map(examine, unread), executors.bulk.map(examine, loaded)


def _load_content(member: MemberJob) -> MemberJob:
    """Add the content, which a machine of a cluster cannot see, where it can be read."""
    file = member.unpacked
    try:
        content = read_stable_file(file.path) if file.path else None
    except (OSError, FileChangingError):
        return member
    return replace(member, unpacked=replace(file, content=content))


def _reread_locked(
    executors: Executors,
    archives: Sequence[tuple[InputFile, list[MemberJob]]],
    returns: Mapping[str, Sequence[ReceivedFile]],
    spool: Path,
) -> Iterator[tuple[InputFile, list[StrippedReturn]]]:
    """Read again the files that hold what is locked, where a mail that followed tells a password.

    Only this machine tries them, and its processes alone get to know them.
    """
    files = [member.unpacked for _, members in archives for member in members]
    mails = [PasswordMail(each.mail, each.words) for each in files if each.words and each.mail]
    jobs: list[RereadJob] = []
    locked_labels: list[tuple[str, ...]] = []
    for file, members in archives if mails else ():
        pairs = zip(members, returns[file.name], strict=True)
        locked = {each.label: member.unpacked.mail for member, each in pairs if _is_locked(each)}
        origins = [each for each in locked.values() if each]
        told = tuple(m for m in mails if any(follows(m.origin, each) for each in origins))
        if told:
            jobs.append(RereadJob(file, spool / f"again-{len(jobs)}", told))
            locked_labels.append(tuple(locked))
    results = executors.local.map(reread, jobs)
    for job, labels, result in zip(jobs, locked_labels, results, strict=True):
        if not isinstance(result, WorkerDied):  # else what was read before counts
            yield job.found, [_tell_mailed(each, labels) for each in result]


def _is_locked(received: ReceivedFile) -> bool:
    codes = (ProblemCode.PASSWORD_NEEDED, ProblemCode.PASSWORD_WRONG)
    return any(problem.code in codes for problem in received.problems)


def _tell_mailed(stripped: StrippedReturn, locked: tuple[str, ...]) -> StrippedReturn:
    """Say of what was locked at first that its password came in a mail."""
    received = stripped.received
    if not any(f"{received.label} ".startswith(f"{label} ") for label in locked):
        return stripped
    problems = tuple(
        Problem(ProblemCode.PASSWORD_MAILED) if each.code is ProblemCode.PASSWORD_USED else each
        for each in received.problems
    )
    return replace(stripped, received=replace(received, problems=problems))


def diagnose_returns(
    executors: Executors,
    catalog: Catalog,
    resolved: Sequence[ReturnOutcome | CountingReturn],
    store: RecordStore,
    progress: ProgressCallback,
) -> list[ReturnOutcome]:
    """Diagnose the returns that count, each once.

    Returns the outcomes in the same order.
    """
    jobs = (
        DiagnoseJob(each.received, store.record_of(each.received))
        for each in resolved
        if isinstance(each, CountingReturn)
    )
    results = executors.bulk.map(diagnose, jobs)
    progress("diagnose", 0, len(resolved))
    outcomes: list[ReturnOutcome] = []
    for done, each in enumerate(resolved, 1):
        if isinstance(each, CountingReturn):
            outcomes.append(_decide_outcome(catalog, each, next(results), store))
        else:
            outcomes.append(each)
        progress("diagnose", done, len(resolved))
    return outcomes


def _decide_outcome(
    catalog: Catalog,
    counting: CountingReturn,
    result: StrippedReturn | WorkerDied,
    store: RecordStore,
) -> ReturnOutcome:
    if isinstance(result, WorkerDied):
        lost = replace(counting.received, sheet=None, problems=(_death_problem(result),))
        return ReturnOutcome(lost, ReturnStatus.REJECTED, lost.problems)
    received, diagnosis = store.keep(result)
    if diagnosis is None:
        return ReturnOutcome(received, ReturnStatus.REJECTED, received.problems)
    return decide_status(catalog, received, diagnosis, counting.problems)


def _death_problem(death: WorkerDied) -> Problem:
    kind = "timeout" if death.out_of_time else "died"
    return Problem(ProblemCode.READER_DIED, value=death.reason, details=(("kind", kind),))


def check_files(
    files: Sequence[Path], catalog: Catalog, reading: IntakeSettings
) -> list[ReturnOutcome]:
    """Judge each file by itself.

    Returns an outcome per return, in the order of the files.
    """
    # What is no file, a pipe or a device, would be waited for.
    found = [
        InputFile(path.resolve(), path.name, ignored=False, blocked=not path.is_file())
        for path in files
    ]
    with (
        open_scratch_folder() as folder,
        RecordStore(folder / "records") as store,
        WorkerProcesses(1, WorkerContext(catalog, reading), reading.limits) as processes,
    ):
        workers = Workers[WorkerContext](processes)
        executors = Executors(workers, workers)
        read = ingest_files(executors, found, folder, store, _ignore_progress)
        now = datetime.now(UTC)
        resolved = [outcome for each in read for outcome in resolve_returns(catalog, [each], now)]
        outcomes = diagnose_returns(executors, catalog, resolved, store, _ignore_progress)
        return [load_outcome(each, store.record_of(each.received)) for each in outcomes]


def _ignore_progress(stage: str, done: int, total: int) -> None:
    del stage, done, total
