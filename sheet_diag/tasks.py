"""What a worker process does: opens a file, reads and diagnoses a return, writes a workbook.

Apart from `batch`, so that a worker never loads what only the whole campaign needs (pandas).
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sheet_diag.evaluation import evaluate
from sheet_diag.intake import Found, Leaf, SpoolError, failed, open_file, receive
from sheet_diag.layout import SOFTWARE
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis, Outcome, Report
from sheet_diag.model.returns import Code, Problem, Received
from sheet_diag.model.settings import Issuer, Reading
from sheet_diag.naming import report_number
from sheet_diag.pdf import finished
from sheet_diag.problems import FOR_THE_CONSULTANT
from sheet_diag.protection import protected_pdf, protected_workbook
from sheet_diag.reports.client import client_report, print_copy
from sheet_diag.sheet import correction_sheet

Read = tuple[Received, Diagnosis | None]


@dataclass(frozen=True, slots=True)
class Bench:
    """What every task works with; a process gets it once."""

    catalog: Catalog
    reading: Reading


@dataclass(frozen=True, slots=True)
class Opening:
    """One file to be opened; members of an archive or a mail go into the folder `spool`."""

    found: Found
    spool: Path


@dataclass(frozen=True, slots=True)
class Member:
    """One return of an opened file."""

    found: Found
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Members:
    """What an opened file holds."""

    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Writing:
    """One report to be written to `path`, under the password where there is one."""

    outcome: Outcome
    issuer: Issuer
    as_of: date
    lang: Lang
    path: Path
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Finishing:
    """One report, printed to `printed`, to be finished and written where `writing` says."""

    printed: Path
    writing: Writing


@dataclass(frozen=True, slots=True)
class Correcting:
    """One correction workbook to be written to `path`; `replaces` are SHA-256 of returns."""

    outcome: Outcome
    issuer: Issuer
    replaces: tuple[str, ...]
    path: Path


def open_or_examine(bench: Bench, opening: Opening) -> Read | Members:
    """A file that is one return is read at once; of any other, its members are told.

    Raises `OSError` where there is no room for the members: that is no fault of the file.
    """
    found = opening.found
    try:
        leaves = open_file(found, opening.spool, bench.reading)
    except SpoolError as error:
        raise OSError(errno.ENOSPC, str(error.__cause__ or error), str(opening.spool)) from error
    except MemoryError:
        return failed(found, _out_of_memory()), None
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file only, and is told
        return failed(found, _fault(error)), None
    if len(leaves) == 1 and leaves[0].member is None:
        return examine(bench, Member(found, leaves[0]))
    return Members(leaves)


def examine(bench: Bench, member: Member) -> Read:
    """Read, score and diagnose one return; no diagnosis where it could not be read."""
    try:
        return _examine(bench, member)
    except MemoryError:
        return failed(member.found, _out_of_memory(), member.leaf), None
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file only, and is told
        return failed(member.found, _fault(error), member.leaf), None


def _examine(bench: Bench, member: Member) -> Read:
    received = receive(member.found, member.leaf, bench.catalog, bench.reading)
    if received.sheet is None:
        return received, None
    return received, evaluate(bench.catalog, received.sheet)


def _out_of_memory() -> Problem:
    return Problem(Code.READER_DIED, value="memory", details=(("kind", "memory"),))


def _fault(error: Exception) -> Problem:
    return Problem(Code.NOT_PROCESSED, value=type(error).__name__)


def write_report(bench: Bench, writing: Writing) -> None:
    """Write one client's report. Raises `OSError`."""
    content = client_report(_report(writing), bench.catalog, writing.issuer, SOFTWARE)
    if writing.password:
        content = protected_workbook(content, writing.password)
    writing.path.write_bytes(content)


def write_print_copy(bench: Bench, writing: Writing) -> None:
    """Write one client's report as it is to be printed, open to the office. Raises `OSError`."""
    writing.path.write_bytes(print_copy(_report(writing), bench.catalog, writing.issuer, SOFTWARE))


def finish_pdf(bench: Bench, finishing: Finishing) -> None:
    """Finish one printed report. Raises `OSError`."""
    writing = finishing.writing
    content = finished(
        finishing.printed.read_bytes(),
        title=bench.catalog.report.title[writing.lang],
        author=writing.issuer.name,
        as_of=writing.as_of,
    )
    if writing.password:
        content = protected_pdf(content, writing.password)
    writing.path.write_bytes(content)


def _report(writing: Writing) -> Report:
    outcome = writing.outcome
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    if sheet is None or diagnosis is None:
        raise ValueError(f"{outcome.received.label} is ranked without a diagnosis")
    return Report(
        received=outcome.received,
        sheet=sheet,
        diagnosis=diagnosis,
        problems=tuple(p for p in outcome.problems if p.code not in FOR_THE_CONSULTANT),
        number=report_number(writing.as_of, outcome.received.sha256),
        as_of=writing.as_of,
        lang=writing.lang,
        comparison=outcome.comparison,
        plan=outcome.plan,
    )


def write_correction(bench: Bench, correcting: Correcting) -> None:
    """Write the sheet that goes back to one client. Raises `OSError`."""
    outcome = correcting.outcome
    sheet = outcome.received.sheet
    if sheet is None:
        raise ValueError(f"{outcome.received.label} is held without a sheet")
    content = correction_sheet(
        bench.catalog, sheet, outcome.problems, correcting.issuer, correcting.replaces
    )
    correcting.path.write_bytes(content)
