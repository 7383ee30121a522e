"""What a catalogue says: categories, items, answer choices, parameters and texts.

One definition serves as record, schema and validation (pydantic); `catalog.consistency` finds the
faults that span several records. Sequences are tuples, numbers are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import compress
from typing import Annotated, Final, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictInt

from sheet_diag.model.basics import Lang, Named, Rank, parse_iso_day
from sheet_diag.model.conditions import Condition
from sheet_diag.model.damage import DamageTable
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.record import (
    Exact,
    FileId,
    Id,
    NonEmptyText,
    Record,
    Score,
    Text,
    Weight,
    parse_exact,
)
from sheet_diag.model.rules import InsuranceRule, ScoringRule
from sheet_diag.model.standards import Standard
from sheet_diag.model.threats import ThreatList
from sheet_diag.model.versions import EarlierVersions


class ChoiceRole(StrEnum):
    """How scoring treats a choice beside its value."""

    ANSWERED = "answered"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Aliases(Record):
    """Other spellings of a label by language; compared after normalisation."""

    ja: tuple[NonEmptyText, ...] = ()
    en: tuple[NonEmptyText, ...] = ()

    def __getitem__(self, lang: Lang) -> tuple[str, ...]:
        return self.ja if lang is Lang.JA else self.en


class GlossaryEntry(Record):
    """A term by its forms in each language, and what it means in a few words."""

    forms: Aliases
    gloss: Text


class Choice(Record):
    """選択肢: `value` is the share of the weight earned, at most 1; None leaves the item out.

    It is below 0 where an answer takes points away.
    """

    id: Id
    role: ChoiceRole = ChoiceRole.ANSWERED
    value: Annotated[Exact, Field(le=1)] | None = None
    label: Text
    meaning: Text | None = None
    aliases: Aliases = Aliases()


class NoteKind(StrEnum):
    """The kinds of closing notes of a comment: (事例) or (アドバイス)."""

    CASE = "case"
    ADVICE = "advice"


class ClosingNote(Record):
    """The closing note of a comment."""

    kind: NoteKind
    text: Text


class Effort(StrEnum):
    """工数: small, medium, large; for a firm of 30: up to a day, up to five, more."""

    SMALL = "S"
    MEDIUM = "M"
    LARGE = "L"


class Cost(StrEnum):
    """費用: nothing to buy, up to about 100,000 yen a year, more."""

    NONE = "0"
    LOW = "low"
    HIGH = "high"


class Link(Record):
    """A free page of a public body that helps with a measure."""

    title: NonEmptyText
    url: Annotated[str, Field(pattern=r"^https://[!-~]+$", max_length=200)]


# Threats are numbered in their list, so that an id may be written as a number.
ThreatId = Annotated[Id, BeforeValidator(lambda value: str(value) if type(value) is int else value)]


class Comment(Record):
    """改善提言: printed where the item is chosen for the report.

    Without a `title` the topic stands for it, without a `text` a standard sentence.
    """

    title: Text | None = None
    text: Text | None = None


class ItemKind(StrEnum):
    """種類: what a question takes as its answer; only a single choice is ever scored."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"


def _parse_limit(value: object) -> object:
    day = parse_iso_day(value) if isinstance(value, str) else None
    return day or (value if isinstance(value, date) else parse_exact(value))


Limit = Annotated[Fraction | date, BeforeValidator(_parse_limit)]


class Item(Record):
    """設問: `weight` counts within its category (0: asked, never scored); `controls` are numbers by
    standard id.

    The question is asked where its `condition` holds. `required` says whether it is told where it
    is left open. `unit`, `lowest` and `highest` are those of a number, or of a day.

    `guidance` stands beside the question, `hint` tells when a choice is the right one.
    `priority` is 1 for what comes first; it decides between equal items. `first_step_short` is the
    same action as `first_step`, in one line. `threats` are ids of the list of threats. `openings`
    open the comment and `advice` takes the place of its text, by the id of the answered choice.
    """

    id: Id
    topic: Text
    kind: ItemKind = ItemKind.SINGLE
    answer_set: Id = ""
    weight: Annotated[Weight, Field(ge=0, le=10_000)]
    condition: Condition | None = None
    required: StrictBool = True
    unit: Text | None = None
    lowest: Limit | None = None
    highest: Limit | None = None
    critical: StrictBool = False
    priority: Annotated[StrictInt, Field(ge=1, le=9)] = 3
    na_allowed: StrictBool = False
    na_when: Text | None = None
    controls: Mapping[str, tuple[NonEmptyText, ...]] = Field(default_factory=dict)
    question: Text
    guidance: Text | None = None
    hint: Mapping[str, Text] = Field(default_factory=dict)
    comment: Comment = Comment()
    note: ClosingNote | None = None
    openings: Mapping[str, Text] = Field(default_factory=dict)
    advice: Mapping[str, Text] = Field(default_factory=dict)
    effort: Effort | None = None
    cost: Cost | None = None
    first_step: Text | None = None
    first_step_short: Text | None = None
    threats: tuple[ThreatId, ...] = ()
    links: Annotated[tuple[Link, ...], Field(max_length=3)] = ()

    @property
    def is_scored(self) -> bool:
        """Whether its answer counts in the scores."""
        return self.weight > 0 and self.kind is ItemKind.SINGLE

    def takes(self, answer: str) -> bool:
        """Whether a number in digits, or an ISO date, lies within the limits."""
        value = parse_iso_day(answer) if self.kind is ItemKind.DATE else Fraction(answer)
        if value is None:
            return False
        return not (
            (self.lowest is not None and value < self.lowest)  # type: ignore[operator]
            or (self.highest is not None and value > self.highest)  # type: ignore[operator]
        )

    @property
    def title(self) -> Text:
        """What its comment is headed by."""
        return self.comment.title or self.topic


class Category(Record):
    """カテゴリ: `weight` counts in the overall score, `short` labels charts and columns.

    `target` is the 望まれる水準 of its score (None: none is set).
    """

    id: Id
    weight: Annotated[Weight, Field(gt=0, le=10_000)] = 1
    target: Score | None = None
    name: Text
    short: Text
    introduction: Text | None = None
    example: Text | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @property
    def is_scored(self) -> bool:
        """Whether it has a score: one of its items counts."""
        return any(item.is_scored for item in self.items)


class FieldKind(StrEnum):
    """The kinds of content that a field of the company sheet takes."""

    TEXT = "text"
    EMAIL = "email"
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"


class ProfileChoice(Record):
    """A choice of a profile field; a whole number from `from` to `to` (inclusive) means it too."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    id: Id
    label: Text
    aliases: Aliases = Aliases()
    lowest: StrictInt | None = Field(default=None, alias="from")
    highest: StrictInt | None = Field(default=None, alias="to")


class ProfileField(Record):
    """A field of the company sheet; a required field that is blank is a problem."""

    id: Id
    kind: FieldKind
    required: StrictBool = False
    label: Text
    aliases: Aliases = Aliases()
    hint: Text | None = None
    choices: tuple[ProfileChoice, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, ProfileChoice]:
        """The choices by id."""
        return {choice.id: choice for choice in self.choices}


class RankTexts(Record):
    """What the report says of a rank.

    `capped` takes the place of `overall` where a cap lowers the rank, `unknown` where answers that
    are not known decide it; without them `overall` stands.
    """

    legend: Text | None = None
    overall: Text | None = None
    capped: Text | None = None
    unknown: Text | None = None


class ScoreMark(Record):
    """A mark of category scores; a score gets the first mark whose `score` it reaches.

    That of the last mark is only printed, as every score reaches it.
    """

    score: Exact | None = None
    mark: NonEmptyText
    meaning: Text


class InsuranceTexts(Record):
    """The notices by level and variant, and the names of the exposure levels."""

    notices: Mapping[int, Mapping[str, Text]]
    exposure: Mapping[str, Text]


class MailTexts(Record):
    """What a mail says where the firm has no template of its own; None: as ours."""

    subject: Text | None = None
    body: Text | None = None


class ReportTexts(Record):
    """What the report says beside the comments.

    `labels` are those of documents that this catalogue words otherwise, by their keys (None:
    nothing is printed). `key_measure` opens the comment on a critical item that is not done.
    """

    labels: Mapping[str, Text | None] = Field(default_factory=dict)
    ranks: Mapping[str, RankTexts] = Field(default_factory=dict)
    key_measure: Text | None = None
    marks: Annotated[tuple[ScoreMark, ...], Field(min_length=1)]
    insurance: InsuranceTexts | None = None


_NOTHING: Final = (Fraction(0), Fraction(0))


class Sections(Record):
    """What reports hold beside the verdict, unless a catalogue leaves it out."""

    next_rank: StrictBool = True
    plan: StrictBool = True
    deviation: StrictBool = True
    simulation: StrictBool = True


class Catalog(Record):
    """設問カタログ: `sha256` digests its files; ids are unique over the whole catalogue.

    `glossary` holds terms that a document explains where it first uses them. `labels` are those of
    the sheet that this version words otherwise, by their keys; `names` are what documents call
    things, `survey` is what mails call the whole, `mails` are those that it words itself.
    """

    id: FileId
    version: FileId
    sha256: str
    title: Text
    purpose: Text | None = None
    standards: tuple[Standard, ...] = ()
    threats: ThreatList | None = None
    damage: DamageTable | None = None
    answer_sets: Mapping[str, tuple[Choice, ...]]
    profile: tuple[ProfileField, ...]
    categories: tuple[Category, ...]
    scoring: ScoringRule
    insurance: InsuranceRule | None = None
    report: ReportTexts
    sections: Sections = Sections()
    glossary: tuple[GlossaryEntry, ...] = ()
    earlier: EarlierVersions = EarlierVersions()
    labels: Mapping[str, Text] = Field(default_factory=dict)
    names: Mapping[Named, Text] = Field(default_factory=dict)
    survey: Text | None = None
    mails: Mapping[MailKind, MailTexts] = Field(default_factory=dict)

    @property
    def own_labels(self) -> Mapping[str, Text | None]:
        """The labels that this catalogue words otherwise, by their keys (None: nothing)."""
        return {**self.labels, **self.report.labels}

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """The items by id, in the order of the sheet."""
        return {item.id: item for category in self.categories for item in category.items}

    @cached_property
    def valued_sets(self) -> Mapping[str, tuple[Choice, ...]]:
        """The sets from which a single choice is taken, in the order of the items."""
        singles = (item for item in self.items.values() if item.kind is ItemKind.SINGLE)
        names = dict.fromkeys(item.answer_set for item in singles)
        return {name: self.answer_sets[name] for name in names}

    @cached_property
    def scored_categories(self) -> tuple[Category, ...]:
        """The categories that have a score, in the order of the sheet."""
        return tuple(category for category in self.categories if category.is_scored)

    @cached_property
    def category_of(self) -> Mapping[str, Category]:
        """The category of each item, by item id."""
        return {item.id: each for each in self.categories for item in each.items}

    @cached_property
    def category_by_id(self) -> Mapping[str, Category]:
        """The categories by id."""
        return {category.id: category for category in self.categories}

    @cached_property
    def field_by_id(self) -> Mapping[str, ProfileField]:
        """The profile fields by id."""
        return {field.id: field for field in self.profile}

    @cached_property
    def numbered_standards(self) -> tuple[Standard, ...]:
        """The standards whose control numbers items bear, or that have nothing else."""
        borne = {name for item in self.items.values() for name in item.controls}
        return tuple(each for each in self.standards if each.id in borne or not each.frame)

    @cached_property
    def ranks(self) -> tuple[Rank, ...]:
        """The ranks, the best first."""
        rules = self.scoring.ranks
        return tuple(Rank(rule.label, place, len(rules)) for place, rule in enumerate(rules))

    @cached_property
    def rank_by_label(self) -> Mapping[str, Rank]:
        """The ranks by label, the best first."""
        return {str(rank): rank for rank in self.ranks}

    @cached_property
    def follow_up_ranks(self) -> tuple[Rank, ...]:
        """The ranks that ask for 要フォロー: where nothing says which, the lower half."""
        said = [rule.follow_up for rule in self.scoring.ranks]
        first = len(said) - len(said) // 2
        default = (rank.position >= first for rank in self.ranks)
        asked = (each if own is None else own for own, each in zip(said, default, strict=True))
        return tuple(compress(self.ranks, asked))

    def choices_of(self, item: Item) -> Mapping[str, Choice]:
        """The choices that an item knows, by id, with 該当なし even where it is not allowed."""
        return self._choices.get(item.answer_set, {})

    @cached_property
    def _choices(self) -> Mapping[str, Mapping[str, Choice]]:
        return {
            name: {choice.id: choice for choice in choices}
            for name, choices in self.answer_sets.items()
        }

    def lowest_value(self, item: Item) -> Fraction:
        """Return the least that an answer is worth; わからない may be worth less."""
        return self._lowest.get(item.answer_set, _NOTHING)[0]

    def least_value(self, item: Item) -> Fraction:
        """Return the least that a choice is worth, which is that of 未回答, too."""
        return self._lowest.get(item.answer_set, _NOTHING)[1]

    def is_missed(self, item: Item, choice: Choice) -> bool:
        """Whether a choice brings no more than the lowest answer does."""
        return choice.value is not None and choice.value <= self.lowest_value(item)

    @cached_property
    def takes_points(self) -> bool:
        """Whether an answer is worth less than nothing, so that scores may be below 0."""
        return any(self.least_value(item) < 0 for item in self.items.values())

    @cached_property
    def _lowest(self) -> Mapping[str, tuple[Fraction, Fraction]]:
        found = {}
        for name, choices in self.answer_sets.items():
            valued = [(each.role, each.value) for each in choices if each.value is not None]
            answered = [value for role, value in valued if role is ChoiceRole.ANSWERED]
            if answered:
                found[name] = (min(answered), min(value for _, value in valued))
        return found

    def offered(self, item: Item) -> Iterator[Choice]:
        """Yield the choices of an item's drop-down."""
        for choice in self.choices_of(item).values():
            if item.na_allowed or choice.role is not ChoiceRole.NOT_APPLICABLE:
                yield choice


_CATALOGS: Final = 8  # a process works with one; the tests with many
_Result = TypeVar("_Result")


class _CatalogByIdentity:
    """A catalogue that is compared by identity.

    Comparing contents takes longer than most of what is computed, and the SHA-256 is the same for
    copies with other numbers.
    """

    __slots__ = ("catalog",)

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __hash__(self) -> int:
        return id(self.catalog)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _CatalogByIdentity) and other.catalog is self.catalog


def cached_per_catalog(make: Callable[[Catalog], _Result]) -> Callable[[Catalog], _Result]:
    """Keep the result of `make` for each catalogue; the result must be frozen."""

    @lru_cache(maxsize=_CATALOGS)
    def compute(key: _CatalogByIdentity) -> _Result:
        return make(key.catalog)

    return lambda catalog: compute(_CatalogByIdentity(catalog))
