"""The only module that knows the order of the stages, over many returns and several processes.

Plan, check, then write: everything is computed and staged first, then moved into place, so that
a run that stops half-way leaves the former output as it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sheet_diag.intake import Found, failed, find
from sheet_diag.journal import journal
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.results import Diagnosis, Outcome, Status
from sheet_diag.model.returns import Code, Problem, Received
from sheet_diag.model.settings import Issuer
from sheet_diag.naming import report_number, result_name
from sheet_diag.portfolio import summarise
from sheet_diag.reports.portfolio import portfolio_report
from sheet_diag.settle import settle
from sheet_diag.staging import Staging
from sheet_diag.tasks import Writing, examine, write_report
from sheet_diag.wording import Wording
from sheet_diag.workers import Died, Workers

Progress = Callable[[str, int, int], None]


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


@dataclass(frozen=True, slots=True)
class Result:
    """What a run produced: every file's outcome in the order of names, and the tables."""

    outcomes: tuple[Outcome, ...]
    portfolio: Portfolio

    @property
    def needs_attention(self) -> bool:
        """Whether some return was held or rejected."""
        return any(o.status in (Status.HELD, Status.REJECTED) for o in self.outcomes)


def run(order: Order, progress: Progress) -> Result:
    """Read, score, diagnose, compare, write. Raises `OSError` where nothing can be written."""
    found = find(order.input, apart_from=order.output)
    cores = os.cpu_count() or 1
    jobs = max(1, min(order.jobs or cores, 4 * cores, len(found)))
    with Staging(order.output) as staging, Workers(jobs, order.catalog) as workers:
        read = list(_read(workers, found, progress))
        outcomes = [_named(outcome, order) for outcome in settle(order.catalog, read)]
        _write_reports(workers, staging, order, outcomes, progress)
        portfolio = summarise(order.catalog, outcomes, order.as_of)
        progress("portfolio", 0, 1)
        say = Wording(order.lang)
        summary = portfolio_report(portfolio, order.catalog, order.issuer, say)
        staging.write("portfolio.xlsx", summary)
        progress("portfolio", 1, 1)
        staging.write("run.json", journal(order.catalog, outcomes, order.as_of, order.lang))
        staging.commit()
    return Result(tuple(outcomes), portfolio)


def _read(
    workers: Workers, found: Sequence[Found], progress: Progress
) -> Iterator[tuple[Received, Diagnosis | None]]:
    progress("read", 0, len(found))
    for done, (file, result) in enumerate(zip(found, workers.map(examine, found), strict=True), 1):
        yield (_unread(file, result), None) if isinstance(result, Died) else result
        progress("read", done, len(found))


def _unread(file: Found, death: Died) -> Received:
    kind = "timeout" if death.out_of_time else "died"
    return failed(file, Problem(Code.READER_DIED, value=death.reason, details=(("kind", kind),)))


def _named(outcome: Outcome, order: Order) -> Outcome:
    sheet = outcome.received.sheet
    if outcome.status is not Status.RANKED or sheet is None:
        return outcome
    number = report_number(order.as_of, outcome.received.sha256)
    return replace(outcome, result=f"results/{result_name(sheet.name, number)}")


def _write_reports(
    workers: Workers,
    staging: Staging,
    order: Order,
    outcomes: Sequence[Outcome],
    progress: Progress,
) -> None:
    writings = []
    for outcome in outcomes:
        if outcome.result and outcome.received.sheet:
            lang = order.report_lang or outcome.received.sheet.lang
            path = staging.place(outcome.result)
            writings.append(Writing(outcome, order.issuer, order.as_of, lang, path))
    progress("write", 0, len(writings))
    for done, result in enumerate(workers.map(write_report, writings), 1):
        if isinstance(result, Died):
            raise RuntimeError(f"{writings[done - 1].outcome.received.file}: {result.reason}")
        progress("write", done, len(writings))
