"""What the mail log keeps of a mail of ours to know it again: its Subject and its files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32

from sheet_diag.intake.containers.eml import hash_attachments
from sheet_diag.intake.containers.mail_headers import decode_subject
from sheet_diag.model.mail import MailEvent, MailLogEntry, OutgoingMail


@dataclass(frozen=True, slots=True)
class MailFacts:
    """The Subject of a mail, and the SHA-256 of each of its files (hexadecimal)."""

    subject_line: str
    attachments: tuple[str, ...]


def read_mail_facts(content: bytes) -> MailFacts:
    """Read them from the bytes of a mail."""
    head = BytesHeaderParser(policy=compat32).parsebytes(content, headersonly=True)
    return MailFacts(decode_subject(head), hash_attachments(content))


def create_log_entry(
    event: MailEvent,
    time: datetime,
    mail: OutgoingMail,
    message_id: str,
    fingerprint: str,
    facts: MailFacts,
) -> MailLogEntry:
    """Create the entry of a mail to all its addresses.

    `fingerprint` is that of the report's password.
    """
    return MailLogEntry(
        time=time,
        event=event,
        client=mail.client.id,
        kind=mail.kind,
        subject=mail.subject,
        message_id=message_id,
        addresses=mail.addresses,
        file=mail.file_names,
        password_fingerprint=fingerprint,
        due=mail.due,
        edition=mail.edition,
        attachments=facts.attachments,
        subject_line=facts.subject_line,
    )
