"""Mails between the firm and its clients: what is sent, and what has become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail_kinds import DocumentKind, MailKind

_FILE_SEPARATOR: Final = " / "  # names of files, which hold no slash
_FORM: Final = "/"


class ReportForm(StrEnum):
    """How a report goes out: as workbook, as PDF, or both in one mail."""

    WORKBOOK = "xlsx"
    PRINTED = "pdf"
    BOTH = "both"

    @property
    def files(self) -> tuple[ReportForm, ...]:
        """The form of each file of the mail, in order."""
        single = (ReportForm.WORKBOOK, ReportForm.PRINTED)
        return single if self is ReportForm.BOTH else (self,)


class MailEvent(StrEnum):
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
class MailLogEntry:
    """A line of the mail log.

    `client` is an id of the client list (empty: nobody knows), `about` tells mails of a kind to one
    client apart: the number of a reminder (of a correction: with its return, `about_reminder`), the
    SHA-256 of the return that a correction or a result is about; of a result that is no workbook
    alone, with its form (`about_report`). `kind` is None for mails of clients. `time` has an
    offset, its date is the one that people here saw. `addresses` are those of the recipients, or of
    the sender of what was collected; those of a refusal or a bounce are the refused ones. `file` is
    the name of the attachment (of two, with " / " between them), or of what was collected below the
    input folder; `text` is what the server said, before it has (`sending`) who gets a copy. Of what
    was collected, `sha256` is that of the file and `holds` those of the returns in it (hexadecimal;
    empty in logs of earlier versions). `due` is the day that an answer was asked for by (None:
    that of the client list or the settings, unless it had passed). `edition` stands for what a
    report says: another one says something else (empty: not known).
    """

    time: datetime
    event: MailEvent
    client: str = ""
    kind: MailKind | None = None
    about: str = ""
    message_id: str = ""
    addresses: tuple[str, ...] = ()
    file: str = ""
    text: str = ""
    password_fingerprint: str = field(default="", repr=False)
    sha256: str = ""
    holds: tuple[str, ...] = ()
    due: date | None = None
    edition: str = ""

    def was_sent_to(self, client: ListedClient) -> bool:
        """Whether any address that the client has in the list is among its addresses."""
        listed = {address.casefold() for address in client.addresses}
        return not listed.isdisjoint(map(str.casefold, self.addresses))


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """One mail to one client, before it is written.

    `attachment` is the file that goes with it under its own name (None: nothing does), `beside` a
    second one: the PDF of a report that goes out in both forms. `form` is that of a result, and
    `printed` the SHA-256 (hexadecimal) of the PDF that the run made (empty: it made none).
    `password` is what opens the report of the client: the guard needs it for a result, and a mail
    of the kind `password` tells it. `about` is as in `MailLogEntry`; `number` counts reminders
    from 1.
    `facts` are further words for the letter, `edition` is as in `MailLogEntry`. `again`: it goes
    out
    although it has gone out before, because somebody wants it so. `strange`: the return that it is
    about came from the address of another client.
    """

    kind: MailKind
    client: ListedClient
    about: str = ""
    number: int = 1
    attachment: Path | None = None
    password: str = field(default="", repr=False)
    facts: Mapping[str, str] = field(default_factory=dict)
    beside: Path | None = None
    form: ReportForm = ReportForm.WORKBOOK
    printed: str = ""
    edition: str = ""
    again: bool = False
    strange: bool = False

    @property
    def key(self) -> tuple[MailKind, str, str]:
        """What tells this mail from all others of the campaign."""
        return self.kind, self.client.id, self.about

    @property
    def files(self) -> tuple[Path, ...]:
        """What is attached, in order."""
        return tuple(path for path in (self.attachment, self.beside) if path)

    @property
    def file_names(self) -> str:
        """The names of what is attached, as the mail log has them."""
        return _FILE_SEPARATOR.join(path.name for path in self.files)

    @property
    def due(self) -> date | None:
        """The day by which an answer is asked for, if it is told by the parcel alone (`facts`)."""
        told = self.facts.get("due")
        return date.fromisoformat(told) if told else None

    @property
    def document(self) -> DocumentKind | None:
        """What is attached (None: nothing)."""
        return DocumentKind.CORRECTION if self.asks_for_correction else self.kind.spec.document

    @property
    def repeats_correction(self) -> bool:
        """Whether it is a reminder of a correction."""
        return self.document is not self.kind.spec.document

    @property
    def asks_for_correction(self) -> bool:
        """Whether it asks for the correction of the return that it is about, or asks again."""
        reminds = self.kind is MailKind.REMINDER
        return bool(reminder_in(self.about)[0]) if reminds else self.kind is MailKind.CORRECTION


def about_report(sha256: str, form: ReportForm) -> str:
    """What the mail with the report on a return is about; the workbook's is the return alone."""
    return sha256 if form is ReportForm.WORKBOOK else f"{sha256}{_FORM}{form.value}"


def about_reminder(number: int, sha256: str = "") -> str:
    """What a reminder is about: the first answer, or the correction of the return `sha256`."""
    return f"{sha256}{_FORM}{number}" if sha256 else str(number)


def reminder_in(about: str) -> tuple[str, int]:
    """The return whose correction a reminder asks for (empty: it asks for the first answer), and
    which reminder of that it is, from 1."""
    sha256, _, number = about.rpartition(_FORM)
    return sha256, int(number) if number.isdecimal() else 1


def return_in(about: str) -> str:
    """The SHA-256 of the return that a mail is about, in whatever form the report went out."""
    return about.partition(_FORM)[0]
