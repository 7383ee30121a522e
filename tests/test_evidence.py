"""The column 証跡（任意）: what a client names as proof, beside an answer."""

from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from sheet_diag.catalog.load import load_catalog
from sheet_diag.forms.correction.workbook import make_correction_sheet
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import ProblemCode
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.portfolio.client_facts import summarize_outcome
from tests.catalogs import SCORING, catalog
from tests.returned import AS_SENT, SMALL, make_return
from tests.samples import PROFILE, labels, name_categories, receive_sheet, report, resolve_all

WITH_EVIDENCE = """
    | No.  | 回答     | 備考     | 証跡（任意） |
    | C1-1 | はい     | 本社     | 規程.pdf     |
    | C1-2 | 該当なし |          |              |
    | C2-1 |          |          | 台帳         |
    | C2-2 | いいえ   |          |              |
"""


def evidence_of(table: str) -> list[str]:
    received = read_content("a.xlsx", make_return(table), SMALL)
    return [each.evidence for each in received.require_sheet().responses]


@pytest.mark.parametrize("heading", ["証跡（任意）", "証跡", "Evidence (optional)"])
def test_what_a_client_names_as_evidence_is_read(heading: str) -> None:
    table = WITH_EVIDENCE.replace("証跡（任意）", heading)
    assert evidence_of(table) == ["規程.pdf", "", "台帳", ""]
    received = read_content("a.xlsx", make_return(WITH_EVIDENCE), SMALL)
    assert received.require_sheet().responses[0].remark == "本社"
    assert ProblemCode.LEFT_OVER not in [each.code for each in received.problems]


def test_a_sheet_without_the_column_is_read_as_before() -> None:
    assert evidence_of(AS_SENT) == [""] * 4
    assert read_content("a.xlsx", make_return(AS_SENT), SMALL).problems == ()


def test_a_sheet_with_evidence_alone_is_not_blank() -> None:
    blank = WITH_EVIDENCE.replace("はい", "").replace("該当なし", "").replace("いいえ", "")
    received = read_content("a.xlsx", make_return(blank.replace("本社", "")), SMALL)
    assert ProblemCode.BLANK_RETURN not in [each.code for each in received.problems]


def test_evidence_of_several_rows_and_sheets_is_kept() -> None:
    twice = WITH_EVIDENCE + "    | C1-1 | はい     |          | 別紙1        |\n"
    assert evidence_of(twice)[0] == "規程.pdf\n別紙1"


def test_the_blank_sheet_asks_for_it_right_of_the_remarks() -> None:
    catalog = load_catalog()
    entries = Entries(answers={"POL-01": "はい"}, evidence={"POL-01": "基本方針.pdf"})
    content = make_hearing_sheet(catalog, Lang.JA, Issuer(), entries)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(2).to_python()
    heads = next(row for row in rows if row[0] == "No.")
    assert heads[-3:] == ["備考", "証跡（任意）", "確認"]
    assert next(row for row in rows if row[0] == "POL-01")[-2] == "基本方針.pdf"


def test_a_correction_brings_it_back() -> None:
    received = read_content("a.xlsx", make_return(WITH_EVIDENCE), SMALL)
    content, _ = make_correction_sheet(
        SMALL, received.require_sheet(), received.problems, Issuer(), ()
    )
    sheet = read_content("b.xlsx", content, SMALL).require_sheet()
    assert [each.evidence for each in sheet.responses] == ["規程.pdf", "", "台帳", ""]


_ONE_IS_ENOUGH = {**SCORING["gates"], "applicable_categories": 1}
RANKED = name_categories(catalog("1 1", "1 1", scoring={**SCORING, "gates": _ONE_IS_ENOUGH}))


def test_report_and_portfolio_show_it_beside_the_remark() -> None:
    typed = labels(RANKED, dict.fromkeys(RANKED.items, "yes"))
    entries = Entries(PROFILE, typed, {"C1-1": "本社"}, {"C1-1": "規程.pdf", "C1-2": "台帳"})
    received = receive_sheet(entries, catalog=RANKED)
    content = report(received, catalog=RANKED)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = {row[0]: row for row in book.get_sheet_by_name("回答と採点").to_python()}
    assert [rows[item][4] for item in ("C1-1", "C1-2", "C2-1")] == [
        "本社\n証跡：規程.pdf",
        "証跡：台帳",
        "",
    ]
    (outcome,) = resolve_all(received, catalog=RANKED)
    gathered = [(each.kind, each.text) for each in summarize_outcome(RANKED, outcome).texts]
    assert gathered == [("remark", "本社"), ("evidence", "規程.pdf"), ("evidence", "台帳")]
