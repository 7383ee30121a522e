"""ポートフォリオ集計: the comparison tables over all clients, as pandas frames.

Apart from `results`, because only what compares many clients needs pandas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from sheet_diag.model.basics import Rank
from sheet_diag.model.results import Status
from sheet_diag.model.returns import Problem


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing about one file that wants a person's eye; told by its problem."""

    status: Status
    file: str
    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All tables. Ids throughout; labels are the report's business.

    `clients`: a row per ranked client, best first: `client name industry employees rank base_rank
    score weakest insurance open_items file result
    position` (1, 2, 2, 4 by rank and exact score), and `score:<category>` each (NaN: 対象外).
    `answers`: a row per ranked client and item: `file client name industry employees rank category
    item answer raw value weight points lost remark` (`answer` is None for 未回答).
    `items`: a row per item, most lost points first: `item category lost mean_lost` and
    `share:<choice>` each, `share:unanswered`.
    `categories`: a row per category, in order: `category clients mean median lowest highest`.
    Scores are the shown ones (0 to 100, one decimal, truncated); means are of the shown scores.
    """

    as_of: date
    counts: Mapping[Status, int]
    ranks: Mapping[Rank, int]
    clients: pd.DataFrame
    answers: pd.DataFrame
    items: pd.DataFrame
    categories: pd.DataFrame
    attention: tuple[Attention, ...]

    @property
    def files(self) -> int:
        """Files found in the input folder."""
        return sum(self.counts.values())
