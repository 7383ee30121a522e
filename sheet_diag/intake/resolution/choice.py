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

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Final, NamedTuple

from sheet_diag.intake.resolution.candidates import Candidate
from sheet_diag.intake.resolution.components import CorrectionLinks


class ChoiceReason(StrEnum):
    """Why one return counts instead of another; the words are `problem.reason.…`."""

    CORRECTED = "corrected"
    MODIFIED = "modified"
    FILE_TIME = "file_time"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class SupersededReturn:
    """A return that gave way, to the one that counts instead."""

    old: Candidate
    new: Candidate
    reason: ChoiceReason


@dataclass(frozen=True, slots=True)
class ReturnChoice:
    """What became of one client's returns. Where several count, each is at odds with the rest."""

    counting: tuple[Candidate, ...]
    yielded: tuple[SupersededReturn, ...]


@dataclass(frozen=True, slots=True)
class _RankedCandidate:
    """A return, what it stands for (SHA-256), and the newest time among all these."""

    candidate: Candidate
    stands_for: frozenset[str]
    time: tuple[str, int]

    @property
    def rank(self) -> tuple[tuple[str, int], tuple[str, int], str, str]:
        """Larger is newer; never equal."""
        candidate = self.candidate
        return self.time, candidate.time, candidate.label, candidate.key


def choose_return(client: Sequence[Candidate], corrections: CorrectionLinks) -> ReturnChoice:
    """Decide between all returns of one client."""
    if len(client) == 1:
        return ReturnChoice((client[0],), ())
    entrants = sorted(
        _rank_candidates(client, corrections), key=lambda each: each.rank, reverse=True
    )
    gave_way: dict[str, _RankedCandidate] = {}
    left = _without_corrected(entrants, gave_way)
    left = _keep_newest_of_each(lambda each: each.stands_for, left, gave_way)
    left = _keep_newest_of_each(lambda each: (each.candidate.department,), left, gave_way)
    left = _keep_contradicting(left, gave_way)
    yielded = tuple(
        SupersededReturn(each.candidate, new.candidate, _choice_reason(each, new))
        for each in entrants
        if (new := _final_successor(each, gave_way)) is not each
    )
    return ReturnChoice(tuple(each.candidate for each in left), yielded)


def find_contradictions(one: Candidate, other: Candidate) -> list[str]:
    """Items that both answered, and differently."""
    given = other.answers
    return [
        item
        for item, (choice, _) in one.answers.items()
        if choice and item in given and given[item][0] not in ("", choice)
    ]


def _rank_candidates(
    client: Sequence[Candidate], corrections: CorrectionLinks
) -> Iterator[_RankedCandidate]:
    time = {each.key: each.time for each in client}
    for each in client:
        stands_for = corrections.get(each.key, frozenset())
        yield _RankedCandidate(each, stands_for, max(time[key] for key in (each.key, *stands_for)))


def _without_corrected(
    entrants: Sequence[_RankedCandidate], gave_way: dict[str, _RankedCandidate]
) -> list[_RankedCandidate]:
    """Returns that give way to no correction; of two that correct each other neither does."""
    by_key = {each.candidate.key: each for each in entrants}
    for new in entrants:
        for old in new.stands_for:
            if new.candidate.key not in by_key[old].stands_for:
                gave_way.setdefault(old, new)
    return [each for each in entrants if each.candidate.key not in gave_way]


def _keep_newest_of_each(
    keys_of: Callable[[_RankedCandidate], Iterable[str]],
    entrants: Sequence[_RankedCandidate],
    gave_way: dict[str, _RankedCandidate],
) -> list[_RankedCandidate]:
    """Who shares a key with one who is left gives way to it, to the newest of several."""
    left: list[_RankedCandidate] = []
    holding: dict[str, int] = {}
    for each in entrants:
        keys = list(keys_of(each))
        newer = min((holding[key] for key in keys if key in holding), default=None)
        if newer is not None:
            gave_way[each.candidate.key] = left[newer]
        else:
            holding.update(dict.fromkeys(keys, len(left)))
            left.append(each)
    return left


def _keep_contradicting(
    entrants: Sequence[_RankedCandidate], gave_way: dict[str, _RankedCandidate]
) -> list[_RankedCandidate]:
    """Who is at odds with everybody who is left stays, too."""
    if len(entrants) < 2:
        return list(entrants)
    notation = _AnswerEncoder()
    left: list[tuple[_RankedCandidate, _AnswerBits]] = []
    for each in entrants:
        answered = notation.of(each.candidate)
        newer = next((new for new, other in left if not answered.is_at_odds(other)), None)
        if newer:
            gave_way[each.candidate.key] = newer
        else:
            left.append((each, answered))
    return [each for each, _ in left]


class _AnswerBits(NamedTuple):
    """The choices of a department as one number, some digits an item, and all ones in the digits of
    the items that it answered: a thousand departments are half a million pairs."""

    choices: int
    items: int

    def is_at_odds(self, other: _AnswerBits) -> bool:
        """Whether an item that both answered was answered differently."""
        return self.choices & other.items != other.choices & self.items


class _AnswerEncoder:
    """Which digits (binary) stand for an item, and which number for a choice."""

    _DIGITS: Final = 16

    def __init__(self) -> None:
        self._items: dict[str, int] = defaultdict(count().__next__)
        self._choices: dict[str, int] = defaultdict(count(1).__next__)

    def of(self, candidate: Candidate) -> _AnswerBits:
        """The answers of a return; who names no department is at odds with nobody."""
        choices = items = 0
        for item, (choice, _) in candidate.answers.items() if candidate.department else ():
            if choice:
                place = self._items[item] * self._DIGITS
                choices |= self._choices[choice] << place
                items |= ((1 << self._DIGITS) - 1) << place
        return _AnswerBits(choices, items)


def _final_successor(
    entrant: _RankedCandidate, gave_way: Mapping[str, _RankedCandidate]
) -> _RankedCandidate:
    while entrant.candidate.key in gave_way:
        entrant = gave_way[entrant.candidate.key]
    return entrant


def _choice_reason(old: _RankedCandidate, new: _RankedCandidate) -> ChoiceReason:
    """What made the difference; a correction may be newer only by what it corrects."""
    if old.candidate.key in new.stands_for and new.candidate.key not in old.stands_for:
        return ChoiceReason.CORRECTED
    then, now = old.candidate.time, new.candidate.time
    if now > then:
        return ChoiceReason.MODIFIED if now[0] > then[0] else ChoiceReason.FILE_TIME
    return ChoiceReason.NAME if (now, new.time) == (then, old.time) else ChoiceReason.CORRECTED
