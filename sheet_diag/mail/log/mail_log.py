"""The mail log of a campaign: what was sent, refused, came back and was collected, line by line.

Lines are only ever added, each is on the disk before anything else happens: whoever kills a
command finds here how far it got. A last line that was cut off by that is no line; any other line
that cannot be read is an error, because a mail that it tells of might go out twice.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from filelock import FileLock, Timeout

from sheet_diag.mail.log.delivery_state import MailState
from sheet_diag.mail.log.lines import (
    format_log_entry,
    format_log_header,
    is_partial_header,
    parse_log_entry,
    parse_log_header,
    split_whole_lines,
)
from sheet_diag.model.errors import UserError
from sheet_diag.model.mail import MailEvent, MailKey, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.fsync import sync_folder

MAIL_LOG_NAME: Final = "mail-log.jsonl"
MAIL_LOG_LOCK_NAME: Final = ".sheet-diag-mail.lock"


class MailLogError(UserError):
    """A mail log that cannot be used."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that somebody may have: the line that tells of it, and its place in the log, counted
    from 1; `resent_at` is where it last went out although somebody had it (0: nowhere)."""

    line: MailLogEntry
    place: int
    resent_at: int = 0


class MailLog:
    """The log, read into memory. `token` is random and stands for this campaign (empty: there is
    no log yet)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._posted: list[MailLogEntry] = []
        self._mails: dict[MailKey, MailState] = {}
        self._collected: set[str] = set()
        self._file: FileIO | None = None
        self._lock: FileLock | None = None
        self.token = ""

    @classmethod
    def open(cls, path: Path) -> Self:
        """The log for writing, made where there is none, until it is closed (`with`).

        Raises `MailLogError` where another command holds it or it is not readable, `OSError`.
        """
        book = cls(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(MAIL_LOG_LOCK_NAME))
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise MailLogError("send.log.busy", path=str(path)) from error
        book._lock = lock
        try:
            content = path.read_bytes() if path.exists() else b""
            book._load(content)
            book._start(content)
        except BaseException:
            book.close()
            raise
        return book

    @classmethod
    def read(cls, path: Path) -> Self:
        """The log for reading; empty where there is none. Raises `MailLogError`, `OSError`."""
        book = cls(path)
        if path.exists():
            book._load(path.read_bytes())
        return book

    @property
    def posted(self) -> tuple[MailLogEntry, ...]:
        """All lines in order."""
        return tuple(self._posted)

    def add(self, posted: MailLogEntry) -> None:
        """Add a line; it is on the disk when this returns. Raises `OSError`."""
        self.add_all((posted,))

    def add_all(self, posted: Iterable[MailLogEntry]) -> None:
        """Add lines that belong together, in one piece: whoever kills a command between two of
        them finds all or none. Raises as `add`."""
        lines = [format_log_entry(each) for each in posted]
        noted = [parse_log_entry(line) for line in lines]  # nothing is written that cannot be read
        self._write(b"".join(lines))
        for each in noted:
            self._note(each)

    def last(self, key: MailKey) -> MailLogEntry | None:
        """What became last of a mail (None: nothing yet)."""
        mail = self._mails.get(key)
        return mail.last if mail else None

    def is_done(self, key: MailKey) -> bool:
        """Whether the mail went out, and to one address at least it did not come back from."""
        mail = self._mails.get(key)
        return mail is not None and mail.is_done

    def sent(self, key: MailKey) -> MailLogEntry | None:
        """The line that tells of the mail as somebody may have it (None: nobody has)."""
        mail = self._mails.get(key)
        return mail.sent if mail else None

    def find_resent(self, key: MailKey) -> MailLogEntry | None:
        """The line that tells of it, where the mail went out although somebody had it already."""
        mail = self._mails.get(key)
        return mail.sent if mail and mail.sent and mail.resent_at == mail.sent_at else None

    def find_sent_mails(self, kind: MailKind) -> dict[str, tuple[SentMail, ...]]:
        """What somebody may have of a kind, by folded client id, in the order of the log."""
        found: dict[str, list[SentMail]] = {}
        for key, mail in self._mails.items():
            if key.kind is kind and mail.sent:
                found.setdefault(key.client, []).append(
                    SentMail(mail.sent, mail.sent_at, mail.resent_at)
                )
        return {client: tuple(sorted(mails, key=_place)) for client, mails in found.items()}

    def sealed(self) -> dict[str, str]:
        """The seal of the last encrypted report that somebody may have, by folded client id."""
        mails = (mail.sent or mail.sending for mail in self._mails.values())
        reports = [
            line
            for line in mails
            if line and line.kind and line.kind.spec.is_report and line.password_fingerprint
        ]
        return {
            line.client.casefold(): line.password_fingerprint for line in sorted(reports, key=_time)
        }

    def attempts(self, key: MailKey) -> int:
        """How often the mail has been sent up to its last byte."""
        mail = self._mails.get(key)
        return mail.attempts if mail else 0

    def refused(self, key: MailKey) -> frozenset[str]:
        """The addresses (folded) that a mail was refused at or came back from."""
        mail = self._mails.get(key)
        return frozenset(mail.refused) if mail else frozenset()

    def pending(self, key: MailKey) -> MailLogEntry | None:
        """The line `sending` of a mail of which nobody knows whether the server took it."""
        mail = self._mails.get(key)
        return mail.sending if mail else None

    def uncertain(self) -> tuple[MailLogEntry, ...]:
        """The mails of which nobody knows whether the server took them."""
        return tuple(mail.sending for mail in self._mails.values() if mail.sending)

    def collected(self) -> frozenset[str]:
        """The Message-IDs of all mails that were collected."""
        return frozenset(self._collected)

    def close(self) -> None:
        """Let others have it."""
        if self._file:
            self._file.close()
            self._file = None
        if self._lock:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _load(self, content: bytes) -> None:
        path = str(self.path)
        lines = split_whole_lines(content)
        if content and not lines and not is_partial_header(content):
            raise MailLogError("send.log.foreign", path=path)
        for number, line in enumerate(lines, 1):
            try:
                if number == 1:
                    self.token = parse_log_header(line)
                else:
                    self._note(parse_log_entry(line))
            except ValueError as error:
                if number == 1:
                    raise MailLogError("send.log.foreign", path=path) from error
                raise MailLogError("send.log.broken", path=path, line=str(number)) from error

    def _start(self, content: bytes) -> None:
        """Open the file at the end of its last whole line; begin it where there is none."""
        self._file = open(self.path, "ab", buffering=0)  # noqa: PTH123, SIM115 - closed by `close`
        whole = sum(len(line) + 1 for line in split_whole_lines(content))
        if whole > len(content):  # only the end of the last line is missing
            self._write(b"\n")
        elif whole < len(content):
            self._file.truncate(whole)
        if not whole:
            self.token = secrets.token_hex(8)
            self._write(format_log_header(self.token))
            sync_folder(self.path.parent)

    def _write(self, line: bytes) -> None:
        if self._file is None:
            raise ValueError("the mail log is open for reading only")
        size = os.fstat(self._file.fileno()).st_size
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            os.fsync(self._file.fileno())
        except OSError:  # half a line must not stand in front of the next
            with suppress(OSError):
                self._file.truncate(size)
            raise

    def _note(self, posted: MailLogEntry) -> None:
        self._posted.append(posted)
        if posted.event is MailEvent.COLLECTED:
            self._collected.add(posted.message_id)
        elif key := posted.key:
            self._mails.setdefault(key, MailState(posted)).note(posted, len(self._posted))


def _place(went: SentMail) -> int:
    return went.place


def _time(posted: MailLogEntry) -> datetime:
    return posted.time
