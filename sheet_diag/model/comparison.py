"""What a client is compared with: its peers, and its previous diagnosis. No pandas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from sheet_diag.model.basics import Rank

LEAST_OF_DEVIATION: Final = 10  # clients: among fewer, a 偏差値 says little
OVERALL: Final = ""  # the key of the overall score among those of the categories


class GroupKind(StrEnum):
    """The kinds of groups that a client is compared with."""

    ALL = "all"
    INDUSTRY = "industry"
    EMPLOYEES = "employees"


@dataclass(frozen=True, slots=True)
class PeerStanding:
    """Where one score (0 to 100) stands in a group of `count` clients that have such a score.

    `deviation` is the 偏差値 (50 + 10 z, population standard deviation; 50 where that is 0).
    `position` counts from 1, equal scores share the better one; None against a frozen benchmark,
    which only knows the quartiles. Both are None where the client has no score.
    """

    count: int
    mean: float
    lower: float
    median: float
    upper: float
    position: int | None
    deviation: float | None

    @property
    def shown_deviation(self) -> float | None:
        """The 偏差値 as reports show it: only of a group that is large enough."""
        return self.deviation if self.count >= LEAST_OF_DEVIATION else None


@dataclass(frozen=True, slots=True)
class PeerGroup:
    """A group and the client's standings in it, by category id and `OVERALL`.

    `choice` is the id of the profile choice that the group shares (empty: all clients). Measures
    that too few clients have are left out.
    """

    kind: GroupKind
    choice: str
    standings: Mapping[str, PeerStanding]


@dataclass(frozen=True, slots=True)
class ScoreStatistics:
    """The statistics of a group's scores (0 to 100) of one measure.

    `spread` is the population standard deviation; the quartiles are interpolated linearly, as numpy
    does by default.
    """

    count: int
    mean: float
    spread: float
    lower: float
    median: float
    upper: float


@dataclass(frozen=True, slots=True)
class GroupStatistics:
    """The statistics of one group that may be shown, by category id and `OVERALL`."""

    kind: GroupKind
    choice: str
    measures: Mapping[str, ScoreStatistics]


@dataclass(frozen=True, slots=True)
class PeerBenchmark:
    """A frozen benchmark: groups of an earlier run, by that `version` of the catalogue."""

    as_of: date
    version: str
    groups: tuple[GroupStatistics, ...]


class Movement(StrEnum):
    """How an item changed since the previous diagnosis."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    SAME = "same"
    NEW = "new"
    GONE = "gone"
    NOT_COMPARED = "not_compared"
    REWORDED = "reworded"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """The answers to one item by choice id (None: 未回答, or not asked)."""

    item: str
    movement: Movement
    before: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class CommonScores:
    """The scores then and now over the `count` items that mean the same in both versions."""

    then: Fraction
    now: Fraction
    count: int


@dataclass(frozen=True, slots=True)
class PreviousDiagnosis:
    """The previous diagnosis of the same client, with scores by category id (None: 対象外).

    `common` is there where it was made with another version, of which the items are known; then
    only these scores can be compared. `same_catalog`: the scores were made by the same catalogue,
    as its items are concerned; `copied`: answers and remarks are all the same as then.
    """

    as_of: date
    rank: Rank
    score: Fraction
    categories: Mapping[str, Fraction | None]
    changes: tuple[ItemChange, ...]
    same_catalog: bool
    copied: bool
    common: CommonScores | None = None


@dataclass(frozen=True, slots=True)
class PastDiagnosis:
    """A diagnosis of a client as its history keeps it; `catalog` is NAME@VERSION."""

    as_of: date
    catalog: str
    score: Fraction
    rank: Rank


@dataclass(frozen=True, slots=True)
class PreviousReturn:
    """One client of an earlier run; `rank` is None where the return was held.

    `entries` is the digest of answers and remarks, empty where that version wrote none; `history`
    are the diagnoses before that run.
    """

    client: str
    name: str
    answers: Mapping[str, str | None]
    rank: Rank | None
    score: Fraction | None
    categories: Mapping[str, Fraction | None]
    entries: str = ""
    history: tuple[PastDiagnosis, ...] = ()


@dataclass(frozen=True, slots=True)
class RankScale:
    """The ranks of a run, the best first, where each but the last begins, and the full score."""

    ranks: tuple[str, ...]
    lows: tuple[Fraction | None, ...]
    full: Fraction


@dataclass(frozen=True, slots=True)
class PreviousRunFacts:
    """What is the same for all clients of an earlier run; `catalog` is NAME@VERSION.

    `items` maps item ids to their fingerprints; it and `scale` are None where that version wrote
    none. `questions` maps them to digests of their texts (empty: none were kept).
    """

    as_of: date
    catalog: str
    sha256: str
    items: Mapping[str, str] | None
    scale: RankScale | None = None
    questions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """An earlier run as read from its run.json; `catalog` is the id of its catalogue."""

    as_of: date
    catalog: str
    version: str
    sha256: str
    items: Mapping[str, str] | None
    returns: tuple[PreviousReturn, ...]
    scale: RankScale | None = None
    questions: Mapping[str, str] = field(default_factory=dict)

    @property
    def head(self) -> PreviousRunFacts:
        """The run without its returns."""
        name = f"{self.catalog}@{self.version}"
        return PreviousRunFacts(
            self.as_of, name, self.sha256, self.items, self.scale, self.questions
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that one client is compared with.

    `reference` is the day (ISO 8601) of a frozen benchmark where the peers are not those of this
    run; `reference_version` is the version of its catalogue where that is another.
    """

    peers: tuple[PeerGroup, ...] = ()
    previous: PreviousDiagnosis | None = None
    reference: str = ""
    reference_version: str = ""


NO_COMPARISON: Final = Comparison()
