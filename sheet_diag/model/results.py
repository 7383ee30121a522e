"""What follows from the answers: scores, caps, rank, comments, insurance notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from sheet_diag.model.basics import Lang, Rank
from sheet_diag.model.comparison import NO_COMPARISON, Comparison, PastDiagnosis
from sheet_diag.model.damage import DamageEstimate
from sheet_diag.model.record import Text
from sheet_diag.model.returns import (
    Attachment,
    PlanEntry,
    Problem,
    ReceivedFile,
    ReturnedPlan,
    ReturnedSheet,
)
from sheet_diag.model.rules import CapRule, Gate
from sheet_diag.model.threats import ThreatCount

Answers = Mapping[str, str | None]  # choice id by item id; None or a missing id: 未回答


class ReturnStatus(StrEnum):
    """What became of a file."""

    RANKED = "ranked"
    HELD = "held"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    IGNORED = "ignored"


class FindingCode(StrEnum):
    """The kinds of 検出事項 that the answers themselves raise."""

    UNANSWERED = "UNANSWERED"
    UNKNOWN_STATE = "UNKNOWN_STATE"
    NA_NOT_ALLOWED = "NA_NOT_ALLOWED"
    NA_SHARE_HIGH = "NA_SHARE_HIGH"
    NA_CONTRADICTION = "NA_CONTRADICTION"
    ANSWER_CONTRADICTION = "ANSWER_CONTRADICTION"
    CONTRADICTION = "CONTRADICTION"
    STRICT_RANK_DIFFERS = "STRICT_RANK_DIFFERS"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding: `rule` is its name in run.json, `about` lists ids of items, categories or fields.

    Of a contradiction the first is the item to confirm, the others are what it stands against;
    `text` is what the catalogue says of it.
    """

    code: FindingCode
    rule: str
    about: tuple[str, ...] = ()
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """ランク上限 that applies, and the ids of the categories or items behind it."""

    rule: CapRule
    because: tuple[str, ...]

    @property
    def at_most(self) -> Rank:
        """The best rank that it leaves."""
        return self.rule.at_most


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """Scores of one category, 0 to 100 and exact; None where every item is 該当なし (対象外).

    `score` is of record (未回答 = 0), `upper` counts 未回答 as 1, `strict` counts 該当なし as 0.
    `na_share` is the share of the category's weight that left as 該当なし; `lost` is Σ w(1-v).
    """

    category: str
    score: Fraction | None
    upper: Fraction | None
    strict: Fraction
    na_share: Fraction
    lost: Fraction
    critical_missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemScore:
    """The score of one item: `value` 0 to 1, `points` w·v, `lost` w(1-v); None as 該当なし."""

    value: Fraction | None
    points: Fraction | None
    lost: Fraction | None


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one return; ranks are None where a gate holds it."""

    categories: Mapping[str, CategoryScore]
    overall: Fraction | None
    upper: Fraction | None
    strict: Fraction
    gates: tuple[Gate, ...]
    caps: tuple[Cap, ...]
    base_rank: Rank | None
    rank: Rank | None
    upper_rank: Rank | None
    strict_rank: Rank | None
    findings: tuple[Finding, ...]
    items: Mapping[str, ItemScore]

    @property
    def binding_caps(self) -> tuple[Cap, ...]:
        """The caps that are the reason of the rank."""
        return self.blocking_caps if self.rank != self.base_rank else ()

    @property
    def blocking_caps(self) -> tuple[Cap, ...]:
        """The caps that must be solved to get to the next rank."""
        return tuple(cap for cap in self.caps if cap.at_most == self.rank)


@dataclass(frozen=True, slots=True)
class CommentedCategory:
    """A commented category: its items in print order, and whose note closes it, if one does."""

    category: str
    items: tuple[str, ...]
    note_of: str | None


@dataclass(frozen=True, slots=True)
class Insurance:
    """保険のご案内: the exposure, the level of the notice and its variant."""

    exposure: str
    level: int
    variant: str


@dataclass(frozen=True, slots=True)
class Way:
    """The smallest set of items whose answer at full value lifts the rank to `target`.

    `score` and `rank` are those that it leads to; both None where no answers lead there.
    """

    target: Rank
    items: tuple[str, ...]
    score: Fraction | None
    rank: Rank | None


class Urgency(StrEnum):
    """How urgent an open item is, as the plan says it."""

    TOP = "top"
    HIGH = "high"
    MEDIUM = "mid"
    LOW = "low"


class Phase(StrEnum):
    """When an open item is due: at once, in half a year, in a year, or later."""

    NOW = "now"
    HALF = "half"
    YEAR = "year"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An open item and its place in the plan.

    `group` is 1 for critical misses, 2 for other items of the way to the next rank, 3 for critical
    ones done in part, 4 for the rest. `effect` are the points of the overall score (of 100) that it
    would add in full.
    """

    item: str
    group: int
    label: Urgency
    effect: Fraction
    phase: Phase


@dataclass(frozen=True, slots=True)
class UnknownAnswers:
    """わからない: the items, and what the verdict would be if all of them were done.

    `share_of_lost` is their part of all lost points.
    """

    items: tuple[str, ...]
    score: Fraction
    rank: Rank
    share_of_lost: Fraction


class OverallText(StrEnum):
    """The variants of 総合評価."""

    PLAIN = "plain"
    CAPPED = "capped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """診断結果 of one return.

    `plan` lists all that brought less than it could, the most urgent first. `ways` lead to the next
    rank and to the one after it, as far as there are any. `unknown` is None where nothing was
    answered so, or a gate holds the return. `threats` stand as the catalogue lists them.
    """

    scores: Scores
    comments: Sequence[CommentedCategory]
    insurance: Insurance | None
    plan: Sequence[PlannedItem] = ()
    ways: Sequence[Way] = ()
    unknown: UnknownAnswers | None = None
    threats: Sequence[ThreatCount] = ()

    @property
    def open_items(self) -> tuple[str, ...]:
        """The items of the plan, in its order."""
        return tuple(each.item for each in self.plan)

    @property
    def top_items(self) -> tuple[str, ...]:
        """最優先の対策: the critical items that are missing or could not be confirmed."""
        return tuple(each.item for each in self.plan if each.label is Urgency.TOP)

    @property
    def effects(self) -> Mapping[str, Fraction]:
        """The points of the overall score (of 100) that each item of the plan would add."""
        return {each.item: each.effect for each in self.plan}

    @property
    def is_decided_by_unknown(self) -> bool:
        """Whether the rank would be another one if all that is not known were done."""
        return self.unknown is not None and self.unknown.rank != self.scores.rank

    @property
    def text(self) -> OverallText:
        """The variant of 総合評価."""
        unknown = self.unknown
        if unknown and self.is_decided_by_unknown and 2 * unknown.share_of_lost >= 1:
            return OverallText.UNKNOWN
        return OverallText.CAPPED if self.scores.binding_caps else OverallText.PLAIN


@dataclass(frozen=True, slots=True)
class ReturnOutcome:
    """What became of one return.

    `result`, `correction` and `pdf` are relative to the output folder; `pdf_sha256` is the digest
    of the PDF as it was written, in hexadecimal.

    `plan` is the client's own 改善計画 of an earlier report, where it was sent along; `entries` are
    those that were made in the last report here, and stay in the new one; `history` are the
    client's earlier diagnoses, the oldest first; `unsettled`
    marks a file that is no return but says something that could not be done.
    """

    received: ReceivedFile
    status: ReturnStatus
    problems: tuple[Problem, ...]
    diagnosis: Diagnosis | None = None
    result: str | None = None
    correction: str | None = None
    comparison: Comparison = NO_COMPARISON
    plan: ReturnedPlan | None = None
    pdf: str | None = None
    unsettled: bool = False
    pdf_sha256: str | None = None
    entries: tuple[PlanEntry, ...] = ()
    history: tuple[PastDiagnosis, ...] = ()

    @property
    def needs_attention(self) -> bool:
        """Whether there is no rank where there should be one, or something was not done."""
        return self.unsettled or self.status in (ReturnStatus.HELD, ReturnStatus.REJECTED)


def list_unassigned_attachments(outcomes: Iterable[ReturnOutcome]) -> list[Attachment]:
    """List what came with returns of several clients, each once."""
    found = (each for outcome in outcomes for each in outcome.received.attachments)
    return list(dict.fromkeys(each for each in found if each.container))


@dataclass(frozen=True, slots=True)
class ClientReport:
    """Everything that one client's workbook shows beside the catalogue and the issuer.

    `damage` is what incidents have cost other firms, where it is to be shown; `history` are the
    client's earlier diagnoses, the oldest first.
    """

    received: ReceivedFile
    sheet: ReturnedSheet
    diagnosis: Diagnosis
    problems: tuple[Problem, ...]
    number: str
    as_of: date
    lang: Lang
    comparison: Comparison = NO_COMPARISON
    plan: ReturnedPlan | None = None
    entries: tuple[PlanEntry, ...] = ()
    damage: tuple[DamageEstimate, ...] = ()
    history: tuple[PastDiagnosis, ...] = ()
