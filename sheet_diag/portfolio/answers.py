"""The tidy answers: a row per client and item, in columns that stay small for any number."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Outcome
from sheet_diag.model.returns import Response, ReturnedSheet
from sheet_diag.portfolio.texts import sound

UNANSWERED: Final = "unanswered"


def tidy_answers(catalog: Catalog, ranked: Sequence[Outcome]) -> pd.DataFrame:
    """One row per client and item, in the order of the outcomes and the catalogue."""
    items = tuple(catalog.items)
    sheets = [_sheet(outcome) for outcome in ranked]
    responses = list(chain.from_iterable(_in_order(sheet, items) for sheet in sheets))
    scores = [
        outcome.diagnosis.scores.items[item]
        for outcome in ranked
        if outcome.diagnosis
        for item in items
    ]
    weights = np.array([catalog.items[item].weight for item in items], dtype=np.int32)
    choices = dict.fromkeys(c.id for found in catalog.answer_sets.values() for c in found)
    profiles = [sheet.profile for sheet in sheets]
    each = len(items)
    return pd.DataFrame(
        {
            "file": _repeated([outcome.received.label for outcome in ranked], each),
            "client": _repeated([sheet.identity.client or "" for sheet in sheets], each),
            "name": _repeated([sheet.name for sheet in sheets], each),
            "industry": _repeated([p.get("industry", "") for p in profiles], each),
            "employees": _repeated([p.get("employees", "") for p in profiles], each),
            "rank": _repeated([_rank(outcome) for outcome in ranked], each),
            "category": _tiled([catalog.category_of[item].id for item in items], len(ranked)),
            "item": _tiled(items, len(ranked)),
            "answer": pd.Categorical([r.choice for r in responses], categories=list(choices)),
            "raw": pd.Series([sound(r.raw) for r in responses], dtype="object"),
            "value": _floats([score.value for score in scores]),
            "weight": np.tile(weights, len(ranked)),
            "points": _floats([score.points for score in scores]),
            "lost": _floats([score.lost for score in scores]),
            "remark": pd.Series([sound(r.remark) for r in responses], dtype="object"),
        }
    )


def _sheet(outcome: Outcome) -> ReturnedSheet:
    if outcome.received.sheet is None or outcome.diagnosis is None:
        raise ValueError(f"{outcome.received.label} is ranked without a diagnosis")
    return outcome.received.sheet


def _in_order(sheet: ReturnedSheet, items: Sequence[str]) -> list[Response]:
    responses = {response.item: response for response in sheet.responses}
    return [responses[item] for item in items]


def _rank(outcome: Outcome) -> str:
    rank = outcome.diagnosis.scores.rank if outcome.diagnosis else None
    return rank.value if rank else ""


def _repeated(values: Sequence[str], times: int) -> Any:
    """Each value so many times in a row, as a categorical."""
    codes, words = pd.factorize(np.array([sound(value) for value in values], dtype=object))
    return _from_codes(np.repeat(codes, times), list(words))


def _tiled(values: Sequence[str], times: int) -> Any:
    """All values in turn, so many times, as a categorical in their order."""
    words = list(dict.fromkeys(values))
    codes = np.array([words.index(value) for value in values], dtype=np.int32)
    return _from_codes(np.tile(codes, times), words)


def _from_codes(codes: npt.NDArray[Any], words: Sequence[str]) -> Any:
    make: Any = pd.Categorical.from_codes  # its annotations know no arrays
    return make(codes, categories=list(words))


def _floats(values: Sequence[Fraction | None]) -> npt.NDArray[np.float64]:
    return np.array([np.nan if v is None else float(v) for v in values], dtype=np.float64)
