"""What became of the messages of a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sheet_diag.mail.imap.connection import MailboxError
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.model.mail_kinds import MailKind

MatchBasis = Literal["sheet", "sender", "thread", ""]


@dataclass(frozen=True, slots=True)
class CollectWarning:
    """Something about a mail that a person should look at; `key` is a wording key and `parts`
    what its sentence asks for."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CollectedMail:
    """A mail that was put into the input folder.

    `client` is an id of the list (empty: nobody knows), `how` what told it, `file` its place below
    the input folder, `when` the time of its arrival. `again`: it was collected before, and lay
    there no more. A mail with sheets of several clients is told once for each of them.
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
    """A mail of a client's, or one too large, that was left where it is: somebody has to see to
    it. `size` is in bytes."""

    client: str
    sender: str
    subject: str
    when: datetime
    size: int = 0


@dataclass(frozen=True, slots=True)
class BouncedMail:
    """A mail of ours that did not arrive, or not yet (`delayed`): at which addresses, and why in
    the words of the server."""

    client: str
    kind: MailKind | None
    addresses: tuple[str, ...]
    text: str
    when: datetime
    delayed: bool = False


@dataclass(frozen=True, slots=True)
class CollectResult:
    """One look through a folder.

    `without_sheet` are mails that bring no return and that nobody has read yet: those of clients,
    and reports of mail servers that are not understood. `too_large` are above the limit of the
    settings, whoever sent them. Counted only: `known` were collected before, `own` are copies of
    our mails, `automatic` are replies of machines and bounces told before, `others` bring nothing
    and were read, or come from nobody we know. `lost` are mails that were collected before, that
    no run has read, and that lie neither in the input folder nor in this one any more. `stopped` is
    why it ended before all were looked at; what was collected until then is in its place.
    """

    new: tuple[CollectedMail, ...] = ()
    without_sheet: tuple[UncollectedMail, ...] = ()
    too_large: tuple[UncollectedMail, ...] = ()
    bounces: tuple[BouncedMail, ...] = ()
    lost: tuple[MailLogEntry, ...] = ()
    known: int = 0
    own: int = 0
    automatic: int = 0
    others: int = 0
    stopped: MailboxError | None = None

    @property
    def skipped(self) -> int:
        """Mails that nobody need know of."""
        return self.own + self.automatic + self.others
