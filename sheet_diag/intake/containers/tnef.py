"""List the attachments of winmail.dat (TNEF), in which Outlook wraps some mails.

Reads what is attached and its name, nothing else: the text of the mail lies beside it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sheet_diag.intake.cells import wrong_format_error
from sheet_diag.intake.containers.mail_headers import (
    ReceivedAttachment,
    decode_bytes,
    list_attachment_members,
)
from sheet_diag.intake.containers.members import ContainerMember, MemberSpool
from sheet_diag.intake.file_types import FileKind

_HEAD: Final = struct.Struct("<BII")  # level, attribute, length; a checksum of two bytes follows
_LEVELS: Final = (1, 2)  # of the mail, of what is attached
_CODE_PAGE, _NEW, _TITLE = 0x00069007, 0x00069002, 0x00018010
_DATA, _PROPERTIES = 0x0006800F, 0x00069005
_CONTENT, _SHORT_NAME, _LONG_NAME, _MEDIA, _CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_WANTED: Final = (_CONTENT, _SHORT_NAME, _LONG_NAME, _MEDIA, _CONTENT_ID)
_OBJECT, _NARROW, _WIDE, _BINARY, _SEVERAL = 0x000D, 0x001E, 0x001F, 0x0102, 0x1000
_SIZES: Final = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_INTERFACE: Final = 16  # bytes before an object


@dataclass(slots=True)
class _Attached:
    title: str = ""
    content: bytes = b""
    properties: dict[int, bytes | str] = field(default_factory=dict)

    def text(self, *tags: int) -> str:
        found = (self.properties.get(tag) for tag in tags)
        return next((each for each in found if isinstance(each, str) and each), "")


def list_tnef_members(content: bytes, label: str, spool: MemberSpool) -> Iterator[ContainerMember]:
    """List every attachment. Raises `RefusedError`."""
    del label  # it has no password
    found = islice(_read_attachments(content), spool.limits.members + 1)
    try:
        attached = [_describe(each, number) for number, each in enumerate(found, 1)]
    except struct.error as error:  # an ordinary mail helps, sending it again does not
        raise wrong_format_error(FileKind.WINMAIL) from error
    yield from list_attachment_members(attached, spool)


def _describe(attached: _Attached, number: int) -> ReceivedAttachment:
    name = attached.text(_LONG_NAME, _SHORT_NAME) or attached.title or f"attachment-{number}"
    inner = attached.properties.get(_CONTENT, b"")
    content = attached.content or (inner if isinstance(inner, bytes) else b"")
    shown = bool(attached.text(_CONTENT_ID))
    return ReceivedAttachment(name, content, attached.text(_MEDIA).lower(), shown)


def _read_attachments(content: bytes) -> Iterator[_Attached]:
    attached: _Attached | None = None
    code, place = "cp932", 6
    while place + _HEAD.size <= len(content):
        level, attribute, length = _HEAD.unpack_from(content, place)
        place += _HEAD.size + length + 2
        value = content[place - 2 - length : place - 2]
        if len(value) < length or level not in _LEVELS:
            raise struct.error("damaged")
        if attribute == _CODE_PAGE:
            code = f"cp{struct.unpack_from('<I', value)[0]}"
        elif attribute == _NEW:
            if attached:
                yield attached
            attached = _Attached()
        elif attached and attribute == _TITLE:
            attached.title = _decode(value, code)
        elif attached and attribute == _DATA:
            attached.content = value
        elif attached and attribute == _PROPERTIES:
            attached.properties = dict(_read_properties(value, code))
    if attached:
        yield attached


def _read_properties(content: bytes, code: str) -> Iterator[tuple[int, bytes | str]]:
    """Read the properties that are wanted; the others are only measured."""
    (count,) = struct.unpack_from("<I", content)
    place = 4
    for _ in range(count):
        kind, tag = struct.unpack_from("<HH", content, place)
        place += 4
        if tag >= 0x8000:
            place = _skip_name(content, place)
        fixed = _SIZES.get(kind & ~_SEVERAL)
        values = 1
        if kind & _SEVERAL or fixed is None:
            (values,) = struct.unpack_from("<I", content, place)
            place += 4
        if fixed is not None:
            place += values * (fixed if not kind & _SEVERAL or kind & 0xFF != 2 else 2)
            place = -(-place // 4) * 4
            continue
        for _ in range(values):
            (length,) = struct.unpack_from("<I", content, place)
            value = content[place + 4 : place + 4 + length]
            place += 4 + -(-length // 4) * 4
            if tag in _WANTED:
                yield tag, _decode_value(kind, value, code)


def _skip_name(content: bytes, place: int) -> int:
    """Skip the name that a property of another program has."""
    is_text, length = struct.unpack_from("<II", content, place + 16)
    return place + 24 + (-(-length // 4) * 4 if is_text else 0)


def _decode_value(kind: int, value: bytes, code: str) -> bytes | str:
    if kind == _WIDE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    if kind == _NARROW:
        return _decode(value, code)
    return value[_INTERFACE:] if kind == _OBJECT else value


def _decode(value: bytes, code: str) -> str:
    return decode_bytes(value.split(b"\0")[0], code)
