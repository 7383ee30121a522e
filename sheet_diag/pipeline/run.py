"""The order of the stages of a run, over many returns and several processes.

Plan, check, then write: everything is computed and staged first, then moved into place, so that a
run that stops half-way leaves the former output as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sheet_diag.catalog.load import load_catalog
from sheet_diag.catalog.versions import require_version_of_most
from sheet_diag.diagnosis.comparison.compare import ComparisonBasis, Comparisons
from sheet_diag.diagnosis.overrides import apply_overrides
from sheet_diag.forms.page_writer import FormContext
from sheet_diag.intake.discovery import InputFile, find_input_files
from sheet_diag.intake.resolution.action_plans import attach_entries, attach_plans
from sheet_diag.intake.resolution.assignments import assign_files
from sheet_diag.intake.resolution.client_matching import KnownSenders, match_clients
from sheet_diag.intake.resolution.resolve import resolve_returns
from sheet_diag.intake.resolution.sender_doubts import mark_sender_doubts
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList, Deadlines
from sheet_diag.model.client_status import EditedFile, ResponseStatus
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.returns import ReceivedFile
from sheet_diag.model.settings import IntakeSettings, Issuer, Limits
from sheet_diag.pipeline.execution.workers import (
    ClusterError,
    ProgressCallback,
    WorkerProcesses,
    Workers,
)
from sheet_diag.pipeline.ingest import Executors, diagnose_returns, ingest_files
from sheet_diag.pipeline.input_files import find_missing_mails
from sheet_diag.pipeline.own_requests import ignore_own_requests
from sheet_diag.pipeline.publish import (
    PublishContext,
    assign_names,
    list_report_clients,
    publish_returns,
)
from sheet_diag.pipeline.read_back import dump_plans, read_entries
from sheet_diag.pipeline.record_store import RecordStore
from sheet_diag.pipeline.report_passwords import PasswordsFile, has_unused_passwords
from sheet_diag.pipeline.tasks import DocumentSettings, WorkerContext
from sheet_diag.reports.benchmark import BENCHMARK, dump_benchmark
from sheet_diag.reports.exports import open_exports
from sheet_diag.reports.pdf.sources import PDF_SOURCES, PdfStyle, write_pdf_sources
from sheet_diag.reports.portfolio.client_facts import add_list_entry
from sheet_diag.reports.portfolio.tables import PortfolioBuilder
from sheet_diag.reports.portfolio.workbook import build_portfolio
from sheet_diag.reports.response_status.read_files import ReadFiles
from sheet_diag.reports.response_status.statuses import compute_response_status
from sheet_diag.reports.run_json.reader import extract_return_facts
from sheet_diag.reports.run_json.writer import describe_run
from sheet_diag.storage.file_names import pdf_name
from sheet_diag.storage.output_files import RUN_JSON
from sheet_diag.storage.report_passwords.row_owners import ClientKey
from sheet_diag.storage.run_json_file import write_run_json
from sheet_diag.storage.staging import Staging
from sheet_diag.text.wording import word_catalog

if TYPE_CHECKING:
    from sheet_diag.pipeline.execution.dask_executor import DaskExecutor


@dataclass(frozen=True, slots=True)
class RunConfig:
    """One run: where from, where to, with what.

    `as_of` is the date of the diagnosis, `lang` the language of the portfolio, `report_lang` that
    of the reports (None: the language of each sheet). `jobs` is the number of processes (None: one
    per core), `comparison` what clients are compared with, `scheduler` the address of a Dask
    cluster. `pdf`: each report comes as PDF, too; `font` is a family to set it in (empty: ours).
    `is_catalog_named`: returns of another version are then read as well as can be; else a run
    where most are of one ends with `WrongVersionError`. `damage_estimate` tells reports to show
    what incidents have cost other firms.
    `clients` are those that sheets were sent to (None: there is no list), `mail_log` the entries of
    the mail log, `fingerprints` those in it of report passwords, by folded client id.
    """

    input: Path
    output: Path
    catalog: Catalog = field(default_factory=load_catalog)
    issuer: Issuer = field(default_factory=Issuer)
    as_of: date = field(default_factory=date.today)
    lang: Lang = Lang.JA
    report_lang: Lang | None = None
    is_catalog_named: bool = True
    damage_estimate: bool = False
    jobs: int | None = None
    intake: IntakeSettings = field(default_factory=IntakeSettings)
    comparison: ComparisonBasis = field(default_factory=ComparisonBasis)
    pdf: bool = False
    font: str = ""
    protect: bool = False
    scheduler: str | None = None
    clients: ClientList | None = None
    mail_log: Sequence[MailLogEntry] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run produced: every file's outcome in the order of names, and the tables.

    `renewed` are clients (id, name) whose password is not the one that their report has gone out
    with; `former` is the name of the file with the former passwords (empty: all stand in the new
    one), `unused_passwords` tells that an old list lies beside the one that counts. `outputs` are
    the files and folders that were made in the output folder.
    """

    outcomes: tuple[ReturnOutcome, ...]
    portfolio: Portfolio
    renewed: tuple[ClientKey, ...] = ()
    former: str = ""
    unused_passwords: bool = False
    outputs: frozenset[str] = frozenset()
    edited: tuple[EditedFile, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Whether some return was held or rejected."""
        return any(outcome.needs_attention for outcome in self.outcomes)


def run(config: RunConfig, progress: ProgressCallback) -> RunResult:
    """Run over every file of the input folder (see `run_files`)."""
    return run_files(find_input_files(config.input, apart_from=config.output), config, progress)


def run_files(
    found: Sequence[InputFile], config: RunConfig, progress: ProgressCallback
) -> RunResult:
    """Read, score, diagnose, compare, write.

    Raises `OSError` where nothing can be written, `OutputBusyError` where another run writes.
    """
    with (
        Staging(config.output) as staging,
        diagnose_files(config, found, staging.spool, progress) as (executors, store, diagnosed),
    ):
        entered = read_entries(executors.local, staging, config.output, config.catalog)
        outcomes = attach_entries(assign_names(diagnosed, config.as_of), entered)
        comparisons = Comparisons.of(config.catalog, outcomes, config.comparison)
        file = _load_passwords(config, outcomes)
        passwords = file.passwords if file else None
        deadlines = Deadlines.of_list(config.clients, config.issuer.deadline, config.as_of)
        context = PublishContext.of(
            outcomes, store, comparisons, passwords, deadlines, pdf=config.pdf
        )
        statuses = _list_client_statuses(config, found, outcomes)
        outcomes, portfolio = _publish(
            config, outcomes, context, executors, staging, progress, statuses
        )
        if file:
            file.fill_contacts(map(extract_return_facts, outcomes))
        former = file.save(staging.write_private) if file else ""
        if config.comparison.reference is None:  # a frozen one stays what it is
            least = config.comparison.minimum
            staging.write(BENCHMARK, dump_benchmark(config.catalog, outcomes, config.as_of, least))
        plan = staging.plan()
        head = describe_run(config.catalog, outcomes, config.as_of)
        told = {**head, **plan.describe(), "plans": dump_plans(entered)}
        write_run_json(staging.place(RUN_JSON), told, staging.spool / RUN_JSON)
        outputs = frozenset(name.partition("/")[0] for name in staging.commit(plan))
        if file:
            file.remove_old()
    renewed = passwords.find_renewed(config.fingerprints) if passwords else ()
    unused = config.protect and has_unused_passwords(config.output)
    edited = (*staging.former.untold, *plan.edited)
    return RunResult(tuple(outcomes), portfolio, renewed, former, unused, outputs, edited)


@contextmanager
def diagnose_files(
    config: RunConfig, found: Sequence[InputFile], spool: Path, progress: ProgressCallback
) -> Iterator[tuple[Executors, RecordStore, list[ReturnOutcome]]]:
    """Read the files, decide which returns count, and diagnose these.

    Gives what works on, where the records are kept, and the outcomes; archives are unpacked into
    `spool`.
    """
    context = WorkerContext(config.catalog, config.intake, _document_settings(config))
    with (
        RecordStore(spool / "records") as store,
        _start_executors(config, context, len(found), progress) as executors,
    ):
        read = ingest_files(executors, found, spool, store, progress)
        yield executors, store, decide_outcomes(config, executors, read, store, progress)


def decide_outcomes(
    config: RunConfig,
    executors: Executors,
    read: Sequence[ReceivedFile],
    store: RecordStore,
    progress: ProgressCallback,
) -> list[ReturnOutcome]:
    """Decide what becomes of each return, and diagnose those that count."""
    catalog = config.catalog
    if not config.is_catalog_named:
        require_version_of_most(catalog, [r.sheet.identity.version for r in read if r.sheet])
    read = ignore_own_requests(catalog, config.issuer, config.output, read)
    read = assign_files(read, config.clients)
    if config.clients is not None:  # before the overrides, which name clients by their ids
        read = match_clients(catalog, read, KnownSenders.of(config.clients, config.mail_log))
    read = mark_sender_doubts(read, config.clients, config.issuer.email)
    judged = apply_overrides(catalog, read)
    resolved = list(resolve_returns(catalog, judged, datetime.now(UTC)))
    return attach_plans(catalog, diagnose_returns(executors, catalog, resolved, store, progress))


def _document_settings(config: RunConfig) -> DocumentSettings:
    previous = config.comparison.previous.head if config.comparison.previous else None
    return DocumentSettings(
        issuer=config.issuer,
        as_of=config.as_of,
        lang=config.lang,
        report_lang=config.report_lang,
        pdf=config.pdf,
        font=config.font,
        previous=previous,
        damage_estimate=config.damage_estimate,
    )


def _publish(
    config: RunConfig,
    outcomes: Sequence[ReturnOutcome],
    context: PublishContext,
    executors: Executors,
    staging: Staging,
    progress: ProgressCallback,
    statuses: ResponseStatus | None,
) -> tuple[list[ReturnOutcome], Portfolio]:
    """Write what each client gets, the lines of run.json, the tables and the portfolio.

    Returns the outcomes, which now tell of their PDFs.
    """
    say, finished = word_catalog(config.catalog, config.lang), []
    listed = (config.clients or ClientList()).by_id()
    builder = PortfolioBuilder(config.catalog, config.as_of)
    with (
        open_exports(config.catalog, config.as_of, say, staging.place) as exports,
        (staging.spool / RUN_JSON).open("wb") as lines,
        write_pdf_sources(
            staging.place(PDF_SOURCES), PdfStyle.of(config.issuer, config.font)
        ) as sources,
    ):
        results = publish_returns(executors.bulk, staging, context, outcomes, progress)
        for outcome, published in results:
            finished.append(outcome)
            if published.pdf_source and outcome.result:
                sources.add(pdf_name(outcome.result), published.pdf_source)
            facts = add_list_entry(published.client_facts, listed)
            builder.add(facts)
            exports.add(facts)
            lines.write(published.line + b"\n")
        progress("portfolio", 0, 1)
        portfolio = replace(builder.portfolio(), responses=statuses)
        exports.finish(portfolio)
    path = staging.place("portfolio.xlsx")
    build_portfolio(portfolio, config.catalog, config.issuer, say).save(path)
    progress("portfolio", 1, 1)
    return finished, portfolio


def _list_client_statuses(
    config: RunConfig, found: Sequence[InputFile], outcomes: Sequence[ReturnOutcome]
) -> ResponseStatus | None:
    """Compute the status of everyone on the list (None: there is no list)."""
    if config.clients is None:
        return None
    facts = tuple(map(extract_return_facts, outcomes))
    read = ReadFiles.of(facts, config.as_of, config.mail_log)
    return compute_response_status(
        config.clients,
        config.mail_log,
        facts,
        ran_on=config.as_of,
        as_of=config.as_of,
        deadline=config.issuer.deadline,
        missing_mails=find_missing_mails(config.mail_log, read, found),
    )


@contextmanager
def _start_executors(
    config: RunConfig, context: WorkerContext, files: int, progress: ProgressCallback
) -> Iterator[Executors]:
    jobs, limits = count_processes(config.jobs, files), config.intake.limits
    with WorkerProcesses(jobs, context, limits) as here:
        local = Workers[WorkerContext](here)
        if config.scheduler is None:
            yield Executors(local, local)
            return
        with _connect_cluster(config.scheduler, context, limits, progress) as there:
            yield Executors(local, Workers(there, there.ahead, is_remote=True))


def _connect_cluster(
    url: str, context: WorkerContext, limits: Limits, progress: ProgressCallback
) -> AbstractContextManager[DaskExecutor]:
    try:
        from sheet_diag.pipeline.execution.dask_executor import (
            connect_cluster,  # here: most runs do without Dask
        )
    except ImportError as error:
        raise ClusterError("cli.error.cluster.extra") from error
    return connect_cluster(url, context, limits, progress)


def _load_passwords(config: RunConfig, outcomes: Sequence[ReturnOutcome]) -> PasswordsFile | None:
    """Load the passwords of reports (None: reports are open to all)."""
    if not config.protect:
        return None
    say = word_catalog(config.catalog, config.lang)
    context = FormContext(config.catalog, config.issuer, say)
    clients, others = config.clients or ClientList(), list_report_clients(outcomes)
    return PasswordsFile.load(config.output, clients, config.fingerprints, context, others)


def count_processes(wanted: int | None, files: int) -> int:
    """Compute how many processes are worth starting for so many files."""
    cores = os.cpu_count() or 1
    return max(1, min(wanted or cores, 4 * cores, files))
