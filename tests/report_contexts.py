"""What a report is made from, without workbooks: answers in the signs of `tests.catalogs`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import (
    OVERALL,
    CommonScores,
    Comparison,
    GroupKind,
    ItemChange,
    Movement,
    PeerGroup,
    PeerStanding,
    PreviousDiagnosis,
)
from sheet_diag.model.overrides import NO_JUDGEMENT, Judgement
from sheet_diag.model.report_view import ReportView
from sheet_diag.model.results import ClientReport
from sheet_diag.model.returns import ReceivedFile, Response, ReturnedSheet, SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.build import build_view
from tests import ranks
from tests.catalogs import JIS, Answers, answers
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
    choices: Answers | None = None,
    **more: Any,
) -> ReportContext:
    """The report on answers by category or item, or on `choices`; `more` are parts of it."""
    given = choices or answers(of, rows, rest)
    responses = tuple(Response(item, choice) for item, choice in given.items())
    identity = SheetIdentity(of.id, of.version, "C-001")
    sheet = ReturnedSheet(identity, lang, {**_PROFILE, **profile}, responses, "回答")
    received = ReceivedFile("a.xlsx", "0" * 64, sheet=sheet, judgement=judgement)
    report = ClientReport(received, sheet, evaluate(of, sheet), (), "SD-1", AS_OF, lang)
    return ReportContext(replace(report, **more), of, issuer)


def make_view(rows: Mapping[str, str] = MappingProxyType({}), **parts: Any) -> ReportView:
    """The view of such a report."""
    return build_view(make_context(rows, **parts))


# --- what a client is compared with

STANDING = PeerStanding(24, 60.5, 41.4, 62.4, 80.5, 7, 56.78)
CHANGES = (
    ItemChange("PHY-01", Movement.WORSENED, "yes", "no"),
    ItemChange("POL-01", Movement.IMPROVED, "no", "yes"),
    ItemChange("HUM-01", Movement.SAME, "yes", "yes"),
    ItemChange("AST-09", Movement.SAME, "na", "yes"),
)


def compared(
    *, common: bool = False, peers: tuple[PeerGroup, ...] | None = None, **parts: Any
) -> Comparison:
    """A comparison with all clients, a size of 6, and last time; `parts` are those of last time."""
    previous = PreviousDiagnosis(
        as_of=date(2025, 11, 23),
        rank=ranks.C,
        score=Fraction(652, 10),
        categories={"POL": Fraction(50), "HUM": Fraction(100), "AST": None},
        changes=CHANGES,
        same_catalog=True,
        copied=False,
        common=CommonScores(Fraction(60), Fraction(70), 44) if common else None,
    )
    groups = peers if peers is not None else (group(), group(GroupKind.EMPLOYEES, "upto_100", 6))
    return Comparison(peers=groups, previous=replace(previous, **parts))


def group(kind: GroupKind = GroupKind.ALL, choice: str = "", count: int = 24) -> PeerGroup:
    """A group of so many clients, in which every score stands alike."""
    standing = replace(STANDING, count=count)
    names = (OVERALL, *(category.id for category in JIS.categories))
    return PeerGroup(kind, choice, dict.fromkeys(names, standing))
