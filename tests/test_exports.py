"""The tables as files: the same numbers in CSV and Parquet, and no live formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from sheet_diag.model.results import ReturnOutcome
from sheet_diag.reports import exports
from tests.catalogs import JIS
from tests.samples import client, export_files, resolve_all, reword, summary

DOCS = Path(__file__).parents[1] / "docs" / "portfolio.md"
NAMES = ("answers", "clients", "items")
ALL = (*NAMES, "attention")


def _outcomes() -> list[ReturnOutcome]:
    given = [client("見本", {"POL": "△", "HUM-01": "."}), client("別の会社", rest="×")]
    return resolve_all(*given, reword(client("c"), '=1+1\n"a",b'))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(_outcomes(), tmp_path_factory.mktemp("exports"))


def _written(outcomes: Sequence[ReturnOutcome], folder: Path) -> Path:
    export_files(outcomes, folder)
    return folder / "data"


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def _frame(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{name}.parquet")


@pytest.mark.parametrize("name", NAMES)
def test_both_files_hold_the_whole_table(folder: Path, name: str) -> None:
    rows, frame = _rows(folder / f"{name}.csv"), _frame(folder, name)
    expected = getattr(summary(_outcomes()), name)
    assert list(frame.columns) == list(expected.columns) == list(rows[0])
    assert len(frame) == len(expected) == len(rows) > 0
    for row, record in zip(rows, frame.astype("object").to_dict("records"), strict=True):
        for column, value in record.items():
            assert _same(row[str(column)], value), (column, value)


def _same(text: str, value: object) -> bool:
    if pd.isna(value):  # type: ignore[call-overload]
        return text == ""
    if isinstance(value, int | float):
        return float(text) == value
    return text in (str(value), f"'{value}")


def test_csv_opens_in_excel_as_plain_text(folder: Path) -> None:
    for name in ALL:
        content = (folder / f"{name}.csv").read_bytes()
        assert content.startswith("\ufeff".encode())
        cells = [cell for row in _rows(folder / f"{name}.csv") for cell in row.values()]
        alive = [c for c in cells if re.match(r"[=+@＝＋－＠\t\r\n]|-[^0-9]", c)]
        assert alive == []
    assert any(row["remark"].startswith("'=1+1") for row in _rows(folder / "answers.csv"))


def test_parquet_keeps_what_was_entered(folder: Path) -> None:
    assert '=1+1\n"a",b' in set(_frame(folder, "answers")["remark"])


def test_the_same_tables_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = _written(_outcomes(), tmp_path)
    for path in folder.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


def test_however_many_are_written_at_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_TOGETHER", 2)
    again = _written(_outcomes(), tmp_path)
    for name in ALL:
        assert (again / f"{name}.csv").read_bytes() == (folder / f"{name}.csv").read_bytes()
        assert_frame_equal(_frame(again, name), _frame(folder, name), check_categorical=False)


def test_files_are_closed_where_a_run_stops(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with (
        pytest.raises(ZeroDivisionError),
        exports.DataExports(JIS, lambda name: tmp_path / name),
    ):
        raise ZeroDivisionError
    assert len(_frame(tmp_path / "data", "answers")) == 0  # an open file could not be read


def test_what_wants_attention_is_listed_in_full(folder: Path) -> None:
    rows = _rows(folder / "attention.csv")
    expected = [(e.file, e.problem.code) for e in summary(_outcomes()).attention]
    assert [(row["file"], row["code"]) for row in rows] == expected
    assert expected


def test_nothing_ranked(tmp_path: Path) -> None:
    data = _written(resolve_all(client("a", rest=".")), tmp_path)
    assert _rows(data / "answers.csv") == []
    assert len(_frame(data, "answers")) == 0
    assert len(_rows(data / "items.csv")) == len(JIS.items)


def test_every_column_is_explained(folder: Path) -> None:
    text = DOCS.read_text("utf-8")
    for name in ALL:
        for column in _frame(folder, name).columns:
            key = re.sub(r":.*", ":", column)
            assert f"`{key}" in text, (name, column)
