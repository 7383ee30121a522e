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

from sheet_diag.intake.document_owner import Ownership, RefusedError, read_ownership
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.mail import Parcel
from sheet_diag.model.returns import Problem
from sheet_diag.model.settings import Limits
from sheet_diag.pipeline.execution.executor import Died, Workers
from sheet_diag.pipeline.execution.forkserver import prepare
from sheet_diag.pipeline.execution.process_pool import Processes

# Seconds to open a locked workbook and any other file, and from which sum on processes are worth
# their start.
_LOCKED: Final = 0.2
_OTHER: Final = 0.03
_WORTH_IT: Final = 3.0

_Key = tuple[bytes, str, str]  # digest of the content, name, password


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that is to be opened with a password (empty: without one)."""

    path: Path
    password: str = field(repr=False)

    @property
    def seconds(self) -> float:
        """What opening it takes. PDFs are locked in a way that takes no time."""
        return _LOCKED if self.password and self.path.suffix == ".xlsx" else _OTHER


@dataclass(frozen=True, slots=True)
class _Sealed:
    """The same as its bytes."""

    content: bytes = field(repr=False)
    name: str
    password: str = field(repr=False)

    @property
    def key(self) -> _Key:
        return sha256(self.content).digest(), self.name, self.password


@dataclass(frozen=True, slots=True)
class _Bench:
    """What every process works with."""

    catalog: Catalog
    limits: Limits


class Opener:
    """Opens attachments, and knows what each one said (or why it could not be opened)."""

    def __init__(self, catalog: Catalog, limits: Limits) -> None:
        self._bench = _Bench(catalog, limits)
        self._known: dict[_Key, Ownership | Problem] = {}

    def ownership(self, content: bytes, name: str, password: str) -> Ownership:
        """Whose it says it is. Raises `RefusedError`."""
        sealed = _Sealed(content, name, password)
        key = sealed.key
        if key not in self._known:
            self._known[key] = _told(self._bench, sealed)
        told = self._known[key]
        if isinstance(told, Problem):
            raise RefusedError(told)
        return told

    @contextmanager
    def ahead(
        self, mails: Sequence[tuple[Parcel, Sequence[Enclosure]]], jobs: int | None
    ) -> Iterator[Iterable[Parcel]]:
        """The parcels in their order, each once its files are known; other processes (None: one
        per core) open those of the next ones meanwhile."""
        count = jobs or os.cpu_count() or 1
        if count == 1 or not _is_worth_it(mails):
            yield [parcel for parcel, _ in mails]
            return
        prepare((__name__,))
        with Processes(count, self._bench, self._bench.limits) as processes:
            yield self._learnt(Workers(processes), mails)

    def _learnt(
        self, workers: Workers[_Bench], mails: Sequence[tuple[Parcel, Sequence[Enclosure]]]
    ) -> Iterator[Parcel]:
        files = (_sealed(each) for _, enclosures in mails for each in enclosures)
        results = workers.map(_opened, files)
        for parcel, enclosures in mails:
            for _ in enclosures:
                result = next(results)
                if not isinstance(result, Died):  # what a process dies of is looked at here
                    key, told = result
                    self._known[key] = told
            yield parcel


def _is_worth_it(mails: Iterable[tuple[Parcel, Sequence[Enclosure]]]) -> bool:
    return sum(each.seconds for _, enclosures in mails for each in enclosures) > _WORTH_IT


def _sealed(enclosure: Enclosure) -> _Sealed:
    """Its bytes; none where it cannot be read, which is told by whoever attaches it."""
    try:
        content = enclosure.path.read_bytes()
    except OSError:
        content = b""
    return _Sealed(content, enclosure.path.name, enclosure.password)


def _opened(bench: _Bench, sealed: _Sealed) -> tuple[_Key, Ownership | Problem]:
    """In a process: what a file says, and what it is known by."""
    return sealed.key, _told(bench, sealed)


def _told(bench: _Bench, sealed: _Sealed) -> Ownership | Problem:
    try:
        return read_ownership(
            sealed.content, sealed.name, bench.catalog, bench.limits, sealed.password
        )
    except RefusedError as error:
        return error.problem
