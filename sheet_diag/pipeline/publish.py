"""Has workers write the documents that clients get, named and protected.

Knows which document is made of what; never what stands on a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from sheet_diag.diagnosis.comparison.compare import Comparisons
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import ProblemCode, ReturnedSheet
from sheet_diag.pipeline.execution.executor import WorkerDied, Workers
from sheet_diag.pipeline.ingest import ProgressCallback
from sheet_diag.pipeline.record_store import RecordStore
from sheet_diag.pipeline.tasks import PublishedReturn, PublishJob, WorkerContext, publish
from sheet_diag.storage.file_names import correction_name, report_number, result_name
from sheet_diag.storage.report_passwords.password_list import PasswordList
from sheet_diag.storage.report_passwords.row_owners import ClientKey
from sheet_diag.storage.staging import Staging

_Out = TypeVar("_Out")


@dataclass(frozen=True, slots=True)
class PublishContext:
    """What all documents are made with.

    `passwords` None: reports are open to all; `shared_names` are those of several clients
    without an id, `digests` the SHA-256 of what gets a correction, by label.
    """

    store: RecordStore
    comparisons: Comparisons
    passwords: PasswordList | None
    shared_names: frozenset[str]
    digests: Mapping[str, str]

    @classmethod
    def of(
        cls,
        outcomes: Sequence[ReturnOutcome],
        store: RecordStore,
        comparisons: Comparisons,
        passwords: PasswordList | None,
    ) -> PublishContext:
        """Make the context for the outcomes of a run."""
        held = (outcome.received for outcome in outcomes if outcome.correction)
        digests = {received.label: received.sha256 for received in held}
        return cls(store, comparisons, passwords, _find_shared_names(outcomes), digests)

    def task(self, outcome: ReturnOutcome) -> PublishJob:
        """Make the job of writing what the client of an outcome gets."""
        return PublishJob(
            outcome=self.comparisons.add_peers(outcome),
            record=self.store.record_of(outcome.received),
            before=self.comparisons.previous_of(outcome),
            password=self.password(outcome),
            replaces=tuple(dict.fromkeys(self._replaced(outcome))) if outcome.correction else (),
        )

    def password(self, outcome: ReturnOutcome) -> str:
        """Find the password of a report; empty where it has none or is open to all."""
        if self.passwords is None or not outcome.result:
            return ""
        return self.passwords.password_of(_identify_report_client(outcome, self.shared_names))

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
    sheet = _require_sheet(outcome)
    number, name, file = sheet.identity.client or "", sheet.name, outcome.received.label
    if not name or (not number and name in shared_names):
        name = f"{name} ({file})".strip()  # nothing else tells this client from another
    return number, name


def _require_sheet(outcome: ReturnOutcome) -> ReturnedSheet:
    if outcome.received.sheet is None:
        raise ValueError(f"{outcome.received.label} was not read")
    return outcome.received.sheet


def require_result(result: _Out | WorkerDied, outcome: ReturnOutcome) -> _Out:
    """Raise where the worker died: over what we write ourselves that is our fault."""
    if isinstance(result, WorkerDied):
        raise RuntimeError(f"{outcome.received.label}: {result.reason}")
    return result


def _find_shared_names(outcomes: Sequence[ReturnOutcome]) -> frozenset[str]:
    """Find the names that several ranked clients without an id have."""
    sheets = [_require_sheet(outcome) for outcome in outcomes if outcome.result]
    names = Counter(sheet.name for sheet in sheets if not sheet.identity.client)
    return frozenset(name for name, count in names.items() if count > 1)


def _plan_names(outcome: ReturnOutcome, as_of: date) -> tuple[str | None, str | None]:
    sheet = outcome.received.sheet
    if sheet is None:
        return None, None
    number = report_number(as_of, outcome.received.sha256)
    match outcome.status:
        case ReturnStatus.RANKED:
            return f"results/{result_name(sheet.name, number)}", None
        case ReturnStatus.HELD:
            return None, f"corrections/{correction_name(sheet.name, number, sheet.lang)}"
        case ReturnStatus.REJECTED | ReturnStatus.SUPERSEDED | ReturnStatus.IGNORED:
            return None, None


def _number_duplicate(name: str | None, taken: Counter[str]) -> str | None:
    if name is None:
        return None
    taken[name.casefold()] += 1
    count = taken[name.casefold()]
    return name if count == 1 else name.removesuffix(".xlsx") + f"_{count}.xlsx"
