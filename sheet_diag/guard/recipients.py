"""Whom a mail goes to, against the row of the client list that it is meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.headerregistry import AddressHeader
from email.utils import getaddresses
from typing import Final

from sheet_diag.guard.parsing import Mail, decoded
from sheet_diag.guard.register import Register, address_key
from sheet_diag.guard.verdicts import Doubt, Finding, Refusal
from sheet_diag.model.clientlist import ListedClient
from sheet_diag.model.post import Parcel

_TO: Final = ("to", "cc", "bcc")
_FROM: Final = ("from", "reply-to", "sender")
# Headers by which a mail, or news of it, reaches others.
_ELSEWHERE: Final = re.compile(
    r"resent-.*|apparently-to|envelope-to|delivered-to|x-(?:original|envelope|rcpt)-?to|errors-to"
    r"|return-path|return-receipt-to|disposition-notification-to|mail-(?:followup|reply)-to",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"""[^\s<>"',;:()\[\]@]+@[^\s<>"',;:()\[\]@]+\.[^\s<>"',;:()\[\]@]+""")


def compare_row(parcel: Parcel, row: ListedClient | None) -> Iterator[Finding]:
    """What of the parcel's client is not as the list has it."""
    client = parcel.client
    if row is None:
        yield Refusal("guard.row.unknown", {"id": client.id})
        return
    pairs = (
        ("id", client.id, row.id),
        ("company", client.company, row.company),
        ("mail", ", ".join(client.addresses), ", ".join(row.addresses)),
        (f"lang.{row.lang.value}", client.lang.value, row.lang.value),
        ("contact", client.contact, row.contact),
    )
    for field, mail, listed in pairs:
        if mail != listed:
            parts = {"id": row.id, "mail": mail or "-", "list": listed or "-"}
            yield Refusal(f"guard.row.{field}", parts)


def compare_recipients(
    mail: Mail, row: ListedClient, register: Register, sender: str
) -> Iterator[Finding]:
    """Every recipient that is not the client's own."""
    own = {address_key(address) for address in row.addresses}
    told: set[str] = set()
    for name, value in mail.message.raw_items():
        kind = name.lower()
        if _ELSEWHERE.fullmatch(kind):
            yield Refusal("guard.to.header", {"header": name, "value": str(value)[:100]})
        elif kind in _TO:
            found = _addresses(mail, name, str(value))
            told |= found
            for address in sorted(found - own):
                yield _stranger(address, row, register, name)
        elif kind in _FROM:
            for address in sorted(_addresses(mail, name, str(value)) - {address_key(sender)}):
                yield Refusal("guard.from", {"mail": address, "sender": sender})
    if not told:
        yield Refusal("guard.to.none", _who(row))
    for address in sorted(told & own):
        if len(register.owners.get(address, ())) > 1:
            ids = ", ".join(each.id for each in register.owners[address])
            yield Refusal("guard.to.shared", {"address": address, "ids": ids})


def doubt_domains(row: ListedClient, former: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """Domains that the client's mails have not gone to before, where that is known."""
    before = {_domain(f"x@{domain}") for domain in former.get(row.id.casefold(), frozenset())}
    now = {_domain(address) for address in row.addresses}
    if before and not now <= before:
        parts = {"now": ", ".join(sorted(now - before)), "before": ", ".join(sorted(before))}
        yield Doubt("guard.domain", parts)


def _stranger(address: str, row: ListedClient, register: Register, header: str) -> Refusal:
    owners = [each for each in register.owners.get(address, ()) if each.id != row.id]
    parts = {**_who(row), "address": address, "header": header}
    if not owners:
        return Refusal("guard.to.unlisted", parts)
    return Refusal("guard.to.other", {**parts, "other": f"{owners[0].id} {owners[0].company}"})


def _addresses(mail: Mail, name: str, value: str) -> set[str]:
    """All that any mail program could take for an address in a header."""
    header = mail.message[name]
    found = {address for _, address in getaddresses([value.replace("\r\n", "")]) if address}
    if isinstance(header, AddressHeader):
        found |= {f"{each.username}@{each.domain}" for each in header.addresses}
    return {address_key(address) for address in (*found, *_ADDRESS.findall(decoded(value)))}


def _domain(address: str) -> str:
    return address_key(address).rpartition("@")[2]


def _who(row: ListedClient) -> dict[str, str]:
    return {"id": row.id, "company": row.company}
