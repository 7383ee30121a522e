"""The chain of the mail log: each line has the digest of the one before it.

A file beside the log, its head, has the number of lines and the digest of the last. It is written
after the line, so that a log is never behind its head, whatever stops the program. Lines of
version 0.1.0 have no digest; they are valid up to the first that has one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from sheet_diag.storage.file_moves import write_whole_file

LOG_HEAD_NAME: Final = ".sheet-diag-mail.head"


@dataclass(frozen=True, slots=True)
class LogHead:
    """How many lines a log has (0: there is none), and the SHA-256 of the last (hexadecimal)."""

    count: int = 0
    digest: str = ""


_HEAD: Final = TypeAdapter(LogHead)
_UNREADABLE: Final = LogHead(1)  # which fits no log


def read_log_head(log: Path) -> LogHead:
    """Read the head of a log; it is empty where there is none. Raises `OSError`."""
    path = log.with_name(LOG_HEAD_NAME)
    if not path.exists():
        return LogHead()
    try:
        return _HEAD.validate_json(path.read_bytes())
    except ValidationError:
        return _UNREADABLE


def write_log_head(log: Path, head: LogHead) -> None:
    """Write the head of a log, whole or not at all. Raises `OSError`."""
    write_whole_file(log.with_name(LOG_HEAD_NAME), _HEAD.dump_json(head))


def digest_line(line: bytes) -> str:
    """Return the SHA-256 (hexadecimal) of a line without its end."""
    return hashlib.sha256(line.removesuffix(b"\n")).hexdigest()


class LogChain:
    """The lines of a log, compared with their digests and with the head of the log."""

    def __init__(self, head: LogHead) -> None:
        self.head = head
        self.end = LogHead()
        self._wrong = 0
        self._is_chained = False

    @property
    def first_wrong(self) -> int:
        """The number of the first line that is not as it was written (0: none)."""
        is_short = self.end.count < self.head.count
        return self._wrong or (self.end.count + 1 if is_short else 0)

    def add(self, line: bytes, previous: str, *, accepts: bool) -> None:
        """Add a line, with the digest that it has of the one before (empty: none).

        One that `accepts` stands for all before it: a person has looked at them.
        """
        self._is_chained = self._is_chained or bool(previous)
        is_wrong = self._is_chained and previous != self.end.digest
        if accepts and not is_wrong:
            self._wrong = 0
        self.end = LogHead(self.end.count + 1, digest_line(line))
        is_other = self.end.count == self.head.count and self.end != self.head
        if (is_wrong or is_other) and not self._wrong:
            self._wrong = self.end.count
