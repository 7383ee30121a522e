"""What a worker process does: opens a file, reads and diagnoses a return, writes a workbook.

Apart from `batch`, so that a worker never loads what only the whole campaign needs (pandas).
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sheet_diag.diagnosis.comparison.previous import beside_previous
from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.forms.layout import SOFTWARE, owner_properties
from sheet_diag.intake.containers.members import Leaf, SpoolError
from sheet_diag.intake.discovery import Found
from sheet_diag.intake.receive import failed, open_file, receive
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import PreviousHead, PreviousReturn
from sheet_diag.model.results import Outcome, Report
from sheet_diag.model.returns import Code, Identity, Problem, ReturnedSheet
from sheet_diag.model.settings import Issuer, Reading
from sheet_diag.pipeline.record_store import Examined, examined, whole
from sheet_diag.reports.encryption import protected_pdf, protected_workbook
from sheet_diag.reports.pdf import finished
from sheet_diag.reports.portfolio.tables.client_facts import Told, told
from sheet_diag.reports.run_json.writer import entry
from sheet_diag.storage.file_names import report_number
from sheet_diag.text.problems import FOR_THE_CONSULTANT


@dataclass(frozen=True, slots=True)
class Edition:
    """What all documents of a run have in common. Without a `report_lang` each report is in the
    language of its sheet; `previous` is the earlier run that clients are compared with."""

    issuer: Issuer
    as_of: date
    lang: Lang
    report_lang: Lang | None = None
    previous: PreviousHead | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """What every task works with; a process gets it once. Without an edition nothing is written."""

    catalog: Catalog
    reading: Reading
    edition: Edition | None = None


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
class Publishing:
    """One outcome, what its record holds, and what its documents need beside: what the earlier run
    tells of its client, the password of the report (empty: open to all), and for a correction the
    SHA-256 of the returns it replaces."""

    outcome: Outcome
    record: bytes
    before: PreviousReturn | None = None
    password: str = field(default="", repr=False)
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Published:
    """What was made of one outcome: the content of its report or its correction (None: neither),
    what the tables tell of it, and its line of run.json."""

    document: bytes | None
    told: Told
    line: bytes


@dataclass(frozen=True, slots=True)
class Finishing:
    """The content of one printed report, to be finished in the language of its client, who is
    known by id (None: without one) and company."""

    printed: bytes
    lang: Lang
    client: str | None
    company: str
    password: str = field(default="", repr=False)


def open_or_examine(bench: Bench, opening: Opening) -> Examined | Members:
    """A file that is one return is read at once; of any other, its members are told.

    Raises `OSError` where there is no room for the members: that is no fault of the file.
    """
    opened = _opened(bench, opening)
    if isinstance(opened, Members):
        (first, *more) = opened.leaves
        if not more and first.member is None:
            return examine(bench, Member(opening.found, first))
    return opened


def open_only(bench: Bench, opening: Opening) -> Examined | Members:
    """The returns in a file, by their places on this machine; itself where it holds no others.

    Raises as above.
    """
    opened = _opened(bench, opening)
    if isinstance(opened, Members):
        return Members(tuple(replace(leaf, content=None) for leaf in opened.leaves))
    return opened


def _opened(bench: Bench, opening: Opening) -> Examined | Members:
    found = opening.found
    try:
        return Members(open_file(found, opening.spool, bench.reading))
    except SpoolError as error:
        raise OSError(errno.ENOSPC, str(error.__cause__ or error), str(opening.spool)) from error
    except MemoryError:
        return examined(failed(found, _out_of_memory()), None)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file only, and is told
        return examined(failed(found, _fault(error)), None)


def examine(bench: Bench, member: Member) -> Examined:
    """Read, score and diagnose one return; no diagnosis where it could not be read."""
    try:
        received = receive(member.found, member.leaf, bench.catalog, bench.reading)
        diagnosis = evaluate(bench.catalog, received.sheet) if received.sheet else None
    except MemoryError:
        return examined(failed(member.found, _out_of_memory(), member.leaf), None)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file only, and is told
        return examined(failed(member.found, _fault(error), member.leaf), None)
    return examined(received, diagnosis)


def _out_of_memory() -> Problem:
    return Problem(Code.READER_DIED, value="memory", details=(("kind", "memory"),))


def _fault(error: Exception) -> Problem:
    return Problem(Code.NOT_PROCESSED, value=type(error).__name__)


def publish(bench: Bench, publishing: Publishing) -> Published:
    """Write what one client gets, and all else that needs the whole of its return."""
    outcome = _completed(bench, publishing)
    return Published(
        document=_document(bench, outcome, publishing),
        told=told(bench.catalog, outcome),
        line=entry(bench.catalog, outcome, _edition(bench).lang, _points(bench, outcome)),
    )


def print_one(bench: Bench, publishing: Publishing) -> bytes:
    """One client's report as it is to be printed, open to the office."""
    from sheet_diag.reports.client.workbook import print_copy

    outcome, edition = _completed(bench, publishing), _edition(bench)
    return print_copy(_report(outcome, edition), bench.catalog, edition.issuer, SOFTWARE)


def finish_pdf(bench: Bench, finishing: Finishing) -> bytes:
    """One printed report as the client gets it."""
    edition, catalog = _edition(bench), bench.catalog
    identity = Identity(catalog.id, catalog.version, finishing.client)
    content = finished(
        finishing.printed,
        title=catalog.report.title[finishing.lang],
        author=edition.issuer.name,
        as_of=edition.as_of,
        owner=owner_properties(identity, finishing.company, finishing.lang),
    )
    return protected_pdf(content, finishing.password) if finishing.password else content


def report_lang(edition: Edition, outcome: Outcome) -> Lang:
    """The language of a client's report."""
    sheet = outcome.received.sheet
    return edition.report_lang or (sheet.lang if sheet else edition.lang)


def _edition(bench: Bench) -> Edition:
    if bench.edition is None:
        raise ValueError("nothing is written without an edition")
    return bench.edition


def _completed(bench: Bench, publishing: Publishing) -> Outcome:
    """The outcome with all that stands in its record, and beside its previous diagnosis."""
    outcome, previous = whole(publishing.outcome, publishing.record), _edition(bench).previous
    if publishing.before is None or previous is None:
        return outcome
    return beside_previous(bench.catalog, outcome, publishing.before, previous)


def _document(bench: Bench, outcome: Outcome, publishing: Publishing) -> bytes | None:
    if outcome.correction:
        return _correction(bench, outcome, publishing.replaces)
    if not outcome.result:
        return None
    from sheet_diag.reports.client.workbook import client_report

    edition = _edition(bench)
    content = client_report(_report(outcome, edition), bench.catalog, edition.issuer, SOFTWARE)
    return protected_workbook(content, publishing.password) if publishing.password else content


def _report(outcome: Outcome, edition: Edition) -> Report:
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    if sheet is None or diagnosis is None:
        raise ValueError(f"{outcome.received.label} is ranked without a diagnosis")
    return Report(
        received=outcome.received,
        sheet=sheet,
        diagnosis=diagnosis,
        problems=tuple(p for p in outcome.problems if p.code not in FOR_THE_CONSULTANT),
        number=report_number(edition.as_of, outcome.received.sha256),
        as_of=edition.as_of,
        lang=report_lang(edition, outcome),
        comparison=outcome.comparison,
        plan=outcome.plan,
    )


def _correction(bench: Bench, outcome: Outcome, replaces: tuple[str, ...]) -> bytes:
    """The sheet that goes back to one client."""
    from sheet_diag.forms.write import correction_sheet

    issuer = _edition(bench).issuer
    return correction_sheet(bench.catalog, _held(outcome), outcome.problems, issuer, replaces)


def _points(bench: Bench, outcome: Outcome) -> int | None:
    """How many points go back to one client; None where nothing does."""
    if not outcome.correction:
        return None
    from sheet_diag.forms.write import points_to_correct

    return points_to_correct(bench.catalog, _held(outcome), outcome.problems)


def _held(outcome: Outcome) -> ReturnedSheet:
    if outcome.received.sheet is None:
        raise ValueError(f"{outcome.received.label} is held without a sheet")
    return outcome.received.sheet
