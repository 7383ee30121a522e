"""The full tables of a run as files for other programs: CSV and Parquet.

Columns are those of `model.portfolio.Portfolio`, ids throughout (docs/portfolio.md). In CSV, which
people open in Excel, a text that Excel would take for a formula gets an apostrophe in front; in
Parquet every text is as it was entered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from sheet_diag.celltext import FORMULA_STARTS
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.portfolio.texts import sound

_BOM: Final = b"\xef\xbb\xbf"  # so that Excel takes the file for UTF-8
_ATTENTION: Final = ("status", "file", "name", "code", "sheet", "cell", "item", "value")
_ALIVE: Final = "^(" + "|".join(map(re.escape, FORMULA_STARTS)) + ")"


def write_exports(portfolio: Portfolio, place: Callable[[str], Path]) -> None:
    """Write every table twice; `place` tells where the output of a name goes. Raises `OSError`."""
    for name, frame in _tables(portfolio).items():
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        parquet.write_table(table, place(f"data/{name}.parquet"), compression="zstd")
        with place(f"data/{name}.csv").open("wb") as file:
            file.write(_BOM)
            csv.write_csv(_harmless(table), file)


def _tables(portfolio: Portfolio) -> Mapping[str, pd.DataFrame]:
    return {
        "answers": portfolio.answers,
        "clients": portfolio.clients,
        "items": portfolio.items,
        "attention": _attention(portfolio),
    }


def _attention(portfolio: Portfolio) -> pd.DataFrame:
    rows = [
        (e.status.value, e.file, e.name, e.problem.code.value, e.problem.sheet or "",
         e.problem.cell or "", e.problem.item or "", e.problem.value or "")
        for e in portfolio.attention
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_ATTENTION, dtype="object").map(sound)


def _harmless(table: pa.Table) -> pa.Table:
    return pa.table([_as_text(column) for column in table.columns], names=table.column_names)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of texts with an apostrophe where one is needed; any other as it is."""
    if pa.types.is_dictionary(column.type):
        return pa.chunked_array([_decoded(chunk) for chunk in column.chunks], pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _guarded(column)
    return column


def _decoded(chunk: Any) -> Any:
    """The words of a dictionary are looked at once each."""
    words = _guarded(chunk.dictionary.cast(pa.string()))
    return pc.take(words, chunk.indices)


def _guarded(texts: Any) -> Any:
    alive = pc.match_substring_regex(texts, _ALIVE)
    mark, nothing = pa.scalar("'", texts.type), pa.scalar("", texts.type)
    return pc.if_else(alive, pc.binary_join_element_wise(mark, texts, nothing), texts)
