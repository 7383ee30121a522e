"""Opens the attachments of mails, each content once, and many of them in several processes.

What a file says of itself is kept by its bytes, name and password. So the check right before a mail
leaves costs nothing where the bytes are those that were checked before; else it opens them again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from sheet_diag.intake.document_owner import DocumentOwner, RefusedError, read_document_owner
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.model.returns import Problem
from sheet_diag.model.settings import Limits
from sheet_diag.pipeline.execution.forkserver import prepare
from sheet_diag.pipeline.execution.workers import WorkerDied, WorkerProcesses, Workers

# Seconds to open a locked workbook and any other file, and from which sum on processes are worth
# their start.
_LOCKED: Final = 0.2
_OTHER: Final = 0.03
_WORTH_IT: Final = 3.0

_Key = tuple[bytes, str, str]  # digest of the content, name, password


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    """A file that is to be opened with a password (empty: without one)."""

    path: Path
    password: str = field(repr=False)

    @property
    def seconds(self) -> float:
        """The seconds to open it; unlocking a PDF takes no time."""
        return _LOCKED if self.password and self.path.suffix == ".xlsx" else _OTHER


@dataclass(frozen=True, slots=True)
class _OpenerContext:
    """The context of every worker."""

    catalog: Catalog
    limits: Limits


class AttachmentOpener:
    """Opens attachments and keeps what each one says, or why it cannot be opened."""

    def __init__(self, catalog: Catalog, limits: Limits) -> None:
        self._context = _OpenerContext(catalog, limits)
        self._known: dict[_Key, DocumentOwner | Problem] = {}

    def read_owner(self, content: bytes, name: str, password: str) -> DocumentOwner:
        """Read whose a file is. Raises `RefusedError`."""
        key = _key(content, name, password)
        if key not in self._known:
            self._known[key] = _read_owner(self._context, content, name, password)
        owner = self._known[key]
        if isinstance(owner, Problem):
            raise RefusedError(owner)
        return owner

    @contextmanager
    def ahead(
        self, mails: Sequence[tuple[OutgoingMail, Sequence[AttachmentFile]]], jobs: int | None
    ) -> Iterator[Iterable[OutgoingMail]]:
        """Yield the mails in order, each once its files are known.

        Other processes (None: one per core) open the files of the next mails meanwhile.
        """
        count = jobs or os.cpu_count() or 1
        if count == 1 or not _is_worth_it(mails):
            yield [mail for mail, _ in mails]
            return
        prepare((__name__,))
        with WorkerProcesses(count, self._context, self._context.limits) as processes:
            yield self._open_in_workers(Workers(processes), mails)

    def _open_in_workers(
        self,
        workers: Workers[_OpenerContext],
        mails: Sequence[tuple[OutgoingMail, Sequence[AttachmentFile]]],
    ) -> Iterator[OutgoingMail]:
        results = workers.map(_open_in_worker, (each for _, files in mails for each in files))
        for mail, files in mails:
            for _ in files:
                result = next(results)
                if not isinstance(result, WorkerDied):  # what a worker dies of is opened here
                    key, owner = result
                    self._known[key] = owner
            yield mail


def _is_worth_it(mails: Iterable[tuple[OutgoingMail, Sequence[AttachmentFile]]]) -> bool:
    return sum(each.seconds for _, files in mails for each in files) > _WORTH_IT


def _open_in_worker(
    context: _OpenerContext, file: AttachmentFile
) -> tuple[_Key, DocumentOwner | Problem]:
    """Read a file; an unreadable one is empty, and composing the mail reports it."""
    try:
        content = file.path.read_bytes()
    except OSError:
        content = b""
    owner = _read_owner(context, content, file.path.name, file.password)
    return _key(content, file.path.name, file.password), owner


def _key(content: bytes, name: str, password: str) -> _Key:
    return sha256(content).digest(), name, password


def _read_owner(
    context: _OpenerContext, content: bytes, name: str, password: str
) -> DocumentOwner | Problem:
    try:
        return read_document_owner(content, name, context.catalog, context.limits, password)
    except RefusedError as error:
        return error.problem
