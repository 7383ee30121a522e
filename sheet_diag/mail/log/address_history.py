"""Where mails have gone so far: the addresses and domains of each client, by the mail logs.

Addresses are compared as the name system takes them, and ids without case; what differs is given
as values, for the client list and for the guard alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final

from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.mail import MailEvent, MailLogEntry

_WENT_OUT: Final = (MailEvent.SENT, MailEvent.BY_HAND)


def normalize_address(address: str) -> str:
    """An address as it is compared: without case, its domain as the name system spells it."""
    local, _, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):  # no such domain: it equals none but itself
        domain = domain.encode("idna").decode("ascii")
    return f"{local.strip(chr(34))}@{domain}".casefold()


def normalize_domain(address: str) -> str:
    """The domain of an address as it is compared."""
    return normalize_address(address).rpartition("@")[2]


def collect_client_domains(
    posted: Iterable[MailLogEntry], facts: Iterable[ReturnFacts]
) -> dict[str, frozenset[str]]:
    """The mail domains by folded client id that mails went to, or that sheets came back with."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in posted:
        if each.event in _WENT_OUT and each.client:
            found[each.client.casefold()].update(map(normalize_domain, each.addresses))
    for fact in facts:
        if fact.client and "@" in fact.email:
            found[fact.client.casefold()].add(normalize_domain(fact.email))
    return {client: frozenset(known - {""}) for client, known in found.items()}


def collect_address_owners(posted: Iterable[MailLogEntry]) -> dict[str, frozenset[str]]:
    """The ids of the clients that mails went to, as the log has them, by address as it is
    compared."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in posted:
        if each.event in _WENT_OUT and each.client:
            for address in each.addresses:
                found[normalize_address(address)].add(each.client)
    return {address: frozenset(ids) for address, ids in found.items()}


def find_new_domains(
    client: ListedClient, before: Mapping[str, frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """The domains of a client that are not among those of `before` (see `collect_client_domains`),
    and those that
    are known; none of the first where none of the second."""
    spelt = before.get(client.id.casefold(), frozenset())
    known = frozenset(normalize_domain(f"x@{domain}") for domain in spelt)
    now = frozenset(map(normalize_domain, client.addresses))
    return (now - known if known else frozenset()), known


def find_foreign_addresses(
    client: ListedClient, before: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, frozenset[str]]]:
    """The addresses of a client that have been others' alone so far, with their ids (see
    `collect_address_owners`)."""
    own = client.id.casefold()
    for address in client.addresses:
        ids = before.get(normalize_address(address), frozenset())
        if ids and all(each.casefold() != own for each in ids):
            yield address, ids
