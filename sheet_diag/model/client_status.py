"""回収状況: where each client of the list stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.returns import ProblemCode


class Stage(StrEnum):
    """How far a client has come, each stage beyond the one before it."""

    UNSENT = "unsent"
    SENT = "sent"
    REMINDED = "reminded"
    RECEIVED = "received"
    CORRECTING = "correcting"
    RANKED = "ranked"
    DELIVERED = "delivered"


ANSWERED_STAGES: Final = (Stage.RECEIVED, Stage.CORRECTING, Stage.RANKED, Stage.DELIVERED)
# Why a sender may not be the client, as the last part of wording keys, by the problem that says so.
SENDER_DOUBTS: Final = {
    ProblemCode.SENDER_DISAGREES: "sender",
    ProblemCode.SENDER_UNPROVEN: "unproven",
}


@dataclass(frozen=True, slots=True)
class EditedFile:
    """An output that was changed by hand and moved away before it was made anew.

    `output` is where it stood and `kept` where it lies, both relative to the output folder;
    `client` is the id of whom it was made for (empty: of nobody), `time` when it was moved.
    """

    output: str
    kept: str
    client: str
    time: datetime

    @property
    def is_report(self) -> bool:
        """Whether it is what a client gets as the result."""
        return self.output.startswith(("results/", "pdf/"))

    @classmethod
    def parse(cls, entry: Any) -> Self:
        """Read it as run.json has it. Raises `KeyError`, `TypeError`, `ValueError`."""
        texts = {key: str(entry[key] or "") for key in ("output", "kept", "client")}
        return cls(**texts, time=datetime.fromisoformat(entry["time"]))

    def dump(self) -> dict[str, str | None]:
        """Write it as run.json has it."""
        time = self.time.isoformat(timespec="seconds")
        return {
            "output": self.output,
            "kept": self.kept,
            "client": self.client or None,
            "time": time,
        }


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """What a run tells of one return: `client` is the id on the sheet (empty: none), `received`
    the day it came (None: unknown), paths are relative to the output folder (empty: none).
    `sender_doubt` is one of `SENDER_DOUBTS` (empty: none). `pdf_sha256` is that of the PDF
    as it was written, in hexadecimal.
    `file_sha256` is that of the archive or mail that the `member` lies in (empty: the run was too
    old to tell). `points` is how many the correction lists (0: not known), which is told by
    run.json alone: in a run it is not written yet; so is `edition`, which stands for what the
    report says, and `edited`, the last report of the client that was changed by hand and lies
    aside. `contact` and `phone` are whom the return names for questions.
    """

    client: str
    name: str
    status: ReturnStatus
    sha256: str
    file: str
    member: str = ""
    received: date | None = None
    rank: str = ""
    result: str = ""
    correction: str = ""
    lang: str = "ja"
    email: str = ""
    sender_doubt: str = ""
    pdf: str = ""
    pdf_sha256: str = ""
    file_sha256: str = ""
    points: int = field(default=0, compare=False)
    edition: str = field(default="", compare=False)
    edited: EditedFile | None = field(default=None, compare=False)
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class AwaitedAnswer:
    """What a client was asked for and has not sent: the first answer, or the correction of a return
    (`fact`).

    `asked` is the day of the last mail that asked for it, `reminded` of the last of its `reminders`
    (None: unknown). `due` is the day that these mails told (None: they told none), `expected` the
    last day on which it is not late (None: nobody knows).
    """

    asked: date | None = None
    reminded: date | None = None
    reminders: int = 0
    due: date | None = None
    expected: date | None = None
    fact: ReturnFacts | None = None

    @property
    def written(self) -> date | None:
        """The day of the last mail about it (None: unknown)."""
        return max((day for day in (self.asked, self.reminded) if day), default=None)

    def is_late(self, day: date) -> bool:
        """Whether it should have come before the day."""
        return self.expected is not None and self.expected < day

    def next_mail_day(self, gap: int) -> date | None:
        """The day from which on another mail may follow, `gap` days after the last one (None: there
        was none)."""
        return self.written + timedelta(days=gap) if self.written else None

    def needs_reminder(self, day: date, gap: int) -> bool:
        """Whether it is late on the day, and the last mail about it lies `gap` days back."""
        rest = self.next_mail_day(gap)
        return self.is_late(day) and (rest is None or rest <= day)


@dataclass(frozen=True, slots=True)
class ClientStatus:
    """Where one client stands. Days are None where the thing has not happened (yet).

    `sent` is the first request, `reminded` the last of the `reminders`, those about corrections
    among them; `received` the day of the return that counts, `correction_sent` the day of the last
    request for a correction (while one is due: about this return), `ranked` the date of the
    diagnosis. `result_sent` and `password_sent` are about the return that counts once it is ranked,
    before about any. `due` is the day that `overdue` is counted from, in days (0: not late).
    `awaited` is what the client was asked for last and has not sent. `mail_failures` are addresses
    that
    refused mail, each with what the server said. `lost` is the day of an answer that was collected
    and went from the input folder before any run had read it: it does not count as received.
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
    due: date | None = None
    overdue: int = 0
    awaited: tuple[AwaitedAnswer, ...] = ()
    mail_failures: tuple[str, ...] = ()
    fact: ReturnFacts | None = None
    lost: date | None = None

    @property
    def needs_password(self) -> bool:
        """Whether the password of its report is neither agreed nor told yet."""
        return not self.client.password and self.password_sent is None


@dataclass(frozen=True, slots=True)
class GroupResponses:
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
class WeekResponses:
    """One week (`monday` is its first day): asked and answered in it, and up to its end."""

    monday: date
    sent: int
    received: int
    sent_so_far: int
    received_so_far: int


@dataclass(frozen=True, slots=True)
class ResponseStatus:
    """回収状況 of the whole campaign on a day: clients in the order of the list."""

    as_of: date
    clients: Sequence[ClientStatus]
    groups: Sequence[GroupResponses]
    weeks: Sequence[WeekResponses]
    stages: Mapping[Stage, int]

    @property
    def total(self) -> GroupResponses:
        """All groups together."""
        names = ("clients", "sent", "received", "ranked", "overdue")
        sums = {name: sum(getattr(group, name) for group in self.groups) for name in names}
        return GroupResponses("", **sums)
