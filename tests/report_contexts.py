"""What a report is made from, without workbooks: answers in the signs of `tests.catalogs`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.overrides import NO_JUDGEMENT, Judgement
from sheet_diag.model.report_view import ReportView
from sheet_diag.model.results import ClientReport
from sheet_diag.model.returns import ReceivedFile, Response, ReturnedSheet, SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.build import build_view
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS, answers
from tests.samples import AS_OF, ISSUER

_PROFILE = {"company": "株式会社見本", "personal_records": "over_1000", "entrusted_data": "yes"}


def make_context(
    rows: Mapping[str, str] = MappingProxyType({}),
    *,
    rest: str = "○",
    of: Catalog = JIS,
    lang: Lang = Lang.JA,
    profile: Mapping[str, str] = MappingProxyType({}),
    issuer: Issuer = ISSUER,
    judgement: Judgement = NO_JUDGEMENT,
    **more: Any,
) -> ReportContext:
    """The report on answers by category or item; `more` are parts of `ClientReport`."""
    given = answers(of, rows, rest)
    responses = tuple(Response(item, choice) for item, choice in given.items())
    identity = SheetIdentity(of.id, of.version, "C-001")
    sheet = ReturnedSheet(identity, lang, {**_PROFILE, **profile}, responses, "回答")
    received = ReceivedFile("a.xlsx", "0" * 64, sheet=sheet, judgement=judgement)
    report = ClientReport(received, sheet, evaluate(of, sheet), (), "SD-1", AS_OF, lang)
    return ReportContext(replace(report, **more), of, issuer, Wording(lang))


def make_view(rows: Mapping[str, str] = MappingProxyType({}), **parts: Any) -> ReportView:
    """The view of such a report."""
    return build_view(make_context(rows, **parts))
