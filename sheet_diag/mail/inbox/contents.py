"""Reads what a mail brings as `check` reads a file: in a process that may die alone.

The process is started for the first mail that has to be read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from sheet_diag.intake.discovery import InputFile
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import ProblemCode, ReceivedFile
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.pipeline.execution.workers import WorkerProcesses, Workers
from sheet_diag.pipeline.ingest import Executors, ingest_files
from sheet_diag.pipeline.record_store import RecordStore
from sheet_diag.pipeline.tasks import WorkerContext
from sheet_diag.storage.scratch import open_scratch_folder

_NOTHING: Final = (ProblemCode.MAIL_WITHOUT_SHEET,)
_LOCKED: Final = (ProblemCode.PASSWORD_NEEDED, ProblemCode.PASSWORD_WRONG)


@dataclass(frozen=True, slots=True)
class MailContents:
    """What a mail brings.

    `files` are the SHA-256 of its returns, good or bad (empty: of one that was not opened), and of
    what came beside them.
    `clients` are the client ids on its sheets, `digests` the SHA-256 of the attached files that are
    returns. `dmarc` is as in `ReceivedFile`. `locked`: a file in it wants a password.
    """

    files: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    dmarc: str = ""
    locked: bool = False


class MailReader:
    """Reads mails until it is left (`with`)."""

    def __init__(self, catalog: Catalog, reading: IntakeSettings) -> None:
        self._context = WorkerContext(catalog, reading)
        self._closing = ExitStack()
        self._executors: Executors | None = None
        self._folder = Path()
        self._records: RecordStore | None = None

    def read_contents(self, mail: Path, name: str) -> MailContents:
        """Read a mail at a path, which is called `name` in the input folder."""
        executors, records = self._ready()
        with tempfile.TemporaryDirectory(dir=self._folder) as spool:
            found = InputFile(mail.resolve(), name, ignored=False)
            read = ingest_files(executors, [found], Path(spool), records, _ignore_progress)
        returns = [each for each in read if _is_return(each)]
        attached = (each.sha256 for each in returns if each.member and each.sha256)
        beside = (file.sha256 for each in returns for file in each.attachments)
        return MailContents(
            (*(each.sha256 for each in returns), *beside),
            _find_client_ids(returns),
            tuple(dict.fromkeys(attached)),
            next((each.dmarc for each in returns), ""),
            locked=any(problem.code in _LOCKED for each in read for problem in each.problems),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _ready(self) -> tuple[Executors, RecordStore]:
        if self._executors is None or self._records is None:
            self._folder = self._closing.enter_context(open_scratch_folder())
            self._records = self._closing.enter_context(RecordStore(self._folder / "records"))
            processes = WorkerProcesses(1, self._context, self._context.reading.limits)
            workers = Workers[WorkerContext](self._closing.enter_context(processes))
            self._executors = Executors(workers, workers)
        return self._executors, self._records


def _is_return(received: ReceivedFile) -> bool:
    """Whether it is something that somebody sent, good or bad, and not the decoration of a mail."""
    if received.ignored:
        return False
    return not any(problem.code in _NOTHING for problem in received.problems)


def _find_client_ids(returns: Sequence[ReceivedFile]) -> tuple[str, ...]:
    ids = (each.sheet.identity.client for each in returns if each.sheet)
    return tuple(dict.fromkeys(each.strip() for each in ids if each and each.strip()))


def _ignore_progress(stage: str, done: int, total: int) -> None:
    del stage, done, total
