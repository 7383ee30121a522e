"""Has workers write the documents that clients get, named and protected.

Knows which document is made of what; never what stands on a page.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TypeVar

from sheet_diag.diagnosis.comparison.compare import Comparisons
from sheet_diag.model.basics import UserError
from sheet_diag.model.client_list import NO_DEADLINES, Deadlines
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.pipeline.execution.workers import ProgressCallback, WorkerDied, Workers
from sheet_diag.pipeline.record_store import RecordStore
from sheet_diag.pipeline.tasks import (
    DocumentSettings,
    PdfJob,
    PublishedReturn,
    PublishJob,
    WorkerContext,
    choose_report_lang,
    finish_pdf,
    print_report,
    publish,
)
from sheet_diag.reports.office import print_workbooks
from sheet_diag.storage.file_names import correction_name, report_number, result_name
from sheet_diag.storage.report_passwords.password_list import PasswordList
from sheet_diag.storage.report_passwords.row_owners import ClientKey
from sheet_diag.storage.staging import Staging
from sheet_diag.text.problems import problem_spec

_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True)
class PublishContext:
    """What all documents are made with.

    `passwords` None: reports are open to all; `shared_names` are those of several clients
    without an id, `digests` the SHA-256 of what gets a correction, by label, `deadlines` by when
    corrections are asked for.
    """

    store: RecordStore
    comparisons: Comparisons
    passwords: PasswordList | None
    shared_names: frozenset[str]
    digests: Mapping[str, str]
    deadlines: Deadlines

    @classmethod
    def of(
        cls,
        outcomes: Sequence[ReturnOutcome],
        store: RecordStore,
        comparisons: Comparisons,
        passwords: PasswordList | None,
        deadlines: Deadlines = NO_DEADLINES,
    ) -> PublishContext:
        """Make the context for the outcomes of a run."""
        held = (outcome.received for outcome in outcomes if outcome.correction)
        digests = {received.label: received.sha256 for received in held}
        shared_names = _find_shared_names(outcomes)
        return cls(store, comparisons, passwords, shared_names, digests, deadlines)

    def task(self, outcome: ReturnOutcome) -> PublishJob:
        """Make the job of writing what the client of an outcome gets."""
        return PublishJob(
            outcome=self.comparisons.add_peers(outcome),
            record=self.store.record_of(outcome.received),
            before=self.comparisons.previous_of(outcome),
            password=self.password(outcome),
            replaces=tuple(dict.fromkeys(self._replaced(outcome))) if outcome.correction else (),
            deadline=self._deadline(outcome) if outcome.correction else None,
        )

    def password(self, outcome: ReturnOutcome) -> str:
        """Find the password of a report; empty where it has none or is open to all."""
        if self.passwords is None or not outcome.result:
            return ""
        return self.passwords.password_of(_identify_report_client(outcome, self.shared_names))

    def _deadline(self, outcome: ReturnOutcome) -> date | None:
        return self.deadlines.of_client(outcome.received.require_sheet().identity.client)

    def _replaced(self, outcome: ReturnOutcome) -> Iterator[str]:
        """List the returns that a correction replaces once it comes back.

        This return, those that it had replaced, and the other department's return that
        contradicts it.
        """
        yield outcome.received.sha256
        if outcome.received.sheet:
            yield from outcome.received.sheet.replaces
        for problem in outcome.problems:
            if problem.code is ProblemCode.DEPARTMENTS_DISAGREE and problem.value:
                yield self.digests[problem.value]


def assign_names(outcomes: Sequence[ReturnOutcome], as_of: date) -> list[ReturnOutcome]:
    """Give each workbook its name; equal ones, of other clients, are numbered."""
    taken: Counter[str] = Counter()
    found = []
    for outcome in outcomes:
        result, correction = _plan_names(outcome, as_of)
        found.append(
            replace(
                outcome,
                result=_number_duplicate(result, taken),
                correction=_number_duplicate(correction, taken),
            )
        )
    return found


def publish_returns(
    workers: Workers[WorkerContext],
    staging: Staging,
    context: PublishContext,
    outcomes: Sequence[ReturnOutcome],
    progress: ProgressCallback,
) -> Iterator[PublishedReturn]:
    """Write every report and correction.

    Yields what else workers made of each outcome, in order. Raises `OSError`.
    """
    progress("write", 0, len(outcomes))
    results = workers.map(publish, map(context.task, outcomes))
    for done, (outcome, result) in enumerate(zip(outcomes, results, strict=True), 1):
        published = require_result(result, outcome)
        name = outcome.result or outcome.correction
        if name and published.document is not None:
            staging.write(name, published.document)
        yield published
        progress("write", done, len(outcomes))


def list_report_clients(outcomes: Sequence[ReturnOutcome]) -> list[ClientKey]:
    """List the clients of all reports, as the list of passwords knows them."""
    shared = _find_shared_names(outcomes)
    return [_identify_report_client(outcome, shared) for outcome in outcomes if outcome.result]


def _identify_report_client(outcome: ReturnOutcome, shared_names: frozenset[str]) -> ClientKey:
    sheet = outcome.received.require_sheet()
    number, name, file = sheet.identity.client or "", sheet.name, outcome.received.label
    if not name or (not number and name in shared_names):
        name = f"{name} ({file})".strip()  # nothing else tells this client from another
    return number, name


def require_result(result: _Out | WorkerDied, outcome: ReturnOutcome) -> _Out:
    """Raise where the worker died: over what we write ourselves that is our fault.

    Raises `UserError` where it had too little time.
    """
    if isinstance(result, WorkerDied):
        if result.out_of_time:
            raise UserError("cli.error.limits")
        raise RuntimeError(f"{outcome.received.label}: {result.reason}")
    return result


def _find_shared_names(outcomes: Sequence[ReturnOutcome]) -> frozenset[str]:
    """Find the names that several ranked clients without an id have."""
    sheets = [outcome.received.require_sheet() for outcome in outcomes if outcome.result]
    names = Counter(sheet.name for sheet in sheets if not sheet.identity.client)
    return frozenset(name for name, count in names.items() if count > 1)


def _plan_names(outcome: ReturnOutcome, as_of: date) -> tuple[str | None, str | None]:
    sheet = outcome.received.sheet
    if sheet is None:
        return None, None
    number = report_number(as_of, outcome.received.sha256)
    client = sheet.name or PurePosixPath(outcome.received.sent_name).stem
    match outcome.status:
        case ReturnStatus.RANKED:
            return f"results/{result_name(client, number)}", None
        case ReturnStatus.HELD if not any(map(_must_be_decided, outcome.problems)):
            return None, f"corrections/{correction_name(client, number, sheet.lang)}"
        case _:
            return None, None


def _must_be_decided(problem: Problem) -> bool:
    """Whether the consultant has to decide something before the client is asked."""
    spec = problem_spec(problem.code)
    return spec.for_consultant and spec.severity is Severity.ERROR


def _number_duplicate(name: str | None, taken: Counter[str]) -> str | None:
    if name is None:
        return None
    taken[name.casefold()] += 1
    count = taken[name.casefold()]
    return name if count == 1 else name.removesuffix(".xlsx") + f"_{count}.xlsx"


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
    sheet = outcome.received.require_sheet()
    return PdfJob(
        printed=path.read_bytes() if path else b"",
        lang=choose_report_lang(documents, outcome),
        client=sheet.identity.client,
        company=sheet.name,
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
