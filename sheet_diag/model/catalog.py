"""What a catalogue says: categories, items, answer choices, parameters and texts.

One definition serves as record, schema and validation (pydantic); faults that span several
records are found by `sheet_diag.catalog.checks`. Sequences are tuples, numbers are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt


class Lang(StrEnum):
    """A language in which people read the product."""

    JA = "ja"
    EN = "en"


class Rank(StrEnum):
    """判定ランク. A is the best; compare with `worse_of` or by `position`."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"

    @property
    def position(self) -> int:
        """0 for A up to 4 for E."""
        return "ABCDE".index(self.value)


def worse_of(*ranks: Rank) -> Rank:
    """The lowest of the ranks."""
    return max(ranks, key=lambda rank: rank.position)


def _exact(value: object) -> Fraction:
    """Read `2/3` or `85`; a float is refused, because 0.1 is not a tenth."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("write a whole number or a fraction such as 2/3")
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("write a whole number or a fraction such as 2/3") from error


Exact = Annotated[Fraction, BeforeValidator(_exact)]
Share = Annotated[Exact, Field(ge=0, le=1)]
Score = Annotated[Exact, Field(ge=0, le=100)]
Words = Annotated[str, Field(min_length=1, pattern=r"\S")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]


class Record(BaseModel):
    """A frozen record that refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Text(Record):
    """One sentence or label in every language."""

    ja: Words
    en: Words

    def __getitem__(self, lang: Lang) -> str:
        return self.ja if lang is Lang.JA else self.en


class Role(StrEnum):
    """How a choice is treated beside its value."""

    ANSWERED = "answered"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Aliases(Record):
    """Other spellings of a choice, by language; compared after folding."""

    ja: tuple[Words, ...] = ()
    en: tuple[Words, ...] = ()


class Choice(Record):
    """選択肢. `value` is the share of the weight earned, 0 to 1; None leaves the item out."""

    id: Id
    role: Role = Role.ANSWERED
    value: Share | None = None
    label: Text
    meaning: Text
    aliases: Aliases = Aliases()


class NoteKind(StrEnum):
    """The closing note of a comment: (事例) or (アドバイス)."""

    CASE = "case"
    ADVICE = "advice"


class Note(Record):
    """A closing note."""

    kind: NoteKind
    text: Text


class Comment(Record):
    """改善提言: printed when the item is chosen for the report."""

    title: Text
    text: Text


class Item(Record):
    """設問. `weight` counts within its category; `controls` are numbers by standard id."""

    id: Id
    topic: Text
    answer_set: Id
    weight: Annotated[StrictInt, Field(ge=1, le=100)]
    critical: StrictBool = False
    na_allowed: StrictBool = False
    na_when: Text | None = None
    controls: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    question: Text
    hint: Mapping[str, Text] = Field(default_factory=dict)
    comment: Comment
    note: Note


class Category(Record):
    """カテゴリ. `weight` counts in the overall score; `short` labels charts and columns."""

    id: Id
    weight: Annotated[StrictInt, Field(ge=1, le=100)] = 1
    name: Text
    short: Text
    introduction: Text
    example: Text
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


class Standard(Record):
    """A standard that control numbers refer to."""

    id: Id
    name: Text


class FieldKind(StrEnum):
    """What a field of the company sheet takes."""

    TEXT = "text"
    EMAIL = "email"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"


class ProfileChoice(Record):
    """A choice of a profile field; `from`/`to` (inclusive) also take a typed whole number."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    id: Id
    label: Text
    aliases: Aliases = Aliases()
    lowest: StrictInt | None = Field(default=None, alias="from")
    highest: StrictInt | None = Field(default=None, alias="to")


class ProfileField(Record):
    """A field of the company sheet. A required field that is blank is a problem."""

    id: Id
    kind: FieldKind
    required: StrictBool = False
    label: Text
    hint: Text | None = None
    choices: tuple[ProfileChoice, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, ProfileChoice]:
        """Choices by id."""
        return {choice.id: choice for choice in self.choices}


class Gates(Record):
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


class Review(Record):
    """Limits past which a result is flagged 要確認."""

    na_share_over: Share


class CommentCounts(Record):
    """How many categories are commented, and how many items of each."""

    categories: Annotated[StrictInt, Field(ge=0)]
    items: Annotated[StrictInt, Field(ge=1)]


class Contradiction(Record):
    """`na` answered 該当なし while `answered` is answered: to be confirmed."""

    na: Id
    answered: Id


class Scoring(Record):
    """Every number of the scoring rule. `ranks` gives the lowest score (of 100) of each rank."""

    ranks: Mapping[Rank, Score]
    gates: Gates
    caps: Caps
    review: Review
    comments: CommentCounts
    contradictions: tuple[Contradiction, ...] = ()


class UnknownExposure(Record):
    """Where `field` is unknown or blank, exposure is `at_least` this level."""

    field: Id
    at_least: Id


class Exposure(Record):
    """想定影響度: points by profile field and choice; `levels` gives the fewest points of each."""

    points: Mapping[str, Mapping[str, StrictInt]]
    levels: Mapping[str, StrictInt]
    unknown: UnknownExposure
    no_profile: Id


class Variant(Record):
    """Which wording of the notice applies, by the answer to one item."""

    item: Id
    answers: Mapping[str, Id]
    otherwise: Id


class InsuranceRule(Record):
    """保険のご案内: level of the notice by exposure and rank (`none`: not ranked)."""

    exposure: Exposure
    level: Mapping[str, Mapping[Literal["A", "B", "C", "D", "E", "none"], StrictInt]]
    variant: Variant


class RankTexts(Record):
    """What the report says of a rank."""

    legend: Text
    overall: Text


class Mark(Record):
    """The mark of a category score: that of the first line it reaches."""

    score: Score
    mark: Words
    meaning: Text


class InsuranceTexts(Record):
    """Notices by level and variant, names of the exposure levels, and what they rest on."""

    notices: Mapping[int, Mapping[str, Text]]
    exposure: Mapping[str, Text]
    assumption: Text


class ReportTexts(Record):
    """What the report says beside the comments."""

    title: Text
    preamble: tuple[Text, ...]
    ranks: Mapping[Rank, RankTexts]
    categories_intro: Text
    comments_intro: Text
    comments_none: Text
    closing: Text
    marks: Annotated[tuple[Mark, ...], Field(min_length=1)]
    insurance: InsuranceTexts


class Catalog(Record):
    """設問カタログ. `sha256` is that of its files; ids are unique over the whole catalogue."""

    id: Id
    version: Id
    sha256: str
    title: Text
    purpose: Text
    standards: tuple[Standard, ...]
    answer_sets: Mapping[str, tuple[Choice, ...]]
    profile: tuple[ProfileField, ...]
    categories: tuple[Category, ...]
    scoring: Scoring
    insurance: InsuranceRule
    report: ReportTexts

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Every item by id, in the order of the sheet."""
        return {item.id: item for category in self.categories for item in category.items}

    @cached_property
    def category_by_id(self) -> Mapping[str, Category]:
        """Categories by id."""
        return {category.id: category for category in self.categories}

    @cached_property
    def field_by_id(self) -> Mapping[str, ProfileField]:
        """Profile fields by id."""
        return {field.id: field for field in self.profile}

    def choices_of(self, item: Item) -> Mapping[str, Choice]:
        """The choices that an item knows, by id (該当なし included where not allowed)."""
        return self._choices[item.answer_set]

    @cached_property
    def _choices(self) -> Mapping[str, Mapping[str, Choice]]:
        return {
            name: {choice.id: choice for choice in choices}
            for name, choices in self.answer_sets.items()
        }

    def offered(self, item: Item) -> Iterator[Choice]:
        """The choices of an item's drop-down."""
        for choice in self.choices_of(item).values():
            if item.na_allowed or choice.role is not Role.NOT_APPLICABLE:
                yield choice
