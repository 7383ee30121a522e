"""The parameters of a catalogue: scores, ranks, caps and gates, and the insurance notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from sheet_diag.model.basics import Lang, Rank
from sheet_diag.model.conditions import Condition
from sheet_diag.model.record import Exact, Id, NonEmptyText, Record, Score, Share, Text, Weight


class GateLimits(Record):
    """記入の十分性: below a limit the return is held; equal to it passes.

    `by_category` has the shares of categories that have one of their own.
    """

    category_answered: Share
    total_answered: Share
    applicable_categories: Annotated[StrictInt, Field(ge=1)]
    by_category: Mapping[Id, Share] = Field(default_factory=dict)


class CategoryCap(Record):
    """A category below `score` caps the rank; any one where `categories` names none.

    Caps with the same categories are one ladder, of which the strongest counts.
    """

    score: Score
    at_most: NonEmptyText
    categories: tuple[Id, ...] = ()


class CategoriesCap(Record):
    """`count` categories below `score` (of 100) cap the rank."""

    score: Score
    count: Annotated[StrictInt, Field(ge=1)]
    at_most: NonEmptyText


class CriticalCap(Record):
    """`count` critical items cap the rank: without effect, or done in part only."""

    count: Annotated[StrictInt, Field(ge=1)]
    at_most: NonEmptyText


class NaCap(Record):
    """More 該当なし than this share of a category's weight caps the rank."""

    over: Share
    at_most: NonEmptyText


class AnswerCap(Record):
    """One of these answers to an item caps the rank."""

    item: Id
    choices: Annotated[tuple[Id, ...], Field(min_length=1)]
    at_most: NonEmptyText


class Caps(Record):
    """ランク上限: what limits the rank whatever the mean says."""

    category_below: tuple[CategoryCap, ...] = ()
    categories_below: tuple[CategoriesCap, ...] = ()
    critical_missed: tuple[CriticalCap, ...] = ()
    critical_partial: tuple[CriticalCap, ...] = ()
    na_share: NaCap | None = None
    answers: tuple[AnswerCap, ...] = ()


class ReviewLimits(Record):
    """Limits beyond which a result is marked 要確認."""

    na_share_over: Share


class CommentCounts(Record):
    """How many categories are commented, and how many items of each."""

    categories: Annotated[StrictInt, Field(ge=0)]
    items: Annotated[StrictInt, Field(ge=1)]


class PlanRule(Record):
    """How many items of the plan are due `now`, and at most in each `later` phase."""

    now: Annotated[StrictInt, Field(ge=1)] = 3
    later: Annotated[StrictInt, Field(ge=1)] = 12


class ContradictionRule(Record):
    """Two items to confirm where `na` is 該当なし while `answered` is answered."""

    na: Id
    answered: Id


class ConditionPair(Record):
    """Answers to confirm where `condition` holds and `requires` does not."""

    condition: Condition
    requires: Condition
    text: Text | None = None


class CompanyConditionRule(Record):
    """Items that cannot be 該当なし where the company sheet has one of these choices."""

    field: Id
    choices: tuple[Id, ...]
    items: tuple[Id, ...]


class PrerequisiteRule(Record):
    """An item to confirm where it is done, at least in part, while none of `needs` is."""

    item: Id
    needs: Annotated[tuple[Id, ...], Field(min_length=1)]


class RankRule(Record):
    """A rank by its label: `lowest` is the least overall score that reaches it.

    That of the last rank is only printed, as every score reaches it. `follow_up` is None where its
    place decides, and `colour` too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    label: NonEmptyText
    lowest: Exact | None = Field(default=None, alias="from")
    follow_up: StrictBool | None = None
    colour: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None


class ScoringMethod(StrEnum):
    """How answers add up: a mean of categories, a mean of all items, or a sum of points."""

    CATEGORY_MEAN = "category_mean"
    ITEM_MEAN = "item_mean"
    SUM = "sum"


class ScoringRule(Record):
    """Every number of the scoring rule; `ranks` stand from the best to the worst.

    `full` is the score where all is done; that of a category is 100 where points are summed.
    `na_together` lists items that are 該当なし all or none, as they have one condition.
    """

    ranks: Annotated[tuple[RankRule, ...], Field(min_length=2, max_length=12)]
    method: ScoringMethod = ScoringMethod.CATEGORY_MEAN
    full: Annotated[Weight, Field(gt=0, le=1_000_000)] = 100
    gates: GateLimits
    caps: Caps
    review: ReviewLimits
    comments: CommentCounts
    plan: PlanRule = PlanRule()
    contradictions: tuple[ContradictionRule, ...] = ()
    na_together: tuple[tuple[Id, ...], ...] = ()
    na_by_company: tuple[CompanyConditionRule, ...] = ()
    prerequisites: tuple[PrerequisiteRule, ...] = ()
    pairs: tuple[ConditionPair, ...] = ()

    @property
    def full_of_category(self) -> int | Fraction:
        """Return the score of a category in which all is done."""
        return 100 if self.is_sum else self.full

    @property
    def is_sum(self) -> bool:
        """Whether the overall score is a sum of points."""
        return self.method is ScoringMethod.SUM

    @property
    def is_pooled(self) -> bool:
        """Whether items count together: a category then counts by what applies of it."""
        return self.method is not ScoringMethod.CATEGORY_MEAN


class UnknownExposure(Record):
    """The exposure level that a client has at least where `field` is unknown or blank."""

    field: Id
    at_least: Id


class ExposureRule(Record):
    """想定影響度: points by profile field and choice; `levels` gives the fewest points of each.

    `assumption` tells the client which fields and lines the level rests on.
    """

    points: Mapping[str, Mapping[str, Annotated[StrictInt, Field(ge=0)]]]
    levels: Mapping[str, StrictInt]
    unknown: UnknownExposure
    no_profile: Id
    assumption: Text


class VariantRule(Record):
    """The choice of a wording of the notice by the answer to one item."""

    item: Id
    answers: Mapping[str, Id]
    otherwise: Id


class InsuranceRule(Record):
    """保険のご案内: the level of the notice by exposure and label of the rank (`none`: no rank)."""

    exposure: ExposureRule
    level: Mapping[str, Mapping[str, StrictInt]]
    variant: VariantRule


# --- the caps and gates that scoring applies; `code` is the name of each in run.json


@dataclass(frozen=True, slots=True)
class CategoryCapRule:
    """A category below `limit` caps the rank; one of `categories`, where it has any.

    A category below `floor` counts under the stronger rule of this kind (None: there is none).
    `names` are those of `categories`.
    """

    needed: ClassVar[int] = 1
    counts_items: ClassVar[bool] = False

    at_most: Rank
    limit: Fraction
    floor: Fraction | None = None
    categories: tuple[str, ...] = ()
    names: tuple[Text, ...] = ()

    @property
    def kind(self) -> str:
        """The name in the texts."""
        return "category.some" if self.categories else "category"

    @property
    def code(self) -> str:
        """The name in run.json."""
        return "_".join(("CATEGORY", *self.categories, "LT", str(self.limit)))

    @property
    def is_bounded(self) -> bool:
        """Whether a stronger rule of this kind takes over."""
        return self.floor is not None

    @property
    def figures(self) -> dict[str, str]:
        """What the sentences about the rule fill in."""
        figures = {"limit": str(self.limit), "lower": str(self.floor)}
        return {**figures, **_list_names(self.names)} if self.names else figures


@dataclass(frozen=True, slots=True)
class CategoriesCapRule:
    """`needed` categories below `limit` cap the rank."""

    kind: ClassVar[str] = "categories"
    counts_items: ClassVar[bool] = False
    is_bounded: ClassVar[bool] = False

    at_most: Rank
    limit: Fraction
    needed: int

    @property
    def code(self) -> str:
        """The name in run.json."""
        return f"CATEGORIES_LT_{self.limit}_GE_{self.needed}"

    @property
    def figures(self) -> dict[str, str]:
        """What the sentences about the rule fill in."""
        return {"limit": str(self.limit), "count": str(self.needed)}


@dataclass(frozen=True, slots=True)
class CriticalCapRule:
    """`needed` critical items worth nothing, or worth a part only, cap the rank.

    From `fewer_than` items on the stronger rule of this kind applies instead (None: there is none).
    """

    counts_items: ClassVar[bool] = True
    limit: ClassVar[None] = None

    at_most: Rank
    needed: int
    fewer_than: int | None = None
    partial: bool = False

    @property
    def kind(self) -> str:
        """The name in the texts."""
        return "critical.partial" if self.partial else "critical"

    @property
    def code(self) -> str:
        """The name in run.json."""
        return f"CRITICAL_{'PARTIAL_' if self.partial else ''}GE_{self.needed}"

    @property
    def is_bounded(self) -> bool:
        """Whether a stronger rule of this kind takes over."""
        return self.fewer_than is not None

    @property
    def figures(self) -> dict[str, str]:
        """What the sentences about the rule fill in."""
        return {"count": str(self.needed), "more": str(self.fewer_than)}


@dataclass(frozen=True, slots=True)
class NaShareCapRule:
    """More 該当なし than the share `limit` of a category's weight caps the rank."""

    kind: ClassVar[str] = "na"
    code: ClassVar[str] = "NA_SHARE"
    needed: ClassVar[int] = 1
    counts_items: ClassVar[bool] = False
    is_bounded: ClassVar[bool] = False
    figures: ClassVar[dict[str, str]] = {}

    at_most: Rank
    limit: Fraction


@dataclass(frozen=True, slots=True)
class AnswerCapRule:
    """One of `choices` as the answer to an item caps the rank; `labels` are theirs."""

    kind: ClassVar[str] = "answer"
    needed: ClassVar[int] = 1
    counts_items: ClassVar[bool] = True
    is_bounded: ClassVar[bool] = False
    limit: ClassVar[None] = None

    at_most: Rank
    item: str
    choices: tuple[str, ...]
    labels: tuple[Text, ...]

    @property
    def code(self) -> str:
        """The name in run.json."""
        return f"ANSWER_{self.item}_{'_'.join(self.choices)}"

    @property
    def figures(self) -> dict[str, str]:
        """What the sentences about the rule fill in."""
        return {"item": self.item, **_list_names(self.labels)}


def _list_names(names: tuple[Text, ...]) -> dict[str, str]:
    """List names in both languages, for sentences of either."""
    japanese = "".join(f"「{name.ja}」" for name in names)
    return {"names_ja": japanese, "names_en": ", ".join(f'"{name[Lang.EN]}"' for name in names)}


CapRule = CategoryCapRule | CategoriesCapRule | CriticalCapRule | NaShareCapRule | AnswerCapRule


@dataclass(frozen=True, slots=True)
class CategoryGate:
    """Less than the share `limit` of a category is answered."""

    limit: Fraction
    category: str

    @property
    def code(self) -> str:
        """The name in run.json."""
        return f"CATEGORY_ANSWERED_LT_{self.limit}"


@dataclass(frozen=True, slots=True)
class TotalGate:
    """Less than the share `limit` of the whole sheet is answered."""

    category: ClassVar[None] = None

    limit: Fraction

    @property
    def code(self) -> str:
        """The name in run.json."""
        return f"TOTAL_ANSWERED_LT_{self.limit}"


@dataclass(frozen=True, slots=True)
class ApplicableGate:
    """Fewer than `limit` categories apply to the client."""

    category: ClassVar[None] = None

    limit: int

    @property
    def code(self) -> str:
        """The name in run.json."""
        return f"APPLICABLE_CATEGORIES_LT_{self.limit}"


@dataclass(frozen=True, slots=True)
class ItemGate:
    """An item is not answered on which the conditions of others depend."""

    category: ClassVar[None] = None
    code: ClassVar[str] = "GATE_UNANSWERED"

    item: str


Gate = CategoryGate | TotalGate | ApplicableGate | ItemGate
