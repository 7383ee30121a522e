"""The table of clients: one row each, best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from sheet_diag.figures import shown_figure
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import OVERALL, GroupKind
from sheet_diag.model.portfolio import FollowUp
from sheet_diag.model.results import Diagnosis, FindingCode, Outcome
from sheet_diag.portfolio.texts import sound

_OPEN: Final = (FindingCode.UNANSWERED, FindingCode.NA_NOT_ALLOWED)
_COLUMNS: Final = (
    "client", "name", "industry", "employees", "rank", "base_rank", "score", "weakest",
    "insurance", "open_items", "file", "result", "deviation", "previous_rank", "previous_score",
    "change", "caps", "critical", "overrides", "follow_up",
)  # fmt: skip
_FLOATS: Final = ("score", "deviation", "previous_score", "change")
_WHOLE: Final = ("insurance", "open_items", "critical", "overrides")
_LOW: Final = (Rank.D, Rank.E)
_URGENT_INSURANCE: Final = 3
_MANY_CRITICAL: Final = 3


def client_table(catalog: Catalog, ranked: Sequence[Outcome]) -> pd.DataFrame:
    """Best first: by rank, then exact score, then name; equal ones in the order of their files."""
    rows = [_row(catalog, outcome) for outcome in ranked]
    scores = [f"score:{category.id}" for category in catalog.categories]
    frame = pd.DataFrame(rows, columns=[*_COLUMNS, *scores, "exact"]).astype(
        # None where there is none is NaN, too.
        {**dict.fromkeys((*scores, *_FLOATS), float), **dict.fromkeys(_WHOLE, int)}
    )
    order = frame.sort_values(
        ["rank", "exact", "name", "file"], ascending=[True, False, True, True]
    )
    places = order.groupby(["rank", "exact"], sort=False).cumcount()
    position = pd.Series(range(1, len(order) + 1), index=order.index) - places
    return order.assign(position=position).drop(columns="exact").reset_index(drop=True)


def _row(catalog: Catalog, outcome: Outcome) -> dict[str, Any]:
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    if sheet is None or diagnosis is None:
        raise ValueError(f"{outcome.received.label} is ranked without a diagnosis")
    scores = diagnosis.scores
    by_category = {c.id: scores.categories[c.id].score for c in catalog.categories}
    applicable = {name: score for name, score in by_category.items() if score is not None}
    return {
        "client": sound(sheet.identity.client or ""),
        "name": sound(sheet.name),
        "industry": sound(sheet.profile.get("industry", "")),
        "employees": sound(sheet.profile.get("employees", "")),
        "rank": scores.rank.value if scores.rank else "",
        "base_rank": scores.base_rank.value if scores.base_rank else "",
        "score": _shown(scores.overall),
        "exact": float(scores.overall or 0),
        "weakest": min(applicable, key=lambda name: applicable[name]),
        "insurance": diagnosis.insurance.level,
        "open_items": sum(len(f.about) for f in scores.findings if f.code in _OPEN),
        "file": sound(outcome.received.label),
        "result": outcome.result or "",
        "caps": " ".join(cap.rule for cap in scores.caps),
        "critical": _critical(diagnosis),
        "overrides": len(outcome.received.judgement.overrides),
        "follow_up": " ".join(_follow_up(outcome, diagnosis)),
        **_compared(outcome, scores.overall),
        **{f"score:{name}": _shown(score) for name, score in by_category.items()},
    }


def _critical(diagnosis: Diagnosis) -> int:
    return sum(len(each.critical_missed) for each in diagnosis.scores.categories.values())


def _compared(outcome: Outcome, overall: Fraction | None) -> dict[str, Any]:
    """偏差値 among all clients, and rank and score of the previous diagnosis."""
    comparison = outcome.comparison
    everyone = (peers for peers in comparison.peers if peers.kind is GroupKind.ALL)
    standing = next((p.standings[OVERALL] for p in everyone if OVERALL in p.standings), None)
    previous, now = comparison.previous, _shown(overall)
    then = _shown(previous.score) if previous else None
    return {
        "deviation": standing.deviation if standing else None,
        "previous_rank": previous.rank.value if previous else "",
        "previous_score": then,
        "change": None if then is None or now is None else round(now - then, 1),
    }


def _follow_up(outcome: Outcome, diagnosis: Diagnosis) -> Iterator[FollowUp]:
    """Why this client wants to be followed up; the sheet says the rule in words."""
    rank, previous = diagnosis.scores.rank, outcome.comparison.previous
    if rank in _LOW:
        yield FollowUp.LOW_RANK
    if previous and rank and rank.position > previous.rank.position:
        yield FollowUp.FELL
    if diagnosis.insurance.level >= _URGENT_INSURANCE:
        yield FollowUp.INSURANCE
    if _critical(diagnosis) >= _MANY_CRITICAL:
        yield FollowUp.CRITICAL
    if previous and previous.copied:
        yield FollowUp.COPIED
    if outcome.received.judgement.overrides:
        yield FollowUp.OVERRIDDEN


def _shown(value: Fraction | None) -> float | None:
    return None if value is None else shown_figure(value)
