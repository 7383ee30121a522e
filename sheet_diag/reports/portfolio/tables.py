"""Builds the tables that compare all returns, from the facts of one after the other.

Holds little of each client, however many there are: its row, packed with those of others, a code
an answer, and what wants a person's eye. Texts of answers are kept only as far as the workbook
shows them; `exports` writes them all as they come.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, repeat
from math import nan
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import PastDiagnosis
from sheet_diag.model.portfolio import (
    MOST_SHOWN_ANSWERS,
    MOST_SHOWN_TEXTS,
    AttachmentEntry,
    AttentionEntry,
    Portfolio,
    WrittenText,
)
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.returns import Problem
from sheet_diag.reports.portfolio.client_facts import (
    ClientFacts,
    ClientRow,
    RankedClient,
    choice_ids,
    code_type,
)
from sheet_diag.text.numbers import truncate_score

_ORDER: Final = (
    ReturnStatus.REJECTED,
    ReturnStatus.HELD,
    ReturnStatus.RANKED,
    ReturnStatus.SUPERSEDED,
    ReturnStatus.IGNORED,
)
_PACKED: Final = 1_000  # rows of clients; a frame of them takes a third of what the tuples do
_GROUPED_BY: Final = ("group", "industry", "employees")  # the first where the list has any
_FLOATS: Final = ("score", "deviation", "previous_score", "change", "exact")
_WHOLE: Final = ("insurance", "open_items", "unanswered", "critical", "overrides")


class PortfolioBuilder:
    """The tables in the making; returns are added in the order of their files."""

    def __init__(self, catalog: Catalog, as_of: date) -> None:
        self._catalog = catalog
        self._as_of = as_of
        self._counts: Counter[ReturnStatus] = Counter()
        self._attention: dict[ReturnStatus, list[AttentionEntry]] = {
            status: [] for status in _ORDER
        }
        self._attachments: dict[AttachmentEntry, None] = {}
        self._known: dict[Problem, Problem] = {}
        self._texts: list[WrittenText] = []
        self._rows: list[ClientRow] = []
        self._packed: list[pd.DataFrame] = []
        self._codes = bytearray()
        self._first: list[RankedClient] = []
        self._tally = ItemTotals(catalog)
        self._history = PastScores()

    def add(self, facts: ClientFacts) -> None:
        """Add one return."""
        self._counts[facts.status] += 1
        for problem in facts.problems:
            same = self._known.setdefault(problem, problem)  # most are those of others, too
            self._attention[facts.status].append(
                AttentionEntry(facts.status, facts.label, facts.name, same)
            )
        for each in facts.attachments:
            file, name = (each.container, "") if each.container else (facts.label, facts.name)
            self._attachments[AttachmentEntry(file, name, each)] = None
        self._texts += facts.texts[: MOST_SHOWN_TEXTS - len(self._texts)]
        if facts.ranked:
            self._add_ranked(facts.ranked)

    def portfolio(self) -> Portfolio:
        """Build all tables of what was added."""
        catalog = self._catalog
        self._pack()
        clients, places = _sort_clients(catalog, pd.concat(self._packed, ignore_index=True))
        return Portfolio(
            as_of=self._as_of,
            counts={status: self._counts[status] for status in ReturnStatus},
            ranks={rank: int((clients["rank"] == rank).sum()) for rank in catalog.ranks},
            clients=clients,
            codes=self._given()[places],
            answers=make_answer_table(catalog, self._first).head(MOST_SHOWN_ANSWERS),
            items=self._tally.table(),
            categories=_categories(catalog, clients),
            groups=dict(_list_groups(catalog, clients)),
            movement=_movement(catalog, clients),
            history=self._history.table().iloc[places].reset_index(drop=True),
            attention=tuple(self._in_order()),
            attachments=tuple(self._attachments),
            texts=tuple(self._texts),
        )

    def _add_ranked(self, ranked: RankedClient) -> None:
        self._rows.append(ranked.row)
        if len(self._rows) == _PACKED:
            self._pack()
        self._codes += ranked.codes
        self._tally.add(ranked)
        self._history.add(ranked.history)
        if len(self._first) * len(self._catalog.items) < MOST_SHOWN_ANSWERS:
            self._first.append(ranked)

    def _pack(self) -> None:
        if self._rows or not self._packed:
            self._packed.append(_make_client_frame(self._catalog, self._rows))
            self._rows = []

    def _given(self) -> npt.NDArray[Any]:
        codes = np.frombuffer(self._codes, code_type(len(choice_ids(self._catalog))))
        return codes.reshape(-1, len(self._catalog.items))

    def _in_order(self) -> Iterator[AttentionEntry]:
        """List rejected files first, then held, then ranked."""
        for status in _ORDER:
            yield from self._attention[status]


def _make_client_frame(catalog: Catalog, rows: Sequence[ClientRow]) -> pd.DataFrame:
    """Make a frame of the rows, in their order."""
    *names, _, _ = ClientRow._fields
    scores = [f"score:{category.id}" for category in catalog.scored_categories]
    met = [f"met:{standard.id}" for standard in catalog.standards if standard.frame]
    found = [(*row[:-2], *row.scores, *row.met) for row in rows]
    frame = pd.DataFrame(found, columns=[*names, *scores, *met])
    return frame.astype(
        # None where there is none is NaN, too.
        {**dict.fromkeys((*scores, *_FLOATS), float), **dict.fromkeys((*met, *_WHOLE), int)}
    )


def _sort_clients(catalog: Catalog, frame: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[Any]]:
    """Sort clients by rank, then exact score, then name; returns also the old place of each row.

    Equal ones stay in the order of their files.
    """
    ranks = {label: rank.position for label, rank in catalog.rank_by_label.items()}
    order = frame.assign(step=frame["rank"].map(ranks)).sort_values(
        ["step", "exact", "name", "file"], ascending=[True, False, True, True]
    )
    places = order.groupby(["rank", "exact"], sort=False).cumcount()
    position = pd.Series(range(1, len(order) + 1), index=order.index) - places
    table = order.assign(position=position).drop(columns=["exact", "step"]).reset_index(drop=True)
    return table, order.index.to_numpy()


def _list_groups(catalog: Catalog, clients: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """List the tables of groups: by what the client list has, and by what is asked."""
    for field in _GROUPED_BY:
        if field in catalog.field_by_id or (field == "group" and (clients["group"] != "").any()):
            yield field, _make_group_table(catalog, clients, field)


def _make_group_table(catalog: Catalog, clients: pd.DataFrame, field: str) -> pd.DataFrame:
    """Make a row per choice that some client has, as in the catalogue; an empty id last."""
    known = catalog.field_by_id.get(field)
    order = known.by_id if known else ()
    grouped = clients.groupby(field)
    score, rank = grouped["score"], pd.crosstab(clients[field], clients["rank"])
    frame = pd.DataFrame(
        {
            "clients": grouped.size(),
            **{str(each): rank.get(each, 0) for each in catalog.ranks},
            "mean": score.mean(),
            "lower": score.quantile(0.25),
            "median": score.median(),
            "upper": score.quantile(0.75),
            **{
                name: grouped[name].mean()
                for name in (f"score:{category.id}" for category in catalog.scored_categories)
            },
        }
    )
    found = [choice for choice in order if choice in frame.index]
    others = [choice for choice in frame.index if choice and choice not in order]
    blank = [choice for choice in frame.index if not choice]
    return frame.reindex([*found, *others, *blank]).rename_axis("choice").reset_index()


def _categories(catalog: Catalog, clients: pd.DataFrame) -> pd.DataFrame:
    columns = {
        category.id: clients[f"score:{category.id}"] for category in catalog.scored_categories
    }
    rows = [
        (name, int(each.count()), each.mean(), *_quartiles(each), each.min(), each.max())
        for name, each in columns.items()
    ]
    names = ["category", "clients", "mean", "lower", "median", "upper", "lowest", "highest"]
    return pd.DataFrame(rows, columns=names)


def _quartiles(scores: pd.Series[float]) -> tuple[Any, Any, Any]:
    return scores.quantile(0.25), scores.median(), scores.quantile(0.75)


def _movement(catalog: Catalog, clients: pd.DataFrame) -> pd.DataFrame:
    ranks = list(catalog.rank_by_label)
    known = clients[clients["previous_rank"] != ""]
    if known.empty:
        return pd.DataFrame(columns=ranks)
    table = pd.crosstab(known["previous_rank"], known["rank"])
    return table.reindex(index=ranks, columns=ranks, fill_value=0)


class PastScores:
    """The earlier scores of clients by run, NaN where there was none."""

    def __init__(self) -> None:
        self._clients = 0
        self._runs: dict[tuple[date, str], array[float]] = {}

    def add(self, history: Sequence[PastDiagnosis]) -> None:
        """Add the history of one client."""
        for each in history:
            scores = self._runs.setdefault((each.as_of, each.catalog), array("d"))
            scores.extend(repeat(nan, self._clients - len(scores)))
            scores.append(truncate_score(each.score))
        self._clients += 1

    def table(self) -> pd.DataFrame:
        """Make a row per client, a column per run, the oldest first."""
        runs = sorted(self._runs)
        missing = {run: repeat(nan, self._clients - len(self._runs[run])) for run in runs}
        columns = {run: np.array([*self._runs[run], *missing[run]]) for run in runs}
        return pd.DataFrame(columns, index=range(self._clients))


# --- the items

UNANSWERED: Final = "unanswered"
_NOISE: Final = 6  # decimals from which on equal sums of floats may differ


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
        """Make a row per item, most lost points first; ties critical first, then as listed."""
        catalog = self._catalog
        order = list(catalog.items)
        mean = _share(self._lost, self._counted)
        weights = np.array([item.weight for item in catalog.items.values()])
        asked = np.array([name != NOT_ASKED for name in self._choices])
        shares = _share(self._chosen, (self._chosen * asked).sum(axis=1, keepdims=True))
        frame = pd.DataFrame(
            {
                "item": order,
                "category": [catalog.category_of[item].id for item in order],
                "lost": self._lost,
                "mean_lost": mean,
                "lost_share": _share(mean, weights),
                **{f"share:{name}": shares[:, at] for at, name in enumerate(self._choices)},
            }
        )
        plain = np.array([not catalog.items[item].critical for item in order])
        places = np.lexsort((plain, -self._lost.round(_NOISE)))
        return frame.iloc[places].reset_index(drop=True)


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the quotient, 0 where there is nothing to share."""
    shares = np.zeros(part.shape)
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


# --- the answers: a row per client and item, in columns that stay small for any number

_PER_CLIENT: Final = ("file", "client", "name", "industry", "employees", "group", "rank")


def make_answer_table(catalog: Catalog, ranked: Sequence[RankedClient]) -> pd.DataFrame:
    """Make a row per client and item, in the order of the clients and the catalogue."""
    items, count, choices = tuple(catalog.items), len(ranked), choice_ids(catalog)
    figures = np.frombuffer(b"".join(each.figures for each in ranked), np.float64)
    values, points, lost = figures.reshape(count, 3, len(items)).transpose(1, 0, 2)
    weights = np.array([catalog.items[item].weight for item in items], dtype=np.int32)
    rows = [each.row for each in ranked]
    return pd.DataFrame(
        {
            **{
                name: _repeated([getattr(row, name) for row in rows], len(items))
                for name in _PER_CLIENT
            },
            "category": _tiled([catalog.category_of[item].id for item in items], count),
            "item": _tiled(items, count),
            "answer": _chosen(ranked, choices),
            "raw": pd.Series(list(chain.from_iterable(r.raw for r in ranked)), dtype="object"),
            "value": values.ravel(),
            "weight": np.tile(weights, count),
            "points": points.ravel(),
            "lost": lost.ravel(),
            "remark": pd.Series(
                list(chain.from_iterable(r.remarks for r in ranked)), dtype="object"
            ),
        }
    )


def _chosen(ranked: Sequence[RankedClient], choices: Sequence[str]) -> Any:
    """Return the choices, as a categorical; missing where nothing was chosen."""
    given = np.frombuffer(b"".join(each.codes for each in ranked), code_type(len(choices)))
    codes = given.astype(np.int32)
    return _from_codes(np.where(codes == len(choices), -1, codes), choices)


def _repeated(values: Sequence[str], times: int) -> Any:
    """Repeat each value so many times in a row, as a categorical."""
    codes, words = pd.factorize(np.array(values, dtype=object))
    return _from_codes(np.repeat(codes, times), list(words))


def _tiled(values: Sequence[str], times: int) -> Any:
    """Repeat all values in turn, so many times, as a categorical in their order."""
    words = list(dict.fromkeys(values))
    codes = np.array([words.index(value) for value in values], dtype=np.int32)
    return _from_codes(np.tile(codes, times), words)


def _from_codes(codes: npt.NDArray[Any], words: Sequence[str]) -> Any:
    make: Any = pd.Categorical.from_codes  # its annotations know no arrays
    return make(codes, categories=list(words))
