"""What the mail log keeps of a mail of ours to know it again: its Subject and its files."""

from __future__ import annotations

from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import compat32

from sheet_diag.intake.containers.eml import hash_attachments
from sheet_diag.intake.containers.mail_headers import decode_subject


@dataclass(frozen=True, slots=True)
class MailFacts:
    """The Subject of a mail, and the SHA-256 of each of its files (hexadecimal)."""

    subject_line: str
    attachments: tuple[str, ...]


def read_mail_facts(content: bytes) -> MailFacts:
    """Read them from the bytes of a mail."""
    head = BytesHeaderParser(policy=compat32).parsebytes(content, headersonly=True)
    return MailFacts(decode_subject(head), hash_attachments(content))
