"""Tell each client of the others that have one of its names.

Of thousands with one name (branches that all typed that of their firm) nobody is compared with
everybody: clients with the same traits get the same list, each without itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from heapq import merge
from itertools import chain, islice
from typing import TypeVar

from sheet_diag.intake.resolution.choice import ReturnChoice
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.wording import MOST_NAMED, join_first

_Member = TypeVar("_Member")


def find_shared_names(choices: Sequence[ReturnChoice]) -> list[tuple[Problem, ...]]:
    """Find for each client the problems of the names that it shares with others."""
    alike: dict[_Traits, list[int]] = defaultdict(list)
    for at, traits in enumerate(_shared_traits(choices)):
        if traits.names:
            alike[traits].append(at)
    labels = {traits: _ReturnLabels.of(choices, clients) for traits, clients in alike.items()}
    problems: list[tuple[Problem, ...]] = [()] * len(choices)
    for traits, others in _clients_sharing_names(alike):
        most = labels[traits].most
        shown = {
            code: _first_labels([labels[e] for e in them], most) for code, them in others.items()
        }
        for at in alike[traits]:
            problems[at] = tuple(_name_problems(shown, at))
    return problems


@dataclass(frozen=True, slots=True)
class _Traits:
    """What the returns of one client say that those of another say, too: names, and contacts
    where it has an id."""

    names: frozenset[str]
    contacts: frozenset[tuple[str, str]]

    def seems_to_be(self, other: _Traits) -> bool:
        """Whether both have an id and share an address, phone or person: one firm twice."""
        return not self.contacts.isdisjoint(other.contacts)


_Label = tuple[str, int]  # of a return that counts, and the position of its client


@dataclass(frozen=True, slots=True)
class _ReturnLabels:
    """The sorted labels of clients that are alike, and how many one of them has at most."""

    sorted: Sequence[_Label]
    most: int

    @classmethod
    def of(cls, choices: Sequence[ReturnChoice], clients: Sequence[int]) -> _ReturnLabels:
        labels = sorted((each.label, at) for at in clients for each in choices[at].counting)
        return cls(labels, max(len(choices[at].counting) for at in clients))


def _shared_traits(choices: Sequence[ReturnChoice]) -> Iterator[_Traits]:
    """Collect the traits of every client; contacts only where it shares a name."""
    returns = [(*each.counting, *(other.old for other in each.superseded)) for each in choices]
    names = _shared_members([{each.name for each in client if each.name} for client in returns])
    contacts = _shared_members(
        [
            {contact for each in client for contact in each.contacts}
            if shared and any(each.client for each in client)
            else set()
            for client, shared in zip(returns, names, strict=True)
        ]
    )
    return map(_Traits, names, contacts)


def _shared_members(sets: Sequence[AbstractSet[_Member]]) -> list[frozenset[_Member]]:
    """Keep of each set what another one holds, too."""
    counts = Counter(chain.from_iterable(sets))
    return [frozenset(each for each in one if counts[each] > 1) for one in sets]


def _clients_sharing_names(
    clients: Collection[_Traits],
) -> Iterator[tuple[_Traits, dict[ProblemCode, list[_Traits]]]]:
    """Pair every kind of client with the kinds that share a name, its own among them."""
    by_name: dict[str, list[_Traits]] = defaultdict(list)
    for each in clients:
        for name in each.names:
            by_name[name].append(each)
    for each in clients:
        others = dict.fromkeys(other for name in each.names for other in by_name[name])
        yield (
            each,
            {
                ProblemCode.TWO_IDS: [other for other in others if each.seems_to_be(other)],
                ProblemCode.NAME_SHARED: [other for other in others if not each.seems_to_be(other)],
            },
        )


def _first_labels(labels: Iterable[_ReturnLabels], own: int) -> list[_Label]:
    """Take as many first labels as are shown, beside so many of the client's own."""
    return list(islice(merge(*(each.sorted for each in labels)), MOST_NAMED + 1 + own))


def _name_problems(shown: Mapping[ProblemCode, Sequence[_Label]], at: int) -> Iterator[Problem]:
    for code, labels in shown.items():
        others = [label for label, client in labels if client != at]
        if others:
            yield Problem(code, value=join_first(others))
