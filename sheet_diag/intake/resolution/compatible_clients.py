"""Who bears a name, and whom of the others nothing speaks against being.

Thousands may bear one name. What they say of themselves is compared instead of them, and each is
looked at beside those alone whose mail is of the same domain, of a part of it, or of none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FirmTraits:
    """What returns say of their firm: the domains of its mail and its industries."""

    domains: frozenset[str]
    industries: frozenset[str]


@dataclass(frozen=True, slots=True)
class NamedClient:
    """Who bears a name: an id and all that its returns say, or what a return without id says."""

    client: str
    says: FirmTraits


def find_compatible_clients(
    bearers: Collection[NamedClient],
) -> Iterator[tuple[NamedClient, Hashable]]:
    """For each bearer which ones may be the same client as it, itself among them: equal for two
    of whom that is the same.

    Two ids are never one client: for an id it is itself and such as have none.
    """
    compatible = _compatible_traits({bearer.says for bearer in bearers})
    without_id = {bearer.says for bearer in bearers if not bearer.client}
    ids: dict[FirmTraits, list[str]] = defaultdict(list)
    for bearer in bearers:
        if bearer.client:
            ids[bearer.says].append(bearer.client)
    for bearer in bearers:
        others = compatible[bearer.says]
        if bearer.client:
            with_id: Hashable = bearer.client
        else:
            them = frozenset(others & ids.keys())
            alone = sum(len(ids[says]) for says in them) == 1
            with_id = ids[next(iter(them))][0] if alone else them
        yield bearer, (frozenset(others & without_id), with_id)


def _compatible_traits(
    all_says: AbstractSet[FirmTraits],
) -> Mapping[FirmTraits, AbstractSet[FirmTraits]]:
    """Whom of the others nothing speaks against, other firms' mail or another industry."""
    near = _MailDomains(all_says)
    return {
        one: {
            other
            for other in near.of_one_firm(one)
            if not one.industries or not other.industries or one.industries & other.industries
        }
        for one in all_says
    }


class _MailDomains:
    """Who has mail of which domains; mail.example.jp and example.jp are of one firm."""

    def __init__(self, all_says: AbstractSet[FirmTraits]) -> None:
        self._all = all_says
        self._without = {each for each in all_says if not each.domains}
        self._at: dict[str, set[FirmTraits]] = defaultdict(set)
        self._below: dict[str, set[FirmTraits]] = defaultdict(set)
        for each in all_says:
            for domain in each.domains:
                self._at[domain].add(each)
                for whole in _parent_domains(domain):
                    self._below[whole].add(each)

    def of_one_firm(self, says: FirmTraits) -> AbstractSet[FirmTraits]:
        """Those whose mail may be of the same firm; who has none may be of any."""
        if not says.domains:
            return self._all
        found = set(self._without)
        for domain in says.domains:
            found |= self._at[domain] | self._below.get(domain, set())
            for whole in _parent_domains(domain):
                found |= self._at.get(whole, set())
        return found


def _parent_domains(domain: str) -> Iterator[str]:
    """The domains that one is a part of: example.jp and jp for mail.example.jp."""
    while "." in domain:
        domain = domain.partition(".")[2]
        yield domain
