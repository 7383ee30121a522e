"""Hearing sheets of invented firms, each laid out in a way of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.datavalidation import DataValidation

from sheet_diag.catalog.builder.build import build_catalog
from sheet_diag.catalog.faults import FaultKind
from sheet_diag.catalog.proposal import CatalogProposal
from sheet_diag.forms.catalog_workbook import make_imported_workbook
from sheet_diag.intake.catalog_workbook import read_book
from sheet_diag.model.settings import IntakeSettings

Row = Sequence[Any]


def write_sheet(
    path: Path,
    rows: Sequence[Row],
    merged: Sequence[str] = (),
    offered: Mapping[str, str] | None = None,
    others: Mapping[str, Sequence[Row]] | None = None,
    name: str = "点検票",
) -> Path:
    """Write a sheet; `offered` are the sources of drop-downs by the cells that have them."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = name
    for row in rows:
        sheet.append([None if cell == "" else cell for cell in row])
    for area in merged:
        sheet.merge_cells(area)
    for cells, source in (offered or {}).items():
        rule = DataValidation(type="list", formula1=source)
        rule.add(cells)
        sheet.add_data_validation(rule)
    for title, lines in (others or {}).items():
        other: Any = book.create_sheet(title)
        for line in lines:
            other.append(list(line))
    book.save(path)
    return path


def list_import_faults(found: CatalogProposal, folder: Path) -> list[tuple[str, str]]:
    """List what the check of the imported workbook finds, but for records."""
    path = folder / "取り込み.xlsx"
    path.write_bytes(make_imported_workbook(found))
    book = read_book(path, IntakeSettings())
    built = build_catalog(book.tables, book.name, book.faults)
    return [
        (str(each.place), each.code.value)
        for each in built.faults
        if each.kind is not FaultKind.NOTE
    ]


def merged_categories(path: Path) -> Path:
    """Two merged columns of categories, ① in each part, drop-downs, a total and a note."""
    return write_sheet(
        path,
        [
            ["情報セキュリティ点検表"],
            ["○：実施 △：一部 ×：未実施 －：対象外"],
            [],
            ["大項目", "中項目", "No.", "設問", "ご回答", "備考"],
            ["1. 組織", "体制", "①", "責任者を決めていますか。", "○", "総務部長"],
            ["", "", "②", "方針を定め、かつ全員に知らせていますか。"],
            ["", "教育", "③", "教育を年に1回行っていますか。"],
            ["2. 端末", "更新", "①", "OSを更新していますか。"],
            ["", "", "②", "ウイルス対策をしていますか？（例：市販のソフト）"],
            ["", "", "", "合計"],
            ["※ わからない場合は空欄にしてください。"],
        ],
        merged=["A5:A7", "B5:B6", "A8:A9", "B8:B9"],
        offered={"E5:E9": '"○,△,×,－"'},
    )


def sections_in_rows(path: Path) -> Path:
    """Headings of parts in rows of their own, the headings repeated on each page, points."""
    head = ["項番", "確認事項", "配点", "評価（はい・一部・いいえ）", "補足"]
    return write_sheet(
        path,
        [
            ["取引先確認シート"],
            ["会社名：", "", "", "", ""],
            head,
            ["Ⅰ 管理体制"],
            ["1", "規程を整備していること。", 10, "", "就業規則でも可"],
            ["2", "責任者を任命していること。", 20],
            ["", "小計", 30],
            ["Ⅱ 技術対策"],
            head,
            ["3", "通信を暗号化していること。", 10],
            ["4", "記録を1年間保管していること。", 5, "はい"],
            ["", "合計", 45],
        ],
        merged=["A4:E4", "A8:E8"],
    )


def without_numbers(path: Path) -> Path:
    """Neither numbers nor headings, choices on a hidden sheet, the first column repeats."""
    return write_sheet(
        path,
        [
            ["入退室", "来訪者を記録していますか。", ""],
            ["入退室", "入退室の鍵を管理していますか。", ""],
            ["媒体", "USBメモリーの利用を制限していますか。", ""],
            ["媒体", "書類を施錠して保管していますか。", ""],
        ],
        offered={"C1:C4": "選択!$A$1:$A$3"},
        others={"選択": [["している"], ["していない"], ["わからない"]]},
    )


def two_headers(path: Path) -> Path:
    """Two rows of headings; each choice has a column to be ticked."""
    return write_sheet(
        path,
        [
            ["分野", "番号", "設問", "回答", "", "", "コメント"],
            ["", "", "", "できている", "一部できている", "できていない", ""],
            ["契約", "A-1", "委託先と契約を結んでいますか。", "○", "", "", ""],
            ["", "A-2", "再委託を把握していますか。", "", "", "○", "確認中"],
            ["点検", "B-1", "委託先を点検していますか。", "", "○", "", ""],
        ],
        merged=["D1:F1", "A1:A2", "B1:B2", "C1:C2", "G1:G2", "A3:A4"],
    )


def english(path: Path) -> Path:
    """An English sheet with a scale of numbers and a question that is not scored."""
    return write_sheet(
        path,
        [
            ["Supplier check"],
            ["Section", "No.", "Question", "Answer", "Comments"],
            ["Access", "1.1", "Do you review access rights every year?", 3, ""],
            ["Access", "1.2", "Do you remove accounts of leavers?", "", ""],
            ["Backup", "2.1", "Do you test restores?", "", ""],
            ["Backup", "2.2", "Please enter the number of servers.", 12, ""],
        ],
        offered={"D3:D5": '"0,1,2,3"'},
        name="Check",
    )


def filled_in(path: Path) -> Path:
    """Numbers in the texts, a legend below, entries in words, answers, a question twice."""
    return write_sheet(
        path,
        [
            ["質問", "回答"],
            ["Q1. 従業員数を人数でご記入ください。", "25"],
            ["Q2. 個人情報を扱っていますか。", "1"],
            ["Q3. 扱う個人情報の内容をご記入ください。", "顧客名簿"],
            ["Q4. バックアップを取っていますか。", "2"],
            ["Q5. 個人情報を扱っていますか。", "3"],
            [],
            ["1：実施している　2：一部実施している　3：実施していない　4：わからない"],
        ],
    )


def choices_in_rows(path: Path) -> Path:
    """Each question spans the rows of its choices."""
    return write_sheet(
        path,
        [
            ["No", "チェック項目", "選択肢", "チェック欄"],
            [1, "ログを確認していますか。", "毎日"],
            ["", "", "毎週", "○"],
            ["", "", "していない"],
            [2, "導入している対策を選んでください（複数回答可）。", "ウイルス対策"],
            ["", "", "通信の暗号化"],
        ],
        merged=["A2:A4", "B2:B4", "A5:A6", "B5:B6"],
    )


def printed_choices(path: Path) -> Path:
    """Choices printed in the answer cells, numbered parts in rows, a closing line."""
    return write_sheet(
        path,
        [
            ["自己点検票"],
            ["項番", "点検内容", "点検結果"],
            ["1．組織的安全管理"],
            ["(1)", "規程を作成していますか。", "はい ・ いいえ"],
            ["(2)", "台帳を作成していますか。", "はい ・ いいえ"],
            ["2．人的安全管理"],
            ["(1)", "研修を行っていますか。", "□有 □無 □該当なし"],
            ["以上、ご協力ありがとうございました。"],
        ],
        merged=["A3:C3", "A6:C6"],
    )


def statements_with_scale(path: Path) -> Path:
    """Statements that are no questions, numbers of parts beside them, a scale from 3 to 0."""
    return write_sheet(
        path,
        [
            ["評価：3＝できている、2＝一部できている、1＝できていない、0＝該当なし"],
            ["No", "大項目", "No", "チェック項目", "評価", "備考"],
            [10, "組織", 1, "方針を定めている。", 3],
            ["", "", 2, "責任者を任命している。", 2],
            [20, "人", 1, "教育を実施している。", 1, "来月"],
        ],
        merged=["A3:A4", "B3:B4"],
    )


def nested_parts(path: Path) -> Path:
    """Two levels of numbered headings, the first of them above the headings of the columns."""
    head = ["No", "設問", "回答"]
    return write_sheet(
        path,
        [
            ["Ⅰ．経営"],
            ["１．方針"],
            head,
            ["①", "方針はありますか。"],
            ["②", "見直していますか。"],
            ["２．予算"],
            head,
            ["①", "予算はありますか。"],
            ["Ⅱ．現場"],
            ["１．教育"],
            ["①", "教育していますか。"],
        ],
    )


def known_headings(path: Path) -> Path:
    """No heading of the questions, but columns headed by answers, to be ticked."""
    return write_sheet(
        path,
        [
            ["", "はい", "一部", "いいえ", "わからない"],
            ["パスワードを定期的に見直していますか。", "○"],
            ["バックアップを取っていますか。", "", "", "○"],
        ],
    )


_FIFTEEN = (
    ("1. 組織", "情報セキュリティの責任者を決めていますか。"),
    ("", "情報の取扱いのルールを文書にしていますか。"),
    ("", "ルールを全員に知らせ、かつ年に1回は見直していますか。"),
    ("", "従業員に教育を行っていますか。"),
    ("", "退職者のアカウントを速やかに削除していますか。"),
    ("2. 端末とデータ", "パソコンのOSを最新の状態にしていますか。"),
    ("", "ウイルス対策ソフトを全端末に入れていますか。"),
    ("", "パスワードを使い回さないようにしていますか。"),
    ("", "社外への持出しを管理していますか。"),
    ("", "重要なデータのバックアップを取っていますか。"),
    ("3. 事故への備え", "事故が起きたときの連絡先を決めていますか。"),
    ("", "事故の対応手順を文書にしていますか。"),
    ("", "対応の訓練を行っていますか。"),
    ("", "委託先の対策を確認していますか。"),
    ("", "使用しているサーバーの台数をご記入ください。"),
)


def fifteen_questions(path: Path) -> Path:
    """The sheet of the guide: fifteen questions of an office, with drop-downs and a legend."""
    lines = [[part, n, text] for n, (part, text) in enumerate(_FIFTEEN, 1)]
    return write_sheet(
        path,
        [
            ["セキュリティ簡易診断"],
            ["○：実施している △：一部実施している ×：実施していない －：対象外"],
            ["大項目", "No.", "設問", "回答", "備考"],
            *lines,
            ["※ ご不明な点は、担当者までお問い合わせください。"],
        ],
        merged=["A4:A8", "A9:A13", "A14:A18"],
        offered={"D4:D17": '"○,△,×,－"'},
        name="簡易診断",
    )
