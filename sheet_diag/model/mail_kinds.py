"""The kinds of mail, each with everything that tells it from the others.

A new kind is a member and a row here, its templates in `mail/templates/texts`, the mails that are
due of it in `mail/campaign/due_mails.py`, and its command.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final


class DocumentKind(StrEnum):
    """What a document is."""

    SHEET = "sheet"
    CORRECTION = "correction"
    REPORT = "report"
    OTHER = "other"  # a workbook, but none of these


class PasswordUse(Enum):
    """What a mail has to do with the password of its client's report."""

    NONE = auto()
    LOCKS_FILE = auto()  # it opens the report that is attached
    IN_TEXT = auto()  # the text tells it


class MailKind(StrEnum):
    """What a mail is for."""

    REQUEST = "request"
    REMINDER = "reminder"
    CORRECTION = "correction"
    RESULT = "result"
    PASSWORD = "password"

    @property
    def spec(self) -> MailKindSpec:
        """What tells this kind from the others."""
        return MAIL_KINDS[self]


@dataclass(frozen=True, slots=True)
class MailKindSpec:
    """What tells a kind of mail from the others.

    `variables` are the words that its template has beside those of all. `document` is what is
    attached (None: nothing); a reminder of a correction has the correction. Where it
    `asks_first`, nobody needs it who has answered. Where it `tells_past_due`, it names the day of
    the answer though that has passed.
    """

    variables: tuple[str, ...]
    document: DocumentKind | None = None
    password: PasswordUse = PasswordUse.NONE
    asks_first: bool = False
    tells_past_due: bool = False

    @property
    def is_report(self) -> bool:
        """Whether it brings the report, as a workbook, a PDF or both."""
        return self.document is DocumentKind.REPORT

    @property
    def has_password(self) -> bool:
        """Whether it has to do with the password of a report."""
        return self.password is not PasswordUse.NONE

    @property
    def tells_password(self) -> bool:
        """Whether its text tells the password."""
        return self.password is PasswordUse.IN_TEXT


MAIL_KINDS: Final[Mapping[MailKind, MailKindSpec]] = {
    MailKind.REQUEST: MailKindSpec(
        ("file", "due", "previous"), DocumentKind.SHEET, asks_first=True
    ),
    MailKind.REMINDER: MailKindSpec(
        ("file", "due", "overdue", "number", "correcting", "points"),
        DocumentKind.SHEET,
        tells_past_due=True,
    ),
    MailKind.CORRECTION: MailKindSpec(("file", "due", "points"), DocumentKind.CORRECTION),
    MailKind.RESULT: MailKindSpec(
        ("file", "both", "protected", "agreed"), DocumentKind.REPORT, PasswordUse.LOCKS_FILE
    ),
    MailKind.PASSWORD: MailKindSpec(("file", "password"), password=PasswordUse.IN_TEXT),
}
