"""List the attachments of a mail saved as .eml, whatever program wrote it."""

from __future__ import annotations

import base64
import email
from collections.abc import Iterator
from email.message import Message
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import Final

from sheet_diag.intake.cells import wrong_format_error
from sheet_diag.intake.containers.mail_headers import (
    ReceivedAttachment,
    decode_attachment_name,
    decode_subject,
    list_attachment_members,
)
from sheet_diag.intake.containers.members import ContainerMember, MemberSpool
from sheet_diag.intake.file_types import FileKind

_PKCS7: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF: Final = ("application/ms-tnef", "application/vnd.ms-tnef")
# Reports of mail servers, not what a person attached.
_REPORTS: Final = ("message/delivery-status", "message/disposition-notification")


def list_eml_members(content: bytes, label: str, spool: MemberSpool) -> Iterator[ContainerMember]:
    """List every attachment of the mail, attached mails included. Raises `RefusedError`."""
    del label  # mails have no passwords
    mail = email.message_from_bytes(content, policy=compat32)
    time = _time(mail)
    parts = list(_parts(mail, inline=False))
    attachments = [_attachment(part, n, time, inline) for n, (part, inline) in enumerate(parts, 1)]
    yield from list_attachment_members(attachments, spool)


def _parts(part: Message, *, inline: bool) -> Iterator[tuple[Message, bool]]:
    """Find the parts that are files, and whether the text around them shows them."""
    media = part.get_content_type()
    if media == "message/rfc822" or media in _PKCS7:
        yield part, False
    elif part.is_multipart():
        related = inline or media == "multipart/related"
        for inner in part.get_payload():
            if isinstance(inner, Message):
                yield from _parts(inner, inline=related)
    elif _is_file(part, media):
        disposition = part.get_content_disposition()
        shown = disposition == "inline" or (disposition is None and part["content-id"] is not None)
        yield part, inline or shown


def _is_file(part: Message, media: str) -> bool:
    if media in _REPORTS or media.startswith("multipart/"):
        return False
    is_text = media in ("text/plain", "text/html", "text/enriched")
    return (
        part.get_content_disposition() == "attachment"
        or bool(decode_attachment_name(part))
        or not is_text
    )


def _attachment(part: Message, number: int, time: int | None, inline: bool) -> ReceivedAttachment:
    media = part.get_content_type()
    name = decode_attachment_name(part)
    if media == "message/rfc822":
        return ReceivedAttachment(name or _name_of_mail(part, number), _inner_mail(part), time=time)
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    problem = None
    if media in _PKCS7:
        name, problem = name or "smime.p7m", wrong_format_error(FileKind.SMIME).problem
    elif media in _TNEF or name.lower() == "winmail.dat":
        name, problem = name or "winmail.dat", wrong_format_error(FileKind.WINMAIL).problem
    return ReceivedAttachment(name or f"attachment-{number}", content, media, inline, time, problem)


def _name_of_mail(part: Message, number: int) -> str:
    inner = part.get_payload(0) if part.is_multipart() else None
    title = decode_subject(inner) if isinstance(inner, Message) else ""
    return f"{title.replace('/', '／') or f'mail-{number}'}.eml"


def _inner_mail(part: Message) -> bytes:
    inner = part.get_payload(0) if part.is_multipart() else None
    if not isinstance(inner, Message):
        payload = part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""
    content = inner.as_bytes(policy=compat32)
    if str(part["content-transfer-encoding"] or "").strip().lower() == "base64":
        return base64.b64decode(content)
    return content


def _time(mail: Message) -> int | None:
    """Read the time in nanoseconds since 1970; None where the mail has no true date."""
    try:
        return int(parsedate_to_datetime(str(mail["date"])).timestamp()) * 10**9
    except (TypeError, ValueError, OverflowError):
        return None
