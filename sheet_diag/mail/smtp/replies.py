"""Replies of a mail server: a code, a text, and whom they blame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

_MAX_TEXT: Final = 300  # characters of a reply that are kept
_ENHANCED: Final = re.compile(r"[245]\.(\d{1,3})\.\d{1,3}(?!\d)")  # RFC 3463: class.subject.detail
_ADDRESS_SUBJECTS: Final = ("1", "2")  # addressing, mailbox; others blame mail, server, policy
# Without such a code: mailbox busy, unknown, elsewhere, full, misspelt (RFC 5321, 4.2.3).
_ADDRESS_CODES: Final = (450, 550, 551, 552, 553)
_RELAY: Final = re.compile("relay", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """A reply on one line, without control characters."""

    code: int
    text: str

    @classmethod
    def of(cls, code: int, text: bytes | str) -> Self:
        """Clean a reply as `smtplib` returns it."""
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        line = " ".join("".join(each if each.isprintable() else " " for each in words).split())
        return cls(code, line[:_MAX_TEXT])

    @property
    def is_yes(self) -> bool:
        """Whether the server has done what it was asked."""
        return 200 <= self.code < 300

    @property
    def is_temporary_no(self) -> bool:
        """Whether it is a no, and may be tried again."""
        return 400 <= self.code < 500

    @property
    def is_no(self) -> bool:
        """Whether it is a final no."""
        return 500 <= self.code < 600

    def blames_address(self, *, asked_for: bool) -> bool:
        """Whether the address is at fault, and not the mail, the account or the server.

        `asked_for` says that the server was asked about one address only.
        """
        if enhanced := _ENHANCED.match(self.text):
            return enhanced[1] in _ADDRESS_SUBJECTS
        return asked_for and self.code in _ADDRESS_CODES and not _RELAY.search(self.text)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()
