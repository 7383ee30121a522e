"""From reports to PDFs: copies by the workers, one office that prints them, finished by workers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from sheet_diag.model.results import Outcome
from sheet_diag.model.returns import Code, Problem
from sheet_diag.pipeline.execution.executor import Workers
from sheet_diag.pipeline.ingest import Progress
from sheet_diag.pipeline.publish import Desk, require
from sheet_diag.pipeline.tasks import Bench, Edition, Finishing, finish_pdf, print_one, report_lang
from sheet_diag.reports.pdf import print_workbooks
from sheet_diag.storage.staging import Staging


@dataclass(frozen=True, slots=True)
class Press:
    """What prints: the office's program, and the workers before and after it."""

    office: str
    workers: Workers[Bench]
    edition: Edition


def print_reports(
    press: Press, staging: Staging, desk: Desk, outcomes: Sequence[Outcome], progress: Progress
) -> list[Outcome]:
    """Print every report; returns the outcomes with the names of their PDFs, or with the problem
    that one could not be printed."""
    folder = staging.spool / "pdf"
    folder.mkdir()
    reports = [outcome for outcome in outcomes if outcome.result]
    copies = [folder / f"{number}.xlsx" for number in range(len(reports))]
    contents = press.workers.map(print_one, map(desk.task, reports))
    for outcome, copy, content in zip(reports, copies, contents, strict=True):
        copy.write_bytes(require(content, outcome))
    printed = dict(_printed(press.office, reports, copies, folder, progress))
    finished = [outcome for outcome in reports if printed[outcome.received.label]]
    tasks = (_finishing(outcome, printed, desk, press.edition) for outcome in finished)
    digests = {}
    for outcome, result in zip(finished, press.workers.map(finish_pdf, tasks), strict=True):
        content = require(result, outcome)
        staging.write(_name(outcome), content)
        digests[outcome.received.label] = hashlib.sha256(content).hexdigest()
    return [_told(outcome, digests) for outcome in outcomes]


def _finishing(
    outcome: Outcome, printed: Mapping[str, Path | None], desk: Desk, edition: Edition
) -> Finishing:
    path = printed[outcome.received.label]
    content = path.read_bytes() if path else b""
    sheet = outcome.received.sheet
    return Finishing(
        printed=content,
        lang=report_lang(edition, outcome),
        client=sheet.identity.client if sheet else None,
        company=sheet.name if sheet else "",
        password=desk.password(outcome),
    )


def _printed(
    office: str,
    reports: Sequence[Outcome],
    copies: Sequence[Path],
    folder: Path,
    progress: Progress,
) -> Iterator[tuple[str, Path | None]]:
    progress("print", 0, len(copies))
    paths = print_workbooks(office, copies, folder)
    for done, (outcome, path) in enumerate(zip(reports, paths, strict=True), 1):
        yield outcome.received.label, path
        progress("print", done, len(copies))


def _told(outcome: Outcome, digests: Mapping[str, str]) -> Outcome:
    if not outcome.result:
        return outcome
    if digest := digests.get(outcome.received.label):
        return replace(outcome, pdf=_name(outcome), pdf_sha256=digest)
    return replace(outcome, problems=(*outcome.problems, Problem(Code.NOT_PRINTED)))


def _name(outcome: Outcome) -> str:
    """`pdf/株式会社見本_SD-20261123-0dd95d12.pdf` for the workbook of that name."""
    return f"pdf/{PurePosixPath(outcome.result or '').stem}.pdf"
