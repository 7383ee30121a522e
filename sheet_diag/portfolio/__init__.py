"""All diagnoses -> the tables that compare them. Pure; pandas holds what is many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import pandas as pd

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Attention, Portfolio
from sheet_diag.model.results import Outcome, Status
from sheet_diag.model.returns import Severity
from sheet_diag.portfolio.answers import UNANSWERED, tidy_answers
from sheet_diag.portfolio.clients import client_table
from sheet_diag.portfolio.groups import GROUPED_BY, group_table
from sheet_diag.problems import severity

__all__ = ["UNANSWERED", "summarise", "tidy_answers"]

_ORDER: Final = (Status.REJECTED, Status.HELD, Status.RANKED, Status.SUPERSEDED, Status.IGNORED)


def summarise(catalog: Catalog, outcomes: Sequence[Outcome], as_of: date) -> Portfolio:
    """Compare all ranked returns, and list what wants attention in any other."""
    ranked = [outcome for outcome in outcomes if outcome.status is Status.RANKED]
    answers = tidy_answers(catalog, ranked)
    clients = client_table(catalog, ranked)
    return Portfolio(
        as_of=as_of,
        counts={s: sum(1 for o in outcomes if o.status is s) for s in Status},
        ranks={rank: int((clients["rank"] == rank.value).sum()) for rank in Rank},
        clients=clients,
        answers=answers,
        items=_items(catalog, answers),
        categories=_categories(catalog, clients),
        groups={field: group_table(catalog, clients, field) for field in GROUPED_BY},
        movement=_movement(clients),
        attention=tuple(_attention(outcomes)),
    )


def _items(catalog: Catalog, answers: pd.DataFrame) -> pd.DataFrame:
    """Shares of each answer and the points lost, most lost first; ties in catalogue order."""
    order = list(catalog.items)
    choices = dict.fromkeys(c.id for choices in catalog.answer_sets.values() for c in choices)
    given = answers["answer"].astype("object").fillna(UNANSWERED)
    shares = pd.crosstab(answers["item"].astype("object"), given, normalize="index")
    shares = shares.reindex(index=order, columns=[*choices, UNANSWERED], fill_value=0.0)
    by_item = answers.groupby("item", observed=False)["lost"]
    lost = by_item.agg(["sum", "mean"]).reindex(order).fillna(0.0)
    weights = pd.Series({item.id: item.weight for item in catalog.items.values()})
    frame = pd.DataFrame(
        {
            "item": order,
            "category": [catalog.category_of[item].id for item in order],
            "lost": lost["sum"].to_numpy(),
            "mean_lost": lost["mean"].to_numpy(),
            "lost_share": (lost["mean"] / weights.reindex(order)).to_numpy(),
            **{f"share:{name}": shares[name].to_numpy() for name in shares.columns},
        }
    )
    return frame.sort_values("lost", ascending=False, kind="stable").reset_index(drop=True)


def _categories(catalog: Catalog, clients: pd.DataFrame) -> pd.DataFrame:
    columns = {category.id: clients[f"score:{category.id}"] for category in catalog.categories}
    rows = [
        (
            name,
            int(column.count()),
            column.mean(),
            column.quantile(0.25),
            column.median(),
            column.quantile(0.75),
            column.min(),
            column.max(),
        )
        for name, column in columns.items()
    ]
    names = ["category", "clients", "mean", "lower", "median", "upper", "lowest", "highest"]
    return pd.DataFrame(rows, columns=names)


def _movement(clients: pd.DataFrame) -> pd.DataFrame:
    ranks = [rank.value for rank in Rank]
    known = clients[clients["previous_rank"] != ""]
    if known.empty:
        return pd.DataFrame(columns=ranks)
    table = pd.crosstab(known["previous_rank"], known["rank"])
    return table.reindex(index=ranks, columns=ranks, fill_value=0)


def _attention(outcomes: Sequence[Outcome]) -> Iterator[Attention]:
    """Every problem that is no mere repair: rejected files first, then held, then ranked."""
    for status in _ORDER:
        for outcome in (each for each in outcomes if each.status is status):
            sheet = outcome.received.sheet
            for problem in outcome.problems:
                if severity(problem.code) is not Severity.INFO:
                    name = sheet.name if sheet else ""
                    yield Attention(status, outcome.received.label, name, problem)
