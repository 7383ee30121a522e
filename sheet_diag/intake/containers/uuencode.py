"""Find the files that stand in the text of a mail, as programs wrote them before MIME."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

from sheet_diag.intake.containers.mail_headers import ReceivedAttachment, decode_bytes, find_texts
from sheet_diag.intake.containers.members import damage_problem

_SIGN: Final = b"begin"
_BEGIN: Final = re.compile(
    rb"^begin(-base64)? [0-7]{3,4} {1,9}(\S[^\r\n]{0,250})\r?$", re.MULTILINE
)
_END: Final = re.compile(rb"^(end|====)[ \t]*\r?$", re.MULTILINE)
_ENCODINGS: Final = ("x-uuencode", "uuencode", "uue", "x-uue")


def find_uuencoded(mail: Message) -> Iterator[ReceivedAttachment]:
    """Find the files in the texts of a mail; one that is damaged says so."""
    for part in find_texts(mail):
        text = _read_text(part)
        if _SIGN in text:
            yield from _find_files(text)


def _read_text(part: Message) -> bytes:
    """Read the text, also of a part which says that all of it is encoded so."""
    is_whole = str(part["content-transfer-encoding"] or "").strip().lower() in _ENCODINGS
    payload = part.get_payload() if is_whole else part.get_payload(decode=True)
    if isinstance(payload, str):
        return payload.encode("utf-8", "surrogateescape")
    return payload if isinstance(payload, bytes) else b""


def _find_files(text: bytes) -> Iterator[ReceivedAttachment]:
    place = 0
    while begin := _BEGIN.search(text, place):
        end = _END.search(text, begin.end())
        place = end.end() if end else len(text)
        lines = text[begin.end() : end.start() if end else place].splitlines()
        name = decode_bytes(begin[2].rstrip(), "")
        try:
            decode = binascii.a2b_base64 if begin[1] else _decode_line
            yield ReceivedAttachment(name, b"".join(map(decode, lines)))
        except binascii.Error as error:
            if not end:  # a sentence
                return
            yield ReceivedAttachment(name, b"", problem=damage_problem(error))


def _decode_line(line: bytes) -> bytes:
    """Decode a line; what some programs write behind its end does not count."""
    line = line.rstrip(b"\r")
    if not line:
        return b""
    length = ((line[0] - 32) & 63) * 4
    return binascii.a2b_uu(line[: 1 + -(-length // 12) * 4])
