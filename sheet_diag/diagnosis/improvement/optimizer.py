"""Finds the smallest set of items that meets a demand, the preferred one of equal size. Exact.

Works on counts and whole numbers only. Sets too small to meet the demand are skipped; of the first
size that may do, the set of greatest merit is tried. Where that is not enough, categories are
joined one by one: of the sets of a size those are kept that no other beats in every respect, and
only as long as the remaining categories can complete them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from operator import add, attrgetter, ge, le, lt
from typing import NamedTuple

from sheet_diag.diagnosis.improvement.lost_points import Loss

_by_merit, _by_loss, _by_gain = attrgetter("merit"), attrgetter("lost"), attrgetter("gain")


@dataclass(frozen=True, slots=True)
class LossGroup:
    """The losses of a category; each part regained is `worth` so much of the overall score.

    `needed` parts must be regained; `limits` are the parts that lift the category to each
    limit that several categories share.
    """

    losses: tuple[Loss, ...]
    worth: int
    needed: int
    limits: tuple[int, ...]

    def halves(self) -> tuple[Sequence[Loss], Sequence[Loss]]:
        """Split off the fewest items that regain what is needed; all together always do."""
        losses = sorted(self.losses, key=_by_loss, reverse=True)
        regained = accumulate([loss.lost for loss in losses], initial=0)
        fewest = next(count for count, lost in enumerate(regained) if lost >= self.needed)
        return losses[:fewest], losses[fewest:]


@dataclass(frozen=True, slots=True)
class SetDemand:
    """What a set must reach.

    `gain` parts of the overall score, of each of `counted` so many items as `mended` says, and for
    each shared limit fewer categories below it than `crowds` says.
    """

    gain: int
    counted: tuple[frozenset[str], ...]
    mended: tuple[int, ...]
    crowds: tuple[int, ...]

    def count_mended(self, losses: Iterable[Loss]) -> tuple[int, ...]:
        """Count the losses that are of each of `counted`."""
        items = [loss.item for loss in losses]
        return tuple([sum([item in each for item in items]) for each in self.counted])


class PartialSet(NamedTuple):
    """What a set of items reaches; whatever is beyond the demand counts as equal.

    `taken` items, `mended` ones among them of each that are counted, the categories that stay
    `below` each shared limit, the `gain` of the overall score, and the `merit` by which sets of a
    size are preferred.
    """

    taken: int
    mended: tuple[int, ...]
    below: tuple[int, ...]
    gain: int
    merit: int

    def beats(self, other: PartialSet) -> bool:
        """Whether this set is at least as good in every respect."""
        return (
            self.gain >= other.gain
            and self.merit >= other.merit
            and all(map(ge, self.mended, other.mended))
            and all(map(le, self.below, other.below))
        )


Fronts = Mapping[int, Sequence[PartialSet]]  # by the number of items taken


def find_best_set(groups: Sequence[LossGroup], demand: SetDemand) -> int | None:
    """Find the merit of the preferred one of the smallest sets; None where no set will do."""
    options = [_options(group, demand) for group in groups]
    rests = [_RemainingGroups.of(groups[place:], demand) for place in range(len(groups) + 1)]
    for size in range(rests[0].fewest(demand), len(rests[0].gains)):
        merit = _best_of_size(size, options, rests, demand)
        if merit is not None:
            return merit
    return None


def _best_of_size(
    size: int,
    options: Sequence[Fronts],
    rests: Sequence[_RemainingGroups],
    demand: SetDemand,
) -> int | None:
    """Find the greatest merit of the sets of a size that meet the demand."""
    nothing = PartialSet(0, (0,) * len(demand.mended), (0,) * len(demand.crowds), 0, 0)
    fronts: Fronts = {0: [nothing]}
    for of_group, rest in zip(options, rests[1:], strict=True):
        fronts = _by_size(_join_options(fronts, of_group, rest, demand, size))
    return max((each.merit for each in fronts.get(size, ())), default=None)


@dataclass(frozen=True, slots=True)
class _RemainingGroups:
    """What the remaining groups ask for and can add at most.

    `needed` items at least, a gain by number of items from there on, and mended items.
    """

    needed: int
    gains: Sequence[int]
    mended: tuple[int, ...]

    @classmethod
    def of(cls, groups: Sequence[LossGroup], demand: SetDemand) -> _RemainingGroups:
        halves = [group.halves() for group in groups]
        needed = [loss for half, _ in halves for loss in half]
        others = sorted([loss for _, half in halves for loss in half], key=_by_gain, reverse=True)
        gains = accumulate([loss.gain for loss in others], initial=sum(map(_by_gain, needed)))
        return cls(
            len(needed), [0] * len(needed) + list(gains), demand.count_mended(needed + others)
        )

    def fewest(self, demand: SetDemand) -> int:
        """Count the items that a set has at least; more than there are where none will do."""
        enough = (
            n for n, gain in enumerate(self.gains) if gain >= demand.gain and n >= self.needed
        )
        return max(next(enough, len(self.gains)), *demand.mended, 0)

    def completes(self, each: PartialSet, left: int, demand: SetDemand) -> bool:
        """Whether so many more items may complete a set."""
        return (
            self.needed <= left < len(self.gains)
            and each.gain + self.gains[left] >= demand.gain
            and all(map(lt, each.below, demand.crowds))
            and all(
                mended + min(more, left) >= asked
                for mended, more, asked in zip(each.mended, self.mended, demand.mended, strict=True)
            )
        )


def _join_options(
    fronts: Fronts, options: Fronts, rest: _RemainingGroups, demand: SetDemand, size: int
) -> Iterator[PartialSet]:
    """Join every set with every option of a group, where the rest can complete it to that size.

    Sets with too many categories below a limit are left out.
    """
    for (taken, front), (more, choices) in product(fronts.items(), options.items()):
        if rest.needed <= size - taken - more < len(rest.gains):
            for each, option in product(front, choices):
                joined = _add_sets(each, option, demand)
                if rest.completes(joined, size - joined.taken, demand):
                    yield joined


def _add_sets(one: PartialSet, other: PartialSet, demand: SetDemand) -> PartialSet:
    return PartialSet(
        one.taken + other.taken,
        tuple(map(min, map(add, one.mended, other.mended), demand.mended)),
        tuple(map(add, one.below, other.below)),
        min(one.gain + other.gain, demand.gain),
        one.merit + other.merit,
    )


def _options(group: LossGroup, demand: SetDemand) -> Fronts:
    """List the sets of one group that regain what is needed and that no other of a size beats.

    Of so many items that are counted alike and lost alike it is always the preferred ones.
    """
    alike = defaultdict[tuple[int, tuple[int, ...]], list[Loss]](list)
    for loss in sorted(group.losses, key=_by_merit, reverse=True):
        alike[loss.lost, demand.count_mended([loss])].append(loss)
    sets = [(0, 0, (0,) * len(demand.mended), 0)]  # items, parts regained, mended, merit
    for (lost, mended), losses in alike.items():
        merits = enumerate(accumulate([loss.merit for loss in losses], initial=0))
        heads = [(n, n * lost, tuple([n * each for each in mended]), sum_) for n, sum_ in merits]
        sets = [
            (one[0] + more[0], one[1] + more[1], tuple(map(add, one[2], more[2])), one[3] + more[3])
            for one, more in product(sets, heads)
        ]
    return _by_size(
        PartialSet(
            taken,
            mended=tuple(map(min, counts, demand.mended)),
            below=tuple([int(lost < limit) for limit in group.limits]),
            gain=min(lost * group.worth, demand.gain),
            merit=merit,
        )
        for taken, lost, counts, merit in sets
        if lost >= group.needed
    )


def _by_size(sets: Iterable[PartialSet]) -> Fronts:
    """Keep the sets of each size that no other beats."""
    sizes = defaultdict[int, list[PartialSet]](list)
    for each in sets:
        sizes[each.taken].append(each)
    return {taken: _unbeaten(front) for taken, front in sizes.items()}


def _unbeaten(sets: list[PartialSet]) -> list[PartialSet]:
    kept: list[PartialSet] = []
    sets.sort(key=_strength, reverse=True)  # whatever beats another comes before it
    for each in sets:
        if not any(better.beats(each) for better in kept):
            kept.append(each)
    return kept


def _strength(each: PartialSet) -> tuple[int, int, int, int]:
    return (each.merit, each.gain, sum(each.mended), -sum(each.below))
