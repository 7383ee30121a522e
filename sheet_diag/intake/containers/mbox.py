"""List the mails of an mbox, in which mail programs keep and export a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.parser import BytesHeaderParser
from email.policy import compat32
from typing import Final

from sheet_diag.intake.containers.mail_headers import name_mail
from sheet_diag.intake.containers.members import ContainerMember, MemberSpool, spool_member
from sheet_diag.intake.file_types import split_mbox

_QUOTED: Final = re.compile(rb"^>(>*From )", re.MULTILINE)  # as a line that starts a mail looks


def list_mbox_members(content: bytes, label: str, spool: MemberSpool) -> Iterator[ContainerMember]:
    """List every mail, numbered. Raises `RefusedError`."""
    del label  # mails have no passwords
    mails = split_mbox(content)
    spool.admit(len(mails))
    for number, mail in enumerate(mails, 1):
        head = BytesHeaderParser(policy=compat32).parsebytes(mail, headersonly=True)
        name = f"{number} {name_mail(head) or 'mail'}.eml"
        yield spool_member(ContainerMember(name), lambda m=mail: (_unquote(m),), spool)  # type: ignore[misc]


def _unquote(mail: bytes) -> bytes:
    return _QUOTED.sub(rb"\1", mail)
