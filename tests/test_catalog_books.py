"""Workbooks of questionnaires, from cells to scores and back."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from typer.testing import CliRunner

from sheet_diag.api import SheetDiagError, load_catalog
from sheet_diag.catalog.builder.build import build_catalog, digest_tables, require_catalog
from sheet_diag.catalog.describe import describe_catalog
from sheet_diag.catalog.load import load_built_in_version
from sheet_diag.catalog.yaml_rows import list_rows, read_rows, write_rows
from sheet_diag.cli.main import app
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.forms.catalog_workbook import make_catalog_workbook
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from tests.books import QUESTIONS, Sheets, build, check, read, write_book

_SAMPLES: Final = os.environ.get("SHEET_DIAG_CATALOGS", "")
needs_samples = pytest.mark.skipif(not _SAMPLES, reason="SHEET_DIAG_CATALOGS names no samples")


def _load(path: Path) -> Catalog:
    return require_catalog(build(path), path.name)


# --- the smallest book, and its defaults


def test_one_sheet_with_two_columns_is_a_catalogue(tmp_path: Path) -> None:
    rows = [["分野", "設問"], ["倉庫", "鍵を管理していますか。"], ["事務", "表を守っていますか。"]]
    catalog = load_catalog(write_book(tmp_path / "tenken.xlsx", {"設問": rows}))
    assert (catalog.id, catalog.version, list(catalog.items)) == ("tenken", "1", ["1", "2"])
    assert [str(rank) for rank in catalog.ranks] == ["A", "B", "C", "D", "E"]
    assert catalog.insurance is None


@pytest.mark.parametrize(
    ("answer", "score", "rank"),
    [("yes", 100, "A"), ("partial", 50, "C"), ("no", 0, "E"), ("unknown", 0, "E"), (None, 0, None)],
)
def test_the_standard_answers_score_as_they_say(
    tmp_path: Path, answer: str | None, score: int, rank: str | None
) -> None:
    catalog = _load(write_book(tmp_path / "a.xlsx", {"設問": QUESTIONS}))
    scores = score_answers(catalog, dict.fromkeys(catalog.items, answer))
    assert scores.overall == Fraction(score)
    assert (str(scores.rank) if scores.rank else None) == rank


def test_a_reversed_question_turns_its_points_round_and_points_are_its_share(
    tmp_path: Path,
) -> None:
    rows: list[list[Any]] = [
        ["設問", "逆", "配点"],
        ["開いていますか。", "○", 30],
        ["閉めますか。", None, 10],
    ]
    catalog = _load(write_book(tmp_path / "a.xlsx", {"設問": rows}))
    assert score_answers(catalog, {"1": "no", "2": "no"}).overall == 75
    assert score_answers(catalog, {"1": "yes", "2": "yes"}).overall == 25
    assert score_answers(catalog, {"1": "unknown", "2": "yes"}).overall == 25


def test_standard_words_are_known_in_a_firms_own_set(tmp_path: Path) -> None:
    rows = [["設問", "選択肢"], ["A?", "はい=3／ときどき=1／いいえ=0"]]
    catalog = _load(write_book(tmp_path / "a.xlsx", {"設問": rows}))
    choices = catalog.choices_of(catalog.items["1"])
    assert [(each.label.ja, each.value) for each in choices.values()] == [
        ("はい", 1), ("ときどき", Fraction(1, 3)), ("いいえ", 0),
    ]  # fmt: skip
    assert "済" in choices["yes"].aliases.ja


def test_the_only_set_is_the_default_one_unless_the_company_sheet_uses_it(tmp_path: Path) -> None:
    own = [["名前", "選択肢"], ["規模", "大"], ["規模", "小"]]
    company: list[list[Any]] = [["項目", "選択肢"], ["会社名", None], ["規模", "規模"]]
    sheets: Sheets = {"設問": QUESTIONS, "選択肢": own}
    catalog = _load(write_book(tmp_path / "a.xlsx", sheets))
    assert [each.label.ja for each in catalog.offered(catalog.items["1"])] == ["大", "小"]
    catalog = _load(write_book(tmp_path / "b.xlsx", {**sheets, "会社情報": company}))
    assert next(catalog.offered(catalog.items["1"])).label.ja == "はい"


def test_titles_and_openings_of_the_book_take_the_place_of_ours(tmp_path: Path) -> None:
    sheets = {
        "設問": QUESTIONS,
        "文章": [
            ["場所", "文"],
            ["報告書の題名", "点検の結果"],
            ["総合評価の見出し", "まとめ"],
            ["おわりに", "なし"],
            ["呼び名：分野", "領域"],
            ["提言の書き出し：いいえ", "まだの様子です。"],
        ],
    }
    catalog = _load(write_book(tmp_path / "a.xlsx", sheets))
    labels = {key: text and text.ja for key, text in catalog.report.labels.items()}
    assert labels == {
        "report.title": "点検の結果",
        "report.overall.heading": "1. まとめ",
        "report.closing": None,
    }
    assert catalog.names["category"].ja == "領域"
    assert catalog.items["1"].openings["no"].ja == "まだの様子です。"


# --- rows -> workbook -> rows


@pytest.mark.parametrize("version", ["2026.1", "2026.2"])
@pytest.mark.parametrize("lang", Lang)
def test_rows_are_the_same_after_a_workbook(tmp_path: Path, version: str, lang: Lang) -> None:
    rows = describe_catalog(load_built_in_version(version), lang).rows
    path = tmp_path / "jis.xlsx"
    path.write_bytes(make_catalog_workbook(rows, lang, "jis"))
    book = read(path)
    assert book.faults == ()
    assert write_rows(list_rows(book.tables)) == write_rows(rows)


def test_the_built_in_catalogue_scores_the_same_from_its_workbook(tmp_path: Path) -> None:
    own = load_built_in_version("2026.2")
    path = tmp_path / "jis.xlsx"
    path.write_bytes(make_catalog_workbook(describe_catalog(own, Lang.JA).rows, Lang.JA, "jis"))
    read_back = _load(path)
    words = ("yes", "partial", "no", "unknown")
    for shift in range(8):
        answers = {item: words[(at + shift * at) % 4] for at, item in enumerate(own.items)}
        assert score_answers(own, answers).overall == score_answers(read_back, answers).overall
        assert str(score_answers(own, answers).rank) == str(score_answers(read_back, answers).rank)
    assert [item.question for item in own.items.values()] == [
        item.question for item in read_back.items.values()
    ]


def test_a_workbook_and_its_export_are_the_same_catalogue(tmp_path: Path) -> None:
    book = read(write_book(tmp_path / "a.xlsx", {"設問": [["設問", "該当なし"], ["A?", None]]}))
    folder = tmp_path / "rows"
    for name, content in write_rows(list_rows(book.tables)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    tables, faults = read_rows(folder)
    assert faults == ()
    assert digest_tables(tables) == digest_tables(book.tables)
    catalogs = [require_catalog(build_catalog(t, "a"), "a") for t in (tables, book.tables)]
    assert [each.items["1"].na_allowed for each in catalogs] == [False, False]


def test_rows_in_yaml_name_file_row_and_key_of_a_fault(tmp_path: Path) -> None:
    (tmp_path / "questions").mkdir()
    text = '- {category: 倉庫, no.: "1", question: "A?", weight: 高}\n- {no.: "2", qestion: "B?"}\n'
    (tmp_path / "questions" / "01.yaml").write_text(text, encoding="utf-8")
    tables, faults = read_rows(tmp_path)
    told = [(f.code.value, str(f.place), f.near) for f in build_catalog(tables, "a", faults).faults]
    assert ("NOT_A_NUMBER", "questions/01.yaml!1, weight", "") in told
    assert ("HEADING_UNKNOWN", "questions/01.yaml!2, qestion", "question") in told


# --- commands


def _run(*words: str) -> Any:
    return CliRunner().invoke(app, ["catalog", *words])


def test_check_marks_a_copy_that_is_a_source_again(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["分野", "番号", "設問", "重み"],
        ["倉庫", "1", "A?", -1],
        ["倉庫", "2", "B?", 1],
    ]
    path = write_book(tmp_path / "a.xlsx", {"設問": rows})
    before = path.read_bytes()
    result = _run("check", str(path))
    assert result.exit_code == 2
    assert "設問!D2　「-1」" in result.output
    assert path.read_bytes() == before
    marked = tmp_path / "a_確認.xlsx"
    book = openpyxl.load_workbook(marked)
    assert book.sheetnames == ["確認結果", "設問"]
    assert [cell.value for cell in book["確認結果"][6]][:4] == [1, "要修正", "設問!D2", "-1"]
    assert book["確認結果"]["C6"].hyperlink is not None
    assert book["設問"]["D2"].comment is not None
    assert book["設問"]["D2"].fill.fgColor.rgb == "FFF8CBAD"
    assert check(marked) == [("OUT_OF_RANGE", "設問!D2")]
    book["設問"]["D2"].value = 1
    book.save(marked)
    assert check(marked) == []


def test_a_marked_copy_never_replaces_one_that_is_there(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"設問": QUESTIONS, "集計用": [["x"]]})
    (tmp_path / "a_確認.xlsx").write_bytes(b"worked in")
    assert _run("check", str(path)).exit_code == 0
    assert (tmp_path / "a_確認.xlsx").read_bytes() == b"worked in"
    assert (tmp_path / "a_確認2.xlsx").exists()


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_a_new_workbook_works_as_it_stands_and_replaces_nothing(tmp_path: Path, lang: str) -> None:
    path = tmp_path / "new.xlsx"
    assert _run("new", str(path), "--lang", lang).exit_code == 0
    assert check(path) == []
    assert len(_load(path).items) == 6
    before = path.read_bytes()
    assert _run("new", str(path), "--lang", lang).exit_code == 2
    assert path.read_bytes() == before


def test_export_writes_rows_that_load_as_the_workbook_does(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"設問": QUESTIONS})
    assert _run("export", str(path), str(tmp_path / "rows")).exit_code == 0
    names = {file.name for file in (tmp_path / "rows" / "questions").iterdir()}
    assert names == {"01-倉庫.yaml", "02-事務.yaml"}
    assert load_catalog(tmp_path / "rows").sha256 == load_catalog(path).sha256


def test_a_workbook_that_cannot_be_used_is_refused_with_its_cells(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"設問": [["設問", "重み"], ["A?", "高"]]})
    with pytest.raises(SheetDiagError, match="設問!B2"):
        load_catalog(path)
    (tmp_path / "b.xlsx").write_bytes(b"nothing of the kind")
    with pytest.raises(SheetDiagError, match=r"b\.xlsx"):
        load_catalog(tmp_path / "b.xlsx")


# --- the samples


@needs_samples
def test_the_sample_of_mistakes_is_told_as_expected() -> None:
    folder = Path(_SAMPLES)
    expected = json.loads((folder / "mistakes7.expected.json").read_text("utf-8"))["faults"]
    told = [f for f in build(folder / "mistakes7.xlsx").faults if f.kind == "error"]
    assert {(f.code.value, f.place.sheet, f.place.cell, f.near) for f in told} == {
        (f["code"], f["sheet"], f["cell"], f["near"]) for f in expected
    }
    assert len(told) == len(expected)


@needs_samples
@pytest.mark.parametrize("name", ["points10"])
def test_samples_score_to_the_last_figure(name: str) -> None:
    folder = Path(_SAMPLES)
    catalog = _load(folder / f"{name}.xlsx")
    expected = json.loads((folder / f"{name}.expected.json").read_text("utf-8"))
    for each in expected["sets"]:
        labels = {
            item.id: {choice.label.ja: choice.id for choice in catalog.choices_of(item).values()}
            for item in catalog.items.values()
        }
        answers = {
            item: labels[item].get(each["answers"].get(item) or "") for item in catalog.items
        }
        scores, wanted = score_answers(catalog, answers), each["expected"]
        assert str(scores.overall) == wanted["overall"]["exact"], each["name"]
        assert (scores.rank and str(scores.rank)) == wanted["rank"], each["name"]


@needs_samples
def test_the_built_in_catalogue_in_the_new_form_is_read_whole() -> None:
    catalog = _load(Path(_SAMPLES) / "jis-q-27002.xlsx")
    assert len(catalog.items) == 54
    assert catalog.insurance is not None
