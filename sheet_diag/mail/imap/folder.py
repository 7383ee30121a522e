"""A folder of a mailbox, opened for reading only: heads of all its messages, then single ones.

Heads come in bulk and tell enough to leave most messages where they are; whole messages come one
at a time. Only what does not mark a message as read is ever asked.
"""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from imap_tools import AND, BaseMailBox, H
from imap_tools.errors import MailboxFolderSelectError, UnexpectedCommandStatusError

from sheet_diag.mail.imap.connection import imap_error, translate_imap_errors
from sheet_diag.model.settings import MailServer

_BULK: Final = 100  # heads that are asked for at once
_FIELDS: Final = (
    "From Sender Reply-To Return-Path To Cc Subject Date Message-ID In-Reply-To References "
    "Content-Type Auto-Submitted Precedence X-Autoreply X-Autorespond X-Failed-Recipients"
)
_HEAD: Final = (
    f"(UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS ({_FIELDS})])"
)
_WHOLE: Final = "(UID BODY.PEEK[])"
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_FLAGS: Final = re.compile(rb"\bFLAGS \(([^)]*)\)")
_LITERAL: Final = re.compile(rb"\{\d+\}$")
_HEADER: Final = re.compile(rb"\bBODY\[(HEADER[^\]]*)?\](<\d+>)? $")
_STRUCTURE: Final = re.compile(rb"\bBODYSTRUCTURE (\(.*?)(?: BODY\[|$)", re.DOTALL)
_INBOX: Final = "INBOX"
_COPY_FOLDER_FLAGS: Final = frozenset({"\\sent", "\\all", "\\junk"})
_NO_FOLDER: Final = frozenset({"\\noselect", "\\nonexistent"})


@dataclass(frozen=True, slots=True)
class MessageHead:
    """What a folder tells of a message: `flags` in lower case, `when` it arrived (local time),
    `size` in bytes (0: not told), the headers that matter, and `structure`, its parts as IMAP
    writes them (empty: not told)."""

    uid: str
    flags: frozenset[str]
    when: datetime
    size: int
    structure: bytes
    header: bytes


class Mailbox:
    """A connection; one folder at a time is open."""

    def __init__(self, client: BaseMailBox, server: MailServer) -> None:
        self._client = client
        self._server = server

    @property
    def user(self) -> str:
        """The account, which often is its address."""
        return self._server.user

    def open_folder(self, folder: str) -> None:
        """Open a folder for reading only. Raises `MailboxError`, with the folders there are."""
        with translate_imap_errors(self._server):
            try:
                self._client.folder.set(folder, readonly=True)
            except MailboxFolderSelectError as error:
                names = ", ".join(each for each, _ in self._folders())
                parts = {"folder": folder, "folders": names}
                raise imap_error(self._server, "collect.server.folder", **parts) from error

    def heads(self, since: date | None = None) -> Iterator[MessageHead]:
        """The heads of all messages, or of those that arrived on a day or later, in the order of
        their arrival. Raises `MailboxError`."""
        # The day of the server may begin up to a day before that of this place.
        criteria = AND(date_gte=since - timedelta(days=1)) if since else "ALL"
        with translate_imap_errors(self._server):
            uids = sorted(self._client.uids(criteria, charset=None), key=int)
        for start in range(0, len(uids), _BULK):
            heads = self._fetched(uids[start : start + _BULK], _HEAD)
            found = [head for head in map(_parse_head, heads) if head]
            for head in sorted(found, key=lambda head: int(head.uid)):
                if since is None or head.when.date() >= since:
                    yield head

    def message(self, uid: str) -> bytes | None:
        """A whole message, its very bytes; None where it has gone. Raises `MailboxError`."""
        for parts in self._fetched([uid], _WHOLE):
            answer = _FetchResponse.of(parts)
            if _match(_UID, answer.text) == uid.encode():
                return answer.content
        return None

    def find_messages(self, folder: str, message_ids: Sequence[str]) -> Iterator[str]:
        """Which of these Message-IDs are in a folder of the mailbox. Raises `MailboxError`."""
        self.open_folder(folder)  # anew each time: so that it shows what has come meanwhile
        for each in message_ids:
            with translate_imap_errors(self._server):
                found = self._client.uids(AND(header=H("Message-ID", each)), charset=None)
            if found:
                yield each

    def folders_of_copies(self, folder: str) -> tuple[str, ...]:
        """Where a copy of an own mail may lie, the likeliest first. Raises `MailboxError`."""
        with translate_imap_errors(self._server):
            marked = [name for name, flags in self._folders() if flags & _COPY_FOLDER_FLAGS]
        return tuple(dict.fromkeys((folder, _INBOX, *marked)))

    def _folders(self) -> list[tuple[str, frozenset[str]]]:
        listed = (
            (each.name, frozenset(flag.lower() for flag in each.flags))
            for each in self._client.folder.list()
        )
        return [(name, flags) for name, flags in listed if not flags & _NO_FOLDER]

    def _fetched(self, uids: Sequence[str], what: str) -> Iterator[list[tuple[bytes, bytes]]]:
        """The answers, each as text and the literal behind it."""
        with translate_imap_errors(self._server):
            status, data = self._client.client.uid("FETCH", ",".join(uids), what)
            if status != "OK":
                raise UnexpectedCommandStatusError((status, data), "OK")
        return _group_responses(data)


def _group_responses(data: Sequence[Any]) -> Iterator[list[tuple[bytes, bytes]]]:
    """What the library has taken apart, put together by message."""
    parts: list[tuple[bytes, bytes]] = []
    for each in data:
        if isinstance(each, tuple):
            parts.append((each[0], each[1]))
        elif isinstance(each, bytes):
            yield [*parts, (each, b"")]
            parts = []


@dataclass(frozen=True, slots=True)
class _FetchResponse:
    """The attributes of a message as text, and the part of its content that was asked for."""

    text: bytes
    content: bytes

    @classmethod
    def of(cls, parts: Sequence[tuple[bytes, bytes]]) -> _FetchResponse:
        text, content = b"", b""
        for before, literal in parts:
            text += _LITERAL.sub(b"", before)
            if _HEADER.search(text):
                content = literal
            elif literal:  # a name that would not do in quotes
                text += b'"' + literal.replace(b'"', b"'") + b'"'
        return cls(text, content)


def _parse_head(parts: Sequence[tuple[bytes, bytes]]) -> MessageHead | None:
    """None for what tells of no message: servers also tell of flags that others have changed."""
    answer = _FetchResponse.of(parts)
    uid = _match(_UID, answer.text)
    if not uid:
        return None
    flags = _match(_FLAGS, answer.text).decode("ascii", "replace").lower().split()
    return MessageHead(
        uid=uid.decode(),
        flags=frozenset(flags),
        when=_parse_arrival(answer.text),
        size=int(_match(_SIZE, answer.text) or 0),
        structure=_match(_STRUCTURE, answer.text),
        header=answer.content,
    )


def _match(pattern: re.Pattern[bytes], text: bytes) -> bytes:
    match = pattern.search(text)
    return match[1] if match else b""


def _parse_arrival(text: bytes) -> datetime:
    """The time of arrival here; now, where the server does not tell."""
    try:
        arrived = imaplib.Internaldate2tuple(text)
        seconds = time.mktime(arrived) if arrived else time.time()
        return datetime.fromtimestamp(seconds).astimezone()
    except (ValueError, OverflowError, OSError):
        return datetime.now().astimezone()
