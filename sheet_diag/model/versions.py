"""What became of the questions of earlier versions of a catalogue, and of the answers to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from pydantic import StrictBool

from sheet_diag.model.record import Id, NonEmptyText, Record


class Relation(StrEnum):
    """What became of a question: 同じ, 言い回し, 変更, 統合, 分割, 廃止, 新規."""

    SAME = "same"
    REWORDED = "reworded"
    CHANGED = "changed"
    MERGED = "merged"
    SPLIT = "split"
    RETIRED = "retired"
    NEW = "new"


class EarlierItem(Record):
    """What became of an item of an earlier version, by the numbers that it had and has.

    `old`, as a person spells it, is None where it is new, `new` where it is asked no more.
    """

    version: Id
    relation: Relation
    old: NonEmptyText | None = None
    new: Id | None = None


class EarlierEntry(Record):
    """What a choice of an earlier company sheet means now, by field; `confirm` asks the client."""

    version: Id
    field: Id
    choice: Id
    means: Mapping[str, Id]
    confirm: StrictBool = False


class EarlierVersions(Record):
    """What became of the questions and the company sheets of earlier versions."""

    items: tuple[EarlierItem, ...] = ()
    entries: tuple[EarlierEntry, ...] = ()

    def rows_of(self, version: str | None) -> tuple[EarlierItem, ...]:
        """List what is told of the items of one version."""
        return tuple(row for row in self.items if row.version == version)


class Step(NamedTuple):
    """What became of one question; a side is None where there is none."""

    relation: Relation
    old: str | None
    new: str | None


@dataclass(frozen=True)
class VersionMap:
    """What became of every question of one earlier version.

    `told` is what the catalogue says, `matched` what follows from numbers and texts: `changed`
    among these are questions of which nobody has said what became of them.
    """

    told: tuple[Step, ...]
    matched: tuple[Step, ...]

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """The old items whose answers count, by the new item."""
        return self._pair(Relation.SAME, Relation.REWORDED, Relation.MERGED)

    @cached_property
    def parts(self) -> Mapping[str, tuple[str, ...]]:
        """The old item that was split, by each new item."""
        return self._pair(Relation.SPLIT)

    @cached_property
    def changed(self) -> Mapping[str, tuple[str, ...]]:
        """The old item in whose place another question is asked, by the new item."""
        return self._pair(Relation.CHANGED)

    @cached_property
    def undecided(self) -> frozenset[str]:
        """The items that read otherwise under their old number, without a word on why."""
        rows = (row for row in self.matched if row.relation is Relation.CHANGED)
        return frozenset(row.new for row in rows if row.new)

    def carry(self, answers: Mapping[str, str | None]) -> dict[str, str | None]:
        """Carry answers over: by each new item that its old ones answer with one voice."""
        found = {}
        for item, olds in self.sources.items():
            given = {answers[old] for old in olds if old in answers}
            if len(given) == 1 and all(old in answers for old in olds):
                found[item] = given.pop()
        return found

    def follow(self, old: str) -> str | None:
        """Find the one new item that an old one has become."""
        found = {row.new for row in (*self.told, *self.matched) if row.old == old and row.new}
        return found.pop() if len(found) == 1 else None

    def _pair(self, *relations: Relation) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = defaultdict(list)
        for row in (*self.told, *self.matched):
            if row.relation in relations and row.old and row.new:
                found[row.new].append(row.old)
        return {new: tuple(olds) for new, olds in found.items()}


def match_versions(
    told: Iterable[EarlierItem], items: Collection[str], former: Mapping[str, bool]
) -> VersionMap:
    """Complete what a catalogue tells of an earlier version by numbers and texts.

    `items` are those of now; `former` says of each old number whether the item of now under it has
    the same text. Without a row, an item is the same only where both are.
    """
    steps = tuple(Step(row.relation, row.old, row.new) for row in told)
    olds, news = {row.old for row in steps}, {row.new for row in steps}
    free = {item for item in items if item not in news}
    left = [old for old in former if old not in olds]
    matched = [
        Step(Relation.SAME if former[old] else Relation.CHANGED, old, old)
        if old in free
        else Step(Relation.RETIRED, old, None)
        for old in left
    ]
    known = {*olds, *left}
    matched += [Step(Relation.NEW, None, item) for item in items if item in free - known]
    return VersionMap(steps, tuple(matched))
