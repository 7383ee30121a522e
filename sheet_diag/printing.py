"""From reports to PDFs: copies by the workers, one office that prints them, finished by workers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from sheet_diag.model.results import Outcome
from sheet_diag.model.returns import Code, Problem
from sheet_diag.pdf import print_workbooks
from sheet_diag.publishing import Edition, require
from sheet_diag.reception import Progress
from sheet_diag.staging import Staging
from sheet_diag.tasks import Bench, Finishing, Writing, finish_pdf, write_print_copy
from sheet_diag.workers import Workers


def print_reports(
    workers: Workers[Bench],
    staging: Staging,
    edition: Edition,
    office: str,
    outcomes: Sequence[Outcome],
    progress: Progress,
) -> list[Outcome]:
    """Print every report; returns the outcomes with the names of their PDFs, or with the problem
    that one could not be printed."""
    folder = staging.spool / "pdf"
    folder.mkdir()
    reports = [outcome for outcome in outcomes if outcome.result]
    copies = [edition.writing(each, folder / f"{n}.xlsx") for n, each in enumerate(reports)]
    for copy, result in zip(copies, workers.map(write_print_copy, copies), strict=True):
        require(result, copy.outcome)
    printed = dict(_printed(office, copies, folder, progress))
    tasks = [
        Finishing(path, edition.writing(outcome, staging.place(_name(outcome))))
        for outcome in reports
        if (path := printed[outcome.received.label])
    ]
    for task, result in zip(tasks, workers.map(finish_pdf, tasks), strict=True):
        require(result, task.writing.outcome)
    return [_told(outcome, printed) for outcome in outcomes]


def _printed(
    office: str, copies: Sequence[Writing], folder: Path, progress: Progress
) -> Iterator[tuple[str, Path | None]]:
    progress("print", 0, len(copies))
    paths = print_workbooks(office, [copy.path for copy in copies], folder)
    for done, (copy, path) in enumerate(zip(copies, paths, strict=True), 1):
        yield copy.outcome.received.label, path
        progress("print", done, len(copies))


def _told(outcome: Outcome, printed: Mapping[str, Path | None]) -> Outcome:
    if not outcome.result:
        return outcome
    if printed[outcome.received.label]:
        return replace(outcome, pdf=_name(outcome))
    return replace(outcome, problems=(*outcome.problems, Problem(Code.NOT_PRINTED)))


def _name(outcome: Outcome) -> str:
    """`pdf/株式会社見本_SD-20261123-0dd95d12.pdf` for the workbook of that name."""
    return f"pdf/{PurePosixPath(outcome.result or '').stem}.pdf"
