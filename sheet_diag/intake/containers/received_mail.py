"""Read who sent a mail and when, and by its headers whether a person wrote it."""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from sheet_diag.intake.containers.authentication import read_dmarc_result
from sheet_diag.intake.containers.mail_headers import (
    add_subject,
    decode_header_text,
    decode_subject,
    read_senders,
    read_text,
)
from sheet_diag.intake.file_types import trim_mail
from sheet_diag.model.settings import MailOrigin

_MACHINES: Final = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon")
_PRECEDENCES: Final = ("bulk", "auto_reply", "junk")
_ROBOTS: Final = ("x-autoreply", "x-autorespond", "x-autoresponder")
PKCS7: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_ABOUT_CONTENT: Final = {"content-type", "content-transfer-encoding", "content-disposition"}
_RECEIPT: Final = "disposition-notification"
_SUBJECT: Final = re.compile(
    r"[【\[(（]?(自動(返信|応答|配信)|不在(通知|応答)|auto(matic)?[ -]?(reply|response)\b|"
    r"out of (the )?office\b)",
    re.IGNORECASE,
)


class AutomaticKind(StrEnum):
    """Why a mail needs no answer; the values are keys of `problem.kind.*`."""

    PASSWORD = "password_mail"
    AUTOMATIC = "automatic_reply"
    RECEIPT = "receipt"
    REPORT = "bounce"


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """What is known of a mail before its files are listed.

    `content` is the mail alone, `senders` are those that it may come from, the likeliest first,
    `origin` is None where sender or date are missing, `kind` where a person wrote it. `is_report`:
    what it holds is a report of a machine, and perhaps the mail that this is about. `dmarc` is as
    in `read_dmarc_result`.
    """

    content: bytes
    senders: tuple[str, ...] = ()
    origin: MailOrigin | None = None
    kind: AutomaticKind | None = None
    is_report: bool = False
    read_text: Callable[[], str] = str
    dmarc: str = ""


def read_eml(content: bytes, authserv_id: str = "") -> ReceivedMail:
    """Read the headers of a mail; its text is read when it is asked for."""
    content = trim_mail(content)
    head = BytesHeaderParser(policy=compat32).parsebytes(content, headersonly=True)
    if head.get_content_type() in PKCS7:
        content = _open_signed_mail(content)
    senders = read_senders(head)
    return ReceivedMail(
        content,
        senders,
        make_origin(senders, read_time(head)),
        find_automatic_kind(head),
        is_formal_report(head),
        lambda: add_subject(head, read_text(email.message_from_bytes(content, policy=compat32))),
        read_dmarc_result(head, authserv_id),
    )


def _open_signed_mail(content: bytes) -> bytes:
    """Put what was signed as a whole under the mail's own headers; what cannot be opened stays."""
    from sheet_diag.intake.containers.smime import open_signature

    mail = email.message_from_bytes(content, policy=compat32)
    try:
        signed = open_signature(mail.get_payload(decode=True))  # type: ignore[arg-type]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - encrypted or damaged; told where its members are listed
        return content
    inner = email.message_from_bytes(signed, policy=compat32)
    own = {name.lower() for name in inner} | _ABOUT_CONTENT
    for name, value in mail.items():
        if name.lower() not in own:
            inner[name] = value
    return inner.as_bytes(policy=compat32)


def make_origin(senders: tuple[str, ...], sent: int | None) -> MailOrigin | None:
    """Say who sent a mail and when; None where either is unknown."""
    return MailOrigin(senders[0].casefold(), sent) if senders and sent is not None else None


def read_time(mail: Message) -> int | None:
    """Read the time in seconds since 1970; None where the mail has no true date."""
    try:
        return int(parsedate_to_datetime(str(mail["date"])).timestamp())
    except (TypeError, ValueError, OverflowError):
        return None


def find_automatic_kind(mail: Message) -> AutomaticKind | None:
    """Find what a machine says with a mail; None where a person wrote it."""
    if is_receipt(mail):
        return AutomaticKind.RECEIPT
    if is_report(mail):
        return AutomaticKind.REPORT
    if is_automatic(mail) or _SUBJECT.match(decode_subject(mail)):
        return AutomaticKind.AUTOMATIC
    return None


def is_automatic(mail: Message) -> bool:
    """Whether the headers say that a machine answered."""
    submitted = decode_header_text(mail, "auto-submitted").partition(";")[0].strip().lower()
    precedence = decode_header_text(mail, "precedence").strip().lower()
    return (
        submitted not in ("", "no")
        or precedence in _PRECEDENCES
        or any(name in mail for name in _ROBOTS)
        or decode_header_text(mail, "return-path").strip() == "<>"
    )


def is_receipt(mail: Message) -> bool:
    """Whether it only says that a mail was read."""
    return _RECEIPT in decode_header_text(mail, "content-type").lower()


def is_report(mail: Message) -> bool:
    """Whether a mail server says what became of a mail; it may return that mail as a whole."""
    locals_ = (sender.partition("@")[0].lower() for sender in read_senders(mail))
    return (
        is_formal_report(mail)
        or "x-failed-recipients" in mail
        or any(each in _MACHINES for each in locals_)
    ) and not is_receipt(mail)


def is_formal_report(mail: Message) -> bool:
    """Whether it is a report or a receipt in the form of the standards (RFC 6522)."""
    return decode_header_text(mail, "content-type").strip().lower().startswith("multipart/report")
