"""What is told of a choice, on both sides: the return that counts and the one that does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Code, Problem, Received
from sheet_diag.settle.candidates import Candidate
from sheet_diag.settle.choice import Choice, Reason, Yielded, contradictions

_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one content: the copy of it that takes part, why that one does not count,
    or what is told of it where it does."""

    received: Received
    superseded: Problem | None = None
    told: tuple[Problem, ...] = ()


def verdicts(catalog: Catalog, choices: Sequence[Choice]) -> dict[str, Verdict]:
    """The verdict on every return that takes part, by SHA-256."""
    found: dict[str, Verdict] = {}
    for choice, namesakes in zip(choices, _namesakes(choices), strict=True):
        for each in choice.yielded:
            found[each.old.key] = Verdict(each.old.received, _superseded(each))
        for one in choice.counting:
            told = (
                *_replaces(one, choice),
                *_of_other_names(one, choice),
                *_at_odds(catalog, one, choice),
                *namesakes,
            )
            found[one.key] = Verdict(one.received, told=told)
    return found


def _superseded(yielded: Yielded) -> Problem:
    old, new = yielded.old.answers, yielded.new.answers
    value = yielded.new.label
    if yielded.reason is Reason.CORRECTED:
        return Problem(Code.CORRECTED, value=value)
    count = sum(1 for item in old.keys() | new.keys() if old.get(item) != new.get(item))
    if not count:
        return Problem(Code.SAME_ANSWERS, value=value)
    return Problem(Code.NEWER_RETURN, value=value, details=(("count", str(count)),))


def _replaces(one: Candidate, choice: Choice) -> Iterator[Problem]:
    """One problem for each reason, in the order of the rules."""
    for reason in Reason:
        old = [y.old for y in choice.yielded if y.new is one and y.reason is reason]
        if old:
            details = (("reason", reason.value),)
            yield Problem(Code.REPLACES, value=_labels(old), details=details)


def _of_other_names(one: Candidate, choice: Choice) -> Iterator[Problem]:
    """A sheet that was passed on to another firm bears the same id."""
    others = [
        each.old
        for each in choice.yielded
        if each.new is one
        and each.old.client
        and each.old.client == one.client
        and each.old.name
        and one.name not in ("", each.old.name)
    ]
    if others:
        yield Problem(Code.ID_SHARED, value=_labels(others))


def _at_odds(catalog: Catalog, one: Candidate, choice: Choice) -> Iterator[Problem]:
    for other in sorted(choice.counting, key=lambda each: each.label):
        if other is not one:
            differing = set(contradictions(one, other))
            items = _listed([item for item in catalog.items if item in differing])
            details = (("count", str(len(differing))), ("items", items))
            yield Problem(Code.DEPARTMENTS_DISAGREE, value=other.label, details=details)


def _namesakes(choices: Sequence[Choice]) -> Iterator[tuple[Problem, ...]]:
    """For each client what is told of the others that bear one of its names."""
    traits = [_Traits.of(choice) for choice in choices]
    bearing: dict[str, list[int]] = defaultdict(list)
    for at, each in enumerate(traits):
        for name in each.names:
            bearing[name].append(at)
    for at, each in enumerate(traits):
        others = sorted({other for name in each.names for other in bearing[name]} - {at})
        told: dict[Code, list[Candidate]] = {Code.TWO_IDS: [], Code.NAME_SHARED: []}
        for other in others:
            code = Code.TWO_IDS if each.seems_to_be(traits[other]) else Code.NAME_SHARED
            told[code] += choices[other].counting
        yield tuple(Problem(code, value=_labels(them)) for code, them in told.items() if them)


@dataclass(frozen=True, slots=True)
class _Traits:
    """What all returns of one client say of it."""

    names: frozenset[str]
    ids: frozenset[str]
    contacts: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, choice: Choice) -> _Traits:
        members = (*choice.counting, *(each.old for each in choice.yielded))
        return cls(
            names=frozenset(each.name for each in members if each.name),
            ids=frozenset(each.client for each in members if each.client),
            contacts=frozenset(contact for each in members for contact in each.contacts),
        )

    def seems_to_be(self, other: _Traits) -> bool:
        """One firm under two ids: both have one, and they share an address, phone or person."""
        return bool(self.ids and other.ids and self.contacts & other.contacts)


def _labels(candidates: Sequence[Candidate]) -> str:
    return _listed(sorted(each.label for each in candidates))


def _listed(words: Sequence[str]) -> str:
    more = ("…",) if len(words) > _MOST_NAMED else ()
    return ", ".join((*words[:_MOST_NAMED], *more))
