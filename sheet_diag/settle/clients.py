"""Which returns belong to one client.

Those with the same id; those without an id by their company name, as long as nothing on the
sheets speaks against it: other firms' mail domains, or another industry. Two ids are never one
client. A return that could belong to several stands alone. A correction belongs to the client of
what it corrects, whatever it says itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sheet_diag.settle.candidates import Candidate
from sheet_diag.settle.links import Links, components


@dataclass(frozen=True, slots=True)
class _Bearer:
    """Who bears a name: an id and all that its returns say, or what a return without id says."""

    client: str
    domains: frozenset[str]
    industries: frozenset[str]


def clients(candidates: Mapping[str, Candidate], corrections: Links) -> list[tuple[Candidate, ...]]:
    """The returns of each client."""
    links = [(new, old) for new, olds in corrections.items() for old in olds]
    links += _same_id(candidates.values())
    links += _same_name(candidates.values())
    groups = components(links, candidates)
    return [tuple(candidates[key] for key in group) for group in groups]


def _same_id(candidates: Collection[Candidate]) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    for each in candidates:
        if each.client:
            yield first.setdefault(each.client, each.key), each.key


def _same_name(candidates: Collection[Candidate]) -> Iterator[tuple[str, str]]:
    """Bearers of a name are one client where all that speaks against one speaks against all."""
    by_name: dict[str, dict[_Bearer, list[str]]] = defaultdict(lambda: defaultdict(list))
    bearers = _bearers(candidates)
    for each in candidates:
        if each.name:
            by_name[each.name][bearers[each.key]].append(each.key)
    for bearing in by_name.values():
        alike: dict[tuple[int, ...], list[str]] = defaultdict(list)
        for bearer, keys in bearing.items():
            could_be = (at for at, other in enumerate(bearing) if _may_be_one(bearer, other))
            alike[tuple(could_be)] += keys
        for one in alike.values():
            yield from ((one[0], other) for other in one[1:])


def _bearers(candidates: Collection[Candidate]) -> dict[str, _Bearer]:
    """Returns with an id speak together, the others each for itself."""
    together: dict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        together[f"id {each.client}" if each.client else each.key].append(each)
    bearers: dict[str, _Bearer] = {}
    for group in together.values():
        domains = frozenset(each.domain for each in group if each.domain)
        industries = frozenset(each.industry for each in group if each.industry)
        bearer = _Bearer(group[0].client, domains, industries)
        bearers.update((each.key, bearer) for each in group)
    return bearers


def _may_be_one(one: _Bearer, other: _Bearer) -> bool:
    if one.client and other.client:
        return one.client == other.client
    domains = (
        not one.domains
        or not other.domains
        or any(_same_domain(a, b) for a in one.domains for b in other.domains)
    )
    industries = not one.industries or not other.industries or one.industries & other.industries
    return domains and bool(industries)


def _same_domain(one: str, other: str) -> bool:
    """Equal, or one is a part of the other: mail.example.jp and example.jp."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
