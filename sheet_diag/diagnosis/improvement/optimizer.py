"""The smallest of all sets that meets a demand, the preferred one of equally small. Exact.

Knows counts and whole numbers only. Sets too small to meet the demand are not looked for; of the
first size that may do, the set of greatest merit is tried, which is the answer five times of six.
Else categories are joined one by one: of the sets of a size those are kept that no other beats in
every respect, and only as long as the categories to come can complete them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import accumulate
from operator import add, attrgetter, le, lt
from typing import NamedTuple

from sheet_diag.diagnosis.improvement.lost_points import Loss

_by_merit = attrgetter("merit")


@dataclass(frozen=True, slots=True)
class LossGroup:
    """The losses of a category, those of greatest merit first, which are also those of greatest
    loss; the parts that must be regained of them, and for each limit of several categories the
    parts that lift this one to it."""

    losses: tuple[Loss, ...]
    needed: int
    limits: tuple[int, ...]

    def halves(self) -> tuple[Sequence[Loss], Sequence[Loss]]:
        """The fewest items that regain what is needed, which all together always do; the others."""
        regained = accumulate([loss.lost for loss in self.losses], initial=0)
        fewest = next(count for count, lost in enumerate(regained) if lost >= self.needed)
        return self.losses[:fewest], self.losses[fewest:]

    def suffices(self, losses: Iterable[Loss]) -> bool:
        """Whether these of its losses are what is needed."""
        return sum([loss.lost for loss in losses]) >= self.needed


@dataclass(frozen=True, slots=True)
class SetDemand:
    """What is asked of a set: parts of the overall score to gain, missed critical items to mend,
    and for each limit how many categories below it are too many."""

    gain: int
    mended: int
    crowds: tuple[int, ...]


class PartialSet(NamedTuple):
    """Some items, counted: how many, missed critical ones among them, for each limit of several
    categories how many stay below it, parts of the overall score gained, and the merit by which
    sets of a size are preferred. What is beyond the demand is not told apart."""

    taken: int
    mended: int
    below: tuple[int, ...]
    gain: int
    merit: int

    def beats(self, other: PartialSet) -> bool:
        """Whether it serves as well in every respect."""
        return (
            self.gain >= other.gain
            and self.mended >= other.mended
            and self.merit >= other.merit
            and all(map(le, self.below, other.below))
        )


def find_best_set(groups: Sequence[LossGroup], demand: SetDemand) -> int | None:
    """The merit of the one of greatest merit among the smallest sets; None where no set at all
    meets the demand."""
    halves = [group.halves() for group in groups]
    needed = [loss for half, _ in halves for loss in half]
    others = [loss for _, half in halves for loss in half]
    fewest = max(len(needed) + _fewest_to_gain(needed, others, demand.gain), demand.mended)
    others.sort(key=_by_merit, reverse=True)
    for size in range(fewest, len(needed) + len(others) + 1):
        preferred = [*needed, *others[: size - len(needed)]]
        if _meets(preferred, groups, demand):
            return sum([loss.merit for loss in preferred])
        merit = _best_of_size(size, groups, demand)
        if merit is not None:
            return merit
    return None


def _fewest_to_gain(needed: Sequence[Loss], others: Sequence[Loss], gain: int) -> int:
    """How many of the other items it takes at least; more than there are where all do not do."""
    each = sorted([loss.gain for loss in others], reverse=True)
    gained = accumulate(each, initial=sum([loss.gain for loss in needed]))
    return next((count for count, sum_ in enumerate(gained) if sum_ >= gain), len(others) + 1)


def _meets(losses: Sequence[Loss], groups: Sequence[LossGroup], demand: SetDemand) -> bool:
    """Whether items that regain what is needed are all else that is asked for."""
    gain, mended = sum([loss.gain for loss in losses]), sum([loss.missed for loss in losses])
    taken = {loss.item for loss in losses}
    return (
        gain >= demand.gain
        and mended >= demand.mended
        and all(_below(taken, groups, at) < many for at, many in enumerate(demand.crowds))
    )


def _below(taken: AbstractSet[str], groups: Sequence[LossGroup], limit: int) -> int:
    """How many groups stay below a limit."""
    behind = [group for group in groups if group.limits[limit] > 0]
    regained = [sum([ls.lost for ls in group.losses if ls.item in taken]) for group in behind]
    return sum([r < group.limits[limit] for r, group in zip(regained, behind, strict=True)])


# --- where the preferred items do not suffice


Fronts = Mapping[int, Sequence[PartialSet]]  # by the number of items taken


def _best_of_size(size: int, groups: Sequence[LossGroup], demand: SetDemand) -> int | None:
    """The greatest merit of the sets of that size that meet the demand."""
    fronts: Fronts = {0: [PartialSet(0, 0, (0,) * len(demand.crowds), 0, 0)]}
    for place, group in enumerate(groups):
        rest = _Rest.of(groups[place + 1 :])
        fronts = _by_size(_joined(fronts, group, rest, demand, size))
    return max((each.merit for each in fronts.get(size, ())), default=None)


@dataclass(frozen=True, slots=True)
class _Rest:
    """What the groups to come can add at most: the greatest gain of each number of items, and the
    missed critical ones."""

    gains: Sequence[int]
    missed: int

    @classmethod
    def of(cls, groups: Sequence[LossGroup]) -> _Rest:
        losses = [loss for group in groups for loss in group.losses]
        gains = sorted([loss.gain for loss in losses], reverse=True)
        return cls(list(accumulate(gains, initial=0)), sum([loss.missed for loss in losses]))

    def completes(self, each: PartialSet, left: int, demand: SetDemand) -> bool:
        """Whether so many more items may do."""
        return (
            0 <= left < len(self.gains)
            and each.gain + self.gains[left] >= demand.gain
            and each.mended + min(self.missed, left) >= demand.mended
            and all(map(lt, each.below, demand.crowds))
        )


def _joined(
    fronts: Fronts, group: LossGroup, rest: _Rest, demand: SetDemand, size: int
) -> Iterator[PartialSet]:
    """Every set of the fronts with every option of a group, as long as the rest can complete it to
    a set of that size; none with too many categories below a limit."""
    for option in _options(group, demand):
        for taken, front in fronts.items():
            for each in front if taken + option.taken <= size else ():
                joined = _sum(each, option, demand)
                if rest.completes(joined, size - joined.taken, demand):
                    yield joined


def _sum(one: PartialSet, other: PartialSet, demand: SetDemand) -> PartialSet:
    return PartialSet(
        one.taken + other.taken,
        min(one.mended + other.mended, demand.mended),
        tuple(map(add, one.below, other.below)),
        min(one.gain + other.gain, demand.gain),
        one.merit + other.merit,
    )


def _options(group: LossGroup, demand: SetDemand) -> list[PartialSet]:
    """Of the sets of one group that regain what is needed, those that no other of their size
    beats: of so many missed items and so many others it is always the preferred ones."""
    missed = [loss for loss in group.losses if loss.missed]
    others = [loss for loss in group.losses if not loss.missed]
    chosen = (
        missed[:mended] + others[:more]
        for mended in range(len(missed) + 1)
        for more in range(len(others) + 1)
    )
    options = (_taken(losses, group, demand) for losses in chosen if group.suffices(losses))
    return [each for front in _by_size(options).values() for each in front]


def _taken(losses: Sequence[Loss], group: LossGroup, demand: SetDemand) -> PartialSet:
    lost = sum([loss.lost for loss in losses])
    return PartialSet(
        taken=len(losses),
        mended=min(sum([loss.missed for loss in losses]), demand.mended),
        below=tuple([int(lost < limit) for limit in group.limits]),
        gain=min(sum([loss.gain for loss in losses]), demand.gain),
        merit=sum([loss.merit for loss in losses]),
    )


def _by_size(sets: Iterable[PartialSet]) -> dict[int, list[PartialSet]]:
    """Of the sets of each size, those that no other beats."""
    sizes: dict[int, list[PartialSet]] = {}
    for each in sets:
        sizes.setdefault(each.taken, []).append(each)
    return {taken: _unbeaten(front) for taken, front in sizes.items()}


def _unbeaten(sets: list[PartialSet]) -> list[PartialSet]:
    kept: list[PartialSet] = []
    sets.sort(key=_strength, reverse=True)  # whatever beats another comes before it
    for each in sets:
        if not any(better.beats(each) for better in kept):
            kept.append(each)
    return kept


def _strength(each: PartialSet) -> tuple[int, int, int, int]:
    return (each.merit, each.gain, each.mended, -sum(each.below))
