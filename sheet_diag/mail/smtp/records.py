"""What is sent, and what has become of it."""

from __future__ import annotations

from dataclasses import dataclass

from sheet_diag.mail.smtp.connecting import MailServerError
from sheet_diag.model.mail import Parcel, Posted


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail in its last form, which the guard has let through; `content` is what goes out, lines
    ended with CR LF."""

    parcel: Parcel
    content: bytes
    message_id: str


@dataclass(frozen=True, slots=True)
class TooBig:
    """A mail that was not sent because it is larger than the server takes: in bytes both, the
    limit 0 where the server did not tell it."""

    parcel: Parcel
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

    sent: tuple[Posted, ...] = ()
    refused: tuple[Posted, ...] = ()
    deferred: tuple[Posted, ...] = ()
    uncertain: tuple[Posted, ...] = ()
    too_big: tuple[TooBig, ...] = ()
    skipped: tuple[Parcel, ...] = ()
    stopped: MailServerError | None = None
    interrupted: bool = False
