"""Every question over all clients: the share of each answer, and the points lost."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheet_diag.model.catalog import Catalog
from sheet_diag.reports.portfolio.tables.client_facts import RankedClient, choice_ids, code_type

UNANSWERED: Final = "unanswered"


class ItemTotals:
    """Counts and sums by item, which stay as small for any number of clients."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._choices = (*choice_ids(catalog), UNANSWERED)
        self._code_type = code_type(len(self._choices) - 1)
        items = len(catalog.items)
        self._each = np.arange(items)
        self._chosen = np.zeros((items, len(self._choices)), np.int64)
        self._lost = np.zeros(items)
        self._small = np.zeros(items)  # what the sums have lost by rounding (Kahan)
        self._counted = np.zeros(items, np.int64)

    def add(self, ranked: RankedClient) -> None:
        """Count the answers of one client."""
        self._chosen[self._each, np.frombuffer(ranked.codes, self._code_type)] += 1
        lost = np.frombuffer(ranked.figures)[-len(self._each) :]
        counts = ~np.isnan(lost)
        more = np.where(counts, lost, 0) - self._small
        total = self._lost + more
        self._small = total - self._lost - more
        self._lost = total
        self._counted += counts

    def table(self) -> pd.DataFrame:
        """Make a row per item, most lost points first; ties in catalogue order."""
        catalog = self._catalog
        order = list(catalog.items)
        mean = _share(self._lost, self._counted)
        weights = np.array([item.weight for item in catalog.items.values()])
        shares = _share(self._chosen, self._chosen.sum(axis=1, keepdims=True))
        frame = pd.DataFrame(
            {
                "item": order,
                "category": [catalog.category_of[item].id for item in order],
                "lost": self._lost,
                "mean_lost": mean,
                "lost_share": mean / weights,
                **{f"share:{name}": shares[:, at] for at, name in enumerate(self._choices)},
            }
        )
        frame = frame.sort_values("lost", ascending=False, kind="stable")
        return frame.reset_index(drop=True)


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the quotient, 0 where there is nothing to share."""
    shares = np.zeros(part.shape)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares
