"""Take the mail out of a signature around it (S/MIME); nobody judges the signature."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final

from asn1crypto.cms import ContentInfo

from sheet_diag.intake.cells import wrong_format_error
from sheet_diag.intake.containers.eml import list_eml_members
from sheet_diag.intake.containers.members import JOINT, ContainerMember, MemberSpool, spool_member
from sheet_diag.intake.file_types import FileKind

_ARMOR: Final = b"-----"
_MAIL: Final = b"content-type:"


def list_smime_members(content: bytes, label: str, spool: MemberSpool) -> Iterator[ContainerMember]:
    """List what the signed mail holds, or the signed file. Raises as `open_signature`."""
    signed = open_signature(content)
    if _MAIL in signed[:2048].lower():
        yield from list_eml_members(signed, label, spool)
    else:
        spool.admit(1)
        name = label.rpartition(JOINT)[2].removesuffix(".p7m")
        yield spool_member(ContainerMember(name), lambda: (signed,), spool)


def open_signature(content: bytes) -> bytes:
    """Take out what was signed. Raises `RefusedError` where it is encrypted, `ValueError` where
    it is damaged."""
    if content.startswith(_ARMOR):
        content = base64.b64decode(content.split(_ARMOR)[2])
    wrapped: Any = ContentInfo.load(content)
    if wrapped["content_type"].native != "signed_data":
        raise wrong_format_error(FileKind.SMIME)
    signed = wrapped["content"]["encap_content_info"]["content"].native
    if not isinstance(signed, bytes):  # certificates alone
        raise wrong_format_error(FileKind.SMIME)
    return signed
