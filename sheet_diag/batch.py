"""The only module that knows the order of the stages, over many returns and several processes.

Plan, check, then write: everything is computed and staged first, then moved into place, so that
a run that stops half-way leaves the former output as it was.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path

from sheet_diag.intake import Found, find
from sheet_diag.journal import journal
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.results import Outcome, Status
from sheet_diag.model.returns import Code
from sheet_diag.model.settings import Issuer, Reading
from sheet_diag.naming import correction_name, report_number, result_name
from sheet_diag.portfolio import summarise
from sheet_diag.reception import Progress, receive_all
from sheet_diag.reports.portfolio import portfolio_report
from sheet_diag.settle import settle
from sheet_diag.staging import Staging
from sheet_diag.tasks import Bench, Correcting, Writing, write_correction, write_report
from sheet_diag.wording import Wording
from sheet_diag.workers import Died, Workers


@dataclass(frozen=True, slots=True)
class Order:
    """One run: where from, where to, with what. `jobs` None uses every core."""

    input: Path
    output: Path
    catalog: Catalog
    issuer: Issuer
    as_of: date
    lang: Lang
    report_lang: Lang | None = None
    jobs: int | None = None
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run produced: every file's outcome in the order of names, and the tables."""

    outcomes: tuple[Outcome, ...]
    portfolio: Portfolio

    @property
    def needs_attention(self) -> bool:
        """Whether some return was held or rejected."""
        return any(outcome.needs_attention for outcome in self.outcomes)


def run(order: Order, progress: Progress) -> Result:
    """Run over every file of the input folder (see `run_over`)."""
    return run_over(find(order.input, apart_from=order.output), order, progress)


def run_over(found: Sequence[Found], order: Order, progress: Progress) -> Result:
    """Read, score, diagnose, compare, write.

    Raises `OSError` where nothing can be written, `OutputBusyError` where another run writes.
    """
    jobs = processes(order.jobs, len(found))
    bench = Bench(order.catalog, order.reading)
    limits = order.reading.limits
    with Staging(order.output) as staging, Workers(jobs, bench, limits) as workers:
        read = receive_all(workers, found, staging.spool, progress)
        outcomes = _named(list(settle(order.catalog, read)), order)
        _write_workbooks(workers, staging, order, outcomes, progress)
        portfolio = summarise(order.catalog, outcomes, order.as_of)
        progress("portfolio", 0, 1)
        say = Wording(order.lang)
        summary = portfolio_report(portfolio, order.catalog, order.issuer, say)
        staging.write("portfolio.xlsx", summary)
        progress("portfolio", 1, 1)
        staging.write("run.json", journal(order.catalog, outcomes, order.as_of, order.lang))
        staging.commit()
    return Result(tuple(outcomes), portfolio)


def processes(wanted: int | None, files: int) -> int:
    """How many processes are worth starting for so many files."""
    cores = os.cpu_count() or 1
    return max(1, min(wanted or cores, 4 * cores, files))


def _named(outcomes: Sequence[Outcome], order: Order) -> list[Outcome]:
    """Give each workbook its name; equal ones (of another client's making) are numbered."""
    taken: Counter[str] = Counter()
    named = []
    for outcome in outcomes:
        result, correction = _names(outcome, order)
        named.append(
            replace(
                outcome,
                result=_unique(result, taken),
                correction=_unique(correction, taken),
            )
        )
    return named


def _names(outcome: Outcome, order: Order) -> tuple[str | None, str | None]:
    sheet = outcome.received.sheet
    if sheet is None:
        return None, None
    number = report_number(order.as_of, outcome.received.sha256)
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


def _write_workbooks(
    workers: Workers[Bench],
    staging: Staging,
    order: Order,
    outcomes: Sequence[Outcome],
    progress: Progress,
) -> None:
    writings = list(_reports(staging, order, outcomes))
    corrections = list(_corrections(staging, order, outcomes))
    total = len(writings) + len(corrections)
    progress("write", 0, total)
    results = chain(workers.map(write_report, writings), workers.map(write_correction, corrections))
    written: list[Writing | Correcting] = [*writings, *corrections]
    for done, (task, result) in enumerate(zip(written, results, strict=True), 1):
        if isinstance(result, Died):
            raise RuntimeError(f"{task.outcome.received.label}: {result.reason}")
        progress("write", done, total)


def _reports(staging: Staging, order: Order, outcomes: Sequence[Outcome]) -> Iterator[Writing]:
    for outcome in outcomes:
        if outcome.result and outcome.received.sheet:
            lang = order.report_lang or outcome.received.sheet.lang
            path = staging.place(outcome.result)
            yield Writing(outcome, order.issuer, order.as_of, lang, path)


def _corrections(
    staging: Staging, order: Order, outcomes: Sequence[Outcome]
) -> Iterator[Correcting]:
    digests = {outcome.received.label: outcome.received.sha256 for outcome in outcomes}
    for outcome in outcomes:
        if outcome.correction:
            replaces = tuple(dict.fromkeys(_replaced(outcome, digests)))
            path = staging.place(outcome.correction)
            yield Correcting(outcome, order.issuer, replaces, path)


def _replaced(outcome: Outcome, digests: Mapping[str, str]) -> Iterator[str]:
    """What the correction stands for once it comes back: this return, what it had replaced, and
    the other department's return that it is to settle."""
    yield outcome.received.sha256
    if outcome.received.sheet:
        yield from outcome.received.sheet.replaces
    for problem in outcome.problems:
        if problem.code is Code.DEPARTMENTS_DISAGREE and problem.value:
            yield digests[problem.value]
