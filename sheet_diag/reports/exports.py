"""The full tables of a run for other programs: every code beside its label, cut figures, a date.

Columns are those of `model.portfolio.Portfolio` and one file a table more, the returns
(docs/portfolio.md). Scores are the shown ones; the exact ones stand in run.json. Answers and
returns, by far the most, are written as they come. In CSV, which people open in Excel, a text that
Excel would take for a formula gets an apostrophe in front; in Parquet it is as it was entered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import AttentionEntry, Portfolio
from sheet_diag.model.returns import Problem
from sheet_diag.reports.portfolio.client_facts import ENTERED, ClientFacts
from sheet_diag.reports.portfolio.labels import PortfolioLabels
from sheet_diag.reports.portfolio.tables import make_answer_table
from sheet_diag.text.excel_text import FORMULA_STARTS, replace_surrogates
from sheet_diag.text.problems import problem_message
from sheet_diag.text.wording import Wording

_CHUNK: Final = 500  # returns that are written at once
_RETURNS: Final = (
    "file", "member", "status", "client_id", "client", "rank", "score", "received", "reasons",
    "reasons_label",
)  # fmt: skip
_ATTENTION: Final = (
    "status", "file", "name", "code", "code_label", "sheet", "cell", "item", "value",
)  # fmt: skip
_DAYS: Final = ("contacted",)  # also where no client has one
_DEVIATION: Final = {"deviation": 1}  # rounded, as in the reports and run.json
# Where figures are cut: sums as on the page, all else at a thousandth (a tenth of a percent).
_ANSWER_DECIMALS: Final = {"value": 3, "points": 3, "lost": 3}
_ITEM_DECIMALS: Final = {"lost": 1, "mean_lost": 3, "lost_share": 3}
_SHARE_DECIMALS: Final = 3
_BOM: Final = b"\xef\xbb\xbf"  # so that Excel takes the file for UTF-8
_FORMULA_START: Final = "^(" + "|".join(map(re.escape, FORMULA_STARTS)) + ")"
_NOISE: Final = 6  # decimals from which on a float may miss the figure that it stands for


@dataclass
class DataExports:
    """Writes every table as CSV and Parquet.

    `add` returns in the order of their files, then `finish`; both may raise `OSError`.
    """

    tables: DataTables
    place: Callable[[str], Path]
    answers: _TableFiles
    returns: _TableFiles
    waiting: list[ClientFacts] = field(default_factory=list)

    def add(self, facts: ClientFacts) -> None:
        """Write one return, and its answers if it is ranked."""
        self.waiting.append(facts)
        if len(self.waiting) == _CHUNK:
            self._write()

    def finish(self, portfolio: Portfolio) -> None:
        """Write the other tables."""
        self._write()
        for name, table in {
            "clients": self.tables.clients(portfolio),
            "items": self.tables.items(portfolio),
            "attention": self.tables.attention(portfolio),
        }.items():
            with _open_table(name, table, self.place) as files:
                files.write(table)

    def _write(self) -> None:
        self.answers.write(self.tables.answers(self.waiting))
        self.returns.write(self.tables.returns(self.waiting))
        self.waiting = []


@contextmanager
def open_exports(
    catalog: Catalog, as_of: date, say: Wording, place: Callable[[str], Path]
) -> Iterator[DataExports]:
    """Open the tables; `place` gives the path of the output of a name. Raises `OSError`."""
    tables = DataTables(catalog, as_of, say)
    with (
        _open_table("answers", tables.answers(()), place) as answers,
        _open_table("returns", tables.returns(()), place) as returns,
    ):
        yield DataExports(tables, place, answers, returns)


class DataTables:
    """Makes the tables, whose columns are of the same types for any rows."""

    def __init__(self, catalog: Catalog, as_of: date, say: Wording) -> None:
        self._catalog = catalog
        self._as_of = as_of
        self._labels = PortfolioLabels(catalog, say)

    def answers(self, facts: Sequence[ClientFacts]) -> pa.Table:
        """Make a row per ranked client and item."""
        ranked = [each.ranked for each in facts if each.ranked]
        frame = _cut(make_answer_table(self._catalog, ranked), _ANSWER_DECIMALS)
        frame["answer_label"] = self._answer_labels(frame)
        return self._complete(_make_table(frame))

    def clients(self, portfolio: Portfolio) -> pa.Table:
        """Make a row per ranked client, best first."""
        unused = () if self._catalog.insurance else ("insurance",)
        table = _make_table(portfolio.clients.round(_DEVIATION)).drop_columns(unused)
        return self._complete(table)

    def items(self, portfolio: Portfolio) -> pa.Table:
        """Make a row per item, most lost points first."""
        items = portfolio.items
        shares = {str(name): _SHARE_DECIMALS for name in items if str(name).startswith("share:")}
        return self._complete(_make_table(_cut(items, {**_ITEM_DECIMALS, **shares})))

    def attention(self, portfolio: Portfolio) -> pa.Table:
        """Make a row per problem that wants a person's eye."""
        return self._complete(_make_table(self._attention_frame(portfolio.attention)))

    def returns(self, facts: Sequence[ClientFacts]) -> pa.Table:
        """Make a row per return, also of those that are not ranked."""
        rows = [each.ranked.row if each.ranked else None for each in facts]
        texts = {
            "file": [each.file for each in facts],
            "member": [each.member for each in facts],
            "status": [each.status.value for each in facts],
            "client_id": [each.client for each in facts],
            "client": [each.name for each in facts],
            "rank": [row.rank if row else "" for row in rows],
            "reasons": [_join(problem.code for problem in each.reasons) for each in facts],
            "reasons_label": [_join(map(self._message, each.reasons)) for each in facts],
        }
        scores = [row.score if row else None for row in rows]
        days = [date.fromisoformat(each.received) if each.received else None for each in facts]
        columns = {
            **{name: pa.array(map(replace_surrogates, texts[name]), pa.string()) for name in texts},
            "score": pa.array(scores, pa.float64()),
            "received": pa.array(days, pa.date32()),
        }
        return self._complete(pa.table(columns).select(_RETURNS))

    def _answer_labels(self, frame: pd.DataFrame) -> npt.NDArray[Any]:
        """Label the answers; choices of one id may have other labels in other answer sets."""
        choices = [*frame["answer"].cat.categories, None]
        known = {item: self._labels.answers(item) for item in self._catalog.items}
        none = self._labels.unanswered
        entered = {ENTERED: self._labels.say("portfolio.items.entered")}
        words = [
            [(known[item] | entered).get(choice, none) for choice in choices]
            for item in frame["item"].cat.categories
        ]
        labels = np.array(words, dtype=object).reshape(-1, len(choices))
        return labels[frame["item"].cat.codes.to_numpy(), frame["answer"].cat.codes.to_numpy()]

    def _attention_frame(self, entries: Sequence[AttentionEntry]) -> pd.DataFrame:
        rows = [
            (e.status.value, e.file, e.name, e.problem.code.value, self._message(e.problem),
             e.problem.sheet or "", e.problem.cell or "", e.problem.item or "",
             e.problem.value or "")
            for e in entries
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=_ATTENTION, dtype="object").map(replace_surrogates)

    def _message(self, problem: Problem) -> str:
        return problem_message(problem, self._labels.say.lang)

    def _complete(self, table: pa.Table) -> pa.Table:
        """Put a label beside every code, and the day of the run at the end."""
        labels = self._labels
        for code, label in (
            ("industry", labels.industry),
            ("employees", labels.employees),
            ("weakest", labels.category),
            ("category", labels.category),
            ("item", labels.item),
            ("caps", labels.caps),
            ("follow_up", labels.follow_up),
            ("status", labels.status),
        ):
            if code in table.column_names:
                table = table.append_column(f"{code}_label", _label(table[code], label))
        codes = [name for name in table.column_names if not name.endswith("_label")]
        pairs = [name for code in codes for name in (code, f"{code}_label")]
        table = table.select([name for name in pairs if name in table.column_names])
        days = pa.repeat(pa.scalar(self._as_of, pa.date32()), len(table))
        return _cast(table.append_column("as_of", days))


def _make_table(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)


def _cut(frame: pd.DataFrame, decimals: Mapping[str, int]) -> pd.DataFrame:
    """Cut figures after so many decimals."""
    whole = {name: frame[name] * 10**places for name, places in decimals.items()}
    cut = {name: np.trunc(whole[name].round(_NOISE)) / 10 ** decimals[name] for name in whole}
    return frame.assign(**cut)


def _label(codes: pa.ChunkedArray, label: Callable[[str], str]) -> pa.ChunkedArray:
    """Label every code, each different one once."""
    chunks = (codes if pa.types.is_dictionary(codes.type) else pc.dictionary_encode(codes)).chunks
    return pa.chunked_array(
        [
            pc.take(pa.array(map(label, each.dictionary.to_pylist()), pa.string()), each.indices)
            for each in chunks
        ],
        pa.string(),
    )


def _cast(table: pa.Table) -> pa.Table:
    """Make the types of columns the same for any rows, and texts that repeat a dictionary."""
    return table.cast(pa.schema([_uniform(field) for field in table.schema]))


def _uniform(field: pa.Field) -> pa.Field:
    if pa.types.is_dictionary(field.type) or field.name.endswith("_label"):
        return field.with_type(pa.dictionary(pa.int32(), pa.string()))
    if pa.types.is_null(field.type):
        return field.with_type(pa.date32() if field.name in _DAYS else pa.string())
    return field


def _join(words: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(words))


# --- the two files of a table


@dataclass(frozen=True)
class _TableFiles:
    """The CSV and the Parquet file of a table, open until all rows are written."""

    csv: csv.CSVWriter
    parquet: parquet.ParquetWriter

    def write(self, table: pa.Table) -> None:
        """Add rows."""
        self.csv.write_table(_escape_formulas(table))
        self.parquet.write_table(table)


@contextmanager
def _open_table(name: str, like: pa.Table, place: Callable[[str], Path]) -> Iterator[_TableFiles]:
    """Open the files of a table that has columns like those."""
    with place(f"data/{name}.csv").open("wb") as file:
        file.write(_BOM)
        path = place(f"data/{name}.parquet")
        with (
            csv.CSVWriter(file, _escape_formulas(like).schema) as text,
            parquet.ParquetWriter(path, like.schema, compression="zstd") as binary,
        ):
            yield _TableFiles(text, binary)


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
