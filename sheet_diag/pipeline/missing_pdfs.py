"""Sets the PDFs that a run has not made, from what it has kept: as it would have made them.

run.json tells of them afterwards as it does of those that a run has made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from sheet_diag.intake.file_types import FileKind, detect_file_kind
from sheet_diag.model.basics import UserError
from sheet_diag.model.client_status import EditedFile
from sheet_diag.model.settings import Limits
from sheet_diag.pipeline.execution.forkserver import prepare
from sheet_diag.pipeline.execution.workers import WorkerProcesses, Workers
from sheet_diag.pipeline.report_pdf import MadePdf, make_pdf
from sheet_diag.reports.pdf.sources import (
    PDF_SOURCES,
    PdfSource,
    PdfSources,
    PdfStyle,
    read_pdf_sources,
)
from sheet_diag.storage.file_names import pdf_name
from sheet_diag.storage.output_files import RUN_JSON, FormerOutputs, hash_output
from sheet_diag.storage.run_json_file import (
    dump_json_line,
    read_run_json_head,
    read_run_json_returns,
    write_run_json,
)
from sheet_diag.storage.staging import Staging

ProgressStep = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class LackingReport:
    """A report that has no PDF: the name of its workbook, and what opens that (empty: all may)."""

    result: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PdfFacts:
    """What is told of a PDF that was set: its digest, and what it shows as 〓."""

    sha256: str
    missing: str


@dataclass(frozen=True, slots=True)
class SetPdfs:
    """The PDFs that were set, by the names of the workbooks; others could not be.

    `edited` are files that somebody had put in their places, and where they lie now.
    """

    facts: Mapping[str, PdfFacts]
    edited: Sequence[EditedFile] = ()


class PdfSourcesError(UserError):
    """What PDFs are set from is not there, or belongs to another run or version."""


def set_missing_pdfs(
    output: Path, lacking: Sequence[LackingReport], jobs: int | None, limits: Limits,
    step: ProgressStep,
) -> SetPdfs:  # fmt: skip
    """Set the PDF of each report and tell run.json of it.

    Raises `PdfSourcesError`, `OutputBusyError` where a run is at work, and `OSError`.
    """
    with Staging(output) as staging:
        facts = {}
        with _open_sources(output, staging.former, lacking) as sources:
            for name, made in _set_pdfs(output, sources, lacking, jobs, limits, step):
                staging.write(pdf_name(name), made.content)
                facts[name] = PdfFacts(made.sha256, made.missing)
        if not facts:
            return SetPdfs({})
        plan = staging.plan_additions()
        _write_run_json(staging, output / RUN_JSON, facts, plan.describe())
        staging.commit(plan)
        return SetPdfs(facts, plan.edited)


@contextmanager
def _open_sources(
    output: Path, former: FormerOutputs, lacking: Sequence[LackingReport]
) -> Iterator[PdfSources]:
    """Open what the last run has kept. Raises `PdfSourcesError`."""
    path = output / PDF_SOURCES
    error = PdfSourcesError("mail.error.no_pdf_sources", path=str(path))
    if not path.is_file() or former.digests.get(PDF_SOURCES) != {hash_output(path)}:
        raise error
    with read_pdf_sources(path) as sources:
        try:
            PdfSource.unpack(sources.read_packed(pdf_name(lacking[0].result)))
        except (BadZipFile, KeyError, ValueError) as cause:
            raise error from cause
        yield sources


def _set_pdfs(
    output: Path, sources: PdfSources, lacking: Sequence[LackingReport], jobs: int | None,
    limits: Limits, step: ProgressStep,
) -> Iterator[tuple[str, MadePdf]]:  # fmt: skip
    """Set the PDFs in several processes; those that cannot be are left out."""
    prepare((__name__,))
    count = min(jobs or os.cpu_count() or 1, len(lacking))
    with WorkerProcesses(count, sources.read_style(), limits) as processes:
        tasks = (_make_job(output, sources, each) for each in lacking)
        results = Workers[PdfStyle](processes).map(_set_in_worker, tasks)
        for done, (each, result) in enumerate(zip(lacking, results, strict=True), 1):
            if isinstance(result, MadePdf):
                yield each.result, result
            step(done)


@dataclass(frozen=True, slots=True)
class _PdfJob:
    """What is set in a worker: the packed source, and the password (None: it has to have one)."""

    source: bytes
    password: str | None = field(repr=False)


def _make_job(output: Path, sources: PdfSources, report: LackingReport) -> _PdfJob:
    """Make the job; the PDF is as open, or locked, as the workbook is (gone: locked if it can)."""
    path, packed = output / report.result, b""
    with suppress(KeyError):  # told as one that cannot be set
        packed = sources.read_packed(pdf_name(report.result))
    if path.is_file():
        is_locked = detect_file_kind(path.read_bytes(), path.name) is FileKind.ENCRYPTED
        return _PdfJob(packed, (report.password or None) if is_locked else "")
    return _PdfJob(packed, report.password)


def _set_in_worker(style: PdfStyle, job: _PdfJob) -> MadePdf | None:
    if job.password is None or not job.source:
        return None
    return make_pdf(style, PdfSource.unpack(job.source), job.password)


def _write_run_json(
    staging: Staging, path: Path, facts: Mapping[str, PdfFacts], told: Mapping[str, Any]
) -> None:
    """Write run.json anew, with the PDFs."""
    lines = staging.spool / RUN_JSON
    with lines.open("wb") as file:
        for entry in read_run_json_returns(path):
            if found := facts.get(entry["result"] or ""):
                entry |= {"pdf": pdf_name(entry["result"]), "pdf_sha256": found.sha256}
            file.write(dump_json_line(entry) + b"\n")
    head = {key: each for key, each in read_run_json_head(path).items() if key != "returns"}
    write_run_json(staging.place(RUN_JSON), {**head, **told}, lines)
