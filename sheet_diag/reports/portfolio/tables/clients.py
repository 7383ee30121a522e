"""The table of clients: one row each, best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy.typing as npt
import pandas as pd

from sheet_diag.model.catalog import Catalog
from sheet_diag.reports.portfolio.tables.client_facts import ClientRow

_FLOATS: Final = ("score", "deviation", "previous_score", "change", "exact")
_WHOLE: Final = ("insurance", "open_items", "critical", "overrides")


def make_client_frame(catalog: Catalog, rows: Sequence[ClientRow]) -> pd.DataFrame:
    """The rows as a frame, in their order."""
    *names, _ = ClientRow._fields
    scores = [f"score:{category.id}" for category in catalog.categories]
    frame = pd.DataFrame([(*row[:-1], *row.scores) for row in rows], columns=[*names, *scores])
    return frame.astype(
        # None where there is none is NaN, too.
        {**dict.fromkeys((*scores, *_FLOATS), float), **dict.fromkeys(_WHOLE, int)}
    )


def sort_clients(frame: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[Any]]:
    """Best first: by rank, then exact score, then name; equal ones in the order of their files.
    Also the former place of each row."""
    order = frame.sort_values(
        ["rank", "exact", "name", "file"], ascending=[True, False, True, True]
    )
    places = order.groupby(["rank", "exact"], sort=False).cumcount()
    position = pd.Series(range(1, len(order) + 1), index=order.index) - places
    table = order.assign(position=position).drop(columns="exact").reset_index(drop=True)
    return table, order.index.to_numpy()
