"""One outcome -> what the tables need of it, small enough to be sent from a worker.

Loads no pandas: it is worked out where the whole record of a return is at hand.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from sheet_diag.diagnosis.coverage import cover_standards
from sheet_diag.model.applicability import NOT_ASKED, has_conditions
from sheet_diag.model.catalog import Catalog, Item, ItemKind
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.comparison import (
    OVERALL,
    Comparison,
    GroupKind,
    PastDiagnosis,
    PreviousDiagnosis,
)
from sheet_diag.model.portfolio import FollowUp, WrittenText
from sheet_diag.model.results import Diagnosis, FindingCode, ReturnOutcome, ReturnStatus, Scores
from sheet_diag.model.returns import Attachment, Problem, Response, ReturnedSheet, Severity
from sheet_diag.model.standards import RequirementState
from sheet_diag.reports.portfolio.written_texts import list_written_texts
from sheet_diag.text.excel_text import replace_surrogates
from sheet_diag.text.numbers import score_change, truncate_score
from sheet_diag.text.problems import problem_severity

_UNANSWERED: Final = (FindingCode.UNANSWERED, FindingCode.NA_NOT_ALLOWED)
_URGENT_INSURANCE: Final = 3
_MANY_CRITICAL: Final = 3


class ClientRow(NamedTuple):
    """A client's row of the table of clients, before it has a position; a tuple, as frames take
    rows. `group` and `contacted` are what the client list says, `exact` is the score that decides
    the order, `scores` are those of the categories, `met` the requirements met of each standard."""

    client: str
    name: str
    industry: str
    employees: str
    group: str
    contacted: date | None
    rank: str
    base_rank: str
    score: float | None
    weakest: str
    insurance: int
    open_items: int
    unanswered: int
    file: str
    result: str
    deviation: float | None
    previous_rank: str
    previous_score: float | None
    change: float | None
    caps: str
    critical: int
    overrides: int
    follow_up: str
    exact: float
    scores: tuple[float | None, ...]
    met: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RankedClient:
    """A ranked client: its row, its history, and its answers in the order of the catalogue.

    `codes` holds one whole number an answer (of `code_type`): its place in `choice_ids`, or their
    number where nothing was chosen. `figures` are doubles: every value, then all points, then all
    that was lost (NaN: 該当なし).
    """

    row: ClientRow
    history: tuple[PastDiagnosis, ...]
    codes: bytes
    figures: bytes
    raw: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What the tables say of one return.

    `label` is the file, and the place in it; `client` the id on the sheet, or of the client whose
    mail brought it; `received` the day it came (ISO date; empty: not known). `problems` are those
    that want a person's eye, `reasons` those that explain the status.
    """

    status: ReturnStatus
    label: str
    file: str
    member: str
    client: str
    name: str
    received: str
    problems: tuple[Problem, ...]
    reasons: tuple[Problem, ...]
    attachments: tuple[Attachment, ...]
    texts: tuple[WrittenText, ...]
    ranked: RankedClient | None


def summarize_outcome(catalog: Catalog, outcome: ReturnOutcome) -> ClientFacts:
    """Extract what the tables need of an outcome, which must be whole."""
    received, sheet = outcome.received, outcome.received.sheet
    is_ranked = outcome.status is ReturnStatus.RANKED
    return ClientFacts(
        status=outcome.status,
        label=received.label,
        file=received.file,
        member=received.member or "",
        client=(sheet.identity.client or "") if sheet else received.sender,
        name=sheet.name if sheet else "",
        received=received.received,
        problems=_select_problems(outcome, (Severity.ERROR, Severity.WARNING)),
        reasons=_select_problems(outcome, _explaining(outcome.status)),
        attachments=received.attachments,
        texts=tuple(list_written_texts(outcome)),
        ranked=_summarize_ranked(catalog, outcome) if is_ranked else None,
    )


def add_list_entry(facts: ClientFacts, listed: Mapping[str, ListedClient]) -> ClientFacts:
    """Add what the client list, by folded id, says of a ranked client."""
    entry = listed.get(facts.client.casefold())
    if facts.ranked is None or entry is None:
        return facts
    group = replace_surrogates(entry.group)
    row = facts.ranked.row._replace(group=group, contacted=entry.contacted)
    return replace(facts, ranked=replace(facts.ranked, row=row))


def _select_problems(outcome: ReturnOutcome, severities: Sequence[Severity]) -> tuple[Problem, ...]:
    return tuple(p for p in outcome.problems if problem_severity(p.code) in severities)


def _explaining(status: ReturnStatus) -> tuple[Severity, ...]:
    """List how severe the problems are that explain a status; of a ranked return, what to check."""
    match status:
        case ReturnStatus.RANKED:
            return (Severity.WARNING,)
        case ReturnStatus.HELD | ReturnStatus.REJECTED:
            return (Severity.ERROR,)
        case ReturnStatus.SUPERSEDED | ReturnStatus.IGNORED:
            return tuple(Severity)


ENTERED: Final = "entered"  # stands for numbers, days, texts and several choices


def choice_ids(catalog: Catalog) -> tuple[str, ...]:
    """List every choice of the catalogue, once, and what stands for other answers, if any."""
    found = dict.fromkeys(c.id for found in catalog.answer_sets.values() for c in found)
    has_kinds = any(item.kind is not ItemKind.SINGLE for item in catalog.items.values())
    others = (NOT_ASKED, ENTERED) if has_kinds or has_conditions(catalog) else ()
    return (*found, *others)


def code_type(choices: int) -> str:
    """Choose the type of codes (of `array` and numpy alike) for so many choices, and for none."""
    return "B" if choices < 2**8 else "H"


def _summarize_ranked(catalog: Catalog, outcome: ReturnOutcome) -> RankedClient:
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    if sheet is None or diagnosis is None:
        raise ValueError(f"{outcome.received.label} is ranked without a diagnosis")
    given = {response.item: response for response in sheet.responses}
    responses = [given[item] for item in catalog.items]
    ids = choice_ids(catalog)
    places = {choice: place for place, choice in enumerate(ids)}
    codes = (
        places.get(_code_word(catalog.items[response.item], response), len(ids))
        for response in responses
    )
    return RankedClient(
        row=_row(catalog, outcome, sheet, diagnosis),
        history=outcome.history,
        codes=array(code_type(len(ids)), codes).tobytes(),
        figures=_figures(catalog, diagnosis.scores),
        raw=tuple(replace_surrogates(response.raw) for response in responses),
        remarks=tuple(replace_surrogates(response.remark) for response in responses),
    )


def _code_word(item: Item, response: Response) -> str:
    if not response.is_asked:
        return NOT_ASKED
    if item.kind is not ItemKind.SINGLE and response.choice:
        return ENTERED
    return response.choice or ""


def _figures(catalog: Catalog, scores: Scores) -> bytes:
    found = [scores.items[item] for item in catalog.items]
    figures = array("d", (_figure(score.value) for score in found))
    figures.extend(_figure(score.points) for score in found)
    figures.extend(_figure(score.lost) for score in found)
    return figures.tobytes()


def _figure(value: Fraction | None) -> float:
    return math.nan if value is None else value.numerator / value.denominator


def _row(
    catalog: Catalog, outcome: ReturnOutcome, sheet: ReturnedSheet, diagnosis: Diagnosis
) -> ClientRow:
    scores, comparison = diagnosis.scores, outcome.comparison
    by_category = {c.id: scores.categories[c.id].score for c in catalog.scored_categories}
    applicable = {name: score for name, score in by_category.items() if score is not None}
    former, now = comparison.previous, _shown(scores.overall)
    previous = None if former and former.common else former  # other versions are not compared
    then = _shown(previous.score) if previous else None
    return ClientRow(
        client=replace_surrogates(sheet.identity.client or ""),
        name=replace_surrogates(sheet.name),
        industry=replace_surrogates(sheet.profile.get("industry", "")),
        employees=replace_surrogates(sheet.profile.get("employees", "")),
        group="",
        contacted=None,
        rank=scores.rank if scores.rank else "",
        base_rank=scores.base_rank if scores.base_rank else "",
        score=now,
        weakest=min(applicable, key=lambda name: applicable[name]),
        insurance=diagnosis.insurance.level if diagnosis.insurance else 0,
        open_items=len(diagnosis.plan),
        unanswered=sum(len(f.about) for f in scores.findings if f.code in _UNANSWERED),
        file=replace_surrogates(outcome.received.label),
        result=outcome.result or "",
        deviation=_deviation(comparison) if catalog.sections.deviation else None,
        previous_rank=previous.rank if previous else "",
        previous_score=then,
        change=_change(former, scores),
        caps=" ".join(cap.rule.code for cap in scores.caps),
        critical=len(diagnosis.top_items),
        overrides=len(outcome.received.judgement.overrides),
        follow_up=" ".join(_follow_up(catalog, outcome, diagnosis)),
        exact=float(scores.overall or 0),
        scores=tuple(map(_shown, by_category.values())),
        met=tuple(
            each.counts[RequirementState.MET] for each in cover_standards(catalog, sheet.answers)
        ),
    )


def _change(previous: PreviousDiagnosis | None, scores: Scores) -> float | None:
    """Compute the points gained as printed; over the common questions where versions differ."""
    if previous is None or scores.overall is None:
        return None
    common = previous.common
    then, now = (common.then, common.now) if common else (previous.score, scores.overall)
    return float(score_change(now, then))


def _deviation(comparison: Comparison) -> float | None:
    """Find the 偏差値 among all clients."""
    everyone = (peers for peers in comparison.peers if peers.kind is GroupKind.ALL)
    standing = next((p.standings[OVERALL] for p in everyone if OVERALL in p.standings), None)
    return standing.deviation if standing else None


def _follow_up(
    catalog: Catalog, outcome: ReturnOutcome, diagnosis: Diagnosis
) -> Iterator[FollowUp]:
    """Give the reasons to follow a client up; the sheet says the rule in words."""
    rank, previous = diagnosis.scores.rank, outcome.comparison.previous
    if rank in catalog.follow_up_ranks:
        yield FollowUp.LOW_RANK
    if previous and rank and not previous.common and rank.position > previous.rank.position:
        yield FollowUp.FELL
    if diagnosis.insurance and diagnosis.insurance.level >= _URGENT_INSURANCE:
        yield FollowUp.INSURANCE
    if len(diagnosis.top_items) >= _MANY_CRITICAL:
        yield FollowUp.CRITICAL
    if previous and previous.copied:
        yield FollowUp.COPIED
    if outcome.received.judgement.overrides:
        yield FollowUp.OVERRIDDEN


def _shown(value: Fraction | None) -> float | None:
    return None if value is None else truncate_score(value)
