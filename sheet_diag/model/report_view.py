"""What a client's report shows, ready to be set: the PDF and the first sheet are made from it.

Every text is as printed, in one language; places on scales are percents of the scale, from 0 to
100, that only drawings use. Empty texts and empty tuples are left out by whoever sets them, None
a whole part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SignCell:
    """A cell of the box for signatures: 作成, 審査 or 承認, and the name where there is one."""

    label: str
    name: str


@dataclass(frozen=True, slots=True)
class Head:
    """Who writes to whom: letterhead of page 1, header and footer of the others.

    `company` is cut for headers, `addressee` is whole. `contact` are the lines below the issuer's
    name; `signs` is empty where nobody signs; the logo itself is given apart.
    """

    addressee: str
    company: str
    title: str
    confidential: str
    day_label: str
    day: str
    number_label: str
    number: str
    issuer: str
    contact: tuple[str, ...]
    signs: tuple[SignCell, ...]


@dataclass(frozen=True, slots=True)
class Border:
    """A place on a scale, and the score there as printed."""

    place: float
    text: str


@dataclass(frozen=True, slots=True)
class RankField:
    """A rank and the places from `low` to below `high` that lead to it."""

    rank: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Places:
    """What the bar of a score shows: None is not drawn. `quartiles` are the ends of the box.

    `target` is drawn as a dashed line; `is_weak`: below the score from which no category holds the
    rank down.
    """

    own: float | None
    median: float | None = None
    before: float | None = None
    quartiles: tuple[float, float] | None = None
    target: float | None = None
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One entry of the key below a drawing: what is drawn, and what it means.

    `drawn` is "own", "bar", "median", "before", "quartiles", "target", or empty for a mere remark.
    """

    drawn: str
    text: str


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """The bar of the overall score; `fields` from the lowest to the best, `base` is tinted."""

    fields: tuple[RankField, ...]
    borders: tuple[Border, ...]
    base: str
    places: Places
    own: str
    key: tuple[KeyEntry, ...]
    alternative: str


@dataclass(frozen=True, slots=True)
class CategoryBox:
    """A category in short: name, score as printed (or 対象外), mark (empty where 対象外)."""

    name: str
    score: str
    mark: str


@dataclass(frozen=True, slots=True)
class FirstMeasure:
    """A row of まず行うこと; `id` is empty for a sentence that is no measure of the plan."""

    title: str
    id: str
    is_key: bool
    step: str
    due: str
    effort: str
    effect: str


@dataclass(frozen=True, slots=True)
class Comment:
    """The consultant's comment: whole, and cut at sentence ends, the longest first.

    `fitting` begins with the whole one where that is short enough; the others end with the remark
    where the whole one stands.
    """

    heading: str
    author: str
    whole: str
    fitting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """1. 総合評価: page 1. `heads` are those of the measures.

    `note` tells of changed answers and holds "{page}", where their table stands; `sheet_note` says
    the same for the workbook.
    """

    heading: str
    rank_label: str
    ranks: tuple[str, ...]
    rank: str
    own_mark: str
    score_label: str
    score: str
    score_of: str
    before: str
    bar: ScoreBar
    why: str
    paragraph: str
    boxes: tuple[CategoryBox, ...]
    first_heading: str
    heads: tuple[str, ...]
    measures: tuple[FirstMeasure, ...]
    result: str
    result_note: str
    comment: Comment | None
    note: str
    sheet_note: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category: numbered name, bar, score (or 対象外), mark, its word, change since last time."""

    name: str
    places: Places
    score: str
    mark: str
    word: str
    change: str


@dataclass(frozen=True, slots=True)
class CategoryText:
    """What a category is about, with examples in brackets (either may be empty)."""

    name: str
    text: str
    example: str


@dataclass(frozen=True, slots=True)
class RankMeaning:
    """What a rank means; `is_own` marks the client's."""

    rank: str
    text: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Categories:
    """2. 各項目評価. `borders` are those of the ranks; `heads`: name, score, mark, change.

    The head of the change is empty where there is no last time to compare with.
    """

    heading: str
    intro: str
    heads: tuple[str, ...]
    borders: tuple[Border, ...]
    rows: tuple[CategoryRow, ...]
    key: tuple[KeyEntry, ...]
    texts: tuple[CategoryText, ...]
    ranks_heading: str
    ranks: tuple[RankMeaning, ...]
    own_mark: str


@dataclass(frozen=True, slots=True)
class KeyMeasure:
    """A key measure that is missing: `text` is the comment, `reference` where it stands else."""

    id: str
    title: str
    answer: str
    due: str
    effort: str
    step: str
    reference: str
    text: str


@dataclass(frozen=True, slots=True)
class KeyMeasures:
    """最優先の対策（★）; `heads`: No., measure, answer, due, effort."""

    heading: str
    lead: str
    heads: tuple[str, ...]
    rows: tuple[KeyMeasure, ...]


@dataclass(frozen=True, slots=True)
class ItemComment:
    """A commented item: its title, the id with the answer given in brackets, the text."""

    title: str
    answer: str
    text: str


@dataclass(frozen=True, slots=True)
class CategoryComment:
    """A commented category: band, its score, items, and the box （事例） or （アドバイス）."""

    band: str
    score: str
    items: tuple[ItemComment, ...]
    note_label: str
    note: str


@dataclass(frozen=True, slots=True)
class Measures:
    """3. 最優先の対策とコメント. `none` is the one sentence where there is no finding.

    `starts_page`: for all ranks but the best. `not_known` comes first and tells what would follow
    if all that is not known were done.
    """

    heading: str
    starts_page: bool
    not_known: str
    none: str
    key_measures: KeyMeasures | None
    comments_heading: str
    comments_intro: str
    comments: tuple[CategoryComment, ...]


@dataclass(frozen=True, slots=True)
class PhaseArrow:
    """A phase: its name, until when, number of measures; score and rank reached by its end."""

    name: str
    until: str
    count: str
    reached_label: str
    score: str
    unit: str
    rank_label: str
    rank: str


@dataclass(frozen=True, slots=True)
class RoadmapRow:
    """A measure of the roadmap; `way` is ◎, ○ or empty."""

    id: str
    topic: str
    is_key: bool
    area: str
    effort: str
    effect: str
    way: str


@dataclass(frozen=True, slots=True)
class RoadmapPhase:
    """The measures of a phase below its band."""

    band: str
    rows: tuple[RoadmapRow, ...]


@dataclass(frozen=True, slots=True)
class ThreatRow:
    """A listed threat: name, measures in place of those asked, and how many are not known."""

    name: str
    done: str
    unknown: str


@dataclass(frozen=True, slots=True)
class Threats:
    """How far the listed threats are met; `heads`: threat, in place, not known.

    Without rows `lead` says that all that concerns them is in place.
    """

    heading: str
    lead: str
    heads: tuple[str, ...]
    rows: tuple[ThreatRow, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Roadmap:
    """4. 改善のロードマップ. `none` is the one sentence where nothing is open.

    `heads`: No., topic, area, effort, effect, way, who and done. `arrows` is empty for the best
    rank. `later` lists all that is due after a year, each with its id.
    """

    heading: str
    none: str
    arrows: tuple[PhaseArrow, ...]
    note: str
    heads: tuple[str, ...]
    phases: tuple[RoadmapPhase, ...]
    notes: tuple[str, ...]
    later_heading: str
    later: tuple[str, ...]
    threats: Threats | None


@dataclass(frozen=True, slots=True)
class PeerRow:
    """A score beside others': `group` is the second line (empty for categories)."""

    name: str
    group: str
    places: Places
    own: str
    median: str
    position: str
    deviation: str


@dataclass(frozen=True, slots=True)
class Peers:
    """The client beside others; `heads`: own, median and quartiles, position, deviation."""

    heads: tuple[str, ...]
    borders: tuple[Border, ...]
    rows: tuple[PeerRow, ...]
    key: tuple[KeyEntry, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that changed: ▲ 改善 or ▼ 低下, the item with its topic, from → to."""

    mark: str
    item: str
    answers: str


@dataclass(frozen=True, slots=True)
class PastPoint:
    """A diagnosis of the history: day as printed in short, score, rank; `remark` on its version."""

    day: str
    place: float
    shown: str
    rank: str
    remark: str


@dataclass(frozen=True, slots=True)
class Previous:
    """前回からの変化; `more` counts the rows that are left out (one text a kind).

    `history` has this time's diagnosis as its last point, and two points at least or none.
    """

    heading: str
    sentence: str
    warning: str
    changes: tuple[Change, ...]
    more: tuple[str, ...]
    history_heading: str
    history: tuple[PastPoint, ...]
    history_axis: tuple[Border, ...]
    history_alternative: str


@dataclass(frozen=True, slots=True)
class Comparisons:
    """5. 他社・前回との比較."""

    heading: str
    peers: Peers | None
    previous: Previous | None


@dataclass(frozen=True, slots=True)
class Level:
    """A step of the exposure."""

    text: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """What the company sheet says, and whether it raises the exposure (empty: no)."""

    label: str
    entry: str
    factor: str


@dataclass(frozen=True, slots=True)
class DamageRow:
    """What an incident has cost other firms, and whose figures these are."""

    incident: str
    range: str
    basis: str


@dataclass(frozen=True, slots=True)
class Damage:
    """事故が起きた場合の費用の目安（参考）; `heads`: incident, range, basis."""

    heading: str
    lead: str
    heads: tuple[str, ...]
    rows: tuple[DamageRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InsuranceNotice:
    """6. 保険のご案内."""

    heading: str
    notice: str
    exposure_label: str
    levels: tuple[Level, ...]
    facts: tuple[Fact, ...]
    damage: Damage | None


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A row of 診断の方法と前提."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """An answer that the consultant changed: item, from → to, why, by whom."""

    item: str
    answers: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class ChangedAnswers:
    """修正した回答; `heads`: item, change, reason, by."""

    heading: str
    heads: tuple[str, ...]
    rows: tuple[ChangedAnswer, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """7. 診断の方法と前提."""

    heading: str
    rows: tuple[MethodRow, ...]
    changed: ChangedAnswers | None


@dataclass(frozen=True, slots=True)
class ReportView:
    """The report of one client. `lang` is "ja" or "en", `created` ISO 8601, `subject` the client.

    `page_of` holds "{page}" and "{pages}", as footers say it. `rank_colours` are those of a
    catalogue's own, by rank: the fill and the letters on it.
    """

    lang: str
    created: str
    author: str
    subject: str
    page_of: str
    head: Head
    summary: Summary
    categories: Categories
    measures: Measures
    roadmap: Roadmap | None
    comparisons: Comparisons | None
    insurance: InsuranceNotice | None
    method: Method
    rank_colours: Mapping[str, tuple[str, str]] = field(default_factory=dict)
