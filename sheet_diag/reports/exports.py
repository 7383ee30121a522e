"""The full tables of a run as files for other programs: CSV and Parquet.

Columns are those of `model.portfolio.Portfolio`, ids throughout (docs/portfolio.md). In CSV, which
people open in Excel, a text that Excel would take for a formula gets an apostrophe in front; in
Parquet every text is as it was entered. The answers, by far the most, are written as they come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.reports.portfolio.tables.answers import make_answer_table
from sheet_diag.reports.portfolio.tables.client_facts import ClientFacts, RankedClient
from sheet_diag.reports.portfolio.tables.text_repair import replace_surrogates
from sheet_diag.text.excel_text import FORMULA_STARTS

_BOM: Final = b"\xef\xbb\xbf"  # so that Excel takes the file for UTF-8
_ATTENTION: Final = ("status", "file", "name", "code", "sheet", "cell", "item", "value")
_FORMULA_START: Final = "^(" + "|".join(map(re.escape, FORMULA_STARTS)) + ")"
_CHUNK_CLIENTS: Final = 500  # clients whose answers are written at once


class DataExports:
    """Every table twice; `place` tells where the output of a name goes.

    `add` returns in the order of their files, then `finish`; all may raise `OSError`.
    """

    def __init__(self, catalog: Catalog, place: Callable[[str], Path]) -> None:
        self._catalog = catalog
        self._place = place
        self._waiting: list[RankedClient] = []
        self._answers = _TableFiles(_answers(catalog, ()), "answers", place)

    def add(self, told: ClientFacts) -> None:
        """Write the answers of one return, if it is ranked."""
        if told.ranked:
            self._waiting.append(told.ranked)
        if len(self._waiting) == _CHUNK_CLIENTS:
            self._write()

    def finish(self, portfolio: Portfolio) -> None:
        """Write the other tables."""
        self._write()
        frames = {
            "clients": portfolio.clients,
            "items": portfolio.items,
            "attention": _attention(portfolio),
        }
        for name, frame in frames.items():
            table = _table(frame)
            with _TableFiles(table, name, self._place) as files:
                files.write(table)

    def _write(self) -> None:
        self._answers.write(_answers(self._catalog, self._waiting))
        self._waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._answers.__exit__(kind, error, traceback)


class _TableFiles:
    """The two files of a table, open until all of its rows are written."""

    def __init__(self, like: pa.Table, name: str, place: Callable[[str], Path]) -> None:
        with ExitStack() as opened:
            text = opened.enter_context(place(f"data/{name}.csv").open("wb"))
            text.write(_BOM)
            self._csv = opened.enter_context(csv.CSVWriter(text, _escape_formulas(like).schema))
            path = place(f"data/{name}.parquet")
            writer = parquet.ParquetWriter(path, like.schema, compression="zstd")
            self._parquet = opened.enter_context(writer)
            self._opened = opened.pop_all()

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
        self._opened.__exit__(kind, error, traceback)


def _answers(catalog: Catalog, ranked: Sequence[RankedClient]) -> pa.Table:
    """The answers of some clients, in columns of the same types for any."""
    table = _table(make_answer_table(catalog, ranked))
    return table.cast(pa.schema([_uniform(field) for field in table.schema]))


def _uniform(field: pa.Field) -> pa.Field:
    """Whole numbers that count words take any number of them; a column of nothing is one of
    texts."""
    if pa.types.is_dictionary(field.type):
        return field.with_type(pa.dictionary(pa.int32(), pa.string()))
    return field.with_type(pa.string()) if pa.types.is_null(field.type) else field


def _table(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)


def _attention(portfolio: Portfolio) -> pd.DataFrame:
    rows = [
        (e.status.value, e.file, e.name, e.problem.code.value, e.problem.sheet or "",
         e.problem.cell or "", e.problem.item or "", e.problem.value or "")
        for e in portfolio.attention
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_ATTENTION, dtype="object").map(replace_surrogates)


def _escape_formulas(table: pa.Table) -> pa.Table:
    return pa.table([_as_text(column) for column in table.columns], names=table.column_names)


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of texts with an apostrophe where one is needed; any other as it is."""
    if pa.types.is_dictionary(column.type):
        return pa.chunked_array([_escape_dictionary(chunk) for chunk in column.chunks], pa.string())
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return _escape_texts(column)
    return column


def _escape_dictionary(chunk: Any) -> Any:
    """The words of a dictionary are looked at once each."""
    words = _escape_texts(chunk.dictionary.cast(pa.string()))
    return pc.take(words, chunk.indices)


def _escape_texts(texts: Any) -> Any:
    alive = pc.match_substring_regex(texts, _FORMULA_START)
    mark, nothing = pa.scalar("'", texts.type), pa.scalar("", texts.type)
    return pc.if_else(alive, pc.binary_join_element_wise(mark, texts, nothing), texts)
