"""Reads the head of a message: who wrote it, answering what, and whether it may bring files.

Headers are as programs write them: 8-bit, in JIS, folded at will, missing.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.policy import compat32
from typing import Final

from sheet_diag.intake.containers.mail_headers import (
    clean_line,
    decode_header_text,
    decode_subject,
    parse_header_addresses,
    read_senders,
)
from sheet_diag.intake.containers.received_mail import (
    is_automatic,
    is_formal_report,
    is_receipt,
    is_report,
)
from sheet_diag.mail.imap.mailbox import MessageHead

_ID: Final = re.compile(r"<[^<>\s]+>")
_RECIPIENTS: Final = ("to", "cc")
_THREAD: Final = ("in-reply-to", "references")
_SEEN: Final = frozenset({"\\seen", "\\answered"})
# A leaf that is no plain text of the mail, as IMAP writes the structure.
_TEXT: Final = re.compile(rb'\("text" "(?:plain|html|enriched)"', re.IGNORECASE)
_LEAF: Final = re.compile(rb'\("[^"]*" "[^"]*" (?:\(|NIL)', re.IGNORECASE)
_NAMED: Final = re.compile(rb'"(?:attachment|filename\*?|name\*?)(?:\*?\d+\*?)?"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MessageHeaders:
    """The headers of a message; addresses and Message-IDs are as written, missing ones are empty.

    `senders` are all whom it may come from, the likeliest first. `is_seen`: somebody has read it.
    `is_receipt`: it only says that a mail of ours was read. `is_report`: it looks as if a mail
    server said what became of a mail; where it `is_formal_report`, no person has written it.
    """

    uid: str
    message_id: str
    senders: tuple[str, ...]
    recipients: tuple[str, ...]
    subject: str
    thread: tuple[str, ...]
    when: datetime
    size: int
    is_seen: bool
    is_automatic: bool
    is_receipt: bool
    is_report: bool
    is_formal_report: bool
    may_bring_files: bool

    @property
    def sender(self) -> str:
        """The likeliest sender."""
        return self.senders[0] if self.senders else ""


def read_message_headers(head: MessageHead) -> MessageHeaders:
    """Read the headers of a message. Raises nothing, whatever they hold."""
    message = email.message_from_bytes(head.header, policy=compat32)
    senders = read_senders(message)
    return MessageHeaders(
        uid=head.uid,
        message_id=_read_message_id(message),
        senders=senders,
        recipients=parse_header_addresses(message, _RECIPIENTS),
        subject=clean_line(decode_subject(message)),
        thread=tuple(
            each for name in _THREAD for each in find_message_ids(decode_header_text(message, name))
        ),
        when=head.when,
        size=head.size,
        is_seen=bool(head.flags & _SEEN),
        is_automatic=is_automatic(message),
        is_receipt=is_receipt(message),
        is_report=is_report(message),
        is_formal_report=is_formal_report(message),
        may_bring_files=_may_bring_files(head.structure),
    )


def find_message_ids(text: str) -> tuple[str, ...]:
    """Find the Message-IDs in a header, in order."""
    return tuple(_ID.findall(text))


def _read_message_id(message: Message) -> str:
    """Read the Message-ID, also where it lacks its brackets; one without a character is none."""
    text = decode_header_text(message, "message-id").strip()
    id_ = next(iter(find_message_ids(text)), text)
    return id_ if any(char.isalnum() for char in id_) else ""


def _may_bring_files(structure: bytes) -> bool:
    """Whether there may be anything but the text of the mail."""
    if not structure:
        return True
    leaves = len(_LEAF.findall(structure))
    return leaves > len(_TEXT.findall(structure)) or bool(_NAMED.search(structure))
