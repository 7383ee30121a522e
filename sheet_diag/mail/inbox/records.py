"""What became of the messages of a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sheet_diag.mail.imap.connection import MailboxError
from sheet_diag.mail.inbox.bounces import DeliveryFailure
from sheet_diag.model.mail import MailLogEntry

MatchBasis = Literal["sheet", "sender", "thread", ""]


@dataclass(frozen=True, slots=True)
class CollectWarning:
    """A reason why a person should look at a mail: a label key and its parts."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CollectedMail:
    """A mail that was put into the input folder; one with sheets of several clients is several.

    `client` is an id of the client list (empty: nobody knows), `how` says by what it was found,
    `file` is its place below the input folder, `when` the time of its arrival. `again`: it was
    collected before and was no longer there.
    """

    client: str
    how: MatchBasis
    file: str
    sender: str
    subject: str
    when: datetime
    warnings: tuple[CollectWarning, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class UncollectedMail:
    """A mail that was left where it is and that a person has to see to."""

    client: str
    sender: str
    subject: str


@dataclass(slots=True)
class CollectResult:
    """What one search of a folder has found.

    `without_sheet` are mails that bring no return and that nobody has read yet: those of clients,
    and reports of mail servers that are not understood. `too_large` are above the limit of the
    settings, whoever sent them. Counted only: `known` were collected before, `own` are copies of
    our mails, `automatic` are replies of machines and known bounces, `others` bring nothing and
    were read, or come from nobody we know. `lost` are mails that were collected before, that no run
    has read, and that are neither in the input folder nor in this one any more. `stopped` is why
    the search ended early; what was collected until then is in its place.
    """

    new: list[CollectedMail] = field(default_factory=list)
    without_sheet: list[UncollectedMail] = field(default_factory=list)
    too_large: list[UncollectedMail] = field(default_factory=list)
    bounces: list[DeliveryFailure] = field(default_factory=list)
    lost: tuple[MailLogEntry, ...] = ()
    known: int = 0
    own: int = 0
    automatic: int = 0
    others: int = 0
    stopped: MailboxError | None = None

    @property
    def skipped(self) -> int:
        """The number of mails that nobody has to know of."""
        return self.own + self.automatic + self.others
