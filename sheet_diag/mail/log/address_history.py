"""Finds the addresses and domains that the mails of each client have gone to, by the mail logs.

Addresses are compared as DNS takes them, and ids without case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.mail import MailLogEntry


def normalize_address(address: str) -> str:
    """Normalize an address: no case, its domain as DNS spells it."""
    local, _, domain = address.strip().rpartition("@")
    with suppress(UnicodeError):  # no such domain: it equals none but itself
        domain = domain.encode("idna").decode("ascii")
    return f"{local.strip(chr(34))}@{domain}".casefold()


def normalize_domain(address: str) -> str:
    """Return the domain of a normalized address."""
    return normalize_address(address).rpartition("@")[2]


def collect_client_domains(
    entries: Iterable[MailLogEntry], facts: Iterable[ReturnFacts]
) -> dict[str, frozenset[str]]:
    """Collect by folded client id the domains that mails went to or returns came with."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in entries:
        if each.says_sent and each.client:
            found[each.client.casefold()].update(map(normalize_domain, each.addresses))
    for fact in facts:
        if fact.client and "@" in fact.email:
            found[fact.client.casefold()].add(normalize_domain(fact.email))
    return {client: frozenset(known - {""}) for client, known in found.items()}


def collect_address_owners(entries: Iterable[MailLogEntry]) -> dict[str, frozenset[str]]:
    """Collect by normalized address the ids of the clients whose mails went there."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in entries:
        if each.says_sent and each.client:
            for address in each.addresses:
                found[normalize_address(address)].add(each.client)
    return {address: frozenset(ids) for address, ids in found.items()}


def find_new_domains(
    client: ListedClient, before: Mapping[str, frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Find the domains of a client that are not in `before`, and those that are.

    `before` is from `collect_client_domains`. A client of whom none is known has no new one.
    """
    domains = before.get(client.id.casefold(), frozenset())
    known = frozenset(normalize_domain(f"x@{domain}") for domain in domains)
    now = frozenset(map(normalize_domain, client.addresses))
    return (now - known if known else frozenset()), known


def find_foreign_addresses(
    client: ListedClient,
    before: Mapping[str, frozenset[str]],
    listed: Mapping[str, Sequence[ListedClient]],
) -> Iterator[tuple[str, frozenset[str]]]:
    """Find the addresses of a client that only others have had, who have them no more.

    Yields each with their ids. `before` is from `collect_address_owners`, `listed` are the clients
    of now by their addresses.
    """
    for address in map(normalize_address, client.addresses):
        now = {client.id.casefold(), *(each.id.casefold() for each in listed.get(address, ()))}
        ids = before.get(address, frozenset())
        if ids and now.isdisjoint(map(str.casefold, ids)):
            yield address, ids
