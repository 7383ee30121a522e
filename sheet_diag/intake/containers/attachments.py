"""What a mail carries, whatever program saved it: files, and the decoration that every mail has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.intake.cells import wrong_format
from sheet_diag.intake.containers.members import Member, Room, taken
from sheet_diag.intake.file_types import Kind, kind_of
from sheet_diag.model.returns import Problem

# Smaller pictures that stand in a mail's text are signatures and logos.
_SMALL: Final = 200_000
_DECORATIONS: Final = re.compile(
    r"text/(calendar|(x-)?vcard|directory)|application/((x-)?pkcs7-signature|pgp-signature|ics)"
)
_DECORATION_NAMES: Final = re.compile(r"att\d{3,}\.(txt|html?)|.*\.(ics|vcf|p7s)", re.IGNORECASE)
_SHEETS: Final = (
    Kind.XLSX, Kind.XLSB, Kind.XLS, Kind.ODS, Kind.ENCRYPTED, Kind.ZIP, Kind.SEVEN_ZIP, Kind.EML,
    Kind.MSG, Kind.DAMAGED,
)  # fmt: skip
_NO_SHEETS: Final = (Kind.SMIME, Kind.WINMAIL)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail. `inline` is what the text of the mail shows; `media` is a MIME type."""

    name: str
    content: bytes
    media: str = ""
    inline: bool = False
    time: int | None = None
    problem: Problem | None = None
    above: tuple[str, ...] = ()
    mailed_by: tuple[str, ...] = ()


def members_of(attachments: Sequence[Attachment], room: Room) -> Iterator[Member]:
    """The members of a mail. Raises `TooManyError`."""
    room.admit(len(attachments))
    kinds = [kind_of(each.content, each.name) for each in attachments]
    has_sheet = any(kind in _SHEETS for kind in kinds)
    for attachment, kind in zip(attachments, kinds, strict=True):
        yield _member(attachment, kind, room, has_sheet=has_sheet)


def _member(attachment: Attachment, kind: Kind, room: Room, *, has_sheet: bool) -> Member:
    member = Member(
        attachment.name,
        time=attachment.time,
        problem=attachment.problem,
        above=attachment.above,
        mailed_by=attachment.mailed_by,
    )
    if member.problem:
        return member
    if _is_decoration(attachment, kind, has_sheet=has_sheet):
        return replace(member, ignored=True)
    if kind in _NO_SHEETS:
        return replace(member, problem=wrong_format(kind).problem)
    return taken(member, lambda: (attachment.content,), room)


def _is_decoration(attachment: Attachment, kind: Kind, *, has_sheet: bool) -> bool:
    """Pictures in the text count as photos of a sheet only where they are large and the mail
    holds no workbook."""
    if _DECORATIONS.fullmatch(attachment.media) or _DECORATION_NAMES.fullmatch(attachment.name):
        return True
    picture = kind is Kind.IMAGE or attachment.media.startswith("image/")
    return picture and attachment.inline and (has_sheet or len(attachment.content) < _SMALL)
