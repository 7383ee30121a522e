"""Prints reports as PDF: workers write copies, one program prints them, workers finish them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.pipeline.execution.executor import Workers
from sheet_diag.pipeline.ingest import ProgressCallback
from sheet_diag.pipeline.publish import PublishContext, require_result
from sheet_diag.pipeline.tasks import (
    DocumentSettings,
    PdfJob,
    WorkerContext,
    choose_report_lang,
    finish_pdf,
    print_report,
)
from sheet_diag.reports.pdf import print_workbooks
from sheet_diag.storage.staging import Staging


@dataclass(frozen=True, slots=True)
class PdfPrinter:
    """What prints: the path of the office program, and the workers before and after it."""

    office: str
    workers: Workers[WorkerContext]
    documents: DocumentSettings


def print_reports(
    printer: PdfPrinter,
    staging: Staging,
    context: PublishContext,
    outcomes: Sequence[ReturnOutcome],
    progress: ProgressCallback,
) -> list[ReturnOutcome]:
    """Print every report.

    Returns the outcomes with the names of their PDFs, or with the problem that one could not be
    printed.
    """
    folder = staging.spool / "pdf"
    folder.mkdir()
    reports = [outcome for outcome in outcomes if outcome.result]
    copies = [folder / f"{number}.xlsx" for number in range(len(reports))]
    contents = printer.workers.map(print_report, map(context.task, reports))
    for outcome, copy, content in zip(reports, copies, contents, strict=True):
        copy.write_bytes(require_result(content, outcome))
    printed = dict(_print_copies(printer.office, reports, copies, folder, progress))
    finished = [outcome for outcome in reports if printed[outcome.received.label]]
    tasks = (_build_pdf_job(outcome, printed, context, printer.documents) for outcome in finished)
    digests = {}
    for outcome, result in zip(finished, printer.workers.map(finish_pdf, tasks), strict=True):
        content = require_result(result, outcome)
        staging.write(_pdf_name(outcome), content)
        digests[outcome.received.label] = hashlib.sha256(content).hexdigest()
    return [_add_pdf(outcome, digests) for outcome in outcomes]


def _build_pdf_job(
    outcome: ReturnOutcome,
    printed: Mapping[str, Path | None],
    context: PublishContext,
    documents: DocumentSettings,
) -> PdfJob:
    path = printed[outcome.received.label]
    content = path.read_bytes() if path else b""
    sheet = outcome.received.sheet
    return PdfJob(
        printed=content,
        lang=choose_report_lang(documents, outcome),
        client=sheet.identity.client if sheet else None,
        company=sheet.name if sheet else "",
        password=context.password(outcome),
    )


def _print_copies(
    office: str,
    reports: Sequence[ReturnOutcome],
    copies: Sequence[Path],
    folder: Path,
    progress: ProgressCallback,
) -> Iterator[tuple[str, Path | None]]:
    progress("print", 0, len(copies))
    paths = print_workbooks(office, copies, folder)
    for done, (outcome, path) in enumerate(zip(reports, paths, strict=True), 1):
        yield outcome.received.label, path
        progress("print", done, len(copies))


def _add_pdf(outcome: ReturnOutcome, digests: Mapping[str, str]) -> ReturnOutcome:
    if not outcome.result:
        return outcome
    if digest := digests.get(outcome.received.label):
        return replace(outcome, pdf=_pdf_name(outcome), pdf_sha256=digest)
    return replace(outcome, problems=(*outcome.problems, Problem(ProblemCode.NOT_PRINTED)))


def _pdf_name(outcome: ReturnOutcome) -> str:
    """Compute the name of the PDF of a report.

    `pdf/株式会社見本_SD-20261123-0dd95d12.pdf` for the workbook of that name.
    """
    return f"pdf/{PurePosixPath(outcome.result or '').stem}.pdf"
