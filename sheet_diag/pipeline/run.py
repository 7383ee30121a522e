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

from sheet_diag.diagnosis.comparison.compare import ComparisonBasis, Comparisons
from sheet_diag.diagnosis.overrides import apply_overrides
from sheet_diag.intake.discovery import InputFile, find_input_files
from sheet_diag.intake.resolution.action_plans import attach_plans
from sheet_diag.intake.resolution.client_matching import KnownSenders, match_clients
from sheet_diag.intake.resolution.resolve import resolve_returns
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.client_status import ResponseStatus
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.returns import ReceivedFile
from sheet_diag.model.settings import IntakeSettings, Issuer, Limits
from sheet_diag.pipeline.execution.executor import ClusterError, Workers
from sheet_diag.pipeline.execution.process_pool import WorkerProcesses
from sheet_diag.pipeline.ingest import Executors, ProgressCallback, diagnose_returns, ingest_files
from sheet_diag.pipeline.input_files import find_missing_mails
from sheet_diag.pipeline.print_pdf import PdfPrinter, print_reports
from sheet_diag.pipeline.publish import (
    PublishContext,
    assign_names,
    list_report_clients,
    publish_returns,
)
from sheet_diag.pipeline.record_store import RecordStore
from sheet_diag.pipeline.tasks import DocumentSettings, WorkerContext
from sheet_diag.reports.benchmark import BENCHMARK, dump_benchmark
from sheet_diag.reports.exports import DataExports
from sheet_diag.reports.portfolio.tables.aggregate import PortfolioBuilder
from sheet_diag.reports.portfolio.workbook import write_portfolio
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.reports.response_status.statuses import compute_response_status
from sheet_diag.reports.run_json.reader import extract_return_facts
from sheet_diag.reports.run_json.writer import describe_run
from sheet_diag.storage.report_passwords.file import PASSWORDS_FILE as PASSWORDS
from sheet_diag.storage.report_passwords.line_owners import ClientKey
from sheet_diag.storage.report_passwords.password_list import PasswordList
from sheet_diag.storage.run_json_file import RunJsonWriter
from sheet_diag.storage.staging import RUN_JSON, Staging
from sheet_diag.text.wording import Wording

if TYPE_CHECKING:
    from sheet_diag.pipeline.execution.dask_executor import DaskExecutor


@dataclass(frozen=True, slots=True)
class RunConfig:
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
    reading: IntakeSettings = field(default_factory=IntakeSettings)
    beside: ComparisonBasis = field(default_factory=ComparisonBasis)
    office: str | None = None
    protect: bool = False
    scheduler: str | None = None
    clients: ClientList | None = None
    posted: Sequence[MailLogEntry] = ()
    sealed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run produced: every file's outcome in the order of names, and the tables.

    `renewed` are clients (id, name) whose password is not the one that their report has gone out
    with; `former` is the name of the file with the former passwords (empty: all stand in the new
    one)."""

    outcomes: tuple[ReturnOutcome, ...]
    portfolio: Portfolio
    renewed: tuple[ClientKey, ...] = ()
    former: str = ""

    @property
    def needs_attention(self) -> bool:
        """Whether some return was held or rejected."""
        return any(outcome.needs_attention for outcome in self.outcomes)


def run(order: RunConfig, progress: ProgressCallback) -> RunResult:
    """Run over every file of the input folder (see `run_files`)."""
    return run_files(find_input_files(order.input, apart_from=order.output), order, progress)


def run_files(
    found: Sequence[InputFile], order: RunConfig, progress: ProgressCallback
) -> RunResult:
    """Read, score, diagnose, compare, write.

    Raises `OSError` where nothing can be written, `OutputBusyError` where another run writes.
    """
    previous = order.beside.previous.head if order.beside.previous else None
    edition = DocumentSettings(order.issuer, order.as_of, order.lang, order.report_lang, previous)
    bench = WorkerContext(order.catalog, order.reading, edition)
    with (
        Staging(order.output) as staging,
        RecordStore(staging.spool / "records") as shelf,
        _start_executors(order, bench, len(found), progress) as crew,
    ):
        read = ingest_files(crew, found, staging.spool, shelf, progress)
        outcomes = _decide(order, crew, read, shelf, progress)
        comparisons = Comparisons.of(order.catalog, outcomes, order.beside)
        desk = PublishContext.of(outcomes, shelf, comparisons, _load_passwords(order, outcomes))
        if order.office:
            press = PdfPrinter(order.office, crew.far, edition)
            outcomes = print_reports(press, staging, desk, outcomes, progress)
        turnout = _list_client_statuses(order, found, outcomes)
        portfolio = _publish(order, outcomes, desk, crew, staging, progress, turnout)
        renewed, former = _write_passwords(order, desk.passwords, staging)
        if order.beside.reference is None:  # a frozen one stays what it is
            least = order.beside.minimum
            staging.write(BENCHMARK, dump_benchmark(order.catalog, outcomes, order.as_of, least))
        staging.commit()
    return RunResult(tuple(outcomes), portfolio, renewed, former)


def _decide(
    order: RunConfig,
    crew: Executors,
    read: Sequence[ReceivedFile],
    shelf: RecordStore,
    progress: ProgressCallback,
) -> list[ReturnOutcome]:
    """Decide what becomes of each return, and name its documents."""
    catalog = order.catalog
    if order.clients is not None:  # before the overrides, which name clients by their ids
        read = match_clients(catalog, read, KnownSenders.of(order.clients, order.posted))
    resolved = list(resolve_returns(catalog, apply_overrides(catalog, read)))
    outcomes = diagnose_returns(crew, catalog, resolved, shelf, progress)
    return assign_names(attach_plans(outcomes), order.as_of)


def _publish(
    order: RunConfig,
    outcomes: Sequence[ReturnOutcome],
    desk: PublishContext,
    crew: Executors,
    staging: Staging,
    progress: ProgressCallback,
    turnout: ResponseStatus | None,
) -> Portfolio:
    """Write what each client gets, and on the way all that is about many."""
    say = Wording(order.lang)
    gathering = PortfolioBuilder(order.catalog, order.as_of)
    counts = Counter(outcome.status for outcome in outcomes)
    with (
        DataExports(order.catalog, order.as_of, say, staging.place) as exports,
        staging.place(RUN_JSON).open("wb") as file,
        RunJsonWriter(file, describe_run(order.catalog, counts, order.as_of)) as run_json,
    ):
        for published in publish_returns(crew.far, staging, desk, outcomes, progress):
            gathering.add(published.told)
            exports.add(published.told)
            run_json.add(published.line)
        progress("portfolio", 0, 1)
        portfolio = replace(gathering.portfolio(), turnout=turnout)
        exports.finish(portfolio)
    path = staging.place("portfolio.xlsx")
    write_portfolio(path, portfolio, order.catalog, order.issuer, say)
    progress("portfolio", 1, 1)
    return portfolio


def _list_client_statuses(
    order: RunConfig, found: Sequence[InputFile], outcomes: Sequence[ReturnOutcome]
) -> ResponseStatus | None:
    """Where everyone on the list stands (None: there is no list)."""
    if order.clients is None:
        return None
    facts = tuple(map(extract_return_facts, outcomes))
    read = ReadFiles.of(facts, order.as_of, order.posted)
    return compute_response_status(
        order.clients,
        order.posted,
        facts,
        ran_on=order.as_of,
        as_of=order.as_of,
        deadline=order.issuer.deadline,
        gone=find_missing_mails(order.posted, read, found),
    )


@contextmanager
def _start_executors(
    order: RunConfig, bench: WorkerContext, files: int, progress: ProgressCallback
) -> Iterator[Executors]:
    jobs, limits = count_processes(order.jobs, files), order.reading.limits
    with WorkerProcesses(jobs, bench, limits) as here:
        near = Workers[WorkerContext](here)
        if order.scheduler is None:
            yield Executors(near, near)
            return
        with _connect_cluster(order.scheduler, bench, limits, progress) as there:
            yield Executors(near, Workers(there, there.ahead, remote=True))


def _connect_cluster(
    url: str, bench: WorkerContext, limits: Limits, progress: ProgressCallback
) -> AbstractContextManager[DaskExecutor]:
    try:
        from sheet_diag.pipeline.execution.dask_executor import (
            connect_cluster,  # here: most runs do without Dask
        )
    except ImportError as error:
        raise ClusterError("cli.error.cluster.extra") from error
    return connect_cluster(url, bench, limits, progress)


def _load_passwords(order: RunConfig, outcomes: Sequence[ReturnOutcome]) -> PasswordList | None:
    if not order.protect:
        return None
    listed = order.clients.clients if order.clients else ()
    clients = [*((each.id, each.company) for each in listed), *list_report_clients(outcomes)]
    return PasswordList.load(order.output / PASSWORDS, clients, order.sealed)


def _write_passwords(
    order: RunConfig, passwords: PasswordList | None, staging: Staging
) -> tuple[tuple[ClientKey, ...], str]:
    """The clients whose report has gone out with another password, and the name of the former
    list (empty: it is not kept)."""
    if passwords is None:
        return (), ""
    if passwords.former:
        passwords.former.write(staging.place(passwords.former.name))
    passwords.write(staging.place(PASSWORDS))
    return passwords.renewed(order.sealed), passwords.former.name if passwords.former else ""


def count_processes(wanted: int | None, files: int) -> int:
    """How many processes are worth starting for so many files."""
    cores = os.cpu_count() or 1
    return max(1, min(wanted or cores, 4 * cores, files))
