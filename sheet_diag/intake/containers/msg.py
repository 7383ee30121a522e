"""Read a mail saved by Outlook (.msg): its attachments, and the senders of mails in it."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from itertools import dropwhile
from typing import Any, Final

import olefile
from oxmsg.attachment import Attachment as OutlookAttachment
from oxmsg.storage import Storage

from sheet_diag.intake.cells import wrong_format_error
from sheet_diag.intake.containers.authentication import read_dmarc_result
from sheet_diag.intake.containers.mail_headers import (
    ReceivedAttachment,
    add_subject,
    clean_line,
    decode_bytes,
    list_attachment_members,
    read_senders,
    strip_tags,
)
from sheet_diag.intake.containers.mail_passwords import may_hold_password
from sheet_diag.intake.containers.members import ContainerMember, MemberSpool
from sheet_diag.intake.containers.received_mail import (
    AutomaticKind,
    ReceivedMail,
    find_automatic_kind,
    make_origin,
    read_time,
)
from sheet_diag.intake.file_types import FileKind
from sheet_diag.model.returns import Problem, ProblemCode

_CONTENT: Final = "37010102"
_OBJECT: Final = "3701000D"  # a mail, or an object of another program, in a storage of its own
_NAMES: Final = ("3707", "3704", "3001")  # long, short, display name
_MEDIA: Final = "370E"
_CONTENT_ID: Final = "3712"
_ENDING: Final = "3703"
_HEAD: Final = "007D"  # as it came over the line; a mail that never left Exchange has none
# SMTP addresses of whom it was sent for and who sent it, and those that may be names in Exchange.
_ADDRESSES: Final = ("5D02", "5D01", "0065", "0C1F")
_CLASS, _SUBJECT, _BODY, _PAGE = "001A", "0037", "1000", "1013"
_PROPERTIES: Final = "__PROPERTIES_VERSION1.0"
_SENT: Final = (0x00390040, 0x0E060040)  # sent, or delivered
_EPOCH: Final = 11_644_473_600  # seconds from 1601 to 1970
_KINDS: Final = (
    (".IPNRN", AutomaticKind.RECEIPT),
    (".IPNNRN", AutomaticKind.RECEIPT),
    ("REPORT", AutomaticKind.REPORT),
    (".OOFTEMPLATE", AutomaticKind.AUTOMATIC),
    (".REPLYTEMPLATE", AutomaticKind.AUTOMATIC),
)
_STREAM: Final = "__SUBSTG1.0_"


def list_msg_members(content: bytes, label: str, spool: MemberSpool) -> Iterator[ContainerMember]:
    """List every attachment of the mail and of mails in it. Raises `RefusedError`."""
    del label  # mails have no passwords
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        mail = Storage.from_ole(ole)
    yield from list_attachment_members(list(_attachments(mail, (), spool.limits.nesting)), spool)


def read_msg(content: bytes, authserv_id: str = "") -> ReceivedMail:
    """Read who sent a mail and when, and what kind of mail it is; damage raises."""
    streams = _read_streams(content, (_HEAD, _CLASS, _SUBJECT, *_ADDRESSES))
    head, senders = _parse_head(streams), _senders(streams)
    if "subject" not in head:
        subject = clean_line(_text(streams, _SUBJECT))
        head["Subject"] = subject.encode().decode("ascii", "surrogateescape")
    sent = read_time(head)
    return ReceivedMail(
        content,
        senders,
        make_origin(senders, _read_sent_time(streams) if sent is None else sent),
        _find_kind(_text(streams, _CLASS)) or find_automatic_kind(head),
        _text(streams, _CLASS).upper().startswith("REPORT"),
        lambda: add_subject(head, _read_body(content)),
        read_dmarc_result(head, authserv_id),
    )


def _read_streams(content: bytes, tags: tuple[str, ...]) -> dict[str, bytes]:
    """Read the properties of the mail itself that have one of the tags."""
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        wanted = (_PROPERTIES, *(_STREAM + tag for tag in tags))
        names = (path[0] for path in ole.listdir() if len(path) == 1)
        found = [name for name in names if name.upper().startswith(wanted)]
        return {name.upper(): ole.openstream(name).read() for name in found}


def _find_kind(message_class: str) -> AutomaticKind | None:
    return next((kind for mark, kind in _KINDS if mark in message_class.upper()), None)


def _read_sent_time(streams: Mapping[str, bytes]) -> int | None:
    """Read the time from the properties of fixed length, in seconds since 1970."""
    table = streams.get(_PROPERTIES, b"")[32:]
    for place in range(0, len(table) - 15, 16):
        if struct.unpack_from("<I", table, place)[0] in _SENT:
            return int(struct.unpack_from("<Q", table, place + 8)[0] // 10**7 - _EPOCH)
    return None


def _read_body(content: bytes) -> str:
    streams = _read_streams(content, (_BODY, _PAGE))
    page = streams.get(f"{_STREAM}{_PAGE}0102")
    shown = decode_bytes(page, "") if page else _text(streams, _PAGE)
    return _text(streams, _BODY) or strip_tags(shown)


def _parse_head(streams: Mapping[str, bytes]) -> Message:
    lines = _text(streams, _HEAD).splitlines(keepends=True)
    # Outlook may write a line of its own before the first header.
    head = "".join(dropwhile(lambda line: ":" not in line, lines))
    return BytesHeaderParser(policy=compat32).parsebytes(head.encode("utf-8", "replace"))


def _senders(streams: Mapping[str, bytes]) -> tuple[str, ...]:
    own = (clean_line(_text(streams, tag)) for tag in _ADDRESSES)
    found = (*read_senders(_parse_head(streams)), *(each for each in own if "@" in each))
    return tuple(dict.fromkeys(found))


def _attachments(
    mail: Any, above: tuple[str, ...], deepest: int, mailed_by: tuple[str, ...] = ()
) -> Iterator[ReceivedAttachment]:
    for number, storage in enumerate(mail.iter_attachment_storages(), 1):
        inner = _inner(storage)
        streams = _streams(storage)
        name = _name(streams) or f"attachment-{number}{_text(streams, _ENDING)}"
        if inner is None or not _is_mail(inner):
            yield replace(_attachment(storage, streams, name, above), mail_senders=mailed_by)
        elif len(above) + 1 >= deepest:
            problem = Problem(ProblemCode.NESTED_TOO_DEEP, value=str(deepest))
            yield ReceivedAttachment(
                name, b"", problem=problem, above=above, mail_senders=mailed_by
            )
        else:
            if may_hold_password(name):
                name = f"mail-{number}"
            within = (*mailed_by, *_senders(_streams(inner)))
            without = ReceivedAttachment(
                name,
                b"",
                problem=Problem(ProblemCode.MAIL_WITHOUT_SHEET),
                above=above,
                mail_senders=within,
            )
            yield from list(_attachments(inner, (*above, name), deepest, within)) or [without]


def _streams(storage: Any) -> dict[str, bytes]:
    return {stream.name.upper(): stream.bytes_ for stream in storage.streams}


def _inner(storage: Any) -> Any:
    return next((each for each in storage.storages if each.name.upper().endswith(_OBJECT)), None)


def _is_mail(storage: Any) -> bool:
    return any(stream.name.lower() == "__properties_version1.0" for stream in storage.streams)


def _attachment(
    storage: Any, streams: Mapping[str, bytes], name: str, above: tuple[str, ...]
) -> ReceivedAttachment:
    content = streams.get(_STREAM + _CONTENT)
    if content is None:
        # By reference: a link to a file on a server.
        problem = wrong_format_error(
            FileKind.UNKNOWN if _inner(storage) else FileKind.SHORTCUT
        ).problem
        return ReceivedAttachment(name, b"", problem=problem, above=above)
    return ReceivedAttachment(
        name,
        content,
        _text(streams, _MEDIA).lower(),
        bool(_text(streams, _CONTENT_ID)),
        _time(storage),
        above=above,
    )


def _name(streams: Mapping[str, bytes]) -> str:
    return next((text for tag in _NAMES if (text := _text(streams, tag))), "")


def _text(streams: Mapping[str, bytes], tag: str) -> str:
    """Read a text property: in UTF-16, or in the code page of the machine that saved it."""
    wide = streams.get(f"{_STREAM}{tag}001F")
    if wide is not None:
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    narrow = streams.get(f"{_STREAM}{tag}001E", b"").rstrip(b"\0")
    for code in ("utf-8", "cp932"):
        try:
            return narrow.decode(code)
        except UnicodeDecodeError:
            continue
    return narrow.decode("cp932", "replace")


def _time(storage: Any) -> int | None:
    """Read the time in nanoseconds since 1970; None where it is missing or no true time."""
    try:
        moment = OutlookAttachment(storage).last_modified
        return int(moment.timestamp()) * 10**9 if moment else None
    except Exception:  # noqa: BLE001 - damaged properties; the time of the mail counts instead
        return None
