"""List the attachments of a mail as members, without the decoration that mails have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.intake.cells import wrong_format_error
from sheet_diag.intake.containers.members import ContainerMember, MemberSpool, spool_member
from sheet_diag.intake.file_types import CONTAINER_KINDS, WORKBOOK_KINDS, FileKind, detect_file_kind
from sheet_diag.model.returns import Problem

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
