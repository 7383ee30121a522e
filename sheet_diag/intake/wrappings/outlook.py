"""Mails saved by Outlook (.msg): attachments, also those of mails attached to the mail."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import olefile
from oxmsg.attachment import Attachment as OutlookAttachment
from oxmsg.storage import Storage

from sheet_diag.intake.cells import wrong_format
from sheet_diag.intake.kinds import Kind
from sheet_diag.intake.wrappings.attachments import Attachment, members_of
from sheet_diag.intake.wrappings.members import Member, Room, Wrapping
from sheet_diag.model.returns import Code, Problem

_CONTENT: Final = "37010102"
_OBJECT: Final = "3701000D"  # a mail, or an object of another program, in a storage of its own
_NAMES: Final = ("3707", "3704", "3001")  # long, short, display name
_MEDIA: Final = "370E"
_CONTENT_ID: Final = "3712"
_ENDING: Final = "3703"


def members_of_outlook(wrapping: Wrapping, room: Room) -> Iterator[Member]:
    """Every attachment of the mail and of mails in it. Raises `RefusedError`."""
    with olefile.OleFileIO(io.BytesIO(wrapping.content)) as ole:
        mail = Storage.from_ole(ole)
    yield from members_of(list(_attachments(mail, (), room.limits.nesting)), room)


def _attachments(mail: Any, above: tuple[str, ...], deepest: int) -> Iterator[Attachment]:
    for number, storage in enumerate(mail.iter_attachment_storages(), 1):
        inner = _inner(storage)
        streams = {stream.name.upper(): stream.bytes_ for stream in storage.streams}
        name = _name(streams) or f"attachment-{number}{_text(streams, _ENDING)}"
        if inner is None or not _is_mail(inner):
            yield _attachment(storage, streams, name, above)
        elif len(above) + 1 >= deepest:
            problem = Problem(Code.NESTED_TOO_DEEP, value=str(deepest))
            yield Attachment(name, b"", problem=problem, above=above)
        else:
            found = list(_attachments(inner, (*above, name), deepest))
            without = Attachment(name, b"", problem=Problem(Code.MAIL_WITHOUT_SHEET), above=above)
            yield from found or [without]


def _inner(storage: Any) -> Any:
    return next((each for each in storage.storages if each.name.upper().endswith(_OBJECT)), None)


def _is_mail(storage: Any) -> bool:
    return any(stream.name.lower() == "__properties_version1.0" for stream in storage.streams)


def _attachment(
    storage: Any, streams: dict[str, bytes], name: str, above: tuple[str, ...]
) -> Attachment:
    content = streams.get(f"__SUBSTG1.0_{_CONTENT}")
    if content is None:
        # By reference: a link to a file on a server.
        problem = wrong_format(Kind.UNKNOWN if _inner(storage) else Kind.SHORTCUT).problem
        return Attachment(name, b"", problem=problem, above=above)
    return Attachment(
        name,
        content,
        _text(streams, _MEDIA).lower(),
        bool(_text(streams, _CONTENT_ID)),
        _time(storage),
        above=above,
    )


def _name(streams: dict[str, bytes]) -> str:
    return next((text for tag in _NAMES if (text := _text(streams, tag))), "")


def _text(streams: dict[str, bytes], tag: str) -> str:
    """A property of text: in UTF-16, or in the code page of the machine that saved it."""
    wide = streams.get(f"__SUBSTG1.0_{tag}001F")
    if wide is not None:
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    narrow = streams.get(f"__SUBSTG1.0_{tag}001E", b"").rstrip(b"\0")
    for code in ("utf-8", "cp932"):
        try:
            return narrow.decode(code)
        except UnicodeDecodeError:
            continue
    return narrow.decode("cp932", "replace")


def _time(storage: Any) -> int | None:
    """Nanoseconds since 1970; None where nothing, or nothing true, is told."""
    try:
        told = OutlookAttachment(storage).last_modified
        return int(told.timestamp()) * 10**9 if told else None
    except Exception:  # noqa: BLE001 - damaged properties; the time of the mail counts instead
        return None
