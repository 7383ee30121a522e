"""Choose the return of a client that counts.

Newest means: by the workbook's own time of last change (none is oldest), then by the time of its
file, then the last by name. A correction is at least as new as what it corrects. Returns are
superseded in four steps, each looked at from the newest to the oldest:

1. by a correction of theirs, however old it is;
2. by a newer correction of the same return;
3. by a newer return of the same department (none given is a department, too);
4. by the newest return that they do not contradict. Two contradict each other where they name
   different departments and answer an item differently; one that did not answer it does not.

Before all this comes what the consultant selected: it counts instead of every other return.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Final, NamedTuple

from sheet_diag.intake.resolution.candidates import Candidate
from sheet_diag.intake.resolution.grouping import CorrectionLinks


class ChoiceReason(StrEnum):
    """Why one return counts instead of another; the words are `problem.reason.…`."""

    SELECTED = "selected"
    CORRECTED = "corrected"
    MODIFIED = "modified"
    FILE_TIME = "file_time"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class SupersededReturn:
    """A return that does not count, and the one that counts instead."""

    old: Candidate
    new: Candidate
    reason: ChoiceReason


@dataclass(frozen=True, slots=True)
class ReturnChoice:
    """The choice among one client's returns. Where several count, each contradicts the others."""

    counting: tuple[Candidate, ...]
    superseded: tuple[SupersededReturn, ...]


@dataclass(frozen=True, slots=True)
class _RankedCandidate:
    """A return, the returns that it corrects (SHA-256), and the newest time among all these."""

    candidate: Candidate
    corrects: frozenset[str]
    time: tuple[str, int]

    @property
    def key(self) -> str:
        return self.candidate.key

    @property
    def rank(self) -> tuple[tuple[str, int], tuple[str, int], str, str]:
        """What newer returns have more of; never equal."""
        return self.time, self.candidate.time, self.candidate.label, self.key


# By SHA-256 the return that supersedes another.
_Successors = dict[str, _RankedCandidate]


def choose_return(client: Sequence[Candidate], corrections: CorrectionLinks) -> ReturnChoice:
    """Choose among all returns of one client."""
    if len(client) == 1:
        return ReturnChoice((client[0],), ())
    if selected := next((e for e in client if e.received.judgement.selection), None):
        others = (each for each in client if each is not selected)
        given_way = (SupersededReturn(e, selected, ChoiceReason.SELECTED) for e in others)
        return ReturnChoice((selected,), tuple(given_way))
    ranked = sorted(_rank_candidates(client, corrections), key=lambda each: each.rank, reverse=True)
    successors: _Successors = {}
    left = _drop_corrected(ranked, successors)
    left = _keep_newest_of_each(lambda each: each.corrects, left, successors)
    left = _keep_newest_of_each(lambda each: (each.candidate.department,), left, successors)
    left = _keep_contradicting(left, successors)
    superseded = tuple(
        SupersededReturn(each.candidate, new.candidate, _choice_reason(each, new))
        for each in ranked
        if (new := _final_successor(each, successors)) is not each
    )
    return ReturnChoice(tuple(each.candidate for each in left), superseded)


def find_contradictions(one: Candidate, other: Candidate) -> list[str]:
    """Find the items that both answered, and differently."""
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
        corrects = corrections.get(each.key, frozenset())
        yield _RankedCandidate(each, corrects, max(time[key] for key in (each.key, *corrects)))


def _drop_corrected(
    ranked: Sequence[_RankedCandidate], successors: _Successors
) -> list[_RankedCandidate]:
    """Drop what a correction supersedes; of two that correct each other neither is dropped."""
    by_key = {each.key: each for each in ranked}
    for new in ranked:
        for old in new.corrects:
            if new.key not in by_key[old].corrects:
                successors.setdefault(old, new)
    return [each for each in ranked if each.key not in successors]


def _keep_newest_of_each(
    keys_of: Callable[[_RankedCandidate], Iterable[str]],
    ranked: Sequence[_RankedCandidate],
    successors: _Successors,
) -> list[_RankedCandidate]:
    """Of the returns that share a key keep the newest."""
    left: list[_RankedCandidate] = []
    position: dict[str, int] = {}
    for each in ranked:
        keys = list(keys_of(each))
        newer = min((position[key] for key in keys if key in position), default=None)
        if newer is not None:
            successors[each.key] = left[newer]
        else:
            position.update(dict.fromkeys(keys, len(left)))
            left.append(each)
    return left


def _keep_contradicting(
    ranked: Sequence[_RankedCandidate], successors: _Successors
) -> list[_RankedCandidate]:
    """Keep the newest return, and each one that contradicts all that are kept."""
    if len(ranked) < 2:
        return list(ranked)
    encoder = _AnswerEncoder()
    left: list[tuple[_RankedCandidate, _AnswerBits]] = []
    for each in ranked:
        bits = encoder.encode(each.candidate)
        newer = next((new for new, other in left if not bits.contradicts(other)), None)
        if newer:
            successors[each.key] = newer
        else:
            left.append((each, bits))
    return [each for each, _ in left]


class _AnswerBits(NamedTuple):
    """The choices of a department as one number, some bits an item, and ones in the bits of the
    items that it answered: a thousand departments are half a million pairs to be compared."""

    choices: int
    items: int

    def contradicts(self, other: _AnswerBits) -> bool:
        """Whether both answered an item, and differently."""
        return self.choices & other.items != other.choices & self.items


class _AnswerEncoder:
    """Gives every item its bits, and every choice its number."""

    _BITS: Final = 16

    def __init__(self) -> None:
        self._items: dict[str, int] = defaultdict(count().__next__)
        self._choices: dict[str, int] = defaultdict(count(1).__next__)

    def encode(self, candidate: Candidate) -> _AnswerBits:
        """Encode the answers of a return; one without a department contradicts nobody."""
        choices = items = 0
        for item, (choice, _) in candidate.answers.items() if candidate.department else ():
            if choice:
                shift = self._items[item] * self._BITS
                choices |= self._choices[choice] << shift
                items |= ((1 << self._BITS) - 1) << shift
        return _AnswerBits(choices, items)


def _final_successor(
    each: _RankedCandidate, successors: Mapping[str, _RankedCandidate]
) -> _RankedCandidate:
    while each.key in successors:
        each = successors[each.key]
    return each


def _choice_reason(old: _RankedCandidate, new: _RankedCandidate) -> ChoiceReason:
    """Tell what decided; a correction may be newer only by what it corrects."""
    if old.key in new.corrects and new.key not in old.corrects:
        return ChoiceReason.CORRECTED
    then, now = old.candidate.time, new.candidate.time
    if now > then:
        return ChoiceReason.MODIFIED if now[0] > then[0] else ChoiceReason.FILE_TIME
    return ChoiceReason.NAME if (now, new.time) == (then, old.time) else ChoiceReason.CORRECTED
