"""The tidy answers: a row per client and item, in columns that stay small for any number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheet_diag.model.catalog import Catalog
from sheet_diag.reports.portfolio.tables.client_facts import RankedClient, choice_ids, code_type

_PER_CLIENT: Final = ("file", "client", "name", "industry", "employees", "rank")


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
    """Each value so many times in a row, as a categorical."""
    codes, words = pd.factorize(np.array(values, dtype=object))
    return _from_codes(np.repeat(codes, times), list(words))


def _tiled(values: Sequence[str], times: int) -> Any:
    """All values in turn, so many times, as a categorical in their order."""
    words = list(dict.fromkeys(values))
    codes = np.array([words.index(value) for value in values], dtype=np.int32)
    return _from_codes(np.tile(codes, times), words)


def _from_codes(codes: npt.NDArray[Any], words: Sequence[str]) -> Any:
    make: Any = pd.Categorical.from_codes  # its annotations know no arrays
    return make(codes, categories=list(words))
