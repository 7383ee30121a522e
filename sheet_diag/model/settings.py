"""What a firm sets once, all of it optional: who issues, how much a file may take, passwords."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import ConfigDict, Field

from sheet_diag.model.basics import FIRST_DAY, LAST_DAY, Lang
from sheet_diag.model.mail import ReportForm

MIB: Final = 1024 * 1024  # the unit of sizes in `Limits`, in bytes

TOPMOST: Final = "*"  # as `authserv_id`: the topmost header is believed, whoever wrote it
PositiveInt = Annotated[int, Field(strict=True, ge=1, le=10**12)]
Seconds = Annotated[PositiveInt, Field(le=86_400)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
_FORBID_UNKNOWN: Final = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Issuer:
    """The issuing firm as printed. `logo` is the content of a PNG or JPEG file.

    `sign`: a box for signatures is printed even where no name is given; `english` is the firm as
    reports in English show it.
    """

    name: str = ""
    department: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    contact: str = ""
    deadline: date | None = None
    logo: bytes | None = None
    author: str = ""
    reviewer: str = ""
    approver: str = ""
    sign: bool = False
    english: Issuer | None = None

    def in_lang(self, lang: Lang) -> Issuer:
        """Give the firm as reports in a language show it."""
        return self.english if lang is Lang.EN and self.english else self


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file of the input folder may take before it is refused unread.

    Sizes are MiB, times seconds, `ratio` is unpacked bytes a packed one, `area` cells of a sheet.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    file: PositiveInt = 30
    entries: PositiveInt = 1_000
    inflated: PositiveInt = 256
    part: PositiveInt = 64
    ratio: PositiveInt = 150
    sheets: PositiveInt = 100
    area: PositiveInt = 5_000_000
    strings: PositiveInt = 5_000_000
    nesting: PositiveInt = 3
    members: PositiveInt = 200
    unpacked: PositiveInt = 500
    encrypted: PositiveInt = 20
    seconds: Seconds = 30
    memory: Annotated[PositiveInt, Field(ge=100)] = 2_048  # with less no worker can do anything


@dataclass(frozen=True, slots=True)
class MailOrigin:
    """Who sent a mail (folded address), and when (seconds since 1970)."""

    sender: str
    sent: int


@dataclass(frozen=True, slots=True)
class MailWords:
    """Words of a mail that may be a password: those named so, and those alone on a line."""

    named: tuple[str, ...] = field(default=(), repr=False)
    lone: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PasswordMail:
    """A mail without a return, and the words in it that may be a password."""

    origin: MailOrigin
    words: MailWords


@dataclass(frozen=True, slots=True)
class Passwords:
    """Passwords of protected returns; never shown, never logged.

    `common` are tried on every file, those of `by_client` (name or id, password) on files whose
    label names the client, those of `mails` on what the same sender had sent before.
    """

    common: tuple[str, ...] = field(default=(), repr=False)
    by_client: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    mails: tuple[PasswordMail, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """Settings of intake.

    `authserv_id` names the mail server whose word on senders is believed (empty: nobody's).
    """

    limits: Limits = field(default_factory=Limits)
    passwords: Passwords = field(default_factory=Passwords)
    authserv_id: str = ""


@dataclass(frozen=True, slots=True)
class ComparisonSettings:
    """How clients are compared. Peers are shown from `minimum` clients on, so that no other
    client can be told from them."""

    __pydantic_config__ = _FORBID_UNKNOWN

    minimum: PositiveInt = 5


class ConnectionSecurity(StrEnum):
    """How a connection is encrypted: from the first byte, or before any login."""

    TLS = "tls"
    STARTTLS = "starttls"


class MailProvider(StrEnum):
    """A provider whose mail servers take tokens and no password."""

    MICROSOFT = "microsoft"
    GOOGLE = "google"


@dataclass(frozen=True, slots=True)
class AppRegistration:
    """The application that the firm has registered with a provider, as which its mail account is
    signed in; its secret is never part of the settings. `tenant` is the firm at Microsoft."""

    provider: MailProvider
    client_id: str
    tenant: str = "organizations"


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server and the account on it; no password is ever part of the settings. `ca` is a file
    of certificates (PEM) to trust instead of the system's; without a `registration` the account is
    logged in with a password."""

    host: str
    port: int
    security: ConnectionSecurity
    user: str
    ca: Path | None = None
    registration: AppRegistration | None = None


@dataclass(frozen=True, slots=True)
class CorrespondenceSettings:
    """How mails are written, sent and fetched.

    `sender` is the address that mails come from and go back to, `name` what stands beside it.
    `copies` puts the sender among the (blind) recipients of every mail, so that after a crash its
    mailbox tells which mails went out; `copy_seconds` is how long a copy may take to arrive.
    `reminder_days` is the least number of days between a mail and the reminder that follows it.
    `letters` is the folder of the firm's own letters, `folder` and `per_minute` the IMAP folder
    that is collected from and the most mails sent in a minute, `drafts` the IMAP folder of drafts
    (empty: the one that the mailbox marks so), `authserv_id` is as in `IntakeSettings`, `attach`
    the form in which reports go out. Servers are None where none is set.
    """

    sender: str = ""
    name: str = ""
    copies: bool = True
    copy_seconds: int = 60
    reminder_days: int = 5
    letters: Path | None = None
    smtp: MailServer | None = None
    per_minute: int = 30
    imap: MailServer | None = None
    folder: str = "INBOX"
    drafts: str = ""
    authserv_id: str = ""
    attach: ReportForm = ReportForm.BOTH
