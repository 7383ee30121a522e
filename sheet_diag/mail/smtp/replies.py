"""What a mail server answers: a code, words, and what they are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

_MOST: Final = 300  # characters of a reply that are kept
_ENHANCED: Final = re.compile(r"[245]\.(\d{1,3})\.\d{1,3}(?!\d)")  # RFC 3463: class.subject.detail
_ABOUT_ADDRESS: Final = ("1", "2")  # addressing, mailbox; the others blame mail, server, policy
# Without such a code: mailbox busy, unknown, elsewhere, full, misspelt (RFC 5321, 4.2.3).
_PLAIN_ABOUT_ADDRESS: Final = (450, 550, 551, 552, 553)
_RELAY: Final = re.compile("relay", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SmtpReply:
    """An answer in one line, without control characters."""

    code: int
    text: str

    @classmethod
    def of(cls, code: int, text: bytes | str) -> Self:
        """The answer as `smtplib` gives it."""
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        line = " ".join("".join(each if each.isprintable() else " " for each in words).split())
        return cls(code, line[:_MOST])

    @property
    def is_yes(self) -> bool:
        """Done."""
        return 200 <= self.code < 300

    @property
    def is_passing(self) -> bool:
        """No, but it may be tried again."""
        return 400 <= self.code < 500

    @property
    def is_no(self) -> bool:
        """No for good."""
        return 500 <= self.code < 600

    def blames_address(self, *, asked_for: bool) -> bool:
        """Whether it is the address that is at fault, and not the mail, the account or the server.

        `asked_for` says that the server was asked about one address only.
        """
        if enhanced := _ENHANCED.match(self.text):
            return enhanced[1] in _ABOUT_ADDRESS
        return asked_for and self.code in _PLAIN_ABOUT_ADDRESS and not _RELAY.search(self.text)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()
