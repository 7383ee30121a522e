"""The tables as files: the same figures in CSV and Parquet, labels beside codes, no formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.returns import ReceivedFile
from sheet_diag.reports import exports
from sheet_diag.text.excel_text import replace_surrogates
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS
from tests.samples import AS_OF, client, export_files, resolve_all, reword, summary

DOCS = Path(__file__).parents[1] / "docs" / "portfolio.md"
TABLES = ("answers", "clients", "items")  # of the portfolio
ALL = (*TABLES, "attention", "returns")
LABELS = {
    "answers": ["industry", "employees", "category", "item", "answer"],
    "clients": ["industry", "employees", "weakest", "caps", "follow_up"],
    "items": ["item", "category"],
    "attention": ["status", "code", "item"],
    "returns": ["status", "reasons"],
}


def _outcomes() -> list[ReturnOutcome]:
    given = [client("見本", {"POL": "△", "HUM-01": "."}), client("別の会社", rest="×")]
    given += [reword(client("c"), '=1+1\n"a",b'), client("途中", {"POL": "."})]
    given += [read_content("見積書.pdf", b"%PDF-1.7", JIS)]
    return resolve_all(*given, ReceivedFile("~$a.xlsx", "", ignored=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(_outcomes(), tmp_path_factory.mktemp("exports"))


def _write(outcomes: Sequence[ReturnOutcome], folder: Path, lang: Lang = Lang.JA) -> Path:
    export_files(outcomes, folder, lang)
    return folder / "data"


def _rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def _frame(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{name}.parquet")


@pytest.mark.parametrize("name", ALL)
def test_both_files_hold_the_whole_table(folder: Path, name: str) -> None:
    rows, frame = _rows(folder / f"{name}.csv"), _frame(folder, name)
    assert list(frame.columns) == list(rows[0])
    assert len(frame) == len(rows) > 0
    for row, record in zip(rows, frame.astype("object").to_dict("records"), strict=True):
        for column, value in record.items():
            assert _same(row[str(column)], value), (column, value)


def _same(text: str, value: object) -> bool:
    if pd.isna(value):  # type: ignore[call-overload]
        return text == ""
    if isinstance(value, int | float):
        return float(text) == value
    return text in (str(value), f"'{value}")


@pytest.mark.parametrize("name", TABLES)
def test_every_column_of_the_portfolio_keeps_its_name_and_its_values(
    folder: Path, name: str
) -> None:
    frame, expected = _frame(folder, name), getattr(summary(_outcomes()), name)
    assert len(frame) == len(expected) > 0
    for column in expected.columns:
        for value, exact in zip(frame[column], expected[column], strict=True):
            if isinstance(exact, float):
                assert (pd.isna(value) and pd.isna(exact)) or 0 <= exact - value < 0.1
            else:
                assert value == exact or (pd.isna(value) and pd.isna(exact))


@pytest.mark.parametrize("name", ALL)
def test_a_label_stands_beside_every_code_and_the_day_at_the_end(folder: Path, name: str) -> None:
    columns = list(_frame(folder, name).columns)
    labels = [column for column in columns if column.endswith("_label")]
    assert labels == [f"{code}_label" for code in LABELS[name]]
    assert all(columns[columns.index(each) - 1] == each.removesuffix("_label") for each in labels)
    assert columns[-1] == "as_of"
    assert set(_frame(folder, name)["as_of"]) == {AS_OF}


def test_labels_are_those_of_the_page(folder: Path) -> None:
    answer = _rows(folder / "answers.csv")[0]
    assert answer["industry_label"] == "製造業"
    assert (answer["item"], answer["item_label"]) == ("POL-01", JIS.items["POL-01"].topic.ja)
    assert (answer["category_label"], answer["answer_label"]) == ("ポリシー", "一部")
    blank = next(row for row in _rows(folder / "answers.csv") if not row["answer"])
    assert (blank["item"], blank["answer_label"]) == ("HUM-01", "未回答")
    worst = next(row for row in _rows(folder / "clients.csv") if row["name"] == "別の会社")
    assert worst["follow_up"].split()[0] == "low_rank"
    assert worst["follow_up_label"].startswith("ランクD・E、")
    assert worst["caps"]
    assert "重大項目の未実施" in worst["caps_label"]
    attention = {row["code"]: row for row in _rows(folder / "attention.csv")}
    assert attention["UNANSWERED"]["item_label"]
    assert attention["WRONG_FORMAT"]["status_label"] == "読み取り不可"
    assert "PDF" in attention["WRONG_FORMAT"]["code_label"]


def test_labels_are_in_the_language_of_the_run(tmp_path: Path) -> None:
    data = _write(resolve_all(client("a", {"POL": "△"})), tmp_path, Lang.EN)
    (status,) = _rows(data / "returns.csv")
    assert (status["status"], status["status_label"]) == ("ranked", "Rated")
    assert _rows(data / "answers.csv")[0]["answer_label"] == "Partly"


def test_figures_are_cut_and_never_rounded_up() -> None:
    figures = pd.DataFrame({"lost": [12.75, 0.29, 57.0], "share:yes": [2 / 3, 1.0, 0.9999]})
    cut = exports._cut(figures, {"lost": 1, "share:yes": 3})
    assert cut["lost"].tolist() == [12.7, 0.2, 57.0]
    assert cut["share:yes"].tolist() == [0.666, 1.0, 0.999]


def test_every_return_has_a_row_whatever_became_of_it(folder: Path) -> None:
    rows = _rows(folder / "returns.csv")
    given = _outcomes()
    files = _frame(folder, "returns")["file"].tolist()
    assert files == [each.received.file for each in given]
    assert [row["status"] for row in rows] == [each.status for each in given]
    found = {row["file"]: row for row in rows}
    assert found["別の会社.xlsx"]["rank"] == "E"
    assert float(found["別の会社.xlsx"]["score"]) == 0.0
    held = found["途中.xlsx"]
    assert (held["client"], held["rank"], held["score"]) == ("途中", "", "")
    assert held["reasons"] == "CATEGORY_INCOMPLETE"
    assert held["reasons_label"]
    assert found["見積書.pdf"]["reasons"] == "WRONG_FORMAT"
    assert found["~$a.xlsx"]["status_label"] == "対象外"
    assert list(rows[0])[:11] == [
        "file", "member", "status", "status_label", "client_id", "client", "rank", "score",
        "received", "reasons", "reasons_label",
    ]  # fmt: skip


def test_the_day_of_receipt_is_a_date_or_missing(tmp_path: Path) -> None:
    known, unknown = resolve_all(client("a"), client("b"))
    known = replace(known, received=replace(known.received, received="2026-11-09"))
    data = _write([known, unknown], tmp_path)
    assert _frame(data, "returns")["received"].tolist() == [date(2026, 11, 9), None]
    assert [row["received"] for row in _rows(data / "returns.csv")] == ["2026-11-09", ""]


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
    again = _write(_outcomes(), tmp_path)
    for path in folder.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


def test_the_size_of_the_chunks_changes_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_CHUNK", 2)
    again = _write(_outcomes(), tmp_path)
    for name in ALL:
        assert (again / f"{name}.csv").read_bytes() == (folder / f"{name}.csv").read_bytes()
        assert_frame_equal(_frame(again, name), _frame(folder, name), check_categorical=False)


def test_files_are_closed_where_a_run_stops(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with (
        pytest.raises(ZeroDivisionError),
        exports.open_exports(JIS, AS_OF, Wording(Lang.JA), lambda name: tmp_path / name),
    ):
        raise ZeroDivisionError
    for name in ("answers", "returns"):
        assert len(_frame(tmp_path / "data", name)) == 0  # an open file could not be read


def test_what_wants_attention_is_listed_in_full(folder: Path) -> None:
    rows = _rows(folder / "attention.csv")
    expected = [(e.file, e.problem.code) for e in summary(_outcomes()).attention]
    assert [(row["file"], row["code"]) for row in rows] == expected
    assert expected


@pytest.mark.parametrize(
    "outcomes", [pytest.param([], id="no file"), pytest.param(["a"], id="nothing ranked")]
)
def test_without_a_ranked_return_the_columns_are_the_same(
    folder: Path, tmp_path: Path, outcomes: list[str]
) -> None:
    data = _write(resolve_all(*(client(name, rest=".") for name in outcomes)), tmp_path)
    assert len(_rows(data / "items.csv")) == len(JIS.items)
    for name in ALL:
        assert list(_frame(data, name).columns) == list(_frame(folder, name).columns)
    assert (len(_frame(data, "answers")), len(_frame(data, "returns"))) == (0, len(outcomes))


def test_every_column_is_explained(folder: Path) -> None:
    text = DOCS.read_text("utf-8")
    for name in ALL:
        for column in _frame(folder, name).columns:
            key = re.sub(r":.*", ":", column.removesuffix("_label"))
            assert f"`{key}" in text, (name, column)


# --- texts that no UTF-8 file can hold


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("株式会社見本", "株式会社見本", id="plain"),
        pytest.param("", "", id="empty"),
        pytest.param("𠮷野", "𠮷野", id="a character of two units"),
        pytest.param("\ud842野", "?野", id="half of one"),
        pytest.param("吉\udfb7", "吉?", id="the other half"),
    ],
)
def test_half_a_character_becomes_a_question_mark(given: str, expected: str) -> None:
    assert replace_surrogates(given) == expected


def test_half_a_character_stops_no_run(tmp_path: Path) -> None:
    given = reword(client("a", {"POL": "△"}), "\ud842野")
    data = _write(resolve_all(given), tmp_path)
    rows = _frame(data, "answers").to_dict("records")
    keys = ("file", "client", "name", "raw", "remark")
    assert {row[key] for row in rows for key in keys} == {"?野"}
    for name, key in (("clients", "name"), ("returns", "client")):
        assert [row[key] for row in _rows(data / f"{name}.csv")] == ["?野"]
