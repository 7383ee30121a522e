"""Finds the smallest set of items that meets a demand, the preferred one of equal size. Exact.

Works on counts and whole numbers only. Sets too small to meet the demand are skipped; of the first
size that may do, the set of greatest merit is tried, which is the answer five times in six.
Otherwise categories are joined one by one: of the sets of a size those are kept that no other beats
in every respect, and only as long as the remaining categories can complete them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import accumulate, chain, product
from operator import add, attrgetter, ge, le, lt
from typing import NamedTuple

from sheet_diag.diagnosis.improvement.lost_points import Loss

_by_merit = attrgetter("merit")


@dataclass(frozen=True, slots=True)
class LossGroup:
    """The losses of a category by merit, which is also the order by loss.

    `needed` parts of them must be regained; `limits` are the parts that lift the category to each
    limit that several categories share.
    """

    losses: tuple[Loss, ...]
    needed: int
    limits: tuple[int, ...]

    def halves(self) -> tuple[Sequence[Loss], Sequence[Loss]]:
        """Split off the fewest items that regain what is needed; all together always do."""
        regained = accumulate([loss.lost for loss in self.losses], initial=0)
        fewest = next(count for count, lost in enumerate(regained) if lost >= self.needed)
        return self.losses[:fewest], self.losses[fewest:]

    def suffices(self, losses: Iterable[Loss]) -> bool:
        """Whether these of its losses regain what is needed."""
        return sum([loss.lost for loss in losses]) >= self.needed


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


def find_best_set(groups: Sequence[LossGroup], demand: SetDemand) -> int | None:
    """Find the merit of the preferred one of the smallest sets; None where no set will do."""
    halves = [group.halves() for group in groups]
    needed = [loss for half, _ in halves for loss in half]
    others = [loss for _, half in halves for loss in half]
    fewest = max(len(needed) + _fewest_to_gain(needed, others, demand.gain), *demand.mended, 0)
    others.sort(key=_by_merit, reverse=True)
    for size in range(fewest, len(needed) + len(others) + 1):
        preferred = [*needed, *others[: size - len(needed)]]
        if _meets_demand(preferred, groups, demand):
            return sum([loss.merit for loss in preferred])
        merit = _best_of_size(size, groups, demand)
        if merit is not None:
            return merit
    return None


def _fewest_to_gain(needed: Sequence[Loss], others: Sequence[Loss], gain: int) -> int:
    """Count the other items needed at least; more than there are where all are too few."""
    each = sorted([loss.gain for loss in others], reverse=True)
    gained = accumulate(each, initial=sum([loss.gain for loss in needed]))
    return next((count for count, sum_ in enumerate(gained) if sum_ >= gain), len(others) + 1)


def _meets_demand(losses: Sequence[Loss], groups: Sequence[LossGroup], demand: SetDemand) -> bool:
    """Whether items that regain what their categories need meet the rest of the demand."""
    taken = {loss.item for loss in losses}
    return (
        sum([loss.gain for loss in losses]) >= demand.gain
        and all(map(ge, demand.count_mended(losses), demand.mended))
        and all(_count_below(taken, groups, at) < many for at, many in enumerate(demand.crowds))
    )


def _count_below(taken: AbstractSet[str], groups: Sequence[LossGroup], limit: int) -> int:
    """Count the groups that stay below a limit."""
    behind = [group for group in groups if group.limits[limit] > 0]
    regained = [sum([ls.lost for ls in group.losses if ls.item in taken]) for group in behind]
    return sum([r < group.limits[limit] for r, group in zip(regained, behind, strict=True)])


# --- where the preferred items are not enough


Fronts = Mapping[int, Sequence[PartialSet]]  # by the number of items taken


def _best_of_size(size: int, groups: Sequence[LossGroup], demand: SetDemand) -> int | None:
    """Find the greatest merit of the sets of a size that meet the demand."""
    nothing = PartialSet(0, (0,) * len(demand.mended), (0,) * len(demand.crowds), 0, 0)
    fronts: Fronts = {0: [nothing]}
    for place, group in enumerate(groups):
        rest = _RemainingGroups.of(groups[place + 1 :], demand)
        fronts = _by_size(_join_options(fronts, group, rest, demand, size))
    return max((each.merit for each in fronts.get(size, ())), default=None)


@dataclass(frozen=True, slots=True)
class _RemainingGroups:
    """What the remaining groups can add at most: a gain by number of items, and mended items."""

    gains: Sequence[int]
    mended: tuple[int, ...]

    @classmethod
    def of(cls, groups: Sequence[LossGroup], demand: SetDemand) -> _RemainingGroups:
        losses = [loss for group in groups for loss in group.losses]
        gains = sorted([loss.gain for loss in losses], reverse=True)
        return cls(list(accumulate(gains, initial=0)), demand.count_mended(losses))

    def completes(self, each: PartialSet, left: int, demand: SetDemand) -> bool:
        """Whether so many more items may complete a set."""
        return (
            0 <= left < len(self.gains)
            and each.gain + self.gains[left] >= demand.gain
            and all(map(lt, each.below, demand.crowds))
            and all(
                mended + min(more, left) >= asked
                for mended, more, asked in zip(each.mended, self.mended, demand.mended, strict=True)
            )
        )


def _join_options(
    fronts: Fronts, group: LossGroup, rest: _RemainingGroups, demand: SetDemand, size: int
) -> Iterator[PartialSet]:
    """Join every set with every option of a group, where the rest can complete it to that size.

    Sets with too many categories below a limit are left out.
    """
    for option in _options(group, demand):
        for taken, front in fronts.items():
            for each in front if taken + option.taken <= size else ():
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


def _options(group: LossGroup, demand: SetDemand) -> list[PartialSet]:
    """List the sets of one group that regain what is needed and that no other of a size beats.

    Of so many items that are counted alike it is always the preferred ones.
    """
    alike = defaultdict[tuple[int, ...], list[Loss]](list)
    for loss in group.losses:
        alike[demand.count_mended([loss])].append(loss)
    heads = [[losses[:count] for count in range(len(losses) + 1)] for losses in alike.values()]
    chosen = (list(chain.from_iterable(parts)) for parts in product(*heads))
    options = (_measure_set(losses, group, demand) for losses in chosen if group.suffices(losses))
    return [each for front in _by_size(options).values() for each in front]


def _measure_set(losses: Sequence[Loss], group: LossGroup, demand: SetDemand) -> PartialSet:
    lost = sum([loss.lost for loss in losses])
    return PartialSet(
        taken=len(losses),
        mended=tuple(map(min, demand.count_mended(losses), demand.mended)),
        below=tuple([int(lost < limit) for limit in group.limits]),
        gain=min(sum([loss.gain for loss in losses]), demand.gain),
        merit=sum([loss.merit for loss in losses]),
    )


def _by_size(sets: Iterable[PartialSet]) -> dict[int, list[PartialSet]]:
    """Keep the sets of each size that no other beats."""
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
    return (each.merit, each.gain, sum(each.mended), -sum(each.below))
