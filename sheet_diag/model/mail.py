"""Mails between the firm and its clients, and the entries of the mail log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, Self

from sheet_diag.model.basics import Message, UserError
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.client_status import EditedFile
from sheet_diag.model.mail_kinds import DocumentKind, MailKind

FILE_SEPARATOR: Final = " / "  # between names of files, which hold no slash
_SUBJECT_SEPARATOR: Final = "/"


class ReportForm(StrEnum):
    """How a report goes out: as workbook, as PDF, or both in one mail."""

    WORKBOOK = "xlsx"
    PRINTED = "pdf"
    BOTH = "both"

    @property
    def files(self) -> tuple[ReportForm, ...]:
        """The form of each file of the mail, in order."""
        single = (ReportForm.PRINTED, ReportForm.WORKBOOK)  # to read first, then to work with
        return single if self is ReportForm.BOTH else (self,)


class MailEvent(StrEnum):
    """What happened to a mail.

    `sending`: its last byte was about to go out; without a later event nobody knows whether it was
    accepted. `unsent`: it was found not to have been. `deferred` (not taken) and `undelivered` (it
    came back) may be tried again, `refused` and `bounced` not at the same address. `drafted`: a
    draft was put into the mailbox. `by_hand`: a person sent the draft. `called`: a person told by
    telephone what it is to tell. `collected`: a mail of the client's was put into the input folder.
    `left`: one was left in the mailbox, because it brings no file but ours. `accepted`:
    a person goes on with a log that is not as it was written.
    """

    SENDING = "sending"
    SENT = "sent"
    UNSENT = "unsent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    BOUNCED = "bounced"
    UNDELIVERED = "undelivered"
    DRAFTED = "drafted"
    BY_HAND = "by_hand"
    COLLECTED = "collected"
    LEFT = "left"
    CALLED = "called"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class MailSubject:
    """What a mail is about; it tells mails of one kind to one client apart.

    `return_sha256` is the SHA-256 (hexadecimal) of the return that the mail is about; empty for a
    request and for a reminder of the first answer. `form` is that of a report. `reminder` is the
    number of a reminder, from 1 (0: the mail is no reminder).
    """

    return_sha256: str = ""
    form: ReportForm = ReportForm.WORKBOOK
    reminder: int = 0

    @classmethod
    def parse(cls, kind: MailKind | None, text: str) -> Self:
        """Read a subject as files have it. Raises `ValueError` for an unknown form of a report."""
        if kind is MailKind.REMINDER:
            sha256, _, number = text.rpartition(_SUBJECT_SEPARATOR)
            return cls(sha256, reminder=int(number) if number.isdecimal() else 1)
        sha256, _, form = text.partition(_SUBJECT_SEPARATOR)
        return cls(sha256, ReportForm(form) if form else ReportForm.WORKBOOK)

    @property
    def text(self) -> str:
        """The subject as the mail log and the notes on drafts have it."""
        detail = "" if self.form is ReportForm.WORKBOOK else self.form.value
        parts = (self.return_sha256, str(self.reminder) if self.reminder else detail)
        return _SUBJECT_SEPARATOR.join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class MailKey:
    """What tells a mail from all others of a campaign; `client` is a folded id."""

    kind: MailKind
    client: str
    subject: MailSubject

    @classmethod
    def of(cls, kind: MailKind, client_id: str, subject: MailSubject | None = None) -> Self:
        """Build the key of a mail from an id as the client list has it."""
        return cls(kind, client_id.casefold(), subject or MailSubject())


@dataclass(frozen=True, slots=True)
class MailLogEntry:
    """A line of the mail log.

    `client` is an id of the client list (empty: nobody knows), `kind` is None for a mail that a
    client sent, and where it is about none. `time` has an offset; its date is the one that people
    here saw. `addresses` are those of the recipients, of a refusal or a bounce those that were
    refused, of a collected mail that of its sender. `file` names what was attached, or the
    collected file below the input folder. `text` is what the server said; of `sending` it is who
    gets a copy, of `accepted` what was found. Of a collected mail, `sha256` is that of the file and
    `holds` those of the returns in it, `size` its bytes as the mailbox counts them, `locked`
    whether a file in it wants a password, `dmarc` as in `ReceivedFile`. `attachments` are the
    SHA-256 of the files in a mail (of a client's without any: of the mail), `subject_line` is the
    Subject of one of ours. All these are empty or 0 in logs of earlier versions, digests are
    hexadecimal. `due` is the day by which an answer was asked for (None: that of the client list or
    the settings, unless it had passed). `edition` stands for the content of a report: another one
    says something else (empty: not known).
    """

    time: datetime
    event: MailEvent
    client: str = ""
    kind: MailKind | None = None
    subject: MailSubject = MailSubject()
    message_id: str = ""
    addresses: tuple[str, ...] = ()
    file: str = ""
    text: str = ""
    password_fingerprint: str = field(default="", repr=False)
    sha256: str = ""
    holds: tuple[str, ...] = ()
    due: date | None = None
    edition: str = ""
    size: int = 0
    locked: bool = False
    attachments: tuple[str, ...] = ()
    subject_line: str = ""
    dmarc: str = ""

    @property
    def key(self) -> MailKey | None:
        """The key of the mail (None: a client sent it)."""
        return MailKey.of(self.kind, self.client, self.subject) if self.kind else None

    @property
    def says_sent(self) -> bool:
        """Whether it says that a mail has gone out, by a command or a person."""
        return self.event in (MailEvent.SENT, MailEvent.BY_HAND)

    @property
    def folded_addresses(self) -> frozenset[str]:
        """Its addresses without case."""
        return frozenset(address.casefold() for address in self.addresses)

    def was_sent_to(self, client: ListedClient) -> bool:
        """Whether any address that the client list has for the client is among its addresses."""
        return any(address.casefold() in self.folded_addresses for address in client.addresses)

    def may_be_attempt_of(self, other: MailLogEntry) -> bool:
        """Whether both may be about one attempt; not all drafts sent by hand have an id, and a call
        never comes back."""
        if MailEvent.CALLED in (self.event, other.event):
            return False
        return "" in (self.message_id, other.message_id) or self.message_id == other.message_id


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail to one client, before its text is written.

    `attachment` goes with it under its own name (None: nothing does), and so does
    `second_attachment`: the workbook of a report that goes out in both forms. `pdf_sha256` is that
    of the PDF as it was made (hexadecimal; empty: it is still to be). `password` opens the report
    of the client; only a mail of the kind `password` says it, with the names of the reports that it
    opens (`report_files`). `due` is the day by which an answer is asked for (None: that of the
    client or of the settings; for a reminder: no day). `points` is how many answers a correction
    asks for (0: not counted). `is_prefilled`: the sheet holds last year's answers. `edition` is as
    in `MailLogEntry`. `again`: it goes out although it has gone out before, and `doubt` is what a
    person is asked first (None: nothing). `rest` are the only addresses that it has still to reach
    (empty: all of the client). `sender_doubt` is as in `ReturnFacts`, of the return that it is
    about. `edited` is a report of the client that was changed by hand and lies aside (None: there
    is none).
    """

    kind: MailKind
    client: ListedClient
    subject: MailSubject = MailSubject()
    attachment: Path | None = None
    password: str = field(default="", repr=False)
    second_attachment: Path | None = None
    pdf_sha256: str = ""
    edition: str = ""
    due: date | None = None
    points: int = 0
    is_prefilled: bool = False
    report_files: str = ""
    again: bool = False
    doubt: Message | None = None
    rest: tuple[str, ...] = ()
    sender_doubt: str = ""
    edited: EditedFile | None = None

    @property
    def key(self) -> MailKey:
        """The key of the mail."""
        return MailKey.of(self.kind, self.client.id, self.subject)

    @property
    def client_key(self) -> str:
        """The folded id of the client."""
        return self.client.id.casefold()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that it goes to."""
        return self.rest or self.client.addresses

    @property
    def files(self) -> tuple[Path, ...]:
        """The attached files, in order."""
        return tuple(path for path in (self.attachment, self.second_attachment) if path)

    @property
    def has_pdf(self) -> bool:
        """Whether a PDF is attached, or is to be."""
        return self.kind.spec.is_report and ReportForm.PRINTED in self.subject.form.files

    @property
    def file_names(self) -> str:
        """The names of the attached files, as the mail log has them."""
        return FILE_SEPARATOR.join(path.name for path in self.files)

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
        """Whether it asks for a correction, or reminds of one."""
        if self.kind is MailKind.REMINDER:
            return bool(self.subject.return_sha256)
        return self.kind is MailKind.CORRECTION


MailProtocol = Literal["smtp", "imap"]

# A password, or what returns a fresh access token each time and raises `MailAccessError`.
MailCredential = str | Callable[[], str]


class MailAccessError(UserError):
    """A mail account that cannot be used; what is `passing` may be over in a while."""

    def __init__(self, key: str, *, passing: bool = False, **parts: str) -> None:
        self.passing = passing
        super().__init__(key, **parts)


def read_credential(access: MailCredential) -> str:
    """Return the password, or a fresh access token. Raises `MailAccessError`."""
    return access if isinstance(access, str) else access()


def format_xoauth2(user: str, token: str) -> str:
    """Format an account and its access token for the SASL mechanism XOAUTH2."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"
