"""Opens what is attached to mails, each content once, and many of them in several processes.

What a file says of itself is known by its bytes and the password that it was opened with. So the
look right before a mail leaves costs nothing where these are the very bytes that were looked at
before, and opens them again where they are not.
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
from sheet_diag.pipeline.execution.executor import WorkerDied, Workers
from sheet_diag.pipeline.execution.forkserver import prepare
from sheet_diag.pipeline.execution.process_pool import WorkerProcesses

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
        """What opening it takes. PDFs are locked in a way that takes no time."""
        return _LOCKED if self.password and self.path.suffix == ".xlsx" else _OTHER


@dataclass(frozen=True, slots=True)
class _AttachmentContent:
    """The same as its bytes."""

    content: bytes = field(repr=False)
    name: str
    password: str = field(repr=False)

    @property
    def key(self) -> _Key:
        return sha256(self.content).digest(), self.name, self.password


@dataclass(frozen=True, slots=True)
class _OpenerContext:
    """What every process works with."""

    catalog: Catalog
    limits: Limits


class AttachmentOpener:
    """Opens attachments, and knows what each one said (or why it could not be opened)."""

    def __init__(self, catalog: Catalog, limits: Limits) -> None:
        self._bench = _OpenerContext(catalog, limits)
        self._known: dict[_Key, DocumentOwner | Problem] = {}

    def ownership(self, content: bytes, name: str, password: str) -> DocumentOwner:
        """Whose it says it is. Raises `RefusedError`."""
        sealed = _AttachmentContent(content, name, password)
        key = sealed.key
        if key not in self._known:
            self._known[key] = _read_ownership(self._bench, sealed)
        told = self._known[key]
        if isinstance(told, Problem):
            raise RefusedError(told)
        return told

    @contextmanager
    def ahead(
        self, mails: Sequence[tuple[OutgoingMail, Sequence[AttachmentFile]]], jobs: int | None
    ) -> Iterator[Iterable[OutgoingMail]]:
        """The parcels in their order, each once its files are known; other processes (None: one
        per core) open those of the next ones meanwhile."""
        count = jobs or os.cpu_count() or 1
        if count == 1 or not _is_worth_it(mails):
            yield [parcel for parcel, _ in mails]
            return
        prepare((__name__,))
        with WorkerProcesses(count, self._bench, self._bench.limits) as processes:
            yield self._learnt(Workers(processes), mails)

    def _learnt(
        self,
        workers: Workers[_OpenerContext],
        mails: Sequence[tuple[OutgoingMail, Sequence[AttachmentFile]]],
    ) -> Iterator[OutgoingMail]:
        files = (_read_content(each) for _, enclosures in mails for each in enclosures)
        results = workers.map(_open_in_worker, files)
        for parcel, enclosures in mails:
            for _ in enclosures:
                result = next(results)
                if not isinstance(result, WorkerDied):  # what a process dies of is looked at here
                    key, told = result
                    self._known[key] = told
            yield parcel


def _is_worth_it(mails: Iterable[tuple[OutgoingMail, Sequence[AttachmentFile]]]) -> bool:
    return sum(each.seconds for _, enclosures in mails for each in enclosures) > _WORTH_IT


def _read_content(enclosure: AttachmentFile) -> _AttachmentContent:
    """Its bytes; none where it cannot be read, which is told by whoever attaches it."""
    try:
        content = enclosure.path.read_bytes()
    except OSError:
        content = b""
    return _AttachmentContent(content, enclosure.path.name, enclosure.password)


def _open_in_worker(
    bench: _OpenerContext, sealed: _AttachmentContent
) -> tuple[_Key, DocumentOwner | Problem]:
    """In a process: what a file says, and what it is known by."""
    return sealed.key, _read_ownership(bench, sealed)


def _read_ownership(bench: _OpenerContext, sealed: _AttachmentContent) -> DocumentOwner | Problem:
    try:
        return read_document_owner(
            sealed.content, sealed.name, bench.catalog, bench.limits, sealed.password
        )
    except RefusedError as error:
        return error.problem
