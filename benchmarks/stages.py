"""Where the time of a run goes: all tasks done one after the other in this one process.

The processor's time is booked on the innermost of the stages under way, so they add up to the
whole: what a worker does by the functions that its tasks call, the rest by what the run reports of
its progress.

    python -m benchmarks.stages RETURNS OUTPUT
"""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from sheet_diag.catalog.load import load_catalog
from sheet_diag.forms import write as sheet
from sheet_diag.intake.discovery import find_input_files
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer
from sheet_diag.pipeline import run as batch
from sheet_diag.pipeline import tasks
from sheet_diag.pipeline.execution.executor import set_worker_context
from sheet_diag.reports.client import workbook as client
from sheet_diag.xlsx.book import Book

AS_OF: Final = date(2026, 11, 26)

_Out = TypeVar("_Out")

# Who calls what, and the stage that this is.
CALLS: Final[tuple[tuple[object, str, str], ...]] = (
    (tasks, "open_file", "reading"),
    (tasks, "receive", "reading"),
    (tasks, "evaluate", "evaluating"),
    (client, "client_report", "laying out reports"),
    (sheet, "correction_sheet", "laying out corrections"),
    (Book, "bytes", "assembling and deflating workbooks"),
    (tasks, "told", "rows for the tables"),
    (tasks, "entry", "lines of run.json"),
    (tasks, "examined", "records to disk and back"),
    (tasks, "whole", "records to disk and back"),
)
# What the run itself does from one report of its progress to the next.
_UNDER_WAY: Final = {
    "read": "gathering readings",
    "write": "writing results to disk, gathering rows",
    "portfolio": "portfolio and its files",
}
AFTER: Final = {
    "read": "settling, comparing, naming",
    "write": "portfolio and its files",
    "portfolio": "frozen statistics, moving into place",
}


class Clock:
    """Books the processor's time on stages."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._under_way = ["starting"]
        self._since = time.process_time()

    def book(self) -> None:
        """Book the time since the last call on the stage under way."""
        now = time.process_time()
        stage = self._under_way[-1]
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._since
        self._since = now

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """The stage, within the one under way."""
        self.book()
        self._under_way.append(stage)
        try:
            yield
        finally:
            self.book()
            self._under_way.pop()

    def progress(self, name: str, done: int, total: int) -> None:
        """What the run reports of itself."""
        self.book()
        stages = AFTER if done == total else _UNDER_WAY
        self._under_way[0] = stages.get(name, name)

    def timing(self, stage: str, function: Callable[..., _Out]) -> Callable[..., _Out]:
        """The function, its time booked on the stage."""

        @functools.wraps(function)
        def called(*args: Any, **kwargs: Any) -> _Out:
            with self.during(stage):
                return function(*args, **kwargs)

        return called


class Here(Executor):
    """In the place of `Processes`: each task is done at once, in this process."""

    def __init__(self, jobs: int, bench: Any, limits: Any) -> None:
        del jobs, limits
        set_worker_context(bench)

    def submit(self, fn: Callable[..., _Out], /, *args: Any, **kwargs: Any) -> Future[_Out]:
        """Do the task."""
        future: Future[_Out] = Future()
        future.set_result(fn(*args, **kwargs))
        return future

    def __enter__(self) -> Self:
        return self


def run(returns: Path, output: Path) -> dict[str, float]:
    """Seconds of the processor by stage."""
    clock = Clock()
    for owner, name, stage in CALLS:
        setattr(owner, name, clock.timing(stage, getattr(owner, name)))
    vars(batch)["Processes"] = Here
    order = batch.RunConfig(
        input=returns,
        output=output,
        catalog=load_catalog(None),
        issuer=Issuer(),
        as_of=AS_OF,
        lang=Lang.JA,
    )
    batch.run_files(find_input_files(returns, apart_from=output), order, clock.progress)
    clock.book()
    return clock.seconds


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2])), ensure_ascii=False))
