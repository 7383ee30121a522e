"""Which returns belong to one client.

Those with the same id; those without an id by their company name, as long as nothing on the
sheets speaks against it: other firms' mail domains, or another industry. Two ids are never one
client. A return that could belong to several stands alone. A correction belongs to the client of
what it corrects, whatever it says itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping

from sheet_diag.intake.resolution.candidates import Candidate
from sheet_diag.intake.resolution.compatible_clients import (
    FirmTraits,
    NamedClient,
    find_compatible_clients,
)
from sheet_diag.intake.resolution.components import CorrectionLinks, connected_groups


def group_by_client(
    candidates: Mapping[str, Candidate], corrections: CorrectionLinks
) -> list[tuple[Candidate, ...]]:
    """The returns of each client."""
    links = [(new, old) for new, olds in corrections.items() for old in olds]
    links += _link_same_id(candidates.values())
    links += _link_same_name(candidates.values())
    groups = connected_groups(links, candidates)
    return [tuple(candidates[key] for key in group) for group in groups]


def _link_same_id(candidates: Collection[Candidate]) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    for each in candidates:
        one = first.setdefault(each.client, each.key) if each.client else each.key
        if one != each.key:
            yield one, each.key


def _link_same_name(candidates: Collection[Candidate]) -> Iterator[tuple[str, str]]:
    """Bearers of a name are one client where all that speaks against one speaks against all."""
    names = Counter(each.name for each in candidates if each.name)
    namesakes = [each for each in candidates if names[each.name] > 1]
    ids = {each.client for each in namesakes if each.client}
    bearers = _named_clients([e for e in candidates if names[e.name] > 1 or e.client in ids])
    by_name: dict[str, dict[NamedClient, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in namesakes:
        by_name[each.name][bearers[each.key]].append(each.key)
    for bearing in by_name.values():
        alike: dict[Hashable, list[str]] = defaultdict(list)
        for bearer, possible in find_compatible_clients(bearing):
            alike[possible] += bearing[bearer]
        for one in alike.values():
            yield from ((one[0], other) for other in one[1:])


def _named_clients(candidates: Collection[Candidate]) -> dict[str, NamedClient]:
    """Returns with an id speak together, the others each for itself."""
    together: dict[str, list[Candidate]] = defaultdict(list)
    for each in candidates:
        together[f"id {each.client}" if each.client else each.key].append(each)
    bearers: dict[str, NamedClient] = {}
    for group in together.values():
        domains = frozenset(each.domain for each in group if each.domain)
        industries = frozenset(each.industry for each in group if each.industry)
        bearer = NamedClient(group[0].client, FirmTraits(domains, industries))
        bearers.update((each.key, bearer) for each in group)
    return bearers
