"""The parameters of a catalogue: how answers count, what caps a rank, when insurance is urged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from sheet_diag.model.basics import Rank
from sheet_diag.model.record import Id, Record, Score, Share


class GateLimits(Record):
    """記入の十分性. Below a limit the return is held; equal to it passes."""

    category_answered: Share
    total_answered: Share
    applicable_categories: Annotated[StrictInt, Field(ge=1)]


class CategoryCap(Record):
    """A category below `score` (of 100) caps the rank."""

    score: Score
    at_most: Rank


class CategoriesCap(Record):
    """`count` categories below `score` (of 100) cap the rank."""

    score: Score
    count: Annotated[StrictInt, Field(ge=1)]
    at_most: Rank


class CriticalCap(Record):
    """`count` critical items without effect cap the rank."""

    count: Annotated[StrictInt, Field(ge=1)]
    at_most: Rank


class NaCap(Record):
    """More 該当なし than this share of a category's weight caps the rank."""

    over: Share
    at_most: Rank


class Caps(Record):
    """ランク上限: what holds the rank down whatever the mean says."""

    category_below: tuple[CategoryCap, ...] = ()
    categories_below: tuple[CategoriesCap, ...] = ()
    critical_missed: tuple[CriticalCap, ...] = ()
    na_share: NaCap | None = None


class ReviewLimits(Record):
    """Limits past which a result is flagged 要確認."""

    na_share_over: Share


class CommentCounts(Record):
    """How many categories are commented, and how many items of each."""

    categories: Annotated[StrictInt, Field(ge=0)]
    items: Annotated[StrictInt, Field(ge=1)]


class ContradictionRule(Record):
    """`na` answered 該当なし while `answered` is answered: to be confirmed."""

    na: Id
    answered: Id


class ScoringRule(Record):
    """Every number of the scoring rule. `ranks` gives the lowest score (of 100) of each rank."""

    ranks: Mapping[Rank, Score]
    gates: GateLimits
    caps: Caps
    review: ReviewLimits
    comments: CommentCounts
    contradictions: tuple[ContradictionRule, ...] = ()


class UnknownExposure(Record):
    """Where `field` is unknown or blank, exposure is `at_least` this level."""

    field: Id
    at_least: Id


class ExposureRule(Record):
    """想定影響度: points by profile field and choice; `levels` gives the fewest points of each."""

    points: Mapping[str, Mapping[str, Annotated[StrictInt, Field(ge=0)]]]
    levels: Mapping[str, StrictInt]
    unknown: UnknownExposure
    no_profile: Id


class VariantRule(Record):
    """Which wording of the notice applies, by the answer to one item."""

    item: Id
    answers: Mapping[str, Id]
    otherwise: Id


class InsuranceRule(Record):
    """保険のご案内: level of the notice by exposure and rank (`none`: not ranked)."""

    exposure: ExposureRule
    level: Mapping[str, Mapping[Literal["A", "B", "C", "D", "E", "none"], StrictInt]]
    variant: VariantRule
