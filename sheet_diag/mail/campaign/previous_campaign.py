"""The client list compared with an earlier campaign, and with this one so far.

A client is known by its id alone, and only as long as it has the same name: last year's answers of
one firm must never stand on the sheet of another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sheet_diag.diagnosis.comparison.previous import carry_answers, map_run
from sheet_diag.forms.hearing_sheet.content import PreviousAnswers
from sheet_diag.mail.log.address_history import find_foreign_addresses, find_new_domains
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.comparison import PreviousReturn, PreviousRun
from sheet_diag.text.normalize import company_key


@dataclass(frozen=True, slots=True)
class ClientRemark:
    """Something in the past of a client that wants a look; `key` is a wording key."""

    who: str
    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


def find_previous_returns(
    clients: ClientList, returns: Sequence[PreviousReturn]
) -> dict[str, PreviousReturn]:
    """Find last year's return of each client with the same name and just one, by client id."""
    by_id: dict[str, list[PreviousReturn]] = defaultdict(list)
    by_name: dict[str, list[PreviousReturn]] = defaultdict(list)
    for each in returns:
        if each.client:
            by_id[each.client.casefold()].append(each)
        else:
            by_name[company_key(each.name)].append(each)
    names = Counter(company_key(client.company) for client in clients.clients)
    found = {}
    for client in clients.clients:
        name = company_key(client.company)
        candidates = [e for e in by_id[client.id.casefold()] if company_key(e.name) == name]
        if not candidates and names[name] == 1:
            candidates = by_name[name]
        if len(candidates) == 1:
            found[client.id] = candidates[0]
    return found


def compare_with_previous_returns(
    clients: ClientList, returns: Iterable[PreviousReturn | ReturnFacts]
) -> Iterator[ClientRemark]:
    """Find clients whose id was another firm's last year, or that had another id."""
    returns = list(returns)
    names = {each.client.casefold(): each.name for each in returns if each.client}
    ids: dict[str, set[str]] = defaultdict(set)
    for each in returns:
        if each.client and each.name:
            ids[company_key(each.name)].add(each.client)
    for client in clients.clients:
        then = names.get(client.id.casefold(), "")
        if then and company_key(then) != company_key(client.company):
            yield ClientRemark(client.name_with_id, "mail.year.other_company", {"name": then})
        others = ids[company_key(client.company)]
        if others and client.id.casefold() not in {each.casefold() for each in others}:
            parts = {"ids": ", ".join(sorted(others))}
            yield ClientRemark(client.name_with_id, "mail.year.other_id", parts)


def find_changed_questions(catalog: Catalog, before: PreviousRun) -> Iterator[ClientRemark]:
    """Find the questions that changed since a run without a word on what became of them."""
    undecided = map_run(catalog, before.head).undecided
    return (ClientRemark(item, "mail.year.question") for item in catalog.items if item in undecided)


def carry_previous(catalog: Catalog, run: PreviousRun, before: PreviousReturn) -> PreviousAnswers:
    """Carry the answers of a client over to the questions of now.

    Of a question that several old ones have become, or an old one in part, they are only shown.
    """
    versions, given = map_run(catalog, run.head, before.answers), before.answers
    answers = carry_answers(catalog, versions, given)
    open_ = {new: olds for new, olds in versions.sources.items() if new not in answers}
    parts = {new: olds for new, olds in open_.items() if len(olds) > 1}
    shown = {new: given.get(olds[0]) for new, olds in open_.items() if new not in parts}
    return PreviousAnswers(
        as_of=run.as_of,
        answers={**shown, **answers},
        parts={
            new: tuple(given.get(old) for old in olds)
            for new, olds in {**parts, **versions.parts}.items()
        },
        changed=frozenset(versions.changed),
    )


def find_changed_domains(
    clients: ClientList, before: Mapping[str, frozenset[str]]
) -> Iterator[ClientRemark]:
    """Find clients at other mail domains than `before` (by folded client id)."""
    for client in clients.clients:
        new, known = find_new_domains(client, before)
        if new:
            parts = {"now": ", ".join(sorted(new)), "before": ", ".join(sorted(known))}
            yield ClientRemark(client.name_with_id, "mail.year.other_domain", parts)


def find_addresses_of_others(
    clients: ClientList, before: Mapping[str, frozenset[str]]
) -> Iterator[ClientRemark]:
    """Find addresses that were others' `before` (ids by address), as when a column slipped."""
    by_id, by_address = clients.by_id(), clients.by_address()
    for client in clients.clients:
        for address, ids in find_foreign_addresses(client, before, by_address):
            listed = [by_id.get(each.casefold()) for each in sorted(ids)]
            others = [each.name_with_id for each in listed if each] or sorted(ids)
            parts = {"id": client.id, "company": client.company, "address": address}
            yield ClientRemark(
                client.name_with_id, "guard.to.former", {**parts, "others": ", ".join(others)}
            )


def find_renumbered_clients(
    clients: ClientList, before: Mapping[str, frozenset[str]]
) -> Iterator[ClientRemark]:
    """Find clients that were written to under ids that the list has no more.

    They count as new, and would be asked once more. `before` are the ids by address.
    """
    known, listed = frozenset[str]().union(*before.values()), clients.by_id()
    by_address = clients.by_address()
    missing = frozenset(each for each in known if each.casefold() not in listed)
    written_to = {each.casefold() for each in known}
    for client in clients.clients if missing else ():
        if client.id.casefold() in written_to:
            continue
        for address, ids in find_foreign_addresses(client, before, by_address):
            for id_ in sorted(ids & missing):
                lost = _has_lost_zeros(id_, client.id)
                key = "mail.renumbered.zeros" if lost else "mail.renumbered"
                yield ClientRemark(client.name_with_id, key, {"before": id_, "address": address})


def _has_lost_zeros(before: str, now: str) -> bool:
    """Tell whether Excel made 1 of 001 when it opened and saved a CSV file."""
    return now.isdecimal() and before.isdecimal() and before.lstrip("0") == now.lstrip("0")
