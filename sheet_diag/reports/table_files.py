"""A table as a CSV and a Parquet file, written in pieces.

In CSV, which people open in Excel, a text that Excel would take for a formula gets an apostrophe in
front; in Parquet every text is as it was entered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from sheet_diag.text.excel_text import FORMULA_STARTS

_BOM: Final = b"\xef\xbb\xbf"  # so that Excel takes the file for UTF-8
_FORMULA_START: Final = "^(" + "|".join(map(re.escape, FORMULA_STARTS)) + ")"


class TableFiles:
    """The two files of a table with columns `like` those, open until all rows are written."""

    def __init__(self, like: pa.Table, name: str, place: Callable[[str], Path]) -> None:
        with ExitStack() as files:
            text = files.enter_context(place(f"data/{name}.csv").open("wb"))
            text.write(_BOM)
            self._csv = files.enter_context(csv.CSVWriter(text, _escape_formulas(like).schema))
            path = place(f"data/{name}.parquet")
            writer = parquet.ParquetWriter(path, like.schema, compression="zstd")
            self._parquet = files.enter_context(writer)
            self._files = files.pop_all()

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        self._csv.write_table(_escape_formulas(table))
        self._parquet.write_table(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._files.__exit__(kind, error, traceback)


def _escape_formulas(table: pa.Table) -> pa.Table:
    return pa.table([_escape_column(column) for column in table.columns], table.column_names)


def _escape_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put an apostrophe where a text needs one; columns of other types stay as they are."""
    if pa.types.is_dictionary(column.type):
        return pa.chunked_array([_escape_dictionary(chunk) for chunk in column.chunks], pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _escape_texts(column)
    return column


def _escape_dictionary(chunk: Any) -> Any:
    """Escape the texts of a dictionary, each once."""
    return pc.take(_escape_texts(chunk.dictionary.cast(pa.string())), chunk.indices)


def _escape_texts(texts: Any) -> Any:
    is_formula = pc.match_substring_regex(texts, _FORMULA_START)
    mark, nothing = pa.scalar("'", texts.type), pa.scalar("", texts.type)
    return pc.if_else(is_formula, pc.binary_join_element_wise(mark, texts, nothing), texts)
