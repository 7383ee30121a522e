"""What became of the messages of a mailbox folder."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from sheet_diag.mail.imap.connection import MailboxError
from sheet_diag.mail.inbox.bounces import DeliveryFailure
from sheet_diag.model.basics import Message
from sheet_diag.model.mail import MailLogEntry


class MailOutcome(StrEnum):
    """What became of one message; the values are keys of `mail.outcome.*`.

    `KNOWN` was collected before, `OWN` comes from us, `REPORT` says that a mail failed, `AUTOMATIC`
    was written by a machine, `WITHOUT_SHEET` wants a reader, `GONE` went while we looked.
    """

    NEW = "new"
    KNOWN = "known"
    OWN = "own"
    REPORT = "report"
    AUTOMATIC = "automatic"
    WITHOUT_SHEET = "without_sheet"
    TOO_LARGE = "too_large"
    OTHER = "other"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class CollectedMail:
    """A mail that was put into the input folder; one with sheets of several clients is several.

    `client` is an id of the client list (empty: nobody knows), `file` is its place below the input
    folder. `again`: it was collected before and was no longer there.
    """

    client: str
    file: str
    sender: str
    warnings: tuple[Message, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class UncollectedMail:
    """A mail that was left where it is and that a person has to see to."""

    client: str
    sender: str
    subject: str


@dataclass(slots=True)
class CollectResult:
    """What one search of a folder has found; `counts` has every message once.

    `without_sheet` are mails that bring no return and that nobody has read yet: those of clients,
    and reports of mail servers that are not understood. `too_large` are above the limit of the
    settings, whoever sent them. `bounces` are failures of our mails, `unconfirmed` those that
    nobody has read yet and that show no mail of ours. `lost` are mails that were collected before,
    that no run has read, and that are neither in the input folder nor in this one any more.
    `stopped` is why the search ended early; what was collected until then is in its place.
    """

    new: list[CollectedMail] = field(default_factory=list)
    without_sheet: list[UncollectedMail] = field(default_factory=list)
    too_large: list[UncollectedMail] = field(default_factory=list)
    bounces: list[DeliveryFailure] = field(default_factory=list)
    unconfirmed: list[DeliveryFailure] = field(default_factory=list)
    lost: tuple[MailLogEntry, ...] = ()
    counts: Counter[MailOutcome] = field(default_factory=Counter)
    stopped: MailboxError | None = None
