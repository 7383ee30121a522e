"""Read the headers of mails: names of attachments, subjects, and the addresses of senders.

Standards (RFC 2231, RFC 2047) allow each encoding in one place only; programs write each in every
place, and bare 8-bit or JIS bytes besides. Whether a sender is true, nobody can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from typing import Final

from sheet_diag.intake.cells import wrong_format_error
from sheet_diag.intake.containers.members import ContainerMember, MemberSpool, spool_member
from sheet_diag.intake.file_types import CONTAINER_KINDS, WORKBOOK_KINDS, FileKind, detect_file_kind
from sheet_diag.model.returns import Problem

# What programs call the Japanese code page of Windows.
_WINDOWS: Final = re.compile(r"windows-?(31j|932)|cp-?(932|943c?)|ms-?932|(x-|cs)?s(hift)?[-_]?jis")
_SENDERS: Final = ("from", "reply-to", "sender")
_MAX_LINE: Final = 200


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


def decode_header_text(part: Message, header: str) -> str:
    """Decode the bare bytes of a header to one line; its encoded words stay as they are."""
    values = (str(value) for name, value in part.raw_items() if name.lower() == header)
    raw = next(values, "").replace("\r", "").replace("\n", "")
    content = raw.encode("ascii", "surrogateescape") if not raw.isascii() else raw.encode()
    return _decode_bytes(content, "iso-2022-jp" if b"\x1b" in content else "")


def read_senders(message: Message) -> tuple[str, ...]:
    """Read the addresses that a mail may come from, the likeliest first."""
    return parse_header_addresses(message, _SENDERS)


def parse_senders(content: bytes) -> tuple[str, ...]:
    """Read the same from the bytes of a mail, of which only the headers are parsed."""
    return read_senders(BytesHeaderParser(policy=compat32).parsebytes(content, headersonly=True))


def parse_header_addresses(message: Message, names: tuple[str, ...]) -> tuple[str, ...]:
    """Read the mail addresses in some headers, each once."""
    found = getaddresses([decode_header_text(message, name) for name in names])
    return tuple(dict.fromkeys(clean_line(address) for _, address in found if "@" in address))


def clean_line(text: str) -> str:
    """Clean text of a stranger, so that it may stand in a line of ours."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:_MAX_LINE]


# --- decoding


def _decode_percent(code: str, value: str) -> str:
    """Decode RFC 2231; the library has turned its bytes into Latin-1."""
    try:
        return _decode_bytes(value.encode("latin-1"), code)
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
        word if isinstance(word, str) else _decode_bytes(word, code or "") for word, code in words
    )
    return "".join(decoded) or text


def _decode_bytes(content: bytes, code: str) -> str:
    """Decode bytes; by the likeliest code where the one that is named is unknown or wrong."""
    named = code.strip().lower()
    if named.startswith("iso-2022-jp"):
        return _decode_jis(content)
    if _WINDOWS.fullmatch(named):
        named = "cp932"
    for each in (named, "utf-8", "cp932"):
        try:
            return content.decode(each)
        except (LookupError, UnicodeDecodeError):
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
_NO_SHEETS: Final = (FileKind.SMIME, FileKind.WINMAIL)


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
    if kind in _NO_SHEETS:
        return replace(member, problem=wrong_format_error(kind).problem)
    return spool_member(member, lambda: (attachment.content,), spool)


def _is_decoration(attachment: ReceivedAttachment, kind: FileKind, *, has_sheet: bool) -> bool:
    """Whether it is no attachment of a person. A picture in the text may be a photo of a sheet
    only where it is large and the mail holds no workbook."""
    if _DECORATIONS.fullmatch(attachment.media) or _DECORATION_NAMES.fullmatch(attachment.name):
        return True
    picture = kind is FileKind.IMAGE or attachment.media.startswith("image/")
    return picture and attachment.inline and (has_sheet or len(attachment.content) < _SMALL)
