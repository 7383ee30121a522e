"""Has workers write the documents that clients get, named and protected.

Knows which document is made of what; never what stands on a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import TypeVar

from sheet_diag.diagnosis.comparison.compare import Comparisons
from sheet_diag.model.basics import UserError
from sheet_diag.model.client_list import NO_DEADLINES, Deadlines
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.pipeline.execution.workers import ProgressCallback, WorkerDied, Workers
from sheet_diag.pipeline.record_store import RecordStore
from sheet_diag.pipeline.report_pdf import note_pdf
from sheet_diag.pipeline.tasks import (
    PublishedReturn,
    PublishJob,
    WorkerContext,
    publish,
)
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
    corrections are asked for. `pdf`: each report comes as PDF, too.
    """

    store: RecordStore
    comparisons: Comparisons
    passwords: PasswordList | None
    shared_names: frozenset[str]
    digests: Mapping[str, str]
    deadlines: Deadlines
    pdf: bool = False

    @classmethod
    def of(
        cls,
        outcomes: Sequence[ReturnOutcome],
        store: RecordStore,
        comparisons: Comparisons,
        passwords: PasswordList | None,
        deadlines: Deadlines = NO_DEADLINES,
        *,
        pdf: bool = False,
    ) -> PublishContext:
        """Make the context for the outcomes of a run."""
        held = (outcome.received for outcome in outcomes if outcome.correction)
        digests = {received.label: received.sha256 for received in held}
        shared_names = _find_shared_names(outcomes)
        return cls(store, comparisons, passwords, shared_names, digests, deadlines, pdf)

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
) -> Iterator[tuple[ReturnOutcome, PublishedReturn]]:
    """Write every report, with its PDF where it is `context.pdf`, and correction.

    Yields what else workers made of each outcome, in order, and the outcome with its PDF. Raises
    `OSError`.
    """
    progress("write", 0, len(outcomes))
    results = workers.map(publish, map(context.task, outcomes))
    for done, (outcome, result) in enumerate(zip(outcomes, results, strict=True), 1):
        if isinstance(result, WorkerDied) and context.pdf:
            task = replace(context.task(outcome), is_pdf_fatal=True)
            (result,) = workers.map(publish, [task])
        published = require_result(result, outcome)
        name = outcome.result or outcome.correction
        if name and published.document is not None:
            staging.write(name, published.document)
        if context.pdf and outcome.result:
            outcome = note_pdf(outcome, published.pdf)
        if outcome.pdf and published.pdf:
            staging.write(outcome.pdf, published.pdf.content)
        yield outcome, published
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
