# ruff: noqa: E501 - the tables are read as sheets
"""Mistakes in the workbook of a questionnaire: each is told once, at its cell, and nothing else.

The book below has none; every line of the table changes one cell of it (or adds a row), and names
what is told.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheet_diag.catalog.faults import FaultKind
from tests.books import build, check, write_book

BOOK: dict[str, list[list[Any]]] = {
    "設定": [["項目", "値"], ["題名", "倉庫の点検"], ["ID", "souko"], ["版", "2"], ["前の版", "1"]],
    "設問": [
        ["分野", "番号", "設問", "種類", "選択肢", "採点", "重み", "配点", "表示条件", "該当なし", "目安：済", "逆"],
        ["倉庫", "1", "鍵を管理していますか。", None, "三択", None, 2, None, None, "倉庫がない場合", "全員"],
        ["倉庫", "2", "記録していますか。", None, "三択", None, None, None, "1=済", None],
        ["事務", "3", "何台ありますか。", "数値", None, None, None, None, None, None],
        ["事務", "4", "表を守っていますか。", None, "はい=2／いいえ=0", None, None, None, "3≧1", None],
    ],
    "分野": [["分野", "略称", "重み"], ["倉庫", "倉", 1], ["事務", "事", 2]],
    "選択肢": [
        ["名前", "選択肢", "点", "言い換え"],
        ["三択", "済", 10, "完了"],
        [None, "途中", 5, "着手"],
        [None, "これから", 0, None],
        [None, "該当なし", None, None],
    ],
    "言い換え": [["言葉", "選択肢"], ["ほぼ済", "済"]],
    "会社情報": [["項目", "種類", "選択肢", "必須"], ["会社名", None, None, "○"], ["規模", None, "大／小", None]],
    "判定": [["ランク", "下限"], ["松", 80], ["竹", "50〜79"], ["梅", None]],
    "評価記号": [["記号", "下限"], ["◎", 80], ["○", 40], ["×", None]],
    "ルール": [
        ["種類", "対象", "基準", "件数", "上限ランク", "条件", "求める条件"],
        ["分野の点が基準未満", None, 50, None, "竹", None, None],
        ["全体の回答率", None, "80%", None, None, None, None],
        ["矛盾", None, None, None, None, "1=該当なし", "2=該当なし"],
    ],
    "文章": [["場所", "文"], ["前書き", "{設問数}問の結果です。"]],
    "版の対応": [["旧番号", "関係", "新番号"], ["1", "同じ", "1"], ["9", "廃止", None], [None, "新規", "2"]],
}  # fmt: skip

MISTAKES = [
    ("設問!D2", "頻渡", "NOT_ONE_OF"),
    ("設問!E2", "三沢", "NAME_UNKNOWN"),
    ("設問!E5", "はい=二／いいえ=0", "NOT_A_NUMBER"),
    ("設問!F2", "たぶん", "NOT_YES_NO"),
    ("設問!F4", "○", "KIND_NOT_SCORED"),
    ("設問!G2", "高", "NOT_A_NUMBER"),
    ("設問!G2", 0, "OUT_OF_RANGE"),
    ("設問!H2", 5, "EXCLUSIVE"),
    ("設問!B3", "1", "DUPLICATE"),
    ("設問!B3", "①", "DUPLICATE"),
    ("設問!B3", None, "CELL_REQUIRED"),
    ("設問!C3", None, "CELL_REQUIRED"),
    ("設問!A3", "倉康", "NAME_UNKNOWN"),
    ("設問!I3", "1 済", "CONDITION_SYNTAX"),
    ("設問!I3", "4=はい", "CONDITION_FORWARD"),
    ("設問!I3", "7=済", "CONDITION_UNKNOWN"),
    ("設問!I5", "1=済 かつ 3≧1 または 2=済", "CONDITION_MIXED"),
    ("設問!I3", "1=完了", "CHOICE_NOT_IN_SET"),
    ("設問!J5", "ない場合", "CHOICE_NOT_IN_SET"),
    ("設問!K5", "守っている", "CHOICE_NOT_IN_SET"),
    ("設問!E4", "三択", "CELL_UNWANTED"),
    ("設問!C3", "あ" * 2001, "TOO_LONG"),
    ("分野!C3", -1, "OUT_OF_RANGE"),
    ("分野!B3", "倉", "DUPLICATE"),
    ("分野!B3", "とても長い事務の略称", "TOO_LONG"),
    ("分野!A4", "空の分野", "CATEGORY_EMPTY"),
    ("選択肢!C3", None, "POINTS_PARTLY"),
    ("選択肢!C5", 1, "POINTS_UNWANTED"),
    ("選択肢!D3", "完了", "SAME_SPELLING"),
    ("選択肢!B3", "済", "DUPLICATE"),
    ("言い換え!B2", "末", "NAME_UNKNOWN"),
    ("言い換え!A2", "着手", "SAME_SPELLING"),
    ("会社情報!B3", "文字", "CELL_UNWANTED@会社情報!C3"),
    ("判定!B3", 90, "NOT_FALLING"),
    ("判定!B3", "中くらい", "NOT_A_NUMBER"),
    ("判定!A3", "松", "DUPLICATE"),
    ("判定!A2", "とても良いランク", "TOO_LONG"),
    ("評価記号!B3", 85, "NOT_FALLING"),
    ("ルール!E2", "杉", "RANK_UNKNOWN"),
    ("ルール!B2", "倉康", "NAME_UNKNOWN"),
    ("ルール!C3", 80, "OUT_OF_RANGE"),
    ("ルール!D2", 3, "CELL_UNWANTED"),
    ("ルール!C2", None, "CELL_REQUIRED"),
    ("ルール!F4", "5=該当なし", "CONDITION_UNKNOWN"),
    ("文章!A2", "前書", "PLACE_UNKNOWN"),
    ("文章!B2", "{設問の数}問", "PLACEHOLDER_UNKNOWN"),
    ("版の対応!C2", "1、2", "RELATION_SHAPE"),
    ("版の対応!C3", "4", "RELATION_SHAPE"),
    ("版の対応!C4", "8", "NAME_UNKNOWN"),
    ("設定!B3", "倉庫 点検", "OUT_OF_RANGE"),
    ("設定!A3", "ＩＤ番号", "NOT_ONE_OF"),
    ("設定!B5", None, "CELL_REQUIRED@版の対応!B1"),
]


def _change(tmp_path: Path, place: str, value: Any) -> Path:
    path = write_book(tmp_path / "点検.xlsx", BOOK)
    sheet, cell = place.split("!")
    book = openpyxl.load_workbook(path)
    book[sheet][cell] = value
    if value is None:
        book[sheet][cell].value = None
    book.save(path)
    return path


@pytest.mark.parametrize(("place", "value", "told"), MISTAKES)
def test_a_mistake_is_told_once_at_its_cell(
    tmp_path: Path, place: str, value: Any, told: str
) -> None:
    code, _, elsewhere = told.partition("@")
    assert check(_change(tmp_path, place, value)) == [(code, elsewhere or place)]


def test_a_book_without_mistakes_has_none(tmp_path: Path) -> None:
    assert check(write_book(tmp_path / "点検.xlsx", BOOK), FaultKind.ERROR, FaultKind.WARNING) == []


@pytest.mark.parametrize(("full", "told"), [(32, []), (50, ["TOTAL_DIFFERS"]), (None, [])])
def test_the_full_score_of_a_sum_is_the_sum_of_the_points(
    tmp_path: Path, full: int | None, told: list[str]
) -> None:
    sheets = deepcopy(BOOK)
    sheets["設定"] += [["採点方式", "合計"], ["満点", full]]
    sheets["分野"][2][2] = 1
    codes = [code for code, _ in check(write_book(tmp_path / "a.xlsx", sheets))]
    assert codes == told


def test_what_follows_from_a_broken_cell_is_not_told(tmp_path: Path) -> None:
    sheets = deepcopy(BOOK)
    sheets["設定"] += [["採点方式", "合計"], ["満点", 50]]
    sheets["分野"][2][2] = 1
    sheets["設問"][1][6] = -1
    assert check(write_book(tmp_path / "a.xlsx", sheets)) == [("OUT_OF_RANGE", "設問!G2")]


@pytest.mark.parametrize(
    ("place", "value", "near"),
    [
        ("設問!E2", "三沢", "三択"),
        ("文章!B2", "{設問の数}問", "{設問数}"),
        ("ルール!E2", "竹1", "竹"),
    ],
)
def test_a_likely_word_is_named(tmp_path: Path, place: str, value: str, near: str) -> None:
    (fault,) = [f for f in build(_change(tmp_path, place, value)).faults if f.kind == "error"]
    assert fault.near == near


def test_every_default_is_noted(tmp_path: Path) -> None:
    path = write_book(tmp_path / "tenken (1).xlsx", {"設問": [["分野", "設問"], ["倉庫", "A?"]]})
    notes = {f.says: dict(f.parts) for f in build(path).faults if f.kind is FaultKind.NOTE}
    taken = ("version", "id", "ranks", "numbers")
    assert set(notes) == {f"book.fault.DEFAULT_TAKEN.{name}" for name in taken}
    assert notes["book.fault.DEFAULT_TAKEN.id"] == {"id": "tenken"}


def test_a_hole_between_ranks_is_noted(tmp_path: Path) -> None:
    notes = [f for f in build(write_book(tmp_path / "a.xlsx", BOOK)).faults if f.kind == "note"]
    (hole,) = [f for f in notes if f.says == "book.fault.DEFAULT_TAKEN.hole"]
    assert (str(hole.place), dict(hole.parts)) == ("判定!B3", {"end": "79", "next": "80"})


INSURANCE: dict[str, list[list[Any]]] = {
    "設定": [["項目", "値"], ["ID", "a"], ["版", "1"], ["保険の設問", "2"], ["会社情報がないときの影響度", "中"], ["見直しの回答", "はい"]],
    "設問": [["分野", "番号", "設問", "採点"], ["倉庫", "1", "A?", None], ["倉庫", "2", "加入していますか。", "×"]],
    "選択肢": [["名前", "選択肢", "影響度の点"], ["件数", "少", 0], ["件数", "多", 2]],
    "会社情報": [["項目", "選択肢", "不明のときの影響度"], ["会社名", None, None], ["件数", "件数", "中"]],
    "判定": [["ランク", "下限"], ["A", 50], ["B", None]],
    "保険": [["想定影響度", "下限点", "A", "B", "判定なし"], ["小", 0, 0, 1, 0], ["中", 2, 1, 1, 1]],
    "保険の文": [["段階", "場合", "文"], [1, "新規", "a"], [1, "見直し", "b"], [1, "確認", "c"], ["注", None, "d"]],
}  # fmt: skip

NOTICES = [
    ("設定!B4", "2", None),
    ("設定!B4", "9", "NAME_UNKNOWN"),
    ("設定!B5", "中くらい", "NAME_UNKNOWN"),
    ("設定!B6", "うん", "CHOICE_NOT_IN_SET"),
    ("保険!D1", "C", "RANK_UNKNOWN"),
    ("保険!B3", 0, "NOT_FALLING"),
    ("保険の文!B2", "新き", "NOT_ONE_OF"),
    ("保険の文!A3", 2, "TEXT_MISSING@保険の文!C1"),
    ("会社情報!C3", "中の", "NAME_UNKNOWN"),
    ("会社情報!A2", "住所", "CELL_REQUIRED@会社情報!A1"),
]


@pytest.mark.parametrize(("place", "value", "told"), NOTICES)
def test_a_mistake_about_insurance_is_told_once(
    tmp_path: Path, place: str, value: Any, told: str | None
) -> None:
    sheet, cell = place.split("!")
    path = write_book(tmp_path / "a.xlsx", INSURANCE, **{sheet: {cell: value}})
    code, _, elsewhere = (told or "").partition("@")
    assert check(path) == ([(code, elsewhere or place)] if told else [])


def test_insurance_needs_both_of_its_sheets(tmp_path: Path) -> None:
    sheets = {name: rows for name, rows in INSURANCE.items() if name != "保険の文"}
    assert check(write_book(tmp_path / "a.xlsx", sheets)) == [("SHEET_MISSING", "保険!A1")]
