"""The verdict on single files: what a run would make of each, written nowhere."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from sheet_diag.intake.discovery import Found
from sheet_diag.intake.resolution.resolve import settle
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Outcome
from sheet_diag.model.settings import Reading
from sheet_diag.pipeline.execution.executor import Workers
from sheet_diag.pipeline.execution.process_pool import Processes
from sheet_diag.pipeline.ingest import Crew, receive_all
from sheet_diag.pipeline.record_store import Shelf, whole
from sheet_diag.pipeline.tasks import Bench


def check_files(files: Sequence[Path], catalog: Catalog, reading: Reading) -> list[Outcome]:
    """One outcome a return, in the order of the files; each file is judged by itself."""
    # What is no file, a pipe or a device, would be waited for.
    found = [Found(path, path.name, ignored=False, blocked=not path.is_file()) for path in files]
    with (
        tempfile.TemporaryDirectory(prefix="sheet-diag-") as folder,
        Shelf(Path(folder) / "records") as shelf,
        Processes(1, Bench(catalog, reading), reading.limits) as processes,
    ):
        workers = Workers[Bench](processes)
        read = receive_all(Crew(workers, workers), found, Path(folder), shelf, _unseen)
        outcomes = [outcome for each in read for outcome in settle(catalog, [each])]
        return [whole(outcome, shelf.record_of(outcome)) for outcome in outcomes]


def _unseen(stage: str, done: int, total: int) -> None:
    del stage, done, total
