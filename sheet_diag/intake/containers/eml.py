"""List the attachments of a mail saved as .eml, and the mails of an mbox."""

from __future__ import annotations

import base64
import email
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from itertools import islice
from typing import Final

from sheet_diag.intake.cells import wrong_format_error
from sheet_diag.intake.containers.mail_headers import (
    ReceivedAttachment,
    decode_attachment_name,
    list_attachment_members,
    name_mail,
)
from sheet_diag.intake.containers.mail_passwords import may_hold_password
from sheet_diag.intake.containers.members import ContainerMember, MemberSpool, spool_member
from sheet_diag.intake.containers.received_mail import PKCS7, read_time
from sheet_diag.intake.containers.uuencode import find_uuencoded
from sheet_diag.intake.file_types import FileKind, detect_file_kind, split_mbox
from sheet_diag.model.returns import Problem

_TNEF: Final = ("application/ms-tnef", "application/vnd.ms-tnef")
# Reports of mail servers, not what a person attached.
_REPORTS: Final = ("message/delivery-status", "message/disposition-notification")
_MOST_HASHED: Final = 1000  # files in the text of a mail


def list_eml_members(content: bytes, label: str, spool: MemberSpool) -> Iterator[ContainerMember]:
    """List every attachment of the mail, attached mails included. Raises `RefusedError`."""
    del label  # mails have no passwords
    mail = email.message_from_bytes(content, policy=compat32)
    yield from list_attachment_members(_list_attachments(mail, spool.limits.members + 1), spool)


def hash_attachments(content: bytes) -> tuple[str, ...]:
    """Hash the files of a mail (SHA-256, hexadecimal).

    Raises nothing: a mail that cannot be understood counts as one file.
    """
    try:
        mail = email.message_from_bytes(content, policy=compat32)
        found = [each.content for each in _list_attachments(mail, _MOST_HASHED)]
    except Exception:  # noqa: BLE001 - damaged mails make the library raise all sorts
        found = [content]
    return tuple(hashlib.sha256(each).hexdigest() for each in found)


def _list_attachments(mail: Message, most: int) -> list[ReceivedAttachment]:
    sent = read_time(mail)
    time = None if sent is None else sent * 10**9
    parts = list(_parts(mail, inline=False))
    attachments = [_attachment(part, n, time, inline) for n, (part, inline) in enumerate(parts, 1)]
    written = islice(find_uuencoded(mail), most)
    return attachments + [replace(each, time=time) for each in written]


def _parts(part: Message, *, inline: bool) -> Iterator[tuple[Message, bool]]:
    """Find the parts that are files, and whether the text around them shows them."""
    media = part.get_content_type()
    if media == "message/rfc822" or media in PKCS7:
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
        if not name or may_hold_password(name):
            name = _name_of_mail(part, number)
        return ReceivedAttachment(name, _inner_mail(part), time=time)
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    problem = None
    if media in PKCS7:
        name, problem = name or "smime.p7m", _find_damage(content, FileKind.SMIME)
    elif media in _TNEF or name.lower() == "winmail.dat":
        name, problem = name or "winmail.dat", _find_damage(content, FileKind.WINMAIL)
    return ReceivedAttachment(name or f"attachment-{number}", content, media, inline, time, problem)


def _find_damage(content: bytes, kind: FileKind) -> Problem | None:
    """Find out whether something is not of the kind that the mail says."""
    return None if detect_file_kind(content, "") is kind else wrong_format_error(kind).problem


def _name_of_mail(part: Message, number: int) -> str:
    inner = part.get_payload(0) if part.is_multipart() else None
    title = name_mail(inner) if isinstance(inner, Message) else ""
    return f"{title or f'mail-{number}'}.eml"


def _inner_mail(part: Message) -> bytes:
    inner = part.get_payload(0) if part.is_multipart() else None
    if not isinstance(inner, Message):
        payload = part.get_payload(decode=True)
        return payload if isinstance(payload, bytes) else b""
    content = inner.as_bytes(policy=compat32)
    if str(part["content-transfer-encoding"] or "").strip().lower() == "base64":
        return base64.b64decode(content)
    return content


_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)  # as a line that starts a mail looks


def list_mbox_members(content: bytes, label: str, spool: MemberSpool) -> Iterator[ContainerMember]:
    """List every mail, numbered. Raises `RefusedError`."""
    del label  # mails have no passwords
    mails = split_mbox(content)
    spool.admit(len(mails))
    for number, mail in enumerate(mails, 1):
        head = BytesHeaderParser(policy=compat32).parsebytes(mail, headersonly=True)
        name = f"{number} {name_mail(head) or 'mail'}.eml"
        yield spool_member(ContainerMember(name), lambda m=mail: (_unquote(m),), spool)  # type: ignore[misc]


def _unquote(mail: bytes) -> bytes:
    return _QUOTED.sub(rb"\1", mail)
