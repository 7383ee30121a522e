"""The tables of sheet-diag.toml, as pydantic checks them; files are looked for in its folder.

Defaults that depend on another table are None here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from sheet_diag.model.basics import MAX_DAYS, Lang
from sheet_diag.model.mail import ReportForm
from sheet_diag.model.record import Record
from sheet_diag.model.settings import (
    AppRegistration,
    ComparisonSettings,
    ConnectionSecurity,
    CorrespondenceSettings,
    Day,
    Limits,
    MailProvider,
    PositiveInt,
    Seconds,
)

USUAL: Final = CorrespondenceSettings()
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def _require(fault: str, is_right: Callable[[str, Path], bool]) -> AfterValidator:
    """Make a check of a text, which may name a file in the folder of the settings."""

    def check(text: str, info: ValidationInfo) -> str:
        folder: Any = info.context
        if not is_right(text, folder):
            raise PydanticCustomError(fault, "wrong")
        return text

    return AfterValidator(check)


def _is_picture_file(name: str, folder: Path) -> bool:
    from sheet_diag.xlsx.page import is_picture  # here: most settings name none

    return (folder / name).is_file() and is_picture((folder / name).read_bytes())


PictureName = Annotated[str, _require("not_a_picture", _is_picture_file)]
FolderName = Annotated[str, _require("not_a_folder", lambda name, folder: (folder / name).is_dir())]
FileName = Annotated[str, _require("not_a_file", lambda name, folder: (folder / name).is_file())]
Address = Annotated[
    str, _require("not_an_address", lambda text, _: to_ascii_address(text) is not None)
]
OneLine = Annotated[str, _require("not_one_line", lambda text, _: not _BREAKS.search(text))]
Tenant = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")]  # an id, a domain, a word


class EnglishIssuerTable(Record):
    """[issuer.en]: the firm as English documents print it; what is left out is as in [issuer]."""

    name: str = ""
    department: str = ""
    address: str = ""
    phone: str = ""
    email: OneLine = ""
    contact: str = ""
    logo: PictureName | None = None
    author: OneLine = ""
    reviewer: OneLine = ""
    approver: OneLine = ""
    sign: Annotated[bool, Field(strict=True)] = False


class IssuerTable(EnglishIssuerTable):
    """[issuer]: the firm as printed."""

    en: EnglishIssuerTable | None = None


class MailTable(Record):
    """[mail]: who writes, and when."""

    sender: Address | None = None
    name: OneLine | None = None
    copies: Annotated[bool, Field(strict=True)] = USUAL.copies
    copy_seconds: Seconds = USUAL.copy_seconds
    reminder_days: Annotated[PositiveInt, Field(le=MAX_DAYS)] = USUAL.reminder_days
    letters: FolderName | None = None
    attach: ReportForm = USUAL.attach


class ReportTable(Record):
    """[report]: what reports show beside the rest, and whether each comes as PDF, too."""

    pdf: Annotated[bool, Field(strict=True)] = False
    font: OneLine = ""
    damage_estimate: Annotated[bool, Field(strict=True)] = False


class ServerTable(Record):
    """What [smtp] and [imap] have in common."""

    host: Annotated[OneLine, Field(min_length=1)]
    port: Annotated[PositiveInt, Field(le=65_535)] | None = None
    security: ConnectionSecurity | None = None
    sign_in: Literal["password", "microsoft", "google"] = "password"
    user: OneLine | None = None
    ca: FileName | None = None

    @field_validator("user")
    @classmethod
    def _require_plain_address(cls, user: str, info: ValidationInfo) -> str:
        """Accept only an ASCII address where a provider signs the account in."""
        by_provider = info.data.get("sign_in", "password") != "password"
        if by_provider and not (user.isascii() and to_ascii_address(user)):
            raise PydanticCustomError("not_an_address", "wrong")
        return user


class SmtpTable(ServerTable):
    """[smtp]: the server that mails are sent through."""

    per_minute: PositiveInt = USUAL.per_minute


class ImapTable(ServerTable):
    """[imap]: the server that mails are fetched from."""

    folder: OneLine = USUAL.folder
    drafts: OneLine = USUAL.drafts
    authserv_id: OneLine = USUAL.authserv_id


class MicrosoftTable(Record):
    """[microsoft]: the application that signs accounts in there."""

    client_id: str = ""
    tenant: Tenant = AppRegistration(MailProvider.MICROSOFT, "").tenant


class GoogleTable(Record):
    """[google]: the application that signs accounts in there."""

    client_id: str = ""


def _none_if_empty(table: object) -> object:
    return None if table == {} else table


class SettingsFile(Record):
    """The whole file."""

    language: Lang | None = None
    report_language: Literal["client", "ja", "en"] = "client"
    deadline: Annotated[Day, Field(strict=True)] | None = None
    catalog: Annotated[str, Field(strict=True)] | None = None
    issuer: IssuerTable = IssuerTable()
    limits: Limits = Limits()
    comparing: ComparisonSettings = ComparisonSettings()
    report: ReportTable = ReportTable()
    mail: MailTable = MailTable()
    smtp: Annotated[SmtpTable | None, BeforeValidator(_none_if_empty)] = None
    imap: Annotated[ImapTable | None, BeforeValidator(_none_if_empty)] = None
    microsoft: MicrosoftTable = MicrosoftTable()
    google: GoogleTable = GoogleTable()


def to_ascii_address(text: str) -> str | None:
    """Read the one mail address that the text is, as servers take it (None: it is none)."""
    from email_validator import EmailNotValidError, validate_email  # here: few settings need it

    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return found.ascii_email
