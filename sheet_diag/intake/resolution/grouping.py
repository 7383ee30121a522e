"""Find the returns that belong to one client.

Returns with the same id belong together. A return without an id belongs to those of its company
name, as long as nothing on the sheets speaks against it: mail of another firm, another industry,
or another legal form. Two ids are never one client. A return that could belong to several clients
stands alone. A correction belongs to the client of what it corrects, whatever it says itself.

Thousands of returns may have one name, so no return is compared with every other: what they say
of their firm is compared, and only with those whose mail could be of the same firm.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sheet_diag.intake.resolution.candidates import Candidate
from sheet_diag.text.normalize import are_same_form

# For each correction (SHA-256) the returns that it stands for.
CorrectionLinks = Mapping[str, frozenset[str]]


def link_corrections(candidates: Mapping[str, Candidate]) -> dict[str, frozenset[str]]:
    """Find the returns that each correction stands for, over any number of corrections.

    Only returns of this run count; a return that corrects none has no entry. Where a file claims
    to correct itself over others (SHA-256 allows none that is true), it is among its own.
    """
    direct = {
        key: tuple(old for old in each.replaces if old in candidates)
        for key, each in candidates.items()
    }
    return {key: frozenset(_reachable_keys(direct, old)) for key, old in direct.items() if old}


def group_by_client(
    candidates: Mapping[str, Candidate], corrections: CorrectionLinks
) -> list[tuple[Candidate, ...]]:
    """Group the returns by their client."""
    links = [(new, old) for new, olds in corrections.items() for old in olds]
    links += _link_same_id(candidates.values())
    links += _link_same_name(candidates.values())
    groups = _connected_groups(links, candidates)
    return [tuple(candidates[key] for key in group) for group in groups]


def _link_same_id(candidates: Collection[Candidate]) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    for each in candidates:
        one = first.setdefault(each.client, each.key) if each.client else each.key
        if one != each.key:
            yield one, each.key


def _link_same_name(candidates: Collection[Candidate]) -> Iterator[tuple[str, str]]:
    """Link the returns of one name that could be exactly the same clients."""
    names = Counter(each.name for each in candidates if each.name)
    named = [each for each in candidates if names[each.name] > 1]
    ids = {each.client for each in named if each.client}
    clients = _named_clients([e for e in candidates if names[e.name] > 1 or e.client in ids])
    by_name: dict[str, dict[NamedClient, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in named:
        by_name[each.name][clients[each.key]].append(each.key)
    for keys_by_client in by_name.values():
        alike: dict[Hashable, list[str]] = defaultdict(list)
        for client, compatible in find_compatible_clients(keys_by_client):
            alike[compatible] += keys_by_client[client]
        for keys in alike.values():
            yield from ((keys[0], other) for other in keys[1:])


def _named_clients(candidates: Collection[Candidate]) -> dict[str, NamedClient]:
    """Make one client of all returns with an id, and one of each return without."""
    together: dict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        together[f"id {each.client}" if each.client else each.key].append(each)
    clients: dict[str, NamedClient] = {}
    for group in together.values():
        domains = frozenset(each.domain for each in group if each.domain)
        industries = frozenset(each.industry for each in group if each.industry)
        forms = frozenset(each.form.kind for each in group if each.form.kind)
        client = NamedClient(group[0].client, FirmTraits(domains, industries, forms))
        clients.update((each.key, client) for each in group)
    return clients


# --- which clients of one name could be the same


@dataclass(frozen=True, slots=True)
class FirmTraits:
    """What returns say of their firm: domains of its mail, its industries and legal forms."""

    domains: frozenset[str]
    industries: frozenset[str]
    forms: frozenset[str] = frozenset()

    def has_form_of(self, other: FirmTraits) -> bool:
        """Whether both may be of one legal form."""
        forms, others = self.forms or ("",), other.forms or ("",)
        return any(are_same_form(one, two) for one in forms for two in others)


@dataclass(frozen=True, slots=True)
class NamedClient:
    """A client that has a name: its id (empty: none), and what its returns say of the firm."""

    client: str
    traits: FirmTraits


def find_compatible_clients(
    clients: Collection[NamedClient],
) -> Iterator[tuple[NamedClient, Hashable]]:
    """Find for each client which ones it may be, itself among them.

    The answers of two clients are equal where these are the same ones. Two ids are never one
    client, so a client with an id may be itself and any compatible one without.
    """
    compatible = _compatible_traits({client.traits for client in clients})
    without_id = {client.traits for client in clients if not client.client}
    ids: dict[FirmTraits, list[str]] = defaultdict(list)
    for client in clients:
        if client.client:
            ids[client.traits].append(client.client)
    for client in clients:
        others = compatible[client.traits]
        if client.client:
            with_id: Hashable = client.client
        else:
            possible = frozenset(others & ids.keys())
            is_single = sum(len(ids[traits]) for traits in possible) == 1
            with_id = ids[next(iter(possible))][0] if is_single else possible
        yield client, (frozenset(others & without_id), with_id)


def _compatible_traits(
    all_traits: AbstractSet[FirmTraits],
) -> Mapping[FirmTraits, AbstractSet[FirmTraits]]:
    """Find for each firm the others that nothing of what they say sets apart from it."""
    domains = _MailDomains(all_traits)
    return {
        one: {
            other
            for other in domains.of_one_firm(one)
            if (not one.industries or not other.industries or one.industries & other.industries)
            and one.has_form_of(other)
        }
        for one in all_traits
    }


class _MailDomains:
    """The firms by the domains of their mail; mail.example.jp and example.jp are of one firm."""

    def __init__(self, all_traits: AbstractSet[FirmTraits]) -> None:
        self._all = all_traits
        self._without = {each for each in all_traits if not each.domains}
        self._at: dict[str, set[FirmTraits]] = defaultdict(set)
        self._below: dict[str, set[FirmTraits]] = defaultdict(set)
        for each in all_traits:
            for domain in each.domains:
                self._at[domain].add(each)
                for parent in _parent_domains(domain):
                    self._below[parent].add(each)

    def of_one_firm(self, traits: FirmTraits) -> AbstractSet[FirmTraits]:
        """Find those whose mail may be of the same firm; without mail that is any."""
        if not traits.domains:
            return self._all
        found = set(self._without)
        for domain in traits.domains:
            found |= self._at[domain] | self._below.get(domain, set())
            for parent in _parent_domains(domain):
                found |= self._at.get(parent, set())
        return found


def _parent_domains(domain: str) -> Iterator[str]:
    """The domains that this one is a part of: example.jp and jp for mail.example.jp."""
    while "." in domain:
        domain = domain.partition(".")[2]
        yield domain


# --- links over several steps


def _connected_groups(links: Iterable[tuple[str, str]], keys: Iterable[str]) -> list[list[str]]:
    """Group the keys that links join, over any number of steps."""
    beside: dict[str, list[str]] = defaultdict(list)
    for one, other in links:
        beside[one].append(other)
        beside[other].append(one)
    groups: list[list[str]] = []
    seen: set[str] = set()
    for key in keys:
        if key not in beside:  # most are linked to none
            groups.append([key])
        elif key not in seen:
            group = sorted({key} | _reachable_keys(beside, beside[key]))
            seen.update(group)
            groups.append(group)
    return groups


def _reachable_keys(links: Mapping[str, Collection[str]], first: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = list(first)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(links[key])
    return reached
