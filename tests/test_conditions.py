"""診断条件: what the client is told of how the answers were read, and what he is not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from openpyxl.utils import get_column_letter

from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.returns import Attachment, AttachmentKind, Problem, ProblemCode, Severity
from sheet_diag.reports.portfolio.workbook import build_portfolio
from sheet_diag.text.problems import (
    problem_advice,
    problem_severity,
    problem_spec,
    told_to_client,
)
from sheet_diag.text.wording import Wording, labels
from tests.catalogs import catalog
from tests.samples import ISSUER, client, report, resolve_all, summary
from tests.workbooks import open_workbook, sheet, texts_on

MIXED = catalog("3 3", "3 3", "3 3", "3 3")
both = pytest.mark.parametrize("lang", Lang)
# Of returns that do not count, and of the consultant's own file: no report tells them.
_NOT_REPORTED = re.compile(
    "SAME_FILE|SAME_ANSWERS|NEWER_RETURN|BLANK_SUPERSEDED|CORRECTED|RETURN_NOT_SELECTED"
    "|OWN_REQUEST|NOT_A_RETURN|MAIL_AUTOMATIC|OVERRIDES?_.*"
)
REPORTED = [
    code
    for code in ProblemCode
    if problem_severity(code) is not Severity.ERROR
    and not problem_spec(code).for_consultant
    and not _NOT_REPORTED.fullmatch(code.value)
]


def found() -> ReturnOutcome:
    return resolve_all(client("株式会社見本", catalog=MIXED), catalog=MIXED)[0]


def conditions(outcome: ReturnOutcome, lang: Lang = Lang.JA) -> list[str]:
    book = open_workbook(report(outcome, catalog=MIXED, lang=lang))
    page = sheet(book, Wording(lang)("report.sheet.conditions"))
    hidden = {name for name, each in page.column_dimensions.items() if each.hidden}
    return [
        str(cell.value)
        for row in page.iter_rows()
        for cell in row
        if cell.value is not None and get_column_letter(cell.column) not in hidden
    ]


def detailed(code: ProblemCode) -> Problem:
    """A problem with every detail that a sentence about it may name."""
    keys = [f"problem.{code.value}.{kind}" for kind in ("says", "told", "todo")]
    said = " ".join(text for key in keys for text in labels().get(key, {}).values())
    details = tuple((name, "1") for name in sorted(set(re.findall(r"\{(\w+)\}", said))))
    return Problem(code, "シート", "E9", "C1-1", "x", details)


@both
def test_no_digest_and_no_software_is_told(lang: Lang) -> None:
    outcome = found()
    attachment = Attachment("規程.pdf", AttachmentKind.PDF, 1234, "c" * 64)
    received = replace(outcome.received, attachments=(attachment,))
    seen = conditions(replace(outcome, received=received), lang)
    assert any("規程.pdf" in text and "1,234" in text for text in seen)
    unwanted = re.compile(r"[0-9a-f]{32}|SHA|sheet-diag")
    assert [text for text in seen if unwanted.search(text)] == []


def test_a_hidden_cell_tells_that_the_report_is_ours() -> None:
    """A program that drops the properties of a file keeps it."""
    page = sheet(open_workbook(report(found(), catalog=MIXED)), "診断条件")
    assert SOFTWARE_SIGNATURE in texts_on(page)


@pytest.mark.parametrize("code", REPORTED)
def test_a_client_is_told_in_his_own_terms(code: ProblemCode) -> None:
    """診断先, 回収票 and commands are words of the consultant."""
    said = told_to_client(detailed(code), Lang.JA)
    assert said
    words = ("診断先", "診断者", "回収票", "overrides", "sheet-diag", "依頼", "--")
    assert [word for word in words if word in said] == []
    english = told_to_client(detailed(code), Lang.EN)
    assert "client" not in english.lower()
    assert "consultant" not in english.lower()


def test_what_the_consultant_is_advised_to_do_is_not_told_to_the_client() -> None:
    problems = tuple(map(detailed, REPORTED))
    seen = conditions(replace(found(), problems=problems))
    assert [text for text in seen if "診断先にご確認" in text] == []
    for problem in problems:
        if problem.code is not ProblemCode.ANSWER_READ_AS:  # grouped with its like
            assert told_to_client(problem, Lang.JA) in seen
        assert problem_advice(problem, Lang.JA) not in seen


def test_the_consultants_version_stands_in_the_portfolio() -> None:
    contradiction = Problem(ProblemCode.ANSWER_CONTRADICTION, item="C1-1", value="C1-2")
    outcome = replace(found(), problems=(contradiction,))
    assert told_to_client(contradiction, Lang.JA) in conditions(outcome)
    say, tables = Wording(Lang.JA), summary([outcome], catalog=MIXED)
    book = open_workbook(build_portfolio(tables, MIXED, ISSUER, say).bytes())
    advice = problem_advice(contradiction, Lang.JA)
    assert "診断先にご確認ください" in advice
    assert advice in texts_on(sheet(book, say("portfolio.sheet.attention")))
