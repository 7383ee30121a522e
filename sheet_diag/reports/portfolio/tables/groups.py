"""Clients by industry and by size."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog

GROUPED_BY: Final = ("industry", "employees")  # fields of the company sheet


def make_group_table(catalog: Catalog, clients: pd.DataFrame, field: str) -> pd.DataFrame:
    """A row per choice that some client has, in the order of the catalogue; an empty id last."""
    known = catalog.field_by_id.get(field)
    order = [*(known.by_id if known else ()), ""]
    grouped = clients.groupby(field)
    score, rank = grouped["score"], pd.crosstab(clients[field], clients["rank"])
    frame = pd.DataFrame(
        {
            "clients": grouped.size(),
            **{r.value: rank.get(r.value, 0) for r in Rank},
            "mean": score.mean(),
            "lower": score.quantile(0.25),
            "median": score.median(),
            "upper": score.quantile(0.75),
            **{
                name: grouped[name].mean()
                for name in (f"score:{category.id}" for category in catalog.categories)
            },
        }
    )
    found = [choice for choice in order if choice in frame.index]
    others = [choice for choice in frame.index if choice not in order]
    return frame.reindex([*found, *others]).rename_axis("choice").reset_index()
