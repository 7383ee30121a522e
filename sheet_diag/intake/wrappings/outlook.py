"""Mails saved by Outlook (.msg): attachments, also those of a mail attached to the mail."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import olefile
from oxmsg import Message

from sheet_diag.intake.wrappings.members import Budget, Member, SpentError, damaged
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Reading

_INNER_MAIL: Final = "__substg1.0_3701000D"
_CONTENT: Final = "__substg1.0_37010102"
_NAMES: Final = ("__substg1.0_3707001F", "__substg1.0_3704001F", "__substg1.0_3001001F")


def members_of_outlook(
    content: bytes, name: str, reading: Reading, budget: Budget
) -> Iterator[Member]:
    """Every attachment of the mail. Raises `SpentError`."""
    del name, reading
    try:
        mail: Any = Message.load(io.BytesIO(content))
        found = [_member(each, budget) for each in mail.attachments if each.attached_by_value]
        found += _inner(content, budget)
    except (SpentError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a damaged mail raises all sorts
        yield Member("", None, problem=damaged(error))
        return
    if not found:
        yield Member("", None, problem=Problem(Code.MAIL_WITHOUT_SHEET))
    yield from found


def _member(attachment: Any, budget: Budget) -> Member:
    budget.take_member()
    content = attachment.file_bytes or b""
    budget.take_bytes(len(content))
    modified = attachment.last_modified
    time = int(modified.timestamp()) * 10**9 if modified else 0
    return Member(attachment.file_name or "attachment", content, time)


def _inner(content: bytes, budget: Budget) -> list[Member]:
    """Attachments of mails in the mail: storages inside its own attachments, one level a name."""
    found = []
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        for entry in ole.listdir():
            if entry[-1] == _CONTENT and _INNER_MAIL in entry:
                budget.take_member()
                data = ole.openstream(entry).read()
                budget.take_bytes(len(data))
                found.append(Member(_name(ole, entry[:-1]), data))
    return found


def _name(ole: Any, folder: list[str]) -> str:
    for stream in _NAMES:
        if ole.exists([*folder, stream]):
            raw = ole.openstream([*folder, stream]).read()
            return str(raw.decode("utf-16-le", "replace")).rstrip("\0")
    return "attachment"
