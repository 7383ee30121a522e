"""The tasks of a worker process: open a file, read and diagnose a return, write a workbook.

Loads nothing that only the whole campaign needs (pandas).
"""

from __future__ import annotations

import errno
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sheet_diag.diagnosis.comparison.previous import add_previous
from sheet_diag.diagnosis.damage import estimate_damage
from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.diagnosis.not_asked import leave_out_not_asked
from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.intake.containers.members import SpoolError, UnpackedFile
from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.receive import failed_return, open_file, receive_return
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import PreviousReturn, PreviousRunFacts
from sheet_diag.model.results import ClientReport, ReturnOutcome
from sheet_diag.model.returns import (
    Problem,
    ProblemCode,
    ReceivedFile,
)
from sheet_diag.model.settings import IntakeSettings, Issuer, PasswordMail
from sheet_diag.pipeline.record_store import StrippedReturn, load_outcome, load_sheet, strip_return
from sheet_diag.pipeline.report_pdf import MadePdf, make_pdf, note_pdf
from sheet_diag.reports.encryption import encrypt_workbook
from sheet_diag.reports.pdf.sources import PdfSource, PdfStyle
from sheet_diag.reports.portfolio.client_facts import ClientFacts, summarize_outcome
from sheet_diag.reports.run_json.writer import dump_return
from sheet_diag.storage.file_names import report_number
from sheet_diag.text.problems import problem_spec


@dataclass(frozen=True, slots=True)
class DocumentSettings:
    """The settings that all documents of a run share.

    `report_lang` None: each report is in the language of its sheet; `pdf`: each comes as PDF, too,
    set in `font` where that is installed (empty: our own); `previous` is the earlier run that
    clients are compared with; `damage_estimate` tells reports to show what incidents have cost
    other firms.
    """

    issuer: Issuer
    as_of: date
    lang: Lang
    report_lang: Lang | None = None
    pdf: bool = False
    font: str = ""
    previous: PreviousRunFacts | None = None
    damage_estimate: bool = False


@dataclass(frozen=True, slots=True)
class WorkerContext:
    """What every task works with; a process gets it once.

    Nothing is written where there are no `documents`.
    """

    catalog: Catalog
    reading: IntakeSettings
    documents: DocumentSettings | None = None


@dataclass(frozen=True, slots=True)
class OpenJob:
    """One file to be opened; members of an archive or a mail go into the folder `spool`."""

    found: InputFile
    spool: Path


@dataclass(frozen=True, slots=True)
class MemberJob:
    """One return of an opened file."""

    found: InputFile
    unpacked: UnpackedFile


@dataclass(frozen=True, slots=True)
class RereadJob:
    """One file, and the mails that may tell the passwords of what is in it."""

    found: InputFile
    spool: Path
    mails: tuple[PasswordMail, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DiagnoseJob:
    """One return that counts, and what its record holds (empty: it is whole)."""

    received: ReceivedFile
    record: bytes


@dataclass(frozen=True, slots=True)
class PublishJob:
    """One outcome, the content of its record, and what its documents need.

    `before` is what the earlier run says of its client, `password` that of the report (empty:
    open to all); for a correction `replaces` are the SHA-256 of the returns it replaces, and
    `deadline` by when it is asked for. A worker has died of this job, of its PDF as it seems, where
    that `is_pdf_fatal`.
    """

    outcome: ReturnOutcome
    record: bytes
    before: PreviousReturn | None = None
    password: str = field(default="", repr=False)
    replaces: tuple[str, ...] = ()
    deadline: date | None = None
    is_pdf_fatal: bool = False


@dataclass(frozen=True, slots=True)
class PublishedReturn:
    """What was made of one outcome.

    The content of its report or its correction (None: neither), the PDF of the report (None: there
    is none), what that is set from, packed, what the tables say of it, and its line of run.json.
    """

    document: bytes | None
    pdf: MadePdf | None
    pdf_source: bytes | None
    client_facts: ClientFacts
    line: bytes


def open_or_examine(context: WorkerContext, job: OpenJob) -> StrippedReturn | list[MemberJob]:
    """Read a file that is one return; list the members of any other.

    Raises `OSError` where there is no room for the members, which is no fault of the file.
    """
    opened = _open(context, job)
    if isinstance(opened, list) and len(opened) == 1:
        (file,) = opened
        if file.unpacked.member is None and not file.unpacked.words:
            return examine(context, file)
    return opened


def open_only(context: WorkerContext, job: OpenJob) -> StrippedReturn | list[MemberJob]:
    """List the returns in a file by their places on this machine.

    Raises as `open_or_examine`.
    """
    opened = _open(context, job)
    if isinstance(opened, list):
        return [replace(each, unpacked=replace(each.unpacked, content=None)) for each in opened]
    return opened


def _open(context: WorkerContext, job: OpenJob) -> StrippedReturn | list[MemberJob]:
    found = job.found
    try:
        files = open_file(found, job.spool, context.reading)
        return [MemberJob(found, each) for each in files]
    except SpoolError as error:
        raise OSError(errno.ENOSPC, str(error.__cause__ or error), str(job.spool)) from error
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file only, and is told
        return strip_return(failed_return(found, _make_problem(error)))


def examine(context: WorkerContext, member: MemberJob) -> StrippedReturn:
    """Read one return."""
    try:
        received = receive_return(member.found, member.unpacked, context.catalog, context.reading)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file only, and is told
        received = failed_return(member.found, _make_problem(error), member.unpacked)
    return strip_return(received)


def reread(context: WorkerContext, job: RereadJob) -> tuple[StrippedReturn, ...]:
    """Read every return of a file with the passwords that came in mails."""
    passwords = replace(context.reading.passwords, mails=job.mails)
    context = replace(context, reading=replace(context.reading, passwords=passwords))
    opened = _open(context, OpenJob(job.found, job.spool))
    if isinstance(opened, list):
        return tuple(examine(context, each) for each in opened)
    return (opened,)


def diagnose(context: WorkerContext, job: DiagnoseJob) -> StrippedReturn:
    """Score and diagnose one return; a fault of ours becomes a problem of it alone."""
    try:
        whole = replace(job.received, sheet=load_sheet(job.received, job.record))
        received = leave_out_not_asked(context.catalog, whole)
        return strip_return(received, evaluate(context.catalog, received.require_sheet()))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other returns go on
        failed = replace(job.received, sheet=None, problems=(_make_problem(error),))
        return strip_return(failed)


def _make_problem(error: Exception) -> Problem:
    """Make a problem of what a task was ended by: a lack of memory, or a fault of ours."""
    if isinstance(error, MemoryError):
        return Problem(ProblemCode.READER_DIED, value="memory", details=(("kind", "memory"),))
    return Problem(ProblemCode.NOT_PROCESSED, value=type(error).__name__)


def publish(context: WorkerContext, job: PublishJob) -> PublishedReturn:
    """Write what one client gets, and what needs the whole of its return."""
    outcome, documents = _load_outcome(context, job), _require_documents(context)
    document = pdf = source = points = None
    if outcome.correction:
        from sheet_diag.forms.correction.workbook import make_correction_sheet

        sheet, problems = outcome.received.require_sheet(), outcome.problems
        issuer = replace(documents.issuer.in_lang(sheet.lang), deadline=job.deadline)
        document, points = make_correction_sheet(
            context.catalog, sheet, problems, issuer, job.replaces
        )
    elif outcome.result:
        document, source = _write_report(context, outcome, documents, job.password)
        if documents.pdf:
            style = PdfStyle.of(documents.issuer, documents.font)
            pdf = None if job.is_pdf_fatal else make_pdf(style, source, job.password)
            outcome = note_pdf(outcome, pdf)
    return PublishedReturn(
        document=document,
        pdf=pdf,
        pdf_source=source.pack() if source else None,
        client_facts=summarize_outcome(context.catalog, outcome),
        line=dump_return(context.catalog, outcome, documents.lang, points, documents.as_of),
    )


def summarize(context: WorkerContext, job: PublishJob) -> ClientFacts:
    """Collect what the tables say of one return; write nothing."""
    return summarize_outcome(context.catalog, _load_outcome(context, job))


def _write_report(
    context: WorkerContext, outcome: ReturnOutcome, documents: DocumentSettings, password: str
) -> tuple[bytes, PdfSource]:
    """Write a report as workbook; gives what its PDF is set from, too: both show one view."""
    from sheet_diag.reports.client.context import ReportContext
    from sheet_diag.reports.client.workbook import build_client_report
    from sheet_diag.reports.view.build import build_view

    report = _build_report(context, outcome, documents)
    issuer = documents.issuer.in_lang(report.lang)
    shown = ReportContext(report, context.catalog, issuer)
    view = build_view(shown)
    content = build_client_report(shown, view, SOFTWARE_SIGNATURE)
    return (
        encrypt_workbook(content, password) if password else content,
        PdfSource(view, shown.owner),
    )


def choose_report_lang(documents: DocumentSettings, outcome: ReturnOutcome) -> Lang:
    """Choose the language of a client's report."""
    sheet = outcome.received.sheet
    return documents.report_lang or (sheet.lang if sheet else documents.lang)


def _require_documents(context: WorkerContext) -> DocumentSettings:
    if context.documents is None:
        raise ValueError("nothing is written without the settings of documents")
    return context.documents


def _load_outcome(context: WorkerContext, job: PublishJob) -> ReturnOutcome:
    """Put the record back into the outcome, and compare it with the earlier run."""
    outcome = load_outcome(job.outcome, job.record)
    previous = _require_documents(context).previous
    if job.before is None or previous is None:
        return outcome
    return add_previous(context.catalog, outcome, job.before, previous)


def _build_report(
    context: WorkerContext, outcome: ReturnOutcome, documents: DocumentSettings
) -> ClientReport:
    if outcome.diagnosis is None:
        raise ValueError(f"{outcome.received.label} is ranked without a diagnosis")
    sheet, insurance = outcome.received.require_sheet(), outcome.diagnosis.insurance
    exposure = insurance.exposure if insurance and documents.damage_estimate else ""
    return ClientReport(
        received=outcome.received,
        sheet=sheet,
        diagnosis=outcome.diagnosis,
        problems=tuple(p for p in outcome.problems if not problem_spec(p.code).for_consultant),
        number=report_number(documents.as_of, outcome.received.sha256),
        as_of=documents.as_of,
        lang=choose_report_lang(documents, outcome),
        comparison=outcome.comparison,
        plan=outcome.plan,
        entries=outcome.entries,
        damage=estimate_damage(context.catalog, exposure, sheet.profile) if exposure else (),
        history=outcome.history,
    )
