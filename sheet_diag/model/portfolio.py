"""ポートフォリオ集計: the comparison tables over all clients, as pandas frames.

Apart from `results`, because only what compares many clients needs pandas; a worker that tells
what it knows of one client does without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sheet_diag.model.basics import Rank
from sheet_diag.model.client_status import ResponseStatus
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.returns import Attachment, Problem

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

MOST_SHOWN_TEXTS: Final = 50_000  # remarks and their like
MOST_SHOWN_ANSWERS: Final = 62_500  # a million cells of a sheet in sixteen columns


@dataclass(frozen=True, slots=True)
class AttentionEntry:
    """One thing about one file that wants a person's eye; told by its problem."""

    status: ReturnStatus
    file: str
    name: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class AttachmentEntry:
    """What came with a return: in which file, and with whose (empty: nobody knows)."""

    file: str
    client: str
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text that a client wrote beside the answers; `kind` is `remark`, `evidence`, `note`,
    `struck` or `left_over`, `item` is empty where it stands beside no question."""

    file: str
    name: str
    kind: str
    item: str
    sheet: str
    cell: str
    text: str


class FollowUp(StrEnum):
    """Why a client wants to be followed up."""

    LOW_RANK = "low_rank"
    FELL = "fell"
    INSURANCE = "insurance"
    CRITICAL = "critical"
    COPIED = "copied"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All tables. Ids throughout; labels are the report's business.

    `clients`: a row per ranked client, best first: `client name industry employees group` and
    `contacted` (a day or None; both of the client list), `rank base_rank score weakest insurance
    open_items` (items of the plan) `unanswered file result position` (1, 2, 2, 4 by rank and exact
    score),
    `deviation` (偏差値 among all clients of the run or of the benchmark, NaN: not told),
    `previous_rank` (empty: none), `previous_score`, `change` (of the shown scores, NaN: none),
    `caps` (rules, parted by spaces), `critical` (critical items worth nothing), `overrides`
    (answers set by the consultant), `follow_up` (`FollowUp` words, parted by spaces),
    `score:<category>` each (NaN: 対象外) and `met:<standard>` each (requirements met).
    `codes`: the answers as whole numbers, a row per client as `clients`, a column per item as in
    the catalogue: the place among all choices of the catalogue, or their number for 未回答.
    `answers`: the first `MOST_SHOWN_ANSWERS` rows of the table with a row per ranked client and
    item, clients in the order of their files: `file client name industry employees group rank
    category item answer raw value weight points lost remark` (`answer` is missing for 未回答;
    columns that repeat are categorical).
    `items`: a row per item, most lost points first: `item category lost mean_lost lost_share`
    (of its weight) and `share:<choice>` each, `share:unanswered`.
    `categories`: a row per category, in order: `category clients mean lower median upper lowest
    highest` (`lower` and `upper` are the quartiles).
    `groups`: for `group` (where some client has one), `industry` and `employees` a frame with a row
    per choice, in the order of the catalogue or else of their letters, those without any at the
    end (empty id): `choice clients A B C D E mean lower median upper` and `score:<category>` means.
    `movement`: clients by rank then (rows) and now (columns); empty where nobody was there before.
    `history`: earlier scores, a row per client as `clients`, a column per earlier run, the oldest
    first, named by its day and its catalogue (NAME@VERSION); NaN where a client has none.
    `responses`: where the clients of the client list stand (None: there is no list).
    Scores are the shown ones (0 to 100, one decimal, truncated); means are of the shown scores,
    quartiles interpolate linearly.
    """

    as_of: date
    counts: Mapping[ReturnStatus, int]
    ranks: Mapping[Rank, int]
    clients: pd.DataFrame
    codes: npt.NDArray[Any]
    answers: pd.DataFrame
    items: pd.DataFrame
    categories: pd.DataFrame
    groups: Mapping[str, pd.DataFrame]
    movement: pd.DataFrame
    history: pd.DataFrame
    attention: tuple[AttentionEntry, ...]
    texts: tuple[WrittenText, ...]
    attachments: tuple[AttachmentEntry, ...] = ()
    responses: ResponseStatus | None = None

    @property
    def files(self) -> int:
        """Files found in the input folder."""
        return sum(self.counts.values())
