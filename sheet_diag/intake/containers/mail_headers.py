"""Read the headers of mails: names of attachments, subjects, and the addresses of senders.

Standards (RFC 2231, RFC 2047) allow each encoding in one place only; programs write each in every
place, and bare 8-bit or JIS bytes besides. Whether a sender is true, nobody can tell.
"""

from __future__ import annotations

import re
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from typing import Final

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
