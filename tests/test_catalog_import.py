"""A firm's own hearing sheet becomes the rows of a questionnaire, and all that is left is told."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from sheet_diag.catalog.proposal import CatalogProposal
from sheet_diag.cli.main import app
from sheet_diag.forms.catalog_workbook import make_imported_workbook
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.intake.catalog_import.read import propose_catalog
from sheet_diag.intake.catalog_import.words import asks_two_things, split_number
from sheet_diag.intake.readers.drop_downs import DropDown, read_drop_downs
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import IntakeSettings, Issuer
from sheet_diag.pipeline.catalog_source import load_catalog_source
from sheet_diag.pipeline.ingest import check_files
from tests import firm_sheets

_MARKS = "○・△・×・－"


def _propose(
    tmp_path: Path, make: Callable[[Path], Path], sheet: str | None = None
) -> CatalogProposal:
    return propose_catalog(make(tmp_path / "自社シート.xlsx"), sheet, IntakeSettings())


def _questions(proposal: CatalogProposal, *keys: str) -> list[tuple[str, ...]]:
    return [tuple(row.get(key, "") for key in keys) for row in proposal.rows["questions"]]


def _choices(proposal: CatalogProposal) -> list[tuple[str, ...]]:
    keys = ("choice", "points", "role", "meaning")
    return [tuple(row.get(key, "") for key in keys) for row in proposal.rows.get("choices", ())]


def _left(proposal: CatalogProposal) -> dict[str, str]:
    return {each.place: each.why.key.removeprefix("import.left.") for each in proposal.left_out}


def _gaps(proposal: CatalogProposal) -> list[tuple[str, int, str, str]]:
    return [
        (each.sheet, each.row, each.key, each.says.key.removeprefix("import.gap."))
        for each in proposal.gaps
    ]


def test_merged_categories_give_category_and_topic_and_numbers_that_begin_again_get_their_part(
    tmp_path: Path,
) -> None:
    found = _propose(tmp_path, firm_sheets.merged_categories)
    assert _questions(found, "category", "topic", "no.", "question", "choices") == [
        ("組織", "体制", "1-1", "責任者を決めていますか。", _MARKS),
        ("組織", "体制", "1-2", "方針を定め、かつ全員に知らせていますか。", _MARKS),
        ("組織", "教育", "1-3", "教育を年に1回行っていますか。", _MARKS),
        ("端末", "更新", "2-1", "OSを更新していますか。", _MARKS),
        ("端末", "更新", "2-2", "ウイルス対策をしていますか？（例：市販のソフト）", _MARKS),
    ]
    assert "import.taken.restarted" in [each.became.key for each in found.taken]


def test_a_legend_gives_what_the_choices_of_the_drop_downs_mean_and_proposed_points(
    tmp_path: Path,
) -> None:
    found = _propose(tmp_path, firm_sheets.merged_categories)
    assert _choices(found) == [
        ("○", "1", "回答", "実施"),
        ("△", "0.5", "回答", "一部"),
        ("×", "0", "回答", "未実施"),
        ("－", "", "該当なし", "対象外"),
    ]
    assert ("choices", 0, "points", "points") in _gaps(found)
    assert ("choices", 3, "points", "points") not in _gaps(found)
    assert ("questions", 1, "question", "two_things") in _gaps(found)


def test_answers_remarks_totals_and_notes_are_left_out_and_told(tmp_path: Path) -> None:
    found = _propose(tmp_path, firm_sheets.merged_categories)
    assert _left(found) == {
        "点検票!E": "answers",
        "点検票!F": "remarks",
        "点検票!A2": "legend",
        "点検票!D10": "total",
        "点検票!A11": "note",
    }
    told = {each.place: each.why.parts.get("count") for each in found.left_out}
    assert (told["点検票!E"], told["点検票!F"]) == ("1", "1")
    assert found.title == "情報セキュリティ点検表"


def test_headings_of_parts_in_rows_become_categories_and_repeated_headings_are_left_out(
    tmp_path: Path,
) -> None:
    found = _propose(tmp_path, firm_sheets.sections_in_rows)
    assert _questions(found, "category", "no.", "points", "guidance", "choices") == [
        ("管理体制", "1", "10", "就業規則でも可", "はい・一部・いいえ"),
        ("管理体制", "2", "20", "", "はい・一部・いいえ"),
        ("技術対策", "3", "10", "", "はい・一部・いいえ"),
        ("技術対策", "4", "5", "", "はい・一部・いいえ"),
    ]
    assert _left(found) == {
        "点検票!D": "answers",
        "点検票!A2": "above",
        "点検票!B7": "total",
        "点検票!A9": "heading",
        "点検票!B12": "total",
    }
    settings = {row["item"]: row["value"] for row in found.rows["settings"]}
    assert settings["採点方式"] == "合計"
    assert ("settings", 2, "value", "scoring") in _gaps(found)


def test_a_sheet_without_numbers_and_headings_is_read_by_its_questions(tmp_path: Path) -> None:
    found = _propose(tmp_path, firm_sheets.without_numbers)
    assert _questions(found, "category", "no.", "question") == [
        ("入退室", "", "来訪者を記録していますか。"),
        ("入退室", "", "入退室の鍵を管理していますか。"),
        ("媒体", "", "USBメモリーの利用を制限していますか。"),
        ("媒体", "", "書類を施錠して保管していますか。"),
    ]
    assert [row[0] for row in _choices(found)] == ["している", "していない", "わからない"]
    assert [row[2] for row in _choices(found)] == ["回答", "回答", "わからない"]
    assert _left(found) == {"選択": "sheet"}


def test_columns_to_be_ticked_below_one_heading_are_the_choices(tmp_path: Path) -> None:
    found = _propose(tmp_path, firm_sheets.two_headers)
    assert _questions(found, "category", "no.") == [
        ("契約", "A-1"),
        ("契約", "A-2"),
        ("点検", "B-1"),
    ]
    assert [row[:2] for row in _choices(found)] == [
        ("できている", "1"),
        ("一部できている", "0.5"),
        ("できていない", "0"),
    ]
    assert _left(found)["点検票!G"] == "remarks"


def test_an_english_sheet_gives_an_english_workbook_and_a_scale_its_own_numbers(
    tmp_path: Path,
) -> None:
    found = _propose(tmp_path, firm_sheets.english)
    assert _questions(found, "category", "no.", "kind", "choices") == [
        ("Access", "1.1", "", "0・1・2・3"),
        ("Access", "1.2", "", "0・1・2・3"),
        ("Backup", "2.1", "", "0・1・2・3"),
        ("Backup", "2.2", "Number", ""),
    ]
    assert [row[:3] for row in _choices(found)] == [(str(n), str(n), "Answer") for n in range(4)]
    assert found.rows["settings"][0] == {"item": "Title", "value": "Supplier check"}


def test_entries_in_words_are_numbers_or_texts_and_answers_are_not_taken(tmp_path: Path) -> None:
    found = _propose(tmp_path, firm_sheets.filled_in)
    assert _questions(found, "no.", "question", "kind", "unit") == [
        ("Q1", "従業員数を人数でご記入ください。", "数値", "人"),
        ("Q2", "個人情報を扱っていますか。", "", ""),
        ("Q3", "扱う個人情報の内容をご記入ください。", "文章", ""),
        ("Q4", "バックアップを取っていますか。", "", ""),
        ("Q5", "個人情報を扱っていますか。", "", ""),
    ]
    assert ("questions", 4, "question", "twice") in _gaps(found)
    assert [row[:3] for row in _choices(found)] == [
        ("1", "1", "回答"),
        ("2", "0.5", "回答"),
        ("3", "0", "回答"),
        ("4", "", "わからない"),
    ]
    assert "顧客名簿" not in str(found.rows)


def test_a_question_that_spans_rows_has_the_choices_in_them(tmp_path: Path) -> None:
    found = _propose(tmp_path, firm_sheets.choices_in_rows)
    assert _questions(found, "no.", "choices", "kind") == [
        ("1", "毎日・毎週・していない", ""),
        ("2", "ウイルス対策・通信の暗号化", "複数選択"),
    ]
    assert _choices(found)[3] == ("ウイルス対策", "", "", "")  # several choices do not score
    assert _left(found)["点検票!D"] == "answers"


def test_choices_that_are_printed_in_answer_cells_are_those_of_their_question(
    tmp_path: Path,
) -> None:
    found = _propose(tmp_path, firm_sheets.printed_choices)
    assert _questions(found, "category", "no.", "choices") == [
        ("組織的安全管理", "1-1", "はい・いいえ"),
        ("組織的安全管理", "1-2", "はい・いいえ"),
        ("人的安全管理", "2-1", "有・無・該当なし"),
    ]
    assert [row[:3] for row in _choices(found)][2:] == [
        ("有", "1", "回答"),
        ("無", "0", "回答"),
        ("該当なし", "", "該当なし"),
    ]
    assert _left(found) == {"点検票!A8": "no_question"}


def test_statements_are_questions_and_a_scale_begins_at_nothing_where_it_means_that(
    tmp_path: Path,
) -> None:
    found = _propose(tmp_path, firm_sheets.statements_with_scale)
    assert _questions(found, "category", "no.", "question") == [
        ("組織", "10-1", "方針を定めている。"),
        ("組織", "10-2", "責任者を任命している。"),
        ("人", "20-1", "教育を実施している。"),
    ]
    assert _choices(found) == [
        ("3", "2", "回答", "できている"),
        ("2", "1", "回答", "一部できている"),
        ("1", "0", "回答", "できていない"),
        ("0", "", "該当なし", "該当なし"),
    ]


def test_headings_of_two_levels_give_category_and_topic_and_numbers_both(tmp_path: Path) -> None:
    found = _propose(tmp_path, firm_sheets.nested_parts)
    assert _questions(found, "category", "topic", "no.") == [
        ("経営", "方針", "I-1-1"),
        ("経営", "方針", "I-1-2"),
        ("経営", "予算", "I-2-1"),
        ("現場", "教育", "II-1-1"),
    ]
    assert _left(found) == {"点検票!A7": "heading"}


def test_columns_headed_by_known_answers_are_the_choices(tmp_path: Path) -> None:
    found = _propose(tmp_path, firm_sheets.known_headings)
    assert [row[:3] for row in _choices(found)] == [
        ("はい", "1", "回答"),
        ("一部", "0.5", "回答"),
        ("いいえ", "0", "回答"),
        ("わからない", "", "わからない"),
    ]


def test_a_question_without_choices_is_told(tmp_path: Path) -> None:
    def make(path: Path) -> Path:
        rows: list[list[object]] = [
            ["No", "設問", "回答"],
            [1, "鍵を管理していますか。"],
            ["", "記録していますか。"],
        ]
        return firm_sheets.write_sheet(path, rows)

    found = _propose(tmp_path, make)
    assert ("questions", 0, "choices", "choices") in _gaps(found)
    assert ("questions", 1, "no.", "no_number") in _gaps(found)
    assert "choices" not in found.rows


def test_the_sheet_with_most_questions_is_taken_and_the_others_are_told(tmp_path: Path) -> None:
    few = [["質問"], ["昨年の点検で問題がありましたか。"], ["改善しましたか。今年の状況です。"]]

    def make(path: Path) -> Path:
        rows = [["設問"], *([f"対策{n}を実施していますか。"] for n in range(3))]
        return firm_sheets.write_sheet(path, rows, others={"追加": few, "表紙": [["ご案内"]]})

    found = _propose(tmp_path, make)
    assert len(found.rows["questions"]) == 3
    assert {k: v for k, v in _left(found).items() if "!" not in k} == {
        "表紙": "sheet",
        "追加": "sheet",
    }
    assert _propose(tmp_path, make, "追加").rows["questions"][0]["question"] == few[1][0]


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("1. 組織", "1", "組織"),
        ("（2）端末", "2", "端末"),
        ("第３章　事故", "3", "事故"),
        ("Ⅳ．委託", "IV", "委託"),
        ("二、体制", "2", "体制"),
        ("③ 教育", "3", "教育"),
        ("Q12．記録していますか。", "Q12", "記録していますか。"),
        ("A-1 契約", "A-1", "契約"),
        ("3年以内に見直していますか。", "", "3年以内に見直していますか。"),
        ("ISMSの体制", "", "ISMSの体制"),
    ],
)
def test_the_number_before_a_text_is_told_from_the_text(text: str, number: str, rest: str) -> None:
    assert split_number(text) == (number, rest)


@pytest.mark.parametrize(
    ("text", "two"),
    [
        ("規程を定め、かつ周知していますか。", True),
        ("規程がありますか。また、周知していますか。", True),
        ("Is there a policy? Is it known?", True),
        ("かつて事故がありましたか。", False),
        ("規程を定めていますか。", False),
    ],
)
def test_a_question_that_asks_two_things_is_known(text: str, two: bool) -> None:
    assert asks_two_things(text) is two


def test_lists_that_excel_keeps_as_an_extension_are_read() -> None:
    part = b"""<worksheet xmlns:x14="a" xmlns:xm="b"><dataValidations>
    <dataValidation type="whole" sqref="A1"><formula1>1</formula1></dataValidation>
    <dataValidation type="list" sqref="B2:B3 D2"><formula1>"a,b"</formula1></dataValidation>
    </dataValidations><extLst><ext><x14:dataValidations><x14:dataValidation type="list">
    <x14:formula1><xm:f>Lists!$A$1:$A$2</xm:f></x14:formula1><xm:sqref>C5</xm:sqref>
    </x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"""
    assert list(read_drop_downs(part)) == [
        DropDown(((1, 1, 2, 1), (1, 3, 1, 3)), '"a,b"'),
        DropDown(((4, 2, 4, 2),), "Lists!$A$1:$A$2"),
    ]


# --- the workbook


def _open(proposal: CatalogProposal) -> Any:
    return openpyxl.load_workbook(io.BytesIO(make_imported_workbook(proposal)))


def test_the_workbook_begins_with_what_was_taken_left_out_and_wants_a_look(tmp_path: Path) -> None:
    book = _open(_propose(tmp_path, firm_sheets.merged_categories))
    assert book.sheetnames == ["取り込み結果", "設問", "設定", "選択肢", "_lists"]
    page = [[cell.value for cell in row[:3]] for row in book["取り込み結果"].iter_rows()]
    assert ["点検票!A", "大項目", "設問の「分野」にしました。"] in page
    assert ["点検票!A11", "※ わからない場合は空欄にしてください。", "注記です。"] in page
    gap = next(row for row in page if row[0] == "選択肢!C2:C4")
    assert gap[1:] == ["1、0.5、0", "点は提案です。自社の採点に合わせて直してください。"]


def test_cells_that_want_a_look_are_yellow_and_say_why(tmp_path: Path) -> None:
    book = _open(_propose(tmp_path, firm_sheets.merged_categories))
    cell = book["選択肢"]["C2"]
    assert (cell.value, cell.fill.start_color.rgb) == (1, "FFFFE9A8")
    assert cell.comment.text == "点は提案です。自社の採点に合わせて直してください。"
    assert book["選択肢"]["C5"].comment is None


_LAYOUTS = (
    firm_sheets.merged_categories,
    firm_sheets.sections_in_rows,
    firm_sheets.without_numbers,
    firm_sheets.two_headers,
    firm_sheets.english,
    firm_sheets.filled_in,
    firm_sheets.choices_in_rows,
    firm_sheets.printed_choices,
    firm_sheets.statements_with_scale,
    firm_sheets.nested_parts,
    firm_sheets.known_headings,
    firm_sheets.fifteen_questions,
)


@pytest.mark.parametrize("make", _LAYOUTS, ids=lambda make: make.__name__)
def test_an_imported_sheet_is_a_catalogue_that_can_be_used_at_once(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    assert firm_sheets.list_import_faults(_propose(tmp_path, make), tmp_path) == []


@pytest.mark.usefixtures("tasks_here")
def test_meanings_on_the_cover_are_no_entries_though_they_are_words_of_answers(
    tmp_path: Path,
) -> None:
    path = tmp_path / "簡易.xlsx"
    path.write_bytes(make_imported_workbook(_propose(tmp_path, firm_sheets.fifteen_questions)))
    catalog = load_catalog_source(path)
    profile = {"company": "株式会社見本"}
    entries = Entries(profile, dict.fromkeys(catalog.items, "○") | {"15": "3"})
    sheet = tmp_path / "回収票.xlsx"
    sheet.write_bytes(make_hearing_sheet(catalog, Lang.JA, Issuer(), entries))
    (outcome,) = check_files([sheet], catalog, IntakeSettings())
    assert [each.code.value for each in outcome.problems] == []
    assert outcome.diagnosis is not None
    assert str(outcome.diagnosis.scores.rank) == "A"


def test_a_legend_right_above_the_headings_is_no_part(tmp_path: Path) -> None:
    found = _propose(tmp_path, firm_sheets.fifteen_questions)
    assert (len(found.rows["questions"]), _left(found)["簡易診断!A2"]) == (15, "legend")


def _call(folder: Path, *arguments: str) -> Any:
    with contextlib.chdir(folder):
        return CliRunner().invoke(app, ["catalog", "import", *arguments], "", {"PATH": ""})


def test_the_command_writes_a_workbook_beside_the_file_and_never_overwrites(tmp_path: Path) -> None:
    firm_sheets.without_numbers(tmp_path / "点検.xlsx")
    done = _call(tmp_path, "点検.xlsx")
    assert (done.exit_code, (tmp_path / "点検_カタログ.xlsx").exists()) == (0, True)
    assert "設問4問を取り込みました：点検_カタログ.xlsx" in done.stdout
    before = (tmp_path / "点検_カタログ.xlsx").read_bytes()
    again = _call(tmp_path, "点検.xlsx")
    assert (again.exit_code, "上書きはしません。" in again.stderr) == (2, True)
    assert (tmp_path / "点検_カタログ.xlsx").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["無い.xlsx"], "がありません。"),
        (["点検.xlsx", "--sheet", "第1"], "あるシート：点検票、選択"),
        (["点検.xlsx", "--sheet", "選択"], "設問の表が見つかりません。"),
        (["壊れた.xlsx"], "壊れているため開けません。"),
    ],
)
def test_what_cannot_be_imported_is_told_in_a_sentence(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    firm_sheets.without_numbers(tmp_path / "点検.xlsx")
    (tmp_path / "壊れた.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    done = _call(tmp_path, *arguments)
    assert done.exit_code == 2, done.output
    assert says in done.stderr
