"""What is not asked, and answers that are no single choice, in the tables of a portfolio."""

from __future__ import annotations

from array import array

from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.diagnosis.not_asked import leave_out_not_asked
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import ReceivedFile, Response, ReturnedSheet, SheetIdentity
from sheet_diag.reports.portfolio.client_facts import (
    RankedClient,
    choice_ids,
    code_type,
    summarize_outcome,
)
from sheet_diag.reports.portfolio.tables import ItemTotals
from tests.gated import gated_catalog

CATALOG = gated_catalog()


def _ranked(**answers: str) -> RankedClient:
    responses = tuple(Response(item, answers.get(item)) for item in CATALOG.items)
    sheet = ReturnedSheet(SheetIdentity(), Lang.JA, {}, responses, "回答")
    received = leave_out_not_asked(CATALOG, ReceivedFile("a.xlsx", "0" * 64, sheet=sheet))
    diagnosis = evaluate(CATALOG, received.require_sheet())
    outcome = ReturnOutcome(received, ReturnStatus.RANKED, (), diagnosis)
    ranked = summarize_outcome(CATALOG, outcome).ranked
    assert ranked
    return ranked


def test_an_answer_that_is_not_asked_for_is_no_answer_in_the_tables() -> None:
    ranked = _ranked(A1="no", A2="yes", B1="pc", B3="partial", C1="0")
    words = (*choice_ids(CATALOG), None)
    codes = array(code_type(len(words) - 1), ranked.codes)
    assert dict(zip(CATALOG.items, (words[code] for code in codes), strict=True)) == {
        "A1": "no", "A2": "not asked", "A3": "not asked",
        "B1": "entered", "B2": "not asked", "B3": "partial",
        "C1": "entered", "C2": "not asked",
    }  # fmt: skip


def test_shares_are_of_those_who_are_asked() -> None:
    totals = ItemTotals(CATALOG)
    totals.add(_ranked(A1="no", B1="pc", B3="yes", C1="0"))
    totals.add(_ranked(A1="yes", A2="yes", A3="none", B1="pc", B3="yes", C1="0"))
    table = totals.table().set_index("item")
    assert table.loc["A2", "share:yes"] == 1.0
    assert table.loc["B3", "share:yes"] == 1.0
