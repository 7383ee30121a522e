"""What is sent, and what has become of it."""

from __future__ import annotations

from dataclasses import dataclass

from sheet_diag.mail.smtp.connection import SmtpServerError
from sheet_diag.model.mail import MailLogEntry, OutgoingMail


@dataclass(frozen=True, slots=True)
class FinalMail:
    """A mail in its last form, which the guard has let through; `content` is what goes out, lines
    ended with CR LF."""

    mail: OutgoingMail
    content: bytes
    message_id: str


@dataclass(frozen=True, slots=True)
class OversizedMail:
    """A mail that was not sent because it is larger than the server takes: in bytes both, the
    limit 0 where the server did not tell it."""

    mail: OutgoingMail
    size: int
    limit: int


@dataclass(frozen=True, slots=True)
class SendReport:
    """What became of the mails: lines of the mail log, but for those that were not tried.

    `refused` and `deferred` also hold single addresses of mails that went out to others. Of
    `uncertain` mails nobody knows whether they were taken; they are not sent again by themselves.
    `skipped` went out before, or every address of theirs has refused them. `stopped` tells why the
    rest was not tried, `interrupted` that somebody wanted it so.
    """

    sent: tuple[MailLogEntry, ...] = ()
    refused: tuple[MailLogEntry, ...] = ()
    deferred: tuple[MailLogEntry, ...] = ()
    uncertain: tuple[MailLogEntry, ...] = ()
    too_big: tuple[OversizedMail, ...] = ()
    skipped: tuple[OutgoingMail, ...] = ()
    stopped: SmtpServerError | None = None
    interrupted: bool = False
