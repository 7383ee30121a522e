"""The tables [mail], [smtp] and [imap] of sheet-diag.toml: who writes, and through which servers;
[microsoft] and [google]: as which application accounts without a password are signed in.

No password is ever among them: one that stands there is refused, like every unknown key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sheet_diag.model.mail import ReportForm
from sheet_diag.model.settings import (
    AppRegistration,
    ConnectionSecurity,
    CorrespondenceSettings,
    Issuer,
    MailProvider,
    MailServer,
)

MAIL: Final = "mail"
SMTP: Final = "smtp"
IMAP: Final = "imap"
MICROSOFT: Final = MailProvider.MICROSOFT.value
GOOGLE: Final = MailProvider.GOOGLE.value
_SERVER: Final = ("host", "port", "security", "user", "ca", "sign_in")
TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    MAIL: ("sender", "name", "copies", "copy_seconds", "reminder_days", "letters", "attach"),
    SMTP: (*_SERVER, "per_minute"),
    IMAP: (*_SERVER, "folder"),
    MICROSOFT: ("client_id", "tenant"),
    GOOGLE: ("client_id",),
}
# What the keys hold, but for those that need a look of their own.
_TEXTS: Final = {
    MAIL: ("sender", "name", "letters"),
    SMTP: ("host", "user", "ca"),
    IMAP: ("host", "user", "ca", "folder"),
    MICROSOFT: ("client_id", "tenant"),
    GOOGLE: ("client_id",),
}
_NUMBERS: Final = {
    MAIL: ("copy_seconds", "reminder_days"),
    SMTP: ("port", "per_minute"),
    IMAP: ("port",),
}
_CHOICES: Final = {
    "security": tuple(ConnectionSecurity),
    "sign_in": ("password", *MailProvider),
    "attach": tuple(ReportForm),
}
# The usual ports; 465 and 993 speak TLS from the first byte.
_PORTS: Final = {
    (SMTP, ConnectionSecurity.STARTTLS): 587,
    (SMTP, ConnectionSecurity.TLS): 465,
    (IMAP, ConnectionSecurity.STARTTLS): 143,
    (IMAP, ConnectionSecurity.TLS): 993,
}
_USUAL: Final = {SMTP: ConnectionSecurity.STARTTLS, IMAP: ConnectionSecurity.TLS}
_LETTERS: Final = "letters"
_TENANT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")  # an id, a domain, or a word

SettingFault = tuple[str, dict[str, str]]


def build_mail_settings(
    raw: Mapping[str, Any], issuer: Issuer, folder: Path
) -> CorrespondenceSettings:
    """The settings, which `find_mail_setting_faults` found nothing wrong with; files are relative
    to `folder`. The
    firm's own letters lie in `letters` beside the settings where nothing else is said."""
    mail, smtp, imap = (raw.get(table, {}) for table in (MAIL, SMTP, IMAP))
    usual = CorrespondenceSettings()
    letters = folder / mail.get("letters", _LETTERS)
    sender = _plain(mail.get("sender", issuer.email))
    return CorrespondenceSettings(
        sender=sender,
        name=mail.get("name", " ".join(part for part in (issuer.name, issuer.department) if part)),
        copies=mail.get("copies", usual.copies),
        copy_seconds=mail.get("copy_seconds", usual.copy_seconds),
        reminder_days=mail.get("reminder_days", usual.reminder_days),
        letters=letters if letters.is_dir() else None,
        smtp=_server(SMTP, raw, sender, folder),
        per_minute=smtp.get("per_minute", usual.per_minute),
        imap=_server(IMAP, raw, sender, folder),
        folder=imap.get("folder", usual.folder),
        attach=ReportForm(mail.get("attach", usual.attach)),
    )


def find_mail_setting_faults(raw: Mapping[str, Any], folder: Path) -> Iterator[SettingFault]:
    """Every fault of the tables, as wording keys with their parts."""
    for name in TABLES:
        table = raw.get(name, {})
        if isinstance(table, dict):
            wrong = [*_wrong_kinds(name, table)]
            yield from wrong or _wrong_values(name, table, folder)
    yield from _missing_registrations(raw)


def _server(name: str, raw: Mapping[str, Any], sender: str, folder: Path) -> MailServer | None:
    table = raw.get(name, {})
    if not table:
        return None
    security = ConnectionSecurity(table.get("security", _USUAL[name]))
    sign_in = _sign_in(table)
    return MailServer(
        host=table["host"],
        port=table.get("port", _PORTS[name, security]),
        security=security,
        user=table.get("user", sender),
        ca=folder / table["ca"] if "ca" in table else None,
        registration=AppRegistration(sign_in, **raw[sign_in]) if sign_in else None,
    )


def _sign_in(table: Mapping[str, Any]) -> MailProvider | None:
    """Who signs the account of a server in (None: it has a password)."""
    chosen = table.get("sign_in")
    return MailProvider(chosen) if chosen in tuple(MailProvider) else None


def _wrong_kinds(name: str, table: Mapping[str, Any]) -> Iterator[SettingFault]:
    for key, value in table.items():
        told = {"key": f"{name}.{key}", "value": str(value)}
        if key in _TEXTS[name] and not isinstance(value, str):
            yield "config.not_text", told
        if key in _NUMBERS.get(name, ()) and (type(value) is not int or value < 1):
            yield "config.not_a_number", told
        if key == "copies" and not isinstance(value, bool):
            yield "config.not_yes_or_no", told
        if key in _CHOICES and value not in _CHOICES[key]:
            yield "config.not_one_of", {**told, "allowed": ", ".join(_CHOICES[key])}


def _wrong_values(name: str, table: Mapping[str, Any], folder: Path) -> Iterator[SettingFault]:
    if "sender" in table and not _understood(table["sender"]):
        yield "config.not_an_address", {"key": f"{name}.sender", "value": table["sender"]}
    if "letters" in table and not (folder / table["letters"]).is_dir():
        yield "config.not_a_folder", {"key": f"{name}.letters", "value": table["letters"]}
    if name in _USUAL and table and not table.get("host"):
        yield "config.no_host", {"key": f"{name}.host"}
    if _sign_in(table) and "user" in table and not _is_plain(table["user"]):
        yield "config.not_an_address", {"key": f"{name}.user", "value": table["user"]}
    if "tenant" in table and not _TENANT.fullmatch(table["tenant"]):
        yield "config.not_a_tenant", {"key": f"{name}.tenant", "value": table["tenant"]}
    if "ca" in table and not (folder / table["ca"]).is_file():
        yield "config.not_a_file", {"key": f"{name}.ca", "value": table["ca"]}


def _missing_registrations(raw: Mapping[str, Any]) -> Iterator[SettingFault]:
    """Who is to sign accounts in, but has not been told as which application."""
    tables = [table for name in _USUAL if isinstance(table := raw.get(name), dict)]
    for provider in dict.fromkeys(filter(None, map(_sign_in, tables))):
        table = raw.get(provider, {})
        if isinstance(table, dict) and not table.get("client_id"):
            yield "config.no_client_id", {"key": f"{provider}.client_id", "table": provider}


def _is_plain(address: str) -> bool:
    return address.isascii() and _understood(address) is not None


def _plain(address: str) -> str:
    """The address as servers take it, a domain with other letters as they spell it; anything else
    as it is."""
    return address if address.isascii() else _understood(address) or address


def _understood(text: str) -> str | None:
    """The one mail address that the text is, in ASCII (None: it is none)."""
    from email_validator import EmailNotValidError, validate_email  # here: few settings need it

    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return found.ascii_email
