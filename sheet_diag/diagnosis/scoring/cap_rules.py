"""The catalogue's caps as lines of a table: what is counted, by formula and in Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import pairwise

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.text.numbers import format_fraction
from sheet_diag.text.wording import Wording


class CapKind(Enum):
    """What a line counts."""

    CATEGORY = "category"
    CATEGORIES = "categories"
    CRITICAL = "critical"
    NA = "na"


@dataclass(frozen=True, slots=True)
class CapLine:
    """One cap. `follower` is the stronger line of the same kind that stands below it, if any: what
    that one counts (a category) or settles (critical items) is not this line's."""

    kind: CapKind
    limit: Fraction | None
    needed: int
    at_most: Rank
    follower: CapLine | None = None

    def applies(self, count: int) -> bool:
        """Whether so many are enough, and not so many that the stronger line settles it."""
        settled = self.kind is CapKind.CRITICAL and self.follower
        return count >= self.needed and not (settled and count >= settled.needed)

    def words(self, say: Wording) -> str:
        """The rule in words."""
        limit = format_fraction(self.limit) if self.limit is not None else ""
        match self.kind:
            case CapKind.CATEGORY if self.follower and self.follower.limit is not None:
                return say(
                    "calculation.caps.category.but",
                    limit=limit,
                    lower=format_fraction(self.follower.limit),
                )
            case CapKind.CATEGORY:
                return say("calculation.caps.category", limit=limit)
            case CapKind.CATEGORIES:
                return say("calculation.caps.categories", limit=limit, count=self.needed)
            case CapKind.CRITICAL if self.follower:
                more = self.follower.needed
                return say("calculation.caps.critical.but", count=self.needed, more=more)
            case CapKind.CRITICAL:
                return say("calculation.caps.critical", count=self.needed)
            case CapKind.NA:
                return say("calculation.caps.na")


@cached_per_catalog
def cap_lines(catalog: Catalog) -> tuple[CapLine, ...]:
    """Every cap of the catalogue; of a kind, the strongest last."""
    return tuple(_lines(catalog))


def _lines(catalog: Catalog) -> Iterator[CapLine]:
    caps = catalog.scoring.caps
    falling = sorted(caps.category_below, key=lambda line: -line.score)
    yield from _chained(
        [CapLine(CapKind.CATEGORY, line.score, 1, line.at_most) for line in falling]
    )
    for wide in caps.categories_below:
        yield CapLine(CapKind.CATEGORIES, wide.score, wide.count, wide.at_most)
    rising = sorted(caps.critical_missed, key=lambda line: line.count)
    yield from _chained(
        [CapLine(CapKind.CRITICAL, None, line.count, line.at_most) for line in rising]
    )
    if caps.na_share:
        yield CapLine(CapKind.NA, caps.na_share.over, 1, caps.na_share.at_most)


def _chained(lines: list[CapLine]) -> Iterator[CapLine]:
    for line, follower in pairwise(lines):
        yield CapLine(line.kind, line.limit, line.needed, line.at_most, follower)
    yield from lines[-1:]
