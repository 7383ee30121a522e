"""The only module that knows the order of the stages, over many returns and several processes.

Plan, check, then write: everything is computed and staged first, then moved into place, so that
a run that stops half-way leaves the former output as it was.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sheet_diag.benchmark import BENCHMARK, freeze
from sheet_diag.comparing import Beside, compared
from sheet_diag.exports import write_exports
from sheet_diag.intake import Found, find
from sheet_diag.journal import journal
from sheet_diag.judgement import apply
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.results import Outcome
from sheet_diag.model.settings import Issuer, Reading
from sheet_diag.portfolio import summarise
from sheet_diag.printing import print_reports
from sheet_diag.protection import FILE_NAME as PASSWORDS
from sheet_diag.protection import PasswordList
from sheet_diag.publishing import Edition, named, publish, shared_names
from sheet_diag.reception import Progress, receive_all
from sheet_diag.reports.portfolio import portfolio_report
from sheet_diag.settle import settle
from sheet_diag.settle.plans import attach_plans
from sheet_diag.staging import Staging
from sheet_diag.tasks import Bench
from sheet_diag.wording import Wording
from sheet_diag.workers import Workers


@dataclass(frozen=True, slots=True)
class Order:
    """One run: where from, where to, with what. `jobs` None uses every core; `beside` is what
    clients are compared with; `office` is the program that prints reports as PDF (None: they are
    not printed)."""

    input: Path
    output: Path
    catalog: Catalog
    issuer: Issuer
    as_of: date
    lang: Lang
    report_lang: Lang | None = None
    jobs: int | None = None
    reading: Reading = field(default_factory=Reading)
    beside: Beside = field(default_factory=Beside)
    office: str | None = None
    protect: bool = False


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
        read = apply(order.catalog, receive_all(workers, found, staging.spool, progress))
        settled = attach_plans(list(settle(order.catalog, read)))
        outcomes = named(compared(order.catalog, settled, order.beside), order.as_of)
        edition = _edition(order, outcomes)
        if order.office:
            outcomes = print_reports(workers, staging, edition, order.office, outcomes, progress)
        publish(workers, staging, edition, outcomes, progress)
        if edition.passwords:
            edition.passwords.write(staging.place(PASSWORDS))
        portfolio = summarise(order.catalog, outcomes, order.as_of)
        progress("portfolio", 0, 1)
        say = Wording(order.lang)
        summary = portfolio_report(portfolio, order.catalog, order.issuer, say)
        staging.write("portfolio.xlsx", summary)
        write_exports(portfolio, staging.place)
        progress("portfolio", 1, 1)
        if order.beside.reference is None:  # a frozen one stays what it is
            least = order.beside.minimum
            staging.write(BENCHMARK, freeze(order.catalog, outcomes, order.as_of, least))
        staging.write("run.json", journal(order.catalog, outcomes, order.as_of, order.lang))
        staging.commit()
    return Result(tuple(outcomes), portfolio)


def processes(wanted: int | None, files: int) -> int:
    """How many processes are worth starting for so many files."""
    cores = os.cpu_count() or 1
    return max(1, min(wanted or cores, 4 * cores, files))


def _edition(order: Order, outcomes: Sequence[Outcome]) -> Edition:
    passwords = PasswordList.load(order.output / PASSWORDS) if order.protect else None
    names = shared_names(outcomes)
    return Edition(order.issuer, order.as_of, order.report_lang, passwords, names)
