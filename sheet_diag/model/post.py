"""Mails between the firm and its clients: what is sent, and what has become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sheet_diag.model.clientlist import ListedClient


class MailKind(StrEnum):
    """What a mail is for."""

    REQUEST = "request"
    REMINDER = "reminder"
    CORRECTION = "correction"
    RESULT = "result"
    PASSWORD = "password"


class Event(StrEnum):
    """What happened to a mail.

    `sending`: its last byte was about to go out; without a later event nobody knows whether it was
    accepted. `unsent`: it was found not to have been. `deferred` may be tried again, `refused` and
    `bounced` not at the same address. `by_hand`: a person sent the draft. `collected`: a mail of
    the client's was put into the input folder.
    """

    SENDING = "sending"
    SENT = "sent"
    UNSENT = "unsent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    BOUNCED = "bounced"
    BY_HAND = "by_hand"
    COLLECTED = "collected"


@dataclass(frozen=True, slots=True)
class Posted:
    """A line of the mail log.

    `client` is an id of the client list (empty: nobody knows), `about` tells mails of a kind to one
    client apart: the number of a reminder, the SHA-256 of the return that a correction or a result
    is about. `kind` is None for mails of clients. `time` has an offset, its date is the one that
    people here saw. `addresses` are those of the recipients, or of the sender of what was
    collected; those of a refusal or a bounce are the refused ones. `file` is the name of the
    attachment, or of what was collected below the input folder; `text` is what the server said,
    before it has (`sending`) who gets a copy.
    """

    time: datetime
    event: Event
    client: str = ""
    kind: MailKind | None = None
    about: str = ""
    message_id: str = ""
    addresses: tuple[str, ...] = ()
    file: str = ""
    text: str = ""
    seal: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One mail to one client, before it is written.

    `attachment` is the file that goes with it under its own name (None: nothing does), `password`
    what opens the report of the client: the guard needs it for a result, and a mail of the kind
    `password` tells it. `about` is as in `Posted`; `number` counts reminders from 1. `facts` are
    further words for the letter.
    """

    kind: MailKind
    client: ListedClient
    about: str = ""
    number: int = 1
    attachment: Path | None = None
    password: str = field(default="", repr=False)
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[MailKind, str, str]:
        """What tells this mail from all others of the campaign."""
        return self.kind, self.client.id, self.about
