"""Mails saved as .eml: attachments, whatever program and encoding wrote their names."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.header import decode_header
from email.message import EmailMessage, Message
from email.policy import compat32, default
from email.utils import parsedate_to_datetime
from typing import Final

from sheet_diag.intake.wrappings.members import Budget, Member
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Reading

# What Outlook and older programs call the Japanese code page of Windows.
_CODES: Final = {"windows-31j": "cp932", "x-sjis": "cp932", "shift_jis": "cp932", "ms932": "cp932"}
_WORD = re.compile(r"=\?([^?]+)\?([bBqQ])\?")
_NAME = re.compile(rb"""(?:file)?name\s*=\s*"([^"\r\n]+)\"""", re.IGNORECASE)
# Smaller pictures in a mail are signatures and logos.
_SMALL: Final = 200_000


def members_of_mail(
    content: bytes, name: str, reading: Reading, budget: Budget
) -> Iterator[Member]:
    """Every attachment of the mail, mails in it included. Raises `SpentError`."""
    del name, reading
    mail = email.message_from_bytes(content, policy=default)
    time = _time(mail)
    found = [_member(part, time, budget) for part in _attachments(mail)]
    if not any(not member.ignored for member in found):
        yield Member("", None, time, Problem(Code.MAIL_WITHOUT_SHEET))
    yield from found


def _attachments(mail: Message) -> Iterator[Message]:
    """The parts that are files, from the top; the parts of a mail in the mail are its own."""
    waiting = [mail]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_type() == "message/rfc822":
            yield part
        elif part.is_multipart():
            payload = part.get_payload()
            waiting[:0] = [each for each in payload if isinstance(each, Message)]
        elif part.get_content_disposition() == "attachment" or _has_name(part):
            yield part


def _has_name(part: Message) -> bool:
    text = part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"
    return not text and (part.get_content_maintype() != "multipart")


def _member(part: Message, time: int, budget: Budget) -> Member:
    budget.take_member()
    name = _name(part)
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        content = first.as_bytes(policy=compat32) if isinstance(first, Message) else b""
        budget.take_bytes(len(content))
        return Member(name or "mail.eml", content, time)
    kind = part.get_content_type()
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    budget.take_bytes(len(content))
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
        return Member(name or "smime.p7m", None, time, _wrong("smime"))
    if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
        return Member(name or "winmail.dat", None, time, _wrong("winmail"))
    return Member(name or kind, content, time, ignored=_is_decoration(part, content))


def _is_decoration(part: Message, content: bytes) -> bool:
    """Signatures, logos and invitations, which every mail carries along."""
    kind = part.get_content_type()
    if kind in ("text/calendar", "application/pkcs7-signature", "application/x-pkcs7-signature"):
        return True
    inline = part.get_content_disposition() != "attachment"
    return part.get_content_maintype() == "image" and inline and len(content) < _SMALL


def _wrong(kind: str) -> Problem:
    return Problem(Code.WRONG_FORMAT, value=kind, details=(("kind", kind),))


def _name(part: Message) -> str:
    """The attachment's name; the standard library reads RFC 2231, and 2047 of known codes."""
    raw = _raw_name(part)
    if raw:
        return raw
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):
        name = ""
    return _decoded(name) if _WORD.search(name) else name.encode("utf-8", "replace").decode()


def _raw_name(part: Message) -> str:
    """A name in bare 8-bit bytes, which no standard allows and old programs write."""
    for header, value in part.raw_items() if isinstance(part, EmailMessage) else ():
        if header.lower() in ("content-disposition", "content-type"):
            bare = str(value).encode("ascii", "surrogateescape")
            found = _NAME.search(bare)
            if found and max(found[1]) > 0x7F:
                return _from_bytes(found[1])
            if found and (word := found[1].decode("ascii")) and _WORD.search(word):
                return _decoded(word)
    return ""


def _from_bytes(raw: bytes) -> str:
    for code in ("utf-8", "cp932"):
        try:
            return raw.decode(code)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp932", "replace")


def _decoded(name: str) -> str:
    """Encoded words, also of codes that only Windows knows by that name."""
    known = _WORD.sub(lambda m: f"=?{_CODES.get(m[1].lower(), m[1])}?{m[2]}?", name)
    try:
        parts = decode_header(known)
        return "".join(
            part if isinstance(part, str) else part.decode(code or "ascii", "replace")
            for part, code in parts
        )
    except (LookupError, ValueError):
        return name


def _time(mail: Message) -> int:
    try:
        return int(parsedate_to_datetime(str(mail["date"])).timestamp()) * 10**9
    except (TypeError, ValueError, OverflowError):
        return 0
