"""Read the headers of mails: names of attachments, subjects, and the addresses of senders.

Standards (RFC 2231, RFC 2047) allow each encoding in one place only; programs write each in every
place, and bare 8-bit or JIS bytes besides. Whether a sender is true, nobody can tell.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from html import unescape
from typing import Final

from sheet_diag.intake.containers.mail_passwords import may_hold_password
from sheet_diag.intake.containers.members import ContainerMember, MemberSpool, spool_member
from sheet_diag.intake.file_types import CONTAINER_KINDS, WORKBOOK_KINDS, FileKind, detect_file_kind
from sheet_diag.model.returns import Problem

# What programs call the Japanese code page of Windows.
_WINDOWS: Final = re.compile(r"windows-?(31j|932)|cp-?(932|943c?)|ms-?932|(x-|cs)?s(hift)?[-_]?jis")
_HOST_CODES: Final = ("idna", "punycode")  # for names of hosts; a text would take the square
_SENDERS: Final = ("from", "reply-to", "sender")
_MAX_LINE: Final = 200
_PAGE: Final = 500_000  # characters of a web page that are read
_LINE_END: Final = re.compile(r"<br\b[^<>]*>|</(p|div|tr|td|li|h\d)>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]*>")


def decode_attachment_name(part: Message) -> str:
    """Decode the name of an attachment; empty where it has none."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        plain = Message()
        plain[header] = decode_header_text(part, header)
        value = plain.get_param(parameter, None, header)
        if isinstance(value, tuple):
            return _decode_percent(value[0] or "", value[2])
        if value:
            return _decode_words(value)
    return ""


def decode_subject(part: Message) -> str:
    """Decode the subject of a mail; empty where it has none."""
    return _decode_words(decode_header_text(part, "subject")).strip()


def name_mail(mail: Message) -> str:
    """Name a mail by its subject, as a file; empty where it has none or may tell a password."""
    subject = decode_subject(mail)
    return "" if may_hold_password(subject) else subject.replace("/", "／")


def add_subject(mail: Message, text: str) -> str:
    """Add the subject of a mail to its text where it may tell a password."""
    subject = decode_subject(mail)
    return f"{subject}\n-\n{text}" if may_hold_password(subject) else text


def decode_header_text(part: Message, header: str) -> str:
    """Decode the bare bytes of a header to one line; its encoded words stay as they are."""
    values = (str(value) for name, value in part.raw_items() if name.lower() == header)
    raw = next(values, "").replace("\r", "").replace("\n", "")
    content = raw.encode("ascii", "surrogateescape") if not raw.isascii() else raw.encode()
    return decode_bytes(content, "iso-2022-jp" if b"\x1b" in content else "")


def read_senders(message: Message) -> tuple[str, ...]:
    """Read the addresses that a mail may come from, the likeliest first."""
    return parse_header_addresses(message, _SENDERS)


def parse_header_addresses(message: Message, names: tuple[str, ...]) -> tuple[str, ...]:
    """Read the mail addresses in some headers, each once."""
    found = getaddresses([decode_header_text(message, name) for name in names])
    return tuple(dict.fromkeys(clean_line(address) for _, address in found if "@" in address))


def clean_line(text: str) -> str:
    """Clean text of a stranger, so that it may stand in a line of ours."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:_MAX_LINE]


# --- texts and decoding


def find_texts(part: Message) -> Iterator[Message]:
    """Find the texts of a mail, without those of files and mails that are attached."""
    if part.is_multipart():
        for inner in part.get_payload() if part.get_content_maintype() == "multipart" else ():
            if isinstance(inner, Message):
                yield from find_texts(inner)
    elif part.get_content_maintype() == "text":
        is_file = part.get_content_disposition() == "attachment" or decode_attachment_name(part)
        if not is_file:
            yield part


def read_text(mail: Message) -> str:
    """Read the text of a mail; where it comes as a web page alone, without its tags."""
    parts = list(find_texts(mail))
    plain = [part for part in parts if part.get_content_subtype() == "plain"]
    if plain:
        return "\n".join(map(decode_text, plain))
    return "\n".join(strip_tags(decode_text(part)) for part in parts)


def strip_tags(page: str) -> str:
    """Keep the text of a web page, in lines as it is shown."""
    return unescape(_TAG.sub("", _LINE_END.sub("\n", " ".join(page[:_PAGE].split()))))


def decode_text(part: Message) -> str:
    """Decode a part of a mail that is text."""
    payload = part.get_payload(decode=True)
    return decode_bytes(
        payload if isinstance(payload, bytes) else b"", part.get_content_charset() or ""
    )


def _decode_percent(code: str, value: str) -> str:
    """Decode RFC 2231; the library has turned its bytes into Latin-1."""
    try:
        return decode_bytes(value.encode("latin-1"), code)
    except UnicodeEncodeError:
        return value


def _decode_words(text: str) -> str:
    """Decode RFC 2047, also inside of quotes, where it should not be."""
    if "=?" not in text:
        return text
    try:
        words = decode_header(text)
    except (MessageError, ValueError):
        return text
    decoded = (
        word if isinstance(word, str) else _decode_word(word, code or "") for word, code in words
    )
    return "".join(decoded) or text


def _decode_word(word: bytes, code: str) -> str:
    """Decode a word; one that is not encoded has been turned into bytes by the library."""
    return decode_bytes(word, code) if code else word.decode("raw-unicode-escape", "replace")


def decode_bytes(content: bytes, code: str) -> str:
    """Decode bytes; by the likeliest code where the one that is named is unknown or wrong."""
    named = code.strip().lower()
    if named.startswith("iso-2022-jp"):
        return _decode_jis(content)
    if _WINDOWS.fullmatch(named):
        named = "cp932"
    for each in (named, "utf-8", "cp932"):
        try:
            if codecs.lookup(each).name not in _HOST_CODES:
                return content.decode(each)
        except (LookupError, ValueError):
            continue
    return content.decode("cp932", "replace")


def _decode_jis(content: bytes) -> str:
    """Decode ISO-2022-JP as Windows writes it: with ①, ㈱ and 髙, which the standard lacks."""
    text = ""
    for run in re.split(rb"(?=\x1b)", content):
        if run.startswith((b"\x1b$@", b"\x1b$B")):
            text += _jis_to_shift_jis(run[3:]).decode("cp932", "replace")
        elif run.startswith(b"\x1b(I"):
            text += bytes(byte | 0x80 for byte in run[3:]).decode("cp932", "replace")
        else:
            text += run[3 if run.startswith(b"\x1b(") else 0 :].decode("cp932", "replace")
    return text


def _jis_to_shift_jis(jis: bytes) -> bytes:
    """Turn two-byte JIS into Shift_JIS, cell by cell."""
    shifted = bytearray()
    for row, cell in zip(jis[::2], jis[1::2], strict=False):
        lead = (row + 1) // 2 + (0x70 if row <= 0x5E else 0xB0)
        trail = cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20)
        shifted += bytes((lead & 0xFF, trail & 0xFF))
    return bytes(shifted)


# Smaller pictures that stand in a mail's text are signatures and logos.
_SMALL: Final = 200_000
_DECORATIONS: Final = re.compile(
    r"text/(calendar|(x-)?vcard|directory)|application/((x-)?pkcs7-signature|pgp-signature|ics)"
)
_DECORATION_NAMES: Final = re.compile(r"att\d{3,}\.(txt|html?)|.*\.(ics|vcf|p7s)", re.IGNORECASE)
_SHEETS: Final = (*WORKBOOK_KINDS, *CONTAINER_KINDS, FileKind.ENCRYPTED, FileKind.DAMAGED)


@dataclass(frozen=True, slots=True)
class ReceivedAttachment:
    """A file in a mail. `inline`: the text of the mail shows it; `media` is a MIME type."""

    name: str
    content: bytes
    media: str = ""
    inline: bool = False
    time: int | None = None
    problem: Problem | None = None
    above: tuple[str, ...] = ()
    mail_senders: tuple[str, ...] = ()


def list_attachment_members(
    attachments: Sequence[ReceivedAttachment], spool: MemberSpool
) -> Iterator[ContainerMember]:
    """List the members of a mail. Raises `TooManyMembersError`."""
    spool.admit(len(attachments))
    kinds = [detect_file_kind(each.content, each.name) for each in attachments]
    has_sheet = any(kind in _SHEETS for kind in kinds)
    for attachment, kind in zip(attachments, kinds, strict=True):
        yield _member(attachment, kind, spool, has_sheet=has_sheet)


def _member(
    attachment: ReceivedAttachment, kind: FileKind, spool: MemberSpool, *, has_sheet: bool
) -> ContainerMember:
    member = ContainerMember(
        attachment.name,
        time=attachment.time,
        problem=attachment.problem,
        above=attachment.above,
        mail_senders=attachment.mail_senders,
    )
    if member.problem:
        return member
    if _is_decoration(attachment, kind, has_sheet=has_sheet):
        return replace(member, ignored=True)
    return spool_member(member, lambda: (attachment.content,), spool)


def _is_decoration(attachment: ReceivedAttachment, kind: FileKind, *, has_sheet: bool) -> bool:
    """Whether it is no attachment of a person. A picture in the text may be a photo of a sheet
    only where it is large and the mail holds no workbook."""
    if _DECORATIONS.fullmatch(attachment.media) or _DECORATION_NAMES.fullmatch(attachment.name):
        return True
    picture = kind is FileKind.IMAGE or attachment.media.startswith("image/")
    return picture and attachment.inline and (has_sheet or len(attachment.content) < _SMALL)
