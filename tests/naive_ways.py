"""Section 11 of the rule a second time: all sets tried, and an exact search where they are many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, combinations
from math import ceil, prod
from typing import NamedTuple

from sheet_diag.model.catalog import Catalog
from tests.naive_rule import Row, more_na_than


def targets(rank: str) -> list[str]:
    """One rank better and two ranks better."""
    return list("ABCDE"[: "ABCDE".index(rank)][::-1][:2])


Merits = Mapping[str, tuple[int, int, Fraction, int]]


def merits_of(rows: Sequence[Row]) -> Merits:
    """What each open item adds to the merit of a set."""
    return {r.item: (-r.missed, r.priority, -r.lost, at) for at, r in enumerate(rows) if r.lost}


def merit(merits: Merits, items: Sequence[str]) -> tuple[object, ...]:
    """Of the sets of a size that lead there the one with the least of this is taken."""
    missed, priority, lost, places = zip(*(merits[item] for item in items), strict=True)
    return sum(missed), sum(priority), sum(lost), sorted(places)


def way_by_trying(catalog: Catalog, rows: Sequence[Row], target: str) -> tuple[str, ...]:
    """Try all sets, the smallest first; nothing where none leads there."""
    merits, goal = merits_of(rows), Goal(catalog, rows, target)
    for size in range(1, len(merits) + 1):
        reached = [items for items in combinations(merits, size) if goal.is_met(items)]
        if reached:
            return min(reached, key=lambda items: merit(merits, items))
    return ()


def better_swaps(goal: Goal, rows: Sequence[Row], way: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Sets that lead there, too, and are preferred: one item of the way is another."""
    merits = merits_of(rows)
    for out in way:
        kept = [item for item in way if item != out]
        for item in merits:
            swapped = (*kept, item)
            better = item not in way and merits[item] < merits[out]
            if better and merit(merits, swapped) < merit(merits, way) and goal.is_met(swapped):
                yield swapped


class _Part(NamedTuple):
    """A category in whole parts of its weight; each part is `worth` so much of the whole."""

    worth: int
    earned: int
    lost: dict[str, int]
    floor: int
    limits: tuple[int, ...]


class Goal:
    """What a set must do to lead to a rank, in whole numbers: quick enough for many sets."""

    def __init__(self, catalog: Catalog, rows: Sequence[Row], target: str) -> None:
        caps = catalog.scoring.caps
        floor = max(
            [each.score for each in caps.category_below if each.at_most > target]
            or [Fraction(-1_000_000)]
        )
        crowds = [each for each in caps.categories_below if each.at_most > target]
        self.crowds = tuple(each.count for each in crowds)
        self.missed = {row.item for row in rows if row.missed}
        self.begun = {row.item for row in rows if row.begun}
        never = len(rows) + 1
        self.most_missed = min(
            [each.count for each in caps.critical_missed if each.at_most > target] or [never]
        )
        self.most_begun = min(
            [each.count for each in caps.critical_partial if each.at_most > target] or [never]
        )
        na = caps.na_share
        self.barred = bool(na and na.at_most > target and more_na_than(catalog, rows, na.over))
        counted = [row for row in rows if row.value is not None]
        parts = prod({row.value.denominator for row in counted if row.value is not None})
        parts *= prod({row.weight.denominator for row in counted})
        rule = catalog.scoring
        full = 100 if rule.method == "sum" else rule.full
        wholes = {
            each.id: int(parts * sum(row.weight for row in counted if row.category == each.id))
            for each in catalog.categories
        }
        unit = prod({whole for whole in wholes.values() if whole})
        self.categories, weights = [], 0
        for category in catalog.categories:
            whole = wholes[category.id]
            lost = {r.item: int(r.lost * parts) for r in counted if r.category == category.id}
            if whole:
                weight = whole if rule.method != "category_mean" else int(category.weight)
                weights += weight
                self.categories.append(
                    _Part(
                        weight * (unit // whole),
                        whole - sum(lost.values()),
                        {item: some for item, some in lost.items() if some},
                        ceil(floor * whole / full),
                        tuple(ceil(each.score * whole / full) for each in crowds),
                    )
                )
        lows = {rule.label: rule.lowest or 0 for rule in catalog.scoring.ranks}
        self.needed = ceil(lows[target] * unit * weights / rule.full)

    def is_met(self, items: Sequence[str]) -> bool:
        if self.barred or len(self.missed.difference(items)) >= self.most_missed:
            return False
        if len(self.begun.difference(items)) >= self.most_begun:
            return False
        total, below = 0, [0] * len(self.crowds)
        for worth, earned, lost, floor, limits in self.categories:
            has = earned + sum([lost.get(item, 0) for item in items])
            if has < floor:
                return False
            total += worth * has
            below = [count + (has < limit) for count, limit in zip(below, limits, strict=True)]
        return total >= self.needed and self._few(below)

    def _few(self, below: Sequence[int]) -> bool:
        return all(count < most for count, most in zip(below, self.crowds, strict=True))

    def fewest(self, at_most: int) -> tuple[int, int]:
        """The size of the smallest sets of at most so many items, and their most misses.

        Exact: of each category the most parts that can be regained with so many items of which
        so many are missed and begun, then of all categories joined the most that can be gained.
        """
        sets = {(0, 0, 0, (0,) * len(self.crowds)): 0}
        for at, (worth, earned, lost, floor, limits) in enumerate(self.categories):
            joined: dict[tuple[int, int, int, tuple[int, ...]], int] = {}
            options = [
                (key, worth * has, [has < limit for limit in limits])
                for key, parts in self._most_regained(lost).items()
                if (has := earned + parts) >= floor
            ]
            rest = self._most_gained(self.categories[at + 1 :], at_most)
            for (n, m, b, below), gained in sets.items():
                for (more, mends, ends), gain, under in options:
                    left = at_most - n - more
                    if left >= 0 and gained + gain + rest[left] >= self.needed:
                        now = tuple([c + u for c, u in zip(below, under, strict=True)])
                        state = n + more, m + mends, b + ends, now
                        joined[state] = max(joined.get(state, gained + gain), gained + gain)
            sets = joined
        size, misses = min(
            (n, -m)
            for (n, m, b, below), gained in sets.items()
            if gained >= self.needed
            and len(self.missed) - m < self.most_missed
            and len(self.begun) - b < self.most_begun
            and self._few(below)
        )
        return size, -misses

    def _most_regained(self, lost: Mapping[str, int]) -> dict[tuple[int, int, int], int]:
        """The most parts by number of items, and of those missed and begun among them."""
        most = {(0, 0, 0): 0}
        for item, parts in lost.items():
            for (n, m, b), regained in list(most.items()):
                key = n + 1, m + (item in self.missed), b + (item in self.begun)
                most[key] = max(most.get(key, 0), regained + parts)
        return most

    def _most_gained(self, categories: Sequence[_Part], at_most: int) -> list[int]:
        """What these categories have at most with 0, 1, … more items."""
        gains = sorted(c.worth * parts for c in categories for parts in c.lost.values())[::-1]
        gains = gains[:at_most] + [0] * (at_most - len(gains))
        return list(accumulate(gains, initial=sum(c.worth * c.earned for c in categories)))
