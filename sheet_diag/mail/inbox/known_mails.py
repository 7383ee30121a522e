"""Knows which mails were collected before: by Message-ID and size, or else by what they bring.

Programs give a second mail the id of the first, and servers a copy another size. So a mail of the
same id is fetched where its size is new, and is the same where its attachments are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

from sheet_diag.intake.containers.eml import hash_attachments
from sheet_diag.mail.inbox.headers import MessageHeaders
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.reports.response_status.read_files import (
    MailIdentity,
    group_collected_mails,
    identify_mail,
    select_latest,
)


@dataclass(frozen=True, slots=True)
class FetchedMail:
    """A mail with what tells it from others; `files` are the SHA-256 of those in it."""

    content: bytes
    message_id: str
    size: int
    sha256: str
    files: tuple[str, ...]

    @classmethod
    def of(cls, content: bytes, message_id: str = "", size: int = 0) -> Self:
        """Describe a mail, of the `size` that the mailbox names (0: it names none)."""
        sha256, files = hashlib.sha256(content).hexdigest(), hash_attachments(content)
        return cls(content, identify_mail(message_id, sha256), size or len(content), sha256, files)

    @property
    def identity(self) -> MailIdentity:
        """What tells it from all others."""
        return self.message_id, self.files or (self.sha256,)


class KnownMails:
    """The mails of the log; `missing` ones have to be fetched again."""

    def __init__(self, log: MailLog, missing: Collection[MailLogEntry]) -> None:
        self._log = log
        self._lines = group_collected_mails(log.entries)
        self._missing = {key for key, lines in self._lines.items() if lines[-1] in missing}
        kept = (lines for key, lines in self._lines.items() if key not in self._missing)
        self._heads = {(each.message_id, each.size) for lines in kept for each in lines}
        left = (each for each in log.entries if each.event is MailEvent.LEFT)
        self._left = {(each.message_id, each.size) for each in left}

    @property
    def missing(self) -> list[MailLogEntry]:
        """The last line of each mail that is still missing."""
        return [lines[-1] for key, lines in self._lines.items() if key in self._missing]

    @property
    def incomplete(self) -> list[list[MailLogEntry]]:
        """The lines of each mail that an earlier version collected, which tell too little."""
        return [select_latest(lines) for (_, files), lines in self._lines.items() if not files]

    @property
    def locked(self) -> list[MailLogEntry]:
        """The mails that brought a file which wants a password."""
        return [each for lines in self._lines.values() for each in lines if each.locked]

    def is_collected(self, headers: MessageHeaders) -> bool:
        """Whether its head says that it was collected before."""
        return bool(headers.size) and (headers.message_id, headers.size) in self._heads

    def is_left(self, headers: MessageHeaders) -> bool:
        """Whether its head says that it was fetched before and brings nothing."""
        return bool(headers.size) and (headers.message_id, headers.size) in self._left

    def is_missing(self, mail: FetchedMail) -> bool:
        """Whether a fetched mail was collected before and is not there any more."""
        return self._find(mail) in self._missing

    def recognize(self, mail: FetchedMail) -> bool:
        """Tell whether a fetched mail was collected before; its head says so from now on.

        Raises `OSError`.
        """
        key = self._find(mail)
        if key is None or key in self._missing:
            return False
        if (mail.message_id, mail.size) not in self._heads:
            self.add(mail, select_latest(self._lines[key]))
        return True

    def add(self, mail: FetchedMail, entries: Iterable[MailLogEntry]) -> None:
        """Log a mail as collected. Raises `OSError`."""
        facts: dict[str, Any] = {
            "message_id": mail.message_id,
            "size": mail.size,
            "attachments": mail.identity[1],
        }
        told = [replace(each, **facts) for each in entries]
        self._log.add_all(told)
        self._missing.discard(self._find(mail) or mail.identity)
        self._lines.setdefault(mail.identity, []).extend(told)
        self._heads.add((mail.message_id, mail.size))

    def add_left(self, mail: FetchedMail, headers: MessageHeaders) -> None:
        """Log a mail that brings nothing; one without an id is not known by its head. Raises
        `OSError`."""
        if headers.message_id:
            self._log.add(
                MailLogEntry(
                    headers.when,
                    MailEvent.LEFT,
                    message_id=mail.message_id,
                    size=mail.size,
                    attachments=mail.files,
                )
            )

    def _find(self, mail: FetchedMail) -> MailIdentity | None:
        if mail.identity in self._lines:
            return mail.identity
        old = (mail.message_id, ())
        lines = self._lines.get(old)
        return old if lines and lines[-1].sha256 in ("", mail.sha256) else None
