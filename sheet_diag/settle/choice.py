"""Which return of a client counts.

Newest means: by the workbook's own time of last change (none is oldest), then by the time of its
file, then the last by name. A correction is at least as new as what it corrects. Returns give way
in four steps, each looked at from the newest to the oldest:

1. to a correction of theirs, however old it is;
2. to a newer correction of the same return;
3. to a newer return of the same department (none given is a department, too);
4. to the newest return that they are not at odds with. Two are at odds where they name different
   departments and answer an item differently; one that did not answer it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sheet_diag.settle.candidates import Candidate
from sheet_diag.settle.links import Links


class Reason(StrEnum):
    """Why one return counts instead of another; the words are `problem.reason.…`."""

    CORRECTED = "corrected"
    MODIFIED = "modified"
    FILE_TIME = "file_time"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Yielded:
    """A return that gave way, to the one that counts instead."""

    old: Candidate
    new: Candidate
    reason: Reason


@dataclass(frozen=True, slots=True)
class Choice:
    """What became of one client's returns. Where several count, each is at odds with the rest."""

    counting: tuple[Candidate, ...]
    yielded: tuple[Yielded, ...]


@dataclass(frozen=True, slots=True)
class _Entrant:
    """A return, what it stands for (SHA-256), and the newest time among all these."""

    candidate: Candidate
    stands_for: frozenset[str]
    time: tuple[str, int]

    @property
    def rank(self) -> tuple[tuple[str, int], tuple[str, int], str, str]:
        """Larger is newer; never equal."""
        candidate = self.candidate
        return self.time, candidate.time, candidate.label, candidate.key


def choose(client: Sequence[Candidate], corrections: Links) -> Choice:
    """Decide between all returns of one client."""
    entrants = sorted(_entrants(client, corrections), key=lambda each: each.rank, reverse=True)
    gave_way: dict[str, _Entrant] = {}
    left = _without_corrected(entrants, gave_way)
    for gives_way in (_correct_the_same, _same_department, _not_at_odds):
        left = _survivors(left, gives_way, gave_way)
    yielded = tuple(
        Yielded(each.candidate, new.candidate, _reason(each, new))
        for each in entrants
        if (new := _last(each, gave_way)) is not each
    )
    return Choice(tuple(each.candidate for each in left), yielded)


def contradictions(one: Candidate, other: Candidate) -> list[str]:
    """Items that both answered, and differently."""
    given = other.answers
    return [
        item
        for item, (choice, _) in one.answers.items()
        if choice and item in given and given[item][0] not in ("", choice)
    ]


def _entrants(client: Sequence[Candidate], corrections: Links) -> Iterator[_Entrant]:
    time = {each.key: each.time for each in client}
    for each in client:
        stands_for = corrections.get(each.key, frozenset())
        yield _Entrant(each, stands_for, max(time[key] for key in (each.key, *stands_for)))


def _without_corrected(
    entrants: Sequence[_Entrant], gave_way: dict[str, _Entrant]
) -> list[_Entrant]:
    """Returns that give way to no correction; of two that correct each other neither does."""
    by_key = {each.candidate.key: each for each in entrants}
    for new in entrants:
        for old in new.stands_for:
            if new.candidate.key not in by_key[old].stands_for:
                gave_way.setdefault(old, new)
    return [each for each in entrants if each.candidate.key not in gave_way]


def _survivors(
    entrants: Sequence[_Entrant],
    gives_way: Callable[[_Entrant, _Entrant], bool],
    gave_way: dict[str, _Entrant],
) -> list[_Entrant]:
    left: list[_Entrant] = []
    for each in entrants:
        newer = next((new for new in left if gives_way(each, new)), None)
        if newer:
            gave_way[each.candidate.key] = newer
        else:
            left.append(each)
    return left


def _correct_the_same(one: _Entrant, other: _Entrant) -> bool:
    return not one.stands_for.isdisjoint(other.stands_for)


def _same_department(one: _Entrant, other: _Entrant) -> bool:
    return one.candidate.department == other.candidate.department


def _not_at_odds(one: _Entrant, other: _Entrant) -> bool:
    named = one.candidate.department and other.candidate.department
    return not named or not contradictions(one.candidate, other.candidate)


def _last(entrant: _Entrant, gave_way: Mapping[str, _Entrant]) -> _Entrant:
    while entrant.candidate.key in gave_way:
        entrant = gave_way[entrant.candidate.key]
    return entrant


def _reason(old: _Entrant, new: _Entrant) -> Reason:
    """What made the difference; a correction may be newer only by what it corrects."""
    if old.candidate.key in new.stands_for and new.candidate.key not in old.stands_for:
        return Reason.CORRECTED
    then, now = old.candidate.time, new.candidate.time
    if now > then:
        return Reason.MODIFIED if now[0] > then[0] else Reason.FILE_TIME
    return Reason.NAME if (now, new.time) == (then, old.time) else Reason.CORRECTED
