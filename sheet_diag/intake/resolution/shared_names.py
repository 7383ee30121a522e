"""What each client is told of the others that bear one of its names.

Of thousands with one name (branches that all typed that of their firm) nobody is compared with
everybody: those that say the same are told the same, apart from themselves.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from heapq import merge
from itertools import chain, islice
from typing import Final, TypeVar

from sheet_diag.intake.resolution.choice import ReturnChoice
from sheet_diag.model.returns import Problem, ProblemCode

_MOST_NAMED: Final = 5
_Trait = TypeVar("_Trait")


def join_first_words(words: Sequence[str]) -> str:
    """The first words of a list, and whether there are more."""
    more = ("…",) if len(words) > _MOST_NAMED else ()
    return ", ".join((*words[:_MOST_NAMED], *more))


def find_shared_names(choices: Sequence[ReturnChoice]) -> list[tuple[Problem, ...]]:
    """For each client what is told of its namesakes."""
    alike: dict[_Traits, list[int]] = defaultdict(list)
    for at, traits in enumerate(_shared_traits(choices)):
        if traits.names:
            alike[traits].append(at)
    labels = {traits: _ReturnLabels.of(choices, places) for traits, places in alike.items()}
    found: list[tuple[Problem, ...]] = [()] * len(choices)
    for traits, others in _clients_sharing_names(alike):
        own = labels[traits].most
        told = {
            code: _first_labels([labels[e] for e in them], own) for code, them in others.items()
        }
        for at in alike[traits]:
            found[at] = tuple(_name_problems(told, at))
    return found


@dataclass(frozen=True, slots=True)
class _Traits:
    """What all returns of one client say of it and those of another client, too: names, and
    contacts where it has an id."""

    names: frozenset[str]
    contacts: frozenset[tuple[str, str]]

    def seems_to_be(self, other: _Traits) -> bool:
        """One firm under two ids: both have one, and they share an address, phone or person."""
        return not self.contacts.isdisjoint(other.contacts)


_Label = tuple[str, int]  # of a return that counts, and the place of its client


@dataclass(frozen=True, slots=True)
class _ReturnLabels:
    """The labels of clients that are alike, sorted, and how many one of them has at most."""

    sorted: Sequence[_Label]
    most: int

    @classmethod
    def of(cls, choices: Sequence[ReturnChoice], places: Sequence[int]) -> _ReturnLabels:
        labels = sorted((each.label, at) for at in places for each in choices[at].counting)
        return cls(labels, max(len(choices[at].counting) for at in places))


def _shared_traits(choices: Sequence[ReturnChoice]) -> Iterator[_Traits]:
    """The traits of every client; contacts are looked at where it has a namesake."""
    members = [(*each.counting, *(y.old for y in each.yielded)) for each in choices]
    names = _shared_members([{each.name for each in of_one if each.name} for of_one in members])
    contacts = _shared_members(
        [
            {contact for each in of_one for contact in each.contacts}
            if named and any(each.client for each in of_one)
            else set()
            for of_one, named in zip(members, names, strict=True)
        ]
    )
    return map(_Traits, names, contacts)


def _shared_members(sets: Sequence[AbstractSet[_Trait]]) -> list[frozenset[_Trait]]:
    """What of each set is in another one, too."""
    counts = Counter(chain.from_iterable(sets))
    return [frozenset(each for each in one if counts[each] > 1) for one in sets]


def _clients_sharing_names(
    clients: Collection[_Traits],
) -> Iterator[tuple[_Traits, dict[ProblemCode, list[_Traits]]]]:
    """Every kind of client with the kinds that bear one of its names, its own among them."""
    bearing: dict[str, list[_Traits]] = defaultdict(list)
    for each in clients:
        for name in each.names:
            bearing[name].append(each)
    for each in clients:
        others = dict.fromkeys(other for name in each.names for other in bearing[name])
        by_code: dict[ProblemCode, list[_Traits]] = {
            ProblemCode.TWO_IDS: [],
            ProblemCode.NAME_SHARED: [],
        }
        for other in others:
            code = ProblemCode.TWO_IDS if each.seems_to_be(other) else ProblemCode.NAME_SHARED
            by_code[code].append(other)
        yield each, by_code


def _first_labels(labels: Iterable[_ReturnLabels], own: int) -> list[_Label]:
    """As many of the first labels as may have to be told beside so many of one's own."""
    merged = merge(*(each.sorted for each in labels))
    return list(islice(merged, _MOST_NAMED + 1 + own))


def _name_problems(told: Mapping[ProblemCode, Sequence[_Label]], at: int) -> Iterator[Problem]:
    for code, labels in told.items():
        others = [label for label, client in labels if client != at]
        if others:
            yield Problem(code, value=join_first_words(others))
