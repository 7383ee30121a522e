"""The only module that knows the order of the stages, over many returns and several processes.

Plan, check, then write: everything is computed and staged first, then moved into place, so that
a run that stops half-way leaves the former output as it was.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sheet_diag.diagnosis.comparison.compare import Beside, Comparisons
from sheet_diag.diagnosis.overrides import apply
from sheet_diag.intake.discovery import Found, find
from sheet_diag.intake.resolution.action_plans import attach_plans
from sheet_diag.intake.resolution.client_matching import Known, identify
from sheet_diag.intake.resolution.resolve import settle
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.client_status import Turnout
from sheet_diag.model.mail import Posted
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.results import Outcome
from sheet_diag.model.settings import Issuer, Limits, Reading
from sheet_diag.pipeline.cache import Cache
from sheet_diag.pipeline.execution.executor import ClusterError, Workers
from sheet_diag.pipeline.execution.process_pool import Processes
from sheet_diag.pipeline.ingest import Crew, Progress, receive_all
from sheet_diag.pipeline.input_files import gone
from sheet_diag.pipeline.print_pdf import Press, print_reports
from sheet_diag.pipeline.publish import Desk, bearers, named, publish_all
from sheet_diag.pipeline.read_cache import FILE_NAME as READINGS
from sheet_diag.pipeline.read_cache import Recollection
from sheet_diag.pipeline.record_store import Read, Shelf
from sheet_diag.pipeline.tasks import Bench, Edition
from sheet_diag.reports.benchmark import BENCHMARK, freeze
from sheet_diag.reports.exports import Exports
from sheet_diag.reports.portfolio.tables.aggregate import Gathering
from sheet_diag.reports.portfolio.workbook import write_portfolio
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.reports.response_status.statuses import standings
from sheet_diag.reports.run_json.return_facts import facts_of
from sheet_diag.reports.run_json.writer import Journal
from sheet_diag.storage.report_passwords.file import FILE_NAME as PASSWORDS
from sheet_diag.storage.report_passwords.line_owners import Client
from sheet_diag.storage.report_passwords.password_list import PasswordList
from sheet_diag.storage.staging import JOURNAL, Staging
from sheet_diag.text.wording import Wording

if TYPE_CHECKING:
    from sheet_diag.pipeline.execution.dask_executor import Cluster


@dataclass(frozen=True, slots=True)
class Order:
    """One run: where from, where to, with what. `jobs` None uses every core; `beside` is what
    clients are compared with; `office` is the program that prints reports as PDF (None: they are
    not printed); `scheduler` is the address of a cluster that does the bulk; `clients` are those
    that sheets were sent to (None: there is no list), `posted` the lines of the mail log,
    `sealed` the seals in it of encrypted reports, by folded client id."""

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
    scheduler: str | None = None
    clients: ClientList | None = None
    posted: Sequence[Posted] = ()
    sealed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run produced: every file's outcome in the order of names, and the tables.

    `renewed` are clients (id, name) whose password is not the one that their report has gone out
    with; `former` is the name of the file with the former passwords (empty: all stand in the new
    one)."""

    outcomes: tuple[Outcome, ...]
    portfolio: Portfolio
    renewed: tuple[Client, ...] = ()
    former: str = ""

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
    previous = order.beside.previous.head if order.beside.previous else None
    edition = Edition(order.issuer, order.as_of, order.lang, order.report_lang, previous)
    bench = Bench(order.catalog, order.reading, edition)
    with (
        Staging(order.output) as staging,
        Shelf(staging.spool / "records") as shelf,
        Cache(order.output / READINGS) as cache,
        _crew(order, bench, len(found), progress) as crew,
    ):
        known = Recollection(cache, order.catalog, order.reading)
        read = receive_all(crew, found, staging.spool, shelf, progress, known)
        outcomes = _decided(order, read, shelf)
        comparisons = Comparisons.of(order.catalog, outcomes, order.beside)
        desk = Desk.of(outcomes, shelf, comparisons, _passwords(order, outcomes))
        if order.office:
            press = Press(order.office, crew.far, edition)
            outcomes = print_reports(press, staging, desk, outcomes, progress)
        turnout = _turnout(order, found, outcomes)
        portfolio = _publish(order, outcomes, desk, crew, staging, progress, turnout)
        renewed, former = _write_passwords(order, desk.passwords, staging)
        if order.beside.reference is None:  # a frozen one stays what it is
            least = order.beside.minimum
            staging.write(BENCHMARK, freeze(order.catalog, outcomes, order.as_of, least))
        staging.commit()
    return Result(tuple(outcomes), portfolio, renewed, former)


def _decided(order: Order, read: Sequence[Read], shelf: Shelf) -> list[Outcome]:
    """What becomes of each return, and the names of its documents."""
    if order.clients is not None:  # before the decisions, which name clients by their ids
        known = Known.of(order.clients, order.posted)
        read = [shelf.keep_again(each) for each in identify(order.catalog, read, known)]
    read = [shelf.keep_again(each) for each in apply(order.catalog, read)]
    return named(attach_plans(list(settle(order.catalog, read))), order.as_of)


def _publish(
    order: Order,
    outcomes: Sequence[Outcome],
    desk: Desk,
    crew: Crew,
    staging: Staging,
    progress: Progress,
    turnout: Turnout | None,
) -> Portfolio:
    """Write what each client gets, and on the way all that is about many."""
    gathering = Gathering(order.catalog, order.as_of)
    counts = Counter(outcome.status for outcome in outcomes)
    with (
        Exports(order.catalog, staging.place) as exports,
        Journal(staging.place(JOURNAL), order.catalog, counts, order.as_of) as journal,
    ):
        for published in publish_all(crew.far, staging, desk, outcomes, progress):
            gathering.add(published.told)
            exports.add(published.told)
            journal.add(published.line)
        progress("portfolio", 0, 1)
        portfolio = replace(gathering.portfolio(), turnout=turnout)
        exports.finish(portfolio)
    path, say = staging.place("portfolio.xlsx"), Wording(order.lang)
    write_portfolio(path, portfolio, order.catalog, order.issuer, say)
    progress("portfolio", 1, 1)
    return portfolio


def _turnout(order: Order, found: Sequence[Found], outcomes: Sequence[Outcome]) -> Turnout | None:
    """Where everyone on the list stands (None: there is no list)."""
    if order.clients is None:
        return None
    facts = facts_of(outcomes)
    read = ReadFiles.of(facts, order.as_of, order.posted)
    return standings(
        order.clients,
        order.posted,
        facts,
        ran_on=order.as_of,
        as_of=order.as_of,
        deadline=order.issuer.deadline,
        gone=gone(order.posted, read, found),
    )


@contextmanager
def _crew(order: Order, bench: Bench, files: int, progress: Progress) -> Iterator[Crew]:
    jobs, limits = processes(order.jobs, files), order.reading.limits
    with Processes(jobs, bench, limits) as here:
        near = Workers[Bench](here)
        if order.scheduler is None:
            yield Crew(near, near)
            return
        with _connected(order.scheduler, bench, limits, progress) as there:
            yield Crew(near, Workers(there, there.ahead, remote=True))


def _connected(
    url: str, bench: Bench, limits: Limits, progress: Progress
) -> AbstractContextManager[Cluster]:
    try:
        from sheet_diag.pipeline.execution.dask_executor import (
            connect,  # here: most runs do without Dask
        )
    except ImportError as error:
        raise ClusterError("cli.error.cluster.extra") from error
    return connect(url, bench, limits, progress)


def _passwords(order: Order, outcomes: Sequence[Outcome]) -> PasswordList | None:
    if not order.protect:
        return None
    listed = order.clients.clients if order.clients else ()
    clients = [*((each.id, each.company) for each in listed), *bearers(outcomes)]
    return PasswordList.load(order.output / PASSWORDS, clients, order.sealed)


def _write_passwords(
    order: Order, passwords: PasswordList | None, staging: Staging
) -> tuple[tuple[Client, ...], str]:
    """The clients whose report has gone out with another password, and the name of the former
    list (empty: it is not kept)."""
    if passwords is None:
        return (), ""
    if passwords.former:
        passwords.former.write(staging.place(passwords.former.name))
    passwords.write(staging.place(PASSWORDS))
    return passwords.renewed(order.sealed), passwords.former.name if passwords.former else ""


def processes(wanted: int | None, files: int) -> int:
    """How many processes are worth starting for so many files."""
    cores = os.cpu_count() or 1
    return max(1, min(wanted or cores, 4 * cores, files))
