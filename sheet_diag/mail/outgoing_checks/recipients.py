"""Compares the recipients of a mail with the client's row of the client list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.headerregistry import AddressHeader
from email.utils import getaddresses
from typing import Final

from sheet_diag.mail.log.address_history import (
    find_foreign_addresses,
    find_new_domains,
    normalize_address,
)
from sheet_diag.mail.outgoing_checks.parsing import ParsedMail, decode_header_text
from sheet_diag.mail.outgoing_checks.results import (
    MailCheckFinding,
    check_error,
    check_warning,
)
from sheet_diag.mail.outgoing_checks.texts import ClientIndex
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import OutgoingMail

_TO: Final = ("to", "cc", "bcc")
_FROM: Final = ("from", "reply-to", "sender")
# Headers by which a mail, or news of it, reaches others.
_ELSEWHERE: Final = re.compile(
    r"resent-.*|apparently-to|envelope-to|delivered-to|x-(?:original|envelope|rcpt)-?to|errors-to"
    r"|return-path|return-receipt-to|disposition-notification-to|mail-(?:followup|reply)-to",
    re.IGNORECASE,
)
_LANGUAGE: Final = {Lang.JA: "guard.row.lang.ja", Lang.EN: "guard.row.lang.en"}
_ADDRESS: Final = re.compile(r"""[^\s<>"',;:()\[\]@]+@[^\s<>"',;:()\[\]@]+\.[^\s<>"',;:()\[\]@]+""")


def compare_row(outgoing: OutgoingMail, row: ListedClient | None) -> Iterator[MailCheckFinding]:
    """Compare the client of a mail with the client list."""
    client = outgoing.client
    if row is None:
        yield check_error("guard.row.unknown", id=client.id)
        return
    pairs = (
        ("guard.row.id", client.id, row.id),
        ("guard.row.company", client.company, row.company),
        ("guard.row.mail", ", ".join(client.addresses), ", ".join(row.addresses)),
        (_LANGUAGE[row.lang], client.lang.value, row.lang.value),
        ("guard.row.contact", client.contact, row.contact),
    )
    for key, mail, listed in pairs:
        if mail != listed:
            yield check_error(key, id=row.id, mail=mail or "-", list=listed or "-")


def compare_recipients(
    mail: ParsedMail, row: ListedClient, index: ClientIndex, sender: str
) -> Iterator[MailCheckFinding]:
    """Find every recipient that is not the client's own."""
    own = {normalize_address(address) for address in row.addresses}
    recipients: set[str] = set()
    for name, value in mail.message.raw_items():
        kind = name.lower()
        if _ELSEWHERE.fullmatch(kind):
            yield check_error("guard.to.header", header=name, value=str(value)[:100])
        elif kind in _TO:
            found = _find_addresses(mail, name, str(value))
            recipients |= found
            for address in sorted(found - own):
                yield _foreign_recipient_error(address, row, index, name)
        elif kind in _FROM:
            for address in sorted(
                _find_addresses(mail, name, str(value)) - {normalize_address(sender)}
            ):
                yield check_error("guard.from", mail=address, sender=sender)
    if not recipients:
        yield check_error("guard.to.none", **_client_parts(row))
    for address in sorted(recipients & own):
        if index.is_disputed(address):
            ids = ", ".join(each.id for each in index.by_address[address])
            yield check_error("guard.to.shared", address=address, ids=ids)


def warn_about_new_domains(
    row: ListedClient, former: Mapping[str, frozenset[str]]
) -> Iterator[MailCheckFinding]:
    """Find domains that the client's mails have not gone to, where earlier ones are known."""
    new, known = find_new_domains(row, former)
    if new:
        yield check_warning(
            "guard.domain", now=", ".join(sorted(new)), before=", ".join(sorted(known))
        )


def compare_owners(
    row: ListedClient, former: Mapping[str, frozenset[str]], index: ClientIndex, *, named: bool
) -> Iterator[MailCheckFinding]:
    """Find addresses that have been another client's so far, as after a column that slipped.

    Where a person has `named` the client, or the other one is not listed any more (it may have a
    new id), that is a warning.
    """
    for address, ids in find_foreign_addresses(row, former, index.by_address):
        rows = [index.by_id.get(each.casefold()) for each in sorted(ids)]
        others = [each.name_with_id for each in rows if each] or sorted(ids)
        parts = {**_client_parts(row), "address": address, "others": ", ".join(others)}
        asked = named or not any(rows)
        yield (check_warning if asked else check_error)("guard.to.former", **parts)


def _foreign_recipient_error(
    address: str, row: ListedClient, index: ClientIndex, header: str
) -> MailCheckFinding:
    owners = [each for each in index.by_address.get(address, ()) if each.id != row.id]
    parts = {**_client_parts(row), "address": address, "header": header}
    if not owners:
        return check_error("guard.to.unlisted", **parts)
    other = owners[0].name_with_id
    return check_error("guard.to.other", **parts, other=other)


def _find_addresses(mail: ParsedMail, name: str, value: str) -> set[str]:
    """Find all that any mail program could take for an address in a header."""
    header = mail.message[name]
    found = {address for _, address in getaddresses([value.replace("\r\n", "")]) if address}
    if isinstance(header, AddressHeader):
        found |= {f"{each.username}@{each.domain}" for each in header.addresses}
    return {
        normalize_address(address)
        for address in (*found, *_ADDRESS.findall(decode_header_text(value)))
    }


def _client_parts(row: ListedClient) -> dict[str, str]:
    return {"id": row.id, "company": row.company}
