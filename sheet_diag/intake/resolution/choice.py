"""Choose the return of a client that counts.

Newest means: by the times that two returns both have (`return_times`). A correction is at least as
new as what it corrects. A return without any entry gives way to every other one. The others are
superseded in four steps, each looked at from the newest to the oldest:

1. by a correction of theirs, however old it is;
2. by a newer correction of the same return;
3. by a newer return of the same department (none given is a department, too);
4. by the newest return that they do not contradict. Two contradict each other where they name
   different departments and answer an item differently; one that did not answer it does not.

What gave way in the last three steps must be older than the one that counts instead, or answer
the same; else nobody knows which one is meant, and both stay.

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
from sheet_diag.intake.resolution.return_times import ReturnTimes, TimeReason, compare_times
from sheet_diag.text.wording import MOST_NAMED


class ChoiceReason(StrEnum):
    """Why one return counts instead of another; the words are `problem.reason.…`."""

    SELECTED = "selected"
    CORRECTED = "corrected"
    MAILED = TimeReason.MAILED
    MODIFIED = TimeReason.MODIFIED
    MODIFIED_ONLY = TimeReason.MODIFIED_ONLY
    FILE_TIME = TimeReason.FILE_TIME
    SAME = "same"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class SupersededReturn:
    """A return that does not count, and the one that counts instead."""

    old: Candidate
    new: Candidate
    reason: ChoiceReason


@dataclass(frozen=True, slots=True)
class ReturnChoice:
    """The choice among one client's returns.

    Where several count, they contradict each other, or are together in `unclear`: these answer
    differently, and nothing tells which one is the newest.
    """

    counting: tuple[Candidate, ...]
    superseded: tuple[SupersededReturn, ...]
    unclear: tuple[tuple[Candidate, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _RankedCandidate:
    """A return, the returns that it corrects (SHA-256), and the newest times among all these."""

    candidate: Candidate
    corrects: frozenset[str]
    times: ReturnTimes

    @property
    def key(self) -> str:
        return self.candidate.key

    @property
    def rank(self) -> tuple[int, int, str, str]:
        """What newer returns will have more of; never equal."""
        return self.times.likely, self.candidate.times.likely, self.candidate.label, self.key

    def is_newer(self, other: _RankedCandidate) -> bool:
        """Whether the times say that it is newer than another; of two corrections their own."""
        order, reason = compare_times(self.times, other.times)
        if reason is TimeReason.UNTIMED:
            order, _ = compare_times(self.candidate.times, other.candidate.times)
        return order > 0

    def replaces(self, other: _RankedCandidate) -> bool:
        """Whether it may count instead of another without a doubt."""
        return self.is_newer(other) or self.candidate.answers == other.candidate.answers


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
    filled = [each for each in ranked if not each.candidate.is_blank] or ranked
    successors: _Successors = {}
    left = _drop_corrected(filled, successors)
    corrected = frozenset(successors)
    left = _keep_newest_of_each(lambda each: each.corrects, left, successors)
    left = _keep_newest_of_each(lambda each: (each.candidate.department,), left, successors)
    left = _keep_contradicting(left, successors)
    doubtful = [each for each in filled if each.key not in corrected]
    clusters = _restore_unclear(doubtful, successors)
    counting = [each for each in filled if each.key not in successors]
    for blank in ranked if len(filled) < len(ranked) else ():
        if blank.candidate.is_blank:
            successors[blank.key] = next((e for e in left if blank.key in e.corrects), left[0])
    superseded = tuple(
        SupersededReturn(each.candidate, new.candidate, _choice_reason(each, new))
        for each in ranked
        if (new := _final_successor(each, successors)) is not each
    )
    unclear = (tuple(each.candidate for each in cluster) for cluster in clusters)
    return ReturnChoice(tuple(each.candidate for each in counting), superseded, tuple(unclear))


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
    times = {each.key: each.times for each in client}
    for each in client:
        corrects = corrections.get(each.key, frozenset())
        newest = ReturnTimes.newest(times[key] for key in (each.key, *corrects))
        yield _RankedCandidate(each, corrects, newest)


def _drop_corrected(
    ranked: Sequence[_RankedCandidate], successors: _Successors
) -> list[_RankedCandidate]:
    """Drop what a correction supersedes; of two that correct each other neither is dropped."""
    by_key = {each.key: each for each in ranked}
    for new in ranked:
        for old in new.corrects & by_key.keys():
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
        newer = min((position[key] for key in keys if key in position), default=len(left))
        _keep_newer(each, newer, left, successors)
        if left[newer] is each:
            position.update(dict.fromkeys(keys, newer))
    return left


def _keep_newer(
    each: _RankedCandidate, at: int, left: list[_RankedCandidate], successors: _Successors
) -> None:
    """Put a return at a place among those that are left, unless one is there that is not older."""
    if at == len(left):
        left.append(each)
    elif each.is_newer(left[at]):
        successors[left[at].key] = each
        left[at] = each
    else:
        successors[each.key] = left[at]


def _keep_contradicting(
    ranked: Sequence[_RankedCandidate], successors: _Successors
) -> list[_RankedCandidate]:
    """Keep the newest return, and each one that contradicts all that are kept."""
    if len(ranked) < 2:
        return list(ranked)
    encoder = _AnswerEncoder()
    left: list[_RankedCandidate] = []
    answers: list[_AnswerBits] = []
    for each in ranked:
        bits = encoder.encode(each.candidate)
        newer = next((at for at, other in enumerate(answers) if not bits.contradicts(other)), None)
        at = len(left) if newer is None else newer
        _keep_newer(each, at, left, successors)
        if left[at] is each:
            answers[at : at + 1] = [bits]
    return left


def _restore_unclear(
    ranked: Sequence[_RankedCandidate], successors: _Successors
) -> list[list[_RankedCandidate]]:
    """Take back what gave way to a return that is not newer and answers differently.

    Returns the returns among which nothing tells the newest.
    """
    clusters: dict[str, list[_RankedCandidate]] = {}
    for each in ranked:
        new = _final_successor(each, successors)
        if new is each:
            continue
        cluster = clusters.setdefault(new.key, [new])
        rivals = cluster[:MOST_NAMED] if new in cluster[:MOST_NAMED] else (new,)
        found = next((rival for rival in rivals if rival.replaces(each)), None)
        if found:
            successors[each.key] = found
        else:
            del successors[each.key]
            cluster.append(each)
            clusters[each.key] = cluster
    return [c for key, c in clusters.items() if len(c) > 1 and c[0].key == key]


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
    if old.candidate.is_blank and not new.candidate.is_blank:
        return ChoiceReason.BLANK
    order, reason = compare_times(new.candidate.times, old.candidate.times)
    if order > 0:
        return ChoiceReason(reason)
    return ChoiceReason.CORRECTED if new.is_newer(old) else ChoiceReason.SAME
