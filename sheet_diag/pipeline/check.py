"""Judges single files as a run would, and writes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.resolution.resolve import resolve_returns
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.pipeline.execution.workers import WorkerProcesses, Workers
from sheet_diag.pipeline.ingest import Executors, diagnose_returns, ingest_files
from sheet_diag.pipeline.record_store import RecordStore, load_outcome
from sheet_diag.pipeline.tasks import WorkerContext


def check_files(
    files: Sequence[Path], catalog: Catalog, reading: IntakeSettings
) -> list[ReturnOutcome]:
    """Judge each file by itself.

    Returns an outcome per return, in the order of the files.
    """
    # What is no file, a pipe or a device, would be waited for.
    found = [
        InputFile(path, path.name, ignored=False, blocked=not path.is_file()) for path in files
    ]
    with (
        tempfile.TemporaryDirectory(prefix="sheet-diag-") as folder,
        RecordStore(Path(folder) / "records") as store,
        WorkerProcesses(1, WorkerContext(catalog, reading), reading.limits) as processes,
    ):
        workers = Workers[WorkerContext](processes)
        executors = Executors(workers, workers)
        read = ingest_files(executors, found, Path(folder), store, _ignore_progress)
        resolved = [outcome for each in read for outcome in resolve_returns(catalog, [each])]
        outcomes = diagnose_returns(executors, catalog, resolved, store, _ignore_progress)
        return [load_outcome(each, store.record_of(each.received)) for each in outcomes]


def _ignore_progress(stage: str, done: int, total: int) -> None:
    del stage, done, total
