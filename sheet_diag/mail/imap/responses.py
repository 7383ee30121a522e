"""Parses what an IMAP server answers to FETCH: heads of messages, and whole messages."""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

_FIELDS: Final = (
    "From Sender Reply-To Return-Path To Cc Subject Date Message-ID In-Reply-To References "
    "Content-Type Auto-Submitted Precedence X-Autoreply X-Autorespond X-Failed-Recipients"
)
# Only items that do not mark a message as read.
HEAD_ITEMS: Final = (
    f"(UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS ({_FIELDS})])"
)
WHOLE_ITEMS: Final = "(UID BODY.PEEK[])"
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_FLAGS: Final = re.compile(rb"\bFLAGS \(([^)]*)\)")
_LITERAL: Final = re.compile(rb"\{\d+\}$")
_HEADER: Final = re.compile(rb"\bBODY\[(HEADER[^\]]*)?\](<\d+>)? $")
_STRUCTURE: Final = re.compile(rb"\bBODYSTRUCTURE (\(.*?)(?: BODY\[|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MessageHead:
    """The head of a message.

    `flags` are in lower case, `when` is its arrival (local time), `size` in bytes (0: unknown),
    `structure` its parts as IMAP writes them (empty: unknown), `header` the headers that matter.
    """

    uid: str
    flags: frozenset[str]
    when: datetime
    size: int
    structure: bytes
    header: bytes


def group_responses(data: Sequence[Any]) -> Iterator[list[tuple[bytes, bytes]]]:
    """Join the pieces that the library makes of a response, message by message."""
    parts: list[tuple[bytes, bytes]] = []
    for each in data:
        if isinstance(each, tuple):
            parts.append((each[0], each[1]))
        elif isinstance(each, bytes):
            yield [*parts, (each, b"")]
            parts = []


def parse_head(parts: Sequence[tuple[bytes, bytes]]) -> MessageHead | None:
    """Parse a head (None: the response is about flags that somebody else has changed)."""
    text, header = _split_content(parts)
    uid = _match(_UID, text)
    if not uid:
        return None
    flags = _match(_FLAGS, text).decode("ascii", "replace").lower().split()
    return MessageHead(
        uid=uid.decode(),
        flags=frozenset(flags),
        when=_parse_arrival(text),
        size=int(_match(_SIZE, text) or 0),
        structure=_match(_STRUCTURE, text),
        header=header,
    )


def parse_message(parts: Sequence[tuple[bytes, bytes]]) -> tuple[str, bytes]:
    """Parse the UID and the bytes of a message."""
    text, content = _split_content(parts)
    return _match(_UID, text).decode(), content


def _split_content(parts: Sequence[tuple[bytes, bytes]]) -> tuple[bytes, bytes]:
    """Split a response into its attributes as text and the content that was asked for."""
    text, content = b"", b""
    for before, literal in parts:
        text += _LITERAL.sub(b"", before)
        if _HEADER.search(text):
            content = literal
        elif literal:  # a name that cannot stand in quotes
            text += b'"' + literal.replace(b'"', b"'") + b'"'
    return text, content


def _match(pattern: re.Pattern[bytes], text: bytes) -> bytes:
    match = pattern.search(text)
    return match[1] if match else b""


def _parse_arrival(text: bytes) -> datetime:
    """Parse the local time of arrival; now, where the server does not name it."""
    try:
        arrived = imaplib.Internaldate2tuple(text)
        seconds = time.mktime(arrived) if arrived else time.time()
        return datetime.fromtimestamp(seconds).astimezone()
    except (ValueError, OverflowError, OSError):
        return datetime.now().astimezone()
