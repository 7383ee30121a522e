"""sheet-diag.toml: who issues, in which language, how much a file may take, how mails travel.

All optional; unknown keys are refused. No password is ever among the settings: one that stands
there is an unknown key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import (
    BaseModel,
    ValidationError,
)
from pydantic_core import ErrorDetails

from sheet_diag.cli.arguments import SETTINGS_FILE, TooMuchTomlError, read_toml
from sheet_diag.cli.settings_tables import (
    USUAL,
    EnglishIssuerTable,
    GoogleTable,
    ImapTable,
    IssuerTable,
    MailTable,
    MicrosoftTable,
    ReportTable,
    ServerTable,
    SettingsFile,
    SmtpTable,
    to_ascii_address,
)
from sheet_diag.model.basics import Lang, Message, UserError
from sheet_diag.model.settings import (
    AppRegistration,
    ComparisonSettings,
    ConnectionSecurity,
    CorrespondenceSettings,
    Issuer,
    Limits,
    MailProvider,
    MailServer,
)
from sheet_diag.text.wording import Wording

_LETTERS: Final = "letters"
# The usual ports; 465 and 993 speak TLS from the first byte.
_PORTS: Final = {
    ("smtp", ConnectionSecurity.STARTTLS): 587,
    ("smtp", ConnectionSecurity.TLS): 465,
    ("imap", ConnectionSecurity.STARTTLS): 143,
    ("imap", ConnectionSecurity.TLS): 993,
}


class SettingsError(UserError):
    """A settings file that cannot be used, with every fault."""

    def __init__(self, path: Path, faults: list[Message]) -> None:
        self.faults = faults
        super().__init__("cli.error.config", path=str(path))

    def describe(self, say: Wording) -> str:
        """Write each fault on a line."""
        lines = (say(fault.key, **fault.parts) for fault in self.faults)
        return "\n  ".join([super().describe(say), *lines])


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says. `report_language` None: the language of each returned sheet.

    `catalog` is a folder, or the name and version of a built-in catalogue; `pdf`: each report comes
    as PDF, too; `font` is the one it is set in where it has the character (empty: our own).
    """

    issuer: Issuer = field(default_factory=Issuer)
    language: Lang | None = None
    report_language: Lang | None = None
    catalog: Path | None = None
    limits: Limits = field(default_factory=Limits)
    comparing: ComparisonSettings = field(default_factory=ComparisonSettings)
    pdf: bool = False
    font: str = ""
    damage_estimate: bool = False
    correspondence: CorrespondenceSettings = field(default_factory=CorrespondenceSettings)


def load_settings(path: Path | None) -> Settings:
    """Read `path`, or `sheet-diag.toml` of the working folder where there is one.

    Raises `SettingsError` with every fault.
    """
    chosen = path or Path(SETTINGS_FILE)
    if path is None and not chosen.is_file():
        return _build_settings(SettingsFile(), chosen.parent)
    try:
        raw = read_toml(chosen)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            chosen, [Message("config.unreadable", {"reason": str(error)})]
        ) from error
    except TooMuchTomlError as error:
        raise SettingsError(chosen, [Message("config.too_much")]) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(chosen, [Message("config.not_toml", {"reason": str(error)})]) from error
    missing = [*_find_missing_apps(raw)]
    try:
        file = SettingsFile.model_validate(raw, context=chosen.parent)
    except ValidationError as error:
        raise SettingsError(chosen, [*_describe(error.errors()), *missing]) from error
    if missing:
        raise SettingsError(chosen, missing)
    return _build_settings(file, chosen.parent)


# --- faults

_FAULTS: Final = {
    "extra_forbidden": "unknown_key",
    "unexpected_keyword_argument": "unknown_key",
    "missing": "no_host",
    "string_too_short": "no_host",
    "string_type": "not_text",
    "string_pattern_mismatch": "not_a_tenant",
    "int_type": "not_a_number",
    "greater_than_equal": "not_a_number",
    "less_than_equal": "too_large_a_number",
    "bool_type": "not_yes_or_no",
    "literal_error": "not_one_of",
    "enum": "not_one_of",
    "date_type": "not_a_date",
    "model_type": "not_a_table",
    "dataclass_type": "not_a_table",
}


def _describe(errors: Iterable[ErrorDetails]) -> list[Message]:
    """List the faults, unknown keys first."""
    found = [_describe_one(error) for error in errors]
    return sorted(found, key=lambda fault: fault.key != "config.unknown_key")


def _describe_one(error: ErrorDetails) -> Message:
    *table, key = map(str, error["loc"])
    given, limits = error["input"], error.get("ctx", {})
    parts = {
        "key": ".".join([*table, key]),
        "value": "…" if isinstance(given, dict | list) else str(given),
        "least": str(limits.get("ge", 1)),
        "most": str(limits.get("le", "")),
    }
    name = "not_a_date" if isinstance(given, date) else _FAULTS.get(error["type"], error["type"])
    if name == "unknown_key":
        known = _list_keys(".".join(table))
        near = get_close_matches(key, known, n=1)
        parts["near"] = near[0] if near else ", ".join(known)
    if name == "not_one_of":
        parts["allowed"] = ", ".join(re.findall("'([^']*)'", limits["expected"]))
    return Message(f"config.{name}", parts)


def _list_keys(table: str = "") -> list[str]:
    tables: dict[str, type[BaseModel]] = {
        "": SettingsFile, "issuer": IssuerTable, "issuer.en": EnglishIssuerTable,
        "mail": MailTable, "smtp": SmtpTable, "imap": ImapTable, "report": ReportTable,
        "microsoft": MicrosoftTable, "google": GoogleTable,
    }  # fmt: skip
    if table in tables:
        return list(tables[table].model_fields)
    return [each.name for each in fields(Limits if table == "limits" else ComparisonSettings)]


def _find_missing_apps(raw: Mapping[str, Any]) -> Iterator[Message]:
    """List the providers that sign accounts in, but as which application is not said."""
    servers = [table for name in ("smtp", "imap") if isinstance(table := raw.get(name), dict)]
    wanted = [table.get("sign_in") for table in servers]
    for provider in MailProvider:
        table = raw.get(provider, {})
        if provider in wanted and isinstance(table, dict) and not table.get("client_id"):
            parts = {"key": f"{provider}.client_id", "table": provider}
            yield Message("config.no_client_id", parts)


# --- the settings


def _build_settings(file: SettingsFile, folder: Path) -> Settings:
    """Make the settings; files are relative to `folder`."""
    report, issuer = file.report_language, _build_issuer(file, folder)
    return Settings(
        issuer=issuer,
        language=file.language,
        report_language=None if report == "client" else Lang(report),
        catalog=_find_catalog(file.catalog, folder) if file.catalog else None,
        limits=file.limits,
        comparing=file.comparing,
        pdf=file.report.pdf,
        font=file.report.font.strip(),
        damage_estimate=file.report.damage_estimate,
        correspondence=_build_mail_settings(file, issuer, folder),
    )


def _build_issuer(file: SettingsFile, folder: Path) -> Issuer:
    """Make the issuer, who is in English what is said so, else the same."""
    issuer = Issuer(deadline=file.deadline)
    for table in (file.issuer, file.issuer.en):
        if table is not None:
            given = table.model_dump(exclude={"en"}, exclude_unset=True)
            if given.get("logo"):
                given["logo"] = (folder / given["logo"]).read_bytes()
            named = replace(issuer, **given)
            issuer = named if table is file.issuer else replace(issuer, english=named)
    return issuer


def _find_catalog(name: str, folder: Path) -> Path:
    """Find a catalogue beside the settings; what is not there may be a built-in one."""
    return folder / name if (folder / name).exists() else Path(name)


def _build_mail_settings(
    file: SettingsFile, issuer: Issuer, folder: Path
) -> CorrespondenceSettings:
    """Make the settings of mails; the firm's own letters lie in `letters` if nothing is said."""
    mail, smtp, imap = file.mail, file.smtp, file.imap
    letters = folder / (_LETTERS if mail.letters is None else mail.letters)
    given = issuer.email if mail.sender is None else mail.sender
    sender = given if given.isascii() else to_ascii_address(given) or given
    own_name = " ".join(f"{issuer.name} {issuer.department}".split())
    return CorrespondenceSettings(
        sender=sender,
        name=own_name if mail.name is None else mail.name,
        copies=mail.copies,
        copy_seconds=mail.copy_seconds,
        reminder_days=mail.reminder_days,
        letters=letters if letters.is_dir() else None,
        smtp=_build_server("smtp", file, sender, folder),
        per_minute=smtp.per_minute if smtp else USUAL.per_minute,
        imap=_build_server("imap", file, sender, folder),
        folder=imap.folder if imap else USUAL.folder,
        drafts=imap.drafts if imap else USUAL.drafts,
        authserv_id=imap.authserv_id.strip() if imap else USUAL.authserv_id,
        attach=mail.attach,
    )


def _build_server(
    name: Literal["smtp", "imap"], file: SettingsFile, sender: str, folder: Path
) -> MailServer | None:
    table = file.smtp if name == "smtp" else file.imap
    if table is None:
        return None
    usual = ConnectionSecurity.STARTTLS if name == "smtp" else ConnectionSecurity.TLS
    security = table.security or usual
    return MailServer(
        host=table.host,
        port=table.port or _PORTS[name, security],
        security=security,
        user=sender if table.user is None else table.user,
        ca=None if table.ca is None else folder / table.ca,
        registration=_build_registration(table, file),
    )


def _build_registration(table: ServerTable, file: SettingsFile) -> AppRegistration | None:
    match table.sign_in:
        case "password":
            return None
        case "microsoft":
            app = file.microsoft
            return AppRegistration(MailProvider.MICROSOFT, app.client_id, app.tenant)
        case "google":
            return AppRegistration(MailProvider.GOOGLE, file.google.client_id)
