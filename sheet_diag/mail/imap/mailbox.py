"""The firm's mailbox over IMAP: read, and never changed but by adding drafts.

Folders are opened for reading only (EXAMINE) and messages are peeked at: what was unread stays
unread. The heads of messages come in bulk and say enough to leave most messages where they are;
whole messages come one at a time.
"""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from imap_tools import AND, BaseMailBox, H
from imap_tools.errors import (
    ImapToolsError,
    MailboxAppendError,
    MailboxFolderSelectError,
    UnexpectedCommandStatusError,
)

from sheet_diag.mail.imap.connection import (
    connect_imap,
    format_reply,
    imap_error,
    translate_imap_errors,
)
from sheet_diag.model.mail import MailCredential
from sheet_diag.model.settings import MailServer

_BULK: Final = 100  # heads that are fetched at once
_PAUSE: Final = 5  # seconds between two searches for copies
DRAFT_REFUSED: Final = "collect.server.draft"
_DRAFTS_FLAG: Final = "\\drafts"
_SENT_FLAG: Final = "\\sent"
_INBOX: Final = "INBOX"
_COPY_FOLDER_FLAGS: Final = frozenset({_SENT_FLAG, "\\all", "\\junk"})
_NO_FOLDER: Final = frozenset({"\\noselect", "\\nonexistent"})
_FIELDS: Final = (
    "From Sender Reply-To Return-Path To Cc Subject Date Message-ID In-Reply-To References "
    "Content-Type Auto-Submitted Precedence X-Autoreply X-Autorespond X-Failed-Recipients"
)
# Only items that do not mark a message as read.
_HEAD_ITEMS: Final = (
    f"(UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS ({_FIELDS})])"
)
_WHOLE_ITEMS: Final = "(UID BODY.PEEK[])"
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_FLAGS: Final = re.compile(rb"\bFLAGS \(([^)]*)\)")
_LITERAL: Final = re.compile(rb"\{\d+\}$")
_HEADER: Final = re.compile(rb"\bBODY\[(HEADER[^\]]*)?\](<\d+>)? $")
_STRUCTURE: Final = re.compile(rb"\bBODYSTRUCTURE (\(.*?)(?: BODY\[|$)", re.DOTALL)


class Mailbox:
    """A connection to a mailbox; one folder at a time is open."""

    def __init__(self, client: BaseMailBox, server: MailServer) -> None:
        self._client = client
        self._server = server

    @property
    def user(self) -> str:
        """The account, which often is its address."""
        return self._server.user

    def open_folder(self, folder: str) -> None:
        """Open a folder for reading only. Raises `MailboxError`, which names the folders."""
        with translate_imap_errors(self._server):
            try:
                self._client.folder.set(folder, readonly=True)
            except MailboxFolderSelectError as error:
                names = ", ".join(each for each, _ in self._list_folders())
                parts = {"folder": folder, "folders": names}
                raise imap_error(self._server, "collect.server.folder", **parts) from error

    def heads(self, since: date | None = None) -> Iterator[MessageHead]:
        """Read the heads of all messages, or of those that arrived since a day, oldest first.

        Raises `MailboxError`.
        """
        # The day of the server may begin up to a day before that of this place.
        criteria = AND(date_gte=since - timedelta(days=1)) if since else "ALL"
        with translate_imap_errors(self._server):
            uids = sorted(self._client.uids(criteria, charset=None), key=int)
        for start in range(0, len(uids), _BULK):
            asked = uids[start : start + _BULK]
            found: dict[str, MessageHead] = {}
            for head in map(parse_head, self._fetch(asked, _HEAD_ITEMS)):
                if head and (head.header or head.uid not in found):
                    found[head.uid] = head
            for uid in asked:  # what the server leaves out is asked for as a whole
                head = found.get(uid) or self._read_head(uid)
                if since is None or head.when.date() >= since:
                    yield head

    def _read_head(self, uid: str) -> MessageHead:
        """Read a head from the message itself; it is empty where the message is gone."""
        header = (self.message(uid) or b"").partition(b"\r\n\r\n")[0]
        return MessageHead(uid, frozenset(), datetime.now().astimezone(), 0, b"", header)

    def message(self, uid: str) -> bytes | None:
        """Read the bytes of a message (None: it is gone). Raises `MailboxError`."""
        messages = map(parse_message, self._fetch([uid], _WHOLE_ITEMS))
        return next((content for found, content in messages if found == uid), None)

    def find_messages(self, folder: str, message_ids: Sequence[str]) -> Iterator[str]:
        """Find the Message-IDs that are in a folder. Raises `MailboxError`."""
        self.open_folder(folder)  # anew each time, so that it shows what has come meanwhile
        for each in message_ids:
            with translate_imap_errors(self._server):
                found = self._client.uids(AND(header=H("Message-ID", each)), charset=None)
            if found:
                yield each

    def find_drafts_folder(self, named: str = "") -> str:
        """Find the folder of drafts: the one that is named, or the one that the mailbox marks so.

        Raises `MailboxError`, which names the folders.
        """
        with translate_imap_errors(self._server):
            folders = self._list_folders()
        for name, flags in folders:
            if (name == named) if named else (_DRAFTS_FLAG in flags):
                return name
        names = ", ".join(name for name, _ in folders)
        raise imap_error(self._server, "collect.server.drafts", folders=names)

    def list_sent_folders(self) -> tuple[str, ...]:
        """List the folders that the mailbox marks as those of sent mails. Raises `MailboxError`."""
        with translate_imap_errors(self._server):
            return tuple(name for name, flags in self._list_folders() if _SENT_FLAG in flags)

    def add_draft(self, folder: str, content: bytes, when: datetime) -> None:
        """Add a draft to a folder.

        Raises `MailboxError`, with the key `DRAFT_REFUSED` where it is surely not there.
        """
        with translate_imap_errors(self._server):
            try:
                self._client.append(content, folder, when, ("\\Draft", "\\Seen"))
            except MailboxAppendError as error:
                parts = {"folder": folder, "reply": format_reply(error)}
                raise imap_error(self._server, DRAFT_REFUSED, **parts) from error

    def list_copy_folders(self, folder: str) -> tuple[str, ...]:
        """List where a copy of an own mail may be, the likeliest first. Raises `MailboxError`."""
        with translate_imap_errors(self._server):
            marked = [name for name, flags in self._list_folders() if flags & _COPY_FOLDER_FLAGS]
        return tuple(dict.fromkeys((folder, _INBOX, *marked)))

    def _list_folders(self) -> list[tuple[str, frozenset[str]]]:
        folders = (
            (each.name, frozenset(flag.lower() for flag in each.flags))
            for each in self._client.folder.list()
        )
        return [(name, flags) for name, flags in folders if not flags & _NO_FOLDER]

    def _fetch(self, uids: Sequence[str], items: str) -> Iterator[list[tuple[bytes, bytes]]]:
        """Fetch items of messages; each response is pairs of text and the literal behind it."""
        with translate_imap_errors(self._server):
            status, data = self._client.client.uid("FETCH", ",".join(uids), items)
            if status != "OK":
                raise UnexpectedCommandStatusError((status, data), "OK")
        return group_responses(data)


@contextmanager
def open_mailbox(server: MailServer, folder: str, credential: MailCredential) -> Iterator[Mailbox]:
    """Open a folder until it is left. Raises `MailboxError`, `MailAccessError`."""
    client = connect_imap(server, credential)
    try:
        mailbox = Mailbox(client, server)
        mailbox.open_folder(folder)
        yield mailbox
    finally:
        with suppress(ImapToolsError, client.client.error, OSError):
            client.logout()


def find_copies(
    server: MailServer,
    folder: str,
    credential: MailCredential,
    message_ids: Sequence[str],
    *,
    wait: int,
    sleep: Callable[[float], object] = time.sleep,
) -> frozenset[str]:
    """Find Message-IDs in the mailbox, until all are found or `wait` seconds are over.

    A rule of the mailbox may have moved a copy, and some providers keep a mail to oneself only
    among the sent ones: the search covers the folder, the inbox, and the folders of sent mail, of
    spam and of everything. Raises `MailboxError`, `MailAccessError`.
    """
    missing, waited = dict.fromkeys(message_ids), 0.0
    with open_mailbox(server, folder, credential) as mailbox:
        folders = mailbox.list_copy_folders(folder)
        while True:
            for each in folders:
                for found in mailbox.find_messages(each, tuple(missing)):
                    del missing[found]
            if not missing or waited >= wait:
                return frozenset(each for each in message_ids if each not in missing)
            pause = min(_PAUSE, wait - waited)
            sleep(pause)
            waited += pause


def try_imap_login(server: MailServer, folder: str, credential: MailCredential) -> None:
    """Log in, open the folder, and log out. Raises `MailboxError`, `MailAccessError`."""
    with open_mailbox(server, folder, credential):
        pass


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
