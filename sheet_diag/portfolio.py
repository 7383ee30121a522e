"""All diagnoses -> the tables that compare them. Pure; pandas holds what is many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from sheet_diag.figures import shown
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Attention, Portfolio
from sheet_diag.model.results import FindingCode, Outcome, Status
from sheet_diag.model.returns import Severity
from sheet_diag.problems import severity

UNANSWERED: Final = "unanswered"
_OPEN: Final = (FindingCode.UNANSWERED, FindingCode.NA_NOT_ALLOWED)
_CLIENT: Final = ("client", "name", "industry", "employees", "rank")
_ANSWER_COLUMNS: Final = ("file", *_CLIENT, "category", "item", "answer", "raw", "value", "weight",
                          "points", "lost", "remark")  # fmt: skip
_CLIENT_COLUMNS: Final = (*_CLIENT, "base_rank", "score", "weakest", "insurance", "open_items",
                          "file", "result")  # fmt: skip
_ORDER: Final = (Status.REJECTED, Status.HELD, Status.RANKED, Status.SUPERSEDED, Status.IGNORED)


def summarise(catalog: Catalog, outcomes: Sequence[Outcome], as_of: date) -> Portfolio:
    """Compare all ranked returns, and list what wants attention in any other."""
    ranked = [outcome for outcome in outcomes if outcome.status is Status.RANKED]
    answers = tidy_answers(catalog, ranked)
    clients = _clients(catalog, ranked)
    return Portfolio(
        as_of=as_of,
        counts={s: sum(1 for o in outcomes if o.status is s) for s in Status},
        ranks={rank: int((clients["rank"] == rank.value).sum()) for rank in Rank},
        clients=clients,
        answers=answers,
        items=_items(catalog, answers),
        categories=_categories(catalog, clients),
        attention=tuple(_attention(outcomes)),
    )


def tidy_answers(catalog: Catalog, ranked: Sequence[Outcome]) -> pd.DataFrame:
    """One row per client and item, in the order of the outcomes and the catalogue."""
    rows = [row for outcome in ranked for row in _answer_rows(catalog, outcome)]
    return pd.DataFrame(rows, columns=_ANSWER_COLUMNS)


def _answer_rows(catalog: Catalog, outcome: Outcome) -> Iterator[tuple[Any, ...]]:
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    if sheet is None or diagnosis is None or diagnosis.scores.rank is None:
        return
    profile = sheet.profile
    client = (
        outcome.received.label,
        sheet.identity.client or "",
        sheet.name,
        profile.get("industry", ""),
        profile.get("employees", ""),
        diagnosis.scores.rank.value,
    )
    responses = {response.item: response for response in sheet.responses}
    for category in catalog.categories:
        for item in category.items:
            response, score = responses[item.id], diagnosis.scores.items[item.id]
            figures = (_float(score.value), item.weight, _float(score.points), _float(score.lost))
            answer = (category.id, item.id, response.choice, response.raw)
            yield (*client, *answer, *figures, response.remark)


def _clients(catalog: Catalog, ranked: Sequence[Outcome]) -> pd.DataFrame:
    """Best first: by rank, then exact score, then name; equal ones in the order of their files."""
    rows = [_client_row(catalog, outcome) for outcome in ranked]
    scores = [f"score:{category.id}" for category in catalog.categories]
    frame = pd.DataFrame(rows, columns=[*_CLIENT_COLUMNS, *scores, "exact"]).astype(
        dict.fromkeys(scores, float)  # None where a category applies to nobody is NaN, too
    )
    order = frame.sort_values(
        ["rank", "exact", "name", "file"], ascending=[True, False, True, True]
    )
    places = order.groupby(["rank", "exact"], sort=False).cumcount()
    position = pd.Series(range(1, len(order) + 1), index=order.index) - places
    return order.assign(position=position).drop(columns="exact").reset_index(drop=True)


def _client_row(catalog: Catalog, outcome: Outcome) -> dict[str, Any]:
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    if sheet is None or diagnosis is None:
        raise ValueError(f"{outcome.received.label} is ranked without a diagnosis")
    scores = diagnosis.scores
    by_category = {c.id: scores.categories[c.id].score for c in catalog.categories}
    applicable = {name: score for name, score in by_category.items() if score is not None}
    return {
        "client": sheet.identity.client or "",
        "name": sheet.name,
        "industry": sheet.profile.get("industry", ""),
        "employees": sheet.profile.get("employees", ""),
        "rank": scores.rank.value if scores.rank else "",
        "base_rank": scores.base_rank.value if scores.base_rank else "",
        "score": _shown(scores.overall),
        "exact": float(scores.overall or 0),
        "weakest": min(applicable, key=lambda name: applicable[name]),
        "insurance": diagnosis.insurance.level,
        "open_items": sum(len(f.about) for f in scores.findings if f.code in _OPEN),
        "file": outcome.received.label,
        "result": outcome.result or "",
        **{f"score:{name}": _shown(score) for name, score in by_category.items()},
    }


def _items(catalog: Catalog, answers: pd.DataFrame) -> pd.DataFrame:
    """Shares of each answer and the points lost, most lost first; ties in catalogue order."""
    order = {item: place for place, item in enumerate(catalog.items)}
    choices = dict.fromkeys(c.id for choices in catalog.answer_sets.values() for c in choices)
    category = {item.id: c.id for c in catalog.categories for item in c.items}
    given = answers.assign(answer=answers["answer"].fillna(UNANSWERED))
    shares = pd.crosstab(given["item"], given["answer"], normalize="index")
    shares = shares.reindex(index=list(order), columns=[*choices, UNANSWERED], fill_value=0.0)
    lost = answers.groupby("item")["lost"].agg(["sum", "mean"]).reindex(list(order)).fillna(0.0)
    frame = pd.DataFrame(
        {
            "item": list(order),
            "category": [category[item] for item in order],
            "lost": lost["sum"].to_numpy(),
            "mean_lost": lost["mean"].to_numpy(),
            **{f"share:{name}": shares[name].to_numpy() for name in shares.columns},
        }
    )
    return frame.sort_values("lost", ascending=False, kind="stable").reset_index(drop=True)


def _categories(catalog: Catalog, clients: pd.DataFrame) -> pd.DataFrame:
    columns = {category.id: clients[f"score:{category.id}"] for category in catalog.categories}
    rows = [
        (name, int(column.count()), column.mean(), column.median(), column.min(), column.max())
        for name, column in columns.items()
    ]
    names = ["category", "clients", "mean", "median", "lowest", "highest"]
    return pd.DataFrame(rows, columns=names)


def _attention(outcomes: Sequence[Outcome]) -> Iterator[Attention]:
    """Every problem that is no mere repair: rejected files first, then held, then ranked."""
    for status in _ORDER:
        for outcome in (each for each in outcomes if each.status is status):
            sheet = outcome.received.sheet
            for problem in outcome.problems:
                if severity(problem.code) is not Severity.INFO:
                    name = sheet.name if sheet else ""
                    yield Attention(status, outcome.received.label, name, problem)


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _shown(value: Fraction | None) -> float | None:
    return None if value is None else float(shown(value))
