"""回収状況: where each client of the list stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sheet_diag.model.clientlist import ListedClient
from sheet_diag.model.results import Status


class Stage(StrEnum):
    """How far a client has come, each stage beyond the one before it."""

    UNSENT = "unsent"
    SENT = "sent"
    REMINDED = "reminded"
    RECEIVED = "received"
    CORRECTING = "correcting"
    RANKED = "ranked"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """What a run tells of one return: `client` is the id on the sheet (empty: none), `received` the
    day it came (None: unknown), paths are relative to the output folder (empty: none). `strange`:
    it came from the address of another client."""

    client: str
    name: str
    status: Status
    sha256: str
    file: str
    member: str = ""
    received: date | None = None
    rank: str = ""
    result: str = ""
    correction: str = ""
    lang: str = "ja"
    email: str = ""
    strange: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one client stands. Days are None where the thing has not happened (yet).

    `sent` is the first request, `reminded` the last of the `reminders`, `received` the day of the
    return that counts, `correction_sent` the day of the last request for a correction (while one is
    due: about this return), `ranked` the date of the diagnosis; `overdue` is how many days the
    client is late (0: not). `trouble` are addresses that refused mail, each with what the server
    said.
    """

    client: ListedClient
    stage: Stage
    sent: date | None = None
    reminded: date | None = None
    reminders: int = 0
    received: date | None = None
    correction_sent: date | None = None
    ranked: date | None = None
    rank: str = ""
    result_sent: date | None = None
    password_sent: date | None = None
    overdue: int = 0
    trouble: tuple[str, ...] = ()
    fact: ReturnFacts | None = None


@dataclass(frozen=True, slots=True)
class GroupTurnout:
    """How many clients of a group (empty: none given) were asked, and how many of them answered."""

    group: str
    clients: int
    sent: int
    received: int
    ranked: int
    overdue: int

    @property
    def rate(self) -> float:
        """Share of the asked that answered, 0 to 1."""
        return self.received / self.sent if self.sent else 0.0


@dataclass(frozen=True, slots=True)
class WeekTurnout:
    """One week (`monday` is its first day): asked and answered in it, and up to its end."""

    monday: date
    sent: int
    received: int
    sent_so_far: int
    received_so_far: int


@dataclass(frozen=True, slots=True)
class Turnout:
    """回収状況 of the whole campaign on a day: clients in the order of the list."""

    as_of: date
    standings: Sequence[Standing]
    groups: Sequence[GroupTurnout]
    weeks: Sequence[WeekTurnout]
    stages: Mapping[Stage, int]

    @property
    def total(self) -> GroupTurnout:
        """All groups together."""
        names = ("clients", "sent", "received", "ranked", "overdue")
        sums = {name: sum(getattr(group, name) for group in self.groups) for name in names}
        return GroupTurnout("", **sums)
