"""An earlier campaign beside the client list: what is told of a client from year to year.

A client is known by its id alone, and only as long as it still bears its name: last year's answers
of one firm must never stand on the sheet of another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sheet_diag.folding import company_key
from sheet_diag.model.clientlist import ClientList, ListedClient
from sheet_diag.model.comparison import PreviousReturn
from sheet_diag.model.post import Event, Posted
from sheet_diag.model.standing import ReturnFacts

_WENT_OUT = (Event.SENT, Event.BY_HAND)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a client and last year that wants a look; `key` is a wording key."""

    who: str
    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


def former_returns(
    clients: ClientList, returns: Sequence[PreviousReturn]
) -> dict[str, PreviousReturn]:
    """Last year's return by client id, of everybody who still bears the name and had just one."""
    by_id: dict[str, list[PreviousReturn]] = defaultdict(list)
    by_name: dict[str, list[PreviousReturn]] = defaultdict(list)
    for each in returns:
        if each.client:
            by_id[each.client.casefold()].append(each)
        else:
            by_name[company_key(each.name)].append(each)
    names = _names(clients)
    found = {}
    for client in clients.clients:
        name = company_key(client.company)
        candidates = [e for e in by_id[client.id.casefold()] if company_key(e.name) == name]
        if not candidates and names[name] == 1:
            candidates = by_name[name]
        if len(candidates) == 1:
            found[client.id] = candidates[0]
    return found


def remarks(
    clients: ClientList, returns: Iterable[PreviousReturn | ReturnFacts]
) -> Iterator[Remark]:
    """Clients whose id was another firm's last year, or that had another id."""
    returns = list(returns)
    names = {each.client.casefold(): each.name for each in returns if each.client}
    ids: dict[str, set[str]] = defaultdict(set)
    for each in returns:
        if each.client and each.name:
            ids[company_key(each.name)].add(each.client)
    for client in clients.clients:
        then = names.get(client.id.casefold(), "")
        if then and company_key(then) != company_key(client.company):
            yield Remark(_who(client), "mail.year.other_company", {"name": then})
        others = ids[company_key(client.company)]
        if others and client.id.casefold() not in {each.casefold() for each in others}:
            parts = {"ids": ", ".join(sorted(others))}
            yield Remark(_who(client), "mail.year.other_id", parts)


def moved(clients: ClientList, before: Mapping[str, frozenset[str]]) -> Iterator[Remark]:
    """Clients whose addresses are at other domains than `before` (see `domains`)."""
    for client in clients.clients:
        then = before.get(client.id.casefold(), frozenset())
        now = {_domain(address) for address in client.addresses}
        if then and not now <= then:
            parts = {"now": ", ".join(sorted(now - then)), "before": ", ".join(sorted(then))}
            yield Remark(_who(client), "mail.year.other_domain", parts)


def domains(posted: Iterable[Posted], facts: Iterable[ReturnFacts]) -> dict[str, frozenset[str]]:
    """The mail domains by folded client id that mails went to, or that sheets came back with."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in posted:
        if each.event in _WENT_OUT and each.client:
            found[each.client.casefold()].update(map(_domain, each.addresses))
    for fact in facts:
        if fact.client and "@" in fact.email:
            found[fact.client.casefold()].add(_domain(fact.email))
    return {client: frozenset(known - {""}) for client, known in found.items()}


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().casefold()


def _names(clients: ClientList) -> Mapping[str, int]:
    found: dict[str, int] = defaultdict(int)
    for client in clients.clients:
        found[company_key(client.company)] += 1
    return found


def _who(client: ListedClient) -> str:
    return f"{client.id} {client.company}"
