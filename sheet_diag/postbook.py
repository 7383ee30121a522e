"""The mail log of a campaign: what was sent, refused, came back and was collected, line by line.

Lines are only ever added, each is on the disk before anything else happens: whoever kills a
command finds here how far it got. A last line that was cut off by that is no line; any other line
that cannot be read is an error, because a mail that it tells of might go out twice.
"""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from datetime import datetime
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from filelock import FileLock, Timeout

from sheet_diag.disk import sync_folder
from sheet_diag.model.faults import ToldError
from sheet_diag.model.post import Event, MailKind, Posted
from sheet_diag.postlines import head, is_begun_head, line_of, posted_in, token_in, whole_lines

FILE_NAME: Final = "mail-log.jsonl"
LOCK: Final = ".sheet-diag-mail.lock"

Key = tuple[MailKind, str, str]


class PostbookError(ToldError):
    """A mail log that cannot be used."""


class Postbook:
    """The log, read into memory. `token` is random and stands for this campaign (empty: there is
    no log yet)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._posted: list[Posted] = []
        self._mails: dict[Key, _Mail] = {}
        self._collected: set[str] = set()
        self._file: FileIO | None = None
        self._lock: FileLock | None = None
        self.token = ""

    @classmethod
    def open(cls, path: Path) -> Self:
        """The log for writing, made where there is none, until it is closed (`with`).

        Raises `PostbookError` where another command holds it or it is not readable, `OSError`.
        """
        book = cls(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(LOCK))
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise PostbookError("send.log.busy", path=str(path)) from error
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
        """The log for reading; empty where there is none. Raises `PostbookError`, `OSError`."""
        book = cls(path)
        if path.exists():
            book._load(path.read_bytes())
        return book

    @property
    def posted(self) -> tuple[Posted, ...]:
        """All lines in order."""
        return tuple(self._posted)

    def add(self, posted: Posted) -> None:
        """Add a line; it is on the disk when this returns. Raises `OSError`."""
        line = line_of(posted)
        noted = posted_in(line)  # nothing is written that cannot be read
        self._write(line)
        self._note(noted)

    def last(self, key: Key) -> Posted | None:
        """What became last of a mail (None: nothing yet)."""
        mail = self._mails.get(_folded(key))
        return mail.last if mail else None

    def is_done(self, key: Key) -> bool:
        """Whether the mail went out, and to one address at least it did not come back from."""
        mail = self._mails.get(_folded(key))
        return mail is not None and mail.is_done

    def sent(self, key: Key) -> Posted | None:
        """The line that tells of the mail as somebody may have it (None: nobody has)."""
        mail = self._mails.get(_folded(key))
        return mail.sent if mail else None

    def resent_after(self, key: Key, other: Key) -> bool:
        """Whether a mail that had gone out went out once more after the other one did."""
        mail, than = self._mails.get(_folded(key)), self._mails.get(_folded(other))
        return mail is not None and than is not None and 0 < than.sent_at < mail.resent_at

    def sealed(self) -> dict[str, str]:
        """The seal of the last encrypted report that somebody may have, by folded client id."""
        mails = (mail.sent or mail.sending for mail in self._mails.values())
        reports = [line for line in mails if line and line.kind is MailKind.RESULT and line.seal]
        return {line.client.casefold(): line.seal for line in sorted(reports, key=_time)}

    def attempts(self, key: Key) -> int:
        """How often the mail has been sent up to its last byte."""
        mail = self._mails.get(_folded(key))
        return mail.attempts if mail else 0

    def refused(self, key: Key) -> frozenset[str]:
        """The addresses (folded) that a mail was refused at or came back from."""
        mail = self._mails.get(_folded(key))
        return frozenset(mail.refused) if mail else frozenset()

    def pending(self, key: Key) -> Posted | None:
        """The line `sending` of a mail of which nobody knows whether the server took it."""
        mail = self._mails.get(_folded(key))
        return mail.sending if mail else None

    def uncertain(self) -> tuple[Posted, ...]:
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
        lines = whole_lines(content)
        if content and not lines and not is_begun_head(content):
            raise PostbookError("send.log.foreign", path=path)
        for number, line in enumerate(lines, 1):
            try:
                if number == 1:
                    self.token = token_in(line)
                else:
                    self._note(posted_in(line))
            except ValueError as error:
                if number == 1:
                    raise PostbookError("send.log.foreign", path=path) from error
                raise PostbookError("send.log.broken", path=path, line=str(number)) from error

    def _start(self, content: bytes) -> None:
        """Open the file at the end of its last whole line; begin it where there is none."""
        self._file = open(self.path, "ab", buffering=0)  # noqa: PTH123, SIM115 - closed by `close`
        whole = sum(len(line) + 1 for line in whole_lines(content))
        if whole > len(content):  # only the end of the last line is missing
            self._write(b"\n")
        elif whole < len(content):
            self._file.truncate(whole)
        if not whole:
            self.token = secrets.token_hex(8)
            self._write(head(self.token))
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

    def _note(self, posted: Posted) -> None:
        self._posted.append(posted)
        if posted.event is Event.COLLECTED:
            self._collected.add(posted.message_id)
        elif posted.kind is not None:
            key = _folded((posted.kind, posted.client, posted.about))
            self._mails.setdefault(key, _Mail(posted)).note(posted, len(self._posted))


class _Mail:
    """How one mail stands after the lines that tell of it."""

    def __init__(self, first: Posted) -> None:
        self.last = first
        self.attempts = 0
        self.refused: set[str] = set()
        self.sending: Posted | None = None
        self.sent: Posted | None = None
        self.sent_at = self.resent_at = 0  # places in the log, counted from 1
        self._place = 0
        self._returned: set[str] = set()

    @property
    def is_done(self) -> bool:
        """Whether it went out and somebody may have it."""
        return self.sent is not None

    def note(self, posted: Posted, place: int) -> None:
        """Take the next line in, from its place in the log."""
        self.last, self._place = posted, place
        if posted.event in (Event.REFUSED, Event.BOUNCED):
            self.refused |= _people(posted)
        match posted.event:
            case Event.SENDING:
                self.attempts += 1
                self.sending = posted
            case Event.SENT | Event.BY_HAND:
                self._went(posted)
            case Event.BOUNCED:
                self._bounce(posted)
            case _ if self.sending and _of_one(self.sending, posted):
                self.sending = None

    def _went(self, posted: Posted) -> None:
        self.resent_at = self._place if self.sent else self.resent_at
        self.sending, self.sent, self.sent_at = None, posted, self._place
        self._returned = set()

    def _bounce(self, posted: Posted) -> None:
        """A bounce of an earlier attempt says nothing about the last one."""
        if self.sending and _of_one(self.sending, posted):
            self._went(self.sending)
        if self.sent and _of_one(self.sent, posted):
            self._returned |= _people(posted)
            if not posted.addresses or _people(self.sent) <= self._returned:
                self.sent = None


def _time(posted: Posted) -> datetime:
    return posted.time


def _people(posted: Posted) -> set[str]:
    return {address.casefold() for address in posted.addresses}


def _of_one(mail: Posted, posted: Posted) -> bool:
    """Whether the line may tell of this very attempt; drafts sent by hand have no id of ours."""
    return "" in (mail.message_id, posted.message_id) or mail.message_id == posted.message_id


def _folded(key: Key) -> Key:
    kind, client, about = key
    return kind, client.casefold(), about
