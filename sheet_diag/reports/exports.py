"""The full tables of a run for other programs: every code beside its label, cut figures, a date.

Columns are those of `model.portfolio.Portfolio` and one file a table more, the returns
(docs/portfolio.md). Scores are the shown ones; the exact ones stand in run.json. Answers and
returns, by far the most, are written as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.portfolio import AttentionEntry, Portfolio
from sheet_diag.model.returns import Problem
from sheet_diag.reports.portfolio.labels import PortfolioLabels
from sheet_diag.reports.portfolio.tables.answers import make_answer_table
from sheet_diag.reports.portfolio.tables.client_facts import ClientFacts
from sheet_diag.reports.table_files import TableFiles
from sheet_diag.text.excel_text import replace_surrogates
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
_DEVIATION: Final = {"deviation": 1}  # rounded, as in the reports and run.json
# Where figures are cut: sums as on the page, all else at a thousandth (a tenth of a percent).
_ANSWER_DECIMALS: Final = {"value": 3, "points": 3, "lost": 3}
_ITEM_DECIMALS: Final = {"lost": 1, "mean_lost": 3, "lost_share": 3}
_SHARE_DECIMALS: Final = 3
_NOISE: Final = 6  # decimals from which on a float may miss the figure that it stands for


class DataExports:
    """Writes every table as CSV and Parquet; `place` gives the path of the output of a name.

    `add` returns in the order of their files, then `finish`; all may raise `OSError`.
    """

    def __init__(
        self, catalog: Catalog, as_of: date, say: Wording, place: Callable[[str], Path]
    ) -> None:
        self._tables = DataTables(catalog, as_of, say)
        self._place = place
        self._waiting: list[ClientFacts] = []
        with ExitStack() as files:
            self._answers = files.enter_context(self._open("answers", self._tables.answers(())))
            self._returns = files.enter_context(self._open("returns", self._tables.returns(())))
            self._files = files.pop_all()

    def add(self, facts: ClientFacts) -> None:
        """Write one return, and its answers if it is ranked."""
        self._waiting.append(facts)
        if len(self._waiting) == _CHUNK:
            self._write()

    def finish(self, portfolio: Portfolio) -> None:
        """Write the other tables."""
        self._write()
        for name, table in {
            "clients": self._tables.clients(portfolio),
            "items": self._tables.items(portfolio),
            "attention": self._tables.attention(portfolio),
        }.items():
            with self._open(name, table) as files:
                files.write(table)

    def _write(self) -> None:
        self._answers.write(self._tables.answers(self._waiting))
        self._returns.write(self._tables.returns(self._waiting))
        self._waiting = []

    def _open(self, name: str, like: pa.Table) -> TableFiles:
        return TableFiles(like, name, self._place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._files.__exit__(kind, error, traceback)


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
        return self._complete(_make_table(portfolio.clients.round(_DEVIATION)))

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
        words = [
            [known[item].get(choice, none) for choice in choices]
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
    return field.with_type(pa.string()) if pa.types.is_null(field.type) else field


def _join(words: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(words))
