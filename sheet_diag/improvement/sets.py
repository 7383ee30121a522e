"""The smallest of all sets that can be put together from one option a category. Exact.

Knows counts and whole numbers only. Categories are joined one by one; of the sets of a size those
are kept that no other beats in every respect, and only as long as the categories to come can
complete them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Final, NamedTuple

_FIRST_LIMIT: Final = 4  # items of a set, in the first search


class Set(NamedTuple):
    """Some items, counted: how many, missed critical ones among them, for each limit of several
    categories how many stay below it, parts of the overall score gained, and the merit by which
    sets of a size are preferred. What is beyond the demand is not told apart."""

    taken: int
    mended: int
    below: tuple[int, ...]
    gain: int
    merit: int

    def beats(self, other: Set) -> bool:
        """Whether it serves as well in every respect."""
        return (
            self.gain >= other.gain
            and self.mended >= other.mended
            and self.merit >= other.merit
            and (self.below == other.below or _no_more(self.below, other.below))
        )


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of a set: parts of the overall score to gain, missed critical items to mend,
    and for each limit how many categories below it are too many."""

    gain: int
    mended: int
    crowds: tuple[int, ...]

    def is_met(self, each: Set) -> bool:
        """Whether the set is all that is asked for."""
        return each.gain >= self.gain and each.mended >= self.mended


Fronts = Mapping[int, Sequence[Set]]  # by the number of items taken


def best_set(options: Sequence[Iterable[Set]], demand: Demand, most: int) -> Set | None:
    """The one of greatest merit among the smallest sets; None where no set of at most `most`
    items meets the demand."""
    known = [_flat(_by_size(of_category)) for of_category in options]
    limit = _FIRST_LIMIT
    while True:  # small sets are found without looking at large ones
        best = _best_within(min(limit, most), known, demand)
        if best is not None or limit >= most:
            return best
        limit *= 2


def _best_within(limit: int, options: Sequence[Sequence[Set]], demand: Demand) -> Set | None:
    """First, from the last category backwards, what the categories from each one on can bring at
    all; then forwards only such sets as those after them can still complete."""
    nothing = Set(0, 0, (0,) * len(demand.crowds), 0, 0)
    rests: list[Fronts] = [{0: [nothing]}]
    for of_category in reversed(options):
        bare = _flat(_by_size(each._replace(merit=0) for each in of_category))
        rests.append(_joined(rests[-1], bare, demand, limit))
    rests.reverse()
    sizes = (taken for taken, front in rests[0].items() if any(map(demand.is_met, front)))
    size = min(sizes, default=None)
    if size is None:
        return None
    fronts: Fronts = {0: [nothing]}
    for of_category, rest in zip(options, rests[1:], strict=True):
        joined = _joined(fronts, of_category, demand, size)
        fronts = {
            taken: [each for each in front if _completes(each, rest.get(size - taken, ()), demand)]
            for taken, front in joined.items()
        }
    return max(fronts[size], key=lambda each: each.merit)


def _completes(each: Set, rest: Sequence[Set], demand: Demand) -> bool:
    return any(
        each.gain + more.gain >= demand.gain
        and each.mended + more.mended >= demand.mended
        and _fits(tuple(map(add, each.below, more.below)), demand)
        for more in rest
    )


def _joined(
    fronts: Fronts, options: Sequence[Set], demand: Demand, limit: int
) -> dict[int, list[Set]]:
    """Every set of the fronts with every option; none of more than `limit` items, none with too
    many categories below a limit."""
    return _by_size(
        Set(
            taken + option.taken,
            min(each.mended + option.mended, demand.mended),
            below,
            min(each.gain + option.gain, demand.gain),
            each.merit + option.merit,
        )
        for taken, front in fronts.items()
        for option in options
        if taken + option.taken <= limit
        for each in front
        if _fits(below := tuple(map(add, each.below, option.below)), demand)
    )


def _fits(below: tuple[int, ...], demand: Demand) -> bool:
    return not below or all(low < most for low, most in zip(below, demand.crowds, strict=True))


def _no_more(below: tuple[int, ...], than: tuple[int, ...]) -> bool:
    return all(a <= b for a, b in zip(below, than, strict=True))


def _by_size(sets: Iterable[Set]) -> dict[int, list[Set]]:
    """Of the sets of each size, those that no other beats."""
    sizes: dict[int, list[Set]] = {}
    for each in sets:
        sizes.setdefault(each.taken, []).append(each)
    return {taken: _unbeaten(front) for taken, front in sizes.items()}


def _flat(fronts: Fronts) -> list[Set]:
    return [each for front in fronts.values() for each in front]


def _unbeaten(sets: list[Set]) -> list[Set]:
    kept: list[Set] = []
    sets.sort(key=_strength, reverse=True)  # whatever beats another comes before it
    for each in sets:
        if not any(better.beats(each) for better in kept):
            kept.append(each)
    return kept


def _strength(each: Set) -> tuple[int, int, int, int]:
    return (each.merit, each.gain, each.mended, -sum(each.below))
