"""The mail log of a campaign: which mails were sent, refused, bounced and collected.

Entries are only ever added, and each is on the disk before anything else happens; after a kill the
log says how far the command got. A last line that the kill cut off does not count. Any other line
that cannot be read is an error, because a mail that it is about might go out twice; so is a log
that has lost lines (`chain`), until a person accepts what is left.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Set
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Final, Self

from filelock import FileLock, Timeout

from sheet_diag.mail.log.chain import (
    LogChain,
    LogHead,
    digest_line,
    read_log_head,
    write_log_head,
)
from sheet_diag.mail.log.lines import (
    format_log_entry,
    format_log_header,
    is_partial_header,
    parse_log_entry,
    parse_log_header,
    split_whole_lines,
)
from sheet_diag.mail.log.mail_state import MailState
from sheet_diag.model.basics import UserError
from sheet_diag.model.mail import MailEvent, MailKey, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.file_moves import sync_folder
from sheet_diag.storage.rights import follow_rights

MAIL_LOG_NAME: Final = "mail-log.jsonl"
MAIL_LOG_LOCK_NAME: Final = ".sheet-diag-mail.lock"


class MailLogError(UserError):
    """A mail log that cannot be used."""


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail that somebody may have; `place` and `resent_at` are as in `MailState`."""

    line: MailLogEntry
    place: int
    resent_at: int = 0


class MailLog:
    """A mail log in memory; `token` is random and names the campaign (empty: there is no log)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.token = ""
        self._entries: list[MailLogEntry] = []
        self._mails: dict[MailKey, MailState] = {}
        self._chain = LogChain(LogHead())
        self._file: FileIO | None = None
        self._closing = ExitStack()

    @classmethod
    def open(cls, path: Path, acceptance: MailLogEntry | None = None) -> Self:
        """Open a log for writing until it is closed, and create it where there is none.

        One that has lost lines is opened where an entry says that this is accepted. Raises
        `MailLogError` where it is not, where another command holds the log or it cannot be
        understood, and `OSError`.
        """
        log = cls(path)
        with ExitStack() as closing:
            closing.enter_context(follow_rights(path.parent))
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path.with_name(MAIL_LOG_LOCK_NAME))
            try:
                lock.acquire(blocking=False)
            except Timeout as error:
                raise MailLogError("send.log.busy", path=str(path)) from error
            closing.callback(lock.release)
            content = log._load()
            if log.fault and acceptance is None:
                raise log.fault
            log._file = closing.enter_context(path.open("ab", buffering=0))
            log._start(content)
            if acceptance:
                log.add(acceptance)
            log._closing = closing.pop_all()
        return log

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a log; it is empty where there is none. Raises `MailLogError`, `OSError`."""
        log = cls(path)
        log._load()
        return log

    @property
    def fault(self) -> MailLogError | None:
        """The error of a log that is not as it was written (None: it is)."""
        if not self._chain.first_wrong:
            return None
        counts = {"count": str(self._chain.head.count), "found": str(self._chain.end.count)}
        line = str(self._chain.first_wrong)
        return MailLogError("send.log.changed", path=str(self.path), line=line, **counts)

    @property
    def entries(self) -> tuple[MailLogEntry, ...]:
        """All entries in order."""
        return tuple(self._entries)

    def add(self, entry: MailLogEntry) -> None:
        """Add an entry; it is on the disk when this returns. Raises `OSError`."""
        self.add_all((entry,))

    def add_all(self, entries: Iterable[MailLogEntry]) -> None:
        """Add entries that belong together in one piece: a kill leaves all or none of them.

        Raises as `add`.
        """
        lines, digest = [], self._chain.end.digest
        for entry in entries:
            lines.append(format_log_entry(entry, digest))
            digest = digest_line(lines[-1])
            parse_log_entry(lines[-1])  # nothing unreadable is written
        self._write(b"".join(lines))
        for line in lines:
            self._take(line)
        self._write_head()

    def state(self, key: MailKey) -> MailState:
        """Return what the log says of a mail so far."""
        return self._mails.get(key) or MailState()

    def find_sent_mails(self, kind: MailKind) -> dict[str, tuple[SentMail, ...]]:
        """Find the mails of a kind that somebody may have, in order, by folded client id."""
        mails = [(key, mail) for key, mail in self._mails.items() if key.kind is kind and mail.sent]
        found: dict[str, list[SentMail]] = {}
        for key, mail in sorted(mails, key=lambda pair: pair[1].sent_at):
            if mail.sent:
                sent = SentMail(mail.sent, mail.sent_at, mail.resent_at)
                found.setdefault(key.client, []).append(sent)
        return {client: tuple(mails) for client, mails in found.items()}

    def report_fingerprints(self) -> dict[str, str]:
        """Return the password fingerprint of the last encrypted report that somebody may have, by
        folded client id."""
        mails = (mail.sent or mail.pending for mail in self._mails.values())
        reports = [
            entry
            for entry in mails
            if entry and entry.kind and entry.kind.spec.is_report and entry.password_fingerprint
        ]
        reports.sort(key=lambda entry: entry.time)
        return {entry.client.casefold(): entry.password_fingerprint for entry in reports}

    def find_drafts(self, kind: MailKind, only: Set[str] = frozenset()) -> list[MailLogEntry]:
        """Find the drafts of a kind in the mailbox of which nobody has noted that they were sent:
        all, or those of some clients (`only`, folded ids)."""
        return [
            mail.draft
            for key, mail in self._mails.items()
            if mail.draft and key.kind is kind and (not only or key.client in only)
        ]

    def find_last_by_person(self, kind: MailKind, only: Set[str]) -> list[MailLogEntry]:
        """Find the last draft in the mailbox or mail sent by hand, of a kind, of each client."""
        mails = sorted(self._mails.items(), key=lambda pair: pair[1].places)
        found = {
            key.client: mail.by_person
            for key, mail in mails
            if mail.by_person and key.kind is kind and key.client in only
        }
        return list(found.values())

    def find_unfinished(self) -> frozenset[MailKey]:
        """Find the mails that went out and have not reached all of their addresses this far."""
        return frozenset(key for key, mail in self._mails.items() if mail.sent and mail.deferred)

    def uncertain(self) -> tuple[MailLogEntry, ...]:
        """Return the mails of which nobody knows whether the server took them."""
        return tuple(mail.pending for mail in self._mails.values() if mail.pending)

    def close(self) -> None:
        """Close the file and release the lock."""
        self._file = None
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _load(self) -> bytes:
        """Load the log and return its content."""
        path = str(self.path)
        self._chain = LogChain(read_log_head(self.path))  # first: another command may be writing
        content = self.path.read_bytes() if self.path.exists() else b""
        lines = split_whole_lines(content)
        if content and not lines and not is_partial_header(content):
            raise MailLogError("send.log.foreign", path=path)
        for number, line in enumerate(lines, 1):
            try:
                if number == 1:
                    self.token = parse_log_header(line)
                    self._chain.add(line, "", accepts=False)
                else:
                    self._take(line)
            except ValueError as error:
                if number == 1:
                    raise MailLogError("send.log.foreign", path=path) from error
                raise MailLogError("send.log.broken", path=path, line=str(number)) from error
        return content

    def _start(self, content: bytes) -> None:
        """Cut the file off behind its last whole line; write the header where there is none."""
        size = sum(len(line) + 1 for line in split_whole_lines(content))
        if size > len(content):  # only the end of the last line is missing
            self._write(b"\n")
        elif size < len(content):
            os.truncate(self.path, size)
        if not size:
            self.token = secrets.token_hex(8)
            header = format_log_header(self.token)
            self._write(header)
            self._chain.add(header, "", accepts=False)
            sync_folder(self.path.parent)
        if self._chain.head != self._chain.end and not self.fault:
            self._write_head()

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

    def _write_head(self) -> None:
        write_log_head(self.path, self._chain.end)
        self._chain.head = self._chain.end

    def _take(self, line: bytes) -> None:
        """Take in the next line. Raises `ValueError` where it is not one of ours."""
        entry, previous = parse_log_entry(line)
        self._chain.add(line, previous, accepts=entry.event is MailEvent.ACCEPTED)
        self._note(entry)

    def _note(self, entry: MailLogEntry) -> None:
        self._entries.append(entry)
        if entry.event is not MailEvent.COLLECTED and (key := entry.key):
            mail = self._mails.setdefault(key, MailState())
            if entry.event is MailEvent.UNSENT and mail.by_person is mail.sent is not None:
                mail = self._mails[key] = self._undo(mail)
            mail.add(entry, len(self._entries))

    def _undo(self, mail: MailState) -> MailState:
        """Take back that a person has sent a mail: its entry reads as if it had not been."""
        before, place = MailState(), mail.sent_at - 1
        self._entries[place] = replace(self._entries[place], event=MailEvent.UNSENT)
        for each in mail.places:
            before.add(self._entries[each - 1], each)
        return before
