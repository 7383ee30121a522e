"""Tell what came beside returns from returns: rules of a firm, certificates, pictures. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sheet_diag.model.returns import Attachment, ReceivedFile
from sheet_diag.text.normalize import company_key


def separate_attachments(read: Sequence[ReceivedFile]) -> list[ReceivedFile]:
    """Take out what came beside a return in one mail or archive, and list it with the return.

    Of returns of several clients nobody knows whose it is: each lists it with its container.
    """
    together: dict[tuple[str, str], list[ReceivedFile]] = defaultdict(list)
    for each in read:
        if each.member:
            together[each.file, each.mail_member].append(each)
    found: dict[tuple[str, str], tuple[Attachment, ...]] = {}
    for place, files in together.items():
        clients = {_client_of(each) for each in files if each.sheet}
        if clients:
            found[place] = tuple(_list_attachments(files, place, len(clients) > 1))
    return [
        replace(each, attachments=found[place]) if found.get(place) and each.sheet else each
        for each in read
        if (place := (each.file, each.mail_member)) not in found or not _is_attachment(each)
    ]


def _client_of(received: ReceivedFile) -> str:
    sheet = received.require_sheet()
    return (sheet.identity.client or "").casefold() or company_key(sheet.name)


def _is_attachment(received: ReceivedFile) -> bool:
    return bool(received.member) and received.as_attachment is not None


def _list_attachments(
    files: Iterable[ReceivedFile], place: tuple[str, str], several: bool
) -> Iterable[Attachment]:
    _, mail = place
    container = " › ".join(filter(None, place)) if several else ""
    for each in files:
        if attachment := each.as_attachment:
            name = attachment.name.removeprefix(f"{mail} › " if mail else "")
            yield replace(attachment, name=name, container=container)
