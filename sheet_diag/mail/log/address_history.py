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
from sheet_diag.model.mail import Event, Posted

_WENT_OUT: Final = (Event.SENT, Event.BY_HAND)


def address_key(address: str) -> str:
    """An address as it is compared: without case, its domain as the name system spells it."""
    local, _, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):  # no such domain: it equals none but itself
        domain = domain.encode("idna").decode("ascii")
    return f"{local.strip(chr(34))}@{domain}".casefold()


def domain_key(address: str) -> str:
    """The domain of an address as it is compared."""
    return address_key(address).rpartition("@")[2]


def domains(posted: Iterable[Posted], facts: Iterable[ReturnFacts]) -> dict[str, frozenset[str]]:
    """The mail domains by folded client id that mails went to, or that sheets came back with."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in posted:
        if each.event in _WENT_OUT and each.client:
            found[each.client.casefold()].update(map(domain_key, each.addresses))
    for fact in facts:
        if fact.client and "@" in fact.email:
            found[fact.client.casefold()].add(domain_key(fact.email))
    return {client: frozenset(known - {""}) for client, known in found.items()}


def owners(posted: Iterable[Posted]) -> dict[str, frozenset[str]]:
    """The ids of the clients that mails went to, as the log has them, by address as it is
    compared."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in posted:
        if each.event in _WENT_OUT and each.client:
            for address in each.addresses:
                found[address_key(address)].add(each.client)
    return {address: frozenset(ids) for address, ids in found.items()}


def unknown_domains(
    client: ListedClient, before: Mapping[str, frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """The domains of a client that are not among those of `before` (see `domains`), and those that
    are known; none of the first where none of the second."""
    spelt = before.get(client.id.casefold(), frozenset())
    known = frozenset(domain_key(f"x@{domain}") for domain in spelt)
    now = frozenset(map(domain_key, client.addresses))
    return (now - known if known else frozenset()), known


def addresses_of_others(
    client: ListedClient, before: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, frozenset[str]]]:
    """The addresses of a client that have been others' alone so far, with their ids (see
    `owners`)."""
    own = client.id.casefold()
    for address in client.addresses:
        ids = before.get(address_key(address), frozenset())
        if ids and all(each.casefold() != own for each in ids):
            yield address, ids
