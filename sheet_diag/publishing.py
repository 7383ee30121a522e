"""From outcomes to the files that clients get: named, written by workers, printed.

Knows which file is made of what; never what stands on a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path

from sheet_diag.model.basics import Lang
from sheet_diag.model.results import Outcome, Status
from sheet_diag.model.returns import Code, ReturnedSheet
from sheet_diag.model.settings import Issuer
from sheet_diag.naming import correction_name, report_number, result_name
from sheet_diag.protection import PasswordList
from sheet_diag.reception import Progress
from sheet_diag.staging import Staging
from sheet_diag.tasks import Bench, Correcting, Writing, write_correction, write_report
from sheet_diag.workers import Died, Workers


@dataclass(frozen=True, slots=True)
class Edition:
    """How reports are published. `report_lang` None: each in the language of its sheet;
    `passwords` None: open to all; `shared_names` are those of several clients without an id."""

    issuer: Issuer
    as_of: date
    report_lang: Lang | None = None
    passwords: PasswordList | None = None
    shared_names: frozenset[str] = frozenset()

    def writing(self, outcome: Outcome, path: Path) -> Writing:
        """The task of writing a client's report to a path."""
        return Writing(
            outcome=outcome,
            issuer=self.issuer,
            as_of=self.as_of,
            lang=self.report_lang or sheet_of(outcome).lang,
            path=path,
            password=self._password(outcome),
        )

    def _password(self, outcome: Outcome) -> str:
        """The password of a client; empty where reports are open to all."""
        if self.passwords is None:
            return ""
        sheet = sheet_of(outcome)
        number, name, file = sheet.identity.client or "", sheet.name, outcome.received.label
        if not name or (not number and name in self.shared_names):
            name = f"{name} ({file})".strip()  # nothing else tells this client from another
        return self.passwords.of((number, name))


def named(outcomes: Sequence[Outcome], as_of: date) -> list[Outcome]:
    """Give each workbook its name; equal ones (of another client's making) are numbered."""
    taken: Counter[str] = Counter()
    found = []
    for outcome in outcomes:
        result, correction = _names(outcome, as_of)
        found.append(
            replace(
                outcome,
                result=_unique(result, taken),
                correction=_unique(correction, taken),
            )
        )
    return found


def shared_names(outcomes: Sequence[Outcome]) -> frozenset[str]:
    """The names that several ranked clients without an id bear."""
    sheets = [sheet_of(outcome) for outcome in outcomes if outcome.result]
    names = Counter(sheet.name for sheet in sheets if not sheet.identity.client)
    return frozenset(name for name, count in names.items() if count > 1)


def publish(
    workers: Workers[Bench],
    staging: Staging,
    edition: Edition,
    outcomes: Sequence[Outcome],
    progress: Progress,
) -> None:
    """Write every report and every correction. Raises `OSError`."""
    reports = [
        edition.writing(outcome, staging.place(outcome.result))
        for outcome in outcomes
        if outcome.result
    ]
    corrections = list(_corrections(staging, edition, outcomes))
    total = len(reports) + len(corrections)
    progress("write", 0, total)
    results = chain(workers.map(write_report, reports), workers.map(write_correction, corrections))
    tasks: list[Writing | Correcting] = [*reports, *corrections]
    for done, (task, result) in enumerate(zip(tasks, results, strict=True), 1):
        require(result, task.outcome)
        progress("write", done, total)


def sheet_of(outcome: Outcome) -> ReturnedSheet:
    """The sheet of a return that was read."""
    if outcome.received.sheet is None:
        raise ValueError(f"{outcome.received.label} was not read")
    return outcome.received.sheet


def require(result: Died | None, outcome: Outcome) -> None:
    """A worker that dies over what we write ourselves is a fault of ours."""
    if isinstance(result, Died):
        raise RuntimeError(f"{outcome.received.label}: {result.reason}")


def _names(outcome: Outcome, as_of: date) -> tuple[str | None, str | None]:
    sheet = outcome.received.sheet
    if sheet is None:
        return None, None
    number = report_number(as_of, outcome.received.sha256)
    match outcome.status:
        case Status.RANKED:
            return f"results/{result_name(sheet.name, number)}", None
        case Status.HELD:
            return None, f"corrections/{correction_name(sheet.name, number, sheet.lang)}"
        case Status.REJECTED | Status.SUPERSEDED | Status.IGNORED:
            return None, None


def _unique(name: str | None, taken: Counter[str]) -> str | None:
    if name is None:
        return None
    taken[name.casefold()] += 1
    count = taken[name.casefold()]
    return name if count == 1 else name.removesuffix(".xlsx") + f"_{count}.xlsx"


def _corrections(
    staging: Staging, edition: Edition, outcomes: Sequence[Outcome]
) -> Iterator[Correcting]:
    digests = {outcome.received.label: outcome.received.sha256 for outcome in outcomes}
    for outcome in outcomes:
        if outcome.correction:
            replaces = tuple(dict.fromkeys(_replaced(outcome, digests)))
            path = staging.place(outcome.correction)
            yield Correcting(outcome, edition.issuer, replaces, path)


def _replaced(outcome: Outcome, digests: Mapping[str, str]) -> Iterator[str]:
    """What the correction stands for once it comes back: this return, what it had replaced, and
    the other department's return that it is to settle."""
    yield outcome.received.sha256
    if outcome.received.sheet:
        yield from outcome.received.sheet.replaces
    for problem in outcome.problems:
        if problem.code is Code.DEPARTMENTS_DISAGREE and problem.value:
            yield digests[problem.value]
